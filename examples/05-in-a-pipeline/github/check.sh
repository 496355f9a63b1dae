#!/bin/sh
# What action.yml runs: asks `gitops-health check` about the change that a job runs for, hands on what it says, and ends
# with its exit code.
#
# Every setting is a variable of the environment, `INPUT_...`: what a workflow puts into the text of a script is run as one.
# This is POSIX sh and asks for no program that is not on every runner.
set -eu
# What is split into words below is no pattern.
set -f

work=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/gitops-health.XXXXXX")
trap 'rm -rf "$work"' EXIT
sarif=${INPUT_SARIF_FILE:-gitops-health.sarif}
report=$work/report.json
printed=$work/printed
errors=$work/errors
: >"$printed"
: >"$errors"

# A report of before must not be taken for one of this run, which may end without any. Only a file is taken away, and a
# link itself, never what it leads to.
if test -f "$sarif" || test -L "$sarif"; then
    rm -f -- "$sarif"
fi

is_on() { test "${1:-true}" = true; }

# Names of files and the like, as somebody chose them: the runner must not read a command in them.
quoted() {
    token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    printf '::stop-commands::%s\n' "$token"
    # As `cat`, with an end of the last line.
    awk 1 "$@"
    printf '::%s::\n' "$token"
}

# What went wrong, without the notes in front of it.
wrong() {
    sed -n '/^error: /,$p' "$errors" | tr -d '\r' >"$work/wrong"
    test -s "$work/wrong" || echo 'error: gitops-health check gave no report' >"$work/wrong"
    cat "$work/wrong"
}

# A member of the risk in the report. Each member has a line of its own, and a text in it can not begin one.
of_risk() {
    sed -n '/^  "risk": {$/,/^  }/s/^    "'"$1"'": "\{0,1\}\([A-Za-z0-9_]*\).*/\1/p' "$report"
}

output() {
    test -z "${GITHUB_OUTPUT:-}" || printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

# GitHub takes no more than 1 MiB of a step.
summary() {
    if ! test -s "$work/summary.md"; then
        printf '## gitops-health: not evaluated\n\n'
        wrong | sed 's/^/    /'
    elif test "$(wc -c <"$work/summary.md")" -gt 1000000; then
        printf 'The end of this report is left out, since it is longer than a summary may be.\n\n'
        dd if="$work/summary.md" bs=1000 count=1000 2>/dev/null | sed '$d'
    else
        cat "$work/summary.md"
    fi
}

# Hands on what is known, and ends.
finish() {
    code=$1
    outcome='' score='' strategy=''
    if test -s "$report"; then
        outcome=$(sed -n 's/^  "outcome": "\([a-z_]*\)",\{0,1\}$/\1/p' "$report")
        score=$(of_risk score)
        strategy=$(of_risk strategy)
    fi
    # Nothing is clean that nobody looked at: arguments such as `--help` give no report and exit code 0.
    if test "$code" -eq 0 && test "$outcome" != clean; then
        code=2
    fi
    if is_on "${INPUT_ANNOTATIONS:-}"; then
        cat "$printed"
        test -s "$report" || printf '::error title=gitops-health check::%s\n' \
            "$(wrong | sed '1s/^error: //; s/%/%25/g' | awk '{ printf "%s%s", end, $0; end = "%0A" }')"
    elif test -s "$printed"; then
        quoted "$printed"
    fi
    test ! -s "$errors" || quoted "$errors"
    if is_on "${INPUT_SUMMARY:-}" && test -n "${GITHUB_STEP_SUMMARY:-}"; then
        summary >>"$GITHUB_STEP_SUMMARY"
    fi
    output outcome "${outcome:-not_evaluated}"
    output exit-code "$code"
    output score "$score"
    output strategy "$strategy"
    if test -f "$sarif"; then
        output sarif-file "$sarif"
    fi
    exit "$code"
}

# Ends where nothing could be asked.
refuse() {
    printf 'error: %s\n' "$@" >>"$errors"
    finish 2
}

program=${INPUT_PROGRAM:-}
if test -z "$program" && command -v gitops-health >/dev/null; then
    program=gitops-health
elif test -z "$program"; then
    test -n "${GITHUB_ACTION_PATH:-}" || refuse 'gitops-health is not on the PATH, and there is nothing to build it from'
    root=${RUNNER_TEMP:-${TMPDIR:-/tmp}}/gitops-health
    program=$root/bin/gitops-health
    # Not in the directory of the change, whose `rust-toolchain.toml` would say what builds it.
    test -x "$program" ||
        (cd "$GITHUB_ACTION_PATH" && cargo install --locked --path "$GITHUB_ACTION_PATH" --root "$root") ||
        refuse 'gitops-health could not be built: it needs Rust and a C compiler'
fi

set -- --ci
if test -n "${INPUT_BASE:-}"; then
    set -- "--base=$INPUT_BASE"
    test -z "${INPUT_HEAD:-}" || set -- "$@" "--head=$INPUT_HEAD"
elif test -n "${INPUT_HEAD:-}"; then
    refuse 'the input head needs base'
fi
test -z "${INPUT_FAIL_ON:-}" || set -- "$@" "--fail-on=$INPUT_FAIL_ON"
test -z "${INPUT_MAX_RISK:-}" || set -- "$@" "--max-risk=$INPUT_MAX_RISK"
test -z "${INPUT_FRAMEWORK:-}" || set -- "$@" "--framework=$INPUT_FRAMEWORK"
test -z "${INPUT_POLICY_FROM:-}" || set -- "$@" "--policy-from=$INPUT_POLICY_FROM"
test -z "${INPUT_ONLY:-}" || set -- "$@" "--only=$INPUT_ONLY"
test -z "${INPUT_SKIP:-}" || set -- "$@" "--skip=$INPUT_SKIP"
IFS='
'
for file in ${INPUT_EVIDENCE:-}; do
    set -- "$@" "--evidence=$file"
done
unset IFS
for word in ${INPUT_ARGS:-}; do
    set -- "$@" "$word"
done
format=text
if is_on "${INPUT_ANNOTATIONS:-}"; then
    format=github
fi

code=0
"$program" check "$@" --format "sarif=$sarif" --format "markdown=$work/summary.md" --format "json=$report" \
    --format "$format" </dev/null >"$printed" 2>"$errors" || code=$?
finish "$code"
