//! HL7 version 2 in XML (HL7 Version 2 XML Encoding Syntax, Release 2; ISO/HL7 27931), and as integration engines show
//! messages: an element for each field, named by its segment and number, whatever it stands in.
//!
//! Components are elements named by their data type (`<PID.5><XPN.1>`) or by their field (`<PID.5.1>`). Tags are read
//! one after the other, so that a part of a message is understood as well as a whole.

use std::ops::Range;

use super::fields::{self, Content, Field};
use super::{Message, add, path};
use crate::age;
use crate::structure::xml::end_of_tag;
use crate::structure::{Layout, trimmed};
use crate::what::What;

/// The longest tag that is one of a message, in bytes: they have next to no attributes.
const LONGEST: usize = 256;

/// How deep elements may be in a field: components, their parts, and what marks text up.
const DEEPEST: usize = 8;

/// Whether the name of a segment is one of an element here, behind which its number stands.
pub(in crate::structure) fn is_element(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| bytes[before]);
    let number = bytes.get(at + 4);
    matches!(before, Some(b'<' | b':'))
        && bytes.get(at + 3) == Some(&b'.')
        && number.is_some_and(u8::is_ascii_digit)
}

pub(in crate::structure) fn read(bytes: &[u8], layout: &mut Layout) {
    let (field, segment, message) = (None, None, Message::default());
    let mut reader = Reader { bytes, field, segment, message, is_leaf: false };
    // Behind the first section of text that does not end there is none that does.
    let (mut at, mut may_have_sections) = (0, true);
    while let Some(begin) = memchr::memchr(b'<', &bytes[at..]).map(|found| at + found) {
        if reader.is_leaf && matches!(bytes.get(begin + 1), None | Some(b'/' | b'!' | b'e')) {
            reader.text(at..begin);
        }
        if may_have_sections && bytes[begin..].starts_with(b"<![CDATA[") {
            let end = memchr::memmem::find(&bytes[begin..], b"]]>");
            if let Some(end) = end.map(|end| begin + end) {
                reader.text((begin + 9).min(end)..end);
                at = end + 3;
                continue;
            }
            may_have_sections = false;
        }
        let tag = &bytes[begin..bytes.len().min(begin + LONGEST)];
        at = begin + end_of_tag(tag).map_or(1, |end| end + 1);
        reader.tag(begin..at, layout);
    }
    reader.end_field(bytes.len(), layout);
    reader.end_segment(layout);
    reader.message.finish(layout);
}

/// A segment of which fields were read.
struct Segment {
    name: Range<usize>,
    span: Range<usize>,
    /// The number of the last field, and how often it was there before.
    last: (usize, usize),
    /// What the second and third field of an observation say.
    value_type: Range<usize>,
    observed: Range<usize>,
}

/// A field that is open.
struct Open {
    segment: Range<usize>,
    number: usize,
    begin: usize,
    /// Whether it has an element of its own.
    is_explicit: bool,
    /// The numbers of the elements that are open in it.
    levels: Vec<usize>,
    parts: Vec<Part>,
}

/// A text in a field: the number of its component, the place in that, and where it is.
struct Part {
    component: usize,
    sub: usize,
    span: Range<usize>,
}

struct Reader<'a> {
    bytes: &'a [u8],
    field: Option<Open>,
    segment: Option<Segment>,
    message: Message,
    /// Whether the last tag began an element: what stands between others is no text of a message.
    is_leaf: bool,
}

/// What an element is called.
struct Name {
    /// The name of a segment.
    segment: Option<Range<usize>>,
    /// The numbers behind it, 0 where there are no more.
    numbers: [usize; 3],
}

impl Reader<'_> {
    fn text(&mut self, part: Range<usize>) {
        let Some(field) = &mut self.field else { return };
        let span = trimmed(self.bytes, part);
        let text = &self.bytes[span.clone()];
        if !span.is_empty() && !is_entity(text) && !is_code(text) {
            let component = field.levels.first().copied().unwrap_or(1).max(1);
            let sub = field.levels.get(1).map_or(0, |number| number.saturating_sub(1));
            field.parts.push(Part { component, sub, span });
        }
    }

    fn tag(&mut self, span: Range<usize>, layout: &mut Layout) {
        let tag = &self.bytes[span.clone()];
        // What was escaped in a message is marked within its text.
        if tag.starts_with(b"<escape") || tag.starts_with(b"</escape") {
            return;
        }
        self.is_leaf = !tag.starts_with(b"</") && !tag.ends_with(b"/>");
        if tag.starts_with(b"</") {
            return self.end_tag(span, layout);
        }
        let Some(name) = name(self.bytes, span.start + 1) else { return };
        let is_empty = tag.ends_with(b"/>");
        match (&name.segment, name.numbers) {
            (Some(_), [0, ..]) => {
                self.end_field(span.start, layout);
                self.end_segment(layout);
            }
            (Some(segment), [number, component, sub]) => {
                let segment = segment.clone();
                let is_inside = component > 0 && self.is_field(&segment, number);
                if !is_inside {
                    self.end_field(span.start, layout);
                    self.begin_field(segment, number, span.start, component == 0);
                }
                if component > 0 && !is_empty {
                    self.push(if sub > 0 { sub } else { component });
                } else if is_empty && component == 0 {
                    self.end_field(span.end, layout);
                }
            }
            (None, [number, ..]) if !is_empty => self.push(number),
            (None, _) => {}
        }
    }

    fn is_field(&self, segment: &Range<usize>, number: usize) -> bool {
        self.field.as_ref().is_some_and(|field| {
            field.number == number
                && self.bytes[field.segment.clone()] == self.bytes[segment.clone()]
        })
    }

    fn begin_field(
        &mut self,
        segment: Range<usize>,
        number: usize,
        begin: usize,
        is_explicit: bool,
    ) {
        let (levels, parts) = (Vec::new(), Vec::new());
        self.field = Some(Open { segment, number, begin, is_explicit, levels, parts });
    }

    fn push(&mut self, number: usize) {
        // What is deeper than any message is none.
        self.field = self.field.take().filter(|field| field.levels.len() < DEEPEST);
        if let Some(field) = &mut self.field {
            field.levels.push(number);
        }
    }

    fn end_tag(&mut self, span: Range<usize>, layout: &mut Layout) {
        let is_own = self.field.as_mut().is_some_and(|field| field.levels.pop().is_none());
        if is_own {
            let is_explicit = self.field.as_ref().is_some_and(|field| field.is_explicit);
            self.end_field(if is_explicit { span.end } else { span.start }, layout);
        }
        if name(self.bytes, span.start + 2)
            .is_some_and(|it| it.numbers[0] == 0 && it.segment.is_some())
        {
            self.end_segment(layout);
        }
    }

    /// Reads the field that is open, which ends here.
    fn end_field(&mut self, end: usize, layout: &mut Layout) {
        let Some(field) = self.field.take() else { return };
        let end =
            if field.is_explicit { end } else { field.parts.last().map_or(end, |it| it.span.end) };
        let name = &self.bytes[field.segment.clone()];
        let is_same = self.segment.as_ref().is_some_and(|segment| {
            self.bytes[segment.name.clone()] == *name && segment.last.0 <= field.number
        });
        if !is_same {
            self.end_segment(layout);
        }
        let segment = self.segment.get_or_insert_with(|| Segment {
            name: field.segment.clone(),
            span: field.begin..end,
            last: (0, 0),
            value_type: 0..0,
            observed: 0..0,
        });
        let is_again = segment.last.0 == field.number;
        segment.last = (field.number, if is_again { segment.last.1 + 1 } else { 0 });
        segment.span.end = end;
        segment.read(self.bytes, &field, layout);
        layout.close(field.begin..end);
    }

    fn end_segment(&mut self, layout: &mut Layout) {
        if let Some(Segment { name, span, .. }) = self.segment.take() {
            self.message.add(&self.bytes[name], span, layout);
        }
    }
}

impl Segment {
    fn read(&mut self, bytes: &[u8], field: &Open, layout: &mut Layout) {
        let name = &bytes[self.name.clone()];
        let first = field.parts.first().map_or(0..0, |part| part.span.clone());
        match (name, field.number) {
            (b"OBX", 2) => self.value_type = first.clone(),
            (b"OBX", 3) => self.observed = first.clone(),
            _ => {}
        }
        let said = fields::observed(&bytes[self.observed.clone()]);
        let field_of = match said.filter(|_| field.number == 5) {
            Some(What::Age) if !age::is_over(&bytes[first]) => None,
            Some(what) => Some(Field { content: Content::Value(what), is_minor: false }),
            None => None,
        };
        let value_type = Some(&bytes[self.value_type.clone()]).filter(|it| !it.is_empty());
        let known = field_of.or_else(|| fields::field(name, field.number, value_type));
        let Some(Field { content, is_minor: is_minor_field }) = known else { return };
        if content == Content::Prose {
            layout.prose.extend(field.parts.iter().map(|part| part.span.clone()));
            return;
        }
        let of = |place: usize| field.parts.iter().filter(move |part| part.component == place);
        let component =
            |place: usize| of(place).next().map_or(&b""[..], |part| &bytes[part.span.clone()]);
        // An element says which component it is, where there may be others.
        let least = if matches!(content, Content::Value(_)) { 1 } else { 2 };
        let last = field.parts.iter().map(|part| part.component).max();
        let components = last.unwrap_or(1).max(least);
        content.parts(component, &mut |what, place, is_minor| {
            for Part { component, sub, span } in of(place) {
                let path = || path(name, self.last, (*component, *sub), components);
                add(bytes, what, is_minor || is_minor_field, span.clone(), path, layout);
            }
        });
    }
}

/// Whether a text is what a template computes the value from: `msg['PID']['PID.3'].toString()`.
fn is_code(text: &[u8]) -> bool {
    let has = |part: &[u8]| memchr::memmem::find(text, part).is_some();
    has(b"['") || has(b"[\"") || has(b"()") || has(b"${")
}

/// Whether a text is nothing but the name of another one.
fn is_entity(text: &[u8]) -> bool {
    text[0] == b'&' && memchr::memchr(b';', text) == Some(text.len() - 1)
}

/// What the element is called whose name begins here; nothing where no message has such a one.
fn name(bytes: &[u8], at: usize) -> Option<Name> {
    let rest = &bytes[at..bytes.len().min(at + LONGEST)];
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"._-:".contains(byte);
    let length = rest.iter().take_while(is_part).count();
    let begin = memchr::memrchr(b':', &rest[..length]).map_or(0, |colon| colon + 1);
    let mut parts = rest[begin..length].split(|byte| *byte == b'.');
    let first = parts.next().filter(|first| !first.is_empty())?;
    let mut numbers = [0; 3];
    for (number, part) in numbers.iter_mut().zip(parts) {
        *number = std::str::from_utf8(part).ok()?.parse().ok().filter(|it| *it < 1000)?;
    }
    let is_segment = first.len() == 3 && fields::is_segment(first);
    let segment = is_segment.then(|| at + begin..at + begin + first.len());
    Some(Name { segment, numbers })
}

#[cfg(test)]
mod tests {
    use crate::structure::tests::{assert_counts, found_by, plain};

    fn found(text: &str) -> Vec<(String, String)> {
        found_by(super::read, text)
    }

    // Synthetic; `~` stands for nothing.
    const STANDARD: &str = "<ADT_A01 xmlns=\"urn:hl7-org:v2xml\"><MSH><MSH.1>|</MSH.1><MSH.10>4829~1799</MSH.10></MSH>
        <PID><P~ID.3><CX.1>4829~1734</CX.1><CX.5>MR</CX.5></PID.3><P~ID.3><CX.1>536~228145</CX.1><CX.5>SS</CX.5></PID.3>
        <P~ID.5><XPN.1><FN.1>Thorn~bury</FN.1></XPN.1><XPN.2>Marg~aret</XPN.2></PID.5>
        <P~ID.7><TS.1>1961~0714</TS.1></PID.7><P~ID.8>F</PID.8></PID>
        <OBX><O~BX.2>XPN</OBX.2><O~BX.5><XPN.1>Ash~down</XPN.1></OBX.5></OBX></ADT_A01>";

    const ENGINE: &str =
        "<HL7Message>\n<PID>\n<P~ID.3>\n<P~ID.3.1>4829~1734</PID.3.1><P~ID.3.5>MR</PID.3.5>\n</PID.3>
        <P~ID.5>\n<P~ID.5.1><![CDATA[Thorn~bury]]></PID.5.1>\n<P~ID.5.2>Marg~aret</PID.5.2>\n</PID.5>
        <P~ID.7><P~ID.7.1>1961~0714</PID.7.1></PID.7><P~ID.19/></PID></HL7Message>";

    #[test]
    fn elements_are_known_by_their_fields() {
        let expected = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(field, value)| ((*field).to_owned(), plain(value))).collect()
        };
        let standard = expected(&[
            ("PID-3.1", "4829~1734"),
            ("PID-3[2].1", "536~228145"),
            ("PID-5.1", "Thorn~bury"),
            ("PID-5.2", "Marg~aret"),
            ("PID-7", "1961~0714"),
            ("OBX-5.1", "Ash~down"),
        ]);
        assert_eq!(found(STANDARD), standard);
        let prefixed = STANDARD.replace("</", "</h:").replace("<", "<h:").replace("<h:/h:", "</h:");
        assert_eq!(found(&prefixed), found(STANDARD));
        let engine = expected(&[
            ("PID-3.1", "4829~1734"),
            ("PID-5.1", "Thorn~bury"),
            ("PID-5.2", "Marg~aret"),
            ("PID-7", "1961~0714"),
        ]);
        assert_eq!(found(ENGINE), engine);
        // A part of a message, and one whose end is missing.
        let escaped = "<NTE><N~TE.3>a <escape V=\"H\"/>b</NTE.3></NTE><P~ID.5.1>Thorn~<escape V=\"T\"/></PID.5.1>";
        assert_eq!(found(escaped), expected(&[("PID-5.1", "Thorn")]));
        let part = "x = \"<P~ID.5.1>Thorn~bury</PID.5.1><P~ID.5.2>Marg~aret</PID.5.2>\";";
        assert_eq!(found(part), engine[1..3]);
        assert_eq!(found("<P~ID.5><P~ID.5.1>Thorn~bury<"), expected(&[("PID-5.1", "Thorn~bury")]));
    }

    #[test]
    fn elements_of_nobody_say_nothing() {
        for text in [
            "<MSH><MSH.10>4829~1734</MSH.10></MSH><PID><P~ID.1>1</PID.1><P~ID.8>F</PID.8><P~ID.5/></PID>",
            "<PID><P~ID.5><XPN.1><FN.1>${family}</FN.1></XPN.1></PID.5><P~ID.3><CX.1></CX.1></PID.3></PID>",
            "\"<PID>\" +\n\"<P~ID.5>\\n\" +\n \"<P~ID.5.1></PID.5.1>\\n\" +\n\"</PID.5>\" + y",
            "<PID><P~ID.5><P~ID.5.1>&name;</PID.5.1></PID.5></PID>",
            "<xs:element name=\"PID.5\" type=\"XPN\"/><P~ID.5.x>Roe</PID.5.x><ABC.5>Roe</ABC.5>",
        ] {
            assert!(found(text).is_empty(), "{text} {:?}", found(text));
        }
    }

    #[test]
    fn messages_cut_anywhere_and_hostile_ones_end_soon() {
        for length in 0..STANDARD.len() {
            found(&STANDARD[..length]);
        }
        let texts = [
            ("<P~ID.5>", 0),
            ("<P~ID.5.1>", 0),
            ("<P~ID.5><a \"", 0),
            ("<P~ID.5><![CDATA[", 0),
            ("<P~ID.5>A</PID.5>", 100_000),
            ("<PID><P~ID.3>1", 0),
            ("</PID.5></PID>", 0),
            ("<P~ID.99999999999999999999>", 0),
            ("<P~ID.5><XPN.1><FN.1>A", 0),
        ];
        assert_counts(
            found,
            texts.map(|(text, count): (&str, usize)| (text.repeat(100_000), count)),
        );
    }
}
