//! Files on disk, and what git would store of them.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use bstr::ByteSlice;
use gitops_health_git::{
    Error, FileChange, FunctionSearch, Hunk, Limits, Lines, Mode, ObjectId, Similarity, Status,
};
use gitops_health_testkit::{Random, TestRepo};

use crate::agreement::{UNPAIRED, assert_worktree_agrees, assert_worktree_agrees_with, open};
use crate::stored::{assert_agrees, scratch, touch};

fn make_pipe(path: &Path) {
    let status = Command::new("mkfifo").arg(path).status();
    assert!(status.expect("mkfifo is there").success());
}

fn set_mode(path: impl AsRef<Path>, mode: u32) {
    fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("it can be set");
}

#[test]
fn attributes_are_read_from_regular_files_only() {
    let scratch = scratch();
    scratch.write("elsewhere", "* -diff text\n").write("f", "1\n").write("d/f", "1\n");
    scratch.commit("first");
    scratch.write("f", "1\r\n2\r\n").write("d/f", "1\r\n2\r\n");
    symlink("elsewhere", scratch.path().join(".gitattributes")).expect("links can be made");
    symlink("../elsewhere", scratch.path().join("d/.gitattributes")).expect("links can be made");
    assert_agrees(&scratch, 2, "a link");
    scratch.git(&["reset", "-q"]);
    scratch.remove(".gitattributes").remove("d/.gitattributes");
    fs::create_dir(scratch.path().join(".gitattributes")).expect("it can be made");
    assert_agrees(&scratch, 2, "a directory");
    fs::remove_dir(scratch.path().join(".gitattributes")).expect("it is there");
    scratch.git(&["reset", "-q"]);
    let without = open(scratch.path()).worktree_changes(Similarity::Renames);
    // Git would wait for the pipe for ever.
    make_pipe(&scratch.path().join(".gitattributes"));
    make_pipe(&scratch.path().join("d/.gitattributes"));
    let begin = Instant::now();
    let changes = open(scratch.path()).worktree_changes(Similarity::Renames);
    assert_eq!(changes.expect("it can be read"), without.expect("it can be read"));
    assert!(begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_hostile_pattern_costs_little() {
    let scratch = scratch();
    let pattern = format!("{}b", "*a".repeat(30));
    scratch.write(".gitattributes", format!("{pattern} -diff\n{pattern}/** text\n"));
    scratch.write(".gitignore", format!("{pattern}\n**/{pattern}\n"));
    let names: Vec<String> = (0..20).map(|n| format!("{}{n}", "a".repeat(200))).collect();
    for name in &names {
        scratch.write(name, "1\n");
    }
    scratch.git(&["add", "--force", "--", ".gitignore"]);
    // Git itself would match the pattern: it is kept away from it.
    let id = scratch.git_with_input(&["hash-object", "-w", "--stdin"], b"0\n");
    let id = id.to_str().expect("git prints an id").trim().to_owned();
    let lines: String = names.iter().map(|name| format!("100644 {id}\t{name}\n")).collect();
    scratch.git_with_input(&["update-index", "--index-info"], lines.as_bytes());
    let begin = Instant::now();
    let changes = open(scratch.path()).worktree_changes(Similarity::Off).expect("it can be read");
    assert_eq!(changes.files.len(), 21);
    assert!(changes.files[1..].iter().all(|file| file.lines.added_deleted() == (1, 0)));
    assert!(begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn what_lies_behind_a_link_is_not_in_the_worktree() {
    let scratch = scratch();
    scratch.write("d/e/f", "1\n").write("d/g", "1\n").write("h", "1\n");
    scratch.commit("first");
    let outside = tempfile_directory(&scratch);
    fs::rename(scratch.path().join("d"), outside.join("d")).expect("it can be moved");
    symlink(outside.join("d"), scratch.path().join("d")).expect("links can be made");
    assert_agrees(&scratch, 2, "a link to a directory");
    scratch.git(&["reset", "-q", "--hard"]);
    fs::remove_dir_all(scratch.path().join("d/e")).expect("it is there");
    symlink(outside.join("d/e"), scratch.path().join("d/e")).expect("links can be made");
    assert_agrees(&scratch, 1, "a link below");
}

/// A directory beside the files that git does not look into.
fn tempfile_directory(scratch: &TestRepo) -> std::path::PathBuf {
    let directory = scratch.git_dir().join("elsewhere");
    fs::create_dir(&directory).expect("it can be made");
    directory
}

#[test]
fn files_directories_and_links_take_each_others_place() {
    let scratch = scratch();
    scratch.write("file", "1\n").write("d/x", "1\n").write("d/y", "2\n").write("e/z", "3\n");
    scratch.write("deep/a/b/c", "4\n");
    symlink("file", scratch.path().join("link")).expect("links can be made");
    scratch.commit("first");
    scratch.remove("file").write("file/inside", "1\n");
    fs::remove_dir_all(scratch.path().join("d")).expect("it is there");
    scratch.write("d", "a file\n").remove("link").write("link", "file");
    fs::remove_dir_all(scratch.path().join("deep/a")).expect("it is there");
    scratch.write("deep/a", "a file\n").remove("e/z");
    symlink("nowhere", scratch.path().join("e/z")).expect("links can be made");
    assert_agrees(&scratch, 6, "not staged");
    scratch.git(&["add", "--all"]);
    assert_agrees(&scratch, 9, "staged");
}

#[test]
fn the_configuration_says_whether_modes_and_links_count() {
    let scratch = scratch();
    scratch.write("plain", "1\n").write("program", "2\n").write("both", "3\n");
    set_mode(scratch.path().join("program"), 0o755);
    symlink("plain", scratch.path().join("link")).expect("links can be made");
    symlink("plain", scratch.path().join("other-link")).expect("links can be made");
    scratch.commit("first");
    set_mode(scratch.path().join("plain"), 0o755);
    set_mode(scratch.path().join("program"), 0o644);
    scratch.write("both", "4\n");
    set_mode(scratch.path().join("both"), 0o755);
    scratch.remove("link").write("link", "plain");
    scratch.remove("other-link").write("other-link", "other");
    assert_eq!(assert_worktree_agrees(&scratch, &open(scratch.path()), "all count"), 5);
    scratch.git(&["config", "core.symlinks", "false"]);
    assert_eq!(assert_worktree_agrees(&scratch, &open(scratch.path()), "no links"), 4);
    scratch.git(&["config", "core.fileMode", "false"]);
    assert_eq!(assert_worktree_agrees(&scratch, &open(scratch.path()), "no modes"), 2);
    scratch.write("new", "x\n");
    set_mode(scratch.path().join("new"), 0o755);
    scratch.git(&["add", "--intent-to-add", "new"]);
    assert_agrees(&scratch, 3, "no modes and a new file");
    scratch.git(&["config", "core.symlinks", "true"]);
    assert_agrees(&scratch, 4, "links");
}

#[test]
fn a_change_that_leaves_size_and_time_as_they_were_is_seen() {
    let scratch = scratch();
    for round in 0..30 {
        scratch.write("f", format!("{round:04} 1\n"));
        scratch.git(&["add", "f"]);
        scratch.commit("next");
        let time = fs::metadata(scratch.path().join("f")).and_then(|data| data.modified());
        scratch.write("f", format!("{round:04} 2\n"));
        if round % 2 == 0 {
            let file = fs::File::options().append(true).open(scratch.path().join("f"));
            let file = file.expect("it is there");
            file.set_modified(time.expect("it has a time")).expect("it can be set");
        }
        assert_agrees(&scratch, 1, &format!("round {round}"));
    }
}

#[test]
fn a_file_that_was_only_touched_is_unchanged() {
    let scratch = scratch();
    scratch.write("f", "1\n").write("empty", "").write("binary", "a\0").write("staged", "1\n");
    scratch.commit("first");
    scratch.write("staged", "2\n");
    scratch.git(&["add", "staged"]);
    for name in ["f", "empty", "binary", "staged"] {
        touch(scratch.path().join(name));
    }
    assert_agrees(&scratch, 1, "touched");
    scratch.write("staged", "1\n");
    assert_agrees(&scratch, 0, "changed back");
    // An index without the states of files, as after `git read-tree`.
    scratch.write("f", "2\n");
    scratch.git(&["read-tree", "HEAD"]);
    assert_agrees(&scratch, 1, "no states");
    scratch.git(&["reset", "-q", "--hard"]);
    scratch.git(&["config", "core.trustCtime", "false"]);
    scratch.git(&["config", "core.checkStat", "minimal"]);
    scratch.write("f", "3 longer\n");
    assert_agrees(&scratch, 1, "few states");
}

#[test]
fn announced_and_promised_files_are_compared_as_git_does() {
    let scratch = scratch();
    for name in ["assumed", "skipped", "gone", "gone-assumed", "both"] {
        scratch.write(name, "1\n");
    }
    scratch.commit("first");
    scratch.git(&["update-index", "--assume-unchanged", "assumed", "gone-assumed"]);
    scratch.write("both", "2\n");
    scratch.git(&["add", "both"]);
    scratch.git(&["update-index", "--skip-worktree", "skipped", "both"]);
    scratch.write("new", "1\n2\n").write("new-and-gone", "1\n").write("new-empty", "");
    scratch.git(&["add", "--intent-to-add", "new", "new-and-gone", "new-empty"]);
    scratch.write("assumed", "changed\n").write("skipped", "changed\n").write("both", "3\n");
    scratch.remove("gone").remove("gone-assumed").remove("new-and-gone");
    let repo = open(scratch.path());
    assert_eq!(assert_worktree_agrees(&scratch, &repo, "flags"), 4);
    scratch.git(&["rm", "-q", "--cached", "gone"]);
    scratch.write("gone", "again\n");
    scratch.git(&["add", "--intent-to-add", "gone"]);
    assert_eq!(assert_worktree_agrees(&scratch, &repo, "announced again"), 4);
}

#[test]
fn files_that_a_sparse_checkout_leaves_out_count_when_they_are_there() {
    let scratch = scratch();
    scratch.write("top", "1\n").write("in/a", "1\n").write("out/b", "1\n").write("out/c", "1\n");
    scratch.write(".gitattributes", "*.b -diff\n").write("out/.gitattributes", "b -diff\n");
    scratch.commit("first");
    scratch.git(&["sparse-checkout", "set", "--cone", "--no-sparse-index", "in"]);
    let repo = open(scratch.path());
    assert_eq!(assert_worktree_agrees(&scratch, &repo, "clean"), 0);
    scratch.write("in/a", "2\n").write("out/b", "2\n");
    assert_eq!(assert_worktree_agrees(&scratch, &repo, "one is there"), 2);
    scratch.git(&["config", "sparse.expectFilesOutsideOfPatterns", "true"]);
    assert_eq!(assert_worktree_agrees(&scratch, &repo, "one is expected"), 1);
}

#[test]
fn a_submodule_is_the_commit_that_is_checked_out() {
    let (outer, inner) = (scratch(), scratch());
    inner.write("f", "1\n").commit("first");
    inner.write("f", "2\n").commit("second");
    let url = inner.path().to_string_lossy().into_owned();
    outer.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "d/sub"]);
    outer.write("f", "1\n").commit("with a submodule");
    let repo = open(outer.path());
    let agrees = |differ: usize, of: &str| {
        let words = ["--ignore-submodules=dirty"];
        assert_eq!(
            assert_worktree_agrees_with(&outer, &repo, of, UNPAIRED, &words),
            differ,
            "{of}"
        );
    };
    agrees(0, "clean");
    outer.write("d/sub/f", "dirty\n").write("d/sub/untracked", "x\n");
    agrees(0, "dirty");
    outer.git(&["-C", "d/sub", "checkout", "-q", "--force", "HEAD~1"]);
    agrees(1, "another commit");
    outer.git(&["-C", "d/sub", "checkout", "-q", "-b", "branch"]);
    agrees(1, "a branch");
    outer.git(&["-C", "d/sub", "pack-refs", "--all"]);
    agrees(1, "a packed branch");
    let changes = repo.worktree_changes(Similarity::Off).expect("it can be read");
    let new = changes.files[0].new.expect("it is there");
    assert_eq!((new.mode, new.id.to_string()), (Mode::Submodule, inner.id("HEAD~1")));
    outer.git(&["-C", "d/sub", "checkout", "-q", "--orphan", "unborn"]);
    agrees(0, "no commit");
    fs::remove_file(outer.path().join("d/sub/.git")).expect("it is there");
    agrees(0, "no repository");
    fs::remove_dir_all(outer.path().join("d/sub")).expect("it is there");
    agrees(1, "missing");
    fs::create_dir(outer.path().join("d/sub")).expect("it can be made");
    agrees(0, "an empty directory");
    fs::remove_dir(outer.path().join("d/sub")).expect("it is there");
    outer.write("d/sub", "a file\n");
    agrees(1, "a file");
    outer.remove("d/sub");
    make_pipe(&outer.path().join("d/sub"));
    let changes = repo.worktree_changes(Similarity::Off).expect("it can be read");
    assert_eq!(changes.files[0].status, Status::Deleted);
}

#[test]
fn a_repository_in_the_place_of_a_file_is_a_submodule() {
    let scratch = scratch();
    scratch.write("f", "1\n").write("g", "1\n").write("h", "1\n");
    scratch.commit("first");
    for name in ["f", "g", "h"] {
        scratch.remove(name);
        scratch.git(&["init", "-q", "--initial-branch=main", name]);
    }
    scratch.git(&["-C", "f", "commit", "-q", "--allow-empty", "-m", "inside"]);
    // One has no commit, and one is no repository.
    fs::remove_dir_all(scratch.path().join("h/.git/objects")).expect("it is there");
    let repo = open(scratch.path());
    assert_eq!(assert_worktree_agrees(&scratch, &repo, "embedded"), 3);
    let changes = repo.worktree_changes(Similarity::Off).expect("it can be read");
    let statuses: Vec<_> = changes.files.iter().map(|file| file.status).collect();
    assert_eq!(statuses, [Status::TypeChanged, Status::Deleted, Status::Deleted]);
    fs::remove_dir_all(scratch.path().join("f/.git")).expect("it is there");
    make_pipe(&scratch.path().join("f/.git"));
    let error = repo.worktree_changes(Similarity::Off).expect_err("git would wait");
    assert!(matches!(error, Error::File { .. }), "{error}");
}

#[test]
fn links_within_a_submodule_are_followed_as_git_does() {
    let inner = TestRepo::new();
    inner.write("f", "1\n").commit("one");
    inner.write("f", "2\n").commit("two");
    let outer = TestRepo::new();
    let url = inner.path().to_string_lossy().into_owned();
    outer.git(&["-c", "protocol.file.allow=always", "clone", "--quiet", &url, "sub"]);
    outer.write("f", "1\n").commit("with a submodule");
    outer.git(&["-C", "sub", "reset", "-q", "--hard", "HEAD~1"]);
    let repo = open(outer.path());
    let agrees = |of: &str| {
        let words = ["--ignore-submodules=dirty"];
        assert_eq!(assert_worktree_agrees_with(&outer, &repo, of, UNPAIRED, &words), 1, "{of}");
    };
    agrees("as it is");
    let git = outer.path().join("sub/.git");
    let link = |name: &str| {
        let (path, target) = (git.join(name), outer.path().join(name.replace('/', "-")));
        fs::rename(&path, &target).expect("it can be moved");
        std::os::unix::fs::symlink(&target, &path).expect("it can be made");
    };
    link("refs/heads/main");
    agrees("a linked reference");
    outer.git(&["-C", "sub", "pack-refs", "--all"]);
    link("packed-refs");
    agrees("linked packed references");
    fs::rename(&git, outer.path().join("elsewhere")).expect("it can be moved");
    std::os::unix::fs::symlink(outer.path().join("elsewhere"), &git).expect("it can be made");
    agrees("a linked git directory");
}

#[test]
fn files_that_moved_in_the_worktree_are_found() {
    let scratch = scratch();
    let text = |from: usize| -> String { (from..from + 40).map(|n| format!("{n}\n")).collect() };
    scratch.write("exact", text(0)).write("edited", text(100)).write("copied", text(200));
    scratch.write("crlf", text(300)).write(".gitattributes", "moved-crlf text\n");
    scratch.commit("first");
    scratch.remove("exact").remove("edited").remove("crlf");
    scratch.write("moved-exact", text(0)).write("moved-edited", text(100) + "more\n");
    scratch.write("moved-crlf", text(300).replace('\n', "\r\n"));
    scratch.write("copied", text(200) + "more\n").write("copy", text(200) + "other\n");
    for name in ["moved-exact", "moved-edited", "moved-crlf", "copy"] {
        scratch.git(&["add", "--intent-to-add", name]);
    }
    let repo = open(scratch.path());
    assert_worktree_agrees(&scratch, &repo, "moved");
    let changes = repo.worktree_changes(Similarity::Copies).expect("it can be read");
    let letters: String = changes.files.iter().map(|file| file.status.letter()).collect();
    assert_eq!(letters, "MCRRR");
    assert_agrees(&scratch, 8, "moved");
}

#[test]
fn places_and_functions_of_a_changed_file_are_found_as_long_as_it_stays() {
    let scratch = scratch();
    let function = |body: &str| format!("int one(void)\n{{\n{body}}}\n");
    scratch.write(".gitattributes", "b.c text\n");
    scratch.write("a.c", function("  a();\n")).write("b.c", function("  a();\n"));
    scratch.commit("first");
    scratch.write("a.c", function("  a();\n  b();\n"));
    scratch.write("b.c", function("  a();\n  b();\n").replace('\n', "\r\n"));
    let repo = open(scratch.path());
    let changes = repo.worktree_changes(Similarity::Off).expect("it can be read");
    assert_eq!(changes.files.len(), 2);
    for file in &changes.files {
        let hunks = repo.hunks(file).expect("it can be read");
        assert_eq!((hunks.len(), hunks[0].new_start, hunks[0].new_lines), (1, 4, 1));
        let found = repo.longest_touched_function(file).expect("it can be read");
        let FunctionSearch::Longest(function) = found else { panic!("{found:?}") };
        assert_eq!(function.lines, 5);
        let missing = repo.blob(file.new.map_or(ObjectId::ZERO, |side| side.id));
        assert_eq!(missing.expect("nothing is wrong"), None);
    }
    scratch.write("a.c", "other\n").remove("b.c");
    for file in &changes.files {
        assert_eq!(repo.hunks(file).expect("it can be read"), []);
        let found = repo.longest_touched_function(file).expect("it can be read");
        assert_eq!(found, FunctionSearch::None);
    }
}

#[test]
fn places_are_found_whatever_git_converts() {
    let scratch = scratch();
    let text = "a\n$Id$\nb\n";
    scratch.write(".gitattributes", "*ident* ident\n*text* text\n*auto* text=auto\n");
    let names = ["plain", "ident", "text", "auto", "ident-text", "ident-auto"];
    for name in names {
        scratch.write(name, text);
    }
    scratch.commit("first");
    for name in names {
        let has_lf = !name.contains("text") && !name.contains("auto");
        let id = if name.contains("ident") { "$Id: 0123 $" } else { "$Id$" };
        let changed = format!("a\n{id}\nb\nc\n");
        scratch.write(name, if has_lf { changed } else { changed.replacen('\n', "\r\n", 3) });
    }
    let repo = open(scratch.path());
    let changes = repo.worktree_changes(Similarity::Off).expect("it can be read");
    assert_eq!(changes.files.len(), names.len());
    for file in &changes.files {
        let hunks = repo.hunks(file).expect("it can be read");
        let expected = Hunk { old_start: 3, old_lines: 0, new_start: 4, new_lines: 1 };
        assert_eq!(hunks, [expected], "{}", file.path);
    }
    assert_agrees(&scratch, names.len(), "converted");
}

#[test]
fn whether_a_file_is_too_large_to_be_searched_is_said_of_known_languages_only() {
    let scratch = scratch();
    let long = format!("int one(void)\n{{\n}}\n{}", "/* x */\n".repeat(1 << 17));
    for name in ["grown.C", "shrunk.c", "grown.txt", "gone.c", "binary.c"] {
        let is_long = matches!(name, "shrunk.c" | "gone.c");
        scratch.write(name, if is_long { &long[..] } else { "int one(void)\n{\n}\n" });
    }
    scratch.commit("first");
    scratch.write("grown.C", &long).write("shrunk.c", "int one(void)\n{\n  a();\n}\n");
    scratch.write("grown.txt", &long).write("binary.c", format!("\0{long}")).remove("gone.c");
    let repo = open(scratch.path());
    let assert_said = |files: &[FileChange]| {
        assert_eq!(files.len(), 5);
        for file in files {
            let found = repo.longest_touched_function(file).expect("it can be read");
            let expected = match file.path.file_name() {
                b"grown.C" | b"shrunk.c" => FunctionSearch::TooLarge,
                _ => FunctionSearch::None,
            };
            assert_eq!(found, expected, "{}", file.path);
        }
    };
    assert_said(&repo.worktree_changes(Similarity::Off).expect("it can be read").files);
    scratch.git(&["add", "--all"]);
    assert_said(&repo.staged_changes(Similarity::Off).expect("it can be read").files);
    let limits = Limits { blob_bytes: 1000, ..Limits::default() };
    let repo = open(scratch.path()).with_limits(limits);
    let changes = repo.staged_changes(Similarity::Off).expect("it can be read");
    assert!(changes.files.iter().any(|file| file.lines == Lines::TooLarge));
    for file in changes.files.iter().filter(|file| file.path.file_name() == b"grown.C") {
        let found = repo.longest_touched_function(file).expect("it can be read");
        assert_eq!(found, FunctionSearch::TooLarge);
    }
}

#[test]
fn a_path_that_leads_out_of_the_worktree_is_an_error() {
    let scratch = scratch();
    scratch.write("aa/secret", "1\n").commit("first");
    let index = scratch.git_dir().join("index");
    let bytes = fs::read(&index).expect("it is there");
    for name in ["aa/public", "../secret", ".git/file", "a//secret", "./secrets"] {
        let mut changed = bytes.replace("aa/secret", name);
        // No checksum, as with `index.skipHash`.
        let end = changed.len() - 20;
        changed[end..].fill(0);
        fs::write(&index, &changed).expect("it can be written");
        let repo = open(scratch.path());
        for outcome in [repo.worktree_changes(UNPAIRED.1), repo.staged_changes(UNPAIRED.1)] {
            if name == "aa/public" {
                outcome.expect("nothing is wrong with this one");
            } else {
                assert!(matches!(outcome, Err(Error::Index { .. })), "{name}: {outcome:?}");
            }
        }
    }
}

/// Does one thing to the worktree or the index.
fn disturb(scratch: &TestRepo, random: &mut Random) {
    let names = ["a", "b", "d/a", "d/b", "d/e/a", "d/e", "f/g/h", "link", "f"];
    let name = names[random.below(names.len())];
    let path = scratch.path().join(name);
    let clear = || {
        let is_dir = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir());
        // Nothing may be there, or a file in the place of a directory above.
        let _ = if is_dir { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        let parent = path.parent().expect("a file has a directory");
        if fs::create_dir_all(parent).is_err() {
            for above in parent.ancestors().take_while(|above| *above != scratch.path()) {
                let _ = fs::remove_file(above);
            }
            fs::create_dir_all(parent).expect("nothing is in its place");
        }
    };
    let text: String =
        (0..random.below(30)).map(|n| format!("{n} {}\n", random.below(2))).collect();
    match random.below(12) {
        0 => clear(),
        1 => {
            clear();
            symlink(names[random.below(names.len())], &path).expect("links can be made");
        }
        2 if path.is_file() => set_mode(&path, 0o755),
        3 if path.is_file() => set_mode(&path, 0o644),
        4 => drop(scratch.git(&["add", "--all"])),
        5 => drop(scratch.git(&["add", "--intent-to-add", "."])),
        6 => drop(scratch.git(&["rm", "-q", "-r", "--cached", "--ignore-unmatch", name])),
        7 if path.is_file() => touch(&path),
        8 => drop(scratch.git(&["add", "--update"])),
        _ => {
            clear();
            fs::write(&path, text).expect("it can be written");
        }
    }
}

#[test]
fn whatever_happens_to_the_files_git_agrees() {
    let mut random = Random::new(8);
    let mut differ = 0;
    for round in 0..12 {
        let scratch = scratch();
        for name in ["a", "b", "d/a", "d/b", "d/e/a", "f/g/h"] {
            scratch.write(name, format!("the file {name}\n").repeat(20));
        }
        symlink("a", scratch.path().join("link")).expect("links can be made");
        scratch.commit("first");
        for step in 0..12 {
            disturb(&scratch, &mut random);
            let repo = open(scratch.path());
            let of = format!("round {round}, step {step}");
            let renames = ("-M", Similarity::Renames);
            differ += assert_worktree_agrees_with(&scratch, &repo, &of, renames, &[]);
            crate::agreement::assert_staged_agrees(&scratch, &repo, &of);
        }
    }
    assert!(differ > 300, "{differ}");
}
