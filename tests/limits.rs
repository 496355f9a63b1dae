//! What was left out is said.

use gitops_health_testkit::TestRepo;
use serde_json::Value;

use crate::support::run_in;

fn report(repo: &TestRepo, arguments: &[&str]) -> Value {
    let words = [&["risk", "score", "--format", "json"], arguments].concat();
    serde_json::from_str(&run_in(repo, &words).stdout).expect("JSON")
}

fn notes(report: &Value) -> Vec<&str> {
    let notes = report["notes"].as_array().expect("a list");
    notes.iter().map(|note| note.as_str().expect("text")).collect()
}

#[test]
fn a_change_of_many_files_says_which_lists_are_not_whole() {
    let repo = TestRepo::new();
    let rules: String = (0..7).map(|number| format!("src/{number}*.rs @team-{number}\n")).collect();
    repo.write("CODEOWNERS", rules).commit("Begin");
    for number in 0..103 {
        repo.write(format!("src/{number}.rs"), "fn one() {\n    two();\n}\n");
    }
    repo.commit("Add many");
    let many = report(&repo, &[]);
    assert_eq!(
        notes(&many),
        [
            "3 files of code not searched for long functions: the change has too many.",
            "3 files not looked up in CODEOWNERS: the change has too many.",
        ]
    );
    let advice = many["recommendations"].to_string();
    let owners = "@team-0, @team-1, @team-2, @team-3, @team-4 and 2 more";
    assert!(
        advice.contains(&format!("Ask the owners of these files to review: {owners}.")),
        "{advice}"
    );

    repo.write("src/1.rs", "fn one() {\n    three();\n}\n").commit("Change one");
    assert_eq!(notes(&report(&repo, &[])), [""; 0]);
}

#[test]
fn lines_without_effect_are_named_without_what_they_say() {
    let repo = TestRepo::new();
    repo.write("CODEOWNERS", "*.rs @team\n!secret @team\n")
        .write(".gitattributes", "*.rs diff\n!secret -diff\n")
        .write("a.rs", "fn one() {}\n")
        .commit("Begin");
    repo.write("a.rs", "fn two() {}\n").commit("Rename one");
    assert_eq!(
        notes(&report(&repo, &[])),
        [
            "Without effect: CODEOWNERS line 2: the pattern is negated.",
            "Without effect: .gitattributes line 2: the line names no valid attribute, or its pattern is negated.",
        ]
    );
}

#[test]
fn a_mailmap_that_is_not_read_is_named() {
    let repo = TestRepo::new();
    repo.write("a.rs", "fn one() {}\n").commit("Begin");
    repo.write("a.rs", "fn two() {}\n").commit("Rename one");
    repo.write(".mailmap", vec![b'#'; (32 << 20) + 1]);
    let report = report(&repo, &[]);
    let [note] = &notes(&report)[..] else { panic!("{report}") };
    assert!(note.starts_with("Without effect: .mailmap: the file has 33554433 bytes"), "{note}");
}
