use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use gitops_health_compliance::input::{Branch, Input, Mode, Time};
use gitops_health_compliance::{
    Assembler, Catalogue, EvidenceOfMany, Settings, Shipped, Subject, Tally, Trusted, Verdict,
};
use gitops_health_git::{
    Change, Commit, Error as GitError, ObjectId, Reference, Repo, Similarity, ZonedTime,
};
use gitops_health_report::compliance::Counts;
use gitops_health_report::compliance_history::{
    self as report, COMPLIANCE_HISTORY_SCHEMA, FailingCommit, HistoryReport, HistoryRow, Requests,
};
use gitops_health_risk::RiskParams;

use super::catalogue::{asked_rules, catalogue, frameworks};
use super::own::Own;
use super::subject::{branch_of_head, evidence, settings, unusable};
use crate::args::{AnalyzeArgs, ComplianceFormat};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::look::masked;
use crate::output;

/// So many commits on which a rule fails are named; the newest.
const NAMED: usize = 5;

/// `compliance analyze --history`: which rules did each commit of the branch keep, by what is believed now?
pub(crate) fn run(context: &Context, args: &AnalyzeArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
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
    let (commits, is_cut) = first_parents(&repo, tip, args)?;
    let everybody = Everybody {
        settings: &settings,
        trusted: &trusted,
        kinds: &kinds,
        catalogue: &catalogue,
        rules: asked_rules(&catalogue, &frameworks),
        references: repo.references()?,
        branch: branch_of_head(&repo, &args.change, &settings)?,
        evidence: EvidenceOfMany::new(evidence(&repo, &args.change, Some(tip))?),
        now: context.now(),
    };
    let answers = everybody.judge(context, &commits)?;
    let report = assemble(&everybody, &commits, &answers, is_cut, args, revision);
    let text = match args.format {
        ComplianceFormat::Text => report::text(&report, context.style()),
        ComplianceFormat::Json => report::json(&report),
        _ => {
            return Err(CliError::new(Failure::Unusable {
                what: "a history is printed as text or as JSON only".into(),
                hint: "use `--format text` or `--format json`, or look at one change".into(),
            }));
        }
    };
    output::write(context, &text)?;
    Ok(match () {
        () if names.is_empty() && own.policies.is_empty() && !args.fail_on_violations => {
            ExitCode::Clean
        }
        () if report.is_cut => ExitCode::NotEvaluated,
        () => exit_code(&everybody, &answers, args),
    })
}

fn exit_code(everybody: &Everybody<'_>, answers: &[Answers], args: &AnalyzeArgs) -> ExitCode {
    use gitops_health_compliance::Outcome;
    let least = args.fail_on.into();
    let decides =
        |place: usize| everybody.catalogue.rules()[everybody.rules[place]].meta.severity >= least;
    let tally: Tally = answers
        .iter()
        .flat_map(|row| row.verdicts.iter().enumerate().filter(|(place, _)| decides(*place)))
        .map(|(_, verdict)| *verdict)
        .collect();
    match tally.outcome() {
        Outcome::Clean => ExitCode::Clean,
        Outcome::Violations => ExitCode::Findings,
        Outcome::NotEvaluated => ExitCode::NotEvaluated,
    }
}

/// The commits of a branch as they came to it, newest first, and whether the clone ends before the history does.
fn first_parents(
    repo: &Repo,
    tip: ObjectId,
    args: &AnalyzeArgs,
) -> Result<(Vec<Commit>, bool), CliError> {
    let (mut commits, mut next) = (Vec::new(), Some(tip));
    let most = args.last.map_or(usize::MAX, NonZero::get);
    while let Some(id) = next.filter(|_| commits.len() < most) {
        let commit = repo.commit(id)?;
        if repo.shallow_edges().contains(&id) {
            return Ok((commits, true));
        }
        next = commit.parents().first().copied();
        commits.push(commit);
    }
    Ok((commits, false))
}

/// What is said of a commit.
#[derive(Clone, Debug, Default)]
struct Answers {
    /// The answers of all rules, in their order.
    verdicts: Vec<Verdict>,
    request: Request,
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
    references: Vec<Reference>,
    branch: Option<Branch>,
    evidence: EvidenceOfMany,
    now: ZonedTime,
}

impl Everybody<'_> {
    /// The answers of all rules for each commit, in their order; on as many threads as there are processors.
    fn judge(&self, context: &Context, commits: &[Commit]) -> Result<Vec<Answers>, CliError> {
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
                        let answer = self.judge_one(&repo, commit);
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

    fn judge_one(&self, repo: &Repo, commit: &Commit) -> Result<Answers, GitError> {
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
            shown: &|text| masked(&String::from_utf8_lossy(text)),
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
            references: Some(&self.references),
        })?;
        let value = input.to_value();
        let mut evaluation = self.catalogue.over(&value);
        let judge = |id: &&str| {
            let judgement = evaluation.judge(id);
            self.trusted.waivers.apply(id, judgement, &input).0.verdict
        };
        let verdicts = self.rules.iter().map(judge).collect();
        Ok(Answers { verdicts, request: Request::of(&input) })
    }
}

fn assemble(
    everybody: &Everybody<'_>,
    commits: &[Commit],
    answers: &[Answers],
    is_cut: bool,
    args: &AnalyzeArgs,
    revision: ObjectId,
) -> HistoryReport {
    let row = |(place, id): (usize, &&str)| {
        let shipped = &everybody.catalogue.rules()[*id];
        let of_rule: Vec<Verdict> = answers.iter().map(|row| row.verdicts[place]).collect();
        history_row(shipped, commits, &of_rule)
    };
    let requests = |asked| answers.iter().filter(|it| it.request == asked).count();
    HistoryReport {
        schema: COMPLIANCE_HISTORY_SCHEMA.into(),
        head: args.change.head.clone(),
        trusted: revision.to_string(),
        commits: commits.len(),
        merges: commits.iter().filter(|commit| commit.is_merge()).count(),
        requests: Requests {
            named: requests(Request::Named),
            without: requests(Request::None),
            unknown: requests(Request::Unknown),
        },
        first: commits.last().map(|commit| commit.id.to_string()),
        last: commits.first().map(|commit| commit.id.to_string()),
        is_cut,
        rules: everybody.rules.iter().enumerate().map(row).collect(),
    }
}

fn history_row(
    Shipped { meta, own, .. }: &Shipped,
    commits: &[Commit],
    answers: &[Verdict],
) -> HistoryRow {
    let mut counts = Counts::default();
    answers.iter().for_each(|verdict| counts.add(*verdict));
    let failing = commits.iter().zip(answers).filter(|(_, verdict)| **verdict == Verdict::Fail);
    let failing = failing.take(NAMED).map(|(commit, _)| FailingCommit {
        commit: commit.id.to_string(),
        committed: commit.committer.time.to_string(),
    });
    // What says nothing of a commit does not end a run; what is not known does.
    let holds = |verdict: &Verdict| {
        matches!(verdict, Verdict::Pass | Verdict::Waived | Verdict::NotApplicable)
    };
    let unbroken = answers.iter().take_while(|verdict| holds(verdict)).count();
    let oldest = commits[..unbroken].last();
    let since = oldest.map(|commit| commit.id.to_string());
    let since_committed = oldest.map(|commit| commit.committer.time.to_string());
    HistoryRow {
        rule: meta.id.clone(),
        title: if own.is_some() { masked(&meta.title) } else { meta.title.clone() },
        severity: meta.severity,
        counts,
        unbroken,
        since,
        since_committed,
        failing: failing.collect(),
    }
}
