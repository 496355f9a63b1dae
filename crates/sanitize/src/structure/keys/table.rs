//! The names themselves: data/keys.yaml, which the build turns into tables.

use super::Strength;
use crate::what::What;

/// Names of small letters and digits, sorted.
static KEYS: &[(&str, What, Strength)] = include!(concat!(env!("OUT_DIR"), "/keys.rs"));

/// Every strong name has one of these in it, however its words are put together.
pub(in super::super) static STEMS: &[&str] = include!(concat!(env!("OUT_DIR"), "/stems.rs"));

/// What a name of small letters and digits stands for.
pub(super) fn find(letters: &[u8]) -> Option<(What, Strength)> {
    let place = KEYS.binary_search_by(|(known, ..)| known.as_bytes().cmp(letters)).ok()?;
    let (_, what, strength) = KEYS[place];
    Some((what, strength))
}

#[cfg(test)]
mod tests {
    use super::super::LONGEST;
    use super::*;

    #[test]
    fn the_names_are_sorted_and_plain() {
        assert!(KEYS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let is_plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
        assert!(KEYS.iter().all(|(name, ..)| name.bytes().all(is_plain) && name.len() <= LONGEST));
    }

    #[test]
    fn every_strong_name_has_a_stem() {
        for (name, ..) in KEYS.iter().filter(|(.., strength)| *strength == Strength::Strong) {
            assert!(STEMS.iter().any(|stem| name.contains(stem)), "{name}");
        }
        assert!(KEYS.iter().filter(|(.., strength)| *strength == Strength::Strong).count() > 150);
    }
}
