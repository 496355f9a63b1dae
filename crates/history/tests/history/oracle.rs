//! The past of files, found by somebody who asks git and knows nothing of the index.

use std::collections::{BTreeMap, BTreeSet};

use gitops_health_git::{ObjectId, RepoPath};
use gitops_health_testkit::{Story, TestRepo};

use crate::support::{Answer, Question, answers, file, id, updated};

/// A commit as `git log` tells it.
struct Told {
    id: ObjectId,
    author: String,
    committed: i64,
    message: String,
    /// New path and, where the file moved, the old one.
    files: Vec<(String, Option<String>)>,
}

/// All commits before and at `tip`, the newest first.
fn told(scratch: &TestRepo, tip: &str) -> Vec<Told> {
    let format = "--format=%x01%H%x02%aE%x02%ct%x02%B%x02";
    let output = scratch.git_text(&[
        "-c",
        "diff.renameLimit=1000",
        "-c",
        "core.quotePath=false",
        "log",
        "--topo-order",
        "--no-merges",
        "-M",
        "--name-status",
        "-z",
        format,
        tip,
    ]);
    output.split('\u{1}').skip(1).map(read).collect()
}

fn read(text: &str) -> Told {
    let fields: Vec<&str> = text.splitn(5, '\u{2}').collect();
    let mut words = fields[4].split(['\0', '\n']).filter(|word| !word.is_empty());
    let mut files = Vec::new();
    while let Some(status) = words.next() {
        let mut path = || words.next().expect("a path").to_owned();
        let first = path();
        files.push(if status.starts_with('R') { (path(), Some(first)) } else { (first, None) });
    }
    Told {
        id: id(fields[0]),
        author: fields[1].to_lowercase(),
        committed: fields[2].parse().expect("a number"),
        message: fields[3].to_owned(),
        files,
    }
}

/// What a commit was made for, as far as the messages of stories go.
fn purpose(message: &str) -> (bool, bool) {
    let is_revert = message.starts_with("Revert \"");
    let says_so = message.starts_with("Fix crash") || message.starts_with("fix(ui)");
    (!is_revert && (says_so || message.contains("\nFixes: ")), is_revert)
}

fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// A commit that touched a followed file or a neighbour: id, time, author, fix and revert, followed
/// files, neighbours, directories that were asked about.
type Line = (ObjectId, i64, String, (bool, bool), Vec<usize>, usize, Vec<usize>);

fn slow_past(commits: &[Told], follow: &[String]) -> Vec<Line> {
    let mut names: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    let mut directories: BTreeSet<String> = BTreeSet::new();
    let mut asked: Vec<&str> = Vec::new();
    for (number, path) in follow.iter().enumerate() {
        names.entry(path.clone()).or_default().insert(number);
        directories.insert(directory(path).to_owned());
        if !asked.contains(&directory(path)) {
            asked.push(directory(path));
        }
    }
    let mut lines = Vec::new();
    for commit in commits {
        let touched: BTreeSet<&String> =
            commit.files.iter().flat_map(|(new, old)| std::iter::once(new).chain(old)).collect();
        let known = touched.iter().filter_map(|path| names.get(*path));
        let followed: BTreeSet<usize> = known.flatten().copied().collect();
        let near = touched.iter().filter(|path| directories.contains(directory(path)));
        let is_touched = |asked: &str| touched.iter().any(|path| directory(path) == asked);
        let within = (0..asked.len()).filter(|index| is_touched(asked[*index]));
        let neighbours = near.filter(|path| !names.contains_key(**path)).count();
        if !followed.is_empty() || neighbours > 0 {
            lines.push((
                commit.id,
                commit.committed,
                commit.author.clone(),
                purpose(&commit.message),
                followed.into_iter().collect(),
                neighbours,
                within.collect(),
            ));
        }
        let moved: Vec<_> = commit
            .files
            .iter()
            .filter_map(|(new, old)| Some((old.clone()?, names.get(new)?.clone())))
            .collect();
        for (old, numbers) in moved {
            directories.insert(directory(&old).to_owned());
            names.entry(old).or_default().extend(numbers);
        }
    }
    lines
}

fn lines(answer: &Answer) -> Vec<Line> {
    let commits = answer.past.commits.iter().zip(&answer.authors);
    let line = |(commit, author): (&gitops_health_history::PastCommit, &String)| {
        let purpose = (commit.purpose.is_fix, commit.purpose.is_revert);
        let (id, time) = (commit.id, commit.committed.seconds);
        let (followed, directories) = (commit.followed.clone(), commit.directories.clone());
        (id, time, author.clone(), purpose, followed, commit.neighbours, directories)
    };
    commits.map(line).collect()
}

/// A commit: who made it, when, fix and revert, whether it changed a subsystem of the followed files.
type Deed = (String, i64, (bool, bool), bool);

fn subsystem(path: &str) -> &str {
    path.split_once('/').map_or("", |(subsystem, _)| subsystem)
}

fn slow_made(commits: &[Told], follow: &[String]) -> Vec<Deed> {
    let subsystems: BTreeSet<&str> = follow.iter().map(|path| subsystem(path)).collect();
    let made = commits.iter().rev().map(|commit| {
        let mut paths = commit.files.iter().flat_map(|(new, old)| std::iter::once(new).chain(old));
        let within = paths.any(|path| subsystems.contains(subsystem(path)));
        (commit.author.clone(), commit.committed, purpose(&commit.message), within)
    });
    made.collect()
}

fn made(answer: &Answer) -> Vec<Deed> {
    let made = answer.made.iter().map(|(author, made)| {
        let purpose = (made.purpose.is_fix, made.purpose.is_revert);
        (author.clone(), made.committed, purpose, made.in_subsystems)
    });
    made.collect()
}

#[test]
fn the_past_of_files_is_what_git_log_tells() {
    let mut compared = 0;
    for seed in 0..16 {
        let (scratch, mut story) = (TestRepo::new(), Story::linear(4000 + seed));
        for _ in 0..4 {
            story.go_on(&scratch, 12);
            drop(updated(&scratch));
        }
        scratch.write(".mailmap", "Ada <ada@example.com> <ada@home.example>\n");
        let branch = story.branches()[0].clone();
        let (history, _) = updated(&scratch);
        for back in [0, 7, 20] {
            let tip = format!("{branch}~{back}");
            let commits = told(&scratch, &tip);
            let listed = scratch.git_text(&[
                "-c",
                "core.quotePath=false",
                "ls-tree",
                "-r",
                "--name-only",
                &tip,
            ]);
            let files: Vec<String> = listed.lines().map(str::to_owned).collect();
            let sets = files.iter().map(|file| vec![file.clone()]).chain([files.clone()]);
            for follow in sets.chain([vec!["never/there".to_owned(), "lib/gone".to_owned()]]) {
                let paths = follow.iter().map(|path| RepoPath::from(&**path)).collect();
                let question = Question { follow: paths, ..Question::new(commits[0].id, &[]) };
                let answer = answers(&history, &file(&scratch), &[question]).expect("it is whole");
                let expected = slow_past(&commits, &follow);
                assert_eq!(lines(&answer[0]), expected, "seed {seed}: {follow:?} before {tip}");
                assert_eq!(made(&answer[0]), slow_made(&commits, &follow), "seed {seed}: {tip}");
                let past = &answer[0].past;
                assert_eq!((past.visited, past.all.changes), (commits.len(), commits.len()));
                let purposes = commits.iter().map(|commit| purpose(&commit.message));
                assert_eq!(past.all.fixes, purposes.clone().filter(|(fix, _)| *fix).count());
                assert_eq!(past.all.reverts, purposes.filter(|(_, revert)| *revert).count());
                let since = past.all.since.map(|since| since.seconds);
                assert_eq!(since, commits.iter().map(|commit| commit.committed).min());
                compared += expected.len();
            }
        }
    }
    assert!(compared > 1000, "{compared}");
}
