//! Numbers of records, plans, accounts, licenses and devices. Whatever a number answered for with its check
//! digits, what takes its place answers for, too; else it keeps its shape alone.
//!
//! No range of these is kept for tests, so each form has a mark of its own.

use sha2::{Digest, Sha256};

use super::keyed::Draw;
use super::text::{laid, signs};
use crate::check_digit::{aba, card, dea, digits, iban, luhn, mbi, npi, vin};

/// A number of the same shape and form.
pub(super) fn make(text: &str, draw: &mut Draw) -> String {
    let old = signs(text);
    laid(text, &new_signs(&old, draw))
}

/// Whether a number is one that [`make`] has made.
pub(super) fn is_made(text: &str) -> bool {
    let signs = signs(text);
    let text = String::from_utf8_lossy(&signs);
    is_shaped(&signs)
        || is_made_card(&text)
        || is_made_iban(&text)
        || text.starts_with(NPI) && npi(&text)
        || text.starts_with(DEA) && dea(&text)
        || text.starts_with(MBI) && mbi(&text)
        || text.starts_with(VIN) && vin(&text)
        || text.starts_with(ABA) && aba(&text)
}

/// A number of a provider begins with 1 or 2 (CMS, "Requirements for NPI"), and those assigned so far with 1.
const NPI: &str = "2999";
/// No type of registrant and initial of the DEA are these together with a 99, but by chance.
const DEA: &str = "XZ99";
/// One identifier in a million begins so.
const MBI: &str = "9XX9X";
/// The first sign of a vehicle is that of a region, from A to Z and 1 to 9 (ISO 3780).
const VIN: &str = "00Z";
/// The numbers of traveler's cheques, of which few were ever assigned (ABA, Key to Routing Numbers).
const ABA: &str = "8099";

fn new_signs(old: &[u8], draw: &mut Draw) -> Vec<u8> {
    let text = String::from_utf8_lossy(old);
    let is_digits = old.iter().all(u8::is_ascii_digit);
    match () {
        () if is_digits && card(&text) => checked(card_mark(old.len()), old.len(), luhn_of, draw),
        () if is_digits && npi(&text) => checked(NPI, 10, npi, draw),
        () if is_digits && aba(&text) => checked(ABA, 9, aba, draw),
        () if dea(&text) => checked(DEA, 9, dea, draw),
        () if iban(&text) => new_iban(old, draw),
        () if mbi(&text) => new_mbi(draw),
        () if vin(&text) => new_vin(old, draw),
        () => shaped(old, draw),
    }
}

fn luhn_of(text: &str) -> bool {
    luhn(&digits(text))
}

/// A mark, digits, and the last digit that makes it hold.
fn checked(mark: &str, length: usize, holds: fn(&str) -> bool, draw: &mut Draw) -> Vec<u8> {
    let mut signs = mark.as_bytes().to_vec();
    while signs.len() + 1 < length {
        signs.push(draw.digit());
    }
    for check in b'0'..=b'9' {
        signs.push(check);
        if holds(&String::from_utf8_lossy(&signs)) {
            break;
        }
        signs.pop();
    }
    signs
}

/// What processors publish for tests begins so: 4000 00 (Stripe, Visa), 3400 00 (American Express), 3056 93
/// (Stripe, Diners Club) and 6759 64 (Adyen, Maestro) for all other lengths.
fn card_mark(length: usize) -> &'static str {
    match length {
        13 | 16 | 19 => "400000",
        15 => "340000",
        14 => "305693",
        _ => "675964",
    }
}

fn is_made_card(text: &str) -> bool {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits
        && (12..=19).contains(&text.len())
        && text.starts_with(card_mark(text.len()))
        && card(text)
}

/// The country and the shape stay; the bank is one of zeros, which no country has (ISO 13616-1, 5: the country
/// says what stands behind the check digits).
fn new_iban(old: &[u8], draw: &mut Draw) -> Vec<u8> {
    let mut signs = old.to_vec();
    for (place, sign) in signs.iter_mut().enumerate().skip(4) {
        *sign = match (place < 8, sign.is_ascii_digit()) {
            (true, true) => b'0',
            (true, false) => b'X',
            (false, true) => draw.digit(),
            (false, false) => b'A' + draw.below(26) as u8,
        };
    }
    for check in 2..=98_u8 {
        (signs[2], signs[3]) = (b'0' + check / 10, b'0' + check % 10);
        if iban(&String::from_utf8_lossy(&signs)) {
            break;
        }
    }
    signs
}

fn is_made_iban(text: &str) -> bool {
    let bank = text.as_bytes().get(4..8).unwrap_or_default();
    bank.iter().all(|sign| matches!(sign, b'0' | b'X')) && iban(text)
}

fn new_mbi(draw: &mut Draw) -> Vec<u8> {
    const LETTERS: &[u8] = b"ACDEFGHJKMNPQRTUVWXY";
    let mut signs = MBI.as_bytes().to_vec();
    signs.extend([draw.one_of(LETTERS), draw.digit(), draw.one_of(LETTERS), draw.one_of(LETTERS)]);
    signs.extend([draw.digit(), draw.digit()]);
    signs
}

fn new_vin(old: &[u8], draw: &mut Draw) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPRSTUVWXYZ";
    let mut signs = VIN.as_bytes().to_vec();
    for sign in &old[signs.len()..] {
        signs.push(if sign.is_ascii_digit() { draw.digit() } else { draw.one_of(LETTERS) });
    }
    for check in b"0123456789X" {
        signs[8] = *check;
        if vin(&String::from_utf8_lossy(&signs)) {
            break;
        }
    }
    signs
}

/// Shorter numbers have no room for a mark: all become the same one.
const SHORT: usize = 4;

/// How many signs of a number are its mark: the first, and the last but for one. A number that is none of
/// ours has the mark by a chance of ten to the minus so many, or less where there are letters.
fn marks(length: usize) -> usize {
    match length {
        ..=5 => 2,
        6..=8 => 3,
        9..=10 => 4,
        11 => 5,
        _ => 6,
    }
}

/// Digits for digits and letters for letters; those of hexadecimal stay such.
fn shaped(old: &[u8], draw: &mut Draw) -> Vec<u8> {
    if old.len() < SHORT {
        return short(old);
    }
    let letters = if is_hexadecimal(old) { b"ABCDEF" } else { ALL };
    let mut signs = vec![lead(old[0], letters)];
    let free = old.len() + 1 - marks(old.len());
    for sign in &old[1..free] {
        signs.push(if sign.is_ascii_digit() { draw.digit() } else { draw.one_of(letters) });
    }
    let checks = checks(&signs, &old[free..], letters);
    signs.extend(checks);
    signs
}

const ALL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";

fn is_shaped(signs: &[u8]) -> bool {
    if signs.len() < SHORT {
        return !signs.is_empty() && signs == short(signs);
    }
    let (begin, end) = signs.split_at(signs.len() + 1 - marks(signs.len()));
    [ALL, b"ABCDEF"]
        .iter()
        .any(|letters| signs[0] == lead(signs[0], letters) && end == checks(begin, end, letters))
}

fn is_hexadecimal(signs: &[u8]) -> bool {
    signs.iter().all(u8::is_ascii_hexdigit) && signs.iter().any(u8::is_ascii_alphabetic)
}

/// 9, Z, and of hexadecimal F.
fn lead(old: u8, letters: &[u8]) -> u8 {
    if old.is_ascii_digit() { b'9' } else { letters[letters.len() - 1] }
}

/// The last signs answer for those before: anybody can tell, so that they are known again without the key.
fn checks(begin: &[u8], like: &[u8], letters: &[u8]) -> Vec<u8> {
    let digest =
        Sha256::new_with_prefix("gitops-health synthetic\0").chain_update(begin).finalize();
    let check = |(like, byte): (&u8, &u8)| match like.is_ascii_digit() {
        true => b'0' + byte % 10,
        false => letters[usize::from(*byte) % letters.len()],
    };
    like.iter().zip(digest.iter()).map(check).collect()
}

/// `901`, `Z01`.
fn short(old: &[u8]) -> Vec<u8> {
    let last = old.len().saturating_sub(1);
    let sign = |(place, sign): (usize, &u8)| match (sign.is_ascii_digit(), place) {
        (false, _) => b'Z',
        (true, 0) => b'9',
        (true, place) if place == last => b'1',
        (true, _) => b'0',
    };
    old.iter().enumerate().map(sign).collect()
}
