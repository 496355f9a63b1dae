use schemars::JsonSchema;
use serde::Serialize;

use super::calls::is_of_opa;
use crate::{PolicyError, rego};

/// Something that is wrong with a policy or a framework.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file.
    pub path: String,
    /// The line, from 1; 0 where it is about the file as a whole.
    pub line: u32,
    /// What sort of problem it is.
    pub kind: ProblemKind,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// What sort of problem there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProblemKind {
    /// It is no Rego, or may not be evaluated.
    Unreadable,
    /// The input has no such member.
    Input,
    /// A comparison is not what it looks like.
    Value,
    /// There is no such data.
    Data,
    /// A function is not there, or may not be called.
    Call,
    /// Only Open Policy Agent, or only the interpreter here, knows a function.
    Portability,
    /// Open Policy Agent reads a negation differently.
    Negation,
    /// What a rule says of itself is wrong.
    Meta,
    /// A package decides nothing.
    Decisions,
    /// A parameter has no effect.
    Parameter,
    /// A framework names what is not there, or says too little.
    Framework,
}

impl ProblemKind {
    /// The word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Input => "input",
            Self::Value => "value",
            Self::Data => "data",
            Self::Call => "call",
            Self::Portability => "portability",
            Self::Negation => "negation",
            Self::Meta => "meta",
            Self::Decisions => "decisions",
            Self::Parameter => "parameter",
            Self::Framework => "framework",
        }
    }
}

/// An error of the wall, as a problem.
pub(super) fn of_error(error: &PolicyError) -> Problem {
    let (path, line) = match error {
        PolicyError::TooLong { path, .. } | PolicyError::Panicked { path } => (path.clone(), 0),
        PolicyError::Syntax { path, message } => (path.clone(), rego::line_of(message)),
        PolicyError::TooDeep { path, line }
        | PolicyError::Recursion { path, line, .. }
        | PolicyError::Circle { path, line, .. }
        | PolicyError::Shadowed { path, line, .. }
        | PolicyError::Overlap { path, line, .. }
        | PolicyError::Builtin { path, line, .. }
        | PolicyError::Head { path, line } => (path.clone(), *line),
        PolicyError::None
        | PolicyError::TooMany { .. }
        | PolicyError::Data { .. }
        | PolicyError::Compiled { .. } => (String::new(), 0),
    };
    let (kind, message) = match error {
        PolicyError::Builtin { name, .. } if !rego::is_refused(name) && is_of_opa(name) => {
            let message =
                format!("Open Policy Agent has `{name}`, and the interpreter here has not");
            (ProblemKind::Portability, message)
        }
        PolicyError::Builtin { name, reason, .. } => {
            (ProblemKind::Call, format!("`{name}` may not be called: {reason}"))
        }
        PolicyError::Recursion { cycle, .. } => {
            (ProblemKind::Unreadable, format!("a rule needs itself: {}", cycle.join(" -> ")))
        }
        PolicyError::Circle { names, .. } => {
            let message = format!(
                "names need one another, so that none has a value first: {}",
                names.join(", ")
            );
            (ProblemKind::Unreadable, message)
        }
        PolicyError::Shadowed { name, .. } => {
            (ProblemKind::Unreadable, format!("something in this rule is called `{name}`"))
        }
        PolicyError::Overlap { rule, other, .. } => {
            let message =
                format!("`{rule}` has keys that are computed, and `{other}` is one of them");
            (ProblemKind::Unreadable, message)
        }
        PolicyError::TooDeep { .. } => (ProblemKind::Unreadable, "it is nested too deep".into()),
        PolicyError::Syntax { message, .. } => {
            let said = message.lines().rev().find_map(|line| line.trim().strip_prefix("error: "));
            (ProblemKind::Unreadable, format!("it is no Rego: {}", said.unwrap_or(message)))
        }
        other => (ProblemKind::Unreadable, other.to_string()),
    };
    let hint = match error {
        PolicyError::Builtin { name, .. } if is_of_opa(name) => "decide without it",
        PolicyError::Builtin { .. } => "call another function, or define it",
        PolicyError::Recursion { .. } => "break the circle: take one of these references out",
        PolicyError::Circle { .. } => "give one of them a value that needs no other",
        PolicyError::Head { .. } => {
            "give the head a name in the body: `contains it if { it := ... }`"
        }
        PolicyError::Shadowed { .. } => {
            "give it another name: what the rule asks of the real one is lost"
        }
        PolicyError::Overlap { .. } => {
            "the interpreter sees only one of them: write both with a computed key, or give one another name"
        }
        PolicyError::TooDeep { .. } => "give parts of the expression names of their own",
        _ => "mend the policy; `opa check` or an editor shows where it breaks off",
    };
    Problem { path, line, kind, message, hint: hint.to_owned() }
}

/// The known name that is most like another, where one is like it.
pub(super) fn nearest<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a String>,
) -> Option<&'a str> {
    let name = name.to_lowercase();
    let score = |known: &str| strsim::jaro_winkler(&name, &known.to_lowercase());
    let scored = known.into_iter().map(|known| (score(known), known.as_str()));
    let best = scored.max_by(|one, other| one.0.total_cmp(&other.0));
    best.filter(|(score, _)| *score >= 0.8).map(|(_, known)| known)
}
