use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::*;
use crate::RepoPath;
use gitops_health_testkit::{Random, TestRepo};

fn pattern(text: &str) -> PathPattern {
    PathPattern::parse(text.as_bytes()).expect("a good pattern")
}

fn matches(text: &str, path: &str) -> bool {
    pattern(text).matches(&RepoPath::from(path))
}

#[test]
fn a_directory_covers_everything_below_it_anywhere() {
    assert!(matches("auth/", "auth/login.rs"));
    assert!(matches("auth/", "src/auth/oauth/token.rs"));
    assert!(!matches("auth/", "src/auth"), "a file is no directory");
    assert!(matches("auth", "src/auth"));
    assert!(matches("auth", "src/auth/x"));
}

#[test]
fn a_pattern_is_never_a_prefix_match() {
    for (text, path) in [
        ("auth", "author/x"),
        ("auth", "src/oauth"),
        ("auth/", "author/x"),
        ("/src/auth", "src/auth.rs"),
        ("/src/auth", "src/author/x"),
        ("*.sql", "a.sqlx"),
        ("/infra/**", "infrared/x"),
    ] {
        assert!(!matches(text, path), "{text} {path}");
    }
}

#[test]
fn a_slash_in_front_or_in_the_middle_ties_the_pattern_to_the_root() {
    assert!(matches("/infra/**", "infra/a/b"));
    assert!(!matches("/infra/**", "x/infra/a"));
    assert!(!matches("/infra/**", "infra"));
    assert!(matches("src/*/db", "src/a/db/schema.sql"));
    assert!(!matches("src/*/db", "src/a/b/db"));
    assert!(!matches("src/*/db", "x/src/a/db"));
    assert!(matches("**/src/*/db", "x/src/a/db"));
    assert!(!matches("Auth/", "auth/x"), "case counts");
}

#[test]
fn bytes_that_are_no_text_match_themselves() {
    let pattern = PathPattern::parse(b"*.\xff\xfe").expect("a good pattern");
    assert!(pattern.matches(&RepoPath::new(&b"d/\xe9.\xff\xfe"[..])));
    assert!(!pattern.matches(&RepoPath::from("d/x.txt")));
}

#[test]
fn a_pattern_that_cannot_match_is_an_error() {
    let long = "a".repeat(5000);
    let stars = "a*".repeat(70);
    let slashes = "/a*".repeat(120);
    for text in ["", "!x", "!", "/", "//", "//a", "a//b", "a/*//b", "a\\", "[", "a[b", "[]", "[a-"]
        .into_iter()
        .chain(["[[:foo:]]", "[!", "x/[[:alpha:", "a//", long.as_str(), &stars, &slashes])
    {
        assert!(PathPattern::parse(text.as_bytes()).is_err(), "{text}");
    }
    assert_eq!(PathPattern::parse(b""), Err(ParsePatternError::Empty));
    assert_eq!(PathPattern::parse(b"!a"), Err(ParsePatternError::Negated("!a".into())));
    assert!(PathPattern::parse(b"\\!a").is_ok());
}

#[test]
fn a_hostile_pattern_costs_little() {
    let deep = RepoPath::new("a/".repeat(4000) + "x");
    let wide = RepoPath::new("a".repeat(8000));
    let begin = Instant::now();
    for text in [
        "**/a".repeat(30) + "/b",
        "**/a".repeat(90) + "/b",
        "/**/*a*".repeat(45) + "/b",
        "*a".repeat(60) + "b",
        "a*".repeat(60) + "b",
        "*?".repeat(60) + "b",
        "*[a]".repeat(60) + "b",
        "/".to_owned() + &"**a*".repeat(15) + "b",
        "**/".repeat(99) + "b",
    ] {
        let pattern = pattern(&text);
        assert!(!pattern.matches(&deep), "{text}");
        assert!(!pattern.matches(&wide), "{text}");
    }
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}

/// Asks git which of the paths the pattern ignores.
fn referee(scratch: &TestRepo, pattern: &[u8], paths: &[Vec<u8>]) -> BTreeSet<Vec<u8>> {
    let mut line = pattern.to_vec();
    line.push(b'\n');
    std::fs::write(scratch.path().join(".git/info/exclude"), line).expect("writable");
    let input = paths.join(&0);
    let output = scratch.git_with_input(&["check-ignore", "--no-index", "-z", "--stdin"], &input);
    output.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(Vec::from).collect()
}

fn compare(scratch: &TestRepo, pattern: &[u8], paths: &[Vec<u8>]) -> usize {
    let ignored = referee(scratch, pattern, paths);
    match PathPattern::parse(pattern) {
        Err(ParsePatternError::MatchesNothing(_)) => {
            assert!(ignored.is_empty(), "{:?}", pattern.as_bstr());
        }
        Err(error) => panic!("{:?}: {error}", pattern.as_bstr()),
        Ok(parsed) => {
            for path in paths {
                assert_eq!(
                    parsed.matches(&RepoPath::new(path.as_slice())),
                    ignored.contains(path),
                    "{:?} on {:?}",
                    pattern.as_bstr(),
                    path.as_bstr()
                );
            }
        }
    }
    ignored.len()
}

#[test]
fn odd_patterns_match_what_git_check_ignore_says() {
    let scratch = TestRepo::new();
    let paths: Vec<Vec<u8>> = [
        "a",
        "b",
        "foo",
        "foobar",
        "foo/bar",
        "foo/x/bar",
        "foox/bar",
        "foox/y/bar",
        "a/b",
        "a/x/b",
        "a/x/y/b",
        "a/b/c",
        "axb/c",
        "ayb/c",
        "a[x/y]b/c",
        "x",
        "a/x",
        "a/x/y",
        "foo/x",
        "c/a/b",
        "auth/x",
        "author/x",
        "src/auth/x",
        "!x",
        "#x",
        "a]b",
        "a-b",
        "a^b",
        "a b",
        "[b",
        "a/[b",
        "ab",
        "aBc",
        ".hidden",
        "d/.hidden",
        "é",
        "a/é/b",
        "ä/b",
    ]
    .iter()
    .map(|path| path.as_bytes().to_vec())
    .collect();
    let patterns = [
        "foo**/bar",
        "foo**//**",
        "foo**//bar",
        "/foo**",
        "a/**\\/b",
        "a\\/b",
        "*/b",
        "**",
        "**/",
        "a/**",
        "a/**/",
        "a/**/b/**",
        "***/x",
        "a/***",
        "a[/]b/c",
        "a[x/y]b/c",
        "foo\\/",
        "/",
        "//a",
        "a//b",
        "[",
        "[]",
        "[]]",
        "a[]]b",
        "a[!]]b",
        "a[^x]b",
        "a[]-]b",
        "a[a-z]b",
        "a[--]b",
        "a[-]b",
        "a[[:alpha:]]*",
        "a[[:foo:]]",
        "[[]b",
        "[[:]b",
        "[[:a]b",
        "[[:a:b]",
        "[:a:]",
        "[a-[:alpha:]]",
        "\\!x",
        "\\#x",
        "a\\ b",
        "a?b",
        "a/?",
        "?",
        "??",
        "*",
        "/*",
        "*/",
        "/*/",
        "/*/*",
        "*/*",
        "*/*/",
        "**/b",
        "**/x/**",
        "/**/b",
        "a**b",
        "a**/b",
        "a/**b",
        "*.*",
        ".*",
        "*x*",
        "a\\",
        "\\a",
        "[\\]]b",
        "a[\\-]b",
        "[a\\-c]",
        "a/x/",
        "a/x",
        "/a/",
        "a/*/",
        "**/**",
        "**/**/b",
        "a/**/**/b",
        "foo*/**/bar",
        "foo?**/bar",
        "x**",
        "**x",
        "a/**x",
        "??/b",
        "*/b/",
        "[^a]",
        "[!a]*",
        "/[!a]*/b",
        "[a/]*",
        "é",
        "?\u{301}",
        "auth/",
        "auth",
        "/auth",
        "**/auth/",
        "[[:upper:]]*",
        "a[[:upper:]]c",
        "[a-",
        "[a-]b",
        "a[a-]b",
        "a[b-a]b",
        "\\*",
        "**\\/b",
        "*\\/b",
    ];
    for pattern in patterns {
        compare(&scratch, pattern.as_bytes(), &paths);
    }
}

#[test]
fn random_patterns_match_what_git_check_ignore_says() {
    let scratch = TestRepo::new();
    let mut random = Random::new(42);
    let pieces: [&[u8]; 24] = [
        b"a",
        b"b",
        b"ab",
        b"/",
        b"/",
        b"/",
        b"*",
        b"*",
        b"**",
        b"/**/",
        b"**/",
        b"/**",
        b"?",
        b"[ab]",
        b"[!a]",
        b"[a-b]",
        b"\\a",
        b"\\/",
        b"[[:alpha:]]",
        b".",
        b"\xff",
        b"[",
        b"]",
        b"-",
    ];
    let names: [&[u8]; 10] =
        [b"a", b"b", b"ab", b"ba", b"a.b", b"aab", b"\xff", b"a-b", b"[a]", b"c"];
    let paths: BTreeSet<Vec<u8>> = (0..300)
        .map(|_| {
            let depth = 1 + random.below(4);
            (0..depth).map(|_| names[random.below(names.len())]).collect::<Vec<_>>().join(&b'/')
        })
        .collect();
    let paths: Vec<Vec<u8>> = paths.into_iter().collect();
    let mut matched = 0;
    let count = 400;
    for _ in 0..count {
        let length = 1 + random.below(7);
        let pattern: Vec<u8> =
            (0..length).flat_map(|_| pieces[random.below(pieces.len())].to_vec()).collect();
        matched += compare(&scratch, &pattern, &paths);
    }
    assert!(matched > count * 5, "the patterns must match something to prove anything: {matched}");
}
