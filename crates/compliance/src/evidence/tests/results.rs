//! Results of tests and of scanners.

use super::*;

/// Suite, total, failed and skipped.
type Row<'a> = (&'a str, u64, u64, u64);

fn rows(it: &Evidence) -> Vec<Row<'_>> {
    let all = it.tests.iter().flatten();
    all.map(|it| (it.suite.as_str(), it.total, it.failed, it.skipped)).collect()
}

/// As programs write them.
const FORMS: &[(&str, &[Row<'static>])] = &[
    // Surefire.
    (
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0" name="com.example.ATest" time="0.1"
  tests="3" errors="1" skipped="1" failures="0">
  <properties><property name="a" value="b"/></properties>
  <testcase name="a" classname="com.example.ATest" time="0.01"/>
  <testcase name="b"><error type="E"><![CDATA[x < y]]></error><system-out>o</system-out></testcase>
  <testcase name="c"><skipped message="later"/></testcase>
</testsuite>"#,
        &[("com.example.ATest", 3, 1, 1)],
    ),
    // Surefire that ran a test again, which passed then.
    (
        r#"<testsuite name="R" tests="1" errors="0" skipped="0" failures="0"><testcase name="a"><flakyFailure>x</flakyFailure>
        <rerunFailure>x</rerunFailure></testcase></testsuite>"#,
        &[("R", 1, 0, 0)],
    ),
    // Gradle.
    (
        r#"<testsuite name="G" tests="2" skipped="0" failures="1" errors="0" timestamp="2026-03-01T12:00:00" hostname="h" time="0.1">
        <properties/><testcase name="a" classname="G" time="0.0"/><testcase name="b"><failure message="&lt;x&gt;" type="T">t &amp; u</failure></testcase>
        <system-out><![CDATA[]]></system-out></testsuite>"#,
        &[("G", 2, 1, 0)],
    ),
    // Pytest.
    (
        r#"<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="0" failures="0" skipped="1"
        tests="2" timestamp="2026-03-01T12:00:00.000001+01:00"><testcase classname="t" name="a"/><testcase classname="t" name="b">
        <skipped type="pytest.skip" message="m">s</skipped></testcase></testsuite></testsuites>"#,
        &[("pytest", 2, 0, 1)],
    ),
    // Nextest.
    (
        r#"<testsuites name="nextest-run" tests="3" failures="1" errors="0" uuid="x" timestamp="2026-03-01T12:00:00.000+00:00" time="0.1">
        <testsuite name="one" tests="2" disabled="0" errors="0" failures="1"><testcase name="a"/><testcase name="b"><failure type="test failure"/></testcase></testsuite>
        <testsuite name="two" tests="1" disabled="0" errors="0" failures="0"><testcase name="c"/></testsuite></testsuites>"#,
        &[("one", 2, 1, 0), ("two", 1, 0, 0)],
    ),
    // Jest.
    (
        r#"<testsuites name="jest tests" tests="2" failures="0" errors="0" time="1"><testsuite name="a &amp; b" errors="0" failures="0" skipped="0"
        timestamp="2026-03-01T12:00:00" time="1" tests="2"><testcase classname="x" name="y" time="0"></testcase><testcase/></testsuite></testsuites>"#,
        &[("a & b", 2, 0, 0)],
    ),
    // GoogleTest.
    (
        r#"<testsuites tests="2" failures="0" disabled="1" errors="0" name="AllTests"><testsuite name="S" tests="2" failures="0" disabled="1">
        <testcase name="a" status="run" result="completed"/><testcase name="b" status="notrun" result="suppressed"/></testsuite></testsuites>"#,
        &[("S", 2, 0, 1)],
    ),
    // Suites in suites, which count those in them or not.
    (
        r#"<testsuites><testsuite name="o" tests="3" failures="1"><testsuite name="i" tests="2" failures="1"><testcase/><testcase><failure/></testcase>
        </testsuite><testcase/></testsuite></testsuites>"#,
        &[("o", 3, 1, 0)],
    ),
    (
        r#"<testsuites><testsuite name="o" tests="1"><testsuite name="i" tests="2"><testcase/><testcase><failure/></testcase></testsuite>
        <testcase/></testsuite></testsuites>"#,
        &[("o", 3, 1, 0)],
    ),
    // No numbers, no tests, no suites.
    (
        "<testsuite name='n'><testcase/><testcase><skipped/></testcase></testsuite>",
        &[("n", 2, 0, 1)],
    ),
    ("<testsuite name='s' tests='4' failures='1' skipped='1'/>", &[("s", 4, 1, 1)]),
    ("<testsuite/>", &[("", 0, 0, 0)]),
    ("<testsuites name='e'/>", &[("e", 0, 0, 0)]),
    (
        "<testsuites name='e' tests='4' failures='1'></testsuites>\n<!-- end -->\n",
        &[("e", 4, 1, 0)],
    ),
];

#[test]
fn junit_is_read_as_programs_write_it() {
    for (text, expected) in FORMS {
        let it = good(text);
        assert_eq!(rows(&it), *expected, "{text}");
        for tests in it.tests.iter().flatten() {
            assert_eq!((&tests.binds, tests.source.as_str()), (&about(), "junit"));
            assert_eq!((tests.grade, tests.digest.len()), (Grade::E2, 64));
        }
        // Wherever it ends early, it is an error.
        let end = text.trim_end().trim_end_matches("<!-- end -->").trim_end().len();
        for length in (0..end).filter(|it| text.is_char_boundary(*it)) {
            assert!(read(&text[..length]).is_err(), "{}", &text[..length]);
        }
    }
}

#[test]
fn the_worse_number_counts() {
    for (text, expected) in [
        // Failures that no test shows, and tests that failed which the suite does not count.
        ("<testsuite tests='2' failures='1'><testcase/><testcase/></testsuite>", ("", 2, 1, 0)),
        (
            "<testsuite tests='1' failures='0'><testcase><failure/></testcase></testsuite>",
            ("", 1, 1, 0),
        ),
        (
            "<testsuite tests='1' failures='0'><testcase><failure/><error/><skipped/></testcase></testsuite>",
            ("", 1, 1, 0),
        ),
        (
            "<testsuite tests='1' failures='0'><testcase result='failed'/></testsuite>",
            ("", 1, 1, 0),
        ),
        ("<testsuite tests='1' failures='0'><testcase/><error/></testsuite>", ("", 1, 1, 0)),
        // Fewer tests.
        ("<testsuite tests='9' failures='0'><testcase/></testsuite>", ("", 1, 0, 0)),
        ("<testsuite tests='1' failures='0'><testcase/><testcase/></testsuite>", ("", 1, 0, 0)),
        ("<testsuite tests='0'><testcase/></testsuite>", ("", 0, 0, 0)),
        ("<testsuite tests='1' skipped='2'><testcase/></testsuite>", ("", 2, 0, 2)),
        (
            "<testsuite tests='18446744073709551615' failures='18446744073709551615' errors='1'/>",
            ("", u64::MAX, u64::MAX, 0),
        ),
    ] {
        assert_eq!(rows(&good(text)), [expected], "{text}");
    }
    // What is beside the suites gets a row of its own.
    for (text, expected) in [
        (
            "<testsuites name='r' failures='2'><testsuite name='s'><testcase><failure/></testcase></testsuite></testsuites>",
            ("r", 1, 1, 0),
        ),
        (
            "<testsuites name='r'><testsuite name='s'><testcase><failure/></testcase></testsuite><testcase/></testsuites>",
            ("r", 1, 0, 0),
        ),
    ] {
        assert_eq!(rows(&good(text)), [("s", 1, 1, 0), expected], "{text}");
    }
}

#[test]
fn a_time_without_a_zone_is_no_time() {
    let at = |time: &str| {
        let it = good(&format!("<testsuite timestamp='{time}'/>"));
        it.tests.and_then(|it| it[0].at.as_ref().map(|at| at.unix))
    };
    assert_eq!(at("2026-03-01T12:00:00Z"), Some(1_772_366_400));
    assert_eq!(at("2026-03-01T12:00:00"), None);
    assert_eq!(at("yesterday"), None);
}

#[test]
fn what_is_no_junit_is_an_error() {
    for (text, expected) in [
        ("<html/>", "it is no XML of JUnit; understood are"),
        ("<!-- <testsuite/> -->", "it is no XML of JUnit"),
        ("<testsuite tests='-1'/>", "line 1: tests: a number of tests is needed"),
        ("<testsuite\n tests='+1'/>", "line 2: tests: a number"),
        ("<testsuite tests='one'/>", "tests: a number"),
        ("<testsuite failures=''/>", "failures: a number"),
        ("<testsuite skipped='18446744073709551616'/>", "skipped: a number"),
        ("<testsuite tests='1' tests='2'/>", "an attribute is not fit, or is there twice"),
        ("<testsuite tests=1/>", "an attribute is not fit"),
        ("<testsuite name='&x;'/>", "an entity that is not known"),
        ("<testsuite><testcase></testsuite></testcase>", "this is no XML"),
        ("<testsuite/><testsuite/>", "something is behind the end"),
        ("<testsuite/>text", "text is outside"),
        ("<testsuite><x><testcase/></x></testsuite>", "a suite or a test is where none can be"),
        ("<testsuite><testcase><testsuite/></testcase></testsuite>", "a suite or a test is where"),
        ("<testsuite>", "the file ends early"),
    ] {
        let error = error(text);
        assert!(error.contains(expected), "{error}\n{text}");
    }
}

/// A run of a tool with rules and results.
fn sarif(tool: &str, rules: &str, results: &str, rest: &str) -> String {
    format!(
        r#"{{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [{{
            "tool": {{"driver": {{"name": "{tool}", "rules": [{rules}]}},
                      "extensions": [{{"name": "p", "rules": [{{"id": "e", "properties": {{"security-severity": "9.1"}}}}]}}]}},
            "results": {results}{rest}}}]}}"#
    )
}

fn scan(text: &str) -> ReportedScan {
    good(text).scans.and_then(|mut it| it.pop()).expect("a scan")
}

#[test]
fn a_result_is_as_bad_as_it_or_its_rule_says() {
    let rules = r#"{"id": "crit", "properties": {"security-severity": "9.8", "tags": []}},
        {"id": "high", "properties": {"security-severity": 7}, "defaultConfiguration": {"level": "note"}},
        {"id": "zero", "properties": {"security-severity": "0.0"}, "defaultConfiguration": {"level": "note"}},
        {"id": "err", "defaultConfiguration": {"level": "error", "rank": 1}}, {"id": "bare"}"#;
    for (result, expected) in [
        (r#""ruleId": "crit", "level": "note""#, Some("critical")),
        (r#""ruleIndex": 1"#, Some("high")),
        (r#""ruleId": "high", "properties": {"security-severity": "4.0"}"#, Some("medium")),
        (r#""ruleId": "high", "properties": {"security-severity": 0.1}"#, Some("low")),
        (r#""ruleId": "high", "properties": {"other": 1}"#, Some("high")),
        (r#""ruleId": "zero""#, Some("low")),
        (r#""ruleId": "err/1""#, Some("high")),
        (r#""ruleId": "err", "level": "none""#, Some("info")),
        (r#""ruleId": "bare", "ruleIndex": -1"#, Some("medium")),
        (r#""ruleId": "unknown""#, Some("medium")),
        (r#""ruleIndex": 99, "level": "error""#, Some("high")),
        (r#""level": "warning""#, Some("medium")),
        (r#""level": "note""#, Some("low")),
        (r#""rule": {"id": "e", "index": 0, "toolComponent": {"index": 0}}"#, Some("critical")),
        (r#""rule": {"index": 0, "toolComponent": {"index": 9}}"#, Some("medium")),
        (r#""rule": {"id": "e"}"#, Some("critical")),
        // Accepted, or not yet.
        (r#""level": "error", "suppressions": []"#, Some("high")),
        (r#""level": "error", "suppressions": null"#, Some("high")),
        (r#""level": "error", "suppressions": [{"kind": "inSource"}]"#, None),
        (r#""level": "error", "suppressions": [{"kind": "external", "status": "accepted"}]"#, None),
        (r#""level": "error", "suppressions": [{"status": "underReview"}]"#, Some("high")),
        (
            r#""level": "error", "suppressions": [{"status": "accepted"}, {"status": "rejected"}]"#,
            Some("high"),
        ),
        // What was there before is there, and what is gone is not.
        (r#""level": "error", "baselineState": "absent""#, None),
        (r#""level": "error", "baselineState": "unchanged""#, Some("high")),
        (r#""kind": "pass""#, None),
        (r#""kind": "notApplicable", "level": "none""#, None),
        (r#""kind": "pass", "level": "error""#, Some("high")),
        (r#""kind": "open", "ruleId": "err""#, Some("info")),
    ] {
        let it = scan(&sarif("Trivy", rules, &format!("[{{{result}}}]"), ""));
        let found: Vec<_> =
            it.findings.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(found, expected.map(|it| (it, 1)).into_iter().collect::<Vec<_>>(), "{result}");
    }
}

#[test]
fn a_scan_says_whether_it_ran_to_its_end() {
    for (results, rest, expected) in [
        ("[]", "", true),
        ("[]", r#", "invocations": [{"executionSuccessful": true}]"#, true),
        (
            "[]",
            r#", "invocations": [{"executionSuccessful": true}, {"executionSuccessful": false}]"#,
            false,
        ),
        ("[]", r#", "invocations": [{}]"#, false),
        ("null", "", false),
        ("[]", r#", "externalPropertyFileReferences": {"results": []}"#, false),
    ] {
        assert_eq!(scan(&sarif("x", "", results, rest)).is_complete, expected, "{results}{rest}");
    }
}

#[test]
fn a_scan_is_about_the_revision_that_it_names() {
    let other = ID.replace('0', "9");
    for (provenance, expected) in [
        (String::new(), about()),
        (
            format!(r#", "versionControlProvenance": [{{"revisionId": "{ID}"}}, {{}}]"#),
            Binding { commit: Some(ID.into()), ..Binding::default() },
        ),
        (
            format!(
                r#", "versionControlProvenance": [{{"revisionId": "{ID}"}}, {{"revisionId": "{other}"}}]"#
            ),
            Binding::default(),
        ),
    ] {
        let it = scan(&sarif("gitleaks", "", "[]", &provenance));
        assert_eq!(it.binds, expected, "{provenance}");
        assert_eq!(
            (it.kind, it.source.as_str(), it.grade),
            (ScanKind::Secrets, "sarif", Grade::E2)
        );
    }
    let times = r#", "invocations": [{"executionSuccessful": true, "startTimeUtc": "2026-03-01T11:00:00Z", "endTimeUtc": "2026-03-01T12:00:00Z"}]"#;
    assert_eq!(scan(&sarif("x", "", "[]", times)).at.map(|at| at.unix), Some(1_772_366_400));
}

#[test]
fn what_is_wrong_in_sarif_is_an_error() {
    let one = sarif(
        "x",
        r#"{"id": "a", "properties": {"security-severity": "5.0"}}"#,
        r#"[{"level": "note"}]"#,
        "",
    );
    good(&one);
    for (from, to, expected) in [
        ("\"2.1.0\"", "\"2.0.0\"", "version: only version 2.1.0"),
        ("\"2.1.0\"", "2.1", "version: only version 2.1.0"),
        ("\"note\"", "\"bad\"", "runs[0].results[0].level: only these"),
        ("\"note\"", "3", "runs[0].results[0].level"),
        (
            "\"5.0\"",
            "\"high\"",
            "runs[0].tool.driver.rules[0].properties.security-severity: a number from 0 to 10",
        ),
        ("\"5.0\"", "11", "security-severity: a number from 0 to 10"),
        ("\"5.0\"", "-1", "security-severity: a negative number"),
        ("\"5.0\"", "\"NaN\"", "security-severity: a number from 0 to 10"),
        ("[{\"level\"", "{\"level\"", "it can not be read as JSON"),
        ("\"x\"", "null", "runs[0].tool.driver.name: nothing is there"),
        ("\"tool\"", "\"tools\"", "runs[0]: missing field `tool`"),
        (
            "\"results\"",
            "\"versionControlProvenance\": [{\"revisionId\": \"main\"}], \"results\"",
            "versionControlProvenance.revisionId: a whole id",
        ),
        (
            "\"results\"",
            "\"invocations\": [{\"endTimeUtc\": \"2026-03-01T12:00:00\"}], \"results\"",
            "invocations[0].endTimeUtc: a time",
        ),
    ] {
        let error = error(&one.replacen(from, to, 1));
        assert!(error.contains(expected), "{error}\n{from} {to}");
    }
    assert!(error(r#"{"version": "2.1.0", "runs": []}"#).contains("runs: no tool has run"));
}
