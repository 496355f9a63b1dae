//! Patterns over bytes, and what their groups find without memory being asked for where there is nothing.

use std::ops::Range;

use regex::bytes::{CaptureLocations, Captures, Regex, RegexBuilder};

/// The most memory of a pattern, in bytes.
const PATTERN_BYTES: usize = 4 << 20;

/// Compiles a pattern over bytes.
pub(crate) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).unicode(false).size_limit(PATTERN_BYTES).build()
}

/// What the groups of a pattern find in a text, from match to match. Most texts have none, and nothing is asked for
/// there, while the iterator of `regex` begins with room for groups.
pub(crate) fn captures<'a>(
    pattern: &'a Regex,
    text: &'a [u8],
) -> impl Iterator<Item = Captures<'a>> {
    pattern.is_match(text).then(|| pattern.captures_iter(text)).into_iter().flatten()
}

/// The pattern of a rule, and which of its groups may be the value: the first of them that takes part in a match.
pub(crate) struct Pattern {
    pub regex: Regex,
    values: Vec<usize>,
}

impl Pattern {
    /// One that is known to be good.
    pub fn compiled(pattern: &str) -> Self {
        let regex = compile(pattern).expect("a test compiles all patterns");
        let place = |name: &str| regex.capture_names().position(|it| it == Some(name));
        let values = [place("value"), place("other"), Some(0)].into_iter().flatten().collect();
        Self { regex, values }
    }

    /// The value in a match.
    pub fn value(&self, found: &CaptureLocations) -> Range<usize> {
        let value = self.values.iter().find_map(|group| found.get(*group));
        value.map(|(begin, end)| begin..end).expect("a match has a whole")
    }
}
