//! XML, as a run of tags: nothing is copied, no entity is expanded, and what is not well formed is passed
//! over.

use std::ops::Range;

/// How deep elements may be in one another.
const DEEPEST: usize = 256;

/// What comes next in a document.
pub(super) enum Event<'a> {
    /// The beginning of an element, which is on the stack by then.
    Start(Attributes<'a>),
    /// The end of the element on top of the stack, which is there still.
    End,
    /// Text between tags that is not blank.
    Text(Range<usize>),
}

/// The names and values of a tag.
#[derive(Clone, Copy)]
pub(super) struct Attributes<'a> {
    bytes: &'a [u8],
    begin: usize,
    end: usize,
}

impl<'a> Attributes<'a> {
    /// Where the value of this name is, without its quotes.
    pub fn value(&self, name: &[u8]) -> Option<Range<usize>> {
        self.all().find(|(key, _)| self.bytes[key.clone()] == *name).map(|(_, value)| value)
    }

    /// The value of this name as text; nothing where there is none.
    pub fn text(&self, name: &[u8]) -> &'a [u8] {
        self.value(name).map_or(&b""[..], |value| &self.bytes[value])
    }

    /// All names and their values.
    pub fn all(&self) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        let Self { bytes, begin, end } = *self;
        let mut at = begin;
        std::iter::from_fn(move || {
            let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b":_-.".contains(byte);
            at += bytes[at..end].iter().position(is_name)?;
            let length = bytes[at..end].iter().take_while(|byte| is_name(byte)).count();
            let key = at..at + length;
            at = key.end;
            let quote = at + bytes[at..end].iter().position(|byte| matches!(byte, b'"' | b'\''))?;
            let begin = quote + 1 + usize::from(is_doubled(&bytes[quote..end]));
            let length = memchr::memchr(bytes[quote], &bytes[begin..end])?;
            at = end.min(begin + length + (begin - quote));
            // In a string of source code quotes have a backslash in front.
            let is_escaped = bytes[key.end..quote].ends_with(b"\\");
            let is_spelled = is_escaped && bytes[begin..begin + length].ends_with(b"\\");
            Some((key, begin..begin + length - usize::from(is_spelled)))
        })
    }
}

/// Whether a quote is doubled, as in strings of some languages, and not one of two around nothing.
fn is_doubled(rest: &[u8]) -> bool {
    match rest {
        [one, two, next, ..] => {
            one == two && !next.is_ascii_whitespace() && !matches!(next, b'/' | b'>' | b'?')
        }
        _ => false,
    }
}

/// Reads a document from one tag to the next.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The names of the elements that are open, without their prefixes, and what else is known of them.
    pub stack: Vec<&'a [u8]>,
    /// Whether the top of the stack ends before what comes next.
    is_over: bool,
    /// Whether the element that was begun has no content.
    is_empty: bool,
    /// Whether nothing comes next, or what does has no end.
    is_cut: bool,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::begin(bytes, 0)
    }

    /// A reader of what begins at a place.
    pub fn begin(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, stack: Vec::new(), is_over: false, is_empty: false, is_cut: false }
    }

    /// Whether one of the open elements has this name.
    pub fn is_within(&self, name: &[u8]) -> bool {
        self.stack.contains(&name)
    }

    /// The name of the innermost element.
    pub fn name(&self) -> &'a [u8] {
        self.stack.last().copied().unwrap_or_default()
    }

    /// Where what comes next begins.
    pub fn place(&self) -> usize {
        self.at
    }

    /// Up to where the document was looked at: to its end, where what comes next has none.
    pub fn farthest(&self) -> usize {
        if self.is_cut { self.bytes.len() } else { self.at }
    }

    pub fn next(&mut self) -> Option<Event<'a>> {
        let event = self.event();
        self.is_cut = event.is_none();
        event
    }

    fn event(&mut self) -> Option<Event<'a>> {
        if std::mem::take(&mut self.is_over) {
            self.stack.pop();
        }
        if std::mem::take(&mut self.is_empty) {
            self.is_over = true;
            return Some(Event::End);
        }
        loop {
            let rest = self.bytes.get(self.at..)?;
            let begin = memchr::memchr(b'<', rest).unwrap_or(rest.len());
            if begin > 0 {
                let text = super::trimmed(self.bytes, self.at..self.at + begin);
                self.at += begin;
                if !text.is_empty() {
                    return Some(Event::Text(text));
                }
                continue;
            }
            let skip = |end: &[u8]| memchr::memmem::find(rest, end).map(|at| at + end.len());
            match rest {
                [] => return None,
                [b'<', b'!', b'-', b'-', ..] => self.at += skip(b"-->")?,
                [b'<', b'!', b'[', b'C', ..] => {
                    let end = skip(b"]]>")?;
                    let text = self.at + 9..self.at + end - 3;
                    self.at += end;
                    if text.start < text.end {
                        return Some(Event::Text(text));
                    }
                }
                [b'<', b'?' | b'!', ..] => self.at += skip(b">")?,
                [b'<', b'/', ..] => {
                    self.at += skip(b">")?;
                    if !self.stack.is_empty() {
                        self.is_over = true;
                        return Some(Event::End);
                    }
                }
                _ => {
                    if let Some(event) = self.tag(rest)? {
                        return Some(event);
                    }
                }
            }
        }
    }

    /// A tag that begins an element; nothing where it is none, and no more where it has no end.
    fn tag(&mut self, rest: &'a [u8]) -> Option<Option<Event<'a>>> {
        let is_name =
            |byte: &u8| byte.is_ascii_alphanumeric() || b":_-.".contains(byte) || *byte >= 0x80;
        let length = rest[1..].iter().take_while(|byte| is_name(byte)).count();
        if length == 0 {
            self.at += 1;
            return Some(None);
        }
        let end = end_of_tag(rest)?;
        let name = &rest[1..=length];
        let local = name.rsplit(|byte| *byte == b':').next().unwrap_or(name);
        let attributes =
            Attributes { bytes: self.bytes, begin: self.at + 1 + length, end: self.at + end };
        self.is_empty = rest[..end].ends_with(b"/");
        self.at += end + 1;
        if self.stack.len() >= DEEPEST {
            return None;
        }
        self.stack.push(local);
        Some(Some(Event::Start(attributes)))
    }
}

/// Where a tag has its `>`, which may stand in a value, too.
pub(super) fn end_of_tag(rest: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr3(b'>', b'"', b'\'', rest.get(at..)?)?;
        match rest[at] {
            b'>' => return Some(at),
            quote => at += memchr::memchr(quote, &rest[at + 1..])? + 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_texts_come_in_their_order() {
        let text = br#"<?xml version="1"?><!-- <x> --><a:b c='1>2' d = "e"><f/>g &amp; h<![CDATA[<i>]]></a:b>"#;
        let mut reader = Reader::new(text);
        let mut seen = Vec::new();
        while let Some(event) = reader.next() {
            let name = String::from_utf8_lossy(reader.name()).into_owned();
            seen.push(match event {
                Event::Start(attributes) => {
                    format!("+{name} {}", String::from_utf8_lossy(attributes.text(b"c")))
                }
                Event::End => format!("-{name}"),
                Event::Text(span) => String::from_utf8_lossy(&text[span]).into_owned(),
            });
        }
        assert_eq!(seen, ["+b 1>2", "+f ", "-f", "g &amp; h", "<i>", "-b"]);
    }

    #[test]
    fn attributes_stand_in_strings_of_code() {
        for text in ["<a b=\\\"c\\\" d=\\\"\\\"/>", "<a b=\"\"c\"\" d=\"\"/>", "<a b='c' d=''/>"] {
            let mut reader = Reader::new(text.as_bytes());
            let Some(Event::Start(attributes)) = reader.next() else { panic!("{text}") };
            assert_eq!(
                (attributes.text(b"b"), attributes.text(b"d")),
                (&b"c"[..], &b""[..]),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_well_formed_ends() {
        for text in
            ["<", "<a", "<a b=\"", "</a>", "<>", "<a><!--", "<a></b></c>", "<![CDATA[", "< a>"]
        {
            let mut reader = Reader::new(text.as_bytes());
            while reader.next().is_some() {}
        }
        for text in ["<a b=\"\"c\" d>", "<a b=\"\"c\">", "<a b=\\\"\">", "<a b=\"\"\"\">"] {
            let mut reader = Reader::new(text.as_bytes());
            while let Some(event) = reader.next() {
                if let Event::Start(attributes) = event {
                    attributes.all().for_each(drop);
                }
            }
        }
        let deep = [b'<', b'a', b'>'].repeat(10_000);
        let mut reader = Reader::new(&deep);
        while reader.next().is_some() {}
    }
}
