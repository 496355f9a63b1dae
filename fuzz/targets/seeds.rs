//! Writes what fuzzing begins with: `seeds DIRECTORY` fills a directory for each target in there, and writes the
//! dictionary `tokens.dict`.

use std::path::PathBuf;

use gitops_health_fuzz::seeds;

fn main() {
    let target = std::env::args_os().nth(1).map(PathBuf::from).expect("into which directory?");
    seeds::write(&target).expect("the directory can be written");
}
