#!/usr/bin/env python3
"""Do the rules mean the same to Open Policy Agent as to the program? Each is asked about the same changes.

usage: opa-referee.py PROGRAM [REPOSITORY...] [--corpus FILE] [--commits N] [--mutants K] [--seed S] [--now TIME]
       [--speed BINARY]

PROGRAM     the program `gitops-health`
REPOSITORY  with history, bare or not. Nothing is written to it: what is asked is a clone that shares its objects.
--corpus    the changes of the corpus of adversaries, `changes.jsonl`, as
            `ADVERSARY_OUT=DIRECTORY cargo nextest run -p gitops-health-compliance --test adversary` writes it: each with what
            the program answered, of which the verdict is compared. Waivers come after rules: what is waived has to fail.
--commits   how many changes of each are taken (default 100): four of six are commits spread over the history of HEAD,
            one is a merge against what it merged into, as a pull request, and one is a range of a few commits
--mutants   how many variants of each input are made (default 5)
--speed     the example `speed` of the crate `gitops-health-compliance`, built with `--release`

OPA is the package `opa-golib-python-bindings` (OPA itself, in Go). Where `celine-regorus` is installed too, it is asked
about the variants. Install them by `pip install opa-golib-python-bindings celine-regorus`.

Each change is looked at twice: as it is, and with evidence and a revision to be trusted that are made up: a roster of
the people of the history, owners, waivers, approvals, tickets, tests, scans, a pull request. `compliance input` says
what rules see of it, `compliance analyze` what they say; the digests show that both are of the same document. OPA
evaluates `applicable`, `missing` and `findings` of each rule for it, with the parameters' defaults, and what that
amounts to (crates/compliance/src/rule.rs) is compared: verdict, message, subject, path and line of findings, what is
missing. Where a waiver counts, findings may be fewer.

The program takes no input from a file. So of variants it is asked of OPA that no rule errs, is undefined or has
another form; and of regorus, where it is installed, that it answers as OPA does. A variant has some members left out,
emptied, doubled, replaced or made up as the JSON Schema of the program allows, with words that descriptions and rules
name; every second one is evaluated with parameters that have other values than the default.

OPA is also asked whether the tests of the rules hold. It takes an error of a built-in function for undefined, and the
program takes it for an error: with a change that would be a difference.

Printed is how many answers are equal and which differ, ten of each rule; the exit code is 1 if any does.
"""

import argparse
import base64
import collections
import concurrent.futures
import copy
import hashlib
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

try:
    import opa_bindings
except ImportError:
    sys.exit("opa_bindings is missing: pip install opa-golib-python-bindings")
try:
    import regorus
except ImportError:
    regorus = None

RULES = pathlib.Path(__file__).resolve().parent.parent / "policies" / "rules"
PARTS = ("applicable", "missing", "findings")
MEMBERS = {"message", "subject", "path", "line"}
UNDEFINED = object()
DAY = 86400


class Failure(Exception):
    """The program ended otherwise than it should."""


# The interpreters: each says what the three parts of each rule are, None where a rule has none.


def texts():
    """The rules by their id."""
    found = {path.parent.name: path.read_text() for path in sorted(RULES.glob("*/rule.rego"))}
    return found or sys.exit(f"no rules in {RULES}")


def package(rule):
    return rule.replace("-", "_")


def parts(rules):
    """Which of the parts each rule has."""
    return {rule: [part for part in PARTS if re.search(rf"^{part}\b", text, re.M)] for rule, text in rules.items()}


class Opa:
    """OPA with all rules and one set of parameters."""

    def __init__(self, rules, parameters=None):
        self.rules, self.parts = rules, parts(rules)
        self.engine = opa_bindings.OpaEngine()
        for rule, text in rules.items():
            self.engine.add_policy(f"{rule}/rule.rego", text)
        if parameters is not None:
            self.engine.add_data({"parameters": parameters})

    def meta(self):
        asked = self.engine.eval_document("gitops_health.rules", {})
        return {rule: asked[package(rule)]["meta"] for rule in self.rules}

    def one(self, path, document):
        try:
            return self.engine.eval_document(path, document)
        except opa_bindings.OpaUndefinedError:
            return UNDEFINED
        except opa_bindings.OpaError as error:
            return error

    def ask(self, document):
        """All at once, and one by one where that fails."""
        whole = self.one("gitops_health.rules", document)
        if isinstance(whole, Exception):
            single = lambda rule, part: self.one(f"gitops_health.rules.{package(rule)}.{part}", document)
        else:
            single = lambda rule, part: whole[package(rule)].get(part, UNDEFINED)
        return {rule: judged({part: single(rule, part) for part in self.parts[rule]}) for rule in self.rules}


class Regorus:
    """The same of regorus."""

    def __init__(self, rules, parameters):
        self.engine, self.rules, self.unread = regorus.Engine(), {}, []
        for rule, text in rules.items():
            try:
                self.engine.add_policy(f"{rule}/rule.rego", text)
                self.rules[rule] = text
            except RuntimeError:
                self.unread.append(rule)  # an older one than the program's may not know a word
        self.parts = parts(self.rules)
        self.engine.add_data_json(json.dumps({"parameters": parameters}))

    def one(self, path):
        try:
            value = json.loads(self.engine.eval_rule_as_json(f"data.gitops_health.rules.{path}"))
        except BaseException as error:  # a panic of it is no Exception
            if isinstance(error, KeyboardInterrupt):
                raise
            return RuntimeError(str(error))
        return UNDEFINED if value == "<undefined>" else value

    def ask(self, document):
        self.engine.set_input_json(json.dumps(document))
        single = lambda rule, part: self.one(f"{package(rule)}.{part}")
        return {rule: judged({part: single(rule, part) for part in self.parts[rule]}) for rule in self.rules}


# What the parts amount to, as crates/compliance/src/rule.rs says.


def answer(verdict, findings=(), missing=(), error=None):
    return {"verdict": verdict, "findings": sorted(findings), "missing": sorted(missing), "error": error}


def judged(values):
    for part, value in values.items():
        if value is UNDEFINED or isinstance(value, Exception):
            error = "is undefined" if value is UNDEFINED else str(value)
            return answer("error", error=f"`{part}` {error}")
        if part == "applicable":
            if not isinstance(value, bool):
                return answer("error", error="`applicable` is not true or false")
            if not value:
                return answer("not_applicable")
        elif not isinstance(value, list):
            return answer("error", error=f"`{part}` is no set")
        elif part == "missing":
            if not all(isinstance(text, str) for text in value):
                return answer("error", error="`missing` is not a set of texts")
            if value:
                return answer("not_assessed", missing=value)
        elif not all(is_finding(one) for one in value):
            return answer("error", error="`findings` is not a set of objects with a `message`")
        else:
            return answer("fail" if value else "pass", findings=map(row, value))
    return answer("error", error="there is no `findings`")


def is_finding(one):
    if not isinstance(one, dict) or not one.keys() <= MEMBERS or not one.get("message"):
        return False
    line = one.get("line")
    is_line = line is None or isinstance(line, int) and not isinstance(line, bool) and line > 0
    return is_line and all(isinstance(one.get(name) or "", str) for name in MEMBERS - {"line"})


def row(one):
    return (one["message"], one.get("subject") or "", one.get("path") or "", one.get("line") or 0)


def fingerprint(rule, finding):
    """As the report has it: of the words before they are made fit to be printed."""
    digest = hashlib.sha256()
    for part in ("gitops-health finding 1", rule, *finding[:3]):
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:32]


def is_same(rule, one, other):
    """What OPA says and what the report says of a rule."""
    ours = collections.Counter((found["fingerprint"], found["line"] or 0) for found in other["findings"])
    theirs = collections.Counter((fingerprint(rule, found), found[3]) for found in one["findings"])
    verdict = other["verdict"]
    if other["waivers"]:
        fewer = verdict == "fail" and ours < theirs
        return one["verdict"] == "fail" and (fewer or verdict == "waived" and ours == theirs)
    return one["verdict"] == verdict and ours == theirs and one["missing"] == sorted(other["missing"])


# Changes of a repository.


def git(repo, *arguments, data=None):
    command = ["git", "-C", str(repo), *arguments]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    if done.returncode:
        raise Failure(f"git {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode(errors="replace")


def name_of(repo):
    """Its directory, and the one above: a bare repository may be called as any other."""
    return "/".join(repo.resolve().parts[-2:])


def spread(items, count):
    """So many of them, from the first to the last."""
    count = min(count, len(items))
    return [items[at * (len(items) - 1) // max(count - 1, 1)] for at in range(count)]


def changes(repo, count):
    """The arguments that name each change."""
    listed = [line.split() for line in git(repo, "rev-list", "--parents", "HEAD").splitlines()]
    merges = spread([line for line in listed if len(line) > 2], count // 6)
    heads = spread([line for line in listed if len(line) > 1], count // 6)
    asked = [["--base", line[1], "--head", line[2]] for line in merges]
    for at, line in enumerate(heads):
        first = git(repo, "rev-list", "--first-parent", f"--max-count={at % 9 + 2}", line[0]).split()[-1]
        asked.append(["--range", f"{first}..{line[0]}"])
    taken = {line[0] for line in merges}
    commits = spread([line for line in listed if line[0] not in taken], count - len(asked) - len(merges))
    return [["--commit", line[0]] for line in merges + commits] + asked


def run(program, repo, *arguments):
    command = [str(program), "--repo", str(repo), "--quiet", "compliance", *arguments]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode not in (0, 1, 3) or not done.stdout:
        error = done.stderr.decode(errors="replace").strip().splitlines()
        raise Failure(f"exit code {done.returncode}: {error[0] if error else 'nothing said'}")
    return done.stdout


def looked(program, repo, arguments):
    """What rules see of a change, and what the program says of it."""
    document = json.loads(run(program, repo, "input", *arguments))
    report = json.loads(run(program, repo, "analyze", *arguments, "--format", "json"))
    words = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if hashlib.sha256(words.encode()).hexdigest() != report["input_digest"]:
        raise Failure("`input` and `analyze` looked at different documents")
    return document, {row["rule"]: row for row in report["rules"]}


# What is made up: a revision to be trusted, and evidence.


def moment(rng, around=1700000000):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(around + rng.randrange(-900 * DAY, 900 * DAY)))


def some(rng, items, least=0):
    items = list(items)
    return rng.sample(items, rng.randint(min(least, len(items)), len(items)))


def trusted(repo, emails, rules, rng):
    """A commit with a roster, owners and waivers."""
    people, known = [], set()
    roles = ["quality", "privacy", "security", "release-manager", "owner"]
    for at, email in enumerate(emails):
        if rng.random() < 0.15 or "@" not in email or email.lower() in known:
            continue
        known.add(email.lower())
        one = {"id": f"p{at}", "emails": [email], "kind": rng.choice(["person"] * 6 + ["bot", "platform", "shared"])}
        if email.endswith("noreply@" "github.com"):
            one["kind"] = rng.choice(["platform", "person"])
        one["roles"] = some(rng, roles)
        if rng.random() < 0.4:
            one["training"] = {name: moment(rng)[:10] for name in some(rng, ["hipaa", "gdpr", "security", "gxp"], 1)}
        if rng.random() < 0.3:
            one["from"] = moment(rng, 1300000000)
        if rng.random() < 0.2:
            one["until"] = moment(rng, 1800000000)
        if rng.random() < 0.4:
            key = {"fingerprint": f"SHA256:{at:043d}"}
            if rng.random() < 0.4:
                key["until"] = moment(rng, 1800000000)
            if rng.random() < 0.4:
                reason = rng.choice(["retired", "superseded", "compromised", "unspecified"])
                key["revoked"] = {"at": moment(rng), "reason": reason}
            one["keys"] = [key]
        people.append(one)
    for name in ("r1", "r2", "r3"):
        people.append({"id": name, "emails": [f"{name}@example.org"], "roles": some(rng, roles), "kind": "person"})
    waivers = []
    for at, rule in enumerate(rng.sample(list(rules), 8)):
        one = {
            "id": f"W-{at}",
            "rule": rule,
            "reason": "it is made up for a comparison",
            "owner": rng.choice(["r1", "r2"]),
        }
        one["expires"] = rng.choice(["2020-01-01", "2027-06-30", "2099-12-31"])
        if rng.random() < 0.4:
            one["paths"] = rng.choice([["*.c", "*.go"], ["src/"], ["*.java", "*.py"]])
        if rng.random() < 0.3:
            one["ticket"] = "CHG-1"
        waivers.append(one)
    owners = (
        "\n".join(
            f"{glob} {' '.join(some(rng, [*emails[:12], 'r1@example.org', '@team/x', 'r2@example.org'], 1)[:3])}"
            for glob in some(rng, ["*", "*.c", "*.go", "/src/", "*.md", "*.java", "/lib/"], 1)
        )
        + "\n"
    )
    blob = lambda text: git(repo, "hash-object", "-w", "--stdin", data=text.encode()).strip()
    tree = lambda entries: git(repo, "mktree", data="".join(entries).encode()).strip()
    inner = [
        f"100644 blob {blob(json.dumps({'people': people}))}\troster.yaml\n",
        f"100644 blob {blob(json.dumps({'waivers': waivers}))}\twaivers.yaml\n",
    ]
    if rng.random() < 0.7:
        data = b"".join(len(part).to_bytes(4, "big") + part for part in (b"ssh-ed25519", bytes(range(32))))
        key = f'r1@example.org namespaces="git" ssh-ed25519 {base64.b64encode(data).decode()}\n'
        inner.insert(0, f"100644 blob {blob(key)}\tallowed_signers\n")
    whole = tree([f"040000 tree {tree(inner)}\t.gitops-health\n", f"100644 blob {blob(owners)}\tCODEOWNERS\n"])
    name = ["-c", "user.name=made up", "-c", "user.email=made@example.org"]
    return git(repo, *name, "commit-tree", whole, "-m", "made up").strip()


def evidence(document, emails, rng):
    """What others may say of a change."""
    change = document["change"]
    own = [key for person in document["people"].values() for key in person["emails"]]
    whoever = lambda: rng.choice(
        [
            {"id": "r1"},
            {"id": "r2"},
            {"id": "r3"},
            {"email": rng.choice(own or emails)},
            {"email": rng.choice(emails)},
            {"account": "github:somebody"},
        ]
    )
    ids = [commit["id"] for commit in document["commits"]]

    def binds():
        drawn = rng.random()
        if drawn < 0.4 and change.get("head"):
            return {"commit": change["head"]}
        if drawn < 0.5 and change.get("tree"):
            return {"tree": change["tree"]}
        if drawn < 0.65:
            return {"change": change["digest"]}
        if drawn < 0.8 and ids:
            return {"commit": rng.choice(ids)}
        return {"commit": "ab" * 20} if drawn < 0.9 else {}

    around = max([commit["committer"]["at"]["unix"] for commit in document["commits"]] or [1700000000])

    def near():
        """A time about then, and now and then none."""
        at = max(0, around + rng.randrange(-3 * DAY, 9 * DAY))
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)) if rng.random() < 0.8 else None

    grade = lambda: rng.choice(["E0", "E1", "E2", "E2"])
    said = {"schema": "gitops-health/evidence/v1"}
    said["approvals"] = [
        {
            "by": whoever(),
            "state": rng.choice(["approved"] * 4 + ["changes_requested", "dismissed", "commented"]),
            "meaning": rng.choice(["review", "approval", "responsibility", "authorship", None]),
            "at": near(),
            "binds": binds(),
            "grade": grade(),
        }
        for _ in range(rng.randrange(5))
    ]
    tickets = [one for commit in document["commits"] for one in commit["message"]["tickets"]] + ["CHG-1", "CHG-2"]
    if rng.random() < 0.7:
        said["tickets"] = [
            {
                "id": rng.choice(tickets),
                "system": rng.choice(["jira", None]),
                "state": rng.choice(["open", "approved", "closed"]),
                "approved_by": whoever(),
                "approved_at": near(),
                "grade": grade(),
            }
            for _ in range(rng.randrange(4))
        ]
    if rng.random() < 0.7:
        said["tests"] = [
            {
                "suite": rng.choice(["unit", "integration", ""]),
                "total": rng.choice([2, 9]),
                "failed": rng.choice([0, 0, 1]),
                "skipped": rng.choice([0, 1]),
                "at": near(),
                "binds": binds(),
                "grade": grade(),
            }
            for _ in range(rng.randrange(3))
        ]
    if rng.random() < 0.7:
        said["scans"] = [
            {
                "tool": rng.choice(["semgrep", "trivy", "gitleaks"]),
                "kind": rng.choice(["code", "dependencies", "secrets", "other"]),
                "is_complete": rng.random() < 0.8,
                "at": near(),
                "binds": binds(),
                "grade": grade(),
                "findings": {
                    name: rng.randrange(2) for name in some(rng, ["critical", "high", "medium", "low", "info"])
                },
            }
            for _ in range(rng.randrange(4))
        ]
    if rng.random() < 0.7:
        one = {
            "number": rng.randrange(1, 999),
            "author": whoever(),
            "base": rng.choice(["main", "x", None]),
            "grade": grade(),
            "labels": some(rng, ["emergency", "fix", "deviation", "hotfix", "security"]),
            "commits": some(rng, ids),
        }
        if rng.random() < 0.6:
            one |= {"merged_by": whoever(), "merged_at": near()}
        if rng.random() < 0.6:
            one["last_pushed_at"] = near()
        said["pull_request"] = one
    if rng.random() < 0.6:
        members = ["is_bypass_used", "is_direct_push_allowed", "is_second_factor_required"]
        said["platform"] = {name: rng.random() < 0.5 for name in some(rng, members)}
    return said


# Variants of an input.


class Maker:
    """Makes values of a JSON Schema up, with words that it and the rules name."""

    # What lets a change pass, so that with a bias towards it rules come further: the first of a list, or another one.
    best = {"grade": 2}
    denied = {"is_contributor", "is_merge", "is_optional", "is_bypass_used", "is_direct_push_allowed", "is_accepted"}

    def __init__(self, schema, rules):
        self.root, self.words = schema, collections.defaultdict(set)
        self.rng, self.bias = random.Random(0), 0
        self.of_rules = {rule: self.asked_for(text) for rule, text in rules.items()}
        self.named = self.all_named = sorted({word for words in self.of_rules.values() for word in words})
        for match in sorted(self.described(schema)):
            self.words[match[0]].add(match[1])
        self.seen = collections.defaultdict(list)

    def asked_for(self, text):
        """The words that a rule compares with: of its body, and defaults."""
        head, body = text.split("\n}\n", 1)
        defaults = " ".join(re.findall(r'"default": ([^}]*?)(?:, "about"|,?\n)', head))
        return sorted(
            set(re.findall(r'"([A-Za-z][\w.-]{1,40})"', body + defaults)) - {"message", "subject", "path", "line"}
        )

    def described(self, node):
        """The words in backquotes of what describes a member."""
        if isinstance(node, dict):
            for name, member in node.get("properties", {}).items():
                for word in re.findall(r"`([^` ]+)`", member.get("description", "")):
                    yield name, word
            for child in node.values():
                yield from self.described(child)
        elif isinstance(node, list):
            for child in node:
                yield from self.described(child)

    def of(self, node):
        """A schema without references and without null."""
        while True:
            if "$ref" in node:
                node = self.root["$defs"][node["$ref"].rsplit("/", 1)[1]]
            elif "anyOf" in node:
                node = next(one for one in node["anyOf"] if one.get("type") != "null")
            else:
                return node

    def kind(self, node):
        kinds = node.get("type", "string" if "oneOf" in node else "object")
        return next(kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null")

    def learn(self, document):
        """The texts and numbers that there are, so that variants have what belongs together."""
        self.seen = collections.defaultdict(list)

        def walk(name, value):
            if isinstance(value, dict):
                for key, one in value.items():
                    walk(key, one)
            elif isinstance(value, list):
                for one in value:
                    walk(name, one)
            elif isinstance(value, (str, int)) and value not in self.seen[name]:
                self.seen[name].append(value)

        walk("", document)
        people, commits = list(document["people"]), [one["id"] for one in document["commits"]]
        for name in (
            "person",
            "author",
            "merged_by",
            "approved_by",
            "contributors",
            "people",
            "co_authors",
            "owner",
            "shared",
        ):
            self.seen[name] = [*people, "somebody"]
        for name in ("commit", "commits", "head", "parents", "base"):
            self.seen[name] = [*commits, "0" * 40]
        self.seen["rule"] += [one for one in self.all_named if "-" in one]
        self.seen["id"] = ["CHG-1", *document["change"]["contributors"], *commits][:9]
        self.seen["tickets"] += ["CHG-1", "RFC-1"]

    def make(self, node, name="", depth=0):
        rng, node = self.rng, self.of(node)
        if "const" in node:
            return node["const"]
        if "oneOf" in node:
            choices = node["oneOf"]
            return self.make(rng.choice([choices[self.best.get(name, 0)]] * self.bias + choices), name, depth)
        kind = self.kind(node)
        if kind == "object":
            value = {}
            for key, member in node.get("properties", {}).items():
                if key in node.get("required", []) or rng.random() < 0.6:
                    value[key] = self.make(member, key, depth + 1)
            if isinstance(node.get("additionalProperties"), dict):
                keys = self.seen["person"] if name == "people" else ["critical", "high", "low", "hipaa", "security"]
                value |= {key: self.make(node["additionalProperties"], key, depth + 1) for key in some(rng, keys)[:4]}
            return value
        if kind == "array":
            return [self.make(node["items"], name, depth + 1) for _ in range(rng.choice([0, 1, 1, 2, 3]))]
        if kind == "boolean":
            return rng.random() < (0.5 if not self.bias else 0.1 if name in self.denied else 0.9)
        if kind == "integer":
            if name == "line":
                return rng.choice([1, 2, 3, *[one for one in self.seen[name] if isinstance(one, int)][:5]])
            if name == "unix":
                return rng.choice([self.time(), self.time(), 0])
            return rng.choice([0, 1, 2, 3, 10, 72, 73, 255, *self.seen[name][:5]])
        return self.text(name)

    def time(self):
        known = [one for one in self.seen["unix"] if isinstance(one, int)] or [0]
        return self.rng.choice(known) + self.rng.choice([-400 * DAY, -DAY, -1, 0, 0, 1, DAY, 400 * DAY])

    def text(self, name):
        drawn = self.rng.random()
        pools = [sorted(self.words[name]), [one for one in self.seen[name] if isinstance(one, str)], self.named]
        pools = [pool for pool in pools if pool] or [["x"]]
        if drawn < 0.03:
            return ""
        return self.rng.choice(self.rng.choice(pools[:2] if drawn < 0.4 else pools))

    def places(self, value, node, name="", path=()):
        """Where something is, with its schema: member by member, item by item."""
        node = self.of(node)
        if isinstance(value, dict):
            for key in value:
                member = node.get("properties", {}).get(key, node.get("additionalProperties"))
                if isinstance(member, dict):
                    is_required = key in node.get("required", [])
                    yield (*path, key), member, key, is_required
                    yield from self.places(value[key], member, key, (*path, key))
        elif isinstance(value, list):
            for at, one in enumerate(value[:20]):
                yield (*path, at), node["items"], name, False
                yield from self.places(one, node["items"], name, (*path, at))

    def variant(self, document, seed):
        """Another input that the schema allows."""
        self.rng = rng = random.Random(seed)
        document, self.bias = copy.deepcopy(document), rng.choice([0, 0, 6, 12])
        # The words of some rules only, so that what one asks for comes together.
        self.named = sorted({word for rule in rng.sample(sorted(self.of_rules), 2) for word in self.of_rules[rule]})
        self.learn(document)
        absent = [name for name in self.root["properties"] if name not in document]
        often = rng.choice([0.3, 0.97])
        for name in [name for name in absent if rng.random() < often]:
            document[name] = self.make(self.root["properties"][name], name)
        if rng.random() < often:
            known = (
                "files",
                "signals",
                "owners",
                "roster",
                "trust",
                "findings",
                "risk",
                "tags",
                "tests",
                "scans",
                "tickets",
            )
            facts = [one for one in document["facts_missing"] if rng.random() < 0.1]
            facts += [{"fact": name, "reason": "so"} for name in known if rng.random() < 0.03]
            document["facts_missing"] = facts
        if rng.random() < 0.7:
            for name in ("approvals", "waivers", "commits", "files", "files", "people"):
                if rng.random() < 0.4:
                    made = self.make(self.root["properties"][name], name)
                    document[name] = document[name] | made if name == "people" else document[name] + made
        for _ in range(rng.choice([0, 1, 2, 3, 5, 8, 20])):
            by_top = collections.defaultdict(list)
            for place in self.places(document, self.root):
                by_top[place[0][0]].append(place)
            # Each member at the top as often as another: files are many.
            path, node, name, is_required = rng.choice(by_top[rng.choice(sorted(by_top))])
            owner = document
            for step in path[:-1]:
                owner = owner[step]
            drawn, value, last = rng.random(), owner[path[-1]], path[-1]
            if drawn < 0.25 and not is_required:
                del owner[last]
            elif isinstance(value, list) and drawn < 0.45:
                owner[last] = []
            elif isinstance(value, list) and drawn < 0.7:
                value.append(self.make(self.of(node)["items"], name))
            elif isinstance(owner, list) and drawn < 0.35:
                owner.append(copy.deepcopy(value))
            else:
                owner[last] = self.make(node, name)
        return document


def other(parameters, rng, words):
    """Parameters with other values of the same form."""

    def changed(name, value):
        if rng.random() < 0.4:
            return value
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            return rng.choice([0, 1, value + 1, max(value - 1, 0), 1000])
        if isinstance(value, list):
            texts = all(isinstance(one, str) for one in value)
            more = rng.sample([*words, "unit", "src/", "CHG", "E1", "docs/"], 2) if texts else []
            return rng.choice([[], some(rng, value), value + more, more or value])
        if isinstance(value, str) and re.fullmatch(r"E\d", value):
            return rng.choice(["E0", "E1", "E2", "E3"])
        if value in ("info", "low", "medium", "high", "critical"):
            return rng.choice(["info", "low", "medium", "high", "critical"])
        return value

    return {rule: {name: changed(name, value) for name, value in of.items()} for rule, of in parameters.items()}


def tested(rules):
    """The rules' own tests, in OPA: how many there are, and which do not hold."""
    opa, tests = Opa(rules), {rule: (RULES / rule / "rule_test.rego").read_text() for rule in rules}
    for rule, text in tests.items():
        opa.engine.add_policy(f"{rule}/rule_test.rego", text)
    whole = opa.one("gitops_health.rules", {})
    if isinstance(whole, Exception):
        sys.exit(f"the tests can not be evaluated: {whole}")
    names = [(rule, name) for rule, text in tests.items() for name in re.findall(r"^(test_\w+)", text, re.M)]
    return len(names), [(rule, name) for rule, name in names if whole[f"{package(rule)}_test"].get(name) is not True]


# What is printed.


def shown(one):
    """An answer in a line."""
    findings = [
        tuple(found[name] for name in ("message", "subject", "path", "line")) if isinstance(found, dict) else found
        for found in one["findings"]
    ]
    words = [one["verdict"], *(str(found) for found in findings[:4]), *one["missing"][:4], one.get("error") or ""]
    return "; ".join(word for word in words if word) + (f"; {len(findings)} in all" if len(findings) > 4 else "")


class Count:
    def __init__(self):
        self.equal, self.different, self.verdicts = 0, 0, collections.defaultdict(collections.Counter)
        self.shown = collections.Counter()

    def add(self, is_equal, rule, verdict, where, one, other):
        self.verdicts[rule][verdict] += 1
        if is_equal:
            self.equal += 1
            return
        self.different += 1
        self.shown[rule] += 1
        if self.shown[rule] <= 10:
            print(f"DIFFERENT {rule}: {where}\n    {one}\n    {other}", flush=True)

    def say(self, what, lists=False):
        kinds = collections.Counter()
        for verdicts in self.verdicts.values():
            kinds.update(verdicts)
        of = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
        print(f"{what}: {self.equal:,} equal, {self.different} different ({of})")
        for name in ("pass", "fail") if lists else ():
            without = [rule for rule, verdicts in self.verdicts.items() if not verdicts[name]]
            if without:
                print(f"    never `{name}`: {', '.join(sorted(without))}")


def look(options, repo, rules, opa, real, made):
    """Compares the changes of a repository; their inputs."""
    documents, ended = [], collections.Counter()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        clone = scratch / "repository.git"
        subprocess.run(["git", "clone", "--quiet", "--bare", "--shared", str(repo), str(clone)], check=True)
        asked = changes(clone, options.commits)
        counted = collections.Counter(git(clone, "log", "--max-count=5000", "--format=%ae%n%ce", "HEAD").splitlines())
        emails = [email for email, _ in counted.most_common(80) if email] or ["nobody@example.org"]
        rng = random.Random(options.seed)
        revisions = [trusted(clone, emails, rules, rng) for _ in range(6)]
        now = ["--now", options.now]

        def both(at):
            """A change as it is, and with what is made up."""
            found = []
            try:
                found.append((real, asked[at], *looked(options.program, clone, [*asked[at], *now])))
                own = random.Random(f"{options.seed} {at}")
                path = scratch / f"{at}.json"
                path.write_text(json.dumps(evidence(found[0][2], emails, own)))
                more = [
                    "--policy-from",
                    own.choice(revisions),
                    "--evidence",
                    str(path),
                    "--branch",
                    own.choice(["main", "x"]),
                ]
                found.append(
                    (made, [*asked[at], "(made up)"], *looked(options.program, clone, [*asked[at], *more, *now]))
                )
            except Failure as failure:
                found.append((None, asked[at], str(failure), None))
            return found

        both(0)  # the history is indexed once
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for found in pool.map(both, range(len(asked))):
                for count, arguments, document, rows in found:
                    if count is None:
                        ended[document.replace(str(clone), "REPOSITORY")] += 1
                        continue
                    documents.append((f"{name_of(repo)} {' '.join(arguments)}", document))
                    theirs = opa.ask(document)
                    if theirs.keys() != rows.keys():
                        sys.exit(f"the program has other rules: {sorted(theirs.keys() ^ rows.keys())}")
                    for rule, one in theirs.items():
                        ours = rows[rule]
                        is_equal = is_same(rule, one, ours)
                        count.add(
                            is_equal,
                            rule,
                            one["verdict"],
                            documents[-1][0],
                            f"OPA: {shown(one)}",
                            f"ours: {shown(ours)}",
                        )
    print(f"{name_of(repo)}: {len(asked)} changes, {len(documents)} inputs", flush=True)
    for text, number in ended.items():
        print(f"    not looked at: {number} times {text}")
    return documents


def of_corpus(path, parameters, rules, corpus):
    """Compares the answers to the changes of the corpus; how many changes there are."""
    opas, changes = {}, 0
    for line in path.read_text().splitlines():
        change, changes = json.loads(line), changes + 1
        own = copy.deepcopy(parameters)
        for rule, values in (change["parameters"] or {}).items():
            own.setdefault(rule, {}).update(values)
        key = json.dumps(own, sort_keys=True)
        if key not in opas:
            opas[key] = Opa(rules, own)
        theirs = opas[key].ask(change["input"])
        where = f"{change['family']}: {change['name']}"
        for rule, ours in change["found"].items():
            one = theirs.get(rule)
            if one is None:
                sys.exit(f"the corpus has another rule: {rule}")
            is_equal = ours == one["verdict"] or (ours == "waived" and one["verdict"] == "fail")
            corpus.add(is_equal, rule, one["verdict"], where, f"OPA: {shown(one)}", f"ours: {ours}")
    return changes


def mutate(options, rules, parameters, documents, wall, engines):
    """Asks about variants of inputs."""
    schema = json.loads(
        subprocess.run(
            [str(options.program), "compliance", "input", "--schema"], capture_output=True, check=True
        ).stdout
    )
    maker, rng = Maker(schema, rules), random.Random(options.seed)
    # As they are shipped every second time, else with one of three others.
    sets = [parameters] + [other(parameters, rng, maker.all_named) for _ in range(3)]
    opas = [Opa(rules, one) for one in sets]
    theirs = [Regorus(rules, one) for one in sets] if regorus else []
    for at, (where, document) in enumerate(documents):
        for number in range(options.mutants):
            variant, chosen = maker.variant(document, f"{options.seed} {at} {number}"), (0, 1, 0, 2, 0, 3)[number % 6]
            answers = opas[chosen].ask(variant)
            place = f"{where}, variant {at} {number}, parameters {chosen}"
            for rule, one in answers.items():
                wall.add(one["verdict"] != "error", rule, one["verdict"], place, f"OPA: {shown(one)}", "none may err")
            if theirs:
                for rule, ours in theirs[chosen].ask(variant).items():
                    one = answers[rule]
                    is_equal = all(one[name] == ours[name] for name in ("verdict", "findings", "missing"))
                    engines.add(is_equal, rule, one["verdict"], place, f"OPA: {shown(one)}", f"regorus: {shown(ours)}")


def speed(options, opa, documents):
    """All rules over one input, in OPA and in the program."""
    times = 200
    by_size = sorted(documents, key=lambda one: len(json.dumps(one[1])))
    print("\nall rules over one input, median of", times)
    print(f"{'bytes':>9} {'OPA':>10} {'reading':>10} {'ours':>10} {'ratio':>7} {'less reading':>13}")
    for where, document in (by_size[len(by_size) // 10], by_size[len(by_size) // 2], by_size[-1]):

        def median(ask):
            each = []
            for _ in range(times):
                begin = time.perf_counter()
                ask()
                each.append(time.perf_counter() - begin)
            return statistics.median(each) * 1e6

        engine = opa.engine
        whole = median(lambda: engine.eval_document("gitops_health.rules", document))
        # What it costs to hand the input over and to get nothing back.
        reading = median(lambda: engine.eval_query("x := true", document))
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(document, file)
            file.flush()
            said = subprocess.run(
                [str(options.speed), file.name, str(times)], capture_output=True, text=True, check=True
            ).stdout
        number, unit = re.search(r"all rules: median ([\d.]+)(\S+?),", said).groups()
        ours = float(number) * {"ns": 1e-3, "µs": 1, "ms": 1e3, "s": 1e6}[unit]
        row = f"{whole:8.0f}µs {reading:8.0f}µs {ours:8.0f}µs {whole / ours:7.1f} {(whole - reading) / ours:13.1f}"
        print(f"{len(json.dumps(document)):>9} {row}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("repositories", nargs="*", type=pathlib.Path, metavar="REPOSITORY")
    parser.add_argument("--corpus", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--commits", type=int, default=100, metavar="N")
    parser.add_argument("--mutants", type=int, default=5, metavar="K")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--now", default="2026-12-01T00:00:00Z", metavar="TIME")
    parser.add_argument("--speed", type=pathlib.Path, metavar="BINARY")
    options = parser.parse_args()
    if not options.repositories and not options.corpus:
        parser.error("name a repository, or `--corpus`")
    options.program = options.program.resolve()
    rules = texts()
    meta = Opa(rules).meta()
    parameters = {
        rule: {name: one["default"] for name, one in of.get("parameters", {}).items()} for rule, of in meta.items()
    }
    opa = Opa(rules, parameters)
    count, failed = tested(rules)
    print(
        f"{count} tests of rules in OPA, {len(failed)} do not hold",
        *(f"\n    {rule}: {name}" for rule, name in failed),
        flush=True,
    )
    real, made, wall, engines, corpus = Count(), Count(), Count(), Count(), Count()
    asked = of_corpus(options.corpus, parameters, rules, corpus) if options.corpus else 0
    documents = [one for repo in options.repositories for one in look(options, repo, rules, opa, real, made)]
    mutate(options, rules, parameters, documents, wall, engines)
    if documents:
        print(f"\n{len(rules)} rules, {len(documents)} inputs, {options.mutants} variants of each")
    if options.corpus:
        corpus.say(f"the corpus, {asked:,} changes, OPA and the program", lists=True)
    if documents:
        real.say("changes as they are, OPA and the program")
        made.say("changes with what is made up, OPA and the program")
        wall.say("variants, OPA", lists=True)
    if documents and regorus:
        engines.say("variants, OPA and regorus")
        unread = Regorus(rules, parameters).unread
        print(f"    not read by this regorus: {', '.join(unread)}" if unread else "    it reads all rules")
    if options.speed and documents:
        speed(options, opa, documents)
    counts = (real, made, wall, engines, corpus)
    sys.exit(bool(failed) or any(count.different for count in counts))


if __name__ == "__main__":
    main()
