use super::*;

#[test]
fn a_damaged_object_is_not_evaluated_and_is_named() {
    for (revision, kind) in [
        ("HEAD", "commit"),
        ("HEAD^{tree}", "tree"),
        ("HEAD:src/b.rs", "blob"),
        ("HEAD~1", "commit"),
        ("HEAD~1^{tree}", "tree"),
    ] {
        for damage in [&b""[..], b"garbage", b"x\x9c\x03\x00\x00\x00\x00\x01"] {
            let repo = small();
            let id = repo.id(revision);
            overwrite_object(&repo, &id, damage);
            let transcript = score(&repo, &[]);
            assert_fails_with_hint(&transcript, 3, &[&id, kind, "git fsck"]);
        }
    }
}

#[test]
fn an_object_with_the_content_of_another_is_damage() {
    for (revision, other) in [
        ("HEAD", "HEAD~1"),
        ("HEAD^{tree}", "HEAD~1^{tree}"),
        ("HEAD:src/b.rs", "HEAD:README.md"),
        ("HEAD", "HEAD^{tree}"),
    ] {
        let repo = small();
        let (id, other) = (repo.id(revision), repo.id(other));
        let content = fs::read(object_file(&repo, &other)).expect("it is there");
        overwrite_object(&repo, &id, &content);
        assert_fails(&score(&repo, &[]), 3, &[&id]);
    }
}

#[test]
fn an_object_that_is_malformed_inside_is_named() {
    let repo = small();
    let tree = repo.id("HEAD^{tree}");
    for content in [
        b"".to_vec(),
        b"tree 123\n\nx".to_vec(),
        format!("tree {tree}\n\nno author").into_bytes(),
        commit_text(&tree, &["zzz"], "1 +0000", "x"),
        format!("tree {tree}\nauthor \0\ncommitter x").into_bytes(),
    ] {
        let id = store(&repo, "commit", &content);
        let transcript = score(&repo, &["--commit", &id]);
        assert!(transcript.code != Some(0) || content.starts_with(b"tree"), "{transcript}");
        assert!(transcript.code == Some(0) || transcript.stderr.contains(&id), "{transcript}");
    }
    let blob = repo.id("HEAD:README.md");
    for content in [
        b"garbage".to_vec(),
        tree_entry("100644", b"", &blob),
        tree_entry("100644", b"a/b", &blob),
        tree_entry("99", b"a", &blob),
        [tree_entry("100644", b"a", &blob), b"100644 b\0short".to_vec()].concat(),
    ] {
        let tree = store(&repo, "tree", &content);
        let id = store(&repo, "commit", &commit_text(&tree, &[], "1 +0000", "x"));
        assert_fails_with_hint(&score(&repo, &["--commit", &id]), 3, &[&tree, "malformed"]);
    }
    for name in [&b".."[..], b".git", b".", b"\x1b[2J\xff", b"a\\b", &[b'n'; 4000]] {
        let tree = store(&repo, "tree", &tree_entry("100644", name, &blob));
        let id = store(&repo, "commit", &commit_text(&tree, &[], "1 +0000", "x"));
        let transcript = score(&repo, &["--commit", &id, "--explain"]);
        assert_eq!(transcript.code, Some(0), "{transcript}");
    }
}

#[test]
fn a_missing_commit_or_tree_is_not_evaluated_and_is_named() {
    for (revision, kind) in
        [("HEAD", "commit"), ("HEAD^{tree}", "tree"), ("HEAD~1", "commit"), ("HEAD:src", "tree")]
    {
        let repo = small();
        let id = repo.id(revision);
        fs::remove_file(object_file(&repo, &id)).expect("it is there");
        assert_fails_with_hint(&score(&repo, &[]), 3, &[&id, kind, "missing"]);
    }
}

#[test]
fn a_missing_blob_leaves_a_score_that_says_so() {
    let repo = small();
    fs::remove_file(object_file(&repo, &repo.id("HEAD:src/b.rs"))).expect("it is there");
    let bare = score(&repo, &[]);
    assert_eq!((bare.code, bare.stdout.as_str()), (Some(3), ""), "{bare}");
    assert!(bare.stderr.contains("src/b.rs: its content is not in this repository"), "{bare}");
    for format in ["text", "table", "json", "markdown", "github"] {
        let transcript = score(&repo, &["--format", format]);
        assert_eq!(transcript.code, Some(3), "{transcript}");
        assert!(transcript.stdout.contains("src/b.rs"), "{transcript}");
    }
}

#[test]
fn a_range_with_a_commit_that_could_not_be_evaluated_is_not_evaluated() {
    let repo = small();
    let before = repo.id("HEAD");
    repo.write("src/gone.rs", "fn gone() {}\n").commit("Add it");
    let blob = object_file(&repo, &repo.id("HEAD:src/gone.rs"));
    repo.remove("src/gone.rs").write("src/b.rs", "fn other() {}\n").commit("Take it away");
    fs::remove_file(blob).expect("it is there");
    let range = ["--range", &format!("{before}..HEAD")];
    let bare = score(&repo, &range);
    assert_eq!((bare.code, bare.stdout.as_str()), (Some(3), ""), "{bare}");
    for format in ["text", "table", "json", "markdown", "github"] {
        let transcript = score(&repo, &[&range[..], &["--format", format]].concat());
        assert_eq!(transcript.code, Some(3), "{transcript}");
        assert!(transcript.stdout.contains("without all of their content"), "{transcript}");
    }
}

#[test]
fn a_damaged_pack_is_not_evaluated() {
    let repo = small();
    repo.git(&["repack", "-adq"]);
    repo.git(&["prune-packed", "--quiet"]);
    let packs = repo.git_dir().join("objects/pack");
    let file = |ending: &str| {
        let entries = fs::read_dir(&packs).expect("it is there").flatten();
        let mut paths = entries.map(|entry| entry.path());
        paths.find(|path| path.extension() == Some(OsStr::new(ending))).expect("a pack")
    };
    let (pack, index) = (file("pack"), file("idx"));
    let (whole, whole_index) =
        (fs::read(&pack).expect("a pack"), fs::read(&index).expect("an index"));
    let rewrite = |path: &Path, bytes: &[u8]| {
        fs::remove_file(path).expect("it is there");
        fs::write(path, bytes).expect("it can be written");
    };
    let mut flipped = whole.clone();
    flipped[14..whole.len() - 20].iter_mut().for_each(|byte| *byte ^= 0x55);
    for bytes in [&flipped[..], &whole[..whole.len() / 2], b"", b"PACK"] {
        rewrite(&pack, bytes);
        let transcript = score(&repo, &[]);
        assert_eq!(transcript.code, Some(3), "{transcript}");
        assert_fails_with_hint(&transcript, 3, &[]);
    }
    rewrite(&pack, &whole);
    for bytes in [&whole_index[..100], b"", &[0xff; 1100]] {
        rewrite(&index, bytes);
        let transcript = score(&repo, &[]);
        assert_fails_with_hint(&transcript, 3, &[]);
    }
}

#[test]
fn a_damaged_index_concerns_only_what_is_staged() {
    for damage in [&b""[..], b"DIRC", b"garbage garbage garbage garbage garbage garbage"] {
        let repo = small();
        repo.write(".git/index", damage);
        for selection in ["--staged", "--worktree"] {
            let transcript = score(&repo, &[selection]);
            assert_fails_with_hint(&transcript, 3, &["could not read the index"]);
        }
        assert_eq!(score(&repo, &[]).code, Some(0));
    }
    let repo = small();
    let index = fs::read(repo.git_dir().join("index")).expect("it is there");
    for length in [13, index.len() / 2, index.len() - 1] {
        repo.write(".git/index", &index[..length]);
        let transcript = score(&repo, &["--staged"]);
        assert_fails_with_hint(&transcript, 3, &["could not read the index"]);
    }
}

#[test]
fn the_edge_of_a_shallow_clone_is_named() {
    let repo = small();
    let edge = repo.id("HEAD~1");
    repo.write(".git/shallow", format!("{edge}\n"));
    let transcript = score(&repo, &["--commit", "HEAD~1"]);
    assert_fails_with_hint(&transcript, 3, &[&edge, "shallow", "git fetch"]);
    let transcript = score(&repo, &["--format", "text"]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    assert!(transcript.stdout.contains("The clone is shallow"), "{transcript}");
}

#[test]
fn contents_of_earlier_commits_that_are_not_here_are_told() {
    let told = "In 1 earlier commit the lines of a file could not be counted";
    let repo = small();
    let whole = [score(&repo, &[]), score(&repo, &["--format", "json"])];
    assert!(whole.iter().all(|it| !format!("{it}").contains("could not be counted")));
    // The README of the first commit, which no later one changes.
    let id = repo.id("HEAD:README.md");
    let (directory, name) = id.split_at(2);
    fs::remove_file(repo.git_dir().join("objects").join(directory).join(name))
        .expect("it is there");
    let _ = fs::remove_dir_all(repo.git_dir().join("gitops-health"));
    let bare = score(&repo, &[]);
    assert_eq!(bare.code, Some(0), "{bare}");
    assert!(
        bare.stderr.contains(told) && bare.stderr.contains("git fetch --refetch --no-filter"),
        "{bare}"
    );
    for format in ["json", "text", "markdown"] {
        let report = score(&repo, &["--format", format]);
        let words = report.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(told), "{report}");
    }
    let learned = run(&program(&repo), &["risk", "train", "--format", "json"]);
    assert!(learned.stdout.contains(told), "{learned}");
}

#[test]
fn a_changed_bit_anywhere_in_a_small_pack_or_its_index_is_the_right_answer_or_an_error() {
    let repo = small();
    repo.git(&["repack", "-adq"]);
    repo.git(&["prune-packed", "--quiet"]);
    let index = ["risk", "trend"];
    let right = [score(&repo, &[]), run(&program(&repo), &index)];
    let entries = fs::read_dir(repo.git_dir().join("objects/pack")).expect("it is there").flatten();
    for path in entries.map(|entry| entry.path()) {
        let Some("pack" | "idx") = path.extension().and_then(OsStr::to_str) else { continue };
        let whole = fs::read(&path).expect("it is there");
        // All of what is read of an index but the ids, and of a pack.
        let is_index = path.extension() == Some(OsStr::new("idx"));
        let begin = if is_index { 8 + 1024 } else { 0 };
        let step = (whole.len() - begin).div_ceil(60);
        for place in (begin..whole.len()).step_by(step).chain([12, 13]) {
            for bit in [1, 0x40] {
                let mut changed = whole.clone();
                changed[place] ^= bit;
                fs::remove_file(&path).expect("it can be replaced");
                fs::write(&path, &changed).expect("it can be written");
                let _ = fs::remove_dir_all(repo.git_dir().join("gitops-health"));
                for (found, right) in
                    [score(&repo, &[]), run(&program(&repo), &index)].iter().zip(&right)
                {
                    let of = format!("{} {place} {bit:#x}: {found}", path.display());
                    assert!(matches!(found.code, Some(0 | 2 | 3)), "{of}");
                    // Where an object of the past seems not to be there, that is said.
                    let is_told = found.stderr.contains("the lines of a file could not be counted");
                    let is_right = is_told || found.stdout == right.stdout;
                    assert!(found.code != Some(0) || is_right, "{of}");
                }
            }
        }
        fs::remove_file(&path).expect("it can be replaced");
        fs::write(&path, &whole).expect("it can be written");
    }
}
