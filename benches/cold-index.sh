#!/usr/bin/env bash
# Compares a cold build of the history index with git counting the same lines, on any repository:
#
#     benches/cold-index.sh REPOSITORY [REV] [RUNS]
#
# The peer is `git log --numstat -M --no-merges`, with the limit of renames that the index has: what
# any script has to do first to know how files changed. Both run in turn. Prints seconds and peak
# memory of each run, medians and ratios, and the size of the index. Needs GNU time as /usr/bin/time.
# Nothing is written into the repository: the index is built in a temporary git directory with hard
# links to its objects, or copies where those are on another file system.
set -euo pipefail
repository=${1:?which repository?}
revision=${2:-HEAD}
runs=${3:-3}
here=$(cd "$(dirname "$0")/.." && pwd)
source "$here/benches/index.sh"
build_program
borrow "$repository" "$revision"

index() {
    "$program" --repo "$borrowed" index clear >/dev/null
    measure index "$program" --repo "$borrowed" index update "$tip"
}
peer() {
    measure git git -C "$borrowed" -c diff.renameLimit=1000 -c diff.renames=true \
        log --numstat -M --no-merges "$tip"
}

git -C "$borrowed" rev-list --objects --no-object-names "$tip" >/dev/null # warm-up: the file cache
for _ in $(seq "$runs"); do
    index
    peer
done
ratios index git
commits=$(git -C "$borrowed" rev-list --count "$tip")
bytes=$(stat --format %s "$borrowed/gitops-health/history.sqlite")
awk -v commits="$commits" -v bytes="$bytes" 'BEGIN {
    printf "%d commits, index %.1f MB, %.0f KB for 1,000 commits\n", commits, bytes / 1e6, bytes / commits
}'
