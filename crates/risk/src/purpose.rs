use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use bstr::ByteSlice;
use gitops_health_git::{Commit, ObjectId};
use regex::bytes::Regex;

/// What a commit was made for, as far as its message says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purpose {
    /// It mends a defect.
    pub is_fix: bool,
    /// It takes back an earlier commit.
    pub is_revert: bool,
}

/// The purposes of commits, each read once: the pasts of neighbouring changes share most of theirs.
#[derive(Debug, Default)]
pub struct Purposes(RefCell<HashMap<ObjectId, Purpose>>);

impl Purposes {
    pub(crate) fn of(&self, commit: &Commit) -> Purpose {
        *self.0.borrow_mut().entry(commit.id).or_insert_with(|| Purpose::of(commit))
    }
}

/// Words that name a defect that users meet, as whole words. After Mockus and Votta (ICSM 2000),
/// with the words that projects use today.
static DEFECT: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i-u)\b(?:hotfix(?:es)?|regressions?|crash(?:es|ed|ing)?|segfaults?|segv|overflows?|underflows?|deadlocks?|livelocks?|leak(?:s|ed|ing)?|vulnerabilit(?:y|ies)|CVE-[0-9]{4}-[0-9]+|out-of-bounds|use-after-free|double[- ]free|data race|race condition)\b",
    )
});

/// Words that say that something was mended, whatever it was: `prefix` and `fixture` hold none.
static FIX: LazyLock<Regex> =
    LazyLock::new(|| compile(r"(?i-u)\b(?:fix(?:e[sd]|ing|up)?|bug(?:s|fix(?:es)?)?|defects?)\b"));

/// Mending that no user of the program meets, where no defect is named.
static TRIVIAL: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i-u)\b(?:typos?|spelling|grammar|misspell(?:ed|ing)?|white ?space|indent(?:ation)?|formatting|lint(?:er|ing)?|clippy|rustfmt|gofmt|comments?|docs?|documentation|readme|changelog|code style|copyright|links?|bug-free)\b",
    )
});

/// The types of Conventional Commits that mend nothing, whatever they name.
static OTHER_TYPE: LazyLock<Regex> =
    LazyLock::new(|| compile(r"(?i-u)^(?:docs?|style|chore|ci|build|test)(?:\([^)]*\))?!?:"));

/// A line of the body that says so, such as `Fixes: 1a2b3c4d`, `Fixes #12` or `Fixes ABC-12`.
static FIXES_LINE: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?im-u)^(?:fix(?:e[sd])?|resolve[sd]?)(?::[ \t]*|[ \t]+)(?:[0-9a-f]{7,40}\b|[\w./-]*#[0-9]+|(?-i:[A-Z][A-Z0-9]+-[0-9]+\b)|https?://)",
    )
});

/// `Revert "..."` and `Revert the ...`, and not `revert: ...`, which names a part of git.
static REVERT: LazyLock<Regex> = LazyLock::new(|| compile(r#"(?i-u)^revert(?:s|ed)?[ "]"#));

/// The commit that a revert takes back, in the words that git writes.
static REVERTED_ID: LazyLock<Regex> =
    LazyLock::new(|| compile(r"(?i-u)this\s+reverts\s+commit\s+([0-9a-f]{7,40})"));

/// The commit that a fix names as the origin of the defect.
static FIXED_ID: LazyLock<Regex> =
    LazyLock::new(|| compile(r"(?im-u)^fixes:[ \t]*([0-9a-f]{7,40})\b"));

fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns above are well formed")
}

impl Purpose {
    /// Reads the purpose from subject and body.
    pub fn of(commit: &Commit) -> Self {
        Self::of_message(&commit.subject(), &commit.message)
    }

    fn of_message(subject: &[u8], message: &[u8]) -> Self {
        let is_revert = REVERT.is_match(subject) || REVERTED_ID.is_match(message);
        let names_defect = DEFECT.is_match(subject);
        let mends = FIX.is_match(subject) && !TRIVIAL.is_match(subject);
        let says_so = (names_defect || mends) && !OTHER_TYPE.is_match(subject);
        let body = message.find_byte(b'\n').map_or(&b""[..], |end| &message[end..]);
        Self { is_fix: !is_revert && (says_so || FIXES_LINE.is_match(body)), is_revert }
    }
}

/// Abbreviated or full ids of the commits that the message says it takes back.
pub(crate) fn reverted_ids(message: &[u8]) -> Vec<String> {
    ids(&REVERTED_ID, message)
}

/// Abbreviated or full ids of the commits that the message says it mends.
pub(crate) fn fixed_ids(message: &[u8]) -> Vec<String> {
    ids(&FIXED_ID, message)
}

fn ids(pattern: &Regex, message: &[u8]) -> Vec<String> {
    pattern
        .captures_iter(message)
        .map(|found| found[1].to_str_lossy().to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purpose(message: &str) -> (bool, bool) {
        let subject = message.lines().next().unwrap_or_default();
        let purpose = Purpose::of_message(subject.as_bytes(), message.as_bytes());
        (purpose.is_fix, purpose.is_revert)
    }

    #[test]
    fn a_fix_says_so_in_whole_words() {
        for message in [
            "Fix crash when the list is empty",
            "fix(auth): deny expired tokens",
            "Fixed #12345 -- Made forms work",
            "zset: avoid a buffer overflow",
            "Handle CVE-2024-1234",
            "Rework login\n\nFixes #12",
            "net: keep order\n\nFixes: 1a2b3c4d5e6f (\"net: sort\")",
            "Keep order\n\nFixes ABC-12\n",
            "Fix use-after-free when following links",
            "Fix crash in comment parser",
            "Fix memory leak in documentation generator",
        ] {
            assert_eq!(purpose(message), (true, false), "{message}");
        }
        for message in [
            "Add prefix option",
            "Use fixtures in tests",
            "Fix typo in comment",
            "docs: fix build",
            "debug output for the suffix tree",
            "Add address book",
            "Fix UTF-8 typo in README",
            "fix x86-64 docs",
            "docs: explain memory leaks",
            "Bump version to bug-free 1.2",
            "Rework\n\nfix utf-8 names later",
            "",
        ] {
            assert_eq!(purpose(message), (false, false), "{message}");
        }
    }

    #[test]
    fn a_revert_is_no_fix_and_names_what_it_takes_back() {
        let message = "Revert \"Fix crash\"\n\nThis reverts commit 0123456789abcdef.\n";
        assert_eq!(purpose(message), (false, true));
        assert_eq!(reverted_ids(message.as_bytes()), ["0123456789abcdef"]);
        assert_eq!(purpose("Revert \"Use the new pool\""), (false, true));
        assert_eq!(purpose("Use the old pool\n\nThis reverts commit 1a2b3c4d.\n"), (false, true));
        assert_eq!(purpose("revert: add --strategy option"), (false, false));
        assert_eq!(purpose("Reverting is now possible"), (false, false));
    }
}
