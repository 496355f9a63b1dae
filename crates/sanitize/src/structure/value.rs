//! Whether a text can be what the name beside it says that it is.

mod name;
mod nothing;
mod reading;
mod shape;

use std::ops::Range;

use super::{glue, is_template, trimmed};
use crate::finding::Finding;
use crate::rule::Severity;
use crate::what::What;
use crate::{age, number, zip3};
use name::{begins_as_name, is_full_name, is_name};
use nothing::says_nothing;
use reading::{as_read, unbracketed};

/// The longest text that is a value, in bytes.
const LONGEST: usize = 200;

/// A finding in a column or a record, if the text there has the shape of what it is to be.
pub(super) fn found(bytes: &[u8], span: Range<usize>, what: What) -> Option<Finding> {
    let span = trimmed(bytes, span);
    has_shape(what, &bytes[span.clone()]).then(|| as_found(bytes, what, span))
}

/// A finding of what has that shape. An address that many have says little, whatever it is called.
pub(super) fn as_found(bytes: &[u8], what: What, span: Range<usize>) -> Finding {
    let address = std::str::from_utf8(&bytes[span.clone()]).ok().and_then(|it| it.parse().ok());
    match what {
        What::IpAddress if address.is_some_and(number::is_of_no_network) => {
            what.found_as(Severity::Info, span)
        }
        _ => what.found(span),
    }
}

/// Whether a text has the shape of a value of this kind, and stands for no other one.
pub(super) fn has_shape(what: What, text: &[u8]) -> bool {
    if what == What::Zip && zip3::is_truncated(text) {
        // What ends in zeros may be a whole one.
        return zip3::is_sparse(text) || text.ends_with(b"00");
    }
    let text = &as_read(what, text)[..];
    // A number of nine digits that is less than 0 is one that was read for a difference.
    let text = text.strip_prefix(b"-").filter(|_| what == What::Ssn).unwrap_or(text);
    if text.is_empty() || text.len() > LONGEST || is_template(text) || says_nothing(text) {
        return false;
    }
    if glue::is_code(text) {
        return false;
    }
    match what {
        What::Age => age::is_over(text),
        What::Date | What::BirthDate => shape::is_date(text),
        What::Ssn | What::Itin => shape::is_social_security(text),
        What::Phone | What::Fax => shape::is_telephone(text),
        What::Email => shape::is_mail(text),
        What::Zip => shape::is_postal_code(text),
        What::Name => is_name(text),
        What::Address => shape::is_text(text) && text.len() > 1,
        What::IpAddress => std::str::from_utf8(text)
            .is_ok_and(|text| text.len() > 6 && text.parse::<std::net::IpAddr>().is_ok()),
        What::Npi => text.len() == 10 && digits(text) == 10,
        What::Url => memchr::memmem::find(text, b"://").is_some(),
        _ => shape::is_number(text, 3),
    }
}

/// Whether a text of code or configuration is a value of this kind beyond doubt. A name that is one
/// word has to be in the dictionaries.
pub(super) fn is_literal(what: What, text: &[u8]) -> bool {
    if !has_shape(what, text) {
        return false;
    }
    match what {
        What::Name => is_full_name(&as_read(what, text)),
        What::Address => digits(text) > 0 && text.contains(&b' '),
        What::Mrn | What::HealthPlan | What::License | What::Account | What::OtherId => {
            shape::is_number(unbracketed(text), 4)
                && !text.contains(&b' ')
                && (what != What::HealthPlan || text.len() <= 20)
        }
        _ => true,
    }
}

/// Whether a text beside a value that is telling is one of this kind: what is to be a name begins with a capital,
/// where there are any.
pub(super) fn is_beside(what: What, text: &[u8]) -> bool {
    has_shape(what, text) && (what != What::Name || begins_as_name(&as_read(what, text)))
}

fn digits(text: &[u8]) -> usize {
    text.iter().filter(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Synthetic, and put together here so that no scanner stops at this page.
    fn checked(what: What, parts: &[&str]) -> bool {
        has_shape(what, parts.concat().as_bytes())
    }

    #[test]
    fn values_have_the_shape_of_what_they_are() {
        for parts in [
            &["1980", "-01-31"][..],
            &["01/31", "/1980"],
            &["1980", "0131"],
            &["1980", "01311200"],
            &["31 Jan", " 1980"],
            &["1980", "-01-31T12:00:00Z"],
            &["1980", "-01-31 00:00:00.0"],
        ] {
            assert!(checked(What::BirthDate, parts), "{parts:?}");
        }
        assert!(
            checked(What::Ssn, &["219", "-45-", "6781"]) && checked(What::Ssn, &["21945", "6781"])
        );
        for text in ["219\u{2011}45\u{2011}~6781", "219.45~.6781", "219_456~_781", "-21945~6781"] {
            assert!(checked(What::Ssn, &text.split('~').collect::<Vec<_>>()), "{text}");
        }
        assert!(checked(What::Phone, &["(212) ", "736-", "5000"]));
        assert!(checked(What::Email, &["jane", "@", "clinic.example"]));
        assert!(checked(What::Zip, &["90210", "-1234"]) && checked(What::Zip, &["SW1A", " 1AA"]));
        assert!(
            checked(What::Name, &["O'Neil", "-Roe, Jane"]) && checked(What::Name, &["Jos\u{e9}"])
        );
        assert!(checked(What::Name, &["Jane &a", "mp; Jo", "hn Roe"]));
        for text in ["ROE^JA~NE^^^DR", "Roe; Ja~ne", "Jos\\u00e9", "\\u738b\\u82b3"] {
            assert!(checked(What::Name, &text.split('~').collect::<Vec<_>>()), "{text}");
        }
        assert!(checked(What::Mrn, &["A-", "4711"]) && checked(What::Npi, &["12345", "67893"]));
        assert!(checked(What::IpAddress, &["192.0.2", ".7"]));
    }

    #[test]
    fn names_may_be_of_any_script() {
        for text in [
            "\u{738b}\u{82b3}",
            "\u{674e}",
            "\u{4e3d}\u{4e3d}",
            "\u{5c71}\u{7530} \u{592a}\u{90ce}",
            "\u{ae40}",
            "\u{418}\u{432}\u{430}\u{43d}\u{43e}\u{432}\u{430}",
            "\u{41b}\u{438}",
            "\u{5db}\u{5d4}\u{5df}",
            "\u{645}\u{62d}\u{645}\u{62f}",
            "\u{930}\u{93e}\u{92e} \u{915}\u{941}\u{92e}\u{93e}\u{930}",
            "B\u{e9}",
        ] {
            assert!(is_beside(What::Name, text.as_bytes()), "{text}");
        }
        for text in
            ["\u{2014}", "\u{2013}\u{2013}", "\u{2026}", "\u{2022}\u{2022}\u{2022}", "\u{65e0}"]
        {
            assert!(!has_shape(What::Name, text.as_bytes()), "{text}");
        }
        let small = "\u{438}\u{43c}\u{44f}";
        assert!(!is_beside(What::Name, small.as_bytes()));
    }

    #[test]
    fn addresses_that_many_have_say_little() {
        for (address, severity) in [
            ("10.0.0.5", Severity::Info),
            ("192.168.1.7", Severity::Info),
            ("fe80::1", Severity::Info),
            (concat!("81.2", ".69.142"), Severity::Medium),
        ] {
            let found = found(address.as_bytes(), 0..address.len(), What::IpAddress);
            assert_eq!(found.map(|it| it.severity), Some(severity), "{address}");
        }
    }

    #[test]
    fn what_stands_for_values_is_none() {
        let all = [
            What::Name,
            What::BirthDate,
            What::Ssn,
            What::Mrn,
            What::Phone,
            What::Email,
            What::Zip,
            What::Address,
            What::HealthPlan,
            What::IpAddress,
            What::Npi,
            What::Url,
        ];
        for text in [
            "",
            "string",
            "Date",
            "varchar(20)",
            "{{ x }}",
            "${x}",
            "%s",
            "null",
            "N/A",
            "unknown",
            "^\\d{3}$",
            "YYYY-MM-DD",
            "xxx-xx-xxxx",
            "000000000",
            "***",
            "<x>",
            "-",
            "getX()[0]",
            "a = b",
            "^Roe$",
            "\\u2014",
        ] {
            for what in all {
                assert!(!has_shape(what, text.as_bytes()), "{text} {what:?}");
            }
        }
        for text in ["12/05", "2021", "13/45/2020", "May", "120/80", "1700000000", "1.2.3"] {
            assert!(!has_shape(What::BirthDate, text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn in_code_a_name_has_to_be_one_beyond_doubt() {
        for text in [
            "Patient Name",
            "firstName",
            "Full Name",
            "name",
            "Xyzzy",
            "Jane doe goes away",
            "get Name",
        ] {
            assert!(!is_literal(What::Name, text.as_bytes()), "{text}");
        }
        for text in [concat!("Jane", " Doe"), concat!("Smith, Ma", "ry A."), "Mary"] {
            assert!(is_literal(What::Name, text.as_bytes()), "{text}");
        }
    }
}
