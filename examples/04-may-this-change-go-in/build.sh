#!/bin/sh
# Builds the repository of this example in the directory given: a service that sends reminders, and a remote to push to.
# Everything in it is made up, and put together here, so that nothing in this file is found.
set -eu
cd "$1"
git init --quiet --template= --initial-branch=main .
git config user.name Ada
git config user.email ada@example.com
# `git ci` is `git commit` at a time that is always the same, so that this page is.
git config alias.ci '!GIT_AUTHOR_DATE=2026-01-12T10:00:00+0100 GIT_COMMITTER_DATE=2026-01-12T10:00:00+0100 git commit --quiet'
# What is made here is no part of it.
mkdir -p .git/info
printf '/far.git/\n/bad.py\n/.config/\n' > .git/info/exclude

mkdir -p src
printf '# Reminders\n\nWrites to patients a day before.\n' > README.md
printf 'def remind(appointment):\n    return f"See you at {appointment.time}"\n' > src/remind.py
git add README.md src
GIT_AUTHOR_DATE='2026-01-05T09:00:00+0100' GIT_COMMITTER_DATE='2026-01-05T09:00:00+0100' \
    git commit --quiet --message 'Remind patients'

# What somebody is about to paste.
printf 'def test_remind():\n    patient = {"ssn": "%s", "name": "made up"}\n    assert remind(patient)\n' \
    "$(printf '536-2%s' 2-8141)" > bad.py

git init --quiet --template= --bare --initial-branch=main far.git
git remote add origin far.git
git push --quiet origin main
