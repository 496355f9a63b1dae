use std::ops::Range;
use std::sync::OnceLock;

use crate::finding::Finding;
use crate::rule::{BUILT_IN, Rule, Severity};

/// What a field holds, or a number is: the rules that have no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Name,
    Address,
    Zip,
    Date,
    BirthDate,
    DatePart,
    Age,
    Phone,
    Fax,
    Email,
    Ssn,
    Itin,
    Mrn,
    HealthPlan,
    Account,
    Card,
    Iban,
    License,
    Device,
    Url,
    IpAddress,
    Photo,
    OtherId,
    Npi,
    Vehicle,
}

const IDS: [&str; 25] = [
    "name",
    "address",
    "zip",
    "date",
    "birth-date",
    "date-part",
    "age-over-89",
    "phone",
    "fax",
    "email",
    "ssn",
    "itin",
    "mrn",
    "health-plan",
    "account",
    "card",
    "iban",
    "license",
    "device",
    "url",
    "ip-address",
    "photo",
    "other-id",
    "npi",
    "vehicle",
];

impl What {
    /// The rule that says so.
    pub fn rule(self) -> &'static Rule {
        static RULES: OnceLock<[&'static Rule; IDS.len()]> = OnceLock::new();
        let rules = RULES.get_or_init(|| {
            let rule = |id: &str| BUILT_IN.iter().find(|rule| rule.id == id);
            IDS.map(|id| rule(id).expect("rules/identifiers.yaml has them all"))
        });
        rules[self as usize]
    }

    /// A finding of the usual severity.
    pub fn found(self, span: Range<usize>) -> Finding {
        Finding::of(self.rule(), span)
    }

    /// A finding of another severity.
    pub fn found_as(self, severity: Severity, span: Range<usize>) -> Finding {
        Finding { severity, ..Finding::of(self.rule(), span) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stands_for_the_rule_of_its_name() {
        assert_eq!(What::Vehicle as usize + 1, IDS.len());
        assert_eq!(What::HealthPlan.rule().id, "health-plan");
        assert_eq!(What::IpAddress.rule().id, "ip-address");
        assert_eq!(What::Npi.rule().id, "npi");
        assert_eq!(What::Vehicle.rule().id, "vehicle");
    }
}
