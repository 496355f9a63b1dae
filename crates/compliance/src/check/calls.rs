use std::sync::LazyLock;

use regorus::unstable::Expr;

use super::module::Parsed;
use super::problem::{Problem, ProblemKind};
use super::types::Type;
use super::walk::Walker;
use crate::rego;

/// The functions of Open Policy Agent: the file says where the list is from.
static OF_OPA: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let lines = include_str!("../../data/opa-functions.txt").lines();
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
});

/// Whether Open Policy Agent knows a function.
pub(super) fn is_of_opa(name: &str) -> bool {
    OF_OPA.binary_search(&name).is_ok()
}

/// Whether the interpreter here knows a function, and a list does not.
fn is_only_here(name: &str, is_listed: impl Fn(&str) -> bool) -> bool {
    rego::is_function(name) && !is_listed(name)
}

/// Calls of functions that only the interpreter here knows.
pub(super) fn check(module: &Parsed) -> Vec<Problem> {
    let calls = rego::calls(&module.module).into_iter();
    let only_here = calls.filter(|(name, _)| is_only_here(name, is_of_opa));
    let problem = |(name, line): (String, u32)| {
        let message = format!("Open Policy Agent has no function `{name}`");
        let hint = "use another, so that the policy means the same there";
        module.problem(line, ProblemKind::Portability, message, hint)
    };
    only_here.map(problem).collect()
}

impl Walker<'_> {
    /// The form of what a function gives that comes with the interpreter.
    pub fn built_in(
        &mut self,
        name: &str,
        parameters: &[regorus::unstable::ExprRef],
        given: &[Type],
    ) -> Type {
        let first = || given.first().cloned().unwrap_or(Type::Unknown);
        match name {
            "object.get" => self.got(parameters, given),
            "max" | "min" => first().element(),
            "sort" | "array.reverse" | "array.slice" => Type::array(first().element()),
            "array.concat" => {
                let second = given.get(1).map_or(Type::Unknown, Type::element);
                Type::array(first().element().join(&second))
            }
            "object.keys" => Type::set(first().key()),
            "split" | "regex.split" | "regex.find_n" | "numbers.range" => Type::array(Type::Scalar),
            "union" | "intersection" => first().element(),
            "time.date" | "time.clock" | "time.diff" => Type::array(Type::Scalar),
            "count"
            | "sum"
            | "product"
            | "abs"
            | "ceil"
            | "floor"
            | "round"
            | "indexof"
            | "to_number"
            | "time.parse_rfc3339_ns"
            | "time.parse_ns" => Type::Number,
            "sprintf" | "lower" | "upper" | "replace" | "substring" | "type_name" => {
                Type::Text(None)
            }
            _ if GIVE_SCALARS.iter().any(|it| name.starts_with(it)) => Type::Scalar,
            _ => Type::Unknown,
        }
    }

    /// `object.get(object, key, default)`, where the key may be a list of names.
    fn got(&mut self, parameters: &[regorus::unstable::ExprRef], given: &[Type]) -> Type {
        let [object, key, _] = parameters else { return Type::Unknown };
        let keys: Vec<&Expr> = match &**key {
            Expr::Array { items, .. } => items.iter().map(|item| &**item).collect(),
            other => vec![other],
        };
        let mut form = given[0].clone();
        for key in keys {
            form = match key {
                Expr::String { span, value, .. } => {
                    let name = value.as_string().map(ToString::to_string).unwrap_or_default();
                    let so_far =
                        format!("{}.{}", object.span().text(), span.text().trim_matches('"'));
                    self.member_of(&form, &name, object.span(), &so_far)
                }
                _ => form.element(),
            };
        }
        form.join(&given[2])
    }
}

/// How functions begin that give a text, a number, true or false.
const GIVE_SCALARS: &[&str] = &[
    "abs",
    "base64",
    "bits.",
    "ceil",
    "concat",
    "contains",
    "count",
    "endswith",
    "floor",
    "format_int",
    "glob.",
    "hex.",
    "indexof",
    "is_",
    "json.is_valid",
    "json.marshal",
    "lower",
    "object.subset",
    "product",
    "regex.is_valid",
    "regex.match",
    "regex.replace",
    "replace",
    "round",
    "semver.",
    "sprintf",
    "startswith",
    "strings.",
    "substring",
    "sum",
    "time.add_date",
    "time.format",
    "time.parse",
    "time.weekday",
    "to_number",
    "trim",
    "type_name",
    "units.",
    "upper",
    "yaml.is_valid",
    "yaml.marshal",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_sorted() {
        assert!(OF_OPA.is_sorted() && OF_OPA.len() > 180, "{}", OF_OPA.len());
        assert!(is_only_here("count", |name| name == "sum") && !is_only_here("sum", |_| true));
        assert!(is_of_opa("crypto.sha256") && is_of_opa("count") && !is_of_opa("no.such"));
    }
}
