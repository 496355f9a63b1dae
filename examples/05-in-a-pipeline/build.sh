#!/bin/sh
# Builds the repository of this example in the directory given: a small service that books appointments, as a CI job finds
# it in its clone. Two branches wait to be merged into `main`: one brings a record that looks real, the other mends the
# handbook. Everything in it is made up, and put together here, so that nothing in this file is found.
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

join() { printf %s "$@"; }

mkdir -p src/auth db/migrations docs tests/fixtures
# What the jobs of this example write.
printf '/ci/\n/shallow/\n' > .gitignore
printf '# Appointments\n\nBooks appointments of a clinic.\n' > README.md
printf '# Handbook\n\nAppointments last a quarter of an hour.\n' > docs/handbook.md
printf 'def book(day, doctor):\n    return store.add(day, doctor)\n' > src/booking.py
printf 'def allowed(user):\n    return user.role == "reception"\n' > src/auth/roles.py
commit Ada ada@example.com '2026-01-05T09:00:00+0100' 'Book appointments'

printf 'def book(day, doctor):\n    if store.taken(day, doctor):\n        raise ValueError("taken")\n    return store.add(day, doctor)\n' > src/booking.py
commit Grace grace@example.com '2026-01-19T15:30:00+0100' 'Fix appointments that were booked twice'

cat > .gitops-health.yaml <<'END'
check:
  max_risk: 80
END
commit Grace grace@example.com '2026-01-20T10:00:00+0100' 'Say how much risk may go in at once'
git tag before-roles

# On the way: a branch with a fixture that somebody copied from where it should have stayed.
number=$(join 536 -22- 8141)
git checkout --quiet -b reminders
cat > src/reminders.py <<'END'
def remind(appointment):
    return mail.send(appointment.patient, "tomorrow at " + appointment.time)
END
cat > tests/fixtures/appointment.txt <<END
appointment: tomorrow at 09:15
patient ssn: ${number}
END
commit Linus linus@example.com '2026-02-03T18:45:00+0100' 'Remind patients the day before'

# And one that is as it should be.
git checkout --quiet -b handbook main
printf '# Handbook\n\nAppointments last twenty minutes.\n' > docs/handbook.md
commit Ada ada@example.com '2026-02-04T11:00:00+0100' 'Appointments last twenty minutes'

# What was pushed to `main` meanwhile.
git checkout --quiet main
printf 'def allowed(user):\n    return user.role in ("reception", "nurse")\n' > src/auth/roles.py
printf 'ALTER TABLE appointment ADD COLUMN nurse TEXT;\n' > db/migrations/0002_nurse.sql
printf 'def book(day, doctor, nurse=None):\n    if store.taken(day, doctor):\n        raise ValueError("taken")\n    return store.add(day, doctor, nurse)\n' > src/booking.py
commit Ada ada@example.com '2026-02-05T10:15:00+0100' 'Nurses book appointments, too'

# A clone of CI has the branches of the other side.
for branch in main reminders handbook; do
    git update-ref "refs/remotes/origin/$branch" "$branch"
done
