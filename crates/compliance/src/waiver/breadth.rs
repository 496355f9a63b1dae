//! How much of a repository patterns leave out, whatever the repository has.

use std::sync::LazyLock;

use gitops_health_git::{PathPattern, RepoPath};

/// Endings of files that are in most repositories.
const ENDINGS: [&str; 13] =
    ["c", "go", "java", "js", "json", "md", "py", "rs", "sh", "sql", "tf", "txt", "yaml"];

/// Ordinary paths: in a directory for each letter, two of each.
static ORDINARY: LazyLock<Vec<RepoPath>> = LazyLock::new(|| {
    let letters = ('a'..='z').chain('a'..='z').enumerate();
    let path = |(place, letter): (usize, char)| {
        let ending = ENDINGS[place % ENDINGS.len()];
        RepoPath::from(&*format!("{letter}q/{letter}x/{letter}z.{ending}"))
    };
    letters.map(path).collect()
});

/// One in so many of the ordinary paths may be left out by what is of everything still.
const LEFT_OUT: usize = 10;

/// Whether patterns are of everything: there are none, or together they leave out at most a tenth of what paths look
/// like. `**` is, and so are `*.*`, `*/` and a pattern for each letter.
pub(super) fn is_everything(patterns: &[PathPattern]) -> bool {
    let most = ORDINARY.len() / LEFT_OUT;
    let is_left_out = |path: &&RepoPath| !patterns.iter().any(|pattern| pattern.matches(path));
    patterns.is_empty() || ORDINARY.iter().filter(is_left_out).nth(most).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_everything_are_known_however_they_are_written() {
        let is = |patterns: &[&str]| {
            let parsed: Vec<PathPattern> = patterns
                .iter()
                .map(|it| PathPattern::parse(it.as_bytes()).expect("a pattern"))
                .collect();
            is_everything(&parsed)
        };
        let letters: Vec<String> = ('a'..='z').map(|it| format!("{it}*/")).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        for everything in [
            &[][..],
            &["**"],
            &["*"],
            &["/**"],
            &["**/*"],
            &["**/**"],
            &["*/"],
            &["*/**"],
            &["*.*"],
            &["?*"],
            &["[a-z]*"],
            &["[!x]*"],
            &["src/", "*"],
            &["[a-m]*", "[n-z]*"],
            &letters,
        ] {
            assert!(is(everything), "{everything:?}");
        }
        for something in [
            &["src/"][..],
            &["*.py"],
            &["src/**"],
            &["/a"],
            &["*.py", "*.md"],
            &["a*"],
            &letters[..20],
        ] {
            assert!(!is(something), "{something:?}");
        }
    }
}
