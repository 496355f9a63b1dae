//! JSON, as a tree of places: nothing is copied. What is not well formed ends it, and what stands before that
//! place counts.

use std::ops::Range;

/// How deep values may be in one another.
const DEEPEST: usize = 200;

/// The most values of a document.
const MOST: usize = 4_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    String,
    /// A number, true, false or null.
    Plain,
}

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub kind: Kind,
    /// The content; of a string without its quotes.
    pub span: Range<usize>,
    /// The name in an object, without its quotes.
    pub key: Option<Range<usize>>,
    /// The type of a resource, where it is not said by a value inside.
    resource: Range<usize>,
    /// Numbers of the first value inside and of the next one beside, 0 for none.
    first: u32,
    next: u32,
}

pub(super) struct Document<'a> {
    pub bytes: &'a [u8],
    nodes: Vec<Node>,
    /// Whether it is broken off, or no JSON from some place on.
    pub is_cut: bool,
}

/// Why a value does not end.
enum Stop {
    /// It is larger or deeper than what is read.
    Beyond,
    /// It is broken off at this place, or no JSON from there on.
    Broken(usize),
}

impl<'a> Document<'a> {
    /// Reads what begins at a place: one value. Says where it ends.
    pub fn read(bytes: &'a [u8], begin: usize) -> Option<(Self, usize)> {
        Self::read_or_end(bytes, begin).ok()
    }

    /// The same; says up to where it was read if there is none.
    pub fn read_or_end(bytes: &'a [u8], begin: usize) -> Result<(Self, usize), usize> {
        let mut document = Self::new(bytes);
        // The objects and arrays that are open, and the last value in each.
        let mut open = Vec::new();
        match document.parse(begin, &mut open) {
            Ok(end) => Ok((document, end)),
            // There has to be something inside.
            Err(Stop::Broken(end)) if document.nodes.len() > 2 => {
                for (number, _) in open {
                    document.nodes[number].span.end = end;
                }
                document.is_cut = true;
                Ok((document, end))
            }
            Err(Stop::Broken(end)) => Err(end),
            Err(Stop::Beyond) => Err(bytes.len()),
        }
    }

    /// A document without values.
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut document = Self { bytes, nodes: Vec::new(), is_cut: false };
        document.add(None, Kind::Plain, 0..0, None);
        document
    }

    /// Adds a value behind the last one in another; nothing where there are too many.
    pub fn add(
        &mut self,
        place: Option<(usize, usize)>,
        kind: Kind,
        span: Range<usize>,
        key: Option<Range<usize>>,
    ) -> Option<usize> {
        if self.nodes.len() >= MOST {
            return None;
        }
        let number = self.nodes.len();
        self.nodes.push(Node { kind, span, key, resource: 0..0, first: 0, next: 0 });
        match place {
            Some((parent, 0)) => self.nodes[parent].first = number as u32,
            Some((_, last)) => self.nodes[last].next = number as u32,
            None => {}
        }
        Some(number)
    }

    /// How many values there are, and one.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Says where a value begins of which only the end was known.
    pub fn begin_at(&mut self, number: usize, begin: usize) {
        self.nodes[number].span.start = begin;
    }

    /// Says where a value ends of which only the beginning was known.
    pub fn end_at(&mut self, number: usize, end: usize) {
        self.nodes[number].span.end = end;
    }

    /// Says of which type a resource is.
    pub fn set_resource(&mut self, number: usize, name: Range<usize>) {
        self.nodes[number].resource = name;
    }

    /// The type of a resource; nothing where an object is none.
    pub fn resource(&self, number: usize) -> &'a [u8] {
        let said = &self.bytes[self.nodes[number].resource.clone()];
        if said.is_empty() { self.member_text(number, b"resourceType") } else { said }
    }

    /// The value that holds all others.
    pub fn root(&self) -> usize {
        1
    }

    pub fn node(&self, number: usize) -> &Node {
        &self.nodes[number]
    }

    /// The values inside of one.
    pub fn inside(&self, number: usize) -> impl Iterator<Item = usize> {
        let mut next = self.nodes[number].first as usize;
        std::iter::from_fn(move || {
            let this = next;
            next = self.nodes[this].next as usize;
            (this > 0).then_some(this)
        })
    }

    pub fn text(&self, number: usize) -> &'a [u8] {
        &self.bytes[self.nodes[number].span.clone()]
    }

    pub fn key(&self, number: usize) -> &'a [u8] {
        self.nodes[number].key.clone().map_or(&b""[..], |key| &self.bytes[key])
    }

    /// The value of this name in an object.
    pub fn member(&self, number: usize, name: &[u8]) -> Option<usize> {
        self.inside(number).find(|inner| self.key(*inner) == name)
    }

    /// The text of the value of this name in an object.
    pub fn member_text(&self, number: usize, name: &[u8]) -> &'a [u8] {
        let member = self.member(number, name);
        let member = member.filter(|inner| self.nodes[*inner].kind == Kind::String);
        member.map_or(&b""[..], |inner| self.text(inner))
    }

    fn parse(&mut self, begin: usize, open: &mut Vec<(usize, usize)>) -> Result<usize, Stop> {
        let mut at = begin;
        loop {
            at = self.skip_blank(at);
            let mut key = None;
            if let Some((parent, _)) = open.last() {
                match (self.nodes[*parent].kind, self.byte(at)?) {
                    (Kind::Object, b'}') | (Kind::Array, b']') => {
                        at = self.close(open, at);
                        match open.is_empty() {
                            true => return Ok(at),
                            false => continue,
                        }
                    }
                    (Kind::Object, b'"') => {
                        let (known, behind) = self.key_at(at)?;
                        (key, at) = (Some(known), behind);
                    }
                    (Kind::Object, _) => return Err(Stop::Broken(at)),
                    _ => {}
                }
            }
            let (kind, span) = self.value_at(at)?;
            if open.len() >= DEEPEST {
                return Err(Stop::Beyond);
            }
            at = match kind {
                Kind::Object | Kind::Array => at + 1,
                Kind::String => span.end + 1,
                Kind::Plain => span.end,
            };
            let number = self.add(open.last().copied(), kind, span, key).ok_or(Stop::Beyond)?;
            if let Some((_, last)) = open.last_mut() {
                *last = number;
            }
            if matches!(kind, Kind::Object | Kind::Array) {
                open.push((number, 0));
            } else if open.is_empty() {
                return Ok(at);
            } else {
                at = self.pass_comma(at);
            }
        }
    }

    /// The key of a member that begins at a place, and where its value does.
    fn key_at(&self, at: usize) -> Result<(Range<usize>, usize), Stop> {
        let end = self.end_of_string(at).ok_or(Stop::Broken(at))?;
        let colon = self.skip_blank(end + 1);
        match self.byte(colon)? {
            b':' => Ok((at + 1..end, self.skip_blank(colon + 1))),
            _ => Err(Stop::Broken(colon)),
        }
    }

    /// What begins at a place. A string that is broken off within its line is one, too.
    fn value_at(&self, at: usize) -> Result<(Kind, Range<usize>), Stop> {
        match self.byte(at)? {
            b'{' => Ok((Kind::Object, at..at)),
            b'[' => Ok((Kind::Array, at..at)),
            b'"' => match self.end_of_string(at) {
                Some(end) => Ok((Kind::String, at + 1..end)),
                None if memchr::memchr(b'\n', &self.bytes[at..]).is_none() => {
                    Ok((Kind::String, at + 1..self.bytes.len()))
                }
                None => Err(Stop::Broken(at)),
            },
            byte if byte.is_ascii_alphanumeric() || byte == b'-' => {
                let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
                let length = self.bytes[at..].iter().take_while(|byte| is_part(byte)).count();
                Ok((Kind::Plain, at..at + length))
            }
            _ => Err(Stop::Broken(at)),
        }
    }

    fn byte(&self, at: usize) -> Result<u8, Stop> {
        self.bytes.get(at).copied().ok_or(Stop::Broken(self.bytes.len()))
    }

    fn close(&mut self, open: &mut Vec<(usize, usize)>, at: usize) -> usize {
        if let Some((number, _)) = open.pop() {
            self.nodes[number].span.end = at + 1;
        }
        if open.is_empty() { at + 1 } else { self.pass_comma(at + 1) }
    }

    fn pass_comma(&self, at: usize) -> usize {
        let at = self.skip_blank(at);
        if self.bytes.get(at) == Some(&b',') { at + 1 } else { at }
    }

    fn skip_blank(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
    }

    /// Where the string that begins with this quote has its other one.
    fn end_of_string(&self, quote: usize) -> Option<usize> {
        let mut at = quote + 1;
        loop {
            let found = at + memchr::memchr2(b'"', b'\\', self.bytes.get(at..)?)?;
            if self.bytes[found] == b'"' {
                return Some(found);
            }
            at = found + 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_name() {
        let text = br#" {"a": [1, {"b": "x\"y"}, true], "c" : {}, "d":"z"} rest"#;
        let (document, end) = Document::read(text, 0).expect("it is JSON");
        assert_eq!(&text[end..], b" rest");
        let list = document.member(document.root(), b"a").expect("it is there");
        let inner: Vec<usize> = document.inside(list).collect();
        assert_eq!(inner.len(), 3);
        assert_eq!(document.member_text(inner[1], b"b"), br#"x\"y"#);
        assert_eq!(document.member_text(document.root(), b"d"), b"z");
    }

    #[test]
    fn what_stands_before_a_cut_counts() {
        for (text, end) in [
            (r#"{"a": [1, {"b": "x"#, 18),
            (r#"{"a": [1, {"b": "x" ..."#, 20),
            ("{\"a\": [1, {\"b\": \"x\", \"open\n\n", 21),
        ] {
            let (document, found) = Document::read(text.as_bytes(), 0).expect("it begins as JSON");
            assert!(document.is_cut && found == end, "{text} {found}");
            let list = document.member(document.root(), b"a").expect("it is there");
            let last = document.inside(list).last().expect("it is there");
            assert_eq!(document.member_text(last, b"b"), b"x", "{text}");
            assert_eq!(document.node(document.root()).span, 0..end);
        }
        assert!(Document::read(b"{ never", 0).is_none());
    }

    #[test]
    fn what_is_no_json_ends() {
        for text in
            [&b"{"[..], b"[1,", b"{\"a\"}", b"{a:1}", b"", b"\"open", b"[1 2", b"{\"a\":\"\\"]
        {
            let _ = Document::read(text, 0);
        }
        assert!(Document::read(&b"[".repeat(100_000), 0).is_none());
    }
}
