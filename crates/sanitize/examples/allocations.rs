//! How often a scan asks for memory: the blocks for a text, those for the same text twice, and what a further line costs.
//!
//! `cargo run --release -p gitops-health-sanitize --example allocations -- FILE...` prints a line for each file. With
//! `--where OUT.json` in front it writes down where in the program blocks were asked for, to be opened with
//! [the viewer of DHAT](https://nnethercote.github.io/dh_view/dh_view.html).

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::path::PathBuf;

use gitops_health_sanitize::Scanner;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let mut builder = dhat::Profiler::builder();
    if arguments.first().is_some_and(|first| first.as_os_str() == "--where") {
        let out = arguments.get(1).ok_or("--where asks for a file")?;
        builder = builder.file_name(out).trim_backtraces(Some(16));
        arguments.drain(..2);
    } else {
        builder = builder.testing();
    }
    let scanner = Scanner::new();
    let texts = arguments.iter().map(std::fs::read).collect::<Result<Vec<_>, _>>()?;
    for text in &texts {
        // Patterns are compiled when they are met first.
        scanner.scan(text);
    }
    let _profiler = builder.build();
    println!("{:>9} {:>10} {:>10} {:>9}  file", "lines", "blocks", "of twice", "per line");
    for (text, path) in texts.iter().zip(&arguments) {
        let lines = memchr::memchr_iter(b'\n', text).count();
        let once = counted(&scanner, text);
        let twice = counted(&scanner, &text.repeat(2));
        let per_line = twice.saturating_sub(once) as f64 / lines.max(1) as f64;
        println!("{lines:>9} {once:>10} {twice:>10} {per_line:>9.3}  {}", path.display());
    }
    Ok(())
}

/// The blocks that are asked for while a text is scanned.
fn counted(scanner: &Scanner, text: &[u8]) -> u64 {
    let before = dhat::HeapStats::get().total_blocks;
    scanner.scan(text);
    dhat::HeapStats::get().total_blocks - before
}
