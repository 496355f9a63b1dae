//! The index of the history as the program keeps it: killed, shared, in odd places, asked about.

mod commands;
mod killed;
mod places;
mod together;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use gitops_health_testkit::{Program, Random, TestRepo, Transcript};

use crate::support::{fingerprint, finish, is_root, program, program_in, run};

const SCORE: &[&str] = &["risk", "score", "--explain"];
const UPDATE: &[&str] = &["index", "update"];

/// A history of so many commits on `main`, each of which changes some files, with a branch that is
/// merged now and then. It is checked out.
fn long_history(commits: usize) -> TestRepo {
    let (repo, mut random) = (TestRepo::new(), Random::new(12));
    let mut files: Vec<Vec<String>> = vec![vec!["line\n".to_owned(); 60]; 40];
    let mut stream = String::new();
    for number in 1..=commits {
        let time = 1_700_000_000 + 600 * number;
        let person = ["Ada <ada@example.com>", "Bob <bob@example.com>"][random.below(2)];
        let message = ["Fix crash", "Add an option", "Rework"][random.below(3)];
        stream.push_str(&format!(
            "commit refs/heads/main\nmark :{number}\nauthor {person} {time} +0000\n\
             committer {person} {time} +0000\ndata {}\n{message}\n",
            message.len()
        ));
        if number > 1 {
            stream.push_str(&format!("from :{}\n", number - 1));
        }
        if number % 10 == 0 {
            stream.push_str(&format!("merge :{}\n", number - 5));
        }
        for _ in 0..4 {
            let file = random.below(files.len());
            let at = random.below(files[file].len());
            files[file][at] = format!("line {}\n", random.below(100));
            let content = files[file].concat();
            stream.push_str(&format!(
                "M 100644 inline src/{}/f{file}.rs\ndata {}\n{content}\n",
                file % 5,
                content.len()
            ));
        }
    }
    stream.push_str("done\n");
    repo.git_with_input(&["fast-import", "--quiet", "--done"], stream.as_bytes());
    repo.git(&["checkout", "--quiet", "--force", "main"]);
    repo
}

/// The same repository once more, with objects of its own and no index.
fn copy_of(repo: &TestRepo) -> TestRepo {
    let copy = TestRepo::new();
    copy.git(&["fetch", "--quiet", &repo.path().to_string_lossy(), "main:refs/heads/copy"]);
    copy.git(&["checkout", "--quiet", "-B", "main", "copy"]);
    copy.git(&["branch", "--quiet", "-D", "copy"]);
    copy
}

fn directory(repo: &TestRepo) -> PathBuf {
    repo.git_dir().join("gitops-health")
}

fn succeeds(program: &Program, arguments: &[&str]) -> Transcript {
    let transcript = run(program, arguments);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    transcript
}
