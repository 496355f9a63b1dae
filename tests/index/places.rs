use super::*;

/// A repository that nobody may write to, and the program where somebody else may run it.
struct ReadOnly {
    repo: TestRepo,
    program: PathBuf,
    user: Option<u32>,
}

impl ReadOnly {
    fn new() -> Self {
        let repo = TestRepo::new();
        repo.write("src/a.rs", "fn one() {\n}\n").commit("Begin");
        repo.write("src/a.rs", "fn one() {\n    two();\n}\n").commit("Fix crash");
        let program = repo.path().join("program");
        fs::copy(env!("CARGO_BIN_EXE_gitops-health"), &program).expect("it can be copied");
        let user = is_root().then_some(65_534);
        give(repo.path(), user);
        for (path, (mode, ..)) in fingerprint(repo.path()) {
            let permissions = fs::Permissions::from_mode(mode & 0o555 | 0o444);
            fs::set_permissions(&path, permissions).expect("it is mine");
        }
        Self { repo, program, user }
    }

    fn run(&self, arguments: &[&str], variables: &[(&str, &Path)]) -> Transcript {
        let before = fingerprint(self.repo.path());
        let mut command = Command::new(&self.program);
        command.current_dir(self.repo.path()).args(arguments).env_clear();
        command.envs(variables.iter().copied());
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        let transcript = finish(command, &arguments.join(" "));
        assert!(before == fingerprint(self.repo.path()), "it was written to\n{transcript}");
        transcript
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        for (path, (mode, ..)) in fingerprint(self.repo.path()) {
            // What can't be taken away stays in the temporary directory.
            let _ = fs::set_permissions(path, fs::Permissions::from_mode(mode | 0o700));
        }
    }
}

/// Makes everything below a directory somebody's own.
fn give(directory: &Path, user: Option<u32>) {
    if user.is_some() {
        for path in fingerprint(directory).into_keys() {
            std::os::unix::fs::lchown(path, user, user).expect("root may");
        }
    }
}

#[test]
fn a_git_directory_that_can_not_be_written_has_its_index_in_the_cache() {
    let place = ReadOnly::new();
    let cache = tempfile::tempdir().expect("it can be made");
    give(cache.path(), place.user);
    let note = "note: the history index is kept in the user's cache";
    let home = cache.path().join("home");
    fs::create_dir(&home).expect("it can be made");
    give(&home, place.user);
    for variables in [
        &[("XDG_CACHE_HOME", cache.path())][..],
        &[("HOME", home.as_path())],
        &[("XDG_CACHE_HOME", Path::new("relative")), ("HOME", home.as_path())],
    ] {
        let first = place.run(SCORE, variables);
        assert_eq!(first.code, Some(0), "{first}");
        assert!(first.stderr.contains(note), "{first}");
        let again = place.run(SCORE, variables);
        assert_eq!(again, first);
        let status = place.run(&["index", "status", "--format", "json"], variables);
        let report: serde_json::Value = serde_json::from_str(&status.stdout).expect("JSON");
        assert_eq!(report["place"], "in the user's cache", "{status}");
        assert_eq!((&report["commits"], &report["up_to_date"]), (&2.into(), &true.into()));
        let quiet = place.run(&[SCORE, &["--quiet"]].concat(), variables);
        assert_eq!((quiet.stdout, quiet.stderr.as_str()), (first.stdout, ""));
    }
    assert!(cache.path().join("gitops-health").is_dir() && home.join(".cache").is_dir());
    assert!(place.run(&["index", "clear"], &[("HOME", &home)]).stdout.contains("is gone"));
}

#[test]
fn without_any_place_the_index_is_in_memory() {
    let place = ReadOnly::new();
    let nowhere = Path::new("/proc/none");
    for variables in [&[][..], &[("HOME", nowhere)], &[("XDG_CACHE_HOME", nowhere)]] {
        let score = place.run(SCORE, variables);
        assert_eq!(score.code, Some(0), "{score}");
        assert!(score.stderr.contains("the history index is kept in memory"), "{score}");
        let update = place.run(UPDATE, variables);
        assert_eq!(update.code, Some(0), "{update}");
        assert!(update.stderr.contains("nothing was kept"), "{update}");
        let status = place.run(&["index", "status"], variables);
        assert!(status.stdout.contains("there is none"), "{status}");
    }
}

#[test]
fn a_bare_repository_and_a_linked_worktree_keep_it_in_the_common_directory() {
    let (repo, bare) = (long_history(20), TestRepo::bare());
    bare.git(&["fetch", "--quiet", &repo.path().to_string_lossy(), "main:main"]);
    succeeds(&program(&bare), SCORE);
    assert!(bare.path().join("gitops-health/history.sqlite").is_file());
    let linked = repo.path().join("linked");
    repo.git(&["worktree", "add", "--quiet", "--detach", &linked.to_string_lossy(), "HEAD"]);
    succeeds(&program_in(&linked), SCORE);
    assert!(directory(&repo).join("history.sqlite").is_file());
    assert!(!repo.git_dir().join("worktrees/linked/gitops-health").exists());
    assert!(!linked.join("gitops-health").exists());
}

#[test]
fn what_stands_in_the_way_of_the_index_is_named_and_another_place_is_taken() {
    let repo = long_history(3);
    let cache = tempfile::tempdir().expect("it can be made");
    let program = program(&repo).with_variable("XDG_CACHE_HOME", cache.path());
    let expected = succeeds(&program, SCORE).stdout;
    for name in [
        "history.sqlite",
        "history.sqlite-journal",
        "history.sqlite-wal",
        "history.sqlite-shm",
        "key",
        "lock",
        "update.lock",
        "",
    ] {
        let path = directory(&repo).join(name);
        let named = format!("`gitops-health/{name}` is no ");
        for kind in ["pipe", "directory"] {
            let _ = fs::remove_dir_all(directory(&repo));
            let _ = fs::remove_file(directory(&repo));
            match (kind, name) {
                (_, "") => fs::write(directory(&repo), "").expect("it can be written"),
                ("directory", _) => fs::create_dir_all(&path).expect("it can be made"),
                _ => {
                    fs::create_dir_all(directory(&repo)).expect("it can be made");
                    let status = Command::new("mkfifo").arg(&path).status().expect("it runs");
                    assert!(status.success());
                }
            }
            let score = succeeds(&program, SCORE);
            assert_eq!(score.stdout, expected, "{kind} {name}");
            assert!(score.stderr.contains("kept in the user's cache"), "{kind} {name}: {score}");
            assert!(score.stderr.contains(&named), "{kind} {name}: {score}");
            if name.starts_with("history") {
                let cleared = run(&program, &["index", "clear"]);
                let is_left = fs::symlink_metadata(&path).is_ok();
                assert_eq!(is_left, kind == "directory", "{cleared}");
                assert_eq!(cleared.code, Some(if is_left { 3 } else { 0 }), "{cleared}");
                assert_eq!(cleared.stderr.contains(&named), is_left, "{cleared}");
                assert!(!cleared.stderr.contains("index clear"), "{cleared}");
            }
        }
    }
}

#[test]
fn a_status_makes_nothing_and_clearing_goes_on_where_it_can() {
    let repo = long_history(3);
    let cache = tempfile::tempdir().expect("it can be made");
    let program = program(&repo).with_variable("XDG_CACHE_HOME", cache.path());
    let status = succeeds(&program, &["index", "status"]);
    assert!(status.stdout.contains("there is none"), "{status}");
    assert!(!directory(&repo).exists());
    // One in the cache, and something that can't be taken away in the git directory.
    fs::write(directory(&repo), "").expect("it can be written");
    succeeds(&program, UPDATE);
    assert_eq!(sqlite_files(cache.path()), 1);
    fs::remove_file(directory(&repo)).expect("it is there");
    fs::create_dir_all(directory(&repo).join("history.sqlite/x")).expect("it can be made");
    let cleared = run(&program, &["index", "clear"]);
    assert_eq!(cleared.code, Some(3), "{cleared}");
    assert!(cleared.stderr.contains("history.sqlite"), "{cleared}");
    assert_eq!(sqlite_files(cache.path()), 0);
}

#[test]
fn names_in_the_cache_are_forgotten_once_people_have_pseudonyms() {
    let repo = long_history(3);
    let cache = tempfile::tempdir().expect("it can be made");
    let program = program(&repo).with_variable("XDG_CACHE_HOME", cache.path());
    fs::write(directory(&repo), "").expect("it can be written");
    succeeds(&program, UPDATE);
    fs::remove_file(directory(&repo)).expect("it is there");
    succeeds(&program, UPDATE);
    assert_eq!(sqlite_files(cache.path()), 1);
    repo.write(".gitops-health.yaml", "index:\n  pseudonymize: true\n");
    succeeds(&program, UPDATE);
    assert_eq!(sqlite_files(cache.path()), 0);
    assert!(directory(&repo).join("history.sqlite").is_file());
}

#[test]
fn a_status_and_a_comparison_write_nothing_whatever_they_find() {
    let repo = long_history(3);
    let program = program(&repo);
    let file = |name: &str| directory(&repo).join(name);
    type Break<'a> = (&'a str, &'a dyn Fn());
    let cases: [Break<'_>; 6] = [
        ("up to date", &|| {}),
        ("the key that it was made with is gone", &|| {
            fs::remove_file(file("key")).expect("it is there");
        }),
        ("there is none", &|| fs::write(file("history.sqlite"), "").expect("it can be written")),
        ("not a database", &|| {
            fs::write(file("history.sqlite"), vec![7; 9000]).expect("it can be written");
        }),
        ("`gitops-health/history.sqlite` is no file", &|| {
            fs::remove_file(file("history.sqlite")).expect("it is there");
            std::os::unix::fs::symlink("/proc/none", file("history.sqlite"))
                .expect("it can be made");
        }),
        ("`gitops-health/update.lock` is no file", &|| {
            fs::remove_file(file("update.lock")).expect("it is there");
            fs::create_dir(file("update.lock")).expect("it can be made");
        }),
    ];
    for (words, damage) in cases {
        let _ = fs::remove_dir_all(directory(&repo));
        succeeds(&program, UPDATE);
        damage();
        let before = fingerprint(&directory(&repo));
        let status = succeeds(&program, &["index", "status"]);
        assert!(status.stdout.contains(words), "{words}: {status}");
        let verified = run(&program, &["index", "verify"]);
        let (code, said) = match words {
            "up to date" => (0, "no difference"),
            "there is none" => (3, "nothing was compared"),
            _ if words.contains("is no file") => (3, words),
            _ => (1, words),
        };
        assert_eq!(verified.code, Some(code), "{words}: {verified}");
        assert!([&*verified.stdout, &verified.stderr].concat().contains(said), "{verified}");
        assert!(before == fingerprint(&directory(&repo)), "{words}");
    }
}

#[test]
fn nothing_of_an_index_is_left_when_it_is_cleared() {
    let repo = long_history(3);
    let program = program(&repo);
    for name in ["history.sqlite-wal", "history.sqlite-shm", "history.sqlite"] {
        succeeds(&program, UPDATE);
        fs::remove_file(directory(&repo).join("history.sqlite")).expect("it is there");
        match name {
            "history.sqlite" => std::os::unix::fs::symlink("nowhere", directory(&repo).join(name)),
            _ => fs::write(directory(&repo).join(name), "Ada"),
        }
        .expect("it can be made");
        assert_eq!(succeeds(&program, &["index", "clear"]).stdout, "the index is gone\n");
        assert!(fs::symlink_metadata(directory(&repo).join(name)).is_err(), "{name}");
    }
}

#[test]
fn an_update_with_nothing_new_waits_for_nobody() {
    let repo = long_history(3);
    let program = program(&repo);
    repo.git(&["tag", "v1"]);
    succeeds(&program, UPDATE);
    let lock = fs::File::open(directory(&repo).join("update.lock")).expect("it is there");
    lock.lock().expect("nobody else has it");
    assert_eq!(succeeds(&program, UPDATE).stdout, "0 commits indexed\n");
}

fn sqlite_files(directory: &Path) -> usize {
    fingerprint(directory).keys().filter(|path| path.ends_with("history.sqlite")).count()
}
