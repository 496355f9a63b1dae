//! The chronicle tells what git tells, commit by commit.

use std::collections::{BTreeMap, HashSet};

use gitops_health_history::{Done, History};
use gitops_health_testkit::{Random, TestRepo};

use crate::support::{id, updated};

/// Branches that merge, files that come, change, move and go.
fn story(random: &mut Random) -> TestRepo {
    let repo = TestRepo::new();
    let text = |random: &mut Random| {
        let lines =
            (0..3 + random.below(20)).map(|_| format!("line {}\n", random.below(1_000_000)));
        lines.collect::<String>()
    };
    for name in ["a", "d/b", "d/e/c"] {
        repo.write(name, text(random));
    }
    repo.commit("begin");
    for number in 0..12 {
        match random.below(5) {
            0 => {
                repo.write(format!("d/new{number}"), text(random));
                repo.commit(&format!("add {number}"));
            }
            1 => {
                let name = format!("moved{number}");
                let first = repo.git_text(&["ls-files"]).lines().next().expect("a file").to_owned();
                repo.git(&["mv", &first, &name]);
                repo.commit(&format!("fix: move {number}"));
            }
            2 => {
                let last = repo.git_text(&["ls-files"]).lines().last().expect("a file").to_owned();
                repo.write("keep", text(random));
                repo.remove(&last);
                repo.commit(&format!("remove {number}"));
            }
            3 => {
                repo.git(&["checkout", "-q", "-b", "side"]);
                repo.write(format!("side{number}"), text(random));
                repo.commit(&format!("side {number}"));
                repo.git(&["checkout", "-q", "main"]);
                repo.write(format!("main{number}"), text(random));
                repo.commit(&format!("main {number}"));
                repo.git(&["merge", "-q", "--no-edit", "side"]);
                repo.git(&["branch", "-qD", "side"]);
            }
            _ => {
                repo.write("a", text(random));
                repo.commit(&format!("Revert \"change {number}\""));
            }
        }
    }
    repo
}

/// Of each commit, for each path: lines that came, that went, and where the file was before.
type Told = BTreeMap<String, BTreeMap<String, (u32, u32, Option<String>)>>;

fn by_git(repo: &TestRepo) -> Told {
    let format = "--format=commit %H";
    let log = repo.git_text(&["log", "-M", "--numstat", "-z", "--no-merges", format, "HEAD"]);
    let mut told = Told::new();
    let mut commit = String::new();
    let mut fields =
        log.split('\0').flat_map(|field| field.split('\n')).filter(|it| !it.is_empty());
    while let Some(field) = fields.next() {
        if let Some(id) = field.strip_prefix("commit ") {
            commit = id.to_owned();
            told.insert(commit.clone(), BTreeMap::new());
            continue;
        }
        let [added, deleted, path] =
            field.split('\t').collect::<Vec<_>>().try_into().expect("three fields");
        let (path, old) = match path {
            "" => {
                let old = fields.next().expect("the name before");
                (fields.next().expect("the name after"), Some(old.to_owned()))
            }
            path => (path, None),
        };
        let counts = (added.parse().expect("lines"), deleted.parse().expect("lines"), old);
        told.get_mut(&commit).expect("it was named").insert(path.to_owned(), counts);
    }
    told
}

fn by_chronicle(repo: &TestRepo, history: &History) -> Told {
    let chronicle = history.chronicle(id(&repo.id("HEAD"))).expect("it is indexed");
    let changes = chronicle.commits.iter().filter(|commit| commit.is_change);
    let told = changes.map(|commit| {
        let files = chronicle.files(commit).iter().map(|file| {
            let name = |number: u32| chronicle.paths[&number].to_string();
            let old = match file.what {
                Done::Renamed(from) => Some(name(from)),
                _ => None,
            };
            (name(file.path), (file.added, file.deleted, old))
        });
        (commit.id.to_string(), files.collect())
    });
    told.collect()
}

#[test]
fn it_tells_of_each_commit_what_git_tells() {
    for seed in 0..4 {
        let repo = story(&mut Random::new(seed));
        let (history, _) = updated(&repo);
        assert_eq!(by_chronicle(&repo, &history), by_git(&repo), "{seed}");
    }
}

#[test]
fn nobody_comes_before_a_parent() {
    for seed in 0..4 {
        let repo = story(&mut Random::new(seed));
        let (history, _) = updated(&repo);
        let chronicle = history.chronicle(id(&repo.id("HEAD"))).expect("it is indexed");
        let mut seen = HashSet::new();
        for commit in &chronicle.commits {
            let parents = repo.git_text(&["show", "-s", "--format=%P", &commit.id.to_string()]);
            for parent in parents.split_whitespace() {
                assert!(seen.contains(parent), "{} comes before {parent}", commit.id);
            }
            seen.insert(commit.id.to_string());
        }
        let all = repo.git_text(&["rev-list", "--count", "HEAD"]);
        assert_eq!(chronicle.commits.len().to_string(), all.trim());
    }
}

#[test]
fn a_fix_and_a_revert_are_told_and_people_are_numbers() {
    let repo = TestRepo::new();
    repo.write("a", "1\n").commit("begin");
    repo.write("a", "2\n").commit("fix: the number");
    repo.write("a", "1\n").commit("Revert \"fix: the number\"");
    let (history, _) = updated(&repo);
    let chronicle = history.chronicle(id(&repo.id("HEAD"))).expect("it is indexed");
    let [first, second, third] = &chronicle.commits[..] else { panic!("there are three") };
    assert!(!first.purpose.is_fix && second.purpose.is_fix);
    assert!(third.purpose.is_revert);
    assert_eq!(first.author, third.author);
}
