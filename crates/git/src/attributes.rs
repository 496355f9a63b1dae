pub(crate) mod lookup;
pub(crate) mod storage;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::fmt;

use bstr::{BStr, BString, ByteSlice};
use gix_attributes::StateRef;
use gix_attributes::parse::Kind;

use crate::{ParsePatternError, PathPattern, RepoPath, UnreadFile};
use storage::{CRLF, EOL, IDENT, TEXT};

/// What the `.gitattributes` of a tree say about its files, as far as this crate is interested.
///
/// The rules are those of the manual page gitattributes(5): of all lines that match a file, the
/// last one in the deepest directory decides, attribute by attribute, and `$GIT_DIR/info/attributes`
/// before all of them. A pattern is one of [`PathPattern`], except that a directory does not pass
/// its attributes on to what it holds. Macros are expanded, `binary` is built in, and macros count
/// only in the file at the root and in `info/attributes`.
///
/// Looking up one file costs at most the number of lines that apply to its directories times the
/// lengths of pattern and path.
#[derive(Clone, Debug)]
pub struct Attributes {
    /// The rules by directory, in the order of the file.
    by_directory: HashMap<BString, Vec<Rule>>,
    info: Vec<Rule>,
    /// What an attribute sets besides itself. Only macros that lead to a wanted attribute.
    macros: HashMap<BString, Vec<Assignment>>,
}

/// So many directories with attributes are compared with a path one by one; where there are more,
/// each directory above the path is looked up.
const FEW: usize = 16;

fn is_above(directory: &[u8], path: &RepoPath) -> bool {
    let below = path.as_bytes().strip_prefix(directory);
    directory.is_empty() || below.is_some_and(|below| below.starts_with(b"/"))
}

/// What the attributes say about one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathAttributes {
    /// The attribute `diff`.
    pub diff: DiffAttribute,
    /// The attribute `linguist-generated`; `None` when nothing sets it.
    pub generated: Option<bool>,
    /// The attribute `linguist-vendored`; `None` when nothing sets it.
    pub vendored: Option<bool>,
    /// The attribute `linguist-documentation`; `None` when nothing sets it.
    pub documentation: Option<bool>,
}

/// How the attribute `diff` says a file should be compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DiffAttribute {
    /// Nothing is said: the content decides whether the file is text.
    #[default]
    Unspecified,
    /// `diff`: as text, whatever the content.
    Set,
    /// `-diff`: as a binary file.
    Unset,
    /// `diff=name`: with the driver of this name, which may be empty.
    Driver(BString),
}

/// A line, or a whole file, of attributes that has no effect.
///
/// [`fmt::Display`] names file, line and reason, and repeats nothing of what the line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedAttributes {
    /// The directory of the file; `None` for `info/attributes`.
    pub directory: Option<BString>,
    /// The number of the line, from 1; `None` when it is the whole file.
    pub line: Option<usize>,
    /// Why it has no effect.
    pub reason: SkippedAttributesReason,
}

impl SkippedAttributes {
    /// Where the file is: the path of a `.gitattributes`, or `info/attributes`, which is in the
    /// git directory.
    pub fn file(&self) -> RepoPath {
        match &self.directory {
            Some(directory) => lookup::attributes_file(&RepoPath::new(directory.as_slice())),
            None => RepoPath::from(lookup::INFO),
        }
    }

    /// By directory and line, `info/attributes` behind all others.
    fn order(&self) -> impl Ord {
        (self.directory.is_none(), &self.directory, self.line)
    }
}

impl fmt::Display for SkippedAttributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file())?;
        if let Some(line) = self.line {
            write!(f, " line {line}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Why attributes have no effect. In words it repeats nothing of what a line says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SkippedAttributesReason {
    /// The file has 100 MB (2^20 bytes each) or more, as many as git ignores.
    #[error("the file has {0} bytes, more than git reads")]
    FileTooLarge(usize),
    /// The line has 2048 bytes or more, as many as git ignores.
    #[error("the line has {0} bytes, more than git reads")]
    LineTooLong(usize),
    /// Macros are defined only at the root and in `info/attributes`.
    #[error("a macro is defined below the root")]
    MacroBelowRoot,
    /// The pattern cannot be used; a negated one has no meaning in attributes.
    #[error("{}", .0.without_text())]
    Pattern(ParsePatternError),
    /// The file was not read.
    #[error("{0}")]
    Unread(UnreadFile),
    /// An attribute or a macro has a name that git does not accept, or the pattern is negated.
    #[error("the line names no valid attribute, or its pattern is negated")]
    Invalid,
}

#[derive(Clone, Debug)]
struct Rule {
    pattern: PathPattern,
    assignments: Vec<Assignment>,
}

#[derive(Clone, Debug)]
struct Assignment {
    name: BString,
    state: State,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Unspecified,
    Set,
    Unset,
    Value(BString),
}

const DIFF: &str = "diff";
const GENERATED: &str = "linguist-generated";
const VENDORED: &str = "linguist-vendored";
const DOCUMENTATION: &str = "linguist-documentation";

/// The attributes that are asked for.
const WANTED: [&str; 8] = [DIFF, GENERATED, VENDORED, DOCUMENTATION, TEXT, CRLF, EOL, IDENT];

/// `ATTR_MAX_FILE_SIZE` of git.
const MAX_FILE: usize = 100 << 20;
/// `ATTR_MAX_LINE_LENGTH` of git.
const MAX_LINE: usize = 2048;

impl Attributes {
    /// So many lines and files without effect are kept, and no more: in one file there may be
    /// millions.
    pub const MOST_SKIPPED: usize = 1000;

    /// Reads the `.gitattributes` of a tree, each with the directory that holds it (empty for the
    /// root, without a slash at its end), and the content of `info/attributes` if there is one.
    ///
    /// What has no effect is in the second part of the answer, up to [`Attributes::MOST_SKIPPED`].
    pub fn parse<'a>(
        files: impl IntoIterator<Item = (&'a BStr, &'a [u8])>,
        info: Option<&[u8]>,
    ) -> (Self, Vec<SkippedAttributes>) {
        let mut reader = Reader::default();
        reader.macros.insert(BString::from("binary"), builtin_binary());
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort_by_key(|(directory, _)| !directory.is_empty());
        let mut by_directory = HashMap::new();
        for (directory, bytes) in files {
            let rules = reader.read(Some(directory), bytes, directory.is_empty());
            by_directory.entry(directory.to_owned()).or_insert_with(Vec::new).extend(rules);
        }
        let info = info.map_or_else(Vec::new, |bytes| reader.read(None, bytes, true));
        let mut attributes = Self { by_directory, info, macros: reader.macros };
        attributes.keep_only_wanted();
        (attributes, reader.skipped)
    }

    /// Drops the assignments that cannot lead to an attribute that is asked for.
    fn keep_only_wanted(&mut self) {
        let mut users: HashMap<&BStr, Vec<&BStr>> = HashMap::new();
        for (name, assignments) in &self.macros {
            for assignment in assignments {
                users.entry(assignment.name.as_bstr()).or_default().push(name.as_bstr());
            }
        }
        let mut wanted = HashSet::new();
        let mut open: Vec<&BStr> = WANTED.map(BStr::new).to_vec();
        while let Some(name) = open.pop() {
            if wanted.insert(name.to_owned()) {
                open.extend(users.get(name).into_iter().flatten());
            }
        }
        self.macros.retain(|name, _| wanted.contains(name));
        for assignments in self.macros.values_mut() {
            assignments.retain(|assignment| wanted.contains(&assignment.name));
        }
        for rules in self.by_directory.values_mut().chain([&mut self.info]) {
            for rule in rules.iter_mut() {
                rule.assignments.retain(|assignment| wanted.contains(&assignment.name));
            }
            rules.retain(|rule| !rule.assignments.is_empty());
        }
        self.by_directory.retain(|_, rules| !rules.is_empty());
    }

    /// What the attributes say about the file with this path.
    pub fn of(&self, path: &RepoPath) -> PathAttributes {
        let known = self.states(path);
        let flag = |name: &str| match known.get(BStr::new(name)) {
            None | Some(State::Unspecified) => None,
            Some(State::Set) => Some(true),
            Some(State::Unset) => Some(false),
            // As the library linguist does: every text but `false` is true.
            Some(State::Value(value)) => Some(value != "false"),
        };
        PathAttributes {
            diff: match known.get(BStr::new(DIFF)) {
                None | Some(State::Unspecified) => DiffAttribute::Unspecified,
                Some(State::Set) => DiffAttribute::Set,
                Some(State::Unset) => DiffAttribute::Unset,
                Some(State::Value(driver)) => DiffAttribute::Driver(driver.clone()),
            },
            generated: flag(GENERATED),
            vendored: flag(VENDORED),
            documentation: flag(DOCUMENTATION),
        }
    }

    /// How many rules there are.
    pub(crate) fn rule_count(&self) -> usize {
        self.info.len() + self.by_directory.values().map(Vec::len).sum::<usize>()
    }

    /// What is known of the attributes of the file with this path.
    fn states(&self, path: &RepoPath) -> HashMap<&BStr, &State> {
        let mut known: HashMap<&BStr, &State> = HashMap::new();
        self.apply(&self.info, path, &mut known);
        if self.by_directory.len() <= FEW {
            let mut above: Vec<&BString> =
                self.by_directory.keys().filter(|directory| is_above(directory, path)).collect();
            above.sort_by_key(|directory| std::cmp::Reverse(directory.len()));
            for directory in above {
                self.apply_directory(directory, path, &mut known);
            }
            return known;
        }
        let mut directory = path.as_bytes();
        loop {
            let Some(slash) = directory.rfind_byte(b'/') else {
                self.apply_directory(b"", path, &mut known);
                break;
            };
            directory = &directory[..slash];
            self.apply_directory(directory, path, &mut known);
        }
        known
    }

    fn apply_directory<'a>(
        &'a self,
        directory: &[u8],
        path: &RepoPath,
        known: &mut HashMap<&'a BStr, &'a State>,
    ) {
        let Some(rules) = self.by_directory.get(directory.as_bstr()) else { return };
        if directory.is_empty() {
            self.apply(rules, path, known);
        } else {
            let below = RepoPath::new(&path.as_bytes()[directory.len() + 1..]);
            self.apply(rules, &below, known);
        }
    }

    /// The last rule that matches decides, and within it the last assignment.
    fn apply<'a>(
        &'a self,
        rules: &'a [Rule],
        path: &RepoPath,
        known: &mut HashMap<&'a BStr, &'a State>,
    ) {
        for rule in rules.iter().rev() {
            let says_more = rule
                .assignments
                .iter()
                .any(|assigned| !known.contains_key(assigned.name.as_bstr()));
            if says_more && rule.pattern.matches_itself(path) {
                self.assign(&rule.assignments, known);
            }
        }
    }

    fn assign<'a>(
        &'a self,
        assignments: &'a [Assignment],
        known: &mut HashMap<&'a BStr, &'a State>,
    ) {
        let mut open: Vec<&Assignment> = assignments.iter().collect();
        while let Some(assignment) = open.pop() {
            let name = assignment.name.as_bstr();
            if known.contains_key(name) {
                continue;
            }
            known.insert(name, &assignment.state);
            if assignment.state == State::Set {
                open.extend(self.macros.get(name).into_iter().flatten());
            }
        }
    }
}

fn builtin_binary() -> Vec<Assignment> {
    let unset = |name: &str| Assignment { name: BString::from(name), state: State::Unset };
    ["diff", "merge", "text"].map(unset).to_vec()
}

#[derive(Default)]
struct Reader {
    macros: HashMap<BString, Vec<Assignment>>,
    skipped: Vec<SkippedAttributes>,
}

impl Reader {
    fn read(&mut self, directory: Option<&BStr>, bytes: &[u8], macros_allowed: bool) -> Vec<Rule> {
        let mut skip = |line: Option<usize>, reason: SkippedAttributesReason| {
            if self.skipped.len() < Attributes::MOST_SKIPPED {
                let directory = directory.map(ToOwned::to_owned);
                self.skipped.push(SkippedAttributes { directory, line, reason });
            }
        };
        if bytes.len() >= MAX_FILE {
            skip(None, SkippedAttributesReason::FileTooLarge(bytes.len()));
            return Vec::new();
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut rules = Vec::new();
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let number = Some(index + 1);
            if line.len() >= MAX_LINE {
                if !line.trim_start().starts_with(b"#") {
                    skip(number, SkippedAttributesReason::LineTooLong(line.len()));
                }
                continue;
            }
            match read_line(line) {
                Ok(None) => {}
                Ok(Some(Line::Rule(rule))) => rules.push(rule),
                Ok(Some(Line::Macro(..))) if !macros_allowed => {
                    skip(number, SkippedAttributesReason::MacroBelowRoot);
                }
                Ok(Some(Line::Macro(name, assignments))) => {
                    self.macros.insert(name, assignments);
                }
                Err(reason) => skip(number, reason),
            }
        }
        rules
    }
}

enum Line {
    Rule(Rule),
    Macro(BString, Vec<Assignment>),
}

fn read_line(line: &[u8]) -> Result<Option<Line>, SkippedAttributesReason> {
    // The parser takes a text with any byte order mark, but only UTF-8's is one to git, and only
    // at the very start.
    let line = line.trim_start_with(|c| matches!(c, ' ' | '\t' | '\r'));
    if line.starts_with(b"#") || line.is_empty() {
        return Ok(None);
    }
    let spaced = [b" ", line].concat();
    let Some(parsed) = gix_attributes::parse(&spaced).next() else { return Ok(None) };
    let (kind, assignments, _) = parsed.map_err(|_| SkippedAttributesReason::Invalid)?;
    let assignments = assignments
        .map(|assignment| {
            let assignment = assignment.map_err(|_| SkippedAttributesReason::Invalid)?;
            let state = match assignment.state {
                StateRef::Set => State::Set,
                StateRef::Unset => State::Unset,
                StateRef::Unspecified => State::Unspecified,
                StateRef::Value(value) => State::Value(value.as_bstr().to_owned()),
            };
            Ok(Assignment { name: BString::from(assignment.name.as_str()), state })
        })
        .collect::<Result<Vec<_>, SkippedAttributesReason>>()?;
    Ok(Some(match kind {
        Kind::Macro(name) => Line::Macro(BString::from(name.as_str()), assignments),
        Kind::Pattern(pattern) => {
            let text = pattern_text(&pattern);
            let pattern =
                PathPattern::parse_unnegated(&text).map_err(SkippedAttributesReason::Pattern)?;
            Line::Rule(Rule { pattern, assignments })
        }
    }))
}

/// The pattern as it was written, from the parts that the parser took it apart into.
fn pattern_text(pattern: &gix_glob::Pattern) -> Vec<u8> {
    use gix_glob::pattern::Mode;
    let slash = |mode: Mode| if pattern.mode.contains(mode) { &b"/"[..] } else { b"" };
    [slash(Mode::ABSOLUTE), pattern.text.as_slice(), slash(Mode::MUST_BE_DIR)].concat()
}
