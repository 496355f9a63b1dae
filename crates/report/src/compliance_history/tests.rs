use gitops_health_compliance::Severity;

use super::*;

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
        decides: true,
        counts: Counts { fail: 12, not_assessed: 2, pass: 6, ..Counts::default() },
        not_looked_at: 1,
        unbroken: 0,
        since: None,
        since_committed: None,
        failing: (0..12).map(failing).collect(),
        waived: Vec::new(),
        not_known: vec![unknown(true), unknown(false)],
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
        rules: vec![row],
    }
}

#[test]
fn what_was_not_looked_at_is_no_fault_of_those_who_did_not_tell() {
    let out = text(&report(), Style::default());
    let cells: Vec<&str> = out.lines().nth(1).expect("a row").split_whitespace().collect();
    assert_eq!(cells[..6], ["some", "high", "6", "12", "1", "1"]);
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
