use super::*;

fn status(program: &Program) -> serde_json::Value {
    let transcript = succeeds(program, &["index", "status", "--format", "json"]);
    serde_json::from_str(&transcript.stdout).expect("JSON")
}

#[test]
fn the_status_says_what_is_there_and_what_is_not() {
    let repo = long_history(30);
    let program = program(&repo);
    let empty = status(&program);
    assert_eq!(empty["schema"], "gitops-health/index-status/v1");
    assert_eq!((&empty["commits"], &empty["up_to_date"]), (&0.into(), &false.into()));
    let updated = succeeds(&program, UPDATE);
    assert_eq!(updated.stdout, "30 commits indexed\n");
    assert_eq!(succeeds(&program, UPDATE).stdout, "0 commits indexed\n");
    let full = status(&program);
    assert_eq!((&full["commits"], &full["merges"]), (&30.into(), &3.into()));
    assert_eq!((&full["people"], &full["place"]), (&2.into(), &"in the git directory".into()));
    assert_eq!((&full["up_to_date"], &full["tips_not_indexed"]), (&true.into(), &0.into()));
    repo.write("new", "1\n").commit("One more");
    let later = status(&program);
    assert_eq!((&later["up_to_date"], &later["tips_not_indexed"]), (&false.into(), &1.into()));
    let words = succeeds(&program, &["index", "status"]).stdout;
    assert!(words.contains("1 of 1 tip not indexed"), "{words}");
}

#[test]
fn an_update_says_what_it_could_not_read() {
    let repo = long_history(30);
    repo.write("new/a", "1\n").commit("One more");
    repo.write("new/a", "2\n").commit("Another");
    let tree = repo.id("HEAD~1:new");
    fs::remove_file(crate::support::object_file(&repo, &tree)).expect("it is there");
    let updated = succeeds(&program(&repo), UPDATE);
    assert!(updated.stderr.contains("could not be read"), "{updated}");
}

#[test]
fn a_branch_whose_commit_cannot_be_read_is_named() {
    let repo = long_history(30);
    repo.git(&["checkout", "--quiet", "-b", "broken"]);
    let broken = repo.write("new", "1\n").commit("One more");
    repo.git(&["checkout", "--quiet", "main"]);
    crate::support::overwrite_object(&repo, &broken, b"x");
    for command in [UPDATE, &["index", "status"]] {
        let found = run(&program(&repo), command);
        assert_eq!(found.code, Some(3), "{found}");
        assert!(found.stderr.contains("`refs/heads/broken`"), "{found}");
    }
}

#[test]
fn an_index_that_is_taken_away_is_made_anew_and_answers_the_same() {
    let repo = long_history(30);
    let program = program(&repo);
    assert_eq!(succeeds(&program, &["index", "clear"]).stdout, "there is no index\n");
    let before = succeeds(&program, SCORE);
    let key = fs::read(directory(&repo).join("key")).expect("there is one");
    assert_eq!(succeeds(&program, &["index", "clear"]).stdout, "the index is gone\n");
    assert!(!directory(&repo).join("history.sqlite").exists());
    assert_eq!(fs::read(directory(&repo).join("key")).expect("it stays"), key);
    assert_eq!(succeeds(&program, SCORE), before);
}

#[test]
fn verify_finds_a_row_that_somebody_changed() {
    let repo = long_history(30);
    let program = program(&repo);
    let empty = run(&program, &["index", "verify"]);
    assert_eq!(empty.code, Some(3), "{empty}");
    succeeds(&program, UPDATE);
    let right = succeeds(&program, &["index", "verify", "--all"]);
    assert!(right.stdout.starts_with("30 commits and "), "{right}");
    assert!(right.stdout.ends_with("no difference\n"), "{right}");
    // Only the table of changes has ids of contents: this one becomes another.
    let path = repo.git_text(&["ls-tree", "-r", "--name-only", "HEAD"]);
    let path = path.lines().next().expect("there is one");
    let id = repo.id(&format!("HEAD:{path}"));
    let id: Vec<u8> =
        (0..20).map(|place| u8::from_str_radix(&id[2 * place..][..2], 16).expect("hex")).collect();
    let file = directory(&repo).join("history.sqlite");
    let mut bytes = fs::read(&file).expect("it is there");
    let places: Vec<usize> =
        (0..bytes.len() - 20).filter(|at| bytes[*at..].starts_with(&id)).collect();
    assert!(!places.is_empty());
    places.iter().for_each(|at| bytes[at + 10] ^= 1);
    fs::write(&file, bytes).expect("it can be written");
    let wrong = run(&program, &["index", "verify", "--all"]);
    assert_eq!(wrong.code, Some(1), "{wrong}");
    assert!(wrong.stdout.contains(&format!("{path}: what it did to the file")), "{wrong}");
    assert!(wrong.stderr.contains("index clear"), "{wrong}");
    let as_json = run(&program, &["index", "verify", "--all", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&as_json.stdout).expect("JSON");
    assert_eq!((as_json.code, &report["verdict"]), (Some(1), &"differs".into()));
    assert_eq!(report["differences_found"], wrong.stdout.lines().count() - 1);
    assert_eq!(report["differences"][0]["path"], path);
    succeeds(&program, &["index", "clear"]);
    succeeds(&program, UPDATE);
    succeeds(&program, &["index", "verify", "--all"]);
    repo.write(".mailmap", "Eve <eve@example.com> <ada@example.com>\n");
    let unmapped = run(&program, &["index", "verify", "--all"]);
    assert_eq!(unmapped.code, Some(3), "{unmapped}");
    assert!(unmapped.stderr.contains("index update"), "{unmapped}");
    succeeds(&program, UPDATE);
    succeeds(&program, &["index", "verify", "--all"]);
}

#[test]
fn where_all_that_is_compared_is_gone_the_words_say_so() {
    let repo = long_history(30);
    let program = program(&repo);
    succeeds(&program, UPDATE);
    repo.git(&["checkout", "--quiet", "--orphan", "other"]);
    repo.write("new", "1\n").commit("Begin anew");
    repo.git(&["branch", "--delete", "--force", "main"]);
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    repo.git(&["gc", "--quiet", "--prune=now"]);
    let verify = ["index", "verify", "--sample", "7"];
    let gone = run(&program, &verify);
    assert_eq!(gone.code, Some(3), "{gone}");
    assert!(gone.stdout.contains("7 commits are no longer in the repository"), "{gone}");
    assert!(gone.stderr.contains("index clear"), "{gone}");
    let gone = run(&program, &[&verify[..], &["--format", "json", "--seed", "5"]].concat());
    let report: serde_json::Value = serde_json::from_str(&gone.stdout).expect("JSON");
    assert_eq!((gone.code, &report["verdict"]), (Some(3), &"incomplete".into()));
    assert_eq!((&report["commits"], &report["gone_commits"]), (&0.into(), &7.into()));
    assert_eq!((&report["seed"], &report["all"]), (&5.into(), &false.into()));
}

#[test]
fn the_status_of_an_index_that_cannot_be_used_leaves_it_as_it_is() {
    let repo = long_history(30);
    let program = program(&repo);
    succeeds(&program, UPDATE);
    let before = status(&program);
    repo.write(".gitops-health.yaml", "index:\n  pseudonymize: true\n");
    let other = status(&program);
    assert_eq!((&other["commits"], &other["up_to_date"]), (&0.into(), &false.into()));
    assert!(other["unusable"].as_str().expect("it says why").contains("index.pseudonymize"));
    let words = succeeds(&program, &["index", "status"]).stdout;
    assert!(words.contains("can't be used"), "{words}");
    let verified = run(&program, &["index", "verify"]);
    assert_eq!(verified.code, Some(1), "{verified}");
    fs::remove_file(repo.path().join(".gitops-health.yaml")).expect("it is there");
    assert_eq!(status(&program), before);
    assert_eq!(before["unusable"], serde_json::Value::Null);
}
