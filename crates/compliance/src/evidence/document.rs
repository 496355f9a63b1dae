//! Reads JSON and YAML into a tree with limits. A member that is there twice is an error: two readers could take
//! different ones.

use std::cell::Cell;
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::node::Problem;
use super::read::MOST_ELEMENTS;

/// So many lists and objects may be within one another.
const DEEPEST: usize = 100;

/// So many brackets may be in a file of YAML, wherever they are: its reader looks at all that are open for each sign, and
/// half a million take it minutes. Which of them are open it alone knows.
const MOST_BRACKETS: usize = 10_000;

/// Reads JSON.
pub(super) fn json(text: &str) -> Result<Value, Problem> {
    json_with(text, State::default())
}

/// Reads JSON of which no reader takes another member than the next, however much there is of it. The error names the place
/// and repeats nothing.
///
/// # Errors
///
/// What is wrong, with line and column.
pub fn read_json(text: &str) -> Result<Value, String> {
    json_with(text, State { most: usize::MAX, ..State::default() }).map_err(|it| it.to_string())
}

fn json_with(text: &str, state: State) -> Result<Value, Problem> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Tree { state: &state, depth: 0 }
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| {
        let syntax = match error.classify() {
            serde_json::error::Category::Eof => "it ends early",
            _ => "this is no JSON",
        };
        state.problem(syntax, error.line(), error.column())
    })
}

/// Reads YAML: one document, without tags.
pub(crate) fn yaml(text: &str) -> Result<Value, Problem> {
    let brackets = text.bytes().filter(|byte| b"[{".contains(byte)).count();
    if brackets > MOST_BRACKETS {
        return Err(Problem::new("it has more than 10,000 brackets, which JSON may have"));
    }
    let state = State::default();
    let value =
        Tree { state: &state, depth: 0 }.deserialize(serde_yaml::Deserializer::from_str(text));
    value.map_err(|error| {
        let (line, column) = error.location().map_or((0, 0), |at| (at.line(), at.column()));
        state.problem("this is no YAML document, or has tags", line, column)
    })
}

/// What is known while a document is read.
struct State {
    elements: Cell<usize>,
    /// How many values there may be.
    most: usize,
    broken: Cell<Option<&'static str>>,
}

impl Default for State {
    fn default() -> Self {
        Self { elements: Cell::new(0), most: MOST_ELEMENTS, broken: Cell::new(None) }
    }
}

impl State {
    fn problem(&self, syntax: &str, line: usize, column: usize) -> Problem {
        let what = self.broken.get().unwrap_or(syntax);
        Problem::at(format!("line {line}, column {column}"), what.to_owned())
    }

    /// The reader's own errors hold content, so what goes wrong here is kept beside them.
    fn refuse<E: de::Error>(&self, why: &'static str) -> E {
        self.broken.set(Some(why));
        E::custom(why)
    }
}

/// Reads a value that is so deep in a document.
#[derive(Clone, Copy)]
struct Tree<'a> {
    state: &'a State,
    depth: usize,
}

impl Tree<'_> {
    fn inner<E: de::Error>(self) -> Result<Self, E> {
        match self.depth < DEEPEST {
            true => Ok(Self { depth: self.depth + 1, ..self }),
            false => Err(self.state.refuse("lists and objects are too deep in one another")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        let elements = self.state.elements.get() + 1;
        self.state.elements.set(elements);
        match elements > self.state.most {
            true => Err(self.state.refuse("there are more than 1,000,000 values")),
            false => from.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(Value::Bool(it))
    }

    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        Ok(Value::Number(it.into()))
    }

    fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
        Ok(Value::Number(it.into()))
    }

    fn visit_f64<E: de::Error>(self, it: f64) -> Result<Value, E> {
        let number = Number::from_f64(it).map(Value::Number);
        number.ok_or_else(|| self.state.refuse("this is no finite number"))
    }

    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        Ok(Value::String(it.to_owned()))
    }

    fn visit_string<E>(self, it: String) -> Result<Value, E> {
        Ok(Value::String(it))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut list = Vec::new();
        while let Some(value) = from.next_element_seed(inner)? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut map = Map::new();
        while let Some(key) = from.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(self.state.refuse("a member is there twice"));
            }
            let value = from.next_value_seed(inner)?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}
