//! The record of `compliance analyze --record`: what is needed to ask the same rules again over the same facts.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::json::{document, schema_of};

/// The name and version of the format.
pub const COMPLIANCE_RECORD_SCHEMA: &str = "gitops-health/compliance-record/v1";

/// A decision, and all that it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComplianceRecord {
    /// Always [`COMPLIANCE_RECORD_SCHEMA`].
    pub schema: String,
    /// The version of the program that decided.
    pub program: String,
    /// SHA-256 of the input without blanks.
    pub input_digest: String,
    /// SHA-256 of all policies.
    pub policies_digest: String,
    /// The parameters of all rules, by rule and name.
    pub parameters: BTreeMap<String, BTreeMap<String, Value>>,
    /// The policies that do not come with the program.
    pub own_policies: Vec<RecordedPolicy>,
    /// The rules of the program in whose place those of `own_policies` with the same ids stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<String>,
    /// What rules answered, by their ids; before waivers, which are no answers of rules.
    pub answers: BTreeMap<String, RecordedAnswer>,
    /// The document that rules saw.
    pub input: Value,
    /// SHA-256 of all of the above without blanks, members in the order of their names.
    pub record_digest: String,
}

/// A policy that does not come with the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordedPolicy {
    /// Where it was read from.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// What a rule answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordedAnswer {
    /// The answer.
    pub verdict: String,
    /// How many things it found or warned of, and facts that it missed.
    pub findings: usize,
    /// SHA-256 of the answer with all that it found, warned of and missed.
    pub digest: String,
}

impl ComplianceRecord {
    /// What [`ComplianceRecord::record_digest`] is, if nobody changed it.
    pub fn digest(&self) -> String {
        let mut value = serde_json::to_value(self).expect("a record is JSON");
        if let Some(members) = value.as_object_mut() {
            members.remove("record_digest");
        }
        digest_of(&value)
    }
}

/// SHA-256 of a document without blanks, in hexadecimal digits.
pub fn digest_of(value: &Value) -> String {
    Sha256::digest(value.to_string()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The whole record as JSON.
pub fn json(record: &ComplianceRecord) -> String {
    document(record)
}

/// The JSON Schema of [`json()`].
pub fn json_schema() -> String {
    schema_of::<ComplianceRecord>()
}
