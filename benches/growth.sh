#!/usr/bin/env bash
# Time, memory and size of the history index on synthetic histories of growing length:
#
#     benches/growth.sh [DIRECTORY]
#
# The histories (1,000, 10,000 and 60,000 commits over 10,000 files, and 500,000 over 100,000 files) are
# made in DIRECTORY, a temporary one where none is named, and are made once: some gigabytes and
# minutes. Needs GNU time as /usr/bin/time.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$(mktemp -d)}
mkdir -p "$work"
cargo build --release --quiet --manifest-path "$here/Cargo.toml"
cargo build --release --quiet --manifest-path "$here/Cargo.toml" -p gitops-health-history --example grow
target=${CARGO_TARGET_DIR:-$here/target}/release
printf '%10s %10s %10s %10s %10s %14s %14s\n' commits 'CPU s' 'wall s' 'peak MB' 'index MB' 's per 1,000' 'MB per 1,000'
for size in "1000 10000" "10000 10000" "60000 10000" "500000 100000"; do
    read -r commits files <<<"$size"
    repository=$work/$commits.git
    if [ ! -e "$repository/complete" ]; then
        rm -rf "$repository"
        git init --quiet --bare --initial-branch=main "$repository"
        "$target/examples/grow" "$commits" "$files" | git -C "$repository" fast-import --quiet --done
        # The pack of an import is laid out by time; clones come with files beside their versions.
        git -C "$repository" repack -a -d -f -q
        touch "$repository/complete"
    fi
    "$target/gitops-health" --repo "$repository" index clear >/dev/null
    /usr/bin/time --format '%U %S %e %M' --output "$work/last" \
        "$target/gitops-health" --repo "$repository" --quiet index update >/dev/null
    bytes=$(stat --format=%s "$repository/gitops-health/history.sqlite")
    awk -v commits="$commits" -v bytes="$bytes" '{
        printf "%10d %10.2f %10.2f %10d %10.1f %14.3f %14.3f\n", commits, $1 + $2, $3, $4 / 1024,
            bytes / 1e6, 1000 * ($1 + $2) / commits, bytes / 1e3 / commits }' "$work/last"
done
