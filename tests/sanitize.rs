//! `sanitize scan`, as people and programs get to see it. All that looks like data of somebody is
//! synthetic, and put together here so that no scanner stops at this page.

use gitops_health_testkit::{TestRepo, Transcript};
use serde_json::Value;

use crate::support::{
    assert_fails_with_hint, assert_harmless, assert_snapshot, fingerprint, program, run_in,
};

const SCAN: &[&str] = &["sanitize", "scan"];

/// What must never be printed.
const SECRETS: [&str; 6] =
    ["471100815", "Zwyrtkova", "Quirinia", "19620110", "Nowhere Lane", "536228145"];

/// A message about somebody who does not exist.
fn message() -> String {
    let [number, family, given, born, street, ssn] = SECRETS;
    let (city, zip) = ("Springfield", "99999");
    let segments = [
        r"MSH|^~\&|APP|LAB|EHR|LAB|20260301120000||ADT^A01|1|P|2.5".to_owned(),
        format!(
            "PID|1||{number}^^^LAB^MR||{family}^{given}^Q||{born}|F|||{street}^^{city}^^{zip}||||||||{ssn}"
        ),
        "OBX|1|TX|NOTE||no complaints".to_owned(),
    ];
    segments.join("\r")
}

fn scan(repo: &TestRepo, arguments: &[&str]) -> Transcript {
    let transcript = run_in(repo, &[SCAN, arguments].concat());
    for secret in SECRETS {
        assert!(!transcript.to_string().contains(secret), "{secret} is in\n{transcript}");
    }
    transcript
}

fn findings(transcript: &Transcript) -> Vec<(String, u64, String)> {
    let report: Value = serde_json::from_str(&transcript.stdout).expect("it is JSON");
    let list = report["findings"].as_array().expect("there is a list").clone();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let finding =
        |it: &Value| (text(&it["path"]), it["line"].as_u64().expect("a line"), text(&it["field"]));
    list.iter().map(finding).collect()
}

#[test]
fn a_message_is_understood_by_its_fields_and_nothing_of_it_is_printed() {
    let repo = TestRepo::new();
    repo.write("README.md", "# Lab\n").write("data/adt.hl7", message()).commit("Add a message");
    let transcript = scan(&repo, &["--all"]);
    assert_snapshot("sanitize_scan_text", &transcript.to_string());
    assert_eq!(transcript.code, Some(1));
    for arguments in
        [&["--all", "-vvv"][..], &["--all", "--format", "json"], &["--all", "--severity", "info"]]
    {
        assert_eq!(scan(&repo, arguments).code, Some(1));
    }
    let fields: Vec<String> = findings(&scan(&repo, &["--all", "--format", "json"]))
        .into_iter()
        .map(|(_, _, field)| field)
        .collect();
    let expected =
        ["PID-3.1", "PID-5.1", "PID-5.2", "PID-7", "PID-11.1", "PID-11.3", "PID-11.5", "PID-19"];
    assert_eq!(fields, expected);
}

#[test]
fn the_threshold_decides_the_exit_code_and_the_format_does_not() {
    let repo = TestRepo::new();
    repo.write("mail.txt", format!("to {}@{}\n", "somebody", "example.org")).commit("Add");
    for (fail_on, code) in [("low", 1), ("medium", 0)] {
        for format in ["text", "json", "sarif", "github"] {
            let arguments = ["--all", "--fail-on", fail_on, "--format", format];
            assert_eq!(scan(&repo, &arguments).code, Some(code), "{fail_on} {format}");
        }
    }
}

#[test]
fn every_format_has_all_findings() {
    let repo = TestRepo::new();
    repo.write("data/a b,c.hl7", message()).commit("Add a message");
    let count = findings(&scan(&repo, &["--all", "--format", "json"])).len();
    let sarif: Value = serde_json::from_str(&scan(&repo, &["--all", "--format", "sarif"]).stdout)
        .expect("it is JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("there is a list");
    assert_eq!(results.len(), count);
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "data/a%20b%2Cc.hl7");
    let github = scan(&repo, &["--all", "--format", "github"]).stdout;
    assert_eq!(github.lines().count(), count);
    let first = github.lines().next().expect("there is one");
    assert!(first.starts_with("::error file=data/a b%2Cc.hl7,line=1,col="), "{first}");
}

#[test]
fn only_new_lines_of_what_is_staged_count() {
    let repo = TestRepo::new();
    let old = format!("{}\nplain\n", message().replace('\r', "\n"));
    repo.write("a.hl7", &old).commit("Add");
    let nothing = scan(&repo, &["--staged"]);
    assert_eq!(nothing.code, Some(0), "{nothing}");
    let person = format!("NK1|1|{}^{}|SPO|\n", SECRETS[1], SECRETS[2]);
    repo.write("a.hl7", old + &person).git(&["add", "."]);
    let found = findings(&scan(&repo, &["--staged", "--format", "json"]));
    let expected = [("a.hl7", 5, "NK1-2.1"), ("a.hl7", 5, "NK1-2.2")];
    assert_eq!(
        found,
        expected.map(|(path, line, field)| (path.to_owned(), line, field.to_owned()))
    );
}

#[test]
fn what_one_commit_added_and_another_took_away_is_found() {
    let repo = TestRepo::new();
    repo.write("README.md", "# Lab\n").commit("First");
    repo.write("a.hl7", message()).commit("Add");
    repo.remove("a.hl7").commit("Remove");
    assert_eq!(scan(&repo, &["--all"]).code, Some(0));
    for arguments in
        [&["--range", "HEAD~2..HEAD"][..], &["--commit", "HEAD~1"], &["--base", "HEAD~2"]]
    {
        let transcript = scan(&repo, &[arguments, &["--format", "json"]].concat());
        assert_eq!(findings(&transcript).len(), 8, "{transcript}");
        let report: Value = serde_json::from_str(&transcript.stdout).expect("it is JSON");
        assert_eq!(report["findings"][0]["commit"], repo.id("HEAD~1"));
    }
}

#[test]
fn what_a_commit_says_of_itself_is_looked_at() {
    let repo = TestRepo::new();
    let number = ["536", "22", "8145"].join("-");
    repo.write("a", "1\n").commit(&format!("Fix the record of patient {number}"));
    repo.write("a", "2\n").commit("Second");
    for arguments in [&["--commit", "HEAD~1"][..], &["--history"]] {
        let transcript = scan(&repo, &[arguments, &["--format", "json"]].concat());
        let expected = ("(commit message)".to_owned(), 1, "-".to_owned());
        assert!(findings(&transcript).contains(&expected), "{transcript}");
        assert!(!transcript.to_string().contains(&number));
    }
}

#[test]
fn what_can_not_be_looked_at_is_an_error_or_named() {
    let repo = TestRepo::new();
    repo.write("image", b"\x89PNG\0\0").commit("Add");
    let transcript = scan(&repo, &["--all"]);
    assert!(transcript.stdout.contains("not looked at: `image`: it is binary"), "{transcript}");
    assert_eq!(transcript.code, Some(0));
    assert_fails_with_hint(&scan(&repo, &["nowhere"]), 2, &["could not read nowhere"]);
    assert_fails_with_hint(&scan(&repo, &["--commit", "nothing"]), 2, &["nothing"]);
}

#[test]
fn what_is_not_listed_is_counted() {
    let repo = TestRepo::new();
    repo.write("mail.txt", format!("to {}@{}\n", "somebody", "example.org")).commit("Add");
    let transcript = scan(&repo, &["--all", "--severity", "high"]);
    let expected = "nothing of severity high or more found; HEAD was looked at (1 file)\n\
                    1 finding matters less than high: --severity info lists all\n";
    assert_eq!(transcript.stdout, expected);
    assert_eq!(transcript.code, Some(0));
    // What decides the exit code is listed.
    let transcript = scan(&repo, &["--all", "--severity", "high", "--fail-on", "low"]);
    assert!(transcript.stdout.contains("mail.txt"), "{transcript}");
    assert_eq!(transcript.code, Some(1));
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let repo = TestRepo::new();
    for number in 0..40 {
        repo.write(format!("{number}.hl7"), message());
    }
    let path = repo.path().to_str().expect("it is text").to_owned();
    let one = scan(&repo, &[&path, "--threads", "1"]);
    let many = program(&repo).run(&[SCAN, &[&path, "--threads", "7"]].concat());
    assert_eq!(one.stdout, many.stdout);
    assert_eq!(one.code, Some(1));
}

fn clean(repo: &TestRepo, arguments: &[&str]) -> Transcript {
    let program = program(repo).in_directory(repo.path());
    let transcript = program.run(&[&["sanitize"], arguments].concat());
    for secret in SECRETS {
        assert!(!transcript.to_string().contains(secret), "{secret} is in\n{transcript}");
    }
    assert_harmless(&transcript);
    transcript
}

fn read(repo: &TestRepo, path: &str) -> String {
    std::fs::read_to_string(repo.path().join(path)).expect("it can be read")
}

#[test]
fn without_write_a_masked_difference_is_shown_and_nothing_is_changed() {
    let repo = TestRepo::new();
    repo.write("a.hl7", message().replace('\r', "\n")).write("plain", "nothing\n");
    let before = fingerprint(repo.path());
    let transcript = clean(&repo, &["."]);
    assert_snapshot("sanitize_dry_run", &transcript.to_string());
    assert!(before == fingerprint(repo.path()), "something was changed");
    assert_eq!(transcript.code, Some(1));
    assert_eq!(clean(&repo, &[".", "--format", "json"]).code, Some(1));
    // However it is replaced, the removed side is the same.
    let removed = |transcript: &Transcript| -> Vec<String> {
        let lines = transcript.stdout.lines().filter(|line| line.starts_with('-'));
        lines.map(str::to_owned).collect()
    };
    let masked = clean(&repo, &[".", "--preserve-format"]);
    assert_eq!(removed(&masked), removed(&transcript), "{masked}");
}

#[test]
fn what_was_written_is_clean_and_keeps_its_form() {
    use std::os::unix::fs::PermissionsExt;
    for arguments in [
        &["--write"][..],
        &["--write", "--replace-with", "placeholder"],
        &["--write", "--preserve-format"],
    ] {
        let repo = TestRepo::new();
        let text = format!("\u{feff}{}\r\nlast", message().replace('\r', "\r\n"));
        repo.write("data/a.hl7", &text);
        let path = repo.path().join("data/a.hl7");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o751))
            .expect("it is ours");
        assert_eq!(clean(&repo, &[arguments, &["data"]].concat()).code, Some(0));
        let cleaned = read(&repo, "data/a.hl7");
        assert!(cleaned.starts_with('\u{feff}') && cleaned.ends_with("\r\nlast"));
        assert_eq!(cleaned.matches("\r\n").count(), text.matches("\r\n").count());
        assert_eq!(cleaned.matches('|').count(), text.matches('|').count());
        let mode = std::fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o751);
        let names = std::fs::read_dir(repo.path().join("data")).expect("it is there");
        assert_eq!(names.count(), 1, "something was left behind");
        let place = repo.path().join("data").to_str().expect("it is text").to_owned();
        assert_eq!(scan(&repo, &[&place]).code, Some(0));
        let again = clean(&repo, &[arguments, &["data"]].concat());
        assert!(again.stdout.starts_with("nothing to take out"), "{again}");
        assert_eq!(read(&repo, "data/a.hl7"), cleaned);
    }
}

#[test]
fn hashes_need_a_key_and_are_the_same_with_the_same_one() {
    let repo = TestRepo::new();
    repo.write("a.hl7", message()).write("b.hl7", message());
    let arguments = ["sanitize", "--replace-with", "hash", "--write", "a.hl7", "b.hl7"];
    let plain = program(&repo).in_directory(repo.path());
    assert_fails_with_hint(&plain.run(&arguments), 2, &["GITOPS_HEALTH_SANITIZE_KEY"]);
    let keyed = program(&repo)
        .in_directory(repo.path())
        .with_variable("GITOPS_HEALTH_SANITIZE_KEY", "a key that is long enough");
    assert_eq!(keyed.run(&arguments).code, Some(0));
    assert_eq!(read(&repo, "a.hl7"), read(&repo, "b.hl7"));
    assert!(!read(&repo, "a.hl7").contains(SECRETS[1]));
}

/// `sanitize` with made-up values.
fn synthesize(repo: &TestRepo, arguments: &[&str]) -> Transcript {
    let program = program(repo)
        .in_directory(repo.path())
        .with_variable("GITOPS_HEALTH_SANITIZE_KEY", "a key that is long enough");
    let transcript =
        program.run(&[&["sanitize", "--replace-with", "synthetic"], arguments].concat());
    for secret in SECRETS {
        assert!(!transcript.to_string().contains(secret), "{secret} is in\n{transcript}");
    }
    assert_harmless(&transcript);
    transcript
}

#[test]
fn what_is_made_up_keeps_files_together_and_shows_nothing_of_what_was_there() {
    let repo = TestRepo::new();
    let [number, family, given, _, street, ssn] = SECRETS;
    let dashed = format!("{}-{}-{}", &ssn[..3], &ssn[3..5], &ssn[5..]);
    let head = ["mrn", "ssn", "last_name", "first_name", "dob", "street"].join(",");
    let row = [number, &dashed, family, given, "01/10/1962", street].join(",");
    repo.write("a.hl7", message().replace('\r', "\n")).write("b.csv", format!("{head}\n{row}\n"));
    let before = fingerprint(repo.path());
    let transcript = synthesize(&repo, &["."]);
    assert!(before == fingerprint(repo.path()), "something was changed");
    assert_snapshot("sanitize_synthetic", &transcript.to_string());
    assert!(!transcript.stdout.contains(&dashed) && !transcript.stdout.contains("01/10/1962"));
    assert_eq!(synthesize(&repo, &[".", "--format", "json"]).code, Some(1));
    assert_eq!(synthesize(&repo, &[".", "--write"]).code, Some(0));
    let (message, table) = (read(&repo, "a.hl7"), read(&repo, "b.csv"));
    let row: Vec<&str> = table.lines().nth(1).expect("there is a row").split(',').collect();
    let patient = message.lines().nth(1).expect("there is a patient");
    let field = |number: usize| patient.split('|').nth(number).expect("it is there");
    assert_eq!(field(3).split('^').next(), Some(row[0]));
    assert_eq!(field(19), row[1].replace('-', ""));
    assert_eq!(row[1].matches('-').count(), 2);
    assert!(field(5).starts_with(&[row[2], row[3]].join("^")));
    let day: Vec<&str> = row[4].split('/').collect();
    assert_eq!(field(7), [day[2], day[0], day[1]].concat());
    assert!(field(11).starts_with(row[5]));
    // It is known to be made up, and stays.
    for (fail_on, code) in [("low", 1), ("medium", 0)] {
        let path = repo.path().to_str().expect("it is text").to_owned();
        assert_eq!(scan(&repo, &[&path, "--fail-on", fail_on]).code, Some(code));
    }
    assert!(synthesize(&repo, &["."]).stdout.starts_with("nothing to take out"));
}

#[test]
fn links_are_not_followed_and_what_is_not_there_is_an_error() {
    let repo = TestRepo::new();
    repo.write("data/a.hl7", message());
    std::os::unix::fs::symlink("data/a.hl7", repo.path().join("link")).expect("it can be made");
    let transcript = clean(&repo, &["--write", "link"]);
    assert_eq!(transcript.code, Some(3), "{transcript}");
    assert!(read(&repo, "data/a.hl7").contains(SECRETS[0]));
    assert_fails_with_hint(&clean(&repo, &["nowhere"]), 2, &["could not read nowhere"]);
}

#[test]
fn the_history_tells_who_brought_what_and_each_thing_once() {
    let repo = TestRepo::new();
    let filler = "nothing in particular\n".repeat(100);
    repo.write("notes.txt", &filler).commit("First");
    let note = format!("{}\n", ["the patient's number is 536", "22", "8145"].join("-"));
    repo.write("notes.txt", format!("{filler}{note}{filler}"));
    let second = repo.commit("Second");
    repo.write("notes.txt", format!("new\n{filler}{note}{filler}end\n")).commit("Third");
    repo.remove("notes.txt").commit("Fourth");
    let transcript = scan(&repo, &["--history", "--format", "json"]);
    let report: Value = serde_json::from_str(&transcript.stdout).expect("it is JSON");
    let found = report["findings"].as_array().expect("there is a list");
    assert_eq!(found.len(), 1, "{transcript}");
    assert_eq!((&found[0]["commit"], &found[0]["line"]), (&second.into(), &101.into()));
    assert_eq!(scan(&repo, &["--all"]).code, Some(0));
    for threads in ["1", "3"] {
        let other = scan(&repo, &["--history", "--format", "json", "--threads", threads]);
        assert_eq!(other.stdout, transcript.stdout);
    }
}

fn utf16(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn text_in_utf_16_is_looked_at_wherever_it_is_and_stays_in_it() {
    let repo = TestRepo::new();
    repo.write("a.txt", utf16("plain\n")).commit("Add");
    repo.write("a.txt", utf16(&format!("plain\n{}\n", message().replace('\r', "\n"))));
    repo.git(&["add", "."]);
    let fields = |arguments: &[&str]| {
        let transcript = scan(&repo, &[arguments, &["--format", "json"]].concat());
        let report: Value = serde_json::from_str(&transcript.stdout).expect("it is JSON");
        let list = report["findings"].as_array().expect("there is a list");
        assert!(list.iter().all(|finding| finding["within"] == "utf-16"), "{transcript}");
        findings(&transcript).into_iter().map(|(_, line, field)| (line, field)).collect::<Vec<_>>()
    };
    let staged = fields(&["--staged"]);
    assert_eq!((staged.len(), &staged[0]), (8, &(3, "PID-3.1".to_owned())));
    assert_eq!(fields(&["a.txt"]), staged);
    repo.commit("Change");
    for arguments in [&["--commit", "HEAD"][..], &["--history"], &["--all"]] {
        assert_eq!(fields(arguments), staged, "{arguments:?}");
    }
    let shown = clean(&repo, &["a.txt"]);
    assert!(shown.stdout.contains("PID|1||****"), "{shown}");
    assert_eq!(clean(&repo, &["--write", "a.txt"]).code, Some(0));
    let written = std::fs::read(repo.path().join("a.txt")).expect("it is there");
    assert!(written.starts_with(&utf16("plain\n")));
    assert_eq!(fields(&["a.txt"]), []);
}

#[test]
fn what_is_packed_is_looked_into_and_what_is_damaged_is_named() {
    let repo = TestRepo::new();
    repo.write("a.zip", b"PK\x03\x04\0\0").commit("Add");
    for arguments in [&["--all"][..], &["--commit", "HEAD"], &["--history"], &["a.zip"]] {
        let transcript = scan(&repo, arguments);
        let line = "not looked at: `a.zip`: zip: its directory is damaged";
        assert!(transcript.stdout.contains(line), "{transcript}");
        assert_eq!(transcript.code, Some(3));
    }
    assert_eq!(clean(&repo, &["a.zip"]).code, Some(3));
}

#[test]
fn rules_are_listed_and_explained() {
    let repo = TestRepo::new();
    repo.write(
        ".gitops-health.yaml",
        "sanitize: {rules: [{id: ward-badge, name: Badge of a ward, category: R, severity: high, keywords: [wb-], \
         pattern: '\\bWB-[0-9]{6}\\b', examples: ['badge WB-{digit:6}']}]}\n",
    );
    let rules = |arguments: &[&str]| run_in(&repo, &[&["sanitize", "rules"], arguments].concat());
    let all = rules(&[]).stdout;
    let first = |line: &str| line.split_whitespace().next().unwrap_or_default().to_owned();
    let ids: Vec<String> = all.lines().skip(1).map(first).collect();
    assert!(ids.len() > 600, "{all}");
    for letter in "ABCDEFGHIJKLMNOQR".chars() {
        let has = |line: &str| line.split_whitespace().nth(1) == Some(&letter.to_string());
        assert!(all.lines().any(has), "{letter}");
    }
    assert_eq!(ids.last().map(String::as_str), Some("ward-badge"));
    let one = rules(&["mrn"]).stdout;
    for part in
        ["Medical record number", "H, medical record numbers", "45 CFR 164.514", "mrn:FINGER"]
    {
        assert!(one.contains(part), "{one}");
    }
    assert!(rules(&["ward-badge"]).stdout.contains("Badge of a ward"));
    assert_fails_with_hint(
        &rules(&["birthdate"]),
        2,
        &["no rule `birthdate`", "did you mean `birth-date`?"],
    );
}

#[test]
fn what_is_found_only_now_is_found_in_all_selections() {
    // Synthetic, and put together here so that no scanner stops at this page.
    let rows: String = (0..5).map(|row| format!("48{row:05},x\n")).collect();
    let repo = TestRepo::new();
    repo.write("t.csv", format!("c1,c2\n{rows}")).commit("Add a table");
    let found = |selection: &[&str]| {
        let arguments = [&["sanitize", "scan", "--format", "json"], selection].concat();
        let report: Value = serde_json::from_str(&run_in(&repo, &arguments).stdout).expect("JSON");
        report["findings"].as_array().expect("a list").len()
    };
    assert_eq!(found(&["--history"]), 0);
    repo.write("t.csv", ["m", "rn,c2\n"].concat() + &rows);
    assert_eq!(found(&["--worktree"]), 5);
    repo.git(&["add", "t.csv"]);
    assert_eq!(found(&["--staged"]), 5);
    repo.commit("Name a column");
    for selection in [&["--history"][..], &["--commit", "HEAD"], &["--range", "HEAD~1..HEAD"]] {
        assert_eq!(found(selection), 5, "{selection:?}");
    }
}
