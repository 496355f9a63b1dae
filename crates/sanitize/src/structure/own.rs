//! What people are called by the structure of a document, where it stands again in its free text.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::Layout;
use crate::what::What;

/// The most words and numbers of one person, and the longest of them, in bytes.
const MOST: usize = 64;
const LONGEST: usize = 40;

/// A word of small letters alone may be any word, unless it has so many.
const LEAST_SMALL: usize = 7;

/// A number has so many digits at least to say by itself whose it is.
const LEAST_DIGITS: usize = 5;

/// Words that stand where names do and are none.
const NO_NAMES: [&[u8]; 34] = [
    b"mr", b"mrs", b"ms", b"miss", b"dr", b"prof", b"jr", b"sr", b"ii", b"iii", b"md", b"rn",
    b"phd", b"patient", b"test", b"unknown", b"none", b"name", b"baby", b"boy", b"girl", b"infant",
    b"male", b"female", b"mother", b"father", b"child", b"person", b"example", b"sample", b"null",
    b"of", b"de", b"the",
];

/// What is known of one person.
#[derive(Default)]
pub(super) struct Own {
    words: Vec<(What, Vec<u8>)>,
}

impl Own {
    /// Learns the words of a name.
    pub fn add_name(&mut self, name: &[u8]) {
        let words = name.split(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b'.'));
        for word in words {
            let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80;
            let is_part = |byte: &u8| is_letter(byte) || matches!(byte, b'\'' | b'-');
            let is_none = NO_NAMES.iter().any(|known| known.eq_ignore_ascii_case(word));
            let is_name = word.len() >= 2 && word.iter().all(is_part) && is_letter(&word[0]);
            if is_name && !is_none {
                self.add(What::Name, word);
            }
        }
    }

    /// Learns a number of the person.
    pub fn add_number(&mut self, what: What, number: &[u8]) {
        if number.iter().filter(|byte| byte.is_ascii_digit()).count() >= LEAST_DIGITS {
            self.add(what, number);
        }
    }

    fn add(&mut self, what: What, word: &[u8]) {
        let is_known = self.words.iter().any(|(_, known)| known.eq_ignore_ascii_case(word));
        if !is_known && word.len() <= LONGEST && self.words.len() < MOST {
            self.words.push((what, word.to_owned()));
        }
    }

    /// Finds it in parts of a text, as whole words. Names beside one another are one.
    pub fn find(&self, bytes: &[u8], parts: &[Range<usize>], layout: &mut Layout) {
        if self.words.is_empty() || parts.iter().all(Range::is_empty) {
            return;
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(self.words.iter().map(|(_, word)| word));
        let Ok(automaton) = automaton else { return };
        for part in parts {
            let mut group: Option<Group> = None;
            for found in automaton.find_iter(&bytes[part.clone()]) {
                let span = part.start + found.start()..part.start + found.end();
                if !is_whole(bytes, part, &span) {
                    continue;
                }
                let what = self.words[found.pattern().as_usize()].0;
                let next = Group { what, is_sure: is_sure(&bytes[span.clone()]), span };
                match &mut group {
                    Some(before) if before.is_before(&next, bytes) => before.take_in(&next),
                    _ => finish(group.replace(next), layout),
                }
            }
            finish(group, layout);
        }
    }
}

/// Words beside one another.
struct Group {
    what: What,
    span: Range<usize>,
    /// Whether it can be nothing else.
    is_sure: bool,
}

impl Group {
    fn is_before(&self, next: &Self, bytes: &[u8]) -> bool {
        let between = &bytes[self.span.end..next.span.start];
        self.what == What::Name && next.what == What::Name && matches!(between, b" " | b", " | b",")
    }

    /// One name beside another one is sure, whatever its letters.
    fn take_in(&mut self, next: &Self) {
        self.span.end = next.span.end;
        self.is_sure = true;
    }
}

fn finish(group: Option<Group>, layout: &mut Layout) {
    if let Some(group) = group.filter(|group| group.is_sure) {
        layout.findings.push(group.what.found(group.span));
    }
}

fn is_sure(word: &[u8]) -> bool {
    !word.first().is_some_and(u8::is_ascii_lowercase) || word.len() >= LEAST_SMALL
}

/// Whether what is found is no part of a longer word. What a backslash makes of a letter is no letter.
fn is_whole(bytes: &[u8], part: &Range<usize>, span: &Range<usize>) -> bool {
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80;
    let before = &bytes[part.start..span.start];
    let is_spelled = matches!(before, [.., b'\\', b'n' | b'r' | b't']);
    let behind = bytes[span.end..part.end].first();
    (is_spelled || !before.last().is_some_and(is_of_word)) && !behind.is_some_and(is_of_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::tests::assert_counts;

    /// Synthetic: what is found of Quirinia Zwyrtkova May, and of her number.
    fn found(text: &str) -> Vec<String> {
        let mut own = Own::default();
        own.add_name(b"Quirinia");
        own.add_name(["Dr.", "Zwyrtkova", "May"].join(" ").as_bytes());
        own.add_number(What::Mrn, b"88172635");
        own.add_number(What::Mrn, b"12");
        let text = text.replace('~', "");
        let mut layout = Layout::default();
        own.find(text.as_bytes(), std::slice::from_ref(&(0..text.len())), &mut layout);
        layout.findings.into_iter().map(|it| text[it.span].to_owned()).collect()
    }

    #[test]
    fn words_are_whole_and_those_side_by_side_are_one() {
        for (text, expected) in [
            ("Quirinia <b>ZWYR~TKOVA</b> left", &["Quirinia", "ZWYRTKOVA"][..]),
            ("Zwyr~tkova, Quirinia was seen", &["Zwyrtkova, Quirinia"]),
            ("quirinia may, in may", &["quirinia may"]),
            ("in May", &["May"]),
            ("zwyr~tkova's, Zwyr~tkovas, xZwyr~tkova", &["zwyrtkova"]),
            ("a\\\\nZwyr~tkova", &["Zwyrtkova"]),
            ("Dr. X: M~RN 8817~2635, not 8817~26351, room 12", &["88172635"]),
            ("Zwyr~tkova 8817~2635", &["Zwyrtkova", "88172635"]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn hostile_texts_end_soon() {
        let texts = ["Quirinia ".repeat(200_000), "quirini".repeat(200_000)];
        assert_counts(found, texts.into_iter().zip([1, 0]));
        let mut own = Own::default();
        own.add_name(&b"ab ".repeat(1_000_000));
        (0..100_000_u32).for_each(|it| own.add_name(format!("x{}", it).as_bytes()));
        assert!(own.words.len() <= MOST);
    }
}
