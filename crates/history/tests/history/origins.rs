//! Lines come from where `git blame` says.

use std::collections::HashMap;

use gitops_health_git::RepoPath;
use gitops_health_history::{History, Origin, Origins, Version};
use gitops_health_testkit::{Random, TestRepo};

use crate::support::{id, open_repo, updated};

/// The commit and the line there of each line of a file at a revision, as git has it.
fn blamed(repo: &TestRepo, revision: &str, path: &str) -> Vec<(String, u32)> {
    let blame = repo.git_text(&["blame", "--porcelain", revision, "--", path]);
    let mut lines = Vec::new();
    for line in blame.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        if let [commit, old, ..] = words[..]
            && commit.len() == 40
            && !line.starts_with('\t')
        {
            lines.push((commit.to_owned(), old.parse().expect("a line")));
        }
    }
    lines
}

fn origins(repo: &TestRepo, history: &History, revision: &str, path: &str) -> Vec<Option<Origin>> {
    let opened = open_repo(repo.path());
    // A commit on top, so that what is asked about came before it.
    let tip = id(&repo.id("tip"));
    let blob = id(&repo.id(&format!("{revision}:{path}")));
    let version = Version { path: RepoPath::from(path), blob };
    let count = repo.git_text(&["cat-file", "blob", &format!("{revision}:{path}")]).lines().count();
    let lines: Vec<u32> = (1..=count as u32).collect();
    Origins::new(history, &opened).of(tip, &version, &lines).expect("it is whole")
}

fn told(origins: &[Option<Origin>]) -> Vec<(String, u32)> {
    let told = origins.iter().map(|origin| {
        let origin = origin.as_ref().expect("it is known");
        (origin.commit.to_string(), origin.line)
    });
    told.collect()
}

/// Files of which lines are changed, moved with the file and merged; no line is like another one.
fn story(random: &mut Random) -> TestRepo {
    let repo = TestRepo::new();
    let mut fresh = 0;
    let mut line = || {
        fresh += 1;
        format!("line {fresh}")
    };
    let mut files: Vec<(String, Vec<String>)> =
        (0..3).map(|number| (format!("f{number}"), (0..30).map(|_| line()).collect())).collect();
    let write = |repo: &TestRepo, files: &[(String, Vec<String>)]| {
        for (path, lines) in files {
            repo.write(path, lines.join("\n") + "\n");
        }
    };
    write(&repo, &files);
    repo.commit("begin");
    for number in 0..16 {
        let which = random.below(3);
        // The two halves of a file are changed on two branches now and then.
        let is_merge = random.below(3) == 0;
        if !is_merge && random.below(4) == 0 {
            repo.remove(&files[which].0);
            files[which].0 = format!("d{number}/f{which}");
        }
        let mut change = |is_upper: bool| {
            let mut side = files.clone();
            let lines = &mut side[which].1;
            let middle = lines.len() / 2;
            for _ in 0..1 + random.below(3) {
                let at = match is_upper {
                    true => random.below(middle - 4),
                    false => middle + 4 + random.below(lines.len() - middle - 4),
                };
                match random.below(3) {
                    0 => drop(lines.remove(at)),
                    1 => lines[at] = line(),
                    _ => lines.insert(at, line()),
                }
            }
            side
        };
        let (ours, theirs) = (change(true), change(false));
        write(&repo, &ours);
        repo.commit(&format!("change {number}"));
        files = ours;
        if is_merge {
            repo.git(&["checkout", "-q", "-b", "side", "HEAD^"]);
            write(&repo, &theirs);
            repo.commit(&format!("other {number}"));
            repo.git(&["checkout", "-q", "main"]);
            repo.git(&["merge", "-q", "--no-edit", "side"]);
            repo.git(&["branch", "-qD", "side"]);
            let text = repo.git_text(&["show", &format!("HEAD:{}", files[which].0)]);
            files[which].1 = text.lines().map(str::to_owned).collect();
        }
    }
    repo.write("top", "top\n").commit("top");
    repo.git(&["tag", "tip"]);
    repo
}

#[test]
fn lines_come_from_where_git_blames_them() {
    for seed in 0..3 {
        let repo = story(&mut Random::new(seed));
        let (history, _) = updated(&repo);
        let merges = repo.git_text(&["rev-list", "--merges", "--count", "HEAD"]);
        assert_ne!(merges.trim(), "0");
        for path in repo.git_text(&["ls-tree", "-r", "--name-only", "HEAD"]).lines() {
            if path != "top" {
                let told = told(&origins(&repo, &history, "HEAD", path));
                assert_eq!(told, blamed(&repo, "HEAD", path), "{path} of {seed}");
            }
        }
    }
}

#[test]
fn a_line_says_what_it_took_the_place_of() {
    let repo = TestRepo::new();
    repo.write("a", "one\ntwo\nthree\n").commit("begin");
    repo.write("a", "one\nTWO\nTWO AND A HALF\nthree\n");
    let second = repo.commit("change");
    repo.git(&["mv", "a", "b"]);
    repo.commit("move");
    repo.write("top", "top\n").commit("top");
    repo.git(&["tag", "tip"]);
    let (history, _) = updated(&repo);
    let found = origins(&repo, &history, "HEAD", "b");
    let third = found[2].as_ref().expect("it is known");
    assert_eq!((third.commit.to_string(), third.line), (second.trim().to_owned(), 3));
    assert_eq!(third.version.path, RepoPath::from("a"));
    let (before, hunk) = third.before.as_ref().expect("it was there before");
    assert_eq!(before.blob, id(&repo.id("tip~3:a")));
    assert_eq!((hunk.old_start, hunk.old_lines, hunk.new_start, hunk.new_lines), (2, 1, 2, 2));
    assert_eq!(found[0].as_ref().expect("it is known").before, None);
}

#[test]
fn what_came_later_has_no_say() {
    let repo = TestRepo::new();
    let first = repo.write("a", "one\ntwo\n").commit("begin");
    repo.write("a", "two\n").commit("take away");
    repo.git(&["tag", "tip"]);
    // The same content again, after the commit that is asked about.
    repo.write("a", "one\ntwo\n").commit("put back");
    let (history, _) = updated(&repo);
    let found = told(&origins(&repo, &history, "HEAD", "a"));
    let first = first.trim().to_owned();
    assert_eq!(found, [(first.clone(), 1), (first, 2)]);
}

#[test]
fn what_is_not_known_is_said() {
    let repo = TestRepo::new();
    repo.write("a", "one\n").commit("begin");
    repo.write("b", b"\0\0binary\n".as_slice()).commit("binary");
    repo.write("b", b"\0\0other\n".as_slice()).commit("other");
    repo.write("top", "top\n").commit("top");
    repo.git(&["tag", "tip"]);
    let (history, _) = updated(&repo);
    let opened = open_repo(repo.path());
    let mut origins = Origins::new(&history, &opened);
    let tip = id(&repo.id("tip"));
    let mut ask = |path: &str, blob: &str, lines: &[u32]| {
        let version = Version { path: RepoPath::from(path), blob: id(&repo.id(blob)) };
        origins.of(tip, &version, lines).expect("it is whole")
    };
    assert_eq!(ask("b", "HEAD:b", &[1]), [None]);
    assert_eq!(ask("never", "HEAD:a", &[1]), [None]);
    assert_eq!(ask("a", "HEAD:top", &[1]), [None]);
    let changed = origins.changed_by(id(&repo.id("HEAD^"))).expect("it is whole");
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].hunks, None);
    let changed = origins.changed_by(id(&repo.id("HEAD"))).expect("it is whole");
    let hunks = changed[0].hunks.as_ref().map(|hunks| hunks.len());
    assert_eq!((changed[0].old.clone(), hunks), (None, Some(1)));
}

/// A file whose places an index leaves out.
#[test]
fn what_the_index_left_out_is_looked_for() {
    let repo = TestRepo::new();
    let lines = |step: usize| -> String {
        let line = |it: usize| match it.is_multiple_of(2) {
            true => format!("kept {it}\n"),
            false => format!("changed {it} in {step}\n"),
        };
        (0..4_000).map(line).collect()
    };
    repo.write("a", lines(1)).commit("begin");
    repo.write("a", lines(2)).commit("change");
    repo.write("top", "top\n").commit("top");
    repo.git(&["tag", "tip"]);
    let (history, _) = updated(&repo);
    let found = told(&origins(&repo, &history, "HEAD", "a"));
    let count: HashMap<&str, usize> = found.iter().fold(HashMap::new(), |mut count, it| {
        *count.entry(it.0.as_str()).or_default() += 1;
        count
    });
    assert_eq!(count.len(), 2);
    assert_eq!(found, blamed(&repo, "HEAD", "a"));
}

#[test]
fn earlier_changes_are_those_of_the_ancestors_through_names() {
    let repo = TestRepo::new();
    let lines: String = (0..20).map(|it| format!("line {it}\n")).collect();
    repo.write("a", &lines).commit("begin");
    repo.write("a", lines.replace("line 3\n", "third\n")).commit("change");
    repo.git(&["mv", "a", "b"]);
    repo.commit("move");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("b", lines.replace("line 3\n", "other\n")).commit("aside");
    repo.git(&["checkout", "-q", "main"]);
    // Another file takes the name that this one had.
    repo.write("a", "nothing\n").commit("namesake");
    repo.write("b", lines.replace("line 5\n", "fifth\n")).commit("change again");
    repo.write("b", lines.replace("line 7\n", "seventh\n"));
    let asked = repo.commit("asked about");
    repo.write("b", &lines).commit("later");
    let (history, _) = updated(&repo);
    let opened = open_repo(repo.path());
    let mut origins = Origins::new(&history, &opened);
    let mut before = |path: &str, most: usize| -> Vec<String> {
        let found = origins.changes_before(id(&asked), &RepoPath::from(path), most);
        let ids = found.expect("it is whole").into_iter().map(|change| change.commit.to_string());
        ids.collect()
    };
    let logged = repo.git_text(&["log", "--follow", "--format=%H", "main~2", "--", "b"]);
    let logged: Vec<&str> = logged.lines().collect();
    assert_eq!(logged.len(), 4);
    assert_eq!(before("b", 9), logged);
    assert_eq!(before("b", 3), logged[..3]);
    assert_eq!(before("never", 9), [""; 0]);
}
