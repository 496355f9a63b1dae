use super::*;
use gitops_health_testkit::{Random, TestRepo};

type File<'a> = (&'a str, &'a [u8]);

fn parse(files: &[File<'_>], info: Option<&[u8]>) -> (Attributes, Vec<SkippedAttributes>) {
    Attributes::parse(files.iter().map(|(directory, bytes)| (BStr::new(*directory), *bytes)), info)
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
        PathAttributes { diff: DiffAttribute::Unset, generated: Some(true), ..Default::default() }
    );
}

#[test]
fn a_flag_of_linguist_may_be_spelled_out() {
    let (attributes, _) = parse(
        &[("", b"a linguist-generated=true\nb linguist-vendored=false\nc -linguist-documentation")],
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
        said +=
            compare(&[("", root), ("d", b"* !diff\na.c diff=z m\n")], Some(b"/d/e/* diff=info\n"));
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

#[test]
fn what_has_no_effect_is_named_without_what_it_says() {
    let long = format!("secret {}\n", "a".repeat(2100));
    let root = format!("*.c diff\n!secret diff\nsecret -secret*\n{long}[secret diff\n/// diff\n");
    let (_, skipped) = parse(
        &[("", root.as_bytes()), ("d/e", b"\n[attr]secret diff\n"), ("a\nb", b"!secret x\n")],
        Some(b"!secret diff\n"),
    );
    let words: Vec<_> = skipped.iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        [
            ".gitattributes line 2: the line names no valid attribute, or its pattern is negated",
            ".gitattributes line 3: the line names no valid attribute, or its pattern is negated",
            ".gitattributes line 4: the line has 2107 bytes, more than git reads",
            ".gitattributes line 5: the pattern can match no path",
            ".gitattributes line 6: the pattern can match no path",
            "d/e/.gitattributes line 2: a macro is defined below the root",
            "\"a\\nb/.gitattributes\" line 1: the line names no valid attribute, or its pattern is \
             negated",
            "info/attributes line 1: the line names no valid attribute, or its pattern is negated",
        ]
    );
    let directory = Some("d".into());
    let reason = SkippedAttributesReason::Unread(UnreadFile::Missing);
    let unread = SkippedAttributes { directory, line: None, reason };
    assert_eq!(
        unread.to_string(),
        "d/.gitattributes: the content of the file is not in the repository"
    );
}

#[test]
fn of_millions_of_lines_without_effect_the_first_thousand_are_kept() {
    let root = "!x diff\n".repeat(Attributes::MOST_SKIPPED + 1);
    let (_, skipped) = parse(&[("", root.as_bytes())], None);
    assert_eq!(skipped.len(), Attributes::MOST_SKIPPED);
    assert_eq!(skipped[999].line, Some(1000));
}
