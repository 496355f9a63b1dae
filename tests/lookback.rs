//! Hotspots and trends, as people and programs get to see them.

use gitops_health_testkit::{Author, Program, TestRepo, Transcript};

use crate::support::{
    assert_fails_with_hint, assert_harmless, assert_snapshot, program, program_in, run, run_in,
    run_program_in,
};

fn snapshot(name: &str, repo: &TestRepo, arguments: &[&str]) -> Transcript {
    snapshot_of(name, repo, &program(repo), arguments)
}

fn snapshot_of(name: &str, repo: &TestRepo, program: &Program, arguments: &[&str]) -> Transcript {
    // The first run makes the index.
    let first = run_program_in(repo, program, arguments);
    let transcript = program.run(arguments).naming(repo.path(), "REPOSITORY");
    assert_eq!(first.stdout, transcript.stdout);
    assert_snapshot(name, &transcript.to_string());
    transcript
}

/// CSV has its own line ends, which no other output has.
fn csv(repo: &TestRepo, arguments: &[&str]) -> Transcript {
    let mut transcript = run(&program(repo), arguments);
    let lines = transcript.stdout.split_inclusive('\n');
    assert!(lines.clone().all(|line| line.ends_with("\r\n")), "{transcript}");
    transcript.stdout = transcript.stdout.replace("\r\n", "\n");
    assert_harmless(&transcript);
    transcript
}

fn by(repo: &TestRepo, name: &str, time: &str, message: &str) {
    let email = format!("{}@example.com", name.to_lowercase());
    repo.commit_as(Author { name, email: &email, time }, message);
}

/// A clinic whose records are mended again and again, by three people over two years: a file that
/// moved, papers, a lock file, a branch that was never merged.
fn clinic() -> TestRepo {
    let repo = TestRepo::new();
    let lines = |count: usize| (0..count).map(|line| format!("line {line}\n")).collect::<String>();
    repo.write("src/patients/record.go", lines(40))
        .write("src/patients/name.go", lines(12))
        .write("src/billing/invoice.go", lines(30))
        .write("docs/guide.md", lines(8))
        .write("go.sum", lines(200));
    by(&repo, "Ada", "2024-02-05T09:00:00+0100", "Keep records of patients");
    for (time, count, message) in [
        ("2024-09-02T10:00:00+0200", 41, "Fix crash when a record is empty"),
        ("2025-04-14T11:00:00+0200", 44, "Open records by number"),
        ("2025-11-03T09:30:00+0100", 45, "Fix deadlock of two readers"),
    ] {
        repo.write("src/patients/record.go", lines(count)).write("go.sum", lines(count));
        by(&repo, "Bo", time, message);
    }
    repo.git(&["mv", "src/patients/record.go", "src/patients/file.go"]);
    by(&repo, "Cy", "2025-12-01T10:00:00+0100", "Call a record a file");
    repo.write("src/patients/file.go", lines(60)).write("docs/guide.md", lines(9));
    by(&repo, "Ada", "2026-01-12T10:00:00+0100", "Log who opens files");
    repo.write("src/patients/file.go", lines(58));
    by(&repo, "Bo", "2026-01-19T10:00:00+0100", "Fix overflow of the log");
    repo.write("src/billing/invoice.go", lines(31));
    by(&repo, "Cy", "2026-02-16T10:00:00+0100", "Say what is paid");
    repo.git(&["tag", "v1"]);
    repo.git(&["checkout", "--quiet", "-b", "experiment"]);
    repo.write("src/billing/invoice.go", lines(300));
    by(&repo, "Eve", "2026-02-17T10:00:00+0100", "Fix crash of invoices");
    repo.git(&["checkout", "--quiet", "main"]);
    repo
}

#[test]
fn hotspots_of_a_clinic() {
    let repo = clinic();
    for format in ["text", "json", "markdown", "html"] {
        let arguments = ["risk", "hotspots", "--format", format];
        snapshot(&format!("hotspots_{format}"), &repo, &arguments);
    }
    let transcript = csv(&repo, &["risk", "hotspots", "--format", "csv"]);
    assert_snapshot("hotspots_csv", &transcript.to_string());
    let arguments = ["risk", "hotspots", "--files", "--limit", "2", "src", "--since", "2025-01-01"];
    snapshot("hotspots_since", &repo, &arguments);
    let arguments = ["risk", "hotspots", "--directories", "--until", "2024-12-31"];
    snapshot("hotspots_directories", &repo, &arguments);
    let dumb = program(&repo).with_variable("TERM", "dumb").with_variable("COLUMNS", "60");
    let arguments = ["risk", "hotspots", "--all-kinds", "--limit", "1"];
    snapshot_of("hotspots_dumb", &repo, &dumb, &arguments);
}

#[test]
fn trend_of_a_clinic() {
    let repo = clinic();
    for format in ["text", "json", "markdown", "html"] {
        let arguments = ["risk", "trend", "--periods", "4", "--format", format];
        snapshot(&format!("trend_{format}"), &repo, &arguments);
    }
    let transcript = csv(&repo, &["risk", "trend", "--periods", "4", "--format", "csv"]);
    assert_snapshot("trend_csv", &transcript.to_string());
    let arguments = ["risk", "trend", "--by", "week", "--periods", "3", "--until", "2026-01-20"];
    snapshot("trend_weeks", &repo, &arguments);
}

#[test]
fn a_branch_that_is_not_merged_changes_nothing() {
    let repo = clinic();
    for command in ["hotspots", "trend"] {
        let before = run_in(&repo, &["risk", command, "--commit", "v1", "--format", "json"]);
        assert!(!before.stdout.contains("Eve"), "{before}");
        run_in(&repo, &["risk", command, "--commit", "experiment"]);
        let after = run_in(&repo, &["risk", command, "--commit", "v1", "--format", "json"]);
        assert_eq!(before, after);
    }
}

#[test]
fn paths_are_those_below_the_place_where_it_runs() {
    let repo = clinic();
    let inside = program_in(&repo.path().join("src"));
    let here = run(&inside, &["risk", "hotspots", "--format", "json", "patients", "../docs"]);
    let arguments = ["risk", "hotspots", "--format", "json", "docs/", "./src/patients"];
    assert_eq!(here.stdout, run_in(&repo, &arguments).stdout);
    assert!(!here.stdout.contains("invoice"), "{here}");
    let outside = run(&inside, &["risk", "hotspots", "../.."]);
    assert_fails_with_hint(&outside, 2, &["is outside of the repository"]);
}

#[test]
fn nobody_is_named_where_people_have_pseudonyms() {
    let repo = clinic();
    repo.write(".gitops-health.yaml", "index:\n  pseudonymize: true\n");
    for format in ["text", "json", "csv", "markdown", "html"] {
        let found = run(&program(&repo), &["risk", "hotspots", "--format", format]).stdout;
        assert!(found.contains("person-"), "{found}");
        for name in ["Ada", "Bo ", "Bo,", "\"Bo\"", "Cy", "example.com"] {
            assert!(!found.contains(name), "{name} in\n{found}");
        }
    }
}

#[test]
fn names_and_paths_are_no_formulas_and_move_no_cursor() {
    let repo = TestRepo::new();
    repo.write("=1+1.rs", "1\n").write("a\x1b[2J,b.rs", "1\n").write("@x/-y.rs", "1\n");
    by(&repo, "=HYPERLINK(\"x\")\u{202e}", "2026-01-05T10:00:00+0000", "Begin");
    for format in ["text", "json", "markdown", "html"] {
        run_in(&repo, &["risk", "hotspots", "--format", format]);
    }
    let table = csv(&repo, &["risk", "hotspots", "--format", "csv"]).stdout;
    for cell in [
        "file,'=1+1.rs,",
        "file,'@x/-y.rs,",
        "file,\"\"\"a\\033[2J,b.rs\"\"\",",
        ",\"'=HYPERLINK(\"\"x\"\")\\u{202e}\",",
        "directory,'@x,",
    ] {
        assert!(table.contains(cell), "{cell} is not in\n{table}");
    }
}

#[test]
fn names_and_paths_are_no_elements_of_a_page() {
    let repo = TestRepo::new();
    repo.write("<script>alert(1)<!--/x'onload='.rs", "1\n");
    by(&repo, "A \"b\" &amp; c", "2026-01-05T10:00:00+0000", "Begin");
    let page = run_in(&repo, &["risk", "hotspots", "--format", "html"]).stdout;
    assert_eq!(page.matches("&lt;script&gt;alert(1)&lt;!--/x&#39;onload=&#39;.rs").count(), 2);
    assert!(page.contains("A &quot;b&quot; &amp;amp; c"), "{page}");
    for forbidden in ["<script", "<!--", "x'onload", "http://", "https://"] {
        assert!(!page.contains(forbidden), "{forbidden} in\n{page}");
    }
}

#[test]
fn mistakes_when_looking_back() {
    let repo = clinic();
    for (name, arguments) in [
        ("unknown_revision", &["risk", "hotspots", "--commit", "v9"][..]),
        ("bad_date", &["risk", "hotspots", "--since", "2026-02-30"]),
        ("limit", &["risk", "hotspots", "--limit", "0"]),
        ("path", &["risk", "hotspots", "src/nurses"]),
        ("too_early", &["risk", "hotspots", "--until", "1999-12-31"]),
        ("trend_too_early", &["risk", "trend", "--until", "1999-12-31"]),
        (
            "wrong_way_round",
            &["risk", "hotspots", "--since", "2026-02-01", "--until", "2026-01-01"],
        ),
        ("left_out", &["risk", "hotspots", "go.sum"]),
        ("periods", &["risk", "trend", "--periods", "0"]),
        ("no_calendar", &["risk", "trend", "--until=-009999-02-01T00:00:00Z"]),
    ] {
        let transcript = snapshot(&format!("lookback_{name}"), &repo, arguments);
        assert_eq!((transcript.code, transcript.stdout.as_str()), (Some(2), ""));
    }
    let fresh = TestRepo::new();
    for command in ["hotspots", "trend"] {
        assert_fails_with_hint(&run_in(&fresh, &["risk", command]), 2, &["no commit"]);
    }
    fresh.commit("Nothing");
    assert_fails_with_hint(&run_in(&fresh, &["risk", "hotspots"]), 2, &["no files in HEAD"]);
}

#[test]
fn a_shallow_clone_says_so_and_one_without_any_past_is_no_answer() {
    let repo = clinic();
    let url = format!("file://{}", repo.path().display());
    for (depth, name) in [("3", "shallow"), ("1", "cut")] {
        let clone = tempfile::tempdir().expect("a temporary directory");
        repo.git(&["clone", "--quiet", "--depth", depth, &url, &clone.path().to_string_lossy()]);
        for command in ["hotspots", "trend"] {
            let found = run(&program_in(clone.path()), &["risk", command]);
            assert_harmless(&found);
            if name == "cut" {
                assert_fails_with_hint(&found, 3, &["is not here: the clone is shallow"]);
            } else {
                assert_eq!(found.code, Some(0), "{found}");
                assert!(found.stdout.contains("The clone is shallow"), "{found}");
            }
        }
    }
}

#[test]
fn what_could_not_be_read_makes_exit_code_3() {
    let repo = clinic();
    let tree = repo.id("HEAD~3:src/patients");
    std::fs::remove_file(crate::support::object_file(&repo, &tree)).expect("it is there");
    for command in ["hotspots", "trend"] {
        let found = run(&program(&repo), &["risk", command]);
        assert_eq!(found.code, Some(3), "{found}");
        assert!(found.stdout.contains("could not be read"), "{found}");
    }
}

#[test]
fn a_damaged_blob_leaves_one_commit_unknown_and_not_the_rest() {
    let repo = clinic();
    let path = repo.git_text(&["diff", "--name-only", "HEAD~3", "HEAD~2"]);
    let blob = repo.id(&format!("HEAD~2:{}", path.lines().next().expect("it changed a file")));
    crate::support::overwrite_object(&repo, &blob, b"x");
    for command in ["hotspots", "trend"] {
        let found = run(&program(&repo), &["risk", command]);
        assert_eq!(found.code, Some(3), "{found}");
        assert!(found.stdout.contains("could not be read"), "{found}");
    }
    let verified = run(&program(&repo), &["index", "verify", "--all"]);
    assert_eq!(verified.code, Some(0), "{verified}");
}

#[test]
fn lines_that_could_not_be_counted_are_said_to_be_missing() {
    let repo = clinic();
    let path = repo.git_text(&["diff", "--name-only", "HEAD~3", "HEAD~2"]);
    let path = path.lines().next().expect("it changed a file");
    let blob = repo.id(&format!("HEAD~2:{path}"));
    std::fs::remove_file(crate::support::object_file(&repo, &blob)).expect("it is there");
    let found = run(&program(&repo), &["risk", "trend"]);
    assert_eq!(found.code, Some(3), "{found}");
    assert!(found.stdout.contains("Lines are missing in the numbers"), "{found}");
    assert!(found.stdout.contains("1 commit changed files"), "{found}");
    let json = run(&program(&repo), &["risk", "trend", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    let of_periods = report["periods"].as_array().expect("a list").iter();
    let uncounted: u64 =
        of_periods.map(|row| row["uncounted_commits"].as_u64().expect("a number")).sum();
    assert_eq!((uncounted, &report["total"]["uncounted_commits"]), (1, &1.into()));
    // Beside a time before nothing is compared that is not known.
    let until = repo.git_text(&["log", "-1", "--format=%cs", "HEAD~2"]);
    let week = ["risk", "trend", "--by", "week", "--periods", "1", "--until", until.trim()];
    let week = run(&program(&repo), &week);
    assert!(week.stdout.contains("lines    "), "{week}");
    let compared = week.stdout.lines().find(|line| line.starts_with("lines"));
    assert!(!compared.is_some_and(|line| line.contains("from")), "{week}");
}

#[test]
fn files_whose_size_is_not_known_are_not_said_to_be_harmless() {
    let repo = TestRepo::new();
    repo.write("src/a.rs", "1\n").commit("Add a");
    let blob = repo.id("HEAD:src/a.rs");
    std::fs::remove_file(crate::support::object_file(&repo, &blob)).expect("it is there");
    for format in ["text", "markdown", "html"] {
        let found = run(&program(&repo), &["risk", "hotspots", "--format", format]);
        assert_eq!(found.code, Some(3), "{found}");
        assert!(found.stdout.contains("the size of what changed there is not known"), "{found}");
        assert!(found.stdout.contains("1 file that changed is not here or too large"), "{found}");
    }
}

#[test]
fn a_file_that_may_have_moved_and_is_not_here_makes_exit_code_3() {
    let repo = TestRepo::new();
    let text: String = (0..50).map(|line| format!("{line}\n")).collect();
    repo.write("src/old.rs", &text).commit("Add it");
    repo.write("src/old.rs", format!("{text}more\n")).commit("Go on");
    repo.git(&["mv", "src/old.rs", "src/new.rs"]);
    repo.write("src/new.rs", format!("{text}moved\n")).commit("Move it");
    let whole = run(&program(&repo), &["risk", "hotspots", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&whole.stdout).expect("JSON");
    assert_eq!((whole.code, &report["uncompared_commits"]), (Some(0), &0.into()));
    assert_eq!(report["files"]["rows"][0]["changes"], 3, "{whole}");
    let blob = repo.id("HEAD~1:src/old.rs");
    std::fs::remove_file(crate::support::object_file(&repo, &blob)).expect("it is there");
    std::fs::remove_dir_all(repo.git_dir().join("gitops-health")).expect("it is there");
    let found = run(&program(&repo), &["risk", "hotspots"]);
    assert_eq!(found.code, Some(3), "{found}");
    assert!(found.stdout.contains("content is not here or too large"), "{found}");
}
