//! What a message says of the defect that its commit mends.

use std::sync::LazyLock;

use bstr::ByteSlice;
use gitops_health_git::Commit;
use regex::bytes::Regex;

use crate::message::{FIX, OTHER_TYPE, Purpose, compile, conventional_type, is_standard};

/// What a message says of the defect that its commit mends, by the kind of saying.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Ids, full or abbreviated, of commits that are named as the origin of the defect: `Fixes: 1a2b3c4d`,
    /// `introduced by 1a2b3c4d`, `regression from commit 1a2b3c4d`.
    pub origins: Vec<String>,
    /// Ids of commits that are taken back: `This reverts commit 1a2b3c4d`.
    pub reverted: Vec<String>,
    /// Issues that are said to be fixed: `Fixes #12`, `Fixed ABC-3`.
    pub fixed_issues: Vec<String>,
    /// Issues that are only said to be closed: `Closes #12`, `Resolves ABC-3`. They may ask for something new.
    pub closed_issues: Vec<String>,
    /// The well-known type of a Conventional Commit, in small letters.
    pub conventional_type: Option<&'static str>,
    /// Whether words say that something was mended that users of the program meet.
    pub words: bool,
}

/// The commit that is said to have brought the defect. Only words that say so count: commits are named for many reasons.
static ORIGIN: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i-u)(?:(?:^|\n)[ \t]*fixes:[ \t]*|\b(?:introduced|caused|broken|broke|regressed)\s+(?:by|in|with|since|from|after)\s+|\bregression\s+(?:from|since|in|of|by|after|introduced\s+(?:by|in))\s+|\bfix(?:e[sd])?\s+)(?:(?:the\s+)?(?:commit|revision|rev|changeset)\s+)?\(?([0-9a-f]{7,40})\b",
    )
});

static TAKEN_BACK: LazyLock<Regex> = LazyLock::new(|| {
    compile(r"(?i-u)\b(?:this\s+)?reverts?\s+(?:the\s+)?commit\s+([0-9a-f]{7,40})\b")
});

/// After the words by which forges close an issue.
static FIXED_ISSUE: LazyLock<Regex> = LazyLock::new(|| closing(r"fix(?:e[sd])?|bugfix"));
static CLOSED_ISSUE: LazyLock<Regex> = LazyLock::new(|| closing(r"close[sd]?|resolve[sd]?"));

/// A trailer of Launchpad's, and a defect that begins the message.
static BUG: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i-u)(?:(?:^|\n)[ \t]*(?:closes|partial)-bug:[ \t]*|^\[?bug[ \t:-]*)(#?[0-9]{1,9})\b",
    )
});

fn closing(words: &str) -> Regex {
    compile(&format!(
        r"(?i-u)\b(?:{words})\b:?\s+(?:(?:issues?|bugs?|tickets?|gh)[ \t:-]*)?([\w./-]*#[0-9]{{1,9}}\b|(?-i:[A-Z][A-Z0-9]{{1,9}}-[0-9]{{1,7}})\b|gh-[0-9]{{1,9}}\b|https?://[^\s]{{1,120}}/(?:issues|browse|bug|bugs)/[A-Za-z0-9-]{{1,20}})"
    ))
}

/// Mending of what only those meet who work on the program.
static OF_WORKSHOP: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i-u)\b(?:tests?|testing|testsuite|unittests?|test[- ]cases?|specs?|builds?|compil(?:e|er|ation|ing)|warnings?|makefile|cmake|travis|jenkins|ci|merge|conflicts?|flake8|pep8|pylint|checkstyle|eslint|pyflakes|style|naming|import order|version|debug|instructions?)\b",
    )
});

/// What begins a message about something new, such as a report of crashes.
static ADDS: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i-u)^(?:[\w/.*-]{1,40}: ?)?(?:add(?:s|ed|ing)?|implement(?:s|ed)?|introduc(?:e|es|ed)|support)\b",
    )
});

/// The most of each kind that are kept of a message.
const MOST: usize = 16;

/// So much of a message is read.
const MOST_BYTES: usize = 1 << 16;

impl Claims {
    /// Reads a message.
    pub fn of(commit: &Commit) -> Self {
        let subject = commit.subject();
        let message = &commit.message[..commit.message.len().min(MOST_BYTES)];
        let purpose = Purpose::of(commit);
        Self::read(&subject, message, purpose)
    }

    fn read(subject: &[u8], message: &[u8], purpose: Purpose) -> Self {
        let reverted = found(&TAKEN_BACK, message);
        let mut origins = found(&ORIGIN, message);
        // `fixed 1234567 rows` names no commit.
        origins.retain(|id| id.len() == 40 || id.bytes().any(|byte| byte.is_ascii_alphabetic()));
        let mut fixed_issues = issues(&FIXED_ISSUE, message);
        fixed_issues.extend(issues(&BUG, message));
        fixed_issues.sort();
        fixed_issues.dedup();
        let adds = ADDS.is_match(subject) && !FIX.is_match(subject);
        let of_workshop = OF_WORKSHOP.is_match(subject) || OTHER_TYPE.is_match(subject);
        Self {
            origins,
            reverted,
            fixed_issues,
            closed_issues: issues(&CLOSED_ISSUE, message),
            conventional_type: conventional_type(subject),
            words: purpose.is_fix && !of_workshop && !adds,
        }
    }
}

fn found(pattern: &Regex, message: &[u8]) -> Vec<String> {
    let all = pattern.captures_iter(message).take(MOST);
    let mut ids: Vec<String> =
        all.map(|found| found[1].to_str_lossy().to_ascii_lowercase()).collect();
    ids.sort();
    ids.dedup();
    ids
}

fn issues(pattern: &Regex, message: &[u8]) -> Vec<String> {
    let all = pattern.captures_iter(message).take(MOST);
    let mut issues: Vec<String> = all.map(|found| found[1].to_str_lossy().into_owned()).collect();
    issues.retain(|issue| !is_standard(issue));
    issues.sort();
    issues.dedup();
    issues
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(message: &str) -> Claims {
        let subject = message.lines().next().unwrap_or_default();
        let purpose = Purpose::of_message(subject.as_bytes(), message.as_bytes());
        Claims::read(subject.as_bytes(), message.as_bytes(), purpose)
    }

    #[test]
    fn a_commit_is_the_origin_only_where_the_words_say_so() {
        for message in [
            "net: keep order\n\nFixes: 1a2b3c4d5e6f (\"net: sort\")",
            "Fix a leak introduced in 1a2b3c4d5e6f.",
            "Keep order\n\nThis regression was introduced by commit 1a2b3c4d5e6f",
            "Keep order\n\nIt is a regression from\n1a2b3c4d5e6f, where",
            "Fix 1a2b3c4d5e6f: do not forget the list",
        ] {
            assert_eq!(claims(message).origins, ["1a2b3c4d5e6f"], "{message}");
        }
        for message in [
            "Backport 1a2b3c4d5e6f",
            "See 1a2b3c4d5e6f for the reason",
            "Fixed 1234567 rows",
            "Like 1a2b3c4d5e6f this fixes a leak",
            "prefix 1a2b3c4d5e6f",
            "Fix deadbeefcafe_cache",
        ] {
            assert_eq!(claims(message).origins, [""; 0], "{message}");
        }
        let revert = claims("Use the old pool\n\nThis reverts commit 1A2B3C4D.\n");
        assert_eq!((revert.reverted, revert.origins), (vec!["1a2b3c4d".to_owned()], vec![]));
    }

    #[test]
    fn an_issue_is_fixed_or_only_closed() {
        let of = |message: &str| {
            let claims = claims(message);
            (claims.fixed_issues.join(" "), claims.closed_issues.join(" "))
        };
        for (message, fixed, closed) in [
            ("Fixed #12345 -- Made forms work", "#12345", ""),
            ("Keep order (fixes #1, closes #2)", "#1", "#2"),
            ("Sort\n\nResolves: ABC-3\nFix for #7\n", "", "ABC-3"),
            ("Fix issue #9 and fix bug #8", "#8 #9", ""),
            ("Keep order\n\nCloses-Bug: #12\nRelated-Bug: #13\nCloses-bug: 14\n", "#12 14", ""),
            ("Bug 77: keep order, see bug 78", "77", ""),
            ("Fixes org/repo#4", "org/repo#4", ""),
            ("Fix UTF-8 names", "", ""),
            ("Prefix #3, suffixes #4", "", ""),
        ] {
            assert_eq!(of(message), (fixed.to_owned(), closed.to_owned()), "{message}");
        }
    }

    #[test]
    fn words_say_that_users_met_a_defect() {
        for message in [
            "Fix crash on exit",
            "Bugfix: keep the order",
            "Avoid a memory leak",
            "Add a fix for names",
        ] {
            assert!(claims(message).words, "{message}");
        }
        for message in [
            "Add prefix",
            "Fix typo",
            "Fix whitespace",
            "Fix docs",
            "Fix failing test",
            "Fix build warning",
            "Fix merge conflict",
            "chore: fix paths",
            "Add debug output",
            "Added crash report on SIGABRT",
            "net: add leak detection",
        ] {
            assert!(!claims(message).words, "{message}");
        }
    }
}
