use super::*;

#[test]
fn names_and_messages_of_any_bytes_are_printed_harmlessly() {
    let repo = small();
    let blob = repo.id("HEAD:README.md");
    let mut names: Vec<&[u8]> = vec![
        b"caf\xe9.rs",
        b"\x1b[2J.rs",
        "\u{202e}sr.txt".as_bytes(),
        b"new\nline.rs",
        b"tab\t.rs",
        "auth\u{9b}2J.rs".as_bytes(),
        "bidi\u{61c}.rs".as_bytes(),
        b"quote\".rs",
    ];
    names.sort();
    let tree: Vec<u8> = names.iter().flat_map(|name| tree_entry("100644", name, &blob)).collect();
    let tree = store(&repo, "tree", &tree);
    let parent = repo.id("HEAD");
    let mut text = format!("tree {tree}\nparent {parent}\nauthor ").into_bytes();
    text.extend_from_slice(
        b"\x1b[31m\xe9 <\xff\x07@x> 1772445600 +0000\ncommitter A <a@b> 1772445600 +0000\n\n",
    );
    text.extend_from_slice("fix \u{1b}[2J\u{202e}\u{61c}\u{85}bug \r caf".as_bytes());
    text.extend_from_slice(b"\xe9\x08\x00x\n\nRefs: \x1b[2J\n");
    let id = store(&repo, "commit", &text);
    repo.git(&["update-ref", "refs/heads/strange", &id]);
    for format in ["text", "table", "json", "markdown", "github"] {
        for selection in [["--commit", "strange"], ["--range", "main..strange"]] {
            let more = [
                &selection[..],
                &["--format", format, "--explain", "--historical", "--recommend-strategy"],
            ]
            .concat();
            let transcript = score(&repo, &more);
            assert_eq!(transcript.code, Some(0), "{transcript}");
        }
    }
    let next = store(
        &repo,
        "commit",
        &commit_text(&repo.id("main^{tree}"), &[&id], "1772449200 +0000", "Next"),
    );
    let transcript = score(&repo, &["--commit", &next, "--explain", "--historical"]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    let transcript = score(&repo, &["-vv", "--commit", &next]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
}

#[test]
fn strange_names_of_branches_and_tags_do_no_harm() {
    let repo = small();
    for (number, back) in [(1, "HEAD~2"), (2, "HEAD~1"), (3, "HEAD~1")] {
        let id = repo.id(back);
        let name =
            [format!("refs/tags/v{number}").as_bytes(), b"-\xe9\xe2\x80\xae\xd8\x9c"].concat();
        repo.git(&[OsStr::new("update-ref"), OsStr::from_bytes(&name), OsStr::new(&id)]);
    }
    let name = b"refs/heads/\xe9\xe2\x80\xae".to_vec();
    repo.git(&[OsStr::new("update-ref"), OsStr::from_bytes(&name), OsStr::new("HEAD")]);
    repo.git(&[OsStr::new("symbolic-ref"), OsStr::new("HEAD"), OsStr::from_bytes(&name)]);
    assert_eq!(score(&repo, &["--explain"]).code, Some(0));
    repo.git(&[OsStr::new("update-ref"), OsStr::new("-d"), OsStr::from_bytes(&name)]);
    assert_fails_with_hint(&score(&repo, &[]), 2, &["has no commit yet"]);
}

#[test]
fn a_revision_of_control_characters_is_named_harmlessly() {
    let repo = small();
    for revision in ["\u{1b}[2J", "a\nb", "a\u{202e}b", "x\u{9b}2J"] {
        for more in [["--commit", revision], ["--range", revision], ["--base", revision]] {
            assert_fails(&score(&repo, &more), 2, &[]);
        }
    }
}
