use super::*;

fn with_stdio(repo: &TestRepo, shell: &str) -> Transcript {
    let base = program(repo).command::<&str>(&[]);
    let mut command = Command::new("sh");
    command.args(["-c", shell, "sh", env!("CARGO_BIN_EXE_gitops-health")]).current_dir(repo.path());
    command.env_clear().envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdin(Stdio::null());
    finish(command, shell)
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let repo = small();
    let transcript = with_stdio(&repo, "{ \"$1\" risk score --format json; echo $? >&2; } | true");
    assert_eq!(transcript.stderr, "0\n", "{transcript}");
    let transcript = with_stdio(&repo, "\"$1\" risk score >&-");
    assert_harmless(&transcript);
}

/// A user who may write nowhere sees what a read-only file system shows.
#[test]
fn a_repository_where_nothing_can_be_written_is_scored_all_the_same() {
    let repo = small();
    fs::write(repo.path().join("src/b.rs"), "fn three() {}\n").expect("it can be written");
    repo.git(&["add", "src"]);
    let number = score(&repo, &[]).stdout;
    let now = "--now=2026-03-03T12:00:00Z";
    let staged = score(&repo, &["--staged", now]).stdout;
    let worktree = score(&repo, &["--worktree", now]).stdout;
    let program = repo.path().join("program");
    fs::copy(env!("CARGO_BIN_EXE_gitops-health"), &program).expect("it can be copied");
    let take_away_writing = |directory: &Path| {
        for (path, (mode, ..)) in fingerprint(directory) {
            let permissions = fs::Permissions::from_mode(mode & 0o555 | 0o444);
            fs::set_permissions(&path, permissions).expect("it is mine");
        }
    };
    let nobody = if is_root() { Some(65_534) } else { None };
    if nobody.is_some() {
        for path in fingerprint(repo.path()).into_keys() {
            std::os::unix::fs::chown(path, nobody, nobody).expect("root may");
        }
        let above = repo.path().parent().expect("a temporary directory is in another");
        assert!(above.metadata().expect("it is there").mode() & 0o1 == 1, "nobody gets there");
    }
    take_away_writing(repo.path());
    let before = fingerprint(repo.path());
    let score_as_nobody = |more: &[&str]| {
        let mut command = Command::new(&program);
        command.current_dir(repo.path()).args(["risk", "score"]).args(more).env_clear();
        if let Some(id) = nobody {
            command.uid(id).gid(id);
        }
        finish(command, &more.join(" "))
    };
    for (more, expected) in
        [(&[][..], &number), (&["--staged", now], &staged), (&["--worktree", now], &worktree)]
    {
        let transcript = score_as_nobody(more);
        assert_eq!((transcript.code, &transcript.stdout), (Some(0), expected), "{transcript}");
    }
    let transcript = score_as_nobody(&["--quiet", "-o", "score.txt"]);
    assert_fails_with_hint(&transcript, 2, &["could not write to score.txt", "caused by"]);
    assert!(before == fingerprint(repo.path()), "something was written");
    for (path, (mode, ..)) in before {
        fs::set_permissions(path, fs::Permissions::from_mode(mode | 0o700)).expect("it is mine");
    }
}

#[test]
fn a_full_device_is_an_error() {
    let repo = small();
    let transcript = with_stdio(&repo, "\"$1\" risk score >/dev/full");
    assert_fails_with_hint(&transcript, 2, &["the standard output", "caused by"]);
    let transcript = score(&repo, &["--output", "/dev/full"]);
    assert_fails_with_hint(&transcript, 2, &["/dev/full"]);
}

#[test]
fn a_standard_error_that_cannot_be_written_changes_nothing() {
    let repo = small();
    let number = score(&repo, &[]).stdout;
    for shell in ["\"$1\" -vv risk score 2>/dev/full", "\"$1\" -vv risk score 2>&-"] {
        let transcript = with_stdio(&repo, shell);
        assert_eq!((transcript.code, transcript.stdout), (Some(0), number.clone()), "{shell}");
    }
    let transcript = with_stdio(&repo, "\"$1\" risk score --commit nothing 2>/dev/full");
    assert_eq!((transcript.code, transcript.stdout), (Some(2), String::new()));
}

#[test]
fn a_result_is_written_to_a_file_all_of_it_or_nothing() {
    let (repo, outside) = (small(), Program::new("x"));
    let file = outside.home().join("out.txt");
    let path = file.to_str().expect("UTF-8");
    let report = score(&repo, &["--format", "text"]).stdout;
    let transcript = score(&repo, &["--output", path]);
    assert_eq!((transcript.code, transcript.stdout.as_str()), (Some(0), ""));
    assert_eq!(fs::read_to_string(&file).expect("it is there"), report);

    fs::write(&file, "before").expect("it can be written");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("it is mine");
    assert_fails(&score(&repo, &["--output", path, "--commit", "nothing"]), 2, &[]);
    assert_eq!(fs::read_to_string(&file).expect("it is there"), "before");
    assert_eq!(score(&repo, &["-o", path]).code, Some(0));
    assert_eq!(fs::read_to_string(&file).expect("it is there"), report);
    assert_eq!(file.metadata().expect("it is there").mode() & 0o777, 0o640);

    let link = outside.home().join("link");
    symlink("out.txt", &link).expect("it can be made");
    fs::write(&file, "before").expect("it can be written");
    assert_eq!(score(&repo, &["-o", link.to_str().expect("UTF-8")]).code, Some(0));
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(&file).expect("it is there"), report);

    fs::remove_file(&file).expect("it is there");
    let transcript = score(&repo, &["-o", link.to_str().expect("UTF-8")]);
    assert_fails_with_hint(&transcript, 2, &["it is a link to a file that is not there"]);
    assert!(link.is_symlink());
    fs::write(&file, "before").expect("it can be written");

    assert_eq!(score(&repo, &["-o", "/dev/null"]).code, Some(0));
    assert!(!Path::new("/dev/null").metadata().expect("it is there").is_file());
    let entries = fs::read_dir(outside.home()).expect("it is there").count();
    assert_eq!(entries, 2, "nothing else is left behind");
}

#[test]
fn a_place_that_cannot_be_written_is_named_with_a_hint() {
    let (repo, outside) = (small(), Program::new("x"));
    for name in ["missing/out.txt", "."] {
        let file = outside.home().join(name);
        let path = file.to_str().expect("UTF-8");
        assert_fails_with_hint(
            &score(&repo, &["--output", path]),
            2,
            &[path, "caused by", "--output FILE"],
        );
    }
    for path in ["/proc/out.txt", "/sys/out.txt"] {
        assert_fails_with_hint(&score(&repo, &["--output", path]), 2, &[path]);
    }
}
