#!/usr/bin/env python3
"""Do public policies let through what our rules do not? Each set is asked about the adversary's changes that its question is about.

usage: policy-sets.py CHANGES [--kosli DIR] [--env0 DIR] [--healthcare DIR] [--scribe DIR] [--list]

CHANGES       what `ADVERSARY_OUT=DIRECTORY cargo nextest run -p gitops-health-compliance --test adversary` writes: changes.jsonl
--kosli       a clone of kosli-dev/cli: bin/never_alone/four-eyes-policy.rego
--env0        a clone of env0/acme-demo: approval-policies/core-payments/prod/separation-of-duties.rego
--healthcare  a clone of Oluseyi-Kofoworola/gitops2-healthcare-intelligence-git-commit: policies/healthcare/high_risk_dual_approval.rego
--scribe      a clone of scribe-public/sample-policies: v1/git/no-unsigned-commits.rego and v1/git/no-commit-to-main.rego
--list        prints each change that is judged otherwise than it should be

The policies are evaluated by Open Policy Agent: the package `opa-golib-python-bindings`; rosters are read with PyYAML.

Asked is only where our rule of the same question has to pass or fail, with its parameters as they are shipped. What a
set needs is made of the change as the platform would give it: the login of an address is the account that the roster
gives to it, or the one in a hidden address of GitHub. Kosli is given what its own command takes from GitHub, and asked
about reviews that have an account, a time and a commit, as each has there. On env0 each person has one account: all
names that the roster gives somebody are one there, and who is not in it can not act; what was taken back is not given
to it. A change that a set can not be asked about is counted, not judged.

A false pass is a change that has to fail and passes, a false fail one that has to pass and does not. Ours stand beside.
"""

import argparse
import collections
import json
import pathlib
import re
import sys

try:
    import opa_bindings
    import yaml
except ImportError as error:
    sys.exit(f"{error}: pip install opa-golib-python-bindings pyyaml")

HIDDEN = re.compile(r"^(?:\d+\+)?([^@+]+)@users\.noreply\.github\.com$", re.I)
PERSON = re.compile(r"^(.*?) ?<([^>]*)> (\d+) [+-]\d{4}$")
PASSES = {"pass", "waived", "not_applicable"}


class NotAsked(Exception):
    """The set can not be asked about the change."""


class Commit:
    """What stands in the object of a commit."""

    def __init__(self, identifier, raw):
        self.identifier = identifier
        header, _, self.message = raw.partition("\n\n")
        self.signature = ""
        reading = None
        for line in header.split("\n"):
            if line.startswith(" ") and reading:
                self.signature += line[1:] + "\n"
                continue
            key, _, value = line.partition(" ")
            reading = key == "gpgsig"
            if reading:
                self.signature += value + "\n"
            elif key in ("author", "committer"):
                found = PERSON.match(value)
                if not found:
                    raise NotAsked("a person without an address or a time")
                setattr(self, key, found.groups())

    @property
    def at(self):
        return int(self.committer[2])


class Change:
    """A change of the corpus."""

    def __init__(self, line):
        self.__dict__.update(json.loads(line))
        people = (yaml.safe_load(self.roster) or {}).get("people") or [] if self.roster else []
        self.people = {one["id"]: one for one in people}

    def made(self):
        order = [commit["id"] for commit in self.input["commits"]]
        return [Commit(one, self.commits[one]) for one in order]

    def login(self, address):
        """The account of GitHub that an address leads to there."""
        for one in self.people.values():
            if address.lower() in [known.lower() for known in one.get("emails", [])]:
                return one.get("accounts", {}).get("github", "").lower() or None
        hidden = HIDDEN.match(address)
        return hidden.group(1).lower() if hidden else None

    def one(self, address=None, by=None):
        """The first address in the roster of somebody, whichever of their names is given."""
        by = by or {"email": address}
        address, login = by.get("email", "").lower(), None
        if by.get("system", "").lower() == "github":
            login = by["account"].lower()
        elif HIDDEN.match(address):
            login = HIDDEN.match(address).group(1)
        for name, one in self.people.items():
            accounts = {system: account.lower() for system, account in one.get("accounts", {}).items()}
            is_account = "system" in by and accounts.get(by["system"].lower()) == by["account"].lower()
            if name == by.get("id") or is_account or login and accounts.get("github") == login or address in [known.lower() for known in one["emails"]]:
                return one["emails"][0]
        return None

    def is_of_this_state(self):
        """Whether all that is said is said of the last state, so that only the question who says it is left."""
        return all(one["covers"] == "all" for one in self.input["approvals"] if one["source"] != "trailer")


class Policy:
    def __init__(self, directory, path):
        self.engine = opa_bindings.OpaEngine()
        text = (pathlib.Path(directory) / path).read_text()
        try:
            self.engine.add_policy(path, text)
        except opa_bindings.OpaError:
            self.engine.add_policy(path, legacy(text))

    def value(self, path, document):
        try:
            return self.engine.eval_document(path, document)
        except opa_bindings.OpaUndefinedError:
            return None
        except opa_bindings.OpaError as error:
            return error


def legacy(text):
    """Rego of before version 1 in version 1: `if` before bodies, `contains` for sets."""
    text = re.sub(r"^(\w+)\[(\w+)\] *\{", r"\1 contains \2 if {", text, flags=re.M)
    return re.sub(r"^(\w+(?:\([^)]*\))?(?: :?= [^\n{]+)?)(?<! if) \{$", r"\1 if {", text, flags=re.M)


# Each set says whether a change passes.


def kosli(policy, change):
    """Every author has an approval by another account that came after the last commit."""
    commits = change.made()
    if not commits:
        raise NotAsked("not committed")
    # Asked are reviews that are approvals still: a dismissal changes the review, a refusal is another one.
    approvers = []
    for one in change.approvals:
        if one["by"].get("system", "").lower() != "github" or not one["by"]["account"] or one["at"] is None:
            raise NotAsked("an approval without an account of GitHub or a time")
        if not re.fullmatch("[0-9a-f]{40}", one["commit"] or ""):
            raise NotAsked("an approval that names no commit, which each has on GitHub")
        is_gone = any(
            other["state"] == "dismissed" and other["by"]["account"].lower() == one["by"]["account"].lower() and other["at"] and other["at"] >= one["at"]
            for other in change.approvals
            if "account" in other["by"]
        )
        if one["state"] == "approved" and not is_gone:
            approvers.append({"username": one["by"]["account"].lower(), "state": "APPROVED", "timestamp": one["at"]})
    made = [
        {"sha1": one.identifier, "author": f"{one.author[0]} <{one.author[1]}>", "author_username": change.login(one.author[1]), "timestamp": one.at}
        for one in commits
    ]
    pull = {"url": "7", "author": made[-1]["author_username"], "merge_commit": "", "commits": made, "approvers": approvers}
    trails = [
        {
            "name": one["sha1"],
            "git_commit_info": {"author": one["author"]},
            "compliance_status": {"attestations_statuses": {"pr-review": {"pull_requests": [pull]}}},
        }
        for one in made
    ]
    return policy.value("policy.allow", {"trails": trails}) is True


def env0(policy, change):
    """Somebody approved whose address is not that of who deploys: the author of the last commit."""
    commits = change.made()
    if not commits:
        raise NotAsked("not committed")
    if not change.is_of_this_state():
        raise NotAsked("an approval of another state")
    said = {}
    if any(one["at"] is None for one in change.approvals):
        raise NotAsked("an approval without a time")
    for one in sorted((one for one in change.approvals if one["state"] != "commented"), key=lambda one: one["at"]):
        who = change.one(by=one["by"])
        if who is None:
            raise NotAsked("an approver who has no account")
        said[who] = one["state"]
    deployer = change.one(address=commits[-1].author[1])
    if deployer is None:
        raise NotAsked("an author who has no account")
    approvers = [{"email": who, "name": "x"} for who, state in said.items() if state == "approved"]
    deployer = {"name": commits[-1].author[0], "email": deployer}
    found = policy.value("env0.allow", {"deployerUser": deployer, "approvers": approvers})
    return not isinstance(found, Exception) and bool(found)


def healthcare(policy, change):
    """A commit of low risk names a reviewer in its message: the trailers of the corpus with the name that is asked for."""
    commits = change.made()
    if len(commits) != 1:
        raise NotAsked("not one commit")
    message = re.sub(r"(?im)^(reviewed|approved|acked)-by *: *", "Reviewers: ", commits[0].message)
    document = {"commit": {"sha": commits[0].identifier, "risk_level": "low", "message": message, "changed_files": []}}
    return policy.value("healthcare.risk_approval.allow", document) is True


def unsigned(policy, change):
    """No commit has an empty signature."""
    commits = change.made()
    properties = lambda one: [{"name": "PGPSignature", "value": one.signature}]
    components = [{"group": "commit", "name": one.identifier, "properties": properties(one)} for one in commits]
    document = {"evidence": {"predicate": {"bom": {"components": components}}}}
    return policy.value("verify.allow", document) is True


def to_main(policy, change):
    """Nothing was committed on the main branch."""
    if "branch" not in change.input:
        raise NotAsked("no branch")
    components = [{"group": "commit", "name": one["id"]} for one in change.input["commits"]]
    predicate = {"bom": {"components": components}, "environment": {"git_branch": change.input["branch"]["name"]}}
    return policy.value("verify.allow", {"evidence": {"predicate": predicate}}) is True


def is_default(change, rule):
    return not change.parameters.get(rule)


def counts_messages(change, rule):
    return change.parameters.get(rule) == {"least_grade": "E0"}


SETS = [
    ("kosli", "bin/never_alone/four-eyes-policy.rego", "approved-by-others", is_default, kosli),
    ("env0", "approval-policies/core-payments/prod/separation-of-duties.rego", "approved-by-others", is_default, env0),
    ("healthcare", "policies/healthcare/high_risk_dual_approval.rego", "approved-by-others", counts_messages, healthcare),
    ("scribe", "v1/git/no-unsigned-commits.rego", "signed-commits", is_default, unsigned),
    ("scribe", "v1/git/no-commit-to-main.rego", "merged-through-request", is_default, to_main),
]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("changes")
    for name in dict.fromkeys(name for name, *_ in SETS):
        parser.add_argument(f"--{name}")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    changes = [Change(line) for line in open(args.changes)]
    print(f"{len(changes)} changes")
    for name, path, rule, is_same_question, ask in SETS:
        directory = getattr(args, name)
        if directory is None:
            continue
        policy = Policy(directory, path)
        rows = {"theirs": [0, 0], "ours": [0, 0]}
        families = collections.Counter()
        asked, good, left, wrong = 0, 0, {}, []
        for change in changes:
            wanted = change.wanted.get(rule)
            if wanted not in ("pass", "fail") or not is_same_question(change, rule):
                continue
            try:
                passes = ask(policy, change)
            except NotAsked as reason:
                left[str(reason)] = left.get(str(reason), 0) + 1
                continue
            asked += 1
            good += wanted == "pass"
            for who, it_passes in (("theirs", passes), ("ours", change.found[rule] in PASSES)):
                if it_passes != (wanted == "pass"):
                    rows[who][0 if it_passes else 1] += 1
                    families[(who, "false pass" if it_passes else "false fail", change.family)] += 1
                    wrong.append(f"{who}: {'false pass' if it_passes else 'false fail'}: {change.family}: {change.name}")
        print(f"\n{name}: {path}\n  as {rule}: {asked} asked, {good} to pass, {asked - good} to fail; not asked: {left or 'none'}")
        for who, (passes, fails) in rows.items():
            print(f"  {who:<8}{passes:>5} false passes {fails:>5} false fails")
        for (who, kind, family), count in sorted(families.items()):
            print(f"  {who}: {kind}: {family}: {count}")
        if args.list:
            print("\n".join(f"  {line}" for line in wrong))


if __name__ == "__main__":
    main()
