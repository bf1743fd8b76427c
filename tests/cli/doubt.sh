#!/bin/bash
# The doubt of a classifier that the job trains is a view of its own: strangers among its classes are odd by it, and the
# page says so; the same bits on any number of ranks; it is done again when networks change.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 400
cat >job.yaml <<'END'
name: doubt
catalogue: {kind: idx, path: cut-images.gz, labels: cut-labels.gz}
image: {size: 28, channels: gray}
train:
  task: classify
  network: [conv 6 5x5, relu, max_pool 2, dense 24, relu]
  folds: 2
  epochs: 6
  batch: 24
  rate: 0.004
  classify: {least: 20} # strangers are of no class
features: {source: pixels}
copies: {near: false}
views: {use: all}
score: {flag_by: share, flag_share: 0.05}
check: {checks: [odd]}
report: {top: 12}
END
good on 1 run job.yaml -o one
did ingest train features copies reduce fit views score check evaluate report
check doubted one 0.75
grep -q "the classifier's doubt is unusual" one/flagged.csv || fail "no reason by the classifier"
grep -q 'the classifier.*doubt is unusual' one/report/index.html || fail "nothing of the classifier on the page"
for ranks in 2 4; do
    good on $ranks run job.yaml -o on$ranks
    for file in train.h5 views.h5; do check same one on$ranks $file; done
    cmp one/flagged.csv on$ranks/flagged.csv || fail "flagged.csv differs on $ranks ranks"
done

# other networks; no such view
good on 2 run job.yaml -o one --set train.epochs=1
did train views score check evaluate report
good on 2 run job.yaml -o one --set train.epochs=1 --set views.use='[layout, measured]'
did views score check evaluate report
good on 2 run job.yaml -o one --set train.epochs=2 --set views.use='[layout, measured]'
did train score check evaluate report
fails_with 2 "view 'classifier' needs a classifier: see train.task" on 1 run job.yaml -o x --set views.use='[classifier]' \
    --set train.network='[]'
