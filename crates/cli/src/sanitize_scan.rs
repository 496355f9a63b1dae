mod baseline;
mod changes;
pub(crate) mod history;
mod outcome;
mod paths;

use gitops_health_git::Selection;
use gitops_health_report::scan::{self as report, SCAN_SCHEMA, ScanReport, SeverityCounts};
use gitops_health_sanitize::Severity;

use crate::args::{ScanArgs, ScanFormat, SeverityArg};
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::ExitCode;
use crate::look::Look;
use crate::output;
use history::Extent;

pub(crate) use changes::{scan_change, scan_head};
pub(crate) use outcome::{MESSAGE, Outcome, PEOPLE, why_binary};
pub(crate) use paths::{Listed, check_stdin_name, link_in_tree, shown, target_of};

/// The largest file that is looked at, in bytes.
pub(crate) const LARGEST: u64 = 64 << 20;

/// `sanitize scan`: where is health data, personal data or a secret?
pub(crate) fn run(context: &Context, args: &ScanArgs) -> Result<ExitCode, CliError> {
    let selection = selection(args);
    let repo = match selection.is_some() || args.history || args.all {
        true => Some(context.open_repo()?),
        false => context.open_repo_if_any()?,
    };
    // What is about to be written anew need not be there.
    let baseline = args.baseline.as_deref().filter(|path| !args.write_baseline || path.exists());
    let look = Look::new(context, repo.as_ref(), baseline, args.dates.map(Into::into))?;
    let look = if args.history || args.all { look.for_much() } else { look };
    let extent = Extent { since: args.since, until: args.until, threads: args.threads };
    let (target, mut outcome) = match (selection, &repo) {
        (Some(selection), Some(repo)) => changes::scan(repo, &look, &selection)?,
        (_, Some(repo)) if args.history => history::scan(context, repo, &look, &extent)?,
        (_, Some(repo)) if args.all => changes::scan_head(repo, &look)?,
        _ => paths::scan(context, &look, args)?,
    };
    if args.write_baseline {
        baseline::write(&look, args, repo.as_ref(), &mut outcome)?;
    }
    let report = assemble(args, &look, target, outcome);
    let text = match args.format {
        ScanFormat::Text => report::text(&report, context.style()),
        ScanFormat::Json => report::json(&report),
        ScanFormat::Sarif => report::sarif(&report),
        ScanFormat::Github => report::github(&report),
        ScanFormat::Gitlab => report::gitlab(&report),
        ScanFormat::Junit => report::junit(&report),
        ScanFormat::Tap => report::tap(&report),
        ScanFormat::Markdown => report::markdown(&report),
        ScanFormat::Html => report::html(&report),
    };
    output::write(context, &text)?;
    Ok(match () {
        () if !report.is_complete() => ExitCode::NotEvaluated,
        () if report.has_failed() => ExitCode::Findings,
        () => ExitCode::Clean,
    })
}

fn selection(args: &ScanArgs) -> Option<Selection> {
    if args.staged {
        return Some(Selection::Staged);
    }
    if args.worktree {
        return Some(Selection::Worktree);
    }
    let commit = args.commit.clone().map(Selection::Commit);
    let head = args.head.clone();
    let base = args.base.clone().map(|base| Selection::PullRequest { base, head });
    commit.or_else(|| args.range.clone().map(Selection::Range)).or(base)
}

fn severity(argument: SeverityArg) -> Severity {
    match argument {
        SeverityArg::Info => Severity::Info,
        SeverityArg::Low => Severity::Low,
        SeverityArg::Medium => Severity::Medium,
        SeverityArg::High => Severity::High,
        SeverityArg::Critical => Severity::Critical,
    }
}

fn threads(asked: Option<u16>) -> usize {
    let all = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.map_or_else(all, usize::from)
}

fn assemble(args: &ScanArgs, look: &Look, target: String, mut outcome: Outcome) -> ScanReport {
    let fail_on = severity(args.fail_on.unwrap_or(args.severity));
    let least = severity(args.severity).min(fail_on);
    let mut counts = SeverityCounts::default();
    for finding in &outcome.findings {
        counts.add(finding.severity);
    }
    outcome.findings.retain(|finding| finding.severity >= least);
    outcome.accepted.retain(|accepted| accepted.finding.severity >= least);
    for skip in outcome.skipped.iter_mut().filter(|skip| skip.is_failure) {
        if let Some(reason) = look.acceptance.spares(&skip.path) {
            skip.is_failure = false;
            skip.reason += &format!("; allowed: {}", look.shown_text(reason));
        }
    }
    outcome.skipped.sort_by(|one, two| one.path.cmp(&two.path));
    ScanReport {
        schema: SCAN_SCHEMA.into(),
        target,
        files: outcome.files,
        bytes: outcome.bytes,
        least,
        fail_on,
        counts,
        findings: outcome.findings,
        accepted: outcome.accepted,
        notes: look.acceptance.notes().iter().cloned().chain(outcome.notes).collect(),
        skipped: outcome.skipped,
    }
}
