//! Values in ranges that are kept for fiction, documentation and tests, or that were never assigned.

use std::net::IpAddr;

use super::keyed::Draw;
use super::names;
use super::text::{laid, padded, signs};
use crate::check_digit::digits;
use crate::known;

/// A social security number of area 666, which was never and is never assigned (SSA, POMS RM 10201.035 and "Social
/// Security Number Randomization": no 000, 666 and 900 to 999; those from 900 on are of taxpayers, and 000 would be
/// no number in JSON).
pub(super) fn social_security(text: &str, draw: &mut Draw) -> String {
    let (group, serial) = (1 + draw.below(99), 1 + draw.below(9999));
    // Of one digit over and over nobody would believe it.
    let serial = if (group, serial) == (66, 6666) { 6667 } else { serial };
    laid(text, format!("666{group:02}{serial:04}").as_bytes())
}

pub(super) fn is_social_security(text: &str) -> bool {
    let digits = digits(text);
    signs(text).len() == 9
        && matches!(digits[..], [6, 6, 6, ..])
        && digits.len() == 9
        && digits[3..5] != [0, 0]
        && digits[5..] != [0, 0, 0, 0]
}

/// A telephone number that ends in 555-0100 to 555-0199 (ATIS-0300048). What stands in front is an area, 1 and
/// zeros; an extension is one of zeros.
pub(super) fn telephone(text: &str, draw: &mut Draw) -> String {
    let (number, extension) = split_extension(text);
    let count = digits(number).len();
    let new = match count {
        ..7 => "5".repeat(count),
        _ => {
            let (area, line) = (area(draw), draw.below(100));
            let whole = match count {
                ..10 => format!("155501{line:02}"),
                _ => format!("1{area}55501{line:02}"),
            };
            let whole = padded(&whole, count);
            whole[whole.len() - count..].to_owned()
        }
    };
    let mut new = new.bytes();
    let put = |old: char| match old {
        '0'..='9' => char::from(new.next().unwrap_or(b'0')),
        'a'..='z' | 'A'..='Z' => 'X',
        _ => old,
    };
    number.chars().map(put).collect::<String>() + &zeros(extension)
}

/// Three digits as areas have: none of 11 at the end, none of 9 in the middle, no 555 and none that is free of
/// charge (NANPA).
fn area(draw: &mut Draw) -> String {
    loop {
        let area = 200 + draw.below(800);
        let is_free = matches!(area, 800 | 822 | 833 | 844 | 855 | 866 | 877 | 888 | 900);
        if area % 100 != 11 && area / 10 % 10 != 9 && area != 555 && !is_free {
            return area.to_string();
        }
    }
}

/// What stands behind an `x` or `ext`, if there is a whole number in front.
fn split_extension(text: &str) -> (&str, &str) {
    let mut count = 0;
    let begins = |(at, byte): (usize, u8)| {
        count += usize::from(byte.is_ascii_digit());
        (count >= 7 && matches!(byte, b'x' | b'X' | b'e' | b'E')).then_some(at)
    };
    let at = text.bytes().enumerate().find_map(begins);
    text.split_at(at.unwrap_or(text.len()))
}

fn zeros(text: &str) -> String {
    text.chars().map(|it| if it.is_ascii_digit() { '0' } else { it }).collect()
}

pub(super) fn is_telephone(text: &str) -> bool {
    let (number, extension) = split_extension(text);
    let digits = digits(number);
    let is_number = match digits.len() {
        0 => false,
        1..7 => digits.iter().all(|digit| *digit == 5),
        count => matches!(digits[count - 7..], [5, 5, 5, 0, 1, _, _]),
    };
    let letters = |text: &str| text.bytes().any(|byte| byte.is_ascii_alphabetic() && byte != b'X');
    is_number && !letters(number) && extension == zeros(extension)
}

/// What is the same of a number however it is written: the last ten digits.
pub(super) fn telephone_key(text: &str) -> Vec<u8> {
    let all = digits(split_extension(text).0);
    all[all.len().saturating_sub(10)..].to_vec()
}

/// A ZIP code of an area that was never assigned, 000 to 004 (USPS, Domestic Mail Manual, Labeling List L002: the
/// first is 005). Codes with letters have the same shape, with X and 9.
pub(super) fn postal_code(text: &str, five: &mut Draw, four: &mut Draw) -> String {
    if text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return text.chars().map(other_code).collect();
    }
    let mut new = format!("00{}", five.below(5)).into_bytes();
    new.extend([five.digit(), b'1' + five.below(9) as u8]);
    let count = digits(text).len();
    while new.len() < count {
        new.push(four.digit());
    }
    laid(text, &new)
}

fn other_code(old: char) -> char {
    match old {
        'A'..='Z' | 'a'..='z' => 'X',
        '0'..='9' => '9',
        other => other,
    }
}

pub(super) fn is_postal_code(text: &str) -> bool {
    if text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return text.chars().all(|it| other_code(it) == it);
    }
    matches!(digits(text)[..], [0, 0, 0..=4, ..])
}

/// Somebody at a domain that is kept for examples (RFC 2606, 3).
pub(super) fn mail(draw: &mut Draw) -> String {
    format!("{}.{}@{}", names::given(draw), names::family(draw), domain(draw))
}

fn domain(draw: &mut Draw) -> &'static str {
    ["example.com", "example.org", "example.net"][draw.below(3)]
}

pub(super) fn is_mail(text: &str) -> bool {
    let Some((person, domain)) = text.split_once('@') else { return false };
    let is_person = |(given, family)| names::is_given(given) && names::is_family(family);
    known::is_reserved_domain(domain) && person.split_once('.').is_some_and(is_person)
}

/// A page there.
pub(super) fn page(text: &str, draw: &mut Draw) -> String {
    let scheme = text.find("://").map_or("", |end| &text[..end + 3]);
    let is_scheme = scheme.bytes().filter(u8::is_ascii_lowercase).count() + 3 == scheme.len();
    let scheme = if is_scheme && scheme.len() < 12 { scheme } else { "" };
    let domain = domain(draw);
    let number: String = (0..10).map(|_| char::from(draw.digit())).collect();
    format!("{scheme}{domain}/page-{number}")
}

pub(super) fn is_page(text: &str) -> bool {
    let rest = text.find("://").map_or(text, |end| &text[end + 3..]);
    let parts = rest.split_once("/page-");
    parts.is_some_and(|(host, number)| {
        known::is_reserved_domain(host)
            && number.len() == 10
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// An address that is kept for documentation (RFC 5737, RFC 3849).
pub(super) fn address(text: &str, draw: &mut Draw) -> String {
    if text.contains(':') {
        let mut group = || 1 + draw.below(0xffff);
        return format!("2001:db8:{:x}:{:x}::{:x}", group(), group(), group());
    }
    let net = ["192.0.2", "198.51.100", "203.0.113"][draw.below(3)];
    format!("{net}.{}", 1 + draw.below(254))
}

pub(super) fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok_and(known::is_documentation)
}
