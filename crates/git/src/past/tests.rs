use gitops_health_testkit::TestRepo;

use super::*;
use crate::repo::Location;

/// A file that moves three times: with an edit, as it is, and with an edit.
fn moving() -> (TestRepo, Repo) {
    let scratch = TestRepo::new();
    let text = |edit: &str| (0..50).map(|line| format!("line {line}\n")).collect::<String>() + edit;
    scratch.write("a", text("1")).write("other", "x\n").commit("first");
    scratch.remove("a").write("b", text("2")).commit("second");
    scratch.git(&["mv", "b", "c"]);
    scratch.commit("third");
    scratch.remove("c").write("d", text("3")).commit("fourth");
    let start = scratch.path().to_owned();
    let repo = Repo::open(&Location { start, use_git_environment: false });
    (scratch, repo.expect("the repository can be opened"))
}

fn reader(repo: &Repo, everything: bool, rename_work: u64) -> PastReader<'_> {
    let scope = if everything {
        PastScope::Everything
    } else {
        PastScope::Directories(vec![RepoPath::from("")])
    };
    let reader = PastReader::new(repo, scope).expect("there is no mailmap");
    PastReader { rename_work, ..reader }
}

/// In how many commits the file was followed before `tip`, and in how many it was lost.
fn past(reader: &mut PastReader<'_>, tip: &str, file: &str) -> (usize, usize) {
    let tip = reader.repo.resolve(tip).expect("it is there");
    let follow = [RepoPath::from(file)];
    let past = reader.before(&[tip], &follow, usize::MAX, &mut |_| {}).expect("all is here");
    let followed = past.commits.iter().filter(|commit| !commit.followed.is_empty());
    (followed.count(), past.renames_not_followed)
}

#[test]
fn a_past_that_is_too_much_work_says_so_whatever_was_read_before() {
    let (_scratch, repo) = moving();
    let head = repo.commit(repo.resolve("HEAD").expect("it is there")).expect("it is there");
    let work = repo.moved_files(&head, RENAME_WORK).expect("all is here").work;
    assert!(work > 0);
    // As much work as one search needs: the second one of a past is for the same content only.
    let expected = [("HEAD", "d", (3, 1)), ("HEAD~1", "c", (3, 0)), ("HEAD~2", "b", (2, 0))];
    for everything in [false, true] {
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut reader = reader(&repo, everything, work);
            for (tip, file, found) in [order, order].concat().into_iter().map(|at| expected[at]) {
                assert_eq!(past(&mut reader, tip, file), found, "{tip} {order:?}");
            }
        }
        assert_eq!(past(&mut reader(&repo, everything, RENAME_WORK), "HEAD", "d"), (4, 0));
        assert_eq!(past(&mut reader(&repo, everything, work - 1), "HEAD", "d"), (1, 1));
        assert_eq!(past(&mut reader(&repo, everything, 0), "HEAD~1", "c"), (2, 1));
        // Where nothing is gone, nothing can have moved.
        assert_eq!(past(&mut reader(&repo, everything, 0), "HEAD~3", "a"), (1, 0));
    }
}
