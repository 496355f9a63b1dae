//! What is looked for, as data. `crates/sanitize/rules/README.md` says how a rule is written.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::validator::Validator;

/// What kind of information a rule finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// One of the identifiers of 45 CFR 164.514(b)(2)(i).
    Identifier(Identifier),
    /// What tells who somebody is, and is none of these.
    Pii,
    /// What opens something to who has it.
    Secret,
}

/// The identifiers of 45 CFR 164.514(b)(2)(i), by their letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identifier {
    /// Names.
    A,
    /// Geographic subdivisions smaller than a State.
    B,
    /// Dates, except the year, and ages over 89.
    C,
    /// Telephone numbers.
    D,
    /// Fax numbers.
    E,
    /// Electronic mail addresses.
    F,
    /// Social security numbers.
    G,
    /// Medical record numbers.
    H,
    /// Health plan beneficiary numbers.
    I,
    /// Account numbers.
    J,
    /// Certificate and license numbers.
    K,
    /// Vehicle identifiers, serial numbers and license plates.
    L,
    /// Device identifiers and serial numbers.
    M,
    /// Web addresses.
    N,
    /// Addresses of the Internet protocol.
    O,
    /// Biometric identifiers.
    P,
    /// Photographs of the full face, and images like them.
    Q,
    /// Any other unique number, characteristic or code.
    R,
}

impl Category {
    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        use Identifier::{A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R};
        let letters = [A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R];
        let all = letters.map(Self::Identifier).into_iter().chain([Self::Pii, Self::Secret]);
        all.into_iter().find(|category| category.to_string() == text)
    }
}

impl fmt::Display for Category {
    /// `A` to `R`, `pii` or `secret`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identifier(letter) => write!(f, "{letter:?}"),
            Self::Pii => f.write_str("pii"),
            Self::Secret => f.write_str("secret"),
        }
    }
}

/// How much it matters that something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Taken out when a file is cleaned, and not reported unless asked for: what says little about
    /// anybody by itself, such as the time of an observation in a message about a patient.
    Info,
    /// Known test values, and what is probably public.
    Low,
    /// What says something about somebody together with more, or is only probable.
    Medium,
    /// What identifies somebody, or opens something.
    High,
    /// What identifies somebody for life, or opens a great deal.
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}

/// One thing that is looked for.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name for machines: kebab-case.
    pub id: Cow<'static, str>,
    /// Its name for people.
    pub name: Cow<'static, str>,
    /// What kind of information it finds.
    pub category: Category,
    /// How much a finding matters, unless its place says otherwise.
    pub severity: Severity,
    /// What is searched for first, in lower case.
    pub keywords: Cow<'static, [Cow<'static, str>]>,
    /// What is tried around a keyword; empty where something else finds the values.
    pub pattern: Cow<'static, str>,
    /// How far from a keyword a match may begin or end, in bytes.
    pub reach: u32,
    /// Over how many lines a match may go.
    pub lines: u32,
    /// The least entropy of a value, in bits for each character.
    pub entropy: Option<f32>,
    /// What has to hold for a value.
    pub validators: Cow<'static, [Validator]>,
    /// Where the form of the values is published.
    pub source: Cow<'static, str>,
}

/// The rules that come with the program.
pub static BUILT_IN: &[Rule] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));
