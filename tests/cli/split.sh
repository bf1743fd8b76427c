#!/bin/bash
# Categories that are of two things: a finding with a picture of each; the same on any number of ranks.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
"$python" "$tests/make_grouped.py" all 220 60
mkdir -p shop/drawings shop/both shop/photographs
mv all/a00*.png all/a011*.png shop/drawings
mv all/a01*.png shop/both
mv all/z000*.png shop/photographs
mv all/z00[0-4]*.png shop/both
mv all/z*.png shop/photographs
mv all/a*.png shop/drawings
cat >job.yaml <<'END'
catalogue: {path: shop}
image: {size: 32, channels: rgb}
features: {source: pixels}
copies: {near: false}
check: {checks: [mixed_category]}
END
good on 1 run job.yaml -o one
check split one both
good on 3 run job.yaml -o three
check same one three groups.h5
check same one three findings.h5
good on 1 run job.yaml -o one --set check.mixed_category.share=0.5
did check report
! grep -q 'groups that are apart' one/findings.csv || fail "a finding beyond the limit"
