use gitops_health_git::ZonedTime;
use gitops_health_report::evaluation::{
    self as report, EVALUATION_SCHEMA, EvaluationReport, TestedPart,
};
use gitops_health_risk::evaluation::{Evaluation, Part, SAMPLES};
use gitops_health_risk::model::Judged;

use crate::args::{EvaluateArgs, ProseFormat};
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::ExitCode;
use crate::output;
use crate::own_history::{Learnable, Missing};

/// `risk evaluate`: how well the model tells which commits of this repository introduced defects.
pub(crate) fn run(context: &Context, args: &EvaluateArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let learnable = Learnable::read(context, &repo, &args.revision)?;
    let evaluation = learnable.ask(context, |history, tell| Evaluation::of(history, tell))?;
    let report = assemble(&learnable, &evaluation);
    let text = match args.format {
        ProseFormat::Text => report::text(&report, context.style()),
        ProseFormat::Json => report::json(&report),
        ProseFormat::Markdown => report::markdown(&report),
    };
    output::write(context, &text)?;
    Ok(if report.is_complete() { ExitCode::Clean } else { ExitCode::NotEvaluated })
}

fn assemble(learnable: &Learnable, evaluation: &Evaluation) -> EvaluationReport {
    let judged = Judged::of(&evaluation.figures);
    let Missing { unread_commits, unread_fixes, shallow, notes } = learnable.missing();
    EvaluationReport {
        schema: EVALUATION_SCHEMA.into(),
        target: learnable.lookback.tip.clone(),
        as_of: learnable.until.to_string(),
        commits: evaluation.counted,
        mature_days: learnable.mature_days(),
        tested: evaluation.tested(),
        tested_defective: evaluation.tested_defective(),
        parts: evaluation.parts.iter().map(tested_part).collect(),
        unknown: judged.unknown(),
        measures: report::rows(evaluation),
        samples: SAMPLES,
        verdict: judged.told().map(|judgement| judgement.verdict()),
        weight: judged.weight(),
        unread_commits,
        unread_fixes,
        shallow,
        notes,
    }
}

fn tested_part(part: &Part) -> TestedPart {
    TestedPart {
        from: in_utc(part.from),
        until: in_utc(part.until),
        known: part.known,
        known_defective: part.known_defective,
        learned: part.learned,
        tested: part.tested,
        defective: part.defective,
    }
}

fn in_utc(seconds: i64) -> String {
    ZonedTime { seconds, offset_minutes: 0 }.to_string()
}
