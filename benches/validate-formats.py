#!/usr/bin/env python3
"""Are the reports of `check` what those who read them ask for?

    python3 -m venv V && V/bin/pip install jsonschema lxml
    V/bin/python benches/validate-formats.py PROGRAM --sarif SARIF.json --junit JUNIT.xsd --gitlab CODECLIMATE.json

The schemas are not part of this repository: SARIF's is that of OASIS (sarif-spec, sarif-2.1/schema/sarif-schema-2.1.0.json),
JUnit's that of Jenkins' xUnit plugin (junit-10.xsd), and that of the Code Quality report GitLab's own
(app/validators/json_schemas/codeclimate.json), which is about one entry.

Repositories are made here, with everything that a report may have: findings of all severities, in files, messages and
names, rules that fail and that can not be answered, what may stay, what was passed over, odd names, and nothing at all.
Everything in them is made up. The exit code is 1 where a report is not valid.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import jsonschema
from lxml import etree

SSN = "-".join(["536", "22", "8141"])


def git(repo, *arguments):
    environment = dict(
        os.environ, GIT_AUTHOR_NAME="Ada", GIT_AUTHOR_EMAIL="ada@example.com", GIT_COMMITTER_NAME="Ada",
        GIT_COMMITTER_EMAIL="ada@example.com", GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1",
    )
    subprocess.run(["git", "-C", repo, *arguments], check=True, env=environment, capture_output=True)


def write(repo, path, content):
    path = os.path.join(repo, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


def commit(repo, message):
    git(repo, "add", "--all")
    git(repo, "commit", "--quiet", "--allow-empty", "--message", message)


def repositories(place):
    """A name, a repository and the arguments of `check` for each."""
    repo = os.path.join(place, "many")
    git(place, "init", "--quiet", "--initial-branch=main", repo)
    allow = "sanitize: {allow: [{rules: [ssn], paths: [docs/], reason: 'made up <&>', until: 2099-01-01}]}\n"
    write(repo, ".gitops-health.yaml", allow)
    write(repo, "src/a.py", "x = 1\n")
    commit(repo, "chore: begin")
    git(repo, "checkout", "--quiet", "-b", "work")
    write(repo, "src/a.py", f"patient ssn: {SSN}\npatient ssn: {SSN}\nrequests.get(u, verify=False)\n")
    write(repo, "docs/a.md", f"patient ssn: {SSN}\n")
    write(repo, "odd \u00fc <&>\"' #?%/b c.txt", f"patient ssn: {SSN}\n")
    write(repo, "image.bin", b"\0\1\2" * 100)
    write(repo, f"names/{SSN}.txt", "x\n")
    write(repo, "CODEOWNERS", "* @ann\n")
    commit(repo, f"feat: for {SSN}, {'ann' + '@clinic.org'} and others")
    large = os.path.join(place, "large")
    git(place, "clone", "--quiet", repo, large)
    write(large, "huge.txt", b"a" * ((64 << 20) + 1))
    commit(large, "feat: large")
    quiet = os.path.join(place, "quiet")
    git(place, "init", "--quiet", "--initial-branch=main", quiet)
    write(quiet, "a", "1\n")
    commit(quiet, "chore: begin")
    base = ["--base", "main"]
    yield "findings", repo, base
    yield "rules that can not be answered", repo, [*base, "--framework", "all"]
    yield "before a push", repo, [*base, "--framework", "hipaa", "--before", "push"]
    yield "a risk above the limit", repo, [*base, "--max-risk", "0", "--severity", "critical"]
    yield "a tree", repo, ["--all", "--only", "sanitize"]
    yield "what could not be looked at", large, ["--commit", "HEAD"]
    yield "nothing", quiet, ["--commit", "HEAD"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--sarif", required=True)
    parser.add_argument("--junit", required=True)
    parser.add_argument("--gitlab", required=True)
    arguments = parser.parse_args()
    program = os.path.abspath(arguments.program)

    def load(path):
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    def validator(schema):
        kind = jsonschema.validators.validator_for(schema)
        return kind(schema, format_checker=kind.FORMAT_CHECKER)

    sarif, entry = validator(load(arguments.sarif)), validator(load(arguments.gitlab))
    junit = etree.XMLSchema(etree.parse(arguments.junit))
    wrong = 0
    with tempfile.TemporaryDirectory() as place:
        for name, repo, asked in repositories(place):
            codes = set()

            def report(format):
                command = [program, "--repo", repo, "check", *asked, "--format", format]
                run = subprocess.run(command, capture_output=True, text=True)
                assert run.stdout, run.stderr
                assert SSN not in run.stdout + run.stderr
                codes.add(run.returncode)
                return run.stdout

            document = json.loads(report("sarif"))
            problems = {"sarif": [it.message[:200] for it in sarif.iter_errors(document)]}
            entries = json.loads(report("gitlab"))
            problems["gitlab"] = [it.message[:200] for one in entries for it in entry.iter_errors(one)]
            severities = {one["severity"] for one in entries}
            problems["gitlab"] += sorted(severities - {"info", "minor", "major", "critical", "blocker"})
            tree = etree.fromstring(report("junit").encode())
            problems["junit"] = [] if junit.validate(tree) else [str(it) for it in junit.error_log]
            problems["exit codes"] = [] if len(codes) == 1 else [str(sorted(codes))]
            # A check that can not fail is none.
            document["runs"][0]["results"] = "many"
            tree.set("made-up", "x")
            assert not sarif.is_valid(document) and not junit.validate(tree) and not entry.is_valid({})
            results = f"{len(entries)} entries, exit code {codes.pop()}"
            print(f"{name}: {results}:", "valid" if not any(problems.values()) else problems)
            wrong += sum(map(len, problems.values()))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
