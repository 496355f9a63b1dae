//! Words that are names, as far as lists know.

use std::sync::OnceLock;

use smallvec::SmallVec;

use crate::synthetic::names;

fn dictionary(text: &'static str) -> Vec<&'static str> {
    text.lines().collect()
}

/// Whether a word is a first name that many people have.
pub(crate) fn is_first_name(word: &[u8]) -> bool {
    static NAMES: OnceLock<Vec<&str>> = OnceLock::new();
    is_in(NAMES.get_or_init(|| dictionary(include_str!("../../data/first-names.txt"))), word)
}

pub(super) fn is_last_name(word: &[u8]) -> bool {
    static NAMES: OnceLock<Vec<&str>> = OnceLock::new();
    is_in(NAMES.get_or_init(|| dictionary(include_str!("../../data/last-names.txt"))), word)
}

/// Whether a word is a name of the dictionaries, or one that was made up.
pub(crate) fn is_of_dictionary(word: &[u8]) -> bool {
    is_of_census(word) || is_made_up(word)
}

/// Whether a word is a name that many people have.
pub(crate) fn is_of_census(word: &[u8]) -> bool {
    is_first_name(word) || is_last_name(word)
}

/// Whether a word is a name that was made up to take the place of one.
pub(super) fn is_made_up(word: &[u8]) -> bool {
    std::str::from_utf8(word).is_ok_and(|word| names::is_given(word) || names::is_family(word))
}

/// Whether a text begins with a capital of any alphabet that has some.
pub(crate) fn begins_with_capital(text: &[u8]) -> bool {
    let first = text.get(..text.len().min(4)).and_then(|it| it.utf8_chunks().next());
    first.and_then(|it| it.valid().chars().next()).is_some_and(char::is_uppercase)
}

fn is_in(names: &[&str], word: &[u8]) -> bool {
    let word = plain(word);
    names.binary_search_by(|name| name.as_bytes().cmp(&word)).is_ok()
}

/// Small letters without their marks and apostrophes, as the lists have them: those of Latin-1 and Latin Extended-A in
/// UTF-8.
fn plain(word: &[u8]) -> SmallVec<[u8; 64]> {
    const LETTERS: &[u8; 192] = b"aaaaaaaceeeeiiiidnooooo*ouuuuyts\
        aaaaaaaceeeeiiiidnooooo*ouuuuyty\
        aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll\
        lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
    let (mut plain, mut at) = (SmallVec::new(), 0);
    while at < word.len() {
        let (letter, taken) = match word[at..] {
            [lead @ 0xc3..=0xc5, low @ 0x80..=0xbf, ..] => {
                (LETTERS[usize::from(lead - 0xc3) * 64 + usize::from(low - 0x80)], 2)
            }
            [b'\'', ..] => {
                at += 1;
                continue;
            }
            [0xe2, 0x80, 0x99, ..] => {
                at += 3;
                continue;
            }
            [byte, ..] => (byte.to_ascii_lowercase(), 1),
            [] => break,
        };
        plain.push(letter);
        at += taken;
    }
    plain
}

/// Whether a word is one of a list, in whatever case.
pub(super) fn is_one_of(words: &[&str], word: &[u8]) -> bool {
    words.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_on_letters_do_not_count() {
        for (word, expected) in [
            ("M\u{fc}ller", "muller"),
            ("Jos\u{e9}", "jose"),
            ("\u{d3}lafur", "olafur"),
            ("\u{160}imon\u{17e}", "simonz"),
            ("\u{141}ukasz\u{144}\u{119}", "lukaszne"),
            ("Nu\u{f1}ez-O'Neil", "nunez-oneil"),
        ] {
            assert_eq!(plain(word.as_bytes())[..], *expected.as_bytes(), "{word}");
        }
    }
}
