//! What can be set of a rule.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// What can be set of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its value where nobody sets one. Values that are set have its type.
    pub default: Value,
    /// What it means.
    pub about: String,
    /// The least number that it may be, or of a list how many elements it has at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<Number>,
    /// The largest number that it may be, or of a list how many elements it has at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<Number>,
    /// All values that it may have, or of a list its elements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_of: Option<Vec<Value>>,
}

impl Parameter {
    /// Why a value can not be set.
    pub(crate) fn refuses(&self, value: &Value) -> Option<String> {
        if !is_alike(value, &self.default) {
            return Some("it has another type than the default".into());
        }
        let size = size(value);
        let is_below = size.zip(float(self.least.as_ref())).is_some_and(|(is, least)| is < least);
        let is_above = size.zip(float(self.most.as_ref())).is_some_and(|(is, most)| is > most);
        let strange = self
            .one_of
            .as_ref()
            .and_then(|known| elements(value).iter().find(|element| !known.contains(element)));
        match self.allowed() {
            Some(allowed) if is_below || is_above || strange.is_some() => {
                let value = strange.unwrap_or(value);
                Some(format!("it may not be {}: {allowed}", shown(value)))
            }
            _ => None,
        }
    }

    /// What is wrong with what a rule says of it.
    pub(crate) fn problem(&self) -> Option<String> {
        let bounds = [&self.least, &self.most].map(|bound| float(bound.as_ref()));
        if bounds.iter().any(Option::is_some) && size(&self.default).is_none() {
            return Some("`least` and `most` are for numbers and lists".into());
        }
        if let [Some(least), Some(most)] = bounds
            && least > most
        {
            return Some("`least` is more than `most`".into());
        }
        if self
            .one_of
            .as_ref()
            .is_some_and(|known| known.iter().any(|it| it.is_array() || it.is_object()))
        {
            return Some("`one_of` is a list of single values".into());
        }
        self.refuses(&self.default).map(|problem| format!("`default`: {problem}"))
    }

    /// What it may be, in words; nothing where all of its type will do.
    pub fn allowed(&self) -> Option<String> {
        let of = if self.default.is_array() { " elements" } else { "" };
        let bounds = match (&self.least, &self.most) {
            (Some(least), Some(most)) => Some(format!("from {least} to {most}{of}")),
            (Some(least), None) => Some(format!("at least {least}{of}")),
            (None, Some(most)) => Some(format!("at most {most}{of}")),
            (None, None) => None,
        };
        let values = self.one_of.as_ref().map(|known| {
            let known: Vec<String> = known.iter().map(shown).collect();
            let of = if self.default.is_array() { "of" } else { "one of" };
            format!("{of} {}", known.join(", "))
        });
        let parts: Vec<String> = [bounds, values].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

fn float(number: Option<&Number>) -> Option<f64> {
    number.and_then(Number::as_f64)
}

/// What is held against `least` and `most`.
fn size(value: &Value) -> Option<f64> {
    match value {
        Value::Array(list) => u32::try_from(list.len()).ok().map(f64::from),
        _ => value.as_f64(),
    }
}

fn elements(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        one => std::slice::from_ref(one),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

/// Whether two values have the same type, also inside of lists.
fn is_alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            other.first().is_none_or(|other| one.iter().all(|one| is_alike(one, other)))
        }
        (Value::Object(_), Value::Object(_))
        | (Value::String(_), Value::String(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Null, Value::Null) => true,
        (Value::Number(one), Value::Number(other)) => {
            one.is_f64() == other.is_f64() || other.is_f64()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parameter(value: Value) -> Parameter {
        let mut value = value;
        value["about"] = json!("x");
        serde_json::from_value(value).expect("it is fit")
    }

    #[test]
    fn what_says_nothing_is_refused() {
        let approvers = json!({"default": 1, "least": 1});
        let score = json!({"default": 60, "least": 0, "most": 100});
        let grade = json!({"default": "E1", "one_of": ["E0", "E1"]});
        let kinds = json!({"default": ["person"], "least": 1, "one_of": ["person", "bot"]});
        let share = json!({"default": 0.5, "least": 0, "most": 1});
        for (of, value, refused) in [
            (&approvers, json!(1), None),
            (&approvers, json!(0), Some("it may not be `0`: at least 1")),
            (&approvers, json!(-1), Some("it may not be `-1`: at least 1")),
            (&approvers, json!("2"), Some("it has another type than the default")),
            (&approvers, json!(1.5), Some("it has another type than the default")),
            (&score, json!(0), None),
            (&score, json!(100), None),
            (&score, json!(101), Some("it may not be `101`: from 0 to 100")),
            (&score, json!(-1), Some("it may not be `-1`: from 0 to 100")),
            (&grade, json!("E0"), None),
            (&grade, json!(""), Some("it may not be ``: one of `E0`, `E1`")),
            (&grade, json!("e1"), Some("it may not be `e1`: one of `E0`, `E1`")),
            (&kinds, json!(["bot", "person"]), None),
            (
                &kinds,
                json!([]),
                Some("it may not be `[]`: at least 1 elements, of `person`, `bot`"),
            ),
            (
                &kinds,
                json!(["bot", "Person"]),
                Some("it may not be `Person`: at least 1 elements, of `person`, `bot`"),
            ),
            (&kinds, json!([1]), Some("it has another type than the default")),
            (&share, json!(1), None),
            (&share, json!(1.01), Some("it may not be `1.01`: from 0 to 1")),
        ] {
            let found = parameter(of.clone()).refuses(&value);
            assert_eq!(found.as_deref(), refused, "{of}: {value}");
        }
    }

    #[test]
    fn a_parameter_holds_what_it_asks_for() {
        for (of, problem) in [
            (json!({"default": 1, "least": 1, "most": 1}), None),
            (json!({"default": [], "one_of": ["a"]}), None),
            (
                json!({"default": "a", "least": 1}),
                Some("`least` and `most` are for numbers and lists"),
            ),
            (json!({"default": 1, "least": 2, "most": 1}), Some("`least` is more than `most`")),
            (json!({"default": 0, "least": 1}), Some("`default`: it may not be `0`: at least 1")),
            (
                json!({"default": "b", "one_of": ["a"]}),
                Some("`default`: it may not be `b`: one of `a`"),
            ),
            (
                json!({"default": ["a"], "one_of": [["a"]]}),
                Some("`one_of` is a list of single values"),
            ),
        ] {
            assert_eq!(parameter(of.clone()).problem().as_deref(), problem, "{of}");
        }
    }
}
