use std::collections::HashMap;

use bstr::{BString, ByteSlice};

use crate::{ParsePatternError, PathPattern, RepoPath};

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
const MAX_FILE: usize = 3 << 20;

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
                Heading::parse(line).is_some_and(|heading| heading.is_complete)
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

/// A line that has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedLine {
    /// The number of the line, from 1; `None` when it is the whole file.
    pub line: Option<usize>,
    /// Why it has no effect.
    pub reason: SkipReason,
}

/// Why a line of a `CODEOWNERS` file has no effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SkipReason {
    /// The file has 3 MB or more.
    #[error("the file has {0} bytes, more than GitHub loads")]
    FileTooLarge(usize),
    /// The pattern cannot be used.
    #[error(transparent)]
    Pattern(#[from] ParsePatternError),
    /// GitHub knows no ranges of characters.
    #[error("the pattern has a range `[ ]`, which GitHub does not know")]
    Range,
    /// GitHub does not take a `#` with a `\` in front for a part of the pattern.
    #[error("the pattern begins with `\\#`, which GitHub does not know")]
    EscapedComment,
    /// What stands for an owner is no `@user`, `@org/team` or e-mail address.
    #[error("`{0}` is no owner")]
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
        if bytes.len() >= MAX_FILE {
            let reason = SkipReason::FileTooLarge(bytes.len());
            return (Self { sections: Vec::new() }, vec![SkippedLine { line: None, reason }]);
        }
        match dialect {
            Dialect::GitHub => parse_github(bytes),
            Dialect::GitLab => parse_gitlab(bytes),
        }
    }

    /// What the file says about the file with this path: for GitHub at most one rule, for GitLab
    /// at most one per section, in the order of the sections.
    pub fn of(&self, path: &RepoPath) -> Vec<OwnerRule> {
        self.sections.iter().filter_map(|section| section.of(path)).collect()
    }
}

impl Section {
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

fn parse_github(bytes: &[u8]) -> (Owners, Vec<SkippedLine>) {
    let mut rules = Vec::new();
    let mut skipped = Vec::new();
    for (number, line) in numbered_lines(bytes) {
        let line = without_comment(line);
        if line.is_empty() {
            continue;
        }
        match github_rule(number, line) {
            Ok(rule) => rules.push(rule),
            Err(reason) => skipped.push(SkippedLine { line: Some(number), reason }),
        }
    }
    (Owners { sections: vec![Section { name: None, optional: false, rules }] }, skipped)
}

fn github_rule(line: usize, text: &[u8]) -> Result<Rule, SkipReason> {
    let (pattern, owners) = split_pattern(text);
    if pattern.starts_with(b"\\#") {
        return Err(SkipReason::EscapedComment);
    }
    if has_unescaped(pattern, b'[') {
        return Err(SkipReason::Range);
    }
    let owners = words(owners)
        .map(|owner| {
            let owned = BString::from(owner);
            if is_github_owner(owner) { Ok(owned) } else { Err(SkipReason::Owner(owned)) }
        })
        .collect::<Result<_, _>>()?;
    let itself_only = pattern.ends_with(b"/*");
    let pattern = PathPattern::parse(pattern)?;
    Ok(Rule { pattern, itself_only, excludes: false, owners, approvals: 1, line })
}

/// `@user`, `@org/team` or an e-mail address.
fn is_github_owner(owner: &[u8]) -> bool {
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

fn is_email(text: &[u8]) -> bool {
    text.split_once_str("@").is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains(&b'@')
    })
}

fn parse_gitlab(bytes: &[u8]) -> (Owners, Vec<SkippedLine>) {
    let mut sections = vec![Section { name: None, optional: false, rules: Vec::new() }];
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
                sections.push(Section { name, optional: true, rules: Vec::new() });
                sections.len() - 1
            });
            // A section that is required in one place is required.
            sections[current].optional &= heading.optional;
            defaults = gitlab_owners(heading.owners);
            approvals = heading.approvals;
            continue;
        }
        match gitlab_rule(number, line, &defaults, approvals) {
            Ok(rule) => sections[current].rules.push(rule),
            Err(reason) => skipped.push(SkippedLine { line: Some(number), reason: reason.into() }),
        }
    }
    (Owners { sections }, skipped)
}

fn gitlab_rule(
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
    let owners = if owners.is_empty() { defaults.to_vec() } else { gitlab_owners(owners) };
    Ok(Rule { pattern, itself_only: true, excludes, owners, approvals, line })
}

/// `@user`, `@group/subgroup`, `@@role` and e-mail addresses; anything else is passed over.
fn gitlab_owners(text: &[u8]) -> Vec<BString> {
    words(text)
        .filter(|word| {
            word.strip_prefix(b"@").map_or_else(|| is_email(word), |name| !name.is_empty())
        })
        .map(BString::from)
        .collect()
}

/// `^[Name][approvals] owners`
struct Heading<'a> {
    name: &'a [u8],
    optional: bool,
    approvals: u32,
    owners: &'a [u8],
    /// Whether nothing but owners follows, as the documentation has it. Without that, the line may
    /// be a pattern of GitHub's dialect that begins with a range.
    is_complete: bool,
}

impl<'a> Heading<'a> {
    /// Reads a heading. What GitLab does and its documentation does not say: any line that begins
    /// with a name in brackets is one, and what follows without a blank is passed over.
    fn parse(line: &'a [u8]) -> Option<Self> {
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

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, dialect: Dialect) -> Owners {
        let (owners, skipped) = Owners::parse(text.as_bytes(), dialect);
        assert_eq!(skipped, []);
        owners
    }

    /// The owners of a path, one string per rule.
    fn of(owners: &Owners, path: &str) -> Vec<String> {
        let rules = owners.of(&RepoPath::from(path));
        rules.iter().map(|rule| bstr::join(" ", &rule.owners).to_str_lossy().into_owned()).collect()
    }

    fn check(owners: &Owners, expected: &[(&str, &[&str])]) {
        for (path, rules) in expected {
            assert_eq!(of(owners, path), *rules, "{path}");
        }
    }

    /// The example of "About code owners", section "Example of a CODEOWNERS file".
    #[test]
    fn the_example_of_github_gives_the_owners_it_describes() {
        let owners = parse(
            "# This is a comment.\n\
             *       @global-owner1 @global-owner2\n\
             *.js    @js-owner #This is an inline comment.\n\
             *.go docs@example.com\n\
             *.txt @octo-org/octocats\n\
             /build/logs/ @doctocat\n\
             docs/* docs@example.com\n\
             apps/ @octocat\n\
             /docs/ @doctocat\n\
             /scripts/ @doctocat @octocat\n\
             **/logs @octocat\n\
             /apps/ @octocat\n\
             /apps/github\n\
             /apps/github/new @doctocat\n",
            Dialect::GitHub,
        );
        check(
            &owners,
            &[
                ("README", &["@global-owner1 @global-owner2"]),
                ("src/x.js", &["@js-owner"]),
                ("a/b.go", &["docs@example.com"]),
                ("a/b.txt", &["@octo-org/octocats"]),
                ("build/logs/x", &["@octocat"]),
                ("build/x", &["@global-owner1 @global-owner2"]),
                ("deeply/nested/logs/x", &["@octocat"]),
                ("docs/a/b", &["@doctocat"]),
                ("x/docs/a", &["@global-owner1 @global-owner2"]),
                ("x/apps/y", &["@octocat"]),
                ("apps/x", &["@octocat"]),
                ("apps/github/x", &[""]),
                ("apps/github/new/x", &["@doctocat"]),
            ],
        );
        assert_eq!(
            owners.of(&RepoPath::from("apps/github/x")),
            [OwnerRule { owners: vec![], line: 13, section: None, optional: false, approvals: 1 }]
        );
    }

    #[test]
    fn an_asterisk_at_the_end_is_one_level_deep_for_github() {
        let owners = parse("docs/* @a\n/* @root\n/src/** @deep", Dialect::GitHub);
        check(
            &owners,
            &[
                ("docs/getting-started.md", &["@a"]),
                ("docs/build-app/troubleshooting.md", &[]),
                ("README", &["@root"]),
                ("x/y", &[]),
                ("src/a/b", &["@deep"]),
            ],
        );
    }

    #[test]
    fn a_name_is_never_a_prefix_for_github() {
        let owners = parse("auth @a\nsrc/db/ @b", Dialect::GitHub);
        check(&owners, &[("author/x", &[]), ("x/auth/y", &["@a"]), ("src/dbx/y", &[])]);
        assert!(owners.of(&RepoPath::from("Auth/x")).is_empty(), "case counts");
    }

    #[test]
    fn a_line_that_github_does_not_understand_is_passed_over_and_reported() {
        let text = b"* @all\n!x @a\n[ab].c @a\n\\#x @a\ny not-an-owner\nz @a b@c @d/e\nw @d/e/f\n//v @a\nq @a,@b\n";
        let (owners, skipped) = Owners::parse(text, Dialect::GitHub);
        let lines: Vec<_> = skipped.iter().map(|skip| skip.line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 7, 8, 9].map(Some));
        assert_eq!(skipped[1].reason, SkipReason::Range);
        assert_eq!(skipped[2].reason, SkipReason::EscapedComment);
        assert_eq!(skipped[3].reason, SkipReason::Owner("not-an-owner".into()));
        check(
            &owners,
            &[("x", &["@all"]), ("a.c", &["@all"]), ("y", &["@all"]), ("z", &["@a b@c @d/e"])],
        );
    }

    #[test]
    fn blanks_comments_and_line_ends_are_read_as_documented() {
        let owners = parse(
            "\u{feff}a\\ b @x # comment\r\n\r\n  # comment\r\nc#d\t@y\r\ne # nobody\r\nf\\ \r\n",
            Dialect::GitHub,
        );
        check(
            &owners,
            &[("a b", &["@x"]), ("c#d", &["@y"]), ("e", &[""]), ("f ", &[""]), ("f", &[])],
        );
    }

    #[test]
    fn a_file_of_three_megabytes_is_not_loaded() {
        let (owners, skipped) = Owners::parse(&b"* @a\n".repeat(700_000), Dialect::GitHub);
        assert_eq!(of(&owners, "x"), Vec::<String>::new());
        assert_eq!(skipped.len(), 1);
        assert_eq!(skipped[0].line, None);
    }

    /// The example of "Syntax of `CODEOWNERS` file", section "Sections".
    #[test]
    fn every_section_of_gitlab_has_its_own_last_match() {
        let owners = parse(
            "* @admin\n\n[README Owners]\nREADME.md @user1 @user2\ninternal/README.md @user4\n\n\
             [README other owners]\nREADME.md @user3\n",
            Dialect::GitLab,
        );
        check(
            &owners,
            &[
                ("README.md", &["@admin", "@user1 @user2", "@user3"]),
                ("internal/README.md", &["@admin", "@user4", "@user3"]),
                ("x/y", &["@admin"]),
            ],
        );
    }

    /// The examples of "Advanced `CODEOWNERS` configuration", sections "Regular entries and
    /// sections", "Sections with duplicate names" and "Require multiple approvals from Code Owners".
    #[test]
    fn a_section_has_default_owners_approvals_and_one_name() {
        let owners = parse(
            "* @general-approvers\n\n[Documentation][2] @docs-team\ndocs/\nREADME.md\n*.txt\n\n\
             ^[Database] @database-team @agarcia\nmodel/db/\nconfig/db/database-setup.md @docs-team\n\n\
             [DOCUMENTATION][0]\n*.rst @@developer x\n^[documentation][x]\nlast/ @a\n",
            Dialect::GitLab,
        );
        check(
            &owners,
            &[
                (
                    "model/db/CHANGELOG.txt",
                    &["@general-approvers", "@docs-team", "@database-team @agarcia"],
                ),
                ("config/db/database-setup.md", &["@general-approvers", "@docs-team"]),
            ],
        );
        let rules = owners.of(&RepoPath::from("model/db/CHANGELOG.txt"));
        assert_eq!(rules[0].section, None);
        assert_eq!(rules[1].section, Some("Documentation".into()));
        assert_eq!((rules[1].approvals, rules[1].optional, rules[1].line), (2, false, 6));
        assert_eq!((rules[2].approvals, rules[2].optional, rules[2].line), (1, true, 9));
        let rules = owners.of(&RepoPath::from("a.rst"));
        assert_eq!(rules[1].section, Some("Documentation".into()));
        assert_eq!((rules[1].approvals, rules[1].owners.clone()), (1, vec!["@@developer".into()]));
    }

    /// The examples of "Syntax of `CODEOWNERS` file", section "Exclusion patterns".
    #[test]
    fn what_a_section_of_gitlab_excludes_stays_excluded() {
        let owners = parse(
            "* @username\n!pom.xml\n!**/generated/\n\n[Ruby]\n*.rb @ruby-team\n!/config/**/*.rb\n\
             /config/routes.rb @ops\n\n[Config]\n/config/ @ops-team\n",
            Dialect::GitLab,
        );
        check(
            &owners,
            &[
                ("pom.xml", &[]),
                ("a/pom.xml", &[]),
                ("a/generated/b/c", &[]),
                ("a.rb", &["@username", "@ruby-team"]),
                ("config/routes.rb", &["@username", "@ops-team"]),
                ("config/a/b.rb", &["@username", "@ops-team"]),
            ],
        );
    }

    /// "Syntax of `CODEOWNERS` file", section "Path matching".
    #[test]
    fn paths_of_gitlab_match_as_documented() {
        for (pattern, hits, misses) in [
            ("/README.md", &["README.md"][..], &["a/README.md"][..]),
            (
                "README.md",
                &["README.md", "internal/README.md", "app/lib/README.md"],
                &["xREADME.md"],
            ),
            (
                "internal/README.md",
                &["internal/README.md", "docs/api/internal/README.md"],
                &["README.md"],
            ),
            ("/docs/", &["docs/a", "docs/a/b", "docs/.x"], &["docs", "x/docs/a", "docsx/a"]),
            ("lib/", &["lib/a", "x/lib/a/b"], &["lib", "xlib/a"]),
            ("/docs/*.md", &["docs/a.md", "docs/.md"], &["docs/a/b.md"]),
            ("/docs/*spec*", &["docs/qa_specs.rb", "docs/spec_helpers.rb"], &["docs/a/spec"]),
            (
                "/docs/*/README.md",
                &["docs/api/README.md"],
                &["docs/README.md", "docs/a/b/README.md"],
            ),
            ("/docs/**/index.md", &["docs/index.md", "docs/api/graphql/index.md"], &["index.md"]),
            ("/docs/*", &["docs/index.md"], &["docs/projects/index.md"]),
            ("/docs/**", &["docs/index.md"], &["docs/projects/index.md"]),
            ("docs", &["docs", "x/docs"], &["docs/a"]),
            ("*", &["a", "a/b", ".gitignore"], &[]),
            ("/", &["a", "a/b"], &[]),
            ("\\#file", &["#file"], &["file"]),
            ("path\\ with\\ spaces/", &["path with spaces/a"], &["path/a"]),
            ("?[ab].c", &["1a.c", "x/1b.c"], &["1c.c"]),
            ("x[ab]", &["xa"], &["x"]),
        ] {
            let owners = parse(&format!("{pattern} @a"), Dialect::GitLab);
            for path in hits {
                assert_eq!(of(&owners, path), ["@a"], "{pattern} {path}");
            }
            for path in misses {
                assert!(of(&owners, path).is_empty(), "{pattern} {path}");
            }
        }
    }

    #[test]
    fn a_heading_that_gitlab_cannot_read_is_an_entry() {
        let (owners, skipped) =
            Owners::parse(b"* @group\n\n[Section name\ndocs/ @docs\n[] @x\n", Dialect::GitLab);
        check(&owners, &[("docs/a", &["@docs"]), ("a", &["@group"])]);
        let lines: Vec<_> = skipped.iter().map(|skip| skip.line).collect();
        assert_eq!(lines, [Some(3), Some(5)]);
        let owners = parse("[ab].c @x\n* @a", Dialect::GitLab);
        assert_eq!(owners.of(&RepoPath::from("a.c"))[0].section, Some("ab".into()));
    }

    #[test]
    fn the_dialect_is_told_by_the_place_or_by_a_section() {
        let tell =
            |path: &str, content: &str| Dialect::of_file(&RepoPath::from(path), content.as_bytes());
        assert_eq!(tell(".github/CODEOWNERS", "[A]\n"), Dialect::GitHub);
        assert_eq!(tell(".gitlab/CODEOWNERS", "* @a\n"), Dialect::GitLab);
        assert_eq!(tell("CODEOWNERS", "* @a\n[ab].c @a\n# [A]\n"), Dialect::GitHub);
        assert_eq!(tell("CODEOWNERS", "* @a\n ^[A][2] @b\n"), Dialect::GitLab);
        assert_eq!(tell("docs/CODEOWNERS", "[A]\r\n"), Dialect::GitLab);
        assert_eq!(Dialect::GitHub.locations()[0], ".github/CODEOWNERS");
        assert_eq!(Dialect::GitLab.locations()[2], ".gitlab/CODEOWNERS");
    }

    #[test]
    fn no_bytes_are_too_odd() {
        let mut random = gitops_health_testkit::Random::new(5);
        let alphabet = b"[]^!#\\ \t\r\n*/@a1.\xff\0";
        for _ in 0..20_000 {
            let length = random.below(40);
            let bytes: Vec<u8> =
                (0..length).map(|_| alphabet[random.below(alphabet.len())]).collect();
            for dialect in [Dialect::GitHub, Dialect::GitLab] {
                let (owners, _) = Owners::parse(&bytes, dialect);
                owners.of(&RepoPath::from("a/1/a.1"));
                Dialect::of_file(&RepoPath::from("CODEOWNERS"), &bytes);
            }
        }
    }
}
