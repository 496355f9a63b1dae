use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use gitops_health_compliance::input::{Binding, Branch, Finding, Input, Mode, Risk};
use gitops_health_compliance::{
    Assembler, Catalogue, Evidence, LARGEST_EVIDENCE, Settings, Subject, Trusted, TrustedError,
    Waivers, read_evidence,
};
use gitops_health_git::{Change, Head, ObjectId, Repo, Selection, Similarity, printable};
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
            references: Some(&references),
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

/// What is believed: what was named, the tip that a pull request goes to, or what was there before the change.
fn trusted_revision(
    repo: &Repo,
    args: &ChangeArgs,
    selection: &Selection,
    change: &Change,
) -> Result<Option<ObjectId>, CliError> {
    Ok(match (&args.policy_from, selection) {
        (Some(revision), _) => Some(repo.resolve(revision)?),
        (None, Selection::PullRequest { base, .. }) => Some(repo.resolve(base)?),
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
    Finding {
        rule: found.rule.clone(),
        category: category.into(),
        severity: found.severity.to_string(),
        path: Some(found.path.clone()),
        line: Some(found.line as u64),
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
    let is_fast_forward = match selection {
        // What is added to a commit has it among its ancestors.
        Selection::Range(text) if !text.ends_with("^!") => {
            Some(change.base == Some(repo.range(text)?.from))
        }
        // And so has what is merged.
        Selection::PullRequest { .. } => Some(true),
        // A commit always has its parents: that says nothing of where the branch was.
        Selection::Commit(_) | Selection::Staged | Selection::Worktree => None,
        Selection::Range(_) => None,
    };
    branch_named(repo, args, selection, settings, is_fast_forward)
}

fn branch_named(
    repo: &Repo,
    args: &ChangeArgs,
    selection: &Selection,
    settings: &Settings,
    is_fast_forward: Option<bool>,
) -> Result<Option<Branch>, CliError> {
    let name = match (&args.branch, selection) {
        (Some(name), _) => Some(name.clone().into_bytes()),
        (None, Selection::PullRequest { base, .. }) => Some(short_name(base.as_bytes())),
        (None, _) => match repo.head()? {
            Head::Branch { name, .. } | Head::Unborn(name) => Some(short_name(&name)),
            Head::Detached(_) => None,
        },
    };
    Ok(name.map(|name| Branch {
        is_protected: settings.is_protected(&name),
        name: printable(&name),
        is_fast_forward,
    }))
}

/// The name of a branch as it is protected: `main` of `refs/heads/main` and of `origin/main`.
fn short_name(name: &[u8]) -> Vec<u8> {
    let fronts: [&[u8]; 3] = [b"refs/heads/", b"refs/remotes/origin/", b"origin/"];
    let front = fronts.into_iter().find(|front| name.starts_with(front));
    name[front.map_or(0, <[u8]>::len)..].to_vec()
}

/// The branch whose history is looked at. Where it was before nobody knows: a history that was rewritten looks like any.
pub(super) fn branch_of_head(
    repo: &Repo,
    args: &ChangeArgs,
    settings: &Settings,
) -> Result<Option<Branch>, CliError> {
    let commit = Selection::Commit(args.head.clone());
    branch_named(repo, args, &commit, settings, None)
}
