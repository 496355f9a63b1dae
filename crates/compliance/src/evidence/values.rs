//! Values that several forms have.

use std::borrow::Cow;

use gitops_health_git::ZonedTime;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

use super::Who;
use super::node::Problem;
use crate::input::{Binding, Time};

/// Whom platforms show where somebody deleted their account.
const DELETED: &str = "ghost";

/// A moment, as RFC 3339 writes it, with the offset of its clock.
#[derive(Clone, Debug)]
pub(super) struct Moment(pub Time);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let time = moment(&text(from)?).map(Self);
        time.ok_or_else(|| de::Error::custom("a time of RFC 3339 with its zone is needed"))
    }
}

impl JsonSchema for Moment {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date-time"})
    }
}

/// A text, owned or not.
fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    String::deserialize(from)
}

/// Reads RFC 3339 alone: the reader of times takes other forms of ISO 8601, too.
pub(super) fn moment(text: &str) -> Option<Time> {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    let fits = |(byte, shape): (&u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        b'T' => byte.eq_ignore_ascii_case(shape),
        _ => byte == shape,
    };
    let bytes = text.as_bytes();
    let is_date_time = bytes.len() > SHAPE.len() && bytes.iter().zip(SHAPE).all(fits);
    let is_moment = is_date_time && is_offset(without_fraction(bytes.get(SHAPE.len()..)?)?);
    is_moment.then(|| ZonedTime::parse_rfc3339(text).map(Time::from))?
}

/// What is behind the part of a second, if there is one.
fn without_fraction(rest: &[u8]) -> Option<&[u8]> {
    let Some(fraction) = rest.strip_prefix(b".") else { return Some(rest) };
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0).then(|| &fraction[digits..])
}

/// `Z`, or hours and minutes of a day.
fn is_offset(text: &[u8]) -> bool {
    match *text {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', hour_tens @ b'0'..=b'2', hour, b':', b'0'..=b'5', minute] => {
            let last_hour = if hour_tens == b'2' { b'3' } else { b'9' };
            (b'0'..=last_hour).contains(&hour) && minute.is_ascii_digit()
        }
        _ => false,
    }
}

/// The whole id of an object, in small letters.
pub(super) fn object_id(text: &str) -> Result<String, Problem> {
    let is_whole = matches!(text.len(), 40 | 64) && text.bytes().all(|it| it.is_ascii_hexdigit());
    match is_whole {
        true => Ok(text.to_ascii_lowercase()),
        false => {
            Err(Problem::new("a whole id of an object is needed, 40 or 64 hexadecimal digits"))
        }
    }
}

/// The digest of what differs, in small letters.
pub(super) fn digest(text: &str) -> Result<String, Problem> {
    let is_digest = text.len() == 64 && text.bytes().all(|it| it.is_ascii_hexdigit());
    match is_digest {
        true => Ok(text.to_ascii_lowercase()),
        false => Err(Problem::new("a digest is needed, 64 hexadecimal digits")),
    }
}

/// A binding to a commit, where one is named.
pub(super) fn to_commit(id: Option<&str>) -> Result<Binding, Problem> {
    let commit = id.map(object_id).transpose()?;
    Ok(Binding { commit, ..Binding::default() })
}

/// Somebody of a platform; nobody is who deleted the account.
pub(super) fn account(system: &str, name: Option<&str>) -> Result<Who, Problem> {
    let name = name.unwrap_or(DELETED);
    match name.is_empty() {
        true => Err(Problem::new("an account has a name")),
        false => Ok(Who::Account(system.into(), name.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_one_of_rfc_3339() {
        for (text, is_one) in [
            ("2026-03-01T12:00:00Z", true),
            ("2026-03-01t12:00:00.123456789z", true),
            ("2026-03-01T12:00:00+14:00", true),
            ("2026-03-01T12:00:00-12:00", true),
            ("2026-03-01T12:00:00+23:59", true),
            ("2026-03-01T12:00:00+24:00", false),
            ("2026-03-01T12:00:00+25:59", false),
            ("2026-03-01T12:00:00-30:00", false),
            ("2026-03-01T12:00:00+01:60", false),
            ("2026-03-01T12:00:00+0100", false),
            ("2026-03-01T12:00:00+01", false),
            ("2026-03-01T12:00:00+01:00:30", false),
            ("2026-03-01T12:00:00.Z", false),
            ("2026-03-01T12:00:00", false),
            ("2026-03-01T12:00:00Z+01:00", false),
            ("2026-02-30T12:00:00Z", false),
        ] {
            assert_eq!(moment(text).is_some(), is_one, "{text}");
        }
    }
}
