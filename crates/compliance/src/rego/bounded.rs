//! Functions in the place of the interpreter's that ask for all the memory of their answer at once, or for more than there is:
//! a list of many times the same long text has no size in memory, and its answer has. That can not be waited for, it ends the
//! process. What would come of them is measured before; else they are the interpreter's own.

use std::sync::LazyLock;

use regorus::Value;
use regorus::unstable::{BUILTINS, Expr, ExprRef, Rule, RuleHead, Span};
use thiserror::Error;

/// The longest text that may come of one, in bytes.
const LONGEST: usize = 64 << 20;

/// The most elements that may come of one.
const MOST: usize = 4_000_000;

/// The widest that a part of `sprintf` may be made.
const WIDEST: u32 = 1000;

#[derive(Debug, Error)]
enum Problem {
    #[error("{0}: {1} is expected")]
    Type(&'static str, &'static str),
    #[error("{0}: the text would have more than {mib} MiB", mib = LONGEST >> 20)]
    TooLong(&'static str),
    #[error("{0}: there would be more than {MOST} parts")]
    TooMany(&'static str),
    #[error("sprintf: a width or precision is more than {WIDEST}, or no number")]
    TooWide,
    #[error("{0} can not be called")]
    Missing(&'static str),
}

/// What would come of a function, as far as it can be told: bytes of texts, elements, or why it may not be called.
type Measure = fn(&[Value]) -> Result<(usize, usize), Problem>;

/// The functions with the number of their arguments.
const MEASURED: &[(&str, u8, Measure)] = &[
    ("array.concat", 2, |it| Ok((0, it.iter().map(elements).fold(0, usize::saturating_add)))),
    ("base64.encode", 1, |it| Ok((times(it, 2), 0))),
    ("base64url.encode", 1, |it| Ok((times(it, 2), 0))),
    ("base64url.encode_no_pad", 1, |it| Ok((times(it, 2), 0))),
    ("hex.encode", 1, |it| Ok((times(it, 2), 0))),
    ("json.marshal", 1, |it| Ok((times(it, 1), 0))),
    ("json.marshal_with_options", 2, |it| Ok((times(it, 1), 0))),
    ("lower", 1, |it| Ok((times(it, 3), 0))),
    ("regex.replace", 3, of_expression),
    ("replace", 3, |it| match it {
        [Value::String(text), Value::String(old), Value::String(new)] => {
            Ok((replaced(text, old, new), 0))
        }
        _ => Ok((0, 0)),
    }),
    ("split", 2, |it| match it {
        [Value::String(text), Value::String(between)] => Ok((0, found(text, between) + 1)),
        _ => Ok((0, 0)),
    }),
    ("sprintf", 2, of_format),
    ("upper", 1, |it| Ok((times(it, 3), 0))),
    ("yaml.marshal", 1, |it| Ok((times(it, 1), 0))),
];

/// Lets an engine use them.
pub(super) fn add(engine: &mut regorus::Engine) {
    // It fails where there is one of this name already.
    let concat = |arguments: Vec<Value>| Ok(concat(&arguments)?);
    let _ = engine.add_extension("concat".into(), 2, Box::new(concat));
    let replace_n = |arguments: Vec<Value>| Ok(replace_n(&arguments)?);
    let _ = engine.add_extension("strings.replace_n".into(), 2, Box::new(replace_n));
    for (name, arguments, measure) in MEASURED {
        let call = move |given: Vec<Value>| {
            let (length, count) = measure(&given)?;
            if length > LONGEST {
                return Err(Problem::TooLong(name).into());
            }
            if count > MOST {
                return Err(Problem::TooMany(name).into());
            }
            let function = BUILTINS.get(name).map(|(function, _)| function);
            let (function, (place, parameters)) =
                function.zip(PLACE.as_ref()).ok_or(Problem::Missing(name))?;
            function(place, parameters, &given, true)
        };
        let _ = engine.add_extension((*name).into(), *arguments, Box::new(call));
    }
}

/// Whether a value is no longer than a text may be when it is written out.
pub(super) fn is_short(value: &Value) -> bool {
    size(value) <= LONGEST
}

/// A call, for functions that name where they are called from. That is said by the interpreter beside it.
static PLACE: LazyLock<Option<(Span, Vec<ExprRef>)>> = LazyLock::new(|| {
    let mut engine = regorus::Engine::new();
    let text = "package a\nimport rego.v1\na := b(1, 1, 1)\n";
    engine.add_policy("call".into(), text.into()).ok()?;
    let module = engine.get_modules().last()?.clone();
    let Rule::Spec { head: RuleHead::Compr { assign: Some(assign), .. }, .. } =
        &**module.policy.first()?
    else {
        return None;
    };
    let Expr::Call { span, params, .. } = &*assign.value else { return None };
    Some((span.clone(), params.clone()))
});

/// How long a value is when it is written out, in bytes, as far as that is less than too long.
fn size(value: &Value) -> usize {
    let (mut open, mut sum) = (vec![value], 0_usize);
    while let Some(value) = open.pop().filter(|_| sum <= LONGEST) {
        sum += match value {
            Value::String(text) => text.len() + 3,
            Value::Number(_) => 16,
            _ => 5,
        };
        match value {
            Value::Array(list) => open.extend(list.iter()),
            Value::Set(set) => open.extend(set.iter()),
            Value::Object(object) => {
                object.iter().for_each(|(key, value)| open.extend([key, value]));
            }
            _ => {}
        }
    }
    sum
}

fn times(arguments: &[Value], factor: usize) -> usize {
    arguments.first().map_or(0, size).saturating_mul(factor)
}

fn elements(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.len(),
        _ => 0,
    }
}

/// How often a text is in another: the empty one is before each sign and at the end.
fn found(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

fn replaced(text: &str, old: &str, new: &str) -> usize {
    let count = found(text, old);
    text.len().saturating_sub(count * old.len()).saturating_add(count.saturating_mul(new.len()))
}

/// An expression is found once for each byte at most, and each `$` of what stands for it is no more than was found.
fn of_expression(arguments: &[Value]) -> Result<(usize, usize), Problem> {
    let [Value::String(text), _, Value::String(with)] = arguments else { return Ok((0, 0)) };
    let references = found(with, "$").saturating_mul(text.len());
    let longest = (text.len() + 1).saturating_mul(with.len());
    Ok((text.len().saturating_add(references).saturating_add(longest), 0))
}

/// The parts that are made wider, and all that is written out.
fn of_format(arguments: &[Value]) -> Result<(usize, usize), Problem> {
    let [Value::String(format), values @ Value::Array(_)] = arguments else { return Ok((0, 0)) };
    let mut width = 0;
    let mut signs = format.chars().peekable();
    while let Some(sign) = signs.next() {
        let is_width = |sign: &char| *sign == '.' || sign.is_numeric();
        // `%%` is a sign of its own.
        if sign != '%' || signs.next_if_eq(&'%').is_some() || !signs.peek().is_some_and(is_width) {
            continue;
        }
        let mut digits = String::new();
        while let Some(digit) =
            signs.next_if(|sign| sign.is_numeric() || (digits.is_empty() && *sign == '.'))
        {
            digits.push(digit);
        }
        let digits = digits.trim_start_matches('.');
        let wide = if digits.is_empty() { 0 } else { digits.parse().unwrap_or(u32::MAX) };
        if wide > WIDEST {
            return Err(Problem::TooWide);
        }
        width += WIDEST as usize;
    }
    Ok((format.len().saturating_add(width).saturating_add(size(values)), 0))
}

fn concat(arguments: &[Value]) -> Result<Value, Problem> {
    let [Value::String(delimiter), parts] = arguments else {
        return Err(Problem::Type("concat", "a text between the parts"));
    };
    let parts: Vec<&Value> = match parts {
        Value::Array(parts) => parts.iter().collect(),
        Value::Set(parts) => parts.iter().collect(),
        _ => return Err(Problem::Type("concat", "a list or a set of texts")),
    };
    let texts = parts.into_iter().map(|part| match part {
        Value::String(text) => Ok(&**text),
        _ => Err(Problem::Type("concat", "a list or a set of texts")),
    });
    let texts = texts.collect::<Result<Vec<&str>, Problem>>()?;
    let between = delimiter.len().saturating_mul(texts.len());
    let length = texts.iter().fold(between, |sum, text| sum.saturating_add(text.len()));
    match length > LONGEST {
        true => Err(Problem::TooLong("concat")),
        false => Ok(Value::from(texts.join(delimiter))),
    }
}

/// One after the other, in the order of what is replaced.
fn replace_n(arguments: &[Value]) -> Result<Value, Problem> {
    const NAME: &str = "strings.replace_n";
    let [Value::Object(pairs), Value::String(text)] = arguments else {
        return Err(Problem::Type(NAME, "an object of texts and a text"));
    };
    let mut text = text.to_string();
    for pair in pairs.iter_sorted() {
        let (Value::String(old), Value::String(new)) = pair else {
            return Err(Problem::Type(NAME, "an object of texts"));
        };
        if replaced(&text, old, new) > LONGEST {
            return Err(Problem::TooLong(NAME));
        }
        text = text.replace(&**old, new);
    }
    Ok(Value::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(of: &str) -> Value {
        Value::from(of.to_owned())
    }

    #[test]
    fn functions_are_those_of_the_interpreter() {
        for (name, arguments, _) in MEASURED {
            let (_, of) = BUILTINS.get(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(of, arguments, "{name}");
        }
        assert!(PLACE.is_some());
    }

    #[test]
    fn widths_are_looked_at() {
        let of = |format: &str| of_format(&[text(format), Value::new_array()]).is_ok();
        for fit in ["%d", "%5d", "%05d", "%.2f", "%1000d", "%%9999d", "%s 9999", "100%", "%.f"] {
            assert!(of(fit), "{fit}");
        }
        for wide in ["%1001d", "%.300000000f", "%99999999999d", "%%%2000d", "%\u{b2}d", "a%01001d"]
        {
            assert!(!of(wide), "{wide}");
        }
    }

    #[test]
    fn what_shares_its_parts_is_measured_as_it_is_written() {
        let mut value = text("abc");
        for _ in 0..40 {
            value = Value::from(vec![value.clone(), value]);
        }
        assert!(!is_short(&value));
        assert!(is_short(&Value::from(vec![text("abc"), Value::Null])));
    }

    #[test]
    fn what_is_replaced_is_counted() {
        for (of, old, new) in
            [("aXbX", "X", "12"), ("ab", "", "-"), ("ab", "c", "ddd"), ("", "", "x")]
        {
            assert_eq!(replaced(of, old, new), of.replace(old, new).len(), "{of} {old} {new}");
        }
    }
}
