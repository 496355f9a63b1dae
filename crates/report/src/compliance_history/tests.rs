use gitops_health_compliance::{Severity, Strength};
use serde_json::Value;

use super::*;
use crate::compliance::{ClauseRow, ClauseRule, ClauseVerdict};

const ODD: &str = "=cmd|' /C calc'!A0, \"a|b\" <b> @team\n[x](http://z.example)";

fn report() -> HistoryReport {
    let finding = |number: usize| RuleFindingRow {
        message: if number == 0 { ODD.into() } else { format!("finding {number}") },
        subject: None,
        path: None,
        line: None,
        fingerprint: format!("print-{number}"),
    };
    let failing = |number: usize| FailingCommit {
        commit: format!("{number:040}"),
        committed: "2026-03-01T10:00:00+01:00".into(),
        findings: (0..4).map(finding).collect(),
        findings_left_out: 7,
        waivers: Vec::new(),
    };
    let unknown = |is_not_looked_at: bool| UnknownCommit {
        commit: "ab".repeat(20),
        committed: "2026-02-01T10:00:00+01:00".into(),
        missing: vec![if is_not_looked_at { "findings" } else { "roster" }.into()],
        is_not_looked_at,
        error: None,
    };
    let row = HistoryRow {
        rule: "some".into(),
        title: "Something holds".into(),
        severity: Severity::High,
        grade: "E1".into(),
        verdict: Verdict::Fail,
        decides: true,
        counts: Counts { fail: 12, not_assessed: 2, pass: 6, ..Counts::default() },
        not_looked_at: 1,
        unbroken: 0,
        since: None,
        since_committed: None,
        failing: (0..12).map(failing).collect(),
        waived: Vec::new(),
        not_known: vec![unknown(true), unknown(false)],
        remedy: "Mend it.".into(),
        clauses: vec!["first 1".into(), "first 2(a)".into()],
    };
    HistoryReport {
        schema: COMPLIANCE_HISTORY_SCHEMA.into(),
        head: "HEAD".into(),
        evaluated_at: "2026-04-01T10:00:00Z".into(),
        trusted: "1a".repeat(20),
        policies_digest: "4c".repeat(32),
        configured: Configured::default(),
        branch: None,
        is_advisory: false,
        fail_on: Severity::Low,
        outcome: ComplianceOutcome::NotEvaluated,
        commits: 20,
        merges: 1,
        requests: Requests::default(),
        first: None,
        last: None,
        severity: Severity::Low,
        left_out: Counts::default(),
        since: None,
        until: None,
        period: Some(Period {
            first: "2025-01-01T00:00:00Z".into(),
            last: "2026-03-01T10:00:00Z".into(),
        }),
        is_cut: false,
        most_findings: 4,
        findings_left_out: 84,
        missing: vec![MissingRow {
            fact: "roster".into(),
            reason: "the trusted revision has none".into(),
            remedy: "Write one.".into(),
        }],
        notes: Vec::new(),
        frameworks: Vec::new(),
        waivers: Vec::new(),
        rules: vec![row],
    }
}

/// One that is used, and nothing is wrong with.
fn good_waiver() -> HistoryWaiver {
    HistoryWaiver {
        id: "W-1".into(),
        rule: "some".into(),
        owner: "bob".into(),
        reason: ODD.into(),
        expires: "2026-06-30T23:59:59+00:00".into(),
        is_expired: false,
        is_everywhere: false,
        is_owner_known: true,
        is_owner_active: true,
        is_rule_known: true,
        is_asked: true,
        commits: 2,
        findings: 3,
        not_known: 0,
        is_unused: false,
    }
}

#[test]
fn waivers_say_what_they_accepted_and_what_is_wrong_with_them() {
    let said = |edit: fn(&mut HistoryWaiver)| {
        let mut waiver = good_waiver();
        edit(&mut waiver);
        let out = text(&HistoryReport { waivers: vec![waiver], ..report() }, Style::default());
        let line = out.lines().find(|line| line.starts_with("W-1")).expect("a line").to_owned();
        let cells = line.split("  ").filter(|cell| !cell.is_empty());
        cells.map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
    };
    let rest = |edit| said(edit).split_off(6).join("|");
    assert_eq!(said(|_| ()), ["W-1", "some", "bob", "2026-06-30", "2", "3"]);
    assert_eq!(rest(|it| it.is_expired = true), "expired");
    assert_eq!(rest(|it| (it.findings, it.is_unused) = (0, true)), "unused");
    assert_eq!(rest(|it| (it.findings, it.not_known) = (0, 2)), "not known of 2 commits");
    assert_eq!(rest(|it| (it.findings, it.is_asked) = (0, false)), "rule not asked");
    assert_eq!(
        rest(|it| (it.findings, it.is_asked, it.is_rule_known) = (0, false, false)),
        "no such rule"
    );
    assert_eq!(
        rest(|it| (it.is_everywhere, it.is_owner_known) = (true, false)),
        "leaves nothing out; owner is no person of the roster"
    );
    assert_eq!(rest(|it| it.is_owner_active = false), "owner does not act now");
}

#[test]
fn waivers_are_counted_and_shown_where_there_are_some() {
    let expired = HistoryWaiver { is_expired: true, ..good_waiver() };
    let with = HistoryReport { waivers: vec![good_waiver(), expired], ..report() };
    assert!(text(&with, Style::default()).contains("\n2 waivers, 1 of which need somebody\n"));
    let out = markdown(&with);
    assert!(out.contains("### Waivers\n\n2 waivers, 1 of which need somebody\n"), "{out}");
    assert!(out.contains("| W-1 | some | bob | 2026-06-30 | 2 | 3 | expired |"), "{out}");
    assert!(!out.contains("<b>") && !out.contains("@team"), "{out}");
    assert!(!markdown(&report()).contains("Waivers"));
    assert!(!text(&report(), Style::default()).contains("waiver"));
}

#[test]
fn what_was_not_looked_at_is_no_fault_of_those_who_did_not_tell() {
    let out = text(&report(), Style::default());
    let row = out.lines().find(|line| line.starts_with("some ")).expect("a row");
    let cells: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(cells[..8], ["some", "high", "6", "12", "0", "0", "1", "1"]);
    assert!(out.starts_with("outcome: not all that decides could be evaluated"), "{out}");
    assert!(out.contains("2025-01-01 to 2026-03-01"), "{out}");
    assert!(out.contains("not told: nobody handed in"), "{out}");
}

#[test]
fn csv_has_a_row_for_each_commit_that_is_not_as_it_should_be_and_no_formula() {
    let out = csv(&report());
    let rows: Vec<&str> = out.split("\r\n").filter(|row| !row.is_empty()).collect();
    assert_eq!(rows.len(), 1 + 12 + 2);
    assert!(
        rows[0].starts_with("commit,committed,rule,severity,decides,answer,why,missing,findings")
    );
    assert!(rows[1].contains("some,high,yes,fail,,,\"'=cmd|"), "{}", rows[1]);
    assert!(rows[1].ends_with(",7,first 1; first 2(a)"), "{}", rows[1]);
    assert!(rows[13].contains("not_assessed,a history does not look at it,findings,"));
    assert!(rows[14].contains("not_assessed,nobody told,roster,"));
}

#[test]
fn markdown_names_the_newest_failing_commits_and_folds_what_is_not_known() {
    let out = markdown(&report());
    assert_eq!(out.matches("\n| some | 0000000000 | 2026-03-01 |").count(), 10);
    assert!(out.contains("| some | 2 commits more | | |"));
    assert!(out.contains("finding 2<br>and 8 more |"), "{out}");
    assert!(out.contains("| roster | the trusted revision has none | Write one. | some (1) |"));
    assert_eq!(out.matches("<details>").count(), 1);
    for line in out.lines().filter(|line| line.starts_with("| some | 0")) {
        assert_eq!(line.replace("\\|", "").matches('|').count(), 5, "{line}");
        assert!(!line.contains("<b>") && !line.contains("@team") && !line.contains("]("), "{line}");
    }
}

/// The same with a rule of each other answer, and a framework.
fn wide() -> HistoryReport {
    let mut report = report();
    let row = &report.rules[0];
    let waiver = WaiverRow {
        id: "W-1".into(),
        owner: "Ada".into(),
        reason: ODD.into(),
        expires: "2026-06-01".into(),
    };
    let accepted =
        |it: &FailingCommit| FailingCommit { waivers: vec![waiver.clone()], ..it.clone() };
    let waived = HistoryRow {
        rule: "waived".into(),
        severity: Severity::Critical,
        verdict: Verdict::Waived,
        counts: Counts { waived: 2, pass: 18, ..Counts::default() },
        waived: row.failing.iter().take(2).map(accepted).collect(),
        failing: Vec::new(),
        not_known: Vec::new(),
        ..row.clone()
    };
    let erring = HistoryRow {
        rule: "erring".into(),
        verdict: Verdict::Error,
        counts: Counts { error: 1, pass: 19, ..Counts::default() },
        failing: Vec::new(),
        not_known: vec![UnknownCommit {
            missing: Vec::new(),
            is_not_looked_at: false,
            error: Some(ODD.into()),
            ..row.not_known[0].clone()
        }],
        ..row.clone()
    };
    let minor = HistoryRow { rule: "minor".into(), severity: Severity::Low, ..row.clone() };
    report.rules.extend([minor, waived, erring]);
    report.frameworks = vec![FrameworkRow {
        framework: "first".into(),
        title: "The first framework".into(),
        edition: "2026".into(),
        source: "https://example.com/law".into(),
        note: String::new(),
        clauses: vec![ClauseRow {
            clause: "1".into(),
            title: ODD.into(),
            weight: String::new(),
            verdict: Some(ClauseVerdict::Fail),
            rules: vec![ClauseRule {
                rule: "some".into(),
                strength: Strength::Direct,
                verdict: Verdict::Fail,
            }],
            not_shown: String::new(),
        }],
    }];
    report
}

fn run(text: &str) -> Value {
    let log: Value = serde_json::from_str(text).expect("it is JSON");
    assert_eq!(log["version"], "2.1.0");
    log["runs"][0].clone()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("there is a list")
}

#[test]
fn sarif_has_a_result_for_each_commit_and_rule_that_fails_or_is_waived() {
    let report = wide();
    let run = run(&sarif(&report));
    let results = list(&run["results"]);
    let is_waived = |it: &&Value| !list(&it["suppressions"]).is_empty();
    let of = |kind: &str| results.iter().filter(|it| it["kind"] == kind).count();
    assert_eq!(results.iter().filter(is_waived).count(), 2);
    assert_eq!((of("fail"), of("open")), (12 + 12 + 2, 2));
    let prints: std::collections::BTreeSet<&str> = results
        .iter()
        .map(|it| it["partialFingerprints"]["primaryLocationLineHash"].as_str().expect("a print"))
        .collect();
    assert_eq!(prints.len(), results.len());
    let rules = list(&run["tool"]["driver"]["rules"]);
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("it has a rule") as usize;
        assert_eq!(result["ruleId"], rules[index]["id"]);
        let words = result["message"]["text"].as_str().expect("it is text");
        assert!(!words.is_empty() && !words.contains("]("), "{words}");
        if result["kind"] == "fail" {
            let place = &result["locations"][0]["logicalLocations"][0];
            let commit = place["fullyQualifiedName"].as_str().expect("a commit");
            assert_eq!(commit.len(), 40);
            assert!(words.contains("and 7 more"), "{words}");
        }
    }
    // Clauses are those of the framework.
    assert_eq!(run["taxonomies"][0]["taxa"][0]["properties"]["verdict"], "fail");
    assert_eq!(list(&rules[0]["relationships"]).len(), 1);
    assert_eq!(rules[0]["properties"]["counts"]["fail"], 12);
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let told = list(&invocation["toolExecutionNotifications"]);
    assert_eq!(told.iter().filter(|it| it["level"] == "error").count(), 1);
    assert_eq!(run["properties"]["results_left_out"], 0);
}

#[test]
fn sarif_leaves_out_what_matters_least_where_there_is_more_than_is_taken_and_says_so() {
    let report = wide();
    let run = run(&super::sarif::most(&report, 2 + 15));
    let results = list(&run["results"]);
    let of = |rule: &str| {
        let of = results.iter().filter(|it| it["ruleId"] == rule && it["kind"] == "fail");
        of.map(|it| it["properties"]["subject"].as_str().expect("a commit")).collect::<Vec<_>>()
    };
    let newest = |many: usize| (0..many).map(|it| format!("{it:040}")).collect::<Vec<_>>();
    assert_eq!(results.len(), 17);
    assert_eq!(
        (of("some"), of("minor")),
        (
            newest(12).iter().map(String::as_str).collect(),
            newest(3).iter().map(String::as_str).collect(),
        )
    );
    assert!(of("waived").is_empty());
    assert_eq!(results.iter().filter(|it| it["kind"] == "open").count(), 2);
    assert_eq!(run["properties"]["results_left_out"], 9 + 2);
    let told = list(&run["invocations"][0]["toolExecutionNotifications"]).iter();
    let told = told.filter_map(|it| it["message"]["text"].as_str());
    assert_eq!(told.filter(|it| it.starts_with("11 results are left out")).count(), 1);
}

#[test]
fn what_is_of_the_commit_does_not_name_it_twice() {
    let mut report = wide();
    let commit = report.rules[0].failing[0].commit.clone();
    report.rules[0].failing.truncate(1);
    let it = &mut report.rules[0].failing[0];
    it.findings[1].subject = Some(commit);
    it.findings[2].subject = Some("v1.0".into());
    assert_eq!(it.words(3)[1..], ["finding 1", "v1.0: finding 2", "and 8 more"]);
    let run = run(&sarif(&report));
    let first = list(&run["results"])[0]["message"]["text"].as_str().expect("words").to_owned();
    assert!(first.starts_with("0000000000: ") && first.contains("; finding 1; v1.0"), "{first}");
}

#[test]
fn html_names_commits_clauses_and_facts_and_nothing_in_it_is_an_element() {
    let mut report = wide();
    let many = (0..60).map(|number| FailingCommit {
        commit: format!("{number:040}"),
        ..report.rules[0].failing[0].clone()
    });
    report.rules[0].failing = many.collect();
    let page = html(&report);
    for element in ["section", "table", "tbody", "tr", "td", "th", "ul", "li", "span"] {
        let begun = page.matches(&format!("<{element} ")).count()
            + page.matches(&format!("<{element}>")).count();
        assert_eq!(begun, page.matches(&format!("</{element}>")).count(), "{element}");
    }
    for foreign in ["<script", "<link", "<img", "<a ", "src=", "<b>"] {
        assert!(!page.contains(foreign), "{foreign} is in the page");
    }
    // Fifty of sixty, twelve, two that are waived, one that errs.
    assert_eq!(page.matches("<tr class=\"finding\">").count(), 50 + 12 + 2 + 1);
    assert!(page.contains("10 commits more: `--format json` and `csv` have all"), "{page}");
    assert_eq!(page.matches("<tr class=\"rule\">").count(), 4);
    assert_eq!(page.matches("<tr class=\"clause\">").count(), 1);
    assert!(page.contains("waived by Ada until 2026-06-01"));
    assert!(page.contains("some (1)"), "the rules that ask for a fact");
}

#[test]
fn where_nothing_decides_every_form_for_people_says_so() {
    let advice = HistoryReport { is_advisory: true, ..wide() };
    let strict = wide();
    let forms: [fn(&HistoryReport) -> String; 4] =
        [|it| text(it, Style::default()), markdown, html, sarif];
    for form in forms {
        let whole = |it: &HistoryReport| form(it).split_whitespace().collect::<Vec<_>>().join(" ");
        let said = "advice only: not all that would decide could be evaluated on all commits";
        assert!(whole(&advice).contains(said), "{}", whole(&advice));
        assert!(!whole(&strict).contains("advice only"), "{}", whole(&strict));
    }
}
