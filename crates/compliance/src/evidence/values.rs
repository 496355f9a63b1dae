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
    let is_rest = |byte: &u8| byte.is_ascii_digit() || b".:+-Zz".contains(byte);
    if !is_date_time || !bytes.iter().skip(SHAPE.len()).all(is_rest) {
        return None;
    }
    ZonedTime::parse_rfc3339(text).map(Time::from)
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
