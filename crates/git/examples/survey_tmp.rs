#![allow(clippy::print_stdout, clippy::print_stderr)]
use gitops_health_git::*;
use std::sync::atomic::AtomicBool;
use std::time::Instant;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let threads = std::env::args().nth(2).unwrap().parse().unwrap();
    let repo = Repo::open(&Location { start: path.into(), use_git_environment: false }).unwrap();
    let t = Instant::now();
    let head = repo.resolve("HEAD").unwrap();
    let commits = repo.new_commits(&[head], &mut |_| false).unwrap();
    eprintln!("walk {} {:?}", commits.len(), t.elapsed());
    let cancel = AtomicBool::new(false);
    let first = std::sync::Mutex::new((0usize, 0usize));
    let progress = |s: SurveyStage, n: usize| {
        let mut f = first.lock().unwrap();
        if s == SurveyStage::Commits {
            f.0 = n
        } else {
            if f.1 == 0 {
                eprintln!("files begin {:?}", t.elapsed());
            }
            f.1 = n
        }
    };
    let mut rest = &commits[..];
    let (mut files, mut hunks, mut renames, mut added, mut deleted) =
        (0usize, 0usize, 0usize, 0u64, 0u64);
    while !rest.is_empty() {
        let facts = repo
            .survey(rest, SurveyOptions { threads, progress: &progress, cancel: &cancel })
            .unwrap();
        rest = &rest[facts.len()..];
        for f in &facts {
            if let FilesOfCommit::Changed { files: fs, .. } = &f.files {
                files += fs.len();
                for file in fs {
                    hunks += file.hunks.len();
                    if file.old_path.is_some() {
                        renames += 1
                    }
                    let (a, d) = file.lines.added_deleted();
                    added += a as u64;
                    deleted += d as u64;
                }
            }
        }
        eprintln!("batch {} {:?}", facts.len(), t.elapsed());
        first.lock().unwrap().1 = 0;
    }
    println!("files {files} hunks {hunks} renames {renames} +{added} -{deleted}");
}
