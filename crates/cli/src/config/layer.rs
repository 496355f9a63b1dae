use std::ffi::OsString;
use std::io::{self, Read};
use std::path::Path;

use serde_yaml::{Mapping, Value};

use super::keys;
use super::{Config, LoadError, Origin, in_plain_words};
use crate::acceptance::KEY;

/// One place that configuration comes from, checked by itself.
pub(crate) struct Layer {
    pub origin: Origin,
    pub value: Value,
}

/// A configuration is written by people; more than this is something else.
const MAX_BYTES: u64 = 1 << 20;

/// The most `[` and `{` that a configuration may have.
const MAX_BRACKETS: usize = 10_000;

/// All environment variables that begin with this are configuration, but for the key of hashes.
const PREFIX: &str = "GITOPS_HEALTH_";

impl Layer {
    /// Reads a file; `None` where there is none.
    pub fn from_file(origin: Origin, path: &Path) -> Result<Option<Self>, LoadError> {
        let follow_links = !matches!(origin, Origin::Repository(_));
        match read(path, follow_links) {
            Ok(text) => Self::from_text(origin, &text).map(Some),
            Err(error) if is_absent(&error) => Ok(None),
            Err(source) => Err(LoadError::Read { origin, source }),
        }
    }

    /// Reads a file that must be there.
    pub fn from_named_file(path: &Path) -> Result<Self, LoadError> {
        let origin = Origin::CommandLine(path.to_owned());
        match read(path, true) {
            Ok(text) => Self::from_text(origin, &text),
            Err(source) => Err(LoadError::Read { origin, source }),
        }
    }

    /// Reads the content of a file that is stored elsewhere.
    pub fn from_content(origin: Origin, content: Vec<u8>) -> Result<Self, LoadError> {
        match text_of(content) {
            Ok(text) => Self::from_text(origin, &text),
            Err(source) => Err(LoadError::Read { origin, source }),
        }
    }

    fn from_text(origin: Origin, text: &str) -> Result<Self, LoadError> {
        let invalid = |error: serde_yaml::Error| LoadError::Invalid {
            origin: origin.clone(),
            message: in_plain_words(&error),
        };
        // The parser's time grows with the square of what is open.
        if text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count() > MAX_BRACKETS {
            let message = format!("it has more than {MAX_BRACKETS} brackets");
            return Err(LoadError::Invalid { origin, message });
        }
        let mut value: Value = serde_yaml::from_str(text).map_err(invalid)?;
        if value.is_null() {
            value = Value::Mapping(Mapping::new());
        }
        // What the parser would say of anything else has all of the text in it.
        if !value.is_mapping() {
            let message = "it is no mapping of keys to values".into();
            return Err(LoadError::Invalid { origin, message });
        }
        drop_empty_sections(&mut value);
        let unknown = keys::unknown(&value);
        if !unknown.is_empty() {
            return Err(LoadError::UnknownKeys { origin, keys: unknown });
        }
        // From the text where possible: only then does the error name a line.
        let typed: Result<Config, _> = serde_yaml::from_str(text);
        match typed {
            Ok(_) => {}
            Err(_) if serde_yaml::from_value::<Config>(value.clone()).is_ok() => {}
            Err(error) => return Err(invalid(error)),
        }
        Ok(Self { origin, value })
    }

    /// Reads `GITOPS_HEALTH_RISK__BANDS__HIGH=60`: two underscores between the names of a key,
    /// values as in YAML.
    pub fn from_environment(
        variables: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Vec<Self>, LoadError> {
        let mut found: Vec<(OsString, OsString)> = variables
            .filter(|(name, _)| name.as_encoded_bytes().starts_with(PREFIX.as_bytes()))
            // It is a secret, and those are no configuration.
            .filter(|(name, _)| name != KEY)
            .collect();
        found.sort();
        let layer = |(name, value): (OsString, OsString)| match name.into_string() {
            Ok(name) => Self::from_variable(&name, value),
            Err(name) => Err(LoadError::Invalid {
                origin: Origin::Environment(name.to_string_lossy().into_owned()),
                message: "its name is not UTF-8".into(),
            }),
        };
        found.into_iter().map(layer).collect()
    }

    fn from_variable(name: &str, value: OsString) -> Result<Self, LoadError> {
        let origin = Origin::Environment(name.to_owned());
        let invalid = |message: String| LoadError::Invalid { origin: origin.clone(), message };
        let text = value.into_string().map_err(|_| invalid("it is not UTF-8".into()))?;
        let scalar: Value =
            serde_yaml::from_str(&text).map_err(|error| invalid(in_plain_words(&error)))?;
        let key = name[PREFIX.len()..].to_ascii_lowercase().replace("__", ".");
        let key = keys::as_written(&key);
        let value = key.rsplit('.').fold(scalar, |inner, part| {
            Value::Mapping(Mapping::from_iter([(Value::String(part.to_owned()), inner)]))
        });
        let unknown = keys::unknown(&value);
        if let Some((key, meant)) = unknown.into_iter().next() {
            let variable =
                |key: &String| format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"));
            let prefix = key.rsplit_once('.').map_or("", |(prefix, _)| prefix);
            let meant = meant.map(|name| {
                let full = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
                variable(&full)
            });
            return Err(LoadError::UnknownKeys { origin, keys: vec![(key, meant)] });
        }
        serde_yaml::from_value::<Config>(value.clone())
            .map_err(|error| invalid(in_plain_words(&error)))?;
        Ok(Self { origin, value })
    }
}

/// `risk:` without anything below it means what leaving it out means.
fn drop_empty_sections(value: &mut Value) {
    if let Value::Mapping(mapping) = value {
        mapping.retain(|_, inner| !inner.is_null());
        mapping.values_mut().for_each(drop_empty_sections);
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Links are followed only where the user put them: one in a repository could point anywhere.
fn read(path: &Path, follow_links: bool) -> io::Result<String> {
    if !follow_links && path.symlink_metadata()?.is_symlink() {
        return Err(io::Error::other("it is a symbolic link"));
    }
    // Before it is opened: opening a named pipe waits for somebody to write into it.
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let file = std::fs::File::open(path)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    text_of(bytes)
}

/// The text of a file, without the mark that some editors write before it.
fn text_of(bytes: Vec<u8>) -> io::Result<String> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::other("it is larger than a megabyte"));
    }
    let text = String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
