use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A program that is run in an environment of its own: no configuration of the user, 80 columns,
/// no colours, no variables but those that are set here.
pub struct Program {
    binary: PathBuf,
    home: TempDir,
    directory: PathBuf,
    variables: Vec<(OsString, OsString)>,
}

/// What a run printed and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// The command line as one would type it.
    pub command: String,
    /// The standard output.
    pub stdout: String,
    /// The standard error.
    pub stderr: String,
    /// The exit code; `None` when a signal ended the program.
    pub code: Option<i32>,
}

impl Program {
    /// The program at this path, to be run in a directory of its own.
    pub fn new(binary: impl Into<PathBuf>) -> Self {
        let home = tempfile::tempdir().expect("a temporary directory can be made");
        let directory = home.path().to_owned();
        Self { binary: binary.into(), home, directory, variables: Vec::new() }
    }

    /// Runs it in this directory.
    #[must_use]
    pub fn in_directory(mut self, directory: impl AsRef<Path>) -> Self {
        self.directory = directory.as_ref().to_owned();
        self
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn with_variable(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// The home directory of its user.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The run that is about to begin, for tests that need more than its output.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .current_dir(&self.directory)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .env("TZ", "UTC")
            .env("COLUMNS", "80")
            .env("RUST_BACKTRACE", "0")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    /// Runs it to its end. Output that is not UTF-8 fails the test.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Transcript {
        let output = self.command(arguments).output().expect("the program can be started");
        let name = self.binary.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let words = arguments.iter().map(|word| quoted(&word.as_ref().to_string_lossy()));
        Transcript {
            command: std::iter::once(name).chain(words).collect::<Vec<_>>().join(" "),
            stdout: String::from_utf8(output.stdout).expect("the output is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("the errors are UTF-8"),
            code: output.status.code(),
        }
    }
}

fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=:~^@,+".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

impl Transcript {
    /// The same with every occurrence of a path replaced by a name, for snapshots.
    #[must_use]
    pub fn naming(mut self, path: &Path, name: &str) -> Self {
        let path = path.to_string_lossy();
        for text in [&mut self.command, &mut self.stdout, &mut self.stderr] {
            *text = text.replace(&*path, name);
        }
        self
    }
}

/// The transcript as a terminal would show it, the standard error set apart.
impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "$ {}\n{}", self.command, self.stdout)?;
        if !self.stderr.is_empty() {
            write!(f, "--- standard error\n{}", self.stderr)?;
        }
        match self.code {
            Some(0) => Ok(()),
            Some(code) => writeln!(f, "--- exit code {code}"),
            None => writeln!(f, "--- ended by a signal"),
        }
    }
}
