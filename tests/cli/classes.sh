#!/bin/bash
# The detector `classes`: it learns from labels or folders, flags by its own rule, gives the same on
# any number of ranks, and its metrics are those of scikit-learn.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
"$python" "$tests/make_labelled.py" shop
cat >job.yaml <<'END'
catalogue: {path: shop}
image: {size: 28, channels: gray}
features: {source: pixels}
reduce: {pca: {components: 12}}
fit: {detector: classes}
check: {checks: []}
END

good on 1 run job.yaml -o one
says "classes: 7 of them learnt from"
check outlying one bags boots pants rare sandals shirts trousers
check agrees one 311 1
for ranks in 2 4; do
    good on $ranks run job.yaml -o ranks --set reduce.method=none
    [ $ranks = 4 ] || good mv ranks two
done
check same two ranks model.h5
check same two ranks scores.h5
cmp two/flagged.csv ranks/flagged.csv || fail "flagged.csv differs on 4 ranks"

# a model is used again, on what has no classes; where nothing has one, all are one
good on 2 run job.yaml -o again --set fit.model=one --set reduce.model=one --set catalogue.path=shop/bags
check outlying again bags boots pants rare sandals shirts trousers
good on 2 run job.yaml -o none --set fit.classes_from=labels
says "no row has a class: all are one"
check outlying none all

# what flags: its own rule, unless the job says otherwise
good on 1 run job.yaml -o one --set score.flag_share=0.1
[ "$(wc -l <one/flagged.csv)" = 32 ] || fail "not 31 images flagged by share"
good on 1 run job.yaml -o one --set score.rank_by=relative
[ "$(wc -l <one/flagged.csv)" = 17 ] || fail "not 0.05 of the images flagged by a column without a rule"
fails_with 2 "'detector' needs a detector with a rule" alone run job.yaml -o one --set score.flag_by=detector \
    --set score.rank_by=relative
fails_with 2 "'detector' needs a detector with a rule" alone run job.yaml -o one --set score.flag_by=detector \
    --set fit.detector=knn

# labels of theme and odd classes: odd images are of no class
images idx cut 400
footwear >job.yaml
good on 2 run job.yaml -o shoes --set fit.detector=classes --set score.flag_by=detector
check outlying shoes 5 7 9
check evaluated shoes out
says "false positives at 95 %"
