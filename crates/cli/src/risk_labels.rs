use std::collections::HashMap;
use std::sync::Mutex;

use gitops_health_git::{ObjectId, Repo, ZonedTime, counted};
use gitops_health_history::{Before, History, Stage, Work};
use gitops_health_report::labels::{
    self as report, CommitLabel, EvidenceTotal, FixTotal, LABELS_SCHEMA, LabelReason, LabelState,
    LabelTotal, LabelsReport, LinkedCommit, MaturityTime, Mends,
};
use gitops_health_risk::label::{Blame, Evidence, Fix, LabelParams, Labels, State};

use crate::args::{LabelsArgs, LabelsFormat, is_within};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::look::{masked_path, subject_of};
use crate::lookback::{Gaps, Lookback, refuse_no_time, when};
use crate::own_history::{NEVER, end};
use crate::{index, output};

/// `risk labels`: which past commits introduced defects, and how that is known.
pub(crate) fn run(context: &Context, args: &LabelsArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let loaded = context.config(Some(&repo))?;
    let params = loaded.config.risk.check()?;
    let lookback = Lookback::from(&repo, &args.tip)?;
    let asked = args.commit.as_ref().map(|revision| repo.resolve(revision)).transpose()?;
    refuse_no_time(args.since, args.until)?;

    let tips = [lookback.commit.id];
    let history = index::open_for(context, &repo, &loaded.config.index, &tips)?;
    let labels = labels_of(context, &repo, &history, &tips, params.labels())?;
    let chronicle = history.chronicle(lookback.commit.id)?;
    let committed = chronicle.commits.iter().map(|commit| commit.committed.seconds);
    let known = Known::at(&repo, &labels, end(committed, context.now()));
    let asked = match (asked, &args.commit) {
        (Some(commit), Some(revision)) => {
            refuse_elsewhere(&labels, &lookback, commit, revision)?;
            Some(known.explained(commit)?)
        }
        _ => None,
    };
    let past = history.before(Before { tips: &tips, ..Before::default() })?;
    let gaps = Gaps::of(&past);
    let report = known.report(args, lookback, asked, gaps)?;

    let text = match args.format {
        LabelsFormat::Text => report::text(&report, context.style()),
        LabelsFormat::Json => report::json(&report),
        LabelsFormat::Csv => report::csv(&report),
        LabelsFormat::Markdown => report::markdown(&report),
    };
    output::write(context, &text)?;
    Ok(if report.is_complete() { ExitCode::Clean } else { ExitCode::NotEvaluated })
}

/// The labels of all commits up to `tips`, with a line that says how far they are.
pub(crate) fn labels_of(
    context: &Context,
    repo: &Repo,
    history: &History,
    tips: &[ObjectId],
    params: &LabelParams,
) -> Result<Labels, CliError> {
    Ok(labels_told(context, |work| Labels::of(repo, history, tips, params, work))?)
}

/// Looks for labels, with a line that says how far that is.
pub(crate) fn labels_told<T>(context: &Context, look: impl FnOnce(&Work<'_>) -> T) -> T {
    let progress = Mutex::new(context.progress(""));
    let tell = |stage: Stage, count: usize, total: Option<usize>| {
        let progress = progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
        progress.show(|| match stage {
            Stage::Files => format!("{count}{of} fixes followed back"),
            _ => format!("{count}{of} messages read"),
        });
    };
    look(&Work { threads: 1, progress: &tell, cancel: &NEVER })
}

fn refuse_elsewhere(
    labels: &Labels,
    lookback: &Lookback,
    commit: ObjectId,
    revision: &str,
) -> Result<(), CliError> {
    if labels.commits().contains(&commit) {
        return Ok(());
    }
    let (revision, tip) =
        (gitops_health_git::printable(revision.as_bytes()), &lookback.tip.revision);
    Err(CliError::new(Failure::NothingToReport {
        what: format!("{revision} is not in the history of {tip}"),
        hint: "name a revision that has it with `--tip REV`".into(),
        is_cut: false,
    }))
}

/// What is known at a time.
struct Known<'a> {
    repo: &'a Repo,
    labels: &'a Labels,
    now: ZonedTime,
    fixes: HashMap<ObjectId, &'a Fix>,
    /// The commits that introduced a defect, in the order of the history.
    introduced: Vec<ObjectId>,
    /// What each fix leads to, the likeliest first.
    led_to: HashMap<ObjectId, Vec<(ObjectId, Blame)>>,
}

impl<'a> Known<'a> {
    fn at(repo: &'a Repo, labels: &'a Labels, now: ZonedTime) -> Self {
        let fixes = labels.fixes().iter().filter(|fix| fix.committed <= now.seconds);
        let fixes = fixes.map(|fix| (fix.commit, fix)).collect();
        let mut introduced = Vec::new();
        let mut led_to: HashMap<ObjectId, Vec<(ObjectId, Blame)>> = HashMap::new();
        for commit in labels.commits() {
            let label = labels.at(*commit, now.seconds);
            let Some(State::Buggy { by, .. }) = label.map(|label| label.state) else { continue };
            introduced.push(*commit);
            for blame in by {
                led_to.entry(blame.fix).or_default().push((*commit, blame));
            }
        }
        for commits in led_to.values_mut() {
            commits.sort_by(|(_, one), (_, two)| two.share.total_cmp(&one.share));
        }
        Self { repo, labels, now, fixes, introduced, led_to }
    }

    fn report(
        &self,
        args: &LabelsArgs,
        lookback: Lookback,
        asked: Option<CommitLabel>,
        gaps: Gaps,
    ) -> Result<LabelsReport, CliError> {
        let total = self.total(args)?;
        if total.commits == 0 && asked.is_none() {
            let mut time = when(args.since, args.until);
            if time.is_empty() && total.later > 0 {
                time = format!(" until {}, the time of the labels", self.now);
            }
            let flags = "`--since`, `--until` or `--now`";
            return Err(lookback.no_commits(&time, flags, gaps.is_shallow));
        }
        let introduced = match asked {
            Some(_) => None,
            None => Some(self.newest(args)?),
        };
        let unread_fixes = self.labels.unread();
        let mut notes = gaps.notes();
        if gaps.is_shallow {
            let note = "What fixes mend may be older than what is here: then they lead to another commit, or to none.";
            notes.push(note.into());
        }
        if unread_fixes > 0 {
            notes.push(format!(
                "Of {} some content is not here or can't be read: labels that come from there may be missing or \
                 wrong. `git fetch --refetch --no-filter` brings what a partial clone lacks.",
                counted(unread_fixes, "fix", "fixes")
            ));
        }
        Ok(LabelsReport {
            schema: LABELS_SCHEMA.into(),
            target: lookback.tip,
            as_of: self.now.to_string(),
            since: args.since.map(|day| day.first.to_string()),
            until: args.until.map(|day| day.last.to_string()),
            total,
            fixes: self.fix_total(args),
            maturity: MaturityTime {
                days: self.labels.maturity_days(self.now.seconds),
                defects: self.labels.maturity_defects(self.now.seconds),
            },
            convention: self.labels.convention(self.now.seconds),
            introduced,
            commit: asked,
            unread_commits: gaps.unread,
            unread_fixes,
            shallow: gaps.is_shallow,
            notes,
        })
    }

    fn total(&self, args: &LabelsArgs) -> Result<LabelTotal, CliError> {
        let mut total = LabelTotal::default();
        let mut mature_introduced = 0;
        let is_asked = |seconds: i64| is_within(seconds, args.since, args.until);
        for id in self.labels.commits() {
            let Some(committed) = self.labels.committed(*id) else {
                let commit = self.repo.commit(*id)?;
                let committed = commit.committer.time.seconds;
                if is_asked(committed) {
                    let count = match () {
                        () if committed > self.now.seconds => &mut total.later,
                        () if commit.is_merge() => &mut total.merges,
                        () => &mut total.unknown,
                    };
                    *count += 1;
                }
                continue;
            };
            if !is_asked(committed) {
                continue;
            }
            let Some(label) = self.labels.at(*id, self.now.seconds) else {
                total.later += 1;
                continue;
            };
            let is_mature = label.mature_from <= self.now.seconds;
            total.commits += 1;
            total.mature += usize::from(is_mature);
            match label.state {
                State::Buggy { by, .. } => {
                    let is_likely = by.iter().any(|blame| blame.share >= 0.5);
                    total.introduced += 1;
                    total.introduced_likely += usize::from(is_likely);
                    mature_introduced += usize::from(is_mature);
                }
                State::Clean => total.clean += 1,
                State::Censored => total.censored += 1,
            }
        }
        let share = |all: usize| f64::from(mature_introduced as u32) / all as f64;
        total.base_rate = (total.mature > 0).then(|| (share(total.mature) * 1e4).round() / 1e4);
        Ok(total)
    }

    fn fix_total(&self, args: &LabelsArgs) -> FixTotal {
        let is_asked = |fix: &&&Fix| is_within(fix.committed, args.since, args.until);
        let fixes: Vec<&&Fix> = self.fixes.values().filter(is_asked).collect();
        let of = |evidence: Evidence| {
            let fixes = || fixes.iter().filter(|fix| fix.evidence == evidence);
            let is_unanswered = |fix: &&&&Fix| !self.led_to.contains_key(&fix.commit);
            let unanswered = fixes().filter(is_unanswered).count();
            EvidenceTotal { evidence, fixes: fixes().count(), unanswered }
        };
        let by_evidence: Vec<EvidenceTotal> = Evidence::ALL.into_iter().map(of).collect();
        FixTotal {
            fixes: fixes.len(),
            unanswered: by_evidence.iter().map(|it| it.unanswered).sum(),
            by_evidence,
        }
    }

    /// The newest commits that introduced a defect.
    fn newest(&self, args: &LabelsArgs) -> Result<Vec<CommitLabel>, CliError> {
        let mut found: Vec<(i64, usize, ObjectId)> = Vec::new();
        for (place, id) in self.introduced.iter().enumerate() {
            let committed = self.labels.committed(*id).unwrap_or_default();
            if is_within(committed, args.since, args.until) {
                found.push((committed, place, *id));
            }
        }
        found.sort_unstable_by(|one, two| two.cmp(one));
        let newest = found.iter().take(args.limit as usize);
        newest.map(|(_, _, id)| self.label(*id)).collect()
    }

    /// A commit with its label, and what it mends.
    fn explained(&self, id: ObjectId) -> Result<CommitLabel, CliError> {
        let mends = match self.fixes.get(&id) {
            None => None,
            Some(fix) => {
                let commits = self.led_to.get(&id).into_iter().flatten();
                let commits = commits.map(|(commit, blame)| self.linked(*commit, *commit, blame));
                let commits = commits.collect::<Result<_, _>>()?;
                Some(Mends { evidence: fix.evidence, commits })
            }
        };
        Ok(CommitLabel { mends, ..self.label(id)? })
    }

    fn label(&self, id: ObjectId) -> Result<CommitLabel, CliError> {
        let commit = self.repo.commit(id)?;
        let label = self.labels.at(id, self.now.seconds);
        let mature_from = label.as_ref().map(|label| in_utc(label.mature_from));
        let (state, by, known_since) = match label.map(|label| label.state) {
            Some(State::Buggy { by, first_known }) => {
                (LabelState::Introduced, by, Some(in_utc(first_known)))
            }
            Some(State::Clean) => (LabelState::Clean, Vec::new(), None),
            Some(State::Censored) => (LabelState::Censored, Vec::new(), None),
            None if commit.is_merge() => (LabelState::Merge, Vec::new(), None),
            None if self.labels.committed(id).is_none() => (LabelState::Unknown, Vec::new(), None),
            None => (LabelState::Later, Vec::new(), None),
        };
        let share = by.iter().map(|blame| rounded(blame.share)).reduce(f64::max);
        let fixes = by.iter().map(|blame| self.linked(blame.fix, id, blame));
        Ok(CommitLabel {
            commit: id.to_string(),
            committed: commit.committer.time.to_string(),
            subject: subject_of(&commit),
            state,
            known_since,
            mature_from,
            share,
            fixes: fixes.collect::<Result<_, _>>()?,
            mends: None,
        })
    }

    /// One end of the link between a commit and the fix of a blame.
    fn linked(
        &self,
        shown: ObjectId,
        blamed: ObjectId,
        blame: &Blame,
    ) -> Result<LinkedCommit, CliError> {
        /// A day in seconds.
        const DAY: i64 = 86_400;
        let commit = self.repo.commit(shown)?;
        let committed = self.labels.committed(blamed).unwrap_or(blame.known);
        let reasons = blame.reasons.iter().map(|reason| LabelReason {
            link: reason.link,
            path: masked_path(&reason.path),
            lines: reason.lines,
            first_line: (reason.first_line > 0).then_some(reason.first_line),
        });
        Ok(LinkedCommit {
            commit: shown.to_string(),
            committed: commit.committer.time.to_string(),
            subject: subject_of(&commit),
            evidence: blame.evidence,
            is_named: self.fixes.get(&blame.fix).is_some_and(|fix| fix.named.contains(&blamed)),
            share: rounded(blame.share),
            days: blame.known.saturating_sub(committed) / DAY,
            reasons: reasons.collect(),
        })
    }
}

/// A share with as many digits as mean something.
fn rounded(share: f64) -> f64 {
    (share * 1e4).round() / 1e4
}

fn in_utc(seconds: i64) -> String {
    ZonedTime { seconds, offset_minutes: 0 }.to_string()
}
