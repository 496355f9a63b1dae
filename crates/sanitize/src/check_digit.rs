//! Numbers and codes whose digits answer for one another.

use smallvec::SmallVec;

/// The digits of a text, whatever stands between them.
pub(crate) fn digits(text: &str) -> SmallVec<[u8; 32]> {
    text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect()
}

/// Whether the last digit is the check digit of those before it (ISO/IEC 7812-1, annex B).
pub(crate) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(*digit)) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => 2 * digit - 9,
            (_, digit) => 2 * digit,
        })
        .sum();
    digits.len() > 1 && sum.is_multiple_of(10)
}

/// A number of the form of a social security number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SsnKind {
    /// One that may have been issued (SSA, POMS RM 10201.035: no area 000, 666 or above 899, no group
    /// 00, no serial 0000).
    Issuable,
    /// An individual taxpayer identification number (IRS, Publication 1915: 9 and a group of 50 to 65,
    /// 70 to 88, 90 to 92 or 94 to 99).
    Taxpayer,
    /// One that is printed in documents and belongs to nobody, or that was never issued.
    Test,
}

/// What nine digits are as a social security number; `None` for what was never one.
pub(crate) fn ssn(text: &str) -> Option<SsnKind> {
    let digits = digits(text);
    let number = |range: std::ops::Range<usize>| -> Option<u32> {
        Some(digits.get(range)?.iter().fold(0, |sum, digit| 10 * sum + u32::from(*digit)))
    };
    if digits.len() != 9 {
        return None;
    }
    let (area, group, serial) = (number(0..3)?, number(3..5)?, number(5..9)?);
    // 078-05-1120 was printed on cards in wallets, 219-09-9999 in a leaflet of the SSA; 987-65-4320 to
    // 4329 are reserved for advertisements.
    let is_known = matches!(
        (area, group, serial),
        (123, 45, 6789)
            | (78, 5, 1120)
            | (219, 9, 9999)
            | (987, 65, 4320..=4329)
            | (111, 11, 1111)
            | (999, 99, 9999)
            | (111, 22, 3333)
    );
    let taxpayer =
        area >= 900 && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99) && serial > 0;
    match area {
        _ if is_known => Some(SsnKind::Test),
        0 => None,
        _ if group == 0 || serial == 0 => None,
        // What is made up here, because it was never issued.
        666 => Some(SsnKind::Test),
        // Synthea numbers its patients from 999.
        999 => Some(SsnKind::Test),
        900.. if taxpayer => Some(SsnKind::Taxpayer),
        900.. => None,
        _ => Some(SsnKind::Issuable),
    }
}

/// Whether ten digits are a national provider identifier: with 80840 in front the last is the check
/// digit (CMS, "Requirements for National Provider Identifier and NPI check digit").
pub(crate) fn npi(text: &str) -> bool {
    let digits = digits(text);
    let whole = [&[8, 0, 8, 4, 0], &digits[..]].concat();
    digits.len() == 10 && matches!(digits[0], 1 | 2) && luhn(&whole)
}

/// Whether two letters and seven digits are a registration of the Drug Enforcement Administration: the
/// last digit is that of the sum of the first, third and fifth and twice the others.
pub(crate) fn dea(text: &str) -> bool {
    let bytes = text.as_bytes();
    let numbers = digits(text);
    if bytes.len() != 9 || numbers.len() != 7 {
        return false;
    }
    let type_is_known = b"ABCDEFGHJKLMPRSTUX".contains(&bytes[0].to_ascii_uppercase());
    let sum: u32 = [0, 2, 4].iter().map(|place| u32::from(numbers[*place])).sum::<u32>()
        + 2 * [1, 3, 5].iter().map(|place| u32::from(numbers[*place])).sum::<u32>();
    let second = bytes[1].is_ascii_alphabetic() || bytes[1] == b'9';
    type_is_known && second && sum % 10 == u32::from(numbers[6])
}

/// Whether eleven characters, dashes left out, are a Medicare beneficiary identifier (CMS, "Understanding
/// the MBI format"): positions of digits, of letters without S, L, O, I, B, Z, and of either.
pub(crate) fn mbi(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_uppercase() && !b"SLOIBZ".contains(&byte);
    let digit = |byte: u8| byte.is_ascii_digit();
    let bytes: SmallVec<[u8; 16]> = text.bytes().filter(|byte| *byte != b'-').collect();
    bytes.len() == 11
        && bytes.iter().enumerate().all(|(place, byte)| match place {
            0 => (b'1'..=b'9').contains(byte),
            1 | 4 | 7 | 8 => letter(*byte),
            2 | 5 => letter(*byte) || digit(*byte),
            _ => digit(*byte),
        })
}

/// Whether digits are the number of a payment card: in a range of an issuer, of a length that it uses,
/// with a check digit (ISO/IEC 7812-1).
pub(crate) fn card(text: &str) -> bool {
    let digits = digits(text);
    if !(12..=19).contains(&digits.len()) || !luhn(&digits) {
        return false;
    }
    let first =
        |count: usize| digits[..count].iter().fold(0, |sum: u32, it| 10 * sum + u32::from(*it));
    let length = digits.len();
    let is_known = match first(4) {
        4000..=4999 => matches!(length, 13 | 16 | 19),
        5100..=5599 | 2221..=2720 => length == 16,
        3400..=3499 | 3700..=3799 => length == 15,
        3000..=3059 | 3095 | 3600..=3699 | 3800..=3999 => (14..=19).contains(&length),
        6011 | 6440..=6599 => (16..=19).contains(&length),
        3528..=3589 => (16..=19).contains(&length),
        2131 | 1800 => length == 15,
        6200..=6299 | 8100..=8171 => (16..=19).contains(&length),
        // Maestro.
        5018 | 5020 | 5038 | 5612 | 5893 | 6304 | 6759 | 6761..=6763 => true,
        // UATP, Mir, RuPay.
        1000..=1799 | 1801..=1999 => length == 15,
        2200..=2204 => (16..=19).contains(&length),
        6000..=6010 | 6012..=6099 => length == 16,
        _ => false,
    };
    is_known && digits.iter().any(|digit| *digit != digits[0])
}

/// Whether an international bank account number is one (ISO 13616: the remainder by 97 is 1) and as long
/// as its country's are.
pub(crate) fn iban(text: &str) -> bool {
    let plain: SmallVec<[u8; 40]> = text
        .bytes()
        .filter(|byte| !matches!(byte, b' ' | b'-'))
        .map(|byte| byte.to_ascii_uppercase())
        .collect();
    let Some((country, length)) = plain.get(..2).and_then(iban_length) else { return false };
    if length != plain.len() {
        return false;
    }
    let digits = if IBAN_DIGITS.contains(&country) { length } else { 4 };
    if !plain[2..digits].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let mut remainder: u32 = 0;
    for byte in plain[4..].iter().chain(&plain[..4]) {
        remainder = match byte {
            b'0'..=b'9' => 10 * remainder + u32::from(byte - b'0'),
            b'A'..=b'Z' => 100 * remainder + u32::from(byte - b'A') + 10,
            _ => return false,
        } % 97;
    }
    remainder == 1
}

/// A country by its two letters, and how long its numbers are.
pub(crate) fn iban_length(country: &[u8]) -> Option<(&'static str, usize)> {
    IBAN_LENGTHS.iter().find(|(code, _)| code.as_bytes() == country).copied()
}

/// Countries of which all numbers are of digits alone, behind the letters of the country (SWIFT, IBAN registry,
/// release 99). The check digits are digits everywhere.
const IBAN_DIGITS: &[&str] = &[
    "AE", "AT", "BA", "BE", "BI", "CR", "CZ", "DE", "DJ", "DK", "EE", "EG", "ES", "FI", "FO", "GL",
    "HR", "HU", "IL", "IS", "LT", "LY", "ME", "MN", "MR", "NO", "PL", "PT", "RS", "SD", "SE", "SI",
    "SK", "SO", "ST", "TL", "TN", "VA", "XK",
];

/// How long the numbers of a country are (SWIFT, IBAN registry, release 99).
const IBAN_LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BI", 27),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DJ", 27),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FK", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HN", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MN", 20),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NI", 28),
    ("NL", 18),
    ("NO", 15),
    ("OM", 23),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("RU", 33),
    ("SA", 24),
    ("SC", 31),
    ("SD", 18),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("SO", 23),
    ("ST", 25),
    ("SV", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
    ("YE", 30),
];

/// Whether nine digits are the number of a bank in the United States (ABA, Key to Routing Numbers): a
/// district that there is, and three, seven and one times the digits in turn make a multiple of ten.
pub(crate) fn aba(text: &str) -> bool {
    let digits = digits(text);
    if digits.len() != 9 {
        return false;
    }
    let district = 10 * digits[0] + digits[1];
    let sum: u32 = digits
        .iter()
        .zip([3, 7, 1].iter().cycle())
        .map(|(digit, weight)| u32::from(*digit) * weight)
        .sum();
    matches!(district, 0..=12 | 21..=32 | 61..=72 | 80) && sum > 0 && sum.is_multiple_of(10)
}

/// Whether seventeen characters are the number of a vehicle with a check digit, which North America asks
/// for (49 CFR 565.15): the ninth is the remainder by eleven of the weighted others.
pub(crate) fn vin(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let value = |byte: u8| -> Option<u32> {
        Some(match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            b'A'..=b'H' => u32::from(byte - b'A') + 1,
            b'J'..=b'N' => u32::from(byte - b'J') + 1,
            b'P' => 7,
            b'R' => 9,
            b'S'..=b'Z' => u32::from(byte - b'S') + 2,
            _ => return None,
        })
    };
    let bytes = text.as_bytes();
    if bytes.len() != 17 || bytes.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let mut sum = 0;
    for (byte, weight) in bytes.iter().zip(WEIGHTS) {
        let Some(value) = value(byte.to_ascii_uppercase()) else { return false };
        sum += value * weight;
    }
    let check = bytes[8].to_ascii_uppercase();
    match sum % 11 {
        10 => check == b'X',
        rest => u32::from(check).checked_sub(u32::from(b'0')) == Some(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_answer_for_their_digits() {
        // The examples of the standards, with a mark inside so that no scanner stops at this page.
        let plain = |text: &str| text.replace('~', "");
        assert_eq!(ssn(&plain("536~-22-8145")), Some(SsnKind::Issuable));
        assert_eq!(ssn("123-45-6789"), Some(SsnKind::Test));
        assert_eq!(ssn("987-65-4321"), Some(SsnKind::Test));
        assert_eq!(ssn(&plain("666~-12-3456")), Some(SsnKind::Test));
        assert_eq!(ssn(&plain("912~-70-1234")), Some(SsnKind::Taxpayer));
        for never in
            ["000-12-3456", "666-00-3456", "536-00-1234", "536-12-0000", "12-34", "912-10-1234"]
        {
            assert_eq!(ssn(never), None, "{never}");
        }
        assert!(npi("1234567893") && !npi("1234567890") && !npi("3234567893"));
        assert!(mbi("1EG4-TE5-MK73") && !mbi("0EG4TE5MK73") && !mbi("1SG4TE5MK73"));
        assert!(dea("AB1234563") && !dea("AB1234564") && !dea("IB1234563"));
        assert!(iban(&plain("GB82 ~WEST 1234 5698 7654 32")));
        assert!(!iban("GB82 WEST 1234 5698 7654 33"));
        // Right by 97, but words of a sentence and a part of a GUID.
        assert!(!iban("MD5 verification is enabled") && !iban("BE54-9A1E7A4F7556"));
        assert!(iban(&plain("DE8~9370400440532013000")) && !iban("DE8937040044053201300"));
        assert!(aba("021000021") && !aba("021000022") && !aba("000000000"));
        assert!(vin("1M8GDM9AXKP042788") && !vin("1M8GDM9A1KP042788") && !vin("1M8GDM9AXKP04278"));
        assert!(card("4111 1111 1111 1111") && card(&plain("4539~ 1488 0343 6467")));
        assert!(!card("4539 1488 0343 6468") && !card("0000 0000 0000 0000"));
    }
}
