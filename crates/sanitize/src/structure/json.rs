//! JSON, as a tree of places: nothing is copied, and what is not well formed ends it.

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
}

impl<'a> Document<'a> {
    /// Reads what begins at a place: one value. Says where it ends.
    pub fn read(bytes: &'a [u8], begin: usize) -> Option<(Self, usize)> {
        let mut document = Self::new(bytes);
        let end = document.parse(begin)?;
        Some((document, end))
    }

    /// A document without values.
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut document = Self { bytes, nodes: Vec::new() };
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

    fn parse(&mut self, begin: usize) -> Option<usize> {
        // The objects and arrays that are open, and the last value in each.
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut at = begin;
        loop {
            at = self.skip_blank(at);
            let mut key = None;
            if let Some((parent, _)) = open.last() {
                match (self.nodes[*parent].kind, self.bytes.get(at)?) {
                    (Kind::Object, b'}') | (Kind::Array, b']') => {
                        at = self.close(&mut open, at)?;
                        match open.is_empty() {
                            true => return Some(at),
                            false => continue,
                        }
                    }
                    (Kind::Object, b'"') => {
                        let end = self.end_of_string(at)?;
                        key = Some(at + 1..end);
                        at = self.skip_blank(end + 1);
                        if self.bytes.get(at) != Some(&b':') {
                            return None;
                        }
                        at = self.skip_blank(at + 1);
                    }
                    (Kind::Object, _) => return None,
                    _ => {}
                }
            }
            let (kind, span, next) = match self.bytes.get(at)? {
                b'{' => (Kind::Object, at..at, at + 1),
                b'[' => (Kind::Array, at..at, at + 1),
                b'"' => {
                    let end = self.end_of_string(at)?;
                    (Kind::String, at + 1..end, end + 1)
                }
                byte if byte.is_ascii_alphanumeric() || *byte == b'-' => {
                    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
                    let length = self.bytes[at..].iter().take_while(|byte| is_part(byte)).count();
                    (Kind::Plain, at..at + length, at + length)
                }
                _ => return None,
            };
            if open.len() >= DEEPEST {
                return None;
            }
            let number = self.add(open.last().copied(), kind, span, key)?;
            if let Some((_, last)) = open.last_mut() {
                *last = number;
            }
            at = next;
            if matches!(kind, Kind::Object | Kind::Array) {
                open.push((number, 0));
                continue;
            }
            if open.is_empty() {
                return Some(at);
            }
            at = self.pass_comma(at);
        }
    }

    fn close(&mut self, open: &mut Vec<(usize, usize)>, at: usize) -> Option<usize> {
        let (number, _) = open.pop()?;
        self.nodes[number].span.end = at + 1;
        Some(if open.is_empty() { at + 1 } else { self.pass_comma(at + 1) })
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
    fn what_is_no_json_ends() {
        for text in
            [&b"{"[..], b"[1,", b"{\"a\"}", b"{a:1}", b"", b"\"open", b"[1 2", b"{\"a\":\"\\"]
        {
            let _ = Document::read(text, 0);
        }
        assert!(Document::read(&b"[".repeat(100_000), 0).is_none());
    }
}
