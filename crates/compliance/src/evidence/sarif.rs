//! What scanners say in SARIF 2.1.0: each run is a scan.

mod form;
mod rules;
mod tools;

use std::collections::BTreeMap;

use serde_json::Value;

use super::node::{self, Problem};
use super::read::File;
use super::severity::Severity;
use super::values::to_commit;
use super::{Evidence, ReportedScan};
use crate::input::{Binding, Grade, Time};
use form::{Log, Run, RunResult};
use rules::Rules;

/// Whether this is SARIF of any version.
pub(super) fn is_sarif(value: &Value) -> bool {
    value.get("runs").is_some() && value.get("version").is_some()
}

/// Reads a file of SARIF.
pub(super) fn read(value: &Value, file: &File<'_>) -> Result<Evidence, Problem> {
    if value.get("version").and_then(Value::as_str) != Some("2.1.0") {
        return Err(Problem::new("only version 2.1.0 is known").within("version"));
    }
    let log: Log = node::read(value)?;
    if log.runs.is_empty() {
        return Err(Problem::new("no tool has run").within("runs"));
    }
    let runs = log.runs.into_iter().enumerate();
    let scan =
        |(at, run)| scan(run, file).map_err(|error: Problem| error.within(&format!("runs[{at}]")));
    let scans = runs.map(scan).collect::<Result<_, _>>()?;
    Ok(Evidence { scans: Some(scans), ..Evidence::default() })
}

fn scan(run: Run, file: &File<'_>) -> Result<ReportedScan, Problem> {
    let is_complete = is_complete(&run);
    let rules = Rules::of(&run.tool);
    let mut findings: BTreeMap<String, u64> = BTreeMap::new();
    for (at, result) in run.results.iter().flatten().enumerate() {
        let severity = severity(result, &rules);
        let severity = severity.map_err(|error| error.within(&format!("results[{at}]")))?;
        if let Some(severity) = severity {
            *findings.entry(severity.name().into()).or_default() += 1;
        }
    }
    let tool = run.tool.driver.name;
    Ok(ReportedScan {
        kind: tools::kind(&tool),
        tool,
        is_complete,
        findings,
        at: run.invocations.iter().filter_map(ended).max_by_key(|at| at.unix),
        source: "sarif".into(),
        grade: Grade::E2,
        digest: file.digest.clone(),
        binds: binding(&run.version_control_provenance, file)?,
    })
}

/// A run without a list of results came to none (3.14.23), and one whose results are in other files is not all here.
fn is_complete(run: &Run) -> bool {
    let succeeded = |it: &form::Invocation| it.execution_successful == Some(true);
    run.results.is_some()
        && run.external_property_file_references.is_none()
        && run.invocations.iter().all(succeeded)
}

fn ended(it: &form::Invocation) -> Option<Time> {
    it.end_time_utc.as_ref().or(it.start_time_utc.as_ref()).map(|at| at.0.clone())
}

/// The revision that the run names; what the caller says where it names none; nothing where it names several.
fn binding(provenance: &[form::Provenance], file: &File<'_>) -> Result<Binding, Problem> {
    let mut revisions: Vec<&str> =
        provenance.iter().filter_map(|it| it.revision_id.as_deref()).collect();
    revisions.sort_unstable();
    revisions.dedup();
    match revisions.as_slice() {
        [] => Ok(file.about.clone()),
        [one] => to_commit(Some(one))
            .map_err(|error| error.within("revisionId").within("versionControlProvenance")),
        _ => Ok(Binding::default()),
    }
}

/// How bad a result is; `None` where it is no finding, is accepted, or was there before and is not now.
fn severity(result: &RunResult, rules: &Rules<'_>) -> Result<Option<Severity>, Problem> {
    let is_accepted = !result.suppressions.is_empty()
        && result.suppressions.iter().all(form::Suppression::is_accepted);
    let is_fine = result.kind.is_fine() && matches!(result.level, None | Some(form::Level::None));
    if is_accepted || is_fine || result.baseline_state == Some(form::BaselineState::Absent) {
        return Ok(None);
    }
    let rule = rules.of_result(result);
    let of_rule = rule.and_then(|rule| rule.properties.as_ref());
    let points = [result.properties.as_ref(), of_rule]
        .into_iter()
        .flatten()
        .find_map(|properties| properties.security_severity);
    if let Some(severity) = points.and_then(|points| points.severity()) {
        return Ok(Some(severity));
    }
    let of_rule = || rule?.default_configuration.as_ref()?.level;
    let level = match (result.level, result.kind.is_failure()) {
        (Some(level), _) => level,
        // What is no failure has no level (3.27.10).
        (None, false) => form::Level::None,
        (None, true) => of_rule().unwrap_or(form::Level::Warning),
    };
    Ok(Some(level.severity()))
}
