//! Which of many patterns a line has.

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::pool::Pool;
use regex_automata::util::syntax;
use regex_automata::{Input, MatchKind, PatternSet};

/// Patterns that are tried in one pass: an automaton whose states are made when a line leads to them. A set of `regex` would be the
/// same with an automaton backwards and what looks for words before, which takes twice as long to make, and a small change has
/// not as many lines.
pub(super) struct Patterns {
    forwards: DFA,
    caches: Pool<Cache, Box<dyn Fn() -> Cache + Send + Sync>>,
}

/// The most memory that the states may take for each thread, in bytes; they are made anew when there are more. There is one of these
/// for each selection of rules, of which there are a few dozen.
const STATES: usize = 1 << 20;

impl Patterns {
    /// A test proves that all patterns of rules can be made, alone and together.
    pub fn new(patterns: &[&str]) -> Self {
        let forwards = DFA::builder()
            .configure(
                DFA::config()
                    .match_kind(MatchKind::All)
                    .cache_capacity(STATES)
                    .skip_cache_capacity_check(true),
            )
            .syntax(syntax::Config::new().unicode(false).utf8(false).dot_matches_new_line(true))
            .thompson(thompson::Config::new().utf8(false).which_captures(WhichCaptures::None))
            .build_many(patterns)
            .expect("a test makes them");
        let made = forwards.clone();
        let caches: Box<dyn Fn() -> Cache + Send + Sync> = Box::new(move || made.create_cache());
        Self { forwards, caches: Pool::new(caches) }
    }

    /// Those that a text has, in their order.
    pub fn of(&self, text: &[u8]) -> Vec<usize> {
        let mut found = PatternSet::new(self.forwards.pattern_len());
        let searched = self.forwards.try_which_overlapping_matches(
            &mut self.caches.get(),
            &Input::new(text),
            &mut found,
        );
        match searched {
            Ok(()) => found.iter().map(|pattern| pattern.as_usize()).collect(),
            // It ends early only where it is told to give up, or at bytes that it is told to stop at. Nothing is lost then.
            Err(_) => (0..self.forwards.pattern_len()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_a_text_has_is_found() {
        let patterns = Patterns::new(&[r"\bverify\b", "(?i)FALSE", r"^\s*x", "a.b", r"\xff", "b$"]);
        for (text, found) in [
            (&b"verify=false"[..], &[0, 1][..]),
            (b"  x verifying", &[2]),
            (b"\xc3\xa9verify\xff", &[0, 4]),
            (b"a\nb", &[3, 5]),
            (b"", &[]),
        ] {
            assert_eq!(patterns.of(text), found, "{text:?}");
        }
        assert!(Patterns::new(&[]).of(b"verify").is_empty());
    }
}
