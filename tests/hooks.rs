//! Hooks as git itself runs them: on commits, amends, rebases, merges and pushes, beside hooks that others made. All that
//! looks like data of somebody is synthetic, and put together here so that no scanner stops at this page.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use gitops_health_testkit::{TestRepo, Transcript};

use crate::support::{assert_fails_with_hint, program, program_in};

/// A line with the number of nobody.
fn bad(end: &str) -> String {
    format!("patient ssn: {}\n", number(end))
}

fn number(end: &str) -> String {
    ["536", "22", end].join("-")
}

/// Runs git with a user, hooks and nothing else around, and gives what it printed with its exit code.
fn git_in(directory: &Path, arguments: &[&str], input: &str) -> (i32, String) {
    use std::io::Write;
    use std::process::Stdio;
    let mut child = Command::new("git")
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", directory)
        .env("TZ", "UTC")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.com")])
        .envs([("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.com")])
        .env("GIT_EDITOR", "true")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("git is installed");
    let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("git runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().expect("git ends by itself"), String::from_utf8_lossy(&text).into_owned())
}

fn git(repo: &TestRepo, arguments: &[&str]) -> (i32, String) {
    git_in(repo.path(), arguments, "")
}

/// Git did what it was asked for, and nothing of ours was said.
fn goes(repo: &TestRepo, arguments: &[&str]) {
    let (code, text) = git(repo, arguments);
    assert_eq!(code, 0, "{arguments:?}: {text}");
    assert!(!text.contains("may not go in") && !text.contains("error:"), "{text}");
}

/// Git was stopped by us, and what was found is not shown.
fn is_stopped(repo: &TestRepo, arguments: &[&str]) -> String {
    let before = repo.git_text(&["for-each-ref"]);
    let (code, text) = git(repo, arguments);
    assert_ne!(code, 0, "{arguments:?}: {text}");
    assert!(text.contains("may not go in"), "{text}");
    for end in ["8141", "8142", "8143", "8144"] {
        assert!(!text.contains(&number(end)), "{text}");
    }
    assert_eq!(before, repo.git_text(&["for-each-ref"]));
    text
}

fn install(repo: &TestRepo, more: &[&str]) -> Transcript {
    program(repo).run(&[&["hook", "install"], more].concat())
}

/// A repository with a commit and our hooks.
fn guarded() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("a", "1\n").commit("First");
    let installed = install(&repo, &[]);
    assert_eq!(installed.code, Some(0), "{installed}");
    repo
}

fn hook(repo: &TestRepo, name: &str) -> PathBuf {
    repo.git_dir().join("hooks").join(name)
}

fn write_hook(path: &Path, text: &str, mode: u32) {
    std::fs::create_dir_all(path.parent().expect("a directory")).expect("it can be made");
    std::fs::write(path, text).expect("it can be written");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("it is ours");
}

#[test]
fn a_commit_goes_or_is_stopped_by_what_is_staged() {
    let repo = guarded();
    repo.write("b", "fine\n").git(&["add", "b"]);
    goes(&repo, &["commit", "-q", "-m", "Fine"]);
    repo.write("c", bad("8141")).git(&["add", "c"]);
    let text = is_stopped(&repo, &["commit", "-m", "Not fine"]);
    assert!(text.contains("c:1:14  ssn"), "{text}");
    // What is on disk alone is nobody's matter yet, and what is staged counts whatever is on disk.
    repo.write("c", "fine\n");
    is_stopped(&repo, &["commit", "-m", "Not fine"]);
    repo.git(&["add", "c"]);
    repo.write("c", bad("8141"));
    goes(&repo, &["commit", "-q", "-m", "Fine again"]);
    // All that is known, in one step, by path, from a directory below.
    is_stopped(&repo, &["commit", "-a", "-m", "Not fine"]);
    is_stopped(&repo, &["commit", "-m", "Not fine", "--", "c"]);
    std::fs::create_dir(repo.path().join("below")).expect("it is new");
    let (code, text) = git_in(&repo.path().join("below"), &["commit", "-a", "-m", "x"], "");
    assert!(code != 0 && text.contains("c:1:14  ssn"), "{text}");
}

#[test]
fn parts_of_a_file_are_judged_by_what_is_staged_of_them() {
    let repo = guarded();
    let text = |first: &str, last: &str| format!("{first}{}{last}", "filler\n".repeat(40));
    repo.write("a", text("one\n", "two\n")).commit("Text");
    repo.write("a", text("other\n", &bad("8141")));
    // The first hunk is taken, the second is not.
    let (code, said) = git_in(repo.path(), &["commit", "-p", "-m", "Part"], "y\nn\n");
    assert_eq!(code, 0, "{said}");
    assert!(repo.git_text(&["show", "HEAD:a"]).starts_with("other\n"));
    let (code, said) = git_in(repo.path(), &["commit", "-p", "-m", "Part"], "y\n");
    assert!(code != 0 && said.contains("a:42:14  ssn"), "{said}");
}

#[test]
fn a_message_is_looked_at_as_well() {
    let repo = guarded();
    let text =
        is_stopped(&repo, &["commit", "--allow-empty", "-m", &format!("For {}", bad("8142"))]);
    assert!(text.contains("(commit message):1"), "{text}");
    // Git keeps what begins as a comment where no editor was open.
    is_stopped(&repo, &["commit", "--allow-empty", "-m", &format!("Fix\n\n# {}", bad("8142"))]);
    goes(&repo, &["commit", "-q", "--allow-empty", "-m", "For nobody"]);
    // What `--verbose` shows below the scissors is no message, and goes away.
    repo.write("a", bad("8141")).git(&["add", "a"]);
    goes(&repo, &["commit", "-q", "--no-verify", "-m", "Let it in"]);
    repo.write("a", "clean\n").git(&["add", "a"]);
    let path = repo.path().join("editor.sh");
    write_hook(&path, "#!/bin/sh\nsed -i '1s/^/Take it out/' \"$1\"\n", 0o755);
    let editor = format!("core.editor={}", path.display());
    let (code, text) = {
        let mut command = Command::new("git");
        command.args(["-c", &editor, "commit", "--verbose"]).current_dir(repo.path());
        command.env("HOME", repo.path()).env_remove("GIT_EDITOR");
        let output = command
            .args(["--author", "Ada <ada@example.com>"])
            .envs([("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.com")])
            .output()
            .expect("git runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn amends_rebases_cherry_picks_and_merges_go_on() {
    let repo = guarded();
    repo.write("b", "1\n").git(&["add", "b"]);
    goes(&repo, &["commit", "-q", "-m", "Add b"]);
    goes(&repo, &["commit", "-q", "--amend", "-m", "Add another"]);
    repo.write("b", "2\n").git(&["add", "b"]);
    goes(&repo, &["commit", "-q", "--amend", "--no-edit"]);
    repo.write("b", bad("8141")).git(&["add", "b"]);
    is_stopped(&repo, &["commit", "--amend", "--no-edit"]);
    repo.git(&["reset", "-q", "--hard"]);

    goes(&repo, &["checkout", "-q", "-b", "side", "HEAD~1"]);
    for name in ["x", "y", "z"] {
        repo.write(name, "1\n").git(&["add", name]);
        goes(&repo, &["commit", "-q", "-m", &format!("Add {name}")]);
    }
    goes(&repo, &["rebase", "-q", "main"]);
    assert_eq!(repo.git_text(&["rev-list", "--count", "main..HEAD"]).trim(), "3");
    // Each is changed on the way, and stopped where it may not go in.
    let (code, text) = git(
        &repo,
        &["rebase", "-q", "--exec", "printf more >> x; git commit -q -a --amend --no-edit", "main"],
    );
    assert_eq!(code, 0, "{text}");
    let exec = format!("printf '{}' >> x; git commit -q -a --amend --no-edit", bad("8142").trim());
    let (code, text) = git(&repo, &["rebase", "-q", "--exec", &exec, "main"]);
    assert!(code != 0 && text.contains("may not go in"), "{text}");
    repo.git(&["reset", "-q", "--hard"]);
    goes(&repo, &["rebase", "--abort"]);

    goes(&repo, &["checkout", "-q", "main"]);
    goes(&repo, &["cherry-pick", "side~2"]);
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.write("a", "ours\n").git(&["commit", "-q", "-a", "-m", "Ours"]);
    goes(&repo, &["checkout", "-q", "side"]);
    repo.write("a", "theirs\n").git(&["commit", "-q", "-a", "-m", "Theirs"]);
    goes(&repo, &["checkout", "-q", "main"]);
    let (code, _) = git(&repo, &["merge", "-q", "side"]);
    assert_eq!(code, 1, "there is a conflict");
    repo.write("a", format!("both\n{}", bad("8143"))).git(&["add", "a"]);
    let text = is_stopped(&repo, &["commit", "--no-edit"]);
    assert!(text.contains("a:2:14  ssn"), "{text}");
    repo.write("a", "both\n").git(&["add", "a"]);
    goes(&repo, &["commit", "-q", "--no-edit"]);
    assert_eq!(repo.git_text(&["rev-list", "--count", "--merges", "HEAD"]).trim(), "1");
}

#[test]
fn what_the_other_side_of_a_merge_has_stops_no_merge() {
    let repo = guarded();
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("theirs", bad("8141")).write("a", "theirs\n").git(&["add", "."]);
    goes(&repo, &["commit", "-q", "--no-verify", "-m", "Let in by somebody"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.write("a", "ours\n").git(&["commit", "-q", "-a", "-m", "Ours"]);
    assert_eq!(git(&repo, &["merge", "-q", "side"]).0, 1, "there is a conflict");
    repo.write("a", "both\n").git(&["add", "a"]);
    goes(&repo, &["commit", "-q", "--no-edit"]);
}

#[test]
fn a_push_is_stopped_before_anything_is_sent() {
    let repo = guarded();
    let far = tempfile::tempdir().expect("a directory");
    let url = far.path().to_string_lossy().into_owned();
    git_in(far.path(), &["init", "-q", "--bare", "."], "");
    repo.git(&["remote", "add", "origin", &url]);
    goes(&repo, &["push", "-q", "origin", "main"]);
    repo.write("b", bad("8141")).git(&["add", "b"]);
    goes(&repo, &["commit", "-q", "--no-verify", "-m", "Let in"]);
    repo.write("b", "gone again\n").git(&["add", "b"]);
    goes(&repo, &["commit", "-q", "-m", "Taken out"]);
    // The tree at the end has none, and the commits that are sent have.
    let text = is_stopped(&repo, &["push", "origin", "main"]);
    assert!(text.contains("refs/heads/main:") && text.contains("b:1:14 in "), "{text}");
    is_stopped(&repo, &["push", "origin", "main:other"]);
    is_stopped(&repo, &["push", "origin", "HEAD:refs/tags/v1"]);
    assert_eq!(git_in(far.path(), &["for-each-ref"], "").1.lines().count(), 1);
    // What is new to the other side counts alone, and what goes brings nothing.
    goes(&repo, &["push", "-q", "--no-verify", "origin", "main"]);
    repo.write("c", "fine\n").git(&["add", "c"]);
    goes(&repo, &["commit", "-q", "-m", "Fine"]);
    goes(&repo, &["push", "-q", "origin", "main", "main:more"]);
    goes(&repo, &["push", "-q", "origin", ":more"]);
    goes(&repo, &["push", "-q", "origin", "main"]);
}

#[test]
fn a_server_takes_nothing_that_may_not_go_in() {
    let repo = TestRepo::new();
    repo.write("a", "1\n").commit("First");
    let server = TestRepo::bare();
    let installed = program_in(server.path()).run(&["hook", "install"]);
    assert!(installed.stdout.contains("pre-receive") && installed.code == Some(0), "{installed}");
    let url = format!("file://{}", server.path().display());
    goes(&repo, &["push", "-q", &url, "main"]);
    repo.write("b", bad("8141")).commit("Not fine");
    let (code, text) = git(&repo, &["push", &url, "main", "main:refs/heads/new"]);
    assert!(code != 0 && text.contains("remote: critical  b:1:14 in "), "{text}");
    assert_eq!(text.matches("may not go in").count(), 2, "{text}");
    assert_eq!(server.git_text(&["for-each-ref"]).lines().count(), 1);
    // A branch that comes back to what was there is no way around it, and what is refused is not kept.
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.write("b", "fine\n").commit("Fine");
    goes(&repo, &["push", "-q", &url, "main"]);
    let refused = repo.git_text(&["hash-object", "-w", "--stdin"]);
    assert!(!refused.is_empty());
}

#[test]
fn a_server_judges_by_its_own_rules_and_not_by_those_that_come() {
    let repo = TestRepo::new();
    let rules = "compliance: {frameworks: [baseline], protected_branches: [main], \
                 parameters: {reason-given: {}}}\ncheck: {fail_on: high}\n";
    repo.write(".gitops-health.yaml", rules).write("a", "1\n").commit("First");
    let server = TestRepo::bare();
    let url = format!("file://{}", server.path().display());
    goes(&repo, &["push", "-q", &url, "main"]);
    program_in(server.path()).run(&["hook", "install"]);
    // Whoever pushes takes the rules away with the same push.
    repo.write(".gitops-health.yaml", "{}\n").write("a", "2\n").commit("Second");
    let (code, text) = git(&repo, &["push", &url, "main"]);
    assert_ne!(code, 0, "{text}");
    // A branch that is rewritten is one of the things that they ask about.
    repo.git(&["commit", "-q", "--amend", "-m", "Another first"]);
    let (_, text) = git(&repo, &["push", "--force", &url, "main"]);
    assert!(text.contains("not known"), "{text}");
}

/// A server that is set up, with its hook, and a clone of it.
fn server(config: &str) -> (TestRepo, TestRepo, String) {
    let repo = TestRepo::new();
    repo.write("a", "1\n").commit("First");
    repo.git(&["branch", "old"]);
    repo.write(".gitops-health.yaml", config).commit("chore: set up");
    let server = TestRepo::bare();
    let url = format!("file://{}", server.path().display());
    goes(&repo, &["push", "-q", &url, "main", "old"]);
    let installed = program_in(server.path()).run(&["hook", "install"]);
    assert_eq!(installed.code, Some(0), "{installed}");
    (server, repo, url)
}

fn is_refused(repo: &TestRepo, arguments: &[&str], words: &str) {
    let (code, text) = git(repo, arguments);
    assert!(code != 0 && text.contains(words), "{arguments:?}: {text}");
    for end in ["8141", "8142"] {
        assert!(!text.contains(&format!("remote: {}", number(end))), "{text}");
    }
}

#[test]
fn no_branch_of_a_server_is_judged_by_what_was_pushed_to_it() {
    let (_server, repo, url) = server("check: {rules_changed: critical, fail_on: high}\n");
    // What allows something on a branch of one's own allows nothing there.
    repo.git(&["checkout", "-q", "-b", "mine"]);
    let allow =
        "sanitize: {allow: [{rules: [ssn], paths: ['**'], reason: mine, until: 2099-01-01}]}\n";
    repo.write(".gitops-health.yaml", allow).commit("chore: allow");
    is_refused(&repo, &["push", &url, "mine"], "rules-changed");
    let (_server, repo, url) = server("check: {fail_on: high}\n");
    repo.git(&["checkout", "-q", "-b", "mine"]);
    repo.write(".gitops-health.yaml", allow).commit("chore: allow");
    goes(&repo, &["push", "-q", &url, "mine"]);
    repo.write("b", bad("8141")).commit("feat: b");
    is_refused(&repo, &["push", &url, "mine"], "may not go in");
    is_refused(&repo, &["push", &url, "mine:refs/heads/release/9"], "may not go in");
    // Also not one that is called as protected branches are.
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    goes(&repo, &["push", "-q", &url, "mine:refs/heads/release/8"]);
    repo.write("b", bad("8141")).commit("feat: b");
    is_refused(&repo, &["push", &url, "mine:refs/heads/release/8"], "may not go in");
    // A merge whose first parent is from before does not take the rules away.
    let (_server, repo, url) = server("check: {rules_changed: critical}\n");
    repo.git(&["checkout", "-q", "-b", "evil", "old"]);
    repo.write("b", "b\n").commit("feat: b");
    repo.git(&["merge", "-q", "-s", "ours", "--no-edit", "main"]);
    is_refused(&repo, &["push", &url, "evil:main"], "rules-changed");
}

#[test]
fn a_branch_from_before_the_set_up_is_judged_by_it() {
    let rules = "compliance: {frameworks: [hipaa], protected_branches: [main]}\n";
    let (_server, repo, url) = server(rules);
    repo.git(&["checkout", "-q", "old"]);
    repo.write("get.py", "import requests\nrequests.get(u, verify=False)\n").commit("feat: get");
    is_refused(&repo, &["push", &url, "old"], "certificates-checked");
    // A protected branch does not go, to come back as something else.
    is_refused(&repo, &["push", &url, ":main"], "would be gone");
    goes(&repo, &["push", "-q", &url, ":old"]);
}

#[test]
fn names_of_branches_are_looked_at_and_not_shown() {
    let (_server, repo, url) = server("{}\n");
    repo.write("b", "fine\n").commit("feat: b");
    let name = format!("HEAD:refs/heads/fix-ssn-{}", number("8143"));
    let (code, text) = git(&repo, &["push", &url, &name]);
    let ours: String = text.lines().filter(|line| line.starts_with("remote:")).collect();
    assert!(code != 0 && ours.contains("name of the reference"), "{text}");
    assert!(!ours.contains(&number("8143")), "{text}");
    // Also of what is there already.
    let (code, _) = git(&repo, &["push", &url, &name.replace("HEAD", "main")]);
    assert_ne!(code, 0);
}

#[test]
fn a_server_has_to_know_the_branch_that_others_begin_at() {
    let (server, repo, url) = server("{}\n");
    server.git(&["symbolic-ref", "HEAD", "refs/heads/nowhere"]);
    repo.write("b", "fine\n").commit("feat: b");
    is_refused(&repo, &["push", &url, "main"], "HEAD leads to no branch");
    let told = program_in(server.path()).run(&["doctor"]);
    assert!(told.code == Some(1) && told.stdout.contains("git symbolic-ref HEAD"), "{told}");
}

#[test]
fn a_remote_within_another_is_another() {
    let repo = guarded();
    let [one, two] = [0, 1].map(|_| tempfile::tempdir().expect("a directory"));
    for far in [&one, &two] {
        git_in(far.path(), &["init", "-q", "--bare", "."], "");
    }
    repo.git(&["remote", "add", "a", &one.path().to_string_lossy()]);
    repo.git(&["remote", "add", "a/b", &two.path().to_string_lossy()]);
    goes(&repo, &["push", "-q", "a", "main"]);
    repo.write("b", bad("8141")).git(&["add", "b"]);
    goes(&repo, &["commit", "-q", "--no-verify", "-m", "feat: b"]);
    goes(&repo, &["push", "-q", "--no-verify", "a/b", "main"]);
    is_stopped(&repo, &["push", "a", "main"]);
    // What is pushed may be called by an expression.
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    goes(&repo, &["push", "-q", "a", "HEAD^{/First}:refs/heads/x"]);
}

#[test]
fn a_push_by_its_address_is_one_to_the_remote_at_it() {
    let repo = TestRepo::new();
    let config =
        "sanitize: {allow: [{rules: [ssn], paths: [known], reason: made up, until: 2099-01-01}]}\n";
    repo.write(".gitops-health.yaml", config).write("known", bad("8141")).commit("First");
    install(&repo, &[]);
    let far = tempfile::tempdir().expect("a directory");
    let url = far.path().to_string_lossy().into_owned();
    git_in(far.path(), &["init", "-q", "--bare", "."], "");
    repo.git(&["remote", "add", "origin", &url]);
    // Of the first push of all nothing else is there to be believed.
    goes(&repo, &["push", "-q", "origin", "main"]);
    repo.write("b", "fine\n").git(&["add", "b"]);
    goes(&repo, &["commit", "-q", "-m", "Fine"]);
    goes(&repo, &["push", "-q", &url, "main:more"]);
    repo.write("c", bad("8142")).git(&["add", "c"]);
    goes(&repo, &["commit", "-q", "--no-verify", "-m", "Not fine"]);
    for target in [&url, "origin", "file:///nowhere"] {
        let (code, text) = git(&repo, &["push", target, "main:more"]);
        assert_ne!(code, 0, "{text}");
    }
    is_stopped(&repo, &["push", &url, "main:more"]);
    // Which branch others begin at has to be known.
    let repo = TestRepo::new();
    repo.write("a", "1\n").commit("First");
    let far = tempfile::tempdir().expect("a directory");
    git_in(far.path(), &["init", "-q", "--bare", "."], "");
    repo.git(&["remote", "add", "origin", &far.path().to_string_lossy()]);
    repo.git(&["push", "-q", "origin", "main:develop", "main:next"]);
    install(&repo, &[]);
    repo.write("b", "fine\n").git(&["add", "b"]);
    goes(&repo, &["commit", "-q", "-m", "Fine"]);
    let (code, text) = git(&repo, &["push", "origin", "main:next"]);
    assert!(code != 0 && text.contains("git remote set-head 'origin' --auto"), "{text}");
}

#[test]
fn hooks_that_are_there_run_first_and_come_back_byte_for_byte() {
    let repo = TestRepo::new();
    repo.write("a", "1\n").commit("First");
    let theirs = "#!/bin/sh\necho theirs ran\nexit ${THEIRS:-0}\n";
    for name in ["pre-commit", "pre-push"] {
        write_hook(&hook(&repo, name), theirs, 0o750);
    }
    // A link to a file of the worktree.
    write_hook(&repo.path().join("tools/message.sh"), "#!/bin/sh\necho \"message $1\"\n", 0o755);
    symlink("../../tools/message.sh", hook(&repo, "commit-msg")).expect("it is new");
    let listed = || {
        let mut names: Vec<String> = std::fs::read_dir(repo.git_dir().join("hooks"))
            .expect("it is there")
            .map(|entry| entry.expect("it is readable").file_name().to_string_lossy().into_owned())
            .filter(|name| !name.ends_with(".sample"))
            .collect();
        names.sort();
        names
    };
    let before = listed();
    let dry = install(&repo, &["--dry-run"]);
    assert!(dry.stdout.contains("would be installed") && listed() == before, "{dry}");
    assert_eq!(install(&repo, &[]).code, Some(0));
    let again = install(&repo, &[]);
    assert_eq!(again.stdout.matches("is installed already").count(), 3, "{again}");
    repo.write("b", bad("8141")).git(&["add", "b"]);
    let text = is_stopped(&repo, &["commit", "-m", "x"]);
    assert!(text.starts_with("theirs ran\n"), "{text}");
    repo.git(&["reset", "-q", "--hard"]);
    let (_, text) = git(&repo, &["commit", "--allow-empty", "-m", "x"]);
    assert!(text.contains("message .git/COMMIT_EDITMSG"), "{text}");
    // Where theirs says no, ours is not asked.
    write_hook(
        &hook(&repo, "pre-commit.before-gitops-health"),
        &theirs.replace(":-0", ":-7"),
        0o750,
    );
    let (code, text) = git(&repo, &["commit", "--allow-empty", "-m", "x"]);
    assert!(code != 0 && text.ends_with("theirs ran\n"), "{text}");
    write_hook(&hook(&repo, "pre-commit.before-gitops-health"), theirs, 0o750);
    let gone = program(&repo).run(&["hook", "uninstall"]);
    assert_eq!(gone.code, Some(0), "{gone}");
    assert_eq!(listed(), before);
    assert_eq!(std::fs::read_to_string(hook(&repo, "pre-commit")).expect("it is back"), theirs);
    let mode = hook(&repo, "pre-commit").metadata().expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o750);
    let link = std::fs::read_link(hook(&repo, "commit-msg")).expect("it is a link");
    assert_eq!(link, Path::new("../../tools/message.sh"));
}

#[test]
fn both_hooks_of_a_push_read_what_git_says_of_it() {
    let repo = TestRepo::new();
    repo.write("a", "1\n").commit("First");
    write_hook(&hook(&repo, "pre-push"), "#!/bin/sh\ncat > seen\n", 0o755);
    assert_eq!(install(&repo, &["pre-push", "--no-index"]).code, Some(0));
    let far = tempfile::tempdir().expect("a directory");
    git_in(far.path(), &["init", "-q", "--bare", "."], "");
    repo.write("b", bad("8141")).commit("Not fine");
    let url = far.path().to_string_lossy().into_owned();
    is_stopped(&repo, &["push", &url, "main:x", "main:y"]);
    let seen = std::fs::read_to_string(repo.path().join("seen")).expect("theirs ran");
    let id = repo.id("HEAD");
    let line = |name: &str| format!("refs/heads/main {id} refs/heads/{name} {}\n", "0".repeat(40));
    assert_eq!(seen, line("x") + &line("y"));
}

#[test]
fn a_hook_without_the_program_stops_and_says_so() {
    let repo = guarded();
    let path = hook(&repo, "pre-commit");
    let text = std::fs::read_to_string(&path).expect("it is there");
    let line = text.lines().find(|line| line.starts_with("program='")).expect("it has a path");
    write_hook(&path, &text.replace(line, "program='/nowhere/gitops-health'"), 0o755);
    let (code, text) = git(&repo, &["commit", "--allow-empty", "-m", "x"]);
    assert!(code != 0 && text.contains("error: gitops-health is not found"), "{text}");
    assert!(text.contains("hint: "), "{text}");
}

#[test]
fn hooks_go_where_git_looks_for_them() {
    let repo = TestRepo::new();
    repo.write("a", "1\n").commit("First");
    // All worktrees have the same.
    let other = tempfile::tempdir().expect("a directory");
    let tree = other.path().join("tree");
    repo.git(&["worktree", "add", "-q", &tree.to_string_lossy()]);
    let installed = program_in(&tree).run(&["hook", "install", "pre-commit"]);
    assert_eq!(installed.code, Some(0), "{installed}");
    assert!(hook(&repo, "pre-commit").exists());
    std::fs::write(tree.join("b"), bad("8141")).expect("it can be written");
    git_in(&tree, &["add", "b"], "");
    let (code, text) = git_in(&tree, &["commit", "-m", "x"], "");
    assert!(code != 0 && text.contains("b:1:14  ssn"), "{text}");
    assert_eq!(program(&repo).run(&["hook", "uninstall"]).code, Some(0));
    assert!(!hook(&repo, "pre-commit").exists());

    // A directory of the worktree is shared, so the path of the program is not in it.
    repo.git(&["config", "core.hooksPath", "tools/hooks"]);
    assert_eq!(install(&repo, &["pre-commit"]).code, Some(0));
    let text = std::fs::read_to_string(repo.path().join("tools/hooks/pre-commit")).expect("there");
    assert!(!text.contains("program='") && text.contains("command -v gitops-health"), "{text}");

    // What other repositories have is not touched.
    let shared = other.path().join("shared");
    repo.git(&["config", "core.hooksPath", &shared.to_string_lossy()]);
    let refused = install(&repo, &["pre-commit"]);
    assert_fails_with_hint(&refused, 2, &["other repositories"]);
    assert!(!shared.exists(), "{refused}");
}

#[test]
fn husky_gets_a_marked_part_that_goes_again() {
    let repo = TestRepo::new();
    repo.write("a", "1\n").write(".husky/pre-commit", "echo theirs ran\n").commit("First");
    repo.git(&["config", "core.hooksPath", ".husky/_"]);
    // As husky 9 writes it.
    let runner = "#!/usr/bin/env sh\nh=\"$(dirname \"$(dirname \"$0\")\")/$(basename \"$0\")\"\n[ ! -f \"$h\" ] && exit 0\nsh -e \"$h\" \"$@\"\n";
    for name in ["pre-commit", "commit-msg", "pre-push"] {
        write_hook(&repo.path().join(".husky/_").join(name), runner, 0o755);
    }
    let installed = install(&repo, &[]);
    assert!(installed.code == Some(0) && installed.stdout.contains("husky"), "{installed}");
    let runner_after = std::fs::read_to_string(repo.path().join(".husky/_/pre-commit"));
    assert_eq!(runner_after.expect("it is there"), runner);
    let here = PathBuf::from(env!("CARGO_BIN_EXE_gitops-health"));
    let bin = here.parent().expect("a directory").to_string_lossy().into_owned();
    let path = format!("{bin}:{}", std::env::var("PATH").unwrap_or_default());
    repo.write("b", bad("8141")).git(&["add", "b"]);
    let run = |arguments: &[&str]| {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(repo.path())
            .env_clear()
            .env("PATH", &path)
            .env("HOME", repo.path())
            .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.com")])
            .envs([("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.com")])
            .output()
            .expect("git runs");
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&text).into_owned())
    };
    let (code, text) = run(&["commit", "-m", "x"]);
    assert!(
        code == Some(1) && text.contains("theirs ran") && text.contains("b:1:14  ssn"),
        "{text}"
    );
    let far = tempfile::tempdir().expect("a directory");
    git_in(far.path(), &["init", "-q", "--bare", "."], "");
    run(&["commit", "-q", "--no-verify", "-m", "x"]);
    let (code, text) = run(&["push", &far.path().to_string_lossy(), "main"]);
    assert!(code == Some(1) && text.contains("refs/heads/main:"), "{text}");
    let gone = program(&repo).run(&["hook", "uninstall"]);
    assert_eq!(gone.code, Some(0), "{gone}");
    let left =
        std::fs::read_to_string(repo.path().join(".husky/pre-commit")).expect("it is theirs");
    assert_eq!(left, "echo theirs ran\n");
    assert!(!repo.path().join(".husky/pre-push").exists());
}

#[test]
fn hooks_that_others_write_anew_are_left_to_them() {
    for (text, word) in [
        (
            "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n",
            ".pre-commit-config.yaml",
        ),
        ("#!/bin/sh\ncall_lefthook run \"pre-commit\" \"$@\"\n", "lefthook.yml"),
    ] {
        let repo = TestRepo::new();
        write_hook(&hook(&repo, "pre-commit"), text, 0o755);
        let refused = install(&repo, &[]);
        assert_fails_with_hint(&refused, 2, &[word]);
        // All or nothing.
        assert!(!hook(&repo, "pre-push").exists(), "{refused}");
        let kept = std::fs::read_to_string(hook(&repo, "pre-commit")).expect("it is there");
        assert_eq!(kept, text);
    }
}

#[test]
fn a_hook_that_git_passes_over_is_installed_anew_and_no_hook_is_where_none_can_be() {
    let repo = guarded();
    let path = hook(&repo, "pre-commit");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("it is ours");
    assert_eq!(install(&repo, &["pre-commit"]).code, Some(0));
    assert_eq!(path.metadata().expect("there").permissions().mode() & 0o111, 0o111);
    let repo = TestRepo::new();
    std::fs::create_dir_all(hook(&repo, "pre-push")).expect("it is new");
    assert_fails_with_hint(&install(&repo, &[]), 2, &["is no file"]);
    assert!(!hook(&repo, "pre-commit").exists());
    repo.git(&["config", "core.hooksPath", ""]);
    let refused = install(&repo, &["commit-msg"]);
    assert!(refused.code != Some(0) && refused.stderr.contains("core.hooksPath"), "{refused}");
    assert!(!repo.path().join("commit-msg").exists());
}

#[test]
fn what_somebody_put_in_our_place_is_not_taken_away() {
    let repo = TestRepo::new();
    write_hook(&hook(&repo, "pre-commit"), "#!/bin/sh\n", 0o755);
    install(&repo, &["pre-commit", "--no-index"]);
    write_hook(&hook(&repo, "pre-commit"), "#!/bin/sh\n# another\n", 0o755);
    for arguments in [&["hook", "install", "pre-commit"][..], &["hook", "uninstall"]] {
        assert_fails_with_hint(&program(&repo).run(arguments), 2, &["no hook of ours"]);
    }
    assert!(hook(&repo, "pre-commit.before-gitops-health").exists());
    // Ours is gone, and what was there before comes back.
    std::fs::remove_file(hook(&repo, "pre-commit")).expect("it is there");
    assert_eq!(program(&repo).run(&["hook", "uninstall"]).code, Some(0));
    assert_eq!(std::fs::read(hook(&repo, "pre-commit")).expect("it is back"), b"#!/bin/sh\n");
    assert_fails_with_hint(
        &program(&repo).run(&["hook", "uninstall", "pre-commit"]),
        2,
        &["no hook of ours"],
    );
}

#[test]
fn the_editor_says_how_risky_the_commit_is() {
    let repo = TestRepo::new();
    repo.write("src/a.py", "x = 1\n").commit("First");
    install(&repo, &["prepare-commit-msg"]);
    repo.write("src/a.py", "x = 2\n").git(&["add", "."]);
    let editor = repo.path().join("editor.sh");
    write_hook(&editor, "#!/bin/sh\ncp \"$1\" seen\nsed -i '1s/^/Done/' \"$1\"\n", 0o755);
    let editor = format!("core.editor={}", editor.display());
    let commit = |more: &[&str]| {
        let output = Command::new("git")
            .args([&["-c", &editor][..], &["commit", "-q"], more].concat())
            .current_dir(repo.path())
            .env("HOME", repo.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("GIT_EDITOR")
            .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.com")])
            .envs([("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.com")])
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read_to_string(repo.path().join("seen")).expect("the editor ran")
    };
    let seen = commit(&[]);
    assert!(seen.contains("\n# gitops-health: 1 file read; risk "), "{seen}");
    assert_eq!(repo.git_text(&["show", "-s", "--format=%B"]).trim(), "Done");
    // Another sign for comments, the diff below, and a message that is kept as it is.
    repo.write("src/a.py", "x = 3\n").git(&["add", "."]);
    let seen = commit(&["--verbose"]);
    let [comment, scissors] =
        ["# gitops-health:", ">8"].map(|it| seen.find(it).expect("it is there"));
    assert!(comment < scissors, "{seen}");
    repo.git(&["config", "core.commentChar", ";"]);
    repo.write("src/a.py", "x = 4\n").git(&["add", "."]);
    assert!(commit(&[]).contains("\n; gitops-health: "));
    repo.git(&["config", "commit.cleanup", "whitespace"]);
    repo.write("src/a.py", "x = 5\n").git(&["add", "."]);
    assert!(!commit(&[]).contains("gitops-health"));
}
