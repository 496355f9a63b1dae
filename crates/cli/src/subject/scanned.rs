use gitops_health_compliance::input::Finding;
use gitops_health_report::scan::ScanFinding;

use crate::look::{Look, masked};
use crate::sanitize_scan::Outcome;

/// What `sanitize` finds in what a change adds, as the revision that is believed configures it.
pub(crate) struct Scanned {
    pub look: Look,
    pub outcome: Outcome,
}

impl Scanned {
    /// What could not be looked at and should have been, in words.
    pub fn unseen(&self) -> Vec<String> {
        let skipped = self.outcome.skipped.iter().filter(|skip| skip.is_failure);
        let unseen = skipped.filter(|skip| self.look.acceptance.spares(&skip.path).is_none());
        let words = |path: &str, reason: &str| {
            format!("`{path}` was not looked at for health data: {reason}")
        };
        unseen.map(|skip| words(&skip.path, &skip.reason)).collect()
    }

    /// What rules see of it; nothing where not all could be looked at.
    pub fn findings(&self) -> Option<Vec<Finding>> {
        if !self.unseen().is_empty() {
            return None;
        }
        let open = self.outcome.findings.iter().map(|found| finding(found, false));
        let accepted = self.outcome.accepted.iter().map(|it| finding(&it.finding, true));
        let mut findings: Vec<Finding> = open.chain(accepted).collect();
        findings.sort();
        findings.dedup();
        Some(findings)
    }
}

fn finding(found: &ScanFinding, is_accepted: bool) -> Finding {
    let category = match &*found.category {
        other @ ("pii" | "secret") => other,
        _ => "phi",
    };
    // The line of a value in an archive is one of what was unpacked.
    let is_packed = found.within.is_some();
    let parts = [found.field.clone(), found.within.as_ref().map(|it| format!("within {it}"))];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    Finding {
        rule: found.rule.clone(),
        title: Some(found.name.clone()),
        // An archive may name its files after people.
        within: (!parts.is_empty()).then(|| masked(&parts.join(", "))),
        category: category.into(),
        severity: found.severity.to_string(),
        path: Some(found.path.clone()),
        line: (!is_packed).then_some(found.line as u64),
        is_accepted,
    }
}
