//! What a repository's own commits teach, as people and programs get to see it.

use std::fmt::Write as _;
use std::path::PathBuf;

use gitops_health_report::{evaluation, training};
use gitops_health_testkit::{Random, TestRepo, Transcript};
use serde_json::Value;

use crate::support::{
    assert_fails_with_hint, assert_harmless, assert_snapshot, object_file, program, program_in,
    run, run_in,
};

/// When it is asked.
const NOW: &str = "2026-06-01T12:00:00Z";

/// A day, and the first.
const DAY: i64 = 86_400;
const BEGUN: i64 = 1_700_000_000;

/// A stream for `git fast-import`: a service whose settings break it, and whose long files do not.
struct Stream {
    text: String,
    files: Vec<(String, String)>,
    commits: i64,
}

impl Stream {
    fn commit(&mut self, message: &str, file: usize) {
        let (path, content) = &self.files[file];
        let time = BEGUN + self.commits * DAY;
        self.commits += 1;
        let _ = write!(
            self.text,
            "commit refs/heads/main\ncommitter Ada <ada@example.com> {time} +0000\ndata {}\n{message}\nM 100644 inline {path}\ndata {}\n{content}\n",
            message.len(),
            content.len()
        );
    }
}

fn service(changes: usize, broken_of_ten: usize) -> TestRepo {
    let mut random = Random::new(11);
    let names = (0..6).map(|number| format!("src/part{number}.c"));
    let files = names.chain(["settings/app.yaml".to_owned()]);
    let files = files.map(|path| (path, String::new())).collect();
    let mut stream = Stream { text: String::new(), files, commits: 0 };
    let mut broken: Vec<(usize, String)> = Vec::new();
    for number in 0..changes {
        let file = if number % 3 == 0 { 6 } else { random.below(6) };
        let count = if file == 6 { 1 + random.below(4) } else { 1 + random.below(40) };
        for line in 0..count {
            let _ =
                writeln!(stream.files[file].1, "value_{number}_{line} = {}", random.below(1_000));
        }
        stream.commit(&format!("Add values of step {number}"), file);
        let chance = if file == 6 { broken_of_ten } else { broken_of_ten / 8 };
        if random.below(10) < chance {
            broken.push((file, format!("value_{number}_0 = ")));
        }
        if broken.len() > 3 {
            let (file, begin) = broken.remove(0);
            let fixed = stream.files[file].1.replace(&begin, &format!("{begin}1"));
            stream.files[file].1 = fixed;
            stream.commit(&format!("Fix crash because of a wrong {begin}"), file);
        }
    }
    let repo = TestRepo::new();
    repo.git_with_input(&["fast-import", "--quiet"], stream.text.as_bytes());
    repo.git(&["reset", "--quiet", "--hard", "main"]);
    repo
}

fn ask(repo: &TestRepo, arguments: &[&str]) -> Transcript {
    run_in(repo, &[&["risk"], arguments, &["--now", NOW]].concat())
}

fn model(repo: &TestRepo) -> PathBuf {
    repo.git_dir().join("gitops-health/risk-model.json")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn what_a_service_teaches() {
    let repo = service(420, 6);
    let mut said = Vec::new();
    for command in ["evaluate", "train"] {
        for format in ["text", "json", "markdown"] {
            let first = ask(&repo, &[command, "--format", format]);
            assert_eq!(first.code, Some(0), "{first}");
            let again = ask(&repo, &[command, "--format", format]);
            assert_eq!(first.stdout, again.stdout);
            for name in ["Ada", "example.com"] {
                assert!(!first.stdout.contains(name), "{name} in\n{first}");
            }
            assert_snapshot(&format!("own_history_{command}_{format}"), &first.to_string());
            said.push(first.stdout);
        }
    }
    let kept = std::fs::read(model(&repo)).expect("it is kept");
    ask(&repo, &["train"]);
    assert!(kept == std::fs::read(model(&repo)).expect("it is kept"), "the same is learned again");
    // All formats and both commands say the same.
    let (evaluated, trained) = (json(&said[1]), json(&said[4]));
    assert_eq!(evaluated["verdict"], "beats");
    assert_eq!(evaluated["verdict"], trained["judgement"]["verdict"]);
    assert_eq!(evaluated["weight"], trained["weight"]);
    assert_eq!(evaluated["measures"][0]["trained"], trained["judgement"]["trained"]);
    assert_eq!(evaluated["commits"], trained["commits"]);
    assert!(said.iter().filter(|text| text.contains("Here the model beats the size")).count() == 4);
    for (text, schema, broken) in [
        (&said[1], evaluation::json_schema(), "measures"),
        (&said[4], training::json_schema(), "judgement"),
    ] {
        let schema = jsonschema::validator_for(&json(&schema)).expect("a valid schema");
        let mut document = json(text);
        if let Err(error) = schema.validate(&document) {
            panic!("{error} at {}", error.instance_path());
        }
        document[broken] = "many".into();
        assert!(!schema.is_valid(&document), "the schema accepts anything");
    }
}

#[test]
fn numbers_of_an_evaluation_add_up() {
    let repo = service(420, 6);
    let report = json(&ask(&repo, &["evaluate", "--format", "json"]).stdout);
    let parts = report["parts"].as_array().expect("a list");
    let sum = |name: &str| parts.iter().map(|part| part[name].as_u64().expect("a number")).sum();
    let number = |name: &str| -> u64 { report[name].as_u64().expect("a number") };
    assert_eq!((sum("tested"), sum("defective")), (number("tested"), number("tested_defective")));
    for two in parts.windows(2) {
        let time = |part: &Value, name: &str| part[name].as_str().expect("a time").to_owned();
        assert!(time(&two[0], "until") <= time(&two[1], "from"));
    }
    for row in report["measures"].as_array().expect("a list") {
        let value = |name: &str| row[name]["value"].as_f64().expect("a number");
        let less = value("trained") - value("lines_added");
        assert!((less - value("trained_less_lines_added")).abs() < 2e-4, "{row}");
        for name in ["trained", "default", "lines_added", "trained_less_default"] {
            let [low, value, high] =
                ["low", "value", "high"].map(|end| row[name][end].as_f64().expect("a number"));
            assert!(low <= value && value <= high, "{row}");
        }
    }
}

#[test]
fn no_later_commit_has_a_say() {
    let repo = service(420, 6);
    let early = run_in(&repo, &["risk", "evaluate", "HEAD~60", "--format", "json"]);
    let then = json(&early.stdout);
    // The same with all that came later in the clone, at the time of that commit.
    repo.git(&["branch", "later"]);
    repo.git(&["reset", "--quiet", "--hard", "HEAD~60"]);
    let time = then["as_of"].as_str().expect("a time");
    assert_eq!(time, then["target"]["committed"].as_str().expect("a time"));
    let arguments = ["risk", "evaluate", "--now", time, "--format", "json"];
    let mut again = json(&run_in(&repo, &arguments).stdout);
    again["target"] = then["target"].clone();
    assert_eq!(again, then);
}

#[test]
fn few_commits_are_no_evaluation_but_something_may_be_learned() {
    let repo = service(30, 6);
    let evaluated = ask(&repo, &["evaluate"]);
    assert_eq!(evaluated.code, Some(3), "{evaluated}");
    assert_snapshot("own_history_few_evaluate", &evaluated.to_string());
    let trained = ask(&repo, &["train"]);
    assert_eq!(trained.code, Some(3), "{trained}");
    assert_snapshot("own_history_few_train", &trained.to_string());
    let repo = service(420, 0);
    let none = ask(&repo, &["evaluate"]);
    assert_eq!(none.code, Some(3), "{none}");
    assert!(none.stdout.contains("none introduced a defect"), "{none}");
    let learned = json(&ask(&repo, &["train", "--format", "json"]).stdout);
    assert_eq!((&learned["learned"], &learned["weight"]), (&"nothing".into(), &1.0.into()));
    assert_eq!(learned["unknown"], "few-defective");
    let scored = ask(&repo, &["score", "--format", "json"]).stdout;
    assert!(
        scored.contains("no earlier commit, merges aside, is known to mend a defect"),
        "{scored}"
    );
    let fresh = TestRepo::new();
    for command in ["train", "evaluate"] {
        assert_fails_with_hint(&ask(&fresh, &[command]), 2, &["no commit"]);
        assert_fails_with_hint(&ask(&repo, &[command, "v9"]), 2, &["v9"]);
    }
}

#[test]
fn what_was_learned_can_be_taken_away() {
    let repo = service(420, 6);
    let remove = ["train", "--remove"];
    assert_eq!(ask(&repo, &remove).stdout, "there is no model\n");
    ask(&repo, &["train"]);
    assert!(model(&repo).is_file());
    let cleared = run_in(&repo, &["index", "clear"]);
    assert_eq!(cleared.code, Some(0), "{cleared}");
    assert!(model(&repo).is_file(), "only `--remove` takes it away");
    let removed = ask(&repo, &remove);
    assert_eq!((removed.code, removed.stdout.as_str()), (Some(0), "the model is gone\n"));
    assert!(!model(&repo).exists());
    for wrong in [&["--format", "json"][..], &["HEAD"]] {
        let refused = ask(&repo, &[&remove, wrong].concat());
        assert_eq!(refused.code, Some(2), "{refused}");
    }
}

#[test]
fn where_nothing_can_be_kept_nothing_is_said_to_be() {
    let repo = service(420, 6);
    std::fs::create_dir(repo.git_dir().join("gitops-health")).expect("it can be made");
    std::fs::create_dir(model(&repo)).expect("it can be made");
    let in_the_way = ask(&repo, &["train"]);
    assert_fails_with_hint(&in_the_way, 3, &["could not keep", "risk-model.json"]);
    let repo = service(420, 6);
    std::fs::write(repo.git_dir().join("gitops-health"), "in the way").expect("it can be written");
    let program = program(&repo);
    std::fs::write(program.home().join(".cache"), "in the way").expect("it can be written");
    let in_memory = run(&program, &["risk", "train", "--now", NOW]);
    assert_harmless(&in_memory);
    assert_eq!((in_memory.code, in_memory.stdout.as_str()), (Some(3), ""), "{in_memory}");
    assert!(in_memory.stderr.contains("only in memory"), "{in_memory}");
}

#[test]
fn a_shallow_clone_says_so() {
    let repo = service(40, 6);
    let url = format!("file://{}", repo.path().display());
    let clone = tempfile::tempdir().expect("a temporary directory");
    repo.git(&["clone", "--quiet", "--depth", "20", &url, &clone.path().to_string_lossy()]);
    let found = run(&program_in(clone.path()), &["risk", "train", "--now", NOW]);
    assert_harmless(&found);
    assert!(found.stdout.contains("The clone is shallow"), "{found}");
    assert_eq!(found.code, Some(3), "{found}");

    // Where nothing is here, that is why.
    let clone = tempfile::tempdir().expect("a temporary directory");
    repo.git(&["clone", "--quiet", "--depth", "1", &url, &clone.path().to_string_lossy()]);
    for command in ["train", "evaluate"] {
        let nothing = run(&program_in(clone.path()), &["risk", command, "--now", NOW]);
        assert_fails_with_hint(&nothing, 3, &["the history of HEAD is not here", "--unshallow"]);
    }
}

#[test]
fn the_score_asks_what_was_learned_and_says_how_far_to_trust_it() {
    let repo = service(420, 6);
    let scored = || json(&ask(&repo, &["score", "--format", "json"]).stdout);
    let before = scored();
    assert!(before.to_string().contains("of the latest commits about"), "{before}");
    assert!(
        said(&before["model"]["trust"]).contains("measures how well it tells them apart"),
        "{before}"
    );

    ask(&repo, &["train"]);
    let after = scored();
    assert!((0.0..=1.0).contains(&number(&after["model"]["probability"])));
    assert!((0.0..=1.0).contains(&number(&after["model"]["base_rate"])));
    assert!(said(&after["model"]["trust"]).contains("told more than their size does"), "{after}");
    assert_ne!(before["model"]["log_odds"], after["model"]["log_odds"]);
    assert_eq!(scored(), after, "what is kept is what was measured");
    let text = ask(&repo, &["score", "--format", "text"]).stdout;
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("introduce a defect that becomes known; of 100 of the newest commits here"),
        "{text}"
    );

    // Where the settings of labels are others, it was another question.
    repo.write(".gitops-health.yaml", "risk: {labels: {least_share: 0.9}}");
    let other = scored();
    assert_eq!(other["model"]["log_odds"], before["model"]["log_odds"]);
    assert!(
        said(&other["notes"]).contains("`risk.labels` or `risk.kind_paths` changed"),
        "{other}"
    );
    repo.remove(".gitops-health.yaml");

    // What belongs to another history says nothing of this one.
    let other_repo = service(40, 6);
    ask(&other_repo, &["score"]);
    std::fs::copy(model(&repo), model(&other_repo)).expect("it can be copied");
    let foreign = json(&ask(&other_repo, &["score", "--format", "json"]).stdout);
    assert_eq!(foreign["model"]["probability"], Value::Null);
    assert!(said(&foreign["notes"]).contains("commits that are not here"), "{foreign}");

    // What is damaged is not asked, and nothing is stopped by it.
    let whole = std::fs::read(model(&repo)).expect("it is kept");
    for damaged in [&whole[..whole.len() / 2], b"", b"{}", b"null", b"[1e999]"] {
        std::fs::write(model(&repo), damaged).expect("it can be written");
        let other = scored();
        assert_eq!(other["model"]["log_odds"], before["model"]["log_odds"]);
        assert!(said(&other["notes"]).contains("it is damaged"), "{other}");
        let bare = ask(&repo, &["score"]);
        assert!(
            bare.stderr.contains("it is damaged") && bare.stdout.lines().count() == 1,
            "{bare}"
        );
    }
}

#[test]
fn before_anything_is_trained_the_score_tells_what_became_of_the_newest_commits() {
    let repo = service(420, 6);
    let score = ["score", "--format", "json"];
    let first = ask(&repo, &score);
    let report = json(&first.stdout);
    let model = &report["model"];
    // What became of them is asked up to a commit that many changes have in common, as of then.
    let line = repo.git_text(&["rev-list", "--first-parent", "--count", "HEAD~1"]);
    let beyond = line.trim().parse::<usize>().expect("a number") % 64;
    let milestone = format!("HEAD~{}", beyond + 1);
    let trained = json(&ask(&repo, &["train", &milestone, "--format", "json"]).stdout);
    let mature = number(&trained["commits"]["mature"]);
    assert!((100.0..1_000.0).contains(&mature), "{trained}");
    assert!((number(&model["base_rate"]) - number(&trained["base_rate"])).abs() < 1e-4, "{model}");
    assert!(said(&model["trust"]).contains(&format!("what became of {mature} commits here")));
    ask(&repo, &["train", "--remove"]);

    // It is kept beside the index, and made anew where that is gone or damaged.
    let kept = std::fs::read_dir(repo.git_dir().join("gitops-health")).expect("it is there");
    let kept = kept.map(|entry| entry.expect("an entry").path());
    let kept: Vec<PathBuf> =
        kept.filter(|path| path.to_string_lossy().contains("made-outcomes-")).collect();
    let [kept] = &kept[..] else { panic!("{kept:?}") };
    let whole = std::fs::read(kept).expect("it is kept");
    for damaged in [&whole[..], &whole[..whole.len() / 2], b""] {
        std::fs::write(kept, damaged).expect("it can be written");
        assert_eq!(ask(&repo, &score).stdout, first.stdout);
    }
    assert!(whole == std::fs::read(kept).expect("it is kept"));
    ask(&repo, &["score", "--commit", "HEAD~30", "--format", "json"]);
    run_in(&repo, &["index", "clear"]);
    assert_eq!(ask(&repo, &score).stdout, first.stdout);

    // A riskier change is likelier to introduce a defect, by the same outcomes, and the score is as it was.
    let others = (0..16).map(|back| {
        let revision = format!("HEAD~{back}");
        json(&ask(&repo, &["score", "--commit", &revision, "--format", "json"]).stdout)
    });
    let others: Vec<Value> = others.collect();
    let same = |other: &&Value| other["model"]["trust"] == others[15]["model"]["trust"];
    let told = others.iter().filter(same);
    let told = told.map(|it| ["log_odds", "probability"].map(|key| number(&it["model"][key])));
    let mut told: Vec<[f64; 2]> = told.collect();
    told.sort_by(|one, two| one[0].total_cmp(&two[0]));
    assert!(told.len() > 3 && told.is_sorted_by_key(|one| one[1]), "{told:?}");
    assert!(told[0][1] < told[told.len() - 1][1], "{told:?}");
    let bare = ask(&repo, &["score"]);
    assert_eq!(bare.stdout.trim(), report["value"].to_string(), "{bare}");

    // Other settings give other labels.
    repo.write(".gitops-health.yaml", "risk: {labels: {defect_patterns: ['values of step 1']}}");
    let other = json(&ask(&repo, &score).stdout);
    assert_ne!(other["model"]["base_rate"], model["base_rate"]);
    assert_eq!(other["model"]["log_odds"], model["log_odds"]);
}

#[test]
fn where_content_of_fixes_is_not_here_it_is_not_told_how_likely_a_defect_is() {
    let repo = service(420, 6);
    let packs = repo.git_dir().join("objects/pack");
    for entry in std::fs::read_dir(&packs).expect("it is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|it| it == "pack") {
            let pack = std::fs::read(&path).expect("it is there");
            std::fs::remove_dir_all(&packs).expect("it is there");
            repo.git_with_input(&["unpack-objects", "-q"], &pack);
            break;
        }
    }
    let score = || json(&ask(&repo, &["score", "--commit", "HEAD~9", "--format", "json"]).stdout);
    let before = score();
    assert!(before["model"]["probability"].is_number());
    // The index is whole, but a fix can not be followed any more.
    let fixes = repo.git_text(&["log", "--format=%H", "--grep=^Fix crash", "HEAD~300"]);
    let fix = fixes.lines().next().expect("there is one");
    let path = repo.git_text(&["diff", "--name-only", &format!("{fix}~1"), fix]);
    let blob = repo.id(&format!("{fix}~1:{}", path.trim()));
    let object = object_file(&repo, blob.trim());
    let content = std::fs::read(&object).expect("it is there");
    std::fs::remove_file(&object).expect("it is there");
    for entry in std::fs::read_dir(repo.git_dir().join("gitops-health")).expect("it is there") {
        let path = entry.expect("an entry").path();
        if path.to_string_lossy().contains("made-") {
            std::fs::remove_file(path).expect("it is there");
        }
    }
    let report = score();
    assert_eq!(report["model"]["probability"], Value::Null);
    assert_eq!(report["model"]["base_rate"], Value::Null);
    let trust = said(&report["model"]["trust"]);
    assert!(
        trust.contains("some content is not here") && trust.contains("not measured yet"),
        "{trust}"
    );
    // Once it is here again it is told at once.
    std::fs::write(&object, content).expect("it can be written");
    assert_eq!(score(), before);
}

#[test]
fn with_what_was_learned_points_add_up_and_more_lines_never_lower_the_score() {
    let repo = service(420, 6);
    ask(&repo, &["train"]);
    let whole = |value: &Value| value.as_i64().unwrap_or_else(|| panic!("{value} is not whole"));
    for back in 0..12 {
        let revision = format!("HEAD~{}", back * 7);
        let report =
            json(&ask(&repo, &["score", "--commit", &revision, "--format", "json"]).stdout);
        let factor = &report["factors"][0];
        let signals = factor["signals"].as_array().expect("signals");
        let points: Vec<i64> = signals.iter().map(|signal| whole(&signal["points"])).collect();
        assert_eq!(points.iter().sum::<i64>(), whole(&factor["points"]), "{factor}");
        assert!(points.iter().all(|points| points.abs() <= 50), "{factor}");
        let odds = |value: &Value| value.as_f64().expect("a number");
        let model = &report["model"];
        let contributions = model["contributions"].as_array().expect("contributions");
        let sum: f64 = contributions.iter().map(|one| odds(&one["log_odds"])).sum();
        assert!((odds(&model["start"]) + sum - odds(&model["log_odds"])).abs() < 1e-9, "{model}");
    }
    let path = repo.path().join("src/part2.c");
    let before = std::fs::read_to_string(&path).expect("it is there");
    let mut scores = Vec::new();
    for lines in [1, 3, 8, 20, 60, 200, 700] {
        let more: String = (0..lines).map(|line| format!("more_{line} = 1\n")).collect();
        repo.write("src/part2.c", format!("{before}{more}")).git(&["add", "src"]);
        let score = ask(&repo, &["score", "--staged"]).stdout;
        scores.push(score.trim().parse::<u32>().expect("a number"));
    }
    assert!(scores.is_sorted() && scores[0] < scores[6], "{scores:?}");
}

#[test]
fn where_nothing_was_learned_the_score_is_as_before_and_no_probability_is_told() {
    // Too few commits, too few defects, and few of both.
    for repo in [service(30, 6), service(420, 0), service(45, 6)] {
        let scored = || json(&ask(&repo, &["score", "--format", "json"]).stdout);
        let before = scored();
        ask(&repo, &["train"]);
        let after = scored();
        assert_eq!(before["model"]["log_odds"], after["model"]["log_odds"], "{after}");
        assert_eq!(before["model"]["percentile"], after["model"]["percentile"]);
        if after["model"]["weight"] == 1.0 {
            assert_eq!(before["factors"], after["factors"]);
        }
        assert_eq!(after["model"]["probability"], Value::Null);
        assert_eq!(after["model"]["base_rate"], Value::Null);
        assert!(said(&after["model"]["trust"]).contains("is not measured yet"), "{after}");
        assert!(!model(&repo).exists());
    }
}

#[test]
fn of_few_commits_it_is_learned_how_many_are_defective_and_no_more() {
    let repo = service(80, 10);
    let scored = || json(&ask(&repo, &["score", "--format", "json"]).stdout);
    let before = scored();
    let trained = ask(&repo, &["train", "--format", "json"]);
    assert_eq!((trained.code, &json(&trained.stdout)["learned"]), (Some(0), &"base-rate".into()));
    let after = scored();
    assert_eq!(before["model"]["log_odds"], after["model"]["log_odds"], "{after}");
    assert_eq!(after["model"]["probability"], Value::Null);
    let trust = said(&after["model"]["trust"]);
    assert!(trust.contains("learned how many are defective, and no more."), "{trust}");
}

#[test]
fn what_learns_nothing_takes_the_place_of_nothing() {
    let repo = service(420, 6);
    ask(&repo, &["train"]);
    let kept = std::fs::read(model(&repo)).expect("it is kept");
    let nothing = ask(&repo, &["train", "HEAD~450"]);
    assert_eq!(nothing.code, Some(3), "{nothing}");
    assert!(nothing.stdout.contains("Nothing is kept."), "{nothing}");
    assert!(kept == std::fs::read(model(&repo)).expect("it is kept"));
}

#[test]
fn what_comes_later_changes_no_score() {
    let repo = service(300, 6);
    let cut = TestRepo::bare();
    let url = repo.path().to_string_lossy().into_owned();
    let commit = repo.git_text(&["rev-parse", "HEAD~90"]);
    repo.git(&["branch", "early", "HEAD~90"]);
    cut.git(&["fetch", "--quiet", &url, "early:main"]);
    let arguments = ["score", "--commit", commit.trim(), "--format", "json", "--historical"];
    assert_eq!(ask(&repo, &arguments).stdout, ask(&cut, &arguments).stdout);
}

fn said(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

#[test]
fn a_model_that_does_not_beat_size_loses_weight() {
    // Whatever breaks here is what adds most lines.
    let repo = service(420, 6);
    ask(&repo, &["train"]);
    let text = std::fs::read_to_string(model(&repo)).expect("it is kept");
    let mut kept: Value = json(&text);
    kept["judged"]["told"]["better_than_lines"] = 0.25.into();
    kept["judged"]["told"]["less_lines"] =
        serde_json::json!({"low": -0.1, "value": -0.01, "high": 0.05});
    std::fs::write(model(&repo), kept.to_string()).expect("it can be written");
    let report = json(&ask(&repo, &["score", "--format", "json"]).stdout);
    assert_eq!(report["model"]["weight"], 0.25);
    assert!(said(&report["model"]["trust"]).contains("keeps 25% of its weight"), "{report}");
    // An eighth beside three and two tenths.
    assert_eq!(report["factors"][0]["max_points"], 20, "{report}");
}
