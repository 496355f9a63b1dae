//! Commits, their people, messages, files and lines.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use bstr::ByteSlice;
use gitops_health_git::{Limits, Lines, MergeEditKind, Person, Similarity};
use gitops_health_testkit::{Author, Random, TestRepo};

use crate::agreement::{assert_commit_agrees, assert_history_agrees, id, open};

/// Numbered lines, some of them changed.
fn text(lines: usize, changed: &[usize]) -> String {
    (0..lines)
        .map(|line| {
            let mark = if changed.contains(&line) { "changed" } else { "line" };
            format!("{mark} number {line} of a text\n")
        })
        .collect()
}

/// Makes a commit object of these bytes, whatever they are, and a branch that leads to it.
pub fn raw_commit(scratch: &TestRepo, branch: &str, bytes: &[u8]) -> String {
    let arguments = ["hash-object", "-t", "commit", "-w", "--stdin", "--literally"];
    let commit = String::from_utf8(scratch.git_with_input(&arguments, bytes)).expect("an id");
    std::fs::create_dir_all(scratch.git_dir().join("refs/heads")).expect("it can be made");
    scratch.write(format!(".git/refs/heads/{branch}"), &commit);
    commit.trim().to_owned()
}

#[test]
fn files_that_move_are_copied_or_change_their_mode_are_what_they_are_to_git() {
    let scratch = TestRepo::new();
    for (name, size) in [("a", 30), ("b", 50), ("c", 80), ("d/e/f", 20), ("d/e/g", 21)] {
        scratch.write(name, text(size, &[]));
    }
    scratch.commit("files");
    scratch.git(&["mv", "a", "z"]);
    scratch.git(&["mv", "d/e", "q"]);
    scratch.write("b", text(50, &[3, 4, 5]));
    scratch.write("b-copy", text(50, &[3, 4, 9]));
    scratch.write("c-copy", text(80, &[]));
    scratch.commit("moved");
    scratch.git(&["update-index", "--chmod=+x", "b"]);
    scratch.git(&["checkout-index", "-f", "b"]);
    scratch.git(&["commit", "-qm", "mode"]);
    scratch.git(&["mv", "b", "moved-and-executable"]);
    scratch.git(&["mv", "z", "d"]);
    scratch.git(&["commit", "-qm", "into the name of a directory that is gone"]);
    scratch.git(&["rm", "-q", "c"]);
    scratch.write("c-copy-2", text(80, &[1]));
    scratch.write("c-copy-3", text(80, &[1, 2]));
    scratch.commit("one becomes two");
    assert_eq!(assert_history_agrees(&scratch), 5);
}

#[test]
fn lines_are_counted_as_git_counts_them() {
    let scratch = TestRepo::new();
    let contents: &[&[u8]] = &[
        b"",
        b"\n",
        b"a",
        b"a\n",
        b"a\r\nb\r\n",
        b"a\nb\n",
        b"a\nb",
        b"a\0b",
        b"\r",
        b"\xff\xfe",
        b"a\rb\rc",
        b"\n\n\n",
        b"a\nb\nc\nd\n",
        b"d\nc\nb\na\n",
        b"a\na\na\na\n",
        b"a\na\na\na",
        b"}\n\n}\n\n}\n",
        b"}\n}\n}\n",
    ];
    for old in contents {
        scratch.write("f", old);
        scratch.commit("old");
        for (number, new) in contents.iter().enumerate() {
            scratch.write(format!("g{number}"), old);
            scratch.write(format!("h{number}"), new);
        }
        scratch.commit("old");
        for (number, new) in contents.iter().enumerate() {
            scratch.write(format!("g{number}"), new);
            scratch.write(format!("h{number}"), old);
        }
        scratch.commit("new");
    }
    assert_history_agrees(&scratch);
}

#[test]
fn hunks_of_texts_that_repeat_themselves_are_where_git_finds_them() {
    let scratch = TestRepo::new();
    let mut random = Random::new(5);
    let words = ["}\n", "\n", "    return;\n", "{\n", "        x = 1;\n", "int f(void)\n"];
    let mut lines: Vec<&str> = (0..400).map(|_| words[random.below(words.len())]).collect();
    scratch.write("f", lines.concat());
    scratch.commit("first");
    for _ in 0..60 {
        for _ in 0..1 + random.below(4) {
            let at = random.below(lines.len());
            if random.below(2) == 0 {
                let length = random.below(12).min(lines.len() - at);
                let copied = lines[at..at + length].to_vec();
                lines.splice(at..at, copied);
            } else {
                let end = (at + random.below(9)).min(lines.len());
                lines.drain(at..end);
            }
        }
        scratch.write("f", lines.concat());
        scratch.commit("next");
    }
    assert_eq!(assert_history_agrees(&scratch), 61);
}

#[test]
fn the_shared_end_of_a_text_is_left_out_at_the_lengths_where_git_does() {
    let scratch = TestRepo::new();
    for size in [1022, 1023, 1024, 1025, 2047, 2048, 2049, 3000] {
        for (name, line) in [("long", "a".repeat(size)), ("short", "}\n".repeat(size))] {
            scratch.write(format!("{name}{size}"), &line);
            scratch.write(format!("{name}{size}-end"), format!("x\n{line}"));
        }
    }
    scratch.commit("old");
    for size in [1022, 1023, 1024, 1025, 2047, 2048, 2049, 3000] {
        for (name, line) in [("long", "a".repeat(size)), ("short", "}\n".repeat(size))] {
            scratch.write(format!("{name}{size}"), format!("}}\n}}\n{line}"));
            scratch.write(format!("{name}{size}-end"), line);
        }
    }
    scratch.commit("new");
    assert_history_agrees(&scratch);
}

#[test]
fn links_submodules_files_and_directories_take_each_others_places() {
    let scratch = TestRepo::new();
    let gitlink = |commit: &str, path: &str| {
        let entry = format!("160000,{commit},{path}");
        scratch.git(&["update-index", "--add", "--cacheinfo", &entry]);
        scratch.git(&["commit", "-qm", "submodule"]);
    };
    scratch.write("f", "content\n").write("g", "g\n");
    scratch.commit("file");
    scratch.remove("f");
    symlink("target", scratch.path().join("f")).expect("links can be made");
    scratch.commit("file to link");
    scratch.remove("f").write("f", "target");
    scratch.commit("link to file of the same content");
    gitlink(&"1".repeat(40), "f");
    gitlink(&"2".repeat(40), "f");
    gitlink(&"3".repeat(40), "new/submodule");
    scratch.git(&["mv", "-k", "new", "old"]);
    scratch.git(&["rm", "-q", "--cached", "f", "new/submodule"]);
    scratch.git(&["commit", "-qm", "no submodules"]);
    scratch.remove("f").write("f/inside", "content\n").write("f/more", "content\n");
    scratch.commit("file to directory");
    scratch.remove("f/inside").remove("f/more");
    std::fs::remove_dir(scratch.path().join("f")).expect("it is empty");
    scratch.write("f", "content\n").write("f.c", "dot sorts before slash\n");
    scratch.commit("directory to file");
    scratch.remove("f");
    symlink("g", scratch.path().join("f")).expect("links can be made");
    symlink("nowhere", scratch.path().join("dangling")).expect("links can be made");
    scratch.commit("links");
    scratch.remove("f");
    symlink("longer/g", scratch.path().join("f")).expect("links can be made");
    std::fs::rename(scratch.path().join("dangling"), scratch.path().join("x")).expect("it moves");
    scratch.commit("links moved");
    assert_eq!(assert_history_agrees(&scratch), 11);
}

#[test]
fn attributes_decide_what_is_text() {
    let scratch = TestRepo::new();
    scratch.git(&["config", "diff.yes.binary", "TRUE"]);
    scratch.git(&["config", "diff.no.binary", "off"]);
    scratch.git(&["config", "diff.auto.binary", "auto"]);
    scratch.git(&["config", "diff.number.binary", "2"]);
    scratch.git(&["config", "diff.other.xfuncname", "^x"]);
    scratch.write(
        ".gitattributes",
        "*.b binary\n*.m -diff\n*.t diff\n*.yes diff=yes\n*.no diff=no\n*.auto diff=auto\n\
         *.number diff=number\n*.other diff=other\n*.cpp diff=cpp\n*.u !diff\n*.e diff=\n",
    );
    std::fs::write(
        scratch.path().join(".git/config"),
        [
            std::fs::read(scratch.path().join(".git/config")).expect("it is there"),
            b"[diff \"bare\"]\n\tbinary\n".to_vec(),
        ]
        .concat(),
    )
    .expect("it can be written");
    let names = ["b", "m", "t", "yes", "no", "auto", "number", "other", "cpp", "u", "e", "bare"];
    for (content, nul) in [("a\n", "a\0\n"), ("a\nb\n", "b\0\nb\n"), ("b\n", "b\0")] {
        for name in names {
            scratch.write(format!("text.{name}"), content);
            scratch.write(format!("nul.{name}"), nul);
        }
        scratch.commit("content");
    }
    for name in names {
        let link = scratch.path().join(format!("link.{name}"));
        symlink("target", link).expect("links can be made");
    }
    scratch.commit("links have no attributes");
    scratch.git(&["mv", "link.t", "moved-link.b"]);
    scratch.git(&["mv", "text.t", "moved.b"]);
    scratch.git(&["mv", "text.b", "moved.t"]);
    scratch.git(&["update-index", "--chmod=+x", "nul.u", "text.m"]);
    scratch.git(&["commit", "-qm", "moved"]);
    assert_eq!(assert_history_agrees(&scratch), 5);
}

#[test]
fn odd_names_of_files_are_kept() {
    let scratch = TestRepo::new();
    let names: &[&[u8]] = &[
        b"tab\there",
        b"new\nline",
        b"quote\"",
        b"back\\slash",
        b"\xff\xfe",
        b"caf\xc3\xa9",
        b" leading and trailing ",
        b"-dash",
        b":colon",
        b"*star",
        b"[x]",
        b"dir \n/\xe9/f",
        b"\x01",
        b"{a => b}",
        b"a => b",
        b"1\t2\tx",
        b"#hash",
        b"!bang",
    ];
    for name in names {
        let path = std::ffi::OsStr::from_bytes(name);
        scratch.write(path, [&text(20, &[]).into_bytes(), *name].concat());
    }
    scratch.commit("names");
    for name in names {
        let path = scratch.path().join(std::ffi::OsStr::from_bytes(name));
        let moved = scratch.path().join(std::ffi::OsStr::from_bytes(&[name, &b"\n2"[..]].concat()));
        std::fs::rename(path, moved).expect("it moves");
    }
    scratch.commit("moved");
    assert_eq!(assert_history_agrees(&scratch), 2);
}

#[test]
fn odd_people_times_and_messages_are_read_as_git_reads_them() {
    let scratch = TestRepo::new();
    let tree = scratch.git_text(&["write-tree"]);
    let tree = tree.trim();
    let people: &[&str] = &[
        "A <a@b> 1112911993 -0730",
        "A <a@b> 0 +0000",
        "A <a@b> 12 +9999",
        "A <a@b> 12 +100000",
        "A <a@b> 12 -0001",
        "A <a@b> 99999999999 +0000",
        "A <a@b> 9223372036854775807 +0000",
        "A <a@b> 9223372036854775808 +0000",
        "A <a@b> 99999999999999999999999 +0000",
        "A <a@b> 12+0100",
        "A <a@b>12 +0100",
        "A <a@b>  12   +0100",
        "A <a@b> x +0100",
        "A <a@b>",
        "A <a@b> ",
        " A  <a@b> 12 +0000",
        "A < a@b > 12 +0000",
        "<a@b> 12 +0000",
        "<> 12 +0000",
        " <> 12 +0000",
        "A <a <b> c> 9 -0001",
        "A> <a@b> 12 +0000",
        "A B\tC <a@b>\t12\t+0000",
        "\"A\" , <a@b>> 12 +0000",
        "A <a@b> 12 +0100 more",
        "\u{e9} <\u{e9}@b> 12 +0530",
    ];
    for (number, person) in people.iter().enumerate() {
        let commit = format!("tree {tree}\nauthor {person}\ncommitter {person}\n\nS\n");
        raw_commit(&scratch, &format!("p{number}"), commit.as_bytes());
    }
    let messages: &[&[u8]] = &[
        b"",
        b"\n",
        b"no end",
        b"\n\n \t\n  Subject  \n  goes on \n\nBody\n",
        b"Subject\r\nmore\r\n\r\nBody\r\n",
        b"\xff\xfe\n\nbody\xff\n",
        b"NUL\0here\n",
        b"Subject\xc2\xa0\n\xe2\x80\x83\nmore\n",
        b"Subject\x0c\n\x0c\nmore\n\x0b\n",
        b"Subject\n\nFixes: 1\n---\nSigned-off-by: b\n",
        b"Subject\n\nFixes: 1\nSigned-off-by: A <a@b>\n more\n",
        b"# comment\n\nFixes: 1\n",
    ];
    let bytes = b"\nauthor \xff\xfe <\xe9@b> 12 +0000\ncommitter \xff <\xe9> 12 +0000\n\nS\n";
    raw_commit(&scratch, "bytes", &[b"tree ", tree.as_bytes(), bytes].concat());
    let people = "author A <a@b> 12 +0000\ncommitter A <a@b> 12 +0000\n";
    for (number, message) in messages.iter().enumerate() {
        let head = format!("tree {tree}\n{people}\n");
        raw_commit(&scratch, &format!("m{number}"), &[head.as_bytes(), message].concat());
    }
    assert_eq!(assert_history_agrees(&scratch), 27 + messages.len());
}

#[test]
fn what_git_does_not_print_of_odd_people_is_kept() {
    let scratch = TestRepo::new();
    let tree = scratch.git_text(&["write-tree"]);
    let tree = tree.trim();
    let read = |person: &str, branch: &str| {
        let commit = format!("tree {tree}\nauthor {person}\ncommitter C <c> 1 +0000\n\nS\n");
        let commit = raw_commit(&scratch, branch, commit.as_bytes());
        let printed =
            scratch.git_text(&["log", "-1", "--format=%an|%ae|%ad", "--date=raw", branch]);
        let commit = open(scratch.path()).commit(id(&commit)).expect("it can be read");
        (printed, commit.author)
    };
    let (printed, author) = read("nobody at all", "a");
    assert_eq!(printed, "||\n");
    assert_eq!(author.person, Person { name: "nobody at all".into(), email: "".into() });
    let (printed, author) = read("A <a@b> 12", "b");
    assert_eq!(printed, "A|a@b|\n");
    assert_eq!(author.time.seconds, 12);
    let (printed, author) = read("A <a@b> -12 +0100", "c");
    assert_eq!(printed, "A|a@b|\n");
    assert_eq!((author.time.seconds, author.time.offset_minutes), (-12, 60));
}

#[test]
fn headers_that_few_commits_have_are_kept_and_hide_nothing() {
    let scratch = TestRepo::new();
    let parent = scratch.write("f", "f\n").commit("parent");
    let tree = scratch.id("HEAD^{tree}");
    let people = "author A <a@b> 12 +0000\ncommitter C <c@d> 13 -0100\n";
    let signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n author X <x@x> 1 +0000\n -----END\n";
    let mergetag = format!(
        "mergetag object {parent}\n type commit\n tag v1\n tagger T <t> 1 +0000\n \n message\n"
    );
    let heads = [
        format!("tree {tree}\nparent {parent}\n{people}encoding ISO-8859-1\n"),
        format!("tree {tree}\nparent {parent}\n{people}{signature}"),
        format!("tree {tree}\nparent {parent}\n{people}{signature}{signature}{mergetag}"),
        format!("tree {tree}\nparent {parent}\nparent {parent}\n{people}{mergetag}HG:extra x\n"),
        format!("tree {tree}\nparent {parent}\n{people}parent {parent}\n"),
        format!("tree {tree}\nextra x\nparent {parent}\n{people}"),
        format!("tree {tree}\n{people}gpgsig-sha256 x\n y\nempty\n"),
    ];
    for (number, head) in heads.iter().enumerate() {
        let commit = [head.as_bytes(), b"\nSubject \xe9\n\nFixes: \xe9\n"].concat();
        raw_commit(&scratch, &format!("c{number}"), &commit);
    }
    assert_eq!(assert_history_agrees(&scratch), 1 + heads.len());
    let repo = open(scratch.path());
    let signed = repo.commit(id(&scratch.id("c2"))).expect("it can be read");
    let block = "-----BEGIN PGP SIGNATURE-----\n\nauthor X <x@x> 1 +0000\n-----END";
    assert_eq!(signed.signature, Some(block.into()));
    let keys: Vec<_> = signed.other_headers.iter().map(|(key, _)| key.to_string()).collect();
    assert_eq!(keys, ["gpgsig", "mergetag"]);
    let encoded = repo.commit(id(&scratch.id("c0"))).expect("it can be read");
    assert_eq!(encoded.encoding, Some("ISO-8859-1".into()));
}

#[test]
fn merges_of_all_kinds_are_compared_with_their_parents() {
    let scratch = TestRepo::new();
    scratch.write("f", text(30, &[])).write("g", text(30, &[])).write("run", "x\n");
    scratch.commit("base");
    for (branch, line) in [("one", 2), ("two", 15), ("three", 28)] {
        scratch.git(&["checkout", "-qb", branch, "main"]);
        scratch.write("f", text(30, &[line])).write(branch, branch);
        scratch.commit(branch);
    }
    scratch.git(&["checkout", "-q", "main"]);
    scratch.git(&["merge", "-q", "--no-ff", "-m", "octopus", "one", "two", "three"]);
    scratch.git(&["checkout", "-qb", "evil", "one"]);
    scratch.git(&["merge", "-q", "--no-ff", "--no-commit", "two"]);
    scratch.write("evil", "evil\n").write("g", text(30, &[7])).remove("two");
    scratch.commit("evil");
    scratch.git(&["checkout", "-qb", "ours", "one"]);
    scratch.git(&["merge", "-q", "-s", "ours", "-m", "ours", "two"]);
    scratch.git(&["checkout", "-qb", "four", "one"]);
    scratch.write("f", text(30, &[15, 16]));
    scratch.commit("four");
    scratch.git(&["merge", "-q", "two"]);
    scratch.write("f", text(30, &[2, 15, 16, 17]));
    scratch.commit("conflict");
    scratch.git(&["checkout", "-q", "--orphan", "orphan"]);
    scratch.git(&["rm", "-rqf", "."]);
    scratch.write("o", "orphan\n");
    scratch.commit("orphan");
    scratch.commit("empty");
    scratch.git(&["merge", "-q", "--allow-unrelated-histories", "-m", "unrelated", "one"]);
    scratch.git(&["commit", "-q", "--amend", "-m", "amended"]);
    assert_history_agrees(&scratch);

    let repo = open(scratch.path());
    let edits = |revision: &str| {
        let commit = repo.commit(id(&scratch.id(revision))).expect("it is there");
        let edits = repo.introduced_by_merge(&commit, &repo).expect("it can be read");
        edits.into_iter().map(|edit| (edit.path.to_string(), edit.kind)).collect::<Vec<_>>()
    };
    use MergeEditKind::{ConflictResolved, Dropped, Edited};
    let expected = [("evil", Edited), ("g", Edited), ("two", Dropped)];
    assert_eq!(edits("evil"), expected.map(|(path, kind)| (path.to_owned(), kind)));
    let expected = [("f", Edited), ("two", Dropped)];
    assert_eq!(edits("ours"), expected.map(|(path, kind)| (path.to_owned(), kind)));
    assert_eq!(edits("four"), [("f".to_owned(), ConflictResolved)]);
    assert_eq!(edits("orphan"), []);
    // Of more than two parents nothing more is known.
    assert_eq!(edits("main"), [("f".to_owned(), MergeEditKind::DiffersFromAll)]);
}

#[test]
fn a_merge_that_changes_only_the_mode_of_a_merged_file_is_an_edit() {
    let scratch = TestRepo::new();
    scratch.write("f", text(30, &[]));
    scratch.commit("base");
    scratch.git(&["checkout", "-qb", "one"]);
    scratch.write("f", text(30, &[2]));
    scratch.commit("one");
    scratch.git(&["checkout", "-qb", "two", "main"]);
    scratch.write("f", text(30, &[28]));
    scratch.commit("two");
    scratch.git(&["merge", "-q", "--no-ff", "--no-commit", "one"]);
    scratch.git(&["update-index", "--chmod=+x", "f"]);
    scratch.git(&["commit", "-qm", "merge"]);
    let repo = open(scratch.path());
    let commit = repo.commit(id(&scratch.id("two"))).expect("it is there");
    let edits = repo.introduced_by_merge(&commit, &repo).expect("it can be read");
    assert_eq!(edits.len(), 1);
    assert_eq!(edits[0].kind, MergeEditKind::Edited);
    assert_history_agrees(&scratch);
}

#[test]
fn files_that_are_alike_are_merged_alike_and_long_ones_are_not_merged() {
    let scratch = TestRepo::new();
    for (branch, lines) in [("main", &[][..]), ("one", &[2]), ("two", &[28])] {
        if branch != "main" {
            scratch.git(&["checkout", "-q", "-b", branch, "main"]);
        }
        scratch.write("f", text(30, lines)).write("same", text(30, lines));
        scratch.commit(branch);
    }
    scratch.git(&["merge", "-q", "--no-ff", "--no-commit", "one"]);
    scratch.write("same", "edited\n");
    scratch.commit("merge");
    let edits = |lines: usize| {
        let limits = Limits { compared_lines: lines, ..Limits::default() };
        let repo = open(scratch.path()).with_limits(limits);
        let commit = repo.commit(id(&scratch.id("two"))).expect("it is there");
        let edits = repo.introduced_by_merge(&commit, &repo).expect("it can be read");
        edits.into_iter().map(|edit| (edit.path.to_string(), edit.kind)).collect::<Vec<_>>()
    };
    assert_eq!(edits(93), [("same".to_owned(), MergeEditKind::Edited)]);
    let unknown = ["f", "same"].map(|path| (path.to_owned(), MergeEditKind::DiffersFromAll));
    assert_eq!(edits(92), unknown);
}

#[test]
fn huge_files_are_counted_up_to_the_limit_and_said_to_be_too_large_beyond_it() {
    let scratch = TestRepo::new();
    let mut huge = text(500_000, &[]);
    assert!(huge.len() > 12 << 20);
    huge.push_str(&"x".repeat(8 << 20));
    scratch.write("huge", &huge);
    scratch.commit("huge");
    let at = huge.len() / 2;
    huge.insert_str(at, "a new line\nand another\n");
    scratch.write("huge", &huge);
    let commit = scratch.commit("changed");
    assert_eq!(assert_history_agrees(&scratch), 2);
    let size = huge.len() as u64;
    for (blob_bytes, compared_lines, expected) in [
        (size, 1_000_100, true),
        (size - 1, 1_000_100, false),
        (size, 1_000_004, true),
        (size, 1_000_003, false),
    ] {
        let limits = Limits { blob_bytes, compared_lines, ..Limits::default() };
        let repo = open(scratch.path()).with_limits(limits);
        let commit = repo.commit(id(&commit)).expect("it is there");
        let changes = repo.changes_of(&commit, Similarity::Renames).expect("it can be read");
        let is_counted = changes.files[0].lines != Lines::TooLarge;
        assert_eq!(is_counted, expected, "{blob_bytes} {compared_lines}");
    }
}

#[test]
fn odd_modes_in_trees_are_what_they_are_to_git() {
    let scratch = TestRepo::new();
    let blob = scratch.git_with_input(&["hash-object", "-w", "--stdin"], b"content\n");
    let blob: Vec<u8> = blob
        .trim()
        .chunks(2)
        .map(|pair| u8::from_str_radix(pair.to_str().expect("hex"), 16).expect("hex"))
        .collect();
    let mut last = String::new();
    for (number, mode) in
        ["100644", "100664", "100755", "100744", "100600", "100777", "644", "120777", "160001"]
            .iter()
            .enumerate()
    {
        let tree = [mode.as_bytes(), b" f\0", &blob].concat();
        let arguments = ["hash-object", "-t", "tree", "-w", "--stdin", "--literally"];
        let tree = scratch.git_with_input(&arguments, &tree);
        let tree = tree.trim().to_str().expect("an id");
        let parent = if last.is_empty() { String::new() } else { format!("parent {last}\n") };
        let people = "author A <a@b> 12 +0000\ncommitter A <a@b> 12 +0000\n";
        let commit = format!("tree {tree}\n{parent}{people}\nS\n");
        last = raw_commit(&scratch, &format!("c{number}"), commit.as_bytes());
    }
    assert_eq!(assert_history_agrees(&scratch), 9);
}

#[test]
fn people_are_mapped_as_git_maps_them() {
    let scratch = TestRepo::new();
    scratch.write(".mailmap", "Ada Lovelace <ada@new> <ada@old>\nBob <bob@new> b <bob@old>\n");
    for (name, email) in [("ada", "ADA@old"), ("b", "bob@old"), ("x", "bob@old"), ("\u{e9}", "z")] {
        scratch.commit_as(Author { name, email, time: "2026-03-02T10:00:00+0530" }, "commit");
    }
    let (repo, theirs) = (open(scratch.path()), scratch.git(&["log", "--format=%H %aN <%aE>"]));
    let mailmap = repo.mailmap().expect("it can be read");
    for line in theirs.lines() {
        let commit = repo.commit(id(&line[..40].to_str_lossy())).expect("it is there");
        let ours = mailmap.resolve(&commit.author.person).to_string();
        assert_eq!(ours.as_bytes().as_bstr(), line[41..].as_bstr());
    }
    let bare = TestRepo::bare();
    let source = scratch.path().to_string_lossy();
    bare.git(&["fetch", "-q", &source, "main:main"]);
    assert!(!open(bare.path()).mailmap().expect("it can be read").is_empty());
}

#[test]
fn objects_that_others_replace_are_read_as_they_are_stored() {
    let scratch = TestRepo::new();
    scratch.write("f", "one\n").commit("one");
    let replaced = scratch.write("f", "two\n").commit("two");
    scratch.git(&["checkout", "-q", "--detach", "HEAD~"]);
    let other = scratch.write("f", "other\n").commit("other");
    scratch.git(&["checkout", "-q", "main"]);
    scratch.git(&["replace", &replaced, &other]);
    let repo = open(scratch.path());
    let commit = repo.commit(id(&replaced)).expect("it is there");
    assert_eq!(commit.subject(), "two");
    assert_commit_agrees(&scratch, &repo, id(&replaced));
}
