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
    check(&owners, &[("a b", &["@x"]), ("c#d", &["@y"]), ("e", &[""]), ("f ", &[""]), ("f", &[])]);
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
        ("README.md", &["README.md", "internal/README.md", "app/lib/README.md"], &["xREADME.md"]),
        (
            "internal/README.md",
            &["internal/README.md", "docs/api/internal/README.md"],
            &["README.md"],
        ),
        ("/docs/", &["docs/a", "docs/a/b", "docs/.x"], &["docs", "x/docs/a", "docsx/a"]),
        ("lib/", &["lib/a", "x/lib/a/b"], &["lib", "xlib/a"]),
        ("/docs/*.md", &["docs/a.md", "docs/.md"], &["docs/a/b.md"]),
        ("/docs/*spec*", &["docs/qa_specs.rb", "docs/spec_helpers.rb"], &["docs/a/spec"]),
        ("/docs/*/README.md", &["docs/api/README.md"], &["docs/README.md", "docs/a/b/README.md"]),
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
        let bytes: Vec<u8> = (0..length).map(|_| alphabet[random.below(alphabet.len())]).collect();
        for dialect in [Dialect::GitHub, Dialect::GitLab] {
            let (owners, _) = Owners::parse(&bytes, dialect);
            owners.of(&RepoPath::from("a/1/a.1"));
            Dialect::of_file(&RepoPath::from("CODEOWNERS"), &bytes);
        }
    }
}

#[test]
fn what_has_no_effect_is_named_without_what_it_says() {
    let text = b"!secret @a\n[secret] @a\n\\#secret @a\nx secret\nsecret//x @a\n\n";
    let (_, skipped) = Owners::parse(text, Dialect::GitHub);
    let words: Vec<_> = skipped.iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        [
            "line 1: the pattern is negated",
            "line 2: the pattern has a range `[ ]`, which GitHub does not know",
            "line 3: the pattern begins with `\\#`, which GitHub does not know",
            "line 4: an owner is neither `@user` nor `@org/team` nor an e-mail address",
            "line 5: the pattern can match no path",
        ]
    );
    let (_, skipped) = Owners::parse(b"[ ] @secret\n! @secret\n[secret @a\n", Dialect::GitLab);
    let words: Vec<_> = skipped.iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        [
            "line 1: the section has no name",
            "line 2: the pattern is empty",
            "line 3: the pattern can match no path",
        ]
    );
}

#[test]
fn a_line_without_effect_is_in_doubt_for_the_files_that_it_may_be_meant_for() {
    let (owners, _) = Owners::parse(
        b"/api/ @org/team!\n* @bob\n/src/ @org/t\xe9am\n/docs/ @ann\n/docs/[ab] @cy\n/x @cy\n",
        Dialect::GitHub,
    );
    let line = |path: &str| owners.doubtful_line(&RepoPath::from(path));
    // A later line decides; a range may be anything.
    assert_eq!(line("api/a"), Some(5));
    assert_eq!(line("src/a"), Some(3));
    assert_eq!(line("docs/a"), Some(5));
    assert_eq!(line("x"), None);
    let (owners, _) = Owners::parse(b"/src/ @org/team!\n* @bob\n", Dialect::GitHub);
    assert_eq!(owners.doubtful_line(&RepoPath::from("src/a")), None);
    let (owners, _) = Owners::parse(b"* @bob\n/src/ @org/team!\n", Dialect::GitHub);
    let line = |path: &str| owners.doubtful_line(&RepoPath::from(path));
    assert_eq!((line("src/a"), line("a")), (Some(2), None));
}

#[test]
fn a_file_that_is_no_text_has_no_effect_as_a_whole() {
    let utf_16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("* @bob\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    for (bytes, is_text) in [
        (&utf_16[..], false),
        (b"* @b\0ob\n", false),
        (b"# M\xfcller\n* @bob\n", true),
        (b"\xef\xbb\xbf* @bob\n", true),
    ] {
        for dialect in [Dialect::GitHub, Dialect::GitLab] {
            let (owners, skipped) = Owners::parse(bytes, dialect);
            assert_eq!(of(&owners, "a").len(), usize::from(is_text), "{bytes:?}");
            let whole = SkippedLine { line: None, reason: SkipReason::NoText };
            assert_eq!(skipped, if is_text { vec![] } else { vec![whole] });
        }
    }
}
