use std::cell::Cell;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A repository in a temporary directory.
///
/// Each commit is an hour after the one before; the first is of Monday, 2026-03-02, 10:00 UTC.
pub struct TestRepo {
    directory: TempDir,
    root: PathBuf,
    commits: Cell<i64>,
}

/// Who makes a commit, and when.
#[derive(Clone, Copy, Debug)]
pub struct Author<'a> {
    /// The name.
    pub name: &'a str,
    /// The e-mail address.
    pub email: &'a str,
    /// The time as git reads it, such as `2026-03-02T10:00:00+0100`.
    pub time: &'a str,
}

const FIRST_COMMIT: i64 = 1_772_445_600;

impl Default for TestRepo {
    fn default() -> Self {
        Self::new()
    }
}

impl TestRepo {
    /// An empty repository whose branch is `main`.
    pub fn new() -> Self {
        Self::init(&["init", "--quiet", "--template=", "--initial-branch=main", "."])
    }

    /// An empty repository without a worktree.
    pub fn bare() -> Self {
        Self::init(&["init", "--quiet", "--bare", "--template=", "--initial-branch=main", "."])
    }

    fn init(arguments: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let root = directory.path().canonicalize().expect("it is there");
        let repository = Self { directory, root, commits: Cell::new(0) };
        repository.git(arguments);
        std::fs::create_dir_all(repository.git_dir().join("info")).expect("it can be written");
        repository
    }

    /// The top of the worktree, or the bare repository.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The directory with the objects and references.
    pub fn git_dir(&self) -> PathBuf {
        let inside = self.root.join(".git");
        if inside.exists() { inside } else { self.root.clone() }
    }

    /// Writes a file and the directories above it.
    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> &Self {
        let path = self.root.join(path);
        let parent = path.parent().expect("a file has a directory");
        std::fs::create_dir_all(parent).expect("the directory can be written");
        std::fs::write(path, content).expect("the file can be written");
        self
    }

    /// Deletes a file.
    pub fn remove(&self, path: impl AsRef<Path>) -> &Self {
        std::fs::remove_file(self.root.join(path)).expect("the file is there");
        self
    }

    /// Commits everything in the worktree as the usual author, an hour after the commit before,
    /// and gives the id.
    pub fn commit(&self, message: &str) -> String {
        let time = format!("{} +0000", FIRST_COMMIT + 3600 * self.commits.get());
        let author = Author { name: "Ada", email: "ada@example.com", time: &time };
        self.commit_as(author, message)
    }

    /// Commits everything in the worktree, be it nothing, and gives the id.
    pub fn commit_as(&self, author: Author<'_>, message: &str) -> String {
        self.commits.set(self.commits.get() + 1);
        self.git(&["add", "--all"]);
        let arguments = [
            "commit",
            "--quiet",
            "--allow-empty",
            "--allow-empty-message",
            "--cleanup=verbatim",
            "--message",
            message,
        ];
        self.run(&arguments, &author_environment(author), b"");
        self.id("HEAD")
    }

    /// The id that a revision names.
    pub fn id(&self, revision: &str) -> String {
        self.git_text(&["rev-parse", "--verify", revision]).trim().to_owned()
    }

    /// What git prints. Git must succeed, or find nothing (exit code 1).
    pub fn git<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Vec<u8> {
        self.git_with_input(arguments, b"")
    }

    /// What git prints, as text.
    pub fn git_text<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        String::from_utf8(self.git(arguments)).expect("git prints UTF-8 here")
    }

    /// What git prints when it reads `input`. Merges and the like are made by the usual author at
    /// the time of the next commit.
    pub fn git_with_input<S: AsRef<OsStr>>(&self, arguments: &[S], input: &[u8]) -> Vec<u8> {
        let time = format!("{} +0000", FIRST_COMMIT + 3600 * self.commits.get());
        let author = Author { name: "Ada", email: "ada@example.com", time: &time };
        self.run(arguments, &author_environment(author), input)
    }

    fn run<S: AsRef<OsStr>>(
        &self,
        arguments: &[S],
        environment: &[(&str, String)],
        input: &[u8],
    ) -> Vec<u8> {
        let mut child = Command::new("git")
            .args(arguments)
            .current_dir(&self.root)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.root)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("LC_ALL", "C")
            .envs(environment.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("git is installed");
        let mut stdin = child.stdin.take().expect("it is piped");
        let input = input.to_vec();
        let writer = std::thread::spawn(move || {
            // Git may end before it has read everything.
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().expect("git runs");
        writer.join().expect("the writer does not panic");
        let words: Vec<_> = arguments.iter().map(|word| word.as_ref().to_string_lossy()).collect();
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "git {}: {}",
            words.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }

    /// The temporary directory, kept on disk for a look after a failed test.
    pub fn keep(self) -> PathBuf {
        self.directory.keep()
    }
}

fn author_environment(author: Author<'_>) -> Vec<(&'static str, String)> {
    vec![
        ("GIT_AUTHOR_NAME", author.name.to_owned()),
        ("GIT_AUTHOR_EMAIL", author.email.to_owned()),
        ("GIT_AUTHOR_DATE", author.time.to_owned()),
        ("GIT_COMMITTER_NAME", author.name.to_owned()),
        ("GIT_COMMITTER_EMAIL", author.email.to_owned()),
        ("GIT_COMMITTER_DATE", author.time.to_owned()),
    ]
}
