use std::collections::HashMap;

use bstr::{BString, ByteSlice};

use super::{
    Doubt, Owners, Rule, Section, SkipReason, SkippedLine, is_email, numbered_lines, split_pattern,
    words,
};
use crate::{ParsePatternError, PathPattern};

pub(super) fn parse(bytes: &[u8]) -> (Owners, Vec<SkippedLine>) {
    let mut sections = vec![Section::new(None, false)];
    let mut by_name: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut current = 0;
    let mut defaults = Vec::new();
    let mut approvals = 1;
    let mut skipped = Vec::new();
    for (number, line) in numbered_lines(bytes) {
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        if let Some(heading) = Heading::parse(line) {
            if heading.name.is_empty() {
                let reason = SkipReason::UnnamedSection;
                skipped.push(SkippedLine { line: Some(number), reason });
                continue;
            }
            current = *by_name.entry(heading.name.to_ascii_lowercase()).or_insert_with(|| {
                let name = Some(BString::from(heading.name));
                sections.push(Section::new(name, true));
                sections.len() - 1
            });
            // A section that is required in one place is required.
            sections[current].optional &= heading.optional;
            defaults = owners_in(heading.owners);
            approvals = heading.approvals;
            continue;
        }
        match rule(number, line, &defaults, approvals) {
            Ok(rule) => sections[current].rules.push(rule),
            Err(error) => {
                sections[current].doubts.push(Doubt { line: number, meant: None });
                let reason = SkipReason::Pattern(error);
                skipped.push(SkippedLine { line: Some(number), reason });
            }
        }
    }
    (Owners { sections }, skipped)
}

fn rule(
    line: usize,
    text: &[u8],
    defaults: &[BString],
    approvals: u32,
) -> Result<Rule, ParsePatternError> {
    let (pattern, owners) = split_pattern(text);
    let (pattern, excludes) = match pattern.strip_prefix(b"!") {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    if pattern.is_empty() {
        return Err(ParsePatternError::Empty);
    }
    let front: &[u8] = if pattern.starts_with(b"/") { b"" } else { b"/**/" };
    let back: &[u8] = if pattern.ends_with(b"/") { b"**/*" } else { b"" };
    let pattern = PathPattern::parse_fnmatch(&[front, pattern, back].concat())?;
    let owners = if owners.is_empty() { defaults.to_vec() } else { owners_in(owners) };
    Ok(Rule { pattern, itself_only: true, excludes, owners, approvals, line })
}

/// `@user`, `@group/subgroup`, `@@role` and e-mail addresses; anything else is passed over.
fn owners_in(text: &[u8]) -> Vec<BString> {
    words(text)
        .filter(|word| {
            word.strip_prefix(b"@").map_or_else(|| is_email(word), |name| !name.is_empty())
        })
        .map(BString::from)
        .collect()
}

/// `^[Name][approvals] owners`
pub(super) struct Heading<'a> {
    name: &'a [u8],
    optional: bool,
    approvals: u32,
    owners: &'a [u8],
    /// Whether nothing but owners follows, as the documentation has it. Without that, the line may
    /// be a pattern of GitHub's dialect that begins with a range.
    pub(super) is_complete: bool,
}

impl<'a> Heading<'a> {
    /// Reads a heading. What GitLab does and its documentation does not say: any line that begins
    /// with a name in brackets is one, and what follows without a blank is passed over.
    pub(super) fn parse(line: &'a [u8]) -> Option<Self> {
        let (rest, optional) = match line.strip_prefix(b"^") {
            Some(rest) => (rest, true),
            None => (line, false),
        };
        let (name, mut rest) = rest.strip_prefix(b"[")?.split_once_str("]")?;
        let mut approvals = 1;
        if let Some((number, behind)) =
            rest.strip_prefix(b"[").and_then(|number| number.split_once_str("]"))
        {
            // "Invalid values for `n` are treated as `1`."
            let number = number.to_str().ok().and_then(|number| number.parse().ok());
            approvals = number.unwrap_or(1).max(1);
            rest = behind;
        }
        let is_complete = rest.first().is_none_or(u8::is_ascii_whitespace);
        let owners = if is_complete { rest } else { b"" };
        Some(Self { name: name.trim(), optional, approvals, owners, is_complete })
    }
}
