//! Makes a synthetic history of any length, as a stream for `git fast-import`.
//!
//! ```text
//! git init --bare DIR
//! cargo run --release -p gitops-health-history --example grow -- COMMITS FILES [EDITED] | git -C DIR fast-import
//! ```
//!
//! Each commit edits three files, or EDITED, of some fifty lines, a few of them often and most of them seldom; a
//! fifth of the commits are made on short branches that are merged. The same numbers give the same
//! history.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use gitops_health_testkit::Random;

/// How many files one commit edits where nobody says.
const EDITED: usize = 3;
/// How many lines a file has.
const LINES: usize = 50;

fn main() -> ExitCode {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|it| it.parse().ok()).collect();
    let (commits, files, edited) = match numbers[..] {
        [commits, files] => (commits, files, EDITED),
        [commits, files, edited] => (commits, files, edited),
        _ => {
            let _ = writeln!(io::stderr(), "usage: grow COMMITS FILES [EDITED]");
            return ExitCode::from(2);
        }
    };
    match write([commits, files, edited], &mut BufWriter::new(io::stdout().lock())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "could not write the stream: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write([commits, files, edited]: [usize; 3], out: &mut impl Write) -> io::Result<()> {
    let mut random = Random::new(1);
    // The line of each file that was edited last, and how often: all that its content depends on.
    let mut edits: Vec<u32> = vec![0; files];
    let mut on_branch = 0;
    for number in 0..commits {
        let begins_branch = on_branch == 0 && number > 0 && random.below(20) == 0;
        if begins_branch {
            on_branch = 1 + random.below(6);
            writeln!(out, "reset refs/heads/topic\nfrom refs/heads/main\n")?;
        }
        let branch = if on_branch > 0 { "topic" } else { "main" };
        head(out, branch, number, &mut random)?;
        for _ in 0..edited {
            // Products of two numbers prefer the small ones.
            let file = random.below(files) * random.below(1000) / 1000;
            edits[file] += 1;
            let content = content(file, edits[file]);
            let (group, part) = (file / 3200, file / 100 % 32);
            writeln!(out, "M 644 inline g{group}/p{part}/f{file}.txt\ndata {}", content.len())?;
            out.write_all(content.as_bytes())?;
        }
        writeln!(out)?;
        if on_branch > 0 {
            on_branch -= 1;
            if on_branch == 0 {
                head(out, "main", number, &mut random)?;
                writeln!(out, "merge refs/heads/topic\n")?;
            }
        }
    }
    writeln!(out, "done")
}

fn head(out: &mut impl Write, branch: &str, number: usize, random: &mut Random) -> io::Result<()> {
    let author = random.below(200);
    let time = 1_000_000_000 + 600 * number;
    let word = ["Add", "Fix", "Change", "Rework"][random.below(4)];
    let message = format!("{word} part {number}\n");
    writeln!(out, "commit refs/heads/{branch}")?;
    writeln!(out, "committer Author {author} <author{author}@example.com> {time} +0000")?;
    write!(out, "data {}\n{message}", message.len())
}

/// A file after so many edits: each replaces one line.
fn content(file: usize, edits: u32) -> String {
    let mut content = String::new();
    let edits = edits as usize;
    for line in 0..LINES {
        let newest = if edits > line { (edits - 1 - line) / LINES * LINES + line + 1 } else { 0 };
        content.push_str(&format!("line {line} of file {file}, edited in round {newest}\n"));
    }
    content
}
