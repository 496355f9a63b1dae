//! What the tests of this binary share.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gitops_health_testkit::{Program, TestRepo, Transcript};

/// The longest that any run of the program may take, on a slow machine and not optimised.
const PATIENCE: Duration = Duration::from_secs(40);

/// The program, to be run in this directory.
pub fn program_in(directory: &Path) -> Program {
    Program::new(env!("CARGO_BIN_EXE_gitops-health")).in_directory(directory)
}

/// The program, to be run at the top of the repository.
pub fn program(repo: &TestRepo) -> Program {
    program_in(repo.path())
}

/// Runs the program to its end, which must come soon.
pub fn run<S: AsRef<OsStr>>(program: &Program, arguments: &[S]) -> Transcript {
    let words: Vec<_> = arguments.iter().map(|word| word.as_ref().to_string_lossy()).collect();
    finish(program.command(arguments), &words.join(" "))
}

/// Runs a prepared command to its end, which must come soon.
pub fn finish(mut command: Command, words: &str) -> Transcript {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let stdout = read_aside(child.stdout.take().expect("it is piped"));
    let stderr = read_aside(child.stderr.take().expect("it is piped"));
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            break status;
        }
        if begun.elapsed() > PATIENCE {
            child.kill().expect("it is still running");
            panic!("`{words}` takes longer than {PATIENCE:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let text = |bytes| String::from_utf8(bytes).expect("what the program prints is UTF-8");
    Transcript {
        command: words.to_owned(),
        stdout: text(stdout.join().expect("the reader does not panic")),
        stderr: text(stderr.join().expect("the reader does not panic")),
        code: status.code(),
    }
}

fn read_aside(mut pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("the pipe can be read");
        bytes
    })
}

/// Everything below a directory but the index of the history: kind and mode, length and time of the
/// last change.
pub fn fingerprint(directory: &Path) -> BTreeMap<PathBuf, (u32, u64, i64, i64)> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(path) = waiting.pop() {
        let Ok(metadata) = path.symlink_metadata() else { continue };
        let is_git_dir = |path: &Path| path.join("objects").is_dir();
        if path.ends_with("gitops-health") && path.parent().is_some_and(is_git_dir) {
            continue;
        }
        if metadata.is_dir() {
            let entries = std::fs::read_dir(&path).into_iter().flatten().flatten();
            waiting.extend(entries.map(|entry| entry.path()));
        }
        let facts = match is_git_dir(&path) {
            // It is changed when the directory of the index is made.
            true => (metadata.mode(), 0, 0, 0),
            false => (metadata.mode(), metadata.len(), metadata.mtime(), metadata.mtime_nsec()),
        };
        found.insert(path, facts);
    }
    found
}

/// Runs the program and sees that it left the repository as it was, did not panic, and printed
/// nothing that a terminal acts on.
pub fn run_in(repo: &TestRepo, arguments: &[&str]) -> Transcript {
    run_program_in(repo, &program(repo), arguments)
}

/// As [`run_in`], with a program that was prepared.
pub fn run_program_in<S: AsRef<OsStr>>(
    repo: &TestRepo,
    program: &Program,
    arguments: &[S],
) -> Transcript {
    let before = fingerprint(repo.path());
    let transcript = run(program, arguments);
    assert!(before == fingerprint(repo.path()), "the repository was changed\n{transcript}");
    assert_harmless(&transcript);
    transcript
}

/// No panic, no signal, no character that moves the cursor or reorders a line.
pub fn assert_harmless(transcript: &Transcript) {
    assert!(matches!(transcript.code, Some(0..=3)), "{transcript}");
    assert!(!transcript.stderr.contains("panicked"), "{transcript}");
    for text in [&transcript.stdout, &transcript.stderr] {
        let hostile = |character: &char| {
            (character.is_control() && *character != '\n')
                || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        };
        let found = text.chars().find(hostile);
        assert_eq!(found, None, "{}", text.escape_debug());
    }
}

/// Sees that the run failed with this code, said why with these words, and printed no result.
pub fn assert_fails(transcript: &Transcript, code: i32, words: &[&str]) {
    assert_eq!(transcript.code, Some(code), "{transcript}");
    assert_eq!(transcript.stdout, "", "{transcript}");
    assert!(transcript.stderr.starts_with("error: "), "{transcript}");
    for word in words {
        assert!(transcript.stderr.contains(word), "`{word}` is not in\n{transcript}");
    }
}

/// As [`assert_fails`] for what somebody can do something about.
pub fn assert_fails_with_hint(transcript: &Transcript, code: i32, words: &[&str]) {
    assert_fails(transcript, code, words);
    assert!(transcript.stderr.contains("\nhint: "), "{transcript}");
}

/// The file of a loose object.
pub fn object_file(repo: &TestRepo, id: &str) -> PathBuf {
    repo.git_dir().join("objects").join(&id[..2]).join(&id[2..])
}

/// Writes over a loose object, which git makes read-only.
pub fn overwrite_object(repo: &TestRepo, id: &str, content: &[u8]) {
    let path = object_file(repo, id);
    std::fs::remove_file(&path).expect("the object is there");
    std::fs::write(path, content).expect("it can be written");
}

/// Stores an object as it is, however strange, and gives its id.
pub fn store(repo: &TestRepo, kind: &str, content: &[u8]) -> String {
    let arguments = ["hash-object", "-w", "-t", kind, "--literally", "--stdin"];
    let id = repo.git_with_input(&arguments, content);
    String::from_utf8(id).expect("an id").trim().to_owned()
}

/// One entry of a tree object.
pub fn tree_entry(mode: &str, name: &[u8], id: &str) -> Vec<u8> {
    let mut entry = format!("{mode} ").into_bytes();
    entry.extend_from_slice(name);
    entry.push(0);
    let byte = |position| u8::from_str_radix(&id[position..position + 2], 16).expect("hex");
    entry.extend((0..40).step_by(2).map(byte));
    entry
}

/// A commit object with this tree and these parents, made by hand.
pub fn commit_text(tree: &str, parents: &[&str], time: &str, message: &str) -> Vec<u8> {
    let mut text = format!("tree {tree}\n");
    for parent in parents {
        text.push_str(&format!("parent {parent}\n"));
    }
    let person = format!("Ada <ada@example.com> {time}");
    text.push_str(&format!("author {person}\ncommitter {person}\n\n{message}"));
    text.into_bytes()
}

/// Whether the tests run as root, for whom permissions mean nothing.
pub fn is_root() -> bool {
    let file = std::env::temp_dir().join(format!("owner-{}", std::process::id()));
    std::fs::write(&file, "").expect("a temporary file can be written");
    let owner = file.metadata().expect("it is there").uid();
    let _ = std::fs::remove_file(file);
    owner == 0
}

/// Makes a named pipe.
pub fn make_pipe(path: &Path) {
    let status = Command::new("mkfifo").arg(path).status();
    assert!(status.expect("mkfifo is there").success());
}

/// Compares a text with the snapshot of this name.
pub fn assert_snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
