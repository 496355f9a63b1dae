//! Tests and scans that say less than they seem to, what hides from signals, waivers, and changes of odd forms.

use gitops_health_compliance::input::{Binding, Branch, Finding, Grade, Mode, Risk, ScanKind};
use gitops_health_compliance::{Evidence, ReportedScan, ReportedTests, read_evidence};
use gitops_health_git::Selection;
use serde_json::json;

use super::world::{
    ANN, BEGIN, BOB, CY, DAY, Fail, NotApplicable, NotAssessed, Pass, Report, Waived, World, rfc,
};

pub fn all(report: &mut Report) {
    tests(report);
    scans(report);
    findings(report);
    signals(report);
    waivers(report);
    governance(report);
    forms(report);
}

fn commit(id: impl Into<String>) -> Binding {
    Binding { commit: Some(id.into()), ..Binding::default() }
}

fn run(total: u64, failed: u64, skipped: u64, binds: Binding) -> ReportedTests {
    ReportedTests {
        suite: "unit".into(),
        total,
        failed,
        skipped,
        at: None,
        source: "junit".into(),
        grade: Grade::E2,
        digest: String::new(),
        binds,
    }
}

fn tests(report: &mut Report) {
    type Runs = fn(Binding, Binding) -> Vec<ReportedTests>;
    let all: [(&str, Runs, _); 14] = [
        ("passed", |last, _| vec![run(3, 0, 0, last)], Pass),
        ("passed, and some were skipped", |last, _| vec![run(3, 0, 2, last)], Pass),
        ("failed", |last, _| vec![run(3, 1, 0, last)], Fail),
        ("all were skipped", |last, _| vec![run(3, 0, 3, last)], Fail),
        ("none", |last, _| vec![run(0, 0, 0, last)], Fail),
        ("no run", |_, _| vec![], Fail),
        ("of the commit before", |_, first| vec![run(3, 0, 0, first)], Fail),
        ("of another commit", |_, _| vec![run(3, 0, 0, commit("0".repeat(40)))], Fail),
        ("of nothing", |_, _| vec![run(3, 0, 0, Binding::default())], Fail),
        ("one of two failed", |last, _| vec![run(3, 0, 0, last.clone()), run(3, 1, 0, last)], Fail),
        (
            "one of two is empty",
            |last, _| vec![run(3, 0, 0, last.clone()), run(0, 0, 0, last)],
            Pass,
        ),
        (
            "the commit before failed",
            |last, first| vec![run(3, 0, 0, last), run(3, 1, 0, first)],
            Pass,
        ),
        (
            "typed by somebody",
            |last, _| vec![ReportedTests { grade: Grade::E1, ..run(3, 0, 0, last) }],
            Fail,
        ),
        (
            "a failure that somebody typed",
            |last, _| {
                vec![
                    run(3, 0, 0, last.clone()),
                    ReportedTests { grade: Grade::E0, ..run(3, 1, 0, last) },
                ]
            },
            Fail,
        ),
    ];
    for (name, runs, wanted) in all {
        let mut world = World::changed();
        let first = world.head();
        world.commit(ANN, "fix: more\n\nWhy.\n");
        world.evidence.tests = Some(runs(world.head(), first));
        report.case("tests", name, &world, &[("tests-passed", wanted)]);
    }
    let world = World::changed();
    report.case("tests", "nobody ran any", &world, &[("tests-passed", NotAssessed)]);
    let case = |inside: &str| format!("<testcase name='a'>{inside}</testcase>");
    let good = case("");
    for (name, text, wanted) in [
        ("good", format!("<testsuite name='a' tests='1'>{good}</testsuite>"), Pass),
        (
            "a failure that is not counted",
            format!(
                "<testsuite name='a' tests='1' failures='0'>{}</testsuite>",
                case("<failure/>")
            ),
            Fail,
        ),
        (
            "an error that is not counted",
            format!("<testsuite name='a' tests='1' errors='0'>{}</testsuite>", case("<error/>")),
            Fail,
        ),
        (
            "a failure that is counted alone",
            format!("<testsuite name='a' tests='1' failures='1'>{good}</testsuite>"),
            Fail,
        ),
        (
            "an error that is counted alone",
            format!("<testsuite name='a' tests='1' errors='1'>{good}</testsuite>"),
            Fail,
        ),
        (
            "a failure around all suites",
            format!(
                "<testsuites failures='1'><testsuite name='a' tests='1'>{good}</testsuite></testsuites>"
            ),
            Fail,
        ),
        (
            "a failure of the suite",
            format!("<testsuite name='a' tests='1'>{good}<error/></testsuite>"),
            Fail,
        ),
        (
            "all were skipped, and that is not counted",
            format!("<testsuite name='a' tests='1' skipped='0'>{}</testsuite>", case("<skipped/>")),
            Fail,
        ),
        (
            "all were skipped by the count",
            format!("<testsuite name='a' tests='1' skipped='1'>{good}</testsuite>"),
            Fail,
        ),
        ("all were disabled", "<testsuite name='a' tests='5' disabled='5'/>".into(), Fail),
        (
            "a failure by a word",
            "<testsuite name='a' tests='1'><testcase name='a' result='failed'/></testsuite>".into(),
            Fail,
        ),
        (
            "not run, by a word",
            "<testsuite name='a' tests='1'><testcase name='a' status='notrun'/></testsuite>".into(),
            Fail,
        ),
        ("an empty suite", "<testsuite name='a' tests='0'/>".into(), Fail),
        ("no suite", "<testsuites/>".into(), Fail),
        (
            "a failure in a suite in a suite",
            format!(
                "<testsuites><testsuite name='a'><testsuite name='b'>{}</testsuite></testsuite></testsuites>",
                case("<failure/>")
            ),
            Fail,
        ),
        (
            "of two suites one failed",
            format!(
                "<testsuites><testsuite name='a'>{good}</testsuite><testsuite name='b'>{}</testsuite></testsuites>",
                case("<failure/>")
            ),
            Fail,
        ),
        (
            "a failure in a comment",
            format!("<testsuite name='a' tests='1'>{good}<!-- <failure/> --></testsuite>"),
            Pass,
        ),
        (
            "a failure that was good at last",
            format!("<testsuite name='a' tests='1'>{}</testsuite>", case("<flakyFailure/>")),
            Pass,
        ),
    ] {
        let mut world = World::changed();
        let read = read_evidence("junit.xml", text.as_bytes(), &world.head());
        world.evidence = read.unwrap_or_else(|error| panic!("{name}: {error}"));
        report.case("tests of JUnit", name, &world, &[("tests-passed", wanted)]);
    }
    for (name, suites, ran, wanted) in [
        ("the suite passed", &["unit"][..], "unit", Pass),
        ("another suite passed", &["unit"], "Unit", Fail),
        ("one of two passed", &["unit", "e2e"], "unit", Fail),
        ("none is asked for", &[], "unit", NotApplicable),
    ] {
        let mut world = World::changed();
        world.evidence.tests =
            Some(vec![ReportedTests { suite: ran.into(), ..run(3, 0, 0, world.head()) }]);
        world.parameter("required-suites", "suites", json!(suites));
        report.case("tests", name, &world, &[("required-suites", wanted)]);
    }
    for (name, files, wanted) in [
        (
            "code and a test",
            &[("src/x.py", "x\n".repeat(20)), ("tests/test_x.py", "x\n".into())][..],
            Pass,
        ),
        ("code alone", &[("src/x.py", "x\n".repeat(20))], Fail),
        (
            "code and an empty test",
            &[("src/x.py", "x\n".repeat(20)), ("tests/test_x.py", String::new())],
            Fail,
        ),
        (
            "code without an end in many files",
            &[("src/x.py", "x\n".repeat(6)), ("src/y.py", "y\n".repeat(6))],
            Fail,
        ),
        ("little code", &[("src/x.py", "x\n".repeat(10))], NotApplicable),
        ("documents", &[("docs/x.md", "x\n".repeat(100))], NotApplicable),
        (
            "code that attributes hide",
            &[(".gitattributes", "* -diff\n".into()), ("src/x.py", "x\n".repeat(20))],
            Fail,
        ),
    ] {
        let mut world = World::new();
        files.iter().for_each(|(path, text)| drop(world.repo.write(path, text).path().to_owned()));
        world.commit_only(ANN, "fix: a thing\n\nWhy.\n");
        report.case("tests", name, &world, &[("tests-with-code", wanted)]);
    }
}

fn scans(report: &mut Report) {
    let scan = |kind, is_complete, findings: &[(&str, u64)], binds| ReportedScan {
        tool: "tool".into(),
        kind,
        is_complete,
        findings: findings.iter().map(|(name, count)| ((*name).into(), *count)).collect(),
        at: None,
        source: "sarif".into(),
        grade: Grade::E2,
        digest: String::new(),
        binds,
    };
    for (kind, other, rule) in [
        (ScanKind::Code, ScanKind::Secrets, "code-scanned"),
        (ScanKind::Dependencies, ScanKind::Code, "vulnerabilities-known"),
    ] {
        let mut judge =
            |name: &str, wanted, list: &dyn Fn(Binding, Binding) -> Vec<ReportedScan>| {
                let mut world = World::changed();
                let first = world.head();
                world.commit(ANN, "fix: more\n\nWhy.\n");
                world.evidence.scans = Some(list(world.head(), first));
                report.case("scans", &format!("{rule}: {name}"), &world, &[(rule, wanted)]);
            };
        judge("nothing was found", Pass, &|last, _| vec![scan(kind, true, &[], last)]);
        judge("something low", Pass, &|last, _| {
            vec![scan(kind, true, &[("low", 3), ("high", 0)], last)]
        });
        judge("something high", Fail, &|last, _| vec![scan(kind, true, &[("high", 1)], last)]);
        judge("something critical", Fail, &|last, _| {
            vec![scan(kind, true, &[("critical", 1)], last)]
        });
        judge("a word that nobody knows", Fail, &|last, _| {
            vec![scan(kind, true, &[("CRITICAL", 1)], last)]
        });
        judge("it did not end", Fail, &|last, _| vec![scan(kind, false, &[], last)]);
        judge("of the commit before", Fail, &|_, first| vec![scan(kind, true, &[], first)]);
        judge("of another commit", Fail, &|_, _| {
            vec![scan(kind, true, &[], commit("0".repeat(40)))]
        });
        judge("of nothing", Fail, &|_, _| vec![scan(kind, true, &[], Binding::default())]);
        judge("another scan", Fail, &|last, _| vec![scan(other, true, &[], last)]);
        judge("no scan", Fail, &|_, _| vec![]);
        judge("typed by hand at E0", Fail, &|last, _| {
            vec![ReportedScan { grade: Grade::E0, ..scan(kind, true, &[], last) }]
        });
        judge("one of two found something", Fail, &|last, _| {
            vec![scan(kind, true, &[], last.clone()), scan(kind, true, &[("high", 1)], last)]
        });
        judge("one that did not end found something", Fail, &|last, _| {
            vec![scan(kind, true, &[], last.clone()), scan(kind, false, &[("high", 1)], last)]
        });
        judge("the commit before had something", Pass, &|last, first| {
            vec![scan(kind, true, &[], last), scan(kind, true, &[("high", 1)], first)]
        });
        let world = World::changed();
        report.case("scans", &format!("{rule}: nobody scanned"), &world, &[(rule, NotAssessed)]);
    }
    let result = |more: serde_json::Value| {
        let mut result = json!({"ruleId": "x", "level": "error", "message": {"text": "x"}});
        result.as_object_mut().expect("one").extend(more.as_object().expect("one").clone());
        result
    };
    let fine = json!([{"executionSuccessful": true}]);
    for (name, results, invocations, wanted) in [
        ("nothing", json!([]), fine.clone(), Pass),
        ("an error", json!([result(json!({}))]), fine.clone(), Fail),
        (
            "suppressed",
            json!([result(json!({"suppressions": [{"kind": "inSource"}]}))]),
            fine.clone(),
            Pass,
        ),
        (
            "suppressed and accepted",
            json!([result(json!({"suppressions": [{"kind": "external", "status": "accepted"}]}))]),
            fine.clone(),
            Pass,
        ),
        (
            "suppression is under review",
            json!([result(
                json!({"suppressions": [{"kind": "external", "status": "underReview"}]})
            )]),
            fine.clone(),
            Fail,
        ),
        (
            "suppression is rejected",
            json!([result(json!({"suppressions": [{"kind": "external", "status": "rejected"}]}))]),
            fine.clone(),
            Fail,
        ),
        (
            "one of two suppressions is rejected",
            json!([result(
                json!({"suppressions": [{"kind": "inSource"}, {"kind": "external", "status": "rejected"}]})
            )]),
            fine.clone(),
            Fail,
        ),
        ("no suppression", json!([result(json!({"suppressions": []}))]), fine.clone(), Fail),
        (
            "it was there before",
            json!([result(json!({"baselineState": "unchanged"}))]),
            fine.clone(),
            Fail,
        ),
        ("it is gone", json!([result(json!({"baselineState": "absent"}))]), fine.clone(), Pass),
        (
            "an error of points",
            json!([result(json!({"level": "note", "properties": {"security-severity": "9.8"}}))]),
            fine.clone(),
            Fail,
        ),
        ("it did not end", json!([]), json!([{"executionSuccessful": false}]), Fail),
        (
            "one of two runs did not end",
            json!([]),
            json!([{"executionSuccessful": true}, {"executionSuccessful": false}]),
            Fail,
        ),
        ("no results", json!(null), fine, Fail),
    ] {
        let mut run = json!({"tool": {"driver": {"name": "CodeQL"}}, "invocations": invocations});
        if !results.is_null() {
            run["results"] = results;
        }
        let text = json!({"version": "2.1.0", "runs": [run]}).to_string();
        let mut world = World::changed();
        let read = read_evidence("x.sarif", text.as_bytes(), &world.head());
        world.evidence = read.unwrap_or_else(|error| panic!("{name}: {error}"));
        report.case("scans of SARIF", name, &world, &[("code-scanned", wanted)]);
    }
}

fn findings(report: &mut Report) {
    let found = |category: &str, severity: &str, is_accepted| Finding {
        title: None,
        within: None,
        rule: "x".into(),
        category: category.into(),
        severity: severity.into(),
        path: Some("src/main.py".into()),
        line: Some(2),
        is_accepted,
    };
    for (name, list, secrets, health) in [
        ("nobody looked", None, NotAssessed, NotAssessed),
        ("nothing", Some(vec![]), Pass, Pass),
        ("a secret", Some(vec![found("secret", "high", false)]), Fail, Pass),
        ("health data", Some(vec![found("phi", "high", false)]), Pass, Fail),
        (
            "both",
            Some(vec![found("phi", "high", false), found("secret", "medium", false)]),
            Fail,
            Fail,
        ),
        (
            "low ones",
            Some(vec![found("phi", "low", false), found("secret", "low", false)]),
            Pass,
            Pass,
        ),
        (
            "of a severity that nobody knows",
            Some(vec![found("phi", "HUGE", false), found("secret", "HUGE", false)]),
            Fail,
            Fail,
        ),
        (
            "accepted ones",
            Some(vec![found("phi", "high", true), found("secret", "high", true)]),
            Pass,
            Pass,
        ),
        (
            "one of two is accepted",
            Some(vec![found("phi", "high", true), found("phi", "high", false)]),
            Pass,
            Fail,
        ),
        ("an address", Some(vec![found("pii", "high", false)]), Pass, Pass),
    ] {
        for accepts in [true, false] {
            let mut world = World::changed();
            world.findings = list.clone();
            let is_accepted = list.iter().flatten().any(|it| it.is_accepted);
            let (mut secrets, mut health) = (secrets, health);
            if !accepts {
                world.parameter("no-secrets", "accepted", json!(false));
                world.parameter("no-health-data", "accepted", json!(false));
                if is_accepted {
                    secrets = if name == "accepted ones" { Fail } else { secrets };
                    health = Fail;
                }
            }
            let name = format!("{name}{}", if accepts { "" } else { ", and none is accepted" });
            let looked = if list.is_some() { Pass } else { NotAssessed };
            let wanted =
                [("no-secrets", secrets), ("no-health-data", health), ("scanned-for-phi", looked)];
            report.case("findings", &name, &world, &wanted);
        }
    }
}

const BAD: &str = "requests.get(url, verify=False)\n";

fn signals(report: &mut Report) {
    let utf16 = |text: &str| {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect::<Vec<u8>>()
    };
    type Text = Vec<u8>;
    let all: Vec<(&str, Vec<(&str, Text)>, _)> = vec![
        ("nothing", vec![("src/x.py", b"x\n".to_vec())], Pass),
        ("in a comment", vec![("src/x.py", format!("# {BAD}").into())], Pass),
        ("in a document", vec![("docs/x.md", BAD.into())], NotApplicable),
        ("in a test", vec![("tests/test_x.py", BAD.into())], NotApplicable),
        ("plain", vec![("src/x.py", BAD.into())], Fail),
        ("lines of Windows", vec![("src/x.py", BAD.replace('\n', "\r\n").into())], Fail),
        ("no last newline", vec![("src/x.py", BAD.trim().into())], Fail),
        ("a byte order mark", vec![("src/x.py", format!("\u{feff}{BAD}").into())], Fail),
        ("with blanks", vec![("src/x.py", b"requests.get(url, verify = False)\n".to_vec())], Fail),
        (
            "after many lines",
            vec![("src/x.py", format!("{}{BAD}", "x = 1\n".repeat(20_000)).into())],
            Fail,
        ),
        (
            "attributes: -diff",
            vec![(".gitattributes", b"*.py -diff\n".to_vec()), ("src/x.py", BAD.into())],
            Fail,
        ),
        (
            "attributes: binary",
            vec![(".gitattributes", b"*.py binary\n".to_vec()), ("src/x.py", BAD.into())],
            Fail,
        ),
        (
            "attributes: generated",
            vec![
                (".gitattributes", b"*.py linguist-generated\n".to_vec()),
                ("src/x.py", BAD.into()),
            ],
            Fail,
        ),
        (
            "attributes: vendored",
            vec![
                (".gitattributes", b"*.py linguist-vendored\n".to_vec()),
                ("src/x.py", BAD.into()),
            ],
            Fail,
        ),
        (
            "attributes of the directory",
            vec![("src/.gitattributes", b"* -diff -text\n".to_vec()), ("src/x.py", BAD.into())],
            Fail,
        ),
        (
            "lines of old Macs",
            vec![("src/x.py", format!("x = 1\r{}", BAD.replace('\n', "\r")).into())],
            Fail,
        ),
        (
            "behind a comment of an old Mac",
            vec![("src/x.py", format!("# a comment\r{BAD}").into())],
            Fail,
        ),
        (
            "in UTF-16",
            vec![(
                "src/x.cs",
                utf16(
                    "handler.ServerCertificateCustomValidationCallback = (a, b, c, d) => true;\n",
                ),
            )],
            NotAssessed,
        ),
        (
            "behind a NUL",
            vec![("src/x.js", b"// \0\nagent = {rejectUnauthorized: false}\n".to_vec())],
            NotAssessed,
        ),
        ("a picture", vec![("img/x.png", b"\x89PNG\0\0\n".to_vec())], NotApplicable),
        ("a picture of a test", vec![("test/x.png", b"\x89PNG\0\0\n".to_vec())], NotApplicable),
        ("a name in capitals", vec![("SRC/X.PY", BAD.into())], Fail),
        ("a name with a blank", vec![("src/a b.py", BAD.into())], Fail),
        ("a name with a quotation mark", vec![("src/a\"b.py", BAD.into())], Fail),
        (
            "a program behind a comment",
            vec![("src/x.js", b"/* x */ agent = {rejectUnauthorized: false}\n".to_vec())],
            Fail,
        ),
        (
            "a mark of a comment in a text",
            vec![("src/x.py", b"get('a # b', verify=False)\n".to_vec())],
            Fail,
        ),
        (
            "in a very long line",
            vec![("src/x.py", format!("x = '{}'; {BAD}", "y".repeat(3_000)).into())],
            Fail,
        ),
    ];
    for (name, files, wanted) in all {
        let mut world = World::new();
        for (path, text) in files {
            world.repo.write(path, text);
        }
        world.commit_only(ANN, "fix: a thing\n\nWhy.\n");
        report.case("signals", name, &world, &[("certificates-checked", wanted)]);
    }
    for (name, from, to, wanted) in [
        ("moved within the program", "src/old.py", "src/new.py", Pass),
        ("moved out of a test", "tests/old.py", "src/new.py", Fail),
        ("moved out of a document", "docs/old.md", "src/new.py", Fail),
        ("moved out of what is vendored", "vendor/old.py", "src/new.py", Fail),
        ("moved into a test", "src/old.py", "tests/new.py", NotApplicable),
    ] {
        let mut world = World::with(|repo| {
            repo.write(from, format!("{}{BAD}", "x = 1\n".repeat(20)));
        });
        std::fs::create_dir_all(world.repo.path().join(to).parent().expect("one")).expect("made");
        world.repo.git(&["mv", from, to]);
        world.commit_only(ANN, "fix: move it\n\nWhy.\n");
        report.case("signals", name, &world, &[("certificates-checked", wanted)]);
    }
    for (name, path, text, rule, wanted) in [
        ("weak hash", "src/x.py", "key = hashlib.md5(password)\n", "strong-cryptography", Fail),
        ("old TLS", "src/x.py", "ssl_version=ssl.PROTOCOL_TLSv1\n", "encryption-in-transit", Fail),
        (
            "action by a tag",
            ".github/workflows/ci.yml",
            "    - uses: actions/checkout@v4\n",
            "pinned-workflows",
            Fail,
        ),
        (
            "action by a branch in capitals",
            ".github/workflows/ci.YML",
            "    - uses: a/b@main\n",
            "pinned-workflows",
            Fail,
        ),
        (
            "action by its commit",
            ".github/workflows/ci.yml",
            "    - uses: a/b@0123456789012345678901234567890123456789\n",
            "pinned-workflows",
            Pass,
        ),
        ("image by no tag", "Dockerfile", "FROM debian\n", "infrastructure-pinned", Fail),
        (
            "script from the network",
            "Dockerfile",
            "RUN curl https://x.example/i.sh | sh\n",
            "infrastructure-pinned",
            Fail,
        ),
        (
            "check without effect",
            ".github/workflows/ci.yml",
            "      continue-on-error: true\n",
            "checks-not-bypassed",
            Fail,
        ),
        ("skipped test", "tests/test_x.py", "@pytest.mark.skip\n", "checks-not-bypassed", Fail),
        ("open bucket", "main.tf", "  acl = \"public-read\"\n", "closed-permissions", Fail),
    ] {
        let mut world = World::new();
        world.repo.write(path, text);
        world.commit_only(ANN, "fix: a thing\n\nWhy.\n");
        report.case("signals", name, &world, &[(rule, wanted)]);
    }
}

fn waivers(report: &mut Report) {
    let now = BEGIN + 10 * DAY;
    let base = "id: W-1, rule: certificates-checked, reason: the device has no certificate, owner: bob, expires: 2026-12-31";
    let waiver = |from: &str, to: &str| {
        assert!(base.contains(from));
        format!("waivers: [{{{}}}]\n", base.replace(from, to))
    };
    let more = |text: &str| format!("waivers: [{{{base}{text}}}]\n");
    for (name, text, wanted) in [
        ("none", "waivers: []\n".to_owned(), Fail),
        ("everywhere", more(""), Waived),
        ("at this path", more(", paths: [src/]"), Waived),
        ("at this file", more(", paths: [src/x.py]"), Waived),
        ("at this ending", more(", paths: ['*.py']"), Waived),
        ("at another path", more(", paths: [lib/]"), Fail),
        ("at a path of another case", more(", paths: [SRC/]"), Fail),
        ("of another subject", more(", subjects: [x]"), Fail),
        ("of this path and another subject", more(", paths: [src/], subjects: [x]"), Fail),
        ("of another rule", waiver("certificates-checked", "signed-commits"), Fail),
        ("of no rule", waiver("certificates-checked", "certificates"), Fail),
        ("expired", waiver("2026-12-31", "2026-01-10"), Fail),
        ("expires today", waiver("2026-12-31", "2026-01-11"), Waived),
        ("expires at the second", waiver("2026-12-31", &rfc(now)), Waived),
        ("expired a second ago", waiver("2026-12-31", &rfc(now - 1)), Fail),
        ("the owner is the author", waiver("owner: bob", "owner: ann"), Fail),
        ("the owner is nobody", waiver("owner: bob", "owner: eve"), Fail),
        ("the owner is Bob in capitals", waiver("owner: bob", "owner: BOB"), Fail),
        ("the owner is an address", waiver("owner: bob", "owner: bob@example.com"), Fail),
        ("the owner is a bot", waiver("owner: bob", "owner: deps"), Fail),
        ("the owner is a team", waiver("owner: bob", "owner: team"), Fail),
        (
            "one of two has expired",
            format!(
                "waivers: [{{{base}}}, {{{}}}]\n",
                base.replace("W-1", "W-2").replace("2026-12-31", "2026-01-01")
            ),
            Waived,
        ),
    ] {
        for is_trusted in [true, false] {
            let path = ".gitops-health/waivers.yaml";
            let mut world = match is_trusted {
                true => World::with(|repo| drop(repo.write(path, &text).path().to_owned())),
                false => World::new(),
            };
            if !is_trusted {
                world.repo.write(path, &text);
            }
            world.repo.write("src/x.py", BAD);
            world.commit_only(ANN, "fix: a thing\n\nWhy.\n");
            let (name, wanted) = match is_trusted {
                true => (name.to_owned(), wanted),
                false => (format!("{name}, brought by the change"), Fail),
            };
            report.case("waivers", &name, &world, &[("certificates-checked", wanted)]);
        }
    }
    for (name, author, message, paths, wanted) in [
        (
            "the owner is a co-author",
            ANN,
            "fix\n\nWhy.\n\nCo-authored-by: B <BOB@example.com>\n",
            "",
            Fail,
        ),
        ("the owner is another author", BOB, "fix\n\nWhy.\n", "", Fail),
        ("somebody else wrote it", CY, "fix\n\nWhy.\n", "", Waived),
        ("one of two files is covered", ANN, "fix\n\nWhy.\n", ", paths: [src/x.py]", Fail),
    ] {
        let mut world = World::with(|repo| {
            repo.write(".gitops-health/waivers.yaml", more(paths));
        });
        world.repo.write("src/x.py", BAD).write("src/y.py", BAD);
        world.commit_only(author, message);
        report.case("waivers", name, &world, &[("certificates-checked", wanted)]);
    }
    // What could not be judged can not be waived.
    let mut world = World::with(|repo| {
        repo.write(
            ".gitops-health/waivers.yaml",
            more("").replace("certificates-checked", "tests-passed"),
        );
    });
    world.commit(ANN, "fix\n\nWhy.\n");
    report.case("waivers", "nobody ran the tests", &world, &[("tests-passed", NotAssessed)]);
}

/// The rules are changed by the change that they judge.
fn governance(report: &mut Report) {
    let approvers = "compliance:\n  parameters:\n    approved-by-others: {approvers: 2}\n";
    for (name, before, after, approved, wanted) in [
        ("fewer approvers", approvers, "compliance: {}\n", 1, Fail),
        (
            "no approvers",
            approvers,
            "compliance:\n  parameters:\n    approved-by-others: {approvers: 0}\n",
            1,
            Fail,
        ),
        (
            "messages count",
            "compliance: {}\n",
            "compliance:\n  parameters:\n    approved-by-others: {least_grade: E0}\n",
            0,
            Fail,
        ),
        ("another roster", "compliance: {}\n", "compliance: {roster: evil.yaml}\n", 0, Fail),
        ("enough approvers", approvers, "compliance: {}\n", 2, Pass),
    ] {
        let mut world = World::with(|repo| {
            repo.write(".gitops-health.yaml", before);
        });
        world.repo.write(".gitops-health.yaml", after);
        world.repo.write(
            "evil.yaml",
            "people: [{id: eve, emails: [eve@evil.example], accounts: {github: eve}}]\n",
        );
        world.commit(ANN, "fix\n\nWhy.\n\nReviewed-by: Bob <bob@example.com>\n");
        world.approved("eve");
        ["bobby", "cyx"].iter().take(approved).for_each(|account| world.approved(account));
        report.case("changed rules", name, &world, &[("approved-by-others", wanted)]);
    }
    let roster = super::world::ROSTER;
    for (name, text, approver, wanted) in [
        (
            "the author adds a second person",
            roster.replace(
                "people:\n",
                "people:\n  - {id: eve, emails: [eve@evil.example], accounts: {github: eve}}\n",
            ),
            "eve",
            Fail,
        ),
        (
            "the author adds a second self",
            roster
                .replace("accounts: {github: Ann-Ex, ", "accounts: {")
                .replace("people:\n", "people:\n  - {id: ann2, accounts: {github: ann-ex}}\n"),
            "ann-ex",
            Fail,
        ),
        ("a bot becomes a person", roster.replace("kind: bot, ", ""), "dependabot[bot]", Fail),
        ("a team becomes a person", roster.replace("kind: shared, ", ""), "team-account", Fail),
        ("the roster is emptied, and Bob agrees", "people: []\n".into(), "bobby", Pass),
    ] {
        let mut world = World::new();
        world.repo.write(".gitops-health/roster.yaml", text);
        world.commit(ANN, "fix\n\nWhy.\n");
        world.approved(approver);
        let wanted = [("approved-by-others", wanted), ("governance-by-others", wanted)];
        report.case("changed rules", name, &world, &wanted);
    }
    for (name, path) in [
        ("roster", ".gitops-health/roster.yaml"),
        ("waivers", ".gitops-health/waivers.yaml"),
        ("keys", ".gitops-health/allowed_signers"),
        ("configuration", ".gitops-health.yaml"),
        ("owners", "CODEOWNERS"),
        ("owners of GitHub", ".github/CODEOWNERS"),
        ("owners of GitLab", ".gitlab/CODEOWNERS"),
        ("owners in documents", "docs/CODEOWNERS"),
        ("map", ".mailmap"),
        ("attributes", ".gitattributes"),
        ("attributes of a directory", "src/.gitattributes"),
        ("baseline", ".gitops-health-baseline.jsonl"),
        ("hooks", ".pre-commit-config.yaml"),
        ("hooks of husky", ".husky/pre-commit"),
        ("what scanners pass over", ".gitleaksignore"),
    ] {
        for (kind, approver, wanted) in [
            ("nobody", None, Fail),
            ("somebody", Some("cyx"), Fail),
            ("the one who may", Some("bobby"), Pass),
        ] {
            let mut world = World::new();
            world.repo.write(path, "{}\n");
            world.commit_only(ANN, "fix: a thing\n\nWhy.\n");
            if let Some(approver) = approver {
                world.approved(approver);
            }
            report.case(
                "changed rules",
                &format!("{name}, {kind}"),
                &world,
                &[("governance-by-others", wanted)],
            );
        }
    }
    // The configuration says that they are elsewhere.
    for path in [
        "ops/people.yaml",
        "ops/waivers.yaml",
        "ops/signers",
        "ops/revoked",
        "ops/keys.asc",
        "ops/x509.pem",
        "ops/rules/ours.rego",
        "ops/rules/ours_test.rego",
        "ops/rules/frameworks/ours.yaml",
        "ops/one.rego",
        "ops/rules",
    ] {
        for (kind, approver, wanted) in
            [("nobody", "ann-ex", Fail), ("the one who may", "bobby", Pass)]
        {
            let mut world = World::with(|repo| {
                let config = "compliance: {roster: ops/people.yaml, waivers: ops/waivers.yaml, \
                     allowed_signers: ops/signers, revoked_keys: ops/revoked, openpgp_keys: ops/keys.asc, x509_certificates: ops/x509.pem, \
                     policies: [ops/rules, ops/one.rego]}\n";
                repo.write(".gitops-health.yaml", config)
                    .write("ops/people.yaml", super::world::ROSTER);
            });
            world.repo.write(path, "{}\n");
            world.commit_only(ANN, "fix: a thing\n\nWhy.\n");
            world.approved(approver);
            report.case(
                "changed rules",
                &format!("{path}, {kind}"),
                &world,
                &[("governance-by-others", wanted)],
            );
        }
    }
}

fn forms(report: &mut Report) {
    let mut world = World::new();
    world.commit_only(ANN, "chore: nothing\n");
    let wanted = [
        ("approved-by-others", NotApplicable),
        ("tests-passed", NotApplicable),
        ("known-people", Pass),
        ("reason-given", Pass),
    ];
    report.case("forms", "an empty change", &world, &wanted);
    let mut world = World::new();
    world.selection = Selection::Commit("BASE".into());
    world.mode = Mode::Commit;
    let wanted = [
        ("known-people", NotAssessed),
        ("owner-approval", NotAssessed),
        ("signed-commits", NotAssessed),
        ("governance-by-others", NotAssessed),
        ("approved-by-others", Fail),
        ("plausible-dates", Pass),
    ];
    report.case("forms", "a root", &world, &wanted);
    let mut world = World::new();
    world.repo.remove(".gitops-health/roster.yaml");
    world.commit_only(BOB, "no roster\n");
    world.repo.git(&["tag", "--force", "BASE", "HEAD"]);
    world.repo.write(".gitops-health/roster.yaml", super::world::ROSTER);
    world.commit(ANN, "fix\n\nWhy.\n");
    world.approved("bobby");
    let wanted = [
        ("approved-by-others", Fail),
        ("known-people", NotAssessed),
        ("active-people", NotAssessed),
        ("unshared-identities", NotAssessed),
        ("governance-by-others", NotAssessed),
        ("proven-bots", NotAssessed),
    ];
    report.case("forms", "the change brings the roster", &world, &wanted);
    // Not committed.
    let mut world = World::new();
    world.repo.write("src/main.py", BAD);
    world.repo.git(&["add", "--all"]);
    (world.selection, world.mode) = (Selection::Staged, Mode::Staged);
    let wanted = [
        ("approved-by-others", NotAssessed),
        ("tests-passed", NotAssessed),
        ("owner-approval", NotAssessed),
    ];
    report.case("forms", "not committed", &world, &wanted);
    // A branch that was joined in, with somebody's commits in it.
    for (name, approver, wanted) in
        [("the merger", "bobby", Fail), ("the author", "ann-ex", Fail), ("a third", "cyx", Pass)]
    {
        let mut world = World::changed();
        let side = world.repo.id("HEAD");
        let base = world.repo.id("BASE");
        let mut made = world.made(BOB, b"Merge branch 'x'\n");
        made.parents = Some(vec![base, side]);
        world.make(made);
        world.approved(approver);
        let wanted = [
            ("approved-by-others", wanted),
            ("ticket-reference", Fail),
            ("linear-or-merged", NotApplicable),
        ];
        report.case("forms", &format!("a merge, approved by {name}"), &world, &wanted);
    }
    // The merge alone, which has what others wrote in it.
    let mut world = World::changed();
    let tree = world.repo.id("HEAD^{tree}");
    let parents = vec![world.repo.id("BASE"), world.repo.id("HEAD")];
    let mut made = world.made(BOB, b"Merge branch 'x'\n");
    made.parents = Some(parents);
    world.make(made);
    (world.selection, world.mode) = (Selection::Commit("HEAD".into()), Mode::Commit);
    world.says(
        "ann-ex",
        gitops_health_compliance::input::ApprovalState::Approved,
        1,
        Binding { tree: Some(tree), ..Binding::default() },
    );
    report.case(
        "forms",
        "a merge alone, approved by who wrote it",
        &world,
        &[("approved-by-others", Fail), ("reason-given", NotApplicable)],
    );
    let mut world = World::new();
    world.repo.git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        "160000,1234567890123456789012345678901234567890,lib",
    ]);
    std::fs::create_dir(world.repo.path().join("lib")).expect("made");
    let wanted = [
        ("no-binaries", Fail),
        ("dependencies-reviewed", Fail),
        ("certificates-checked", NotApplicable),
    ];
    world.commit_only(ANN, "fix: a module\n\nWhy.\n");
    report.case("forms", "a submodule", &world, &wanted);
    for (name, target) in [("a link within", "docs/a.md"), ("a link out of it", "../../etc/passwd")]
    {
        let mut world = World::new();
        let id = world.repo.git_with_input(&["hash-object", "-w", "--stdin"], target.as_bytes());
        let entry = format!("120000,{},link", String::from_utf8(id).expect("an id").trim());
        world.repo.git(&["update-index", "--add", "--cacheinfo", &entry]);
        world.repo.git(&["checkout-index", "--all", "--force"]);
        world.commit_only(ANN, "fix: a link\n\nWhy.\n");
        report.case("forms", name, &world, &[("no-binaries", Fail)]);
    }
    for (name, path, text, wanted) in [
        ("a program", "bin/x.exe", &b"MZ\0"[..], Fail),
        ("a program in capitals", "bin/X.EXE", b"MZ\0", Fail),
        ("a picture", "img/x.png", b"\x89PNG\0", Pass),
        ("WebAssembly", "test/x.wasm", b"\0asm", Fail),
        ("a program that is called data", "data/x.bin", b"\x7fELF\x02\0", Fail),
        ("data", "data/x.bin", b"\0\x01", Pass),
        ("a library in a test", "tests/x.jar", b"PK\0", Fail),
        ("a text that is called so", "bin/x.so", b"text\n", Fail),
    ] {
        let mut world = World::new();
        world.repo.write(path, text);
        world.commit_only(ANN, "fix: a file\n\nWhy.\n");
        report.case("forms", name, &world, &[("no-binaries", wanted)]);
    }
    // More files than are listed, and what is behind them.
    let mut world = World::new();
    for number in 0..5_000 {
        world.repo.write(format!("a/{number}.txt"), "x\n");
    }
    world.repo.write("src/x.py", BAD).write(".github/workflows/ci.yml", "on: push\n");
    world.commit_only(ANN, "fix: many files\n\nWhy.\n");
    world.approved("bobby");
    let cut = [
        "certificates-checked",
        "ci-by-others",
        "checks-not-bypassed",
        "no-binaries",
        "owner-approval",
        "governance-by-others",
        "tests-with-code",
        "pinned-workflows",
        "dependencies-reviewed",
        "rollback-planned",
        "privacy-review",
        "two-owners",
        "validated-change",
        "benchmark-kept",
        "record-of-processing",
        "safe-migrations",
    ];
    let wanted: Vec<_> = cut.into_iter().map(|rule| (rule, NotAssessed)).collect();
    report.case("forms", "too many files", &world, &wanted);
    let branch = |name: &str, is_protected, is_fast_forward| {
        Some(Branch { name: name.into(), is_protected, is_fast_forward })
    };
    for (name, branch, forward, request) in [
        ("nobody says where it goes", None, NotAssessed, NotAssessed),
        ("a branch of nobody", branch("x", false, Some(false)), NotApplicable, NotApplicable),
        ("rewritten", branch("main", true, Some(false)), Fail, NotAssessed),
        (
            "not known whether it was rewritten",
            branch("main", true, None),
            NotAssessed,
            NotAssessed,
        ),
        ("moved on", branch("main", true, Some(true)), Pass, NotAssessed),
    ] {
        let mut world = World::changed();
        world.branch = branch;
        report.case(
            "forms",
            name,
            &world,
            &[("forward-only", forward), ("merged-through-request", request)],
        );
    }
    for (name, score, approvers, wanted) in [
        ("no risk is known", None, &["bobby"][..], NotAssessed),
        ("little risk", Some(59), &[], NotApplicable),
        ("much risk, one approver", Some(60), &["bobby"], Fail),
        ("much risk, two approvers", Some(60), &["bobby", "cyx"], Pass),
        ("much risk, the author is the second", Some(90), &["bobby", "ann-ex"], Fail),
        ("much risk, one approver twice", Some(90), &["bobby", "BOBBY"], Fail),
    ] {
        let mut world = World::changed();
        world.risk = score.map(|score| Risk { score, band: "high".into() });
        world.evidence =
            Evidence { tests: Some(vec![run(3, 0, 0, world.head())]), ..Evidence::default() };
        approvers.iter().for_each(|account| world.approved(account));
        report.case("forms", name, &world, &[("risk-reviewed", wanted)]);
    }
}
