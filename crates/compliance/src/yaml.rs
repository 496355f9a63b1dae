//! Files of YAML that a repository has: roster, waivers, frameworks.

use serde::de::DeserializeOwned;

use crate::evidence::{document, node};

/// Reads one, within limits on what is within what. A member that is there twice is an error, and so is one that nobody
/// reads. The error names the place and repeats nothing of the file.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is no UTF-8".to_owned())?;
    let value = document::yaml(text).map_err(|problem| problem.to_string())?;
    node::read(&value).map_err(|problem| problem.to_string())
}
