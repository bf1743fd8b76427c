#!/bin/bash
# Categories: images in a wrong folder are found, and one thing under two names; the same on any
# number of ranks. What has no categories, or too few, is no failure.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
"$python" "$tests/make_labelled.py" shop
cat >job.yaml <<'END'
catalogue: {path: shop}
image: {size: 28, channels: gray}
features: {source: pixels}
copies: {near: false}
check: {checks: [category, doubled_category, mixed_category]}
END

good on 1 run job.yaml -o one
says "categories: 6, by folders"
says "categories: 2 images are in categories with too few to be judged"
check misplaced one MISPLACED.txt
good on 3 run job.yaml -o three
check same one three categories.h5
check same one three findings.h5
cmp one/findings.csv three/findings.csv || fail "findings.csv differs on 3 ranks"
good on 1 run job.yaml -o one
did

# labels of a manifest come before folders: they say what is right
"$python" "$tests/misplaced.py" relabel shop MISPLACED.txt >list.csv
good on 2 run job.yaml -o right --set catalogue.kind=manifest --set catalogue.path=list.csv
says "by labels"
[ "$(grep -c ',category,' right/findings.csv)" -le 4 ] || fail "findings where all is right"
good on 1 run job.yaml -o right --set catalogue.kind=manifest --set catalogue.path=list.csv \
    --set categories.from=folders
says "categories: 6, by folders"

# what fits no category well is not told of
good on 1 run job.yaml -o one --set check.category.surely=1
did check report
! grep -q '^category,category' one/findings.csv || fail "told of, but not surely of another category"
# one picture on products of several: the placeholder is told of, and not that it fits none of them
cp -r shop placed
for place in bags boots sandals shirts; do
    cp "shop/boots/$(ls shop/boots | head -n 1)" placed/$place/one.png && cp placed/$place/one.png placed/$place/two.png
done
good on 2 run job.yaml -o placed-run --set catalogue.path=placed
grep -q '^category,category,.*/one.png' placed-run/findings.csv || fail "a boot fits shirts"
good on 2 run job.yaml -o placed-run --set catalogue.path=placed --set 'check.checks=[category, placeholder]'
grep -q '^placeholder' placed-run/findings.csv || fail "no placeholder"
! grep -q '^category,category,.*/one.png' placed-run/findings.csv || fail "a placeholder told of again"
# nor does what is blank
"$python" -c 'from PIL import Image
for place in "shirts", "boots", "bags": Image.new("L", (28, 28), 255).save(f"placed/{place}/void.png")'
good on 2 run job.yaml -o placed-run --set catalogue.path=placed --set 'check.checks=[category]'
grep -q '^category,category,.*/void.png' placed-run/findings.csv || fail "white fits boots"
good on 2 run job.yaml -o placed-run --set catalogue.path=placed --set 'check.checks=[category, blank]'
[ "$(grep -c '/void.png' placed-run/findings.csv)" = 3 ] || fail "what is blank is told of again"
good on 2 run job.yaml -o placed-run --set catalogue.path=placed --set 'check.checks=[duplicate]'
grep -q '^duplicate,.*/void.png' placed-run/findings.csv || fail "three white pictures are no copies"
good on 2 run job.yaml -o placed-run --set catalogue.path=placed --set 'check.checks=[duplicate, blank]'
! grep -q '^duplicate,.*/void.png' placed-run/findings.csv || fail "what is blank is told as copies, too"
says "put a picture of the product in its place"
says "6 findings about 16 images"

# all probabilities, where asked for
good on 2 run job.yaml -o one --set categories.probabilities=true
did categories groups check report
check probabilities one

# none, one, an image each: nothing to say
for set in "categories.from=labels" "categories.least=100"; do
    good on 2 run job.yaml -o none --set "$set"
    says "nothing to compare"
    ! grep -q category none/findings.csv || fail "findings without categories: $set"
done
# folders that say nothing of what is in them
"$python" "$tests/misplaced.py" shuffle shop >list.csv
good on 2 run job.yaml -o none --set catalogue.kind=manifest --set catalogue.path=list.csv
says "pictures hardly tell the categories apart"
! grep -q category none/findings.csv || fail "findings of categories by lot"

# pictures that are all one: nothing is learnt, and nothing fails
mkdir -p equal/a equal/b
for i in 1 2 3 4 5 6; do cp shop/boots/$(ls shop/boots | head -n 1) equal/a/$i.png; done
cp equal/a/*.png equal/b
good on 2 run job.yaml -o equals --set catalogue.path=equal
says "judged by the nearest images alone"
! grep -q category equals/findings.csv || fail "findings of categories whose pictures are all one"

# no job of before has the stage
good on 1 run job.yaml -o bare --set 'check.checks=[]'
did ingest features reduce fit score evaluate report
fails_with 2 "categories.folds" alone run job.yaml -o wrong --set categories.folds=1
