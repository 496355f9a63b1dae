//! The past of all files at once is that of each of them, and periods count what git lists.

use std::collections::BTreeSet;

use gitops_health_git::{ObjectId, Repo, RepoPath};
use gitops_health_history::{Everything, FilePast, History, PastOfAll, Periods, QUARTER, Trend};
use gitops_health_testkit::{Author, Story, TestRepo};

use crate::support::{Question, file, from_scratch, id, lines, open_repo, updated};

fn past_of_all(history: &History, repo: &Repo, tip: ObjectId) -> PastOfAll {
    let files = repo.files_of(tip).expect("a tree").files;
    let asked = Everything { tip, files: &files, since: None, until: None };
    history.past_of_all(repo, asked).expect("it is whole")
}

/// The past of one file.
fn past_of(past: &PastOfAll, repo: &Repo, tip: ObjectId, path: &str) -> FilePast {
    let files = repo.files_of(tip).expect("a tree").files;
    let place = files.iter().position(|file| file.path == RepoPath::from(path));
    past.files[place.expect("it is in the tree")].clone()
}

fn person<'a>(name: &'a str, email: &'a str, time: &'a str) -> Author<'a> {
    Author { name, email, time }
}

/// What can be compared between two indexes: people have other numbers in each.
fn without_numbers(mut past: PastOfAll) -> PastOfAll {
    let directories = past.directories.iter_mut().map(|directory| &mut directory.past);
    for file in past.files.iter_mut().chain(directories) {
        file.main_author.iter_mut().for_each(|main| main.person = 0);
    }
    past
}

#[test]
fn the_past_of_all_files_is_that_of_each() {
    for seed in 0..8 {
        let (scratch, mut story) = (TestRepo::new(), Story::new(7000 + seed));
        story.go_on(&scratch, 60);
        let (repo, (history, _)) = (open_repo(scratch.path()), updated(&scratch));
        for branch in story.branches() {
            let tip = id(&scratch.id(&branch));
            let files = repo.files_of(tip).expect("a tree").files;
            let past = past_of_all(&history, &repo, tip);
            let mut all_places: Vec<(RepoPath, BTreeSet<ObjectId>)> = Vec::new();
            for (file, found) in files.iter().zip(&past.files) {
                let path = file.path.to_string();
                let question = Question::new(tip, &[&path]);
                let one = question.ask(&history).expect("it is whole");
                let own = one.commits.iter().filter(|commit| !commit.followed.is_empty());
                let own: Vec<_> = own.collect();
                let fixes = own.iter().filter(|commit| commit.purpose.is_fix).count();
                let reverts = own.iter().filter(|commit| commit.purpose.is_revert).count();
                let authors: BTreeSet<u32> = own.iter().map(|commit| commit.author).collect();
                assert_eq!(
                    (found.changes, found.fixes, found.reverts, found.authors),
                    (own.len(), fixes, reverts, authors.len()),
                    "seed {seed}, {branch}: {path}"
                );
                assert_eq!(found.last, own.first().map(|commit| commit.committed), "{path}");
                assert_eq!(past.all, one.all);
                let spec = format!("{}:{path}", scratch.id(&branch));
                let content = scratch.git(&["cat-file", "blob", &spec]);
                if !content.contains(&0) && !path.ends_with(".bin") && !path.ends_with(".txt") {
                    let lines = content.split_inclusive(|byte| *byte == b'\n').count();
                    assert_eq!(found.lines, Some(lines as u64), "seed {seed}, {branch}: {path}");
                }
                all_places.push((file.path.clone(), own.iter().map(|it| it.id).collect()));
            }
            for directory in &past.directories {
                let is_inside = |path: &RepoPath| {
                    let rest = path.as_bytes().strip_prefix(directory.path.as_bytes());
                    rest.is_some_and(|rest| rest.starts_with(b"/"))
                };
                let inside = all_places.iter().filter(|(path, _)| is_inside(path));
                let places: Vec<_> = inside.map(|(_, places)| places).collect();
                let together: BTreeSet<_> = places.iter().copied().flatten().collect();
                assert_eq!(directory.files, places.len(), "{}", directory.path);
                assert_eq!(directory.past.changes, together.len(), "{}", directory.path);
            }
        }
    }
}

#[test]
fn an_index_that_grew_says_what_one_from_scratch_does() {
    for seed in 0..4 {
        let (scratch, mut story) = (TestRepo::new(), Story::new(7100 + seed));
        for _ in 0..6 {
            story.go_on(&scratch, 8);
            drop(updated(&scratch));
        }
        let repo = open_repo(scratch.path());
        let ask = |history: &History| -> Vec<PastOfAll> {
            let tips = story.branches().into_iter().map(|branch| id(&scratch.id(&branch)));
            tips.map(|tip| without_numbers(past_of_all(history, &repo, tip))).collect()
        };
        let grown = ask(&updated(&scratch).0);
        assert_eq!(from_scratch(&scratch, |history, _| ask(history)), grown, "seed {seed}");
    }
}

#[test]
fn only_ancestors_have_a_say() {
    let scratch = TestRepo::new();
    scratch.write("a.rs", "1\n").write("b.rs", "1\n").commit("Begin");
    let tip = id(&scratch.write("a.rs", "1\n2\n").commit("Fix crash of a"));
    let (repo, (history, _)) = (open_repo(scratch.path()), updated(&scratch));
    let ask_trend = |history: &History| -> Trend {
        let bounds = [0, i64::MAX];
        let asked = Periods { tip, bounds: &bounds, until: None, spans: &[] };
        history.trend(asked).expect("it is whole")
    };
    let (before, trend_before) = (past_of_all(&history, &repo, tip), ask_trend(&history));
    drop(history);
    // A branch that is not merged, a commit that came later with an older date, and a root.
    scratch.git(&["checkout", "--quiet", "-b", "other"]);
    scratch.write("a.rs", "1\n").commit("Fix crash on the branch");
    let old = person("Bo", "bo@example.com", "2020-01-01T00:00:00+0000");
    scratch.write("b.rs", "9\n").commit_as(old, "Fix crash with an old date");
    scratch.git(&["mv", "a.rs", "c.rs"]);
    scratch.commit("Move");
    scratch.git(&["checkout", "--quiet", "--orphan", "root"]);
    scratch.write("a.rs", "1\n2\n").commit_as(old, "Fix crash elsewhere");
    let (history, _) = updated(&scratch);
    assert_eq!(past_of_all(&history, &repo, tip), before);
    assert_eq!(ask_trend(&history), trend_before);
    let file = past_of(&before, &repo, tip, "a.rs");
    assert_eq!((file.changes, file.fixes, file.lines), (2, 1, Some(2)));
    assert_eq!((trend_before.periods[0].commits, trend_before.periods[0].files), (2, 2));
}

#[test]
fn a_renamed_file_takes_its_past_with_it() {
    let scratch = TestRepo::new();
    let text = "one\ntwo\nthree\nfour\nfive\nsix\n";
    scratch.write("old/a.rs", text).commit("Begin");
    scratch.write("old/a.rs", format!("{text}seven\n")).commit("Fix crash");
    std::fs::create_dir_all(scratch.path().join("new")).expect("it can be made");
    scratch.git(&["mv", "old/a.rs", "new/b.rs"]);
    scratch.commit("Move");
    scratch.write("old/a.rs", "another\n").commit("Begin again");
    let tip = id(&scratch.write("new/b.rs", format!("{text}eight\n")).commit("Go on"));
    let (repo, (history, _)) = (open_repo(scratch.path()), updated(&scratch));
    let past = past_of_all(&history, &repo, tip);
    let moved = past_of(&past, &repo, tip, "new/b.rs");
    assert_eq!((moved.changes, moved.fixes, moved.lines), (4, 1, Some(7)));
    let directory = past.directories.iter().find(|it| it.path == RepoPath::from("new"));
    let directory = directory.expect("it holds a file");
    assert_eq!((directory.files, directory.past.changes, directory.past.fixes), (1, 4, 1));
}

#[test]
fn commits_at_the_last_possible_moment_came_one_after_the_other() {
    let scratch = TestRepo::new();
    let text = "one\ntwo\nthree\nfour\nfive\nsix\n";
    scratch.write("a", text);
    scratch.git(&["add", "a"]);
    let one = scratch.git_text(&["write-tree"]);
    scratch.write("a", format!("{text}seven\n"));
    scratch.git(&["add", "a"]);
    let two = scratch.git_text(&["write-tree"]);
    scratch.git(&["mv", "a", "b"]);
    let three = scratch.git_text(&["write-tree"]);
    scratch.write("b", format!("{text}eight\n"));
    scratch.git(&["add", "b"]);
    let four = scratch.git_text(&["write-tree"]);
    // Ids decide nothing: whatever they are, the answer is the same.
    for (seed, time) in (0..12).map(|seed| (seed, i64::MAX - seed / 6)) {
        let mut parent = String::new();
        for tree in [&one, &two, &three, &four] {
            let commit = format!(
                "tree {}\n{parent}author A <a@example.com> {time} +0000\n\
                 committer A <a@example.com> {time} +0000\n\nNumber {seed}\n",
                tree.trim()
            );
            let arguments = ["hash-object", "-t", "commit", "-w", "--literally", "--stdin"];
            let id = scratch.git_with_input(&arguments, commit.as_bytes());
            parent = format!("parent {}\n", String::from_utf8(id).expect("an id").trim());
        }
        let tip = parent["parent ".len()..].trim();
        scratch.git(&["update-ref", "refs/heads/main", tip]);
        let (repo, (history, _)) = (open_repo(scratch.path()), updated(&scratch));
        let past = past_of_all(&history, &repo, id(tip));
        assert_eq!(past_of(&past, &repo, id(tip), "b").changes, 4, "{seed}");
    }
}

#[test]
fn people_whom_the_mailmap_joins_are_one() {
    let scratch = TestRepo::new();
    let at_home = person("ada", "ada@home.example", "2026-03-02T09:00:00+0000");
    scratch.write("a.rs", "1\n").commit_as(at_home, "one");
    scratch.write("a.rs", "2\n").commit_as(at_home, "two");
    let bo = person("Bo", "bo@example.com", "2026-03-02T09:30:00+0000");
    scratch.write("a.rs", "3\n").commit_as(bo, "three");
    scratch.write(".mailmap", "Ada <ada@example.com> <ada@home.example>\n");
    let tip = id(&scratch.write("a.rs", "4\n").commit("four"));
    let (repo, (history, _)) = (open_repo(scratch.path()), updated(&scratch));
    let file = past_of(&past_of_all(&history, &repo, tip), &repo, tip, "a.rs");
    assert_eq!((file.changes, file.authors), (4, 2));
    let main = file.main_author.expect("somebody");
    assert_eq!(main.changes, 3);
    let person = history.person(main.person).expect("it is whole").expect("she is known");
    assert_eq!(person.name, "Ada");
}

#[test]
fn the_size_is_that_of_the_tree_and_not_of_the_last_change() {
    let scratch = TestRepo::new();
    scratch.write("a.rs", "1\n2\n3\n4\n5\n6\n").commit("Begin");
    scratch.git(&["checkout", "--quiet", "-b", "more"]);
    scratch.write("a.rs", "0\n1\n2\n3\n4\n5\n6\n").commit("Front");
    scratch.git(&["checkout", "--quiet", "main"]);
    scratch.write("a.rs", "1\n2\n3\n4\n5\n6\n7\n8\n").commit("Back");
    scratch.git(&["merge", "--quiet", "--no-edit", "more"]);
    let merged = id(&scratch.id("HEAD"));
    scratch.git(&["checkout", "--quiet", "-b", "ours", "main~1"]);
    scratch.git(&["merge", "--quiet", "--no-edit", "-s", "ours", "more"]);
    let ours = id(&scratch.id("HEAD"));
    let (repo, (history, _)) = (open_repo(scratch.path()), updated(&scratch));
    for (tip, lines, changes) in [(merged, 9, 3), (ours, 8, 3)] {
        let past = past_of_all(&history, &repo, tip);
        let file = past_of(&past, &repo, tip, "a.rs");
        let lines_in_git = scratch.git_text(&["show", &format!("{tip}:a.rs")]).lines().count();
        assert_eq!((file.lines, file.changes), (Some(lines), changes));
        assert_eq!(lines_in_git as u64, lines);
    }
}

#[test]
fn time_bounds_count_and_quarters_end_with_them() {
    let scratch = TestRepo::new();
    let times =
        ["2024-03-01T10:00:00+0000", "2025-12-01T10:00:00+0000", "2026-02-01T10:00:00+0000"];
    let mut tip = String::new();
    for (number, time) in times.into_iter().enumerate() {
        let ada = person("Ada", "ada@example.com", time);
        tip = scratch.write("a.rs", format!("{number}\n")).commit_as(ada, "Change");
    }
    let tip = id(&tip);
    let (repo, (history, _)) = (open_repo(scratch.path()), updated(&scratch));
    let files = repo.files_of(tip).expect("a tree").files;
    let ask = |since: Option<i64>, until: Option<i64>| {
        let asked = Everything { tip, files: &files, since, until };
        history.past_of_all(&repo, asked).expect("it is whole")
    };
    let all = ask(None, None);
    assert_eq!((all.all.changes, all.files[0].changes), (3, 3));
    assert_eq!(all.files[0].quarters, [1, 0, 0, 0, 0, 0, 0, 2]);
    // 2025-12-31T00:00:00Z
    let early = ask(None, Some(1_767_139_200));
    assert_eq!((early.all.changes, early.files[0].changes), (2, 2));
    assert_eq!(early.files[0].quarters, [1, 0, 0, 0, 0, 0, 0, 1]);
    let late = ask(Some(1_767_139_200), None);
    assert_eq!((late.all.changes, late.files[0].changes), (1, 1));
    assert_eq!(late.files[0].quarters, [1, 0, 0, 0, 0, 0, 0, 2]);
    assert_eq!(4 * QUARTER, 31_557_600);
}

#[test]
fn periods_count_what_git_lists() {
    for seed in 0..4 {
        let (scratch, mut story) = (TestRepo::new(), Story::new(7200 + seed));
        story.go_on(&scratch, 60);
        let (history, _) = updated(&scratch);
        let branch = &story.branches()[0];
        let tip = id(&scratch.id(branch));
        let bounds: Vec<i64> = (0..20).map(|day| 1_772_323_200 + 43_200 * day).collect();
        let spans = [0..19, 3..5];
        let asked = Periods { tip, bounds: &bounds, until: None, spans: &spans };
        let trend = history.trend(asked).expect("it is whole");
        let log = scratch.git_text(&["log", "--no-merges", "--format=%ct %ae", branch]);
        let log: Vec<(i64, String)> = log
            .lines()
            .map(|line| {
                let (time, address) = line.split_once(' ').expect("two words");
                (time.parse().expect("a number"), address.to_ascii_lowercase())
            })
            .collect();
        let count = |from: i64, to: i64| {
            let inside = log.iter().filter(|(time, _)| (from..to).contains(time));
            let people: BTreeSet<&String> = inside.clone().map(|(_, address)| address).collect();
            (inside.count(), people.len())
        };
        for (period, bounds) in trend.periods.iter().zip(bounds.windows(2)) {
            let found = (period.commits, period.authors);
            assert_eq!(found, count(bounds[0], bounds[1]), "seed {seed}");
        }
        for (span, range) in trend.spans.iter().zip(&spans) {
            let found = (span.commits, span.authors);
            assert_eq!(found, count(bounds[range.start], bounds[range.end]), "seed {seed}");
        }
        assert_eq!(trend.commits + trend.later, log.len());
    }
}

#[test]
fn nobody_is_called_what_others_call_them() {
    let scratch = TestRepo::new();
    let time = "2026-03-02T09:00:00+0000";
    let first = "Begin\n\nAcked-by: zz Somebody Else <ada@example.com>\n";
    scratch.write("a.rs", "1\n").commit_as(person("Ada", "ada@example.com", time), first);
    let named = scratch.write("a.rs", "2\n").commit("Go on\n\nReviewed-by: Z <ada@example.com>\n");
    scratch.write("a.rs", "3\n").commit_as(person("Ada", "ada@example.com", time), "Go on");
    let tip = id(&scratch.id("HEAD"));
    scratch.git(&["checkout", "--quiet", "-b", "other", &named]);
    scratch.write("a.rs", "4\n").commit_as(person("zz Other", "ada@example.com", time), "Other");
    scratch.git(&["checkout", "--quiet", "main"]);
    let (repo, (history, _)) = (open_repo(scratch.path()), updated(&scratch));
    let main = past_of(&past_of_all(&history, &repo, tip), &repo, tip, "a.rs").main_author;
    let main = main.expect("she made all");
    let name = history.person(main.person).expect("it is whole").expect("she is known").name;
    assert_eq!((name, main.changes), ("Ada".into(), 3));
    // For the whole index the names of all commits count, and still no trailer.
    let names =
        lines(&file(&scratch), "SELECT author FROM commits WHERE author_email LIKE 'ada@%'");
    assert_eq!(names, vec!["[Text(\"zz Other\")]"; 4]);
}
