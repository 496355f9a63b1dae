use super::*;

#[test]
fn a_commit_of_ten_thousand_files_is_scored() {
    let repo = small();
    let mut stream = "commit refs/heads/many\ncommitter A <a@b> 1772445600 +0000\ndata 4\nMany\nfrom refs/heads/main\n".to_owned();
    for number in 0..10_000 {
        stream.push_str(&format!(
            "M 100644 inline d{}/f{number}.rs\ndata 8\nfn f() {{\n",
            number % 100
        ));
    }
    repo.git_with_input(&["fast-import", "--quiet"], stream.as_bytes());
    for format in ["text", "json", "markdown", "table"] {
        let transcript = score(&repo, &["--commit", "many", "--explain", "--format", format]);
        assert_eq!(transcript.code, Some(0), "{transcript}");
        assert!(transcript.stdout.len() < 40_000, "{}", transcript.stdout.len());
    }
}

#[test]
fn a_tree_nested_too_deep_is_refused() {
    for (depth, code) in [(1_000, 0), (3_000, 3)] {
        let repo = small();
        let (blob, path) = (repo.id("HEAD:README.md"), "d/".repeat(depth));
        let stream = format!(
            "commit refs/heads/deep\ncommitter A <a@b> 1 +0000\ndata 1\nx\n\
             M 100644 {blob} {path}f\n"
        );
        repo.git_with_input(&["fast-import", "--quiet"], stream.as_bytes());
        let transcript = score(&repo, &["--commit", "deep"]);
        assert_eq!(transcript.code, Some(code), "{}", transcript.stderr);
        if code == 3 {
            assert_fails_with_hint(&transcript, 3, &["depth of a tree", "2048"]);
        }
    }
}

#[test]
fn a_file_that_moves_to_and_fro_is_followed_at_no_growing_cost() {
    let repo = TestRepo::new();
    repo.write("a.rs", "fn a() {\n}\n").commit("Begin");
    let mut stream = String::new();
    for number in 0..200_usize {
        let (from, to) = if number % 2 == 0 { ("a.rs", "b.rs") } else { ("b.rs", "a.rs") };
        let start = if number == 0 { "from refs/heads/main\n" } else { "" };
        stream.push_str(&format!(
            "commit refs/heads/moved\ncommitter A <a@b> {} +0000\ndata 4\nMove\n{start}\
             R {from} {to}\n\n",
            1_772_449_200 + 60 * number
        ));
    }
    repo.git_with_input(&["fast-import", "--quiet"], stream.as_bytes());
    let transcript = score(&repo, &["--commit", "moved", "--explain"]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    assert!(transcript.stdout.contains("200 changes by"), "{transcript}");
}

/// A tree that holds `width` times the same tree, and so on for `levels` levels.
fn bomb(repo: &TestRepo, mut tree: String, levels: usize, width: usize) -> String {
    for _ in 0..levels {
        let entries: Vec<u8> = (0..width)
            .flat_map(|number| tree_entry("40000", format!("d{number}").as_bytes(), &tree))
            .collect();
        tree = store(repo, "tree", &entries);
    }
    store(repo, "commit", &commit_text(&tree, &[], "1772445600 +0000", "Bomb"))
}

#[test]
fn a_tree_that_holds_itself_many_times_is_refused() {
    let repo = small();
    let leaf = store(&repo, "tree", &tree_entry("100644", b"f", &repo.id("HEAD:README.md")));
    let id = bomb(&repo, leaf, 10, 10);
    let transcript = score(&repo, &["--commit", &id]);
    assert_fails_with_hint(&transcript, 3, &["exceeds the limit", "smaller change"]);
}

#[test]
fn a_tree_without_files_that_holds_itself_many_times_is_refused() {
    let repo = small();
    let leaf = store(&repo, "tree", b"");
    let id = bomb(&repo, leaf, 10, 10);
    let transcript = score(&repo, &["--commit", &id]);
    assert_fails_with_hint(&transcript, 3, &["exceeds the limit"]);
}

#[test]
fn paths_that_fill_the_memory_are_refused() {
    let repo = small();
    let blob = repo.id("HEAD:README.md");
    let files: Vec<u8> = (0..70_000)
        .flat_map(|number| tree_entry("100644", format!("f{number:05}").as_bytes(), &blob))
        .collect();
    let mut tree = store(&repo, "tree", &files);
    for _ in 0..16 {
        tree = store(&repo, "tree", &tree_entry("40000", &[b'n'; 250], &tree));
    }
    let id = store(&repo, "commit", &commit_text(&tree, &[], "1772445600 +0000", "Long"));
    let transcript = score(&repo, &["--commit", &id]);
    assert_fails_with_hint(&transcript, 3, &["length of all changed paths"]);
}

#[test]
fn a_path_that_no_system_opens_is_refused() {
    let repo = small();
    let blob = repo.id("HEAD:README.md");
    for (length, code) in [(4_096, 0), (4_097, 3)] {
        let tree = store(&repo, "tree", &tree_entry("100644", &vec![b'n'; length], &blob));
        let id = store(&repo, "commit", &commit_text(&tree, &[], "1772445600 +0000", "Long"));
        let transcript = score(&repo, &["--commit", &id]);
        assert_eq!(transcript.code, Some(code), "{}", transcript.stderr);
        assert_eq!(transcript.stderr.contains("the length of a path"), code == 3);
    }
}

#[test]
fn a_large_blob_that_is_named_often_is_not_read_each_time() {
    let repo = small();
    let blob = store(&repo, "blob", format!("{}\n", "x".repeat(99)).repeat(400_000).as_bytes());
    let files: Vec<u8> = (0..3000)
        .flat_map(|number| tree_entry("100644", format!("f{number:04}").as_bytes(), &blob))
        .collect();
    let tree = store(&repo, "tree", &files);
    let id = store(&repo, "commit", &commit_text(&tree, &[], "1772445600 +0000", "Large"));
    let transcript = score(&repo, &["--commit", &id]);
    assert_eq!(
        transcript.code,
        Some(3),
        "{}",
        transcript.stderr.lines().next().unwrap_or_default()
    );
}

#[test]
fn a_commit_with_a_hundred_thousand_parents_is_scored() {
    let repo = small();
    let (tree, parent) = (repo.id("HEAD^{tree}"), repo.id("HEAD~1"));
    let id = store(
        &repo,
        "commit",
        &commit_text(&tree, &vec![&parent[..]; 100_000], "1772445600 +0000", "Octopus"),
    );
    let transcript = score(&repo, &["--commit", &id, "--format", "text"]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    assert!(transcript.stdout.contains("merges 100000 histories"), "{transcript}");
}

#[test]
fn a_message_of_five_megabytes_is_read_and_its_subject_is_shortened() {
    let repo = small();
    let tree = repo.id("HEAD^{tree}");
    for message in [
        "fix word ".repeat(600_000),
        format!("fix\n\n{}", "fixes: 1234567\n".repeat(350_000)),
        "x".repeat(5 << 20),
        format!("a\n\n{}", "K: v\n".repeat(1 << 20)),
    ] {
        let one = store(
            &repo,
            "commit",
            &commit_text(&tree, &[&repo.id("HEAD~1")], "1772445600 +0000", &message),
        );
        let two = store(
            &repo,
            "commit",
            &commit_text(&repo.id("HEAD~1^{tree}"), &[&one], "1772449200 +0000", "Next"),
        );
        for id in [one, two] {
            for format in ["table", "json"] {
                let transcript = score(
                    &repo,
                    &["--commit", &id, "--explain", "--historical", "--format", format],
                );
                assert_eq!(transcript.code, Some(0), "{}", transcript.stderr);
                assert!(transcript.stdout.len() < 20_000, "{}", transcript.stdout.len());
            }
        }
    }
}

#[test]
fn a_file_of_one_line_of_sixty_megabytes_is_scored() {
    let repo = small();
    let mut line = vec![b'a'; 60 << 20];
    repo.write("long.rs", &line).commit("One line");
    line[30 << 20] = b'b';
    repo.write("long.rs", &line).commit("One letter");
    for more in [&["--commit", "HEAD~1"][..], &[]] {
        let transcript = score(&repo, more);
        assert!(matches!(transcript.code, Some(0 | 3)), "{transcript}");
    }
}

#[test]
fn many_small_functions_with_many_small_changes_are_searched_soon() {
    let repo = small();
    let text = |offset: usize| -> String {
        (0..170_000)
            .map(|line| {
                if line % 2 == 0 {
                    "a(\n".to_owned()
                } else {
                    format!("b{}(\n", (line / 2 + offset) % 2)
                }
            })
            .collect()
    };
    let (one, two) = (text(0), text(1));
    for number in 0..3 {
        repo.write(format!("f{number}.rs"), &one);
    }
    repo.commit("One");
    for number in 0..3 {
        repo.write(format!("f{number}.rs"), &two);
    }
    repo.commit("Two");
    assert_eq!(score(&repo, &[]).code, Some(0));
}

#[test]
fn times_at_the_limits_of_numbers_and_calendars_are_times() {
    let repo = small();
    let tree = repo.id("HEAD^{tree}");
    for time in [
        "9223372036854775807 +0000",
        "-9223372036854775808 +0000",
        "9223372036825430400 +1400",
        "99999999999999999999 +0000",
        "0 +0000",
        "-1 -0000",
        "253402300799 +2359",
        "253402300800 +0000",
        "1772445600 +9999",
        "1772445600 -9999",
        "1772445600 +99999999999",
        "1772445600",
        "",
        "x y",
    ] {
        let parent = repo.id("HEAD~1");
        let one = store(&repo, "commit", &commit_text(&tree, &[&parent], time, "Fix one"));
        let two = store(
            &repo,
            "commit",
            &commit_text(&repo.id("HEAD~1^{tree}"), &[&one], "1772449200 +0000", "Two"),
        );
        let three = store(&repo, "commit", &commit_text(&tree, &[&two], time, "Fix three"));
        for id in [&one, &two, &three] {
            for format in ["text", "json"] {
                let transcript = score(
                    &repo,
                    &["--commit", id, "--format", format, "--explain", "--historical"],
                );
                assert_eq!(transcript.code, Some(0), "{time}\n{transcript}");
                assert!(
                    !transcript.stdout.contains("NaN") && !transcript.stdout.contains("inf\n"),
                    "{transcript}"
                );
            }
        }
        repo.git(&["update-ref", "refs/heads/odd", &three]);
        repo.git(&["update-ref", &format!("refs/tags/t{}", &one[..8]), &one]);
        let transcript = score(&repo, &["--range", "main~1..odd"]);
        assert!(matches!(transcript.code, Some(0 | 3)), "{time}\n{transcript}");
    }
    for now in ["9999-12-31T23:59:59Z", "-009999-01-01T00:00:00Z", "0000-01-01T00:00:00+14:00"] {
        repo.write("src/b.rs", format!("// {now}\n"));
        let transcript = score(&repo, &["--worktree", "--explain", &format!("--now={now}")]);
        assert!(matches!(transcript.code, Some(0 | 2)), "{transcript}");
    }
}

#[test]
fn a_history_with_a_million_paths_is_walked_once() {
    let repo = small();
    let mut stream = String::new();
    let person = |time: usize| format!("committer A <a@b> {time} +0000");
    for level in 0..40_usize {
        let (top, left, right) = (3 * level + 1, 3 * level + 2, 3 * level + 3);
        let from = if level == 0 {
            String::new()
        } else {
            format!("from :{}\nmerge :{}\n", top - 2, top - 1)
        };
        let time = 1_700_000_000 + 1000 * level;
        for (mark, from) in
            [(top, from), (left, format!("from :{top}\n")), (right, format!("from :{top}\n"))]
        {
            stream.push_str(&format!("commit refs/heads/diamond\nmark :{mark}\n{}\ndata 5\nFix x\n{from}M 100644 inline f{}.rs\ndata 8\nfn f() {{\n\n", person(time + mark), mark % 5));
        }
    }
    repo.git_with_input(&["fast-import", "--quiet", "--force"], stream.as_bytes());
    for more in [
        &["--commit", "diamond"][..],
        &["--range", "diamond~30..diamond"],
        &["--commit", "diamond~1"],
    ] {
        assert_eq!(score(&repo, more).code, Some(0));
    }
}

#[test]
fn a_long_chain_of_tags_ends() {
    let repo = small();
    let mut target = (repo.id("HEAD"), "commit");
    for _ in 0..300 {
        let text =
            format!("object {}\ntype {}\ntag t\ntagger A <a@b> 1 +0000\n\nx", target.0, target.1);
        target = (store(&repo, "tag", text.as_bytes()), "tag");
    }
    repo.git(&["update-ref", "refs/tags/long", &target.0]);
    assert_eq!(score(&repo, &["--commit", "long"]).code, Some(0));
    assert_eq!(score(&repo, &[]).code, Some(0));
}

#[test]
fn an_empty_commit_and_a_commit_by_nobody_are_scored() {
    let repo = small();
    let author = Author { name: "x", email: "", time: "1772445600 +0000" };
    repo.commit_as(author, "");
    let transcript = score(&repo, &["--format", "text", "--explain", "--recommend-strategy"]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    assert!(transcript.stdout.contains("The change touches no file."), "{transcript}");
}
