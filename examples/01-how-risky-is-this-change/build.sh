#!/bin/sh
# Builds the repository of this example in the directory given: a small service for infusion pumps
# with a past. Everything in it is made up.
set -eu
cd "$1"
git init --quiet --template= --initial-branch=main .

commit() {
    name=$1 mail=$2 date=$3 message=$4
    git add --all
    GIT_AUTHOR_NAME=$name GIT_AUTHOR_EMAIL=$mail GIT_AUTHOR_DATE=$date \
    GIT_COMMITTER_NAME=$name GIT_COMMITTER_EMAIL=$mail GIT_COMMITTER_DATE=$date \
        git commit --quiet --message "$message"
}

mkdir -p src/dosage src/auth docs db/migrations .github
printf '* @pumps/core\nsrc/dosage/ @pumps/dosage\nsrc/auth/ @pumps/security\n' > .github/CODEOWNERS
printf '# Pump service\n' > README.md
printf 'def rate(volume, hours):\n    return volume / hours\n' > src/dosage/rate.py
printf 'def allowed(user):\n    return user.role == "nurse"\n' > src/auth/roles.py
commit Ada ada@example.com '2026-01-05T09:00:00+0100' 'Compute infusion rates'

printf 'def rate(volume, hours):\n    if hours <= 0:\n        raise ValueError("hours")\n    return volume / hours\n' > src/dosage/rate.py
commit Grace grace@example.com '2026-01-19T15:30:00+0100' 'Fix crash when the duration is zero'

printf 'def rate(volume, hours):\n    if hours <= 0:\n        raise ValueError("hours")\n    return round(volume / hours, 1)\n' > src/dosage/rate.py
commit Ada ada@example.com '2026-02-02T11:00:00+0100' 'Round rates to a tenth'

printf 'def rate(volume, hours):\n    if hours <= 0:\n        raise ValueError("hours")\n    return volume / hours\n' > src/dosage/rate.py
commit Grace grace@example.com '2026-02-03T08:15:00+0100' 'Revert "Round rates to a tenth"

Pumps round by themselves; rounding twice was off by a tenth.'

printf '# Pump service\n\nComputes rates of infusion pumps.\n' > README.md
commit Ada ada@example.com '2026-02-10T10:00:00+0100' 'Say what the service does'

printf 'def rate(volume, hours, drops=20):\n    if hours <= 0:\n        raise ValueError("hours")\n    if drops not in (15, 20, 60):\n        raise ValueError("drops")\n    return volume * drops / (hours * 60)\n' > src/dosage/rate.py
printf 'def allowed(user):\n    return user.role in ("nurse", "physician")\n' > src/auth/roles.py
printf 'ALTER TABLE infusion ADD COLUMN drops INTEGER NOT NULL DEFAULT 20;\n' > db/migrations/0002_drops.sql
commit Ada ada@example.com '2026-02-14T23:40:00+0100' 'Rates in drops per minute, for physicians too'
