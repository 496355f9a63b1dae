use bstr::{BString, ByteSlice};

use super::{
    Doubt, Owners, Rule, Section, SkipReason, SkippedLine, is_email, numbered_lines, split_pattern,
    words,
};
use crate::PathPattern;

pub(super) fn parse(bytes: &[u8]) -> (Owners, Vec<SkippedLine>) {
    let mut rules = Vec::new();
    let (mut skipped, mut doubts) = (Vec::new(), Vec::new());
    for (number, line) in numbered_lines(bytes) {
        let line = without_comment(line);
        if line.is_empty() {
            continue;
        }
        match rule(number, line) {
            Ok(rule) => rules.push(rule),
            Err(why) => {
                let (reason, meant) = *why;
                doubts.push(Doubt { line: number, meant });
                skipped.push(SkippedLine { line: Some(number), reason });
            }
        }
    }
    (Owners { sections: vec![Section { name: None, optional: false, rules, doubts }] }, skipped)
}

/// What a line says; where it says nothing why, and which files it may have been meant for.
fn rule(line: usize, text: &[u8]) -> Result<Rule, Box<(SkipReason, Option<Rule>)>> {
    let (pattern, owners) = split_pattern(text);
    if pattern.starts_with(b"\\#") {
        return Err(Box::new((SkipReason::EscapedComment, None)));
    }
    if has_unescaped(pattern, b'[') {
        return Err(Box::new((SkipReason::Range, None)));
    }
    let itself_only = pattern.ends_with(b"/*");
    let pattern = PathPattern::parse(pattern)
        .map_err(|error| Box::new((SkipReason::Pattern(error), None)))?;
    let rule =
        Rule { pattern, itself_only, excludes: false, owners: Vec::new(), approvals: 1, line };
    match words(owners).find(|owner| !is_owner(owner)) {
        Some(owner) => Err(Box::new((SkipReason::Owner(BString::from(owner)), Some(rule)))),
        None => Ok(Rule { owners: words(owners).map(BString::from).collect(), ..rule }),
    }
}

/// `@user`, `@org/team` or an e-mail address.
fn is_owner(owner: &[u8]) -> bool {
    let is_name = |name: &[u8]| {
        !name.is_empty()
            && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    };
    match owner.strip_prefix(b"@") {
        Some(name) => match name.split_once_str("/") {
            Some((organisation, team)) => is_name(organisation) && is_name(team),
            None => is_name(name),
        },
        None => is_email(owner),
    }
}

/// The line without the comment that begins at its start or behind a blank.
fn without_comment(line: &[u8]) -> &[u8] {
    let comment = (0..line.len()).find(|&at| {
        let behind_blank =
            at == 0 || (line[at - 1].is_ascii_whitespace() && (at < 2 || line[at - 2] != b'\\'));
        line[at] == b'#' && behind_blank
    });
    match comment {
        Some(at) => line[..at].trim_ascii_end(),
        None => line,
    }
}

fn has_unescaped(pattern: &[u8], wanted: u8) -> bool {
    let mut bytes = pattern.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            byte if byte == wanted => return true,
            _ => {}
        }
    }
    false
}
