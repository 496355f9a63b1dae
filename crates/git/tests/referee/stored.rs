//! What git would store of the files on disk.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bstr::ByteSlice;
use gitops_health_git::{Lines, Similarity};
use gitops_health_testkit::TestRepo;

use crate::agreement::{UNPAIRED, assert_worktree_agrees, assert_worktree_agrees_with, open};

pub fn scratch() -> TestRepo {
    let scratch = TestRepo::new();
    // Git would tidy up behind our back.
    scratch.git(&["config", "maintenance.auto", "false"]);
    scratch
}

/// As many files differ as the caller says. What was changed is staged afterwards.
pub fn assert_agrees(scratch: &TestRepo, differ: usize, of: &str) {
    assert_eq!(assert_worktree_agrees(scratch, &open(scratch.path()), of), differ, "{of}");
    assert_stored_as_by_git(scratch, of);
}

/// Each changed file has the id that `git add` gives it. It is staged afterwards.
fn assert_stored_as_by_git(scratch: &TestRepo, of: &str) {
    let repo = open(scratch.path());
    let ours = repo.worktree_changes(Similarity::Off).expect("it can be read");
    scratch.git(&["-c", "core.safecrlf=false", "add", "--update"]);
    let stored = scratch.git(&["ls-files", "--stage", "-z"]);
    for file in ours.files {
        let Some(new) = file.new else { continue };
        let line = format!("{:06o} {} 0\t", new.mode.octal(), new.id);
        let line = [line.as_bytes(), file.path.as_bytes()].concat();
        assert!(stored.split_str("\0").any(|entry| entry == line), "{of}: {file:?}");
    }
}

pub fn touch(path: impl AsRef<Path>) {
    let file = fs::File::options().append(true).open(path).expect("it is there");
    let time = file.metadata().and_then(|metadata| metadata.modified()).expect("it has a time");
    file.set_modified(time + Duration::from_secs(5)).expect("it can be set");
}

/// Contents that git may take for text or not, with their line ends.
const CONTENTS: &[(&str, &[u8])] = &[
    ("crlf", b"one\r\ntwo\r\nthree\r\n"),
    ("lf", b"one\ntwo\n"),
    ("mixed", b"one\r\ntwo\nthree"),
    ("lone-cr", b"one\rtwo\r\n"),
    ("nul", b"one\0\r\n"),
    ("empty", b""),
    ("control", b"\x01\x02\x03\r\n"),
    ("end-mark", b"one\r\n\x1a"),
    ("high", b"\xff\xfe\r\n\xe9"),
];

#[test]
fn line_ends_are_stored_as_attributes_and_configuration_ask() {
    for attributes in [
        "",
        "* text",
        "* -text",
        "* text=auto",
        "* eol=crlf",
        "* eol=lf",
        "* text=auto eol=crlf",
        "* text=auto eol=lf",
        "* crlf",
        "* -crlf",
        "* crlf=input",
        "* crlf=auto",
        "* text=input",
        "* text=other crlf",
        "* binary",
        "* binary\nl* text",
        "* -text eol=crlf",
        "[attr]mine text eol=lf\n* mine",
        "* !text crlf=input",
        "* text\nd/* -text\n",
    ] {
        // The configuration has a say where the attributes have none.
        let autos: &[&str] = match attributes {
            "" | "* text=input" | "* text=auto" => &["false", "true", "input"],
            "* eol=crlf" | "* crlf=auto" | "* -text eol=crlf" | "* text\nd/* -text\n" => &["true"],
            _ => &["false"],
        };
        for auto in autos {
            let scratch = scratch();
            let of = format!("{attributes:?}, core.autocrlf={auto}");
            scratch.git(&["config", "core.autocrlf", "false"]);
            // Each file is there once with the line ends of another in the index, and once new.
            for (name, _) in CONTENTS {
                scratch.write(format!("{name}-was-lf"), "one\ntwo\n");
                scratch.write(format!("d/{name}-was-crlf"), "one\r\ntwo\r\n");
                scratch.write(format!("{name}-was-binary"), "one\0\r\ntwo\r\n");
            }
            scratch.commit("first");
            scratch.git(&["config", "core.autocrlf", auto]);
            scratch.write(".gitattributes", attributes);
            let mut new = vec!["add".to_owned(), "--intent-to-add".to_owned()];
            for (name, content) in CONTENTS {
                new.extend([format!("{name}-new"), format!("d/{name}-new")]);
                for was in ["-new", "-was-lf", "-was-binary"] {
                    scratch.write(format!("{name}{was}"), content);
                }
                for was in ["-new", "-was-crlf"] {
                    scratch.write(format!("d/{name}{was}"), content);
                }
            }
            scratch.git(&new);
            let repo = open(scratch.path());
            // Where attributes say what is text, git pairs by them, and we by the content alone.
            let differ = assert_worktree_agrees_with(&scratch, &repo, &of, UNPAIRED, &[]);
            assert!(differ > 2 * CONTENTS.len(), "{of}");
            assert_stored_as_by_git(&scratch, &of);
        }
    }
}

#[test]
fn line_ends_that_git_has_converted_are_no_change() {
    for (attributes, auto, differ) in [
        ("* text=auto\n", "false", 0),
        ("* text eol=crlf\n", "false", 0),
        ("x\n", "true", 0),
        ("x\n", "input", 0),
        ("x\n", "false", 2),
        ("* -text\n", "true", 2),
    ] {
        let scratch = scratch();
        scratch.write(".gitattributes", attributes).write("a", "1\n2\n").write("b", "1\n");
        scratch.commit("first");
        scratch.git(&["config", "core.autocrlf", auto]);
        scratch.write("a", "1\r\n2\r\n").write("b", "1\r\n");
        assert_agrees(&scratch, differ, &format!("{attributes:?} {auto}"));
    }
}

#[test]
fn a_file_that_was_stored_with_crlf_keeps_it_under_auto() {
    let scratch = scratch();
    scratch.write("f", "1\r\n2\r\n").write("g", "1\r\n2\r\n");
    scratch.commit("first");
    scratch.write(".gitattributes", "* text=auto\ng text\n");
    touch(scratch.path().join("f"));
    touch(scratch.path().join("g"));
    assert_agrees(&scratch, 1, "touched");
    scratch.write("f", "1\r\n2\r\n3\r\n");
    assert_agrees(&scratch, 2, "longer");
}

#[test]
fn an_expanded_id_is_not_stored() {
    let scratch = scratch();
    scratch.write(".gitattributes", "*.i ident\n*.b ident text\n*.n -ident\n*.v ident=x\n");
    for name in ["a.i", "a.b", "a.n", "a.v"] {
        scratch.write(name, "$Id$\n").write(format!("other-{name}"), "$Id$ x\n");
    }
    scratch.commit("first");
    for name in ["a.i", "a.b", "a.n", "a.v"] {
        scratch.write(name, "$Id: 0123 $\n");
        scratch.write(format!("other-{name}"), "$Id: a\n$ $Id: b$\r\n$Id: c");
    }
    assert_agrees(&scratch, 6, "ident");
}

#[test]
fn no_program_runs_and_no_encoding_is_changed() {
    let scratch = scratch();
    scratch.write("f", "1\n").write("u", "a\n").commit("first");
    scratch.write(".gitattributes", "f filter=x text\nu working-tree-encoding=UTF-16LE\n");
    scratch.git(&["config", "filter.x.clean", "touch ran; cat"]);
    scratch.git(&["config", "filter.x.process", "touch ran"]);
    scratch.git(&["config", "core.fsmonitor", "touch ran; true"]);
    scratch.write("f", "1\r\n2\r\n").write("u", "a\0\n\0");
    let changes = open(scratch.path()).worktree_changes(Similarity::Copies);
    let lines: Vec<_> =
        changes.expect("it can be read").files.iter().map(|file| file.lines).collect();
    assert_eq!(lines, [Lines::Counted { added: 1, deleted: 0, hunks: 1 }, Lines::Binary]);
    assert!(!scratch.path().join("ran").exists());
}
