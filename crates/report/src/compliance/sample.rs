//! A report with every answer, odd characters and long lists, for tests.

use gitops_health_compliance::input::{ApprovalState, Covers, Grade, PersonKind};
use gitops_health_compliance::{Severity, Strength, Verdict};

use super::{
    ApprovalRow, BranchRow, COMPLIANCE_SCHEMA, ClauseRow, ClauseRule, ClauseVerdict,
    ComplianceOutcome, ComplianceReport, Configured, Counts, FrameworkRow, MissingRow,
    ParameterRow, Period, RuleFindingRow, RuleRow, WaiverRow,
};

/// What every format takes for its own somewhere.
pub(super) const ODD: &str =
    "a<b>&amp;\"c'|d`e %0A 100% # TODO *x* [y](http://z.example) @team ]]> \\ \n::error::f\r\n1..0";

/// So many findings has the rule with a long list.
pub(super) const LONG: usize = 1_200;

/// A report with every answer.
pub(super) fn report() -> ComplianceReport {
    let rules = vec![
        with_many_findings(),
        with_odd_findings(),
        RuleRow { error: Some(ODD.into()), ..row("erring", Severity::Medium, Verdict::Error) },
        RuleRow {
            missing: vec!["approvals".into(), "tickets".into()],
            ..row("unknown", Severity::High, Verdict::NotAssessed)
        },
        RuleRow {
            missing: vec!["approvals".into()],
            decides: false,
            ..row("unknown-and-idle", Severity::Low, Verdict::NotAssessed)
        },
        waived(),
        row("holding", Severity::Low, Verdict::Pass),
        row("elsewhere", Severity::Low, Verdict::NotApplicable),
    ];
    let mut counts = Counts::default();
    rules.iter().for_each(|row| counts.add(row.verdict));
    ComplianceReport {
        counts,
        outcome: ComplianceOutcome::NotEvaluated,
        rules,
        frameworks: vec![framework("first"), framework("second")],
        missing: vec![
            MissingRow {
                fact: "approvals".into(),
                reason: "no export of the forge".into(),
                remedy: "Hand in the reviews (`--evidence`).".into(),
            },
            MissingRow { fact: "tickets".into(), reason: ODD.into(), remedy: ODD.into() },
        ],
        notes: vec![ODD.into()],
        approvals: vec![ApprovalRow {
            person: ODD.into(),
            kind: PersonKind::Unknown,
            is_contributor: false,
            state: ApprovalState::Approved,
            meaning: None,
            at: None,
            source: "github".into(),
            grade: Grade::E2,
            covers: Covers::All,
        }],
        ..empty()
    }
}

/// A report of the same rules where no framework was asked for.
pub(super) fn without_frameworks() -> ComplianceReport {
    let mut report = report();
    report.frameworks.clear();
    report.rules.iter_mut().for_each(|row| row.clauses.clear());
    report.is_advisory = true;
    report
}

/// A report of nothing.
pub(super) fn empty() -> ComplianceReport {
    ComplianceReport {
        schema: COMPLIANCE_SCHEMA.into(),
        target: "one commit".into(),
        head: Some("3f".repeat(20)),
        base: Some("1a".repeat(20)),
        commits: 1,
        period: Some(Period {
            first: "2026-02-27T10:00:00+01:00".into(),
            last: "2026-02-27T10:00:00+01:00".into(),
        }),
        branch: Some(BranchRow { name: "main".into(), is_protected: true, not_asked: Vec::new() }),
        approvals: Vec::new(),
        merged: None,
        configured: Configured {
            protected_branches: vec!["main".into(), "release/*".into()],
            parameters: vec![ParameterRow {
                rule: "holding".into(),
                name: "approvers".into(),
                value: "2".into(),
                default: "1".into(),
            }],
        },
        evaluated_at: "2026-03-01T10:00:00+01:00".into(),
        trusted: Some("1a".repeat(20)),
        input_digest: "2b".repeat(32),
        policies_digest: "4c".repeat(32),
        is_advisory: false,
        fail_on: Severity::Low,
        severity: Severity::Low,
        counts: Counts::default(),
        left_out: Counts::default(),
        outcome: ComplianceOutcome::NotEvaluated,
        rules: Vec::new(),
        frameworks: Vec::new(),
        missing: Vec::new(),
        notes: Vec::new(),
    }
}

/// A report in which all is as it should be.
pub(super) fn clean() -> ComplianceReport {
    let mut report = empty();
    report.rules.push(row("holding", Severity::Low, Verdict::Pass));
    report.counts.pass = 1;
    report.outcome = ComplianceOutcome::Clean;
    report
}

fn row(rule: &str, severity: Severity, verdict: Verdict) -> RuleRow {
    RuleRow {
        rule: rule.into(),
        title: format!("The rule {rule} holds"),
        severity,
        grade: "E1".into(),
        verdict,
        decides: true,
        findings: Vec::new(),
        warnings: Vec::new(),
        missing: Vec::new(),
        error: None,
        remedy: format!("Mend what {rule} says"),
        policy: None,
        waivers: Vec::new(),
        clauses: vec!["first 1".into()],
    }
}

fn finding(message: &str, place: Option<(&str, Option<u64>)>, print: &str) -> RuleFindingRow {
    RuleFindingRow {
        message: message.into(),
        subject: Some("9e".repeat(20)),
        path: place.map(|(path, _)| path.into()),
        line: place.and_then(|(_, line)| line),
        fingerprint: print.into(),
    }
}

fn with_many_findings() -> RuleRow {
    let findings = (1..=LONG as u64).map(|line| {
        finding("is too long", Some(("src/a.py", Some(line))), &format!("print-{line}"))
    });
    RuleRow { findings: findings.collect(), ..row("many", Severity::Medium, Verdict::Fail) }
}

/// Odd words, a line that can not be, none, and two that are known by the same.
fn with_odd_findings() -> RuleRow {
    RuleRow {
        title: ODD.into(),
        remedy: ODD.into(),
        findings: vec![
            finding(ODD, Some(("x: y,#<b>|.py", Some(0))), "same"),
            finding("again", Some(("x: y,#<b>|.py", None)), "same"),
            finding("nobody approved it", None, "commit"),
        ],
        ..row("odd", Severity::Critical, Verdict::Fail)
    }
}

fn waived() -> RuleRow {
    RuleRow {
        findings: vec![
            finding("has no test", Some(("src/b.py", Some(7))), "waived"),
            finding("has none, either", None, "waived, too"),
        ],
        waivers: vec![WaiverRow {
            id: "W-1".into(),
            owner: "Ada".into(),
            reason: ODD.into(),
            expires: "2026-06-01".into(),
        }],
        ..row("accepted", Severity::High, Verdict::Waived)
    }
}

/// A clause of all rules, one of a single rule, thirty of none.
fn framework(name: &str) -> FrameworkRow {
    let of = |rule: &str, strength, verdict| ClauseRule { rule: rule.into(), strength, verdict };
    let clause = |number: &str, verdict, rules| ClauseRow {
        clause: number.into(),
        title: ODD.into(),
        weight: "required".into(),
        verdict,
        rules,
        not_shown: ODD.into(),
    };
    let worst = vec![
        of("many", Strength::Direct, Verdict::Fail),
        of("odd", Strength::Supporting, Verdict::Fail),
        of("erring", Strength::Direct, Verdict::Error),
        of("unknown", Strength::Direct, Verdict::NotAssessed),
        of("unknown-and-idle", Strength::EvidenceOnly, Verdict::NotAssessed),
        of("accepted", Strength::Direct, Verdict::Waived),
        of("elsewhere", Strength::Direct, Verdict::NotApplicable),
    ];
    let mut clauses = vec![
        clause("1", Some(ClauseVerdict::Fail), worst),
        clause(
            "2(a)",
            Some(ClauseVerdict::Pass),
            vec![of("holding", Strength::Direct, Verdict::Pass)],
        ),
    ];
    clauses.extend((3..=32).map(|number| clause(&number.to_string(), None, Vec::new())));
    FrameworkRow {
        framework: name.into(),
        title: format!("The {name} framework"),
        edition: "2026".into(),
        source: if name == "first" { "https://example.com/law" } else { "This project" }.into(),
        note: ODD.into(),
        clauses,
    }
}
