use std::fs::File;
use std::io::Read;

use gitops_health_compliance::{
    Catalogue, ComplianceConfig, Limits, OwnPolicies, Source, digits, read_json,
};
use gitops_health_git::printable;
use gitops_health_report::compliance_record::{
    COMPLIANCE_RECORD_SCHEMA, ComplianceRecord, RecordedAnswer, digest_of,
};
use gitops_health_report::compliance_replay::{
    self as report, COMPLIANCE_REPLAY_SCHEMA, ReplayReport,
};

use super::record::{PROGRAM, answers};
use super::watch::{Watch, watched};
use crate::args::{PlainFormat, ReplayArgs};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::look::masked;
use crate::output;

/// The largest record, in bytes.
const LARGEST: u64 = 64 << 20;

/// `compliance replay`: do the rules answer the same again?
pub(crate) fn run(context: &Context, args: &ReplayArgs) -> Result<ExitCode, CliError> {
    let record = read(args)?;
    let replay = watched(context, |watch| replay(&record, watch))?;
    let text = match args.format {
        PlainFormat::Text => report::text(&replay),
        PlainFormat::Json => report::json(&replay),
    };
    output::write(context, &text)?;
    Ok(if replay.is_same { ExitCode::Clean } else { ExitCode::Findings })
}

fn read(args: &ReplayArgs) -> Result<ComplianceRecord, CliError> {
    let name = printable(args.file.as_os_str().as_encoded_bytes());
    let failed = |why: String, hint: &str| {
        let what = format!("`{name}` is no record: {why}");
        CliError::new(Failure::NotEvaluated { what, hint: hint.into() })
    };
    let again = "`gitops-health compliance analyze --record FILE` writes one";
    let mut bytes = Vec::new();
    let opened = File::open(&args.file);
    opened
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|source| CliError::new(Failure::Input { place: format!("`{name}`"), source }))?;
    if bytes.len() as u64 > LARGEST {
        return Err(failed(format!("it has more than {LARGEST} bytes"), again));
    }
    // Another reader could take the first of two members with one name, and see another decision.
    let text = String::from_utf8(bytes).map_err(|_| failed("it is no UTF-8".into(), again))?;
    let value = read_json(&text).map_err(|why| failed(why, again))?;
    let record: ComplianceRecord = serde_json::from_value(value)
        .map_err(|_| failed("a member is missing, not known, or of another kind".into(), again))?;
    match record.schema == COMPLIANCE_RECORD_SCHEMA {
        true => Ok(record),
        false => Err(failed("it has another schema".into(), again)),
    }
}

fn replay(record: &ComplianceRecord, watch: &Watch) -> Result<ReplayReport, CliError> {
    let failed = |what: String| {
        let what = format!("the rules of the record can not be asked again: {what}");
        let hint = format!(
            "use the version of the program that wrote it, which was {}",
            printable(record.program.as_bytes())
        );
        CliError::new(Failure::NotEvaluated { what, hint })
    };
    let (parameters, mut own) = (record.parameters.clone(), OwnPolicies::default());
    for policy in &record.own_policies {
        own.add(Source { path: policy.path.clone(), text: policy.text.clone() });
    }
    let replaces = record.replaces.clone();
    let config = ComplianceConfig { parameters, replaces, ..ComplianceConfig::default() };
    let settings = config.check().map_err(|error| failed(error.to_string()))?;
    // A record may have been written by hand, so that its document has any types.
    let catalogue = Catalogue::as_written(&settings, &own, Limits::default())
        .map_err(|error| failed(error.to_string()))?;
    let rules = record.answers.keys().map(String::as_str);
    let now = answers(&catalogue, &record.input, rules, Some(watch));
    let mut differences = Vec::new();
    let policies = digits(&catalogue.digest());
    let input = digest_of(&record.input);
    for (what, recorded, found) in [
        ("the record was changed: its digest", &record.record_digest, &record.digest()),
        ("the input is another: its digest", &record.input_digest, &input),
        ("the policies are others: their digest", &record.policies_digest, &policies),
    ] {
        if recorded != found {
            differences.push(format!("{what} was {}, and is {found}", masked(recorded)));
        }
    }
    if record.parameters != catalogue.parameters() {
        differences.push("the rules have other parameters than those of the record".into());
    }
    for (rule, recorded) in &record.answers {
        let found = now.get(rule).filter(|found| *found != recorded);
        differences.extend(found.map(|found| difference(rule, recorded, found)));
    }
    if record.answers.is_empty() {
        let what = "the record has no answers of rules, so that nothing can be asked again".into();
        let hint =
            "`gitops-health compliance analyze --record FILE` writes one with answers".into();
        return Err(CliError::new(Failure::NotEvaluated { what, hint }));
    }
    let is_other = record.program != PROGRAM;
    let note = || format!("recorded by version {}, replayed by {PROGRAM}", masked(&record.program));
    let notes = is_other.then(note).into_iter().collect();
    Ok(ReplayReport {
        schema: COMPLIANCE_REPLAY_SCHEMA.into(),
        recorded_by: masked(&record.program),
        program: PROGRAM.into(),
        rules: record.answers.len(),
        is_same: differences.is_empty(),
        differences,
        notes,
    })
}

fn difference(rule: &str, recorded: &RecordedAnswer, found: &RecordedAnswer) -> String {
    let rule = masked(rule);
    match recorded.verdict == found.verdict {
        true => format!(
            "`{rule}` answers {} as before, and finds something else ({} before, {} now)",
            found.verdict, recorded.findings, found.findings
        ),
        false => {
            format!(
                "`{rule}` answered {}, and answers {}",
                masked(&recorded.verdict),
                found.verdict
            )
        }
    }
}
