use std::fs::File;
use std::io::Read;
use std::path::Path;

use gitops_health_git::printable;
use serde_json::Value;

use super::{Asked, Environment, Told, branch_name, commit_id, names_of};
use crate::error::{CliError, Failure};

pub(super) const NAME: &str = "GitHub Actions";

/// The largest file with an event, in bytes: GitHub's own limit is 25 MB.
const LARGEST: u64 = 32 << 20;

/// GitHub, "Variables reference" and "Webhook events and payloads"; Forgejo and Gitea say the same.
pub(super) fn told(environment: &Environment<'_>) -> Result<Option<Told>, CliError> {
    if !environment.is("GITHUB_ACTIONS", "true") {
        return Ok(None);
    }
    let event = match environment.get("GITHUB_EVENT_PATH") {
        Some(path) => read(Path::new(&path))?,
        None => Value::Null,
    };
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    let id = |pointer: &str| text(pointer).and_then(commit_id);
    let request = |base: Option<String>, branch: Option<String>, head: Option<String>| {
        let named = branch.as_deref().map(names_of).unwrap_or_default();
        let base: Vec<String> = base.into_iter().chain(named).collect();
        let head = head.unwrap_or_else(|| "HEAD".into());
        Told { system: NAME, change: Asked::Request { base, head }, branch }
    };
    if event.get("pull_request").is_some() || environment.get("GITHUB_BASE_REF").is_some() {
        let branch = text("/pull_request/base/ref").map(branch_name);
        let branch = branch.or_else(|| environment.branch("GITHUB_BASE_REF"));
        return Ok(Some(request(
            id("/pull_request/base/sha"),
            branch,
            id("/pull_request/head/sha"),
        )));
    }
    if event.get("merge_group").is_some() {
        let branch = text("/merge_group/base_ref").map(branch_name);
        return Ok(Some(request(id("/merge_group/base_sha"), branch, id("/merge_group/head_sha"))));
    }
    let name = environment.get("GITHUB_EVENT_NAME").unwrap_or_default();
    if event.get("before").is_none() && !matches!(&*name, "" | "push") {
        return Err(CliError::new(Failure::NotEvaluated {
            what: format!("the event `{}` names no change", printable(name.as_bytes())),
            hint: "name one, such as `--commit HEAD`, or look at everything with `--all --only sanitize`"
                .into(),
        }));
    }
    let after = id("/after").or_else(|| environment.id("GITHUB_SHA"));
    let change = Asked::Push {
        before: id("/before"),
        after: after.unwrap_or_else(|| "HEAD".into()),
        default: text("/repository/default_branch").map(branch_name),
        is_new: event.get("before").is_some() && id("/before").is_none(),
    };
    let pushed = environment.get("GITHUB_REF").filter(|it| it.starts_with("refs/heads/"));
    Ok(Some(Told { system: NAME, change, branch: pushed.map(|it| branch_name(&it)) }))
}

fn read(path: &Path) -> Result<Value, CliError> {
    let place = || "the event that `GITHUB_EVENT_PATH` names".to_owned();
    let failed = |source| CliError::new(Failure::Input { place: place(), source });
    let is_file = path.metadata().map_err(failed)?.is_file();
    if !is_file {
        return Err(failed(std::io::Error::other("it is no regular file")));
    }
    let mut text = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST).read_to_end(&mut text)).map_err(failed)?;
    serde_json::from_slice(&text).map_err(|_| {
        let hint = "name the change instead, such as `--base origin/main`".into();
        CliError::new(Failure::Unusable { what: format!("{} is no JSON", place()), hint })
    })
}
