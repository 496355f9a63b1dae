//! The program never prints, and never writes down, what it is there to protect.
//!
//! All that looks like data of somebody is synthetic, and put together here so that no scanner stops at
//! this page.

mod planted;

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use gitops_health_testkit::{Program, TestRepo};

use crate::support::{finish, make_pipe, program, run};
use planted::Planted;

/// A repository with all of it: in the history, in a message, staged, and in the worktree alone.
fn repository(planted: &Planted) -> TestRepo {
    let repo = TestRepo::new();
    let write_all = || {
        let files = planted.files().into_iter().chain(planted.more_files());
        for (path, text) in files.chain(planted.broken_files()) {
            repo.write(path, text);
        }
        for (path, packed) in planted.packed_files() {
            repo.write(path, packed);
        }
    };
    repo.write("README.md", "# Lab\n")
        .write("src/auth/connect.py", "def connect():\n    return 1\n");
    repo.commit("First");
    write_all();
    repo.commit("Add the lab");
    repo.write("README.md", "# The lab\n");
    let number = &planted.in_message;
    repo.commit(&format!("Fix the lab for {number}\n\nThe patient {number} called.\n"));
    repo.write("notes/visit.txt", "nothing\n").commit("Fix notes");
    write_all();
    repo.commit(&format!("Fix notes again for {}", planted.in_message));
    repo.write("staged.txt", format!("patient {}\n", planted.staged)).git(&["add", "staged.txt"]);
    repo.write("README.md", format!("# Lab\npatient {}\n", planted.in_worktree));
    repo
}

/// Where the program may leave something.
struct Surroundings {
    program: Program,
    temporary: tempfile::TempDir,
    before: BTreeSet<PathBuf>,
}

impl Surroundings {
    fn new(repo: &TestRepo) -> Self {
        let temporary = tempfile::tempdir().expect("a directory can be made");
        let program = program(repo)
            .with_variable("TMPDIR", temporary.path())
            .with_variable("GITOPS_HEALTH_SANITIZE_KEY", "a key that is long enough");
        Self { program, temporary, before: files_below(&repo.git_dir()) }
    }

    /// Nothing of it is in what the program made: in the git directory, the home and the
    /// temporary directory.
    fn hold_nothing_of(&self, planted: &Planted, repo: &TestRepo) -> usize {
        let in_git = files_below(&repo.git_dir());
        let made = in_git.difference(&self.before).cloned();
        let made = made.chain(files_below(self.program.home()));
        let made: Vec<PathBuf> = made.chain(files_below(self.temporary.path())).collect();
        for path in &made {
            let content = std::fs::read(path).expect("it can be read");
            planted.is_not_in(&content, &path.display().to_string());
        }
        made.len()
    }
}

fn files_below(directory: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type().expect("it has a type") {
            kind if kind.is_dir() => found.extend(files_below(&path)),
            _ => drop(found.insert(path)),
        }
    }
    found
}

const SELECTIONS: &[&[&str]] = &[
    &["."],
    &["--all"],
    &["--staged"],
    &["--commit", "HEAD~2"],
    &["--range", "HEAD~4..HEAD"],
    &["--base", "HEAD~4"],
    &["--history"],
];

const SCAN_FORMATS: &[&str] =
    &["text", "json", "sarif", "github", "gitlab", "junit", "tap", "markdown", "html"];

#[test]
fn a_scan_finds_it_and_does_not_say_it() {
    let planted = Planted::new();
    let repo = repository(&planted);
    let surroundings = Surroundings::new(&repo);
    for selection in SELECTIONS {
        let commands = SCAN_FORMATS.iter().map(|format| vec!["--format", format]);
        let loud = ["-v", "-vv", "-vvv", "--color=always"].map(|flag| vec![flag]);
        for more in commands.chain(loud) {
            let arguments = [&["sanitize", "scan", "--severity", "info"], *selection, &more[..]];
            let mut transcript = run(&surroundings.program, &arguments.concat());
            assert_eq!(transcript.code, Some(1), "{transcript}");
            transcript.stdout = transcript.stdout.replace('\u{1b}', "");
            planted.is_not_said(&transcript);
        }
    }
    surroundings.hold_nothing_of(&planted, &repo);
}

#[test]
fn something_is_found_in_every_file() {
    let planted = Planted::new();
    let repo = repository(&planted);
    let transcript = run(&program(&repo), &["sanitize", "scan", ".", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&transcript.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("there are some");
    let found: BTreeSet<&str> = findings.iter().filter_map(|it| it["path"].as_str()).collect();
    let texts = planted.files().into_iter().chain(planted.more_files()).map(|it| it.0);
    for path in texts.chain(planted.packed_files().into_iter().map(|it| it.0)) {
        assert!(found.contains(path), "{path} is not in {found:?}");
    }
}

#[test]
fn what_stands_beside_what_can_not_be_read_is_not_said() {
    let planted = Planted::new();
    let repo = TestRepo::new();
    repo.write("a.txt", format!("patient {}\n", planted.beside_large));
    let large = File::create(repo.path().join("large.txt")).expect("it can be made");
    large.set_len((64 << 20) + 1).expect("it can be as long");
    make_pipe(&repo.path().join("pipe"));
    let surroundings = Surroundings::new(&repo);
    for arguments in [
        &["sanitize", "scan", ".", "pipe"][..],
        &["sanitize", "scan", "-vvv", "--format", "json", ".", "pipe"],
        &["sanitize", ".", "pipe"],
        &["sanitize", "--write", ".", "pipe"],
    ] {
        let transcript = run(&surroundings.program, arguments);
        assert_eq!(transcript.code, Some(3), "{transcript}");
        planted.is_not_said(&transcript);
    }
    surroundings.hold_nothing_of(&planted, &repo);
}

const REPLACEMENTS: &[&[&str]] = &[
    &[],
    &["--replace-with", "redacted"],
    &["--replace-with", "placeholder"],
    &["--replace-with", "hash"],
    &["--replace-with", "synthetic"],
    &["--preserve-format"],
];

#[test]
fn what_takes_it_out_does_not_say_it() {
    let planted = Planted::new();
    for how in REPLACEMENTS {
        let repo = TestRepo::new();
        for (path, text) in planted.files().into_iter().chain(planted.more_files()) {
            repo.write(path, text);
        }
        let surroundings = Surroundings::new(&repo);
        for more in
            [&["."][..], &["-vvv", "."], &["--format", "json", "."], &["--write", "."], &["."]]
        {
            let transcript = run(&surroundings.program, &[&["sanitize"], *how, more].concat());
            planted.is_not_said(&transcript);
        }
        surroundings.hold_nothing_of(&planted, &repo);
        for path in files_below(repo.path()) {
            let content = std::fs::read(&path).expect("it can be read");
            planted.is_not_in(&content, &path.display().to_string());
        }
    }
}

#[test]
fn plans_baselines_and_what_is_staged_do_not_say_it() {
    let planted = Planted::new();
    let repo = repository(&planted);
    let surroundings = Surroundings::new(&repo);
    let outside = tempfile::tempdir().expect("a directory can be made");
    let place = |name: &str| outside.path().join(name).to_str().expect("UTF-8").to_owned();
    for how in REPLACEMENTS {
        let plan = place(&how.join(""));
        let arguments = [&["sanitize", "--history", "--plan", &plan], *how].concat();
        let transcript = run(&surroundings.program, &arguments);
        // What is packed stays, and is said.
        assert_eq!(transcript.code, Some(3), "{transcript}");
        planted.is_not_said(&transcript);
        let staged = [&["sanitize", "--staged", "-vvv"], *how].concat();
        planted.is_not_said(&run(&surroundings.program, &staged));
    }
    let baseline = place("known.jsonl");
    let arguments = ["sanitize", "scan", "--history", "--write-baseline", "--baseline", &baseline];
    planted.is_not_said(&run(&surroundings.program, &arguments));
    let written = files_below(outside.path());
    assert!(written.len() > 3 * REPLACEMENTS.len(), "{written:?}");
    for path in written {
        let content = std::fs::read(&path).expect("it can be read");
        planted.is_not_in(&content, &path.display().to_string());
    }
    surroundings.hold_nothing_of(&planted, &repo);
}

#[test]
fn a_filter_does_not_let_it_through() {
    let planted = Planted::new();
    let repo = TestRepo::new();
    let surroundings = Surroundings::new(&repo);
    for (path, text) in planted.files().into_iter().chain(planted.more_files()) {
        repo.write(path, text);
        let commands = REPLACEMENTS.iter().map(|how| [&["sanitize", "-", "-vv"], *how].concat());
        for arguments in commands.chain([vec!["sanitize", "scan", "-", "-vvv"]]) {
            let mut command = surroundings.program.command(&arguments);
            command.stdin(File::open(repo.path().join(path)).expect("it can be read"));
            let mut transcript = finish(command, &format!("{path}: {}", arguments.join(" ")));
            // A filter keeps the ends of lines and what else was there.
            transcript.stdout = transcript.stdout.replace(['\r', '\u{1}'], "\n");
            planted.is_not_said(&transcript);
        }
    }
    surroundings.hold_nothing_of(&planted, &repo);
}

#[test]
fn scores_hotspots_trends_and_the_index_do_not_say_it() {
    let planted = Planted::new();
    let repo = repository(&planted);
    let surroundings = Surroundings::new(&repo);
    let mut commands: Vec<Vec<&str>> = Vec::new();
    for selection in [
        &["--commit", "HEAD"][..],
        &["--commit", "HEAD~3"],
        &["--staged"],
        &["--worktree"],
        &["--range", "HEAD~4..HEAD"],
        &["--base", "HEAD~3"],
    ] {
        for format in ["text", "table", "json", "markdown", "github"] {
            let more = ["--explain", "--historical", "--recommend-strategy", "--format", format];
            commands.push([&["risk", "score", "-vvv"], selection, &more].concat());
        }
        commands.push([&["risk", "score"], selection].concat());
    }
    for format in ["text", "json", "csv", "markdown", "html"] {
        commands.push(vec!["risk", "hotspots", "-vvv", "--all-kinds", "--format", format]);
        commands.push(vec!["risk", "trend", "-vvv", "--format", format]);
    }
    for format in ["text", "json", "csv", "markdown"] {
        commands.push(vec!["risk", "labels", "-vvv", "--format", format]);
        for commit in ["HEAD", "HEAD~2"] {
            let labels = ["risk", "labels", "-vvv", "--commit", commit, "--format", format];
            commands.push(labels.to_vec());
        }
    }
    for format in ["text", "json", "markdown"] {
        commands.push(vec!["risk", "train", "-vvv", "--format", format]);
        commands.push(vec!["risk", "evaluate", "-vvv", "--format", format]);
    }
    for format in ["text", "json"] {
        for command in [&["status"][..], &["update"], &["verify"], &["verify", "--all"]] {
            commands.push([&["index", "-vvv"], command, &["--format", format]].concat());
        }
    }
    commands.push(vec!["config", "show", "--origin", "-vvv"]);
    for arguments in commands {
        let mut transcript = run(&surroundings.program, &arguments);
        // Of so few commits nothing is learned.
        let expected = if matches!(arguments[1], "train" | "evaluate") { 3 } else { 0 };
        assert_eq!(transcript.code, Some(expected), "{transcript}");
        // Lines of CSV end as RFC 4180 says.
        transcript.stdout = transcript.stdout.replace("\r\n", "\n");
        planted.is_not_said(&transcript);
    }
    assert!(surroundings.hold_nothing_of(&planted, &repo) > 0, "there is no index");
}

#[test]
fn names_of_files_do_not_say_it_either() {
    let planted = Planted::new();
    let number = &planted.in_message;
    let repo = TestRepo::new();
    let (old, new) = (format!("auth/{number}/rec.c"), format!("auth/{number}/moved.c"));
    let body = |count: usize| (0..count).map(|line| format!("int v{line};\n")).collect::<String>();
    repo.write(&old, body(60)).write("lib/other.c", body(50)).commit("Begin");
    repo.write(&old, body(90)).commit("Fix crash");
    repo.write(&old, body(130)).write("lib/other.c", body(20)).commit("Fix leak");
    repo.remove(&old).write(&new, body(140)).commit("Fix overflow");
    repo.write(&new, body(400)).write("lib/other.c", body(300)).git(&["add", "."]);
    let mut commands: Vec<Vec<&str>> = Vec::new();
    for selection in [&["--commit", "HEAD"][..], &["--commit", "HEAD~1"], &["--staged"]] {
        for format in ["text", "table", "json", "markdown", "github"] {
            let more = ["--explain", "--historical", "--recommend-strategy", "--format", format];
            commands.push([&["risk", "score"], selection, &more].concat());
        }
    }
    for format in ["text", "json", "csv", "markdown", "html"] {
        commands.push(vec!["risk", "hotspots", "--all-kinds", "--format", format]);
    }
    for format in ["text", "json", "csv", "markdown"] {
        commands.push(vec!["risk", "labels", "--commit", "HEAD~2", "--format", format]);
    }
    let program = program(&repo);
    for arguments in commands {
        let transcript = run(&program, &arguments);
        assert_eq!(transcript.code, Some(0), "{transcript}");
        assert!(!transcript.stdout.contains(number.as_str()), "{arguments:?} says it");
        assert!(!transcript.stderr.contains(number.as_str()), "{arguments:?} says it");
    }
}

#[test]
fn mistakes_do_not_say_it() {
    let planted = Planted::new();
    let repo = repository(&planted);
    let surroundings = Surroundings::new(&repo);
    for arguments in [
        &["sanitize", "scan", "--no-such-flag"][..],
        &["sanitize", "scan", "--format", "nothing"],
        &["sanitize", "scan", "--commit", "nothing"],
        &["sanitize", "scan", "--commit", "HEAD:app.env"],
        &["sanitize", "scan", "--commit", ":/patient"],
        &["sanitize", "scan", "--range", "HEAD..HEAD"],
        &["sanitize", "scan", "app.env", "nowhere"],
        &["sanitize", "app.env", "nowhere"],
        &["sanitize", "scan", "--config", "app.env"],
        &["sanitize", "scan", "--all", "-o", "app.env/nowhere"],
        &["sanitize", "scan", "--repo", "app.env"],
        &["risk", "score", "--config", "app.env"],
        &["risk", "score", "--config", "data/adt.hl7"],
        &["risk", "score", "--config", "data/broken.json"],
        &["risk", "score", "--config", "notes/visit.txt"],
        &["risk", "score", "--config", "src/auth/connect.py"],
        &["risk", "score", "--commit", "HEAD:notes/visit.txt"],
        &["risk", "hotspots", "no-such-path"],
        &["risk", "labels", "--commit", "HEAD:notes/visit.txt"],
    ] {
        planted.is_not_said(&run(&surroundings.program, arguments));
    }
    // What is quoted of a configuration, of a baseline and of names on disk.
    let number = &planted.staged;
    let config = repo.path().join("config.yaml");
    for text in [
        format!("{number}: 1\n"),
        format!("sanitize: {number}\n"),
        format!("sanitize: {{contexts: {{test: {{secrets: {number}}}}}}}\n"),
        format!("sanitize: {{baseline: [{number}]}}\n"),
        format!(
            "sanitize: {{allow: [{{rules: [{number}], paths: [a], reason: b, until: 2026-01-01}}]}}\n"
        ),
    ] {
        std::fs::write(&config, &text).expect("it can be written");
        let arguments = ["sanitize", "scan", "--all", "--config", "config.yaml"];
        let transcript = run(&surroundings.program, &arguments);
        assert_eq!(transcript.code, Some(2), "{transcript}");
        planted.is_not_said(&transcript);
    }
    let reason = format!(
        "sanitize: {{allow: [{{rules: [ssn], paths: [a], reason: {number}, until: 2026-01-01}}]}}\n"
    );
    std::fs::write(&config, reason).expect("it can be written");
    for origin in [&[][..], &["--origin"]] {
        let arguments = [&["config", "show", "--config", "config.yaml"], origin].concat();
        let transcript = run(&surroundings.program, &arguments);
        assert_eq!(transcript.code, Some(0), "{transcript}");
        planted.is_not_said(&transcript);
    }
    std::fs::remove_file(&config).expect("it is there");
    // Arguments that make no sense.
    for arguments in [
        &["sanitize", "scan", "--since", number][..],
        &["sanitize", "scan", "--severity", number],
        &["sanitize", "scan", "--history", &format!("--no-such={number}")],
        &["--now", number, "sanitize", "scan"],
        &[number],
        &["sanitize", "--replace-with", number],
    ] {
        let transcript = run(&surroundings.program, arguments);
        assert_eq!(transcript.code, Some(2), "{transcript}");
        planted.is_not_said(&transcript);
    }
    for line in [format!("{{\"format\":\"{number}\"}}"), number.clone()] {
        std::fs::write(repo.path().join("known.jsonl"), line).expect("it can be written");
        let arguments = ["sanitize", "scan", "--all", "--baseline", "known.jsonl"];
        planted.is_not_said(&run(&surroundings.program, &arguments));
    }
    let inside = format!("d/{number}.txt");
    repo.write(&inside, "nothing\n");
    for arguments in
        [&["sanitize", "scan", &inside][..], &["sanitize", &inside], &["sanitize", "d/"]]
    {
        for format in [&[][..], &["--format", "json"]] {
            planted.is_not_said(&run(&surroundings.program, &[arguments, format].concat()));
        }
    }
    // An index that was damaged on disk, and an object.
    let index = repo.git_dir().join("gitops-health");
    let _ = run(&surroundings.program, &["index", "update"]);
    for path in files_below(&index) {
        std::fs::write(path, planted.files()[0].1.as_bytes()).expect("it can be written");
    }
    for command in [&["index", "status"][..], &["index", "verify"], &["risk", "score", "-vvv"]] {
        planted.is_not_said(&run(&surroundings.program, command));
    }
}
