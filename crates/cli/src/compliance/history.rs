use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use gitops_health_compliance::input::{Branch, Input, MissingFact, Mode, Time};
use gitops_health_compliance::{
    Accepted, Assembler, Catalogue, EvidenceOfMany, Framework, Judgement, KnownWaiver, Outcome,
    ReportedApproval, Settings, Severity, Subject, TagsByCommit, Tally, Trusted, Verdict, digits,
};
use gitops_health_git::{Change, Commit, Error as GitError, ObjectId, Repo, Similarity, ZonedTime};
use gitops_health_report::Style;
use gitops_health_report::compliance::{
    BranchRow, ComplianceOutcome, Counts, NOT_LOOKED_AT_IN_A_HISTORY, Period, RuleFindingRow,
    WaiverRow,
};
use gitops_health_report::compliance_history::{
    self as report, COMPLIANCE_HISTORY_SCHEMA, FailingCommit, HistoryReport, HistoryRow,
    HistoryWaiver, Requests, UnknownCommit,
};
use gitops_health_risk::RiskParams;

use super::analyze::{Shown, clauses, framework, providing, waiver};
use super::catalogue::{asked_rules, catalogue, exit_code, frameworks, replaced};
use super::configured::{self, configured, note};
use super::first_parents::FirstParents;
use super::own::Own;
use super::watch::{Watch, watched};
use crate::args::{AnalyzeArgs, ComplianceFormat};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::look::{Masked, masked};
use crate::output;
use crate::subject::{branch_of_head, evidence, refuse_ambiguous, settings, unusable};

/// So many findings of a rule on one commit are kept: a branch has thousands of commits, and a rule may find a thousand
/// things in one.
const MOST_FINDINGS: usize = 10;

/// `compliance analyze --history`: which rules did each commit of the branch keep, by what is believed now?
pub(crate) fn run(context: &Context, args: &AnalyzeArgs) -> Result<ExitCode, CliError> {
    let print = printer(args.format)?;
    let repo = context.open_repo()?;
    refuse_ambiguous(&repo, &args.change)?;
    let tip = repo.resolve(&args.change.head)?;
    let revision = match &args.change.policy_from {
        Some(revision) => repo.resolve(revision)?,
        None => tip,
    };
    let loaded = context.config_of_revision(&repo, Some(revision))?;
    let settings = settings(&loaded)?;
    let trusted = Trusted::read(&repo, Some(revision), &settings).map_err(unusable)?;
    let kinds = loaded.config.risk.check()?;
    let own = Own::of_revision(&repo, Some(revision), &settings, &args.policy)?;
    let catalogue = catalogue(&settings, &own.policies)?;
    let names = match args.framework.is_empty() {
        true => &settings.config().frameworks,
        false => &args.framework,
    };
    let frameworks = frameworks(&catalogue, names)?;
    let evidence = evidence(&repo, &args.change, Some(tip))?;
    let is_by_tree = |it: &ReportedApproval| it.binds.tree.is_some();
    let has_trees = evidence.approvals.iter().flatten().any(is_by_tree);
    let FirstParents { judged: commits, is_cut, seen } =
        FirstParents::read(&repo, tip, args, has_trees)?;
    let references = repo.references()?;
    let everybody = Everybody {
        settings: &settings,
        trusted: &trusted,
        kinds: &kinds,
        catalogue: &catalogue,
        masked: Masked::default(),
        rules: asked_rules(&catalogue, &frameworks),
        frameworks,
        fail_on: args.fail_on.into(),
        tags: TagsByCommit::new(&references),
        branch: branch_of_head(&repo, &args.change, &settings)?,
        evidence: EvidenceOfMany::new(evidence)
            .over(seen.iter().map(|(id, tree, at)| (&**id, &**tree, *at))),
        now: context.now(),
    };
    let answers = match own.policies.is_empty() {
        true => everybody.judge(context, &commits, None),
        false => watched(context, |watch| everybody.judge(context, &commits, Some(watch))),
    }?;
    let asked = Asked {
        is_advisory: names.is_empty() && own.policies.is_empty() && !args.fail_on_violations,
        is_cut,
        revision,
    };
    let report = assemble(&everybody, &commits, &answers, &asked, args);
    output::write(context, &print(&report, context.style()))?;
    Ok(exit_code(report.outcome, report.is_advisory))
}

/// What prints a history in a format.
type Printer = fn(&HistoryReport, Style) -> String;

fn printer(format: ComplianceFormat) -> Result<Printer, CliError> {
    Ok(match format {
        ComplianceFormat::Text => report::text,
        ComplianceFormat::Json => |report, _| report::json(report),
        ComplianceFormat::Csv => |report, _| report::csv(report),
        ComplianceFormat::Markdown => |report, _| report::markdown(report),
        ComplianceFormat::Html => |report, _| report::html(report),
        ComplianceFormat::Sarif => |report, _| report::sarif(report),
        _ => {
            return Err(CliError::new(Failure::Unusable {
                what: "a history is printed as text, JSON, CSV, Markdown, HTML or SARIF only".into(),
                hint: "use `--format text`, `json`, `csv`, `markdown`, `html` or `sarif`, or look at one change"
                    .into(),
            }));
        }
    })
}

fn outcome(everybody: &Everybody<'_>, answers: &[Answers], is_cut: bool) -> ComplianceOutcome {
    let decides = |place: usize| everybody.decides(everybody.rules[place]);
    let tally: Tally = answers
        .iter()
        .flat_map(|row| row.verdicts.iter().enumerate().filter(|(place, _)| decides(*place)))
        .map(|(_, verdict)| *verdict)
        .collect();
    match tally.outcome() {
        _ if is_cut => ComplianceOutcome::NotEvaluated,
        Outcome::Clean => ComplianceOutcome::Clean,
        Outcome::Violations => ComplianceOutcome::Violations,
        Outcome::NotEvaluated => ComplianceOutcome::NotEvaluated,
    }
}

/// What is said of a commit.
#[derive(Clone, Debug, Default)]
struct Answers {
    /// The answers of all rules, in their order.
    verdicts: Vec<Verdict>,
    /// What some of them say for it, by their place: those that neither hold nor have nothing to say.
    said: BTreeMap<usize, Said>,
    /// What is not known of it.
    missing: Vec<MissingFact>,
    /// The branch, and the rules that are not asked of it; of the newest commit only.
    branch: Option<BranchRow>,
    request: Request,
    /// Which waivers accepted something, each with how many findings.
    accepted: Vec<(String, usize)>,
}

/// What a rule says for its answer.
#[derive(Clone, Debug)]
struct Said {
    findings: Vec<RuleFindingRow>,
    left_out: usize,
    missing: Vec<String>,
    error: Option<String>,
    waivers: Vec<WaiverRow>,
}

/// What else a report says.
struct Asked {
    is_advisory: bool,
    is_cut: bool,
    revision: ObjectId,
}

/// Whether a commit came by a pull request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Request {
    Named,
    None,
    #[default]
    Unknown,
}

impl Request {
    fn of(input: &Input) -> Self {
        let is_of_then = |until: &Time| {
            input.commits.iter().all(|commit| commit.committer.at.unix <= until.unix)
        };
        match (&input.pull_request, &input.pull_requests_until) {
            (Some(_), _) => Self::Named,
            (None, Some(until)) if is_of_then(until) => Self::None,
            (None, _) => Self::Unknown,
        }
    }
}

/// What is the same for all commits.
struct Everybody<'a> {
    settings: &'a Settings,
    trusted: &'a Trusted,
    kinds: &'a RiskParams,
    catalogue: &'a Catalogue,
    rules: Vec<&'a str>,
    /// The same names are in many commits.
    masked: Masked,
    frameworks: Vec<&'a Framework>,
    fail_on: Severity,
    tags: TagsByCommit<'a>,
    branch: Option<Branch>,
    evidence: EvidenceOfMany,
    now: ZonedTime,
}

impl Everybody<'_> {
    /// The answers of all rules for each commit, in their order; on as many threads as there are processors.
    fn judge(
        &self,
        context: &Context,
        commits: &[Commit],
        watch: Option<&Watch>,
    ) -> Result<Vec<Answers>, CliError> {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let repos: Vec<Repo> =
            (0..threads).map(|_| context.open_repo()).collect::<Result<_, _>>()?;
        let next = AtomicUsize::new(0);
        let progress = context.progress("commits judged");
        let mut answers: Vec<Answers> = vec![Answers::default(); commits.len()];
        let (sender, receiver) = mpsc::channel();
        std::thread::scope(|scope| {
            for repo in repos {
                let (sender, next) = (sender.clone(), &next);
                scope.spawn(move || {
                    loop {
                        let place = next.fetch_add(1, Ordering::Relaxed);
                        let Some(commit) = commits.get(place) else { break };
                        let answer = self.judge_one(&repo, commit, place == 0, watch);
                        let is_broken = answer.is_err();
                        if sender.send((place, answer)).is_err() || is_broken {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            for (done, (place, answer)) in receiver.iter().enumerate() {
                answers[place] = answer?;
                progress.at(done + 1);
            }
            Ok(answers)
        })
    }

    fn judge_one(
        &self,
        repo: &Repo,
        commit: &Commit,
        is_newest: bool,
        watch: Option<&Watch>,
    ) -> Result<Answers, GitError> {
        let changes = repo.changes_of(commit, Similarity::Renames)?;
        // What a merge introduced itself is among what it changed, and nobody asks for it apart.
        let change = Change {
            base: commit.parents().first().copied(),
            head: Some(commit.id),
            commits: vec![commit.clone()],
            files: changes.files,
            rename_limit_reached: changes.rename_limit_reached,
            skipped_attributes: changes.skipped_attributes,
            merge_edits: Vec::new(),
        };
        let assembler = Assembler {
            repo,
            settings: self.settings,
            trusted: self.trusted,
            kinds: self.kinds,
            now: self.now,
            shown: &|text| self.masked.text(text),
            is_rule: &|id| self.catalogue.rules().contains_key(id),
        };
        let input = assembler.input(Subject {
            mode: Mode::History,
            change: &change,
            branch: self.branch.clone(),
            evidence: self.evidence.of(
                &commit.id.to_string(),
                &commit.tree.to_string(),
                &commit.message,
            ),
            findings: None,
            risk: None,
            tags: Some(&self.tags),
        })?;
        let value = input.to_value();
        let mut evaluation = self.catalogue.over(&value);
        let mut answers = Answers { request: Request::of(&input), ..Answers::default() };
        for (place, id) in self.rules.iter().enumerate() {
            watch.inspect(|watch| watch.at(id));
            let judgement = evaluation.judge(id);
            let (judgement, accepted) = self.trusted.waivers.apply(id, judgement, &input);
            answers.verdicts.push(judgement.verdict);
            answers.accepted.extend(accepted.iter().map(|it| (it.id.clone(), it.findings)));
            if !matches!(judgement.verdict, Verdict::Pass | Verdict::NotApplicable) {
                answers.said.insert(place, self.said(id, &judgement, accepted));
            }
        }
        watch.inspect(|watch| watch.rest());
        let silent = answers.verdicts.iter().zip(&self.rules);
        let silent = silent.filter(|(verdict, _)| **verdict == Verdict::NotApplicable);
        if let Some(branch) = self.branch.as_ref().filter(|_| is_newest) {
            let silent = silent.map(|(_, id)| *id);
            answers.branch = Some(configured::branch(branch, self.catalogue, &value, silent));
        }
        answers.missing = input.facts_missing;
        Ok(answers)
    }

    fn said(&self, id: &str, judgement: &Judgement, accepted: Vec<Accepted>) -> Said {
        let shown = Shown::of(&self.catalogue.rules()[id]);
        let findings = judgement.findings.iter().take(MOST_FINDINGS);
        Said {
            findings: findings.map(|it| shown.finding(id, it)).collect(),
            left_out: judgement.findings.len().saturating_sub(MOST_FINDINGS),
            missing: judgement.missing.iter().map(|it| shown.text(it)).collect(),
            error: judgement.error.as_ref().map(|it| shown.text(it)),
            waivers: accepted.into_iter().map(waiver).collect(),
        }
    }

    fn decides(&self, rule: &str) -> bool {
        self.catalogue.rules()[rule].meta.severity >= self.fail_on
    }
}

fn assemble(
    everybody: &Everybody<'_>,
    commits: &[Commit],
    answers: &[Answers],
    asked: &Asked,
    args: &AnalyzeArgs,
) -> HistoryReport {
    let rules = everybody.rules.iter().enumerate();
    let rules: Vec<HistoryRow> =
        rules.map(|(place, id)| history_row(everybody, place, id, commits, answers)).collect();
    let requests = |asked| answers.iter().filter(|it| it.request == asked).count();
    let known: BTreeSet<&MissingFact> = answers.iter().flat_map(|it| &it.missing).collect();
    let known = known.into_iter().map(|it| (&*it.fact, &*it.reason));
    let missed = rules.iter().flat_map(|row| &row.not_known).flat_map(|it| &it.missing);
    let missed: BTreeSet<&str> = missed.map(String::as_str).collect();
    let verdicts: BTreeMap<&str, Verdict> =
        rules.iter().map(|row| (row.rule.as_str(), row.verdict)).collect();
    let of = |rule: &str| verdicts.get(rule).copied();
    let frameworks = everybody.frameworks.iter().map(|it| framework(it, &of)).collect();
    let configured = configured(everybody.settings, everybody.catalogue, &everybody.rules);
    let branch = answers.first().and_then(|newest| newest.branch.clone());
    let unasked = branch.as_ref().and_then(|it| note(it, &configured));
    let notes = unasked.into_iter().chain(replaced(everybody.catalogue));
    let missing = providing(everybody.settings, true).rows(known, missed);
    let waivers = waivers(everybody, &rules, answers);
    let severity: Severity = args.severity.into();
    let (rules, others): (Vec<_>, Vec<_>) =
        rules.into_iter().partition(|row| row.severity >= severity);
    let mut left_out = Counts::default();
    others.iter().for_each(|row| left_out.add(row.verdict));
    let failing = rules.iter().flat_map(|row| row.failing.iter().chain(&row.waived));
    let findings_left_out = failing.map(|it| it.findings_left_out).sum();
    HistoryReport {
        schema: COMPLIANCE_HISTORY_SCHEMA.into(),
        head: args.change.head.clone(),
        evaluated_at: everybody.now.to_string(),
        trusted: asked.revision.to_string(),
        policies_digest: digits(&everybody.catalogue.digest()),
        is_advisory: asked.is_advisory,
        fail_on: everybody.fail_on,
        severity,
        left_out,
        outcome: outcome(everybody, answers, asked.is_cut),
        commits: commits.len(),
        merges: commits.iter().filter(|commit| commit.is_merge()).count(),
        requests: Requests {
            named: requests(Request::Named),
            without: requests(Request::None),
            unknown: requests(Request::Unknown),
        },
        first: commits.last().map(|commit| commit.id.to_string()),
        last: commits.first().map(|commit| commit.id.to_string()),
        since: args.since.map(|day| utc(day.first)),
        until: args.until.map(|day| utc(day.last)),
        period: period(commits),
        is_cut: asked.is_cut,
        most_findings: MOST_FINDINGS,
        findings_left_out,
        missing,
        notes: notes.chain(left_out.not_listed(severity)).collect(),
        configured,
        branch,
        frameworks,
        waivers,
        rules,
    }
}

/// What each waiver of the revision that is believed came to over all commits.
fn waivers(
    everybody: &Everybody<'_>,
    rules: &[HistoryRow],
    answers: &[Answers],
) -> Vec<HistoryWaiver> {
    let mut used: BTreeMap<&str, (BTreeSet<usize>, usize)> = BTreeMap::new();
    for (place, (id, findings)) in answers
        .iter()
        .enumerate()
        .flat_map(|(place, it)| it.accepted.iter().map(move |it| (place, it)))
    {
        let entry = used.entry(id).or_default();
        entry.0.insert(place);
        entry.1 += findings;
    }
    let is_rule = |id: &str| everybody.catalogue.rules().contains_key(id);
    let all =
        everybody.trusted.waivers.known(everybody.now, everybody.trusted.roster.as_ref(), &is_rule);
    let row = |KnownWaiver { fact, reason }: KnownWaiver| {
        let (commits, findings) = used.get(&*fact.id).map_or((0, 0), |(on, it)| (on.len(), *it));
        let rule = rules.iter().find(|row| row.rule == fact.rule);
        let not_known = rule.map_or(0, |row| row.counts.not_assessed + row.counts.error);
        let shown = |text: &str| masked(text);
        HistoryWaiver {
            is_unused: rule.is_some() && !fact.is_expired && findings == 0 && not_known == 0,
            is_asked: rule.is_some(),
            id: shown(&fact.id),
            rule: shown(&fact.rule),
            owner: shown(&fact.owner),
            reason: shown(&reason),
            expires: fact.expires.text,
            is_expired: fact.is_expired,
            is_everywhere: fact.is_everywhere,
            is_owner_known: fact.is_owner_known,
            is_owner_active: fact.is_owner_active,
            is_rule_known: fact.is_rule_known,
            commits,
            findings,
            not_known,
        }
    };
    all.into_iter().map(row).collect()
}

/// When the earliest and the latest commit were committed.
fn period(commits: &[Commit]) -> Option<Period> {
    let times = || commits.iter().map(|commit| commit.committer.time);
    let first = utc(times().min_by_key(|time| time.seconds)?);
    Some(Period { first, last: utc(times().max_by_key(|time| time.seconds)?) })
}

/// A time as all times of a history are given, and `--since` and `--until` count them.
fn utc(time: ZonedTime) -> String {
    ZonedTime { offset_minutes: 0, ..time }.to_string()
}

fn history_row(
    everybody: &Everybody<'_>,
    place: usize,
    id: &str,
    commits: &[Commit],
    answers: &[Answers],
) -> HistoryRow {
    let shipped = &everybody.catalogue.rules()[id];
    let verdicts: Vec<Verdict> = answers.iter().map(|row| row.verdicts[place]).collect();
    let mut counts = Counts::default();
    verdicts.iter().for_each(|verdict| counts.add(*verdict));
    let (mut failing, mut waived, mut not_known) = (Vec::new(), Vec::new(), Vec::new());
    for (commit, answers) in commits.iter().zip(answers) {
        let Some(said) = answers.said.get(&place) else { continue };
        match answers.verdicts[place] {
            Verdict::NotAssessed | Verdict::Error => not_known.push(unknown(commit, said)),
            Verdict::Waived => waived.push(found(commit, said)),
            _ => failing.push(found(commit, said)),
        }
    }
    let (unbroken, oldest) = unbroken(&verdicts);
    let oldest = oldest.map(|place| &commits[place]);
    let shown = Shown::of(shipped);
    HistoryRow {
        rule: shipped.meta.id.clone(),
        title: shown.text(&shipped.meta.title),
        severity: shipped.meta.severity,
        grade: format!("{:?}", shipped.meta.grade),
        verdict: counts.worst(),
        decides: everybody.decides(id),
        counts,
        not_looked_at: not_known.iter().filter(|it| it.is_not_looked_at).count(),
        unbroken,
        since: oldest.map(|commit| commit.id.to_string()),
        since_committed: oldest.map(|commit| utc(commit.committer.time)),
        failing,
        waived,
        not_known,
        remedy: shown.text(&shipped.meta.remedy),
        clauses: clauses(&everybody.frameworks, id),
    }
}

/// On how many of the newest commits a rule was kept, and the oldest of these. What does not apply to a commit ends no run and
/// shows nothing either; what is not known ends one.
fn unbroken(verdicts: &[Verdict]) -> (usize, Option<usize>) {
    let is_whole = |(_, verdict): &(usize, &Verdict)| {
        matches!(verdict, Verdict::Pass | Verdict::Waived | Verdict::NotApplicable)
    };
    let run = verdicts.iter().enumerate().take_while(is_whole);
    let kept = run.filter(|(_, verdict)| **verdict != Verdict::NotApplicable);
    kept.fold((0, None), |(count, _), (place, _)| (count + 1, Some(place)))
}

fn found(commit: &Commit, said: &Said) -> FailingCommit {
    FailingCommit {
        commit: commit.id.to_string(),
        committed: utc(commit.committer.time),
        findings: said.findings.clone(),
        findings_left_out: said.left_out,
        waivers: said.waivers.clone(),
    }
}

fn unknown(commit: &Commit, said: &Said) -> UnknownCommit {
    UnknownCommit {
        commit: commit.id.to_string(),
        committed: utc(commit.committer.time),
        missing: said.missing.clone(),
        is_not_looked_at: said
            .missing
            .iter()
            .any(|fact| NOT_LOOKED_AT_IN_A_HISTORY.contains(&&**fact)),
        error: said.error.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_of_commits_on_which_a_rule_was_kept() {
        use Verdict::{Error, Fail, NotApplicable, NotAssessed, Pass, Waived};
        for (verdicts, expected) in [
            (&[][..], (0, None)),
            (&[NotApplicable, NotApplicable, NotApplicable], (0, None)),
            (&[NotApplicable, Fail, Pass], (0, None)),
            (&[Pass, NotApplicable, Waived, NotApplicable], (2, Some(2))),
            (&[NotApplicable, Pass, NotAssessed, Pass], (1, Some(1))),
            (&[Pass, Error], (1, Some(0))),
        ] {
            assert_eq!(unbroken(verdicts), expected, "{verdicts:?}");
        }
    }
}
