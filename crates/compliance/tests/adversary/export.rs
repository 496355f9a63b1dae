//! The changes for other tools: what is said of each, and what each rule has to say and says.

use std::collections::BTreeMap;

use gitops_health_compliance::input::Input;
use gitops_health_compliance::{ComplianceConfig, ReportedApproval, Verdict, Who};
use serde_json::{Value, json};

use super::world::World;

/// A change as one value: the input as rules see it, and beside it what is not in that.
pub fn change(
    family: &str,
    name: &str,
    world: &World,
    config: &ComplianceConfig,
    input: &Input,
) -> Value {
    let raw = |id: &String| {
        let object = world.repo.git(&["cat-file", "commit", id]);
        (id.clone(), String::from_utf8_lossy(&object).into_owned())
    };
    let commits: BTreeMap<String, String> = input.commits.iter().map(|it| raw(&it.id)).collect();
    let roster = input.roster.as_ref().zip(input.change.base.as_ref()).map(|(roster, base)| {
        let file = world.repo.git(&["show", &format!("{base}:{}", roster.path)]);
        String::from_utf8_lossy(&file).into_owned()
    });
    json!({
        "family": family,
        "name": name,
        "parameters": config.parameters,
        "input": input.to_value(),
        "commits": commits,
        "roster": roster,
        "approvals": world.evidence.approvals.iter().flatten().map(approval).collect::<Vec<_>>(),
        "wanted": {},
        "found": {},
    })
}

/// An approval as a platform or a file tells of it.
fn approval(it: &ReportedApproval) -> Value {
    let by = match &it.by {
        Who::Email(address) => json!({"email": address}),
        Who::Account(system, account) => json!({"system": system, "account": account}),
        Who::Id(id) => json!({"id": id}),
    };
    json!({
        "by": by,
        "state": it.state,
        "at": it.at.as_ref().map(|at| at.unix),
        "grade": it.grade,
        "commit": it.binds.commit,
        "tree": it.binds.tree,
        "change": it.binds.change,
    })
}

/// Adds what a rule has to say of the change, and what it says.
pub fn add(change: &mut Value, rule: &str, wanted: Verdict, found: Verdict) {
    change["wanted"][rule] = wanted.name().into();
    change["found"][rule] = found.name().into();
}
