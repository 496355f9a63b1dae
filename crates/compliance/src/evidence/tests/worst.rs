//! What nobody writes in good faith.

use std::time::{Duration, Instant};

use super::*;

#[test]
fn what_is_nothing_known_is_an_error_with_what_is() {
    for text in [
        "",
        " \n",
        "x",
        "null",
        "7",
        "[7]",
        "{}",
        "[{}]",
        "{\"a\": 1}",
        "a: 1",
        "- a",
        "[[]]",
        "# nothing",
    ] {
        let error = error(text);
        assert!(error.contains("SARIF 2.1.0") && error.contains("JUnit XML"), "{text}: {error}");
    }
    let error = read_evidence("f", b"\xff\xfe<\0", &about()).expect_err("it is no UTF-8");
    assert!(error.to_string().starts_with("f: it is no text in UTF-8; understood are"), "{error}");
}

/// What is large is refused, or read, in a time that a job has.
fn within_seconds(text: &str, expected: &str) {
    let start = Instant::now();
    let error = error(text);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?} for {expected}", start.elapsed());
    assert!(error.contains(expected), "{}", &error[..error.len().min(400)]);
}

#[test]
fn depth_is_bounded() {
    let many = 10 << 20;
    within_seconds(&"[".repeat(many), "too deep in one another");
    within_seconds(&"{\"a\":".repeat(many / 5), "too deep in one another");
    within_seconds(&"<testsuite>".repeat(many / 11), "too deep in one another");
    within_seconds(&format!("<testsuite>{}", "<a>".repeat(many / 3)), "too deep in one another");
}

#[test]
fn depth_of_yaml_is_bounded() {
    let many = LARGEST_YAML_EVIDENCE / 4;
    within_seconds(&format!("a: {}", "[".repeat(many)), "more than 10,000 brackets");
    within_seconds(&format!("a: {}", "{".repeat(many)), "more than 10,000 brackets");
    within_seconds(&format!("a: {}", "[".repeat(10_000)), "YAML");
    within_seconds(&format!("a: {}", "{".repeat(10_000)), "YAML");
    within_seconds(&"- ".repeat(many), "YAML");
    within_seconds(&"? ".repeat(many), "YAML");
    within_seconds(&format!("a: {}", "&a ".repeat(many)), "YAML");
}

#[test]
fn numbers_of_things_are_bounded() {
    let most = MOST_ELEMENTS;
    within_seconds(&format!("[{}0]", "0,".repeat(most)), "more than 1,000,000 values");
    within_seconds(
        &format!("<testsuite>{}</testsuite>", "<a/>".repeat(most)),
        "more than 1,000,000 elements",
    );
    let attributes: String = (0..most).map(|at| format!(" a{at}=''")).collect();
    within_seconds(&format!("<testsuite{attributes}/>"), "more than 100 attributes");
    let large = vec![b' '; LARGEST_EVIDENCE + 1];
    let error = read_evidence("f", &large, &about()).expect_err("it is too large");
    assert_eq!(error.to_string(), "f: it has 67108865 bytes, and not 67108864 at most");
    within_seconds(&format!("a: {}", "x".repeat(LARGEST_YAML_EVIDENCE)), "and not 1048576 at most");
    let comments = "<!---->".repeat(most);
    assert!(good(&format!("{comments}<testsuite>{comments}</testsuite>")).tests.is_some());
}

#[test]
fn an_entity_bomb_costs_nothing() {
    let mut bomb = String::from("<?xml version='1.0'?><!DOCTYPE testsuite [<!ENTITY a0 'ha'>");
    for at in 1..40 {
        let many = format!("&a{};", at - 1).repeat(10);
        bomb.push_str(&format!("<!ENTITY a{at} '{many}'>"));
    }
    bomb.push_str("]><testsuite name='&a39;'>&a39;</testsuite>");
    within_seconds(&bomb, "a document type is not read");
    let outside = "<!DOCTYPE testsuite SYSTEM 'file:///etc/passwd'><testsuite/>";
    within_seconds(outside, "a document type is not read");
    let aliases = (1..30).map(|at| format!("a{at}: &a{at} [*a{0}, *a{0}, *a{0}]\n", at - 1));
    let bomb = format!("a0: &a0 [x]\n{}", aliases.collect::<String>());
    within_seconds(&bomb, "YAML");
}

#[test]
fn a_member_that_is_there_twice_is_an_error() {
    for text in [
        r#"{"version": "2.1.0", "runs": [], "runs": []}"#,
        r#"[{"user": null, "state": "APPROVED", "state": "DISMISSED", "commit_id": null}]"#,
        r#"{"approved_by": [], "approved_by": []}"#,
        r#"{"a": {"b": 1, "\u0062": 1}}"#,
    ] {
        assert!(error(text).contains("a member is there twice"), "{text}");
    }
}

#[test]
fn whatever_ends_early_is_an_error() {
    let whole = format!(
        r#"{{"schema": "gitops-health/evidence/v1", "approvals": [{{"by": {{"id": "a"}}, "state": "approved",
            "binds": {{"commit": "{ID}"}}}}], "tests": [{{"suite": "u\u00e4", "total": 1, "failed": 0}}]}}"#
    );
    good(&whole);
    for length in 0..whole.len() {
        assert!(read(&whole[..length]).is_err(), "{}", &whole[..length]);
    }
    assert!(error(&whole[..9]).contains("it ends early"), "{}", error(&whole[..9]));
    assert!(error(&format!("{whole} x")).contains("this is no JSON"));
}

/// Pieces that take a reader far.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\n",
    " ",
    "-",
    "&a ",
    "*a",
    "!",
    "<",
    ">",
    "/",
    "=",
    "'",
    "<testsuite>",
    "</testsuite>",
    "<testsuites",
    "<testcase/>",
    "<failure/>",
    " tests='",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<!DOCTYPE ",
    "&#x110000;",
    "&lt;",
    "\"schema\":\"gitops-health/evidence/v1\"",
    "schema: gitops-health/evidence/v1\n",
    "\"tests\":",
    "\"approvals\":",
    "\"by\":",
    "\"runs\":[",
    "\"version\":\"2.1.0\"",
    "\"results\":",
    "\"tool\":{\"driver\":{\"name\":\"x\"}}",
    "\"ruleIndex\":-1",
    "\"approved_by\":[",
    "\"user\":null",
    "\"state\":\"APPROVED\"",
    "\"commit_id\":null",
    "1e999",
    "-0",
    "18446744073709551616",
    "\u{feff}",
    "\u{0}",
    "null",
    "true",
    "\"iid\":1",
    "\"2026-03-01T12:00:00Z\"",
];

#[test]
fn no_bytes_cause_a_panic() {
    let mut random = fastrand::Rng::with_seed(0x00e7_1de5);
    for _ in 0..20_000 {
        let mut bytes = Vec::new();
        for _ in 0..random.usize(..40) {
            match random.u8(..8) {
                0 => bytes.push(random.u8(..)),
                _ => bytes.extend_from_slice(PIECES[random.usize(..PIECES.len())].as_bytes()),
            }
        }
        // Whether it is read or refused: it comes back.
        let _ = read_evidence("f", &bytes, &about());
    }
}

#[test]
fn no_change_of_a_byte_causes_a_panic() {
    let mut random = fastrand::Rng::with_seed(7);
    let sources = [
        format!(r#"{{"approved_by": [{{"user": {{"username": "ann"}}, "approved_at": "2026-03-01T12:00:00Z"}}], "sha": "{ID}"}}"#),
        r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x", "rules": [{"id": "a"}]}}, "results": [{"ruleIndex": 0}]}]}"#.to_owned(),
        "schema: gitops-health/evidence/v1\ntests: [{suite: u, total: 1, failed: 0, at: 2026-03-01T12:00:00Z}]\n".to_owned(),
        "<testsuites><testsuite name='&amp;' tests='1'><testcase><error/></testcase></testsuite></testsuites>".to_owned(),
    ];
    for source in &sources {
        good(source);
        for _ in 0..5_000 {
            let mut bytes = source.clone().into_bytes();
            for _ in 0..random.usize(1..4) {
                let at = random.usize(..bytes.len());
                bytes[at] = random.u8(..);
            }
            let _ = read_evidence("f", &bytes, &about());
        }
    }
}
