//! Whether a text that was of a form is still of that form: JSON and XML are asked, whatever took something out of them.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Whether a text was JSON or XML as a whole and what is left of it is none, or has more or fewer parts.
pub(super) fn is_broken(before: &[u8], after: &[u8]) -> bool {
    let begin = before.strip_prefix(b"\xef\xbb\xbf").unwrap_or(before).trim_ascii_start();
    let parts: fn(&[u8]) -> Option<usize> = match begin.first() {
        Some(b'{' | b'[') => json_parts,
        Some(b'<') => tags,
        _ => return false,
    };
    before != after && parts(before).is_some_and(|count| parts(after) != Some(count))
}

/// How many values and members there are in a text that is values of JSON, one after the other.
fn json_parts(text: &[u8]) -> Option<usize> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<Parts>();
    values.try_fold(0, |sum, parts| Some(sum + parts.ok()?.0))
}

/// How many parts a value has, with itself.
struct Parts(usize);

impl<'de> Deserialize<'de> for Parts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Counter).map(Self)
    }
}

struct Counter;

impl<'de> Visitor<'de> for Counter {
    type Value = usize;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<usize, E> {
        Ok(1)
    }

    fn visit_bool<E>(self, _: bool) -> Result<usize, E> {
        Ok(1)
    }

    fn visit_i64<E>(self, _: i64) -> Result<usize, E> {
        Ok(1)
    }

    fn visit_u64<E>(self, _: u64) -> Result<usize, E> {
        Ok(1)
    }

    fn visit_f64<E>(self, _: f64) -> Result<usize, E> {
        Ok(1)
    }

    fn visit_str<E>(self, _: &str) -> Result<usize, E> {
        Ok(1)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<usize, A::Error> {
        let mut count = 1;
        while let Some(Parts(inside)) = values.next_element()? {
            count += inside;
        }
        Ok(count)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<usize, A::Error> {
        let mut count = 1;
        while let Some((IgnoredAny, Parts(inside))) = members.next_entry()? {
            count += inside;
        }
        Ok(count)
    }
}

/// So deep elements are looked at in one another.
const DEEPEST: usize = 10_000;

/// How many tags and attributes there are in a text that is well-formed XML, as far as tags, quotes and references
/// are concerned.
fn tags(text: &[u8]) -> Option<usize> {
    let (mut open, mut count, mut at) = (Vec::new(), 0, 0);
    while let Some(begin) = memchr::memchr(b'<', &text[at..]).map(|found| at + found) {
        are_references(&text[at..begin])?;
        let rest = &text[begin..];
        let behind = |end: &[u8]| memchr::memmem::find(rest, end).map(|it| begin + it + end.len());
        count += 1;
        at = match rest {
            [b'<', b'!', b'-', b'-', ..] => behind(b"-->")?,
            [b'<', b'!', b'[', ..] => behind(b"]]>")?,
            // What a document says of its own entities is not looked at.
            [b'<', b'!', ..] => return None,
            [b'<', b'?', ..] => behind(b"?>")?,
            [b'<', b'/', ..] => {
                let end = behind(b">")?;
                let name = text[begin + 2..end - 1].trim_ascii_end();
                open.pop().filter(|it: &&[u8]| *it == name)?;
                end
            }
            _ => {
                let (name, attributes, length, is_empty) = tag(rest)?;
                if !is_empty {
                    if open.len() == DEEPEST {
                        return None;
                    }
                    open.push(name);
                }
                count += attributes;
                begin + length
            }
        };
    }
    are_references(&text[at..])?;
    open.is_empty().then_some(count)
}

/// The name of a tag, how many attributes it has, how long it is, and whether it is empty.
fn tag(text: &[u8]) -> Option<(&[u8], usize, usize, bool)> {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"/><=\"'&".contains(byte);
    let length = text[1..].iter().position(is_end)?;
    let name = &text[1..=length];
    let (mut at, mut attributes) = (1 + length, 0);
    loop {
        let blanks = text[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        at += blanks;
        match &text[at..] {
            [b'>', ..] if length > 0 => return Some((name, attributes, at + 1, false)),
            [b'/', b'>', ..] if length > 0 => return Some((name, attributes, at + 2, true)),
            rest => {
                let length = rest.iter().position(is_end).filter(|it| *it > 0 && blanks > 0)?;
                let value =
                    rest[length..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
                let (quote, value) = value.split_first().filter(|(it, _)| b"\"'".contains(it))?;
                let end = memchr::memchr(*quote, value)?;
                are_references(&value[..end]).filter(|()| !value[..end].contains(&b'<'))?;
                at = text.len() - value.len() + end + 1;
                attributes += 1;
            }
        }
    }
}

/// Nothing where an ampersand is none of a reference.
fn are_references(text: &[u8]) -> Option<()> {
    const LONGEST: usize = 32;
    memchr::memchr_iter(b'&', text).try_for_each(|at| {
        let rest = &text[at + 1..];
        let end = rest.iter().take(LONGEST).position(|byte| *byte == b';')?;
        let number = rest[..end].strip_prefix(b"#");
        let sign = number.map(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            let number = match digits.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(number).filter(|it| *it >= ' ' || matches!(it, '\t' | '\n' | '\r'))
        });
        let is_name = end > 0 && rest[..end].iter().all(|it| it.is_ascii_alphanumeric());
        sign.map_or(is_name, |sign| sign.is_some()).then_some(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_of_a_form_has_to_stay_so() {
        for (before, after, expected) in [
            ("{\"a\": \"b\", \"c\": 1}", "{\"a\": \"[B]\", \"c\": \"[C]\"}", false),
            ("{\"a\": \"b\", \"c\": 1}", "{\"a\": \"[B]\"}", true),
            ("{\"a\": \"b\"}", "{\"a\": [B]\"}", true),
            ("{\"a\": \"b\"}\n{\"a\": 1}\n", "{\"a\": \"[B]\"}\n{\"a\": 0}\n", false),
            ("{\"a\": \"b\"}\n{\"a\": 1}\n", "{\"a\": \"[B]\n", true),
            ("{\"a\": ", "{", false),
            ("<a b='c'>d &amp; e<f/></a>", "<a b='[C]'>[D] &amp; [E]<f/></a>", false),
            ("<a b='c'>d &amp; e<f/></a>", "<a b='[C]'>[D] & [E]<f/></a>", true),
            ("<a b='c'>d &amp; e<f/></a>", "<a b='[C]'>[D]</a>", true),
            ("<a b='c'>d</a>", "<a b='[C]>[D]</a>", true),
            ("<a b='c' d=\"e\"/>", "<a b='[C]'/>", true),
            ("<a>&#10;</a>", "<a>&#00;</a>", true),
            ("<!-- x --><a><![CDATA[<&]]></a>", "<!-- [X] --><a><![CDATA[[X]]]></a>", false),
            ("<br>a & b", "<br>a", false),
            ("a", "b", false),
        ] {
            assert_eq!(is_broken(before.as_bytes(), after.as_bytes()), expected, "{after}");
        }
    }

    #[test]
    fn what_is_cut_anywhere_is_read() {
        let text = "<?xml version='1.0'?><a b='c &#x41;'>d &amp; <![CDATA[x]]><!-- y --><f/></a>";
        assert!(tags(text.as_bytes()).is_some());
        for length in 1..text.len() {
            assert!(tags(&text.as_bytes()[..length]).is_none() || length == 21, "{length}");
        }
    }
}
