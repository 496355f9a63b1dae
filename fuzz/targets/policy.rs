//! The target `policy`.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| gitops_health_fuzz::policy::check(data));

#[cfg(not(fuzzing))]
fn main() {
    gitops_health_fuzz::replay(gitops_health_fuzz::policy::check);
}
