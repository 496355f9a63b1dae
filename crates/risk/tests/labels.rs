//! Which commits brought defects, asked of repositories made by git itself.

#![cfg(unix)]

use std::sync::atomic::AtomicBool;

use gitops_health_git::{Location, ObjectId, Repo};
use gitops_health_history::{History, Work};
use gitops_health_risk::label::{
    Blame, DEFAULT_DAYS, Evidence, Inducers, Inducing, LabelError, LabelParams, Labels, Link,
    Newest, State,
};
use gitops_health_testkit::{Author, TestRepo};

const DAY: i64 = 86_400;

fn id(hex: &str) -> ObjectId {
    hex.parse().expect("git prints ids")
}

fn indexed(repo: &TestRepo) -> (Repo, History, Vec<ObjectId>) {
    let location = Location { start: repo.path().into(), use_git_environment: false };
    let opened = Repo::open(&location).expect("it is a repository");
    let tips = opened.tips().expect("its references can be read");
    let mut history = History::for_once(&opened).expect("memory is there");
    let cancel = AtomicBool::new(false);
    let work = Work { threads: 1, progress: &|_, _, _| {}, cancel: &cancel };
    history.update(&opened, &tips, &work).expect("it is whole");
    (opened, history, tips)
}

fn labels_by(repo: &TestRepo, params: &LabelParams) -> Labels {
    let (opened, history, tips) = indexed(repo);
    let cancel = AtomicBool::new(false);
    let work = Work { threads: 1, progress: &|_, _, _| {}, cancel: &cancel };
    Labels::of(&opened, &history, &tips, params, &work).expect("it is whole")
}

fn labels(repo: &TestRepo) -> Labels {
    labels_by(repo, &LabelParams::default())
}

fn candidates(repo: &TestRepo, fix: &str) -> Vec<Inducing> {
    let (opened, history, tips) = indexed(repo);
    let chronicle = history.chronicle_of(&tips).expect("it is indexed");
    Inducers::new(&opened, &history, &chronicle).of(id(fix)).expect("it is whole")
}

/// The answer of R-SZZ.
fn most_recent(repo: &TestRepo, fix: &str) -> Option<String> {
    let found = candidates(repo, fix);
    found.iter().find(|one| one.is_most_recent).map(|one| one.commit.to_string())
}

fn evidence_of(labels: &Labels, commit: &str) -> Option<Evidence> {
    labels.fixes().iter().find(|fix| fix.commit == id(commit)).map(|fix| fix.evidence)
}

fn blames(labels: &Labels, commit: &str) -> Vec<Blame> {
    match labels.at(id(commit), i64::MAX).map(|label| label.state) {
        Some(State::Buggy { by, .. }) => by,
        _ => Vec::new(),
    }
}

/// A commit so many days after the first of January 2020.
fn commit_on(repo: &TestRepo, day: i64, message: &str) -> String {
    let time = format!("@{} +0000", 1_577_836_800 + day * DAY);
    repo.commit_as(Author { name: "Ada", email: "ada@example.com", time: &time }, message)
}

fn time_of(day: i64) -> i64 {
    1_577_836_800 + day * DAY
}

const PROGRAM: &str = "int total(int count)\n{\n\tint sum = 0;\n\tfor (int i = 0; i <= count; i++)\n\t\tsum += price[i];\n\treturn sum;\n}\n";

#[test]
fn the_kinds_of_evidence_are_told_apart() {
    let repo = TestRepo::new();
    repo.write("a.c", PROGRAM);
    let first = repo.commit("Add totals");
    let mut number = 0;
    let mut change = |message: &str| {
        number += 1;
        repo.write("a.c", PROGRAM.replace("sum = 0", &format!("sum = {number}")));
        repo.commit(message)
    };
    let second = change("Change totals");
    let short = &first[..12];
    let cases = [
        (
            change(&format!("Keep totals\n\nFixes: {short} (\"Add totals\")\n")),
            Some(Evidence::NamesCommit),
        ),
        (
            change(&format!("Totals of old\n\nThis was introduced by {short}.\n")),
            Some(Evidence::NamesCommit),
        ),
        (
            change(&format!("Revert \"Change totals\"\n\nThis reverts commit {second}.\n")),
            Some(Evidence::Reverts),
        ),
        (change("Correct totals\n\nFixes #12\n"), Some(Evidence::FixesIssue)),
        (change("Fix totals, closes ABC-3"), Some(Evidence::FixesIssue)),
        (change("Show totals, closes #13"), None),
        (change("feat: totals\n\nFixes #14\n"), None),
        (change("fix(totals): begin with the first"), Some(Evidence::ConventionalType)),
        (change("Fix crash of totals"), Some(Evidence::Words)),
        (change("Prefix totals"), None),
        (change("Fix typo in totals"), None),
        (change("Fix build warning in totals"), None),
        (change("docs: fix totals"), None),
        (change("Totals\n\nFixes: 0123456789ab (\"Nowhere\")\n"), Some(Evidence::NamesCommit)),
        (change("[DEF-7] totals"), None),
    ];
    let found = labels(&repo);
    for (commit, evidence) in &cases {
        let message = repo.git_text(&["log", "-1", "--format=%B", commit]);
        assert_eq!(evidence_of(&found, commit), *evidence, "{message}");
    }
    assert_eq!(blames(&found, &first)[0].share, 1.0);
    assert!(blames(&found, &second).iter().any(|blame| blame.evidence == Evidence::Reverts));

    let issues = vec![regex::bytes::Regex::new(r"\[DEF-[0-9]+\]").expect("well formed")];
    let configured = labels_by(&repo, &LabelParams { issues, ..LabelParams::default() });
    let last = &cases[cases.len() - 1].0;
    assert_eq!(evidence_of(&configured, last), Some(Evidence::FixesIssue));
    let unread = labels_by(&repo, &LabelParams { names_commits: false, ..LabelParams::default() });
    assert_eq!(evidence_of(&unread, &cases[2].0), None);
    assert!(blames(&unread, &first).iter().all(|blame| !blame.reasons.is_empty()));
}

#[test]
fn what_is_no_program_has_no_defect_by_words_alone() {
    let repo = TestRepo::new();
    repo.write("a.c", PROGRAM).write("README.md", "Totls\n").write("tests/a.c", "check(1);\n");
    repo.commit("Add totals");
    repo.write("README.md", "Totals\n");
    let text = repo.commit("Fix crash of totals");
    repo.write("tests/a.c", "check(2);\n");
    let test = repo.commit("Fix wrong bug in totals");
    let found = labels(&repo);
    assert_eq!((evidence_of(&found, &text), evidence_of(&found, &test)), (None, None));
}

#[test]
fn a_revert_of_a_revert_blames_nobody() {
    let repo = TestRepo::new();
    repo.write("a.c", PROGRAM);
    repo.commit("Add totals");
    repo.write("a.c", PROGRAM.replace("<=", "<"));
    let change = repo.commit("Change totals");
    repo.git(&["revert", "--no-edit", "HEAD"]);
    let revert = repo.id("HEAD");
    repo.git(&["revert", "--no-edit", "HEAD"]);
    let found = labels(&repo);
    assert_eq!(blames(&found, &change).len(), 1);
    assert_eq!(blames(&found, &revert), []);
    assert_eq!(found.fixes().len(), 1);
}

/// A repository with so many commits of one message, and after that one with another.
fn with_custom(message: &str, last: &str) -> (TestRepo, String) {
    let repo = TestRepo::new();
    repo.write("a.c", PROGRAM);
    repo.commit("Add totals");
    for number in 0..30 {
        repo.write("a.c", PROGRAM.replace("sum = 0", &format!("sum = {number}")));
        repo.commit(message);
    }
    repo.write("a.c", PROGRAM.replace("<=", "<"));
    let last = repo.commit(last);
    (repo, last)
}

#[test]
fn words_do_not_count_where_the_custom_is_another() {
    let of = |message: &str, last: &str| {
        let (repo, last) = with_custom(message, last);
        evidence_of(&labels(&repo), &last)
    };
    assert_eq!(of("Sort", "Fix crash"), Some(Evidence::Words));
    assert_eq!(of("feat: sort", "Fix crash"), None);
    assert_eq!(of("feat: sort", "fix: sort"), Some(Evidence::ConventionalType));
    assert_eq!(of("Fixed #12 -- Sort", "Fix crash"), None);
    assert_eq!(of("Fixed #12 -- Sort", "Fixed #13 -- Sort"), Some(Evidence::FixesIssue));
}

#[test]
fn a_deleted_line_is_followed_through_blanks_names_and_order() {
    let repo = TestRepo::new();
    // Longer than the program, so that it is the program that moves.
    let others: String = (0..12).map(|it| format!("int other_{it};\n")).collect();
    repo.write("old.c", &others);
    repo.commit("Begin");
    repo.write("old.c", format!("{others}{PROGRAM}"));
    let culprit = repo.commit("Add totals");
    let spaced = PROGRAM.replace('\t', "    ").replace("count)\n{", "count) {");
    repo.write("old.c", format!("{others}{spaced}"));
    let blanks = repo.commit("Blanks");
    repo.git(&["mv", "old.c", "new.c"]);
    let renamed = repo.commit("Rename");
    repo.write("new.c", format!("{spaced}{others}"));
    let moved = repo.commit("Move");
    repo.write("new.c", format!("{}{others}", spaced.replace("<=", "<")));
    let fix = repo.commit("Count less");
    let found = candidates(&repo, &fix);
    assert_eq!(found[0].commit, id(&culprit), "{blanks} {renamed} {moved}: {found:#?}");
    assert_eq!(most_recent(&repo, &fix), Some(culprit));
    let reason = &found[0].reasons[0];
    let told = (reason.link, reason.path.to_string(), reason.lines, reason.first_line);
    assert_eq!(told, (Link::Deleted, "new.c".to_owned(), 1, 3));
}

#[test]
fn comments_are_blamed_only_where_there_is_nothing_else() {
    let repo = TestRepo::new();
    repo.write("a.c", PROGRAM);
    let culprit = repo.commit("Add totals");
    let commented = PROGRAM.replace("\tfor", "\t// One after another.\n\n\tfor");
    repo.write("a.c", &commented);
    let comment = repo.commit("Explain");
    let fixed = commented.replace("<=", "<").replace("\t// One after another.\n\n", "");
    repo.write("a.c", fixed);
    let fix = repo.commit("Count less");
    assert_eq!(most_recent(&repo, &fix), Some(culprit));
    let found = candidates(&repo, &fix);
    let by_comment = found.iter().find(|one| one.commit == id(&comment)).expect("a candidate");
    assert_eq!(by_comment.reasons[0].link, Link::Comment);
}

#[test]
fn what_is_only_added_leads_to_the_function_around() {
    let repo = TestRepo::new();
    let other = "int other(void)\n{\n\treturn 1;\n}\n";
    repo.write("a.c", other);
    let before = repo.commit("Begin");
    repo.write("a.c", format!("{other}\n{PROGRAM}"));
    let culprit = repo.commit("Add totals");
    repo.write("b.c", "int third;\n");
    repo.commit("Something else");
    let checked = PROGRAM.replace("\treturn sum", "\tif (sum < 0)\n\t\treturn -1;\n\treturn sum");
    repo.write("a.c", format!("{other}\n{checked}"));
    let fix = repo.commit("Refuse less than nothing");
    let found = candidates(&repo, &fix);
    let order: Vec<ObjectId> = found.iter().map(|one| one.commit).collect();
    assert_eq!(order, [id(&culprit), id(&before)]);
    let links: Vec<Link> = found[0].reasons.iter().map(|reason| reason.link).collect();
    assert_eq!(links, [Link::Beside, Link::Function, Link::File]);
    assert_eq!(found[1].reasons.len(), 1);
    assert_eq!(most_recent(&repo, &fix), None);
    let shares: f64 = found.iter().map(|one| one.share).sum();
    assert!((shares - 1.0).abs() < 1e-12);
}

#[test]
fn what_was_taken_away_and_comes_back_leads_to_who_took_it() {
    let repo = TestRepo::new();
    let checked = PROGRAM.replace("\tint sum", "\tcheck_that_prices_are_there(count);\n\tint sum");
    repo.write("a.c", &checked);
    repo.commit("Add totals");
    repo.write("a.c", PROGRAM);
    let culprit = repo.commit("Be faster");
    repo.write("b.c", "int other;\n");
    repo.commit("Something else");
    repo.write("a.c", &checked);
    let fix = repo.commit("Check again");
    let found = candidates(&repo, &fix);
    assert_eq!(found[0].commit, id(&culprit));
    assert_eq!(found[0].reasons[0].link, Link::Restored);
}

#[test]
fn merges_mend_and_are_followed_and_have_no_label() {
    let repo = TestRepo::new();
    repo.write("a.c", PROGRAM);
    let root = repo.commit("Add totals");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("a.c", PROGRAM.replace("sum = 0", "sum = first()"));
    let side = repo.commit("Begin with the first");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("b.c", "int other;\n");
    repo.commit("Something else");
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "Merge the side", "side"]);
    let merge = repo.id("HEAD");
    repo.write("a.c", PROGRAM);
    let fix = repo.commit("Fix crash of totals");
    assert_eq!(most_recent(&repo, &fix), Some(side.clone()));
    // Against its first parent the merge changes what the root wrote.
    assert_eq!(most_recent(&repo, &merge), Some(root));
    let found = labels(&repo);
    assert_eq!(found.at(id(&merge), i64::MAX), None);
    assert_eq!(blames(&found, &side).len(), 1);
}

#[test]
fn tests_are_blamed_only_where_there_is_nothing_else() {
    let repo = TestRepo::new();
    repo.write("a.c", PROGRAM);
    let program = repo.commit("Add totals");
    repo.write("tests/a.c", "void check_totals(void)\n{\n\tassert(total(1) == 2);\n}\n");
    let test = repo.commit("Check totals");
    let right = "void check_totals(void)\n{\n\tassert(total(1) == 1);\n}\n";
    repo.write("a.c", PROGRAM.replace("<=", "<")).write("tests/a.c", right);
    let both = repo.commit("Count less");
    repo.write("tests/a.c", right.replace("== 1", "!= 2"));
    let alone = repo.commit("Check more");
    assert_eq!(most_recent(&repo, &both), Some(program));
    assert_eq!(most_recent(&repo, &alone), Some(both));
    assert!(candidates(&repo, &alone).iter().any(|one| one.commit == id(&test)));
}

#[test]
fn nothing_comes_before_the_beginning() {
    let repo = TestRepo::new();
    repo.write("a.c", PROGRAM);
    let root = repo.commit("Fix crash");
    assert_eq!(candidates(&repo, &root), []);
    repo.write("b.c", PROGRAM);
    let only_new = repo.commit("Fix crash of others");
    assert_eq!(candidates(&repo, &only_new), []);
    let found = labels(&repo);
    assert_eq!((found.fixes().len(), found.unanswered()), (2, 2));
    assert_eq!(found.at(id(&root), i64::MIN), None);
    assert_eq!(candidates(&repo, &"0".repeat(40)), []);
}

#[test]
fn hostile_files_and_messages_are_survived() {
    let repo = TestRepo::new();
    let long = "x".repeat(700_000);
    let nul = [PROGRAM.as_bytes(), &[0, 255, 254], PROGRAM.as_bytes()].concat();
    let open = "/* ".repeat(20_000);
    let quotes = "\"\"\"\n".repeat(30_001);
    let write = |number: u32| {
        repo.write("long.c", format!("{long}{number}\nint a{number};"))
            .write("nul.c", [&nul[..], number.to_string().as_bytes()].concat())
            .write("late.c", format!("{}{number}\0\u{1}\n", "int a;\n".repeat(2_000)))
            .write("open.c", format!("{open}\n{number}\n"))
            .write("quotes.py", format!("{quotes}{number}\n"))
            .write("large.c", format!("int a{number};\n").repeat(40_000))
            .write("empty.c", "")
            .write("crlf.c", format!("int a;\r\n\r\nint b{number};\r\r\n"));
    };
    write(0);
    repo.commit("Begin");
    write(1);
    let named =
        format!("Fix crash\n\nFixes: {}\nfixes #{}\n", "a".repeat(5_000), "9".repeat(5_000));
    let fix = repo.commit(&named);
    for path in ["long.c", "open.c", "quotes.py", "large.c"] {
        repo.write(path, "");
    }
    let gone = repo.commit(&"fix #1 fixes ".repeat(8_000));
    repo.write("a\n\"\u{7f}.c", "int a;\n");
    repo.commit("");
    assert!(!candidates(&repo, &fix).is_empty());
    assert!(!candidates(&repo, &gone).is_empty());
    assert_eq!(labels(&repo).commits().len(), 4);
}

/// A defect a week, each mended after ten days, and one at the end that is mended after 300.
fn weekly() -> (TestRepo, Vec<String>, String) {
    let repo = TestRepo::new();
    let mut events: Vec<(i64, usize, bool)> = Vec::new();
    for number in 0..25 {
        let day = number as i64 * 7;
        events.extend([(day, number, false), (day + 10, number, true)]);
    }
    events.extend([(200, 25, false), (500, 25, true)]);
    events.sort_unstable();
    let mut culprits = vec![String::new(); 26];
    let mut last = String::new();
    for (day, number, is_fix) in events {
        let text = PROGRAM.replace("total", &format!("total_of_{number}"));
        let path = format!("f{number}.c");
        if is_fix {
            repo.write(path, text.replace("<=", "<"));
            last = commit_on(&repo, day, "Fix crash of totals");
        } else {
            repo.write(path, text);
            culprits[number] = commit_on(&repo, day, "Add totals");
        }
    }
    (repo, culprits, last)
}

#[test]
fn a_young_commit_is_censored_and_a_label_knows_nothing_of_later() {
    let (repo, culprits, last_fix) = weekly();
    let found = labels(&repo);
    let state = |commit: &str, day: i64| found.at(id(commit), time_of(day)).map(|it| it.state);
    let late = &culprits[25];
    assert_eq!(state(late, 199), None);
    assert_eq!(state(late, 200), Some(State::Censored));
    // Ten days is what it takes here, thirty the least that is believed.
    assert_eq!(found.maturity_days(time_of(199)), 30);
    assert_eq!(state(late, 229), Some(State::Censored));
    assert_eq!(state(late, 230), Some(State::Clean));
    assert_eq!(state(late, 499), Some(State::Clean));
    let Some(State::Buggy { by, first_known }) = state(late, 500) else { panic!("it is known") };
    assert_eq!((first_known, by[0].fix), (time_of(500), id(&last_fix)));
    assert_eq!(by[0].evidence, Evidence::Words);
    assert_eq!(by[0].reasons[0].link, Link::Deleted);
    // Before so many defects were known, it was a year.
    assert_eq!(found.maturity_days(time_of(100)), DEFAULT_DAYS);
    assert_eq!(state(&culprits[0], 9), Some(State::Censored));
    assert!(matches!(state(&culprits[0], 10), Some(State::Buggy { .. })));
    assert_eq!(found.known_since(id(late)).map(|(since, _)| since), Some(time_of(500)));
}

#[test]
fn clocks_that_are_wrong_do_no_harm() {
    let repo = TestRepo::new();
    repo.write("a.c", PROGRAM);
    let culprit = commit_on(&repo, 6_600, "Add totals");
    repo.write("a.c", PROGRAM.replace("<=", "<"));
    commit_on(&repo, -18_262, "Fix crash of totals");
    let found = labels(&repo);
    assert_eq!(found.at(id(&culprit), time_of(6_599)), None);
    let label = found.at(id(&culprit), time_of(6_600)).expect("it is there by then");
    assert!(
        matches!(label.state, State::Buggy { first_known, .. } if first_known == time_of(6_600))
    );
}

#[test]
fn the_same_history_has_the_same_labels_whatever_is_asked_first() {
    let (repo, culprits, _) = weekly();
    let (one, two) = (labels(&repo), labels(&repo));
    let (opened, history, tips) = indexed(&repo);
    let chronicle = history.chronicle_of(&tips).expect("it is indexed");
    let fixes: Vec<ObjectId> = one.fixes().iter().map(|fix| fix.commit).collect();
    let ask = |fixes: &mut dyn Iterator<Item = &ObjectId>| {
        let mut inducers = Inducers::new(&opened, &history, &chronicle);
        let found = fixes.map(|fix| (*fix, inducers.of(*fix).expect("it is whole")));
        let mut found: Vec<(ObjectId, Vec<Inducing>)> = found.collect();
        found.sort_by_key(|(fix, _)| *fix);
        found
    };
    assert_eq!(ask(&mut fixes.iter()), ask(&mut fixes.iter().rev()));
    for commit in &culprits {
        assert_eq!(one.at(id(commit), i64::MAX), two.at(id(commit), i64::MAX));
    }
    // What comes later changes nothing that was known before.
    repo.write("f25.c", PROGRAM.replace("<=", "!="));
    commit_on(&repo, 900, "Fix crash of totals again");
    let later = labels(&repo);
    for commit in &culprits {
        assert_eq!(one.at(id(commit), time_of(899)), later.at(id(commit), time_of(899)));
    }
}

#[test]
fn of_the_newest_commits_alone_the_same_is_known() {
    let (repo, ..) = weekly();
    let (opened, history, tips) = indexed(&repo);
    let chronicle = history.chronicle(tips[0]).expect("it is indexed");
    let cancel = AtomicBool::new(false);
    let work = Work { threads: 1, progress: &|_, _, _| {}, cancel: &cancel };
    let params = LabelParams::default();
    let all = labels(&repo);
    let of = |newest: Newest, day: i64| {
        let tip = (tips[0], &chronicle);
        let found =
            Labels::of_newest(&opened, &history, tip, time_of(day), (&params, newest), &work);
        found.expect("it is whole")
    };
    let whole = Newest::default();
    assert_eq!(of(whole, 500).complete_from(), 0);
    let places = || all.commits().iter().enumerate();
    for (newest, is_cut) in [
        (whole, false),
        (Newest { fixes: 9, least_old: 1, ..whole }, true),
        (Newest { old: 7, ..whole }, true),
        (Newest { fixes: 12, old: 6, ..whole }, true),
    ] {
        let found = of(newest, 2_000);
        assert_eq!(found.complete_from() > 0, is_cut, "{newest:?}");
        assert!(found.fixes().len() <= newest.fixes && found.fixes().len() > 1);
        let mut defective = 0;
        for (_, commit) in places().filter(|(place, _)| *place >= found.complete_from()) {
            let [one, other] =
                [&found, &all].map(|labels| labels.at(*commit, i64::MAX).expect("it is there"));
            assert_eq!(one.state, other.state, "{newest:?}");
            defective += usize::from(matches!(one.state, State::Buggy { .. }));
        }
        assert!(defective > 1, "{newest:?}");
    }
    // Where none of what was followed is old enough, nothing is.
    let none = of(Newest { fixes: 9, ..whole }, 300);
    assert_eq!((none.complete_from(), none.fixes().len()), (all.commits().len(), 0));
    // Of the last messages the first five hundred tell the custom.
    let unread = of(Newest { messages: 20, ..whole }, 2_000);
    assert_eq!(unread.complete_from(), all.commits().len());
}

#[test]
fn looking_for_labels_can_be_cancelled() {
    let (repo, ..) = weekly();
    let (opened, history, tips) = indexed(&repo);
    let cancel = AtomicBool::new(true);
    let work = Work { threads: 1, progress: &|_, _, _| {}, cancel: &cancel };
    let found = Labels::of(&opened, &history, &tips, &LabelParams::default(), &work);
    assert!(matches!(found, Err(LabelError::Cancelled)));
}
