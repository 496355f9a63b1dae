//! Questions that are asked of git and of the crate alike.

use std::collections::BTreeSet;
use std::path::Path;

use bstr::{BString, ByteSlice};
use gitops_health_git::{
    Changes, Commit, Error, Hunk, Lines, Location, ObjectId, Person, Repo, Similarity, Status,
    trailers,
};
use gitops_health_testkit::TestRepo;

use crate::printed;

pub fn try_open(path: &Path) -> Result<Repo, Error> {
    Repo::open(&Location { start: path.to_owned(), use_git_environment: false })
}

pub fn open(path: &Path) -> Repo {
    try_open(path).expect("the repository can be opened")
}

pub fn id(hex: &str) -> ObjectId {
    hex.trim().parse().expect("git prints an id")
}

/// The ids that git prints, one on each line.
pub fn ids(output: &[u8]) -> Vec<ObjectId> {
    output.lines().filter_map(ObjectId::from_hex).collect()
}

const QUIET: [&str; 6] =
    ["-c", "diff.renameLimit=1000", "-c", "diff.renames=true", "-c", "core.quotePath=false"];

fn git(scratch: &TestRepo, arguments: &[&str]) -> Vec<u8> {
    scratch.git(&[&["--no-replace-objects"], &QUIET[..], arguments].concat())
}

/// Compares every commit of every branch and tag; gives the number of commits.
pub fn assert_history_agrees(scratch: &TestRepo) -> usize {
    let repo = open(scratch.path());
    let commits = ids(&git(scratch, &["rev-list", "--all"]));
    for commit in &commits {
        assert_commit_agrees(scratch, &repo, *commit);
    }
    commits.len()
}

/// Compares all that git says of one commit.
pub fn assert_commit_agrees(scratch: &TestRepo, repo: &Repo, id: ObjectId) {
    let commit = repo.commit(id).expect("the commit is there");
    assert_header_agrees(scratch, &commit);
    for (option, similarity) in SIMILARITIES {
        let changes = repo.changes_of(&commit, similarity).expect("the changes can be read");
        let arguments = ["show", "--format=%x01", "--raw", "--numstat", "-z", "--no-abbrev"];
        let arguments = [&arguments[..], &["--diff-merges=first-parent", option, &id.to_string()]];
        let output = git(scratch, &arguments.concat());
        assert_files_agree(&changes, &output[1..], &format!("{option} {id}"));
    }
    assert_hunks_agree(scratch, repo, &commit);
    let arguments =
        ["diff-tree", "-c", "-r", "--name-only", "-z", "--no-commit-id", "--no-renames"];
    let theirs = git(scratch, &[&arguments[..], &[&id.to_string()]].concat());
    let ours = repo.differs_from_all_parents(&commit).expect("the trees can be read");
    let ours: Vec<u8> = ours.iter().flat_map(|path| [path.as_bytes(), b"\0"].concat()).collect();
    if commit.is_merge() {
        assert_eq!(ours.as_bstr(), theirs.as_bstr(), "{id}");
    } else {
        assert!(ours.is_empty(), "{id}");
    }
}

/// Compares files with what `--raw --numstat -z` printed of them.
pub fn assert_files_agree(ours: &Changes, mut output: &[u8], of: &str) {
    let theirs = printed::files(&mut output).expect("git prints what is expected");
    let ours: Vec<_> = ours.files.iter().map(|change| printed::ours(change).0).collect();
    let show = |files: &[printed::File]| {
        files.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(show(&ours), show(&theirs), "{of}");
}

fn assert_hunks_agree(scratch: &TestRepo, repo: &Repo, commit: &Commit) {
    let arguments = ["show", "--format=%x01", "--raw", "-p", "-U0", "-M", "--no-ext-diff"];
    let id = commit.id.to_string();
    let more = ["--no-textconv", "--diff-merges=first-parent", &id];
    let output = git(scratch, &[&arguments[..], &more].concat());
    let theirs = printed::patches(&mut &output[1..]).expect("git prints patches");
    let changes = repo.changes_of(commit, Similarity::Renames).expect("the changes can be read");
    assert_eq!(changes.files.len(), theirs.len(), "{id}");
    for (change, (_, theirs)) in changes.files.iter().zip(theirs) {
        let Lines::Counted { hunks: count, .. } = change.lines else { continue };
        // Git takes such a file for two, one that is deleted and one that is added.
        if change.status != Status::TypeChanged {
            let ours: Vec<Hunk> = repo.hunks(change).expect("the blobs are there");
            assert_eq!(ours, theirs, "{id} {}", change.path);
            assert_eq!(count as usize, theirs.len(), "{id} {}", change.path);
        }
    }
}

fn assert_header_agrees(scratch: &TestRepo, commit: &Commit) {
    let format = "--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%s%x00";
    let id = commit.id.to_string();
    // Git would print UTF-8; asked for the encoding of the commit it prints what is stored.
    let encoding = commit.encoding.as_ref().map_or("UTF-8".into(), |name| name.to_str_lossy());
    let encoding = format!("--encoding={encoding}");
    let arguments = ["log", "-1", "--no-walk", &encoding, "--no-patch", "--date=raw", format, &id];
    let output = git(scratch, &arguments);
    let fields: Vec<BString> = output.split_str("\0").map(BString::from).collect();
    let parents: Vec<_> = commit.parents().iter().map(ToString::to_string).collect();
    assert_eq!(fields[0], id);
    assert_eq!(fields[1], commit.tree.to_string(), "{id}");
    assert_eq!(fields[2], parents.join(" "), "{id}");
    let person = |at: usize| Person { name: fields[at].clone(), email: fields[at + 1].clone() };
    assert_eq!(commit.author.person, person(3), "{id}");
    assert_eq!(commit.committer.person, person(6), "{id}");
    assert_eq!(Some(commit.author.time), printed::raw_time(&fields[5]), "{id}");
    assert_eq!(Some(commit.committer.time), printed::raw_time(&fields[8]), "{id}");
    assert_eq!(commit.subject(), fields[9], "{id}");
    let theirs = scratch.git_with_input(&["interpret-trailers", "--parse"], &commit.message);
    let mut ours = Vec::new();
    for trailer in trailers(&commit.message) {
        ours.extend([&trailer.key[..], b": ", &trailer.value, b"\n"].concat());
    }
    assert_eq!(ours.as_bstr(), theirs.as_bstr(), "{id}");
}

/// The commits of a range as a set, and that none is listed twice or before its descendant.
pub fn assert_range_agrees(scratch: &TestRepo, repo: &Repo, text: &str) {
    let theirs = ids(&git(scratch, &["rev-list", text]));
    let range = repo.range(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let ours = repo.commits_in(&range).unwrap_or_else(|error| panic!("{text}: {error}"));
    let set: BTreeSet<_> = ours.iter().copied().collect();
    assert_eq!(set.len(), ours.len(), "{text}");
    assert_eq!(set, theirs.into_iter().collect(), "{text}");
}

pub fn assert_merge_base_agrees(scratch: &TestRepo, repo: &Repo, one: &str, two: &str) {
    let theirs = ids(&git(scratch, &["merge-base", one, two]));
    let (one, two) = (id(&scratch.id(one)), id(&scratch.id(two)));
    assert_eq!(repo.merge_base(one, two).ok(), theirs.first().copied(), "{one} {two}");
}

/// How files that moved are looked for, in git's words and in ours.
const SIMILARITIES: [(&str, Similarity); 3] =
    [("-M", Similarity::Renames), ("-C", Similarity::Copies), UNPAIRED];
/// Every file stands for itself.
pub const UNPAIRED: (&str, Similarity) = ("--no-renames", Similarity::Off);

/// Compares the index with what git prints.
pub fn assert_staged_agrees(scratch: &TestRepo, repo: &Repo, of: &str) {
    for (option, similarity) in SIMILARITIES {
        let arguments = ["diff", "--cached", "--raw", "--numstat", "-z", "--no-abbrev", option];
        let output = git(scratch, &arguments);
        let changes = repo.staged_changes(similarity).expect("the index can be read");
        assert_files_agree(&changes, &output, &format!("{of} {option}"));
    }
}

/// Compares the worktree with what git prints, and gives how many files differ. Git prints no id
/// for a file that it would have to read.
pub fn assert_worktree_agrees(scratch: &TestRepo, repo: &Repo, of: &str) -> usize {
    let counts = SIMILARITIES
        .map(|similarity| assert_worktree_agrees_with(scratch, repo, of, similarity, &[]));
    counts[2]
}

/// As [`assert_worktree_agrees`], in one way and with more words for git.
pub fn assert_worktree_agrees_with(
    scratch: &TestRepo,
    repo: &Repo,
    of: &str,
    (option, similarity): (&str, Similarity),
    words: &[&str],
) -> usize {
    let arguments = ["diff", "HEAD", "--raw", "--numstat", "-z", "--no-abbrev", "--no-ext-diff"];
    // We first: git writes what it has learned about the files into the index.
    let ours = repo.worktree_changes(similarity).expect("the worktree can be read");
    let output = git(scratch, &[&arguments[..], &[option], words].concat());
    let theirs = printed::files(&mut &output[..]).expect("git prints what is expected");
    let show = |file: printed::File| {
        let sides: Vec<_> = file.sides.split(' ').take(3).map(ToOwned::to_owned).collect();
        printed::File { sides: sides.join(" "), ..file }.to_string()
    };
    for (ours, theirs) in ours.files.iter().zip(&theirs) {
        let known = theirs.sides.split(' ').nth(3).and_then(|id| id.parse::<ObjectId>().ok());
        if let (Some(new), Some(known)) = (ours.new, known.filter(|id| !id.is_zero())) {
            assert_eq!(new.id, known, "{of} {option}: {}", ours.path);
        }
    }
    let count = theirs.len();
    let theirs: Vec<String> = theirs.into_iter().map(show).collect();
    let ours: Vec<String> = ours.files.iter().map(|change| show(printed::ours(change).0)).collect();
    assert_eq!(ours.join("\n"), theirs.join("\n"), "{of} {option}");
    count
}
