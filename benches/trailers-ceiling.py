#!/usr/bin/env python3
"""How far would trees come on labels by developers that were allowed to learn from the very commits that are tested?

usage: trailers-ceiling.py LABELS METRICS

LABELS   the folder of labelled commits; the tables in its folder `fixes-trailers` are read
METRICS  the folder of what the example `measure` of the crate `risk` printed: xen.csv, rdma-core.csv, u-boot.csv, or
         NAME of the repository in front of it (`xen-project+xen.csv`)

Needs `pip install numpy scikit-learn lightgbm`. A ceiling and no result: of each project the last fifth by time is divided into five parts at random, and each part is asked
by gradient boosting that learned from the other four, with their labels as they are known today, and from all earlier commits of the project since the custom
began. It knows the future, may say less where lines are added, and is the mean of two draws. Figures are those of
`trailers-baseline.py`: the area under the ROC curve, that under precision and recall, the precision in the riskiest 5 %, and the area
under the ROC curve among changes of the same tenth by lines added: of each project, and the mean.
"""

import csv
import gzip
import importlib.util
import pathlib
import sys

# `secrets.py` beside this page is not the module of that name.
here = pathlib.Path(__file__).resolve().parent
sys.path = [place for place in sys.path if pathlib.Path(place or ".").resolve() != here]

try:
    import lightgbm
    import numpy as np
except ImportError as error:
    sys.exit(f"{error}: pip install numpy scikit-learn lightgbm")

LEFT_OUT = {"commit", "committed", "author", "is-revert"}


def baseline():
    spec = importlib.util.spec_from_file_location("baseline", here / "trailers-baseline.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(labels, metrics, project):
    with gzip.open(labels / f"{project}.csv.gz", "rt", newline="") as lines:
        known = {row["commit_hash"]: (row["bug"] == "1", int(row["first_fix_ts"])) for row in csv.DictReader(lines)}
    found = [path for path in metrics.glob("*.csv") if path.stem == project or path.stem.endswith(f"+{project}")]
    if len(found) != 1:
        sys.exit(f"data not present: {project}.csv in {metrics}")
    with open(found[0], newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["commit"] in known and float(row["nf"]) > 0]
    rows.sort(key=lambda row: int(row["committed"]))
    names = [name for name in rows[0] if name not in LEFT_OUT]
    inputs = np.array([[float(row[name] or "nan") for name in names] for row in rows])
    told = [known[row["commit"]] for row in rows]
    defective, since = np.array([bug for bug, _ in told]), np.array([time for _, time in told])
    times = np.array([int(row["committed"]) for row in rows])
    return times, inputs, inputs[:, names.index("la")], defective, since


def ceiling(times, inputs, defective, since):
    cut = len(times) * 4 // 5
    begun = np.sort(since[defective])[defective.sum() // 20]
    earlier = np.flatnonzero(times[:cut] >= begun)
    tested = np.arange(cut, len(times))
    said = np.zeros(len(tested))
    for draw in range(2):
        part = np.random.default_rng(draw).permutation(len(tested)) % 5
        for fold in range(5):
            learned = np.concatenate([earlier, tested[part != fold]])
            model = lightgbm.LGBMClassifier(
                n_estimators=300, learning_rate=0.03, num_leaves=15, min_child_samples=40, subsample=0.7, subsample_freq=1,
                colsample_bytree=0.5, reg_lambda=5.0, random_state=draw, n_jobs=2, deterministic=True, verbose=-1,
            ).fit(inputs[learned], defective[learned])
            said[part == fold] += model.predict(inputs[tested[part == fold]], raw_score=True)
    return said


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    labels, metrics = pathlib.Path(sys.argv[1], "fixes-trailers"), pathlib.Path(sys.argv[2])
    figures, found = baseline().figures, []
    for project in ("rdma-core", "u-boot", "xen"):
        if not (labels / f"{project}.csv.gz").exists():
            sys.exit("data not present: nothing was evaluated")
        times, inputs, added, defective, since = read(labels, metrics, project)
        cut = len(times) * 4 // 5
        found.append(figures(ceiling(times, inputs, defective, since), defective[cut:], added[cut:]))
        print(f"{project:12} " + " ".join(f"{figure:.3f}" for figure in found[-1]), flush=True)
    print(f"{'mean':12} " + " ".join(f"{figure:.3f}" for figure in np.mean(found, axis=0)))


if __name__ == "__main__":
    main()
