use std::fmt;
use std::ops::Range;

use crate::rule::{Category, Rule, Severity};

/// The most findings that one way to look for them adds in one text: nobody reads more, and each takes memory.
pub(crate) const MOST_FOUND: usize = 1 << 18;

/// Something that was found: where, and what kind of thing, and the thing itself only where nobody could read it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule, by its id.
    pub rule: String,
    /// What kind of information it is.
    pub category: Category,
    /// How much it matters here.
    pub severity: Severity,
    /// Which bytes of what was scanned.
    pub span: Range<usize>,
    /// The field of a structure, such as `PID-5.1`; `None` in free text.
    pub field: Option<String>,
    /// How what was scanned had to be decoded to see it, the outer layer first, such as `utf-16`; `None`
    /// where it stands there as it is. The span is then that of what was decoded.
    pub within: Option<String>,
    /// What was found, where that stands in what was decoded.
    pub decoded: Option<Hidden>,
}

impl Finding {
    /// What a rule finds in bytes that stand there as they are.
    pub(crate) fn of(rule: &Rule, span: Range<usize>) -> Self {
        Self {
            rule: rule.id.to_string(),
            category: rule.category,
            severity: rule.severity,
            span,
            field: None,
            within: None,
            decoded: None,
        }
    }

    /// What was found in some bytes.
    pub fn value<'a>(&'a self, bytes: &'a [u8]) -> &'a [u8] {
        self.decoded.as_ref().map_or(&bytes[self.span.clone()], |value| &value.0)
    }

    /// The same finding, of a text that was decoded.
    pub(crate) fn of_decoded(mut self, text: &[u8]) -> Self {
        let value = || Hidden(text[self.span.clone()].into());
        self.decoded = Some(self.decoded.take().unwrap_or_else(value));
        self
    }
}

/// Bytes that nobody is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(Box<[u8]>);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("****")
    }
}
