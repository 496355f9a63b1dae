//! All formats say the same of one report, whatever stands in it.

use std::collections::BTreeSet;

use gitops_health_compliance::{Strength, Verdict};
use serde_json::Value;

use super::sample::{LONG, ODD, clean, empty, report, without_frameworks};
use super::{
    ClauseRule, ClauseVerdict, ComplianceReport, github, gitlab, html, json, junit, markdown,
    rdjson, sarif, tap, text,
};

/// Findings of rules that fail, and two rules that should have been evaluated.
const PROBLEMS: usize = LONG + 3 + 2;

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("there is a list")
}

fn both() -> [ComplianceReport; 2] {
    [report(), without_frameworks()]
}

#[test]
fn json_has_all_that_the_report_has() {
    let json = parsed(&json(&report()));
    let counts = ["pass", "fail", "waived", "not_applicable", "not_assessed", "error"];
    let counts = counts.map(|name| json["counts"][name].as_u64().expect("it is counted"));
    assert_eq!(counts, [1, 2, 1, 1, 2, 1]);
    assert_eq!(list(&json["rules"]).len() as u64, counts.iter().sum::<u64>());
    assert_eq!(json["notes"][0], ODD);
}

#[test]
fn gitlab_has_each_problem_once_at_a_place() {
    for report in both() {
        let entries = parsed(&gitlab(&report));
        let entries = list(&entries);
        assert_eq!(entries.len(), PROBLEMS);
        let prints: BTreeSet<&str> =
            entries.iter().filter_map(|entry| entry["fingerprint"].as_str()).collect();
        assert_eq!(prints.len(), PROBLEMS);
        for entry in entries {
            assert!(entry["location"]["lines"]["begin"].as_u64() > Some(0), "{entry}");
            assert!(!entry["location"]["path"].as_str().expect("it is text").is_empty());
            let severity = entry["severity"].as_str().expect("it is a word");
            assert!(["minor", "major", "critical", "blocker"].contains(&severity));
        }
    }
    assert_eq!(gitlab(&clean()), "[]\n");
}

#[test]
fn a_fingerprint_is_that_of_the_finding() {
    let entries = parsed(&gitlab(&report()));
    let of = |rule: &str| {
        let of = list(&entries).iter().filter(|entry| entry["check_name"] == rule);
        of.map(|entry| entry["fingerprint"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(of("many")[LONG - 1], format!("print-{LONG}"));
    assert_eq!((&of("odd")[0], &of("odd")[2]), (&"same".into(), &"commit".into()));
    assert_ne!(of("odd")[1], "same");
}

#[test]
fn reviewdog_has_each_problem_at_a_place() {
    for report in both() {
        let result = parsed(&rdjson(&report));
        let diagnostics = list(&result["diagnostics"]);
        assert_eq!(diagnostics.len(), PROBLEMS);
        assert_eq!(
            (&result["source"]["name"], &result["severity"]),
            (&"gitops-health".into(), &"ERROR".into())
        );
        for diagnostic in diagnostics {
            assert!(diagnostic["location"]["range"]["start"]["line"].as_u64() > Some(0));
            assert!(
                diagnostic["location"]["path"].is_string()
                    && diagnostic["code"]["value"].is_string()
            );
            let severity = diagnostic["severity"].as_str().expect("it is a word");
            assert!(["ERROR", "WARNING", "INFO"].contains(&severity));
        }
    }
    assert!(list(&parsed(&rdjson(&clean()))["diagnostics"]).is_empty());
}

#[test]
fn github_has_each_problem_and_a_sum_and_no_other_command() {
    for report in both() {
        let out = github(&report);
        let of = |level: &str| out.lines().filter(|line| line.starts_with(level)).count();
        let [errors, warnings, notices] = ["::error ", "::warning ", "::notice "].map(of);
        assert_eq!([errors, warnings, notices], [3, LONG + 1, 2]);
        assert_eq!(out.lines().count(), errors + warnings + notices);
        assert!(out.lines().all(|line| !line.contains('\r')));
    }
}

#[test]
fn github_shows_each_rule_before_it_shows_one_twice() {
    let out = github(&report());
    let titles = out.lines().map(|line| line.split("title=").nth(1).unwrap_or_default());
    let titles: Vec<&str> =
        titles.map(|title| title.split("::").next().unwrap_or_default()).collect();
    assert_eq!(titles[..3], ["odd (critical)", "odd (critical)", "odd (critical)"]);
    assert_eq!(titles[3..6], ["many (medium)", "erring (medium)", "many (medium)"]);
}

#[test]
fn github_tells_what_is_not_known_once_and_as_one_of_the_first_notices() {
    let out = github(&report());
    assert_eq!(out.matches("not known").count(), 2, "a line for each fact");
    let notices: Vec<&str> = out.lines().filter(|line| line.starts_with("::notice ")).collect();
    assert!(notices[0].starts_with("::notice title=compliance analyze::"));
    let told = notices[1];
    assert!(told.starts_with("::notice title=2 rules are not assessed::approvals not known"));
    assert!(told.contains(": unknown, unknown-and-idle%0ADo: Hand in the reviews"), "{told}");
    assert!(!github(&clean()).contains("not assessed::"));
}

#[test]
fn github_sums_up_even_if_nothing_was_found() {
    for report in [clean(), empty()] {
        let out = github(&report);
        assert!(out.starts_with("::notice title=compliance analyze::"), "{out}");
        assert_eq!(out.lines().count(), 1);
    }
}

#[test]
fn sarif_has_a_result_for_each_finding_and_what_is_waived_or_not_assessed() {
    for report in both() {
        let run = parsed(&sarif(&report))["runs"][0].clone();
        let results = list(&run["results"]);
        let of = |kind: &str| results.iter().filter(|it| it["kind"] == kind).count();
        let waived = results.iter().filter(|it| !list(&it["suppressions"]).is_empty()).count();
        assert_eq!([of("fail") - waived, waived, of("open")], [LONG + 3, 2, 2]);
        assert_eq!(results.len(), LONG + 3 + 2 + 2);
        assert_eq!(run["properties"]["counts"], parsed(&json(&report))["counts"]);
        let invocation = &run["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        let errors = list(&invocation["toolExecutionNotifications"]).iter();
        assert_eq!(errors.filter(|it| it["level"] == "error").count(), 1);
    }
}

#[test]
fn github_takes_each_result_of_sarif() {
    let run = parsed(&sarif(&report()))["runs"][0].clone();
    let rules = list(&run["tool"]["driver"]["rules"]);
    for result in list(&run["results"]) {
        let index = result["ruleIndex"].as_u64().expect("it has a rule") as usize;
        assert_eq!(result["ruleId"], rules[index]["id"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["region"]["startLine"].as_u64() > Some(0));
        let uri = place["artifactLocation"]["uri"].as_str().expect("it is text");
        assert!(!uri.is_empty() && !uri.contains([':', ' ', '#', '<', '|']), "{uri}");
        let words = result["message"]["text"].as_str().expect("it is text");
        assert!(!words.is_empty() && !words.contains("]("), "{words}");
        assert_eq!(result["kind"] == "open", result["level"] == "none");
    }
}

#[test]
fn rules_of_sarif_have_few_tags_and_clauses_that_are_there() {
    let mut report = report();
    for number in 0..30 {
        let mut more = report.frameworks[0].clone();
        more.framework = format!("more-{number}");
        report.frameworks.push(more);
    }
    let run = parsed(&sarif(&report))["runs"][0].clone();
    for rule in list(&run["tool"]["driver"]["rules"]) {
        assert!(list(&rule["properties"]["tags"]).len() <= 20);
        assert!(rule["help"]["text"].is_string() && rule["fullDescription"]["text"].is_string());
        let relationships = list(&rule["relationships"]);
        assert_eq!(relationships.len(), 32);
        for target in relationships.iter().map(|it| &it["target"]) {
            let component = &target["toolComponent"];
            let index = component["index"].as_u64().expect("it is a number") as usize;
            let taxonomy = &run["taxonomies"][index];
            assert_eq!(taxonomy["name"], component["name"]);
            let index = target["index"].as_u64().expect("it is a number") as usize;
            assert_eq!(taxonomy["taxa"][index]["id"], target["id"]);
        }
    }
}

#[test]
fn sarif_says_that_all_was_evaluated_where_it_was() {
    let run = parsed(&sarif(&clean()))["runs"][0].clone();
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert!(list(&run["results"]).is_empty() && run.get("taxonomies").is_none());
}

/// The elements with their tags, checked for what makes XML well-formed.
fn elements(xml: &str) -> Vec<(String, String)> {
    let (mut open, mut found) = (Vec::new(), Vec::new());
    let body = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").expect("it is XML");
    for part in body.split('<').skip(1) {
        let (tag, text) = part.split_once('>').expect("a tag ends");
        assert!(!text.contains('>'), "{text}");
        let escapes = text.split('&').skip(1).chain(tag.split('&').skip(1));
        let is_known = |it: &str| {
            ["lt;", "gt;", "amp;", "quot;", "#39;"].iter().any(|name| it.starts_with(name))
        };
        assert!(escapes.into_iter().all(is_known), "{part}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let name = tag.trim_end_matches('/').split(' ').next().unwrap_or_default().to_owned();
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        found.push((name.clone(), tag.to_owned()));
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    found
}

fn tags_of(xml: &str, name: &str) -> Vec<String> {
    elements(xml).into_iter().filter(|(it, _)| it == name).map(|(_, tag)| tag).collect()
}

#[test]
fn junit_has_a_suite_for_each_framework_with_all_of_its_rules() {
    let xml = junit(&report());
    let suites = tags_of(&xml, "testsuite");
    assert_eq!(suites.len(), 2);
    for suite in suites {
        let counts = "tests=\"8\" failures=\"2\" errors=\"2\" skipped=\"3\"";
        assert!(suite.ends_with(counts), "{suite}");
    }
    let of = |name: &str| tags_of(&xml, name).len();
    assert_eq!([of("testcase"), of("failure"), of("error"), of("skipped")], [16, 4, 4, 6]);
    assert!(xml.contains("classname=\"second\" name=\"unknown\"><error type=\"not-assessed\""));
    assert!(xml.contains("name=\"unknown-and-idle\"><skipped type=\"not-assessed\""));
    assert_eq!(xml.matches("- src/a.py:").count(), 2 * LONG);
}

#[test]
fn junit_has_a_suite_of_rules_where_no_framework_was_asked_for() {
    let xml = junit(&without_frameworks());
    let suites = tags_of(&xml, "testsuite");
    assert!(suites.len() == 1 && suites[0].contains("compliance rules\" tests=\"8\""));
    assert!(xml.contains("<property name=\"rules.not_assessed\" value=\"2\"/>"));
}

#[test]
fn junit_has_a_test_even_if_there_is_no_rule() {
    let xml = junit(&empty());
    assert_eq!([tags_of(&xml, "testcase").len(), tags_of(&xml, "error").len()], [1, 1]);
    assert!(tags_of(&xml, "testsuite")[0].contains("tests=\"1\" failures=\"0\" errors=\"1\""));
}

#[test]
fn tap_keeps_its_plan_and_no_title_is_a_directive() {
    for report in both() {
        let out = tap(&report);
        let is_test = |line: &&str| line.starts_with("ok ") || line.starts_with("not ok ");
        let tests: Vec<&str> = out.lines().filter(is_test).collect();
        assert!(out.starts_with("TAP version 13\n1..8\n"));
        assert_eq!(out.lines().filter(|line| line.starts_with("1..")).count(), 1);
        for (place, test) in tests.iter().enumerate() {
            let number = format!("ok {} - ", place + 1);
            assert!(test.strip_prefix("not ").unwrap_or(test).starts_with(&number), "{test}");
        }
        let of = |word: &str| tests.iter().filter(|test| test.contains(word)).count();
        assert_eq!([tests.len(), of(" # TODO "), of(" # SKIP ")], [8, 1, 2]);
        assert_eq!(tests.iter().filter(|test| test.starts_with("not ok")).count(), 5);
        assert_eq!(out.matches("\n      place: \"src/a.py:").count(), LONG);
        assert!(!out.contains("\n    - \""), "TAP::Parser reads no such list");
        assert_eq!(out.matches("\n  ---\n").count(), out.matches("\n  ...\n").count());
        let is_known =
            |line: &str| ["# ", "  ", "ok ", "not ok "].iter().any(|it| line.starts_with(it));
        assert!(out.lines().skip(2).all(is_known));
    }
    assert!(tap(&empty()).starts_with("TAP version 13\n1..1\nnot ok 1 - "));
}

/// What is not between two backticks.
fn without_code(line: &str) -> String {
    let mut parts = line.split('`').collect::<Vec<_>>();
    let rest = if parts.len() % 2 == 0 { parts.pop() } else { None };
    let outside: Vec<&str> = parts.into_iter().step_by(2).collect();
    outside.concat() + &rest.map(|rest| format!("`{rest}")).unwrap_or_default()
}

#[test]
fn nothing_in_markdown_ends_a_cell_or_calls_anybody() {
    for report in both() {
        let out = markdown(&report);
        let mut cells = 0;
        for line in out.lines() {
            let row = line.replace("\\|", "");
            if row.starts_with("| --- ") {
                cells = row.matches('|').count();
            } else if row.starts_with("| ")
                && cells > 0
                && !row.starts_with("| answer")
                && !row.starts_with("| not known")
            {
                assert_eq!(row.matches('|').count(), cells, "{row}");
            }
            let plain = without_code(&row.replace("<br>", "").replace("\\`", ""));
            let is_ours = ["<details>", "</details>", "<summary>", "<sub>"]
                .iter()
                .any(|it| plain.starts_with(it));
            assert!(is_ours || !plain.contains(['<', '`']), "{plain}");
            assert!(!plain.contains("@team") && !plain.contains("](") && !plain.contains("://"));
        }
        assert!(!out.to_lowercase().contains("compliant"));
        assert!(out.contains("and 1,190 more"));
        assert!(out.len() < 65_536);
    }
}

#[test]
fn markdown_folds_long_tables_of_clauses_and_what_is_not_known_and_never_what_fails() {
    let out = markdown(&report());
    assert_eq!([out.matches("<details>").count(), out.matches("</details>").count()], [3, 3]);
    let mut many = report();
    many.rules.extend((0..60).map(|_| report().rules[1].clone()));
    let out_of_many = markdown(&many);
    let failing = out_of_many.find("### Fails: 63 rules").expect("there are some");
    assert!(
        out_of_many[failing..].find("<details>") > out_of_many[failing..].find("### Not assessed")
    );
    assert!(out.contains("\n<summary>2 facts not known</summary>\n"), "{out}");
    assert!(out.contains("| approvals | no export of the forge | Hand in the reviews (`--evidence`). | unknown (high), unknown-and-idle (low) |"));
    let rows =
        |word: &str| out.lines().filter(|line| line.starts_with(&format!("| {word} |"))).count();
    assert_eq!([rows("nothing said"), rows("pass")], [60, 2]);
    // A row for each rule, and one of each framework for its first clause.
    assert_eq!([rows("FAIL"), rows("ERROR"), rows("waived")], [2 + 2, 1, 1]);
}

#[test]
fn a_page_stands_alone_and_has_every_finding_rule_and_clause() {
    for report in both() {
        let page = html(&report);
        assert!(page.starts_with("<!doctype html>\n") && page.ends_with("</html>\n"));
        for foreign in ["<script", "<link", "<img", "<a ", "url(", "@import", "src=", "<b>"] {
            assert!(!page.contains(foreign), "{foreign} is in the page");
        }
        for element in ["section", "table", "thead", "tbody", "tr", "td", "th", "p", "h2", "span"] {
            let begun = page.matches(&format!("<{element} ")).count()
                + page.matches(&format!("<{element}>")).count();
            assert_eq!(begun, page.matches(&format!("</{element}>")).count(), "{element}");
        }
        let rows = |class: &str| page.matches(&format!("<tr class=\"{class}\">")).count();
        let clauses = 32 * report.frameworks.len();
        assert_eq!([rows("finding"), rows("rule"), rows("clause")], [LONG + 3 + 2, 8, clauses]);
        assert!(page.contains(&report.input_digest) && page.contains(&report.policies_digest));
    }
}

#[test]
fn every_format_counts_the_same() {
    let report = report();
    let words = report.found();
    assert_eq!(
        words,
        "2 rules fail, 1 could not be evaluated, 2 are not assessed, 1 is waived, 1 passes, \
         1 is not applicable"
    );
    let text = text(&report, crate::Style::default());
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let texts = [text, markdown(&report), html(&report), github(&report)];
    for out in texts.iter().chain([&junit(&report), &tap(&report)]) {
        assert!(out.contains(&words), "{}", &out[..300]);
    }
    // Those for machines have numbers, and `tests/compliance_counts.rs` counts what all of them list.
    let run = &parsed(&sarif(&report))["runs"][0];
    assert_eq!(run["properties"]["counts"], parsed(&json(&report))["counts"]);
    let problems = [parsed(&gitlab(&report)), parsed(&rdjson(&report))["diagnostics"].clone()];
    assert_eq!(problems.map(|it| list(&it).len()), [PROBLEMS; 2]);
}

#[test]
fn every_format_that_sums_up_counts_the_clauses_of_each_framework() {
    let report = report();
    let words =
        "The second framework (2026), 32 clauses: 1 FAIL, 1 pass, 30 that git says nothing about";
    for out in [junit(&report), tap(&report), github(&report)] {
        assert_eq!(
            out.matches(words).count(),
            if out.starts_with("<?xml") { 2 } else { 1 },
            "{out}"
        );
    }
    let parted = words.split_once(", ").expect("two parts");
    for out in [markdown(&report), html(&report)] {
        assert!(out.contains(parted.0) && out.contains(parted.1));
    }
}

#[test]
fn text_says_first_what_it_comes_to_and_then_what_fails() {
    let out =
        text(&ComplianceReport { approvals: Vec::new(), ..report() }, crate::Style::default());
    let head: Vec<&str> = out.lines().take(7).collect();
    let expected = [
        "2 rules fail, 1 could not be evaluated, 2 are not assessed, 1 is waived, 1",
        "passes, 1 is not applicable",
        "outcome    not all that decides could be evaluated (exit code 3)",
        "change     one commit, 3f3f3f3f3f above 1a1a1a1a1a, to main",
        "committed  2026-02-27",
        "believed   roster, owners, keys and settings of 1a1a1a1a1a",
    ];
    assert_eq!(head[..6], expected);
    let place = |words: &str| out.find(words).unwrap_or_else(|| panic!("{words} in {out}"));
    let parts = ["\nFAIL", "\nERROR", "\nnot assessed", "\nwaived", "\nThe first framework"];
    assert!(parts.map(place).is_sorted(), "{out}");
    // What most rules ask for stands first, with how it gets known.
    assert!(place("approvals not known") < place("tickets not known"));
    assert!(out.contains("do: Hand in the reviews"), "{out}");
}

#[test]
fn no_line_of_text_is_wider_than_the_place() {
    let mut report = report();
    report.frameworks[0].edition = "a law of many words, ".repeat(8);
    report.frameworks[1].clauses[0].clause = "A number of four words".into();
    report.rules[0].clauses = vec!["first 1".into(); 28];
    report.is_advisory = true;
    for width in [60, 80, 120] {
        let out = text(&report, crate::Style { width, ..crate::Style::default() });
        for line in out.lines() {
            let columns = textwrap::core::display_width(line);
            assert!(columns <= usize::from(width), "{columns} of {width}: {line}");
        }
        assert!(out.contains("of: first 1 +27 more"), "{out}");
    }
}

#[test]
fn a_clause_stands_below_its_number_where_numbers_are_wide() {
    let mut report = report();
    report.frameworks[0].clauses[1].clause = "COSO principle 10".into();
    report.frameworks[0].clauses[1].title = "Choose controls".into();
    let out = text(&report, crate::Style::default());
    let below = "\n  pass            COSO principle 10\n                  Choose controls\n";
    assert!(out.contains(below), "{out}");
}

#[test]
fn what_misses_a_fact_that_it_does_not_name_is_shown() {
    let mut report = report();
    report.rules[3].missing.clear();
    let out = text(&report, crate::Style::default());
    assert!(out.contains("something not known: unknown\n"), "{out}");
}

#[test]
fn a_rule_that_does_not_say_what_to_do_is_shown_without() {
    let mut report = report();
    report.rules.iter_mut().for_each(|row| row.remedy.clear());
    report.missing.iter_mut().for_each(|row| row.remedy.clear());
    let texts = [text(&report, crate::Style::default()), html(&report), github(&report)];
    for out in texts.iter().chain([&junit(&report)]) {
        assert!(!out.to_lowercase().contains("do: ") && !out.contains("to do<"));
    }
    let rules = parsed(&sarif(&report))["runs"][0]["tool"]["driver"]["rules"].clone();
    assert!(
        list(&rules).iter().all(|rule| !rule["help"]["text"].as_str().unwrap_or("").is_empty())
    );
}

#[test]
fn markdown_has_all_clauses_of_a_rule_unless_it_would_be_too_long() {
    let mut report = report();
    report.rules[0].clauses = (1..=28).map(|number| format!("first {number}")).collect();
    assert!(markdown(&report).contains("first 27, first 28 |"));
    let many = (1..3_000).map(|number| format!("a clause of many words {number}"));
    report.rules[0].clauses = many.collect();
    assert!(markdown(&report).contains("bears on a clause of many words 1 +2998 more |"));
    assert!(markdown(&report).len() < 65_536);
}

#[test]
fn what_was_set_is_in_the_formats_for_officers() {
    let report = report();
    let (json, page, out) = (parsed(&json(&report)), html(&report), markdown(&report));
    assert_eq!(json["configured"]["protected_branches"][1], "release/*");
    assert_eq!(json["configured"]["parameters"][0]["default"], "1");
    assert!(page.contains("release/*") && page.contains("holding.approvers"));
    assert!(out.contains("- protected branches: `main`, `release/*`\n"), "{out}");
    assert!(out.contains("- holding.approvers: `2`, not `1` as without setting\n"), "{out}");
}

#[test]
fn warnings_are_told_in_every_format_and_fail_nowhere() {
    let mut report = super::sample::empty();
    let warning = super::RuleFindingRow {
        message: "the change is large".into(),
        subject: None,
        path: Some("src/a.py".into()),
        line: Some(3),
        fingerprint: "ab".repeat(16),
    };
    let mut row = super::sample::report().rules.remove(6);
    row.warnings = vec![warning];
    report.counts.add(row.verdict);
    report.rules = vec![row];
    let style = crate::Style { color: false, width: 100, ascii: false };
    for (name, text) in [
        ("text", super::text(&report, style)),
        ("json", super::json(&report)),
        ("sarif", super::sarif(&report)),
        ("github", super::github(&report)),
        ("gitlab", super::gitlab(&report)),
        ("junit", super::junit(&report)),
        ("tap", super::tap(&report)),
        ("rdjson", super::rdjson(&report)),
        ("markdown", super::markdown(&report)),
        ("html", super::html(&report)),
    ] {
        assert!(text.contains("the change is large"), "{name}: {text}");
        assert!(!text.contains("not ok") && !text.contains("<failure"), "{name}: {text}");
    }
    assert!(super::sarif(&report).contains("\"level\": \"note\""));
}

#[test]
fn a_clause_passes_only_where_a_rule_shows_what_it_asks_for() {
    use Strength::{Direct, EvidenceOnly, Supporting};
    use Verdict::{Error, Fail, NotApplicable, NotAssessed, Pass, Waived};
    let of = |rules: &[(Strength, Verdict)]| {
        let rule = |(strength, verdict): &(Strength, Verdict)| ClauseRule {
            rule: "a".into(),
            strength: *strength,
            verdict: *verdict,
        };
        ClauseVerdict::of(&rules.iter().map(rule).collect::<Vec<_>>())
    };
    for (rules, expected) in [
        (&[][..], None),
        (&[(Direct, Pass), (Supporting, NotApplicable)], Some(ClauseVerdict::Pass)),
        (&[(Direct, NotApplicable), (Supporting, Pass)], Some(ClauseVerdict::InPart)),
        (&[(EvidenceOnly, Pass)], Some(ClauseVerdict::InPart)),
        (&[(Direct, Pass), (Supporting, Waived)], Some(ClauseVerdict::Waived)),
        (&[(Direct, Pass), (Supporting, NotAssessed)], Some(ClauseVerdict::NotAssessed)),
        (&[(Direct, NotAssessed), (Supporting, Fail)], Some(ClauseVerdict::Fail)),
        (&[(Direct, NotAssessed), (Supporting, Error)], Some(ClauseVerdict::Error)),
        (&[(Direct, NotApplicable)], Some(ClauseVerdict::NotApplicable)),
    ] {
        assert_eq!(of(rules), expected, "{rules:?}");
    }
}

#[test]
fn an_edition_that_is_a_number_is_named_as_such() {
    for (edition, expected) in
        [("1", "A (edition 1)"), ("2.1", "A (edition 2.1)"), ("2013", "A (2013)"), ("", "A")]
    {
        assert_eq!(super::words::titled("A", edition), expected);
    }
}
