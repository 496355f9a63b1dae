#!/usr/bin/env bash
# Shows that an index that grew says the same as one made at once, on any repository:
#
#     benches/replay-index.sh REPOSITORY [REV] [STEPS]
#
# One index learns the history of REV in as many steps (ten), as the clone of somebody who fetches now
# and then. After each step what it answers is compared, byte by byte, with what an index made anew
# answers: score, hotspots and trend of the newest commit so far and, where there is a `sqlite3`,
# all rows of the views for people. Fails at the first difference. Nothing is written into the
# repository.
set -euo pipefail
repository=${1:?which repository?}
revision=${2:-HEAD}
steps=${3:-10}
here=$(cd "$(dirname "$0")/.." && pwd)
source "$here/benches/index.sh"
build_program
borrow "$repository" "$revision"
git -C "$borrowed" rev-list --topo-order --reverse "$tip" >"$work/commits"
total=$(wc -l <"$work/commits")

answers() { # commit, file
    local database=$borrowed/gitops-health/history.sqlite view
    "$program" --repo "$borrowed" --quiet index update "$1" >/dev/null
    {
        "$program" --repo "$borrowed" --quiet risk score --commit "$1" --format json
        "$program" --repo "$borrowed" --quiet risk hotspots --commit "$1" --format json
        "$program" --repo "$borrowed" --quiet risk trend --commit "$1" --format json
        if command -v sqlite3 >/dev/null; then
            # Numbers of rows tell the order in which commits were learned; they are no answer.
            for view in 'commits ORDER BY id' 'file_changes ORDER BY commit_id, path, kind' \
                'authors ORDER BY email, name' 'file_history ORDER BY path'; do
                sqlite3 -readonly "$database" "SELECT * FROM $view"
            done
        fi
    } >"$2"
}

grown=$work/grown
mkdir "$grown"
for step in $(seq "$steps"); do
    commit=$(sed -n "$((total * step / steps))p" "$work/commits")
    rm -rf "$borrowed/gitops-health"
    answers "$commit" "$work/anew"
    rm -rf "$borrowed/gitops-health"
    mv "$grown" "$borrowed/gitops-health"
    answers "$commit" "$work/step"
    mv "$borrowed/gitops-health" "$grown"
    cmp "$work/anew" "$work/step"
    printf 'step %2d: %6d commits, %9d bytes of answers, equal\n' "$step" \
        "$(git -C "$borrowed" rev-list --count "$commit")" "$(stat --format=%s "$work/step")"
done
