use super::*;

#[test]
fn a_configuration_that_is_no_file_is_named() {
    let repo = small();
    let path = repo.path().join(".gitops-health.yaml");
    fs::create_dir(&path).expect("it can be made");
    assert_fails_with_hint(
        &score(&repo, &[]),
        2,
        &["repository file .gitops-health.yaml", "not a regular file"],
    );
    fs::remove_dir(&path).expect("it is there");
    symlink("README.md", &path).expect("it can be made");
    assert_fails_with_hint(&score(&repo, &[]), 2, &["symbolic link"]);
    fs::remove_file(&path).expect("it is there");
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.is_ok_and(|status| status.success()));
    assert_fails_with_hint(&score(&repo, &[]), 2, &["not a regular file"]);
    fs::remove_file(&path).expect("it is there");
    if !is_root() {
        repo.write(".gitops-health.yaml", "risk:\n");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("it is mine");
        assert_fails_with_hint(&score(&repo, &[]), 2, &["could not read"]);
    }
}

#[test]
fn a_named_configuration_must_be_there() {
    let repo = small();
    let transcript = score(&repo, &["--config", "missing.yaml"]);
    assert_fails_with_hint(&transcript, 2, &["missing.yaml", "caused by"]);
    assert_fails_with_hint(&score(&repo, &["--config", "src"]), 2, &["src"]);
    assert_fails_with_hint(&score(&repo, &["--config", "/dev/zero"]), 2, &["/dev/zero"]);
}

#[test]
fn what_is_no_yaml_is_an_error_with_its_place() {
    let repo = small();
    for text in [
        "risk: [",
        "\t",
        "risk: {bands: {medium: 10",
        "- a\nb",
        "%YAML 9.9\n---\n{}",
        "a: b: c",
        "&a *a",
        "risk: !!binary x",
        "---\n---\n",
    ] {
        let transcript = config(&repo, text);
        assert_fails_with_hint(&transcript, 2, &["repository file .gitops-health.yaml"]);
    }
    assert_fails_with_hint(&config(&repo, b"risk: caf\xe9"), 2, &["not UTF-8"]);
    assert_fails_with_hint(&config(&repo, vec![b'#'; 2 << 20]), 2, &["larger than a megabyte"]);
    for (text, times) in [
        ("[", 1 << 20),
        ("a: {", 250_000),
        ("[", 9_000),
        ("- ", 100_000),
        ("? ", 100_000),
        ("a: ", 300_000),
        ("\"", 1 << 20),
    ] {
        assert_fails_with_hint(&config(&repo, text.repeat(times)), 2, &[]);
    }
    let keys: String = (0..50_000).map(|number| format!("a{number}: &x{number} 1\n")).collect();
    let transcript = config(&repo, keys);
    assert_fails_with_hint(&transcript, 2, &["`a0`", "49995 more"]);
}

#[test]
fn an_empty_configuration_is_the_default() {
    let repo = small();
    let without = score(&repo, &[]);
    for text in [
        "",
        "\n",
        "# nothing\n",
        "---\n",
        "{}",
        "risk:\n",
        "risk: {}\n",
        "risk:\n  bands:\n",
        "\u{feff}risk:\n",
    ] {
        assert_eq!(config(&repo, text), without, "{text:?}");
    }
}

#[test]
fn a_bomb_of_aliases_ends_soon() {
    let repo = small();
    let mut text = "a: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..40 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        text.push_str(&format!("b{level}: &a{level} [{aliases}]\n"));
    }
    assert_fails_with_hint(&config(&repo, text), 2, &[]);
    let mut text = "risk: &r0 {bands: {medium: 1}}\n".to_owned();
    for level in 1..40 {
        let above = level - 1;
        text.push_str(&format!("c{level}: &r{level} {{a: *r{above}, b: *r{above}}}\n"));
    }
    assert_fails_with_hint(&config(&repo, text), 2, &[]);
}

#[test]
fn a_key_that_nobody_reads_is_an_error_with_the_one_that_was_meant() {
    let repo = small();
    for (text, key, meant) in [
        ("riks: {}", "`riks`", "did you mean `risk`"),
        ("risk: {band: {}}", "`risk.band`", "did you mean `risk.bands`"),
        ("risk: {bands: {hihg: 60}}", "`risk.bands.hihg`", "did you mean `risk.bands.high`"),
        (
            "risk: {critical_paths: {rules: [{id: a, path: [x], weight: 1, reason: b}]}}",
            "`risk.critical_paths.rules[0].path`",
            "did you mean `risk.critical_paths.rules[0].paths`",
        ),
        ("zzz: 1", "`zzz`", "config show"),
    ] {
        assert_fails_with_hint(&config(&repo, text), 2, &["unknown key", key, meant]);
    }
}

#[test]
fn a_value_of_the_wrong_type_is_an_error_that_names_key_and_line() {
    let repo = small();
    for (key, text) in [
        ("risk.bands.high", "risk:\n  bands:\n    high: much\n"),
        ("risk.bands.high", "risk:\n  bands:\n    high: -1\n"),
        ("risk.bands.high", "risk:\n  bands:\n    high: 4294967296\n"),
        ("risk.bands", "risk:\n  bands: 60\n"),
        ("risk.strategies.low", "risk:\n  strategies:\n    low: YOLO\n"),
        ("risk.temporal.weekend", "risk:\n  temporal:\n    weekend: [saturday]\n"),
        ("risk.critical_paths.rules", "risk:\n  critical_paths:\n    rules: [{id: a}]\n"),
        ("risk", "risk: 5\n"),
    ] {
        assert_fails_with_hint(&config(&repo, text), 2, &["repository file", key, "line "]);
    }
    assert_fails_with_hint(&config(&repo, "risk: {bands: {high: 1, high: 2}}"), 2, &["duplicate"]);
    assert_fails_with_hint(&config(&repo, "5: 5"), 2, &["unknown key `5`"]);
    assert_fails_with_hint(&config(&repo, "[1, 2]"), 2, &[]);
    assert_fails_with_hint(&config(&repo, "text"), 2, &[]);
}

#[test]
fn a_value_that_makes_no_sense_is_named_and_its_origin_can_be_asked_for() {
    let repo = small();
    for (text, key) in [
        ("risk: {bands: {medium: 60, high: 50}}", "risk.bands"),
        ("risk: {bands: {medium: 0}}", "risk.bands"),
        ("risk: {bands: {critical: 101}}", "risk.bands"),
        ("risk: {weights: {heuristic: .nan}}", "risk.weights"),
        ("risk: {weights: {heuristic: -1}}", "risk.weights"),
        ("risk: {weights: {heuristic: .inf}}", "risk.weights"),
        ("risk: {file_kinds: {test: 1.5}}", "risk.file_kinds.test"),
        ("risk: {file_kinds: {test: .nan}}", "risk.file_kinds.test"),
        ("risk: {history: {recent_fix_days: 0}}", "risk.history.recent_fix_days"),
        (
            "risk: {history: {shares: {fix_share: 0, recent_fixes: 0, reverts: 0, neighbours: 0}}}",
            "risk.history.shares",
        ),
        ("risk: {temporal: {night_from: 24}}", "risk.temporal.night_from"),
        (
            "risk: {temporal: {freeze_windows: [{name: a, from: 2026-02-30, to: 2026-03-01}]}}",
            "risk.temporal.freeze_windows[0]",
        ),
        (
            "risk: {critical_paths: {built_in_weights: {nothing: 1}}}",
            "risk.critical_paths.built_in_weights.nothing",
        ),
        (
            "risk: {critical_paths: {rules: [{id: A B, paths: [x], weight: 1, reason: b}]}}",
            "risk.critical_paths.rules[0].id",
        ),
        (
            "risk: {critical_paths: {rules: [{id: payment, paths: [x], weight: 1, reason: b}]}}",
            "risk.critical_paths.rules[0].id",
        ),
        (
            "risk: {critical_paths: {rules: [{id: a, paths: [], weight: 1, reason: b}]}}",
            "risk.critical_paths.rules[0].paths",
        ),
        (
            "risk: {critical_paths: {rules: [{id: a, paths: [''], weight: 1, reason: b}]}}",
            "risk.critical_paths.rules[0].paths",
        ),
    ] {
        let transcript = config(&repo, text);
        assert_fails_with_hint(&transcript, 2, &[&format!("`{key}"), "config show --origin"]);
        assert_fails_with_hint(&run_in(&repo, &["config", "show"]), 2, &[key]);
        // What the hint says works.
        let origins = run_in(&repo, &["config", "show", "--origin"]);
        assert_eq!(origins.code, Some(0), "{origins}");
        assert!(origins.stdout.contains("# repository file .gitops-health.yaml"), "{origins}");
    }
}

#[test]
fn an_unknown_variable_of_the_environment_is_an_error() {
    let repo = small();
    for (name, value, words) in [
        ("GITOPS_HEALTH_RISK__BANDS__HIHG", "60", &["HIHG", "GITOPS_HEALTH_RISK__BANDS__HIGH"][..]),
        (
            "GITOPS_HEALTH_RISKS",
            "60",
            &["GITOPS_HEALTH_RISKS", "did you mean `GITOPS_HEALTH_RISK`"],
        ),
        ("GITOPS_HEALTH_", "1", &["GITOPS_HEALTH_"]),
        ("GITOPS_HEALTH_RISK__BANDS__HIGH", "much", &["GITOPS_HEALTH_RISK__BANDS__HIGH"]),
        ("GITOPS_HEALTH_RISK__BANDS__HIGH", "[", &["GITOPS_HEALTH_RISK__BANDS__HIGH"]),
        ("GITOPS_HEALTH_RISK__BANDS", "{high: 1, high: 2}", &["GITOPS_HEALTH_RISK__BANDS"]),
        ("GITOPS_HEALTH_RISK__BANDS__HIGH__MORE", "1", &["GITOPS_HEALTH_RISK__BANDS__HIGH__MORE"]),
    ] {
        let program = program(&repo).with_variable(name, value);
        assert_fails_with_hint(&run_program_in(&repo, &program, SCORE), 2, words);
    }
    let strange = OsStr::from_bytes(b"\xff");
    let program = program(&repo).with_variable("GITOPS_HEALTH_RISK__BANDS__HIGH", strange);
    assert_fails_with_hint(&run_program_in(&repo, &program, SCORE), 2, &["not UTF-8"]);
}

#[test]
fn words_of_a_configuration_cannot_reach_the_terminal() {
    let repo = small();
    let text = "risk:\n  critical_paths:\n    rules:\n      - id: own\n        paths: ['src/']\n        weight: 1\n        reason: \"a\\e[2J\\u202e\\u009b2J\\nsecond\\u061c line\"\n  temporal:\n    freeze_windows:\n      - {name: \"w\\e]0;x\\a\", from: 2026-01-01, to: 2026-12-31, reason: \"\\e[2J\"}\n";
    for format in ["text", "table", "json", "markdown", "github"] {
        repo.write(".gitops-health.yaml", text);
        let transcript = score(&repo, &["--format", format, "--explain", "--recommend-strategy"]);
        assert_eq!(transcript.code, Some(0), "{transcript}");
        assert!(transcript.stdout.contains("second"), "{transcript}");
    }
    for arguments in [&["config", "show"][..], &["config", "show", "--origin"]] {
        assert_eq!(run_in(&repo, arguments).code, Some(0));
    }
    assert_fails(&config(&repo, "\"a\\e[2J\\u202e\": 1"), 2, &["unknown key"]);
    assert_fails(&config(&repo, "risk: {strategies: {low: \"\\e[2J\"}}"), 2, &[]);
}

#[test]
fn patterns_that_try_to_cost_much_are_bounded() {
    let repo = small();
    let deep = format!("{}/x.rs", vec!["a"; 60].join("/"));
    let long = "a".repeat(200);
    repo.write(&deep, "1\n").write(format!("{long}.rs"), "1\n").commit("Deep");
    let stars = format!("{}b", "*a".repeat(60));
    let deep_stars = format!("{}b", "**/a/".repeat(40));
    let more = format!("{}b", "**/*a*/".repeat(40));
    let classes = format!("{}b", "*[a-z]".repeat(60));
    let all = [stars, deep_stars, more, classes];
    let quoted: Vec<String> = all.iter().map(|pattern| format!("'{pattern}'")).collect();
    let list = quoted.join(", ");
    let transcript = config(
        &repo,
        format!(
            "risk: {{critical_paths: {{rules: [{{id: a, paths: [{list}], weight: 1, reason: b}}]}}, temporal: {{release_tags: [{list}]}}}}"
        ),
    );
    assert!(matches!(transcript.code, Some(0 | 2)), "{transcript}");
    fs::remove_file(repo.path().join(".gitops-health.yaml")).expect("it is there");
    let attributes: String = all.iter().map(|pattern| format!("{pattern} diff\n")).collect();
    // Not by `git add`: git itself takes its time over such patterns.
    let stream = format!(
        "commit refs/heads/hostile\ncommitter A <a@b> 1772445600 +0000\ndata 1\nx\n\
         from refs/heads/main\nM 100644 inline .gitattributes\ndata {}\n{attributes}\n\
         M 100644 inline {deep}\ndata 2\n2\n\nM 100644 inline {long}.rs\ndata 2\n2\n\n",
        attributes.len()
    );
    repo.git_with_input(&["fast-import", "--quiet"], stream.as_bytes());
    assert_eq!(score(&repo, &["--commit", "hostile"]).code, Some(0));
}
