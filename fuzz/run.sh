#!/usr/bin/env bash
# Looks for bytes that the crates `sanitize`, `signature` and `compliance` can't bear:
# `fuzz/run.sh SECONDS [scan|clean|read|certificate|policy]...`, all in turn with the time in equal parts, but less for
# `read`. Needs Rust (stable) and a C++ compiler, and writes into fuzz/ alone. What is found stops the target and stays in
# fuzz/artifacts/. LAUNCH stands in front of the build, if it is set.
set -euo pipefail
cd "$(dirname "$0")"

seconds="${1:?for how many seconds?}"
shift
targets=("${@:-all}")
[ "${targets[0]}" = all ] && targets=(scan clean read certificate policy)

build="${CARGO_TARGET_DIR:-$PWD/target}"
${LAUNCH:-} cargo build --locked --bin seeds --target-dir "$build"
"$build/debug/seeds" corpus

triple="$(rustc -vV | sed -n 's/^host: //p')"
# What cargo-fuzz sets; the instruments are in LLVM, and stable Rust can ask for them by name. Build scripts are left
# out by naming the target.
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Coverflow-checks"
${LAUNCH:-} cargo build --release --locked --target "$triple" --target-dir "$build" \
    "${targets[@]/#/--bin=}"
programs="$build/$triple/release"

total=0
for target in "${targets[@]}"; do
    case "$target" in read) part=2 ;; *) part=5 ;; esac
    total=$((total + part))
done
for target in "${targets[@]}"; do
    case "$target" in read) part=2 ;; *) part=5 ;; esac
    mkdir -p "artifacts/$target" "corpus/$target"
    printf '\n== %s\n' "$target"
    nice -n 10 "$programs/$target" "corpus/$target" -dict=corpus/tokens.dict -max_len=8192 -timeout=5 \
        -rss_limit_mb=2048 -max_total_time=$((seconds * part / total)) -artifact_prefix="artifacts/$target/" \
        -print_final_stats=1
done
