//! Files of medical images and reports (DICOM PS3.10): elements that say who somebody is, by the basic
//! profile of PS3.15 Annex E. Sequences are read as if what is in them stood beside them, and what comes
//! with the pixels of the image and behind them is not read.

use std::ops::Range;

use super::{Limits, Sight};
use crate::dicom::{Content, field, path};
use crate::finding::Finding;
use crate::rule::Severity;
use crate::scanner::Scanner;
use crate::what::What;

/// What stands in front of the elements.
const PREAMBLE: usize = 132;

/// An element or item of which nobody has said how long it is.
const UNDEFINED: u32 = u32::MAX;

const ITEM: u32 = 0xfffe_e000;
const END_OF_SEQUENCE: u32 = 0xfffe_e0dd;
const TRANSFER_SYNTAX: u32 = 0x0002_0010;
const BURNED_IN: u32 = 0x0028_0301;
const PIXELS: u32 = 0x7fe0_0010;

pub(super) fn is_dicom(bytes: &[u8]) -> bool {
    bytes.get(PREAMBLE - 4..PREAMBLE) == Some(b"DICM")
}

/// How elements are written.
#[derive(Clone, Copy, Debug)]
struct Syntax {
    is_big: bool,
    is_implicit: bool,
}

/// One element, or what begins or ends items.
struct Element {
    tag: u32,
    /// Where its value is; nothing for what only holds others.
    value: Range<usize>,
    is_sequence: bool,
    is_undefined: bool,
    is_unknown: bool,
}

impl Scanner {
    pub(super) fn unfold_dicom(&self, bytes: &[u8], limits: &mut Limits) -> Sight {
        let mut findings = Vec::new();
        if let Err(reason) = self.read_dicom(bytes, &mut findings) {
            limits.miss(Some("dicom"), reason, true);
        }
        for finding in &mut findings {
            finding.within = Some("dicom".into());
        }
        Sight { fixed: findings, ..Sight::default() }
    }

    fn read_dicom(&self, bytes: &[u8], findings: &mut Vec<Finding>) -> Result<(), &'static str> {
        const DAMAGED: &str = "it is damaged";
        let about = Syntax { is_big: false, is_implicit: false };
        let (mut syntax, mut real) = (about, about);
        let (mut at, mut is_marked) = (PREAMBLE, false);
        // How many sequences are open within one that is written in another way than the rest.
        let mut unknown = 0_usize;
        while at < bytes.len() {
            // What says how the rest is written is always written in one way.
            if syntax_group(bytes, at) != Some(2) && unknown == 0 {
                syntax = real;
            }
            let element = Element::read(bytes, at, syntax).ok_or(DAMAGED)?;
            at = element.value.end;
            match element.tag {
                TRANSFER_SYNTAX => real = transfer_syntax(text(bytes, &element.value).1)?,
                BURNED_IN => is_marked = text(bytes, &element.value).1 == b"YES",
                PIXELS => {
                    let severity = if is_marked { Severity::Medium } else { Severity::Info };
                    let begin = element.value.start;
                    let mut finding =
                        What::Photo.found_as(severity, begin..element.value.end.max(begin));
                    finding.field = Some("(7FE0,0010) PixelData".into());
                    findings.push(finding);
                    if element.is_undefined {
                        return Ok(());
                    }
                }
                END_OF_SEQUENCE => unknown = unknown.saturating_sub(1),
                _ if element.is_sequence && element.is_undefined => {
                    let is_other = element.is_unknown || unknown > 0;
                    unknown += usize::from(is_other && element.tag != ITEM);
                    syntax.is_implicit |= unknown > 0;
                }
                _ => self.read_element(bytes, &element, findings),
            }
        }
        Ok(())
    }

    fn read_element(&self, bytes: &[u8], element: &Element, findings: &mut Vec<Finding>) {
        let Some((name, content)) = field(element.tag) else { return };
        let (span, value) = text(bytes, &element.value);
        if self.is_stand_in(value) || !content.is_said_by(value) {
            return;
        }
        let named = |mut finding: Finding| {
            finding.field = Some(path(element.tag, name));
            finding
        };
        match content {
            Content::Is(what) => findings.push(named(what.found(span))),
            Content::Minor(what) => findings.push(named(what.found_as(Severity::Info, span))),
            Content::Text => {
                findings.extend(self.scan_plain(value).findings.into_iter().map(|mut finding| {
                    finding.span = finding.span.start + span.start..finding.span.end + span.start;
                    named(finding)
                }))
            }
        }
    }
}

fn syntax_group(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn transfer_syntax(uid: &[u8]) -> Result<Syntax, &'static str> {
    let (is_big, is_implicit) = match uid {
        b"1.2.840.10008.1.2" => (false, true),
        b"1.2.840.10008.1.2.2" => (true, false),
        b"1.2.840.10008.1.2.1.99" => return Err("its elements are packed"),
        _ => (false, false),
    };
    Ok(Syntax { is_big, is_implicit })
}

/// A value without what fills it up.
fn text<'a>(bytes: &'a [u8], value: &Range<usize>) -> (Range<usize>, &'a [u8]) {
    let all = &bytes[value.clone()];
    let is_filling = |byte: &u8| *byte == 0 || byte.is_ascii_whitespace();
    let begin = all.iter().take_while(|byte| is_filling(byte)).count();
    let end = all.iter().rposition(|byte| !is_filling(byte)).map_or(begin, |last| last + 1);
    (value.start + begin..value.start + end, &all[begin..end])
}

impl Element {
    /// The element that begins here; nothing where it does not end in these bytes.
    fn read(bytes: &[u8], at: usize, syntax: Syntax) -> Option<Self> {
        let half = |at: usize| {
            let pair = bytes.get(at..at + 2)?.try_into().ok()?;
            let number =
                if syntax.is_big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) };
            Some(u32::from(number))
        };
        let word = |at: usize| {
            let four = bytes.get(at..at + 4)?.try_into().ok()?;
            Some(if syntax.is_big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
        };
        let tag = half(at)? << 16 | half(at + 2)?;
        let is_mark = tag >> 16 == 0xfffe;
        let kind = bytes.get(at + 4..at + 6)?;
        let (begin, length) = match kind {
            _ if is_mark || syntax.is_implicit => (at + 8, word(at + 4)?),
            b"OB" | b"OD" | b"OF" | b"OL" | b"OV" | b"OW" | b"SQ" | b"SV" | b"UC" | b"UN"
            | b"UR" | b"UT" | b"UV" => (at + 12, word(at + 8)?),
            _ if kind.iter().all(u8::is_ascii_uppercase) => (at + 8, half(at + 6)?),
            _ => return None,
        };
        let is_undefined = length == UNDEFINED;
        let is_unknown = !is_mark && (syntax.is_implicit || kind == b"UN");
        let is_explicit_sequence = !is_mark && !syntax.is_implicit && kind == b"SQ";
        // Without its kind written beside it, a sequence is known by the item that it begins with.
        let begins_item = || half(begin) == Some(0xfffe) && half(begin + 2) == Some(0xe000);
        let is_sequence = is_mark
            || is_explicit_sequence
            || (is_undefined && tag != PIXELS)
            || (syntax.is_implicit && tag != PIXELS && length >= 8 && begins_item());
        let end =
            if is_sequence || is_undefined { begin } else { begin.checked_add(length as usize)? };
        (end <= bytes.len()).then_some(Self {
            tag,
            value: begin..end,
            is_sequence,
            is_undefined,
            is_unknown,
        })
    }
}
