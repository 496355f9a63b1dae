//! A change and what is believed of it: what every command that judges one begins with.

mod branch;
mod evidence;
mod scanned;

use std::path::PathBuf;

use gitops_health_compliance::input::{Branch, Input, Mode, Risk};
use gitops_health_compliance::{
    Assembler, Catalogue, Settings, Subject, TagsByCommit, Trusted, TrustedError, Waivers,
};
use gitops_health_git::{
    Change, Error as GitError, ObjectId, Repo, Selection, Similarity, Target, printable,
};
use gitops_health_report::RiskReport;

use crate::args::ChangeArgs;
use crate::compliance::{Own, own_rules};
use crate::config::Loaded;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::index::Depth;
use crate::look::{Look, masked};
use crate::{risk_score, sanitize_scan};

use branch::{branch, called, named_by_selection};

pub(crate) use branch::branch_of_head;
pub(crate) use evidence::evidence;
pub(crate) use scanned::Scanned;

/// What is judged, and by what.
pub(crate) struct Judged {
    pub input: Input,
    pub waivers: Waivers,
    /// What was looked at, in words.
    pub target: String,
    /// What could not be looked at, and why.
    pub notes: Vec<String>,
}

/// A change, and what is believed.
pub(crate) struct Believed {
    pub repo: Repo,
    selection: Selection,
    mode: Mode,
    /// Whether a branch only went forward, where that is known already.
    is_fast_forward: Option<bool>,
    /// The reference that is pushed.
    name: Option<Vec<u8>>,
    pub change: Change,
    pub loaded: Loaded,
    trusted: Trusted,
    pub settings: Settings,
    pub own: Own,
}

/// What is to be looked at.
pub(crate) struct Wanted {
    pub selection: Selection,
    pub mode: Mode,
    /// Whether the branch only goes forward by it, where that is known already.
    pub is_fast_forward: Option<bool>,
    /// What is believed, where nobody names something else.
    pub believed: Option<ObjectId>,
    /// The reference that is pushed, whose name is looked at as well.
    pub name: Option<Vec<u8>>,
}

impl Wanted {
    /// What somebody has selected.
    pub fn selected(selection: Selection, mode: Mode) -> Self {
        Self { selection, mode, is_fast_forward: None, believed: None, name: None }
    }
}

impl Believed {
    /// Reads a change and what is believed.
    pub fn read(
        context: &Context,
        args: &ChangeArgs,
        policies: &[PathBuf],
    ) -> Result<Self, CliError> {
        let repo = context.open_repo()?;
        refuse_ambiguous(&repo, args)?;
        let (selection, mode) = selection(args);
        Self::of(context, repo, args, Wanted::selected(selection, mode), policies)
    }

    /// The same of a change that no argument names.
    pub fn of(
        context: &Context,
        repo: Repo,
        args: &ChangeArgs,
        wanted: Wanted,
        policies: &[PathBuf],
    ) -> Result<Self, CliError> {
        let Wanted { selection, mode, is_fast_forward, believed, name } = wanted;
        let mut change = repo.change(&selection, Similarity::Renames)?;
        refuse_nothing(&selection, &change)?;
        let revision = match (&args.policy_from, believed) {
            (None, Some(believed)) => Some(believed),
            _ => trusted_revision(&repo, args, &selection, &change)?,
        };
        repo.judge_by_attributes_of(revision, &mut change.files)?;
        let loaded = context.config_of_revision(&repo, revision)?;
        let settings = settings(&loaded)?;
        let trusted = Trusted::read(&repo, revision, &settings).map_err(unusable)?;
        let own = Own::of_revision(&repo, revision, &settings, policies)?;
        Ok(Self {
            repo,
            selection,
            mode,
            is_fast_forward,
            name,
            change,
            loaded,
            trusted,
            settings,
            own,
        })
    }

    /// The frameworks that are asked for: those that were named, else those that are configured.
    pub fn frameworks<'a>(&'a self, named: &'a [String]) -> &'a [String] {
        if named.is_empty() { &self.settings.config().frameworks } else { named }
    }

    /// Whether there is anything that rules are asked for.
    pub fn is_set_up(&self, frameworks: &[String]) -> bool {
        !frameworks.is_empty() || !self.own.policies.is_empty()
    }

    /// The revision that is believed.
    pub fn revision(&self) -> Option<ObjectId> {
        self.trusted.revision
    }

    /// What was looked at, in words.
    pub fn target(&self) -> String {
        target(self.mode, &self.change)
    }

    /// Refuses to give mere advice on a change that goes to a branch which is set up, where what is believed is not: who
    /// branches off before that, or from nothing, would choose by it that nothing is asked. What is not committed is no
    /// matter of a gate.
    pub fn refuse_advice(&self, context: &Context, args: &ChangeArgs) -> Result<(), CliError> {
        let Some(head) = self.change.head.filter(|_| args.policy_from.is_none()) else {
            return Ok(());
        };
        let named = match &args.branch {
            Some(name) => called(&self.repo, name)?,
            None => named_by_selection(&self.repo, &self.selection)?.into_iter().collect(),
        };
        for reference in self.repo.references()?.into_iter().rev() {
            let Some(name) = self.repo.branch_of_reference(&reference.name) else { continue };
            let is_meant = match named.is_empty() {
                true => self.settings.is_protected(&name),
                false => named.contains(&name),
            };
            let Target::Commit(tip) = reference.target else { continue };
            // What has the change already, or is it, may be where the set-up came from.
            if is_meant && is_set_up(context, &self.repo, tip) && !has(&self.repo, tip, head)? {
                let shown = printable(&reference.name);
                let believed = self.trusted.revision.map(|id| id.to_string());
                return Err(CliError::new(Failure::NotEvaluated {
                    what: format!(
                        "`{shown}` has a set-up, and what is believed has none: {}",
                        believed.unwrap_or_else(|| "nothing is there before the change".into())
                    ),
                    hint: format!(
                        "ask by the rules of the branch that it goes to, as with `--base {shown}`, \
                         or name what is to be believed with --policy-from REV"
                    ),
                }));
            }
        }
        Ok(())
    }

    /// What `sanitize` finds in what the change adds, as the revision that is believed configures it.
    pub fn scanned(&self, context: &Context) -> Result<Scanned, CliError> {
        let Self { repo, selection, change, loaded, trusted, .. } = self;
        let look = Look::of_revision(context, &loaded.config.sanitize, repo, trusted.revision)?;
        let mut outcome = sanitize_scan::scan_change(repo, &look, (selection, change))?;
        if let Some(name) = &self.name {
            outcome.scan_reference(&look, name);
        }
        Ok(Scanned { look, outcome })
    }

    /// How risky the change is, by all that came before it.
    pub fn scored(&self, context: &Context) -> Result<RiskReport, CliError> {
        Ok(self.scored_to(context, Depth::All)?.0)
    }

    /// The same by what is known of the past; and whether only the newest commits were looked at.
    pub fn scored_to(
        &self,
        context: &Context,
        depth: Depth,
    ) -> Result<(RiskReport, bool), CliError> {
        let Self { repo, loaded, selection, change, .. } = self;
        risk_score::report_of(context, repo, loaded, (selection, change), depth)
    }

    fn branch(&self, args: &ChangeArgs) -> Result<Option<Branch>, CliError> {
        let Self { repo, selection, change, settings, .. } = self;
        let found = branch(repo, args, selection, change, settings)?;
        Ok(found.map(|branch| Branch {
            is_fast_forward: self.is_fast_forward.or(branch.is_fast_forward),
            ..branch
        }))
    }

    /// What else is known of the change.
    pub fn judged(
        &self,
        context: &Context,
        args: &ChangeArgs,
        (scanned, risk): (&Scanned, Option<&RiskReport>),
    ) -> Result<Judged, CliError> {
        let Self { repo, mode, change, loaded, trusted, settings, own, .. } = self;
        let kinds = loaded.config.risk.check()?;
        let own_rules = own_rules(&own.policies)?;
        let assembler = Assembler {
            repo,
            settings,
            trusted,
            kinds: &kinds,
            now: context.now(),
            shown: &|text| masked(&String::from_utf8_lossy(text)),
            is_rule: &|id| Catalogue::has_built_in(id) || own_rules.contains(id),
        };
        // No tag leads to what is not committed.
        let references = match change.commits.is_empty() {
            true => Vec::new(),
            false => repo.references()?,
        };
        let subject = Subject {
            mode: *mode,
            change,
            branch: self.branch(args)?,
            evidence: evidence(repo, args, change.head)?,
            findings: scanned.findings(),
            // Half a score is none.
            risk: risk.filter(|it| it.is_complete()).map(|risk| Risk {
                score: u8::try_from(risk.score.value).unwrap_or(100),
                band: risk.score.band.to_string().to_lowercase(),
            }),
            tags: Some(&TagsByCommit::new(&references)),
        };
        let input = assembler.input(subject)?;
        let waivers = trusted.waivers.clone();
        let mut notes = scanned.unseen();
        notes.extend(own.notes.iter().cloned());
        Ok(Judged { target: target(*mode, change), input, waivers, notes })
    }
}

fn selection(args: &ChangeArgs) -> (Selection, Mode) {
    let commit = |revision: &str| (Selection::Commit(revision.to_owned()), Mode::Commit);
    match args {
        _ if args.staged => (Selection::Staged, Mode::Staged),
        _ if args.worktree => (Selection::Worktree, Mode::Worktree),
        ChangeArgs { range: Some(range), .. } => (Selection::Range(range.clone()), Mode::Range),
        ChangeArgs { base: Some(base), head, .. } => {
            let (base, head) = (base.clone(), head.clone());
            (Selection::PullRequest { base, head }, Mode::PullRequest)
        }
        ChangeArgs { commit: Some(revision), .. } => commit(revision),
        _ => commit("HEAD"),
    }
}

fn target(mode: Mode, change: &Change) -> String {
    match (mode, change.commits.len()) {
        (Mode::Staged, _) => "what is staged".into(),
        (Mode::Worktree, _) => "what changed in the worktree".into(),
        (_, 1) => "one commit".into(),
        (_, many) => format!("{many} commits"),
    }
}

/// Who asks about staged changes believes that there are some. A commit may be empty on purpose.
pub(crate) fn refuse_nothing(selection: &Selection, change: &Change) -> Result<(), CliError> {
    match selection {
        _ if !change.files.is_empty() => Ok(()),
        Selection::Staged => Err(CliError::new(Failure::NothingStaged)),
        Selection::Worktree => Err(CliError::new(Failure::NothingChanged)),
        _ => Ok(()),
    }
}

/// Refuses names that somebody else can take the place of.
pub(crate) fn refuse_ambiguous(repo: &Repo, args: &ChangeArgs) -> Result<(), CliError> {
    let named = [&args.commit, &args.base, &args.policy_from, &args.evidence_for];
    for revision in named.into_iter().flatten().chain([&args.head]) {
        repo.refuse_ambiguous(revision)?;
    }
    if let Some(range) = &args.range {
        repo.refuse_ambiguous_range(range)?;
    }
    Ok(())
}

/// Whether a revision says what is asked, as far as it can be read.
fn is_set_up(context: &Context, repo: &Repo, revision: ObjectId) -> bool {
    match context.config_of_revision(repo, Some(revision)) {
        Ok(loaded) => {
            let config = &loaded.config.compliance;
            !config.frameworks.is_empty() || !config.policies.is_empty()
        }
        Err(_) => true,
    }
}

/// Whether a commit is another, or has it among its ancestors.
fn has(repo: &Repo, commit: ObjectId, other: ObjectId) -> Result<bool, CliError> {
    match repo.merge_base(commit, other) {
        Ok(base) => Ok(base == other),
        Err(GitError::NoMergeBase { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// What is believed: what was named, the tip that a change goes to, or what was there before the change.
///
/// Of a range it is the end whose history is left out and not the merge base, which whoever makes the change chooses.
fn trusted_revision(
    repo: &Repo,
    args: &ChangeArgs,
    selection: &Selection,
    change: &Change,
) -> Result<Option<ObjectId>, CliError> {
    Ok(match (&args.policy_from, selection) {
        (Some(revision), _) => Some(repo.resolve(revision)?),
        (None, Selection::PullRequest { base, .. }) => Some(repo.resolve(base)?),
        (None, Selection::Range(text)) => Some(repo.range(text)?.from),
        (None, Selection::Staged | Selection::Worktree) => repo.head_commit()?,
        _ => change.base,
    })
}

pub(crate) fn settings(loaded: &Loaded) -> Result<Settings, CliError> {
    loaded.config.compliance.check().map_err(|error| {
        CliError::new(Failure::Unusable {
            what: format!("the configuration makes no sense: {error}"),
            hint: "see where each value comes from with `gitops-health config show --origin`"
                .into(),
        })
    })
}

pub(crate) fn unusable(error: TrustedError) -> CliError {
    let why = std::error::Error::source(&error).map(|it| format!(": {it}")).unwrap_or_default();
    match error {
        TrustedError::Git(error) => error.into(),
        other => CliError::new(Failure::Unusable {
            what: format!("{other}{why}"),
            hint: "mend the file in a commit of its own, or name another revision with \
                   --policy-from REV"
                .into(),
        }),
    }
}
