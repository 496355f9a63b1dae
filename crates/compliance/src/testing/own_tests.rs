use super::*;

const RULE: &str = "package p\nimport rego.v1\nmeta := {\"id\": \"p\"}\n\
    deny contains \"many\" if count(input.files) > 2\n\
    deny contains \"none\" if {\n\tcount(input.files) == 0\n}\n\
    unreached if {\n\tinput.nothing\n\tinput.more\n}\n";

fn sources(tests: &str) -> [Source; 2] {
    let tests = format!("package p_test\nimport rego.v1\nimport data.p\n{tests}");
    [
        Source { path: "p/rule.rego".into(), text: RULE.into() },
        Source { path: "p/rule_test.rego".into(), text: tests },
    ]
}

const GOOD: &str = "test_many if p.deny == {\"many\"} with input as {\"files\": [1, 2, 3]}\n\
    test_edge if p.deny == set() with input as {\"files\": [1, 2]}\n\
    test_one if p.deny == set() with input as {\"files\": [1]}\n\
    test_none if p.deny == {\"none\"} with input as {\"files\": []}\n";

#[test]
fn only_what_is_true_passes() {
    let tests = "test_a if true\ntest_b := false\ntest_c if false\ntest_d if to_number(\"x\") == 1\n\
        test_e := 1\nnot_a_test := false\n";
    let report = test_policies(&sources(tests), Limits::default()).expect("they are fit");
    let names: Vec<_> = report.tests.iter().map(|it| (it.line, it.outcome.name())).collect();
    let asked = [(4, "passed"), (5, "failed"), (6, "undefined"), (7, "error"), (8, "failed")];
    assert_eq!(names, asked);
    assert_eq!(report.passed(), 1);
}

#[test]
fn lines_that_no_test_reached_are_named() {
    let report = test_policies(&sources(GOOD), Limits::default()).expect("they are fit");
    assert_eq!(report.passed(), 4, "{report:?}");
    assert_eq!(report.coverage.len(), 1);
    assert_eq!(report.coverage[0].open, [10], "{report:?}");
    let nothing = test_policies(&sources("test_a if true\n"), Limits::default()).expect("fit");
    assert!(nothing.coverage[0].open.len() >= 3, "{nothing:?}");
}

#[test]
fn changes_that_no_test_notices_survive() {
    let all = mutate(&sources(GOOD), Limits::default()).expect("they are fit");
    let lines: Vec<u32> = all.survived.iter().map(|it| it.line).collect();
    assert!(lines.iter().all(|line| *line >= 8), "{all:?}");
    assert!(all.killed.len() > 10, "{all:?}");
    let few = "test_many if p.deny == {\"many\"} with input as {\"files\": [1, 2, 3, 4]}\n";
    let few = mutate(&sources(few), Limits::default()).expect("they are fit");
    assert!(few.rate() < all.rate() && few.survived.iter().any(|it| it.line == 4), "{few:?}");
    assert_eq!(
        few,
        mutate(
            &sources("test_many if p.deny == {\"many\"} with input as {\"files\": [1, 2, 3, 4]}\n"),
            Limits::default()
        )
        .expect("fit")
    );
}

#[test]
fn policies_whose_tests_fail_are_not_changed() {
    let report = mutate(&sources("test_a if false\n"), Limits::default()).expect("they are fit");
    assert_eq!((report.killed.len(), report.untested), (0, vec!["p/rule.rego".to_owned()]));
}
