//! Broken, hostile and absurd input: each has its exit code, an error that names the thing, a hint
//! where there is something to do, and nothing is ever written into the repository.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use gitops_health_testkit::{Author, Program, TestRepo, Transcript};

use crate::support::{
    assert_fails, assert_fails_with_hint, assert_harmless, commit_text, fingerprint, finish,
    is_root, object_file, overwrite_object, program, program_in, run, run_in, run_program_in,
    store, tree_entry,
};

const SCORE: &[&str] = &["risk", "score"];

/// A repository with three commits.
fn small() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("src/a.rs", "fn one() {\n}\n").write("README.md", "# A\n").commit("Begin");
    repo.write("src/a.rs", "fn one() {\n    two();\n}\n").commit("Call two");
    repo.write("src/b.rs", "fn two() {\n}\n").commit("Fix the missing two");
    repo
}

fn score(repo: &TestRepo, more: &[&str]) -> Transcript {
    run_in(repo, &[SCORE, more].concat())
}

fn config(repo: &TestRepo, text: impl AsRef<[u8]>) -> Transcript {
    repo.write(".gitops-health.yaml", text);
    score(repo, &[])
}

mod places {
    use super::*;

    #[test]
    fn outside_of_any_repository_the_place_is_named_with_a_hint() {
        let directory = Program::new("x");
        let transcript = run(&program_in(directory.home()), SCORE);
        assert_fails_with_hint(&transcript, 2, &["no git repository at `.`", "--repo PATH"]);
    }

    #[test]
    fn a_missing_path_and_a_file_are_no_repository() {
        let outside = Program::new("x");
        fs::write(outside.home().join("file"), "text").expect("it can be written");
        for name in ["missing", "file"] {
            let path = outside.home().join(name);
            let path = path.to_str().expect("UTF-8");
            let transcript = run(&program_in(outside.home()), &["risk", "score", "--repo", path]);
            assert_fails_with_hint(&transcript, 2, &[path]);
        }
    }

    #[test]
    fn a_sha_256_repository_is_refused_by_its_name() {
        let outside = Program::new("x");
        let status = Command::new("git")
            .args(["init", "--quiet", "--object-format=sha256"])
            .current_dir(outside.home())
            .status();
        assert!(status.is_ok_and(|status| status.success()));
        let transcript = run(&program_in(outside.home()), SCORE);
        assert_fails_with_hint(&transcript, 2, &["object format", "sha256", "SHA-1"]);
    }

    #[test]
    fn a_broken_git_config_is_an_error_with_a_hint() {
        let repo = small();
        repo.write(".git/config", "[core\nrepositoryformatversion = 0\n");
        assert_fails_with_hint(&score(&repo, &[]), 2, &["could not open the repository"]);
    }

    #[test]
    fn a_broken_head_is_an_error() {
        for content in ["", "garbage\n", "ref: refs/heads/../../x\n", "ref: \n"] {
            let repo = small();
            repo.write(".git/HEAD", content);
            let transcript = score(&repo, &[]);
            assert_ne!(transcript.code, Some(0), "{content:?}\n{transcript}");
            assert_eq!(transcript.stdout, "");
            assert!(transcript.stderr.contains("\nhint: "), "{transcript}");
        }
    }

    #[test]
    fn a_circle_of_references_ends() {
        let repo = small();
        repo.write(".git/refs/heads/a", "ref: refs/heads/b\n")
            .write(".git/refs/heads/b", "ref: refs/heads/a\n");
        assert_fails(&score(&repo, &["--commit", "a"]), 2, &["`a`"]);
    }

    #[test]
    fn the_environment_of_git_counts_only_where_no_repository_is_named() {
        let (named, other) = (small(), TestRepo::new());
        other.write("auth/login.py", "x = 1\n").commit("Other");
        let git_dir = other.git_dir();
        let without = program(&named).with_variable("GIT_DIR", &git_dir);
        let arguments = ["risk", "score", "--format", "json"];
        let transcript = run_program_in(&named, &without, &arguments);
        assert!(transcript.stdout.contains("\"Other\""), "{transcript}");
        let with = program(&named).with_variable("GIT_DIR", &git_dir);
        let arguments = ["risk", "score", "--format", "json", "--repo", "."];
        let transcript = run_program_in(&named, &with, &arguments);
        assert!(transcript.stdout.contains("\"Fix the missing two\""), "{transcript}");
    }

    #[test]
    fn another_index_counts_only_where_no_repository_is_named() {
        let repo = small();
        repo.write("src/c.rs", "fn c() {}\n");
        repo.git(&["add", "--all"]);
        let other = repo.git_dir().join("other-index");
        fs::copy(repo.git_dir().join("index"), &other).expect("it can be copied");
        repo.git(&["reset", "--quiet"]);
        let program = program(&repo).with_variable("GIT_INDEX_FILE", &other);
        let transcript = run_program_in(&repo, &program, &["risk", "score", "--staged"]);
        assert_eq!(transcript.code, Some(0), "{transcript}");
        let transcript =
            run_program_in(&repo, &program, &["risk", "score", "--staged", "--repo", "."]);
        assert_fails_with_hint(&transcript, 2, &["nothing is staged", "git add"]);
    }

    #[test]
    fn the_repository_of_another_user_is_refused_until_it_is_trusted() {
        if !is_root() {
            return;
        }
        let repo = small();
        for path in fingerprint(repo.path()).into_keys() {
            std::os::unix::fs::lchown(path, Some(4321), Some(4321)).expect("root may");
        }
        let top = repo.path().to_str().expect("UTF-8");
        for place in [repo.path().to_owned(), repo.path().join("src"), repo.git_dir()] {
            let program = program_in(&place);
            let transcript = run_program_in(&repo, &program, SCORE);
            let hint = format!("safe.directory '{top}'");
            assert_fails_with_hint(&transcript, 2, &["belongs to another user", &hint]);
            let trust = format!("[safe]\n\tdirectory = {top}\n");
            fs::write(program.home().join(".gitconfig"), trust).expect("it can be written");
            let transcript = run_program_in(&repo, &program, SCORE);
            assert_eq!(transcript.code, Some(0), "{transcript}");
        }
    }
}

mod revisions {
    use super::*;

    #[test]
    fn a_branch_without_commits_has_nothing_but_what_is_staged() {
        let repo = TestRepo::new();
        assert_fails_with_hint(
            &score(&repo, &[]),
            2,
            &["branch `main` has no commit yet", "--staged"],
        );
        assert_fails_with_hint(&score(&repo, &["--commit", "HEAD~1"]), 2, &["`main`"]);
        assert_fails_with_hint(&score(&repo, &["--range", "HEAD~1.."]), 2, &["`main`"]);
        assert_fails_with_hint(&score(&repo, &["--staged"]), 2, &["nothing is staged"]);
        assert_fails_with_hint(&score(&repo, &["--worktree"]), 2, &[]);
        repo.write("src/auth.rs", "fn login() {}\n");
        repo.git(&["add", "--all"]);
        let transcript = score(&repo, &["--staged"]);
        assert_eq!(transcript.code, Some(0), "{transcript}");
        assert_eq!(transcript.stderr, "");
    }

    #[test]
    fn an_unknown_revision_is_named_with_a_hint() {
        let repo = small();
        for revision in ["nothing", "HEAD~99", "v1.0", "0123456789", "HEAD@{7}", "main^7"] {
            let transcript = score(&repo, &["--commit", revision]);
            assert_fails_with_hint(&transcript, 2, &[&format!("`{revision}`")]);
        }
        let transcript = score(&repo, &["--base", "origin/main"]);
        assert_fails_with_hint(&transcript, 2, &["`origin/main`", "git fetch origin main"]);
        let transcript = score(&repo, &["--range", "main..nothing"]);
        assert_fails_with_hint(&transcript, 2, &["`nothing`"]);
    }

    #[test]
    fn what_is_no_revision_is_named_with_a_hint() {
        let repo = small();
        for revision in [
            "",
            "..",
            "HEAD^{",
            "HEAD^{nothing}",
            "HEAD~99999999999999999999",
            ":",
            "@{-1}",
            "^",
            "a b",
            "HEAD:src/../..",
        ] {
            let transcript = score(&repo, &["--commit", revision]);
            assert_fails(&transcript, 2, &[]);
        }
        for range in ["", "HEAD", "main", "HEAD^!^!"] {
            let transcript = score(&repo, &["--range", range]);
            assert_fails_with_hint(&transcript, 2, &[]);
        }
    }

    #[test]
    fn an_ambiguous_revision_lists_what_it_could_mean() {
        let repo = small();
        let tree = repo.id("HEAD^{tree}");
        // Commits that differ only in a number, until two share their first four digits.
        let mut seen = std::collections::BTreeMap::new();
        let mut stream = String::new();
        for number in 0..1200 {
            stream.push_str(&format!(
                "commit refs/heads/n{number}\ncommitter A <a@b> {number} +0000\ndata 1\nx\n\n"
            ));
        }
        repo.git_with_input(&["fast-import", "--quiet"], stream.as_bytes());
        let ids = repo.git_text(&["for-each-ref", "--format=%(objectname)", "refs/heads/n*"]);
        let pair = ids.lines().find_map(|id| {
            seen.insert(id[..4].to_owned(), id.to_owned()).map(|first| (first, id.to_owned()))
        });
        let (one, two) = pair.expect("1200 of 65536: two are the same");
        assert_ne!(tree, one);
        let transcript = score(&repo, &["--commit", &one[..4]]);
        let words = [&one[..4], "ambiguous", &format!("{one} commit"), &format!("{two} commit")];
        assert_fails_with_hint(&transcript, 2, &words);
    }

    #[test]
    fn a_tree_or_a_blob_is_no_commit() {
        let repo = small();
        for (revision, kind) in
            [("HEAD^{tree}", "tree"), ("HEAD:README.md", "blob"), ("HEAD:src", "tree")]
        {
            let transcript = score(&repo, &["--commit", revision]);
            assert_fails_with_hint(&transcript, 2, &[revision, kind, "not a commit"]);
        }
        repo.git(&["tag", "--annotate", "--message", "x", "of-a-tree", "HEAD^{tree}"]);
        let transcript = score(&repo, &["--base", "of-a-tree"]);
        assert_fails_with_hint(&transcript, 2, &["of-a-tree", "not a commit"]);
    }

    #[test]
    fn an_empty_range_is_an_error_that_asks_whether_it_is_reversed() {
        let repo = small();
        let transcript = score(&repo, &["--range", "HEAD..HEAD~2"]);
        assert_fails_with_hint(&transcript, 2, &["`HEAD..HEAD~2`", "`HEAD~2..HEAD`"]);
        let transcript = score(&repo, &["--base", "HEAD"]);
        assert_fails_with_hint(&transcript, 2, &["`HEAD...HEAD`", "another base"]);
        let transcript = score(&repo, &["--range", "HEAD..HEAD"]);
        assert_fails_with_hint(&transcript, 2, &["`HEAD..HEAD`"]);
        assert!(!transcript.stderr.contains("wrong way"), "{transcript}");
    }

    #[test]
    fn two_histories_without_a_common_ancestor_have_no_range() {
        let repo = small();
        repo.git(&["checkout", "--quiet", "--orphan", "other"]);
        repo.commit("Another beginning");
        let transcript = score(&repo, &["--range", "main..other"]);
        assert_fails_with_hint(&transcript, 2, &["no common ancestor"]);
    }

    #[test]
    fn what_is_not_utf_8_on_the_command_line_is_refused() {
        let repo = small();
        let strange = OsString::from_vec(b"caf\xe9".to_vec());
        for arguments in [
            vec![OsStr::new("risk"), OsStr::new("score"), OsStr::new("--commit"), &strange],
            vec![&strange],
            vec![OsStr::new("risk"), OsStr::new("score"), &strange],
            vec![OsStr::new("risk"), OsStr::new("score"), OsStr::new("--format"), &strange],
            vec![OsStr::new("risk"), OsStr::new("score"), OsStr::new("--repo"), &strange],
            vec![OsStr::new("risk"), OsStr::new("score"), OsStr::new("--config"), &strange],
        ] {
            let transcript = run_program_in(&repo, &program(&repo), &arguments);
            assert_fails(&transcript, 2, &[]);
        }
    }

    #[test]
    fn wrong_use_is_told_apart_from_trouble() {
        let repo = small();
        for arguments in [
            &["risk", "score", "--format", "xml"][..],
            &["risk", "score", "--staged", "--commit", "HEAD"],
            &["risk", "score", "--head", "HEAD"],
            &["risk", "score", "--now", "today"],
            &["risk", "score", "-q", "-v"],
            &["risk", "scoer"],
            &["risk", "score", "extra"],
            &["--nothing"],
        ] {
            assert_fails(&run_in(&repo, arguments), 2, &[]);
        }
    }
}

mod objects {
    use super::*;

    #[test]
    fn a_damaged_object_is_not_evaluated_and_is_named() {
        for (revision, kind) in [
            ("HEAD", "commit"),
            ("HEAD^{tree}", "tree"),
            ("HEAD:src/b.rs", "blob"),
            ("HEAD~1", "commit"),
            ("HEAD~1^{tree}", "tree"),
        ] {
            for damage in [&b""[..], b"garbage", b"x\x9c\x03\x00\x00\x00\x00\x01"] {
                let repo = small();
                let id = repo.id(revision);
                overwrite_object(&repo, &id, damage);
                let transcript = score(&repo, &[]);
                assert_fails_with_hint(&transcript, 3, &[&id, kind, "git fsck"]);
            }
        }
    }

    #[test]
    fn an_object_with_the_content_of_another_is_damage() {
        for (revision, other) in [
            ("HEAD", "HEAD~1"),
            ("HEAD^{tree}", "HEAD~1^{tree}"),
            ("HEAD:src/b.rs", "HEAD:README.md"),
            ("HEAD", "HEAD^{tree}"),
        ] {
            let repo = small();
            let (id, other) = (repo.id(revision), repo.id(other));
            let content = fs::read(object_file(&repo, &other)).expect("it is there");
            overwrite_object(&repo, &id, &content);
            assert_fails(&score(&repo, &[]), 3, &[&id]);
        }
    }

    #[test]
    fn an_object_that_is_malformed_inside_is_named() {
        let repo = small();
        let tree = repo.id("HEAD^{tree}");
        for content in [
            b"".to_vec(),
            b"tree 123\n\nx".to_vec(),
            format!("tree {tree}\n\nno author").into_bytes(),
            commit_text(&tree, &["zzz"], "1 +0000", "x"),
            format!("tree {tree}\nauthor \0\ncommitter x").into_bytes(),
        ] {
            let id = store(&repo, "commit", &content);
            let transcript = score(&repo, &["--commit", &id]);
            assert!(transcript.code != Some(0) || content.starts_with(b"tree"), "{transcript}");
            assert!(transcript.code == Some(0) || transcript.stderr.contains(&id), "{transcript}");
        }
        let blob = repo.id("HEAD:README.md");
        for content in [
            b"garbage".to_vec(),
            tree_entry("100644", b"", &blob),
            tree_entry("100644", b"a/b", &blob),
            tree_entry("99", b"a", &blob),
            [tree_entry("100644", b"a", &blob), b"100644 b\0short".to_vec()].concat(),
        ] {
            let tree = store(&repo, "tree", &content);
            let id = store(&repo, "commit", &commit_text(&tree, &[], "1 +0000", "x"));
            assert_fails_with_hint(&score(&repo, &["--commit", &id]), 3, &[&tree, "malformed"]);
        }
        for name in [&b".."[..], b".git", b".", b"\x1b[2J\xff", b"a\\b", &[b'n'; 5000]] {
            let tree = store(&repo, "tree", &tree_entry("100644", name, &blob));
            let id = store(&repo, "commit", &commit_text(&tree, &[], "1 +0000", "x"));
            let transcript = score(&repo, &["--commit", &id, "--explain"]);
            assert_eq!(transcript.code, Some(0), "{transcript}");
        }
    }

    #[test]
    fn a_missing_commit_or_tree_is_not_evaluated_and_is_named() {
        for (revision, kind) in [
            ("HEAD", "commit"),
            ("HEAD^{tree}", "tree"),
            ("HEAD~1", "commit"),
            ("HEAD:src", "tree"),
        ] {
            let repo = small();
            let id = repo.id(revision);
            fs::remove_file(object_file(&repo, &id)).expect("it is there");
            assert_fails_with_hint(&score(&repo, &[]), 3, &[&id, kind, "missing"]);
        }
    }

    #[test]
    fn a_missing_blob_leaves_a_score_that_says_so() {
        let repo = small();
        fs::remove_file(object_file(&repo, &repo.id("HEAD:src/b.rs"))).expect("it is there");
        let bare = score(&repo, &[]);
        assert_eq!((bare.code, bare.stdout.as_str()), (Some(3), ""), "{bare}");
        assert!(bare.stderr.contains("src/b.rs: its content is not in this repository"), "{bare}");
        for format in ["text", "table", "json", "markdown", "github"] {
            let transcript = score(&repo, &["--format", format]);
            assert_eq!(transcript.code, Some(3), "{transcript}");
            assert!(transcript.stdout.contains("src/b.rs"), "{transcript}");
        }
    }

    #[test]
    fn a_range_with_a_commit_that_could_not_be_evaluated_is_not_evaluated() {
        let repo = small();
        let before = repo.id("HEAD");
        repo.write("src/gone.rs", "fn gone() {}\n").commit("Add it");
        let blob = object_file(&repo, &repo.id("HEAD:src/gone.rs"));
        repo.remove("src/gone.rs").write("src/b.rs", "fn other() {}\n").commit("Take it away");
        fs::remove_file(blob).expect("it is there");
        let range = ["--range", &format!("{before}..HEAD")];
        let bare = score(&repo, &range);
        assert_eq!((bare.code, bare.stdout.as_str()), (Some(3), ""), "{bare}");
        for format in ["text", "table", "json", "markdown", "github"] {
            let transcript = score(&repo, &[&range[..], &["--format", format]].concat());
            assert_eq!(transcript.code, Some(3), "{transcript}");
            assert!(transcript.stdout.contains("without all of their content"), "{transcript}");
        }
    }

    #[test]
    fn a_damaged_pack_is_not_evaluated() {
        let repo = small();
        repo.git(&["repack", "-adq"]);
        repo.git(&["prune-packed", "--quiet"]);
        let packs = repo.git_dir().join("objects/pack");
        let file = |ending: &str| {
            let entries = fs::read_dir(&packs).expect("it is there").flatten();
            let mut paths = entries.map(|entry| entry.path());
            paths.find(|path| path.extension() == Some(OsStr::new(ending))).expect("a pack")
        };
        let (pack, index) = (file("pack"), file("idx"));
        let (whole, whole_index) =
            (fs::read(&pack).expect("a pack"), fs::read(&index).expect("an index"));
        let rewrite = |path: &Path, bytes: &[u8]| {
            fs::remove_file(path).expect("it is there");
            fs::write(path, bytes).expect("it can be written");
        };
        let mut flipped = whole.clone();
        flipped[14..whole.len() - 20].iter_mut().for_each(|byte| *byte ^= 0x55);
        for bytes in [&flipped[..], &whole[..whole.len() / 2], b"", b"PACK"] {
            rewrite(&pack, bytes);
            let transcript = score(&repo, &[]);
            assert_eq!(transcript.code, Some(3), "{transcript}");
            assert_fails_with_hint(&transcript, 3, &[]);
        }
        rewrite(&pack, &whole);
        for bytes in [&whole_index[..100], b"", &[0xff; 1100]] {
            rewrite(&index, bytes);
            let transcript = score(&repo, &[]);
            assert_fails_with_hint(&transcript, 3, &[]);
        }
    }

    #[test]
    fn a_damaged_index_concerns_only_what_is_staged() {
        for damage in [&b""[..], b"DIRC", b"garbage garbage garbage garbage garbage garbage"] {
            let repo = small();
            repo.write(".git/index", damage);
            for selection in ["--staged", "--worktree"] {
                let transcript = score(&repo, &[selection]);
                assert_fails_with_hint(&transcript, 3, &["could not read the index"]);
            }
            assert_eq!(score(&repo, &[]).code, Some(0));
        }
        let repo = small();
        let index = fs::read(repo.git_dir().join("index")).expect("it is there");
        for length in [13, index.len() / 2, index.len() - 1] {
            repo.write(".git/index", &index[..length]);
            let transcript = score(&repo, &["--staged"]);
            assert_fails_with_hint(&transcript, 3, &["could not read the index"]);
        }
    }

    #[test]
    fn the_edge_of_a_shallow_clone_is_named() {
        let repo = small();
        let edge = repo.id("HEAD~1");
        repo.write(".git/shallow", format!("{edge}\n"));
        let transcript = score(&repo, &["--commit", "HEAD~1"]);
        assert_fails_with_hint(&transcript, 3, &[&edge, "shallow", "git fetch"]);
        let transcript = score(&repo, &["--format", "text"]);
        assert_eq!(transcript.code, Some(0), "{transcript}");
        assert!(transcript.stdout.contains("The clone is shallow"), "{transcript}");
    }
}

mod configurations {
    use super::*;

    #[test]
    fn a_configuration_that_is_no_file_is_named() {
        let repo = small();
        let path = repo.path().join(".gitops-health.yaml");
        fs::create_dir(&path).expect("it can be made");
        assert_fails_with_hint(
            &score(&repo, &[]),
            2,
            &["repository file .gitops-health.yaml", "not a regular file"],
        );
        fs::remove_dir(&path).expect("it is there");
        symlink("README.md", &path).expect("it can be made");
        assert_fails_with_hint(&score(&repo, &[]), 2, &["symbolic link"]);
        fs::remove_file(&path).expect("it is there");
        let made = Command::new("mkfifo").arg(&path).status();
        assert!(made.is_ok_and(|status| status.success()));
        assert_fails_with_hint(&score(&repo, &[]), 2, &["not a regular file"]);
        fs::remove_file(&path).expect("it is there");
        if !is_root() {
            repo.write(".gitops-health.yaml", "risk:\n");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("it is mine");
            assert_fails_with_hint(&score(&repo, &[]), 2, &["could not read"]);
        }
    }

    #[test]
    fn a_named_configuration_must_be_there() {
        let repo = small();
        let transcript = score(&repo, &["--config", "missing.yaml"]);
        assert_fails_with_hint(&transcript, 2, &["missing.yaml", "caused by"]);
        assert_fails_with_hint(&score(&repo, &["--config", "src"]), 2, &["src"]);
        assert_fails_with_hint(&score(&repo, &["--config", "/dev/zero"]), 2, &["/dev/zero"]);
    }

    #[test]
    fn what_is_no_yaml_is_an_error_with_its_place() {
        let repo = small();
        for text in [
            "risk: [",
            "\t",
            "risk: {bands: {medium: 10",
            "- a\nb",
            "%YAML 9.9\n---\n{}",
            "a: b: c",
            "&a *a",
            "risk: !!binary x",
            "---\n---\n",
        ] {
            let transcript = config(&repo, text);
            assert_fails_with_hint(&transcript, 2, &["repository file .gitops-health.yaml"]);
        }
        assert_fails_with_hint(&config(&repo, b"risk: caf\xe9"), 2, &["not UTF-8"]);
        assert_fails_with_hint(&config(&repo, vec![b'#'; 2 << 20]), 2, &["larger than a megabyte"]);
        for (text, times) in [
            ("[", 1 << 20),
            ("a: {", 250_000),
            ("[", 9_000),
            ("- ", 100_000),
            ("? ", 100_000),
            ("a: ", 300_000),
            ("\"", 1 << 20),
        ] {
            assert_fails_with_hint(&config(&repo, text.repeat(times)), 2, &[]);
        }
        let keys: String = (0..50_000).map(|number| format!("a{number}: &x{number} 1\n")).collect();
        let transcript = config(&repo, keys);
        assert_fails_with_hint(&transcript, 2, &["`a0`", "49995 more"]);
    }

    #[test]
    fn an_empty_configuration_is_the_default() {
        let repo = small();
        let without = score(&repo, &[]);
        for text in [
            "",
            "\n",
            "# nothing\n",
            "---\n",
            "{}",
            "risk:\n",
            "risk: {}\n",
            "risk:\n  bands:\n",
            "\u{feff}risk:\n",
        ] {
            assert_eq!(config(&repo, text), without, "{text:?}");
        }
    }

    #[test]
    fn a_bomb_of_aliases_ends_soon() {
        let repo = small();
        let mut text = "a: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..40 {
            let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
            text.push_str(&format!("b{level}: &a{level} [{aliases}]\n"));
        }
        assert_fails_with_hint(&config(&repo, text), 2, &[]);
        let mut text = "risk: &r0 {bands: {medium: 1}}\n".to_owned();
        for level in 1..40 {
            let above = level - 1;
            text.push_str(&format!("c{level}: &r{level} {{a: *r{above}, b: *r{above}}}\n"));
        }
        assert_fails_with_hint(&config(&repo, text), 2, &[]);
    }

    #[test]
    fn a_key_that_nobody_reads_is_an_error_with_the_one_that_was_meant() {
        let repo = small();
        for (text, key, meant) in [
            ("riks: {}", "`riks`", "did you mean `risk`"),
            ("risk: {band: {}}", "`risk.band`", "did you mean `risk.bands`"),
            ("risk: {bands: {hihg: 60}}", "`risk.bands.hihg`", "did you mean `risk.bands.high`"),
            (
                "risk: {critical_paths: {rules: [{id: a, path: [x], weight: 1, reason: b}]}}",
                "`risk.critical_paths.rules[0].path`",
                "did you mean `risk.critical_paths.rules[0].paths`",
            ),
            ("zzz: 1", "`zzz`", "config show"),
        ] {
            assert_fails_with_hint(&config(&repo, text), 2, &["unknown key", key, meant]);
        }
    }

    #[test]
    fn a_value_of_the_wrong_type_is_an_error_that_names_key_and_line() {
        let repo = small();
        for (key, text) in [
            ("risk.bands.high", "risk:\n  bands:\n    high: much\n"),
            ("risk.bands.high", "risk:\n  bands:\n    high: -1\n"),
            ("risk.bands.high", "risk:\n  bands:\n    high: 4294967296\n"),
            ("risk.bands", "risk:\n  bands: 60\n"),
            ("risk.strategies.low", "risk:\n  strategies:\n    low: YOLO\n"),
            ("risk.temporal.weekend", "risk:\n  temporal:\n    weekend: [saturday]\n"),
            ("risk.critical_paths.rules", "risk:\n  critical_paths:\n    rules: [{id: a}]\n"),
            ("risk", "risk: 5\n"),
        ] {
            assert_fails_with_hint(&config(&repo, text), 2, &["repository file", key, "line "]);
        }
        assert_fails_with_hint(
            &config(&repo, "risk: {bands: {high: 1, high: 2}}"),
            2,
            &["duplicate"],
        );
        assert_fails_with_hint(&config(&repo, "5: 5"), 2, &["unknown key `5`"]);
        assert_fails_with_hint(&config(&repo, "[1, 2]"), 2, &[]);
        assert_fails_with_hint(&config(&repo, "text"), 2, &[]);
    }

    #[test]
    fn a_value_that_makes_no_sense_is_named_and_its_origin_can_be_asked_for() {
        let repo = small();
        for (text, key) in [
            ("risk: {bands: {medium: 60, high: 50}}", "risk.bands"),
            ("risk: {bands: {medium: 0}}", "risk.bands"),
            ("risk: {bands: {critical: 101}}", "risk.bands"),
            ("risk: {weights: {code_complexity: .nan}}", "risk.weights"),
            ("risk: {weights: {code_complexity: -1}}", "risk.weights"),
            ("risk: {weights: {code_complexity: .inf}}", "risk.weights"),
            ("risk: {file_kinds: {test: 1.5}}", "risk.file_kinds.test"),
            ("risk: {file_kinds: {test: .nan}}", "risk.file_kinds.test"),
            ("risk: {history: {recent_fix_days: 0}}", "risk.history.recent_fix_days"),
            (
                "risk: {history: {shares: {fix_share: 0, recent_fixes: 0, reverts: 0, neighbours: 0}}}",
                "risk.history.shares",
            ),
            ("risk: {temporal: {night_from: 24}}", "risk.temporal.night_from"),
            (
                "risk: {temporal: {freeze_windows: [{name: a, from: 2026-02-30, to: 2026-03-01}]}}",
                "risk.temporal.freeze_windows[0]",
            ),
            (
                "risk: {critical_paths: {built_in_weights: {nothing: 1}}}",
                "risk.critical_paths.built_in_weights.nothing",
            ),
            (
                "risk: {critical_paths: {rules: [{id: A B, paths: [x], weight: 1, reason: b}]}}",
                "risk.critical_paths.rules[0].id",
            ),
            (
                "risk: {critical_paths: {rules: [{id: payment, paths: [x], weight: 1, reason: b}]}}",
                "risk.critical_paths.rules[0].id",
            ),
            (
                "risk: {critical_paths: {rules: [{id: a, paths: [], weight: 1, reason: b}]}}",
                "risk.critical_paths.rules[0].paths",
            ),
            (
                "risk: {critical_paths: {rules: [{id: a, paths: [''], weight: 1, reason: b}]}}",
                "risk.critical_paths.rules[0].paths",
            ),
        ] {
            let transcript = config(&repo, text);
            assert_fails_with_hint(&transcript, 2, &[&format!("`{key}"), "config show --origin"]);
            assert_fails_with_hint(&run_in(&repo, &["config", "show"]), 2, &[key]);
            // What the hint says works.
            let origins = run_in(&repo, &["config", "show", "--origin"]);
            assert_eq!(origins.code, Some(0), "{origins}");
            assert!(origins.stdout.contains("# repository file .gitops-health.yaml"), "{origins}");
        }
    }

    #[test]
    fn an_unknown_variable_of_the_environment_is_an_error() {
        let repo = small();
        for (name, value, words) in [
            (
                "GITOPS_HEALTH_RISK__BANDS__HIHG",
                "60",
                &["HIHG", "GITOPS_HEALTH_RISK__BANDS__HIGH"][..],
            ),
            (
                "GITOPS_HEALTH_RISKS",
                "60",
                &["GITOPS_HEALTH_RISKS", "did you mean `GITOPS_HEALTH_RISK`"],
            ),
            ("GITOPS_HEALTH_", "1", &["GITOPS_HEALTH_"]),
            ("GITOPS_HEALTH_RISK__BANDS__HIGH", "much", &["GITOPS_HEALTH_RISK__BANDS__HIGH"]),
            ("GITOPS_HEALTH_RISK__BANDS__HIGH", "[", &["GITOPS_HEALTH_RISK__BANDS__HIGH"]),
            ("GITOPS_HEALTH_RISK__BANDS", "{high: 1, high: 2}", &["GITOPS_HEALTH_RISK__BANDS"]),
            (
                "GITOPS_HEALTH_RISK__BANDS__HIGH__MORE",
                "1",
                &["GITOPS_HEALTH_RISK__BANDS__HIGH__MORE"],
            ),
        ] {
            let program = program(&repo).with_variable(name, value);
            assert_fails_with_hint(&run_program_in(&repo, &program, SCORE), 2, words);
        }
        let strange = OsStr::from_bytes(b"\xff");
        let program = program(&repo).with_variable("GITOPS_HEALTH_RISK__BANDS__HIGH", strange);
        assert_fails_with_hint(&run_program_in(&repo, &program, SCORE), 2, &["not UTF-8"]);
    }

    #[test]
    fn words_of_a_configuration_cannot_reach_the_terminal() {
        let repo = small();
        let text = "risk:\n  critical_paths:\n    rules:\n      - id: own\n        paths: ['src/']\n        weight: 1\n        reason: \"a\\e[2J\\u202e\\u009b2J\\nsecond\\u061c line\"\n  temporal:\n    freeze_windows:\n      - {name: \"w\\e]0;x\\a\", from: 2026-01-01, to: 2026-12-31, reason: \"\\e[2J\"}\n";
        for format in ["text", "table", "json", "markdown", "github"] {
            repo.write(".gitops-health.yaml", text);
            let transcript =
                score(&repo, &["--format", format, "--explain", "--recommend-strategy"]);
            assert_eq!(transcript.code, Some(0), "{transcript}");
            assert!(transcript.stdout.contains("second"), "{transcript}");
        }
        for arguments in [&["config", "show"][..], &["config", "show", "--origin"]] {
            assert_eq!(run_in(&repo, arguments).code, Some(0));
        }
        assert_fails(&config(&repo, "\"a\\e[2J\\u202e\": 1"), 2, &["unknown key"]);
        assert_fails(&config(&repo, "risk: {strategies: {low: \"\\e[2J\"}}"), 2, &[]);
    }

    #[test]
    fn patterns_that_try_to_cost_much_are_bounded() {
        let repo = small();
        let deep = format!("{}/x.rs", vec!["a"; 60].join("/"));
        let long = "a".repeat(200);
        repo.write(&deep, "1\n").write(format!("{long}.rs"), "1\n").commit("Deep");
        let stars = format!("{}b", "*a".repeat(60));
        let deep_stars = format!("{}b", "**/a/".repeat(40));
        let more = format!("{}b", "**/*a*/".repeat(40));
        let classes = format!("{}b", "*[a-z]".repeat(60));
        let all = [stars, deep_stars, more, classes];
        let quoted: Vec<String> = all.iter().map(|pattern| format!("'{pattern}'")).collect();
        let list = quoted.join(", ");
        let transcript = config(
            &repo,
            format!(
                "risk: {{critical_paths: {{rules: [{{id: a, paths: [{list}], weight: 1, reason: b}}]}}, temporal: {{release_tags: [{list}]}}}}"
            ),
        );
        assert!(matches!(transcript.code, Some(0 | 2)), "{transcript}");
        fs::remove_file(repo.path().join(".gitops-health.yaml")).expect("it is there");
        let attributes: String = all.iter().map(|pattern| format!("{pattern} diff\n")).collect();
        // Not by `git add`: git itself takes its time over such patterns.
        let stream = format!(
            "commit refs/heads/hostile\ncommitter A <a@b> 1772445600 +0000\ndata 1\nx\n\
             from refs/heads/main\nM 100644 inline .gitattributes\ndata {}\n{attributes}\n\
             M 100644 inline {deep}\ndata 2\n2\n\nM 100644 inline {long}.rs\ndata 2\n2\n\n",
            attributes.len()
        );
        repo.git_with_input(&["fast-import", "--quiet"], stream.as_bytes());
        assert_eq!(score(&repo, &["--commit", "hostile"]).code, Some(0));
    }
}

mod strange_text {
    use super::*;

    #[test]
    fn names_and_messages_of_any_bytes_are_printed_harmlessly() {
        let repo = small();
        let blob = repo.id("HEAD:README.md");
        let mut names: Vec<&[u8]> = vec![
            b"caf\xe9.rs",
            b"\x1b[2J.rs",
            "\u{202e}sr.txt".as_bytes(),
            b"new\nline.rs",
            b"tab\t.rs",
            "auth\u{9b}2J.rs".as_bytes(),
            "bidi\u{61c}.rs".as_bytes(),
            b"quote\".rs",
        ];
        names.sort();
        let tree: Vec<u8> =
            names.iter().flat_map(|name| tree_entry("100644", name, &blob)).collect();
        let tree = store(&repo, "tree", &tree);
        let parent = repo.id("HEAD");
        let mut text = format!("tree {tree}\nparent {parent}\nauthor ").into_bytes();
        text.extend_from_slice(
            b"\x1b[31m\xe9 <\xff\x07@x> 1772445600 +0000\ncommitter A <a@b> 1772445600 +0000\n\n",
        );
        text.extend_from_slice("fix \u{1b}[2J\u{202e}\u{61c}\u{85}bug \r caf".as_bytes());
        text.extend_from_slice(b"\xe9\x08\x00x\n\nRefs: \x1b[2J\n");
        let id = store(&repo, "commit", &text);
        repo.git(&["update-ref", "refs/heads/strange", &id]);
        for format in ["text", "table", "json", "markdown", "github"] {
            for selection in [["--commit", "strange"], ["--range", "main..strange"]] {
                let more = [
                    &selection[..],
                    &["--format", format, "--explain", "--historical", "--recommend-strategy"],
                ]
                .concat();
                let transcript = score(&repo, &more);
                assert_eq!(transcript.code, Some(0), "{transcript}");
            }
        }
        let next = store(
            &repo,
            "commit",
            &commit_text(&repo.id("main^{tree}"), &[&id], "1772449200 +0000", "Next"),
        );
        let transcript = score(&repo, &["--commit", &next, "--explain", "--historical"]);
        assert_eq!(transcript.code, Some(0), "{transcript}");
        let transcript = score(&repo, &["-vv", "--commit", &next]);
        assert_eq!(transcript.code, Some(0), "{transcript}");
    }

    #[test]
    fn strange_names_of_branches_and_tags_do_no_harm() {
        let repo = small();
        for (number, back) in [(1, "HEAD~2"), (2, "HEAD~1"), (3, "HEAD~1")] {
            let id = repo.id(back);
            let name =
                [format!("refs/tags/v{number}").as_bytes(), b"-\xe9\xe2\x80\xae\xd8\x9c"].concat();
            repo.git(&[OsStr::new("update-ref"), OsStr::from_bytes(&name), OsStr::new(&id)]);
        }
        let name = b"refs/heads/\xe9\xe2\x80\xae".to_vec();
        repo.git(&[OsStr::new("update-ref"), OsStr::from_bytes(&name), OsStr::new("HEAD")]);
        repo.git(&[OsStr::new("symbolic-ref"), OsStr::new("HEAD"), OsStr::from_bytes(&name)]);
        assert_eq!(score(&repo, &["--explain"]).code, Some(0));
        repo.git(&[OsStr::new("update-ref"), OsStr::new("-d"), OsStr::from_bytes(&name)]);
        assert_fails_with_hint(&score(&repo, &[]), 2, &["has no commit yet"]);
    }

    #[test]
    fn a_revision_of_control_characters_is_named_harmlessly() {
        let repo = small();
        for revision in ["\u{1b}[2J", "a\nb", "a\u{202e}b", "x\u{9b}2J"] {
            for more in [["--commit", revision], ["--range", revision], ["--base", revision]] {
                assert_fails(&score(&repo, &more), 2, &[]);
            }
        }
    }
}

mod outputs {
    use super::*;

    fn with_stdio(repo: &TestRepo, shell: &str) -> Transcript {
        let base = program(repo).command::<&str>(&[]);
        let mut command = Command::new("sh");
        command
            .args(["-c", shell, "sh", env!("CARGO_BIN_EXE_gitops-health")])
            .current_dir(repo.path());
        command.env_clear().envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.stdin(Stdio::null());
        finish(command, shell)
    }

    #[test]
    fn a_reader_that_goes_away_is_no_error() {
        let repo = small();
        let transcript =
            with_stdio(&repo, "{ \"$1\" risk score --format json; echo $? >&2; } | true");
        assert_eq!(transcript.stderr, "0\n", "{transcript}");
        let transcript = with_stdio(&repo, "\"$1\" risk score >&-");
        assert_harmless(&transcript);
    }

    /// A user who may write nowhere sees what a read-only file system shows.
    #[test]
    fn a_repository_where_nothing_can_be_written_is_scored_all_the_same() {
        let repo = small();
        fs::write(repo.path().join("src/b.rs"), "fn three() {}\n").expect("it can be written");
        repo.git(&["add", "src"]);
        let number = score(&repo, &[]).stdout;
        let now = "--now=2026-03-03T12:00:00Z";
        let staged = score(&repo, &["--staged", now]).stdout;
        let worktree = score(&repo, &["--worktree", now]).stdout;
        let program = repo.path().join("program");
        fs::copy(env!("CARGO_BIN_EXE_gitops-health"), &program).expect("it can be copied");
        let take_away_writing = |directory: &Path| {
            for (path, (mode, ..)) in fingerprint(directory) {
                let permissions = fs::Permissions::from_mode(mode & 0o555 | 0o444);
                fs::set_permissions(&path, permissions).expect("it is mine");
            }
        };
        let nobody = if is_root() { Some(65_534) } else { None };
        if nobody.is_some() {
            for path in fingerprint(repo.path()).into_keys() {
                std::os::unix::fs::chown(path, nobody, nobody).expect("root may");
            }
            let above = repo.path().parent().expect("a temporary directory is in another");
            assert!(above.metadata().expect("it is there").mode() & 0o1 == 1, "nobody gets there");
        }
        take_away_writing(repo.path());
        let before = fingerprint(repo.path());
        let score_as_nobody = |more: &[&str]| {
            let mut command = Command::new(&program);
            command.current_dir(repo.path()).args(["risk", "score"]).args(more).env_clear();
            if let Some(id) = nobody {
                command.uid(id).gid(id);
            }
            finish(command, &more.join(" "))
        };
        for (more, expected) in
            [(&[][..], &number), (&["--staged", now], &staged), (&["--worktree", now], &worktree)]
        {
            let transcript = score_as_nobody(more);
            assert_eq!((transcript.code, &transcript.stdout), (Some(0), expected), "{transcript}");
        }
        let transcript = score_as_nobody(&["-o", "score.txt"]);
        assert_fails_with_hint(&transcript, 2, &["could not write to score.txt", "caused by"]);
        assert!(before == fingerprint(repo.path()), "something was written");
        for (path, (mode, ..)) in before {
            fs::set_permissions(path, fs::Permissions::from_mode(mode | 0o700))
                .expect("it is mine");
        }
    }

    #[test]
    fn a_full_device_is_an_error() {
        let repo = small();
        let transcript = with_stdio(&repo, "\"$1\" risk score >/dev/full");
        assert_fails_with_hint(&transcript, 2, &["the standard output", "caused by"]);
        let transcript = score(&repo, &["--output", "/dev/full"]);
        assert_fails_with_hint(&transcript, 2, &["/dev/full"]);
    }

    #[test]
    fn a_standard_error_that_cannot_be_written_changes_nothing() {
        let repo = small();
        let number = score(&repo, &[]).stdout;
        for shell in ["\"$1\" -vv risk score 2>/dev/full", "\"$1\" -vv risk score 2>&-"] {
            let transcript = with_stdio(&repo, shell);
            assert_eq!((transcript.code, transcript.stdout), (Some(0), number.clone()), "{shell}");
        }
        let transcript = with_stdio(&repo, "\"$1\" risk score --commit nothing 2>/dev/full");
        assert_eq!((transcript.code, transcript.stdout), (Some(2), String::new()));
    }

    #[test]
    fn a_result_is_written_to_a_file_all_of_it_or_nothing() {
        let (repo, outside) = (small(), Program::new("x"));
        let file = outside.home().join("out.txt");
        let path = file.to_str().expect("UTF-8");
        let report = score(&repo, &["--format", "text"]).stdout;
        let transcript = score(&repo, &["--output", path]);
        assert_eq!((transcript.code, transcript.stdout.as_str()), (Some(0), ""));
        assert_eq!(fs::read_to_string(&file).expect("it is there"), report);

        fs::write(&file, "before").expect("it can be written");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("it is mine");
        assert_fails(&score(&repo, &["--output", path, "--commit", "nothing"]), 2, &[]);
        assert_eq!(fs::read_to_string(&file).expect("it is there"), "before");
        assert_eq!(score(&repo, &["-o", path]).code, Some(0));
        assert_eq!(fs::read_to_string(&file).expect("it is there"), report);
        assert_eq!(file.metadata().expect("it is there").mode() & 0o777, 0o640);

        let link = outside.home().join("link");
        symlink("out.txt", &link).expect("it can be made");
        fs::write(&file, "before").expect("it can be written");
        assert_eq!(score(&repo, &["-o", link.to_str().expect("UTF-8")]).code, Some(0));
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).expect("it is there"), report);

        assert_eq!(score(&repo, &["-o", "/dev/null"]).code, Some(0));
        assert!(!Path::new("/dev/null").metadata().expect("it is there").is_file());
        let entries = fs::read_dir(outside.home()).expect("it is there").count();
        assert_eq!(entries, 2, "nothing else is left behind");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named_with_a_hint() {
        let (repo, outside) = (small(), Program::new("x"));
        for name in ["missing/out.txt", "."] {
            let file = outside.home().join(name);
            let path = file.to_str().expect("UTF-8");
            assert_fails_with_hint(
                &score(&repo, &["--output", path]),
                2,
                &[path, "caused by", "--output FILE"],
            );
        }
        for path in ["/proc/out.txt", "/sys/out.txt"] {
            assert_fails_with_hint(&score(&repo, &["--output", path]), 2, &[path]);
        }
    }
}

mod sizes {
    use super::*;

    #[test]
    fn a_commit_of_ten_thousand_files_is_scored() {
        let repo = small();
        let mut stream = "commit refs/heads/many\ncommitter A <a@b> 1772445600 +0000\ndata 4\nMany\nfrom refs/heads/main\n".to_owned();
        for number in 0..10_000 {
            stream.push_str(&format!(
                "M 100644 inline d{}/f{number}.rs\ndata 8\nfn f() {{\n",
                number % 100
            ));
        }
        repo.git_with_input(&["fast-import", "--quiet"], stream.as_bytes());
        for format in ["text", "json", "markdown", "table"] {
            let transcript = score(&repo, &["--commit", "many", "--explain", "--format", format]);
            assert_eq!(transcript.code, Some(0), "{transcript}");
            assert!(transcript.stdout.len() < 40_000, "{}", transcript.stdout.len());
        }
    }

    #[test]
    fn a_tree_nested_too_deep_is_refused() {
        for (depth, code) in [(1_000, 0), (3_000, 3)] {
            let repo = small();
            let (blob, path) = (repo.id("HEAD:README.md"), "d/".repeat(depth));
            let stream = format!(
                "commit refs/heads/deep\ncommitter A <a@b> 1 +0000\ndata 1\nx\n\
                 M 100644 {blob} {path}f\n"
            );
            repo.git_with_input(&["fast-import", "--quiet"], stream.as_bytes());
            let transcript = score(&repo, &["--commit", "deep"]);
            assert_eq!(transcript.code, Some(code), "{}", transcript.stderr);
            if code == 3 {
                assert_fails_with_hint(&transcript, 3, &["depth of a tree", "2048"]);
            }
        }
    }

    #[test]
    fn a_file_that_moves_to_and_fro_is_followed_at_no_growing_cost() {
        let repo = TestRepo::new();
        repo.write("a.rs", "fn a() {\n}\n").commit("Begin");
        let mut stream = String::new();
        for number in 0..200_usize {
            let (from, to) = if number % 2 == 0 { ("a.rs", "b.rs") } else { ("b.rs", "a.rs") };
            let start = if number == 0 { "from refs/heads/main\n" } else { "" };
            stream.push_str(&format!(
                "commit refs/heads/moved\ncommitter A <a@b> {} +0000\ndata 4\nMove\n{start}\
                 R {from} {to}\n\n",
                1_772_449_200 + 60 * number
            ));
        }
        repo.git_with_input(&["fast-import", "--quiet"], stream.as_bytes());
        let transcript = score(&repo, &["--commit", "moved", "--explain"]);
        assert_eq!(transcript.code, Some(0), "{transcript}");
        assert!(transcript.stdout.contains("200 changes by"), "{transcript}");
    }

    /// A tree that holds `width` times the same tree, and so on for `levels` levels.
    fn bomb(repo: &TestRepo, mut tree: String, levels: usize, width: usize) -> String {
        for _ in 0..levels {
            let entries: Vec<u8> = (0..width)
                .flat_map(|number| tree_entry("40000", format!("d{number}").as_bytes(), &tree))
                .collect();
            tree = store(repo, "tree", &entries);
        }
        store(repo, "commit", &commit_text(&tree, &[], "1772445600 +0000", "Bomb"))
    }

    #[test]
    fn a_tree_that_holds_itself_many_times_is_refused() {
        let repo = small();
        let leaf = store(&repo, "tree", &tree_entry("100644", b"f", &repo.id("HEAD:README.md")));
        let id = bomb(&repo, leaf, 10, 10);
        let transcript = score(&repo, &["--commit", &id]);
        assert_fails_with_hint(&transcript, 3, &["exceeds the limit", "smaller change"]);
    }

    #[test]
    fn a_tree_without_files_that_holds_itself_many_times_is_refused() {
        let repo = small();
        let leaf = store(&repo, "tree", b"");
        let id = bomb(&repo, leaf, 10, 10);
        let transcript = score(&repo, &["--commit", &id]);
        assert_fails_with_hint(&transcript, 3, &["exceeds the limit"]);
    }

    #[test]
    fn paths_that_fill_the_memory_are_refused() {
        let repo = small();
        let blob = repo.id("HEAD:README.md");
        let files: Vec<u8> = (0..1000)
            .flat_map(|number| tree_entry("100644", format!("f{number:04}").as_bytes(), &blob))
            .collect();
        let mut tree = store(&repo, "tree", &files);
        for _ in 0..20 {
            tree = store(&repo, "tree", &tree_entry("40000", &[b'n'; 50_000], &tree));
        }
        let id = store(&repo, "commit", &commit_text(&tree, &[], "1772445600 +0000", "Long"));
        let transcript = score(&repo, &["--commit", &id]);
        assert_fails_with_hint(&transcript, 3, &["length of all changed paths"]);
    }

    #[test]
    fn a_large_blob_that_is_named_often_is_not_read_each_time() {
        let repo = small();
        let blob = store(&repo, "blob", format!("{}\n", "x".repeat(99)).repeat(400_000).as_bytes());
        let files: Vec<u8> = (0..3000)
            .flat_map(|number| tree_entry("100644", format!("f{number:04}").as_bytes(), &blob))
            .collect();
        let tree = store(&repo, "tree", &files);
        let id = store(&repo, "commit", &commit_text(&tree, &[], "1772445600 +0000", "Large"));
        let transcript = score(&repo, &["--commit", &id]);
        assert_eq!(
            transcript.code,
            Some(3),
            "{}",
            transcript.stderr.lines().next().unwrap_or_default()
        );
    }

    #[test]
    fn a_commit_with_a_hundred_thousand_parents_is_scored() {
        let repo = small();
        let (tree, parent) = (repo.id("HEAD^{tree}"), repo.id("HEAD~1"));
        let id = store(
            &repo,
            "commit",
            &commit_text(&tree, &vec![&parent[..]; 100_000], "1772445600 +0000", "Octopus"),
        );
        let transcript = score(&repo, &["--commit", &id, "--format", "text"]);
        assert_eq!(transcript.code, Some(0), "{transcript}");
        assert!(transcript.stdout.contains("merges 100000 histories"), "{transcript}");
    }

    #[test]
    fn a_message_of_five_megabytes_is_read_and_its_subject_is_shortened() {
        let repo = small();
        let tree = repo.id("HEAD^{tree}");
        for message in [
            "fix word ".repeat(600_000),
            format!("fix\n\n{}", "fixes: 1234567\n".repeat(350_000)),
            "x".repeat(5 << 20),
            format!("a\n\n{}", "K: v\n".repeat(1 << 20)),
        ] {
            let one = store(
                &repo,
                "commit",
                &commit_text(&tree, &[&repo.id("HEAD~1")], "1772445600 +0000", &message),
            );
            let two = store(
                &repo,
                "commit",
                &commit_text(&repo.id("HEAD~1^{tree}"), &[&one], "1772449200 +0000", "Next"),
            );
            for id in [one, two] {
                for format in ["table", "json"] {
                    let transcript = score(
                        &repo,
                        &["--commit", &id, "--explain", "--historical", "--format", format],
                    );
                    assert_eq!(transcript.code, Some(0), "{}", transcript.stderr);
                    assert!(transcript.stdout.len() < 20_000, "{}", transcript.stdout.len());
                }
            }
        }
    }

    #[test]
    fn a_file_of_one_line_of_sixty_megabytes_is_scored() {
        let repo = small();
        let mut line = vec![b'a'; 60 << 20];
        repo.write("long.rs", &line).commit("One line");
        line[30 << 20] = b'b';
        repo.write("long.rs", &line).commit("One letter");
        for more in [&["--commit", "HEAD~1"][..], &[]] {
            let transcript = score(&repo, more);
            assert!(matches!(transcript.code, Some(0 | 3)), "{transcript}");
        }
    }

    #[test]
    fn many_small_functions_with_many_small_changes_are_searched_soon() {
        let repo = small();
        let text = |offset: usize| -> String {
            (0..170_000)
                .map(|line| {
                    if line % 2 == 0 {
                        "a(\n".to_owned()
                    } else {
                        format!("b{}(\n", (line / 2 + offset) % 2)
                    }
                })
                .collect()
        };
        let (one, two) = (text(0), text(1));
        for number in 0..3 {
            repo.write(format!("f{number}.rs"), &one);
        }
        repo.commit("One");
        for number in 0..3 {
            repo.write(format!("f{number}.rs"), &two);
        }
        repo.commit("Two");
        assert_eq!(score(&repo, &[]).code, Some(0));
    }

    #[test]
    fn times_at_the_limits_of_numbers_and_calendars_are_times() {
        let repo = small();
        let tree = repo.id("HEAD^{tree}");
        for time in [
            "9223372036854775807 +0000",
            "-9223372036854775808 +0000",
            "9223372036825430400 +1400",
            "99999999999999999999 +0000",
            "0 +0000",
            "-1 -0000",
            "253402300799 +2359",
            "253402300800 +0000",
            "1772445600 +9999",
            "1772445600 -9999",
            "1772445600 +99999999999",
            "1772445600",
            "",
            "x y",
        ] {
            let parent = repo.id("HEAD~1");
            let one = store(&repo, "commit", &commit_text(&tree, &[&parent], time, "Fix one"));
            let two = store(
                &repo,
                "commit",
                &commit_text(&repo.id("HEAD~1^{tree}"), &[&one], "1772449200 +0000", "Two"),
            );
            let three = store(&repo, "commit", &commit_text(&tree, &[&two], time, "Fix three"));
            for id in [&one, &two, &three] {
                for format in ["text", "json"] {
                    let transcript = score(
                        &repo,
                        &["--commit", id, "--format", format, "--explain", "--historical"],
                    );
                    assert_eq!(transcript.code, Some(0), "{time}\n{transcript}");
                    assert!(
                        !transcript.stdout.contains("NaN") && !transcript.stdout.contains("inf\n"),
                        "{transcript}"
                    );
                }
            }
            repo.git(&["update-ref", "refs/heads/odd", &three]);
            repo.git(&["update-ref", &format!("refs/tags/t{}", &one[..8]), &one]);
            let transcript = score(&repo, &["--range", "main~1..odd"]);
            assert!(matches!(transcript.code, Some(0 | 3)), "{time}\n{transcript}");
        }
        for now in ["9999-12-31T23:59:59Z", "-009999-01-01T00:00:00Z", "0000-01-01T00:00:00+14:00"]
        {
            repo.write("src/b.rs", format!("// {now}\n"));
            let transcript = score(&repo, &["--worktree", "--explain", &format!("--now={now}")]);
            assert!(matches!(transcript.code, Some(0 | 2)), "{transcript}");
        }
    }

    #[test]
    fn a_history_with_a_million_paths_is_walked_once() {
        let repo = small();
        let mut stream = String::new();
        let person = |time: usize| format!("committer A <a@b> {time} +0000");
        for level in 0..40_usize {
            let (top, left, right) = (3 * level + 1, 3 * level + 2, 3 * level + 3);
            let from = if level == 0 {
                String::new()
            } else {
                format!("from :{}\nmerge :{}\n", top - 2, top - 1)
            };
            let time = 1_700_000_000 + 1000 * level;
            for (mark, from) in
                [(top, from), (left, format!("from :{top}\n")), (right, format!("from :{top}\n"))]
            {
                stream.push_str(&format!("commit refs/heads/diamond\nmark :{mark}\n{}\ndata 5\nFix x\n{from}M 100644 inline f{}.rs\ndata 8\nfn f() {{\n\n", person(time + mark), mark % 5));
            }
        }
        repo.git_with_input(&["fast-import", "--quiet", "--force"], stream.as_bytes());
        for more in [
            &["--commit", "diamond"][..],
            &["--range", "diamond~30..diamond"],
            &["--commit", "diamond~1"],
        ] {
            assert_eq!(score(&repo, more).code, Some(0));
        }
    }

    #[test]
    fn a_long_chain_of_tags_ends() {
        let repo = small();
        let mut target = (repo.id("HEAD"), "commit");
        for _ in 0..300 {
            let text = format!(
                "object {}\ntype {}\ntag t\ntagger A <a@b> 1 +0000\n\nx",
                target.0, target.1
            );
            target = (store(&repo, "tag", text.as_bytes()), "tag");
        }
        repo.git(&["update-ref", "refs/tags/long", &target.0]);
        assert_eq!(score(&repo, &["--commit", "long"]).code, Some(0));
        assert_eq!(score(&repo, &[]).code, Some(0));
    }

    #[test]
    fn an_empty_commit_and_a_commit_by_nobody_are_scored() {
        let repo = small();
        let author = Author { name: "x", email: "", time: "1772445600 +0000" };
        repo.commit_as(author, "");
        let transcript = score(&repo, &["--format", "text", "--explain", "--recommend-strategy"]);
        assert_eq!(transcript.code, Some(0), "{transcript}");
        assert!(transcript.stdout.contains("The change touches no file."), "{transcript}");
    }
}
