use std::collections::HashSet;
use std::ffi::OsString;

use gitops_health_compliance::Settings;
use gitops_health_compliance::input::Mode;
use gitops_health_git::{Head, ObjectId, Repo, Selection, Target, printable};

use super::run::{arguments, say};
use crate::args::{ChangeArgs, CheckArgs, StageArg};
use crate::check;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::index::Depth;
use crate::look::{masked, masked_name};
use crate::subject::{self, Wanted};

/// The most references that one push may bring something new to: each is looked at.
const MOST_REFERENCES: usize = 1_000;

/// One reference that a push changes, as `githooks(5)` describes the lines.
#[derive(Debug, PartialEq, Eq)]
struct Update {
    /// The reference on the other side.
    reference: Vec<u8>,
    /// Where it is.
    old: ObjectId,
    /// Where it will be.
    new: ObjectId,
}

/// What a push brings to the other side, before anything is sent.
pub(super) fn pre_push(
    context: &Context,
    repo: &Repo,
    arguments: &[OsString],
    input: &[u8],
) -> Result<ExitCode, CliError> {
    let mut updates = updates(input, &[b"local", b"new", b"reference", b"old"])?;
    let text = |place: usize| {
        arguments.get(place).map(|text| text.to_string_lossy().into_owned()).unwrap_or_default()
    };
    let (mut remote, url) = (text(0), text(1));
    if updates.is_empty()
        && let Some((update, name)) = of_framework(repo)?
    {
        updates.push(update);
        remote = if remote.is_empty() { name } else { remote };
    }
    judged(context, repo, updates, &OtherSide::remote(repo, &remote, &url)?)
}

/// What the pre-commit framework says of a push, which reads the input itself: the reference, and the remote.
fn of_framework(repo: &Repo) -> Result<Option<(Update, String)>, CliError> {
    let get = |name: &str| std::env::var(name).ok().filter(|it| !it.is_empty());
    let (Some(remote), Some(local)) =
        (get("PRE_COMMIT_REMOTE_NAME"), get("PRE_COMMIT_LOCAL_BRANCH"))
    else {
        return Ok(None);
    };
    let new = get("PRE_COMMIT_TO_REF").unwrap_or(local);
    let old = match get("PRE_COMMIT_FROM_REF") {
        Some(old) => repo.resolve(&old)?,
        None => ObjectId::ZERO,
    };
    let reference = get("PRE_COMMIT_REMOTE_BRANCH").unwrap_or_default().into_bytes();
    Ok(Some((Update { reference, old, new: repo.resolve(&new)? }, remote)))
}

/// What a push brings to this repository, before it is taken.
pub(super) fn pre_receive(
    context: &Context,
    repo: &Repo,
    input: &[u8],
) -> Result<ExitCode, CliError> {
    let updates = updates(input, &[b"old", b"new", b"reference"])?;
    judged(context, repo, updates, &OtherSide::here(repo)?)
}

/// Looks at what each reference brings. The worst of all decides.
fn judged(
    context: &Context,
    repo: &Repo,
    updates: Vec<Update>,
    side: &OtherSide,
) -> Result<ExitCode, CliError> {
    let trust = Trust::of(context, repo, side)?;
    let coming: Vec<ObjectId> = updates
        .iter()
        .filter(|update| !update.new.is_zero())
        .map(|update| Ok(repo.commit_at(update.new)?.unwrap_or(update.new)))
        .collect::<Result<_, CliError>>()?;
    // A thousand tags of commits that are there are found out about at once.
    let coming: Vec<ObjectId> = coming.into_iter().filter(|id| is_commit(repo, *id)).collect();
    let news: HashSet<ObjectId> = repo.list_commits(&coming, &side.tips)?.into_iter().collect();
    let (mut worst, mut many) = (ExitCode::Clean, 0);
    for update in updates {
        let shown = masked_name(&update.reference);
        let is_trusted = trust.is_trusted(update.branch());
        if update.new.is_zero() {
            if side.is_here && is_trusted && trust.is_set_up {
                return Err(CliError::new(Failure::NotEvaluated {
                    what: format!("`{shown}` is a protected branch, and would be gone"),
                    hint: "who may do that takes the hook away for it".into(),
                }));
            }
            // A branch that goes brings nothing.
            continue;
        }
        let Some(tip) = repo.commit_at(update.new)? else {
            return Err(CliError::new(Failure::NotEvaluated {
                what: format!("`{shown}` leads to no commit"),
                hint: "push branches, and tags of commits".into(),
            }));
        };
        // A name is new where a reference is, whatever it leads to.
        let tells = update.old.is_zero() && shown != printable(&update.reference);
        if update.new == update.old || (!is_trusted && !tells && !news.contains(&tip)) {
            continue;
        }
        many += 1;
        if many > MOST_REFERENCES {
            return Err(CliError::new(Failure::NotEvaluated {
                what: format!("more than {MOST_REFERENCES} references bring something new"),
                hint: "push fewer at once".into(),
            }));
        }
        let wanted = wanted(repo, &update, tip, side, &trust)?;
        let change = ChangeArgs { branch: update.branch().map(printable), ..ChangeArgs::none() };
        let depth = if side.is_here { Depth::All } else { Depth::Ready };
        let args = CheckArgs { depth, ..arguments(change, StageArg::Push) };
        let report = check::report_of_wanted(context, context.open_repo()?, &args, wanted)?;
        worst = worst.max(say(context, &report, Some(&format!("{shown}:")))?);
    }
    Ok(worst)
}

fn is_commit(repo: &Repo, id: ObjectId) -> bool {
    matches!(repo.commit_at(id), Ok(Some(commit)) if commit == id)
}

/// What is to be looked at of a reference, and by what it is judged.
fn wanted(
    repo: &Repo,
    update: &Update,
    tip: ObjectId,
    side: &OtherSide,
    trust: &Trust,
) -> Result<Wanted, CliError> {
    let is_trusted = trust.is_trusted(update.branch());
    // What is there and not here may be any commit.
    let old = match !update.old.is_zero() && repo.holds(update.old)? {
        true => repo.commit_at(update.old)?,
        false => None,
    };
    let is_fast_forward = match old {
        Some(old) => repo.list_commits(&[old], &[tip])?.is_empty(),
        None => update.old.is_zero(),
    };
    let default = side.default.as_ref().map(|(_, tip)| *tip);
    let is_default =
        side.default.as_ref().is_some_and(|(name, _)| Some(&**name) == update.branch());
    let believed = match is_default {
        true => old.or(default),
        // Whoever pushed to it before chose what is there, also where it is called as protected ones are.
        false => default.or(old),
    };
    let known = match (is_trusted, old) {
        (true, Some(old)) => vec![old],
        (true, None) => side.trusted_tips(trust),
        (false, _) => side.tips.iter().copied().chain(old).collect(),
    };
    Ok(Wanted {
        selection: Selection::Brought { tip, known, from: old.or(believed) },
        mode: Mode::Range,
        is_fast_forward: Some(is_fast_forward),
        // Of the first push of all nothing else is there that could be believed.
        believed: believed.or(Some(tip)),
        name: Some(update.reference.clone()),
    })
}

/// What is known of the repository that a push goes to.
#[derive(Default)]
struct OtherSide {
    /// Whether it is this one.
    is_here: bool,
    /// Its branches, without `refs/heads/` in front, and where they are.
    branches: Vec<(Vec<u8>, ObjectId)>,
    /// The ends of all that it has.
    tips: Vec<ObjectId>,
    /// The branch that others begin at.
    default: Option<(Vec<u8>, ObjectId)>,
}

impl OtherSide {
    fn here(repo: &Repo) -> Result<Self, CliError> {
        let mut side = Self { is_here: true, tips: repo.tips()?, ..Self::default() };
        for reference in repo.references()? {
            let name = reference.name.strip_prefix(b"refs/heads/").map(<[u8]>::to_vec);
            if let (Some(name), Target::Commit(tip)) = (name, reference.target) {
                side.branches.push((name, tip));
            }
        }
        if let Head::Branch { name, commit } = repo.head()? {
            let name = name.strip_prefix(b"refs/heads/").unwrap_or(&name).to_vec();
            side.default = Some((name, commit));
        }
        if side.default.is_none() && !side.branches.is_empty() {
            return Err(CliError::new(Failure::NotEvaluated {
                what:
                    "HEAD leads to no branch that is there, so that nobody knows by what to judge"
                        .into(),
                hint:
                    "`git symbolic-ref HEAD refs/heads/NAME` names the branch that others begin at"
                        .into(),
            }));
        }
        Ok(side)
    }

    /// As it was when it was last asked. A remote that is named by its address is looked for among those that are
    /// known; of one that nobody knows all that is known of any counts.
    fn remote(repo: &Repo, name: &str, url: &str) -> Result<Self, CliError> {
        let known = match repo.has_remote(name) {
            true => Some(name.to_owned()),
            false => repo.remote_at(if url.is_empty() { name } else { url }),
        };
        let mut side = Self::default();
        // `a/b` may be a remote beside `a`.
        let inner: Vec<Vec<u8>> = match &known {
            Some(name) => repo.remotes_within(name).into_iter().map(String::into_bytes).collect(),
            None => Vec::new(),
        };
        let is_of_inner = |name: &[u8]| {
            let below = |inner: &Vec<u8>| {
                name.strip_prefix(&inner[..]).is_some_and(|it| it.starts_with(b"/"))
            };
            inner.iter().any(below)
        };
        let prefix = known.as_ref().map(|name| format!("refs/remotes/{name}/").into_bytes());
        for reference in repo.references()? {
            let Target::Commit(tip) = reference.target else { continue };
            match &prefix {
                Some(prefix) => {
                    let name = reference.name.strip_prefix(&prefix[..]);
                    if let Some(name) = name.filter(|name| !is_of_inner(name)) {
                        side.tips.push(tip);
                        if name != b"HEAD" {
                            side.branches.push((name.to_vec(), tip));
                        }
                    }
                }
                None if reference.name.starts_with(b"refs/remotes/") => side.tips.push(tip),
                None => {}
            }
        }
        let Some(remote) = known else {
            // By what is believed here: a change that goes elsewhere is none of the branch that others begin at.
            let origin = Self::remote_default(repo, "origin");
            side.default = origin.or_else(|| local_default(repo));
            return Ok(side);
        };
        side.default = Self::remote_default(repo, &remote).or_else(|| side.likely_default());
        if side.default.is_none() && !side.branches.is_empty() {
            return Err(CliError::new(Failure::NotEvaluated {
                what: format!(
                    "which branch of `{}` others begin at is not known",
                    masked_name(remote.as_bytes())
                ),
                hint: format!("`git remote set-head {} --auto` asks it", quoted(&remote)),
            }));
        }
        Ok(side)
    }

    fn remote_default(repo: &Repo, remote: &str) -> Option<(Vec<u8>, ObjectId)> {
        let name = repo.default_branch_of(remote)?;
        let tip = repo.resolve(&format!("refs/remotes/{remote}/{name}")).ok()?;
        Some((name.into_bytes(), tip))
    }

    /// One that is mostly called so, or the only one.
    fn likely_default(&self) -> Option<(Vec<u8>, ObjectId)> {
        let called = |name: &[u8]| self.branches.iter().find(|(it, _)| it == name);
        let likely = called(b"main").or_else(|| called(b"master"));
        match (likely, &self.branches[..]) {
            (Some(likely), _) => Some(likely.clone()),
            (None, [only]) => Some(only.clone()),
            _ => None,
        }
    }

    fn trusted_tips(&self, trust: &Trust) -> Vec<ObjectId> {
        let trusted = self.branches.iter().filter(|(name, _)| trust.is_trusted(Some(name)));
        trusted.map(|(_, tip)| *tip).collect()
    }
}

fn local_default(repo: &Repo) -> Option<(Vec<u8>, ObjectId)> {
    ["main", "master"].iter().find_map(|name| {
        let tip = repo.resolve(&format!("refs/heads/{name}")).ok()?;
        Some((name.as_bytes().to_vec(), tip))
    })
}

/// Which branches are what somebody has agreed to, by the branch that others begin at.
struct Trust {
    default: Option<Vec<u8>>,
    settings: Option<Settings>,
    /// Whether rules are asked at all.
    is_set_up: bool,
}

impl Trust {
    fn of(context: &Context, repo: &Repo, side: &OtherSide) -> Result<Self, CliError> {
        let Some((name, tip)) = &side.default else {
            return Ok(Self { default: None, settings: None, is_set_up: false });
        };
        let loaded = context.config_of_revision(repo, Some(*tip))?;
        let settings = subject::settings(&loaded)?;
        let config = settings.config();
        let is_set_up = !config.frameworks.is_empty() || !config.policies.is_empty();
        Ok(Self { default: Some(name.clone()), settings: Some(settings), is_set_up })
    }

    fn is_trusted(&self, branch: Option<&[u8]>) -> bool {
        let Some(branch) = branch else { return false };
        self.default.as_deref() == Some(branch)
            || self.settings.as_ref().is_some_and(|settings| settings.is_protected(branch))
    }
}

impl Update {
    /// The branch, where it is one.
    fn branch(&self) -> Option<&[u8]> {
        self.reference.strip_prefix(b"refs/heads/")
    }
}

/// A word as one of a shell.
fn quoted(word: &str) -> String {
    format!("'{}'", masked(word).replace('\'', r"'\''"))
}

/// Reads what git says of each reference, a line for each, with words in this order.
fn updates(input: &[u8], order: &[&[u8]]) -> Result<Vec<Update>, CliError> {
    let broken = || {
        CliError::new(Failure::Unusable {
            what: "what git says of the push can not be read".into(),
            hint: "call the hook as git does: `git help hooks` shows the lines of its input".into(),
        })
    };
    let mut updates = Vec::new();
    for line in input.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        // What is pushed may be called by an expression, which may have blanks; nothing else has.
        let mut words: Vec<&[u8]> = line.rsplitn(order.len(), |byte| *byte == b' ').collect();
        words.reverse();
        if words.len() != order.len() {
            return Err(broken());
        }
        let word = |name: &[u8]| {
            let place =
                order.iter().position(|it| *it == name).expect("each order has all of them");
            words[place]
        };
        let id = |name: &[u8]| ObjectId::from_hex(word(name)).ok_or_else(broken);
        let (old, new) = (id(b"old")?, id(b"new")?);
        updates.push(Update { reference: word(b"reference").to_vec(), old, new });
    }
    Ok(updates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_git_are_read_and_nothing_else_is() {
        let (one, zero) = ("1".repeat(40), "0".repeat(40));
        let order: [&[u8]; 4] = [b"local", b"new", b"reference", b"old"];
        let line = format!("refs/heads/a {one} refs/heads/b {zero}\n");
        let read = updates(line.as_bytes(), &order).expect("it is a line of git");
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].reference, b"refs/heads/b");
        assert!(read[0].old.is_zero() && !read[0].new.is_zero());
        assert!(updates(b"", &order).expect("nothing is pushed").is_empty());
        let line = format!("HEAD^{{/fix the bug}} {one} refs/heads/b {zero}\n");
        let read = updates(line.as_bytes(), &order).expect("it is a line of git");
        assert_eq!(read[0].reference, b"refs/heads/b");
        for bad in ["a b c\n", "a b c d e\n", "a 1 b 2\n"] {
            assert!(updates(bad.as_bytes(), &order).is_err(), "{bad}");
        }
    }
}
