#!/usr/bin/env bash
# Do points add up? Scores the newest commits of a repository, one by one, and adds up what each report says: those of
# signals to those of their factor, those of factors to the value. Fails where one does not, or could not be scored.
#
#     benches/points.sh PROGRAM REPOSITORY [COUNT]
#
# Needs jq.
set -euo pipefail
program="$(realpath "$1")" count="${3:-10000}"
cd "$2"

commits="$(git rev-list --no-merges --max-count="$count" HEAD)"
while read -r commit; do
    "$program" risk score --commit "$commit" --format json
done <<<"$commits" | jq --null-input --compact-output --argjson asked "$(wc -l <<<"$commits")" '
    def sum: map(.points) | add // 0;
    def adds_up:
        (([.factors[] | select(.known)] | sum) == .value)
        and all(.factors[]; (.signals | sum) == .points);
    reduce inputs as $report ({asked: $asked, scored: 0, off: 0};
        .scored += 1 | if $report | adds_up then . else .off += 1 end)
    | ., if .scored < .asked or .off > 0 then "not all of them add up, or could be scored\n" | halt_error(1) else empty end'
