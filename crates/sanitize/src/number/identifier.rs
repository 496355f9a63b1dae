//! Identifiers with letters in them, which have a form or a check digit of their own.

use std::ops::Range;

use smallvec::SmallVec;

use super::Finder;
use crate::check_digit;

impl Finder<'_> {
    /// An international bank account number whose first digit this is: two letters stand before it.
    pub(super) fn bank_account_at(&self, begin: usize) -> Option<Range<usize>> {
        /// ISO 13616: no account of any country has more signs.
        const LONGEST: usize = 34;
        let start = begin.checked_sub(2)?;
        let country = &self.bytes[start..begin];
        let is_word = |at: usize| self.bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
        if !country.iter().all(u8::is_ascii_uppercase) || start.checked_sub(1).is_some_and(is_word)
        {
            return None;
        }
        let mut plain = SmallVec::<[u8; LONGEST + 1]>::from_slice(country);
        let mut ends = SmallVec::<[(usize, usize); 2 * LONGEST]>::new();
        let mut at = begin;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => plain.push(byte.to_ascii_uppercase()),
                b' ' | b'-' if self.bytes[at - 1].is_ascii_alphanumeric() => {}
                _ => break,
            }
            at += 1;
            ends.push((plain.len(), at));
            if plain.len() > LONGEST {
                break;
            }
        }
        let (_, length) = check_digit::iban_length(country)?;
        let (_, end) = ends.into_iter().find(|(count, _)| *count == length)?;
        let text = std::str::from_utf8(&plain[..length]).ok()?;
        (check_digit::iban(text) && !is_word(end)).then_some(start..end)
    }

    /// A Medicare beneficiary identifier that this digit begins, as cards print it: `NANN-ANN-AANN` (CMS, "Understanding
    /// the MBI format"), where there is talk of health.
    pub(super) fn beneficiary_at(&self, begin: usize) -> Option<Range<usize>> {
        let text = self.bytes.get(begin..begin + 13)?;
        if text[4] != b'-' || text[8] != b'-' || !check_digit::mbi(std::str::from_utf8(text).ok()?)
        {
            return None;
        }
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
        let before = begin.checked_sub(1).map(|at| self.bytes[at]);
        let joins =
            before.as_ref().is_some_and(is_word) || self.bytes.get(begin + 13).is_some_and(is_word);
        (!joins && self.context.is_health(begin)).then_some(begin..begin + 13)
    }
}
