use std::ffi::OsString;

use gitops_health_compliance::input::Mode;
use gitops_health_git::{Error as GitError, ObjectId, Repo, Selection, Target, printable};

use super::run::{arguments, say};
use crate::args::{ChangeArgs, StageArg};
use crate::check;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::subject::Wanted;

/// The most references that one push may change: each is looked at.
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
    let mut remote = arguments.first().map(|name| name.as_encoded_bytes().to_vec());
    if updates.is_empty()
        && let Some((update, name)) = of_framework(repo)?
    {
        updates.push(update);
        remote = remote.or(Some(name.into_bytes()));
    }
    let theirs = remote.map(|name| of_remote(repo, &name)).transpose()?.unwrap_or_default();
    judged(context, updates, |update| {
        // What is there and not here may be any commit.
        let old = (!update.old.is_zero() && repo.holds(update.old)?).then_some(update.old);
        let known = match old {
            Some(old) => vec![old],
            None => theirs.tips.clone(),
        };
        let is_new = update.old.is_zero();
        Ok(Known { old, known, is_new, believed: old.or(theirs.default) })
    })
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
    let head = repo.head_commit()?;
    let tips = repo.tips()?;
    judged(context, updates, |update| {
        let old = (!update.old.is_zero()).then_some(update.old);
        let known = match old {
            Some(old) => vec![old],
            None => tips.clone(),
        };
        Ok(Known { old, known, is_new: old.is_none(), believed: old.or(head) })
    })
}

/// What is known of a reference before a push.
struct Known {
    /// Where it was, where that commit is here.
    old: Option<ObjectId>,
    /// The commits that are there already.
    known: Vec<ObjectId>,
    /// Whether there was no such reference.
    is_new: bool,
    /// The commit whose rules count; `None` where there is none yet.
    believed: Option<ObjectId>,
}

/// Looks at what each reference brings. The worst of all decides.
fn judged(
    context: &Context,
    updates: Vec<Update>,
    known_of: impl Fn(&Update) -> Result<Known, CliError>,
) -> Result<ExitCode, CliError> {
    let mut worst = ExitCode::Clean;
    for update in updates {
        // A branch that goes brings nothing.
        if update.new.is_zero() {
            continue;
        }
        let repo = context.open_repo()?;
        let Some(tip) = repo.commit_at(update.new)? else {
            return Err(CliError::new(Failure::NotEvaluated {
                what: format!("`{}` leads to no commit", printable(&update.reference)),
                hint: "push branches, and tags of commits".into(),
            }));
        };
        let known = known_of(&update)?;
        let peeled = |id: ObjectId| repo.commit_at(id);
        let old = known.old.map(peeled).transpose()?.flatten();
        let is_fast_forward = match old {
            Some(old) => repo.list_commits(&[old], &[tip])?.is_empty(),
            None => known.is_new,
        };
        let hidden = known.known.into_iter().map(peeled).collect::<Result<Vec<_>, GitError>>()?;
        let hidden: Vec<ObjectId> = hidden.into_iter().flatten().collect();
        let is_nothing = repo.list_commits(&[tip], &hidden)?.is_empty();
        if is_nothing && is_fast_forward {
            continue;
        }
        let branch = update.reference.strip_prefix(b"refs/heads/").map(printable);
        let believed = known.believed.map(peeled).transpose()?.flatten();
        let change = ChangeArgs {
            branch,
            policy_from: believed.map(|id| id.to_string()),
            ..ChangeArgs::none()
        };
        let wanted = Wanted {
            selection: Selection::Brought { tip, known: hidden },
            mode: Mode::Range,
            is_fast_forward: Some(is_fast_forward),
        };
        let args = arguments(change, StageArg::Push);
        let report = check::report_of_wanted(context, repo, &args, wanted)?;
        let about = format!("{}:", printable(&update.reference));
        worst = worst.max(say(context, &report, Some(&about))?);
    }
    Ok(worst)
}

/// What is known of a remote.
#[derive(Default)]
struct Theirs {
    /// The ends of its branches, as they were when it was last asked.
    tips: Vec<ObjectId>,
    /// The end of its default branch, or of one that is mostly called so.
    default: Option<ObjectId>,
}

fn of_remote(repo: &Repo, remote: &[u8]) -> Result<Theirs, CliError> {
    let prefix = [b"refs/remotes/", remote, b"/"].concat();
    let mut theirs = Theirs::default();
    let mut best = usize::MAX;
    for reference in repo.references()? {
        let Some(name) = reference.name.strip_prefix(&prefix[..]) else { continue };
        let Target::Commit(tip) = reference.target else { continue };
        theirs.tips.push(tip);
        let rank = [&b"HEAD"[..], b"main", b"master"].iter().position(|it| *it == name);
        if let Some(rank) = rank.filter(|rank| *rank < best) {
            best = rank;
            theirs.default = Some(tip);
        }
    }
    Ok(theirs)
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
        let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
        if words.len() != order.len() || updates.len() >= MOST_REFERENCES {
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
        for bad in ["a b c\n", "a b c d e\n", "a 1 b 2\n"] {
            assert!(updates(bad.as_bytes(), &order).is_err(), "{bad}");
        }
        let many = line.repeat(MOST_REFERENCES + 1);
        assert!(updates(many.as_bytes(), &order).is_err());
    }
}
