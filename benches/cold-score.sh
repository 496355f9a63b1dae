#!/usr/bin/env bash
# Compares a cold `risk score` of HEAD with git reading the same past, on any repository:
#
#     benches/cold-score.sh REPOSITORY [RUNS]
#
# The peer is `git log` listing the files of the same number of commits without merges: what any
# script has to do first to know the past of a file. Prints seconds and peak memory of each run and
# the ratio of the medians. Needs GNU time as /usr/bin/time.
set -euo pipefail
repository=${1:?which repository?}
runs=${2:-5}
here=$(cd "$(dirname "$0")/.." && pwd)
cargo build --release --quiet --manifest-path "$here/Cargo.toml"
program=${CARGO_TARGET_DIR:-$here/target}/release/gitops-health

measure() { # name, command...
    local name=$1
    shift
    "$@" >/dev/null # warm-up: the file cache
    for _ in $(seq "$runs"); do
        /usr/bin/time --format '%U %S %e %M' --output "$work/last" "$@" >/dev/null
        awk -v name="$name" '{ printf "%-24s cpu %6.2f s  wall %6.2f s  peak %4d MB\n", name, $1 + $2, $3, $4 / 1024; print $1 + $2, $3, $4 / 1024 >> file }' file="$work/$name" "$work/last"
    done
}

median() { sort -n -k"$2,$2" "$work/$1" | awk -v column="$2" '{ value[NR] = $column } END { print value[int((NR + 1) / 2)] }'; }

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
measure score "$program" --repo "$repository" risk score
measure git git -C "$repository" log -n 10000 --no-merges --no-renames --format=%H --name-only HEAD
for column in 1 2 3; do
    name=$(sed -n "${column}p" <<<$'cpu\nwall\npeak memory')
    score=$(median score "$column") peer=$(median git "$column")
    awk -v name="$name" -v score="$score" -v peer="$peer" 'BEGIN { printf "median %-12s score %8.2f  git %8.2f  ratio %.2f\n", name, score, peer, score / peer }'
done
