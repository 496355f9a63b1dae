//! What messages say about commits.

use std::sync::LazyLock;

use bstr::ByteSlice;
use gitops_health_git::Commit;
use regex::bytes::Regex;

/// What a commit was made for, as far as its message says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purpose {
    /// It mends a defect.
    pub is_fix: bool,
    /// It takes back an earlier commit.
    pub is_revert: bool,
}

/// How a message refers to something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// It says that it takes back the commit.
    Reverts,
    /// It names the commit as the origin of the defect that it mends.
    Fixes,
    /// It names an issue or a pull request, such as `#12` or `ABC-12`.
    Issue,
}

impl Reference {
    /// The word in the index.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reverts => "reverts",
            Self::Fixes => "fixes",
            Self::Issue => "issue",
        }
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
pub(crate) static FIX: LazyLock<Regex> =
    LazyLock::new(|| compile(r"(?i-u)\b(?:fix(?:e[sd]|ing|up)?|bug(?:s|fix(?:es)?)?|defects?)\b"));

/// Mending that no user of the program meets, where no defect is named.
static TRIVIAL: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i-u)\b(?:typos?|spelling|grammar|misspell(?:ed|ing)?|white ?space|indent(?:ation)?|formatting|lint(?:er|ing)?|clippy|rustfmt|gofmt|comments?|docs?|documentation|readme|changelog|code style|copyright|links?|bug-free)\b",
    )
});

/// The types of Conventional Commits that mend nothing, whatever they name.
pub(crate) static OTHER_TYPE: LazyLock<Regex> =
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

pub(crate) fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns above are well formed")
}

impl Purpose {
    /// Reads the purpose from subject and body.
    pub fn of(commit: &Commit) -> Self {
        Self::of_message(&commit.subject(), &commit.message)
    }

    pub(crate) fn of_message(subject: &[u8], message: &[u8]) -> Self {
        let is_revert = REVERT.is_match(subject) || REVERTED_ID.is_match(message);
        let names_defect = DEFECT.is_match(subject);
        let mends = FIX.is_match(subject) && !TRIVIAL.is_match(subject);
        let says_so = (names_defect || mends) && !OTHER_TYPE.is_match(subject);
        let body = message.find_byte(b'\n').map_or(&b""[..], |end| &message[end..]);
        Self { is_fix: !is_revert && (says_so || FIXES_LINE.is_match(body)), is_revert }
    }
}

/// An issue or a pull request: `#12`, or a key of a tracker such as `ABC-12`.
static ISSUE: LazyLock<Regex> =
    LazyLock::new(|| compile(r"(?-u)(?:^|[\s(\[,])(#[0-9]{1,9}|[A-Z][A-Z0-9]{1,9}-[0-9]{1,7})\b"));

/// The type of a Conventional Commit: a word in front of a colon, with a scope or not.
static TYPE: LazyLock<Regex> =
    LazyLock::new(|| compile(r"^(?-u)([A-Za-z]{2,12})(?:\([^()\n]{1,60}\))?!?: "));

/// The most references of one message that are kept.
const MOST_REFERENCES: usize = 32;

/// What a message refers to, each once, in order. Names of standards and encodings look like keys
/// of trackers, and the best known are left out.
pub fn references(message: &[u8]) -> Vec<(Reference, String)> {
    let ids = |pattern: &Regex| -> Vec<String> {
        let found = pattern.captures_iter(message).take(MOST_REFERENCES);
        found.map(|found| found[1].to_str_lossy().to_ascii_lowercase()).collect()
    };
    let issues = ISSUE.captures_iter(message).take(MOST_REFERENCES);
    let issues = issues.map(|found| found[1].to_str_lossy().into_owned());
    let mut found: Vec<(Reference, String)> = Vec::new();
    found.extend(ids(&REVERTED_ID).into_iter().map(|id| (Reference::Reverts, id)));
    found.extend(ids(&FIXED_ID).into_iter().map(|id| (Reference::Fixes, id)));
    found.extend(issues.filter(|key| !is_standard(key)).map(|key| (Reference::Issue, key)));
    found.sort();
    found.dedup();
    found
}

/// Whether what looks like the key of a tracker is the name of a standard or an encoding.
pub(crate) fn is_standard(key: &str) -> bool {
    let names = ["UTF-", "SHA-", "ISO-", "RFC-", "CVE-", "CWE-", "AES-", "MD-", "X-", "HL-"];
    names.iter().any(|name| key.starts_with(name))
}

/// The types that Conventional Commits and its best known convention (Angular) name, and what
/// projects add to them. Any other word in front of a colon is what somebody wrote, such as a name.
const TYPES: &[&str] = &[
    "build",
    "change",
    "chore",
    "ci",
    "config",
    "deprecate",
    "deps",
    "docs",
    "feat",
    "feature",
    "fix",
    "hotfix",
    "i18n",
    "perf",
    "refactor",
    "release",
    "remove",
    "revert",
    "security",
    "style",
    "test",
    "wip",
];

/// The well-known type that a Conventional Commit says it has, in small letters.
pub fn conventional_type(subject: &[u8]) -> Option<&'static str> {
    let found = TYPE.captures(subject)?;
    let found = found[1].to_ascii_lowercase();
    TYPES.iter().copied().find(|known| known.as_bytes() == found)
}

/// Whether an issue is a number as forges give them. Keys of trackers and longer numbers may be
/// those of patients or people, for all that anybody can tell.
pub fn is_number_of_forge(issue: &str) -> bool {
    issue.strip_prefix('#').is_some_and(|number| number.len() <= 6)
}

/// The subject of the commit that is taken back, where a revert quotes it and names no id.
pub fn quoted_subject(subject: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    let quoted = subject.strip_prefix(b"Revert \"")?.strip_suffix(b"\"")?;
    // Where the message names a commit, it is that one and no other of this subject.
    (!REVERTED_ID.is_match(message)).then(|| quoted.to_vec())
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
        let reverted = (Reference::Reverts, "0123456789abcdef".to_owned());
        assert_eq!(references(message.as_bytes()), [reverted]);
        assert_eq!(purpose("Revert \"Use the new pool\""), (false, true));
        assert_eq!(purpose("Use the old pool\n\nThis reverts commit 1a2b3c4d.\n"), (false, true));
        assert_eq!(purpose("revert: add --strategy option"), (false, false));
        assert_eq!(purpose("Reverting is now possible"), (false, false));
    }

    #[test]
    fn issues_and_types_are_found_and_standards_are_none() {
        let message = b"fix(ui)!: keep UTF-8 (#12)\n\nFixes: 1A2B3C4d (\"x\")\nSee ABC-7, #12\n";
        assert_eq!(
            references(message),
            [
                (Reference::Fixes, "1a2b3c4d".to_owned()),
                (Reference::Issue, "#12".to_owned()),
                (Reference::Issue, "ABC-7".to_owned()),
            ]
        );
        assert_eq!(conventional_type(message), Some("fix"));
        assert_eq!(conventional_type(b"Roe: notes"), None);
        assert_eq!(conventional_type(b"Fix the thing"), None);
        assert_eq!(quoted_subject(b"Revert \"a\"", b"Revert \"a\"\n"), Some(b"a".to_vec()));
    }
}
