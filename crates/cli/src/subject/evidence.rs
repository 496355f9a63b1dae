use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use gitops_health_compliance::input::Binding;
use gitops_health_compliance::{Evidence, LARGEST_EVIDENCE, read_evidence};
use gitops_health_git::{ObjectId, Repo};

use crate::args::ChangeArgs;
use crate::error::{CliError, Failure};

/// What was handed in. A file that can not be used is an error: nobody would miss what it says.
pub(crate) fn evidence(
    repo: &Repo,
    args: &ChangeArgs,
    head: Option<ObjectId>,
) -> Result<Evidence, CliError> {
    let about = match &args.evidence_for {
        Some(revision) => Some(repo.resolve(revision)?),
        None => head,
    };
    let about = Binding { commit: about.map(|id| id.to_string()), ..Binding::default() };
    let mut evidence = Evidence::default();
    for path in &args.evidence {
        let name = match path.as_os_str() == "-" {
            true => "the standard input".to_owned(),
            false => path.display().to_string(),
        };
        let bytes = read(path).map_err(|source| {
            CliError::new(Failure::Input { place: format!("`{name}`"), source })
        })?;
        let read = read_evidence(&name, &bytes, &about).map_err(|error| {
            CliError::new(Failure::Unusable {
                what: error.to_string(),
                hint: "docs/evidence.md shows what each file looks like".into(),
            })
        })?;
        evidence.add(read);
    }
    Ok(evidence)
}

/// A file, or the standard input: no more of it than may be read, and a byte that says that there is more.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let most = LARGEST_EVIDENCE as u64 + 1;
    let mut bytes = Vec::new();
    match path.as_os_str() == "-" {
        true => io::stdin().lock().take(most).read_to_end(&mut bytes)?,
        false => File::open(path)?.take(most).read_to_end(&mut bytes)?,
    };
    Ok(bytes)
}
