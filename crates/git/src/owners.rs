mod github;
mod gitlab;
mod lookup;
#[cfg(test)]
mod tests;

use std::fmt;

use bstr::{BString, ByteSlice};

use crate::{ParsePatternError, PathPattern, RepoPath, UnreadFile};

/// Which service a `CODEOWNERS` file is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The rules of the page "About code owners" in the documentation of GitHub.
    GitHub,
    /// The rules of the pages "Syntax of `CODEOWNERS` file" and "Advanced `CODEOWNERS`
    /// configuration" in the documentation of GitLab.
    GitLab,
}

/// Where GitHub looks for the file; the first one there is counts ("About code owners").
pub const GITHUB_LOCATIONS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// Where GitLab looks for the file; the first one there is counts ("Code Owners syntax and error
/// handling", section "Code Owner file loading").
pub const GITLAB_LOCATIONS: [&str; 3] = ["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// Files of 3 MB and more are not loaded by GitHub ("About code owners", section "CODEOWNERS file
/// size"). GitLab documents no limit; this one holds for both.
const MAX_FILE: u64 = 3 << 20;

impl Dialect {
    /// Where the service looks for the file, in its order.
    pub const fn locations(self) -> &'static [&'static str] {
        match self {
            Self::GitHub => &GITHUB_LOCATIONS,
            Self::GitLab => &GITLAB_LOCATIONS,
        }
    }

    /// The dialect of the file at this path: told by the directories `.github` and `.gitlab`.
    /// Elsewhere it is GitLab's when a line is the heading of a section, which GitHub does not
    /// know, and GitHub's otherwise.
    pub fn of_file(path: &RepoPath, content: &[u8]) -> Self {
        match path.parent().as_bytes() {
            b".github" => Self::GitHub,
            b".gitlab" => Self::GitLab,
            _ if numbered_lines(content).any(|(_, line)| {
                gitlab::Heading::parse(line).is_some_and(|heading| heading.is_complete)
            }) =>
            {
                Self::GitLab
            }
            _ => Self::GitHub,
        }
    }
}

/// Who owns which files of a tree.
///
/// GitHub: patterns are those of [`PathPattern`], with two differences that "About code owners"
/// states: there is no `!`, `[` or `\#`, and `docs/*` covers the files in `docs` but none deeper.
/// The last line that matches decides, and one without owners says that there are none. A line
/// that is not understood is passed over whole. `#` begins a comment, also behind a blank.
///
/// GitLab: patterns match the path of the file as `File.fnmatch` of Ruby does, so `docs` is not
/// the directory of that name but `docs/` is; without a slash in front they match at any depth.
/// In each section the last line that matches decides, unless the section excludes the file with
/// `!`. All sections count. What does not look like an owner is passed over within its line, and
/// there are no comments at the end of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owners {
    sections: Vec<Section>,
}

/// What one line says about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerRule {
    /// The users, teams, roles and addresses as they are written, such as `@org/team`. Empty when
    /// the line says that nobody owns the file.
    pub owners: Vec<BString>,
    /// The number of the line in the file, from 1.
    pub line: usize,
    /// The name of the section as it is first written; `None` outside of sections.
    pub section: Option<BString>,
    /// Whether the section only suggests its owners (`^[Name]`).
    pub optional: bool,
    /// How many of the owners have to approve (`[Name][2]`); 1 if nothing is said.
    pub approvals: u32,
}

/// The `CODEOWNERS` file of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnersFile {
    /// Where the file is.
    pub path: RepoPath,
    /// What it says; nothing where it could not be read.
    pub owners: Owners,
    /// Its lines without effect, or the whole file.
    pub skipped: Vec<SkippedLine>,
}

/// A line, or a whole file, that has no effect.
///
/// [`fmt::Display`] names line and reason, and repeats nothing of what the line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedLine {
    /// The number of the line, from 1; `None` when it is the whole file.
    pub line: Option<usize>,
    /// Why it has no effect.
    pub reason: SkipReason,
}

impl fmt::Display for SkippedLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.reason),
            None => write!(f, "{}", self.reason),
        }
    }
}

/// Why a line of a `CODEOWNERS` file has no effect. In words it repeats nothing of what a line
/// says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SkipReason {
    /// The file has 3 MB or more.
    #[error("the file has {0} bytes, more than GitHub loads")]
    FileTooLarge(u64),
    /// The repository does not hold the file's content, as in a partial clone.
    #[error("{}", UnreadFile::Missing)]
    Missing,
    /// The file is in UTF-16, or has a NUL byte, as no text has.
    #[error("the file is no text: it is in UTF-16 or has a NUL byte")]
    NoText,
    /// The pattern cannot be used.
    #[error("{}", .0.without_text())]
    Pattern(ParsePatternError),
    /// GitHub knows no ranges of characters.
    #[error("the pattern has a range `[ ]`, which GitHub does not know")]
    Range,
    /// GitHub does not take a `#` with a `\` in front for a part of the pattern.
    #[error("the pattern begins with `\\#`, which GitHub does not know")]
    EscapedComment,
    /// What stands for an owner is no `@user`, `@org/team` or e-mail address.
    #[error("an owner is neither `@user` nor `@org/team` nor an e-mail address")]
    Owner(BString),
    /// The heading of a section has no name.
    #[error("the section has no name")]
    UnnamedSection,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Section {
    name: Option<BString>,
    optional: bool,
    rules: Vec<Rule>,
    doubts: Vec<Doubt>,
}

/// A line without effect that may have been meant for some file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Doubt {
    line: usize,
    /// What it would have said of which files; `None` where that can not be read.
    meant: Option<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    pattern: PathPattern,
    /// Whether a directory that matches says nothing about what it holds.
    itself_only: bool,
    excludes: bool,
    owners: Vec<BString>,
    approvals: u32,
    line: usize,
}

impl Rule {
    fn matches(&self, path: &RepoPath) -> bool {
        if self.itself_only {
            self.pattern.matches_itself(path)
        } else {
            self.pattern.matches(path)
        }
    }
}

impl Owners {
    /// Reads a `CODEOWNERS` file. The second part of the answer are the lines without effect.
    pub fn parse(bytes: &[u8], dialect: Dialect) -> (Self, Vec<SkippedLine>) {
        let size = bytes.len() as u64;
        if size >= MAX_FILE {
            return Self::none(SkipReason::FileTooLarge(size));
        }
        // In what is no text hardly a line says what it seems to.
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.contains(&0) {
            return Self::none(SkipReason::NoText);
        }
        match dialect {
            Dialect::GitHub => github::parse(bytes),
            Dialect::GitLab => gitlab::parse(bytes),
        }
    }

    /// Owners of nothing, because the whole file has no effect.
    fn none(reason: SkipReason) -> (Self, Vec<SkippedLine>) {
        (Self { sections: Vec::new() }, vec![SkippedLine { line: None, reason }])
    }

    /// What the file says about the file with this path: for GitHub at most one rule, for GitLab
    /// at most one per section, in the order of the sections.
    pub fn of(&self, path: &RepoPath) -> Vec<OwnerRule> {
        self.sections.iter().filter_map(|section| section.of(path)).collect()
    }

    /// The first line without effect that may have been meant for the file with this path: none of those in front of
    /// the line that decides.
    pub fn doubtful_line(&self, path: &RepoPath) -> Option<usize> {
        self.sections.iter().filter_map(|section| section.doubtful_line(path)).min()
    }
}

impl Section {
    fn new(name: Option<BString>, optional: bool) -> Self {
        Self { name, optional, rules: Vec::new(), doubts: Vec::new() }
    }

    fn doubtful_line(&self, path: &RepoPath) -> Option<usize> {
        if self.doubts.is_empty() {
            return None;
        }
        let decides = self.of(path).map_or(0, |rule| rule.line);
        let is_meant = |doubt: &&Doubt| doubt.meant.as_ref().is_none_or(|rule| rule.matches(path));
        self.doubts.iter().filter(|it| it.line > decides).find(is_meant).map(|it| it.line)
    }

    fn of(&self, path: &RepoPath) -> Option<OwnerRule> {
        let excluded = self.rules.iter().any(|rule| rule.excludes && rule.matches(path));
        let rule = self.rules.iter().rev().find(|rule| !rule.excludes && rule.matches(path));
        rule.filter(|_| !excluded).map(|rule| OwnerRule {
            owners: rule.owners.clone(),
            line: rule.line,
            section: self.name.clone(),
            optional: self.optional,
            approvals: rule.approvals,
        })
    }
}

fn is_email(text: &[u8]) -> bool {
    text.split_once_str("@").is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains(&b'@')
    })
}

/// The lines without the blanks around them, numbered from 1.
fn numbered_lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.split(|byte| *byte == b'\n').zip(1..).map(|(line, number)| {
        let blank = line.trim_ascii();
        // A blank at the end may be a part of the pattern.
        let end = line.len() - line.trim_ascii_end().len();
        let keeps_one = blank.ends_with(b"\\") && end > 0 && line[line.len() - end] != b'\r';
        let start = line.len() - line.trim_ascii_start().len();
        let text = if keeps_one { &line[start..=start + blank.len()] } else { blank };
        (number, text)
    })
}

/// The pattern up to the first blank without a `\` in front, and what follows.
fn split_pattern(line: &[u8]) -> (&[u8], &[u8]) {
    let end = (0..line.len())
        .find(|&at| line[at].is_ascii_whitespace() && (at == 0 || line[at - 1] != b'\\'))
        .unwrap_or(line.len());
    (&line[..end], line[end..].trim_ascii())
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}
