use super::*;

#[test]
fn a_branch_without_commits_has_nothing_but_what_is_staged() {
    let repo = TestRepo::new();
    assert_fails_with_hint(&score(&repo, &[]), 2, &["branch `main` has no commit yet", "--staged"]);
    assert_fails_with_hint(&score(&repo, &["--commit", "HEAD~1"]), 2, &["`main`"]);
    assert_fails_with_hint(&score(&repo, &["--range", "HEAD~1.."]), 2, &["`main`"]);
    assert_fails_with_hint(&score(&repo, &["--staged"]), 2, &["nothing is staged"]);
    assert_fails_with_hint(&score(&repo, &["--worktree"]), 2, &[]);
    repo.write("src/auth.rs", "fn login() {}\n");
    repo.git(&["add", "--all"]);
    let transcript = score(&repo, &["--staged"]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    assert_eq!(transcript.stderr, "");
}

#[test]
fn an_unknown_revision_is_named_with_a_hint() {
    let repo = small();
    for revision in ["nothing", "HEAD~99", "v1.0", "0123456789", "HEAD@{7}", "main^7"] {
        let transcript = score(&repo, &["--commit", revision]);
        assert_fails_with_hint(&transcript, 2, &[&format!("`{revision}`")]);
    }
    let transcript = score(&repo, &["--base", "origin/main"]);
    assert_fails_with_hint(&transcript, 2, &["`origin/main`", "git fetch origin main"]);
    let transcript = score(&repo, &["--range", "main..nothing"]);
    assert_fails_with_hint(&transcript, 2, &["`nothing`"]);
}

#[test]
fn what_is_no_revision_is_named_with_a_hint() {
    let repo = small();
    for revision in [
        "",
        "..",
        "HEAD^{",
        "HEAD^{nothing}",
        "HEAD~99999999999999999999",
        ":",
        "@{-1}",
        "^",
        "a b",
        "HEAD:src/../..",
    ] {
        let transcript = score(&repo, &["--commit", revision]);
        assert_fails(&transcript, 2, &[]);
    }
    for range in ["", "HEAD", "main", "HEAD^!^!"] {
        let transcript = score(&repo, &["--range", range]);
        assert_fails_with_hint(&transcript, 2, &[]);
    }
}

#[test]
fn an_ambiguous_revision_lists_what_it_could_mean() {
    let repo = small();
    let tree = repo.id("HEAD^{tree}");
    // Commits that differ only in a number, until two share their first four digits.
    let mut seen = std::collections::BTreeMap::new();
    let mut stream = String::new();
    for number in 0..1200 {
        stream.push_str(&format!(
            "commit refs/heads/n{number}\ncommitter A <a@b> {number} +0000\ndata 1\nx\n\n"
        ));
    }
    repo.git_with_input(&["fast-import", "--quiet"], stream.as_bytes());
    let ids = repo.git_text(&["for-each-ref", "--format=%(objectname)", "refs/heads/n*"]);
    let pair = ids.lines().find_map(|id| {
        seen.insert(id[..4].to_owned(), id.to_owned()).map(|first| (first, id.to_owned()))
    });
    let (one, two) = pair.expect("1200 of 65536: two are the same");
    assert_ne!(tree, one);
    let transcript = score(&repo, &["--commit", &one[..4]]);
    let words = [&one[..4], "ambiguous", &format!("{one} commit"), &format!("{two} commit")];
    assert_fails_with_hint(&transcript, 2, &words);
}

#[test]
fn a_tree_or_a_blob_is_no_commit() {
    let repo = small();
    for (revision, kind) in
        [("HEAD^{tree}", "tree"), ("HEAD:README.md", "path"), ("HEAD:src", "path")]
    {
        let transcript = score(&repo, &["--commit", revision]);
        assert_fails_with_hint(&transcript, 2, &[revision, kind, "not a commit"]);
    }
    repo.git(&["tag", "--annotate", "--message", "x", "of-a-tree", "HEAD^{tree}"]);
    let transcript = score(&repo, &["--base", "of-a-tree"]);
    assert_fails_with_hint(&transcript, 2, &["of-a-tree", "not a commit"]);
}

#[test]
fn an_empty_range_is_an_error_that_asks_whether_it_is_reversed() {
    let repo = small();
    let transcript = score(&repo, &["--range", "HEAD..HEAD~2"]);
    assert_fails_with_hint(&transcript, 2, &["`HEAD..HEAD~2`", "`HEAD~2..HEAD`"]);
    let transcript = score(&repo, &["--base", "HEAD"]);
    assert_fails_with_hint(&transcript, 2, &["`HEAD...HEAD`", "another base"]);
    let transcript = score(&repo, &["--range", "HEAD..HEAD"]);
    assert_fails_with_hint(&transcript, 2, &["`HEAD..HEAD`"]);
    assert!(!transcript.stderr.contains("wrong way"), "{transcript}");
}

#[test]
fn two_histories_without_a_common_ancestor_have_no_range() {
    let repo = small();
    repo.git(&["checkout", "--quiet", "--orphan", "other"]);
    repo.commit("Another beginning");
    let transcript = score(&repo, &["--range", "main..other"]);
    assert_fails_with_hint(&transcript, 2, &["no common ancestor"]);
}

#[test]
fn what_is_not_utf_8_on_the_command_line_is_refused() {
    let repo = small();
    let strange = OsString::from_vec(b"caf\xe9".to_vec());
    for arguments in [
        vec![OsStr::new("risk"), OsStr::new("score"), OsStr::new("--commit"), &strange],
        vec![&strange],
        vec![OsStr::new("risk"), OsStr::new("score"), &strange],
        vec![OsStr::new("risk"), OsStr::new("score"), OsStr::new("--format"), &strange],
        vec![OsStr::new("risk"), OsStr::new("score"), OsStr::new("--repo"), &strange],
        vec![OsStr::new("risk"), OsStr::new("score"), OsStr::new("--config"), &strange],
    ] {
        let transcript = run_program_in(&repo, &program(&repo), &arguments);
        assert_fails(&transcript, 2, &[]);
    }
}

#[test]
fn wrong_use_is_told_apart_from_trouble() {
    let repo = small();
    for arguments in [
        &["risk", "score", "--format", "xml"][..],
        &["risk", "score", "--staged", "--commit", "HEAD"],
        &["risk", "score", "--head", "HEAD"],
        &["risk", "score", "--now", "today"],
        &["risk", "score", "-q", "-v"],
        &["risk", "scoer"],
        &["risk", "score", "extra"],
        &["--nothing"],
    ] {
        assert_fails(&run_in(&repo, arguments), 2, &[]);
    }
}
