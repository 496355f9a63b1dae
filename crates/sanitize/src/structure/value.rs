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
    let text = &as_read(what, text)[..];
    // A number of nine digits that is less than 0 is one that was read for a difference.
    let text = text.strip_prefix(b"-").filter(|_| what == What::Ssn).unwrap_or(text);
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

/// A text as people read it: without escapes, brackets around a number and marks between the parts of a name.
fn as_read(what: What, text: &[u8]) -> Cow<'_, [u8]> {
    let text = match unescaped(text) {
        Cow::Borrowed(text) => Cow::Borrowed(unbracketed(text)),
        Cow::Owned(text) => Cow::Owned(unbracketed(&text).to_owned()),
    };
    match what {
        What::Name if text.len() <= LONGEST => with_blanks(text),
        _ => text,
    }
}

/// A name with blanks between its parts, where messages have `^` and lists of names `;`.
fn with_blanks(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let is_mark = |at: usize, byte: u8| {
        at > 0 && (byte == b'^' || byte == b';' && text.get(at + 1) == Some(&b' '))
    };
    if memchr::memchr2(b'^', b';', &text).is_none() {
        return text;
    }
    let signs = text.iter().enumerate();
    signs.map(|(at, byte)| if is_mark(at, *byte) { b' ' } else { *byte }).collect()
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

/// A text with its ampersands, quotes and letters as they are: those of markup and strings alone are no reason to
/// read all in it anew.
fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    const ESCAPES: [(&[u8], u8); 3] = [(b"&amp;", b'&'), (b"\\'", b'\''), (b"\\\"", b'"')];
    if text.len() > LONGEST || memchr::memchr2(b'&', b'\\', text).is_none() {
        return Cow::Borrowed(text);
    }
    let (mut plain, mut at) = (Vec::with_capacity(text.len()), 0);
    while at < text.len() {
        if let Some(letter) = spelled_out(&text[at..]) {
            plain.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            at += SPELLED_OUT;
            continue;
        }
        let known = ESCAPES.iter().find(|(escape, _)| text[at..].starts_with(escape));
        plain.push(known.map_or(text[at], |(_, sign)| *sign));
        at += known.map_or(1, |(escape, _)| escape.len());
    }
    Cow::Owned(plain)
}

/// The length of a letter that is spelled out, in bytes.
const SPELLED_OUT: usize = "\\u0000".len();

/// The letter beyond ASCII that a text begins with, spelled out as many writers of JSON do.
fn spelled_out(text: &[u8]) -> Option<char> {
    let digits = text.get(..SPELLED_OUT)?.strip_prefix(b"\\u")?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let number = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    char::from_u32(number).filter(|sign| !sign.is_ascii() && sign.is_alphabetic())
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
            is_number(unbracketed(text), 4)
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

/// Whether a text begins with a capital, or with a letter of a script that has none.
fn begins_as_name(text: &[u8]) -> bool {
    let first = text.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    let has_no_case = |it: char| it.is_alphabetic() && !it.is_lowercase();
    prose::begins_with_capital(text) || first.is_some_and(has_no_case)
}

fn digits(text: &[u8]) -> usize {
    text.iter().filter(|byte| byte.is_ascii_digit()).count()
}

/// Whether a text stands for a value: a type, a word for nothing, the same sign over and over.
fn is_stand_in(text: &[u8]) -> bool {
    const WORDS: [&str; 72] = [
        "string",
        "str",
        "text",
        "date",
        "datetime",
        "timestamp",
        "time",
        "int",
        "integer",
        "number",
        "numeric",
        "varchar",
        "char",
        "bool",
        "boolean",
        "float",
        "double",
        "decimal",
        "object",
        "array",
        "any",
        "true",
        "false",
        "null",
        "none",
        "nil",
        "n/a",
        "na",
        "nan",
        "unknown",
        "undefined",
        "unspecified",
        "todo",
        "tbd",
        "test",
        "example",
        "sample",
        "value",
        "yes",
        "no",
        "required",
        "optional",
        "redacted",
        "masked",
        "removed",
        "hidden",
        "default",
        "empty",
        "missing",
        "other",
        "name",
        "address",
        "city",
        "street",
        "email",
        "phone",
        "county",
        "first name",
        "last name",
        "full name",
        "yyyy-mm-dd",
        "not available",
        "not applicable",
        "\u{65e0}",
        "\u{4e0d}\u{8be6}",
        "\u{4e0d}\u{660e}",
        "\u{672a}\u{77e5}",
        "\u{306a}\u{3057}",
        "\u{c5c6}\u{c74c}",
        "\u{bbf8}\u{c0c1}",
        "\u{41d}\u{435}\u{442}",
        "\u{43d}\u{435}\u{442}",
    ];
    let first = text.first();
    let is_sign = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte >= 0x80;
    let is_one_sign = text.len() > 1 && text.iter().filter(is_sign).all(|it| Some(it) == first);
    let is_code = |byte: &u8| b"{}<>$%^*\\=|~`?!".contains(byte);
    // `varchar(20)` is a type, too.
    let word = &text[..memchr::memchr(b'(', text).unwrap_or(text.len())];
    is_one_sign
        || text.iter().any(is_code)
        || WORDS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word))
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
            || text.len() == 11 && matches!(text[3], b'-' | b' ' | b'.') && text[3] == text[6]
            // As numbers of code are grouped.
            || text.len() == 11 && text[3] == b'_' && text[7] == b'_';
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

/// Whether a text has two letters or more. One that stands for a syllable or a word is enough; of bytes that are no
/// UTF-8 each may be one.
fn has_letters(text: &[u8]) -> bool {
    const FIRST_SYLLABLE: char = '\u{1100}';
    let weight = |sign: char| match sign.is_alphabetic() {
        true => 1 + usize::from(sign >= FIRST_SYLLABLE),
        false => 0,
    };
    let weights = text
        .utf8_chunks()
        .map(|chunk| chunk.valid().chars().map(weight).sum::<usize>() + chunk.invalid().len());
    weights.sum::<usize>() > 1
}

/// Words of letters.
fn is_text(text: &[u8]) -> bool {
    has_letters(text)
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
