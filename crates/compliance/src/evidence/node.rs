//! Reads types from a tree, with errors that say where and what, and repeat nothing of the document.

use std::fmt;

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{
    self, Deserialize, DeserializeSeed, EnumAccess, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::Value;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The names of members and numbers of entries that lead there, or a line; empty for the whole.
    place: String,
    what: String,
}

impl Problem {
    pub fn at(place: String, what: String) -> Self {
        Self { place, what }
    }

    pub fn new(what: impl Into<String>) -> Self {
        Self::at(String::new(), what.into())
    }

    /// The same, as seen from a step further out: `tests` or `[3]`.
    pub fn within(mut self, step: &str) -> Self {
        let dot = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        self.place = format!("{step}{dot}{}", self.place);
        self
    }

    /// The same, in a line of the file.
    pub fn on_line(mut self, line: usize) -> Self {
        let colon = if self.place.is_empty() { "" } else { ": " };
        self.place = format!("line {line}{colon}{}", self.place);
        self
    }
}

impl std::error::Error for Problem {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.is_empty() {
            true => f.write_str(&self.what),
            false => write!(f, "{}: {}", self.place, self.what),
        }
    }
}

impl de::Error for Problem {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self::new(what.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("{} is there, and not {}", kind(found), word(expected)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("{} is there that can not be {}", kind(found), word(expected)))
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::new(format!("a list of another length is there, and not {}", word(expected)))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("only these are known: {}", list(expected)))
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("a member is not known; known are {}", list(expected)))
    }
}

/// What is expected, in the words of documents and not of programs.
fn word(expected: &dyn Expected) -> String {
    let said = expected.to_string();
    let first = said.split(' ').next().unwrap_or_default();
    let word = match (first, &*said) {
        ("struct" | "map", _) | (_, "a map") => "an object",
        ("tuple", _) | (_, "a sequence" | "sequence") => "a list",
        (_, "a string" | "string" | "str" | "a borrowed string" | "a character") => "a text",
        (_, "a boolean" | "bool") => "`true` or `false`",
        ("enum", _) => "one of the words that are known",
        (_, "unit") => "nothing",
        ("u8" | "u16" | "u32" | "u64" | "u128" | "usize", _) => "a whole number from 0 on",
        ("i8" | "i16" | "i32" | "i64" | "i128" | "isize", _) => "a whole number",
        (
            _,
            "a nonzero u8" | "a nonzero u16" | "a nonzero u32" | "a nonzero u64"
            | "a nonzero usize",
        ) => "a whole number from 1 on",
        ("f32" | "f64", _) => "a number",
        _ => return said,
    };
    word.to_owned()
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "`true` or `false`",
        Unexpected::Signed(_) => "a negative number",
        Unexpected::Unsigned(_) => "a number",
        Unexpected::Float(_) => "a number with a fraction",
        Unexpected::Str(_) | Unexpected::Char(_) => "a text",
        Unexpected::Unit | Unexpected::Option => "nothing",
        Unexpected::Seq => "a list",
        Unexpected::Map => "an object",
        _ => "something else",
    }
}

/// Reads a type.
pub(crate) fn read<'de, T: Deserialize<'de>>(value: &'de Value) -> Result<T, Problem> {
    T::deserialize(Node(value))
}

#[derive(Clone, Copy)]
struct Node<'de>(&'de Value);

impl<'de> de::Deserializer<'de> for Node<'de> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, to: V) -> Result<V::Value, Problem> {
        match self.0 {
            Value::Null => to.visit_unit(),
            Value::Bool(it) => to.visit_bool(*it),
            Value::Number(it) => match (it.as_u64(), it.as_i64(), it.as_f64()) {
                (Some(it), _, _) => to.visit_u64(it),
                (_, Some(it), _) => to.visit_i64(it),
                (_, _, Some(it)) => to.visit_f64(it),
                _ => Err(Problem::new("this is no number")),
            },
            Value::String(it) => to.visit_borrowed_str(it),
            Value::Array(list) => to.visit_seq(List(list.iter().enumerate())),
            Value::Object(map) => to.visit_map(Members { rest: map.iter(), value: None }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, to: V) -> Result<V::Value, Problem> {
        match self.0 {
            Value::Null => to.visit_none(),
            _ => to.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        to: V,
    ) -> Result<V::Value, Problem> {
        to.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        to: V,
    ) -> Result<V::Value, Problem> {
        match self.0 {
            Value::String(name) => to.visit_enum(StrDeserializer::new(name)),
            Value::Object(map) if map.len() == 1 => match map.iter().next() {
                Some((name, value)) => to.visit_enum(Choice { name, value: Self(value) }),
                None => Err(one_of(known)),
            },
            _ => Err(one_of(known)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, to: V) -> Result<V::Value, Problem> {
        to.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier
    }
}

fn one_of(known: &[&str]) -> Problem {
    Problem::new(format!("exactly one of these is needed: {}", list(known)))
}

struct List<'de>(std::iter::Enumerate<std::slice::Iter<'de, Value>>);

impl<'de> SeqAccess<'de> for List<'de> {
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Problem> {
        let Some((at, value)) = self.0.next() else { return Ok(None) };
        seed.deserialize(Node(value)).map(Some).map_err(|it| it.within(&format!("[{at}]")))
    }
}

struct Members<'de> {
    rest: serde_json::map::Iter<'de>,
    value: Option<(&'de String, &'de Value)>,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Problem> {
        self.value = self.rest.next();
        let Some((name, _)) = self.value else { return Ok(None) };
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Problem> {
        let Some((name, value)) = self.value.take() else {
            return Err(Problem::new("a member has no value"));
        };
        // Only members that a type knows come here with an error, so the name is not content.
        seed.deserialize(Node(value)).map_err(|it| it.within(name))
    }
}

struct Choice<'de> {
    name: &'de str,
    value: Node<'de>,
}

impl<'de> EnumAccess<'de> for Choice<'de> {
    type Error = Problem;
    type Variant = Chosen<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Chosen<'de>), Problem> {
        let name: StrDeserializer<'_, Problem> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, Chosen { name: self.name, value: self.value }))
    }
}

struct Chosen<'de> {
    name: &'de str,
    value: Node<'de>,
}

impl<'de> VariantAccess<'de> for Chosen<'de> {
    type Error = Problem;

    fn unit_variant(self) -> Result<(), Problem> {
        Err(Problem::new("an object is there, and not a text"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Problem> {
        seed.deserialize(self.value).map_err(|it| it.within(self.name))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Problem> {
        Err(Problem::new("no form has this"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Problem> {
        Err(Problem::new("no form has this"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::num::NonZeroU32;

    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Form {
        #[serde(rename = "text")]
        _text: Option<String>,
        #[serde(rename = "count")]
        _count: Option<u64>,
        #[serde(rename = "most")]
        _most: Option<NonZeroU32>,
        #[serde(rename = "is")]
        _is: Option<bool>,
        #[serde(rename = "list")]
        _list: Option<Vec<String>>,
        #[serde(rename = "map")]
        _map: Option<BTreeMap<String, i64>>,
    }

    #[test]
    fn problems_name_no_types_of_the_program() {
        for (json, said) in [
            ("[]", "a list"),
            ("1", "a number is there, and not an object"),
            ("null", "nothing is there, and not an object"),
            ("{\"text\": []}", "text: a list is there, and not a text"),
            ("{\"count\": \"a\"}", "count: a text is there, and not a whole number from 0 on"),
            (
                "{\"count\": -1}",
                "count: a negative number is there that can not be a whole number from 0 on",
            ),
            ("{\"most\": \"a\"}", "most: a text is there, and not a whole number from 1 on"),
            ("{\"is\": 1}", "is: a number is there, and not `true` or `false`"),
            ("{\"list\": {}}", "list: an object is there, and not a list"),
            ("{\"map\": 1}", "map: a number is there, and not an object"),
            (
                "{\"map\": {\"a\": true}}",
                "map.a: `true` or `false` is there, and not a whole number",
            ),
        ] {
            let value: Value = serde_json::from_str(json).expect("it is JSON");
            let problem = read::<Form>(&value).expect_err("it has another form").to_string();
            let is_plain = !["struct", "string", "u64", "sequence", "map with", "Form", "nonzero"]
                .iter()
                .any(|word| problem.contains(word));
            assert!(is_plain && (problem == said || json == "[]"), "{json}: {problem}");
        }
    }
}
