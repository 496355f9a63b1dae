"""Replaces what the plan names in the history of the repository that this is run in.

Run it in a fresh clone, with git-filter-repo (https://github.com/newren/git-filter-repo) installed as a
module: `python3 rewrite.py`. Arguments are given on to it.
"""

import json
import os
import subprocess
import sys

import git_filter_repo

HERE = os.path.dirname(os.path.abspath(__file__))
edits = {}
with open(os.path.join(HERE, "replacements.jsonl"), encoding="utf-8") as lines:
    for line in lines:
        entry = json.loads(line)
        edits[entry["object"].encode()] = entry
# What only the clone has that the plan was made in needs no rewriting here.
there = subprocess.run(
    ["git", "cat-file", "--batch-check"], input=b"\n".join([*edits, b""]), stdout=subprocess.PIPE, check=True
)
absent = {line.split()[0] for line in there.stdout.splitlines() if line.endswith(b" missing")}
edits = {object_id: entry for object_id, entry in edits.items() if object_id not in absent}
done = set()


def rewritten(object_id, content):
    """The content of an object without what was found in it."""
    entry = edits.get(object_id)
    if entry is None:
        return content
    if len(content) != entry["length"]:
        sys.exit("error: %s is not as the plan knows it" % object_id.decode())
    done.add(object_id)
    parts, at = [], 0
    for begin, end, text in entry["replacements"]:
        parts += [content[at:begin], text.encode("latin-1")]
        at = end
    return b"".join(parts + [content[at:]])


def blob(blob, _metadata):
    blob.data = rewritten(blob.original_id, blob.data)


def commit(commit, _metadata):
    commit.message = rewritten(commit.original_id, commit.message)


def tag(tag, _metadata):
    tag.message = rewritten(tag.original_id, tag.message)


arguments = git_filter_repo.FilteringOptions.parse_args(
    ["--preserve-commit-hashes", "--preserve-commit-encoding"] + sys.argv[1:]
)
git_filter_repo.RepoFilter(
    arguments, blob_callback=blob, commit_callback=commit, tag_callback=tag
).run()
missed = set(edits) - done
if missed:
    sys.exit("error: %d of %d objects were not met" % (len(missed), len(edits)))
print("%d objects were rewritten, and %d are not in this clone" % (len(done), len(absent)))
