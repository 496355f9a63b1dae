//! What a report says of the settings that a change was judged by.

use gitops_health_compliance::input::Branch;
use gitops_health_compliance::{Catalogue, Settings, Verdict};
use gitops_health_report::compliance::{BranchRow, Configured, ParameterRow};
use serde_json::Value;

use crate::look::masked;

/// So many patterns are named in a note; the report has all.
const NAMED: usize = 10;

/// The branches that are protected, and what is set of the rules that were asked and is not what they have themselves.
pub(super) fn configured(settings: &Settings, catalogue: &Catalogue, asked: &[&str]) -> Configured {
    let values = catalogue.parameters();
    let mut parameters = Vec::new();
    for id in asked {
        let defaults = &catalogue.rules()[*id].meta.parameters;
        for (name, value) in values.get(*id).into_iter().flatten() {
            if let Some(parameter) = defaults.get(name).filter(|it| it.default != *value) {
                parameters.push(ParameterRow {
                    rule: (*id).to_owned(),
                    name: name.clone(),
                    value: masked(&value.to_string()),
                    default: masked(&parameter.default.to_string()),
                });
            }
        }
    }
    let protected_branches = settings.config().protected_branches.iter();
    Configured { protected_branches: protected_branches.map(|it| masked(it)).collect(), parameters }
}

/// What is known of the branch, and which of the rules that say nothing would answer if it was protected: nobody asks
/// them of another.
pub(super) fn branch<'a>(
    branch: &Branch,
    catalogue: &Catalogue,
    input: &Value,
    silent: impl IntoIterator<Item = &'a str>,
) -> BranchRow {
    let mut row = BranchRow {
        name: masked(&branch.name),
        is_protected: branch.is_protected,
        not_asked: Vec::new(),
    };
    let mut silent = silent.into_iter().peekable();
    if !branch.is_protected && silent.peek().is_some() {
        let mut of_a_protected_one = input.clone();
        of_a_protected_one["branch"]["is_protected"] = true.into();
        let mut evaluation = catalogue.over(&of_a_protected_one);
        let answers = |id: &&str| evaluation.judge(id).verdict != Verdict::NotApplicable;
        row.not_asked = silent.filter(answers).map(str::to_owned).collect();
    }
    row
}

/// That rules were not asked because the branch is not protected.
pub(super) fn note(branch: &BranchRow, configured: &Configured) -> Option<String> {
    let rules = match branch.not_asked.len() {
        0 => return None,
        1 => "1 rule was",
        many => &format!("{many} rules were"),
    };
    let patterns = &configured.protected_branches;
    let mut named: Vec<String> = patterns.iter().take(NAMED).map(|it| format!("`{it}`")).collect();
    if patterns.len() > NAMED {
        named.push(format!("{} more", patterns.len() - NAMED));
    }
    let named = if named.is_empty() { "none".to_owned() } else { named.join(", ") };
    Some(format!(
        "`{}` is not among `compliance.protected_branches` ({named}), so {rules} not asked: {}",
        branch.name,
        branch.not_asked.join(", ")
    ))
}
