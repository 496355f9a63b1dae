//! Whether a text can be what the name beside it says that it is.

use std::borrow::Cow;
use std::ops::Range;

use super::{is_template, trimmed};
use crate::finding::Finding;
use crate::rule::Severity;
use crate::what::What;
use crate::{age, date, number, prose, zip3};

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
    let text = unbracketed(&unescaped(text)).to_owned();
    let text = &text[..];
    if text.is_empty() || text.len() > LONGEST || is_template(text) || is_stand_in(text) {
        return false;
    }
    match what {
        What::Age => age::is_over(text),
        What::Date | What::BirthDate => is_date(text),
        What::Ssn | What::Itin => is_social_security(text),
        What::Phone | What::Fax => is_telephone(text),
        What::Email => is_mail(text),
        What::Zip => is_postal_code(text),
        What::Name => is_name(text),
        What::Address => is_text(text) && text.len() > 1,
        What::IpAddress => std::str::from_utf8(text)
            .is_ok_and(|text| text.len() > 6 && text.parse::<std::net::IpAddr>().is_ok()),
        What::Npi => text.len() == 10 && digits(text) == 10,
        What::Url => memchr::memmem::find(text, b"://").is_some(),
        _ => is_number(text, 3),
    }
}

/// A number without the brackets around it: who writes them does not hide it.
fn unbracketed(text: &[u8]) -> &[u8] {
    let inside = match text {
        [b'[', inside @ .., b']']
        | [b'(', inside @ .., b')']
        | [b'{', inside @ .., b'}']
        | [b'<', inside @ .., b'>'] => inside,
        _ => return text,
    };
    if digits(inside) > LEAST_DIGITS { inside } else { text }
}

/// With more digits than these a text in brackets is no name of a value.
const LEAST_DIGITS: usize = 4;

/// A text with its ampersands and quotes as they are: those of markup and strings alone are no reason to read all in it
/// anew.
fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    const ESCAPES: [(&[u8], u8); 3] = [(b"&amp;", b'&'), (b"\\'", b'\''), (b"\\\"", b'"')];
    if text.len() > LONGEST || memchr::memchr2(b'&', b'\\', text).is_none() {
        return Cow::Borrowed(text);
    }
    let (mut plain, mut at) = (Vec::with_capacity(text.len()), 0);
    while at < text.len() {
        let known = ESCAPES.iter().find(|(escape, _)| text[at..].starts_with(escape));
        plain.push(known.map_or(text[at], |(_, sign)| *sign));
        at += known.map_or(1, |(escape, _)| escape.len());
    }
    Cow::Owned(plain)
}

/// Whether a text of code or configuration is a value of this kind beyond doubt. A name that is one
/// word has to be in the dictionaries.
pub(super) fn is_literal(what: What, text: &[u8]) -> bool {
    if !has_shape(what, text) {
        return false;
    }
    match what {
        What::Name => is_full_name(text),
        What::Address => digits(text) > 0 && text.contains(&b' '),
        What::Mrn | What::HealthPlan | What::License | What::Account | What::OtherId => {
            is_number(unbracketed(text), 4)
                && !text.contains(&b' ')
                && (what != What::HealthPlan || text.len() <= 20)
        }
        _ => true,
    }
}

/// Whether a text beside a value that is telling is one of this kind: what is to be a name begins with a capital.
pub(super) fn is_beside(what: What, text: &[u8]) -> bool {
    has_shape(what, text) && (what != What::Name || prose::begins_with_capital(text))
}

fn digits(text: &[u8]) -> usize {
    text.iter().filter(|byte| byte.is_ascii_digit()).count()
}

/// Whether a text stands for a value: a type, a word for nothing, the same sign over and over.
fn is_stand_in(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 63] = [
        b"string",
        b"str",
        b"text",
        b"date",
        b"datetime",
        b"timestamp",
        b"time",
        b"int",
        b"integer",
        b"number",
        b"numeric",
        b"varchar",
        b"char",
        b"bool",
        b"boolean",
        b"float",
        b"double",
        b"decimal",
        b"object",
        b"array",
        b"any",
        b"true",
        b"false",
        b"null",
        b"none",
        b"nil",
        b"n/a",
        b"na",
        b"nan",
        b"unknown",
        b"undefined",
        b"unspecified",
        b"todo",
        b"tbd",
        b"test",
        b"example",
        b"sample",
        b"value",
        b"yes",
        b"no",
        b"required",
        b"optional",
        b"redacted",
        b"masked",
        b"removed",
        b"hidden",
        b"default",
        b"empty",
        b"missing",
        b"other",
        b"name",
        b"address",
        b"city",
        b"street",
        b"email",
        b"phone",
        b"county",
        b"first name",
        b"last name",
        b"full name",
        b"yyyy-mm-dd",
        b"not available",
        b"not applicable",
    ];
    let first = text.first();
    let is_one_sign = text.len() > 1
        && text.iter().filter(|it| it.is_ascii_alphanumeric()).all(|it| Some(it) == first);
    let is_code = |byte: &u8| b"{}<>$%^*\\=|~`?!".contains(byte);
    // `varchar(20)` is a type, too.
    let word = &text[..memchr::memchr(b'(', text).unwrap_or(text.len())];
    is_one_sign
        || text.iter().any(is_code)
        || WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether a text is a day of the calendar, with or without a time. A month or two numbers are none.
fn is_date(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-/.: ,+'".contains(&byte);
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    // The longest name of a month, of a day and of a zone.
    if !(6..=40).contains(&text.len()) || !text.bytes().all(is_part) || letters > 20 {
        return false;
    }
    let groups = text.split(|it: char| !it.is_ascii_digit()).filter(|it| !it.is_empty()).count();
    match text.len() > 8 && text.bytes().take(8).all(|byte| byte.is_ascii_digit()) {
        // As in HL7: the time joins the day.
        true => {
            text.bytes().all(|byte| byte.is_ascii_digit())
                && matches!(text.len(), 12 | 14)
                && date::is_day(&text[..8])
        }
        false => {
            (groups >= 3
                || groups == 2 && letters > 2
                || groups == 1 && text.len() == 8 && letters == 0)
                && date::is_day(text)
        }
    }
}

/// Nine digits, in a row or in groups with one sign between, which may be a dash as word processors make them.
fn is_social_security(text: &[u8]) -> bool {
    const DASHES: &str = "- .\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}\u{a0}";
    if text.len() == 9 || text.is_ascii() {
        let is_form = text.len() == 9
            || text.len() == 11 && matches!(text[3], b'-' | b' ' | b'.') && text[3] == text[6];
        return is_form && digits(text) == 9;
    }
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let lengths = text.split(|it| DASHES.contains(it)).map(str::len);
    digits(text.as_bytes()) == 9 && lengths.eq([3, 2, 4])
}

fn is_telephone(text: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_digit() || b"+()-. /x".contains(byte);
    (7..=15).contains(&digits(text)) && text.len() <= 28 && text.iter().all(is_part)
}

fn is_mail(text: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b'@', text) else { return false };
    let domain = &text[at + 1..];
    at > 0
        && domain.contains(&b'.')
        && text.iter().all(|byte| byte.is_ascii_graphic() || *byte >= 0x80)
        && !domain.contains(&b'@')
}

/// Five or nine digits, or letters and digits as other countries write them.
fn is_postal_code(text: &[u8]) -> bool {
    let count = digits(text);
    match text.iter().any(u8::is_ascii_alphabetic) {
        false => {
            let is_part = |byte: &u8| byte.is_ascii_digit() || *byte == b'-';
            text.iter().all(is_part) && matches!(count, 5 | 6 | 9)
        }
        true => {
            let is_part =
                |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ';
            (5..=8).contains(&text.len()) && text.iter().all(is_part) && (2..=5).contains(&count)
        }
    }
}

/// Words of letters, as they are in languages that have an alphabet.
fn is_text(text: &[u8]) -> bool {
    let letters = text.iter().filter(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80).count();
    letters > 1
        && memchr::memmem::find(text, b"://").is_none()
        && !text.iter().any(|byte| b"{}<>[]@;".contains(byte) || *byte < b' ')
}

/// What a person is called. Made-up names may end in a few digits.
fn is_name(text: &[u8]) -> bool {
    let is_part =
        |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b" .,'-()\"/&".contains(byte);
    is_text(text)
        && text.len() <= 80
        && text.iter().all(is_part)
        && digits(text) <= 9
        && !text[0].is_ascii_digit()
}

/// Letters and digits of which some are digits, in a few groups.
fn is_number(text: &[u8], least: usize) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_/.:# ".contains(byte);
    let spaces = text.iter().filter(|byte| **byte == b' ').count();
    text.len() <= 64
        && text.iter().all(is_part)
        && digits(text) >= least
        && spaces < 5
        && !is_run(text)
}

/// Whether all digits are 0: nobody's number.
fn is_run(text: &[u8]) -> bool {
    text.iter().filter(|it| it.is_ascii_digit()).all(|it| *it == b'0')
}

/// Two words or more that begin with capitals and are no words of forms, or one of the dictionaries.
fn is_full_name(text: &[u8]) -> bool {
    const FORMS: [&[u8]; 34] = [
        b"patient",
        b"patients",
        b"name",
        b"first",
        b"last",
        b"full",
        b"middle",
        b"given",
        b"family",
        b"maiden",
        b"number",
        b"date",
        b"birth",
        b"id",
        b"identifier",
        b"enter",
        b"please",
        b"select",
        b"required",
        b"field",
        b"the",
        b"your",
        b"of",
        b"is",
        b"invalid",
        b"doctor",
        b"member",
        b"subscriber",
        b"insured",
        b"mother's",
        b"mothers",
        b"next",
        b"kin",
        b"label",
    ];
    let words = || text.split(|byte| b" ,".contains(byte)).filter(|word| !word.is_empty());
    let is_form = |word: &[u8]| FORMS.iter().any(|known| known.eq_ignore_ascii_case(word));
    if words().any(is_form) || text.contains(&b'(') {
        return false;
    }
    let is_capital = |word: &[u8]| {
        let rest = word.get(1..).unwrap_or_default();
        let is_part =
            |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b".'-".contains(byte);
        word[0].is_ascii_uppercase() && rest.iter().all(is_part)
    };
    let is_known = |word: &[u8]| prose::is_of_dictionary(word);
    match words().count() {
        0 => false,
        1 => words().all(|word| is_capital(word) && is_known(word)),
        2..=4 => words().all(is_capital) && words().any(is_known),
        _ => false,
    }
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
        for text in ["219\u{2011}45\u{2011}~6781", "219.45~.6781"] {
            assert!(checked(What::Ssn, &text.split('~').collect::<Vec<_>>()), "{text}");
        }
        assert!(checked(What::Phone, &["(212) ", "736-", "5000"]));
        assert!(checked(What::Email, &["jane", "@", "clinic.example"]));
        assert!(checked(What::Zip, &["90210", "-1234"]) && checked(What::Zip, &["SW1A", " 1AA"]));
        assert!(
            checked(What::Name, &["O'Neil", "-Roe, Jane"]) && checked(What::Name, &["Jos\u{e9}"])
        );
        assert!(checked(What::Name, &["Jane &a", "mp; Jo", "hn Roe"]));
        assert!(checked(What::Mrn, &["A-", "4711"]) && checked(What::Npi, &["12345", "67893"]));
        assert!(checked(What::IpAddress, &["192.0.2", ".7"]));
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
