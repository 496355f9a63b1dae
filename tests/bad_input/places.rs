use super::*;

#[test]
fn outside_of_any_repository_the_place_is_named_with_a_hint() {
    let directory = Program::new("x");
    let transcript = run(&program_in(directory.home()), SCORE);
    assert_fails_with_hint(&transcript, 2, &["no git repository at `.`", "--repo PATH"]);
}

#[test]
fn a_missing_path_and_a_file_are_no_repository() {
    let outside = Program::new("x");
    fs::write(outside.home().join("file"), "text").expect("it can be written");
    for name in ["missing", "file"] {
        let path = outside.home().join(name);
        let path = path.to_str().expect("UTF-8");
        let transcript = run(&program_in(outside.home()), &["risk", "score", "--repo", path]);
        assert_fails_with_hint(&transcript, 2, &[path]);
    }
}

#[test]
fn a_sha_256_repository_is_refused_by_its_name() {
    let outside = Program::new("x");
    let status = Command::new("git")
        .args(["init", "--quiet", "--object-format=sha256"])
        .current_dir(outside.home())
        .status();
    assert!(status.is_ok_and(|status| status.success()));
    let transcript = run(&program_in(outside.home()), SCORE);
    assert_fails_with_hint(&transcript, 2, &["object format", "sha256", "SHA-1"]);
}

/// Git waits for somebody to write into the pipe.
#[test]
fn a_pipe_in_the_place_of_a_file_of_git_is_an_error() {
    let names = [
        "config",
        "packed-refs",
        "shallow",
        "info/grafts",
        "objects/info/alternates",
        "objects/pack/multi-pack-index",
        "objects/pack/pack-1.idx",
    ];
    for name in names {
        let repo = small();
        let path = repo.git_dir().join(name);
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
        make_pipe(&path);
        let transcript = score(&repo, &[]);
        assert_fails_with_hint(&transcript, 2, &["could not read", name, "not a regular file"]);
    }
    let repo = small();
    fs::remove_file(repo.git_dir().join("index")).expect("it is there");
    make_pipe(&repo.git_dir().join("index"));
    let transcript = score(&repo, &["--staged"]);
    assert_fails_with_hint(&transcript, 3, &["index", "not a regular file"]);
    assert_eq!(score(&repo, &[]).code, Some(0));
}

#[test]
fn an_index_without_content_is_an_error() {
    let repo = small();
    fs::write(repo.git_dir().join("index"), "").expect("it can be written");
    assert_fails_with_hint(&score(&repo, &["--staged"]), 3, &["the index", "it is empty"]);
}

#[test]
fn a_broken_git_config_is_an_error_with_a_hint() {
    let repo = small();
    repo.write(".git/config", "[core\nrepositoryformatversion = 0\n");
    assert_fails_with_hint(&score(&repo, &[]), 2, &["could not open the repository"]);
}

#[test]
fn a_broken_head_is_an_error() {
    for content in ["", "garbage\n", "ref: refs/heads/../../x\n", "ref: \n"] {
        let repo = small();
        repo.write(".git/HEAD", content);
        let transcript = score(&repo, &[]);
        assert_ne!(transcript.code, Some(0), "{content:?}\n{transcript}");
        assert_eq!(transcript.stdout, "");
        assert!(transcript.stderr.contains("\nhint: "), "{transcript}");
    }
}

#[test]
fn a_circle_of_references_ends() {
    let repo = small();
    repo.write(".git/refs/heads/a", "ref: refs/heads/b\n")
        .write(".git/refs/heads/b", "ref: refs/heads/a\n");
    assert_fails(&score(&repo, &["--commit", "a"]), 2, &["`a`"]);
}

#[test]
fn the_environment_of_git_counts_only_where_no_repository_is_named() {
    let (named, other) = (small(), TestRepo::new());
    other.write("auth/login.py", "x = 1\n").commit("Other");
    let git_dir = other.git_dir();
    let without = program(&named).with_variable("GIT_DIR", &git_dir);
    let arguments = ["risk", "score", "--format", "json"];
    let transcript = run_program_in(&named, &without, &arguments);
    assert!(transcript.stdout.contains("\"Other\""), "{transcript}");
    let with = program(&named).with_variable("GIT_DIR", &git_dir);
    let arguments = ["risk", "score", "--format", "json", "--repo", "."];
    let transcript = run_program_in(&named, &with, &arguments);
    assert!(transcript.stdout.contains("\"Fix the missing two\""), "{transcript}");
}

#[test]
fn another_index_counts_only_where_no_repository_is_named() {
    let repo = small();
    repo.write("src/c.rs", "fn c() {}\n");
    repo.git(&["add", "--all"]);
    let other = repo.git_dir().join("other-index");
    fs::copy(repo.git_dir().join("index"), &other).expect("it can be copied");
    repo.git(&["reset", "--quiet"]);
    let program = program(&repo).with_variable("GIT_INDEX_FILE", &other);
    let transcript = run_program_in(&repo, &program, &["risk", "score", "--staged"]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    let transcript = run_program_in(&repo, &program, &["risk", "score", "--staged", "--repo", "."]);
    assert_fails_with_hint(&transcript, 2, &["nothing is staged", "git add"]);
}

#[test]
fn the_repository_of_another_user_is_refused_until_it_is_trusted() {
    if !is_root() {
        return;
    }
    let repo = small();
    for path in fingerprint(repo.path()).into_keys() {
        std::os::unix::fs::lchown(path, Some(4321), Some(4321)).expect("root may");
    }
    let top = repo.path().to_str().expect("UTF-8");
    for place in [repo.path().to_owned(), repo.path().join("src"), repo.git_dir()] {
        let program = program_in(&place);
        let transcript = run_program_in(&repo, &program, SCORE);
        let hint = format!("safe.directory '{top}'");
        assert_fails_with_hint(&transcript, 2, &["belongs to another user", &hint]);
        let trust = format!("[safe]\n\tdirectory = {top}\n");
        fs::write(program.home().join(".gitconfig"), trust).expect("it can be written");
        let transcript = run_program_in(&repo, &program, SCORE);
        assert_eq!(transcript.code, Some(0), "{transcript}");
    }
}

/// Git says that every file is staged for deletion.
#[test]
fn a_bare_repository_has_nothing_staged_and_no_worktree() {
    let (repo, bare) = (small(), TestRepo::bare());
    bare.git(&["fetch", "--quiet", &repo.path().to_string_lossy(), "main:main"]);
    for selection in ["--staged", "--worktree"] {
        let transcript = score(&bare, &[selection]);
        assert_fails_with_hint(&transcript, 2, &["has no worktree", "--commit REV"]);
    }
    assert_eq!(score(&bare, &[]).stdout, score(&repo, &[]).stdout);
}
