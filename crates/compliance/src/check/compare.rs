//! Comparisons that are always the same: with a word that a member never is, or with another kind of value.

use std::collections::BTreeSet;

use regorus::unstable::{BoolOp, Expr, ExprRef};
use serde_json::Value;

use super::problem::{ProblemKind, nearest};
use super::types::Type;
use super::walk::Walker;
use crate::rego::literal;

impl Walker<'_> {
    /// Looks at what is compared, given the forms of both sides.
    pub fn compared(&mut self, op: &BoolOp, sides: [(&Expr, &Type); 2]) {
        if !self.is_checking || self.module().is_test {
            return;
        }
        // What is never equal is always another: such a rule does not pass for that.
        let kind = if matches!(op, BoolOp::Ne) { ProblemKind::Value } else { ProblemKind::Input };
        let [one, other] = sides;
        for ((written, _), (compared, form)) in [(one, other), (other, one)] {
            if let Some(value) = literal(written) {
                self.never(kind, &value, compared, form);
            }
        }
        let is_order = !matches!(op, BoolOp::Eq | BoolOp::Ne);
        for (side, _) in sides.into_iter().filter(|_| is_order) {
            if self.is_below(side, "text", "unix") {
                let message =
                    format!("`{}` is compared as a text and not as a time", side.span().text());
                let hint = "compare `unix` beside it, the seconds since 1970";
                self.say(side.span(), ProblemKind::Value, message, hint);
            }
        }
    }

    /// Looks at what is looked for in a list, given the forms of both.
    pub fn looked_for(&mut self, value: (&Expr, &Type), collection: (&Expr, &Type)) {
        if !self.is_checking || self.module().is_test {
            return;
        }
        if let Some(written) = literal(value.0) {
            self.never(ProblemKind::Input, &written, collection.0, &collection.1.element());
        }
        let items: &[ExprRef] = match collection.0 {
            Expr::Array { items, .. } | Expr::Set { items, .. } => items,
            _ => &[],
        };
        for item in items.iter().filter_map(|item| literal(item)) {
            self.never(ProblemKind::Input, &item, value.0, value.1);
        }
    }

    /// Says where a value that is written out is none of those that something can be.
    fn never(&mut self, kind: ProblemKind, written: &Value, compared: &Expr, form: &Type) {
        if literal(compared).is_some() {
            return;
        }
        let (name, place) = (compared.span().text(), compared.span());
        let is = match form {
            Type::Text(_) => "a text",
            Type::Number => "a number",
            Type::Bool => "true or false",
            _ => return,
        };
        match (written, form) {
            (Value::String(word), Type::Text(words)) => {
                let unknown = words.as_ref().filter(|words| !words.contains(word));
                if let Some(words) = unknown {
                    let (message, hint) = not_one_of(name, word, words);
                    self.say(place, kind, message, &hint);
                } else if word.bytes().any(|it| it.is_ascii_uppercase())
                    && self.is_below(compared, "key", "value")
                {
                    let message = format!("`{name}` is never `{word}`: it has small letters only");
                    self.say(place, kind, message, "write it in small letters");
                }
            }
            (Value::Number(_), Type::Number) | (Value::Bool(_), Type::Bool) | (Value::Null, _) => {}
            _ => {
                let message = format!("`{name}` is {is}, and compared with `{written}`");
                let hint = "compare it with a value of the same kind, or convert one";
                self.say(place, kind, message, hint);
            }
        }
    }

    /// Whether an expression is a member of the input with this name that has another one beside it.
    fn is_below(&mut self, expression: &Expr, name: &str, beside: &str) -> bool {
        let Expr::RefDot { refr, field, .. } = expression else { return false };
        if field.0.text() != name {
            return false;
        }
        self.is_checking = false;
        let form = self.expression(refr);
        self.is_checking = true;
        matches!(form, Type::Object(members) if members.is_input && members.of.contains_key(beside))
    }
}

fn not_one_of(name: &str, word: &str, words: &BTreeSet<String>) -> (String, String) {
    let like = nearest(word, words).map(|like| format!(": did you mean `{like}`?"));
    let message = format!("`{name}` is never `{word}`{}", like.unwrap_or_default());
    let words = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>();
    (message, format!("it is one of {}", words.join(", ")))
}
