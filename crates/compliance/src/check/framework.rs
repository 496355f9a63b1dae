use std::collections::BTreeSet;
use std::path::Path;

use super::problem::{Problem, ProblemKind, nearest};
use crate::framework::{Clause, is_id};
use crate::{Catalogue, Framework, Source, yaml};

/// What is wrong with frameworks, given the ids of the rules that are checked with them. Those that come with the program
/// are known, too.
pub(super) fn check(frameworks: &[Source], ids: &BTreeSet<String>) -> Vec<Problem> {
    let built_in = Catalogue::built_in_rules().iter().map(|(id, _)| (*id).to_owned());
    let known: Vec<String> = ids.iter().cloned().chain(built_in).collect();
    frameworks.iter().flat_map(|source| of(source, &known)).collect()
}

fn of(source: &Source, known: &[String]) -> Vec<Problem> {
    let framework: Framework = match yaml::read(source.text.as_bytes()) {
        Ok(framework) => framework,
        Err(error) => {
            let message = format!("it is no framework: {error}");
            let hint = "write it as those of the program are: `docs/frameworks.md`";
            return vec![problem(source, line_of_error(&error), message, hint)];
        }
    };
    let mut problems = Vec::new();
    let name = Path::new(&source.path).file_stem().and_then(|name| name.to_str());
    if !is_id(&framework.id) || name.is_some_and(|name| name != framework.id) {
        let message = format!("it calls itself `{}`", framework.id);
        let hint = "give the file and the framework the same id";
        problems.push(problem(source, 1, message, hint));
    }
    if framework.clauses.iter().all(|clause| clause.rules.is_empty()) {
        let message = "no clause of it names a rule, so that nothing is asked".to_owned();
        let hint = "name rules in `rules` of a clause";
        problems.push(problem(source, 1, message, hint));
    }
    let mut seen = BTreeSet::new();
    for clause in &framework.clauses {
        problems.extend(of_clause(source, clause, seen.insert(&clause.id), known));
    }
    problems
}

fn problem(source: &Source, line: u32, message: String, hint: &str) -> Problem {
    let (path, hint) = (source.path.clone(), hint.to_owned());
    Problem { path, line, kind: ProblemKind::Framework, message, hint }
}

fn of_clause(source: &Source, clause: &Clause, is_first: bool, known: &[String]) -> Vec<Problem> {
    let line = line_of_clause(&source.text, &clause.id);
    let mut problems = Vec::new();
    if clause.title.is_empty() || !is_first {
        let message = format!("the clause `{}` has no title or is there twice", clause.id);
        let hint = "give each clause an id and a title of its own";
        problems.push(problem(source, line, message, hint));
    }
    if clause.rules.is_empty() && clause.not_shown.is_empty() {
        let message = format!("the clause `{}` has neither rules nor `not_shown`", clause.id);
        let hint = "say in `not_shown` what git can not show";
        problems.push(problem(source, line, message, hint));
    }
    problems.extend(unknown_rules(clause, known).map(|(rule, message)| {
        let line = line_of_word(&source.text, rule, line);
        problem(source, line, message, "`gitops-health compliance list` lists all rules")
    }));
    problems
}

fn unknown_rules<'a>(
    clause: &'a Clause,
    known: &'a [String],
) -> impl Iterator<Item = (&'a String, String)> {
    clause.rules.keys().filter(|rule| !known.contains(rule)).map(move |rule| {
        let like = nearest(rule, known).map(|like| format!(": did you mean `{like}`?"));
        (rule, format!("there is no rule `{rule}`{}", like.unwrap_or_default()))
    })
}

/// The line that an error of the reader names: `... at line 3 column 5`.
fn line_of_error(error: &str) -> u32 {
    let behind = error.rsplit_once("at line ").map(|(_, rest)| rest);
    let digits = behind.and_then(|rest| rest.split(|sign: char| !sign.is_ascii_digit()).next());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// The line of the clause with this id.
fn line_of_clause(text: &str, id: &str) -> u32 {
    let is_it = |line: &str| {
        let value = line.trim_start_matches(['-', ' ', '{']).strip_prefix("id:");
        let value = value.map(|it| it.trim().trim_start_matches(['"', '\'']));
        value.and_then(|value| value.strip_prefix(id)).is_some_and(|rest| {
            !rest.starts_with(|sign: char| sign.is_ascii_alphanumeric() || sign == '.')
        })
    };
    number(text.lines().position(is_it))
}

/// The first line from another on that has a word.
fn line_of_word(text: &str, word: &str, from: u32) -> u32 {
    let skipped = from.saturating_sub(1) as usize;
    let found = text.lines().skip(skipped).position(|line| line.contains(word));
    found.map_or(from, |found| number(Some(skipped + found)))
}

fn number(position: Option<usize>) -> u32 {
    position.and_then(|position| u32::try_from(position + 1).ok()).unwrap_or(0)
}
