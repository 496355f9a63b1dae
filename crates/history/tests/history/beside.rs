use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::{Duration, UNIX_EPOCH};

use gitops_health_history::{Error, History, Options};
use gitops_health_testkit::TestRepo;

use crate::support::{directory, open_repo, updated};

const NAME: &str = "some-model.json";

fn scratch() -> TestRepo {
    let scratch = TestRepo::new();
    scratch.write("a", "1\n").commit("Begin");
    scratch
}

#[test]
fn what_is_kept_beside_an_index_is_read_again_and_outlives_it() {
    let scratch = scratch();
    let (history, _) = updated(&scratch);
    assert_eq!(history.read_beside(NAME, 10).expect("there is none"), None);
    history.keep_beside(NAME, b"first").expect("it can be kept");
    history.keep_beside(NAME, b"second").expect("it can be kept");
    assert_eq!(history.read_beside(NAME, 6).expect("it is there"), Some(b"second".to_vec()));
    drop(history);
    let repo = open_repo(scratch.path());
    assert_eq!(History::clear(&repo, None, &|| {}).expect("it can be cleared"), 1);
    let (history, _) = updated(&scratch);
    assert_eq!(history.read_beside(NAME, 6).expect("it is there"), Some(b"second".to_vec()));
    let names = fs::read_dir(directory(&scratch)).expect("it is there").flatten();
    assert!(names.filter(|entry| entry.path().ends_with(NAME)).count() == 1);
    assert_eq!(History::forget_beside(&repo, None, NAME).expect("it can be forgotten"), 1);
    assert_eq!(History::forget_beside(&repo, None, NAME).expect("there is none"), 0);
    assert_eq!(history.read_beside(NAME, 6).expect("there is none"), None);
}

#[test]
fn no_file_of_the_index_is_written_over_and_no_other_name_reaches_elsewhere() {
    let scratch = scratch();
    let (history, _) = updated(&scratch);
    for name in ["key", "history.sqlite", "../config.json", ".json", "A.json", "a/b.json", ""] {
        let kept = history.keep_beside(name, b"x");
        assert!(matches!(kept, Err(Error::Beside { .. })), "{name}: {kept:?}");
        assert!(history.read_beside(name, 10).is_err(), "{name}");
    }
}

#[test]
fn what_is_too_large_or_no_file_is_an_error() {
    let scratch = scratch();
    let (history, _) = updated(&scratch);
    history.keep_beside(NAME, b"seven!!").expect("it can be kept");
    let large = history.read_beside(NAME, 6).expect_err("it is larger").to_string();
    assert!(large.contains("could not read") && large.contains(NAME), "{large}");
    let path = directory(&scratch).join(NAME);
    fs::remove_file(&path).expect("it is there");
    symlink("/dev/zero", &path).expect("it can be made");
    assert!(history.read_beside(NAME, 6).is_err());
    assert!(history.keep_beside(NAME, b"x").is_err());
    assert!(path.is_symlink());
}

#[test]
fn who_shares_the_clone_shares_what_is_kept() {
    let scratch = scratch();
    scratch.git(&["config", "core.sharedRepository", "group"]);
    let (history, _) = updated(&scratch);
    history.keep_beside(NAME, b"x").expect("it can be kept");
    let path = directory(&scratch).join(NAME);
    let mode = fs::metadata(path).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o660, 0o660);
}

#[test]
fn what_was_kept_last_is_what_is_read_wherever_it_is() {
    let scratch = scratch();
    let cache = tempfile::tempdir().expect("a directory");
    let (history, _) = updated(&scratch);
    history.keep_beside(NAME, b"in the git directory").expect("it can be kept");
    drop(history);
    // For a while the git directory is no place for it.
    let (directory, aside) = (directory(&scratch), scratch.path().join("aside"));
    fs::rename(&directory, &aside).expect("it is there");
    fs::write(&directory, "no directory").expect("it can be written");
    let options = Options { cache: Some(cache.path().to_owned()), ..Options::default() };
    let repo = open_repo(scratch.path());
    let (history, _) = History::open(&repo, options, &|| {}).expect("in the cache");
    history.keep_beside(NAME, b"in the cache").expect("it can be kept");
    let read = || {
        let kept = History::kept_beside(&repo, Some(cache.path()), NAME, 100);
        String::from_utf8(kept.expect("it can be read").expect("there is one")).expect("words")
    };
    assert_eq!(read(), "in the cache");
    fs::remove_file(&directory).expect("it is there");
    fs::rename(&aside, &directory).expect("it is there");
    let (long_ago, to_come) = (UNIX_EPOCH, UNIX_EPOCH + Duration::from_secs(10_000_000_000));
    for (written, said) in [(long_ago, "in the cache"), (to_come, "in the git directory")] {
        let file = fs::File::options().write(true).open(directory.join(NAME)).expect("it is there");
        file.set_modified(written).expect("it can be set");
        assert_eq!(read(), said);
    }
}

#[test]
fn beside_an_index_in_memory_nothing_can_be_kept() {
    let scratch = scratch();
    let directory = directory(&scratch);
    fs::write(&directory, "no directory").expect("it can be written");
    let (history, _) =
        History::open(&open_repo(scratch.path()), Options::default(), &|| {}).expect("in memory");
    assert!(matches!(history.keep_beside(NAME, b"x"), Err(Error::InMemory)));
    assert_eq!(history.read_beside(NAME, 9).expect("there is none"), None);
}
