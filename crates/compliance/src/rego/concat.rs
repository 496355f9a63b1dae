//! `concat` in the place of the interpreter's, which asks for all the memory of its answer at once: a list of many times the
//! same long text has no size in memory, and its answer has. That can not be waited for, it ends the process.

use regorus::Value;
use thiserror::Error;

/// The longest text that may come of it, in bytes.
const LONGEST: usize = 64 << 20;

#[derive(Debug, Error)]
enum Problem {
    #[error("concat: {0} is expected")]
    Type(&'static str),
    #[error("concat: the text would have more than {} MiB", LONGEST >> 20)]
    TooLong,
}

/// Lets an engine use it.
pub(super) fn add(engine: &mut regorus::Engine) {
    let concat = |arguments: Vec<Value>| Ok(concat(&arguments)?);
    // It fails where there is one of this name already.
    let _ = engine.add_extension("concat".into(), 2, Box::new(concat));
}

fn concat(arguments: &[Value]) -> Result<Value, Problem> {
    let [Value::String(delimiter), parts] = arguments else {
        return Err(Problem::Type("a text between the parts"));
    };
    let parts: Vec<&Value> = match parts {
        Value::Array(parts) => parts.iter().collect(),
        Value::Set(parts) => parts.iter().collect(),
        _ => return Err(Problem::Type("a list or a set of texts")),
    };
    let texts = parts.into_iter().map(|part| match part {
        Value::String(text) => Ok(&**text),
        _ => Err(Problem::Type("a list or a set of texts")),
    });
    let texts = texts.collect::<Result<Vec<&str>, Problem>>()?;
    let between = delimiter.len().saturating_mul(texts.len());
    let length = texts.iter().fold(between, |sum, text| sum.saturating_add(text.len()));
    match length > LONGEST {
        true => Err(Problem::TooLong),
        false => Ok(Value::from(texts.join(delimiter))),
    }
}
