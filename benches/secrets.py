#!/usr/bin/env python3
"""How well `sanitize scan` finds secrets: in leaky-repo, and in files that CredData has labelled.

usage: secrets.py TOOL LEAKY_REPO CREDDATA [--misses] [--false] [--rules] [--json FILE]

TOOL        the program `gitops-health`; it is run as `TOOL sanitize scan . --format json --quiet` in each directory
LEAKY_REPO  a checkout of https://github.com/Plazmaz/leaky-repo
CREDDATA    a directory with `data` and `meta` as download_data.py of https://github.com/Samsung/CredData leaves them;
            a part of the repositories is enough: files that are absent count for nothing. `-` leaves it out.

What is counted:

leaky-repo  LEAKY_REPO/.leaky-meta/secrets.csv says how many lines of each file are a risk (96 of them), and how many
            are merely informative. RISK_LINES below says which these are, as read from the files. A line is found
            where a finding touches it. For the four lines that the table counts and that are no secrets (see
            SURPLUS) nothing can be found, so that 92 is the most. Findings on informative lines count for nothing,
            all others are false. A key of many lines is one.
CredData    each row with the label T is a secret, and one that a finding touches is found. A finding that touches
            one is right; one that touches a row with the label X (undecided) counts for nothing; any other is false,
            be there a label F or none. Lines count, not findings: two on one line are one.
            The second line of figures leaves out what is no secret by itself: rows of which all categories are in
            NOT_SECRET. Findings on them count for nothing there.
"""

import argparse
import bisect
import collections
import csv
import json
import pathlib
import subprocess
import sys

# The lines of leaky-repo that are a risk; a range is one secret.
RISK_LINES = {
    ".bash_profile": [12, 20, 21, 22, 23, 24],
    ".bashrc": [105, 106, 109],
    ".docker/.dockercfg": [4, 8],
    ".docker/config.json": [5, 9],
    ".mozilla/firefox/logins.json": [11, 12, 27, 28, 43, 44, 59, 60],
    ".ssh/id_rsa": [(1, 27)],
    "cloud/.credentials": [4, 7],
    "cloud/.s3cfg": [1],
    "cloud/.tugboat": [4],
    "cloud/heroku.json": [4],
    "db/dump.sql": [32, 33, 34, 35, 36, 37, 38, 39, 40, 41],
    "db/mongoid.yml": [4],
    "etc/shadow": [20],
    "filezilla/recentservers.xml": [13, 30],
    "filezilla/filezilla.xml": [13],
    "misc-keys/cert-key.pem": [(1, 28)],
    "misc-keys/putty-example.ppk": [(11, 25)],
    "proftpdpasswd": [1],
    "web/ruby/config/master.key": [1],
    "web/ruby/secrets.yml": [14, 17, 22],
    "web/var/www/.env": [5, 14, 23, 33],
    ".npmrc": [7, 9],
    "web/var/www/public_html/wp-config.php": [20, 33, 35, 37, 39, 41, 43, 45, 47],
    "web/var/www/public_html/.htpasswd": [1],
    ".git-credentials": [1],
    "db/robomongo.json": [14, 22, 27],
    "web/js/salesforce.js": [7],
    ".netrc": [1, 2],
    "hub": [4],
    "config": [10],
    "db/.pgpass": [2],
    "ventrilo_srv.ini": [7, 8],
    "web/var/www/public_html/config.php": [11],
    "db/dbeaver-data-sources.xml": [4],
    ".esmtprc": [4],
    "web/django/settings.py": [24],
    "deployment-config.json": [5],
    ".ftpconfig": [6, 12],
    ".remote-sync.json": [17],
    ".vscode/sftp.json": [6],
    "sftp-config.json": [15],
    ".idea/WebServers.xml": [6],
}

# Lines that have something to do with an account and are no secret: what is found there counts for nothing.
INFORMATIVE_LINES = {
    ".bash_profile": [11, 18, 19, 25, 26],
    ".bashrc": [104, 107, 108],
    ".docker/.dockercfg": [3, 7],
    ".docker/config.json": [4, 8],
    ".ssh/id_rsa.pub": [1],
    "cloud/.credentials": [3, 6],
    "cloud/.s3cfg": [2, 4],
    "cloud/.tugboat": [3, 6],
    "cloud/heroku.json": [3],
    "high-entropy-misc.txt": [1, 2],
    "misc-keys/putty-example.ppk": [(4, 10)],
    "hub": [3],
    "config": [3, 5, 8],
    ".esmtprc": [1, 2, 3],
    "deployment-config.json": [3, 4, 7],
    ".ftpconfig": [3, 5, 8],
    ".remote-sync.json": [5, 15, 16],
    ".vscode/sftp.json": [3, 4, 5],
    "sftp-config.json": [13, 14, 18],
    ".idea/WebServers.xml": [5],
    ".npmrc": [5],
    "web/var/www/.env": [8, 10, 12, 21, 28, 31],
    "web/var/www/public_html/wp-config.php": [16, 18, 22],
    "web/var/www/public_html/config.php": [4, 7, 9],
    "db/robomongo.json": [13, 18, 21, 26],
    "filezilla/filezilla.xml": [6, 11, 14],
    "filezilla/recentservers.xml": [6, 11, 23, 28],
}

# Categories of CredData that are no secret by themselves: names, ids and what is sent in the open.
NOT_SECRET = {
    "UUID",
    "Nonce",
    "Salt",
    "AWS Client ID",
    "AWS S3 Bucket",
    "Firebase Domain",
    "Tencent WeChat API App ID",
    "Google OAuth Client ID",
    "Other",
}

Finding = collections.namedtuple("Finding", "path first last rule")


def scan(tool, directory):
    """The secrets that the tool finds in a directory: paths relative to it, first and last lines, rules."""
    command = [str(tool), "sanitize", "scan", ".", "--format", "json", "--quiet"]
    done = subprocess.run(command, cwd=directory, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: {done.stderr.decode(errors='replace')}")
    findings, line_ends = [], {}
    for found in json.loads(done.stdout)["findings"]:
        if found["category"] != "secret":
            continue
        path = found["path"].removeprefix("./")
        if path not in line_ends:
            text = (pathlib.Path(directory) / path).read_bytes()
            line_ends[path] = [at for at, byte in enumerate(text) if byte == 0x0A]
        first = found["line"]
        last = bisect.bisect_left(line_ends[path], max(found["start"], found["end"] - 1)) + 1
        findings.append(Finding(path, first, max(first, last), found["rule"]))
    return findings


def as_range(lines):
    return lines if isinstance(lines, tuple) else (lines, lines)


class Truth:
    """What is known of each line: secrets, and lines on which findings count for nothing."""

    def __init__(self):
        self.secrets = collections.defaultdict(set)
        self.ignored = collections.defaultdict(set)
        self.denied = collections.defaultdict(set)

    def count(self):
        return sum(len(ranges) for ranges in self.secrets.values())


def touched(ranges, finding):
    return [(first, last) for first, last in ranges if first <= finding.last and last >= finding.first]


def compare(truth, findings):
    """The figures, and the findings and secrets behind them."""
    found, right, wrong = set(), set(), {}
    for finding in findings:
        hits = touched(truth.secrets.get(finding.path, ()), finding)
        place = (finding.path, finding.first)
        if hits:
            found.update((finding.path, *hit) for hit in hits)
            right.add(place)
        elif not touched(truth.ignored.get(finding.path, ()), finding):
            labelled = bool(touched(truth.denied.get(finding.path, ()), finding))
            wrong[place] = (finding.rule, labelled)
    missed = {(path, *one) for path, ranges in truth.secrets.items() for one in ranges} - found
    precision = len(right) / (len(right) + len(wrong)) if right else 0.0
    recall = len(found) / truth.count() if truth.count() else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    figures = {
        "secrets": truth.count(),
        "found": len(found),
        "right": len(right),
        "wrong": len(wrong),
        "wrong_labelled_false": sum(labelled for _, labelled in wrong.values()),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(f1, 4),
    }
    return figures, missed, wrong


def leaky_truth(directory):
    truth, surplus = Truth(), 0
    risk = {}
    for row in csv.reader((directory / ".leaky-meta/secrets.csv").read_text().splitlines()):
        if row and not row[0].startswith("#"):
            risk[row[0]] = int(row[1])
    for path, lines in RISK_LINES.items():
        truth.secrets[path] = {as_range(one) for one in lines}
    for path, lines in INFORMATIVE_LINES.items():
        truth.ignored[path] = {as_range(one) for one in lines}
    for path, count in risk.items():
        surplus += max(0, count - len(truth.secrets.get(path, ())))
    return truth, sum(risk.values()), surplus


def creddata_truth(directory, leave_out):
    truth = Truth()
    for table in sorted((directory / "meta").glob("*.csv")):
        with open(table, newline="", encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                path = row["FilePath"].removeprefix("data/")
                if not (directory / "data" / path).is_file():
                    continue
                lines = (int(row["LineStart"]), int(row["LineEnd"]))
                no_secret = set(row["Category"].split(":")) <= leave_out
                if row["GroundTruth"] == "T" and not no_secret:
                    truth.secrets[path].add(lines)
                elif row["GroundTruth"] == "F":
                    truth.denied[path].add(lines)
                else:
                    truth.ignored[path].add(lines)
    return truth


def show(name, figures, total=None):
    of = total or figures["secrets"]
    print(
        f"{name:34} found {figures['found']:5} of {of:5}  right {figures['right']:5}  wrong {figures['wrong']:5}"
        f" ({figures['wrong_labelled_false']} labelled)  precision {figures['precision']:.3f}"
        f"  recall {figures['recall']:.3f}  F1 {figures['f1']:.3f}"
    )


def details(arguments, root, findings, missed, wrong):
    if arguments.misses:
        for path, first, last in sorted(missed):
            print(f"missed  {root / path}:{first}" + (f"-{last}" if last > first else ""))
    if arguments.false:
        for (path, line), (rule, labelled) in sorted(wrong.items()):
            print(f"false   {root / path}:{line}  {rule}{'  labelled' if labelled else ''}")
    if arguments.rules:
        counts = collections.defaultdict(lambda: [0, 0])
        for finding in findings:
            counts[finding.rule][(finding.path, finding.first) in wrong] += 1
        for rule, (right, false) in sorted(counts.items(), key=lambda it: -sum(it[1])):
            print(f"rule    {rule:44} right or open {right:5}  wrong {false:5}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("leaky_repo", type=pathlib.Path)
    parser.add_argument("creddata", type=pathlib.Path)
    parser.add_argument("--misses", action="store_true", help="list the secrets that are not found")
    parser.add_argument("--false", action="store_true", help="list the findings that are none")
    parser.add_argument("--rules", action="store_true", help="list how often each rule is right")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures there too")
    arguments = parser.parse_args()
    all_figures = {}

    if str(arguments.leaky_repo) != "-":
        truth, total, surplus = leaky_truth(arguments.leaky_repo)
        findings = [one for one in scan(arguments.tool, arguments.leaky_repo) if not one.path.startswith(".leaky-meta/")]
        figures, missed, wrong = compare(truth, findings)
        figures["recall"] = round(figures["found"] / total, 4)
        both = figures["precision"] + figures["recall"]
        figures["f1"] = round(2 * figures["precision"] * figures["recall"] / both, 4) if both else 0.0
        figures.update(secrets=total, surplus=surplus)
        show("leaky-repo", figures, total)
        details(arguments, arguments.leaky_repo, findings, missed, wrong)
        all_figures["leaky-repo"] = figures

    if str(arguments.creddata) != "-":
        findings = scan(arguments.tool, arguments.creddata / "data")
        for name, leave_out in (("CredData, all rows", set()), ("CredData, secrets only", NOT_SECRET)):
            figures, missed, wrong = compare(creddata_truth(arguments.creddata, leave_out), findings)
            show(name, figures)
            all_figures[name] = figures
        details(arguments, arguments.creddata / "data", findings, missed, wrong)

    if arguments.json:
        arguments.json.write_text(json.dumps(all_figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
