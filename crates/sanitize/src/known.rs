//! Values that belong to nobody: kept for examples, fiction and tests by whoever assigns them, or printed in
//! so many places that they say nothing. They are reported, and as of little weight.

use std::net::IpAddr;

use crate::check_digit::{self, SsnKind};
use crate::finding::Finding;
use crate::patient::unit_at;
use crate::rule::Severity;
use crate::small::small;
use crate::structure::Unit;
use crate::{synthetic, zip3};

/// Lowers the severity of known values, wherever they were found. Of what may be known by chance nothing is said
/// before it is seen with all else that there is: see [`made`].
pub(crate) fn weigh(findings: &mut [Finding], bytes: &[u8]) {
    for finding in findings.iter_mut().filter(|it| it.severity > Severity::Low) {
        let value = &bytes[finding.span.clone()];
        let is_made =
            || !synthetic::is_doubtful(&finding.rule) && synthetic::is_made(&finding.rule, value);
        if is_known(&finding.rule, value) || is_made() {
            finding.severity = Severity::Low;
        }
    }
}

/// Forgets what is found within a number of social security or a date that was made up, as something else that it looks
/// like: a date may look like a telephone number.
pub(crate) fn yield_to_made(findings: &mut Vec<Finding>, bytes: &[u8]) {
    let is_made = |it: &Finding| {
        it.severity == Severity::Low
            && matches!(&*it.rule, "ssn" | "date" | "birth-date")
            && synthetic::is_made(&it.rule, &bytes[it.span.clone()])
    };
    let mut made: Vec<_> =
        findings.iter().filter(|it| is_made(it)).map(|it| it.span.clone()).collect();
    if made.is_empty() {
        return;
    }
    made.sort_unstable_by_key(|span| span.start);
    findings.retain(|finding| {
        let last = made.partition_point(|span| span.start <= finding.span.start);
        let around = last.checked_sub(1).map(|at| &made[at]);
        let is_within = around.is_some_and(|span| finding.span.end <= span.end);
        !is_within || finding.field.is_some() || is_made(finding)
    });
}

/// Lowers the severity of what was made up.
pub(crate) fn weigh_made(findings: &mut [Finding], bytes: &[u8], units: &[Unit]) {
    let made = made(findings, bytes, units, Severity::Low);
    for (finding, is_made) in findings.iter_mut().zip(made) {
        if is_made {
            finding.severity = finding.severity.min(Severity::Low);
        }
    }
}

/// Which of sorted findings were made up to take the place of something. A number or a name that may be one by
/// chance is none where something of the least severity or more stands beside it, in the same unit or line, that
/// was not made up: what is less severe is left where it is when a text is cleaned, and says nothing.
pub(crate) fn made(
    findings: &[Finding],
    bytes: &[u8],
    units: &[Unit],
    least: Severity,
) -> Vec<bool> {
    let mut made = made_alone(findings, bytes);
    let mut begin = 0;
    for end in 1..=findings.len() {
        let goes_on = findings.get(end).is_some_and(|next| {
            let (one, two) = (findings[end - 1].span.start, next.span.start);
            match (unit_at(units, one), unit_at(units, two)) {
                (None, None) => memchr::memchr2(b'\n', b'\r', &bytes[one..two]).is_none(),
                (one, two) => one == two,
            }
        });
        if goes_on {
            continue;
        }
        let counts = |it: &Finding| it.severity >= least || it.field.is_some();
        if (begin..end).any(|place| !made[place] && counts(&findings[place])) {
            for place in begin..end {
                made[place] &= !synthetic::is_doubtful(&findings[place].rule);
            }
        }
        begin = end;
    }
    made
}

/// The same, whatever stands beside them.
pub(crate) fn made_alone(findings: &[Finding], bytes: &[u8]) -> Vec<bool> {
    let is_made = |it: &Finding| synthetic::is_made(&it.rule, &bytes[it.span.clone()]);
    findings.iter().map(is_made).collect()
}

/// Whether a value of this rule is one that belongs to nobody.
fn is_known(rule: &str, value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return false };
    match rule {
        "name" => is_of_synthea(text),
        "license" => is_license_of_synthea(text),
        "ssn" => check_digit::ssn(text) == Some(SsnKind::Test),
        "card" => is_test_card(text),
        "iban" | "health-plan" | "member-number" | "vin" | "dea" | "npi" => is_published(text),
        "phone" | "fax" => is_fictional_phone(text),
        "email" => text.rsplit_once('@').is_some_and(|(_, domain)| is_reserved_domain(domain)),
        "ip-address" => text.parse().is_ok_and(is_documentation),
        "zip" => zip3::is_truncated(value) && !zip3::is_sparse(value),
        _ => false,
    }
}

/// Whether all words of a name end in a number of up to three digits, as those do that Synthea makes up
/// (`generate.append_numbers_to_person_names`); a title and an initial may have none.
fn is_of_synthea(text: &str) -> bool {
    let mut numbered = 0;
    let is_made = |word: &str| {
        let name = word.trim_end_matches(|it: char| it.is_ascii_digit());
        let (letters, digits) = (name.chars().count(), word.len() - name.len());
        numbered += usize::from(digits > 0);
        let is_title = word.ends_with('.') || letters == 1 && digits == 0;
        is_title
            || letters > 1
                && (1..=3).contains(&digits)
                && name.chars().all(|it| it.is_alphabetic() || matches!(it, '\'' | '-'))
    };
    text.split_ascii_whitespace().all(is_made) && numbered > 0
}

/// Whether the number of a license is S999 and five digits, as Synthea makes them up.
fn is_license_of_synthea(text: &str) -> bool {
    let rest = text.strip_prefix("S999").unwrap_or_default();
    rest.len() == 5 && rest.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a telephone number ends in 555-0100 to 555-0199, which are kept for fiction in all areas (ATIS-0300048,
/// 555 NXX Assignment Guidelines). What stands behind an `x` is an extension.
pub(crate) fn is_fictional_phone(text: &str) -> bool {
    let number = text.split(['x', 'X']).next().unwrap_or_default();
    let digits = check_digit::digits(number);
    matches!(digits[digits.len().saturating_sub(7)..], [5, 5, 5, 0, 1, _, _])
}

/// Whether a domain is kept for examples (RFC 2606, RFC 6761).
pub(crate) fn is_reserved_domain(domain: &str) -> bool {
    const TOPS: [&str; 4] = [".example", ".test", ".invalid", ".localhost"];
    const DOMAINS: [&str; 3] = ["example.com", "example.org", "example.net"];
    let domain = small(domain.as_bytes());
    let is_within = |end: &str| {
        let rest = domain.strip_suffix(end.as_bytes());
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with(b"."))
    };
    TOPS.iter().any(|end| domain.ends_with(end.as_bytes()))
        || DOMAINS.iter().any(|end| is_within(end))
}

/// Whether an address is kept for documentation (RFC 5737, RFC 3849).
pub(crate) fn is_documentation(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_documentation(),
        IpAddr::V6(address) => matches!(address.segments(), [0x2001, 0x0db8, ..]),
    }
}

/// Whether a number is one that is printed as an example by who assigns such numbers, or nearly everywhere.
fn is_published(text: &str) -> bool {
    let signs = text.bytes().filter(u8::is_ascii_alphanumeric).map(|it| it.to_ascii_uppercase());
    let signs: Vec<u8> = signs.collect();
    PUBLISHED.iter().any(|known| known.as_bytes() == signs)
}

/// The SWIFT IBAN registry, the pages of CMS about Medicare's cards (MBI) and about the check digit of the NPI, and
/// articles about numbers of vehicles (VIN) and of the DEA.
const PUBLISHED: &[&str] = &[
    "AT611904300234573201",
    "BE68539007547034",
    "CH9300762011623852957",
    "DE89370400440532013000",
    "DK5000400440116243",
    "ES9121000418450200051332",
    "FI2112345600000785",
    "FR1420041010050500013M02606",
    "GB29NWBK60161331926819",
    "GB82WEST12345698765432",
    "IE29AIBK93115212345678",
    "IT60X0542811101000000123456",
    "LU280019400644750000",
    "NL91ABNA0417164300",
    "NO9386011117947",
    "PL61109010140000071219812874",
    "PT50000201231234567890154",
    "SE4550000000058398257466",
    "1EG4TE5MK72",
    "1EG4TE5MK73",
    "1234567893",
    "1HGBH41JXMN109186",
    "1M8GDM9AXKP042788",
    "11111111111111111",
    "AB1234563",
    "AP5836727",
];

/// Whether a number is one that processors of payments publish for tests.
fn is_test_card(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    TEST_CARDS.contains(&digits.as_str())
}

/// What Stripe, Adyen, PayPal, Braintree, Worldpay and others print.
const TEST_CARDS: &[&str] = &[
    "4111111111111111",
    "4242424242424242",
    "4012888888881881",
    "4000056655665556",
    "4222222222222",
    "5555555555554444",
    "5105105105105100",
    "5200828282828210",
    "2223003122003222",
    "378282246310005",
    "371449635398431",
    "378734493671000",
    "6011111111111117",
    "6011000990139424",
    "30569309025904",
    "38520000023237",
    "3056930009020004",
    "3530111333300000",
    "3566002020360505",
    "6200000000000005",
    "4444333322221111",
    "5425233430109903",
    "4911830000000",
    "4917610000000000",
    "5454545454545454",
    "343434343434343",
    "36700102000000",
    "3528000700000000",
    "4009348888881881",
    "4500600000000061",
    "4117101010101010",
    "4000111111111115",
    "6304000000000000",
    "6062820524845321",
    "378267515471109",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_nobody_are_known() {
        for (rule, value) in [
            ("ssn", "123-45-6789"),
            ("ssn", "987654320"),
            ("card", "4111 1111 1111 1111"),
            ("phone", "(212) 555-0123"),
            ("phone", "+1 212 555 0199 x12"),
            ("fax", "555-0100"),
            ("name", "Aaron697 Dickens475"),
            ("name", concat!("Mr", "s. Aaron697 J D\u{e1}vila13")),
            ("name", "O'Keefe54"),
            ("license", "S99912345"),
            ("email", "somebody@mail.example.org"),
            ("email", "somebody@clinic.test"),
            ("ip-address", "203.0.113.7"),
            ("ip-address", "2001:db8:1::7"),
        ] {
            assert!(is_known(rule, value.as_bytes()), "{value}");
        }
        // Synthetic, and put together here so that no scanner stops at this page.
        for (rule, parts) in [
            ("ssn", ["536-22", "-8145"]),
            ("card", ["4539 1488", " 0343 6467"]),
            ("phone", ["(212) 555", "-0223"]),
            ("phone", ["212-736", "-5000 x5550123"]),
            ("email", ["somebody@", "clinic.org"]),
            ("email", ["somebody@counter", "example.org"]),
            ("ip-address", ["203.0.", "114.7"]),
            ("name", ["123-45", "-6789"]),
            ("name", ["Ja", "ne"]),
            ("name", ["Ja", "ne697 Roe"]),
            ("name", ["Ja", "ne6970"]),
            ("license", ["S9981", "2345"]),
        ] {
            assert!(!is_known(rule, parts.concat().as_bytes()), "{parts:?}");
        }
    }
}
