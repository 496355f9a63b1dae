use std::collections::{HashMap, HashSet};

use bstr::{BStr, BString, ByteSlice};
use gix_attributes::StateRef;
use gix_attributes::parse::Kind;

use crate::{ParsePatternError, PathPattern, RepoPath};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedAttributes {
    /// The directory of the file; `None` for `info/attributes`.
    pub directory: Option<BString>,
    /// The number of the line, from 1; `None` when it is the whole file.
    pub line: Option<usize>,
    /// Why it has no effect.
    pub reason: SkippedAttributesReason,
}

/// Why attributes have no effect.
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
    #[error(transparent)]
    Pattern(#[from] ParsePatternError),
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

/// `ATTR_MAX_FILE_SIZE` of git.
const MAX_FILE: usize = 100 << 20;
/// `ATTR_MAX_LINE_LENGTH` of git.
const MAX_LINE: usize = 2048;

impl Attributes {
    /// Reads the `.gitattributes` of a tree, each with the directory that holds it (empty for the
    /// root, without a slash at its end), and the content of `info/attributes` if there is one.
    ///
    /// What has no effect is in the second part of the answer.
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
        let mut open: Vec<&BStr> =
            [DIFF, GENERATED, VENDORED, DOCUMENTATION].map(BStr::new).to_vec();
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
        let mut known: HashMap<&BStr, &State> = HashMap::new();
        self.apply(&self.info, path, &mut known);
        let mut directory = path.as_bytes();
        while !self.by_directory.is_empty() {
            let Some(slash) = directory.rfind_byte(b'/') else {
                self.apply_directory(b"", path, &mut known);
                break;
            };
            directory = &directory[..slash];
            self.apply_directory(directory, path, &mut known);
        }
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
            let directory = directory.map(ToOwned::to_owned);
            self.skipped.push(SkippedAttributes { directory, line, reason });
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
            Line::Rule(Rule { pattern: PathPattern::parse_unnegated(&text)?, assignments })
        }
    }))
}

/// The pattern as it was written, from the parts that the parser took it apart into.
fn pattern_text(pattern: &gix_glob::Pattern) -> Vec<u8> {
    use gix_glob::pattern::Mode;
    let slash = |mode: Mode| if pattern.mode.contains(mode) { &b"/"[..] } else { b"" };
    [slash(Mode::ABSOLUTE), pattern.text.as_slice(), slash(Mode::MUST_BE_DIR)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gitops_health_testkit::{Random, TestRepo};

    type File<'a> = (&'a str, &'a [u8]);

    fn parse(files: &[File<'_>], info: Option<&[u8]>) -> (Attributes, Vec<SkippedAttributes>) {
        Attributes::parse(
            files.iter().map(|(directory, bytes)| (BStr::new(*directory), *bytes)),
            info,
        )
    }

    #[test]
    fn the_deeper_directory_and_the_later_line_decide() {
        let files: &[File<'_>] = &[
            ("", b"*.c diff\n*.lock binary linguist-generated\n"),
            ("a", b"*.c -diff\nx.c diff=cpp\n"),
        ];
        let (attributes, skipped) = parse(files, Some(b"/top.c !diff"));
        assert_eq!(skipped, []);
        let diff = |path: &str| attributes.of(&RepoPath::from(path)).diff;
        assert_eq!(diff("b/y.c"), DiffAttribute::Set);
        assert_eq!(diff("a/y.c"), DiffAttribute::Unset);
        assert_eq!(diff("a/b/x.c"), DiffAttribute::Driver("cpp".into()));
        assert_eq!(diff("top.c"), DiffAttribute::Unspecified);
        assert_eq!(
            attributes.of(&RepoPath::from("Cargo.lock")),
            PathAttributes {
                diff: DiffAttribute::Unset,
                generated: Some(true),
                ..Default::default()
            }
        );
    }

    #[test]
    fn a_flag_of_linguist_may_be_spelled_out() {
        let (attributes, _) = parse(
            &[(
                "",
                b"a linguist-generated=true\nb linguist-vendored=false\nc -linguist-documentation",
            )],
            None,
        );
        let of = |path: &str| attributes.of(&RepoPath::from(path));
        assert_eq!(of("a").generated, Some(true));
        assert_eq!(of("b").vendored, Some(false));
        assert_eq!(of("c").documentation, Some(false));
        assert_eq!(of("d"), PathAttributes::default());
    }

    #[test]
    fn what_has_no_effect_is_reported() {
        let long = format!("{} diff", "a".repeat(2100));
        let root = format!("!a diff\nb *bad*\n[attr]builtin_x diff\n{long}\n# fine\n\n[a diff\n");
        let (_, skipped) = parse(&[("", root.as_bytes()), ("d", b"[attr]m diff\n")], None);
        let lines: Vec<_> = skipped.iter().map(|skip| skip.line).collect();
        assert_eq!(lines, [Some(1), Some(2), Some(3), Some(4), Some(7), Some(1)]);
        assert_eq!(skipped[5].reason, SkippedAttributesReason::MacroBelowRoot);
        let huge = vec![b'#'; MAX_FILE];
        let (_, skipped) = parse(&[("", &huge)], None);
        assert_eq!(skipped[0].reason, SkippedAttributesReason::FileTooLarge(MAX_FILE));
    }

    #[test]
    fn a_long_chain_of_macros_is_followed_without_recursion() {
        let mut root = String::new();
        for index in 0..100_000 {
            root.push_str(&format!("[attr]m{index} m{}\n", index + 1));
        }
        root.push_str("[attr]m100000 -diff m0\n* m0\n");
        let (attributes, _) = parse(&[("", root.as_bytes())], None);
        assert_eq!(attributes.of(&RepoPath::from("x")).diff, DiffAttribute::Unset);
    }

    /// What git prints for the attributes of one path, in our words.
    fn referee(scratch: &TestRepo, paths: &[&str]) -> Vec<PathAttributes> {
        let names = [DIFF, GENERATED, VENDORED, DOCUMENTATION];
        let mut arguments = vec!["check-attr", "-z", "--stdin"];
        arguments.extend(names);
        let output = scratch.git_with_input(&arguments, paths.join("\0").as_bytes());
        let fields: Vec<&[u8]> = output.split(|byte| *byte == 0).collect();
        let flag = |value: &[u8]| match value {
            b"unspecified" => None,
            b"unset" | b"false" => Some(false),
            _ => Some(true),
        };
        let values: Vec<&[u8]> = fields.chunks_exact(3).map(|record| record[2]).collect();
        assert_eq!(values.len(), paths.len() * names.len());
        values
            .chunks_exact(names.len())
            .map(|values| PathAttributes {
                diff: match values[0] {
                    b"unspecified" => DiffAttribute::Unspecified,
                    b"set" => DiffAttribute::Set,
                    b"unset" => DiffAttribute::Unset,
                    driver => DiffAttribute::Driver(driver.into()),
                },
                generated: flag(values[1]),
                vendored: flag(values[2]),
                documentation: flag(values[3]),
            })
            .collect()
    }

    const PATHS: &[&str] = &[
        "x",
        "a.c",
        "b.c",
        "d/x",
        "d/a.c",
        "d/e/a.c",
        "d/e/x",
        "e/d/a.c",
        "a b",
        "d/a b",
        "é.c",
        "!x",
        "#x",
        "\"q",
        "d/e/f/g/h.c",
        "Makefile",
        "d/Makefile",
        "-x",
        "[attr]m",
        "A.C",
        "foobar",
        "foox/y/bar",
    ];

    fn compare(files: &[File<'_>], info: Option<&[u8]>) -> usize {
        let scratch = TestRepo::new();
        for (directory, bytes) in files {
            let slash = if directory.is_empty() { "" } else { "/" };
            scratch.write(format!("{directory}{slash}.gitattributes"), bytes);
        }
        if let Some(info) = info {
            scratch.write(".git/info/attributes", info);
        }
        let (attributes, _) = parse(files, info);
        let mut said = 0;
        for (path, expected) in PATHS.iter().zip(referee(&scratch, PATHS)) {
            let ours = attributes.of(&RepoPath::from(*path));
            said += usize::from(ours != PathAttributes::default());
            assert_eq!(ours, expected, "{path}: {:?} {:?}", show(files), info.map(BStr::new));
        }
        said
    }

    fn show<'a>(files: &'a [File<'a>]) -> Vec<(&'a str, &'a BStr)> {
        files.iter().map(|(directory, bytes)| (*directory, bytes.as_bstr())).collect()
    }

    #[test]
    fn odd_files_say_what_they_say_to_git_check_attr() {
        let long = format!("x {}\n* diff\n", "a ".repeat(1100));
        let edge = format!("x diff{}\n", " ".repeat(2048 - 7));
        let over = format!("x diff{}\n", " ".repeat(2048 - 6));
        let roots: &[&[u8]] = &[
            b"",
            b"* diff",
            b"*.c diff\r\n*.c linguist-generated\r\n",
            b"\xef\xbb\xbf*.c diff\n",
            b"\xff\xfe*.c diff\n",
            b"* binary\n",
            b"* binary\n*.c diff\n",
            b"* -binary\n",
            b"* binary !binary\n",
            b"* !binary binary\n",
            b"* diff -diff\n",
            b"* -diff diff\n",
            b"* diff=\n",
            b"* diff=a=b\n",
            b"* -diff=x\n",
            b"* !diff=x\n",
            b"* =x\n",
            b"* --diff\n",
            b"* -!diff\n",
            b"* diff b@d\n",
            b"  *.c\tdiff  \n",
            b"# *.c diff\n",
            b" # x diff\n",
            b"#x diff\n",
            b"\\#x diff\n",
            b"!x diff\n",
            b"\\!x diff\n",
            b"\"a b\" diff\n",
            b"\"a\\040b\" -diff\n",
            b"\"a b diff\n",
            b"\"\\303\\251.c\" diff\n",
            b"\"a b\"diff\n",
            b"\"\" diff\n",
            b"\"x\\\" diff\n",
            b"\"\\\"q\" diff\n",
            b"\"[attr]m\" diff\n* m\n",
            b"[attr]m diff linguist-generated\n*.c m\n",
            b"*.c m\n[attr]m -diff\n",
            b"[attr]m -diff\n[attr]m diff\n* m\n",
            b"[attr]m n\n[attr]n m -diff\n* m\n",
            b"[attr]m -diff\n* -m\n",
            b"[attr]m -diff\n* m=1\n",
            b"[attr]m -diff\n* m diff\n",
            b"[attr]m -diff\n* diff m\n",
            b"[attr]binary diff\n* binary\n",
            b"[attr] m diff\n* m\n",
            b"[attr]\n* diff\n",
            b"[attr]m\n* m\n",
            b"[attr]-m diff\n* diff\n",
            b"[attr]m m -diff\n* m\n",
            b"[attr]diff linguist-vendored\n* diff\n",
            b"[attr]m !diff\n* diff\n*.c m\n",
            b"* diff\n*.c !diff\n",
            b"d/ diff\n",
            b"d diff\n",
            b"d/* diff\n",
            b"d/** diff\n",
            b"/x diff\n",
            b"/d/x diff\n",
            b"**/x diff\n",
            b"e/** -diff\n**/e/a.c diff=y\n",
            b"foo**/bar diff\n",
            b"* linguist-generated=true\n",
            b"* linguist-generated=false linguist-vendored=1 -linguist-documentation\n",
            b"* linguist-generated=\n",
            b"* Diff\n",
            b"* builtin_objectmode\n* diff\n",
            b"* builtin_x diff\n",
            b"* diff builtin_\n",
            b"x\n",
            b"x \n",
            b"* diff # comment\n",
            b"* diff #\n",
            b"* diff\n* ! \n",
            b"* diff\n* -\n",
            b"* diff\x0b\n",
            b"*\x0cdiff\n",
            b"[a diff\n* linguist-vendored\n",
            b"a\\ b diff\n",
            b"a?b diff\n",
            b"-x diff\n",
            b"\"-x\" diff\n",
            b"\r\n\r* diff\r",
            b"//x diff\n",
            b"/ diff\n",
            b"\\[attr]m diff\n",
            b"[[]attr]m diff\n",
            long.as_bytes(),
            edge.as_bytes(),
            over.as_bytes(),
        ];
        let mut said = 0;
        for root in roots {
            said += compare(&[("", root)], None);
            said += compare(&[("", b"* -diff linguist-vendored\n"), ("d", root)], None);
            said += compare(
                &[("", root), ("d", b"* !diff\na.c diff=z m\n")],
                Some(b"/d/e/* diff=info\n"),
            );
            said += compare(&[("d/e", b"[attr]m diff\n* m -binary\n"), ("", b"x m\n")], Some(root));
        }
        assert!(said > 2000, "{said}");
    }

    #[test]
    fn random_files_say_what_they_say_to_git_check_attr() {
        let mut random = Random::new(11);
        let patterns = [
            "*",
            "*.c",
            "x",
            "/x",
            "d/*",
            "**/a.c",
            "a.c",
            "e/**",
            "/d/e/x",
            "[attr]m",
            "[attr]n",
            "[attr]binary",
            "d",
            "d/",
        ];
        let states = [
            "diff",
            "-diff",
            "!diff",
            "diff=y",
            "m",
            "-m",
            "!m",
            "n",
            "binary",
            "-binary",
            "!binary",
            "linguist-generated",
            "linguist-vendored=false",
            "!linguist-generated",
            "m=1",
        ];
        let mut said = 0;
        for _ in 0..150 {
            let mut file = || {
                let mut text = String::new();
                for _ in 0..random.below(6) {
                    text.push_str(patterns[random.below(patterns.len())]);
                    for _ in 0..1 + random.below(3) {
                        text.push(' ');
                        text.push_str(states[random.below(states.len())]);
                    }
                    text.push('\n');
                }
                text
            };
            let texts = [file(), file(), file(), file()];
            let files: Vec<File<'_>> =
                ["", "d", "d/e"].into_iter().zip(texts.iter().map(String::as_bytes)).collect();
            said += compare(&files, Some(texts[3].as_bytes()));
        }
        assert!(said > 1000, "{said}");
    }
}
