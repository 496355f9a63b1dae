//! What is read of SARIF, by the names of its specification; the rest is passed over.

use std::fmt;

use serde::de::{self, IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer};

use super::super::severity::Severity;
use super::super::values::Moment;

#[derive(Debug, Deserialize)]
pub(super) struct Log {
    pub runs: Vec<Run>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    pub tool: Tool,
    #[serde(default)]
    pub invocations: Vec<Invocation>,
    pub results: Option<Vec<RunResult>>,
    pub external_property_file_references: Option<IgnoredAny>,
    #[serde(default)]
    pub version_control_provenance: Vec<Provenance>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Tool {
    pub driver: Component,
    #[serde(default)]
    pub extensions: Vec<Component>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Component {
    pub name: String,
    #[serde(default)]
    pub rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    pub id: String,
    pub default_configuration: Option<Configuration>,
    pub properties: Option<Properties>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Configuration {
    pub level: Option<Level>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Properties {
    #[serde(rename = "security-severity")]
    pub security_severity: Option<Points>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    /// The specification asks for it; a run that does not say did not succeed.
    pub execution_successful: Option<bool>,
    pub start_time_utc: Option<Moment>,
    pub end_time_utc: Option<Moment>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Provenance {
    pub revision_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunResult {
    pub rule_id: Option<String>,
    pub rule_index: Option<i64>,
    pub rule: Option<Reference>,
    #[serde(default)]
    pub kind: Kind,
    pub level: Option<Level>,
    #[serde(default, deserialize_with = "nothing_is_none")]
    pub suppressions: Vec<Suppression>,
    pub baseline_state: Option<BaselineState>,
    pub properties: Option<Properties>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reference {
    pub id: Option<String>,
    pub index: Option<i64>,
    pub tool_component: Option<Place>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Place {
    pub index: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Suppression {
    status: Option<Status>,
}

impl Suppression {
    /// Without a word on it, it is accepted (3.35.3).
    pub fn is_accepted(&self) -> bool {
        matches!(self.status, None | Some(Status::Accepted))
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Status {
    Accepted,
    UnderReview,
    Rejected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum BaselineState {
    New,
    Unchanged,
    Updated,
    Absent,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Kind {
    Pass,
    Open,
    Informational,
    NotApplicable,
    Review,
    #[default]
    Fail,
}

impl Kind {
    /// Whether nothing is wrong.
    pub fn is_fine(self) -> bool {
        matches!(self, Self::Pass | Self::NotApplicable)
    }

    pub fn is_failure(self) -> bool {
        matches!(self, Self::Fail)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Level {
    None,
    Note,
    Warning,
    Error,
}

impl Level {
    pub fn severity(self) -> Severity {
        match self {
            Self::None => Severity::Info,
            Self::Note => Severity::Low,
            Self::Warning => Severity::Medium,
            Self::Error => Severity::High,
        }
    }
}

/// Points from 0 to 10, as CVSS gives them: a number, or a text that is one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Points(f64);

impl Points {
    /// `None` where there are 0: the level says more then.
    pub fn severity(self) -> Option<Severity> {
        match self.0 {
            points if points >= 9.0 => Some(Severity::Critical),
            points if points >= 7.0 => Some(Severity::High),
            points if points >= 4.0 => Some(Severity::Medium),
            points if points > 0.0 => Some(Severity::Low),
            _ => None,
        }
    }

    fn new<E: de::Error>(points: f64) -> Result<Self, E> {
        match (0.0..=10.0).contains(&points) {
            true => Ok(Self(points)),
            false => Err(E::custom("a number from 0 to 10 is needed")),
        }
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(PointsForm)
    }
}

struct PointsForm;

impl Visitor<'_> for PointsForm {
    type Value = Points;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number from 0 to 10")
    }

    fn visit_u64<E: de::Error>(self, it: u64) -> Result<Points, E> {
        Points::new(it as f64)
    }

    fn visit_f64<E: de::Error>(self, it: f64) -> Result<Points, E> {
        Points::new(it)
    }

    fn visit_str<E: de::Error>(self, it: &str) -> Result<Points, E> {
        Points::new(it.trim().parse().unwrap_or(f64::NAN))
    }
}

fn nothing_is_none<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}
