//! Records of decisions.

use std::path::Path;

use gitops_health_compliance::{Catalogue, Judgement, OwnPolicies, RuleFinding, digits};
use gitops_health_report::compliance_record::{
    self, COMPLIANCE_RECORD_SCHEMA, ComplianceRecord, RecordedAnswer, RecordedPolicy, digest_of,
};
use serde_json::{Value, json};

use super::watch::Watch;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::output;

/// The version of the program.
pub(super) const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// Refuses the standard output, on which the report is.
pub(super) fn check(path: Option<&Path>) -> Result<(), CliError> {
    match path {
        Some(path) if path.as_os_str() == "-" => Err(CliError::new(Failure::Unusable {
            what: "a record is not written to the standard output".into(),
            hint: "name a file with `--record FILE`; `./-` is a file, too".into(),
        })),
        _ => Ok(()),
    }
}

/// Writes down what was decided, and what it rests on.
pub(super) fn write(
    context: &Context,
    path: &Path,
    record: &ComplianceRecord,
) -> Result<(), CliError> {
    output::refuse_link(context, path)?;
    output::write_file(path, compliance_record::json(record).as_bytes()).map_err(|source| {
        CliError::new(Failure::Unusable {
            what: format!("could not write the record `{}`: {source}", path.display()),
            hint: "name a file in a directory that can be written, with `--record FILE`".into(),
        })
    })
}

/// What was decided, and what it rests on.
pub(super) fn of(
    catalogue: &Catalogue,
    own: &OwnPolicies,
    input: &Value,
    rules: &[&str],
    watch: Option<&Watch>,
) -> ComplianceRecord {
    let policy = |it: &gitops_health_compliance::Source| RecordedPolicy {
        path: it.path.clone(),
        text: it.text.clone(),
    };
    let mut record = ComplianceRecord {
        schema: COMPLIANCE_RECORD_SCHEMA.into(),
        program: PROGRAM.into(),
        input_digest: digest_of(input),
        policies_digest: digits(&catalogue.digest()),
        parameters: catalogue.parameters(),
        own_policies: own.policies.iter().map(policy).collect(),
        replaces: replaced_rules(catalogue),
        answers: answers(catalogue, input, rules.iter().copied(), watch),
        input: input.clone(),
        record_digest: String::new(),
    };
    record.record_digest = record.digest();
    record
}

/// The rules of the program in whose place others stand: a record has no frameworks.
fn replaced_rules(catalogue: &Catalogue) -> Vec<String> {
    let is_rule = |id: &&String| catalogue.rules().contains_key(*id);
    catalogue.replaced().keys().filter(is_rule).cloned().collect()
}

/// What rules answer.
pub(super) fn answers<'a>(
    catalogue: &Catalogue,
    input: &Value,
    rules: impl Iterator<Item = &'a str>,
    watch: Option<&Watch>,
) -> std::collections::BTreeMap<String, RecordedAnswer> {
    let mut judge = catalogue.over(input);
    let mut asked = |id: &str| {
        watch.inspect(|watch| watch.at(id));
        answer(&judge.judge(id))
    };
    rules.map(|id| (id.to_owned(), asked(id))).collect()
}

fn answer(judgement: &Judgement) -> RecordedAnswer {
    let Judgement { verdict, findings, warnings, missing, error } = judgement;
    let finding = |it: &RuleFinding| json!({"message": it.message, "subject": it.subject, "path": it.path, "line": it.line});
    let list = |list: &[RuleFinding]| list.iter().map(finding).collect::<Vec<Value>>();
    let whole = json!({
        "verdict": verdict.name(),
        "findings": list(findings),
        "warnings": list(warnings),
        "missing": missing,
        "error": error,
    });
    RecordedAnswer {
        verdict: verdict.name().into(),
        findings: findings.len() + warnings.len() + missing.len(),
        digest: digest_of(&whole),
    }
}
