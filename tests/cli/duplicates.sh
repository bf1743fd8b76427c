#!/bin/bash
# Copies of images are found, exact and near ones, also mirrored; what is only alike is not; a picture on
# many products is one placeholder. The same on any number of ranks.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
"$python" "$tests/make_copies.py" shop
cat >job.yaml <<'END'
catalogue: {path: shop}
image: {size: 96}
features: {source: pixels}
check: {checks: [duplicate, placeholder]}
END
for ranks in 1 2 3; do
    good on $ranks run job.yaml -o "on$ranks"
    "$python" "$tests/make_copies.py" check "on$ranks/findings.csv" || fail "findings on $ranks ranks"
    cmp on1/findings.csv "on$ranks/findings.csv" || fail "findings.csv differs on $ranks ranks"
done

# exact ones alone; without the check of placeholders such a group is one of duplicates
good on 2 run job.yaml -o on2 --set check.duplicate.near=false
[ "$(grep -c '^duplicate' on2/findings.csv)" = 1 ] || fail "near copies that were not asked for"
good on 2 run job.yaml -o on2 --set 'check.checks=[duplicate]'
grep -q 'nearly the same picture in 7 images' on2/findings.csv || fail "no group of 7 copies"
good on 2 run job.yaml -o on2 --set 'check.checks=[placeholder]' --set check.placeholder.least=8
[ "$(wc -l <on2/findings.csv)" = 1 ] || fail "a placeholder of 7 where 8 are the least"
