//! Encodings of text, as steps from one place to the next: the same steps decode, and say later where in
//! the encoded bytes a part of the decoded text stands.

use std::ops::Range;

use super::{base64, escapes, strings, typography, utf16};
use crate::clean::{Edits, applied};

/// How a text is encoded within another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// Two bytes for most characters.
    Utf16 { is_big: bool },
    /// Four signs for three bytes.
    Base64,
    /// Most characters stand for themselves, and some are spelled out.
    Escapes { is_json: bool },
    /// Characters that are read as others, or not seen.
    Typography,
    /// A string with backslashes; strings of a list of lines belong together.
    String,
    /// A string of YAML or a program in single quotes.
    Quoted,
}

/// So many encoded bytes stand for these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub taken: usize,
    made: [u8; 4],
    count: u8,
}

impl Step {
    /// A step from some bytes to others, of which there are four at most.
    pub fn new(taken: usize, made: &[u8]) -> Self {
        let mut step = Self { taken, made: [0; 4], count: made.len() as u8 };
        step.made[..made.len()].copy_from_slice(made);
        step
    }

    /// A step to one character.
    pub fn to(taken: usize, character: char) -> Self {
        Self::new(taken, character.encode_utf8(&mut [0; 4]).as_bytes())
    }

    pub fn made(&self) -> &[u8] {
        &self.made[..usize::from(self.count)]
    }
}

impl Code {
    /// How many bytes from here on stand for themselves.
    fn plain(self, bytes: &[u8], at: usize) -> usize {
        match self {
            Self::Utf16 { .. } | Self::Base64 => 0,
            Self::Escapes { .. } => escapes::plain(&bytes[at..]),
            Self::Typography => typography::plain(&bytes[at..]),
            Self::String | Self::Quoted => strings::plain(&bytes[at..], self),
        }
    }

    /// The step from here.
    fn step(self, bytes: &[u8], at: usize) -> Step {
        match self {
            Self::Utf16 { is_big } => utf16::step(&bytes[at..], is_big),
            Self::Base64 => base64::step(&bytes[at..]),
            Self::Escapes { is_json } => escapes::step(&bytes[at..], is_json),
            Self::Typography => typography::step(&bytes[at..]),
            Self::String | Self::Quoted => strings::step(bytes, at, self),
        }
    }

    /// A text in this encoding, as it may stand in the place of some bytes.
    fn encode(self, text: &[u8], before: &[u8]) -> Vec<u8> {
        match self {
            Self::Utf16 { is_big } => utf16::encode(text, is_big),
            Self::Base64 => base64::encode(text, before),
            Self::Escapes { .. } => escapes::encode(text, before),
            Self::Typography => text.to_vec(),
            Self::String | Self::Quoted => strings::encode(text, before, self),
        }
    }

    /// Whether a part of a text can't be encoded without the rest of it.
    pub fn is_of_groups(self) -> bool {
        self == Self::Base64
    }

    /// What it is called in reports.
    pub fn name(self, part: &[u8]) -> &'static str {
        match self {
            Self::Utf16 { .. } => "utf-16",
            Self::Base64 => "base64",
            Self::Escapes { .. } => escapes::name(part),
            Self::Typography => "typographic characters",
            Self::String | Self::Quoted => "string",
        }
    }
}

/// A text that was decoded, and the way back.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub text: Vec<u8>,
    code: Code,
    /// Which part of the outer bytes it was made from.
    pub outer: Range<usize>,
    /// Places in the outer bytes and in the text that belong together, sorted.
    marks: Vec<(usize, usize)>,
}

/// So far apart in the text places are kept.
const APART: usize = 256;

impl Decoded {
    /// Decodes a part of some bytes.
    pub fn new(bytes: &[u8], outer: Range<usize>, code: Code) -> Self {
        let part = &bytes[..outer.end];
        let (mut text, mut marks) = (Vec::with_capacity(outer.len() / 2), vec![(outer.start, 0)]);
        let (mut at, mut last) = (outer.start, 0);
        while at < part.len() {
            let plain = code.plain(part, at);
            text.extend_from_slice(&part[at..at + plain]);
            at += plain;
            if at >= part.len() {
                break;
            }
            if text.len() - last >= APART {
                marks.push((at, text.len()));
                last = text.len();
            }
            let step = code.step(part, at);
            text.extend_from_slice(step.made());
            at += step.taken.max(1);
        }
        Self { text, code, outer, marks }
    }

    /// Whether most of its characters stand for themselves, and others are spelled out.
    pub fn is_spelled(&self) -> bool {
        matches!(self.code, Code::Escapes { .. } | Code::Typography)
    }

    /// The same, where so many bytes are in front of the outer ones.
    pub fn moved(self, by: usize) -> Self {
        let outer = self.outer.start + by..self.outer.end + by;
        let marks = self.marks.into_iter().map(|(at, text)| (at + by, text)).collect();
        Self { outer, marks, ..self }
    }

    pub fn code(&self) -> Code {
        self.code
    }

    /// Which of the outer bytes a part of the text was made from.
    pub fn outer_of(&self, bytes: &[u8], inner: &Range<usize>) -> Range<usize> {
        let (begin, end) = self.place(bytes, inner.start);
        if inner.is_empty() {
            return begin..begin;
        }
        let last = self.place(bytes, inner.end - 1).1;
        begin..last.max(end)
    }

    /// Where in the text a place of the outer bytes is.
    pub fn inner_of(&self, bytes: &[u8], outer: usize) -> usize {
        let part = &bytes[..self.outer.end];
        let mark = self.marks.partition_point(|(at, _)| *at <= outer).max(1) - 1;
        let (mut at, mut text) = self.marks[mark];
        while at < outer.min(part.len()) {
            let plain = self.code.plain(part, at).min(outer - at);
            (at, text) = (at + plain, text + plain);
            if at < outer.min(part.len()) {
                let step = self.code.step(part, at);
                (at, text) = (at + step.taken.max(1), text + step.made().len());
            }
        }
        text
    }

    /// Edits of the text as edits of the outer bytes.
    pub fn encoded(&self, bytes: &[u8], inner: Edits) -> Edits {
        if self.code.is_of_groups() && !inner.is_empty() {
            let new = self.code.encode(&applied(&self.text, inner).0, &bytes[self.outer.clone()]);
            return vec![(self.outer.clone(), new)];
        }
        let encoded = |(span, new): (Range<usize>, Vec<u8>)| {
            let outer = self.outer_of(bytes, &span);
            let before = match self.code {
                Code::Escapes { .. } => escapes::around(bytes, &outer),
                _ => &bytes[outer.clone()],
            };
            let new = self.code.encode(&new, before);
            (outer, new)
        };
        inner.into_iter().map(encoded).collect()
    }

    /// Where the step begins and ends in the outer bytes that made this byte of the text.
    fn place(&self, bytes: &[u8], inner: usize) -> (usize, usize) {
        let part = &bytes[..self.outer.end];
        let mark = self.marks.partition_point(|(_, text)| *text <= inner).max(1) - 1;
        let (mut at, mut text) = self.marks[mark];
        while at < part.len() {
            let plain = self.code.plain(part, at);
            if inner < text + plain {
                let place = at + inner - text;
                return (place, place + 1);
            }
            (at, text) = (at + plain, text + plain);
            if at >= part.len() {
                break;
            }
            let step = self.code.step(part, at);
            let taken = step.taken.max(1);
            if inner < text + step.made().len() {
                return (at, part.len().min(at + taken));
            }
            (at, text) = (at + taken, text + step.made().len());
        }
        (part.len(), part.len())
    }
}
