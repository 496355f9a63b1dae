//! One pass over a text for all words that anything is looked for by.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::{contiguous, noncontiguous};
use aho_corasick::{Anchored, MatchKind, dfa};

/// From so many bytes on a text is much.
const LARGE: usize = 1 << 20;

/// A text is gone through at so many places at once: each step waits for the one before it, and a processor has
/// time for others meanwhile.
const LANES: usize = 4;

/// The least length of such a part, in bytes.
const LEAST_LANE: usize = 512;

/// Words, and the automata that find them (Aho and Corasick 1975), whatever the case of their letters.
pub(crate) struct Keywords {
    words: Vec<Cow<'static, str>>,
    longest: usize,
    /// Finds them in little: made fast.
    small: OnceLock<contiguous::NFA>,
    /// Finds them in much: four times as fast, and made in the time that 3 MB take.
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
            false => self.walk(self.small(), bytes),
        }
    }

    fn small(&self) -> &contiguous::NFA {
        self.small.get_or_init(|| {
            let small = contiguous::NFA::builder().build_from_noncontiguous(&self.any());
            small.expect("a few hundred short words fit")
        })
    }

    fn large(&self) -> &dfa::DFA {
        self.large.get_or_init(|| {
            let large = dfa::DFA::builder().build_from_noncontiguous(&self.any());
            large.expect("a few hundred short words fit")
        })
    }

    /// What both are made from.
    fn any(&self) -> noncontiguous::NFA {
        noncontiguous::NFA::builder()
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(true)
            .prefilter(false)
            .build(self.words.iter().map(|word| &**word))
            .expect("a few hundred short words fit")
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
        let words = ["he", "she", "hers", "his", "a long word with blanks"];
        let keywords = Keywords::new(words.iter().map(|word| Cow::Borrowed(*word)).collect());
        let text = "sHe HERS a long word with blanks, his ushers: ".repeat(100);
        for length in (0..text.len()).step_by(37) {
            let bytes = &text.as_bytes()[..length];
            let mut one = Lane::new(keywords.large(), bytes, 0, 0);
            one.go_to(keywords.large(), length);
            assert_eq!(keywords.walk(keywords.large(), bytes), one.met, "{length}");
            assert_eq!(keywords.walk(keywords.small(), bytes), one.met, "{length}");
        }
        assert!(keywords.find(b"", false).is_empty());
        assert_eq!(keywords.find(text.as_bytes(), false).len(), 900);
    }
}
