#!/usr/bin/env python3
"""How much health data `sanitize scan` believes to see in source code that has none.

usage: noise.py TOOL TREE... [--list] [--json FILE]

TOOL  the program `gitops-health`; it is run as `TOOL sanitize scan . --format json --quiet` in each tree
TREE  a checkout of a project that has nothing to do with health, so that every finding is a false alarm

Printed for each tree: its lines (of files without a zero byte among the first 8,000 bytes, as git tells text from
binary files), the findings whose category is a letter of 45 CFR 164.514(b)(2)(i), A to R, those of them above `low`
(`low` are values that are known to be nobody's), and the findings for 20,000 lines; then the same for each rule.
`--list` prints where each one is (path, line, rule, field) and never what it is.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys

LETTERS = set("ABCDEFGHIJKLMNOPQR")


def scan(tool, tree):
    """The findings of health data in a tree."""
    command = [str(tool), "sanitize", "scan", ".", "--format", "json", "--quiet"]
    done = subprocess.run(command, cwd=tree, capture_output=True, check=False)
    if done.returncode not in (0, 1, 3):
        sys.exit(f"{' '.join(command)}: {done.stderr.decode(errors='replace')}")
    return [one for one in json.loads(done.stdout)["findings"] if one["category"] in LETTERS]


def lines(tree):
    """How many lines the text files of a tree have."""
    count = 0
    for directory, names, files in os.walk(tree):
        names[:] = [name for name in names if name != ".git"]
        for name in files:
            path = os.path.join(directory, name)
            if os.path.islink(path):
                continue
            with open(path, "rb") as file:
                text = file.read()
            if b"\0" not in text[:8000]:
                count += text.count(b"\n") + (not text.endswith(b"\n") and bool(text))
    return count


def show(name, figures):
    print(
        f"{name:24} {figures['lines']:>9} lines {figures['findings']:>6} findings"
        f" {figures['above_low']:>6} above low {figures['per_20000_lines']:>7.2f} for 20,000 lines"
    )


def rate(count, of_lines):
    return round(20000 * count / of_lines, 2) if of_lines else 0.0


def figures_of(findings, of_lines):
    rules = collections.Counter(one["rule"] for one in findings)
    return {
        "lines": of_lines,
        "findings": len(findings),
        "above_low": sum(one["severity"] != "low" for one in findings),
        "per_20000_lines": rate(len(findings), of_lines),
        "rules": dict(sorted(rules.items(), key=lambda it: (-it[1], it[0]))),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("trees", type=pathlib.Path, nargs="+")
    parser.add_argument("--list", action="store_true", help="print where each finding is")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures there too")
    arguments = parser.parse_args()
    everything, all_lines, by_tree = [], 0, {}
    for tree in arguments.trees:
        findings, of_lines = scan(arguments.tool, tree), lines(tree)
        by_tree[tree.name] = figures_of(findings, of_lines)
        show(tree.name, by_tree[tree.name])
        for rule, count in by_tree[tree.name]["rules"].items():
            print(f"    {rule:20} {count:>6}")
        if arguments.list:
            for one in findings:
                place = f"{tree.name}/{one['path'].removeprefix('./')}:{one['line']}:{one['column']}"
                print(f"    {place}  {one['rule']}  {one['severity']}  {one['field'] or '-'}  {one['within'] or '-'}")
        everything += findings
        all_lines += of_lines
    total = figures_of(everything, all_lines)
    show("all", total)
    for rule, count in total["rules"].items():
        print(f"    {rule:20} {count:>6}  {rate(count, all_lines):>7.2f} for 20,000 lines")
    if arguments.json:
        arguments.json.write_text(json.dumps({"trees": by_tree, "all": total}, indent=2) + "\n")


if __name__ == "__main__":
    main()
