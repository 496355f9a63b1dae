use std::ops::Range;

use crate::rule::{Category, Severity};

/// Something that was found: where, and what kind of thing, never the thing itself.
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
}
