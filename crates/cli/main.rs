//! The `gitops-health` program: everything it does is in the library behind it.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    gitops_health_cli::main()
}
