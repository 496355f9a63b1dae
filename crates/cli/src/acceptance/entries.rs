use std::collections::BTreeSet;

use gitops_health_git::PathPattern;
use gitops_health_sanitize::{AllowEntry, SanitizeConfig, Scanner};
use jiff::civil::Date;

use super::{NOT_LOOKED_AT, senseless};
use crate::config::keys::nearest;
use crate::context::Context;
use crate::error::CliError;
use crate::look::masked;

/// An entry of `sanitize.allow` that has not ended.
pub(super) struct Allowed {
    pub entry: AllowEntry,
    pub paths: Vec<PathPattern>,
}

/// The entries of `sanitize.allow` that have not ended.
pub(super) fn allowed(
    context: &Context,
    config: &SanitizeConfig,
    scanner: &Scanner,
    notes: &mut Vec<String>,
) -> Result<Vec<Allowed>, CliError> {
    let today = context.now().seconds;
    let ids = scanner.rules().map(|rule| rule.id.to_string());
    let ids: BTreeSet<String> = ids.chain([NOT_LOOKED_AT.to_owned()]).collect();
    let mut allowed = Vec::new();
    for (number, entry) in config.allow.iter().enumerate() {
        let key = |part: &str| format!("sanitize.allow[{number}].{part}");
        check_entry(entry, &ids, &key)?;
        let until: Date = entry
            .until
            .parse()
            .map_err(|_| senseless(&key("until"), "must be a day such as 2027-01-31"))?;
        let end = until.tomorrow().ok().and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok());
        let paths = patterns(&key("paths"), &entry.paths)?;
        if end.is_some_and(|end| end.timestamp().as_second() <= today) {
            notes.push(format!(
                "{} ended: {} ({})",
                key("until"),
                entry.until,
                masked(&entry.reason)
            ));
        } else {
            allowed.push(Allowed { entry: entry.clone(), paths });
        }
    }
    Ok(allowed)
}

fn check_entry(
    entry: &AllowEntry,
    ids: &BTreeSet<String>,
    key: &dyn Fn(&str) -> String,
) -> Result<(), CliError> {
    for (part, is_empty) in [
        ("rules", entry.rules.is_empty()),
        ("paths", entry.paths.is_empty()),
        ("reason", entry.reason.trim().is_empty()),
    ] {
        if is_empty {
            return Err(senseless(&key(part), "must not be empty"));
        }
    }
    let Some(unknown) = entry.rules.iter().find(|rule| !ids.contains(*rule)) else { return Ok(()) };
    let meant = nearest(unknown, ids.iter());
    let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    Err(senseless(&key("rules"), &format!("there is no rule `{unknown}`{meant}")))
}

pub(super) fn patterns(key: &str, texts: &[String]) -> Result<Vec<PathPattern>, CliError> {
    let parse = |text: &String| {
        PathPattern::parse(text.as_bytes())
            .map_err(|error| senseless(key, &format!("`{text}`: {error}")))
    };
    texts.iter().map(parse).collect()
}
