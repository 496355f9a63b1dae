//! What must hold for the crates `sanitize`, `signature` and `compliance`, whatever the bytes: each target has a function that panics where
//! it does not. `run.sh` lets libFuzzer look for such bytes.

pub mod certificate;
pub mod clean;
pub mod policy;
pub mod read;
pub mod scan;
pub mod seeds;

use std::ops::Range;
use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;

use gitops_health_sanitize::Scanner;

/// The one scanner of a target.
pub fn scanner() -> &'static Scanner {
    static SCANNER: OnceLock<Scanner> = OnceLock::new();
    SCANNER.get_or_init(Scanner::new)
}

/// The first byte decides what is done with the others.
fn split_first(data: &[u8]) -> (usize, &[u8]) {
    data.split_first().map_or((0, data), |(first, rest)| (usize::from(*first), rest))
}

fn assert_within(span: &Range<usize>, length: usize) {
    assert!(span.start <= span.end && span.end <= length, "{span:?} is not within {length} bytes");
}

/// Runs a target over the files that are named as arguments, or in the directories that are.
pub fn replay(check: impl Fn(&[u8])) {
    let mut open: Vec<std::path::PathBuf> = std::env::args_os().skip(1).map(Into::into).collect();
    let mut count = 0_usize;
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("a directory can be read");
            open.extend(entries.flatten().map(|entry| entry.path()));
        } else {
            let bytes = std::fs::read(&path).expect("a file can be read");
            let result = std::panic::catch_unwind(AssertUnwindSafe(|| check(&bytes)));
            assert!(result.is_ok(), "that was {}", path.display());
            count += 1;
        }
    }
    println!("{count} files, and all held");
}
