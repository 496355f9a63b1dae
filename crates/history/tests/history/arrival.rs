//! What was missing and comes back, and a key that is lost.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use gitops_health_history::{Notice, Options, Place};
use gitops_health_testkit::{Author, Story, TestRepo};

use crate::support::{Question, answers, directory, file, id, open_repo, try_updated, updated};

fn object(scratch: &TestRepo, id: &str) -> PathBuf {
    scratch.git_dir().join("objects").join(&id[..2]).join(&id[2..])
}

#[test]
fn an_object_that_comes_back_is_looked_at_again() {
    let (scratch, mut story) = (TestRepo::new(), Story::linear(77));
    story.go_on(&scratch, 20);
    let tip = scratch.id(&story.branches()[0]);
    let paths = story.paths();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let question = [Question::new(id(&tip), &paths)];
    let whole = answers(&updated(&scratch).0, &file(&scratch), &question).expect("it is whole");
    let listed = scratch.git_text(&["ls-tree", "-r", &tip]);
    let blob = listed.split_whitespace().nth(2).expect("there is a file").to_owned();
    for lost in [blob, scratch.id(&format!("{tip}~5^{{tree}}"))] {
        let (here, away) = (object(&scratch, &lost), scratch.git_dir().join("away"));
        fs::rename(&here, &away).expect("it is there");
        fs::remove_dir_all(directory(&scratch)).expect("it is there");
        let (history, notices) = updated(&scratch);
        assert_eq!(notices, []);
        let status = history.status().expect("it is whole");
        assert!(status.unread + status.uncounted as usize > 0, "{lost}");
        drop(history);
        assert_eq!(updated(&scratch).1, [], "it is still missing");
        fs::rename(&away, &here).expect("it is there");
        let (history, notices) = updated(&scratch);
        assert!(matches!(notices[..], [Notice::Rebuilt(_)]), "{notices:?}");
        let again = answers(&history, &file(&scratch), &question).expect("it is whole");
        assert_eq!(again, whole, "{lost}");
        let status = history.status().expect("it is whole");
        assert_eq!((status.unread, status.uncounted), (0, 0), "{lost}");
        drop(history);
        assert_eq!(updated(&scratch).1, []);
    }
}

#[test]
fn a_file_that_was_a_submodule_is_here_when_its_content_is() {
    let scratch = TestRepo::new();
    let submodule = format!("160000,{},sub", "1".repeat(40));
    scratch.git(&["update-index", "--add", "--cacheinfo", &submodule]);
    scratch.git(&["commit", "--quiet", "--message=submodule"]);
    scratch.git(&["rm", "--quiet", "--cached", "sub"]);
    scratch.write("sub", "a file now\n").commit("the submodule becomes a file");
    let (here, away) = (object(&scratch, &scratch.id("main:sub")), scratch.git_dir().join("away"));
    fs::rename(&here, &away).expect("it is there");
    assert_eq!(updated(&scratch).0.status().expect("it is whole").uncounted, 1);
    fs::rename(&away, &here).expect("it is there");
    let (history, notices) = updated(&scratch);
    assert!(matches!(notices[..], [Notice::Rebuilt(_)]), "{notices:?}");
    assert_eq!(history.status().expect("it is whole").uncounted, 0);
}

fn by_ada(scratch: &TestRepo, content: &str) {
    let time = "2026-03-02T10:00:00+0000";
    let ada = Author { name: "Ada", email: "ada@example.com", time };
    scratch.write("a", content).commit_as(ada, "Change");
}

#[test]
fn an_index_whose_key_is_lost_is_made_anew() {
    let options = Options { pseudonymize: true, ..Options::default() };
    for rest in [None, Some(b"too short".as_slice())] {
        let scratch = TestRepo::new();
        by_ada(&scratch, "1\n");
        drop(try_updated(&open_repo(scratch.path()), options.clone()).expect("it can be made"));
        let key = directory(&scratch).join("key");
        fs::remove_file(&key).expect("it is there");
        if let Some(rest) = rest {
            fs::write(&key, rest).expect("it can be written");
        }
        by_ada(&scratch, "2\n");
        let updated = try_updated(&open_repo(scratch.path()), options.clone());
        let (history, notices) = updated.expect("it can be made");
        assert!(matches!(notices[..], [Notice::Rebuilt(_)]), "{notices:?}");
        assert_eq!(history.status().expect("it is whole").people, 1);
    }
}

#[test]
fn files_of_a_clone_that_others_share_are_for_others_too() {
    use std::os::unix::fs::PermissionsExt;
    for (value, directory_mode, file_mode) in
        [("group", 0o2770, 0o660), ("all", 0o2775, 0o664), ("0640", 0o2750, 0o640)]
    {
        let scratch = TestRepo::new();
        scratch.git(&["config", "core.sharedRepository", value]);
        by_ada(&scratch, "1\n");
        let (history, _) = updated(&scratch);
        let mode = |path: &std::path::Path| {
            fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
        };
        let made = directory(&scratch);
        assert_eq!(mode(&made) & directory_mode, directory_mode, "{value}");
        let mut names = Vec::new();
        for entry in fs::read_dir(&made).expect("it is there").flatten() {
            names.push(entry.file_name().into_string().expect("a name"));
            let is_key = names.last().is_some_and(|name| name == "key");
            let wanted = if is_key { file_mode & 0o660 } else { file_mode };
            assert_eq!(mode(&entry.path()) & wanted, wanted, "{value}: {names:?}");
            assert!(!is_key || mode(&entry.path()) & 0o007 == 0, "{value}");
        }
        names.sort();
        let index = ["history.sqlite", "history.sqlite-shm", "history.sqlite-wal"];
        assert_eq!(names, [&index[..], &["key", "lock", "update.lock"]].concat());
        drop(history);
    }
}

#[test]
fn a_pipe_in_the_place_of_the_key_is_not_waited_for() {
    let scratch = TestRepo::new();
    by_ada(&scratch, "1\n");
    drop(updated(&scratch));
    let key = directory(&scratch).join("key");
    fs::remove_file(&key).expect("it is there");
    let made = Command::new("mkfifo").arg(&key).status().expect("mkfifo is there");
    assert!(made.success());
    let (history, notices) = updated(&scratch);
    assert_eq!(history.place(), &Place::Memory);
    assert!(matches!(notices[..], [Notice::Elsewhere(..)]), "{notices:?}");
}
