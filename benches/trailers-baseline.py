#!/usr/bin/env python3
"""How far does logistic regression come on the measures that stand beside labels by developers?

usage: trailers-baseline.py LABELS

LABELS  the folder of labelled commits; the tables in its folder `fixes-trailers` are read

Needs `pip install numpy scikit-learn`. It is what the figures that were asked for began from: the 14 metrics of Kamei et
al. (logarithms, each with a mean of 0 and a variance of 1), and again with the 15 measures of history, kinds of files and
messages beside them. Of each project the last fifth by time is asked; learned from is what comes before it and after the
custom began, with labels as they were known when the last fifth began. Sizes are those of the tables, so that lines added alone differ
a little from what the example `benchmark` of the crate `risk` says.
Printed are the area under the ROC curve, that under precision and recall, the precision in the riskiest 5 %, and the area
under the ROC curve among changes of the same tenth by lines added: of each project, and the mean.
"""

import csv
import gzip
import pathlib
import sys

# `secrets.py` beside this page is not the module of that name.
sys.path = [place for place in sys.path if pathlib.Path(place or ".").resolve() != pathlib.Path(__file__).resolve().parent]

try:
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import average_precision_score, roc_auc_score
    from sklearn.preprocessing import StandardScaler
except ImportError as error:
    sys.exit(f"{error}: pip install numpy scikit-learn")

KAMEI = "ns nd nf entropy la ld lt fix ndev age nuc exp rexp sexp".split()
BESIDE = (
    "file_fix_decay file_fixtag_count author_file_exp new_files test_files test_la code_files doc_files max_nuc "
    "subj_len body_len body_lines author_prior_tagfix author_hour_utc author_wday"
).split()


def area_of_same_size(scores, defective, lines):
    """The area under the ROC curve of pairs of the same tenth."""
    right, pairs = 0.0, 0
    for tenth in np.array_split(np.argsort(lines, kind="stable"), 10):
        bad, good = scores[tenth][defective[tenth]], np.sort(scores[tenth][~defective[tenth]])
        right += (np.searchsorted(good, bad, "left") + np.searchsorted(good, bad, "right")).sum() / 2
        pairs += len(bad) * len(good)
    return right / pairs


def figures(scores, defective, lines):
    riskiest = np.argsort(-scores, kind="stable")[: round(len(scores) / 20)]
    return [
        roc_auc_score(defective, scores),
        average_precision_score(defective, scores),
        defective[riskiest].mean(),
        area_of_same_size(scores, defective, lines),
    ]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    files = sorted(pathlib.Path(sys.argv[1], "fixes-trailers").glob("*.csv.gz"))
    files = [file for file in files if not file.name.endswith(".pairs.csv.gz")]
    if not files:
        sys.exit("data not present: nothing was evaluated")
    table = {"lines added": [], "14 metrics": [], "all 29": []}
    for file in files:
        with gzip.open(file, "rt", newline="") as lines:
            rows = [row for row in csv.DictReader(lines) if float(row["nf"]) > 0]
        rows.sort(key=lambda row: int(row["ts"]))
        column = lambda name: np.array([float(row[name]) for row in rows])
        time, known, defective, added = column("ts"), column("first_fix_ts"), column("bug") == 1, column("la")
        cut = len(rows) * 4 // 5
        is_known = defective & (known <= time[cut])
        begun = np.sort(known[is_known])[is_known.sum() // 20]
        learned = np.flatnonzero(time[:cut] >= begun)
        assert time[learned].max() <= time[cut:].min(), "what is learned from comes before what is tested"
        table["lines added"].append(figures(added[cut:], defective[cut:], added[cut:]))
        for name, columns in ("14 metrics", KAMEI), ("all 29", KAMEI + BESIDE):
            inputs = np.log1p(np.maximum(np.column_stack([column(it) for it in columns]), 0))
            inputs = StandardScaler().fit(inputs[learned]).transform(inputs)
            model = LogisticRegression(max_iter=2000).fit(inputs[learned], is_known[learned])
            table[name].append(figures(model.decision_function(inputs[cut:]), defective[cut:], added[cut:]))
    names = [file.name.removesuffix(".csv.gz") for file in files]
    for name, found in table.items():
        for project, one in zip(names + ["mean"], found + [np.mean(found, axis=0)]):
            print(f"{name:12} {project:12} " + " ".join(f"{figure:.3f}" for figure in one))


if __name__ == "__main__":
    main()
