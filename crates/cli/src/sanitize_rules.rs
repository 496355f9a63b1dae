use gitops_health_report::rules::{self, RULES_SCHEMA, RuleEntry, RulesReport};

use crate::args::{PlainFormat, RulesArgs};
use crate::config::keys::nearest;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::look::Look;
use crate::output;

/// `sanitize rules`: what is looked for.
pub(crate) fn run(context: &Context, args: &RulesArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo_if_any()?;
    let look = Look::new(context, repo.as_ref(), None, None)?;
    let entry = |rule| {
        let mut entry = RuleEntry::of(rule);
        entry.name = look.name_of(&entry.id);
        entry
    };
    let mut entries: Vec<RuleEntry> = look.scanner.rules().map(entry).collect();
    if let Some(asked) = &args.rule {
        let like = nearest(asked, entries.iter().map(|entry| &entry.id));
        let hint = like
            .map(|like| format!("did you mean `{like}`?"))
            .unwrap_or_else(|| "`gitops-health sanitize rules` lists all".into());
        entries.retain(|entry| entry.id == *asked);
        if entries.is_empty() {
            let what = format!("there is no rule `{asked}`");
            return Err(CliError::new(Failure::Unusable { what, hint }));
        }
    }
    let report = RulesReport { schema: RULES_SCHEMA.into(), rules: entries };
    let text = match args.format {
        PlainFormat::Text => rules::text(&report),
        PlainFormat::Json => rules::json(&report),
    };
    output::write(context, &text)?;
    Ok(ExitCode::Clean)
}
