#!/bin/sh
# How long does git wait for the hook before a commit, and for another scanner of what is staged?
#
#     benches/hook.sh PROGRAM REPOSITORY [GITLEAKS] [RUNS]
#
# Ten files of the repository get a line and are staged in a clone that shares its objects; HEAD gets a configuration with two
# frameworks for the second row. Whole processes, in turn: the median, the least and the most of RUNS (21). The history is
# indexed before, and once more than not for `cold`. Nothing is written into the repository itself.
set -eu
program=$(realpath "$1") repository=$(realpath "$2") gitleaks=${3:-} runs=${4:-21}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
git clone --quiet --shared "$repository" "$place/clone"
cd "$place/clone"
git config user.name Ada
git config user.email ada@example.com
echo "commits: $(git rev-list --count HEAD), files: $(git ls-files | wc -l)"
git ls-files | grep -E '\.(c|go|java|py|js|rs)$' | awk 'NR % 7 == 1' | head -n 10 > ../files
while read -r file; do echo "/* a change */" >> "$file"; done < ../files
git add --update

python3 - "$program" "$gitleaks" "$runs" <<'PYTHON'
import os, shutil, statistics, subprocess, sys, time
program, gitleaks, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])

def once(command):
    begun = time.perf_counter()
    run = subprocess.run(command, capture_output=True)
    return 1000 * (time.perf_counter() - begun), run

def told(name, times):
    times.sort()
    print(f"{name}: median {statistics.median(times):.1f} ms, {times[0]:.1f} to {times[-1]:.1f}")

hook = [program, "hook", "run", "pre-commit"]
cold = []
for _ in range(5):
    shutil.rmtree(".git/gitops-health", ignore_errors=True)
    cold.append(once(hook)[0])
told("the first run, nothing indexed", cold)
subprocess.run([program, "index", "update", "HEAD"], check=True, capture_output=True)
commands = {"hook": hook, "--version": [program, "--version"]}
if gitleaks:
    commands["gitleaks"] = [gitleaks, "git", "--pre-commit", "--staged", "--no-banner", "."]

def compare(name):
    times = {key: [] for key in commands}
    for _ in range(runs):
        for key, command in commands.items():
            taken, run = once(command)
            assert run.returncode == 0 or key == "gitleaks", run.stdout + run.stderr
            times[key].append(taken)
    for key, list_ in times.items():
        told(f"{name}, {key}", list_)

compare("nothing set up")
staged = subprocess.run(["git", "stash", "--quiet"], check=True)
with open(".gitops-health.yaml", "w") as file:
    file.write("compliance: {frameworks: [baseline, hipaa]}\ncheck: {fail_on: critical}\n")
os.makedirs(".gitops-health", exist_ok=True)
with open(".gitops-health/roster.yaml", "w") as file:
    file.write("people:\n  - {id: ada, emails: [ada@example.com]}\n")
with open("CODEOWNERS", "w") as file:
    file.write("* ada@example.com\n")
subprocess.run(["git", "add", "--force", ".gitops-health.yaml", ".gitops-health", "CODEOWNERS"], check=True)
subprocess.run(["git", "commit", "--quiet", "--no-verify", "-m", "chore: set up"], check=True)
subprocess.run(["git", "stash", "pop", "--quiet", "--index"], check=True)
subprocess.run([program, "index", "update", "HEAD"], check=True, capture_output=True)
compare("two frameworks")
PYTHON
for commits in 50; do
    base=$(git rev-list --first-parent HEAD~1 | awk 'NR == 1 { next } { print }' | while read -r id; do
        test "$(git rev-list --count "$id..HEAD~1")" -lt "$commits" || { echo "$id"; break; }
    done)
    echo "commits since $base: $(git rev-list --count "$base..HEAD~1")"
    for run in 1 2 3; do
        /usr/bin/time -f "check --base: %e s, %M KB" "$program" check --base "$base" --head HEAD~1 --quiet >/dev/null || true
    done
done
