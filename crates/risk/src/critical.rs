mod built_in;

use std::collections::BTreeMap;
use std::rc::Rc;

use gitops_health_git::{FileChange, PathPattern, RepoPath, counted, printable};

pub(crate) use built_in::{BUILT_IN, BuiltIn};

use crate::config::KindWeights;
use crate::directories::Directories;
use crate::kind::FileKind;
use crate::score::Part;

/// A rule that names files where a mistake costs most.
#[derive(Clone, Debug)]
pub struct CriticalRule {
    /// Its name, in lower case with hyphens.
    pub id: String,
    /// Why these files are critical.
    pub reason: String,
    /// What to do before such a change is deployed.
    pub advice: String,
    /// How critical they are, from 0 to 1.
    pub weight: f64,
    /// Patterns that the path must match.
    pub(crate) patterns: Vec<PathPattern>,
    /// Whole words, any of which a component of the path must hold.
    pub(crate) words: &'static [&'static str],
}

/// The rules that are built in, with their usual weights.
pub fn built_in_rules() -> Vec<CriticalRule> {
    let pattern = |text: &&str| PathPattern::parse(text.as_bytes()).expect("ours are well formed");
    let rule = |built_in: &BuiltIn| CriticalRule {
        id: built_in.id.into(),
        reason: built_in.reason.into(),
        advice: built_in.advice.into(),
        weight: built_in.weight,
        patterns: built_in.patterns.iter().map(pattern).collect(),
        words: built_in.words,
    };
    BUILT_IN.iter().map(rule).collect()
}

/// The first of the words that is a whole word of the component, or two words in one where the
/// case turns: `OAuth2Client` holds `oauth2`.
fn held_word(component: &[u8], words: &'static [&'static str]) -> Option<&'static str> {
    if words.is_empty() {
        return None;
    }
    let found = component_words(component);
    let pairs = found.windows(2).filter(|pair| !pair[1].begins_anew);
    let joined = pairs.map(|pair| format!("{}{}", pair[0].text, pair[1].text));
    let all: Vec<String> = found.iter().map(|word| word.text.clone()).chain(joined).collect();
    all.iter().find_map(|word| words.iter().find(|known| *known == word).copied())
}

/// A word of a path component in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub text: String,
    /// Whether it stands behind punctuation or at the beginning, and not where the case turns.
    pub begins_anew: bool,
}

/// The words of a path component.
pub(crate) fn component_words(component: &[u8]) -> Vec<Word> {
    let text = String::from_utf8_lossy(component);
    let mut words = Vec::new();
    let (mut word, mut begins_anew) = (String::new(), true);
    let mut characters = text.chars().peekable();
    let mut before = None;
    while let Some(character) = characters.next() {
        if !character.is_alphanumeric() {
            words.extend(finish(&mut word, begins_anew));
            (before, begins_anew) = (None, true);
            continue;
        }
        let after_lower =
            before.is_some_and(|before: char| before.is_lowercase() || before.is_numeric());
        let next_lower = characters.peek().is_some_and(|next| next.is_lowercase());
        let before_upper = before.is_some_and(char::is_uppercase);
        let turns = character.is_uppercase() && (after_lower || (before_upper && next_lower));
        if turns && !word.is_empty() {
            words.extend(finish(&mut word, begins_anew));
            begins_anew = false;
        }
        word.extend(character.to_lowercase());
        before = Some(character);
    }
    words.extend(finish(&mut word, begins_anew));
    words
}

fn finish(word: &mut String, begins_anew: bool) -> Option<Word> {
    let text = std::mem::take(word);
    (!text.is_empty()).then_some(Word { text, begins_anew })
}

impl CriticalRule {
    /// The words, any of which names a file.
    pub fn words(&self) -> &[&str] {
        self.words
    }

    /// The patterns, any of which names a file.
    pub fn patterns(&self) -> &[PathPattern] {
        &self.patterns
    }

    /// What names a file or directory, whatever names those above: a pattern or a word.
    fn naming(&self, path: &RepoPath, is_directory: bool) -> Option<Rc<str>> {
        let matches = |pattern: &&PathPattern| match is_directory {
            true => pattern.matches_directory(path),
            false => pattern.matches_itself(path),
        };
        let pattern = self.patterns.iter().find(matches);
        pattern
            .map(|pattern| printable(pattern.as_bstr()).into())
            .or_else(|| held_word(path.file_name(), self.words).map(Into::into))
    }
}

/// A rule and the changed files that it names.
#[derive(Clone, Debug)]
pub struct CriticalMatch {
    /// The name of the rule.
    pub rule: String,
    /// Why these files are critical.
    pub reason: String,
    /// What to do before such a change is deployed.
    pub advice: String,
    /// The weight of the rule, times that of the kind of file that counts most, from 0 to 1.
    pub weight: f64,
    /// The files, those that count most first.
    pub files: Vec<NamedFile>,
}

/// A file that a rule names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// The name that the rule names: the new one or the old one.
    pub path: RepoPath,
    /// What the file is.
    pub kind: FileKind,
    /// The word or pattern of the rule.
    pub by: String,
}

/// The rules that name changed files, weightiest first. A file that moved is looked at under both
/// names.
pub(crate) fn matches(
    rules: &[CriticalRule],
    files: &[(FileChange, FileKind)],
    kinds: &KindWeights,
) -> Vec<CriticalMatch> {
    let mut named_by_rule: Vec<Vec<NamedFile>> = rules.iter().map(|_| Vec::new()).collect();
    let mut namings =
        Namings { rules, directories: Directories::new(rules.iter().map(|_| None).collect()) };
    for (file, kind) in files {
        let paths = [Some(&file.path), file.old_path.as_ref()];
        let mut waiting: Vec<bool> = rules.iter().map(|_| true).collect();
        for path in paths.into_iter().flatten() {
            for (index, by) in namings.of(path).into_iter().enumerate() {
                if let Some(by) = by.filter(|_| std::mem::take(&mut waiting[index])) {
                    let named = NamedFile { path: path.clone(), kind: *kind, by: by.to_string() };
                    named_by_rule[index].push(named);
                }
            }
        }
    }
    let mut found: Vec<CriticalMatch> = rules
        .iter()
        .zip(named_by_rule)
        .filter_map(|(rule, mut named)| {
            named.sort_by(|one, two| {
                let weight = |file: &NamedFile| kinds.of(file.kind);
                weight(two).total_cmp(&weight(one)).then_with(|| one.path.cmp(&two.path))
            });
            let kind = named.first()?.kind;
            Some(CriticalMatch {
                rule: rule.id.clone(),
                reason: rule.reason.clone(),
                advice: rule.advice.clone(),
                weight: rule.weight * kinds.of(kind),
                files: named,
            })
        })
        .collect();
    found.sort_by(|one, two| {
        two.weight.total_cmp(&one.weight).then_with(|| one.rule.cmp(&two.rule))
    });
    found
}

/// What each rule names files by.
struct Namings<'a> {
    rules: &'a [CriticalRule],
    directories: Directories<Rc<[Option<Rc<str>>]>>,
}

impl Namings<'_> {
    /// For each rule the word or pattern that names the file or a directory that holds it.
    fn of(&mut self, path: &RepoPath) -> Vec<Option<Rc<str>>> {
        let rules = self.rules;
        let naming = |above: &Rc<[Option<Rc<str>>]>, path: &RepoPath, is_directory| {
            let both = rules.iter().zip(above.iter());
            both.map(|(rule, above)| above.clone().or_else(|| rule.naming(path, is_directory)))
                .collect::<Vec<_>>()
        };
        let above =
            self.directories.of(&path.parent(), |above, path| naming(above, path, true).into());
        naming(&above, path, false)
    }
}

/// How the rules fill the factor: the weightiest by its weight, each further one by its weight of
/// what is still empty, as independent dangers add up.
pub(crate) fn parts(matches: &[CriticalMatch]) -> Vec<Part> {
    let mut empty = 1.0;
    matches
        .iter()
        .map(|found| {
            let fill = empty * found.weight;
            empty -= fill;
            Part {
                id: found.rule.clone(),
                fill,
                evidence: evidence(found),
                details: details(found),
            }
        })
        .collect()
}

fn evidence(found: &CriticalMatch) -> String {
    let more = match found.files.len() - 1 {
        0 => String::new(),
        more => format!(" and {}", counted(more, "more file", "more files")),
    };
    let first = &found.files[0];
    let discount = match first.kind {
        FileKind::Code => String::new(),
        other => format!(" ({})", other.word()),
    };
    format!("{}{discount} by `{}`{more}: {}", first.path, first.by, found.reason)
}

/// The most files that a list in a report names.
const LISTED: usize = 5;

fn details(found: &CriticalMatch) -> Vec<String> {
    let mut by_kind: BTreeMap<FileKind, usize> = BTreeMap::new();
    for file in &found.files {
        *by_kind.entry(file.kind).or_default() += 1;
    }
    let mut lines: Vec<String> = found
        .files
        .iter()
        .skip(1)
        .take(LISTED)
        .map(|file| format!("{} ({}) by `{}`", file.path, file.kind.word(), file.by))
        .collect();
    if found.files.len() > LISTED + 1 {
        let counts = by_kind.iter().map(|(kind, count)| format!("{count} {}", kind.word()));
        lines.push(format!(
            "{} files in all: {}",
            found.files.len(),
            counts.collect::<Vec<_>>().join(", ")
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_at_punctuation_and_where_the_case_turns() {
        for (component, words) in [
            ("UserAuthService.java", &["user", "auth", "service", "java"][..]),
            ("oauth2-proxy_v1", &["oauth2", "proxy", "v1"]),
            ("HTTPServer.go", &["http", "server", "go"]),
            ("author.rs", &["author", "rs"]),
            ("...", &[]),
        ] {
            let found = component_words(component.as_bytes());
            let found: Vec<&str> = found.iter().map(|word| word.text.as_str()).collect();
            assert_eq!(found, words, "{component}");
        }
    }

    #[test]
    fn a_word_is_never_part_of_another_word() {
        let words = BUILT_IN[0].words;
        for (path, word) in [
            ("src/auth/x.rs", "auth"),
            ("a/b/auth.c", "auth"),
            ("src/UserAuth.java", "auth"),
            ("lib/oauth2/client.py", "oauth2"),
            ("src/OAuth2Client.java", "oauth2"),
            ("src/logIn.ts", "login"),
        ] {
            let found = path.split('/').find_map(|name| held_word(name.as_bytes(), words));
            assert_eq!(found, Some(word), "{path}");
        }
        for path in [
            "src/author.rs",
            "authority/x.c",
            "docs/coauthors.md",
            "src/obsession.py",
            "src/log_in_db.c",
            "src/logInfo.ts",
        ] {
            let found = path.split('/').find_map(|name| held_word(name.as_bytes(), words));
            assert_eq!(found, None, "{path}");
        }
    }
}
