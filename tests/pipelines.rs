//! The files with which pipelines ask the program: what stands in them, and that their scripts do what they say in the
//! environment of each system, which is made up here.

mod github;
mod others;
mod release;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gitops_health_testkit::{TestRepo, Transcript};
use serde_json::Value as Json;
use serde_yaml::Value;

use crate::support::{finish, program_in, run};

/// Every file that a system of CI reads, but the one of Jenkins, which is no YAML.
const FILES: &[&str] = &[
    "action.yml",
    ".pre-commit-hooks.yaml",
    ".github/workflows/ci.yml",
    ".github/workflows/release.yml",
    "examples/05-in-a-pipeline/github/workflow.yml",
    "examples/05-in-a-pipeline/github/deploy.yml",
    "examples/05-in-a-pipeline/gitlab/gitops-health.yml",
    "examples/05-in-a-pipeline/azure/azure-pipelines.yml",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn yaml(file: &str) -> Value {
    serde_yaml::from_str(&text(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The values of all members of this name, however deep, with the place of each.
fn members<'a>(value: &'a Value, name: &str, place: &str) -> Vec<(String, &'a Value)> {
    match value {
        Value::Mapping(members_of) => members_of
            .iter()
            .flat_map(|(key, value)| {
                let key = key.as_str().unwrap_or_default();
                let place = format!("{place}.{key}");
                let found = (key == name).then(|| (place.clone(), value));
                found.into_iter().chain(members(value, name, &place))
            })
            .collect(),
        Value::Sequence(items) => items
            .iter()
            .enumerate()
            .flat_map(|(index, item)| members(item, name, &format!("{place}[{index}]")))
            .collect(),
        _ => Vec::new(),
    }
}

fn str_of<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no text `{name}` in {value:?}"))
}

/// A number that is nobody's, in the form of one that is: made when tests run, so that no scanner stops at this page.
fn number() -> String {
    ["536", "22", "8141"].join("-")
}

/// A repository with a branch that may go in and one that may not, and their ids.
struct Offered {
    repo: TestRepo,
    main: String,
    clean: String,
    leak: String,
}

fn offered() -> Offered {
    let repo = TestRepo::new();
    repo.write("src/main.py", "x = 1\n").commit("Begin");
    repo.write("src/main.py", "x = 2\n").commit("Fix the start");
    repo.git(&["checkout", "-q", "-b", "clean"]);
    let clean = repo.write("README.md", "A service.\n").commit("Say what it is");
    repo.git(&["checkout", "-q", "-b", "leak", "main"]);
    repo.write("tests/patient.txt", format!("patient ssn: {}\n", number()));
    let leak = repo.commit("Test with a patient");
    repo.git(&["checkout", "-q", "main"]);
    // The branches began before it.
    let main = repo.write("src/other.py", "y = 1\n").commit("Another file");
    Offered { repo, main, clean, leak }
}

/// A clone as the checkout of a job leaves it: one branch, this one, and nothing of the branch that it goes to.
fn cloned(repo: &TestRepo, branch: &str, more: &[&str]) -> tempfile::TempDir {
    let clone = tempfile::tempdir().expect("a temporary directory can be made");
    let url = format!("file://{}", repo.path().display());
    let to = clone.path().to_str().expect("it is UTF-8");
    let words = ["clone", "--quiet", "--single-branch", "--branch", branch];
    repo.git(&[&words, more, &[&url, to]].concat());
    clone
}

/// A job: a directory, and the environment that a system makes for it.
struct Job {
    directory: PathBuf,
    variables: BTreeMap<String, String>,
    path: String,
}

impl Job {
    fn new(directory: &Path, variables: &[(&str, &str)]) -> Self {
        let binary = Path::new(env!("CARGO_BIN_EXE_gitops-health"));
        let binaries = binary.parent().expect("a directory").display();
        let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Self {
            directory: directory.to_owned(),
            variables: variables.collect(),
            path: format!("{binaries}:{}", std::env::var("PATH").unwrap_or_default()),
        }
    }

    fn with(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.variables.insert(name.into(), value.as_ref().into());
        self
    }

    /// Runs a script as the shell of a runner does that ends at the first command that fails.
    fn run(&self, script: &str) -> Transcript {
        let mut command = Command::new("sh");
        command.args(["-e", "-c", script]);
        self.finish(command, script)
    }

    fn finish(&self, mut command: Command, words: &str) -> Transcript {
        command
            .current_dir(&self.directory)
            .env_clear()
            .env("PATH", &self.path)
            .env("HOME", &self.directory)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_TERMINAL_PROMPT", "0")
            .envs(&self.variables)
            .stdin(Stdio::null());
        finish(command, words)
    }

    fn file(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.directory.join(name)).ok()
    }
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// How many failures a JUnit report has. The program that reads such reports as evidence reads it, so that it is one.
fn failures(job: &Job, report: &str) -> usize {
    let words = ["compliance", "input", "--commit", "HEAD", "--evidence", report];
    let transcript = run(&program_in(&job.directory), &words);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    job.file(report).expect("a report").matches("<failure").count()
}

#[test]
fn every_file_is_yaml_that_says_nothing_twice() {
    for file in FILES {
        assert!(!yaml(file).is_null(), "{file}");
    }
    // The reader sees that.
    assert!(serde_yaml::from_str::<Value>("x: 1\nx: 2\n").is_err());
}

#[test]
fn no_expression_stands_in_the_text_of_a_script() {
    let mut scripts = 0;
    for file in FILES {
        for name in ["run", "script", "before_script"] {
            for (place, script) in members(&yaml(file), name, file) {
                // The defaults of all steps, and what a shell is given line by line.
                if script.is_mapping() {
                    continue;
                }
                let script = serde_yaml::to_string(script).expect("it is YAML");
                assert!(!script.contains("${{"), "{place}: {script}");
                scripts += 1;
            }
        }
    }
    assert!(scripts > 10, "only {scripts} scripts were found");
}

#[test]
fn every_action_of_somebody_else_is_named_by_a_commit_the_same_everywhere() {
    let mut known = BTreeMap::new();
    for file in FILES {
        for (place, uses) in members(&yaml(file), "uses", file) {
            let uses = uses.as_str().expect("text");
            if uses.starts_with("./") {
                let path = root().join(uses);
                assert!(path.join("action.yml").is_file() || path.is_file(), "{place}: {uses}");
                continue;
            }
            let (action, revision) = uses.split_once('@').expect("a revision");
            if action == "gitops-health/gitops-health" {
                assert_eq!(revision, concat!("v", env!("CARGO_PKG_VERSION")), "{place}");
                continue;
            }
            let is_hex = revision.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_hex && revision.len() == 40, "{place}: {uses}");
            // What stands beside it says which version that is.
            let line = text(file).lines().find(|line| line.contains(uses)).map(str::to_owned);
            let line = line.expect("it stands there");
            assert!(line.contains(" # v"), "{place}: {line}");
            let before = known.entry(action.to_owned()).or_insert_with(|| line.trim().to_owned());
            let what = |line: &str| line.rsplit_once('@').map(|it| it.1.to_owned());
            assert_eq!(what(before), what(&line), "{place}");
        }
    }
    assert!(known.len() >= 4, "{known:?}");
}

#[test]
fn every_version_of_the_program_that_is_named_is_this_one() {
    let version = concat!("v", env!("CARGO_PKG_VERSION"));
    let jenkins = "examples/05-in-a-pipeline/jenkins/Jenkinsfile";
    let page = "examples/05-in-a-pipeline/README.md";
    let mut named = 0;
    for file in FILES.iter().chain(&[jenkins, page]) {
        let text = text(file);
        for before in ["--tag ", "gitops-health/gitops-health@", "rev: "] {
            for (at, _) in text.match_indices(before) {
                assert!(text[at + before.len()..].starts_with(version), "{file}: {before}");
                named += 1;
            }
        }
    }
    assert!(named >= 6, "{named}");
}

#[test]
fn a_workflow_has_no_permission_that_a_job_does_not_ask_for() {
    for file in FILES.iter().filter(|file| file.contains("github/")) {
        let workflow = yaml(file);
        let permissions = workflow["permissions"].as_mapping().expect("permissions");
        assert!(permissions.is_empty(), "{file}");
        for (name, job) in workflow["jobs"].as_mapping().expect("jobs") {
            let asked = job["permissions"].as_mapping();
            let asked: Vec<String> = asked
                .into_iter()
                .flatten()
                .filter(|(_, grade)| grade.as_str() == Some("write"))
                .map(|(name, _)| name.as_str().expect("text").to_owned())
                .collect();
            let wanted: &[&str] = match (*file, name.as_str().expect("text")) {
                (".github/workflows/release.yml", "attest") => &["id-token", "attestations"],
                (".github/workflows/release.yml", "publish") => &["contents"],
                _ => &[],
            };
            assert_eq!(asked, wanted, "{file} {name:?}");
        }
        for (place, step) in members(&workflow, "steps", file) {
            for step in step.as_sequence().expect("steps") {
                let is_checkout =
                    step["uses"].as_str().is_some_and(|it| it.starts_with("actions/checkout@"));
                let kept = &step["with"]["persist-credentials"];
                assert!(!is_checkout || kept.as_bool() == Some(false), "{place}");
                let depth = &step["with"]["fetch-depth"];
                assert!(!is_checkout || depth.as_u64() == Some(0), "{place}");
            }
        }
    }
}

/// What the framework does with an entry: its words, and the file for the hooks that are given one.
fn run_hook(
    hook: &Value,
    repo: &TestRepo,
    more: &[&str],
    variables: &[(&str, &str)],
) -> Transcript {
    let words: Vec<&str> = str_of(hook, "entry").split(' ').chain(more.iter().copied()).collect();
    assert_eq!(words[0], "gitops-health");
    let mut job = Job::new(repo.path(), variables);
    job.variables.insert("PRE_COMMIT".into(), "1".into());
    let mut command = Command::new(env!("CARGO_BIN_EXE_gitops-health"));
    command.args(&words[1..]);
    job.finish(command, &words.join(" "))
}

#[test]
fn hooks_of_the_framework_stop_what_they_are_for_and_let_pass_the_rest() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hooks = hooks.as_sequence().expect("hooks");
    assert_eq!(hooks.len(), 8);
    for hook in hooks {
        let id = str_of(hook, "id");
        let stages = hook["stages"].as_sequence().expect("stages");
        let stage = stages[0].as_str().expect("text");
        assert_eq!(stages.len(), 1, "{id}");
        assert!(str_of(hook, "entry").starts_with(&format!("gitops-health hook run {stage}")));
        let language = if id.ends_with("-system") { "system" } else { "rust" };
        assert_eq!(str_of(hook, "language"), language, "{id}");
        let Offered { repo, main, leak, clean } = offered();
        let bad = format!("patient ssn: {}\n", number());
        let with = |what: &str, after: &str, more: &[&str], variables: &[(&str, &str)]| {
            let transcript = run_hook(hook, &repo, more, variables);
            let wanted = if after == "stops" { Some(1) } else { Some(0) };
            assert_eq!(transcript.code, wanted, "{id}, {what}: {transcript}");
            assert!(!transcript.stdout.contains(&number()), "{id}: {transcript}");
            transcript
        };
        let has_files = hook["pass_filenames"].as_bool().unwrap_or(true);
        assert_eq!(has_files, stage.ends_with("commit-msg"), "{id}");
        match stage {
            "pre-commit" => {
                with("nothing staged", "passes", &[], &[]);
                repo.write("a.txt", &bad).git(&["add", "--all"]);
                with("a number staged", "stops", &[], &[]);
            }
            "commit-msg" => {
                repo.write("message", "Say what it is\n");
                with("a message", "passes", &["message"], &[]);
                repo.write("message", format!("Mend it\n\n{bad}"));
                with("a number in it", "stops", &["message"], &[]);
            }
            "prepare-commit-msg" => {
                repo.write("a.txt", "x\n").git(&["add", "a.txt"]);
                repo.write("message", "\n");
                with("a message", "passes", &["message"], &[]);
                let message = std::fs::read_to_string(repo.path().join("message")).expect("text");
                assert!(message.contains("# gitops-health: "), "{message}");
            }
            "pre-push" => {
                let of = |to| {
                    [
                        ("PRE_COMMIT_FROM_REF", main.as_str()),
                        ("PRE_COMMIT_TO_REF", to),
                        ("PRE_COMMIT_REMOTE_NAME", "origin"),
                        ("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/new"),
                        ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/new"),
                    ]
                };
                with("a clean branch", "passes", &[], &of(&clean));
                with("one with a number", "stops", &[], &of(&leak));
            }
            stage => panic!("{stage} is not looked at"),
        }
    }
}
