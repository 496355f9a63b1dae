//! The forms that values can have.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

/// The form of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// No value was seen yet: what nobody calls, the elements of an empty list.
    Nothing,
    /// It can not be known.
    Unknown,
    /// A text, a number, true, false or null.
    Scalar,
    /// A text; one of these where they are known.
    Text(Option<Arc<BTreeSet<String>>>),
    Number,
    Bool,
    Array(Arc<Type>),
    Set(Arc<Type>),
    /// A list that is written out.
    Tuple(Arc<[Type]>),
    /// An object with any names.
    Map(Arc<Type>),
    /// An object with these members.
    Object(Arc<Members>),
    /// The parameters of the rule with this id.
    Parameters(Arc<str>),
}

/// The members of an object.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Members {
    pub of: BTreeMap<String, Member>,
    /// Whether these are all by the schema of the input.
    pub is_input: bool,
}

impl Members {
    /// The members of objects that are one or the other: what only one has is optional.
    fn joined(&self, other: &Self, depth: usize) -> Type {
        let mut of = BTreeMap::new();
        for name in self.of.keys().chain(other.of.keys()) {
            let (one, other) = (self.of.get(name), other.of.get(name));
            let member = match one.zip(other) {
                Some((one, other)) => Member {
                    form: one.form.joined(&other.form, depth),
                    is_optional: one.is_optional || other.is_optional,
                },
                None => {
                    let form = one.or(other).map_or(Type::Unknown, |it| it.form.clone());
                    Member { form, is_optional: true }
                }
            };
            of.insert(name.clone(), member);
        }
        Type::object(of, self.is_input && other.is_input)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub form: Type,
    pub is_optional: bool,
}

/// So deep forms are looked into.
const DEEPEST: usize = 32;

impl Type {
    pub fn array(of: Type) -> Self {
        Self::Array(Arc::new(of))
    }

    pub fn set(of: Type) -> Self {
        Self::Set(Arc::new(of))
    }

    pub fn map(of: Type) -> Self {
        Self::Map(Arc::new(of))
    }

    pub fn object(of: BTreeMap<String, Member>, is_input: bool) -> Self {
        Self::Object(Arc::new(Members { of, is_input }))
    }

    /// The form of values that have one form or the other.
    pub fn join(&self, other: &Self) -> Self {
        self.joined(other, DEEPEST)
    }

    fn joined(&self, other: &Self, depth: usize) -> Self {
        let Some(depth) = depth.checked_sub(1) else { return Self::Unknown };
        match (self, other) {
            (Self::Nothing, form) | (form, Self::Nothing) => form.clone(),
            (one, other) if one == other => one.clone(),
            (Self::Array(one), Self::Array(other)) => Self::array(one.joined(other, depth)),
            (Self::Set(one), Self::Set(other)) => Self::set(one.joined(other, depth)),
            (Self::Map(one), Self::Map(other)) => Self::map(one.joined(other, depth)),
            (Self::Tuple(one), Self::Tuple(other)) if one.len() == other.len() => {
                let pairs = one.iter().zip(other.iter());
                Self::Tuple(pairs.map(|(one, other)| one.joined(other, depth)).collect())
            }
            (Self::Tuple(_), Self::Tuple(_) | Self::Array(_))
            | (Self::Array(_), Self::Tuple(_)) => {
                Self::array(self.element().joined(&other.element(), depth))
            }
            (Self::Object(one), Self::Object(other)) => one.joined(other, depth),
            (Self::Text(one), Self::Text(other)) => {
                let words = one.as_ref().zip(other.as_ref());
                Self::Text(words.map(|(one, other)| Arc::new(&**one | &**other)))
            }
            (one, other) if one.is_scalar() && other.is_scalar() => Self::Scalar,
            _ => Self::Unknown,
        }
    }

    pub fn is_scalar(&self) -> bool {
        matches!(self, Self::Scalar | Self::Text(_) | Self::Number | Self::Bool)
    }

    /// Whether it is made of no more forms than the input is, by far.
    pub fn is_small(&self) -> bool {
        const MOST: usize = 2000;
        let (mut open, mut seen) = (vec![self], 0);
        while let Some(form) = open.pop() {
            seen += 1;
            match form {
                Self::Array(of) | Self::Set(of) | Self::Map(of) => open.push(of),
                Self::Tuple(of) => open.extend(of.iter()),
                Self::Object(members) => open.extend(members.of.values().map(|it| &it.form)),
                Self::Nothing | Self::Unknown | Self::Parameters(_) => {}
                Self::Scalar | Self::Text(_) | Self::Number | Self::Bool => {}
            }
            if seen + open.len() > MOST {
                return false;
            }
        }
        true
    }

    /// The form of what is in it.
    pub fn element(&self) -> Self {
        match self {
            Self::Array(of) | Self::Set(of) | Self::Map(of) => (**of).clone(),
            Self::Tuple(of) => of.iter().fold(Self::Nothing, |all, one| all.join(one)),
            Self::Object(members) => {
                members.of.values().fold(Self::Nothing, |all, one| all.join(&one.form))
            }
            Self::Nothing => Self::Nothing,
            Self::Unknown | Self::Parameters(_) => Self::Unknown,
            Self::Scalar | Self::Text(_) | Self::Number | Self::Bool => Self::Unknown,
        }
    }

    /// The form of what names the things in it.
    pub fn key(&self) -> Self {
        match self {
            Self::Set(of) => (**of).clone(),
            Self::Unknown => Self::Unknown,
            _ => Self::Scalar,
        }
    }

    /// The form of a value that is written out.
    pub fn of_value(value: &Value) -> Self {
        match value {
            Value::Array(items) => {
                let items = items.iter().map(Self::of_value);
                Self::array(items.fold(Self::Nothing, |all, one| all.join(&one)))
            }
            Value::Object(members) => {
                let values = members.values().map(Self::of_value);
                Self::map(values.fold(Self::Nothing, |all, one| all.join(&one)))
            }
            Value::String(_) => Self::Text(None),
            Value::Number(_) => Self::Number,
            Value::Bool(_) => Self::Bool,
            Value::Null => Self::Scalar,
        }
    }

    /// The form that a JSON Schema describes. What is absent where it is not known is never null.
    pub fn of_schema(schema: &Value) -> Self {
        of_schema(schema, schema, DEEPEST)
    }
}

fn of_schema(root: &Value, schema: &Value, depth: usize) -> Type {
    let Some(depth) = depth.checked_sub(1) else { return Type::Unknown };
    if let Some(place) = schema.get("$ref").and_then(Value::as_str) {
        let found = place.strip_prefix('#').and_then(|place| root.pointer(place));
        return found.map_or(Type::Unknown, |found| of_schema(root, found, depth));
    }
    let is_null = |schema: &&Value| schema.get("type").is_some_and(|it| it == "null");
    if let Some(choices) = ["anyOf", "oneOf"].iter().find_map(|it| schema.get(it)?.as_array()) {
        let choices = choices.iter().filter(|choice| !is_null(choice));
        let forms = choices.map(|choice| of_schema(root, choice, depth));
        return forms.fold(Type::Nothing, |all, one| all.join(&one));
    }
    let is_of = |name: &str| match schema.get("type") {
        Some(Value::Array(names)) => names.iter().any(|it| it == name),
        Some(one) => one == name,
        None => false,
    };
    if is_of("array") {
        let items = schema.get("items").map_or(Type::Unknown, |it| of_schema(root, it, depth));
        return Type::array(items);
    }
    if is_of("object") {
        return object(root, schema, depth);
    }
    scalar(schema)
}

/// The form of what is no list and no object. Null stands for what is absent, and is none.
fn scalar(schema: &Value) -> Type {
    let words = match (schema.get("const"), schema.get("enum").and_then(Value::as_array)) {
        (Some(word), _) => Some(vec![word]),
        (None, words) => words.map(|words| words.iter().filter(|it| !it.is_null()).collect()),
    };
    if let Some(words) = words {
        let words = words.into_iter().map(|word| word.as_str().map(str::to_owned));
        let words: Option<BTreeSet<String>> = words.collect();
        return words.map_or(Type::Scalar, |words| Type::Text(Some(Arc::new(words))));
    }
    let names: Vec<&str> = match schema.get("type") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(name) => name.as_str().into_iter().collect(),
        None => return Type::Unknown,
    };
    let forms = names.into_iter().filter(|name| *name != "null").map(|name| match name {
        "string" => Type::Text(None),
        "integer" | "number" => Type::Number,
        "boolean" => Type::Bool,
        _ => Type::Scalar,
    });
    match forms.fold(Type::Nothing, |all, one| all.join(&one)) {
        Type::Nothing => Type::Scalar,
        form => form,
    }
}

fn object(root: &Value, schema: &Value, depth: usize) -> Type {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        let values = schema.get("additionalProperties");
        return Type::map(values.map_or(Type::Unknown, |it| of_schema(root, it, depth)));
    };
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|it| it.iter().any(|it| it == name));
    let member = |(name, schema): (&String, &Value)| {
        let form = of_schema(root, schema, depth);
        (name.clone(), Member { form, is_optional: !is_required(name) })
    };
    Type::object(properties.iter().map(member).collect(), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_of_the_input_is_known_in_whole() {
        let mut open = vec![("input".to_owned(), Type::of_schema(&crate::input::schema()))];
        let mut seen = 0;
        while let Some((place, form)) = open.pop() {
            seen += 1;
            match form {
                Type::Object(members) => {
                    let below = members.of.iter();
                    open.extend(
                        below.map(|(name, it)| (format!("{place}.{name}"), it.form.clone())),
                    );
                }
                Type::Array(of) | Type::Map(of) => open.push((place + "[_]", (*of).clone())),
                form if form.is_scalar() => {}
                other => panic!("{place}: {other:?}"),
            }
        }
        assert!(seen > 150, "{seen}");
    }
}
