//! What changes that by which changes are judged.

use std::path::{Path, PathBuf};

use gitops_health_compliance::Severity;
use gitops_health_git::{FileChange, Held, Mode, ObjectId, printable};
use gitops_health_report::check::{Check, CheckFinding, CheckPart, CheckReport};

use super::asked::Asked;
use super::findings;
use crate::config::{self, REPOSITORY_FILE};
use crate::context::Context;
use crate::error::CliError;
use crate::look::{Look, masked};
use crate::subject::Believed;

/// That the change touches that by which it would be judged.
pub(super) fn add(
    context: &Context,
    report: &mut CheckReport,
    believed: &Believed,
    asked: &Asked<'_>,
) -> Result<(), CliError> {
    let baseline = believed.loaded.config.sanitize.baseline.as_bytes();
    let named = policies_in_tree(believed, asked.policies);
    let is_named = |file: &FileChange| {
        let paths = [Some(&file.path), file.old_path.as_ref()];
        paths.into_iter().flatten().any(|path| {
            let path = path.as_bytes();
            path == baseline || named.iter().any(|it| is_below(path, it))
        })
    };
    let judged_by = |id: Option<ObjectId>| match id {
        Some(id) => format!("this change was judged by what is in {}", id.short()),
        None => "this change was judged without it".into(),
    };
    for file in &believed.change.files {
        let governs = gitops_health_compliance::is_governance(file, &believed.settings);
        if !governs && !is_named(file) && !asks_us(believed, file)? {
            continue;
        }
        if let Some(problem) = problem_of(context, believed, file)? {
            report.findings.push(CheckFinding {
                check: Check::Governance,
                rule: "rules-unreadable".into(),
                severity: Severity::Critical,
                decides: true,
                message: format!("no change could be judged by it: {problem}"),
                path: Some(masked(&printable(file.path.as_bytes()))),
                remedy: "Mend it: `gitops-health config show` reads the one that is on disk."
                    .into(),
                ..findings::blank()
            });
        }
        report.findings.push(CheckFinding {
            check: Check::Governance,
            rule: "rules-changed".into(),
            severity: asked.rules_changed,
            decides: asked.decides(asked.rules_changed),
            message: format!(
                "it says by what changes are judged, and is changed; {}",
                judged_by(believed.revision())
            ),
            path: Some(masked(&printable(file.path.as_bytes()))),
            remedy:
                "Let somebody look at it who answers for the rules: it counts once it is merged."
                    .into(),
            ..findings::blank()
        });
    }
    report.parts.push(CheckPart { check: Check::Governance, is_asked: true, words: String::new() });
    Ok(())
}

/// Why a configuration that a change brings can not be used: once it is believed, nothing could be judged, not even the
/// change that mends it.
fn problem_of(
    context: &Context,
    believed: &Believed,
    file: &FileChange,
) -> Result<Option<String>, CliError> {
    let Some(side) = file.new.filter(|_| file.path.as_bytes() == REPOSITORY_FILE.as_bytes()) else {
        return Ok(None);
    };
    if !matches!(side.mode, Mode::File | Mode::Executable) {
        return Ok(Some("it is no file".into()));
    }
    let content = match believed.repo.held(side.id, LARGEST_CONFIGURATION)? {
        Held::Content(content) => content.to_vec(),
        Held::TooLarge(_) => return Ok(Some("it is too large".into())),
        Held::Missing => return Ok(None),
    };
    let config = match config::read_alone(side.id, content) {
        Ok(config) => config,
        Err(error) => return Ok(Some(masked(&CliError::from(error).message()))),
    };
    let risk = config.risk.check().err().map(|error| error.to_string());
    let rules = config.compliance.check().err().map(|error| error.to_string());
    let scan = Look::of_revision(context, &config.sanitize, &believed.repo, None).err();
    // A key that is not here may be elsewhere.
    let scan = scan.filter(|_| config.sanitize.key_file.is_empty()).map(|error| error.message());
    Ok(risk.or(rules).or(scan).map(|problem| masked(&problem)))
}

/// The largest configuration that is read.
const LARGEST_CONFIGURATION: u64 = 1 << 20;

/// Policies that were named on the command line and are in the tree: they are read from the disk.
fn policies_in_tree(believed: &Believed, policies: &[PathBuf]) -> Vec<Vec<u8>> {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let Some(top) = believed.repo.worktree().and_then(real) else { return Vec::new() };
    let inside = policies.iter().filter_map(|path| {
        let path = real(path)?;
        Some(path.strip_prefix(&top).ok()?.as_os_str().as_encoded_bytes().to_vec())
    });
    inside.collect()
}

fn is_below(path: &[u8], directory: &[u8]) -> bool {
    let rest = path.strip_prefix(directory);
    directory.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// Whether a pipeline, before or after the change, is one that asks us.
fn asks_us(believed: &Believed, file: &FileChange) -> Result<bool, CliError> {
    const LARGEST: u64 = 1 << 20;
    if !gitops_health_compliance::is_pipeline(file, &believed.settings) {
        return Ok(false);
    }
    for side in [file.old, file.new].into_iter().flatten() {
        if let Held::Content(content) = believed.repo.held(side.id, LARGEST)?
            && memchr::memmem::find(&content, b"gitops-health").is_some()
        {
            return Ok(true);
        }
    }
    Ok(false)
}
