//! Names of people and places that do not exist, from lists of our own (`data/README.md`).

use std::sync::OnceLock;

use super::keyed::{Draw, Keyed};
use super::text::{capital, cased, escape};
use crate::prose;
use crate::small::small;

struct Lists {
    given: Vec<&'static str>,
    family: Vec<&'static str>,
    places: Vec<&'static str>,
}

fn lists() -> &'static Lists {
    static LISTS: OnceLock<Lists> = OnceLock::new();
    let list = |text: &'static str| text.lines().collect();
    LISTS.get_or_init(|| Lists {
        given: list(include_str!("../../data/synthetic/given-names.txt")),
        family: list(include_str!("../../data/synthetic/family-names.txt")),
        places: list(include_str!("../../data/synthetic/places.txt")),
    })
}

fn is_in(list: &[&str], word: &str) -> bool {
    let word = small(word.as_bytes());
    list.binary_search_by(|name| name.as_bytes().cmp(&word)).is_ok()
}

/// Whether a word is a given name of ours.
pub(crate) fn is_given(word: &str) -> bool {
    is_in(&lists().given, word)
}

/// Whether a word is a family name of ours.
pub(crate) fn is_family(word: &str) -> bool {
    is_in(&lists().family, word)
}

/// A given name, in small letters.
pub(super) fn given(draw: &mut Draw) -> &'static str {
    let list = &lists().given;
    list[draw.below(list.len())]
}

/// A family name, in small letters.
pub(super) fn family(draw: &mut Draw) -> &'static str {
    let list = &lists().family;
    list[draw.below(list.len())]
}

fn place(draw: &mut Draw) -> &'static str {
    let list = &lists().places;
    list[draw.below(list.len())]
}

/// Words beside names that say nothing of who it is.
const TITLES: [&str; 23] = [
    "mr", "mrs", "ms", "miss", "mx", "dr", "doctor", "prof", "nurse", "jr", "sr", "ii", "iii",
    "iv", "md", "do", "rn", "phd", "pa", "np", "and", "dds", "esq",
];

/// A part of a name: a word, or what stands between words.
enum Part<'a> {
    Word(&'a [u8]),
    Between(&'a [u8]),
}

/// The words of a text, with all that is spelled out and the apostrophes in them.
fn parts(text: &[u8]) -> Vec<Part<'_>> {
    let step = |at: usize| match text[at] {
        byte if byte.is_ascii_alphanumeric() || byte >= 0x80 => Some(1),
        b'\'' | b'`' => Some(1),
        _ => escape(&text[at..]),
    };
    let (mut parts, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let (begin, is_word) = (at, step(at).is_some());
        while at < text.len() && step(at).is_some() == is_word {
            at = text.len().min(at + step(at).unwrap_or(1));
        }
        let part = &text[begin..at];
        parts.push(if is_word { Part::Word(part) } else { Part::Between(part) });
    }
    parts
}

/// The letters of a word without what is spelled out and without the `'s` at its end, and the latter.
fn letters(word: &[u8]) -> (Vec<u8>, &[u8]) {
    let ends = [&b"'s"[..], "\u{2019}s".as_bytes()];
    let end = ends.iter().find(|end| word.len() > end.len() && word.ends_with(end));
    let end = end.map_or(&b""[..], |end| &word[word.len() - end.len()..]);
    let word = &word[..word.len() - end.len()];
    let (mut letters, mut at) = (Vec::new(), 0);
    while at < word.len() {
        if let Some(length) = escape(&word[at..]) {
            at += length;
        } else if word[at..].starts_with("\u{2019}".as_bytes()) {
            at += "\u{2019}".len();
        } else {
            let byte = word[at].to_ascii_lowercase();
            letters.extend(Some(byte).filter(|it| it.is_ascii_lowercase() || *it >= 0x80));
            at += 1;
        }
    }
    (letters, end)
}

fn is_title(letters: &[u8]) -> bool {
    TITLES.iter().any(|title| title.as_bytes() == letters)
}

/// The name of somebody else, word by word, each as the old one is written: the same word has the same one
/// in its place wherever it stands.
pub(super) fn make(text: &[u8], keyed: &Keyed) -> Vec<u8> {
    let mut name = Vec::with_capacity(text.len());
    for part in parts(text) {
        match part {
            // Before another word it could spell something out.
            Part::Between(part) => {
                name.extend(part.iter().map(|it| if *it == b'&' { b'-' } else { *it }))
            }
            Part::Word(word) => {
                let (letters, end) = letters(word);
                match letters[..] {
                    [] => name.extend(word.iter().filter(|it| it.is_ascii_digit()).map(|_| b'0')),
                    [_] if word.is_ascii() => name.push(b'X'),
                    _ if is_title(&letters) => name.extend(word),
                    _ => name.extend(new_word(&letters, word, keyed).into_bytes()),
                }
                name.extend(end);
            }
        }
    }
    name
}

fn new_word(letters: &[u8], like: &[u8], keyed: &Keyed) -> String {
    let mut draw = keyed.draw("name", letters);
    let word = if prose::is_first_name(letters) { given(&mut draw) } else { family(&mut draw) };
    cased(word, like)
}

/// Whether all words are names of ours.
pub(super) fn is_made(text: &[u8]) -> bool {
    let is_made = |part: &Part<'_>| match part {
        Part::Between(part) => !part.contains(&b'&'),
        Part::Word(word) => {
            let (letters, end) = letters(word);
            let is_plain = letters.len() + end.len() == word.len();
            match letters[..] {
                [] => word.iter().all(|it| *it == b'0'),
                [b'x'] => is_plain,
                _ => {
                    let text = String::from_utf8_lossy(&letters);
                    is_plain && (is_given(&text) || is_family(&text)) || is_title(&letters)
                }
            }
        }
    };
    parts(text).iter().all(is_made)
}

const STREETS: [&str; 6] = ["Street", "Lane", "Road", "Avenue", "Court", "Way"];

/// A place that does not exist: a street with a number where there is a number, else a town. A state behind a
/// comma stays.
pub(super) fn make_place(text: &str, draw: &mut Draw) -> String {
    let (place_of, state) = split_state(text);
    let town = capital(place(draw));
    let new = match place_of.bytes().any(|byte| byte.is_ascii_digit()) {
        false => town,
        true => {
            let number = 1 + draw.below(9999);
            format!("{number} {town} {}", STREETS[draw.below(STREETS.len())])
        }
    };
    let has_small = place_of.bytes().any(|byte| byte.is_ascii_lowercase());
    (if has_small { new } else { new.to_ascii_uppercase() }) + state
}

/// What is the same of a place however it is written.
pub(super) fn place_key(text: &str) -> Vec<u8> {
    super::text::signs(split_state(text).0)
}

fn split_state(text: &str) -> (&str, &str) {
    let Some(at) = text.len().checked_sub(4).filter(|at| text.is_char_boundary(*at)) else {
        return (text, "");
    };
    let is_state = matches!(text.as_bytes()[at..], [b',', b' ', b'A'..=b'Z', b'A'..=b'Z']);
    text.split_at(if is_state { at } else { text.len() })
}

pub(super) fn is_place(text: &str) -> bool {
    let words: Vec<&str> = split_state(text).0.split(' ').collect();
    let is_town = |word: &str| is_in(&lists().places, word);
    match words[..] {
        [town] => is_town(town),
        [number, town, street] => {
            number.len() <= 4
                && number.bytes().all(|byte| byte.is_ascii_digit())
                && is_town(town)
                && STREETS.iter().any(|known| known.eq_ignore_ascii_case(street))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_apart_and_of_nobody() {
        let lists = lists();
        let all = [&lists.given, &lists.family, &lists.places];
        for list in all {
            assert!(list.is_sorted_by(|one, two| one < two) && list.len() >= 400);
            for word in list {
                assert!(word.bytes().all(|byte| byte.is_ascii_lowercase()), "{word}");
                assert_eq!(all.iter().filter(|list| is_in(list, word)).count(), 1, "{word}");
                assert!(!prose::is_of_census(word.as_bytes()), "{word}");
            }
        }
    }

    #[test]
    fn a_word_has_the_same_one_in_its_place_wherever_it_stands() {
        let keyed = Keyed::new(b"a key");
        let made = |text: &str| String::from_utf8(make(text.as_bytes(), &keyed)).expect("text");
        let (first, last) = (made("Jane"), made("O'Neil"));
        assert_eq!(made("JANE O'NEIL"), format!("{first} {last}").to_ascii_uppercase());
        for spelling in ["O''Neil", "O\\'Neil", "O&apos;Neil", "ONeil", "O\u{2019}Neil", "oneil"] {
            assert_eq!(
                made(spelling).to_ascii_lowercase(),
                last.to_ascii_lowercase(),
                "{spelling}"
            );
        }
        assert_eq!(made("O'Neil, Jane Q. Jr."), format!("{last}, {first} X. Jr."));
        assert_eq!(made("Dr. Jane O'Neil's"), format!("Dr. {first} {last}'s"));
        assert_eq!(made("Jane774-Jane"), format!("{first}-{first}"));
        assert!(is_given(&first) && is_family(&last));
        for text in ["Jane", "O'Neil, Jane Q. Jr.", "Jos\\u00e9 7", "\u{738b}\u{5c0f}\u{660e}"] {
            assert!(is_made(made(text).as_bytes()) && !is_made(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn places_keep_their_kind() {
        let draw = || Keyed::new(b"a key").draw("place", b"x");
        for text in ["12 Nowhere Lane", "Springfield", "SPRINGFIELD", "Boston, MA", "Apt 4"] {
            let made = make_place(text, &mut draw());
            assert!(is_place(&made) && !is_place(text), "{text} {made}");
            assert_eq!(made.ends_with(", MA"), text.ends_with(", MA"));
            assert_eq!(text.contains(char::is_numeric), made.contains(char::is_numeric));
            assert_eq!(text == text.to_uppercase(), made == made.to_uppercase());
        }
    }
}
