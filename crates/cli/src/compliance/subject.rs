use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use gitops_health_compliance::input::{Binding, Branch, Finding, Input, Mode, Risk};
use gitops_health_compliance::{
    Assembler, Catalogue, Evidence, LARGEST_EVIDENCE, Settings, Subject, TagsByCommit, Trusted,
    TrustedError, Waivers, read_evidence,
};
use gitops_health_git::{
    Change, Error as GitError, ObjectId, Repo, Selection, Similarity, Target, printable,
};
use gitops_health_report::scan::{ScanFinding, ScanSkip};

use super::catalogue::own_rules;
use super::own::Own;
use crate::args::ChangeArgs;
use crate::config::Loaded;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::look::{Look, masked};
use crate::{risk_score, sanitize_scan};

/// What is judged, and by what.
pub(super) struct Judged {
    pub input: Input,
    pub waivers: Waivers,
    /// What was looked at, in words.
    pub target: String,
    /// What could not be looked at, and why.
    pub notes: Vec<String>,
}

/// A change, and what is believed.
pub(super) struct Believed {
    repo: Repo,
    selection: Selection,
    mode: Mode,
    change: Change,
    loaded: Loaded,
    trusted: Trusted,
    pub settings: Settings,
    pub own: Own,
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
        let change = repo.change(&selection, Similarity::Renames)?;
        refuse_nothing(&selection, &change)?;
        let revision = trusted_revision(&repo, args, &selection, &change)?;
        let loaded = context.config_of_revision(&repo, revision)?;
        let settings = settings(&loaded)?;
        let trusted = Trusted::read(&repo, revision, &settings).map_err(unusable)?;
        let own = Own::of_revision(&repo, revision, &settings, policies)?;
        Ok(Self { repo, selection, mode, change, loaded, trusted, settings, own })
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

    /// What else is known of the change.
    pub fn judged(&self, context: &Context, args: &ChangeArgs) -> Result<Judged, CliError> {
        let Self { repo, selection, mode, change, loaded, trusted, settings, own } = self;
        let kinds = loaded.config.risk.check()?;
        let (findings, mut notes) = findings(context, repo, loaded, selection)?;
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
        let references = repo.references()?;
        let subject = Subject {
            mode: *mode,
            change,
            branch: branch(repo, args, selection, change, settings)?,
            evidence: evidence(repo, args, change.head)?,
            findings,
            risk: risk(context, repo, loaded, selection)?,
            tags: Some(&TagsByCommit::new(&references)),
        };
        let input = assembler.input(subject)?;
        let waivers = trusted.waivers.clone();
        notes.extend(own.notes.iter().cloned());
        Ok(Judged { target: target(*mode, change), input, waivers, notes })
    }
}

/// What was handed in. A file that can not be used is an error: nobody would miss what it says.
pub(super) fn evidence(
    repo: &Repo,
    args: &ChangeArgs,
    head: Option<ObjectId>,
) -> Result<Evidence, CliError> {
    let about = match &args.evidence_for {
        Some(revision) => Some(repo.resolve(revision)?),
        None => head,
    };
    let about = Binding { commit: about.map(|id| id.to_string()), ..Binding::default() };
    let mut evidence = Evidence::default();
    for path in &args.evidence {
        let name = match path.as_os_str() == "-" {
            true => "the standard input".to_owned(),
            false => path.display().to_string(),
        };
        let bytes = read(path).map_err(|source| {
            CliError::new(Failure::Input { place: format!("`{name}`"), source })
        })?;
        let read = read_evidence(&name, &bytes, &about).map_err(|error| {
            CliError::new(Failure::Unusable {
                what: error.to_string(),
                hint: "docs/evidence.md shows what each file looks like".into(),
            })
        })?;
        evidence.add(read);
    }
    Ok(evidence)
}

/// A file, or the standard input: no more of it than may be read, and a byte that says that there is more.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let most = LARGEST_EVIDENCE as u64 + 1;
    let mut bytes = Vec::new();
    match path.as_os_str() == "-" {
        true => io::stdin().lock().take(most).read_to_end(&mut bytes)?,
        false => File::open(path)?.take(most).read_to_end(&mut bytes)?,
    };
    Ok(bytes)
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
fn refuse_nothing(selection: &Selection, change: &Change) -> Result<(), CliError> {
    match selection {
        _ if !change.files.is_empty() => Ok(()),
        Selection::Staged => Err(CliError::new(Failure::NothingStaged)),
        Selection::Worktree => Err(CliError::new(Failure::NothingChanged)),
        _ => Ok(()),
    }
}

/// Refuses names that somebody else can take the place of.
pub(super) fn refuse_ambiguous(repo: &Repo, args: &ChangeArgs) -> Result<(), CliError> {
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

pub(super) fn settings(loaded: &Loaded) -> Result<Settings, CliError> {
    loaded.config.compliance.check().map_err(|error| {
        CliError::new(Failure::Unusable {
            what: format!("the configuration makes no sense: {error}"),
            hint: "see where each value comes from with `gitops-health config show --origin`"
                .into(),
        })
    })
}

pub(super) fn unusable(error: TrustedError) -> CliError {
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

/// What `sanitize` finds in what the change adds, as the trusted revision configures it. What could not be looked at is
/// said, and then nothing is known. A comment beside a value and a baseline are of the change: they accept nothing here.
fn findings(
    context: &Context,
    repo: &Repo,
    loaded: &Loaded,
    selection: &Selection,
) -> Result<(Option<Vec<Finding>>, Vec<String>), CliError> {
    let look = Look::of(context, &loaded.config.sanitize, Some(repo), None, None)?;
    let (_, outcome) = sanitize_scan::scan_change(repo, &look, selection)?;
    let is_unseen =
        |skip: &&ScanSkip| skip.is_failure && look.acceptance.spares(&skip.path).is_none();
    let unseen: Vec<String> = outcome
        .skipped
        .iter()
        .filter(is_unseen)
        .map(|skip| format!("`{}` was not looked at for health data: {}", skip.path, skip.reason))
        .collect();
    if !unseen.is_empty() {
        return Ok((None, unseen));
    }
    let open = outcome.findings.iter().map(|found| finding(found, false));
    let accepted = outcome
        .accepted
        .iter()
        .map(|accepted| finding(&accepted.finding, accepted.by == "configuration"));
    let mut findings: Vec<Finding> = open.chain(accepted).collect();
    findings.sort();
    findings.dedup();
    Ok((Some(findings), unseen))
}

fn finding(found: &ScanFinding, is_accepted: bool) -> Finding {
    let category = match &*found.category {
        other @ ("pii" | "secret") => other,
        _ => "phi",
    };
    // The line of a value in an archive is one of what was unpacked.
    let is_packed = found.within.is_some();
    let parts = [found.field.clone(), found.within.as_ref().map(|it| format!("within {it}"))];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    Finding {
        rule: found.rule.clone(),
        title: Some(found.name.clone()),
        // An archive may name its files after people.
        within: (!parts.is_empty()).then(|| masked(&parts.join(", "))),
        category: category.into(),
        severity: found.severity.to_string(),
        path: Some(found.path.clone()),
        line: (!is_packed).then_some(found.line as u64),
        is_accepted,
    }
}

/// How risky the change is; nothing where no history is known that it could be measured by.
fn risk(
    context: &Context,
    repo: &Repo,
    loaded: &Loaded,
    selection: &Selection,
) -> Result<Option<Risk>, CliError> {
    let score = risk_score::score_of(context, repo, loaded, selection)?;
    Ok(score.map(|score| Risk {
        score: u8::try_from(score.value).unwrap_or(100),
        band: score.band.to_string().to_lowercase(),
    }))
}

fn branch(
    repo: &Repo,
    args: &ChangeArgs,
    selection: &Selection,
    change: &Change,
    settings: &Settings,
) -> Result<Option<Branch>, CliError> {
    let branch = branch_named(repo, args, selection, settings)?;
    let Some((mut branch, names)) = branch else { return Ok(None) };
    branch.is_fast_forward = match (selection, change.head) {
        // What is added to a commit has it among its ancestors.
        (Selection::Range(text), Some(head)) if !text.ends_with("^!") => {
            let is_above = change.base == Some(repo.range(text)?.from);
            // A branch that is behind is to be merged, and nothing was rewritten.
            if is_above || may_be_on(repo, &names, head)? { Some(is_above) } else { None }
        }
        // And so has what is merged.
        (Selection::PullRequest { .. }, _) => Some(true),
        // A commit always has its parents: that says nothing of where the branch was.
        _ => None,
    };
    Ok(Some(branch))
}

/// Whether a commit is on a branch; also where the branch is not here, so that nobody knows.
fn may_be_on(repo: &Repo, names: &[Vec<u8>], commit: ObjectId) -> Result<bool, CliError> {
    let mut is_here = false;
    for reference in repo.references()? {
        let is_it = repo.branch_of_reference(&reference.name).is_some_and(|it| names.contains(&it));
        if let (true, Target::Commit(tip)) = (is_it, reference.target) {
            is_here = true;
            if has(repo, tip, commit)? {
                return Ok(true);
            }
        }
    }
    Ok(!is_here)
}

/// A branch, and all names that it may have.
type Named = (Branch, Vec<Vec<u8>>);

/// The branch that a change goes to, and all names that it may have; of its history nothing is known yet.
fn branch_named(
    repo: &Repo,
    args: &ChangeArgs,
    selection: &Selection,
    settings: &Settings,
) -> Result<Option<Named>, CliError> {
    let names = match (&args.branch, selection) {
        (Some(name), _) => called(repo, name)?,
        (None, Selection::PullRequest { .. }) => {
            named_by_selection(repo, selection)?.into_iter().collect()
        }
        (None, _) => repo.branch_of("HEAD")?.into_iter().collect(),
    };
    let branch = names.first().map(|name| Branch {
        // Where it can be read in two ways the one counts of which more is asked.
        is_protected: names.iter().any(|name| settings.is_protected(name)),
        name: printable(name),
        is_fast_forward: None,
    });
    Ok(branch.map(|branch| (branch, names)))
}

/// The branch that a selection names itself, if what it names is one.
fn named_by_selection(repo: &Repo, selection: &Selection) -> Result<Option<Vec<u8>>, CliError> {
    Ok(match selection {
        Selection::PullRequest { base, .. } => repo.branch_of(base)?,
        Selection::Range(text) => match text.split_once("..") {
            Some((from, _)) if !from.is_empty() => repo.branch_of(from)?,
            _ => None,
        },
        _ => None,
    })
}

/// The names of a branch that is called so. What can be none would be taken for one that is not protected.
fn called(repo: &Repo, name: &str) -> Result<Vec<Vec<u8>>, CliError> {
    let names = repo.branches_called(name);
    if names.is_empty() {
        return Err(CliError::new(Failure::Unusable {
            what: format!("`{}` is no name of a branch", printable(name.as_bytes())),
            hint: "name the branch that the change goes to, such as `main`: of a pull request on \
                   GitHub it is $GITHUB_BASE_REF"
                .into(),
        }));
    }
    Ok(names)
}

/// The branch whose history is looked at. Where it was before nobody knows: a history that was rewritten looks like any.
pub(super) fn branch_of_head(
    repo: &Repo,
    args: &ChangeArgs,
    settings: &Settings,
) -> Result<Option<Branch>, CliError> {
    let commit = Selection::Commit(args.head.clone());
    Ok(branch_named(repo, args, &commit, settings)?.map(|(branch, _)| branch))
}
