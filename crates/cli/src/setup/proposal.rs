use std::fmt::Write;
use std::path::PathBuf;

use gitops_health_git::counted;

use super::observed::{Observed, System};
use crate::config::REPOSITORY_FILE;

/// A file that would be new.
pub(super) struct NewFile {
    /// From the top of the worktree.
    pub path: PathBuf,
    pub content: String,
    pub why: String,
}

/// The workflow that a repository on GitHub gets.
const GITHUB: &str = include_str!("../../../../examples/05-in-a-pipeline/github/workflow.yml");

/// Where it goes.
const GITHUB_PATH: &str = ".github/workflows/gitops-health.yml";

/// The configuration, with what was seen as reasons beside what is set.
pub(super) fn configuration(observed: &Observed, frameworks: &[String]) -> NewFile {
    let mut text = String::from(
        "# How this repository judges its own changes. `gitops-health config schema` has all keys, and\n\
         # `gitops-health config show --origin` says what is in effect and why.\n\
         #\n\
         # A change is judged by this file as it was before the change, so what is set here counts once it is\n\
         # on the branch that changes go to.\n\n",
    );
    text += "check:\n\
             \x20 # What says something about somebody together with more, and all that weighs more, does not go in.\n\
             \x20 fail_on: medium\n\
             \x20 # With a number here, what is riskier needs somebody who decides (0 to 100; `risk score` shows it).\n\
             \x20 # max_risk: 70\n\n";
    text += "compliance:\n";
    if let Some(branch) = &observed.default_branch {
        let _ = writeln!(
            text,
            "  # Of what goes here rules ask more. `{branch}` is what others begin at.\n  protected_branches: [{}]",
            quoted(branch)
        );
    }
    match frameworks {
        [] => {
            let likely = match observed.of_health.is_empty() {
                true => "baseline".to_owned(),
                false => "baseline, hipaa".to_owned(),
            };
            if !observed.of_health.is_empty() {
                text += "  # There are files about health here, so that HIPAA may be asked for:\n";
                observed.of_health.iter().for_each(|path| {
                    let _ = writeln!(text, "  #   {path}");
                });
            }
            let _ = writeln!(
                text,
                "  # Their rules ask who approved a change and which tests passed, so hand that in before you turn them\n\
                 \x20 # on (`--evidence`); `gitops-health compliance analyze` gives advice until then.\n\
                 \x20 # frameworks: [{likely}]"
            );
        }
        names => {
            let names: Vec<String> = names.iter().map(|it| quoted(it)).collect();
            let _ = writeln!(text, "  # As asked for.\n  frameworks: [{}]", names.join(", "));
        }
    }
    text += match observed.owners {
        Some(_) => "  # Who owns which files is read from CODEOWNERS.\n",
        None => {
            "  # There is no CODEOWNERS yet: rules that ask for owners can not be answered without one.\n"
        }
    };
    let (signed, all) = observed.signed;
    if all > 0 {
        let _ = writeln!(
            text,
            "  # {signed} of the newest {} {} signed: keys that are trusted go into .gitops-health/allowed_signers.",
            counted(all, "commit", "commits"),
            if signed == 1 { "is" } else { "are" }
        );
    }
    text += "\nsanitize:\n\
             \x20 # What was there before anybody looked can be made known with `gitops-health sanitize scan --write-baseline`\n\
             \x20 # and a key in GITOPS_HEALTH_SANITIZE_KEY. What may stay stands here, with a reason and a last day:\n\
             \x20 # allow:\n\
             \x20 #   - {rules: [ssn], paths: [docs/], reason: made up for the manual, until: 2027-12-31}\n\
             \x20 allow: []\n";
    NewFile { path: REPOSITORY_FILE.into(), content: text, why: why(observed) }
}

/// What was seen, in words.
fn why(observed: &Observed) -> String {
    let languages: Vec<String> = observed
        .languages
        .iter()
        .take(4)
        .map(|(name, count)| format!("{name} ({count})"))
        .collect();
    match languages.is_empty() {
        true => counted(observed.files, "file", "files"),
        false => format!("{}: {}", counted(observed.files, "file", "files"), languages.join(", ")),
    }
}

/// The workflow, where pipelines of GitHub run and none asks us.
pub(super) fn workflow(observed: &Observed, is_on_github: bool) -> Option<NewFile> {
    let is_wanted = observed.has_system(System::GitHub) || is_on_github;
    (is_wanted && !observed.is_asked_by_pipeline()).then(|| NewFile {
        path: GITHUB_PATH.into(),
        content: match &observed.default_branch {
            Some(branch) => {
                GITHUB.replace("branches: [main]", &format!("branches: [{}]", quoted(branch)))
            }
            None => GITHUB.to_owned(),
        },
        why: "pull requests are asked about on GitHub".into(),
    })
}

/// What to do by hand, since a file that is there is never changed.
pub(super) fn by_hand(observed: &Observed) -> Vec<String> {
    if observed.is_asked_by_pipeline() {
        return Vec::new();
    }
    let mut advice = Vec::new();
    for (system, what) in [
        (
            System::GitLab,
            "`.gitlab-ci.yml`: the project's examples/05-in-a-pipeline/gitlab/gitops-health.yml has a job to include",
        ),
        (
            System::Jenkins,
            "`Jenkinsfile`: the project's examples/05-in-a-pipeline/jenkins/Jenkinsfile has a stage to copy",
        ),
        (
            System::Azure,
            "`azure-pipelines.yml`: the project's examples/05-in-a-pipeline/azure/azure-pipelines.yml has steps to copy",
        ),
        (
            System::Other,
            "your pipeline: let it run `gitops-health check --ci`, with all of the history fetched",
        ),
    ] {
        if observed.has_system(system) {
            advice.push(what.to_owned());
        }
    }
    advice
}

/// A difference that shows a file which is new.
pub(super) fn difference(file: &NewFile) -> String {
    let path = file.path.display();
    let lines = file.content.lines().count();
    let body: String = file.content.lines().map(|line| format!("+{line}\n")).collect();
    format!("--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{lines} @@\n{body}")
}

/// A word as YAML reads it, in quotes where it may be read as something else.
fn quoted(word: &str) -> String {
    let is_plain = word.starts_with(|it: char| it.is_ascii_alphabetic())
        && word.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '/' | '.'))
        && !matches!(
            word.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off"
        );
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_they_may_be_read_as_something_else() {
        for (word, expected) in [
            ("main", "main"),
            ("release/1.x", "release/1.x"),
            ("true", "'true'"),
            ("1.0", "'1.0'"),
            ("it's", "'it''s'"),
            ("a: b", "'a: b'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
