use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use gitops_health_git::{Commit, Repo, printable, printable_start};
use gitops_health_sanitize::{Cleaner, Finding, Replacement, Scanner, Severity};

use crate::acceptance::{Acceptance, senseless};
use crate::context::Context;
use crate::error::CliError;

/// What everything is looked at with: rules, and what the repository says of what they find.
pub(crate) struct Look {
    pub scanner: Scanner,
    pub acceptance: Acceptance,
    /// The file of what is known, from the top of the worktree.
    pub baseline: String,
    /// What rules look for, in words.
    names: HashMap<String, String>,
    /// The top of the worktree, to name files from there.
    top: Option<PathBuf>,
}

impl Look {
    /// What is configured; the baseline is that of a file if one is named.
    pub fn new(
        context: &Context,
        repo: Option<&Repo>,
        baseline: Option<&Path>,
    ) -> Result<Self, CliError> {
        let config = context.config(repo)?.config.sanitize;
        let scanner = Scanner::with_rules(&config.rules)
            .map_err(|error| senseless("sanitize.rules", &error.to_string()))?;
        let acceptance = Acceptance::read(context, &config, &scanner, repo, baseline)?;
        let names = config.rules.iter().map(|rule| (rule.id.clone(), rule.name.clone())).collect();
        let top = repo.and_then(|repo| std::fs::canonicalize(repo.worktree()?).ok());
        Ok(Self { scanner, acceptance, baseline: config.baseline, names, top })
    }

    /// The same for many texts.
    pub fn for_much(self) -> Self {
        Self { scanner: self.scanner.for_much(), ..self }
    }

    /// What a rule looks for, in words.
    pub fn name_of(&self, rule: &str) -> String {
        let known = || {
            let rule = self.scanner.rules().find(|known| known.id == rule);
            rule.map_or_else(String::new, |rule| rule.name.to_string())
        };
        self.names.get(rule).map(|name| printable(name.as_bytes())).unwrap_or_else(known)
    }

    /// A file on disk, named from the top of the worktree that it is in.
    pub fn in_tree(&self, path: &Path) -> String {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let inside = self.top.as_ref().and_then(|top| real.strip_prefix(top).ok());
        self.shown(inside.unwrap_or(path).as_os_str().as_encoded_bytes())
    }

    /// A name as it may be shown: with marks in the place of what is found in it.
    pub fn shown(&self, name: &[u8]) -> String {
        let mut shown = String::new();
        let mut end = 0;
        for finding in self.in_name(name) {
            shown += &printable(&name[end..finding.span.start]);
            shown += &format!("[{}]", finding.rule.to_uppercase());
            end = finding.span.end;
        }
        shown + &printable(&name[end..])
    }

    /// What is found in a name: as it is, and word by word.
    pub fn in_name(&self, name: &[u8]) -> Vec<Finding> {
        if !can_hold_something(name) {
            return Vec::new();
        }
        let mut findings = self.scanner.scan(name);
        let word = |byte: &u8| if b"/\\_.".contains(byte) { b' ' } else { *byte };
        let words: Vec<u8> = name.iter().map(word).collect();
        let is_apart = |found: &Finding, other: &Finding| {
            found.span.end <= other.span.start || other.span.end <= found.span.start
        };
        let more = self.scanner.scan(&words).into_iter();
        let known = findings.clone();
        findings.extend(more.filter(|found| known.iter().all(|other| is_apart(found, other))));
        findings.retain(|finding| finding.rule != "email" || is_address(name, &finding.span));
        findings.sort_by_key(|finding| finding.span.start);
        findings
    }

    /// What is found in a name and address, besides that it is one.
    pub fn in_person(&self, person: &[u8]) -> Vec<Finding> {
        let mut findings = self.in_name(person);
        findings.retain(|finding| !matches!(finding.rule.as_str(), "email" | "name" | "url"));
        findings
    }
}

/// The subject of a commit as it may be shown: its beginning, with marks in the place of what our own rules
/// find in it.
pub(crate) fn subject_of(commit: &Commit) -> String {
    static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::new);
    let subject = commit.subject();
    let mut cleaner = Cleaner::new(&SCANNER, Replacement::Redacted, Severity::Low);
    printable_start(&cleaner.clean(&subject).bytes, SUBJECT)
}

/// The most characters that are shown of a subject.
const SUBJECT: usize = 200;

/// Whether something in a name is a mail address: in `getty@tty.service` the last word says what kind of
/// file it is.
fn is_address(name: &[u8], span: &Range<usize>) -> bool {
    const DOMAINS: [&[u8]; 8] = [b"com", b"org", b"net", b"edu", b"gov", b"io", b"health", b"care"];
    let is_at_end = name.get(span.end).is_none_or(|byte| matches!(byte, b'/' | b'\\'));
    let last = name[span.clone()].rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    !is_at_end || DOMAINS.iter().any(|domain| last.eq_ignore_ascii_case(domain))
}

/// The least digits of what a name can hold.
const LEAST_DIGITS: usize = 5;

/// Whether a name has what numbers and addresses have; most have not, and need no look.
fn can_hold_something(name: &[u8]) -> bool {
    let digits = || name.iter().filter(|byte| byte.is_ascii_digit()).take(LEAST_DIGITS).count();
    name.contains(&b'@') || digits() == LEAST_DIGITS
}
