//! Text that is encoded, and what holds texts: looked into layer by layer, each within limits.
//!
//! What is found in a layer is told by the part of the outer bytes that it stands for, as narrow as the
//! encoding allows.

mod base64;
mod code;
mod dicom;
mod escapes;
mod inflate;
mod kind;
mod markup;
mod packed;
mod sight;
mod strings;
mod tar;
mod typography;
mod utf16;
mod zip;

use std::borrow::Cow;
use std::ops::Range;

use crate::finding::Finding;
use crate::scanner::{Plain, Scanner};
use code::{Code, Decoded};
pub(crate) use kind::Kind;
pub use kind::{is_binary, is_passed_over, picture};
pub(crate) use sight::{Layer, Sight, Text};
pub(crate) use typography::mark;

/// Whether bytes that are no plain text are of a kind that is looked into: then their lines mean nothing.
pub fn is_encoded(bytes: &[u8]) -> bool {
    Kind::of(bytes) != Kind::Plain
}

/// How long the mark of UTF-8 is that a text begins with, and that is no part of it.
pub(crate) fn length_of_mark(bytes: &[u8]) -> usize {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    if bytes.starts_with(MARK) { MARK.len() } else { 0 }
}

/// A text as it can be shown, and where some parts of it are there: that of UTF-16 decoded, any other as
/// it is.
pub fn readable<'a>(bytes: &'a [u8], parts: &[Range<usize>]) -> (Cow<'a, [u8]>, Vec<Range<usize>>) {
    match Kind::of(bytes) {
        Kind::Utf16 { is_big } => {
            let decoded = Decoded::new(bytes, 0..bytes.len(), Code::Utf16 { is_big });
            let inner = |part: &Range<usize>| {
                decoded.inner_of(bytes, part.start)..decoded.inner_of(bytes, part.end)
            };
            let parts = parts.iter().map(inner).collect();
            (decoded.text.into(), parts)
        }
        _ => (bytes.into(), parts.to_vec()),
    }
}

/// Something that could not be looked at, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unseen {
    /// In what it is, as in [`Finding::within`]; `None` for all of it.
    pub within: Option<String>,
    /// Why.
    pub reason: String,
    /// Whether that was not to be expected: what is binary is, what is damaged is not.
    pub is_failure: bool,
}

/// What was found in some bytes, and what could not be looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// In the order in which it stands there.
    pub findings: Vec<Finding>,
    /// Each once.
    pub unseen: Vec<Unseen>,
}

/// How many layers may be around one another.
const DEEPEST: usize = 6;

/// So much is unpacked of one content, over all layers, in bytes.
const MOST_OUTPUT: usize = 64 << 20;

/// So many members of archives are looked into, over all layers.
const MOST_MEMBERS: usize = 10_000;

/// So many things that could not be looked at are named.
const MOST_UNSEEN: usize = 100;

/// What may still be used up.
#[derive(Debug)]
pub(crate) struct Limits {
    output: usize,
    members: usize,
    /// How many archives are around what is looked at.
    nested: usize,
    unseen: Vec<Unseen>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { output: MOST_OUTPUT, members: MOST_MEMBERS, nested: 0, unseen: Vec::new() }
    }
}

impl Scanner {
    /// What is found in some bytes and in all that is encoded in them, and what could not be looked at.
    pub fn look(&self, bytes: &[u8]) -> Looked {
        let (sight, unseen) = self.sight(bytes);
        let mut findings = sight.into_findings(bytes);
        findings.sort_by_key(|finding| finding.span.start);
        Looked { findings, unseen }
    }

    /// The same, layer by layer.
    pub(crate) fn sight(&self, bytes: &[u8]) -> (Sight, Vec<Unseen>) {
        let mut limits = Limits::default();
        let sight = self.unfold(bytes, 0, &mut limits);
        limits.unseen.sort();
        limits.unseen.dedup();
        (sight, limits.unseen)
    }

    fn unfold(&self, bytes: &[u8], depth: usize, limits: &mut Limits) -> Sight {
        match Kind::of(bytes) {
            Kind::Utf16 { is_big } => {
                let code = Code::Utf16 { is_big };
                let layer = self.layer(bytes, 0..bytes.len(), code, depth, limits);
                Sight { layers: layer.into_iter().collect(), ..Sight::default() }
            }
            Kind::Plain => {
                let mark = length_of_mark(bytes);
                self.unfold_text(&bytes[mark..], depth, limits).moved(mark)
            }
            Kind::Dicom => self.unfold_dicom(bytes, limits),
            kind => self.unfold_packed(bytes, kind, depth, limits),
        }
    }

    fn unfold_text(&self, bytes: &[u8], depth: usize, limits: &mut Limits) -> Sight {
        let Plain { findings, units, cut, is_too_much } = self.scan_plain(bytes);
        for rule in cut {
            limits.miss(None, &format!("the rule `{rule}` asks for too much work"), true);
        }
        if is_too_much {
            limits.miss(None, "some of it asks for too much work", true);
        }
        let mut sight = Sight { findings, units, ..Sight::default() };
        let spelled = match escapes::of(bytes) {
            Some(is_json) => Some(Code::Escapes { is_json }),
            None => typography::is_in(bytes).then_some(Code::Typography),
        };
        // What else is encoded in it is, in the decoded text, too.
        match spelled.and_then(|code| self.layer(bytes, 0..bytes.len(), code, depth, limits)) {
            Some(layer) => sight.layers.push(layer),
            None => {
                let strings = strings::parts(bytes);
                let is_apart = |part: &std::ops::Range<usize>| {
                    let after = strings.partition_point(|(it, _)| it.end <= part.start);
                    strings.get(after).is_none_or(|(it, _)| it.start >= part.end)
                };
                let runs = base64::parts(bytes).into_iter().filter(is_apart);
                let runs: Vec<_> = runs.map(|part| (part, Code::Base64)).collect();
                for (part, code) in strings.into_iter().chain(runs) {
                    sight.layers.extend(self.layer(bytes, part, code, depth, limits));
                }
            }
        }
        sight.settle(bytes);
        sight
    }

    /// Decodes a part and looks into it; nothing where there are too many layers around it.
    fn layer(
        &self,
        bytes: &[u8],
        outer: Range<usize>,
        code: Code,
        depth: usize,
        limits: &mut Limits,
    ) -> Option<Layer> {
        let decoded = Decoded::new(bytes, outer.clone(), code);
        let is_of_escapes = matches!(code, Code::Escapes { .. });
        if is_of_escapes && decoded.text == bytes[outer] {
            return None;
        }
        if depth >= DEEPEST {
            limits.miss(None, "it is encoded more often than is looked into", true);
            return None;
        }
        let sight = self.unfold(&decoded.text, depth + 1, limits);
        Some(Layer { decoded, sight })
    }
}

impl Limits {
    fn miss(&mut self, within: Option<&str>, reason: &str, is_failure: bool) {
        if self.unseen.len() > MOST_UNSEEN {
            return;
        }
        if self.unseen.len() == MOST_UNSEEN {
            let reason = "more of it could not be looked at".to_owned();
            return self.unseen.push(Unseen { within: None, reason, is_failure: true });
        }
        let within = within.map(str::to_owned);
        self.unseen.push(Unseen { within, reason: reason.to_owned(), is_failure });
    }
}
