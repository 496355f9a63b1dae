mod assembly;
mod forecaster;
mod notes;
mod scorer;
mod splits;

use gitops_health_git::{Change, Repo, Selection, Similarity};
use gitops_health_report::{self as report, RiskReport, View};
use gitops_health_risk::Band;

use crate::args::{ScoreArgs, ScoreFormat};
use crate::config::Loaded;
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::ExitCode;
use crate::index::{self, Depth, Indexed};
use crate::lookback::about_uncounted;
use crate::output;
use crate::subject::refuse_nothing;

use assembly::{Found, finish, owners};
use scorer::{Beside, Scorer};

/// `risk score`: how risky a change is, why, and how to deploy it.
pub(crate) fn run(context: &Context, args: &ScoreArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let loaded = context.config(Some(&repo))?;
    let params = loaded.config.risk.check()?;
    let selection = args.selection.selection();
    let tips = repo.tips_of(&selection)?;
    let history = index::open_for(context, &repo, &loaded.config.index, &tips)?;
    let lineage = Indexed { history: &history, repo: &repo };
    let change = repo.change_by(&selection, Similarity::Renames, &lineage)?;
    refuse_nothing(&selection, &change)?;

    let mut scorer = Scorer::new(context, lineage, &params)?;
    let rows = scorer.score_commits(&selection, &change)?;
    let beside = Beside { similar: args.historical, outcomes: !wants_bare_value(context, args) };
    let whole = scorer.score_whole(&selection, &change, beside)?;
    let splits = match args.explain && whole.score.band > Band::Low {
        true => Some(splits::of(&mut scorer, &selection, &change, &whole)?),
        false => None,
    };
    let beside_value = [about_uncounted(whole.uncounted), whole.own_model_not_asked.clone()];
    let owners = owners(&repo, &change)?;
    let found = Found { selection: &selection, change: &change, owners: &owners, params: &params };
    let report = finish(found, whole, (rows, splits), loaded.in_report());

    output::write(context, &render(context, args, &report))?;
    tell_what_is_missing(context, args, &report);
    if wants_bare_value(context, args) {
        // There is no room for it beside a number.
        beside_value.iter().flatten().for_each(|why| context.note(why));
    }
    Ok(if report.is_complete() { ExitCode::Clean } else { ExitCode::NotEvaluated })
}

/// How risky a change is as a whole; and whether only the newest commits before it were looked at.
pub(crate) fn report_of(
    context: &Context,
    repo: &Repo,
    loaded: &Loaded,
    (selection, change): (&Selection, &Change),
    depth: Depth,
) -> Result<(RiskReport, bool), CliError> {
    let params = loaded.config.risk.check()?;
    let tips = repo.tips_of(selection)?;
    let (history, is_cut) = index::open_to(context, repo, &loaded.config.index, &tips, depth)?;
    let lineage = Indexed { history: &history, repo };
    let mut scorer = Scorer::new(context, lineage, &params)?;
    let whole = scorer.score_whole(selection, change, Beside::default())?;
    let owners = owners(repo, change)?;
    let found = Found { selection, change, owners: &owners, params: &params };
    Ok((finish(found, whole, (Vec::new(), None), loaded.in_report()), is_cut))
}

/// Whether the answer is the bare value: in a pipe, unless a report was asked for. Who names a file
/// wants something to read later.
fn wants_bare_value(context: &Context, args: &ScoreArgs) -> bool {
    context.result_goes_to_pipe() && !args.explain && !args.historical && args.format.is_none()
}

fn render(context: &Context, args: &ScoreArgs, report: &RiskReport) -> String {
    if wants_bare_value(context, args) {
        if !report.is_complete() {
            // A script that never looks at exit codes must not take half a score for a whole one.
            return String::new();
        }
        return match args.recommend_strategy {
            true => format!("{}\n", report.score.strategy),
            false => format!("{}\n", report.score.value),
        };
    }
    let view = View { explain: args.explain, recommend: args.recommend_strategy };
    match args.format.unwrap_or(ScoreFormat::Text) {
        ScoreFormat::Text => report::text(report, view, context.style()),
        ScoreFormat::Table => report::table(report, view, context.style()),
        ScoreFormat::Json => report::json(report),
        ScoreFormat::Markdown => report::markdown(report, view),
        ScoreFormat::Github => report::github(report, view),
    }
}

/// A bare value has no room for what could not be looked at, so that goes to the standard error,
/// `--quiet` or not: it is why there is no value.
fn tell_what_is_missing(context: &Context, args: &ScoreArgs, report: &RiskReport) {
    if !wants_bare_value(context, args) || report.is_complete() {
        return;
    }
    for skipped in report.skipped.iter().filter(|skipped| skipped.matters) {
        context.warn(&format!("not looked at: {}: {}", skipped.path, skipped.reason));
    }
    context
        .warn("no value is given where something was not looked at; --format text shows the rest");
}
