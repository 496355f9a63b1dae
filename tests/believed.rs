//! What is believed of a change: nothing that whoever makes it chooses.

use gitops_health_testkit::{TestRepo, Transcript};
use serde_json::Value;

use crate::support::{assert_fails_with_hint, run_in};

const ROSTER: &str = "
people:
  - {id: ann, emails: [ada@example.com], accounts: {github: ann}}
  - {id: bob, emails: [bob@example.com], accounts: {github: bob}}
";
/// An approval that whoever commits types: it counts only where `least_grade` is E0.
const TYPED: &str = "Reviewed-by: Bob <bob@example.com>\n";
const SET_UP: &str = "compliance: {frameworks: [baseline]}\n";

/// A branch with a commit from before the set-up and one with it, as a clone has it; the first is returned.
fn set_up() -> (TestRepo, String) {
    let repo = TestRepo::new();
    repo.write("src/main.py", "x = 1\n");
    let before = repo.commit("Begin");
    repo.write(".gitops-health.yaml", SET_UP).write(".gitops-health/roster.yaml", ROSTER);
    repo.commit("chore: set up");
    repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    (repo, before)
}

/// Adds a commit on a new branch that begins at a revision.
fn branch_off(repo: &TestRepo, name: &str, at: &str) -> String {
    repo.git(&["checkout", "-q", "-b", name, at]);
    repo.write("src/main.py", format!("x = '{name}'\n"));
    repo.commit(&format!("feat: a thing\n\nIt was asked for.\n\n{TYPED}"))
}

fn analyze(repo: &TestRepo, more: &[&str]) -> Transcript {
    run_in(repo, &[&["compliance", "analyze", "--format", "json"], more].concat())
}

fn report(transcript: &Transcript) -> Value {
    serde_json::from_str(&transcript.stdout).unwrap_or_else(|error| panic!("{error}: {transcript}"))
}

fn verdict(report: &Value, rule: &str) -> String {
    let rows = report["rules"].as_array().expect("rows");
    let row = rows.iter().find(|row| row["rule"] == rule).unwrap_or_else(|| panic!("{rule}"));
    row["verdict"].as_str().expect("a word").to_owned()
}

/// What a CI job asks of a pull request, in all spellings.
const ASKED: [&[&str]; 5] = [
    &["--base", "origin/main"],
    &["--base", "refs/remotes/origin/main"],
    &["--range", "origin/main..HEAD", "--branch", "main"],
    &["--range", "origin/main...HEAD", "--branch", "main"],
    &["--range", "origin/main..", "--branch", "main"],
];

#[test]
fn who_branches_off_before_the_set_up_is_judged_by_it() {
    let (repo, before) = set_up();
    branch_off(&repo, "dev", &before);
    let tip = repo.id("origin/main");
    for asked in ASKED {
        let transcript = analyze(&repo, asked);
        assert_eq!(transcript.code, Some(3), "{asked:?}: {transcript}");
        let report = report(&transcript);
        assert_eq!(report["is_advisory"], false, "{asked:?}");
        assert_eq!(report["trusted"], tip, "{asked:?}");
        // It is behind, and nothing was rewritten.
        assert_ne!(verdict(&report, "approved-by-others"), "pass", "{asked:?}");
    }
    // And where nothing but its id is named.
    let range = format!("{tip}..HEAD");
    assert_eq!(report(&analyze(&repo, &["--range", &range]))["trusted"], tip);
}

#[test]
fn who_left_and_what_was_made_stricter_counts_for_an_old_branch_point() {
    let (repo, _) = set_up();
    repo.write(
        ".gitops-health.yaml",
        "compliance: {frameworks: [baseline], parameters: {approved-by-others: {least_grade: E0}}}\n",
    );
    let mild = repo.commit("chore: what is typed is an approval");
    repo.write(".gitops-health.yaml", SET_UP);
    repo.commit("chore: somebody has to approve");
    repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    branch_off(&repo, "dev", &mild);
    let none = repo.git_dir().join("none.json");
    std::fs::write(&none, "[]").expect("a file");
    let none = none.to_str().expect("text");
    for asked in ASKED {
        let report = report(&analyze(&repo, &[asked, &["--evidence", none]].concat()));
        assert_eq!(verdict(&report, "approved-by-others"), "fail", "{asked:?}");
    }
}

#[test]
fn a_branch_that_is_behind_was_not_rewritten_and_one_that_was_is_told() {
    let (repo, before) = set_up();
    branch_off(&repo, "dev", &before);
    let all = ["--framework", "all"];
    let of = |asked: &[&str]| {
        let report = report(&analyze(&repo, &[asked, &all[..]].concat()));
        verdict(&report, "forward-only")
    };
    for (asked, wanted) in ASKED.into_iter().zip(["pass", "pass"]) {
        assert_eq!(of(asked), wanted, "{asked:?}");
    }
    // A range alone does not say whether it is to be merged: nobody knows, and nobody is accused.
    assert_eq!(of(ASKED[2]), "not_assessed");
    // Once it takes the place of the branch there is no doubt.
    let old = repo.id("origin/main");
    repo.git(&["update-ref", "refs/remotes/origin/main", "dev"]);
    let pushed = format!("{old}..HEAD");
    assert_eq!(of(&["--range", &pushed, "--branch", "main"]), "fail");
    assert_eq!(of(&["--range", &pushed, "--branch", "refs/heads/main"]), "fail");
    // What is on top of the old tip passes, on the branch or not.
    repo.git(&["update-ref", "refs/remotes/origin/main", &before]);
    assert_eq!(of(&["--range", "origin/main..dev", "--branch", "main"]), "pass");
    // Where the branch is not here there is only the word of who asks.
    assert_eq!(of(&["--range", &pushed, "--branch", "release/1"]), "fail");
}

#[test]
fn advice_is_not_what_a_change_chooses() {
    let (repo, before) = set_up();
    branch_off(&repo, "dev", &before);
    // By its parent it would be advice only.
    let words = ["refs/remotes/origin/main", "--base"];
    assert_fails_with_hint(&analyze(&repo, &[]), 3, &words);
    assert_fails_with_hint(&analyze(&repo, &["--commit", "dev"]), 3, &words);
    let base = repo.id("dev~1");
    let range = format!("{base}..HEAD");
    assert_fails_with_hint(&analyze(&repo, &["--range", &range]), 3, &words);
    assert_fails_with_hint(&analyze(&repo, &["--base", &base, "--branch", "main"]), 3, &words);
    // Nor by beginning from nothing.
    repo.git(&["checkout", "-q", "--orphan", "nothing"]);
    repo.write("src/main.py", "x = 'nothing'\n").commit("feat: all anew");
    assert_fails_with_hint(&analyze(&repo, &[]), 3, &words);
}

#[test]
fn advice_stays_where_nothing_is_set_up_or_somebody_says_so() {
    let (repo, before) = set_up();
    // The set-up itself, and what was there before it.
    for asked in [&[][..], &["--commit", &before], &["--commit", "origin/main"]] {
        let transcript = analyze(&repo, asked);
        assert_eq!((transcript.code, &report(&transcript)["is_advisory"]), (Some(0), &true.into()));
    }
    branch_off(&repo, "dev", &before);
    let said = analyze(&repo, &["--policy-from", &before]);
    assert_eq!(said.code, Some(0), "{said}");
    // A branch that the change does not go to has nothing to say.
    repo.git(&["update-ref", "refs/remotes/origin/next", &before]);
    let other = analyze(&repo, &["--base", "origin/next"]);
    assert_eq!(other.code, Some(0), "{other}");
    // What is about to be committed is no matter of a gate.
    repo.write("src/main.py", "x = 3\n").git(&["add", "--all"]);
    let staged = analyze(&repo, &["--staged"]);
    assert_eq!(staged.code, Some(0), "{staged}");
}

#[test]
fn of_two_commits_that_are_pushed_at_once_the_first_does_not_set_the_rules_of_the_second() {
    let (repo, _) = set_up();
    let before = repo.id("HEAD");
    repo.write(
        ".gitops-health.yaml",
        "compliance: {frameworks: [baseline], parameters: {approved-by-others: {least_grade: E0}}}\n",
    );
    repo.commit("chore: what is typed is an approval");
    repo.write("src/main.py", "x = 2\n").commit(&format!("feat: nobody has seen it\n\n{TYPED}"));
    let none = repo.git_dir().join("none.json");
    std::fs::write(&none, "[]").expect("a file");
    let evidence = ["--evidence", none.to_str().expect("text")];
    let of = |asked: &[&str]| {
        let report = report(&analyze(&repo, &[asked, &evidence[..]].concat()));
        verdict(&report, "approved-by-others")
    };
    // The last commit alone is judged by the one before: that is what it is for, and not for what was pushed.
    assert_eq!(of(&[]), "pass");
    assert_eq!(of(&["--range", &format!("{before}..HEAD"), "--branch", "main"]), "fail");
}

#[test]
fn a_tag_does_not_take_the_place_of_a_branch() {
    let (repo, _) = set_up();
    repo.git(&["checkout", "-q", "-b", "dev"]);
    repo.write(".gitops-health.yaml", "compliance: {frameworks: []}\n");
    let mild = repo.commit("chore: ask nothing");
    repo.write("src/main.py", "x = 2\n").commit("feat: nobody has seen it");
    repo.git(&["tag", "origin/main", &mild]);
    let words = ["`origin/main`", "refs/tags/origin/main", "refs/remotes/origin/main"];
    for asked in [
        &["--base", "origin/main"][..],
        &["--range", "origin/main..HEAD"],
        &["--range", "HEAD...origin/main~0"],
        &["--base", "main", "--head", "origin/main"],
        &["--commit", "origin/main"],
        &["--policy-from", "origin/main"],
        &["--history", "--head", "origin/main"],
    ] {
        assert_fails_with_hint(
            &run_in(&repo, &[&["compliance", "analyze"], asked].concat()),
            2,
            &words,
        );
    }
    let full = analyze(&repo, &["--base", "refs/remotes/origin/main"]);
    assert_eq!(report(&full)["trusted"], repo.id("refs/remotes/origin/main"), "{full}");
}

#[test]
fn what_is_no_name_of_a_branch_is_none_that_is_not_protected() {
    let (repo, _) = set_up();
    repo.git(&["update-ref", "refs/remotes/up/release/2", "HEAD"]);
    repo.git(&["tag", "v1"]);
    let base = repo.id("HEAD");
    branch_off(&repo, "dev", "HEAD");
    let of = |asked: &[&str]| {
        let report = report(&analyze(&repo, &[asked, &["--framework", "all"]].concat()));
        let name = report["branch"]["name"].as_str().map(str::to_owned);
        (name, report["branch"]["is_protected"] == true, verdict(&report, "merged-through-request"))
    };
    for asked in
        [&["--base", &base][..], &["--base", &base[..12]], &["--base", "v1"], &["--base", "dev~1"]]
    {
        assert_eq!(of(asked), (None, false, "not_assessed".into()), "{asked:?}");
    }
    let range = format!("{base}..dev");
    for (asked, name) in [
        (&["--base", "up/release/2"][..], "release/2"),
        (&["--base", "refs/remotes/up/release/2"], "release/2"),
        (&["--range", &range, "--branch", "refs/heads/release/2"], "release/2"),
        (&["--range", &range, "--branch", "heads/release/2"], "release/2"),
        (&["--range", &range, "--branch", "up/release/2"], "release/2"),
        (&["--base", &base, "--branch", "main"], "main"),
    ] {
        assert_eq!(of(asked), (Some(name.into()), true, "not_assessed".into()), "{asked:?}");
    }
    for name in ["", "main ", "main~1", "refs/pull/1/merge", "refs/tags/v1", &base, "HEAD"] {
        let asked = analyze(&repo, &["--base", "main", "--branch", name]);
        assert_fails_with_hint(&asked, 2, &["is no name of a branch"]);
    }
}

#[test]
fn a_change_does_not_say_of_its_own_code_that_a_program_wrote_it() {
    let (repo, _) = set_up();
    repo.write("made/.gitattributes", "*.py linguist-generated\n");
    repo.commit("chore: what programs write");
    let base = repo.id("HEAD");
    let range = format!("{base}..HEAD");
    let of = || {
        let report = report(&analyze(&repo, &["--range", &range, "--framework", "all"]));
        verdict(&report, "tests-with-code")
    };
    repo.write("made/a.py", "x = 1\n".repeat(40)).commit("chore: made anew");
    assert_eq!(of(), "not_applicable");
    for attribute in ["linguist-generated", "linguist-vendored", "linguist-documentation"] {
        repo.git(&["reset", "-q", "--hard", &base]);
        repo.write("src/b.py", "x = 1\n".repeat(40));
        repo.write("src/.gitattributes", format!("*.py {attribute}\n"));
        repo.commit("feat: a thing");
        assert_eq!(of(), "fail", "{attribute}");
    }
}
