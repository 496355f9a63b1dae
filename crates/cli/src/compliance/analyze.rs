use std::collections::BTreeMap;

use gitops_health_compliance::input::Input;
use gitops_health_compliance::{
    Accepted, Catalogue, Clause, ComplianceConfig, Framework, Judgement, Outcome, RuleFinding,
    Settings, Severity, Shipped, Tally, Verdict, digits,
};
use gitops_health_git::printable;
use gitops_health_report::Style;
use gitops_health_report::compliance::{
    self as report, COMPLIANCE_SCHEMA, ClauseRow, ClauseRule, ClauseVerdict, ComplianceOutcome,
    ComplianceReport, Counts, FrameworkRow, Period, Providing, RuleFindingRow, RuleRow, WaiverRow,
};
use serde_json::Value;

use super::catalogue::{asked_rules, catalogue, exit_code, frameworks, replaced};
use super::configured::{self, configured, note};
use super::people;
use super::record;
use super::watch::{Watch, watched};
use crate::args::{AnalyzeArgs, ComplianceFormat};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::look::masked;
use crate::output;
use crate::subject::{Believed, Judged};
use gitops_health_report::compliance_record::ComplianceRecord;

/// `compliance analyze`: which rules does a change keep, and what does that say of each clause?
pub(crate) fn run(context: &Context, args: &AnalyzeArgs) -> Result<ExitCode, CliError> {
    let print = printer(args.format)?;
    record::check(args.record.as_deref())?;
    let believed = Believed::read(context, &args.change, &args.policy)?;
    let names = believed.frameworks(&args.framework);
    let is_advisory = !believed.is_set_up(names) && !args.fail_on_violations;
    if is_advisory {
        believed.refuse_advice(context, &args.change)?;
    }
    let (scanned, risk) = (believed.scanned(context)?, believed.scored(context)?);
    let judged = believed.judged(context, &args.change, (&scanned, Some(&risk)))?;
    let question = Question {
        frameworks: names,
        is_advisory,
        fail_on: args.fail_on.into(),
        severity: args.severity.into(),
        is_recorded: args.record.is_some(),
    };
    let (report, record) = answer(context, &believed, &judged, &question)?;
    if let (Some(path), Some(record)) = (&args.record, record) {
        record::write(context, path, &record)?;
    }
    output::write(context, &print(&report, context.style()))?;
    Ok(exit_code(report.outcome, report.is_advisory))
}

/// What rules are asked, and how their answers are listed.
pub(crate) struct Question<'a> {
    /// The names of frameworks; all rules where there is none and no policy of one's own.
    pub frameworks: &'a [String],
    pub is_advisory: bool,
    pub fail_on: Severity,
    pub severity: Severity,
    /// Whether all is to be written down that the answer rests on.
    pub is_recorded: bool,
}

/// What the rules say of a change, and the record of it where that was asked for.
pub(crate) fn answer(
    context: &Context,
    believed: &Believed,
    judged: &Judged,
    question: &Question<'_>,
) -> Result<(ComplianceReport, Option<ComplianceRecord>), CliError> {
    let (settings, own) = (&believed.settings, &believed.own.policies);
    let catalogue = catalogue(settings, own)?;
    let frameworks = frameworks(&catalogue, question.frameworks)?;
    let asked = Asked {
        is_advisory: question.is_advisory,
        fail_on: question.fail_on,
        severity: question.severity,
        providing: providing(settings, false),
        settings,
    };
    let judge = |watch: Option<&Watch>| {
        let report = assemble(judged, &catalogue, &frameworks, &asked, watch);
        let rules = asked_rules(&catalogue, &frameworks);
        let record = || record::of(&catalogue, own, &judged.input.to_value(), &rules, watch);
        (report, question.is_recorded.then(record))
    };
    Ok(match own.is_empty() {
        true => judge(None),
        false => watched(context, |watch| judge(Some(watch))),
    })
}

/// What prints a report in a format.
type Printer = fn(&ComplianceReport, Style) -> String;

fn printer(format: ComplianceFormat) -> Result<Printer, CliError> {
    Ok(match format {
        ComplianceFormat::Text => report::text,
        ComplianceFormat::Json => |report, _| report::json(report),
        ComplianceFormat::Sarif => |report, _| report::sarif(report),
        ComplianceFormat::Github => |report, _| report::github(report),
        ComplianceFormat::Gitlab => |report, _| report::gitlab(report),
        ComplianceFormat::Junit => |report, _| report::junit(report),
        ComplianceFormat::Tap => |report, _| report::tap(report),
        ComplianceFormat::Rdjson => |report, _| report::rdjson(report),
        ComplianceFormat::Markdown => |report, _| report::markdown(report),
        ComplianceFormat::Html => |report, _| report::html(report),
        ComplianceFormat::Csv => {
            return Err(CliError::new(Failure::Unusable {
                what: "only a history is printed as CSV".into(),
                hint: "add `--history`, or use `--format json` for one change".into(),
            }));
        }
    })
}

struct Asked<'a> {
    is_advisory: bool,
    fail_on: Severity,
    severity: Severity,
    providing: Providing<'a>,
    settings: &'a Settings,
}

/// How facts get known, with the files that are configured.
pub(super) fn providing(settings: &Settings, is_history: bool) -> Providing<'_> {
    let ComplianceConfig { roster, allowed_signers, .. } = settings.config();
    Providing { roster, allowed_signers, is_history }
}

fn assemble(
    judged: &Judged,
    catalogue: &Catalogue,
    frameworks: &[&Framework],
    asked: &Asked<'_>,
    watch: Option<&Watch>,
) -> ComplianceReport {
    let value = judged.input.to_value();
    let judgements = judge(judged, &value, catalogue, frameworks, watch);
    let configured = configured(asked.settings, catalogue, &asked_rules(catalogue, frameworks));
    let silent = judgements.iter().filter(|(_, it)| it.0.verdict == Verdict::NotApplicable);
    let branch = judged.input.branch.as_ref();
    let branch = branch.map(|it| configured::branch(it, catalogue, &value, silent.map(|it| *it.0)));
    let unasked = branch.as_ref().and_then(|branch| note(branch, &configured));
    let rows: Vec<RuleRow> = judgements
        .iter()
        .map(|(id, answer)| row(&catalogue.rules()[*id], answer, frameworks, asked))
        .collect();
    let notes = unasked.into_iter().chain(replaced(catalogue));
    let mut counts = Counts::default();
    rows.iter().for_each(|row| counts.add(row.verdict));
    let tally: Tally = rows.iter().filter(|row| row.decides).map(|row| row.verdict).collect();
    let outcome = match tally.outcome() {
        Outcome::Clean => ComplianceOutcome::Clean,
        Outcome::Violations => ComplianceOutcome::Violations,
        Outcome::NotEvaluated => ComplianceOutcome::NotEvaluated,
    };
    let known = judged.input.facts_missing.iter().map(|it| (&*it.fact, &*it.reason));
    let missed = rows.iter().flat_map(|row| &row.missing).map(String::as_str);
    let missing = asked.providing.rows(known, missed);
    let (rows, left_out) = listed(rows, asked.severity);
    let notes = notes.chain(judged.notes.iter().cloned());
    let verdict_of = |rule: &str| judgements.get(rule).map(|it| it.0.verdict);
    ComplianceReport {
        schema: COMPLIANCE_SCHEMA.into(),
        target: judged.target.clone(),
        head: judged.input.change.head.clone(),
        base: judged.input.change.base.clone(),
        commits: judged.input.commits.len(),
        period: period(&judged.input),
        branch,
        approvals: people::approvals(&judged.input),
        merged: people::merged(&judged.input),
        configured,
        evaluated_at: judged.input.evaluated_at.text.clone(),
        trusted: judged.input.repository.trusted.clone(),
        input_digest: digits(&judged.input.digest()),
        policies_digest: digits(&catalogue.digest()),
        is_advisory: asked.is_advisory,
        fail_on: asked.fail_on,
        severity: asked.severity,
        counts,
        left_out,
        outcome,
        frameworks: frameworks.iter().map(|it| framework(it, &verdict_of)).collect(),
        rules: sorted(rows),
        missing,
        notes: notes.chain(left_out.not_listed(asked.severity)).collect(),
    }
}

/// The rules of this severity or more, and how many others gave which answer.
fn listed(rows: Vec<RuleRow>, least: Severity) -> (Vec<RuleRow>, Counts) {
    let (listed, others): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.severity >= least);
    let mut left_out = Counts::default();
    others.iter().for_each(|row| left_out.add(row.verdict));
    (listed, left_out)
}

/// When the commits of a change were committed, from the earliest to the latest.
fn period(input: &Input) -> Option<Period> {
    let times = || input.commits.iter().map(|commit| &commit.committer.at);
    let first = times().min_by_key(|at| at.unix)?.text.clone();
    let last = times().max_by_key(|at| at.unix)?.text.clone();
    Some(Period { first, last })
}

/// What each rule says, and the waivers that count for it.
type Answers<'a> = BTreeMap<&'a str, (Judgement, Vec<Accepted>)>;

/// The answers of the rules that the frameworks name; of all rules where none is asked for.
fn judge<'a>(
    judged: &Judged,
    value: &Value,
    catalogue: &'a Catalogue,
    frameworks: &[&Framework],
    watch: Option<&Watch>,
) -> Answers<'a> {
    let mut evaluation = catalogue.over(value);
    let judged_by = |id: &'a str| {
        watch.inspect(|watch| watch.at(id));
        let judgement = evaluation.judge(id);
        (id, judged.waivers.apply(id, judgement, &judged.input))
    };
    asked_rules(catalogue, frameworks).into_iter().map(judged_by).collect()
}

fn row(
    shipped: &Shipped,
    (judgement, accepted): &(Judgement, Vec<Accepted>),
    frameworks: &[&Framework],
    asked: &Asked<'_>,
) -> RuleRow {
    let meta = &shipped.meta;
    let shown = Shown::of(shipped);
    let findings =
        |list: &[RuleFinding]| list.iter().map(|it| shown.finding(&meta.id, it)).collect();
    RuleRow {
        rule: meta.id.clone(),
        title: shown.text(&meta.title),
        severity: meta.severity,
        grade: format!("{:?}", meta.grade),
        verdict: judgement.verdict,
        decides: meta.severity >= asked.fail_on,
        findings: findings(&judgement.findings),
        warnings: findings(&judgement.warnings),
        missing: judgement.missing.iter().map(|it| shown.text(it)).collect(),
        error: judgement.error.as_ref().map(|it| shown.text(it)),
        remedy: match (&judgement.error, judgement.missing.is_empty()) {
            (Some(_), _) => shown.text(&mend(shipped.own.as_deref())),
            (None, true) => shown.text(&meta.remedy),
            (None, false) => shown.text(&asked.providing.how_all(&judgement.missing)),
        },
        policy: shipped.own.as_ref().map(|it| shown.text(it)),
        waivers: accepted.iter().cloned().map(waiver).collect(),
        clauses: clauses(frameworks, &meta.id),
    }
}

/// What helps where a rule errs: what it asks for would not.
fn mend(policy: Option<&str>) -> String {
    match policy {
        Some(path) => format!(
            "Mend the rule in `{path}`; `gitops-health compliance input` shows what it is asked about."
        ),
        None => "Report this as a mistake of the program, with what `--record FILE` writes.".into(),
    }
}

/// The clauses that a rule bears on.
pub(super) fn clauses(frameworks: &[&Framework], rule: &str) -> Vec<String> {
    let clauses = frameworks.iter().flat_map(|framework| {
        let of = framework.clauses.iter().filter(|clause| clause.rules.contains_key(rule));
        of.map(|clause| format!("{} {}", framework.id, clause.id))
    });
    clauses.collect()
}

/// How what rules say may be shown.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    /// Whether the rule does not come with the program: what it says may quote what must not be printed.
    is_own: bool,
}

impl Shown {
    pub(super) fn of(rule: &Shipped) -> Self {
        Self { is_own: rule.own.is_some() }
    }

    /// What rules say holds names of files and of people, which may hold anything.
    pub(super) fn text(self, text: &str) -> String {
        if self.is_own { masked(text) } else { printable(text.as_bytes()) }
    }

    pub(super) fn finding(self, rule: &str, found: &RuleFinding) -> RuleFindingRow {
        let said = RuleFinding {
            message: self.text(&found.message),
            subject: found.subject.as_ref().map(|it| self.text(it)),
            path: found.path.as_ref().map(|it| self.text(it)),
            line: found.line,
        };
        // A fingerprint of what must not be printed could be guessed.
        let fingerprint = if self.is_own { &said } else { found }.fingerprint(rule);
        let RuleFinding { message, subject, path, line } = said;
        RuleFindingRow { message, subject, path, line, fingerprint }
    }
}

pub(super) fn waiver(accepted: Accepted) -> WaiverRow {
    let Accepted { id, owner, reason, expires, .. } = accepted;
    let [id, owner, reason] = [id, owner, reason].map(|text| masked(&text));
    WaiverRow { id, owner, reason, expires }
}

/// A framework with its clauses, by the answers of rules.
pub(super) fn framework(
    framework: &Framework,
    verdict_of: &dyn Fn(&str) -> Option<Verdict>,
) -> FrameworkRow {
    FrameworkRow {
        framework: framework.id.clone(),
        title: framework.title.clone(),
        edition: framework.edition.clone(),
        source: framework.source.clone(),
        note: framework.note.clone(),
        clauses: framework.clauses.iter().map(|it| clause(it, verdict_of)).collect(),
    }
}

fn clause(clause: &Clause, verdict_of: &dyn Fn(&str) -> Option<Verdict>) -> ClauseRow {
    let rules = clause.rules.iter().filter_map(|(rule, strength)| {
        let verdict = verdict_of(rule)?;
        Some(ClauseRule { rule: rule.clone(), strength: *strength, verdict })
    });
    let rules: Vec<ClauseRule> = rules.collect();
    ClauseRow {
        clause: clause.id.clone(),
        title: clause.title.clone(),
        weight: clause.weight.clone(),
        verdict: ClauseVerdict::of(&rules),
        rules,
        not_shown: clause.not_shown.clone(),
    }
}

/// The worst answer counts: what is not known hides what might fail.
fn weight(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::NotApplicable => 0,
        Verdict::Pass => 1,
        Verdict::Waived => 2,
        Verdict::NotAssessed => 3,
        Verdict::Error => 4,
        Verdict::Fail => 5,
    }
}

/// Those that need somebody first, the weightiest before the others.
fn sorted(mut rows: Vec<RuleRow>) -> Vec<RuleRow> {
    rows.sort_by(|one, two| {
        let key = |row: &RuleRow| (weight(row.verdict), row.severity);
        key(two).cmp(&key(one)).then_with(|| one.rule.cmp(&two.rule))
    });
    rows
}
