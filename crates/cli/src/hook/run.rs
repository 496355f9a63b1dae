use std::io::{self, Read};

use gitops_health_report::check::{self as report, CheckOutcome, CheckReport};

use super::{message, push};
use crate::args::{ChangeArgs, CheckArgs, HookName, RuleSeverity, RunArgs, StageArg};
use crate::check;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::index::Depth;
use crate::output;

/// What git may tell a hook about a push, in bytes: a hundred thousand references.
const LARGEST_INPUT: u64 = 32 << 20;

/// `hook run`: looks at what git is about to do, and says no or nothing.
pub(crate) fn run(context: &Context, args: &RunArgs) -> Result<ExitCode, CliError> {
    let input = match args.hook.reads_input() {
        true => read_input()?,
        false => Vec::new(),
    };
    let repo = || context.open_repo();
    match args.hook {
        HookName::PreCommit => pre_commit(context),
        HookName::CommitMsg => message::commit_msg(context, &repo()?, &args.arguments),
        HookName::PrepareCommitMsg => Ok(message::prepare(context, &repo()?, &args.arguments)),
        HookName::PrePush => push::pre_push(context, &repo()?, &args.arguments, &input),
        HookName::PreReceive => push::pre_receive(context, &repo()?, &input),
    }
}

/// What is staged. A commit that changes no file, such as one whose message is mended, is nothing to look at.
fn pre_commit(context: &Context) -> Result<ExitCode, CliError> {
    match staged(context)? {
        Some(report) => say(context, &report, None),
        None => Ok(ExitCode::Clean),
    }
}

/// What speaks against what is staged; nothing where that is nothing.
pub(super) fn staged(context: &Context) -> Result<Option<CheckReport>, CliError> {
    let args = arguments(ChangeArgs { staged: true, ..ChangeArgs::none() }, StageArg::Commit);
    match check::report_of(context, &args) {
        Err(error) if error.is_nothing_staged() => Ok(None),
        report => report.map(Some),
    }
}

/// What is asked of a change by a hook: what is configured.
pub(super) fn arguments(change: ChangeArgs, before: StageArg) -> CheckArgs {
    CheckArgs {
        change,
        all: false,
        ci: false,
        policy: Vec::new(),
        only: Vec::new(),
        skip: Vec::new(),
        framework: Vec::new(),
        before: Some(before),
        fail_on: None,
        max_risk: None,
        severity: RuleSeverity::Low,
        format: Vec::new(),
        depth: Depth::Ready,
    }
}

/// Says what was found, in front of it what it is about where there may be several. Where nothing decides, nothing is
/// said, unless somebody asked for more words.
pub(super) fn say(
    context: &Context,
    report: &CheckReport,
    about: Option<&str>,
) -> Result<ExitCode, CliError> {
    if report.outcome == CheckOutcome::Clean && context.global.verbose == 0 {
        return Ok(ExitCode::Clean);
    }
    let shown = match context.global.verbose {
        0 => &report.only_deciding(),
        _ => report,
    };
    let mut text = report::text(shown, context.style());
    if let Some(about) = about {
        text = format!("{about}\n{text}");
    }
    output::write(context, &text)?;
    Ok(check::exit_code(report))
}

fn read_input() -> Result<Vec<u8>, CliError> {
    let failed = |source| {
        CliError::new(Failure::Input { place: "what git says of the push".into(), source })
    };
    let mut input = Vec::new();
    io::stdin().lock().take(LARGEST_INPUT + 1).read_to_end(&mut input).map_err(failed)?;
    match input.len() as u64 > LARGEST_INPUT {
        true => Err(failed(io::Error::other("it is too large"))),
        false => Ok(input),
    }
}
