//! GitHub Actions: the action with its script, and the workflows of the example.

use std::os::unix::fs::PermissionsExt;

use super::*;

const SCRIPT: &str = "examples/05-in-a-pipeline/github/check.sh";

/// A step of a job, with the files that a runner gives it.
struct Step {
    job: Job,
    /// What is the temporary directory of the runner.
    temp: tempfile::TempDir,
    files: tempfile::TempDir,
}

impl Step {
    /// Of a pull request, in this directory.
    fn of_request(directory: &Path, base: &str, head: &str) -> Self {
        Self::of_event(
            directory,
            &serde_json::json!({
                "pull_request": {
                    "number": 7,
                    "base": {"ref": "main", "sha": base},
                    "head": {"ref": "topic", "sha": head},
                },
            }),
        )
    }

    fn of_event(directory: &Path, event: &Json) -> Self {
        let [temp, files] = [(); 2].map(|()| tempfile::tempdir().expect("a directory"));
        let at = |name: &str| files.path().join(name).to_str().expect("UTF-8").to_owned();
        std::fs::write(at("event.json"), event.to_string()).expect("a file");
        let job = Job::new(directory, &[("CI", "true"), ("GITHUB_ACTIONS", "true")])
            .with("GITHUB_EVENT_PATH", at("event.json"))
            .with("GITHUB_OUTPUT", at("output"))
            .with("GITHUB_STEP_SUMMARY", at("summary.md"))
            .with("RUNNER_TEMP", temp.path().to_str().expect("UTF-8"))
            .with("GITHUB_ACTION_PATH", root().to_str().expect("UTF-8"));
        Self { job, temp, files }
    }

    /// With an input of the action.
    fn given(mut self, input: &str, value: &str) -> Self {
        let name = format!("INPUT_{}", input.to_uppercase().replace('-', "_"));
        self.job = self.job.with(&name, value);
        self
    }

    fn run(&self) -> Transcript {
        let mut command = Command::new("sh");
        command.arg(root().join(SCRIPT));
        let transcript = self.job.finish(command, SCRIPT);
        let left = std::fs::read_dir(self.temp.path()).expect("a directory").flatten();
        let left: Vec<_> =
            left.map(|it| it.file_name()).filter(|it| it != "gitops-health").collect();
        assert!(left.is_empty(), "{left:?} are left behind: {transcript}");
        transcript
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.files.path().join(name)).unwrap_or_default()
    }

    fn outputs(&self) -> BTreeMap<String, String> {
        let text = self.file("output");
        let pairs = text.lines().map(|line| line.split_once('=').expect("a name and a value"));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Makes a program that stands for ours.
    fn with_program(self, text: &str) -> Self {
        let path = self.files.path().join("program");
        write_program(&path, text);
        let path = path.to_str().expect("UTF-8").to_owned();
        self.given("program", &path)
    }
}

fn write_program(path: &Path, text: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{text}")).expect("a file");
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(path, mode).expect("it is ours");
}

#[test]
fn the_action_gives_its_script_every_input_and_hands_on_every_output() {
    let action = yaml("action.yml");
    let steps = action["runs"]["steps"].as_sequence().expect("steps");
    assert_eq!(str_of(&action["runs"], "using"), "composite");
    assert_eq!(str_of(&steps[0], "run"), format!("sh \"$GITHUB_ACTION_PATH/{SCRIPT}\""));
    assert!(root().join(SCRIPT).is_file());
    let script = text(SCRIPT);
    let given = steps[0]["env"].as_mapping().expect("an environment");
    let names = |value: &Value| -> Vec<String> {
        let keys = value.as_mapping().expect("members").keys();
        keys.map(|key| key.as_str().expect("text").to_owned()).collect()
    };
    let mut wanted = Vec::new();
    for input in names(&action["inputs"]) {
        assert!(!str_of(&action["inputs"][&*input], "description").is_empty());
        assert!(action["inputs"][&*input]["default"].is_string(), "{input} has no default");
        // It is of a step of its own.
        if input != "upload-sarif" {
            let variable = format!("INPUT_{}", input.to_uppercase().replace('-', "_"));
            assert_eq!(given[&*variable], format!("${{{{ inputs.{input} }}}}").as_str());
            assert!(script.contains(&format!("${{{variable}:-")), "{variable} is not read");
            wanted.push(variable);
        }
    }
    assert_eq!(names(&steps[0]["env"]), wanted);
    for output in names(&action["outputs"]) {
        let value = str_of(&action["outputs"][&*output], "value");
        assert_eq!(value, format!("${{{{ steps.check.outputs.{output} }}}}"));
        assert!(script.contains(&format!("output {output} ")), "{output} is never written");
    }
    // It is uploaded whatever was found, and not where there is none.
    let condition = str_of(&steps[1], "if");
    assert!(condition.starts_with("always() && inputs.upload-sarif == 'true' && "), "{condition}");
    assert!(condition.ends_with("steps.check.outputs.sarif-file != ''"), "{condition}");
}

#[test]
fn a_clean_request_passes_with_outputs_summary_and_report() {
    let Offered { repo, main, clean, .. } = offered();
    let step = Step::of_request(repo.path(), &main, &clean);
    let transcript = step.run();
    assert_eq!(transcript.code, Some(0), "{transcript}");
    assert!(transcript.stdout.starts_with("::notice title=gitops-health check::may go in"));
    let asked = ["check", "--base", &main, "--head", &clean, "--format", "json"];
    let risk = json(&run(&program_in(repo.path()), &asked).stdout)["risk"].clone();
    let outputs = step.outputs();
    assert_eq!(outputs["outcome"], "clean");
    assert_eq!(outputs["exit-code"], "0");
    assert_eq!(outputs["score"], risk["score"].to_string());
    assert_eq!(outputs["strategy"], risk["strategy"].as_str().expect("text"));
    assert_eq!(outputs["sarif-file"], "gitops-health.sarif");
    let sarif = json(&step.job.file("gitops-health.sarif").expect("a report"));
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
    assert!(step.file("summary.md").starts_with("## gitops-health: may go in\n"));
}

#[test]
fn a_request_with_a_number_fails_and_everybody_hears_where_but_not_which() {
    let Offered { repo, main, leak, .. } = offered();
    let step = Step::of_request(repo.path(), &main, &leak).given("sarif-file", "out.sarif");
    let transcript = step.run();
    assert_eq!(transcript.code, Some(1), "{transcript}");
    let begin = "::error file=tests/patient.txt,line=1,col=14,title=ssn (critical)::";
    assert!(transcript.stdout.starts_with(begin), "{transcript}");
    let outputs = step.outputs();
    assert_eq!((&*outputs["outcome"], &*outputs["exit-code"]), ("findings", "1"));
    assert_eq!(outputs["sarif-file"], "out.sarif");
    let sarif = step.job.file("out.sarif").expect("a report");
    let results = json(&sarif)["runs"][0]["results"].clone();
    assert_eq!(results.as_array().map(Vec::len), Some(1));
    assert_eq!(results[0]["ruleId"], "ssn");
    let summary = step.file("summary.md");
    assert!(summary.contains("tests/patient.txt:1:14"), "{summary}");
    let all = [&transcript.stdout, &transcript.stderr, &sarif, &summary, &step.file("output")];
    assert!(all.iter().all(|it| !it.contains(&number())));
}

#[test]
fn a_shallow_clone_is_not_evaluated_and_the_hint_says_what_to_fetch() {
    let Offered { repo, main, clean, .. } = offered();
    let clone = cloned(&repo, "clean", &["--depth", "1"]);
    // A report that a change brings, or that is left from before, is none of this run.
    std::fs::write(clone.path().join("gitops-health.sarif"), "{}").expect("a file");
    let step = Step::of_request(clone.path(), &main, &clean);
    let transcript = step.run();
    assert_eq!(transcript.code, Some(3), "{transcript}");
    let fetch = "git fetch --no-tags --unshallow origin +refs/heads/main:refs/remotes/origin/main";
    let lines: Vec<&str> = transcript.stdout.lines().collect();
    assert!(lines[0].starts_with("::error title=gitops-health check::"), "{transcript}");
    for words in ["fetch-depth: 0", fetch] {
        assert!(lines[0].contains(words), "{transcript}");
        assert!(step.file("summary.md").contains(words), "{}", step.file("summary.md"));
    }
    let outputs = step.outputs();
    assert_eq!((&*outputs["outcome"], &*outputs["exit-code"]), ("not_evaluated", "3"));
    assert_eq!((&*outputs["score"], &*outputs["strategy"]), ("", ""));
    assert_eq!((outputs.get("sarif-file"), step.job.file("gitops-health.sarif")), (None, None));
    // Somebody does what it says.
    repo.git(&[&["-C", clone.path().to_str().expect("UTF-8")][..], &words_of(fetch)].concat());
    let transcript = step.run();
    assert_eq!(transcript.code, Some(0), "{transcript}");
}

fn words_of(command: &str) -> Vec<&str> {
    command.split(' ').skip(1).collect()
}

#[test]
fn a_push_and_a_merge_queue_are_what_the_event_says() {
    let Offered { repo, main, leak, .. } = offered();
    let before = repo.id("main~1");
    for (event, code) in [
        (serde_json::json!({"ref": "refs/heads/main", "before": before, "after": main}), 0),
        (serde_json::json!({"ref": "refs/heads/main", "before": before, "after": leak}), 1),
        (
            serde_json::json!({"merge_group": {
                "base_ref": "refs/heads/main", "base_sha": main, "head_sha": leak,
            }}),
            1,
        ),
    ] {
        let step = Step::of_event(repo.path(), &event).given("summary", "false");
        let transcript = step.run();
        assert_eq!(transcript.code, Some(code), "{event}: {transcript}");
        assert_eq!(step.file("summary.md"), "");
    }
}

#[test]
fn every_input_is_an_argument_and_none_is_a_command() {
    let Offered { repo, main, clean, .. } = offered();
    let evil = "$(touch evil)`touch evil`; touch evil #'\" | touch evil";
    let echo = "printf '%s\\n' \"$@\"; exit 1";
    let step = Step::of_request(repo.path(), &main, &clean)
        .with_program(echo)
        .given("base", evil)
        .given("head", "-h")
        .given("fail-on", "high")
        .given("max-risk", "40")
        .given("framework", "hipaa,sox")
        .given("policy-from", "main")
        .given("only", "risk")
        .given("skip", "sanitize")
        .given("evidence", "results of tests.xml\n*\n")
        .given("args", "--severity high\n--policy=* $(touch evil)")
        .given("sarif-file", "a b.sarif");
    let transcript = step.run();
    let printed: Vec<&str> =
        transcript.stdout.lines().take_while(|it| !it.contains("::")).collect();
    let base = format!("--base={evil}");
    let wanted = [
        "check",
        &base,
        "--head=-h",
        "--fail-on=high",
        "--max-risk=40",
        "--framework=hipaa,sox",
        "--policy-from=main",
        "--only=risk",
        "--skip=sanitize",
        "--evidence=results of tests.xml",
        "--evidence=*",
        "--severity",
        "high",
        "--policy=*",
        "$(touch",
        "evil)",
        "--format",
        "sarif=a b.sarif",
        "--format",
    ];
    assert_eq!(printed[..wanted.len()], wanted, "{transcript}");
    assert!(step.job.file("evil").is_none());
    // And the program itself takes them for what they are.
    let step = Step::of_request(repo.path(), &main, &clean).given("base", evil);
    assert_eq!(step.run().code, Some(2));
    assert!(step.job.file("evil").is_none());
    let step = Step::of_request(repo.path(), &main, &clean).given("head", "main");
    let transcript = step.run();
    assert_eq!(transcript.code, Some(2), "{transcript}");
    assert!(transcript.stdout.contains("head needs base"), "{transcript}");
}

#[test]
fn nothing_is_clean_without_a_report_that_says_so() {
    let Offered { repo, main, clean, .. } = offered();
    let of = || Step::of_request(repo.path(), &main, &clean);
    let report = |json: &str| {
        format!(
            "for word; do case $word in json=*) printf '%s' '{json}' >\"${{word#json=}}\" ;; esac; done"
        )
    };
    let findings = report("{\n  \"outcome\": \"findings\",\n  \"risk\": null\n}\n");
    let whole = report("{\n  \"outcome\": \"clean\",\n  \"risk\": null\n}\n");
    for (step, wanted, outcome) in [
        (of().given("args", "--help"), 2, "not_evaluated"),
        (of().with_program(""), 2, "not_evaluated"),
        (of().with_program(&findings), 2, "findings"),
        (of().with_program("exit 3"), 3, "not_evaluated"),
        (of().with_program("kill -9 $$"), 137, "not_evaluated"),
        (of().given("program", "/nonexistent"), 127, "not_evaluated"),
        (of().with_program(&whole), 0, "clean"),
    ] {
        let transcript = step.run();
        assert_eq!(transcript.code, Some(wanted), "{transcript}");
        assert_eq!(step.outputs()["exit-code"], wanted.to_string(), "{transcript}");
        assert_eq!(step.outputs()["outcome"], outcome, "{transcript}");
    }
}

#[test]
fn a_name_that_looks_like_a_command_is_none() {
    let Offered { repo, main, .. } = offered();
    let name = "x ##[add-mask]y\u{a0}z ::error title=made up::here";
    repo.write(name, format!("patient ssn: {}\n", number()));
    let head = repo.commit("Test with a patient");
    let step = Step::of_request(repo.path(), &main, &head).given("annotations", "false");
    let transcript = step.run();
    assert_eq!(transcript.code, Some(1), "{transcript}");
    let lines: Vec<&str> = transcript.stdout.lines().collect();
    let token = lines[0].strip_prefix("::stop-commands::").expect("no command from here");
    assert!(token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{token}");
    let end = format!("::{token}::");
    // All that was printed stands before the end of that.
    assert_eq!(lines.iter().position(|line| *line == end), Some(lines.len() - 1), "{transcript}");
    // And the program itself prints no name as one.
    assert!(transcript.stdout.contains(r"##\[add-mask]"), "{transcript}");
    assert!(!lines.iter().any(|line| line.trim_start().starts_with("::error")), "{transcript}");
    let again = step.run().stdout;
    assert!(!again.contains(token), "the token can be known");
    // An error quotes what was asked for.
    let step = Step::of_request(repo.path(), &main, &head).given("base", "x%0A::error::made up");
    let transcript = step.run();
    let first = transcript.stdout.lines().next().expect("a line");
    assert!(first.contains("`x%250A::error::made up`"), "{transcript}");
}

#[test]
fn a_summary_that_is_too_long_is_cut_at_the_end_of_a_line() {
    let Offered { repo, main, clean, .. } = offered();
    let step = Step::of_request(repo.path(), &main, &clean).with_program(
        "for word; do case $word in markdown=*) yes 'a line of this report' | head -n 60000 >\"${word#markdown=}\" ;; esac; done; exit 1",
    );
    assert_eq!(step.run().code, Some(1));
    let summary = step.file("summary.md");
    assert!(summary.len() > 900_000 && summary.len() <= 1 << 20, "{}", summary.len());
    assert!(summary.starts_with("The end of this report is left out"));
    assert!(summary.ends_with("\na line of this report\n"));
}

#[test]
fn where_there_is_no_program_one_is_built_away_from_the_change() {
    let Offered { repo, main, clean, .. } = offered();
    // A toolchain that a change chooses.
    repo.write("rust-toolchain.toml", "[toolchain]\npath = '/nonexistent'\n");
    let mut step = Step::of_request(repo.path(), &main, &clean);
    let tools = tempfile::tempdir().expect("a directory");
    let binary = env!("CARGO_BIN_EXE_gitops-health");
    write_program(
        &tools.path().join("cargo"),
        &format!(
            "pwd >\"$GITHUB_OUTPUT.built\"; echo \"$@\" >>\"$GITHUB_OUTPUT.built\"\nmkdir -p \"$6/bin\" && ln -s '{binary}' \"$6/bin/gitops-health\"\n"
        ),
    );
    step.job.path = format!("{}:/usr/bin:/bin", tools.path().display());
    let transcript = step.run();
    assert_eq!(transcript.code, Some(0), "{transcript}");
    let (root, temp) = (root().display(), step.temp.path().display());
    let wanted = format!("{root}\ninstall --locked --path {root} --root {temp}/gitops-health\n");
    assert_eq!(step.file("output.built"), wanted);
    // A second step of the job builds nothing, and where it can not be built nothing passes.
    std::fs::remove_file(step.files.path().join("output.built")).expect("it is there");
    assert_eq!((step.run().code, step.file("output.built")), (Some(0), String::new()));
    write_program(&tools.path().join("cargo"), "exit 101\n");
    std::fs::remove_dir_all(step.temp.path().join("gitops-health")).expect("it is there");
    let transcript = step.run();
    assert_eq!(transcript.code, Some(2), "{transcript}");
    assert!(transcript.stdout.contains("could not be built"), "{transcript}");
}

#[test]
fn of_the_ways_to_deploy_one_has_a_job_and_none_where_the_risk_is_not_known() {
    let workflow = yaml("examples/05-in-a-pipeline/github/deploy.yml");
    let jobs = workflow["jobs"].as_mapping().expect("jobs");
    let conditions: Vec<&str> = jobs.values().filter_map(|job| job["if"].as_str()).collect();
    let wanted = ["STANDARD", "CANARY", "BLUE_GREEN"]
        .map(|strategy| format!("needs.risk.outputs.strategy == '{strategy}'"));
    assert_eq!(conditions, wanted);
    let steps = workflow["jobs"]["risk"]["steps"].as_sequence().expect("steps");
    let step = steps.iter().find(|step| step["id"].as_str() == Some("score")).expect("a step");
    let script = str_of(step, "run");

    let Offered { repo, main, clean, .. } = offered();
    let score = |directory: &Path, commit: &str| {
        let runner = Step::of_event(directory, &Json::Null);
        let transcript = runner.job.with("GITHUB_SHA", commit).run(script);
        let output = std::fs::read_to_string(runner.files.path().join("output"));
        (transcript.code, output.unwrap_or_default())
    };
    assert_eq!(score(repo.path(), &main), (Some(0), "strategy=STANDARD\n".into()));
    let clone = cloned(&repo, "clean", &["--depth", "1"]);
    assert_eq!(score(clone.path(), &clean), (Some(3), String::new()));
}
