#!/bin/bash
# Groups: one that is apart from all others is one finding with all its images, copies among them;
# two halves are a question; the same on any number of ranks.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
cat >job.yaml <<'END'
catalogue: {path: one}
image: {size: 32, channels: rgb}
features: {source: pixels}
copies: {near: false}
check: {checks: [group]}
END
"$python" "$tests/make_grouped.py" one 300 26
"$python" "$tests/make_grouped.py" half 100 96
"$python" "$tests/make_grouped.py" none 200 0
for name in one half none; do
    good on 1 run job.yaml -o "run-$name" --set "catalogue.path=$name"
done
check grouped run-one group 30
check grouped run-half parts 2
grep -q '<section id="groups">' run-half/report/index.html || fail "no map of the groups on the page"
for picture in $(sed -n '/id="groups"/,/<\/section>/s/.*href="\(img[^"]*\)".*/\1/p' run-half/report/index.html); do
    [ -s "run-half/report/$picture" ] || fail "no picture $picture"
done
check grouped run-none none 0
good on 3 run job.yaml -o three
check same run-one three groups.h5
check same run-one three findings.h5
cmp run-one/groups.csv three/groups.csv || fail "groups.csv differs on 3 ranks"
rm three/groups.csv
good on 1 run job.yaml -o three
did groups

# a few images, fewer that can be read: nothing to say
mkdir few dark
cp one/a000[0-5].png few
good on 2 run job.yaml -o run-few --set catalogue.path=few
cp one/a000[01].png dark
for i in 3 4 5; do echo "no picture" >dark/$i.png; done
good on 2 run job.yaml -o run-dark --set catalogue.path=dark --set ingest.max_unreadable=1
! grep -q '^group' run-few/findings.csv run-dark/findings.csv || fail "groups of nothing"
