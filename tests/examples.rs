//! Every example is a README whose transcripts are run and compared.
//!
//! `UPDATE_DOCUMENTS=1 cargo test --test main examples` writes the output anew.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let entries = std::fs::read_dir(folder).expect("there are examples");
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

#[test]
fn every_example_prints_what_its_page_says() {
    let examples = examples();
    assert!(!examples.is_empty(), "no example was found");
    for example in examples {
        let page = example.join("README.md");
        let written = std::fs::read_to_string(&page).expect("an example has a page");
        let printed = run_transcripts(&example, &written);
        if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
            std::fs::write(&page, &printed).expect("the page can be written");
        } else {
            assert_eq!(written, printed, "{}", page.display());
        }
    }
}

/// The page with the output of each `$ command` of its console blocks below the command.
fn run_transcripts(example: &Path, page: &str) -> String {
    let repository = tempfile::tempdir().expect("a temporary directory can be made");
    let built = shell(example, repository.path(), "\"$EXAMPLE/build.sh\" .");
    assert!(built.trim().is_empty(), "{built}");
    let (mut out, mut inside, mut commands) = (String::new(), false, 0);
    for line in page.lines() {
        match (inside, line.strip_prefix("$ ")) {
            (true, Some(command)) => {
                commands += 1;
                let _ = write!(out, "{line}\n{}", shell(example, repository.path(), command));
            }
            (true, None) if line != "```" => {}
            _ => {
                inside = line == "```console";
                let _ = writeln!(out, "{line}");
            }
        }
    }
    assert!(commands > 0, "{} shows no command", example.display());
    out
}

/// Runs a command line in the repository and gives all that it prints.
fn shell(example: &Path, repository: &Path, command: &str) -> String {
    let binaries = Path::new(env!("CARGO_BIN_EXE_gitops-health")).parent().expect("a directory");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(binaries.to_owned()).chain(std::env::split_paths(&path));
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(repository)
        .env_clear()
        .env("PATH", std::env::join_paths(paths).expect("no path holds a separator"))
        .env("HOME", repository)
        .env("TZ", "UTC")
        .env("EXAMPLE", example)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("sh is there");
    String::from_utf8(output.stdout).expect("UTF-8")
}
