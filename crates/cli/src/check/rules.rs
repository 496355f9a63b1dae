use gitops_health_compliance::{Severity, Verdict};
use gitops_health_report::check::{
    Check, CheckAccepted, CheckFinding, CheckPart, CheckReport, CheckUnknown, CompliancePart,
    LaterRule,
};
use gitops_health_report::compliance::{ComplianceReport, RuleFindingRow, RuleRow};

use super::asked::Asked;
use super::combine::holds;
use super::findings::blank;

/// Rules that say of a place no more than `sanitize` does.
const OF_SANITIZE: [&str; 2] = ["no-health-data", "no-secrets"];

/// Adds what rules say.
pub(super) fn add(
    report: &mut CheckReport,
    answers: &ComplianceReport,
    asked: &Asked<'_>,
    is_cut: bool,
) {
    for row in &answers.rules {
        match row.verdict {
            Verdict::Fail => failing(report, row, asked),
            Verdict::Waived => waived(report, row, asked),
            Verdict::NotAssessed | Verdict::Error => unknown(report, row, asked, is_cut),
            Verdict::Pass | Verdict::NotApplicable => {}
        }
        for warning in &row.warnings {
            let told = found(row, warning, asked);
            report.findings.push(CheckFinding { decides: false, severity: Severity::Low, ..told });
        }
    }
    report.notes.extend(answers.notes.iter().cloned());
    report.later.sort_by(|one, two| one.rule.cmp(&two.rule));
    let words = holds(answers);
    report.parts.push(CheckPart { check: Check::Compliance, is_asked: true, words });
    report.compliance = Some(CompliancePart {
        frameworks: answers.frameworks.iter().map(|it| it.framework.clone()).collect(),
        counts: answers.counts,
        input_digest: answers.input_digest.clone(),
        policies_digest: answers.policies_digest.clone(),
    });
}

fn failing(report: &mut CheckReport, row: &RuleRow, asked: &Asked<'_>) {
    if row.findings.is_empty() {
        report.findings.push(CheckFinding { message: row.title.clone(), ..of(row, asked) });
    }
    for finding in &row.findings {
        if !is_told(report, row, finding, asked) {
            report.findings.push(found(row, finding, asked));
        }
    }
}

/// Whether `sanitize` has told the same: then that says which rule it breaks, and matters as much as the rule.
fn is_told(
    report: &mut CheckReport,
    row: &RuleRow,
    finding: &RuleFindingRow,
    asked: &Asked<'_>,
) -> bool {
    if !OF_SANITIZE.contains(&&*row.rule) || finding.path.is_none() {
        return false;
    }
    let is_secret = row.rule == "no-secrets";
    let is_same = |told: &CheckFinding| {
        told.check == Check::Sanitize
            && (&told.path, told.line) == (&finding.path, finding.line)
            && (told.category.as_deref() == Some("secret")) == is_secret
    };
    let mut is_told = false;
    for told in report.findings.iter_mut().filter(|told| is_same(told)) {
        is_told = true;
        if !told.breaks.contains(&row.rule) {
            told.breaks.push(row.rule.clone());
            told.clauses.extend(row.clauses.iter().cloned());
        }
        told.severity = told.severity.max(row.severity);
        told.decides = asked.decides(told.severity);
    }
    is_told
}

fn waived(report: &mut CheckReport, row: &RuleRow, asked: &Asked<'_>) {
    let waiver = row.waivers.first();
    for finding in &row.findings {
        report.accepted.push(CheckAccepted {
            finding: CheckFinding { decides: false, ..found(row, finding, asked) },
            by: "waiver".into(),
            reason: waiver.map(|it| format!("{} ({})", it.reason, it.owner)),
            until: waiver.map(|it| it.expires.clone()),
        });
    }
}

fn unknown(report: &mut CheckReport, row: &RuleRow, asked: &Asked<'_>, is_cut: bool) {
    let later = row.missing.iter().filter(|fact| asked.is_later(fact, is_cut));
    let later: Vec<String> = later.cloned().collect();
    if row.verdict == Verdict::NotAssessed && !later.is_empty() {
        report.later.push(LaterRule { rule: row.rule.clone(), facts: later });
        return;
    }
    let reason = match &row.error {
        Some(error) => error.clone(),
        None => format!("{} not known", row.missing.join(", ")),
    };
    report.unknown.push(CheckUnknown {
        check: Check::Compliance,
        what: row.rule.clone(),
        is_file: false,
        reason,
        remedy: row.remedy.clone(),
        decides: row.decides,
    });
}

fn of(row: &RuleRow, asked: &Asked<'_>) -> CheckFinding {
    CheckFinding {
        check: Check::Compliance,
        rule: row.rule.clone(),
        severity: row.severity,
        decides: asked.decides(row.severity),
        clauses: row.clauses.clone(),
        remedy: row.remedy.clone(),
        ..blank()
    }
}

fn found(row: &RuleRow, finding: &RuleFindingRow, asked: &Asked<'_>) -> CheckFinding {
    let subject = finding.subject.clone();
    CheckFinding {
        message: finding.message.clone(),
        path: finding.path.clone(),
        line: finding.line,
        subject: subject.filter(|_| finding.path.is_none()),
        fingerprint: finding.fingerprint.clone(),
        ..of(row, asked)
    }
}
