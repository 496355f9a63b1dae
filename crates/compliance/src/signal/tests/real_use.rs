//! Lines of real repositories that were taken for what they are not, or passed over.

use super::{SignalKind, changed, found, has};
use crate::signal::{code_lines, is_beside_tests, may_be_text, searched_for, tests_of_rust};

#[test]
fn a_link_is_no_place_that_code_is_fetched_from() {
    let pom = |inner: &str| format!("<project>\n  <x>\n    {inner}\n  </x>\n</project>\n");
    for name in
        ["link", "archive", "otherArchive", "subscribe", "unsubscribe", "post", "src", "logo"]
    {
        let text = pom(&format!("<{name}>http://hl7api.sourceforge.net/x</{name}>"));
        let signals = changed("pom.xml", &text, "");
        assert!(!has(SignalKind::PlainTextTransport, &signals), "{name}");
        assert!(!has(SignalKind::PlainTextSource, &signals), "{name}");
    }
    let news = ["<action>a new server: http://a.sourceforge.net/m2</action>"];
    assert!(found("src/changes/changes.xml", &news, &[]).is_empty());
    let script = ["<script src=\"http://a.sourceforge.net/jquery.js\"></script>"];
    assert!(!found("src/site/xdoc/index.xml", &script, &[]).is_empty());
    assert!(!found("site.xml", &["<x>http://a.sourceforge.net/b.png</x>"], &[]).is_empty());
}

#[test]
fn code_that_is_fetched_without_encryption() {
    let kind = SignalKind::PlainTextSource;
    for (path, text, expected) in [
        (".gitmodules", "[submodule \"x\"]\n\turl = git://git.sourceforge.net/x", true),
        (".gitmodules", "[submodule \"x\"]\n\turl = https://git.sourceforge.net/x", false),
        ("setup.cfg", "url = http://a.sourceforge.net", false),
        ("pom.xml", "<repository>\n  <url>http://repo.sourceforge.net/m2</url>", true),
        ("pom.xml", "<pluginRepository>\n  <url>http://repo.sourceforge.net/m2</url>", true),
        ("pom.xml", "<repository><url>http://repo.sourceforge.net</url></repository>", true),
        ("pom.xml", "<organization>\n  <url>http://a.sourceforge.net</url>", false),
        ("pom.xml", "<repository>\n  <url>https://repo.sourceforge.net/m2</url>", false),
        ("package.json", "  \"dependencies\": {\n    \"x\": \"git://github.com/a/x.git\"", true),
        ("package.json", "  \"repository\": {\n    \"url\": \"git://github.com/a/x.git\"", false),
        ("requirements.txt", "--extra-index-url http://pypi.sourceforge.net/simple", true),
        ("requirements-dev.txt", "-i http://pypi.sourceforge.net/simple", true),
        ("docs/requirements.txt", "-i http://pypi.sourceforge.net/simple", false),
        ("requirements.txt", "x @ git+http://github.com/a/x", true),
        ("requirements.txt", "x @ git+https://github.com/a/x", false),
        ("Cargo.toml", "x = { git = \"http://github.com/a/x\" }", true),
        ("Cargo.toml", "homepage = \"http://a.sourceforge.net\"", false),
        ("Gemfile", "source 'http://rubygems.org'", true),
        ("Gemfile", "gem 'x', git: 'git://github.com/a/x.git'", true),
        ("Gemfile", "gem 'x', git: 'https://github.com/a/x.git'", false),
        ("build.gradle", "maven {\n  url 'http://repo.sourceforge.net'", true),
        ("build.gradle", "maven { url = uri(\"http://repo.sourceforge.net\") }", true),
        ("build.gradle", "pom {\n  url = 'http://a.sourceforge.net'", false),
        ("composer.json", "{\"type\": \"vcs\", \"url\": \"http://github.com/a/x\"}", true),
        (".npmrc", "registry=http://npm.sourceforge.net/", true),
        (".npmrc", "registry=http://localhost:4873/", false),
        (".npmrc", "registry=http://npm.example.com/", false),
    ] {
        assert_eq!(has(kind, &changed(path, text, "")), expected, "{path}: {text}");
    }
}

#[test]
fn what_runs_after_strangers_with_secrets_has_more_rights() {
    let kind = SignalKind::WorkflowPermissionWidened;
    let path = ".github/workflows/x.yml";
    let workflow =
        |on: &str, step: &str| format!("on:\n  {on}:\njobs:\n  a:\n    steps:\n      - {step}\n");
    for (on, step, lines) in [
        ("workflow_run", "run: x ${{ secrets.GE_ACCESS_TOKEN }}", 2),
        ("workflow_run", "run: x ${{ secrets.GITHUB_TOKEN }}", 0),
        ("workflow_run", "run: x ${{ secrets['A'] }}", 2),
        ("workflow_run", "uses: actions/download-artifact@v4", 2),
        ("workflow_run", "run: gh run download 7", 2),
        ("issue_comment", "run: gh pr checkout 7", 2),
        ("issue_comment", "run: echo hello", 0),
        ("push", "run: x ${{ secrets.A }}", 0),
        ("pull_request", "uses: actions/download-artifact@v4", 0),
    ] {
        let signals = changed(path, &workflow(on, step), "");
        let count = signals.iter().filter(|signal| signal.kind == kind).count();
        assert_eq!(count, lines, "{on}: {step}");
    }
    let count = |new: &str, old: &str| {
        changed(path, new, old).iter().filter(|signal| signal.kind == kind).count()
    };
    let quiet = workflow("workflow_run", "run: echo hello");
    let loud = workflow("workflow_run", "run: x ${{ secrets.A }}");
    assert!(count(&loud, &quiet) > 0, "a secret comes later than what sets it off");
    let longer = workflow("workflow_run", "run: x --long ${{ secrets.A }}");
    assert_eq!(count(&longer, &loud), 0, "it had the secret before");
    assert!(count(&workflow("pull_request_target", "run: x ${{ secrets.A }}"), &quiet) > 0);
    let inline =
        "on: [push, workflow_run]\njobs:\n  a:\n    steps:\n      - run: x ${{ secrets.A }}\n";
    assert_eq!(count(inline, ""), 2);
}

#[test]
fn a_check_without_tests_beside_the_tests_leaves_none_out() {
    let kind = SignalKind::CheckBypassed;
    let path = ".github/workflows/x.yml";
    let check = "        run: ./gradlew --info check -x test\n";
    for (other, expected) in [
        ("        run: ./gradlew test\n", false),
        ("          timeout 9m ./gradlew --scan \\\n          quarantinedTest test\n", false),
        ("          ./gradlew \\\n          integrationTest\n", false),
        ("        run: ./gradlew build -x test\n", true),
        ("        run: ./gradlew testament\n", true),
        ("        run: npm test\n", true),
        ("", true),
    ] {
        assert_eq!(has(kind, &changed(path, &format!("{check}{other}"), "")), expected, "{other}");
    }
    let maven = "        run: mvn package -DskipTests\n        run: ./gradlew test\n";
    assert!(has(kind, &changed(path, maven, "")));
}

#[test]
fn an_annotation_over_no_test_skips_none() {
    let kind = SignalKind::TestSkipped;
    let path = "src/test/java/ATest.java";
    let method = |above: &str, name: &str, between: &str| {
        format!(
            "class A {{\n{above}    @Ignore\n{between}    public void {name}() {{\n    }}\n}}\n"
        )
    };
    let old = |name: &str| format!("class A {{\n    public void {name}() {{\n    }}\n}}\n");
    let is_skipped =
        |new: &str, old: &str| has(kind, &super::replaced(path, new, old, &[(2, 1, 2, 2)]));
    assert!(!is_skipped(&method("", "helper", ""), &old("helper")));
    assert!(is_skipped(&method("", "testA", ""), &old("testA")));
    let test = "    @Test\n";
    let ran = |name: &str| format!("class A {{\n{test}    public void {name}() {{\n    }}\n}}\n");
    // The annotation of a test goes, or is above or below.
    assert!(has(kind, &changed(path, &method("", "a", ""), &ran("a"))));
    let all = |new: &str, hunk| has(kind, &super::replaced(path, new, &ran("a"), &[hunk]));
    assert!(all(&method(test, "a", ""), (2, 0, 3, 1)));
    assert!(all(&method("", "a", test), (1, 0, 2, 1)));
    assert!(all(&method("", "a", "    @org.junit.Test(timeout = 5)\n"), (1, 0, 2, 1)));
    let far = format!("{test}    int x;\n");
    assert!(!has(kind, &super::replaced(path, &method(&far, "a", ""), &ran("b"), &[(2, 0, 4, 1)])));
}

#[test]
fn a_picture_that_a_test_reads_hides_nothing() {
    for (path, expected) in [
        ("test/configCases/asset.png", false),
        ("test/a.zip", false),
        ("img/asset.png", false),
        ("test/a.java", true),
        ("test/a.yml", true),
        ("test/a.sh", true),
        ("test/fixture", true),
        ("src/a.java", true),
    ] {
        assert_eq!(may_be_text(path.as_bytes()), expected, "{path}");
    }
}

#[test]
fn what_is_looked_for_depends_on_the_file() {
    let kinds = |path: &str, old, new| searched_for(path.as_bytes(), old, new);
    assert!(kinds("README.md", true, true).is_empty());
    assert!(kinds("img/a.png", true, true).is_empty());
    let code = kinds("src/a.java", true, true);
    for kind in [
        SignalKind::WeakHashOrCipher,
        SignalKind::AuditLoggingRemoved,
        SignalKind::SessionTimeoutRaised,
        SignalKind::CertificateCheckOff,
    ] {
        assert!(code.contains(&kind), "{kind:?}");
    }
    assert!(!code.contains(&SignalKind::ActionNotPinned));
    let new = kinds("src/a.java", false, true);
    assert!(!new.contains(&SignalKind::AuditLoggingRemoved));
    assert!(!new.contains(&SignalKind::SessionTimeoutRaised));
    assert!(new.contains(&SignalKind::WeakHashOrCipher));
    let gone = kinds("src/a.java", true, false);
    assert!(gone.contains(&SignalKind::AuditLoggingRemoved));
    assert!(!gone.contains(&SignalKind::SessionTimeoutRaised));
    assert!(!gone.contains(&SignalKind::WeakHashOrCipher));
    assert_eq!(
        kinds("docs/a.java", true, true).len() + kinds("tests/a.json", true, true).len(),
        kinds("tests/a.json", true, true).len()
    );
    assert!(kinds("tests/ATest.java", true, true).contains(&SignalKind::TestSkipped));
}

#[test]
fn lines_that_do_something() {
    for (path, text, count) in [
        ("a.js", "/**\n * @param a\n */\n\nimport a from 'b';\nf();\n}", 2),
        ("a.rs", "//! x\n/// y\nuse a::b;\npub use a::c;\nlet user = 1;", 1),
        ("a.py", "# x\nfrom a import b\nfrom_here = 1", 1),
        ("a.cs", "using A.B;\nusing (var a = b)\nusing var a = b;", 2),
        ("A.java", "package a;\nimport b.C;\nint importance;", 1),
        ("a.c", "#include <a.h>\nint a;", 1),
    ] {
        let lines: Vec<&[u8]> = text.lines().map(str::as_bytes).collect();
        assert_eq!(code_lines(path.as_bytes(), &lines), count, "{path}");
    }
}

#[test]
fn tests_of_rust_are_in_any_file() {
    for (line, is_test) in [
        ("    #[test]", true),
        ("#[tokio::test(flavor = \"x\")]", true),
        ("#[cargo_test]", true),
        ("#[rstest]", true),
        ("#[wasm_bindgen_test]", true),
        ("#[cfg(test)]", false),
        ("#[testing]", false),
        ("#[derive(test)]", false),
        ("// #[test]", false),
    ] {
        let found = tests_of_rust(b"src/a.rs", &[line.as_bytes()]);
        assert_eq!(found == 1, is_test, "{line}");
    }
    assert_eq!(tests_of_rust(b"src/a.py", &[b"#[test]"]), 0);
}

#[test]
fn what_no_test_could_show() {
    for (path, expected) in [
        ("types.d.ts", true),
        ("types.d.mts", true),
        ("a.pyi", true),
        ("build.gradle", true),
        ("build.gradle.kts", true),
        ("Rakefile", true),
        ("setup.py", true),
        ("Dockerfile", true),
        ("jmh-benchmarks/src/A.java", true),
        ("benches/a.rs", true),
        ("hapi-examples/src/A.java", true),
        ("licenses/classgraph-MIT", true),
        ("licenses/check.py", false),
        ("src/a.ts", false),
        ("src/counterexamples/a.rs", false),
        ("lib/bench-press/a.js", false),
    ] {
        assert_eq!(is_beside_tests(path.as_bytes()), expected, "{path}");
    }
}

#[test]
fn a_move_of_another_kind_is_no_migration() {
    let kind = SignalKind::DestructiveMigration;
    let line = ["    dropTable('patients');"];
    assert!(!has(kind, &found("server/src/main/java/x/migration/Driver.java", &line, &[])));
    assert!(has(kind, &found("src/migrations/20240101_x.js", &line, &[])));
    assert!(has(kind, &found("migrations/x.js", &line, &[])));
}
