//! The input of changes in repositories that git made.

use gitops_health_compliance::input::{Covers, Grade, Input, Mode, PersonKind};
use gitops_health_compliance::{
    Assembler, Catalogue, ComplianceConfig, Evidence, ReportedTests, Subject, Trusted,
};
use gitops_health_git::{Location, Repo, Selection, Similarity, ZonedTime};
use gitops_health_risk::RiskConfig;
use gitops_health_testkit::{Author, TestRepo};

const ROSTER: &str = "
people:
  - {id: ann, emails: [ann@example.com], roles: [developer]}
  - {id: bob, emails: [bob@example.com], accounts: {github: bobby}}
teams: {'@org/core': [bob]}
";

fn author<'a>(name: &'a str, email: &'a str) -> Author<'a> {
    Author { name, email, time: "1767225600 +0100" }
}

/// A repository whose first commit is trusted.
fn repository() -> TestRepo {
    let repo = TestRepo::new();
    repo.write(".gitops-health/roster.yaml", ROSTER);
    repo.write("CODEOWNERS", "/src/ @bobby @org/core @stranger\n");
    repo.write(".mailmap", "Ann <ann@example.com> <ann@laptop>\n");
    repo.write("src/main.py", "import requests\n");
    repo.commit_as(author("Ann", "ann@example.com"), "begin\n");
    repo
}

fn input(repo: &TestRepo, selection: &Selection, mode: Mode, evidence: Evidence) -> Input {
    let location = Location { start: repo.path().to_owned(), use_git_environment: false };
    let opened = Repo::open(&location).expect("it opens");
    let settings = ComplianceConfig::default().check().expect("it is fit");
    let change = opened.change(selection, Similarity::Renames).expect("a change");
    let trusted = Trusted::read(&opened, change.base, &settings).expect("it is fit");
    let kinds = RiskConfig::default().check().expect("it is fit");
    let assembler = Assembler {
        repo: &opened,
        settings: &settings,
        trusted: &trusted,
        kinds: &kinds,
        now: ZonedTime { seconds: 1_800_000_000, offset_minutes: 0 },
        shown: &|text| String::from_utf8_lossy(text).into_owned(),
        is_rule: &Catalogue::has_built_in,
    };
    let subject = Subject {
        mode,
        change: &change,
        branch: None,
        evidence,
        findings: None,
        risk: None,
        tags: None,
    };
    assembler.input(subject).expect("it is read")
}

fn head(repo: &TestRepo) -> Input {
    input(repo, &Selection::Commit("HEAD".into()), Mode::Commit, Evidence::default())
}

#[test]
fn a_commit_is_told_by_roster_owners_and_signals() {
    let repo = repository();
    repo.write("src/main.py", "import requests\nrequests.get(url, verify=False)\n");
    repo.commit_as(
        author("ANN", "ann@laptop"),
        "fix(api)!: ask again\n\nCHG-12 wants it.\nReviewed-by: in prose <x@example.com>\n\n\
         Reviewed-by: Bob <BOB@example.com>\nApproved-by: Bob\nCo-authored-by: Eve <eve@example.com>\n",
    );
    let input = head(&repo);
    let commit = &input.commits[0];
    assert_eq!((&*commit.author.person, &*commit.committer.person), ("ann", "ann"));
    assert_eq!(commit.co_authors, ["mail:eve@example.com"]);
    assert_eq!(input.change.contributors, ["ann", "mail:eve@example.com"]);
    assert_eq!(commit.message.tickets, ["CHG-12"]);
    assert_eq!(commit.message.conventional_type.as_deref(), Some("fix"));
    assert!(commit.message.is_breaking);
    assert_eq!(commit.signature.as_ref().map(|it| &*it.status), Some("unsigned"));
    // What stands in the text is no approval, and neither is a name without an address.
    let approvals: Vec<_> =
        input.approvals.iter().map(|it| (&*it.person, it.grade, it.covers)).collect();
    assert_eq!(approvals, [("bob", Grade::E0, Covers::All)]);
    assert_eq!(input.people["mail:eve@example.com"].kind, PersonKind::Unknown);
    let file = &input.files[0];
    assert_eq!((&*file.path, &*file.kind), ("src/main.py", "code"));
    assert_eq!(file.signals[0].signal, "certificate-check-off");
    assert_eq!(
        (file.owners[0].people.clone(), file.owners[0].unknown.clone()),
        (vec!["bob".to_owned()], vec!["@stranger".to_owned()])
    );
    let missing: Vec<_> = input.facts_missing.iter().map(|it| &*it.fact).collect();
    assert!(
        !missing.contains(&"roster") && missing.contains(&"trust") && missing.contains(&"tests")
    );
}

#[test]
fn nothing_is_trusted_that_the_change_brings() {
    let repo = repository();
    repo.write(".gitops-health/roster.yaml", "people: [{id: eve, emails: [eve@example.com]}]\n");
    repo.write(".mailmap", "Bob <bob@example.com> <eve@example.com>\n");
    repo.write("CODEOWNERS", "* @eve\n");
    repo.commit_as(author("Bob", "eve@example.com"), "trust me\n");
    let input = head(&repo);
    assert_eq!(input.commits[0].author.person, "mail:eve@example.com");
    assert_eq!(input.roster.as_ref().map(|it| it.people), Some(2));
    assert!(input.files.iter().all(|file| file.owners.is_empty()));
    assert!(input.files.iter().all(|file| file.classes.iter().any(|it| it.0 == "governance")));
}

#[test]
fn at_a_root_nothing_is_trusted() {
    let input = head(&repository());
    assert!(input.roster.is_none() && input.owners.is_none() && input.repository.trusted.is_none());
    assert_eq!(input.commits[0].author.person, "mail:ann@example.com");
}

#[test]
fn what_is_about_the_same_difference_counts_for_a_squashed_commit() {
    let repo = repository();
    repo.write("src/main.py", "one\n");
    let first = repo.commit_as(author("Ann", "ann@example.com"), "one\n");
    repo.write("src/main.py", "two\n");
    repo.commit_as(author("Ann", "ann@example.com"), "two\n");
    let both = Selection::Range("HEAD~2..HEAD".into());
    let range = input(&repo, &both, Mode::Range, Evidence::default());
    let tests = |binds: gitops_health_compliance::input::Binding| Evidence {
        tests: Some(vec![ReportedTests {
            suite: "unit".into(),
            total: 3,
            failed: 0,
            skipped: 0,
            at: None,
            source: "file".into(),
            grade: Grade::E2,
            digest: String::new(),
            binds,
        }]),
        ..Evidence::default()
    };
    let of_change = gitops_health_compliance::input::Binding {
        change: Some(range.change.digest.clone()),
        ..Default::default()
    };
    let of_first =
        gitops_health_compliance::input::Binding { commit: Some(first), ..Default::default() };
    let covers = |selection: &Selection, binds| {
        let input = input(&repo, selection, Mode::Range, tests(binds));
        input.tests.expect("it was given")[0].covers
    };
    assert_eq!(covers(&both, of_first.clone()), Covers::Part);
    repo.git(&["reset", "-q", "--soft", "HEAD~2"]);
    repo.commit_as(author("Ann", "ann@example.com"), "both at once\n");
    let squashed = Selection::Commit("HEAD".into());
    assert_eq!(covers(&squashed, of_change), Covers::All);
    assert_eq!(covers(&squashed, of_first), Covers::Other);
}

#[test]
fn the_document_is_as_its_schema_says_and_always_the_same() {
    let repo = repository();
    repo.write("a.txt", "x\n");
    repo.commit_as(author("Ann", "ann@example.com"), "a: b\n");
    let document = head(&repo);
    let schema = schemars::schema_for!(Input).to_value();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let value = document.to_value();
    let errors: Vec<String> =
        validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0]);
    assert_eq!(head(&repo).digest(), document.digest());
    assert!(!value.to_string().contains("null"));
}

#[test]
fn attributes_hide_no_text_and_a_move_into_the_program_is_new() {
    let repo = repository();
    let bad = "import requests\nrequests.get(url, verify=False)\n";
    repo.write(".gitattributes", "*.py -diff\n").write("tests/helper.py", bad);
    repo.commit_as(author("Ann", "ann@example.com"), "hide it in a test\n");
    assert!(head(&repo).files.iter().all(|file| file.signals.is_empty()));
    repo.git(&["mv", "tests/helper.py", "src/helper.py"]);
    repo.commit_as(author("Ann", "ann@example.com"), "move it\n");
    let input = head(&repo);
    let file = input.files.iter().find(|file| file.path == "src/helper.py").expect("it is there");
    assert_eq!(file.old_path.as_deref(), Some("tests/helper.py"));
    assert_eq!((&*file.signals[0].signal, file.signals[0].line), ("certificate-check-off", 2));
    repo.write("src/main.py", bad);
    repo.commit_as(author("Ann", "ann@example.com"), "hide it by an attribute\n");
    let input = head(&repo);
    assert_eq!(input.files[0].signals.len(), 1);
    assert!(input.files[0].is_read && !input.files[0].is_binary);
}

#[test]
fn the_last_word_of_a_person_counts() {
    use gitops_health_compliance::input::{ApprovalState, Binding};
    use gitops_health_compliance::{ReportedApproval, Who};
    let repo = repository();
    repo.write("src/main.py", "one\n");
    let commit = repo.commit_as(author("Ann", "ann@example.com"), "one\n");
    let said = |account: &str, state, seconds: i64| ReportedApproval {
        by: Who::Account("github".into(), account.into()),
        state,
        meaning: None,
        at: Some(ZonedTime { seconds, offset_minutes: 0 }.into()),
        source: "github".into(),
        grade: Grade::E2,
        binds: Binding { commit: Some(commit.clone()), ..Binding::default() },
    };
    use ApprovalState::{Approved, ChangesRequested, Commented};
    let approvals = vec![
        said("bobby", Approved, 1),
        said("Bobby", ChangesRequested, 2),
        said("bobby", Commented, 3),
        said("eve", ChangesRequested, 1),
        said("eve", Approved, 5),
    ];
    let evidence = Evidence { approvals: Some(approvals), ..Evidence::default() };
    let input = input(&repo, &Selection::Commit("HEAD".into()), Mode::Commit, evidence);
    let last: Vec<_> = input.approvals.iter().map(|it| (&*it.person, it.state)).collect();
    assert_eq!(last, [("bob", ChangesRequested), ("bob", Commented), ("github:eve", Approved)]);
}

#[test]
fn who_refuses_in_the_same_second_or_nobody_says_when_does_not_approve() {
    use gitops_health_compliance::input::{ApprovalState, Binding};
    use gitops_health_compliance::{ReportedApproval, Who};
    let repo = repository();
    repo.write("src/main.py", "one\n");
    let commit = repo.commit_as(author("Ann", "ann@example.com"), "one\n");
    let said = |state, at: Option<i64>, commit: &str| ReportedApproval {
        by: Who::Id("bob".into()),
        state,
        meaning: None,
        at: at.map(|seconds| ZonedTime { seconds, offset_minutes: 0 }.into()),
        source: "file".into(),
        grade: Grade::E1,
        binds: Binding { commit: Some(commit.into()), ..Binding::default() },
    };
    use ApprovalState::{Approved, ChangesRequested, Dismissed};
    let other = "1".repeat(40);
    for (yes, no, state, of, is_approved) in [
        (Some(1), Some(1), ChangesRequested, &commit, false),
        (None, Some(1), ChangesRequested, &commit, false),
        (Some(1), None, Dismissed, &commit, false),
        (None, None, ChangesRequested, &commit, false),
        (None, None, ChangesRequested, &other, true),
        (Some(2), Some(1), ChangesRequested, &commit, true),
    ] {
        let approvals = vec![said(Approved, yes, &commit), said(state, no, of)];
        let evidence = Evidence { approvals: Some(approvals), ..Evidence::default() };
        let input = input(&repo, &Selection::Commit("HEAD".into()), Mode::Commit, evidence);
        let found = input.approvals.iter().any(|it| it.state == Approved);
        assert_eq!(found, is_approved, "{yes:?} {no:?} {state:?}");
    }
}

#[test]
fn what_can_not_be_read_of_a_program_is_missing() {
    let repo = repository();
    repo.write("img/a.png", b"\x89PNG\0\n");
    repo.commit_as(author("Ann", "ann@example.com"), "a picture\n");
    let misses = || head(&repo).facts_missing.iter().any(|it| it.fact == "signals");
    assert!(!misses());
    repo.write("test/cases/a.png", b"\x89PNG\0\n");
    repo.commit_as(author("Ann", "ann@example.com"), "a picture that a test reads\n");
    assert!(!misses());
    repo.write("src/a.js", b"// \0\nagent = {rejectUnauthorized: false}\n");
    repo.commit_as(author("Ann", "ann@example.com"), "a program\n");
    assert!(misses());
    let reason = |input: Input| {
        let found = input.facts_missing.into_iter().find(|it| it.fact == "signals");
        found.map(|it| it.reason).unwrap_or_default()
    };
    let why = "no text for git, which a NUL byte or UTF-16 is enough for";
    assert_eq!(reason(head(&repo)), format!("`src/a.js` was not read: {why}"));
    repo.write("src/b.js", b"// \0\n").write("src/c.js", b"// \0\n");
    repo.commit_as(author("Ann", "ann@example.com"), "two programs\n");
    assert_eq!(reason(head(&repo)), format!("`src/b.js`, `src/c.js` were not read: {why}"));
}

#[test]
fn a_change_says_what_is_looked_for_in_it() {
    let repo = repository();
    repo.write("README.md", "text\n").write("img/a.png", b"\x89PNG\0\n");
    repo.commit_as(author("Ann", "ann@example.com"), "text\n");
    assert_eq!(head(&repo).change.searched_for, [""; 0]);
    repo.write("src/new.py", "x = 1\n");
    repo.commit_as(author("Ann", "ann@example.com"), "a program\n");
    let asked = head(&repo).change.searched_for;
    assert!(asked.is_sorted() && asked.contains(&"certificate-check-off".to_owned()));
    assert!(!asked.contains(&"audit-logging-removed".to_owned()));
    repo.git(&["rm", "-q", "src/new.py"]);
    repo.commit_as(author("Ann", "ann@example.com"), "gone\n");
    let asked = head(&repo).change.searched_for;
    assert!(!asked.contains(&"certificate-check-off".to_owned()));
    assert!(asked.contains(&"audit-logging-removed".to_owned()));
}

#[test]
fn programs_are_known_whatever_they_are_called() {
    let repo = repository();
    repo.write("data/a.bin", b"\x7fELF\x02\0").write("data/b.bin", b"\x89PNG\0");
    repo.write("data/c.txt", "MZ\n");
    repo.commit_as(author("Ann", "ann@example.com"), "data\n");
    let input = head(&repo);
    let programs: Vec<&str> = input
        .files
        .iter()
        .filter(|file| file.classes.iter().any(|class| class.0 == "executable-content"))
        .map(|file| &*file.path)
        .collect();
    assert_eq!(programs, ["data/a.bin"]);
}

#[test]
fn lines_are_counted_that_a_test_could_show_something_of() {
    let repo = repository();
    repo.write("src/a.rs", "//! x\n\nuse b::c;\nfn f() {}\n#[test]\nfn g() {}\n");
    repo.write("src/a.d.ts", "declare const a: 1;\n").write("tools/run", "#!/bin/sh\na\n");
    repo.write("tools/LICENCE-X", "text\n").write("benches/b.rs", "fn f() {}\n");
    repo.write("src/data", b"\0\n");
    repo.commit_as(author("Ann", "ann@example.com"), "lines\n");
    let counts: Vec<_> = head(&repo)
        .files
        .into_iter()
        .map(|file| (file.path, file.code_lines, file.new_tests))
        .collect();
    let expected = [
        ("benches/b.rs", 0, 0),
        ("src/a.d.ts", 0, 0),
        ("src/a.rs", 3, 1),
        ("src/data", 0, 0),
        ("tools/LICENCE-X", 0, 0),
        ("tools/run", 1, 0),
    ];
    assert_eq!(counts, expected.map(|(path, lines, tests)| (path.to_owned(), lines, tests)));
    repo.write("src/a.rs", "fn f() {}\n#[test]\nfn h() {}\n");
    repo.commit_as(author("Ann", "ann@example.com"), "another test\n");
    assert_eq!(head(&repo).files[0].new_tests, 0);
    repo.write("src/a.rs", "fn f() {}\n");
    repo.commit_as(author("Ann", "ann@example.com"), "no test\n");
    assert_eq!(head(&repo).files[0].new_tests, -1);
}
