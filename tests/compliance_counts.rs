//! All formats of `compliance analyze` count the same findings, rules and clauses of a change, and end with the same exit code.

use std::collections::BTreeMap;

use gitops_health_testkit::{TestRepo, Transcript};
use serde_json::Value;

use crate::support::{finish, program};

/// Answers of rules, in the order of all sums.
const ANSWERS: [&str; 6] = ["pass", "fail", "waived", "not_applicable", "not_assessed", "error"];

/// What a format counts; what it does not have is absent.
#[derive(Debug, Default, PartialEq)]
struct Counted {
    /// How many findings rules that fail have.
    failing: usize,
    /// How many of rules that are waived.
    waived: Option<usize>,
    /// How many rules gave which answer.
    rules: Option<[usize; 6]>,
    /// How many of those that stand in it gave which answer.
    listed: Option<[usize; 6]>,
    /// How many clauses have which answer, over all frameworks.
    clauses: Option<BTreeMap<String, usize>>,
    /// How many rules that fail, err or are not assessed are named.
    open: usize,
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn counts(value: &Value) -> [usize; 6] {
    ANSWERS.map(|name| value[name].as_u64().expect("a number") as usize)
}

/// Some words, each with how often it is there.
fn tally<T: Into<String>>(words: impl Iterator<Item = T>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    words.for_each(|word| *counts.entry(word.into()).or_default() += 1);
    counts
}

fn by_answer(answers: &BTreeMap<String, String>) -> [usize; 6] {
    ANSWERS.map(|answer| answers.values().filter(|it| *it == answer).count())
}

fn open(answers: &BTreeMap<String, String>) -> usize {
    let [_, fail, _, _, not_assessed, error] = by_answer(answers);
    fail + not_assessed + error
}

/// The numbers of `2 rules fail, 1 could not be evaluated, ...`, by what stands behind them.
fn in_words(words: &str) -> [usize; 6] {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let forms = [
        &["passes", "pass"][..],
        &["fails", "fail"],
        &["is waived", "are waived"],
        &["is not applicable", "are not applicable"],
        &["is not assessed", "are not assessed"],
        &["could not be evaluated"],
    ];
    let mut parts = words.split(", ").map(|part| {
        let (number, rest) = part.split_once(' ').expect("a number");
        let rest = rest.trim_start_matches("rules ").trim_start_matches("rule ");
        (number.replace(',', "").parse::<usize>().expect("a number"), rest)
    });
    let parts: Vec<(usize, &str)> = parts.by_ref().collect();
    forms.map(|forms| {
        let of = parts.iter().filter(|(_, rest)| forms.contains(rest));
        of.map(|(number, _)| number).sum()
    })
}

/// `HIPAA (2013), 3 clauses: 1 FAIL, 2 pass`: a line for each framework; the numbers by answer.
fn clauses_in_words<'a>(lines: impl Iterator<Item = &'a str>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in lines {
        let parts = line.split_once(" clauses: ").or_else(|| line.split_once(" clause: "));
        let Some((_, answers)) = parts else { continue };
        for part in answers.split(", ") {
            let (number, answer) = part.split_once(' ').expect("a number");
            let answer = if answer.starts_with("that git") { "nothing said" } else { answer };
            *counts.entry(answer.to_owned()).or_default() +=
                number.parse::<usize>().expect("it is there");
        }
    }
    counts
}

/// How people are told an answer, as the others name it.
fn answer(called: &str) -> String {
    called.to_lowercase().replace(' ', "_")
}

/// What the program says of clauses in data.
fn clause(verdict: &Value) -> String {
    match verdict.as_str() {
        None => "nothing said".to_owned(),
        Some("fail") => "FAIL".to_owned(),
        Some("error") => "ERROR".to_owned(),
        Some(other) => other.replace('_', " "),
    }
}

fn in_json(text: &str) -> Counted {
    let report = json(text);
    let rules = list(&report["rules"]);
    let of = |verdict: &str| {
        let rows = rules.iter().filter(|row| row["verdict"] == verdict);
        rows.map(|row| list(&row["findings"]).len()).sum::<usize>()
    };
    let answers = rules.iter().map(|row| row["verdict"].as_str().expect("a word"));
    let listed = tally(answers);
    let listed = ANSWERS.map(|name| listed.get(name).copied().unwrap_or_default());
    let (all, left_out) = (counts(&report["counts"]), counts(&report["left_out"]));
    assert!((0..6).all(|place| all[place] == listed[place] + left_out[place]), "{text}");
    let clauses = list(&report["frameworks"]).iter().flat_map(|it| list(&it["clauses"]));
    Counted {
        failing: of("fail"),
        waived: Some(of("waived")),
        rules: Some(all),
        listed: Some(listed),
        clauses: Some(tally(clauses.map(|it| clause(&it["verdict"])))),
        open: listed[1] + listed[4] + listed[5],
    }
}

fn in_sarif(text: &str) -> Counted {
    let run = json(text)["runs"][0].clone();
    let results = list(&run["results"]).iter();
    let is_waived = |it: &&Value| !list(&it["suppressions"]).is_empty();
    let fails = results.clone().filter(|it| it["kind"] == "fail");
    let answers = list(&run["tool"]["driver"]["rules"]).iter();
    let answers = answers.map(|it| {
        let word = |value: &Value| value.as_str().expect("a word").to_owned();
        (word(&it["id"]), word(&it["properties"]["verdict"]))
    });
    let answers: BTreeMap<String, String> = answers.collect();
    let taxa = list(&run["taxonomies"]).iter().flat_map(|it| list(&it["taxa"]));
    Counted {
        failing: fails.clone().filter(|it| !is_waived(it)).count(),
        waived: Some(fails.filter(is_waived).count()),
        rules: Some(counts(&run["properties"]["counts"])),
        listed: Some(by_answer(&answers)),
        clauses: Some(tally(taxa.map(|it| clause(&it["properties"]["verdict"])))),
        open: open(&answers),
    }
}

fn in_github(text: &str) -> Counted {
    let data = |line: &str| line.split("::").nth(2).unwrap_or_default().replace("%0A", "\n");
    let notice = |title: &str| {
        let front = format!("::notice title={title}::");
        text.lines().find(|line| line.starts_with(&front)).map(data)
    };
    let sum = notice("compliance analyze").expect("a sum");
    let title = |line: &str| line.split_once("title=").expect("a title").1.to_owned();
    let of_rules = text.lines().filter(|line| !title(line).starts_with("compliance analyze"));
    let (open, told): (Vec<_>, Vec<_>) =
        of_rules.partition(|line| title(line).contains("assessed::"));
    let erring = told.iter().filter(|line| line.contains("could not be evaluated: ")).count();
    let rules =
        told.iter().map(|line| title(line).split("::").next().unwrap_or_default().to_owned());
    let open = open.first().map(|line| title(line));
    let open =
        open.map_or(0, |it| it.split(' ').next().expect("it is there").parse().expect("a number"));
    Counted {
        failing: told.len() - erring,
        rules: Some(in_words(sum.split(';').next().unwrap_or_default())),
        clauses: Some(clauses_in_words(sum.lines())),
        open: tally(rules).len() + open,
        ..Counted::default()
    }
}

fn in_gitlab(text: &str) -> Counted {
    let entries = json(text);
    let of = |it: &Value| it["description"].as_str().expect("words").to_owned();
    of_problems(list(&entries).iter().map(|it| (it["check_name"].to_string(), of(it))))
}

fn in_rdjson(text: &str) -> Counted {
    let result = json(text);
    let of = |it: &Value| it["message"].as_str().expect("words").to_owned();
    let entries = list(&result["diagnostics"]).iter();
    of_problems(entries.map(|it| (it["code"]["value"].to_string(), of(it))))
}

/// Problems, each with its rule and what is said of it.
fn of_problems(problems: impl Iterator<Item = (String, String)>) -> Counted {
    let problems: Vec<(String, String)> = problems.collect();
    let is_open =
        |words: &str| words.contains(": not known: ") || words.contains(": could not be evaluated");
    Counted {
        failing: problems.iter().filter(|(_, words)| !is_open(words)).count(),
        open: tally(problems.iter().map(|(rule, _)| rule.clone())).len(),
        ..Counted::default()
    }
}

fn attribute(tag: &str, name: &str) -> String {
    let after = tag.split_once(&format!(" {name}=\"")).unwrap_or_else(|| panic!("{name}: {tag}")).1;
    after.split('"').next().unwrap_or_default().to_owned()
}

fn in_junit(text: &str) -> Counted {
    let mut answers = BTreeMap::new();
    let (mut failing, mut waived) = (BTreeMap::new(), BTreeMap::new());
    for case in text.split("<testcase ").skip(1) {
        let case = case.split("</testcase>").next().unwrap_or_default();
        let rule = attribute(&format!(" {case}"), "name");
        if ["rules-not-listed", "nothing-listed"].contains(&&*rule) {
            continue;
        }
        let inside = case.split_once('>').expect("a tag ends").1;
        let found = inside.lines().filter(|line| line.starts_with("- ")).count();
        let word = match inside {
            "" => "pass".to_owned(),
            inside if inside.starts_with("<failure ") => {
                failing.insert(rule.clone(), found);
                "fail".to_owned()
            }
            inside => attribute(inside, "type").replace('-', "_"),
        };
        if word == "waived" {
            waived.insert(rule.clone(), found);
        }
        // A rule of several frameworks has the same answer in each.
        assert_eq!(answers.entry(rule).or_insert_with(|| word.clone()), &word);
    }
    let property = |name: &str| {
        let front = format!("<property name=\"rules.{name}\"");
        let line = text.lines().find(|line| line.starts_with(&front)).expect("a property");
        attribute(line, "value").parse::<usize>().expect("a number")
    };
    let sum = text.split("<system-out>").nth(1).unwrap_or_default();
    Counted {
        failing: failing.values().sum(),
        waived: Some(waived.values().sum()),
        rules: Some(ANSWERS.map(property)),
        listed: Some(by_answer(&answers)),
        clauses: Some(clauses_in_words(
            sum.split("</system-out>").next().expect("it is there").lines(),
        )),
        open: open(&answers),
    }
}

fn in_tap(text: &str) -> Counted {
    let mut answers = BTreeMap::new();
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let (mut rule, mut plan) = (String::new(), 0);
    for line in text.lines() {
        if let Some(tests) = line.strip_prefix("1..") {
            plan = tests.parse().expect("a number");
        }
        let test = line.strip_prefix("not ok ").or_else(|| line.strip_prefix("ok "));
        if let Some(test) = test.filter(|test| test.contains(" and not listed: ")) {
            assert!(line.starts_with("not ok ") && test.starts_with(&plan.to_string()), "{line}");
            plan -= 1;
        } else if let Some(test) = test {
            rule = test
                .split(" - ")
                .nth(1)
                .and_then(|it| it.split(':').next())
                .expect("it is there")
                .to_owned();
            let word = match line.split_once(" # SKIP ") {
                Some((_, why)) if why.starts_with("not known") => "not_assessed",
                Some(_) => "not_applicable",
                None => "pass",
            };
            answers.insert(rule.clone(), word.to_owned());
        }
        if let Some(word) = line.strip_prefix("  answer: ") {
            answers.insert(rule.clone(), word.trim_matches('"').to_owned());
        }
        if line.starts_with("    - message: ") {
            *found.entry(answers[&rule].clone()).or_default() += 1;
        }
    }
    assert_eq!(answers.len(), plan, "{text}");
    let comments = || text.lines().filter_map(|line| line.strip_prefix("# "));
    let sum = comments().next().and_then(|line| line.split(';').next()).expect("a sum");
    Counted {
        failing: found.get("fail").copied().unwrap_or_default(),
        waived: Some(found.get("waived").copied().unwrap_or_default()),
        rules: Some(in_words(sum)),
        listed: Some(by_answer(&answers)),
        clauses: Some(clauses_in_words(comments())),
        open: open(&answers),
    }
}

/// The findings of a cell of Markdown, listed or not.
fn of_cell(cell: &str) -> usize {
    let lines = cell.split("<br>").filter_map(|line| line.strip_prefix("• "));
    lines
        .map(|line| {
            let more = line.strip_prefix("and ").and_then(|it| it.strip_suffix(" more"));
            more.map_or(1, |more| more.replace(',', "").parse().expect("a number"))
        })
        .sum()
}

fn in_markdown(text: &str) -> Counted {
    let sum = text.lines().nth(2).expect("a sum").replace("**", "");
    let mut counted = Counted { rules: Some(in_words(&sum)), ..Counted::default() };
    let (mut waived, mut clauses, mut heading, mut open) = (0, Vec::new(), "", 0);
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("### ") {
            heading = title;
        }
        if let Some(rules) = line.strip_prefix("### Not assessed: ") {
            open = rules.split(' ').next().expect("it is there").parse().expect("a number");
        }
        let cells: Vec<&str> = line.split(" | ").collect();
        let word = cells[0].strip_prefix("| ").unwrap_or_default();
        if word.is_empty() || ["answer", "not known", "---"].contains(&word) {
            continue;
        }
        match heading.split(':').next() {
            Some("Fails") => {
                counted.failing += of_cell(cells[3]);
                counted.open += 1;
            }
            Some("Waived") => waived += of_cell(cells[3]),
            Some("Not assessed") => {}
            _ => clauses.push(word),
        }
    }
    counted.open += open;
    Counted { waived: Some(waived), clauses: Some(tally(clauses.into_iter())), ..counted }
}

fn in_html(text: &str) -> Counted {
    let title = text.split("<title>").nth(1).and_then(|it| it.split("</title>").next());
    let mut counted = Counted { rules: title.map(in_words), ..Counted::default() };
    let (mut waived, mut clauses, mut answers) = (0, Vec::new(), BTreeMap::new());
    for section in text.split("<section>").skip(1) {
        let heading = section.split("<h2>").nth(1).unwrap_or_default();
        let found = section.matches("<tr class=\"finding\">").count();
        match heading {
            it if it.starts_with("Needs somebody: ") => {
                counted.failing = found;
                counted.open = section.matches("<tr class=\"name\">").count();
            }
            it if it.starts_with("Waived: ") => waived = found,
            _ => assert_eq!(found, 0, "{heading}"),
        }
        let cell = |row: &str, place: usize| {
            let cell = row.split("<td class=\"left").nth(place).unwrap_or_default();
            let cell = cell.split_once('>').expect("a tag ends").1;
            cell.split('<').next().unwrap_or_default().to_owned()
        };
        for row in section.split("<tr class=\"clause\">").skip(1) {
            clauses.push(cell(row, 1));
        }
        for row in section.split("<tr class=\"rule\">").skip(1) {
            answers.insert(cell(row, 2), answer(&cell(row, 1)));
        }
    }
    Counted {
        waived: Some(waived),
        listed: Some(by_answer(&answers)),
        clauses: Some(tally(clauses.into_iter())),
        ..counted
    }
}

fn in_text(text: &str) -> Counted {
    let mut sum = String::new();
    for line in text.lines().take_while(|line| !line.starts_with("outcome ")) {
        sum += line;
        sum.push(' ');
    }
    let mut counted = Counted { rules: Some(in_words(&sum)), ..Counted::default() };
    let (mut waived, mut clauses, mut open) = (0, Vec::new(), Vec::new());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let word = line.get(..14).unwrap_or_default().trim_end();
        let rest = line.get(16..).unwrap_or_default();
        let has_one = lines.peek().is_some_and(|next| next.starts_with("      - "));
        let found = match rest.split_once(" findings): ").map(|(front, _)| front) {
            Some(front) => front
                .rsplit(", ")
                .next()
                .expect("it is there")
                .replace(',', "")
                .parse()
                .expect("it is there"),
            None => usize::from(has_one),
        };
        match word {
            "FAIL" | "ERROR" => counted.open += 1,
            // Those that ask for a fact stand behind it; a long list goes on below it.
            "not assessed" => {
                let mut words = rest.to_owned();
                while let Some(next) = lines.next_if(|next| next.starts_with("                ")) {
                    words += &format!(" {}", next.trim_start());
                }
                let rules = words.rsplit(": ").next().expect("it is there").split(", ");
                open.extend(rules.map(str::to_owned));
            }
            _ => {}
        }
        match word {
            "FAIL" => counted.failing += found,
            "waived" => waived += found,
            _ => {}
        }
        let of_clause = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' '));
        if let Some(rest) = of_clause {
            match rest.split_once(" more that git says nothing about") {
                Some((count, _)) => {
                    let count =
                        count.split(' ').next().expect("it is there").parse().expect("a number");
                    clauses.extend(vec!["nothing said".to_owned(); count]);
                }
                None => clauses.push(rest.split("  ").next().unwrap_or_default().to_owned()),
            }
        }
    }
    counted.open += tally(open.into_iter()).len();
    Counted { waived: Some(waived), clauses: Some(tally(clauses.into_iter())), ..counted }
}

/// A format, what counts in it, and whether rules that are not assessed and do not decide are no problem to it.
type Counter = (&'static str, fn(&str) -> Counted, Idle);

#[derive(Clone, Copy, PartialEq)]
enum Idle {
    Told,
    NotTold,
}

const FORMATS: [Counter; 10] = [
    ("text", in_text, Idle::Told),
    ("json", in_json, Idle::Told),
    ("sarif", in_sarif, Idle::Told),
    ("github", in_github, Idle::Told),
    ("gitlab", in_gitlab, Idle::NotTold),
    ("junit", in_junit, Idle::Told),
    ("tap", in_tap, Idle::Told),
    ("rdjson", in_rdjson, Idle::NotTold),
    ("markdown", in_markdown, Idle::Told),
    ("html", in_html, Idle::NotTold),
];

fn analyze(repo: &TestRepo, arguments: &[&str], format: &str) -> Transcript {
    let words = [&["compliance", "analyze"], arguments, &["--format", format]].concat();
    let program = program(repo).with_variable("COLUMNS", "120");
    finish(program.command(&words), &words.join(" "))
}

/// Holds all formats against JSON, whose sums have to be those of what it lists, and returns what they count.
fn same_everywhere(repo: &TestRepo, arguments: &[&str], code: i32) -> Counted {
    let report = analyze(repo, arguments, "json").stdout;
    let expected = in_json(&report);
    let is_idle = |row: &&Value| row["verdict"] == "not_assessed" && row["decides"] == false;
    let idle = list(&json(&report)["rules"]).iter().filter(is_idle).count();
    assert_eq!(expected.failing > 0, expected.listed.expect("counts")[1] > 0);
    for (format, counter, told) in FORMATS {
        let transcript = analyze(repo, arguments, format);
        assert_eq!(transcript.code, Some(code), "{format}: {transcript}");
        let counted = counter(&transcript.stdout);
        let expected = Counted {
            waived: counted.waived.and(expected.waived),
            rules: counted.rules.and(expected.rules),
            listed: counted.listed.and(expected.listed),
            clauses: counted.clauses.as_ref().and(expected.clauses.clone()),
            open: expected.open - if told == Idle::NotTold { idle } else { 0 },
            ..expected
        };
        assert_eq!(counted, expected, "{format}: {transcript}");
    }
    // These two hold problems and nothing else; all others say all.
    for (format, counter, _) in FORMATS {
        if ["gitlab", "rdjson"].contains(&format) {
            continue;
        }
        let counted = counter(&analyze(repo, arguments, format).stdout);
        assert!(counted.rules.is_some() && counted.clauses.is_some(), "{format}");
    }
    expected
}

const ROSTER: &str = "
people:
  - {id: ann, emails: [ada@example.com], accounts: {github: ann}}
  - {id: bob, emails: [bob@example.com], accounts: {github: bob}}
";

/// Rules of one's own that fail, are taken out, err and pass.
const POLICY: &str = "package main

import rego.v1

deny_many contains msg if {
	some number in numbers.range(1, 12)
	msg := {\"msg\": sprintf(\"number %d\", [number]), \"path\": \"src/a.py\", \"line\": number}
}

deny_two contains {\"msg\": \"one\", \"path\": \"src/a.py\", \"line\": 1} if count(input.files) > 0

deny_two contains {\"msg\": \"other\", \"path\": \"src/a.py\", \"line\": 1} if count(input.files) > 0

deny_old contains \"old\" if count(input.files) > 0

exception contains [\"old\"]

deny_erring contains \"never\" if to_number(input.change.head) > 0

violation contains \"never\" if count(input.files) > 100
";

const HOUSE: &str = "id: house
title: Rules of the house
edition: '1'
source: the wiki
clauses:
  - {id: '1', title: Kept, rules: {main.violation: direct}}
  - {id: '2', title: Broken, rules: {main.deny_many: direct, main.violation: supporting}}
  - {id: '3', title: Taken out, rules: {main.deny_old: direct}}
  - {id: '4', title: Not to be evaluated, rules: {main.deny_erring: direct}}
  - {id: '5', title: In part, rules: {main.violation: supporting}}
  - {id: '6', title: Something else, not_shown: All of it}
";

fn governed(configuration: &str) -> TestRepo {
    let repo = TestRepo::new();
    repo.write(".gitops-health/roster.yaml", ROSTER)
        .write(".gitops-health.yaml", format!("compliance: {configuration}\n"));
    repo.commit("chore: begin");
    repo
}

#[test]
fn a_change_with_every_answer_counts_the_same_in_every_format() {
    let repo = governed("{frameworks: [house, baseline], policies: [policies]}");
    repo.write("policies/main.rego", POLICY).write("policies/frameworks/house.yaml", HOUSE).write(
        ".gitops-health/waivers.yaml",
        "waivers: [{id: W, rule: certificates-checked, paths: [src/], reason: it is so for now, owner: bob, expires: 2199-01-01}]\n",
    );
    repo.commit("chore: rules");
    let line = "requests.get(url, verify=False)\n";
    repo.write("src/a.py", format!("{line}x = 1\n{line}")).commit("feat: ask");
    let counted = same_everywhere(&repo, &[], 3);
    let rules = counted.rules.expect("counts");
    assert!(rules.iter().all(|count| *count > 0), "{counted:?}");
    assert!(counted.failing >= 14 && counted.waived == Some(3), "{counted:?}");
    let clauses = counted.clauses.expect("clauses");
    for answer in ["FAIL", "ERROR", "not assessed", "waived", "pass", "in part", "nothing said"] {
        assert!(clauses.contains_key(answer), "{answer}: {clauses:?}");
    }
    same_everywhere(&repo, &["--fail-on", "critical"], 3);
    same_everywhere(&repo, &["--framework", "house"], 3);
    let of_more = same_everywhere(&repo, &["--severity", "high"], 3);
    assert!(of_more.open < counted.open && of_more.rules == Some(rules), "{of_more:?}");
    let of_none = same_everywhere(&repo, &["--framework", "house", "--severity", "critical"], 3);
    assert_eq!(of_none.listed, Some([0; 6]));
}

#[test]
fn a_change_that_breaks_rules_or_keeps_them_counts_the_same_in_every_format() {
    let repo = governed("{policies: [policies]}");
    let fit = POLICY.replace("to_number(input.change.head) > 0", "count(input.files) > 100");
    repo.write("policies/main.rego", &fit).write("policies/frameworks/house.yaml", HOUSE);
    repo.commit("chore: rules");
    repo.write("src/a.py", "x = 1\n").commit("feat: a thing");
    let counted = same_everywhere(&repo, &[], 1);
    assert_eq!((counted.failing, counted.rules), (14, Some([2, 2, 1, 0, 0, 0])));
    let counted = same_everywhere(&repo, &["--framework", "house"], 1);
    assert_eq!(counted.clauses.map(|it| it.values().sum::<usize>()), Some(6));
    let kept = "package main\nimport rego.v1\ndeny_x contains \"x\" if count(input.files) > 100\n";
    repo.write("policies/main.rego", kept);
    std::fs::remove_file(repo.path().join("policies/frameworks/house.yaml")).expect("it is there");
    repo.commit("chore: other rules");
    repo.write("src/a.py", "x = 2\n").commit("feat: a thing");
    let counted = same_everywhere(&repo, &[], 0);
    assert_eq!((counted.failing, counted.rules), (0, Some([1, 0, 0, 0, 0, 0])));
}

#[test]
fn advice_about_a_large_change_counts_the_same_in_every_format() {
    let repo = governed("{}");
    let lines = (0..30).map(|number| format!("requests.get(url{number}, verify=False)\n"));
    repo.write("src/a.py", lines.collect::<String>()).write("lib/b.exe", "MZ\0\0").commit("stuff");
    let counted = same_everywhere(&repo, &[], 0);
    assert!(counted.failing > 30, "{counted:?}");
    // All frameworks, where each rule has a place in many clauses.
    let counted = same_everywhere(&repo, &["--framework", "all"], 3);
    assert!(counted.clauses.expect("clauses").values().sum::<usize>() > 100);
}

/// Tests and changes that pass, fail, err and reach too little, as a format counts them: tests, failed ones, changes, survivors.
fn of_tests(format: &str, text: &str) -> [usize; 4] {
    match format {
        "json" => {
            let report = json(text);
            let number = |value: &Value| value.as_u64().expect("a number") as usize;
            let (passed, failed) = (number(&report["passed"]), number(&report["failed"]));
            assert_eq!(list(&report["tests"]).len(), passed + failed);
            let survived = list(&report["mutation"]["survived"]).len();
            [passed + failed, failed, number(&report["mutation"]["killed"]) + survived, survived]
        }
        "text" => {
            let number = |line: &str, before: &str| {
                let front = line.split(before).next().unwrap_or_default();
                front
                    .rsplit([' ', ','])
                    .next()
                    .expect("it is there")
                    .parse::<usize>()
                    .expect("a number")
            };
            let line = |part: &str| text.lines().find(|line| line.contains(part)).expect("a sum");
            let (tests, changes) = (line(" passed, "), line(" noticed, "));
            let told = text.lines().filter(|line| line.contains(": survived: ")).count();
            assert_eq!(told, number(changes, " survived"));
            [number(tests, " test"), number(tests, " failed"), number(changes, " change"), told]
        }
        _ => {
            let mut counts = [0; 4];
            for suite in text.split("<testsuite ").skip(1) {
                let place = match attribute(&format!(" {suite}"), "name") {
                    name if name == "limits" => continue,
                    name if name.starts_with("changes of ") => 2,
                    _ => 0,
                };
                let cases = suite.matches("<testcase ").count();
                let bad = suite.matches("<failure ").count() + suite.matches("<error ").count();
                let said = ["tests", "failures", "errors"]
                    .map(|name| attribute(suite, name).parse::<usize>().expect("a number"));
                assert_eq!([said[0], said[1] + said[2]], [cases, bad]);
                counts[place] += cases;
                counts[place + 1] += bad;
            }
            counts
        }
    }
}

#[test]
fn tests_and_changes_of_policies_count_the_same_in_every_format() {
    let repo = TestRepo::new();
    let rule = "package few\nimport rego.v1\ndeny contains \"many\" if count(input.files) > 3\n\
                deny contains \"none\" if count(input.files) == 0\n";
    let fit = "package few_test\nimport rego.v1\n\
               test_many if data.few.deny == {\"many\"} with input.files as [1, 2, 3, 4, 5]\n";
    let odd = "test_no := false\ntest_open if 1 == 2\ntest_errs if to_number(input.x) == 1\n";
    repo.write("fit/few.rego", rule).write("fit/few_test.rego", fit);
    repo.write("odd/few.rego", rule).write("odd/few_test.rego", format!("{fit}{odd}"));
    let enough = ["--mutation-least", "10"];
    for (arguments, code, expected) in [
        (&["fit", "--mutate"][..], 1, None),
        (&[&["fit", "--mutate"], &enough[..]].concat(), 0, None),
        (&["odd", "--mutate"], 1, Some([4, 3, 0, 0])),
        (&["fit", "--mutate", "--coverage", "100"], 1, None),
    ] {
        let ask = |format: &str| {
            let words = [&["compliance", "test"], arguments, &["--format", format]].concat();
            let transcript = crate::support::run(&program(&repo), &words);
            assert_eq!(transcript.code, Some(code), "{transcript}");
            (of_tests(format, &transcript.stdout), transcript)
        };
        let (counts, _) = ask("json");
        assert_eq!(counts, expected.unwrap_or(counts));
        assert!(expected.is_some() || counts[3] > 0, "{counts:?}");
        for format in ["text", "junit"] {
            let (counted, transcript) = ask(format);
            assert_eq!(counted, counts, "{transcript}");
        }
    }
    let words = ["compliance", "test", "fit", "--mutate", "--format", "junit"];
    let told = crate::support::run(&program(&repo), &words).stdout;
    let survivor = "name=\"line 3: count(input.files) &gt; 3, and instead of it count(input.files) &gt;= 3\">\
                    <failure message=\"no test notices: ";
    assert!(told.contains(survivor) && told.contains(">fit/few.rego:3</failure>"), "{told}");
}
