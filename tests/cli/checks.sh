#!/bin/bash
# Findings: the same on any number of ranks, in findings.h5, findings.csv, the log and one line of JSON;
# the exit code where one is severe; what a person has seen is not told again.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
"$python" "$tests/make_hostile.py" names shoes >/dev/null
"$python" "$tests/make_hostile.py" damaged shoes >/dev/null
printf 'no picture' >'shoes/=1+1, "quoted".png'
printf 'no picture' >$'shoes/\xff.png'
cat >job.yaml <<'END'
catalogue: {path: shoes}
image: {size: 28, channels: gray}
features: {source: pixels}
ingest: {max_unreadable: 0.9}
check: {checks: [unreadable]}
END

# a job that asks for no checks has no such stage
good on 1 run job.yaml -o none --set 'check.checks=[]'
did ingest features reduce fit score evaluate report
[ ! -e none/findings.csv ] && [ ! -e none/findings.h5 ] || fail "findings that nobody asked for"

good on 1 run job.yaml -o one
did ingest features reduce fit score check evaluate report
errors=$("$python" -c 'import csv; print(sum(1 for _ in csv.reader(open("one/errors.csv", errors="replace"))) - 1)')
says "check: $errors unreadable (unreadable $errors)"
check found one "$errors"
for ranks in 2 3; do
    good on $ranks run job.yaml -o "on$ranks"
    check same one "on$ranks" findings.h5
    cmp one/findings.csv "on$ranks/findings.csv" || fail "findings.csv differs on $ranks ranks"
done

# again: nothing is done, all is said; a severe finding is exit code 3, also of the stage alone
good on 1 run job.yaml -o one
did
says "\"findings\": $errors"
fails_with 3 "check.fail_at = 0.9" on 2 run job.yaml -o one --set check.fail_at=0.9
fails_with 3 "check.fail_at = 0.9" on 1 check job.yaml -o one --set check.fail_at=0.9
good on 1 run job.yaml -o one
good on 1 run job.yaml -o none --set 'check.checks=[]' --set check.fail_at=0.1

# what is cut out of findings.csv is left out from then on, whatever its names are
(
    head -n 1 one/findings.csv
    grep -a 'quoted\|truncated' one/findings.csv
    printf ',,,\xff.png,,,,,,1,\n'
) >one/ignored.csv
gone=$(($(grep -ac '' one/ignored.csv) - 1))
[ "$gone" -gt 4 ] || fail "only $gone lines to ignore"
good on 2 run job.yaml -o one
did check report
says "check: $gone findings are left out as ignored"
says "\"findings\": $((errors - gone))"
says "\"ignored\": $gone"
! grep -a 'quoted\|truncated' one/findings.csv || fail "ignored findings are listed"
good on 1 run job.yaml -o one
did
cp one/ignored.csv list.csv
good on 1 run job.yaml -o on2 --set check.ignore=list.csv
did check report
cmp one/findings.csv on2/findings.csv || fail "a list by its name is another one"
# of another check: not these
printf 'check;path\nblur;truncated.png\n' >list.csv
good on 1 run job.yaml -o on2 --set check.ignore=list.csv
did check report
says "\"findings\": $errors"

# wrong words
fails_with 2 "no check 'unreadible'; there are: all, unreadable" \
    alone run job.yaml -o wrong --set check.checks=unreadible
fails_with 1 "nowhere.csv" on 2 run job.yaml -o one --set check.ignore=nowhere.csv
echo 'file,check' >list.csv
fails_with 1 "names no column 'path'" on 2 run job.yaml -o one --set check.ignore=list.csv
printf 'path,others\na.png,[oops]\n' >list.csv
fails_with 1 "list.csv:2: no list of strings in JSON" on 1 run job.yaml -o one --set check.ignore=list.csv
# ... and before the work
fails_with 1 "list.csv:2: no list of strings in JSON" on 2 run job.yaml -o early --set check.ignore=list.csv
[ ! -e early/ingest.h5 ] || fail "a list that cannot be read is told after the work"
# a group of any size may be on it: one field names all of it
"$python" -c 'import csv, json, sys; csv.writer(sys.stdout).writerows([["path", "others"],
    ["a.png", json.dumps([f"folder/of/copies/number-{i:012}.png" for i in range(30000)])]])' >list.csv
good on 2 run job.yaml -o on2 --set check.ignore=list.csv
says "check: 1 lines of "
# the list of before is still the run's
good on 1 run job.yaml -o one
did

# of each check the most severe that there is room for; all are counted
good on 2 run job.yaml -o on3 --set check.most=3
says "\"findings\": $errors"
[ "$(grep -ac '' on3/findings.csv)" = 4 ] || fail "not three findings"
says "check.most"
