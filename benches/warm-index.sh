#!/usr/bin/env bash
# Measures `risk score` of HEAD as a whole process where the history index is there:
#
#     benches/warm-index.sh REPOSITORY [RUNS]
#
# Once with an index that knows HEAD, and once with one that ends 100 commits before it, which has to
# be brought up to date first. Prints seconds and peak memory of each run and medians. Needs GNU time
# as /usr/bin/time. Nothing is written into the repository, as in cold-index.sh.
set -euo pipefail
repository=${1:?which repository?}
runs=${2:-11}
here=$(cd "$(dirname "$0")/.." && pwd)
source "$here/benches/index.sh"
build_program
borrow "$repository"

"$program" --repo "$borrowed" index update HEAD >/dev/null
"$program" --repo "$borrowed" risk score >/dev/null # warm-up: the file cache
for _ in $(seq "$runs"); do
    measure warm "$program" --repo "$borrowed" risk score
done
"$program" --repo "$borrowed" index clear >/dev/null
"$program" --repo "$borrowed" index update HEAD~100 >/dev/null
cp -r "$borrowed/gitops-health" "$work/kept"
for _ in $(seq "$runs"); do
    rm -r "$borrowed/gitops-health"
    cp -r "$work/kept" "$borrowed/gitops-health"
    measure behind "$program" --repo "$borrowed" risk score
done
for name in warm behind; do
    printf 'median %-8s cpu %.3f s  wall %.3f s  peak %.0f MB\n' "$name" \
        "$(median "$name" 1)" "$(median "$name" 2)" "$(median "$name" 3)"
done
