//! Numbers and addresses that are known by their shape: no word has to stand beside them.

mod address;
mod card;
mod groups;
mod identifier;
mod mail;
mod phone;

use std::ops::Range;

use crate::check_digit::{self, SsnKind};
use crate::context::Context;
use crate::finding::{Finding, MOST_FOUND};
use crate::rule::{Category, Severity};
use crate::what::What;
pub(crate) use address::is_of_no_network;
use groups::Number;

/// What is found by shape, sorted by place for each kind.
pub(crate) fn find(bytes: &[u8], context: &Context<'_>) -> Vec<Finding> {
    let mut finder = Finder { bytes, context, findings: Vec::new() };
    finder.numbers();
    finder.mail();
    finder.long_addresses();
    finder.findings
}

struct Finder<'a> {
    bytes: &'a [u8],
    context: &'a Context<'a>,
    findings: Vec<Finding>,
}

impl Finder<'_> {
    fn numbers(&mut self) {
        let mut at = 0;
        while let Some(begin) = next_digit(self.bytes, at)
            && self.findings.len() < MOST_FOUND
        {
            if let Some(span) = self.bank_account_at(begin) {
                at = span.end;
                self.findings.push(What::Iban.found(span));
                continue;
            }
            if let Some(span) = self.beneficiary_at(begin) {
                at = span.end;
                self.findings.push(What::HealthPlan.found(span));
                continue;
            }
            let number = self.bracketed_at(begin).unwrap_or_else(|| self.number_at(begin));
            at = number.span.end;
            self.judge(number);
        }
    }

    fn judge(&mut self, number: Number) {
        let all = |separator: u8| number.separators.iter().all(|it| *it == separator);
        let before = self.before(number.span.start);
        let after = self.bytes.get(number.span.end).copied();
        // Signs of other scripts stand beside numbers without a blank.
        let is_word = |byte: Option<u8>| {
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        if is_word(before) || is_word(after) {
            return;
        }
        let joins = |byte: Option<u8>| matches!(byte, Some(b'-' | b'.' | b'/' | b'+' | b'%'));
        match number.lengths[..] {
            [3, 2, 4]
                if all(b'-') && (!joins(before) || before == Some(b'/')) && after != Some(b'-') =>
            {
                self.social_security(number.span);
            }
            [_, _, _, _] if all(b'.') && !joins(before) => {
                self.internet_address(number.span, after)
            }
            [3, 3, 4] | [1, 3, 3, 4] => self.telephone(number, before),
            _ if number.is_several() => self.each_apart(&number),
            _ if before == Some(b'+') => self.foreign_telephone(number),
            _ => self.card(&number, before),
        }
    }

    /// Of several numbers with blanks between them, those whose own form says what they are.
    fn each_apart(&mut self, number: &Number) {
        for part in number.apart() {
            let all_dashes = part.separators.iter().all(|it| *it == b'-');
            if part.lengths[..] == [3, 2, 4] && all_dashes {
                self.social_security(part.span);
            }
        }
    }

    /// What stands before a number. The letter of an escape, as in `\n`, and a name of what the number is, as in
    /// `ssn_...`, are no part of it.
    fn before(&self, at: usize) -> Option<u8> {
        const NAMES: [&[u8]; 6] =
            [b"ssn_", b"ssn-", b"ssn", b"patient_", b"patient-", b"patients_"];
        let before = &self.bytes[at.saturating_sub(16)..at];
        let is_named = NAMES.iter().any(|name| {
            let begin = before.len().checked_sub(name.len());
            begin.is_some_and(|begin| before[begin..].eq_ignore_ascii_case(name))
        });
        match before {
            [.., b'\\', b'n' | b't' | b'r'] => Some(b'\n'),
            _ if is_named => Some(b' '),
            _ => before.last().copied(),
        }
    }

    fn text(&self, span: &Range<usize>) -> &str {
        std::str::from_utf8(&self.bytes[span.clone()]).unwrap_or_default()
    }

    fn social_security(&mut self, span: Range<usize>) {
        let found = match check_digit::ssn(self.text(&span)) {
            Some(SsnKind::Issuable | SsnKind::Test) => What::Ssn.found(span),
            Some(SsnKind::Taxpayer) => What::Itin.found(span),
            None => return,
        };
        self.findings.push(found);
    }

    /// Adds what is health data only where there is talk of health.
    fn add(&mut self, what: What, severity: Severity, span: Range<usize>) {
        let is_health = self.context.is_health(span.start);
        let mut found = what.found_as(severity, span);
        if !is_health {
            found.category = Category::Pii;
            found.severity = severity.min(Severity::Low);
        }
        self.findings.push(found);
    }
}

/// The next digit: most bytes are none, and many are passed over at once.
fn next_digit(bytes: &[u8], from: usize) -> Option<usize> {
    const MANY: usize = 64;
    let mut at = from;
    while let Some(part) = bytes.get(at..at + MANY) {
        // Without an early end this is done for many bytes in one step.
        let has_digit =
            part.iter().fold(false, |found, byte| found | (byte.wrapping_sub(b'0') < 10));
        if has_digit {
            break;
        }
        at += MANY;
    }
    bytes.get(at..)?.iter().position(u8::is_ascii_digit).map(|found| at + found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a text, in which no scanner sees a number: `_` stands for `-`, and `~` for
    /// nothing.
    pub(super) fn found(text: &str) -> Vec<(String, String)> {
        let text = text.replace('_', "-").replace('~', "");
        let findings = find(text.as_bytes(), &Context::of(text.as_bytes()));
        findings.into_iter().map(|it| (it.rule, text[it.span].to_owned())).collect()
    }

    #[test]
    fn shapes_are_told_apart() {
        let one = |text: &str, rule: &str, value: &str| {
            let value = value.replace('_', "-").replace('~', "");
            assert_eq!(found(text), [(rule.to_owned(), value)], "{text}");
        };
        one("her number is 536_22_8145.", "ssn", "536_22_8145");
        one("mail to j.doe+x~@clinic.example.org!", "email", "j.doe+x~@clinic.example.org");
        one("pay with 4539_1488_0343_6467", "card", "4539_1488_0343_6467");
        let group = ["4539", "1488", "0343", "6467"].join(" ");
        for table in [format!("527D {group}\n"), format!("{group}\n7F54 5182")] {
            assert_eq!(found(&table), [], "{table}");
        }
        assert_eq!(found(&format!("{group} Dead end")), [("card".to_owned(), group)]);
        one("from 81.2.~69.142 at noon", "ip-address", "81.2.~69.142");
        one("call (212) ~736_5000", "phone", "(212) ~736_5000");
        one("call 212_736_5000", "phone", "212_736_5000");
        one("the patient has 1EG4_TE5_MK73", "health-plan", "1EG4_TE5_MK73");
        one("from 2001:db~8::1 at noon", "ip-address", "2001:db~8::1");
        one("to GB82 ~WEST 1234 5698 7654 32.", "iban", "GB82 ~WEST 1234 5698 7654 32");
        one("to DE8~9370400440532013000 now", "iban", "DE8~9370400440532013000");
    }

    #[test]
    fn what_only_looks_alike_is_not_found() {
        for text in [
            "1.3.6.1.4.1.44750.1.2",
            "version 1.2.3.4",
            "00643^^2.~51.1.1^ISO",
            "000_12_3456",
            "x536_22_8145",
            "in 1EG4_TE5_MK73",
            "the patient has 1SG4_TE5_MK73",
            "the patient has 1EG4_TE5_MK73_1",
            "4539_1488_0343_6468",
            "2024_01_02_536",
            "@media (max-width)",
            "std::string",
            "abcd::ef",
            "2001::",
            "icon@2x.png",
            "0.4539148803436467",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
