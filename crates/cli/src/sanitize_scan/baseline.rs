use std::path::{Path, PathBuf};

use gitops_health_git::{Repo, counted};
use gitops_health_report::scan::ScanAccepted;

use super::{Outcome, severity};
use crate::acceptance::KEY;
use crate::args::ScanArgs;
use crate::error::{CliError, Failure};
use crate::look::Look;
use crate::output;

/// Adds what is listed to the baseline, where it may stay from now on.
pub(super) fn write(
    look: &Look,
    args: &ScanArgs,
    repo: Option<&Repo>,
    outcome: &mut Outcome,
) -> Result<(), CliError> {
    let (mut baseline, key) = look.acceptance.baseline();
    let key = key.ok_or_else(|| CliError::new(Failure::NoKey { variable: KEY }))?;
    let (path, name) = place(look, args, repo)?;
    let least = severity(args.severity);
    let (listed, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut outcome.findings)
        .into_iter()
        .zip(std::mem::take(&mut outcome.fingerprints))
        .partition(|(finding, _)| finding.severity >= least);
    let mut added = 0;
    for (finding, (fingerprint, path)) in &listed {
        added += usize::from(baseline.add(*fingerprint, &finding.rule, path));
    }
    output::write_file(&path, baseline.write(key).as_bytes())
        .map_err(|source| CliError::new(Failure::Output { place: format!("`{name}`"), source }))?;
    let known =
        |finding| ScanAccepted { finding, by: "baseline".into(), reason: None, until: None };
    outcome.accepted.extend(listed.into_iter().map(|(finding, _)| known(finding)));
    outcome.findings = rest.into_iter().map(|(finding, _)| finding).collect();
    let added = counted(added, "entry was", "entries were");
    let all = counted(baseline.len(), "entry", "entries");
    outcome.notes.insert(format!("{added} added to `{name}`, which has {all} now"));
    Ok(())
}

/// The file of the baseline, and how it is named.
fn place(look: &Look, args: &ScanArgs, repo: Option<&Repo>) -> Result<(PathBuf, String), CliError> {
    if let Some(path) = &args.baseline {
        return Ok((path.clone(), path.display().to_string()));
    }
    let worktree = repo.and_then(Repo::worktree).filter(|_| !look.baseline.is_empty());
    let worktree = worktree.ok_or_else(|| {
        CliError::new(Failure::Unusable {
            what: "there is no place for a baseline here".into(),
            hint: "name a file with `--baseline FILE`".into(),
        })
    })?;
    let path = worktree.join(&look.baseline);
    // A directory of the tree can be a link to anywhere.
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let is_inside = path.parent().and_then(real).zip(real(worktree));
    if !is_inside.is_some_and(|(directory, worktree)| directory.starts_with(worktree)) {
        return Err(CliError::new(Failure::Unusable {
            what: format!("the directory of `{}` is not in the worktree", look.baseline),
            hint: "make it, or name another file with `--baseline FILE`".into(),
        }));
    }
    Ok((path, look.baseline.clone()))
}
