//! Puts the input together, from facts of the repository and what others say.

mod approvals;
mod classes;
mod commits;
mod files;
mod shown;
mod tags;
mod waivers;

use gitops_health_git::{Change, Error, ObjectId, Repo, ZonedTime};
use gitops_health_risk::RiskParams;
use sha2::{Digest, Sha256};

use crate::config::Settings;
use crate::evidence::{Evidence, ReportedApproval, is_of_the_return};
use crate::input::{
    self, Binding, Branch, Covers, Finding, Grade, INPUT_SCHEMA, Input, MissingFact, Mode,
    OwnersFacts, PersonKind, PullRequest, Repository, Risk, RosterFacts, Scan, TestResult, TestRun,
    Ticket,
};
use crate::people::People;
use crate::trusted::Trusted;
use crate::waiver::Around;

/// So many commits before a change are looked at for its tree.
const MOST_BEFORE: usize = 10_000;

pub use classes::{is_governance, is_pipeline};
pub(crate) use shown::Masks;
pub use tags::TagsByCommit;

/// Makes inputs of the changes of one repository.
pub struct Assembler<'a> {
    /// The repository.
    pub repo: &'a Repo,
    /// The configuration.
    pub settings: &'a Settings,
    /// What is believed.
    pub trusted: &'a Trusted,
    /// Says what files are for.
    pub kinds: &'a RiskParams,
    /// When it is asked.
    pub now: ZonedTime,
    /// Takes out of a text what may not be shown.
    pub shown: &'a (dyn Fn(&[u8]) -> String + Sync),
    /// Whether there is a rule of a name: those of the program, and policies that are believed.
    pub is_rule: &'a (dyn Fn(&str) -> bool + Sync),
}

/// A change, and what is known of it besides the repository.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// What was asked for.
    pub mode: Mode,
    /// The change.
    pub change: &'a Change,
    /// The branch that it goes to.
    pub branch: Option<Branch>,
    /// What others say.
    pub evidence: Evidence,
    /// What `sanitize` found; `None` where it did not look.
    pub findings: Option<Vec<Finding>>,
    /// How risky it is; `None` where nobody measured it.
    pub risk: Option<Risk>,
    /// All tags; `None` where nobody looked.
    pub tags: Option<&'a TagsByCommit<'a>>,
}

impl Assembler<'_> {
    /// The input of a change.
    ///
    /// # Errors
    ///
    /// [`Error`] where the repository can not be read.
    pub fn input(&self, subject: Subject<'_>) -> Result<Input, Error> {
        let masks = Masks::new(self.shown);
        let mut people = People::new(self.trusted.roster.as_ref(), &self.trusted.mailmap, masks);
        let change = subject.change;
        let mut missing = self.missing(&subject);
        let commits = self.commits(change, &mut people)?;
        let files = self.files(change, &mut people, &mut missing)?;
        let mut facts = self.change(subject.mode, change)?;
        let tagged = self.tagged(subject.tags, change, &mut people, &mut missing)?;
        let mut evidence = subject.evidence;
        self.forget_what_was_of_another_time(subject.mode, change, &facts, &mut evidence)?;
        let to = subject.branch.as_ref().map(|branch| &*branch.name);
        let about = About { change: &facts, commits: &commits };
        let pull_request = about.own_pull_request(subject.mode, evidence.pull_requests, to);
        let pull_request = pull_request.map(|it| about.pull_request(it, &mut people));
        missing.extend(unknown_pull_request(pull_request.as_ref(), facts.head.is_some()));
        facts.contributors = contributors(&commits, pull_request.as_ref(), &people);
        let about = About { change: &facts, commits: &commits };
        let mut reported = evidence.approvals.unwrap_or_default();
        reported.extend(tagged.approvals);
        let (reported, early) = approvals::said_by(self.now, reported);
        missing.extend(early);
        let mut approvals =
            approvals::all(self, &about, reported, pull_request.as_ref(), &mut people);
        let has_brought = |it: &input::Approval| tagged.brought_by.contains(&it.person);
        for approval in approvals.iter_mut().filter(|it| it.grade == Grade::E3) {
            approval.is_contributor |= has_brought(approval);
        }
        let tickets = evidence.tickets.map(|list| {
            sorted(list.into_iter().map(|it| ticket(it, &mut people)), |it| it.id.clone())
        });
        let tests = evidence.tests.map(|list| {
            sorted(list.into_iter().map(|it| about.tests(it)), |it| {
                (it.suite.clone(), it.digest.clone())
            })
        });
        let scans = evidence.scans.map(|list| {
            sorted(list.into_iter().map(|it| about.scan(it)), |it| {
                (it.tool.clone(), it.digest.clone())
            })
        });
        let around = Around {
            now: self.now,
            contributors: &facts.contributors,
            roster: self.trusted.roster.as_ref(),
            is_rule: self.is_rule,
        };
        let waivers = self.trusted.waivers.facts(&around);
        let waiver_file = self.waiver_file(change, &around)?;
        missing.sort();
        missing.dedup();
        let (people, mut masks) = people.met();
        let mut input = Input {
            schema: INPUT_SCHEMA.into(),
            evaluated_at: self.now.into(),
            repository: self.repository(),
            branch: subject.branch,
            files,
            roster: self.roster(),
            owners: self.owners(),
            trust: self.trusted.trust.as_ref().map(|trust| trust.digest().to_string()),
            pull_request,
            pull_requests_until: evidence.pull_requests_until,
            approvals,
            tickets,
            tests,
            scans,
            findings: subject.findings,
            risk: subject.risk,
            tags: tagged.tags,
            platform: evidence.platform,
            change: facts,
            commits,
            people,
            waivers,
            waiver_file,
            facts_missing: missing,
        };
        masks.mask(&mut input);
        Ok(input)
    }

    /// Takes out approvals of the tree of a change that was there before, where something else came in between: who takes
    /// back what others added brings an approved tree, and nobody approved of that. A history knows it itself.
    fn forget_what_was_of_another_time(
        &self,
        mode: Mode,
        change: &Change,
        facts: &input::Change,
        evidence: &mut Evidence,
    ) -> Result<(), Error> {
        let (Some(tree), Some(approvals)) = (&facts.tree, &mut evidence.approvals) else {
            return Ok(());
        };
        let is_by_tree = |it: &ReportedApproval| {
            let is_of_it =
                |id: &String| change.commits.iter().any(|commit| commit.id.to_string() == *id);
            it.binds.tree.as_ref() == Some(tree) && !it.binds.commit.as_ref().is_some_and(is_of_it)
        };
        if mode == Mode::History || !approvals.iter().any(is_by_tree) {
            return Ok(());
        }
        let (mut next, mut latest) = (change.base, None);
        for _ in 0..MOST_BEFORE {
            let Some(commit) = next.map(|id| self.repo.commit(id)).transpose()? else { break };
            if commit.tree.to_string() == *tree {
                let Some(latest) = latest else { break };
                approvals.retain(|it| !is_by_tree(it) || is_of_the_return(it, tree, latest));
                break;
            }
            latest = latest.max(Some(commit.committer.time.seconds));
            next = commit.parents().first().copied();
        }
        Ok(())
    }

    fn repository(&self) -> Repository {
        Repository {
            is_shallow: self.repo.is_shallow(),
            is_bare: self.repo.worktree().is_none(),
            trusted: self.trusted.revision.map(|id| id.to_string()),
        }
    }

    fn roster(&self) -> Option<RosterFacts> {
        self.trusted.roster.as_ref().map(|roster| RosterFacts {
            path: self.settings.config().roster.clone(),
            digest: digits(&roster.digest()),
            people: roster.len(),
            shared: roster.shared(),
        })
    }

    fn owners(&self) -> Option<OwnersFacts> {
        self.trusted.readable_owners().map(|owners| OwnersFacts {
            path: owners.path.to_string(),
            skipped_lines: owners.skipped.len(),
        })
    }

    /// What is known of the change but for who contributed to it.
    fn change(&self, mode: Mode, change: &Change) -> Result<input::Change, Error> {
        let tree =
            change.head.map(|id| self.repo.commit(id)).transpose()?.map(|commit| commit.tree);
        let searched_for = files::searched_for(&change.files);
        Ok(input::Change {
            mode,
            base: change.base.map(|id| id.to_string()),
            head: change.head.map(|id| id.to_string()),
            tree: tree.map(|id| id.to_string()),
            digest: files::digest(&change.files),
            contributors: Vec::new(),
            searched_for,
        })
    }

    fn missing(&self, subject: &Subject<'_>) -> Vec<MissingFact> {
        let trusted = self.trusted;
        let config = self.settings.config();
        let nowhere = match trusted.revision {
            Some(_) => "the trusted revision has none",
            None => "there is no trusted revision",
        };
        let unread_owners = match &trusted.owners {
            None => format!("{nowhere}: `CODEOWNERS`"),
            Some(file) => {
                let why = file.skipped.iter().find(|it| it.line.is_none());
                let why = why.map(ToString::to_string).unwrap_or_default();
                format!("`{}` of the trusted revision can not be used: {why}", file.path)
            }
        };
        let facts = [
            (
                "roster",
                trusted.roster.is_none(),
                format!(
                    "{nowhere}: `{}`; `gitops-health compliance roster` drafts one",
                    config.roster
                ),
            ),
            ("owners", trusted.readable_owners().is_none(), unread_owners),
            ("trust", trusted.trust.is_none(), format!("{nowhere}: `{}`", config.allowed_signers)),
            ("approvals", subject.evidence.approvals.is_none(), NO_EVIDENCE.into()),
            (
                "branch.is_fast_forward",
                subject.branch.as_ref().is_some_and(|it| it.is_fast_forward.is_none()),
                "nobody says where the branch was before: `--range OLD..NEW` does of a push, and a pull request is asked about with `--base`".into(),
            ),
            ("tickets", subject.evidence.tickets.is_none(), NO_EVIDENCE.into()),
            ("tests", subject.evidence.tests.is_none(), NO_EVIDENCE.into()),
            ("scans", subject.evidence.scans.is_none(), NO_EVIDENCE.into()),
            ("platform", subject.evidence.platform.is_none(), NO_EVIDENCE.into()),
            (
                "findings",
                subject.findings.is_none(),
                "nobody looked for health data and secrets".into(),
            ),
            ("risk", subject.risk.is_none(), "nobody measured it".into()),
            ("tags", subject.tags.is_none(), "nobody looked at tags".into()),
            ("branch", subject.branch.is_none(), "nobody says where the change goes".into()),
        ];
        let missing = facts.into_iter().filter(|(_, is_missing, _)| *is_missing);
        missing.map(|(fact, _, reason)| absent(fact, reason)).collect()
    }
}

/// Whoever had a hand in a change: who wrote and committed it, whose key signed it, and who opened the request for it.
/// Names in commits are typed by whoever commits; a key and the account of a request are theirs who hide behind another's.
fn contributors(
    commits: &[input::Commit],
    pull_request: Option<&PullRequest>,
    people: &People<'_>,
) -> Vec<String> {
    let is_no_platform = |id: &&String| people.kind(id) != PersonKind::Platform;
    let of_commits = commits.iter().flat_map(|commit| {
        let signer = commit.signature.as_ref().and_then(|signature| signature.person.as_ref());
        let others = [Some(&commit.committer.person), signer].into_iter().flatten();
        let others = others.filter(is_no_platform);
        [&commit.author.person].into_iter().chain(&commit.co_authors).chain(others)
    });
    let opened = pull_request.filter(|it| it.covers != Covers::Other).map(|it| &it.author);
    let mut contributors: Vec<String> =
        of_commits.chain(opened.filter(is_no_platform)).cloned().collect();
    contributors.sort();
    contributors.dedup();
    contributors
}

/// What is not known of the pull request: that there is one, or that it is one of this change.
fn unknown_pull_request(
    pull_request: Option<&PullRequest>,
    is_committed: bool,
) -> Option<MissingFact> {
    let Some(pull_request) = pull_request else {
        return Some(absent("pull_request", NO_EVIDENCE));
    };
    match pull_request.covers {
        Covers::All | Covers::Part => None,
        Covers::Unknown => {
            let reason = match is_committed {
                true => "the pull request does not say of which commit it is",
                false => "the change is not committed",
            };
            Some(absent("pull_request.covers", reason))
        }
        Covers::Other => {
            Some(absent("pull_request", "the one that was handed in is of other commits"))
        }
    }
}

/// Why there is nothing that somebody would have to hand in.
const NO_EVIDENCE: &str = "no evidence says anything of them";

fn absent(fact: &str, reason: impl Into<String>) -> MissingFact {
    MissingFact { fact: fact.into(), reason: reason.into() }
}

/// What others speak of.
pub(crate) struct About<'a> {
    pub change: &'a input::Change,
    pub commits: &'a [input::Commit],
}

impl About<'_> {
    /// What of the change something is about. What names several things has to be right in each.
    pub fn covers(&self, binds: &Binding) -> Covers {
        let change = self.change;
        let Some(head) = &change.head else { return Covers::Unknown };
        let of_commit = binds.commit.as_ref().map(|id| match () {
            () if id == head => Covers::All,
            () if self.commits.iter().any(|commit| commit.id == *id) => Covers::Part,
            () => Covers::Other,
        });
        let of_tree = binds.tree.as_ref().map(|id| match () {
            () if Some(id) == change.tree.as_ref() => Covers::All,
            () if self.commits.iter().any(|commit| commit.tree == *id) => Covers::Part,
            () => Covers::Other,
        });
        let of_change = binds.change.as_ref().map(|digest| match *digest == change.digest {
            true => Covers::All,
            false => Covers::Other,
        });
        // A squashed commit has another id, and the same tree or difference: either says what was seen.
        let found: Vec<Covers> = [of_commit, of_tree, of_change].into_iter().flatten().collect();
        match () {
            () if found.is_empty() => Covers::Unknown,
            () if found.contains(&Covers::All) => Covers::All,
            () if found.contains(&Covers::Part) => Covers::Part,
            () => Covers::Other,
        }
    }

    /// The same of what names several commits, of which each says what was seen.
    fn covers_by_any(&self, commits: &[String]) -> Covers {
        let bound = |id: &String| Binding { commit: Some(id.clone()), ..Binding::default() };
        let found: Vec<Covers> = commits.iter().map(|id| self.covers(&bound(id))).collect();
        let all = [Covers::All, Covers::Part, Covers::Other];
        all.into_iter().find(|covers| found.contains(covers)).unwrap_or(Covers::Unknown)
    }

    /// The pull request of the change among several: one that names a commit of it, before others one that goes to the
    /// branch. Of a change that is not merged the last one is believed to be meant; a commit of a history that none
    /// names has none.
    fn own_pull_request(
        &self,
        mode: Mode,
        mut all: Vec<crate::evidence::ReportedPullRequest>,
        branch: Option<&str>,
    ) -> Option<crate::evidence::ReportedPullRequest> {
        let rank = |it: &crate::evidence::ReportedPullRequest| {
            let covers = match self.covers_by_any(&it.commits) {
                Covers::All => 2,
                Covers::Part => 1,
                Covers::Other | Covers::Unknown => 0,
            };
            (covers, covers > 0 && it.base.as_deref() == branch)
        };
        // Of several that are as good the last one counts.
        let best = (0..all.len()).max_by_key(|place| rank(&all[*place]))?;
        let is_about_it = rank(&all[best]).0 > 0;
        (mode != Mode::History || is_about_it).then(|| all.swap_remove(best))
    }

    fn pull_request(
        &self,
        it: crate::evidence::ReportedPullRequest,
        people: &mut People<'_>,
    ) -> PullRequest {
        PullRequest {
            covers: self.covers_by_any(&it.commits),
            commits: sorted(it.commits, String::clone),
            number: it.number,
            author: people.reported(&it.author),
            merged_by: it.merged_by.map(|who| people.reported(&who)),
            merged_at: it.merged_at,
            last_pushed_at: it.last_pushed_at,
            base: it.base,
            labels: sorted(it.labels, String::clone),
            grade: it.grade,
        }
    }

    fn tests(&self, it: crate::evidence::ReportedTests) -> TestRun {
        let result = match () {
            () if it.failed > 0 => TestResult::Failed,
            () if it.total <= it.skipped => TestResult::Empty,
            () => TestResult::Passed,
        };
        TestRun {
            covers: self.covers(&it.binds),
            suite: it.suite,
            result,
            total: it.total,
            failed: it.failed,
            skipped: it.skipped,
            at: it.at,
            source: it.source,
            grade: it.grade,
            digest: it.digest,
            binds: it.binds,
        }
    }

    fn scan(&self, it: crate::evidence::ReportedScan) -> Scan {
        Scan {
            covers: self.covers(&it.binds),
            tool: it.tool,
            kind: it.kind,
            is_complete: it.is_complete,
            findings: it.findings,
            at: it.at,
            source: it.source,
            grade: it.grade,
            digest: it.digest,
            binds: it.binds,
        }
    }
}

fn ticket(it: crate::evidence::ReportedTicket, people: &mut People<'_>) -> Ticket {
    Ticket {
        id: it.id,
        system: it.system,
        state: it.state.to_lowercase(),
        approved_by: it.approved_by.map(|who| people.reported(&who)),
        approved_at: it.approved_at,
        source: it.source,
        grade: it.grade,
    }
}

fn sorted<T, K: Ord>(list: impl IntoIterator<Item = T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut list: Vec<T> = list.into_iter().collect();
    list.sort_by_key(key);
    list
}

/// Bytes as hexadecimal digits.
pub fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A hash of parts, each with its length in front.
pub(crate) struct Parts(Sha256);

impl Parts {
    pub fn new(what: &str) -> Self {
        let mut parts = Self(Sha256::new());
        parts.add(what.as_bytes());
        parts
    }

    pub fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
    }

    pub fn end(self) -> String {
        digits(&self.0.finalize())
    }
}

/// An id as text, or nothing.
pub(crate) fn text(id: Option<ObjectId>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}
