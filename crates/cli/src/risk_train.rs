use gitops_health_history::History;
use gitops_health_report::evaluation::rounded;
use gitops_health_report::training::{
    self as report, TRAINING_SCHEMA, TrainingJudgement, TrainingReport,
};
use gitops_health_risk::evaluation::Learned;
use gitops_health_risk::model::{Judgement, Trained};

use crate::args::{ProseFormat, TrainArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::ExitCode;
use crate::output;
use crate::own_history::{Learnable, Missing};

/// What the model is called beside the index.
pub(crate) const MODEL_FILE: &str = "risk-model.json";

/// `risk train`: learns from what became of this repository's commits, and keeps that beside the index.
pub(crate) fn run(context: &Context, args: &TrainArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    if args.remove {
        let cache = context.cache_directory();
        let removed = History::forget_beside(&repo, cache.as_deref(), MODEL_FILE)?;
        let words = if removed > 0 { "the model is gone" } else { "there is no model" };
        output::write(context, &format!("{words}\n"))?;
        return Ok(ExitCode::Clean);
    }
    let learnable = Learnable::read(context, &repo, &args.revision)?;
    let (tip, settings) = (learnable.lookback.commit.id, learnable.params.settings_of_labels());
    let (trained, _) = learnable.ask(context, |history, tell| {
        Trained::learn(&learnable.default, history, tip, settings, tell)
    })?;
    let text = trained.to_json()?;
    // Nothing takes the place of something.
    let learned_something = trained.learned() != Learned::Nothing;
    if learned_something {
        learnable.history.keep_beside(MODEL_FILE, text.as_bytes())?;
    }
    let bytes = if learned_something { text.len() } else { 0 };
    let report = assemble(&learnable, &trained, bytes);
    let text = match args.format {
        ProseFormat::Text => report::text(&report, context.style()),
        ProseFormat::Json => report::json(&report),
        ProseFormat::Markdown => report::markdown(&report),
    };
    output::write(context, &text)?;
    Ok(if report.is_complete() { ExitCode::Clean } else { ExitCode::NotEvaluated })
}

fn assemble(learnable: &Learnable, trained: &Trained, bytes: usize) -> TrainingReport {
    let (tested, tested_defective) = trained.tested();
    let Missing { unread_commits, unread_fixes, shallow, notes } = learnable.missing();
    TrainingReport {
        schema: TRAINING_SCHEMA.into(),
        target: learnable.lookback.tip.clone(),
        as_of: learnable.until.to_string(),
        commits: trained.counted(),
        mature_days: learnable.mature_days(),
        learned: trained.learned(),
        base_rate: trained.base_rate().map(|rate| (rate * 1e4).round() / 1e4),
        tested,
        tested_defective,
        judgement: trained.judged().told().map(judgement),
        unknown: trained.judged().unknown(),
        weight: trained.weight(),
        place: learnable.history.place().to_string(),
        file: format!("gitops-health/{MODEL_FILE}"),
        bytes,
        unread_commits,
        unread_fixes,
        shallow,
        notes,
    }
}

fn judgement(judgement: Judgement) -> TrainingJudgement {
    TrainingJudgement {
        trained: rounded(judgement.trained),
        default: rounded(judgement.default),
        lines_added: rounded(judgement.lines_added),
        trained_less_lines_added: rounded(judgement.less_lines),
        trained_less_default: rounded(judgement.less_default),
        verdict: judgement.verdict(),
    }
}
