#!/usr/bin/env python3
"""How often would `check` have stopped somebody? Asks about the last commits of a repository, one by one.

    benches/gate.py PROGRAM REPOSITORY [COUNT] [ARGUMENT OF check...]

Merges are left out, since what they bring was asked about before. Nothing is written but the index of the history. What
stops somebody is listed with places; read them: whether it had to is for people to say.
"""

import collections
import json
import subprocess
import sys


def main():
    program, repo = sys.argv[1:3]
    count = sys.argv[3] if len(sys.argv) > 3 else "300"
    more = sys.argv[4:]
    commits = ["git", "-C", repo, "rev-list", "--no-merges", f"-n{count}", "HEAD"]
    commits = subprocess.run(commits, capture_output=True, text=True, check=True).stdout.split()
    codes, rules, places = collections.Counter(), collections.Counter(), collections.defaultdict(list)
    for commit in commits:
        asked = [program, "--repo", repo, "check", "--commit", commit, "--format", "json", *more]
        run = subprocess.run(asked, capture_output=True, text=True)
        codes[run.returncode] += 1
        if not run.stdout:
            print(commit, run.stderr.strip(), file=sys.stderr)
            continue
        report = json.loads(run.stdout)
        stopping = {(it["rule"], it["severity"]) for it in report["findings"] if it["decides"]}
        stopping |= {(it["what"], "not known") for it in report["unknown"] if it["decides"]}
        rules.update(stopping)
        for it in report["findings"]:
            if it["decides"]:
                places[it["rule"]].append(f"{commit[:10]} {it['path']}:{it['line']}")
    print(f"{len(commits)} commits:", ", ".join(f"{many} with exit code {code}" for code, many in sorted(codes.items())))
    for (rule, severity), many in rules.most_common():
        print(f"  {rule} ({severity}): {many}", *places[rule][:3], sep="\n    ")


if __name__ == "__main__":
    main()
