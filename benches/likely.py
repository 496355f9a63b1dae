#!/usr/bin/env python3
"""Does what `risk score` says before `risk train` come true?

usage: likely.py PROGRAM REPOSITORY [COMMITS]

Asks PROGRAM, where nothing was trained, about COMMITS (800) of the later half of those commits that are old enough for a label, evenly
spread, each with what was known before it; and compares with the labels of `risk labels` today. The index is in the repository, and
so is what the score keeps.

Printed are: how many commits were asked about, of how many nothing was told, and of the others how many introduced a defect, what was said in
the mean, the expected calibration error in ten groups of equal size (Naeini et al., AAAI 2015), how large that would be by chance if
what is said were true (200 draws), and the Brier score divided by that of always saying the base rate that was told beside (below 1 is better than that).
"""

import csv
import datetime
import io
import json
import pathlib
import subprocess
import sys

# `secrets.py` beside this page is not the module of that name.
sys.path = [place for place in sys.path if pathlib.Path(place or ".").resolve() != pathlib.Path(__file__).resolve().parent]

from random import Random

DRAWS = 200


def output(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode not in (0, 3):
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}")
    return done.stdout.decode("utf-8", "replace")


def main(program, repository, most=800):
    ask = [program, "--repo", repository, "--quiet", "risk"]
    labels = json.loads(output(*ask, "labels", "--format", "json"))
    rows = csv.DictReader(io.StringIO(output(*ask, "labels", "--format", "csv", "--limit", "100000000")))
    introduced = {row["commit"] for row in rows if row["state"] == "introduced"}
    end = datetime.datetime.fromisoformat(labels["as_of"]).timestamp()
    old = end - labels["maturity"]["days"] * 86_400
    listed = output("git", "-C", repository, "log", "--no-merges", "--format=%ct %H")
    commits = sorted((int(time), commit) for time, commit in map(str.split, listed.splitlines()))
    commits = [commit for time, commit in commits if time <= old]
    later = commits[len(commits) // 2 :]
    asked = later[:: max(1, len(later) // int(most))]
    told, untold = [], 0
    for commit in asked:
        model = json.loads(output(*ask, "score", "--commit", commit, "--format", "json")).get("model")
        if not model:
            continue
        if "risk train` learned" in model["trust"] or "It learned" in model["trust"]:
            sys.exit("something was trained here: `gitops-health risk train --remove`")
        if model["probability"] is None:
            untold += 1
            continue
        told.append((model["probability"], model["base_rate"], commit in introduced))
    if not told:
        sys.exit(f"{repository}: of none of {len(asked)} commits anything was told")
    told.sort()
    count = len(told)
    groups = [told[count * group // 10 : count * (group + 1) // 10] for group in range(10)]
    off = sum(abs(sum(said for said, _, _ in group) - sum(true for _, _, true in group)) for group in groups)
    random, by_chance = Random(1), 0.0
    for _ in range(DRAWS):
        drawn = ([random.random() < said for said, _, _ in group] for group in groups)
        by_chance += sum(
            abs(sum(said for said, _, _ in group) - sum(true)) for group, true in zip(groups, drawn)
        )
    brier = sum((said - true) ** 2 for said, _, true in told)
    by_base = sum((base - true) ** 2 for _, base, true in told)
    print(
        f"{repository}: {len(asked)} asked, nothing told of {untold}, {sum(true for _, _, true in told)} of {count} introduced a defect, "
        f"said {sum(said for said, _, _ in told) / count:.3f} in the mean, true {sum(true for _, _, true in told) / count:.3f}, "
        f"ECE {off / count:.3f} ({by_chance / DRAWS / count:.3f} by chance), Brier {brier / by_base:.3f} of the base rate's"
    )


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
