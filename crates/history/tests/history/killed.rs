//! Updates in many small batches, with a mailmap that changes, each ended at any instant.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use gitops_health_git::Limits;
use gitops_health_history::{History, Options};
use gitops_health_testkit::{Random, Story, TestRepo};

use crate::incremental::questions;
use crate::support::{answers, file, lines, open_repo, update, updated, verified};

/// At how many instants an update is ended in every run of the tests.
const INSTANTS: usize = 20;
/// Sets another number.
const KILLS: &str = "INDEX_KILLS";
/// The repository of [`this_is_what_is_killed`].
const REPOSITORY: &str = "INDEX_OF_REPOSITORY";

const MAILMAPS: [&str; 2] = [
    "",
    "Ada Lovelace <ada@example.com> <ada@home.example>\nCy <bob@example.com> <cy@example.com>\n",
];

#[test]
#[ignore = "the test below starts it, in processes of its own"]
fn this_is_what_is_killed() {
    let path = std::env::var_os(REPOSITORY).expect("the test below names one");
    let limits = Limits { facts_bytes: 8_000, ..Limits::default() };
    let repo = open_repo(Path::new(&path)).with_limits(limits);
    let (mut history, _) =
        History::open(&repo, Options::default(), &|| {}).expect("the index can be opened");
    update(&mut history, &repo, &repo.tips().expect("there are some")).expect("it can be updated");
}

fn start(scratch: &TestRepo) -> std::process::Child {
    let mut command = Command::new(std::env::current_exe().expect("it runs"));
    command.args(["--exact", "killed::this_is_what_is_killed", "--ignored", "--test-threads=1"]);
    command.env(REPOSITORY, scratch.path()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("it can be started")
}

#[test]
fn whatever_is_left_of_updates_that_are_killed_is_right_and_is_gone_on_with() {
    let (scratch, mut story) = (TestRepo::new(), Story::new(31));
    story.go_on(&scratch, 250);
    let asked = questions(&scratch, &mut story);
    let all = |scratch: &TestRepo| {
        let (history, notices) = updated(scratch);
        assert_eq!(notices, []);
        let answers = answers(&history, &file(scratch), &asked).expect("it is whole");
        (answers, lines(&file(scratch), "SELECT name, email, commits FROM authors"))
    };
    let expected = MAILMAPS.map(|mailmap| {
        scratch.write(".mailmap", mailmap);
        all(&scratch)
    });
    assert_ne!(expected[0], expected[1]);
    let clear = || {
        let repo = open_repo(scratch.path());
        History::clear(&repo, None, &|| {}).expect("it can be taken away")
    };
    clear();
    let begun = Instant::now();
    assert!(start(&scratch).wait().expect("it ends").success());
    let whole = begun.elapsed();
    assert_eq!(all(&scratch), expected[1], "small batches");

    let instants = std::env::var(KILLS)
        .map_or(INSTANTS, |number| number.parse().expect("a number of instants"));
    let (mut random, mut between) = (Random::new(5), 0);
    // Some end between two batches: where the machine is busy, more are tried.
    for instant in 0.. {
        if instant >= instants && between > 0 {
            break;
        }
        assert!(instant < 20 * instants, "none of {instant} ended between two batches");
        clear();
        let mut mailmap = 0;
        // One or more that are killed, each going on with what the one before left.
        for _ in 0..1 + random.below(3) {
            mailmap = random.below(2);
            scratch.write(".mailmap", MAILMAPS[mailmap]);
            let mut child = start(&scratch);
            std::thread::sleep(whole.mul_f64(random.below(1000) as f64 / 1500.0));
            let _ = child.kill();
            child.wait().expect("it ends");
        }
        let repo = open_repo(scratch.path());
        let (history, notices) =
            History::open(&repo, Options::default(), &|| {}).expect("it can be opened");
        assert_eq!(notices, [], "instant {instant}");
        let status = history.status().expect("it is whole");
        between += usize::from(0 < status.commits && status.commits < 250);
        drop(history);
        let left = verified(&scratch);
        assert_eq!((left.damage, left.differences), (None, vec![]), "instant {instant}");
        assert_eq!(all(&scratch), expected[mailmap], "instant {instant}");
        let after = verified(&scratch);
        assert_eq!((after.commits, after.differences), (250, vec![]), "instant {instant}");
    }
}
