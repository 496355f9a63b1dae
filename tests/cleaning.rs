//! Cleaning what is staged, with backups, and plans for histories. All that looks like data of somebody is
//! synthetic, and put together here so that no scanner stops at this page.

use std::path::Path;

use gitops_health_testkit::{Author, Program, TestRepo, Transcript};
use serde_json::Value;

use crate::support::{assert_fails_with_hint, assert_harmless, program, run_in};

/// Numbers of nobody; the last digits tell them apart.
fn number(end: &str) -> String {
    ["536", "22", end].join("-")
}

fn run(program: &Program, arguments: &[&str]) -> Transcript {
    let transcript = program.run(&[&["sanitize"], arguments].concat());
    assert_harmless(&transcript);
    for digit in 0..10 {
        assert!(!transcript.to_string().contains(&number(&format!("814{digit}"))), "{transcript}");
    }
    transcript
}

fn sanitize(repo: &TestRepo, arguments: &[&str]) -> Transcript {
    run(&program(repo), arguments)
}

fn on_disk(repo: &TestRepo, path: &str) -> String {
    std::fs::read_to_string(repo.path().join(path)).expect("it is there")
}

fn staged(repo: &TestRepo, path: &str) -> String {
    repo.git_text(&["show", &format!(":{path}")])
}

#[test]
fn what_is_staged_is_cleaned_in_the_index_and_on_disk() {
    let repo = TestRepo::new();
    let old = format!("old {}\nplain\n", number("8141"));
    repo.write("a.txt", &old).write("b.txt", "1\n").commit("First");
    let new = format!("{old}new {}\n", number("8142"));
    repo.write("a.txt", &new).write("new.txt", format!("x {}\n", number("8143")));
    repo.git(&["add", "."]);
    let dry = sanitize(&repo, &["--staged"]);
    assert_eq!(dry.code, Some(1), "{dry}");
    assert!(dry.stdout.contains("-new ****") && dry.stdout.contains("+new [SSN]"), "{dry}");
    assert_eq!((staged(&repo, "a.txt"), on_disk(&repo, "a.txt")), (new.clone(), new));
    let written = sanitize(&repo, &["--staged", "--write"]);
    assert_eq!(written.code, Some(0), "{written}");
    // What was there before is none of the change.
    let expected = format!("{old}new [SSN]\n");
    assert_eq!((staged(&repo, "a.txt"), on_disk(&repo, "a.txt")), (expected.clone(), expected));
    assert_eq!(
        (staged(&repo, "new.txt"), on_disk(&repo, "new.txt")),
        ("x [SSN]\n".into(), "x [SSN]\n".into())
    );
    assert_eq!(repo.git_text(&["diff", "--name-only"]), "");
    assert_eq!(sanitize(&repo, &["scan", "--staged"]).code, Some(0));
    assert_eq!(sanitize(&repo, &["--staged", "--write"]).code, Some(0));
    let bare = TestRepo::bare();
    assert_fails_with_hint(&sanitize(&bare, &["--staged"]), 2, &["worktree"]);
}

#[test]
fn what_is_staged_in_part_is_cleaned_in_part() {
    let repo = TestRepo::new();
    repo.write("a.txt", "1\n2\n3\n").commit("First");
    repo.write("a.txt", format!("1\nstaged {}\n2\n3\nboth {}\n", number("8141"), number("8142")));
    repo.git(&["add", "a.txt"]);
    let disk = format!(
        "0\n1\nstaged {}\n2\n3\nboth {} and more\nlater {}\n",
        number("8141"),
        number("8142"),
        number("8143")
    );
    repo.write("a.txt", &disk);
    let transcript = sanitize(&repo, &["--staged", "--write"]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    assert!(
        transcript.stdout.replace("\n", " ").contains("1 place was not cleaned there"),
        "{transcript}"
    );
    assert_eq!(staged(&repo, "a.txt"), "1\nstaged [SSN]\n2\n3\nboth [SSN]\n");
    let expected = disk.replace(&format!("staged {}", number("8141")), "staged [SSN]");
    assert_eq!(on_disk(&repo, "a.txt"), expected);
}

#[test]
fn what_is_found_only_now_is_cleaned_though_its_lines_are_old() {
    let repo = TestRepo::new();
    let row = |row: usize| format!("48{row:05},Thorn~bury{row}\n").replace('~', "");
    let rows: String = (0..3).map(row).collect();
    repo.write("a.csv", format!("c1,c2\n{rows}")).commit("First");
    repo.write("a.csv", format!("mrn,last_name\n{rows}")).git(&["add", "."]);
    assert_eq!(sanitize(&repo, &["scan", "--staged"]).code, Some(1));
    let transcript = sanitize(&repo, &["--staged", "--write"]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    let expected = format!("mrn,last_name\n{}", "[MRN],[NAME]\n".repeat(3));
    assert_eq!((staged(&repo, "a.csv"), on_disk(&repo, "a.csv")), (expected.clone(), expected));
    assert_eq!(sanitize(&repo, &["scan", "--staged"]).code, Some(0));
    // A name or a mode that changes makes nothing of the content new.
    repo.write("b.csv", format!("mrn,last_name\n{rows}")).commit("Second");
    repo.git(&["mv", "b.csv", "c.csv"]);
    let transcript = sanitize(&repo, &["--staged", "--write"]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    assert!(staged(&repo, "c.csv").ends_with(&rows));
}

#[test]
fn what_a_scan_of_the_change_does_not_find_stays() {
    let repo = TestRepo::new();
    let line = |end: &str| format!("patient {}\n", number(end));
    let utf16 = |text: &str| -> Vec<u8> {
        format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    repo.write("moved.txt", format!("x\ny\n{}z\n", line("8141")))
        .write("ended.txt", line("8142").trim_end())
        .write("wide.txt", utf16(&line("8143")))
        .commit("First");
    repo.write("moved.txt", format!("{}x\ny\nz\n", line("8141"))).write("ended.txt", line("8142"));
    repo.git(&["mv", "wide.txt", "wider.txt"]);
    repo.git(&["add", "."]);
    assert_eq!(sanitize(&repo, &["scan", "--staged"]).code, Some(0));
    let transcript = sanitize(&repo, &["--staged", "--write"]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    assert!(transcript.stdout.contains("nothing"), "{transcript}");
    assert!(staged(&repo, "moved.txt").starts_with(&line("8141")));
}

#[test]
fn what_is_found_only_once_something_beside_it_is_gone_is_cleaned_too() {
    let repo = TestRepo::new();
    let person = ["Patient: Linda Sm", "ith, DOB 1978-", "05-09"].concat();
    repo.write("a.yaml", format!("ssn: {}\n{person}\ncall the patient", number("8141")));
    repo.commit("First");
    repo.write("a.yaml", format!("{person}\nssn: {}", number("8142"))).git(&["add", "."]);
    assert_eq!(sanitize(&repo, &["scan", "--staged"]).code, Some(1));
    assert_eq!(sanitize(&repo, &["--staged", "--write"]).code, Some(0));
    assert_eq!(sanitize(&repo, &["scan", "--staged"]).code, Some(0));
}

#[test]
fn an_index_that_another_program_has_is_left_and_so_is_the_worktree() {
    let repo = TestRepo::new();
    let text = format!("x {}\n", number("8141"));
    repo.write("a.txt", &text).git(&["add", "."]);
    let lock = repo.git_dir().join("index.lock");
    std::fs::write(&lock, "").expect("it can be written");
    let transcript = sanitize(&repo, &["--staged", "--write"]);
    assert_fails_with_hint(&transcript, 3, &["could not change the index", "index.lock"]);
    std::fs::remove_file(lock).expect("it is there");
    assert_eq!((staged(&repo, "a.txt"), on_disk(&repo, "a.txt")), (text.clone(), text));
}

#[test]
fn what_may_stay_is_not_taken_out() {
    let repo = TestRepo::new();
    let mark = format!("gitops-health:{}", "allow");
    let text = format!("a {} # {mark} ssn made up\nb {}\n", number("8141"), number("8142"));
    repo.write("a.txt", &text);
    let transcript = sanitize(&repo, &["a.txt", "--write"]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    assert_eq!(on_disk(&repo, "a.txt"), text.replace(&number("8142"), "[SSN]"));
}

#[test]
fn what_may_stay_is_not_shown() {
    let repo = TestRepo::new();
    let mark = format!("gitops-health:{}", "allow");
    let text = format!("ssn {} and {}, mail", number("8141"), number("8142"));
    repo.write("a.txt", format!("{text} {}@clinic.org # {mark} ssn made up\n", "jane.roe"));
    let config = "sanitize:\n  allow:\n  - paths: [b.txt]\n    rules: [ssn]\n    reason: made up\n    until: 2999-01-01\n";
    repo.write("b.txt", format!("{text} {}@clinic.org\n", "jane.roe"));
    repo.write(".gitops-health.yaml", config);
    for path in ["a.txt", "b.txt"] {
        // The run looks for the numbers in what is printed.
        let transcript = sanitize(&repo, &[path]);
        assert_eq!(transcript.code, Some(1), "{transcript}");
        for line in ["-ssn **** and ****, mail ****", "+ssn **** and ****, mail [EMAIL]"] {
            assert!(transcript.stdout.contains(line), "{transcript}");
        }
    }
    let utf16 = |text: &str| {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect::<Vec<u8>>()
    };
    repo.write("b.txt", utf16(&on_disk(&repo, "b.txt")));
    let transcript = sanitize(&repo, &["b.txt"]);
    assert!(transcript.stdout.contains("ssn **** and ****, mail ****\n"), "{transcript}");
}

#[test]
fn backups_are_kept_outside_and_for_nobody_else() {
    let repo = TestRepo::new();
    let text = format!("a {}\n", number("8141"));
    repo.write("dir/a.txt", &text);
    let outside = tempfile::tempdir().expect("a directory");
    let place = outside.path().join("kept");
    let place = place.to_str().expect("UTF-8");
    for inside in ["dir", "kept", "."] {
        let transcript = sanitize(&repo, &["dir", "--write", "--backup-dir", inside]);
        assert_fails_with_hint(&transcript, 2, &["inside of what is cleaned"]);
        assert_eq!(on_disk(&repo, "dir/a.txt"), text);
        assert!(!repo.path().join("kept").exists());
    }
    let transcript = sanitize(&repo, &["dir", "--write", "--backup-dir", place]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    let whole = std::fs::canonicalize(repo.path().join("dir/a.txt")).expect("it is there");
    let kept = Path::new(place).join(whole.strip_prefix("/").expect("a whole path"));
    assert_eq!(std::fs::read_to_string(&kept).expect("it is there"), text);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| path.metadata().expect("it is there").permissions().mode();
        assert_eq!(mode(&kept) & 0o777, 0o600);
        assert_eq!(mode(Path::new(place)) & 0o777, 0o700);
    }
    // What was kept once stays, and then nothing is written.
    repo.write("dir/a.txt", &text);
    let transcript = sanitize(&repo, &["dir", "--write", "--backup-dir", place]);
    assert_eq!(transcript.code, Some(3), "{transcript}");
    assert_eq!(on_disk(&repo, "dir/a.txt"), text);
    let without_write = sanitize(&repo, &["dir", "--backup-dir", place]);
    assert_eq!(without_write.code, Some(2), "{without_write}");
}

/// A history in which something is found in a file that is moved and changed later, and in messages.
fn past() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("a.txt", format!("1\nssn {}\n2\n", number("8141"))).commit("First");
    repo.git(&["mv", "a.txt", "b.txt"]);
    repo.commit("Move");
    repo.write("b.txt", format!("1\nssn {}\n2\n3\n", number("8141")));
    repo.commit(&format!("Change for {} of the patients", number("8142")));
    repo.write("b.txt", "1\n2\n3\n").write("c.txt", "plain\n").commit("Clean");
    repo.git(&["tag", "-a", "-m", &format!("ssn {}", number("8143")), "v1"]);
    // What no clone of this has is no part of it.
    repo.write("c.txt", format!("ssn {}\n", number("8144")))
        .git(&["commit", "-q", "-a", "-m", "Gone"]);
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo
}

#[test]
fn a_plan_says_where_in_the_history_what_is_replaced() {
    let repo = past();
    let outside = tempfile::tempdir().expect("a directory");
    let place = outside.path().join("plan");
    let before = repo.git_text(&["for-each-ref"]);
    let arguments = ["--history", "--plan", place.to_str().expect("UTF-8")];
    let transcript = sanitize(&repo, &arguments);
    assert_eq!(transcript.code, Some(1), "{transcript}");
    assert_eq!(repo.git_text(&["for-each-ref"]), before);
    let read = |name: &str| std::fs::read_to_string(place.join(name)).expect("it is there");
    assert_eq!(read("PLAN.md"), transcript.stdout);
    for name in ["PLAN.md", "replacements.jsonl", "rewrite.py"] {
        assert!(!read(name).contains("-22-"), "{name}");
    }
    let mut kinds = Vec::new();
    for line in read("replacements.jsonl").lines() {
        let entry: Value = serde_json::from_str(line).expect("JSON");
        let id = entry["object"].as_str().expect("an id");
        let content = repo.git(&["cat-file", entry["kind"].as_str().expect("a kind"), id]);
        let length = entry["length"].as_u64().expect("a number") as usize;
        // Of a commit and a tag the message alone counts.
        let content = &content[content.len() - length..];
        let list = entry["replacements"].as_array().expect("a list");
        let (mut made, mut at) = (Vec::new(), 0);
        for replacement in list {
            let place = |it: usize| replacement[it].as_u64().expect("a number") as usize;
            made.extend_from_slice(&content[at..place(0)]);
            made.extend(replacement[2].as_str().expect("text").bytes());
            at = place(1);
        }
        made.extend_from_slice(&content[at..]);
        let made = String::from_utf8(made).expect("UTF-8");
        assert!(made.contains("[SSN]") && !made.contains("-22-"), "{made}");
        kinds.push(entry["kind"].as_str().expect("a kind").to_owned());
    }
    kinds.sort();
    // The version that was moved is the same content; the one that was made from it is another one.
    assert_eq!(kinds, ["blob", "blob", "commit", "tag"]);
    let inside = sanitize(&repo, &["--history", "--plan", "plan"]);
    assert_fails_with_hint(&inside, 2, &["inside of what is cleaned"]);
    let clean = TestRepo::new();
    clean.write("a", "1\n").commit("First");
    let none = outside.path().join("none");
    let transcript = sanitize(&clean, &["--history", "--plan", none.to_str().expect("UTF-8")]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    assert!(std::fs::read_dir(none).expect("it is made").next().is_none());
}

#[test]
fn what_no_plan_is_made_for_is_told() {
    let repo = TestRepo::new();
    repo.write("a", "1\n").commit("First");
    let outside = tempfile::tempdir().expect("a directory can be made");
    let place = outside.path().join("plan");
    let plan = || {
        let transcript = sanitize(&repo, &["--history", "--plan", place.to_str().expect("UTF-8")]);
        assert_eq!(transcript.code, Some(1), "{transcript}");
        assert!(!place.join("replacements.jsonl").exists(), "{transcript}");
        transcript.stdout
    };
    // What was put aside is nobody else's.
    repo.write("a", format!("ssn {}\n", number("8141")));
    repo.git(&["stash", "--quiet"]);
    let text = plan();
    assert!(text.contains("that only this clone has") && text.contains("git stash drop"), "{text}");
    assert!(!text.contains("--mailmap"), "{text}");
    let name = format!("Ada {}", number("8142"));
    let author = Author { name: &name, email: "ada@example.com", time: "2026-01-05T10:00:00+0000" };
    repo.write("a", "2\n").commit_as(author, "Second");
    let text = plan();
    assert!(text.contains("1 name or address of people") && text.contains("--mailmap"), "{text}");
}

#[test]
fn a_name_that_says_something_is_no_pass() {
    let repo = TestRepo::new();
    repo.write("a", "1\n").commit("First");
    let name = format!("scan-{}.txt", number("8141"));
    repo.write(&name, format!("a {}\n", number("8142")));
    repo.git(&["add", "."]);
    // The arguments are in the transcript, and so the file is not named.
    for arguments in [["--staged", "--write"], [".", "--write"]] {
        let transcript = sanitize(&repo, &arguments);
        assert_eq!(transcript.code, Some(3), "{transcript}");
        let said = transcript.to_string().replace('\n', " ");
        assert!(said.contains("scan-[SSN].txt") && said.contains("rename it"), "{transcript}");
        assert_eq!(staged(&repo, &name), "a [SSN]\n");
    }
}

#[test]
fn a_filter_says_why_it_did_nothing() {
    let repo = TestRepo::new();
    let zlib =
        [&b"PK\x05\x06"[..], &[0; 18], format!("ssn {}", number("8141")).as_bytes()].concat();
    repo.write("a.zip", &zlib);
    let mut command = program(&repo).command(&["sanitize", "-"]);
    command.stdin(std::fs::File::open(repo.path().join("a.zip")).expect("it is there"));
    let transcript = crate::support::finish(command, "sanitize -");
    assert_fails_with_hint(&transcript, 3, &["was not cleaned", "unpacked first"]);
    for more in [&["--format", "json"][..], &["-"], &["a.zip"], &["--write"]] {
        let transcript = sanitize(&repo, &[&["-"], more].concat());
        assert_fails_with_hint(&transcript, 2, &["there is no place for"]);
    }
}

#[test]
fn a_filter_is_told_what_it_reads() {
    let repo = TestRepo::new();
    let text = format!("p = dict(mrn={})\n", ["8477", "1203"].concat());
    repo.write("in", &text);
    let ran = |arguments: &[&str]| {
        let mut command = program(&repo).command(arguments);
        command.stdin(std::fs::File::open(repo.path().join("in")).expect("it is there"));
        crate::support::finish(command, &arguments.join(" "))
    };
    assert_eq!(ran(&["sanitize", "-"]).stdout, "p = dict(mrn=[MRN])\n");
    let cleaned = ran(&["sanitize", "-", "--stdin-name", "src/a.py"]);
    assert_eq!(cleaned.stdout, "p = dict(mrn=0)\n", "{cleaned}");
    let scanned = ran(&["sanitize", "scan", "-", "--stdin-name", "src/a.py"]);
    assert!(scanned.stdout.contains("src/a.py") && scanned.code == Some(1), "{scanned}");
    for command in [&["sanitize", "in"][..], &["sanitize", "scan", "in"], &["sanitize", "scan"]] {
        let transcript = ran(&[command, &["--stdin-name", "a.py"]].concat());
        assert_fails_with_hint(&transcript, 2, &["is not read"]);
    }
}

#[test]
fn a_file_that_nobody_can_look_into_is_named() {
    let repo = TestRepo::new();
    repo.write("face.png", b"\x89PNG\r\n\x1a\n\0\0\0\0").write("a.bin", [0; 40]);
    for (path, why) in [("face.png", "it is a picture (PNG)"), ("a.bin", "it is binary")] {
        for command in [&["sanitize", path][..], &["sanitize", "scan", path]] {
            let transcript = run_in(&repo, command);
            assert_eq!(transcript.code, Some(0), "{transcript}");
            assert!(transcript.stdout.replace("\n", " ").contains(why), "{transcript}");
        }
    }
    // One stray byte hides nothing.
    let number = ["536", "22", "8145"].join("-");
    repo.write("a.csv", format!("ssn {number}\0\n{}", "text,".repeat(100)));
    assert_eq!(run_in(&repo, &["sanitize", "scan", "a.csv"]).code, Some(1));
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_owner_and_permissions() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    const NOBODY: u32 = 65534;
    let repo = TestRepo::new();
    repo.write("a.txt", format!("a {}\n", number("8141")));
    let path = repo.path().join("a.txt");
    // Only a privileged user may give a file away.
    drop(chown(&path, Some(NOBODY), Some(NOBODY)));
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o6755)).expect("it is ours");
    let known = || path.metadata().map(|it| (it.uid(), it.gid(), it.mode())).expect("it is there");
    let before = known();
    assert_eq!(sanitize(&repo, &["a.txt", "--write"]).code, Some(0));
    assert_eq!((on_disk(&repo, "a.txt").as_str(), known()), ("a [SSN]\n", before));
}

#[cfg(unix)]
#[test]
fn other_names_of_a_file_would_keep_what_is_taken_out() {
    let repo = TestRepo::new();
    let text = format!("a {}\n", number("8141"));
    repo.write("a.txt", &text);
    let link = |name: &str| {
        std::fs::hard_link(repo.path().join("a.txt"), repo.path().join(name)).expect("it is new");
    };
    link("b.txt");
    link("c.txt");
    for arguments in [&["a.txt"][..], &["a.txt", "--write"]] {
        let transcript = sanitize(&repo, arguments);
        assert_eq!(transcript.code, Some(3), "{transcript}");
        assert!(transcript.to_string().contains("2 more names"), "{transcript}");
        assert_eq!(on_disk(&repo, "a.txt"), text);
    }
    let transcript = sanitize(&repo, &["a.txt", "b.txt", "--write"]);
    assert!(transcript.code == Some(3) && on_disk(&repo, "a.txt") == text, "{transcript}");
    repo.git(&["add", "a.txt"]);
    let transcript = sanitize(&repo, &["--staged", "--write"]);
    assert_eq!(transcript.code, Some(3), "{transcript}");
    assert!(transcript.to_string().contains("2 more names"), "{transcript}");
    assert_eq!((staged(&repo, "a.txt").as_str(), on_disk(&repo, "a.txt")), ("a [SSN]\n", text));
    // All of them at once leave nothing.
    let transcript = sanitize(&repo, &[".", "--write"]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    for name in ["a.txt", "b.txt", "c.txt"] {
        assert_eq!(on_disk(&repo, name), "a [SSN]\n");
    }
}

#[cfg(unix)]
#[test]
fn what_a_target_of_a_link_says_can_not_be_taken_out() {
    let repo = TestRepo::new();
    let link = |target: &str, name: &str| {
        std::os::unix::fs::symlink(target, repo.path().join(name)).expect("it is new");
    };
    link(&format!("/data/patient ssn {}", number("8141")), "bad");
    link("/data/nowhere", "good");
    repo.git(&["add", "."]);
    for place in ["--staged", "."] {
        assert_eq!(sanitize(&repo, &["scan", place]).code, Some(1), "{place}");
        let transcript = sanitize(&repo, &[place, "--write"]);
        assert_eq!(transcript.code, Some(3), "{transcript}");
        assert!(transcript.to_string().contains("`bad`: it is a link"), "{transcript}");
        assert!(!transcript.to_string().contains("good"), "{transcript}");
    }
    // One that is named is followed, if it leads somewhere.
    assert_eq!(sanitize(&repo, &["scan", "bad"]).code, Some(1));
    assert_eq!(sanitize(&repo, &["scan", "good"]).code, Some(0));
    // Whether it may stay is asked of the link, not of what it leads to.
    let config = "sanitize:\n  allow:\n  - paths: [bad]\n    rules: [ssn]\n    reason: made up\n    until: 2999-01-01\n";
    repo.write(".gitops-health.yaml", config);
    for arguments in [&["scan", "."][..], &[".", "--write"], &["--staged"]] {
        assert_eq!(sanitize(&repo, arguments).code, Some(0), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn what_a_signal_leaves_behind_is_not_added() {
    use std::os::unix::process::ExitStatusExt;
    let repo = TestRepo::new();
    let text = format!("a {}\n{}", number("8141"), "plain\n".repeat(2000));
    repo.write("a.txt", &text).commit("First");
    // The system ends a program that writes more than it may.
    let run = program(&repo).command(&["sanitize", "a.txt", "--write"]);
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "ulimit -f 1 && exec \"$0\" \"$@\""]).arg(run.get_program());
    let variables = run.get_envs().filter_map(|(name, value)| Some((name, value?)));
    let limited = limited.args(run.get_args()).envs(variables).current_dir(repo.path());
    let output = limited.output().expect("a shell");
    assert!(output.status.signal().is_some(), "{output:?}");
    assert_eq!(on_disk(&repo, "a.txt"), text);
    let left = std::fs::read_dir(repo.path()).expect("a directory").count();
    assert_eq!(left, 3, "the file, the git directory and what was begun");
    assert_eq!(repo.git_text(&["status", "--porcelain", "-uall"]), "");
}

#[test]
fn a_long_line_is_cleaned_to_its_end() {
    let repo = TestRepo::new();
    let part = |at: usize| {
        format!("patient ssn {} {}", number(&format!("814{}", at % 10)), "z".repeat(60))
    };
    let line: String = (0..30).map(part).collect();
    repo.write("a.txt", format!("{line} a\n")).commit("First");
    repo.write("a.txt", format!("{line} b\n")).git(&["add", "."]);
    let transcript = sanitize(&repo, &["--staged", "--write"]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    assert_eq!(sanitize(&repo, &["scan", "--staged"]).code, Some(0));
    assert_eq!(staged(&repo, "a.txt").matches("[SSN]").count(), 30);
}

#[test]
fn what_is_made_up_beside_old_values_comes_to_rest() {
    let repo = TestRepo::new();
    let record = |more: &str| {
        format!("{{\n  \"mrn\": \"{}\",\n{more}  \"x\": 1\n}}\n", ["4817", "3654"].concat())
    };
    repo.write("a.json", record("")).commit("First");
    repo.write(
        "a.json",
        record(&format!("  \"last_name\": \"{}\",\n", ["Thorn", "bury"].concat())),
    );
    repo.git(&["add", "."]);
    let arguments = ["--staged", "--write", "--replace-with", "synthetic"];
    let program = program(&repo).with_variable(
        "GITOPS_HEALTH_SANITIZE_KEY",
        "a synthetic key of more than thirty-two letters",
    );
    let transcript = run(&program, &arguments);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    let first = staged(&repo, "a.json");
    assert_eq!(run(&program, &["scan", "--staged"]).code, Some(0), "{first}");
    assert_eq!(run(&program, &arguments).code, Some(0));
    assert_eq!(staged(&repo, "a.json"), first);
}

#[test]
fn nothing_is_written_where_made_up_values_would_be_taken_for_real() {
    let repo = TestRepo::new();
    // A message broken off in a string, whose parts two readers see differently.
    let text = "\"{\\\"\\nPID~|||||||||||||||\\\\n NK1~||||6O\"".replace('~', "");
    repo.write("a.go", &text);
    let program = program(&repo).with_variable(
        "GITOPS_HEALTH_SANITIZE_KEY",
        "a synthetic key of more than thirty-two letters",
    );
    let made_up = run(&program, &["a.go", "--write", "--replace-with", "synthetic"]);
    assert_eq!(made_up.code, Some(3), "{made_up}");
    assert!(made_up.to_string().contains("would be taken for real"), "{made_up}");
    assert_eq!(on_disk(&repo, "a.go"), text);
    let redacted = run(&program, &["a.go", "--write"]);
    assert_eq!(redacted.code, Some(0), "{redacted}");
    assert_eq!(run(&program, &["scan", "a.go"]).code, Some(0));
}
