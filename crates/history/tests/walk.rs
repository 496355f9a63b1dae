//! What came before a change, compared with what git lists.

#![cfg(unix)]

use std::sync::atomic::AtomicBool;

use bstr::ByteSlice;
use gitops_health_git::{Location, ObjectId, Repo, RepoPath};
use gitops_health_history::{Before, History, Options, Past, PastCommit, Work};
use gitops_health_testkit::{Random, TestRepo};

fn open(scratch: &TestRepo) -> Repo {
    let start = scratch.path().to_owned();
    let location = Location { start, use_git_environment: false };
    Repo::open(&location).expect("the repository can be opened")
}

/// The past of one file of a revision.
fn past(scratch: &TestRepo, revision: &str, file: &str) -> Past {
    let repo = open(scratch);
    let tips = [repo.resolve(revision).expect("it is there")];
    let (mut history, _) =
        History::open(&repo, Options::default(), &|| {}).expect("it can be opened");
    let cancel = AtomicBool::new(false);
    let work = Work { threads: 2, progress: &|_, _, _| {}, cancel: &cancel };
    history.update(&repo, &tips, &work).expect("it can be indexed");
    let follow = [RepoPath::from(file)];
    let before = Before { tips: &tips, follow: &follow, ..Before::default() };
    history.before(before).expect("it is indexed")
}

fn ids(listed: &[u8]) -> Vec<ObjectId> {
    listed.lines().map(|line| ObjectId::from_hex(line).expect("an id")).collect()
}

#[test]
fn the_past_of_a_file_has_the_commits_that_git_lists_for_its_path() {
    let scratch = TestRepo::new();
    let mut random = Random::new(9);
    scratch.write("d/f", "0\n").write("d/g", "0\n").write("other", "0\n");
    scratch.commit("first");
    for round in 0..40 {
        let branch = format!("branch{}", random.below(3));
        scratch.git(&["checkout", "-q", "-B", &branch]);
        let file = ["d/f", "d/g", "d/h", "other"][random.below(4)];
        scratch.write(file, format!("{round}\n"));
        scratch.commit(&format!("round {round}"));
        if round % 5 == 4 {
            scratch.git(&["checkout", "-q", "-b", &format!("side{round}"), "HEAD~2"]);
            scratch.write(file, format!("side {round}\n"));
            scratch.commit("side");
            scratch.git(&["merge", "-q", "-s", "ours", "-m", "merge", &branch]);
        }
    }
    let list = |arguments: &[&str]| ids(&scratch.git(&[&["rev-list", "HEAD"], arguments].concat()));
    let paths = ["--full-history", "--no-merges", "--"];
    let past = past(&scratch, "HEAD", "d/f");
    assert_eq!(past.visited, list(&[]).len());
    assert_eq!(past.all.changes, list(&["--no-merges"]).len());
    let of = |keep: &dyn Fn(&PastCommit) -> bool| {
        past.commits
            .iter()
            .filter(|commit| keep(commit))
            .map(|commit| commit.id)
            .collect::<Vec<_>>()
    };
    let followed = |commit: &PastCommit| !commit.followed.is_empty();
    assert_eq!(of(&followed), list(&[&paths[..], &["d/f"]].concat()));
    assert_eq!(of(&|_| true), list(&[&paths[..], &["d"]].concat()));
    assert!(past.commits.len() < past.all.changes);
}

/// A history in which `count` files of different content move to other names, edited.
fn many_moves(count: usize) -> TestRepo {
    let scratch = TestRepo::new();
    let mut import = String::from("commit refs/heads/main\ncommitter A <a@b> 1 +0000\ndata 0\n");
    let text = |number: usize, last: &str| {
        let line = format!("{number} {}\n", "word ".repeat(3));
        format!("{line}{line}{line}{last}\n")
    };
    for number in 0..count {
        let text = text(number, "old");
        import.push_str(&format!("M 644 inline old{number}\ndata {}\n{text}", text.len()));
    }
    import.push_str("commit refs/heads/main\ncommitter A <a@b> 2 +0000\ndata 0\ndeleteall\n");
    for number in 0..count {
        let text = text(number, "new");
        import.push_str(&format!("M 644 inline new{number}\ndata {}\n{text}", text.len()));
    }
    scratch.git_with_input(&["fast-import", "--quiet"], import.as_bytes());
    scratch
}

#[test]
fn a_past_says_where_too_many_files_moved_to_follow_one() {
    for (count, is_followed) in [(100, true), (1001, false)] {
        let scratch = many_moves(count);
        let raw = scratch.git(&["-c", "diff.renameLimit=1000", "show", "-M", "--raw", "main"]);
        let pair = b"\told7\tnew7\n";
        assert_eq!(raw.find(pair).is_some(), is_followed, "{}", raw.as_bstr());
        let found = past(&scratch, "main", "new7");
        assert_eq!(found.renames_not_followed, usize::from(!is_followed));
        let followed = found.commits.iter().filter(|commit| !commit.followed.is_empty()).count();
        assert_eq!(followed, if is_followed { 2 } else { 1 });
        // Nothing is lost for a file that did not appear there.
        assert_eq!(past(&scratch, "main", "old7").renames_not_followed, 0);
    }
}

#[test]
fn a_past_says_where_content_to_follow_a_file_is_missing() {
    let source = many_moves(2);
    source.git(&["config", "uploadpack.allowFilter", "true"]);
    let partial = TestRepo::bare();
    let address = format!("file://{}", source.path().display());
    partial.git(&["fetch", "-q", "--filter=blob:none", &address, "main:main"]);
    assert_eq!(past(&source, "main", "new1").renames_not_followed, 0);
    let lost = past(&partial, "main", "new1");
    assert_eq!(lost.renames_not_followed, 1);
    assert_eq!(lost.commits[0].id.to_string(), source.id("main"));
}
