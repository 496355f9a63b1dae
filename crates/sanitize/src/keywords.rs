//! One pass over a text for all words that anything is looked for by.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::noncontiguous;
use aho_corasick::{Anchored, MatchKind, dfa};

/// From so many bytes on a text is much.
const LARGE: usize = 1 << 20;

/// A text is gone through at so many places at once: each step waits for the one before it, and a processor has
/// time for others meanwhile.
const LANES: usize = 4;

/// The least length of such a part, in bytes.
const LEAST_LANE: usize = 512;

/// Words, and what finds them, whatever the case of their letters.
pub(crate) struct Keywords {
    words: Vec<Cow<'static, str>>,
    longest: usize,
    /// Finds them in little: made at once.
    small: OnceLock<Beginnings>,
    /// Finds them in much: an automaton (Aho and Corasick 1975), made in the time that 3 MB take.
    large: OnceLock<dfa::DFA>,
}

/// A word that was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Met {
    /// Which of the words, by the order in which they were given.
    pub number: usize,
    pub span: Range<usize>,
}

impl Keywords {
    pub fn new(words: Vec<Cow<'static, str>>) -> Self {
        let longest = words.iter().map(|word| word.len()).max().unwrap_or(0);
        let (small, large) = (OnceLock::new(), OnceLock::new());
        Self { words, longest, small, large }
    }

    /// All words that are in a text, also those in one another, in the order of their ends. Where it is one of many
    /// texts, it is gone through as a large one.
    pub fn find(&self, bytes: &[u8], is_for_much: bool) -> Vec<Met> {
        match is_for_much || bytes.len() > LARGE {
            true => self.walk(self.large(), bytes),
            false => {
                self.small.get_or_init(|| Beginnings::of(&self.words)).find(&self.words, bytes)
            }
        }
    }

    fn large(&self) -> &dfa::DFA {
        self.large.get_or_init(|| {
            let any = noncontiguous::NFA::builder()
                .match_kind(MatchKind::Standard)
                .ascii_case_insensitive(true)
                .prefilter(false)
                .build(self.words.iter().map(|word| &**word));
            let large = any.and_then(|any| dfa::DFA::builder().build_from_noncontiguous(&any));
            large.expect("a few hundred short words fit")
        })
    }

    fn walk(&self, automaton: &impl Automaton, bytes: &[u8]) -> Vec<Met> {
        let length = bytes.len() / LANES;
        if length < LEAST_LANE.max(self.longest) {
            let mut lane = Lane::new(automaton, bytes, 0, 0);
            lane.go_to(automaton, bytes.len());
            return lane.met;
        }
        let mut lanes: [Lane<'_>; LANES] = std::array::from_fn(|number| {
            // Each begins as much before its part as a word can reach into it.
            let first = number * length;
            Lane::new(automaton, bytes, first.saturating_sub(self.longest), first)
        });
        let parts = lanes.each_ref().map(|lane| &bytes[lane.at..lane.at + length]);
        let mut states = lanes.each_ref().map(|lane| lane.state);
        for at in 0..length {
            for ((lane, part), state) in lanes.iter_mut().zip(parts).zip(&mut states) {
                *state = automaton.next_state(Anchored::No, *state, part[at]);
                if automaton.is_special(*state) {
                    lane.note(automaton, *state, lane.at + at + 1);
                }
            }
        }
        let mut met = Vec::new();
        for (number, (mut lane, state)) in lanes.into_iter().zip(states).enumerate() {
            (lane.at, lane.state) = (lane.at + length, state);
            let end = if number + 1 == LANES { bytes.len() } else { (number + 1) * length };
            lane.go_to(automaton, end);
            met.append(&mut lane.met);
        }
        met
    }
}

/// Words by their first three bytes, of each of which five bits are left: those that tell letters apart, whatever their case.
struct Beginnings {
    /// Whether a word begins so, by the fifteen bits.
    is_one: Vec<u64>,
    /// How words begin, and which they are, sorted.
    words: Vec<(u16, u32)>,
}

impl Beginnings {
    fn of(words: &[Cow<'static, str>]) -> Self {
        let mut all = Vec::with_capacity(words.len());
        for (number, word) in (0..).zip(words) {
            let mut beginnings = vec![0];
            for place in 0..3 {
                // A short word begins with whatever stands behind it.
                let next =
                    word.as_bytes().get(place).map_or(0..32, |byte| five(*byte)..five(*byte) + 1);
                let longer = |begin: u16| next.clone().map(move |bits| begin << 5 | bits);
                beginnings = beginnings.into_iter().flat_map(longer).collect();
            }
            all.extend(beginnings.into_iter().map(|begin| (begin, number)));
        }
        all.sort_unstable();
        let mut is_one = vec![0; 1 << (15 - 6)];
        all.iter().for_each(|(begin, _)| is_one[usize::from(begin >> 6)] |= 1 << (begin & 63));
        Self { is_one, words: all }
    }

    fn find(&self, words: &[Cow<'static, str>], bytes: &[u8]) -> Vec<Met> {
        let mut met = Vec::new();
        let mut begin = 0;
        for (end, byte) in bytes.iter().chain([&0, &0]).enumerate() {
            begin = (begin << 5 | five(*byte)) & 0x7fff;
            if self.is_one[usize::from(begin >> 6)] >> (begin & 63) & 1 == 0 || end < 2 {
                continue;
            }
            let rest = &bytes[end - 2..];
            let first = self.words.partition_point(|(known, _)| *known < begin);
            for (_, number) in self.words[first..].iter().take_while(|(known, _)| *known == begin) {
                let number = *number as usize;
                let word = words[number].as_bytes();
                let is_here = |it: &[u8]| it.eq_ignore_ascii_case(word);
                if rest.get(..word.len()).is_some_and(is_here) {
                    met.push(Met { number, span: end - 2..end - 2 + word.len() });
                }
            }
        }
        met.sort_unstable_by_key(|met| (met.span.end, met.span.start, met.number));
        met
    }
}

/// What tells a letter from others.
fn five(byte: u8) -> u16 {
    u16::from(byte & 31)
}

/// A part of a text that is gone through beside others.
struct Lane<'a> {
    bytes: &'a [u8],
    /// From where on what ends there is its own.
    first: usize,
    /// How far it is.
    at: usize,
    state: StateID,
    met: Vec<Met>,
}

impl<'a> Lane<'a> {
    fn new(automaton: &impl Automaton, bytes: &'a [u8], at: usize, first: usize) -> Self {
        let state = automaton.start_state(Anchored::No).expect("a search may begin anywhere");
        Self { bytes, first, at, state, met: Vec::new() }
    }

    fn go_to(&mut self, automaton: &impl Automaton, end: usize) {
        for at in self.at..end {
            self.state = automaton.next_state(Anchored::No, self.state, self.bytes[at]);
            if automaton.is_special(self.state) {
                self.note(automaton, self.state, at + 1);
            }
        }
        self.at = end;
    }

    /// Notes the words that end in a place.
    fn note(&mut self, automaton: &impl Automaton, state: StateID, end: usize) {
        if end <= self.first || !automaton.is_match(state) {
            return;
        }
        for index in 0..automaton.match_len(state) {
            let pattern = automaton.match_pattern(state, index);
            let span = end - automaton.pattern_len(pattern)..end;
            self.met.push(Met { number: pattern.as_usize(), span });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_meet_what_one_pass_meets() {
        let words =
            ["he", "she", "hers", "S", "his", "a long word with blanks", "s-k", "HIS", "ühe"];
        let keywords = Keywords::new(words.iter().map(|word| Cow::Borrowed(*word)).collect());
        let text = "sHe HERS a long word with blanks, his S-k ushers, üHe: ".repeat(100);
        for length in (0..text.len()).step_by(37) {
            let bytes = &text.as_bytes()[..length];
            let mut one = Lane::new(keywords.large(), bytes, 0, 0);
            one.go_to(keywords.large(), length);
            assert_eq!(keywords.walk(keywords.large(), bytes), one.met, "{length}");
            assert_eq!(keywords.find(bytes, false), one.met, "{length}");
        }
        assert!(keywords.find(b"", false).is_empty());
        assert_eq!(keywords.find(text.as_bytes(), false).len(), 2000);
    }
}
