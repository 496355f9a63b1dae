# What cold-index.sh and warm-index.sh share. Sourced, with `here` set to the top of the worktree.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build_program() { # sets `program`
    cargo build --release --quiet --manifest-path "$here/Cargo.toml"
    program=${CARGO_TARGET_DIR:-$here/target}/release/gitops-health
}

# A bare git directory with the objects and references of a repository; sets `borrowed`, and `tip` to
# the commit of a revision. The objects are hard links where the temporary directory is on the same
# file system.
borrow() { # repository [revision]
    local common
    common=$(cd "$1" && cd "$(git rev-parse --git-common-dir)" && pwd)
    borrowed=$work/borrowed
    git init --quiet --bare "$borrowed"
    rm -r "$borrowed/objects"
    cp -al "$common/objects" "$borrowed/objects" 2>/dev/null || {
        rm -rf "$borrowed/objects"
        cp -a "$common/objects" "$borrowed/objects"
    }
    for name in shallow info/attributes; do
        [ ! -e "$common/$name" ] || cp "$common/$name" "$borrowed/$name"
    done
    git -C "$1" for-each-ref --format='%(objectname) %(refname)' >"$borrowed/packed-refs"
    git -C "$1" rev-parse HEAD >"$borrowed/HEAD"
    # As a clone has them: with the commits that tags lead to.
    git -C "$borrowed" pack-refs --all
    tip=$(git -C "$1" rev-parse --verify "${2:-HEAD}^{commit}")
}

measure() { # name, command...
    local name=$1 begin end
    shift
    begin=$EPOCHREALTIME
    /usr/bin/time --format '%U %S %M' --output "$work/last" "$@" >/dev/null
    end=$EPOCHREALTIME
    awk -v name="$name" -v file="$work/runs-$name" -v begin="$begin" -v end="$end" '{
        wall = end - begin
        printf "%-8s cpu %7.2f s  wall %8.3f s  peak %5d MB\n", name, $1 + $2, wall, $3 / 1024
        print $1 + $2, wall, $3 / 1024 >> file
    }' "$work/last"
}

median() { # name, column
    sort -n -k"$2,$2" "$work/runs-$1" |
        awk -v column="$2" '{ value[NR] = $column } END { print value[int((NR + 1) / 2)] }'
}

ratios() { # name, name of the peer
    local column name
    for column in 1 2 3; do
        name=$(sed -n "${column}p" <<<$'cpu\nwall\npeak memory')
        awk -v name="$name" -v ours="$(median "$1" "$column")" -v peer="$(median "$2" "$column")" \
            -v us="$1" -v them="$2" 'BEGIN {
                printf "median %-12s %s %8.2f  %s %8.2f  ratio %.2f\n", name, us, ours, them, peer, ours / peer
            }'
    done
}
