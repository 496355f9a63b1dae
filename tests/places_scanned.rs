//! Where a scan looks: names of files, people, tags, notes, stashes, the worktree, days. All that looks like
//! data of somebody is synthetic, and put together here so that no scanner stops at this page.

use gitops_health_testkit::{Author, TestRepo, Transcript};
use serde_json::Value;

use crate::support::{assert_fails_with_hint, program, run, run_in};

/// Numbers of nobody; the last digits tell them apart.
fn number(end: &str) -> String {
    ["536", "22", end].join("-")
}

fn scan(repo: &TestRepo, arguments: &[&str]) -> Transcript {
    let arguments = [&["sanitize", "scan", "--format", "json"], arguments].concat();
    let transcript = run_in(repo, &arguments);
    for digit in 0..10 {
        assert!(!transcript.to_string().contains(&number(&format!("814{digit}"))), "{transcript}");
    }
    transcript
}

fn findings(transcript: &Transcript) -> Vec<Value> {
    let report: Value = serde_json::from_str(&transcript.stdout).expect("it is JSON");
    report["findings"].as_array().expect("there is a list").clone()
}

/// Paths and fields of what is found.
fn places(transcript: &Transcript) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    findings(transcript).iter().map(|it| (text(&it["path"]), text(&it["field"]))).collect()
}

fn pair(path: &str, field: &str) -> (String, String) {
    (path.to_owned(), field.to_owned())
}

#[test]
fn names_of_files_are_looked_at_and_never_shown() {
    let repo = TestRepo::new();
    repo.write("README.md", "# Lab\n").commit("First");
    let name = format!("scans/{}.txt", number("8141"));
    repo.write(&name, format!("ssn {}\n", number("8142"))).commit("Add");
    let shown = "scans/[SSN].txt";
    let both = [pair(shown, "name of the file"), pair(shown, "-")];
    for selection in [&["--all"][..], &["--history"], &["--commit", "HEAD"], &["scans"], &[]] {
        assert_eq!(places(&scan(&repo, selection)), both, "{selection:?}");
    }
    // The name is not new where only the content is.
    repo.write(&name, format!("ssn {}\nssn {}\n", number("8142"), number("8143")));
    repo.git(&["add", "."]);
    assert_eq!(places(&scan(&repo, &["--staged"])), [pair(shown, "-")]);
    let text = run_in(&repo, &["sanitize", "scan", "--history"]);
    assert!(text.stdout.contains(shown) && !text.stdout.contains(&number("8141")), "{text}");
}

#[test]
fn a_unit_of_systemd_is_no_mail_address_and_a_mail_address_is_one() {
    let repo = TestRepo::new();
    let mail = ["letters/q.zwyrtkova", "clinic.org"].join("@");
    repo.write("units/getty@tty1.service", "[Unit]\n").write(&mail, "1\n").commit("Add");
    let expected = [pair("letters/[EMAIL]", "name of the file")];
    assert_eq!(places(&scan(&repo, &["--all"])), expected);
}

#[test]
fn what_stands_beside_a_name_and_address_is_found() {
    let repo = TestRepo::new();
    let name = format!("Ada {}", number("8141"));
    let author = Author { name: &name, email: "ada@example.com", time: "2026-01-05T10:00:00+0000" };
    repo.write("a", "1\n").commit_as(author, "First");
    repo.write("a", "2\n").commit_as(author, "Second");
    for (selection, count) in [(&["--history"][..], 1), (&["--commit", "HEAD"], 1)] {
        let transcript = scan(&repo, selection);
        let found = findings(&transcript);
        assert_eq!(found.len(), count, "{transcript}");
        assert_eq!(found[0]["path"], "(author and committer)");
        assert_eq!(found[0]["author"], "[REDACTED] <ada@example.com>");
    }
}

#[test]
fn a_merge_brings_what_no_other_commit_was_told_of() {
    let repo = TestRepo::new();
    let text = |first: &str, last: &str| format!("{first}\n{}{last}\n", "filler\n".repeat(300));
    repo.write("a", text("one", "two")).write("b", "1\n").commit("First");
    repo.git(&["checkout", "-q", "-b", "side"]);
    let theirs = format!("ssn {}", number("8141"));
    repo.write("a", text(&theirs, "two")).write("c", format!("ssn {}\n", number("8142")));
    repo.commit("On the side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("a", text("three", "two")).commit("On main");
    repo.git(&["merge", "-q", "side"]);
    let ours = format!("ssn {}", number("8143"));
    repo.write("a", text(&theirs, &ours)).git(&["add", "a"]);
    let of_merge = |transcript: &Transcript| {
        let found = findings(transcript);
        assert_eq!(found.len(), 1, "{transcript}");
        assert_eq!((&found[0]["path"], &found[0]["line"]), (&"a".into(), &302.into()));
    };
    of_merge(&scan(&repo, &["--staged"]));
    repo.commit("Merge");
    // Who asks about the merge alone gets all that it brings to its first parent.
    assert_eq!(findings(&scan(&repo, &["--commit", "HEAD"])).len(), 3);
    // Who asks about all commits gets what each brought, once.
    assert_eq!(findings(&scan(&repo, &["--range", "HEAD^1..HEAD"])).len(), 3);
}

#[test]
fn a_history_has_tags_notes_stashes_and_names_of_references() {
    let repo = TestRepo::new();
    repo.write("a", "1\n").commit("First");
    repo.git(&["tag", "-a", "-m", &format!("for patient {}", number("8141")), "v1"]);
    repo.git(&["notes", "add", "-m", &format!("ssn {}", number("8142"))]);
    repo.write("a", format!("ssn {}\n", number("8143"))).git(&["stash"]);
    repo.write("a", format!("ssn {}\n", number("8144"))).git(&["stash"]);
    repo.git(&["branch", &format!("fix/{}", number("8145"))]);
    repo.write("b", format!("ssn {}\n", number("8146"))).git(&["add", "b"]);
    repo.git(&["tag", "loose", repo.git_text(&["rev-parse", ":b"]).trim()]);
    repo.git(&["rm", "-q", "-f", "b"]);
    let transcript = scan(&repo, &["--history"]);
    let found = findings(&transcript);
    let of = |path: &str| -> Vec<&Value> { found.iter().filter(|it| it["path"] == path).collect() };
    assert_eq!(of("refs/tags/v1").len(), 1, "{transcript}");
    assert_eq!(of("refs/heads/fix/[SSN]").len(), 1, "{transcript}");
    assert_eq!(of("refs/tags/loose").len(), 1, "{transcript}");
    let stashed: Vec<&str> = of("a").iter().filter_map(|it| it["reference"].as_str()).collect();
    assert_eq!(stashed.len(), 2, "{transcript}");
    assert!(stashed.contains(&"refs/stash") && stashed.contains(&"stash@{1}"), "{transcript}");
    let note = found.iter().find(|it| it["reference"] == "refs/notes/commits");
    assert_eq!(note.expect("the note is found")["is_from_branch"], false);
    assert_eq!(found.len(), 6, "{transcript}");
}

#[test]
fn a_history_says_who_brought_it_and_whether_it_is_still_there() {
    let repo = TestRepo::new();
    let author = |time| Author { name: "Ada", email: "ada@example.com", time };
    repo.write("a", format!("ssn {}\nssn {}\n", number("8141"), number("8142")));
    repo.commit_as(author("2026-01-05T10:00:00+0000"), "First");
    repo.write("a", format!("ssn {}\n", number("8142")));
    repo.commit_as(author("2026-02-05T10:00:00+0000"), "Second");
    repo.write("a", format!("ssn {}\nssn {}\n", number("8142"), number("8143")));
    repo.commit_as(author("2026-03-05T10:00:00+0000"), "Third");
    let transcript = scan(&repo, &["--history"]);
    let found = findings(&transcript);
    let told: Vec<(&Value, &Value)> =
        found.iter().map(|it| (&it["commit"], &it["is_in_head"])).collect();
    let (first, third) = (Value::from(repo.id("HEAD~2")), Value::from(repo.id("HEAD")));
    let (yes, no) = (Value::from(true), Value::from(false));
    assert_eq!(told, [(&third, &yes), (&first, &no), (&first, &yes)], "{transcript}");
    assert!(found.iter().all(|it| it["author"] == "Ada <ada@example.com>"));
    assert!(found.iter().all(|it| it["is_from_branch"] == true));
    for (days, count) in [
        (&["--since", "2026-02-01"][..], 1),
        (&["--until", "2026-02-28"], 2),
        (&["--since", "2026-02-01", "--until", "2026-02-28"], 0),
    ] {
        let transcript = scan(&repo, &[&["--history"], days].concat());
        assert_eq!(findings(&transcript).len(), count, "{transcript}");
    }
    let transcript = run_in(&repo, &["sanitize", "scan", "--since", "2026-02-01"]);
    assert_eq!(transcript.code, Some(2), "{transcript}");
}

#[test]
fn what_was_amended_away_is_in_the_history_of_this_clone() {
    let repo = TestRepo::new();
    repo.write("a", "1\n").commit("First");
    repo.write("a", format!("ssn {}\n", number("8141"))).commit("Second");
    let second = repo.id("HEAD");
    repo.write("a", "2\n").git(&["add", "a"]);
    repo.git(&["commit", "-q", "--amend", "-m", "Second, again"]);
    let transcript = scan(&repo, &["--history"]);
    let found = findings(&transcript);
    assert_eq!(found.len(), 1, "{transcript}");
    assert_eq!((&found[0]["commit"], &found[0]["reference"]), (&second.into(), &"HEAD@{1}".into()));
    assert_eq!(
        (&found[0]["is_from_branch"], &found[0]["is_in_head"]),
        (&false.into(), &false.into())
    );
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    assert_eq!(scan(&repo, &["--history"]).code, Some(0));
}

#[test]
fn the_worktree_counts_where_it_differs_from_head() {
    let repo = TestRepo::new();
    repo.write("a", format!("ssn {}\nplain\n", number("8141"))).write("b", "1\n").commit("First");
    assert_eq!(scan(&repo, &["--worktree"]).code, Some(0));
    repo.write("a", format!("ssn {}\nssn {}\n", number("8141"), number("8142")));
    repo.write("new", format!("ssn {}\n", number("8143")));
    repo.write("staged", format!("ssn {}\n", number("8144"))).git(&["add", "staged"]);
    repo.remove("b");
    let transcript = scan(&repo, &["--worktree"]);
    assert_eq!(places(&transcript), [pair("a", "-"), pair("staged", "-")], "{transcript}");
    assert_eq!(findings(&transcript)[0]["line"], 2);
    let bare = TestRepo::bare();
    let transcript = run_in(&bare, &["sanitize", "scan", "--worktree"]);
    assert_fails_with_hint(&transcript, 2, &["worktree"]);
}

#[test]
fn a_pull_request_has_two_ends() {
    let repo = TestRepo::new();
    repo.write("a", "1\n").commit("First");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("a", format!("ssn {}\n", number("8141"))).commit("Side");
    repo.git(&["checkout", "-q", "main"]);
    let transcript = scan(&repo, &["--base", "main", "--head", "side"]);
    assert_eq!(findings(&transcript).len(), 1, "{transcript}");
    assert_eq!(findings(&transcript)[0]["commit"], repo.id("side"));
}

#[test]
fn a_file_in_conflict_is_no_pass() {
    let repo = TestRepo::new();
    repo.write("f", "one\n").commit("First");
    repo.git(&["checkout", "--quiet", "-b", "other"]);
    repo.write("f", "two\n").commit("Two");
    repo.git(&["checkout", "--quiet", "-"]);
    repo.write("f", "three\n").commit("Three");
    let mut merge = std::process::Command::new("git");
    merge.args(["-c", "user.name=A", "-c", "user.email=a@example.com", "merge", "other"]);
    let merge = merge.current_dir(repo.path()).output().expect("git runs");
    assert!(!merge.status.success(), "there is a conflict");
    repo.write("f", format!("<<<<<<< HEAD\npatient ssn {}\n=======\n", number("8141")));
    assert_eq!(places(&scan(&repo, &["--worktree"])), [pair("f", "-")]);
    let staged = scan(&repo, &["--staged"]);
    assert_eq!(staged.code, Some(3), "{staged}");
    assert!(staged.stdout.contains("it is in conflict"), "{staged}");
}

#[test]
fn what_a_shallow_clone_does_not_have_is_no_pass() {
    let repo = TestRepo::new();
    for (day, text) in [("05", "1\n"), ("06", "2\n"), ("07", "3\n")] {
        let time = format!("2026-01-{day}T10:00:00+0000");
        let author = Author { name: "Ada", email: "ada@example.com", time: &time };
        repo.write("a", text).commit_as(author, "Write");
    }
    let clone = TestRepo::new();
    let source = format!("file://{}", repo.path().display());
    clone.git(&["fetch", "--quiet", "--depth", "2", &source, "HEAD:refs/heads/clone"]);
    let history = scan(&clone, &["--history"]);
    assert_eq!(history.code, Some(3), "{history}");
    assert!(history.stdout.contains("git fetch --unshallow"), "{history}");
    // What comes after the edge is all here.
    assert_eq!(scan(&clone, &["--history", "--since", "2026-01-07"]).code, Some(0));
}

#[test]
fn a_reference_that_holds_nothing_is_named() {
    let repo = TestRepo::new();
    repo.write("a", "1\n").commit("First");
    for text in ["", "no id\n"] {
        std::fs::write(repo.git_dir().join("refs/heads/side"), text).expect("it can be written");
        let history = run_in(&repo, &["sanitize", "scan", "--history"]);
        assert_fails_with_hint(&history, 2, &["refs/heads/side", "damaged"]);
    }
    // One that names another is none of these, and neither is what has no name of one.
    std::fs::write(repo.git_dir().join("refs/heads/side"), "ref: refs/heads/nothing\n").unwrap();
    std::fs::write(repo.git_dir().join("refs/heads/a..b"), "x\n").unwrap();
    std::fs::write(repo.git_dir().join("refs/heads/new.lock"), "").unwrap();
    assert_eq!(scan(&repo, &["--history"]).code, Some(0));
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_named_and_what_git_keeps_is_looked_at() {
    let repo = TestRepo::new();
    repo.write("a.txt", format!("ssn {}\n", number("8141")));
    let _socket = std::os::unix::net::UnixListener::bind(repo.path().join("socket"));
    let transcript = scan(&repo, &["--fail-on", "critical", "."]);
    let report: Value = serde_json::from_str(&transcript.stdout).expect("it is JSON");
    assert_eq!(report["skipped"][0]["path"], "socket", "{transcript}");
    assert_eq!(transcript.code, Some(1), "{transcript}");
}

#[test]
fn the_directory_that_is_named_is_the_one_that_is_looked_at() {
    let (repo, other) = (TestRepo::new(), TestRepo::new());
    other.write("a.txt", format!("ssn {}\n", number("8141")));
    let place = other.path().to_str().expect("it is text");
    let transcript = scan(&repo, &["--repo", place]);
    assert_eq!(transcript.code, Some(1), "{transcript}");
}

#[test]
fn dates_count_by_the_kind_of_the_file_and_what_is_talked_about() {
    let repo = TestRepo::new();
    let text = |about: &str| format!("{about} on 4 {} 2015.\n", "May");
    let (concert, stay) = (text("The band played in the park"), text("The patient was admitted"));
    for name in ["note.txt", "a.py", "page.md", "LICENSE.txt"] {
        repo.write(name, &concert).write(format!("stay/{name}"), &stay);
    }
    repo.commit(&format!("docs: begin\n\n{concert}"));
    let of = |dates: &[&str]| {
        let mut all = places(&scan(&repo, &[&["--commit", "HEAD"], dates].concat()));
        all.sort();
        all.into_iter().map(|(path, _)| path).collect::<Vec<_>>()
    };
    let stays = ["stay/LICENSE.txt", "stay/a.py", "stay/note.txt", "stay/page.md"];
    assert_eq!(of(&["--dates", "patients"]), stays);
    assert_eq!(of(&[]), [&["note.txt"][..], &stays].concat());
    let mut all = of(&["--dates", "all"]);
    all.retain(|path| !path.starts_with("stay/"));
    assert_eq!(all, ["(commit message)", "LICENSE.txt", "a.py", "note.txt", "page.md"]);
    // The same is taken out.
    let cleaned = run(&program(&repo), &["sanitize", "note.txt", "a.py", "--write"]);
    assert_eq!(cleaned.code, Some(0), "{cleaned}");
    let read = |name: &str| std::fs::read_to_string(repo.path().join(name)).expect("text");
    assert_eq!(read("note.txt"), "The band played in the park on [DATE].\n");
    assert_eq!(read("a.py"), concert);
}

#[test]
fn a_content_counts_by_each_name_that_it_has() {
    let met = format!("We met on 4 {} 2015.\n", "May");
    let paths = |repo: &TestRepo, selection: &[&str]| {
        let all = places(&scan(repo, selection)).into_iter().map(|(path, _)| path);
        all.collect::<Vec<_>>()
    };
    // Under two names at once, of which the other comes first.
    let repo = TestRepo::new();
    repo.write("LICENSE.txt", &met).write("notes.txt", &met);
    repo.commit("Add");
    for selection in [&["--all"][..], &["--history"], &["--commit", "HEAD"], &["."]] {
        assert_eq!(paths(&repo, selection), ["notes.txt"], "{selection:?}");
    }
    let plan = repo.path().with_extension("plan");
    let plan = plan.to_str().expect("text");
    let planned = run(&program(&repo), &["sanitize", "--history", "--plan", plan]);
    std::fs::remove_dir_all(plan).expect("it was written");
    assert!(planned.stdout.contains("1 place in 1 content"), "{planned}");
    // Renamed, later.
    let repo = TestRepo::new();
    repo.write("page.md", &met).commit("Add");
    assert!(paths(&repo, &["--history"]).is_empty());
    repo.git(&["mv", "page.md", "page.txt"]);
    assert_eq!(paths(&repo, &["--staged"]), ["page.txt"]);
    repo.commit("Move");
    for selection in [&["--commit", "HEAD"][..], &["--range", "HEAD^..HEAD"], &["--history"]] {
        assert_eq!(paths(&repo, selection), ["page.txt"], "{selection:?}");
    }
    // From text to text nothing is new.
    repo.git(&["mv", "page.txt", "other.txt"]);
    assert!(paths(&repo, &["--staged"]).is_empty());
}
