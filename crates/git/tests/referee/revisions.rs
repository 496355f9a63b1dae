//! What revisions, ranges and tags mean.

use std::collections::{BTreeMap, BTreeSet};

use bstr::ByteSlice;
use gitops_health_git::{Error, ObjectId, RangeKind, Selection, Similarity};
use gitops_health_testkit::TestRepo;

use crate::agreement::{
    assert_history_agrees, assert_merge_base_agrees, assert_range_agrees, id, ids, open,
};
use crate::history::raw_commit;
use crate::places::clone;

/// The commit that git takes the revision for. The testkit wants git to succeed or to find nothing.
fn by_git(scratch: &TestRepo, revision: &str) -> Option<ObjectId> {
    // What follows `:/` is text to its end.
    let ask = if revision.starts_with(":/") { "$1" } else { "$1^{commit}" };
    let script = format!("git rev-parse --verify -q --end-of-options \"{ask}\" || exit 1");
    let alias = format!("alias.ask=!f() {{ {script}; }}; f");
    ids(&scratch.git(&["-c", &alias, "ask", revision])).first().copied()
}

fn assert_resolves_alike(scratch: &TestRepo, revisions: &[&str]) {
    let repo = open(scratch.path());
    for revision in revisions {
        let ours = repo.resolve(revision);
        assert_eq!(ours.as_ref().ok().copied(), by_git(scratch, revision), "{revision}: {ours:?}");
    }
}

/// Two branches that were merged, with tags of all kinds.
fn scratch() -> TestRepo {
    let scratch = TestRepo::new();
    scratch.write("f", "1\n").commit("first: the beginning");
    scratch.git(&["tag", "light"]);
    scratch.git(&["tag", "-a", "-m", "v1", "v1"]);
    scratch.write("f", "2\n").commit("second (fix) a+b");
    scratch.git(&["checkout", "-qb", "feature/a/b"]);
    scratch.write("g", "1\n").commit("on the feature");
    scratch.write("g", "2\n").commit("!bang on the feature");
    scratch.git(&["checkout", "-q", "main"]);
    scratch.write("f", "3\n").commit("third\n\nwith a body that says needle");
    scratch.git(&["merge", "-q", "--no-ff", "-m", "merge", "feature/a/b"]);
    scratch.write("f", "4\n").commit("fourth");
    scratch.git(&["tag", "-a", "-m", "nested", "nested", "v1"]);
    scratch.git(&["tag", "-a", "-m", "deep", "release/1.0", "nested"]);
    scratch.git(&["tag", "blob", "HEAD:f"]);
    scratch.git(&["tag", "-a", "-m", "blob", "annotated-blob", "HEAD:f"]);
    scratch.git(&["tag", "tree", "HEAD^{tree}"]);
    scratch
}

#[test]
fn revisions_mean_what_they_mean_to_git() {
    let scratch = scratch();
    scratch.git(&["tag", "both", "light"]);
    scratch.git(&["branch", "both", "main"]);
    scratch.git(&["branch", "my-good-branch"]);
    scratch.git(&["tag", "-a", "-m", "x", "my-good-tag", "HEAD~2"]);
    scratch.git(&["checkout", "-q", "my-good-branch"]);
    scratch.git(&["checkout", "-q", "main"]);
    scratch.git(&["update-ref", "refs/remotes/origin/main", "HEAD~1"]);
    scratch.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    scratch.git(&["config", "remote.origin.url", "nowhere"]);
    scratch.git(&["config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"]);
    scratch.git(&["branch", "-q", "--set-upstream-to=origin/main", "main"]);
    scratch.git(&["update-ref", "ORIG_HEAD", "HEAD~2"]);
    scratch.git(&["update-ref", "refs/other/name", "HEAD~2"]);
    scratch.write(".git/FETCH_HEAD", format!("{}\t\tbranch 'main' of x\n", scratch.id("HEAD~1")));
    let head = scratch.id("HEAD");
    let described = scratch.git_text(&["describe", "--long", "HEAD"]);
    let (short, upper) = (&head[..7], head.to_uppercase());
    let dirty = format!("{}-g{}", described.trim(), &head[..4]);
    assert_resolves_alike(
        &scratch,
        &[
            "HEAD",
            "@",
            "HEAD~",
            "HEAD~0",
            "HEAD~1",
            "HEAD~3",
            "HEAD~30",
            "HEAD^",
            "HEAD^0",
            "HEAD^1",
            "HEAD^2",
            "HEAD~^2",
            "HEAD~1^2~1",
            "HEAD^^",
            "HEAD~~",
            "HEAD~2~1",
            "HEAD~1^3",
            "@~",
            "@^",
            "@~1^2",
            "@^0",
            "@{0}",
            "HEAD@{0}",
            "HEAD@{1}",
            "HEAD@{2}",
            "main@{0}",
            "main@{1}",
            "main@{2}",
            "@{1}",
            "@{2}",
            "HEAD@{100}",
            "@{-1}",
            "@{-2}",
            "@{-3}",
            "@{-100}",
            "@{-1}~1",
            "@{u}",
            "@{upstream}",
            "main@{u}",
            "main@{upstream}",
            "main@{upstream}~1",
            "both@{u}",
            "v1",
            "v1^{}",
            "v1^{commit}",
            "v1^0",
            "v1~0",
            "nested",
            "nested^{}",
            "release/1.0",
            "release/1.0^{}",
            "tags/v1",
            "refs/tags/v1",
            "heads/main",
            "refs/heads/main",
            "refs/heads/nothing",
            "light",
            "both",
            "heads/both",
            "tags/both",
            "feature/a/b",
            "refs/heads/feature/a/b",
            "feature",
            "feature/a/b~1",
            "origin",
            "origin/main",
            "origin/HEAD",
            "remotes/origin/main",
            "ORIG_HEAD",
            "FETCH_HEAD",
            "refs/other/name",
            "other/name",
            "blob",
            "annotated-blob",
            "tree",
            "HEAD:f",
            "HEAD:",
            "HEAD^{tree}",
            "HEAD^{blob}",
            "nothing",
            "",
            "~",
            "^",
            "HEAD^{",
            "HEAD^{}",
            "HEAD^{commit}",
            "HEAD^{object}",
            "HEAD^{tag}",
            "v1^{tag}",
            "HEAD^{nonsense}",
            "HEAD~x",
            "HEAD^x",
            "HEAD@{x",
            "HEAD@",
            "a b",
            "main.lock",
            "..",
            "-x",
            ":/first",
            ":/needle",
            ":/the feature",
            ":/nowhere",
            ":/^on",
            ":/f.rst:",
            ":/(fix)",
            ":/[(]fix[)]",
            ":/a.b",
            ":/!!bang",
            ":/!bang",
            "HEAD^{/first}",
            "HEAD^{/needle}",
            "HEAD^{/the feature}",
            "HEAD^{/nowhere}",
            "HEAD^{/^on}",
            "HEAD^{/!!bang}",
            "HEAD~2^{/fir}",
            "v1^{/first}",
            "HEAD^{/}",
            &head,
            &upper,
            short,
            &short[..4],
            &short[..3],
            &upper[..8],
            described.trim(),
            &dirty,
            "no-such-tag-17-g00000000",
            &format!("my-good-tag-3-g{short}"),
            &format!("x-g{short}"),
            &format!("{short}~1"),
            &format!("{short}^{{tree}}"),
            &"0".repeat(40),
            &"0".repeat(39),
            &"1".repeat(41),
        ],
    );
    scratch.git(&["checkout", "-q", "--detach", "HEAD~1"]);
    scratch.write("f", "detached\n").commit("only detached");
    assert_resolves_alike(
        &scratch,
        &["HEAD", "@", "@{u}", "@{-1}", "@{-2}", "HEAD@{1}", "@{1}", ":/only detached", ":/first"],
    );
    scratch.git(&["checkout", "-q", "main"]);
    assert_resolves_alike(&scratch, &["@{-1}", "@{-1}~1", "@{-2}", ":/only detached"]);
}

#[test]
fn an_abbreviated_id_means_the_only_commit_among_the_objects_that_share_it() {
    let scratch = TestRepo::new();
    scratch.write("f", "f\n").commit("first");
    // Among 65,536 beginnings of four digits some of these are bound to be shared.
    let mut import = String::new();
    for number in 0..600 {
        let data = format!("blob {number}\n");
        import.push_str(&format!("blob\ndata {}\n{data}\n", data.len()));
        let message = format!("commit {number}\n");
        import.push_str(&format!(
            "commit refs/heads/n{number}\ncommitter A <a@b> 12 +0000\ndata {}\n{message}\n",
            message.len()
        ));
    }
    scratch.git_with_input(&["fast-import", "--quiet"], import.as_bytes());
    let all = scratch.git_text(&[
        "cat-file",
        "--batch-all-objects",
        "--batch-check=%(objectname) %(objecttype)",
    ]);
    let mut by_prefix: BTreeMap<&str, Vec<&str>> = Default::default();
    for line in all.lines() {
        by_prefix.entry(&line[..4]).or_default().push(&line[41..]);
    }
    let shared: Vec<_> = by_prefix.into_iter().filter(|(_, kinds)| kinds.len() > 1).collect();
    let commits = |kinds: &[&str]| kinds.iter().filter(|kind| **kind == "commit").count();
    for wanted in 0..3 {
        let found = shared.iter().any(|(_, kinds)| commits(kinds) == wanted);
        assert!(found, "no beginning is shared by {wanted} commits");
    }
    let repo = open(scratch.path());
    for (prefix, kinds) in &shared {
        for suffix in ["", "^0", "~0"] {
            let revision = format!("{prefix}{suffix}");
            let expected = by_git(&scratch, &revision);
            let ours = repo.resolve(&revision);
            assert_eq!(ours.as_ref().ok().copied(), expected, "{revision} {kinds:?}: {ours:?}");
            if commits(kinds) != 1 {
                assert!(matches!(ours, Err(Error::AmbiguousRevision { .. })), "{ours:?}");
            }
        }
        let described = format!("v1-3-g{prefix}");
        let ours = repo.resolve(&described).ok();
        assert_eq!(ours, by_git(&scratch, &described), "{described} {kinds:?}");
    }
    // A tag counts when it leads to a commit, and not when it leads to a blob.
    let (prefix, _) = shared.iter().find(|(_, kinds)| commits(kinds) == 1).expect("there is one");
    for (target, kind) in [(scratch.id("HEAD:f"), "blob"), (scratch.id("HEAD"), "commit")] {
        let head = format!("object {target}\ntype {kind}\ntag t\ntagger A <a@b> 1 +0000\n\n");
        let tag = (0..)
            .map(|number| format!("{head}{number}\n"))
            .find(|tag| {
                let id = git2::Oid::hash_object(git2::ObjectType::Tag, tag.as_bytes());
                id.is_ok_and(|id| id.to_string().starts_with(prefix))
            })
            .expect("one of 65,536 fits");
        scratch.git_with_input(&["hash-object", "-t", "tag", "-w", "--stdin"], tag.as_bytes());
        let expected = by_git(&scratch, prefix);
        assert_eq!(open(scratch.path()).resolve(prefix).ok(), expected, "{kind}");
        assert_eq!(expected.is_some(), kind == "blob");
    }
}

#[test]
fn an_object_that_is_stored_twice_is_not_ambiguous() {
    let scratch = TestRepo::new();
    let commit = scratch.write("f", "f\n").commit("first");
    scratch.git(&["repack", "-q", "-a"]);
    assert_resolves_alike(&scratch, &[&commit[..4], &commit[..12], &commit]);
}

#[test]
fn ranges_hold_the_commits_that_git_lists() {
    let scratch = scratch();
    let repo = open(scratch.path());
    for range in [
        "HEAD~3..HEAD",
        "HEAD~2..",
        "..feature/a/b",
        "HEAD..HEAD~3",
        "main..feature/a/b",
        "feature/a/b..main",
        "main...feature/a/b",
        "feature/a/b...main",
        "main~2...feature/a/b",
        "...v1",
        "v1...",
        "v1..release/1.0",
        "v1^{}..@",
        "HEAD^{/third}..HEAD",
        "HEAD^!",
        "HEAD~1^!",
        "feature/a/b^!",
        "HEAD~..HEAD~",
        "@~2..@",
    ] {
        assert_range_agrees(&scratch, &repo, range);
    }
    for (text, kind) in [("HEAD~1^!", RangeKind::Alone), ("@..@", RangeKind::TwoDots)] {
        assert_eq!(repo.range(text).expect("both ends are there").kind, kind);
    }
    // A root has no parent to be compared with, and yet it is a change.
    assert!(matches!(repo.range("light^!"), Err(Error::NotARange { .. })));
    for (text, files) in [("light^!", 1), ("HEAD~1^!", 1), ("HEAD^!", 1)] {
        let selection = Selection::Range(text.to_owned());
        let change = repo.change(&selection, Similarity::Renames).expect("it can be read");
        assert_eq!((change.commits.len(), change.files.len()), (1, files), "{text}");
        assert_eq!(change.commits[0].id, id(&scratch.id(text.trim_end_matches("^!"))));
    }
    for text in ["HEAD", "", ":/a..b", "nothing..HEAD", "HEAD..nothing"] {
        assert!(repo.range(text).is_err(), "{text}");
    }
}

#[test]
fn histories_that_cross_have_the_merge_base_that_git_names() {
    let scratch = TestRepo::new();
    let tree = scratch.git_text(&["write-tree"]);
    let commit = |branch: &str, time: u32, parents: &[&str]| {
        let parents: String = parents.iter().map(|parent| format!("parent {parent}\n")).collect();
        let people = format!("author A <a@b> {time} +0000\ncommitter A <a@b> {time} +0000\n");
        let tree = tree.trim();
        let bytes = format!("tree {tree}\n{parents}{people}\n{branch}\n");
        raw_commit(&scratch, branch, bytes.as_bytes())
    };
    // The same graph three times: dates ascending, all equal, and descending.
    for (name, times) in
        [("up", [1, 2, 3, 4, 5, 6, 7]), ("same", [9; 7]), ("down", [7, 6, 5, 4, 3, 2, 1])]
    {
        let root = commit(&format!("{name}-root"), times[0], &[]);
        let a = commit(&format!("{name}-a"), times[1], &[&root]);
        let b = commit(&format!("{name}-b"), times[2], &[&root]);
        let c = commit(&format!("{name}-c"), times[3], &[&a, &b]);
        let d = commit(&format!("{name}-d"), times[4], &[&b, &a]);
        commit(&format!("{name}-e"), times[5], &[&c]);
        commit(&format!("{name}-f"), times[6], &[&d]);
    }
    let repo = open(scratch.path());
    for name in ["up", "same", "down"] {
        for one in ["root", "a", "b", "c", "d", "e", "f"] {
            for two in ["root", "a", "b", "c", "d", "e", "f"] {
                let (one, two) = (format!("{name}-{one}"), format!("{name}-{two}"));
                assert_merge_base_agrees(&scratch, &repo, &one, &two);
                assert_range_agrees(&scratch, &repo, &format!("{one}..{two}"));
                assert_range_agrees(&scratch, &repo, &format!("{one}...{two}"));
            }
        }
    }
    assert_merge_base_agrees(&scratch, &repo, "up-e", "same-e");
    assert_range_agrees(&scratch, &repo, "up-e..same-f");
    assert_range_agrees(&scratch, &repo, "up-e...same-f");
    assert_eq!(assert_history_agrees(&scratch), 21);
}

#[test]
fn tags_lead_where_git_says_they_lead() {
    let scratch = scratch();
    scratch.git(&["symbolic-ref", "refs/tags/symbolic", "refs/heads/main"]);
    scratch.git(&["symbolic-ref", "refs/tags/dangling", "refs/heads/nothing"]);
    let signed = format!(
        "object {}\ntype commit\ntag signed\ntagger A <a@b> 1 +0000\n\nmessage\n\
         -----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n",
        scratch.id("HEAD~1")
    );
    let tag =
        scratch.git_with_input(&["hash-object", "-t", "tag", "-w", "--stdin"], signed.as_bytes());
    scratch.git(&["update-ref", "refs/tags/signed", &tag.trim().to_str_lossy()]);
    scratch.git(&["tag", "packed"]);
    scratch.git(&["pack-refs", "--all"]);
    scratch.git(&["tag", "-a", "-m", "loose", "loose"]);
    let name = b"refs/tags/caf\xe9".to_str_lossy().into_owned();
    scratch.git(&["update-ref", &name, "HEAD"]);
    scratch.write(".git/refs/tags/broken", "not an id\n");
    scratch.write(".git/refs/tags/missing", format!("{}\n", "1".repeat(40)));
    let format =
        "--format=%(refname:lstrip=2) %(objecttype) %(objectname) %(*objecttype) %(*objectname)";
    let output = scratch.git_text(&[
        "-c",
        "core.quotePath=false",
        "for-each-ref",
        "--exclude=refs/tags/missing",
        format,
        "refs/tags",
    ]);
    let mut theirs: Vec<(String, ObjectId)> = Vec::new();
    for line in output.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let commit = words.iter().position(|word| *word == "commit");
        if let Some(at) = commit {
            theirs.push((words[0].to_owned(), id(words[at + 1])));
        }
    }
    theirs.sort();
    let ours = open(scratch.path()).tags().expect("they can be listed");
    let ours: Vec<_> = ours.into_iter().map(|tag| (tag.name.to_string(), tag.commit)).collect();
    assert_eq!(ours, theirs);
    assert!(ours.len() > 8);
}

#[test]
fn a_branch_without_commits_has_no_revisions() {
    let scratch = TestRepo::new();
    let repo = open(scratch.path());
    for revision in ["HEAD", "@", "HEAD~1", "@~1", "@{u}", "HEAD^{tree}"] {
        let error = repo.resolve(revision).expect_err("there is no commit");
        assert!(matches!(error, Error::UnbornHead { .. }), "{revision}: {error:?}");
    }
}

#[test]
fn places_in_a_reflog_and_beyond_it_are_what_they_are_to_git() {
    let scratch = TestRepo::new();
    for number in 0..4 {
        scratch.write("f", format!("{number}\n")).commit(&format!("commit {number}"));
    }
    let places: Vec<String> = ["HEAD", "main", "", "refs/heads/main"]
        .iter()
        .flat_map(|name| (0..7).map(move |place| format!("{name}@{{{place}}}")))
        .collect();
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    assert_resolves_alike(&scratch, &places);
    // The oldest entries are gone, as when they expire.
    for name in ["HEAD", "refs/heads/main"] {
        let log = scratch.git_dir().join("logs").join(name);
        let content = std::fs::read(&log).expect("it is there");
        let kept: Vec<u8> = content.lines_with_terminator().skip(2).flatten().copied().collect();
        std::fs::write(&log, kept).expect("it can be written");
    }
    assert_resolves_alike(&scratch, &places);
    let operators: Vec<String> = places.iter().map(|place| format!("{place}~1")).collect();
    assert_resolves_alike(&scratch, &operators.iter().map(String::as_str).collect::<Vec<_>>());
    for name in ["HEAD", "refs/heads/main"] {
        std::fs::write(scratch.git_dir().join("logs").join(name), "").expect("it can be written");
    }
    assert_resolves_alike(&scratch, &places);
    for name in ["HEAD", "refs/heads/main"] {
        std::fs::remove_file(scratch.git_dir().join("logs").join(name)).expect("it is there");
    }
    let (now, others): (Vec<_>, _) =
        places.iter().partition(|place| place.ends_with("{0}") && !place.starts_with('@'));
    assert_resolves_alike(&scratch, &others);
    assert_resolves_alike(
        &scratch,
        &["@{-1}", "HEAD@{yesterday}", "main@{12:30}", "HEAD^{/a@{1}}"],
    );
    let logs = scratch.git_dir().join("logs");
    assert!(!logs.join("HEAD").exists() && !logs.join("refs/heads/main").exists(), "none is made");
    // What a name stands for now needs no reflog; git asks for one, except for `@{0}`.
    let head = Some(id(&scratch.id("HEAD")));
    for place in now {
        let ours = open(scratch.path()).resolve(place).ok();
        assert_eq!((ours, by_git(&scratch, place)), (head, None), "{place}");
    }
}

#[test]
fn parents_are_those_that_commits_name_whatever_grafts_say() {
    let scratch = scratch();
    let revisions =
        ["HEAD~1", "HEAD~2", "HEAD^", "HEAD~1^2", "HEAD~1^2~1", "@~3", "v1~0", "main@{1}~1"];
    let ranges = ["light..HEAD", "HEAD~2..HEAD", "feature/a/b...main~2", "main..feature/a/b"];
    let named: Vec<_> = revisions.iter().map(|revision| by_git(&scratch, revision)).collect();
    let listed = |repo: &gitops_health_git::Repo, text: &str| {
        let range = repo.range(text).expect("both ends are there");
        let base = repo.merge_base(range.from, range.to).expect("there is one");
        (repo.commits_in(&range).expect("all is here"), base)
    };
    let plain = open(scratch.path());
    let without: Vec<_> = ranges.iter().map(|range| listed(&plain, range)).collect();
    for range in ranges {
        assert_range_agrees(&scratch, &plain, range);
    }
    let (head, root) = (scratch.id("HEAD~1"), scratch.id("light"));
    scratch.write(".git/info/grafts", format!("{head} {root}\n{} {root}\n", scratch.id("HEAD")));
    let repo = open(scratch.path());
    for (revision, expected) in revisions.iter().zip(named) {
        assert_eq!(repo.resolve(revision).ok(), expected, "{revision}");
    }
    for (range, expected) in ranges.iter().zip(without) {
        assert_eq!(listed(&repo, range), expected, "{range}");
    }
    let mut reached = BTreeSet::new();
    let mut open_ends = vec![id(&scratch.id("HEAD"))];
    while let Some(next) = open_ends.pop() {
        if reached.insert(next) {
            open_ends.extend(repo.commit(next).expect("it is there").parents());
        }
    }
    let walked = repo.list_commits(&[id(&scratch.id("HEAD"))], &[]).expect("all is here");
    assert!(ids(&scratch.git(&["rev-list", "HEAD"])).len() < walked.len(), "git honours grafts");
    assert_eq!(walked.into_iter().collect::<BTreeSet<_>>(), reached);
    // The same in a linked worktree.
    scratch.git(&["worktree", "add", "-q", "--detach", "linked", "HEAD"]);
    let linked = open(&scratch.path().join("linked"));
    assert_eq!(
        linked.list_commits(&[id(&scratch.id("HEAD"))], &[]).ok().map(|ids| ids.len()),
        Some(reached.len())
    );
    assert_eq!(
        linked.resolve("HEAD~1").ok(),
        repo.commit(id(&scratch.id("HEAD"))).ok().map(|commit| commit.parents()[0])
    );
}

#[test]
fn grafts_in_a_shallow_clone_are_not_honoured_either() {
    let shallow = clone(&scratch(), &["--depth=3"]);
    let head = id(&shallow.id("HEAD"));
    let listed = || open(shallow.path()).list_commits(&[head], &[]).expect("all is here");
    let before = listed();
    assert!(open(shallow.path()).is_shallow() && before.len() > 1);
    shallow.write(".git/info/grafts", format!("{head}\n"));
    assert_eq!(listed(), before);
    assert_eq!(shallow.git_text(&["rev-list", "HEAD"]).lines().count(), 1, "git honours grafts");
}

#[test]
fn histories_that_share_nothing_have_commits_and_no_change() {
    let scratch = scratch();
    scratch.git(&["checkout", "-q", "--orphan", "island"]);
    scratch.write("f", "island\n").commit("on the island");
    let repo = open(scratch.path());
    assert_range_agrees(&scratch, &repo, "main..island");
    assert_range_agrees(&scratch, &repo, "main...island");
    let by_git = "alias.ask=!git diff main...island 2>&1 || exit 1";
    let words = scratch.git_text(&["-c", by_git, "ask"]);
    assert!(words.contains("no merge base"), "{words}");
    let expected = format!(
        "commits {} and {} have no common ancestor",
        scratch.id("main"),
        scratch.id("island")
    );
    for selection in [
        Selection::Range("main..island".into()),
        Selection::Range("main...island".into()),
        Selection::PullRequest { base: "main".into(), head: "island".into() },
    ] {
        let error = repo.change(&selection, Similarity::Renames).expect_err("nothing is shared");
        assert!(matches!(error, Error::NoMergeBase { .. }), "{error:?}");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_range_changes_what_its_end_changed_since_the_merge_base() {
    let scratch = TestRepo::new();
    scratch.write("f", "f\n").commit("first");
    scratch.git(&["checkout", "-qb", "side"]);
    scratch.write("side", "side\n").commit("side");
    scratch.git(&["checkout", "-q", "main"]);
    scratch.write("main", "main\n").commit("main");
    let repo = open(scratch.path());
    let names = |range: &str| scratch.git_text(&["diff", "--name-only", range]);
    assert_eq!(
        (names("main..side"), names("main...side")),
        ("main\nside\n".into(), "side\n".into())
    );
    for range in ["main..side", "main...side"] {
        let selection = Selection::Range(range.into());
        let change = repo.change(&selection, Similarity::Renames).expect("it can be read");
        let files: Vec<_> = change.files.iter().map(|file| file.path.to_string()).collect();
        assert_eq!(files, ["side"], "{range}");
        assert_eq!(change.commits.len(), 1, "{range}");
    }
}
