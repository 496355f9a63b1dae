use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use gitops_health_testkit::{Author, Random, Story, TestRepo};

use super::*;
use crate::commit::Ancestry;
use crate::files::Similarity;
use crate::repo::{Limits, Location};
use crate::tree::Mode;

fn open(path: &Path) -> Repo {
    let location = Location { start: path.to_owned(), use_git_environment: false };
    Repo::open(&location).expect("the repository can be opened")
}

fn ids(text: &str) -> Vec<ObjectId> {
    text.lines().map(|line| line.parse().expect("git prints ids")).collect()
}

fn survey(repo: &Repo, commits: &[ObjectId], threads: usize) -> Vec<CommitFacts> {
    let cancel = AtomicBool::new(false);
    let options = SurveyOptions { threads, progress: &|_, _| {}, cancel: &cancel };
    let survey = Survey::new(repo, options).expect("it can be opened again");
    let (mut facts, mut rest) = (Vec::new(), commits);
    while !rest.is_empty() {
        let more = survey.facts(rest).expect("the commits are here");
        assert!(!more.is_empty());
        rest = &rest[more.len()..];
        facts.extend(more);
    }
    facts
}

/// Compares every commit with what is said of it alone, whatever the number of threads; gives the
/// facts.
fn assert_survey_agrees(scratch: &TestRepo, repo: &Repo) -> Vec<CommitFacts> {
    let tips = ids(&scratch.git_text(&["rev-parse", "--branches", "--tags"]));
    let commits = assert_new_commits_agree(scratch, repo, &tips);
    let facts = survey(repo, &commits, 1);
    assert_eq!(facts.len(), commits.len());
    for (facts, id) in facts.iter().zip(&commits) {
        assert_eq!(facts.commit.id, *id);
        assert_commit_agrees(scratch, repo, facts);
    }
    for threads in [2, 5] {
        let again = survey(&open(scratch.path()), &commits, threads);
        assert_eq!(again.len(), facts.len());
        for (one, two) in facts.iter().zip(&again) {
            assert_eq!(one.files, two.files, "{} by {threads} threads", one.commit.id);
        }
    }
    facts
}

/// Parents first, and the commits that git lists; then the same behind what is known.
fn assert_new_commits_agree(scratch: &TestRepo, repo: &Repo, tips: &[ObjectId]) -> Vec<ObjectId> {
    let list = |excluded: &[ObjectId]| {
        let excluded = excluded.iter().map(|id| format!("^{id}\n"));
        let input: String = tips.iter().map(|id| format!("{id}\n")).chain(excluded).collect();
        let output = scratch.git_with_input(&["rev-list", "--stdin"], input.as_bytes());
        let mut listed = ids(&String::from_utf8(output).expect("ids"));
        listed.sort_unstable();
        listed
    };
    let all = repo.new_commits(tips, &mut |_| false).expect("the history is here");
    let mut random = Random::new(all.len() as u64);
    for excluded in [vec![], vec![all[random.below(all.len())]], all[..all.len() / 2].to_vec()] {
        // Whoever knows a commit knows what came before it.
        let lines: String = excluded.iter().map(|id| format!("{id}\n")).collect();
        let known = match excluded.is_empty() {
            true => String::new(),
            false => String::from_utf8(
                scratch.git_with_input(&["rev-list", "--stdin"], lines.as_bytes()),
            )
            .expect("ids"),
        };
        let known: HashSet<ObjectId> = ids(&known).into_iter().collect();
        let found = repo.new_commits(tips, &mut |id| known.contains(&id)).expect("it is here");
        let mut seen = known.clone();
        for id in &found {
            let commit = repo.commit(*id).expect("it is here");
            assert!(commit.parents().iter().all(|parent| seen.contains(parent)), "{id}");
            assert!(seen.insert(*id), "{id} comes twice");
        }
        let mut found = found;
        found.sort_unstable();
        assert_eq!(found, list(&excluded));
    }
    all
}

fn assert_commit_agrees(scratch: &TestRepo, repo: &Repo, facts: &CommitFacts) {
    let id = facts.commit.id;
    let commit = repo.commit(id).expect("the commit is here");
    assert_eq!(format!("{:?}", facts.commit), format!("{commit:?}"));
    let alone = repo.changes_of(&commit, Similarity::Renames);
    match (&facts.files, &commit.ancestry) {
        (FilesOfCommit::ShallowEdge, Ancestry::ShallowEdge(_)) => {
            assert!(matches!(alone, Err(Error::ShallowEdge { .. })), "{id}");
        }
        (FilesOfCommit::Merged(paths), Ancestry::Parents(parents)) if parents.len() > 1 => {
            let alone = repo.differs_from_all_parents(&commit).expect("the trees are here");
            assert_eq!(*paths, alone, "{id}");
            let arguments = ["diff-tree", "-c", "-r", "--name-only", "--root", "-z"];
            let more = ["--no-commit-id", "--no-renames", &id.to_string()];
            let theirs = scratch.git(&[&arguments[..], &more].concat());
            let ours = paths.iter().flat_map(|path| [path.as_bytes(), b"\0"].concat());
            assert_eq!(ours.collect::<Vec<u8>>(), theirs, "{id}");
        }
        (FilesOfCommit::Unread { reason, .. }, _) => {
            let error = alone.expect_err("what can't be read together can't be read alone");
            assert_eq!(*reason, error.in_words(), "{id}");
        }
        (FilesOfCommit::Changed { files, rename_limit_reached, .. }, ancestry) => {
            assert!(ancestry.parents().len() < 2, "{id}");
            let alone = alone.expect("what can be read together can be read alone");
            assert_eq!(*rename_limit_reached, alone.rename_limit_reached, "{id}");
            assert_eq!(files.len(), alone.files.len(), "{id}");
            for (facts, change) in files.iter().zip(&alone.files) {
                assert_file_agrees(repo, facts, change, &format!("{id} {}", facts.path));
            }
        }
        other => panic!("{id}: {other:?}"),
    }
}

fn assert_file_agrees(repo: &Repo, facts: &FileFacts, change: &crate::FileChange, of: &str) {
    assert_eq!(facts.status, change.status, "{of}");
    assert_eq!((&facts.path, &facts.old_path), (&change.path, &change.old_path), "{of}");
    assert_eq!((facts.old, facts.new), (change.old, change.new), "{of}");
    assert_eq!(facts.lines, change.lines, "{of}");
    assert_eq!(*facts.hunks, *repo.hunks(change).expect("the contents are here"), "{of}");
    assert_eq!(facts.makeup, repo.makeup(change).expect("the contents are here"), "{of}");
    for (side, extent) in [(facts.old, facts.old_extent), (facts.new, facts.new_extent)] {
        let Some(extent) = extent else { continue };
        let side = side.expect("a file that is not there has no length");
        let content = repo.content(Some(side)).expect("it can be read").expect("it is here");
        assert_eq!(extent.bytes, content.len() as u64, "{of}");
        let lines = content.split_inclusive(|byte| *byte == b'\n').count();
        let lines = if facts.lines == Lines::Binary { 0 } else { lines };
        assert_eq!(extent.lines as usize, lines, "{of}");
    }
    if let Lines::Counted { .. } = facts.lines {
        assert_eq!(facts.old.is_some(), facts.old_extent.is_some(), "{of}");
        assert_eq!(facts.new.is_some(), facts.new_extent.is_some(), "{of}");
    }
}

fn files(facts: &CommitFacts) -> &[FileFacts] {
    match &facts.files {
        FilesOfCommit::Changed { files, .. } => files,
        other => panic!("{other:?}"),
    }
}

fn text(lines: usize, edit: &str) -> String {
    (0..lines).map(|line| format!("line {line}\n")).collect::<String>() + edit
}

#[test]
fn files_of_all_kinds_that_move_and_change_are_what_they_are_alone() {
    let scratch = TestRepo::new();
    for (name, size) in [("a", 30), ("b", 50), ("d/e/f", 20), ("d/e/g", 21)] {
        scratch.write(name, text(size, ""));
    }
    let contents: &[&[u8]] =
        &[b"", b"\n", b"a", b"a\r\nb\r\n", b"a\nb", b"a\0b", b"\xff\xfe", b"}\n}\n}\n"];
    for (number, content) in contents.iter().enumerate() {
        scratch.write(format!("contents/{number}"), content);
    }
    scratch.commit("files");
    scratch.git(&["mv", "a", "z"]);
    scratch.git(&["mv", "d/e", "q"]);
    scratch.write("b", text(50, "more\n"));
    for number in 0..contents.len() {
        let content = contents[(number + 1) % contents.len()];
        scratch.write(format!("contents/{number}"), content);
    }
    scratch.commit("moved and changed");
    scratch.remove("b");
    std::os::unix::fs::symlink("z", scratch.path().join("b")).expect("it can be made");
    std::os::unix::fs::symlink("nowhere", scratch.path().join("link")).expect("it can be made");
    scratch.git(&["update-index", "--chmod=+x", "z"]);
    scratch.git(&["commit", "--quiet", "--message=mode"]);
    scratch.git(&["checkout-index", "--force", "z"]);
    scratch.commit("a file becomes a link");
    let submodule = format!("160000,{},sub", "1".repeat(40));
    scratch.git(&["update-index", "--add", "--cacheinfo", &submodule]);
    scratch.git(&["commit", "--quiet", "--message=submodule"]);
    let submodule = format!("160000,{},sub", "2".repeat(40));
    scratch.git(&["update-index", "--cacheinfo", &submodule]);
    scratch.git(&["commit", "--quiet", "--message=submodule moves on"]);
    scratch.git(&["rm", "--quiet", "--cached", "sub"]);
    scratch.write("sub", "a file now\n");
    scratch.commit("the submodule becomes a file");
    scratch.git(&["rm", "-r", "--quiet", "contents"]);
    scratch.commit("gone");
    scratch.commit("nothing");
    let facts = assert_survey_agrees(&scratch, &open(scratch.path()));
    assert_eq!(facts.len(), 9);
    assert!(files(&facts[8]).is_empty());
    let moved = files(&facts[1]).iter().filter(|file| file.old_path.is_some());
    assert_eq!(moved.count(), 3);
    let is_submodule = |file: &&FileFacts| file.lines == Lines::Submodule;
    assert_eq!(facts[4..6].iter().flat_map(files).filter(is_submodule).count(), 2);
    let kinds: HashSet<Option<Mode>> =
        facts.iter().flat_map(files).map(|file| file.new.map(|side| side.mode)).collect();
    assert_eq!(kinds.len(), 5, "{kinds:?}");
}

#[test]
fn each_commit_is_counted_by_its_own_attributes() {
    let scratch = TestRepo::new();
    let mut change = 0;
    let mut step = |attributes: &[(&str, &str)]| {
        for (path, rules) in attributes {
            scratch.write(path, rules);
        }
        change += 1;
        for path in ["a.txt", "sub/a.txt", "sub/deep/a.txt", "b.dat"] {
            scratch.write(path, format!("{change}\n{change}\n"));
        }
        scratch.write("c.bin", format!("{change}\0"));
        scratch.commit("next");
    };
    step(&[]);
    step(&[(".gitattributes", "*.txt -diff\n")]);
    step(&[("sub/.gitattributes", "*.txt diff\n")]);
    step(&[("sub/deep/.gitattributes", "*.txt -diff\n"), (".gitattributes", "c.bin diff\n")]);
    step(&[(".gitattributes", "[attr]odd -diff\n*.dat odd\nb.dat diff=known\n")]);
    step(&[("sub/.gitattributes", "[attr]not-here -diff\n*.txt not-here\n")]);
    step(&[(".gitattributes", "b.dat diff=other\n*.txt binary\n")]);
    step(&[(".gitattributes", "\u{feff}a.txt -diff\n")]);
    scratch.remove(".gitattributes").remove("sub/.gitattributes");
    step(&[]);
    // What moves is asked about under both names.
    scratch.write("long.txt", text(30, ""));
    step(&[(".gitattributes", "*.raw -diff\n")]);
    scratch.git(&["mv", "long.txt", "long.raw"]);
    scratch.write("long.raw", text(30, "more\n"));
    step(&[]);
    scratch.git(&["config", "diff.known.binary", "true"]);
    scratch.git(&["config", "diff.other.binary", "false"]);
    let facts = assert_survey_agrees(&scratch, &open(scratch.path()));
    let binary = |facts: &CommitFacts| {
        let binary = files(facts).iter().filter(|file| file.lines == Lines::Binary);
        binary.map(|file| file.path.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(binary(&facts[0]), ["c.bin"]);
    assert_eq!(binary(&facts[1]), ["a.txt", "c.bin", "sub/a.txt", "sub/deep/a.txt"]);
    assert_eq!(binary(&facts[2]), ["a.txt", "c.bin"]);
    assert_eq!(binary(&facts[3]), ["sub/deep/a.txt"]);
}

#[test]
fn merges_hold_what_differs_from_all_parents() {
    let scratch = TestRepo::new();
    scratch.write("a", text(20, "")).write("b", text(20, "")).write("d/x", "x\n").commit("base");
    for side in ["one", "two", "three"] {
        scratch.git(&["checkout", "--quiet", "-b", side, "main"]);
        scratch.write(format!("{side}/new"), side).write("d/x", format!("{side}\n"));
        scratch.write("a", text(20, &format!("{side}\n"))).commit(side);
    }
    let merge = |tree: &str, parents: &[&str]| {
        let parents = parents.iter().flat_map(|parent| ["-p", parent]);
        let arguments: Vec<&str> =
            ["commit-tree", tree, "-m", "merge"].into_iter().chain(parents).collect();
        let id = scratch.git_text(&arguments);
        scratch.git(&["update-ref", &format!("refs/heads/merge-{}", id.trim()), id.trim()]);
    };
    // Everything of one side, nothing of any, and something new.
    scratch.write("a", "resolved\n").write("b", text(21, "")).write("d/y", "new\n").remove("d/x");
    scratch.git(&["add", "--all"]);
    let edited = scratch.git_text(&["write-tree"]);
    let empty = scratch.git_text(&["hash-object", "-t", "tree", "-w", "/dev/null"]);
    for tree in ["one^{tree}", "main^{tree}", edited.trim(), empty.trim()] {
        for parents in [&["one", "two"][..], &["two", "one", "three"], &["main", "one"]] {
            merge(tree, parents);
        }
    }
    let facts = assert_survey_agrees(&scratch, &open(scratch.path()));
    let merged = facts.iter().filter(|facts| matches!(facts.files, FilesOfCommit::Merged(_)));
    assert_eq!(merged.count(), 12);
}

#[test]
fn the_edge_of_a_shallow_clone_is_not_a_root() {
    let scratch = TestRepo::new();
    for number in 0..6 {
        scratch.write("a", text(number, "")).commit("next");
    }
    let shallow = TestRepo::bare();
    let url = format!("file://{}", scratch.path().display());
    shallow.git(&["fetch", "--quiet", "--depth=3", &url, "main:main"]);
    let facts = assert_survey_agrees(&shallow, &open(shallow.path()));
    assert_eq!(facts.len(), 3);
    assert_eq!(facts[0].files, FilesOfCommit::ShallowEdge);
}

#[test]
fn what_is_missing_is_unread_or_not_counted_and_the_rest_is_there() {
    let scratch = TestRepo::new();
    for number in 0..4 {
        scratch.write("d/a", text(number, "")).write("e/b", text(number + 1, "x")).commit("next");
    }
    let remove = |revision: &str| {
        let id = scratch.id(revision);
        let file = scratch.git_dir().join("objects").join(&id[..2]).join(&id[2..]);
        std::fs::remove_file(file).expect("it is there");
    };
    remove("main~2:d/a");
    remove("main:e");
    let facts = assert_survey_agrees(&scratch, &open(scratch.path()));
    let lines: Vec<Lines> = facts[1..3].iter().map(|facts| files(facts)[0].lines).collect();
    assert_eq!(lines, [Lines::Missing, Lines::Missing]);
    assert!(matches!(facts[3].files, FilesOfCommit::Unread { lacks: Some(_), .. }));
    assert_eq!(files(&facts[2])[1].lines.added_deleted(), (1, 0));
}

#[test]
fn what_is_larger_than_the_limits_is_too_large() {
    let scratch = TestRepo::new();
    for number in [4, 90, 30] {
        scratch.write("a", text(number, "")).write("b", text(3, &number.to_string()));
        scratch.commit("next");
    }
    let defaults = Limits::default();
    for limits in [
        Limits { blob_bytes: 300, ..defaults },
        Limits { compared_lines: 60, ..defaults },
        Limits { changed_files: 1, ..defaults },
    ] {
        for is_packed in [false, true] {
            if is_packed {
                scratch.git(&["repack", "-adq"]);
            }
            let repo = open(scratch.path()).with_limits(limits);
            let ids = repo.new_commits(&repo.tips().expect("there is one"), &mut |_| false);
            let facts = survey(&repo, &ids.expect("all is here"), 2);
            for facts in &facts {
                assert_commit_agrees(&scratch, &repo, facts);
            }
        }
    }
}

#[test]
fn facts_that_take_much_memory_are_found_in_smaller_parts() {
    let (scratch, mut story) = (TestRepo::new(), Story::new(21));
    story.go_on(&scratch, 300);
    // One that takes more than there is room for by itself.
    for number in 0..300 {
        scratch.write(format!("many/{number}"), text(number % 20, ""));
    }
    scratch.commit("many files");
    story.go_on(&scratch, 300);
    let repo = open(scratch.path());
    let commits = repo.new_commits(&repo.tips().expect("there is one"), &mut |_| false);
    let commits = commits.expect("all is here");
    let whole = survey(&repo, &commits, 2);
    for (facts_bytes, threads) in [(0, 3), (20_000, 1), (20_000, 3), (200_000, 2)] {
        let limits = Limits { facts_bytes, ..Limits::default() };
        let repo = open(scratch.path()).with_limits(limits);
        let cancel = AtomicBool::new(false);
        let counted = AtomicUsize::new(0);
        let progress = |stage: SurveyStage, count| {
            if stage == SurveyStage::Commits {
                counted.store(count, Ordering::Relaxed);
            }
        };
        let options = SurveyOptions { threads: 1, progress: &progress, cancel: &cancel };
        let first = Survey::new(&repo, options).expect("it can be opened again").facts(&commits);
        let first = first.expect("all is here").len();
        assert!(0 < first && first < commits.len() / 2, "{first}");
        assert_eq!(counted.load(Ordering::Relaxed), first);
        let parts = survey(&repo, &commits, threads);
        assert_eq!(parts.len(), whole.len());
        for (one, two) in whole.iter().zip(&parts) {
            assert_eq!((one.commit.id, &one.files), (two.commit.id, &two.files));
        }
    }
}

#[test]
fn what_was_done_in_vain_is_little() {
    let scratch = TestRepo::bare();
    let mut stream = String::new();
    for commit in 1..=1000 {
        stream += &format!("commit refs/heads/main\ncommitter A <a@example.com> {commit} +0000\n");
        stream += "data 0\n";
        for file in 0..30 {
            stream += &format!("M 644 inline d/{file}\ndata <<E\n{commit}\nE\n");
        }
    }
    scratch.git_with_input(&["fast-import", "--quiet"], stream.as_bytes());
    let limits = Limits { facts_bytes: 1 << 20, ..Limits::default() };
    let repo = open(scratch.path()).with_limits(limits);
    let commits = repo.new_commits(&repo.tips().expect("there is one"), &mut |_| false);
    let (commits, compared) = (commits.expect("all is here"), AtomicUsize::new(0));
    let progress = |stage: SurveyStage, _| {
        compared.fetch_add(usize::from(stage == SurveyStage::Commits), Ordering::Relaxed);
    };
    let cancel = AtomicBool::new(false);
    let options = SurveyOptions { threads: 1, progress: &progress, cancel: &cancel };
    let survey = Survey::new(&repo, options).expect("it can be opened again");
    let (mut rest, mut parts) = (&commits[..], 0);
    while !rest.is_empty() {
        rest = &rest[survey.facts(rest).expect("all is here").len()..];
        parts += 1;
    }
    assert!((10..40).contains(&parts), "{parts} parts");
    let compared = compared.into_inner();
    assert!((1000..1200).contains(&compared), "{compared} comparisons of 1000 commits");
}

/// Two versions of a text that differ in every other line.
fn every_other_line(lines: usize) -> [String; 2] {
    ["a", "b"].map(|odd| (0..lines).map(|line| format!("{line}\n{odd}\n")).collect())
}

#[test]
fn places_are_kept_up_to_a_limit_that_depends_on_how_many_files_a_commit_changed() {
    assert_eq!([0, 1, 64, 65, 70_000].map(FileFacts::most_hunks), [1024, 1024, 1024, 1008, 0]);
    let scratch = TestRepo::new();
    let versions = [1024, 1025, 300].map(every_other_line);
    for version in [0, 1] {
        for (name, text) in ["just", "beyond", "some"].into_iter().zip(&versions) {
            scratch.write(name, &text[version]);
        }
        scratch.commit("few files");
    }
    for version in [0, 1] {
        for file in 0..300 {
            scratch.write(format!("many/{file}"), format!("{version}\n"));
        }
        scratch.write("many/some", &versions[2][version]).commit("many files");
    }
    let repo = open(scratch.path());
    let commits = repo.new_commits(&repo.tips().expect("there is one"), &mut |_| false);
    let facts = survey(&repo, &commits.expect("all is here"), 2);
    let places = |commit: usize| {
        let of = |file: &FileFacts| match file.lines {
            Lines::Counted { hunks, .. } => (file.path.to_string(), hunks, file.hunks.len()),
            other => panic!("{other:?}"),
        };
        files(&facts[commit]).iter().map(of).collect::<Vec<_>>()
    };
    let few = [("beyond", 1025, 0), ("just", 1024, 1024), ("some", 300, 300)];
    assert_eq!(places(1), few.map(|(name, hunks, kept)| (name.to_owned(), hunks, kept)));
    assert_eq!(places(3).last(), Some(&("many/some".to_owned(), 300, 0)));
    assert_eq!(places(3)[0], ("many/0".to_owned(), 1, 1));
}

#[test]
fn equal_places_are_kept_once_and_many_of_them_in_smaller_parts() {
    let scratch = TestRepo::new();
    let versions = every_other_line(900);
    for commit in 0..40 {
        scratch.write("flips", &versions[commit % 2]);
        scratch.write("grows", format!("{commit}\n{}", versions[commit % 2])).commit("next");
    }
    let repo = open(scratch.path());
    let commits = repo.new_commits(&repo.tips().expect("there is one"), &mut |_| false);
    let commits = commits.expect("all is here");
    let whole = survey(&repo, &commits, 2);
    let flips = |facts: &[CommitFacts]| {
        let of = |facts: &CommitFacts| files(facts)[0].hunks.as_ptr();
        facts[1..].iter().map(of).collect::<HashSet<_>>().len()
    };
    assert_eq!(flips(&whole), 2);
    // Room for the facts and not for 39 times 900 places.
    let limits = Limits { facts_bytes: 400_000, ..Limits::default() };
    let repo = open(scratch.path()).with_limits(limits);
    for threads in [1, 3] {
        let parts = survey(&repo, &commits, threads);
        assert!(flips(&parts) > 2);
        assert_eq!(parts.len(), whole.len());
        for (one, two) in whole.iter().zip(&parts) {
            assert_eq!((one.commit.id, &one.files), (two.commit.id, &two.files));
        }
    }
}

#[test]
fn many_files_of_one_commit_share_a_budget_and_many_versions_a_path() {
    let scratch = TestRepo::new();
    let author = |time| Author { name: "Ada", email: "ada@example.com", time };
    for version in 0..30 {
        for file in 0..12 {
            scratch.write(format!("f{file}"), text(version * file % 17, &version.to_string()));
        }
        // All at the same time, so that ids decide the order.
        scratch.commit_as(author("2026-03-02T10:00:00+0000"), "next");
    }
    scratch.git(&["gc", "--quiet"]);
    assert_eq!(assert_survey_agrees(&scratch, &open(scratch.path())).len(), 30);
}

#[test]
fn random_histories_are_what_they_are_commit_by_commit() {
    for seed in 0..24 {
        let (scratch, mut story) = (TestRepo::new(), Story::new(seed));
        story.go_on(&scratch, 12);
        story.go_on(&scratch, 12);
        if seed % 2 == 0 {
            scratch.git(&["gc", "--quiet"]);
        }
        assert_survey_agrees(&scratch, &open(scratch.path()));
    }
}
