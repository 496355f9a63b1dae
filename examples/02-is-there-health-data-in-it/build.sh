#!/bin/sh
# Builds the repository of this example in the directory given: a small service for laboratory results, in which
# somebody pasted a message that looks real. Everything in it is made up, and put together here, so that nothing in
# this file is found.
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

record=$(join 4711 00815) family=$(join Zwyrt kova) given=$(join Quir inia) birth=$(join 1962 0110)
phone=$(join 614-7 36-2042) word=$(join vT9 qLmW2xR b7)
first_record=$(join 48 29173) first_name=$(join Okon kwoski) first_birth=$(join 1958-1 1-30)
second_record=$(join 48 29174) second_name=$(join Brzec zek) second_birth=$(join 1971-0 2-03)

mkdir -p src tests/fixtures
printf '# Results\n\nReads results of a laboratory.\n' > README.md
printf 'def read(message):\n    return message.split("\\r")\n' > src/results.py
commit Ada ada@example.com '2026-01-05T09:00:00+0100' 'Read results'

cat > tests/fixtures/result.hl7 <<END
MSH|^~\\&|LAB|CLINIC|EHR|CLINIC|20260301120000||ORU^R01|1|P|2.5
PID|1||${record}^^^CLINIC^MR||${family}^${given}||${birth}|F
OBX|1|TX|NOTE||Called Mrs. ${family} at ${phone}
END
commit Grace grace@example.com '2026-01-19T15:30:00+0100' 'Test with a result'

cat > src/connect.py <<END
import lab

def connect():
    return lab.connect("lab.internal", password="${word}")
END
cat > tests/fixtures/patients.csv <<END
mrn,last_name,dob,ward
${first_record},${first_name},${first_birth},3B
${second_record},${second_name},${second_birth},3B
END
git add --all
