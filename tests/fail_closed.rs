//! Ways in which a run of `compliance` goes wrong. Each is really run; none of them is a pass, each names what is wrong, and
//! says what to do. [docs/fail-closed.md](../docs/fail-closed.md) is made of them.

mod change;
mod evidence;
mod outputs;
mod policies;
mod trusted;

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use gitops_health_testkit::{TestRepo, Transcript};
use serde_json::Value;

use crate::support::{assert_harmless, fingerprint, finish, program};

/// A way in which a run goes wrong.
struct Way {
    /// What is wrong.
    what: &'static str,
    /// What is done to a repository that is in order.
    prepare: fn(&TestRepo),
    /// What is typed, as in a shell.
    command: &'static str,
    /// How it has to end.
    code: i32,
    /// Where it is told.
    told: Told,
    /// A part of the message: it names what is wrong.
    says: &'static str,
    /// A part of the hint: it says what to do.
    hint: &'static str,
}

/// Where is told what is wrong.
#[derive(Clone, Copy)]
enum Told {
    /// There is no report.
    Error,
    /// The report tells it of a rule, which is not assessed or errs.
    Rule(&'static str),
    /// The report tells it of a rule that fails.
    Fails(&'static str),
    /// The answer of a command that compares.
    Lines,
}

/// All ways by what goes wrong.
const PARTS: &[(&str, &[Way])] = &[
    ("The repository and the change", change::WAYS),
    ("What is believed", trusted::WAYS),
    ("Evidence", evidence::WAYS),
    ("Policies and frameworks", policies::WAYS),
    ("Records and outputs", outputs::WAYS),
];

const ROSTER: &str = "
people:
  - {id: ann, emails: [ada@example.com], accounts: {github: ann}}
  - {id: bob, emails: [bob@example.com], accounts: {github: bob}}
";

/// A repository that is in order: a change above a roster and a configuration.
fn governed() -> TestRepo {
    let repo = TestRepo::new();
    repo.write(".gitops-health/roster.yaml", ROSTER)
        .write(".gitops-health.yaml", "compliance: {frameworks: [baseline]}\n");
    repo.commit("Begin");
    repo.write("src/main.py", "x = 1\n");
    repo.commit("feat: add a thing\n\nIt was asked for.\n\nRefs: CHG-12\n");
    repo
}

/// Commits a file, and a change above it that it is trusted for.
fn trust(repo: &TestRepo, path: &str, content: impl AsRef<[u8]>) {
    repo.write(path, content);
    repo.commit("chore: set up");
    repo.write("src/main.py", "x = 7\n");
    repo.commit("feat: go on");
}

/// Writes a file that is not committed.
fn put(repo: &TestRepo, path: &str, content: impl AsRef<[u8]>) {
    repo.write(path, content);
}

const NOTHING: fn(&TestRepo) = |_| {};

/// What is told, and what to do about it.
struct Said {
    message: String,
    hint: String,
}

impl Way {
    /// What one types to see it: JSON where the report tells it.
    fn words(&self) -> String {
        let format = match self.told {
            Told::Error | Told::Lines => "",
            Told::Rule(_) | Told::Fails(_) => " --format json",
        };
        format!("compliance {}{format}", self.command)
    }

    fn run(&self, repo: &TestRepo) -> Transcript {
        let words = self.words();
        let plain: Vec<&str> = words.split_whitespace().collect();
        if !words.contains(['<', '>']) {
            return finish(program(repo).command(&plain), &words);
        }
        let typed = program(repo);
        let mut shell = Command::new("sh");
        let known = typed.command(&plain);
        let variables = known.get_envs().filter_map(|(name, value)| Some((name, value?)));
        shell.env_clear().envs(variables).current_dir(repo.path()).stdin(Stdio::null());
        shell.arg("-c").arg(format!("exec '{}' {words}", env!("CARGO_BIN_EXE_gitops-health")));
        finish(shell, &words)
    }

    /// Runs it and holds what it says against what it has to say.
    fn check(&self) -> Said {
        let repo = governed();
        (self.prepare)(&repo);
        let before = fingerprint(repo.path());
        let transcript = self.run(&repo);
        assert!(before == fingerprint(repo.path()), "{}: the repository was changed", self.what);
        assert_harmless(&transcript);
        assert_ne!(transcript.code, Some(0), "{}: a pass\n{transcript}", self.what);
        assert_eq!(transcript.code, Some(self.code), "{}: {transcript}", self.what);
        let said = self.said(&transcript);
        let said = Said {
            message: lasting(&said.message, repo.path()),
            hint: lasting(&said.hint, repo.path()),
        };
        for (part, whole) in [(self.says, &said.message), (self.hint, &said.hint)] {
            assert!(
                !part.is_empty() || matches!(self.told, Told::Lines),
                "{} asks nothing",
                self.what
            );
            assert!(
                whole.contains(part),
                "{}: `{part}` is not in `{whole}`\n{transcript}",
                self.what
            );
        }
        said
    }

    /// Policies of the revision that is believed are refused as those of the disk are.
    fn check_of_revision(&self) {
        let repo = governed();
        (self.prepare)(&repo);
        repo.write(
            ".gitops-health.yaml",
            "compliance: {frameworks: [baseline], policies: [policies]}\n",
        );
        repo.commit("chore: set up");
        let transcript = finish(
            program(&repo).command(&["compliance", "analyze", "--policy-from", "HEAD"]),
            "compliance analyze --policy-from HEAD",
        );
        assert_harmless(&transcript);
        assert_eq!(transcript.code, Some(self.code), "{}: {transcript}", self.what);
        if matches!(self.told, Told::Error) {
            assert!(transcript.stderr.contains("\nhint: "), "{}: {transcript}", self.what);
        }
    }

    fn said(&self, transcript: &Transcript) -> Said {
        let rule = match self.told {
            Told::Error => {
                assert_eq!(transcript.stdout, "", "{}: {transcript}", self.what);
                let begin =
                    transcript.stderr.find("error: ").unwrap_or_else(|| panic!("{transcript}"));
                let (message, hint) = transcript.stderr[begin + 7..]
                    .split_once("\nhint: ")
                    .unwrap_or_else(|| panic!("{}: no hint\n{transcript}", self.what));
                let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                return Said { message: line(message), hint: line(hint) };
            }
            Told::Lines => {
                let message = transcript.stdout.trim_end().replace('\n', "; ");
                return Said { message, hint: String::new() };
            }
            Told::Rule(rule) | Told::Fails(rule) => rule,
        };
        let report: Value = serde_json::from_str(&transcript.stdout)
            .unwrap_or_else(|error| panic!("{}: {error}: {transcript}", self.what));
        let rows = |name: &str| report[name].as_array().expect("rows").clone();
        let row = rows("rules").into_iter().find(|row| row["rule"] == rule);
        let row = row.unwrap_or_else(|| panic!("{}: no `{rule}`\n{transcript}", self.what));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let verdict = text(&row["verdict"]);
        let message = match &*verdict {
            "fail" if matches!(self.told, Told::Fails(_)) => text(&row["findings"][0]["message"]),
            "error" if matches!(self.told, Told::Rule(_)) => text(&row["error"]),
            "not_assessed" if matches!(self.told, Told::Rule(_)) => {
                let facts = rows("missing").into_iter().filter(|fact| {
                    row["missing"].as_array().expect("names").contains(&fact["fact"])
                });
                let told =
                    facts.map(|it| format!("{}: {}", text(&it["fact"]), text(&it["reason"])));
                told.collect::<Vec<_>>().join("; ")
            }
            other => panic!("{}: `{rule}` answers {other}\n{transcript}", self.what),
        };
        Said {
            message: format!("`{rule}`: {} ({message})", verdict.replace('_', " ")),
            hint: text(&row["remedy"]),
        }
    }
}

/// A text without what is another one in the next run.
fn lasting(text: &str, directory: &Path) -> String {
    let directory = directory.canonicalize().expect("it is there");
    let mut text = text.replace(&*directory.to_string_lossy(), "REPOSITORY");
    for begin in (0..text.len()).rev() {
        let is_part = |it: char| it.is_ascii_hexdigit() && !it.is_ascii_uppercase();
        let rest = &text.as_bytes()[begin..];
        let digits = rest.iter().take_while(|it| is_part(char::from(**it))).count();
        let is_first = begin == 0 || !text.as_bytes()[begin - 1].is_ascii_alphanumeric();
        if is_first && matches!(digits, 40 | 64) {
            text.replace_range(begin..begin + digits, "ID");
        }
    }
    text
}

/// All that do not go wrong as they should are named, and not the first alone.
fn check_part(number: usize) {
    let went = |way: &Way| std::panic::catch_unwind(|| way.check()).is_ok();
    let wrong = PARTS[number].1.iter().filter(|way| !went(way));
    let wrong: Vec<&str> = wrong.map(|way| way.what).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn changes() {
    check_part(0);
}

#[test]
fn what_is_believed() {
    check_part(1);
}

#[test]
fn evidence_that_is_handed_in() {
    check_part(2);
}

#[test]
fn policies_and_frameworks() {
    check_part(3);
    for way in PARTS[3].1.iter().filter(|way| way.command == "analyze --policy policies") {
        way.check_of_revision();
    }
}

#[test]
fn records_and_outputs() {
    check_part(4);
}

/// The page of all ways, as they are told.
pub fn page() -> String {
    let count: usize = PARTS.iter().map(|part| part.1.len()).sum();
    let mut page = PAGE.replace("COUNT", &count.to_string());
    let cell = |text: &str| text.replace('|', r"\|").replace('<', r"\<").replace('\u{0}', "");
    for (title, ways) in PARTS {
        let _ = write!(
            page,
            "\n## {title}\n\n| what is wrong | code | what is said | what to do |\n|---|---:|---|---|\n"
        );
        for way in *ways {
            let Said { message, hint } = way.check();
            let command = way.words().replace('|', r"\|");
            let _ = writeln!(
                page,
                "| {}<br>`{command}` | {} | {} | {} |",
                way.what,
                way.code,
                cell(&message),
                cell(&hint)
            );
        }
    }
    page
}

const PAGE: &str = "# What goes wrong is no pass

COUNT ways in which a run of `compliance` goes wrong. Each is run by the tests (`tests/fail_closed`), which made this page and keep it true: how the
run ends, what it says, and what it says to do. In messages, `ID` stands for the id of an object, and `REPOSITORY` for the directory of a
repository.

Code 2 says that the question could not be asked like this, code 3 that it could not be answered: [compliance.md](compliance.md#the-six-answers). Where a
rule is named, there is a report in which that rule has this answer; the others have theirs. A run that is interrupted (130 in a shell) leaves neither a
report nor a record behind, and a reader that goes away, as in `| head`, changes no code.
";
