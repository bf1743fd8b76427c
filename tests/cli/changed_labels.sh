#!/bin/bash
# Labels that were changed are found with the help of the classifier that the job trains: by networks that have not learnt
# from the image or a copy of it; the same bits on any number of ranks; what cannot be asked is said.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 400
check changed_labels make cut
cat >job.yaml <<'END'
name: changed
catalogue: {kind: idx, path: changed-images.gz, labels: changed-labels.gz}
image: {size: 28, channels: gray}
train:
  task: classify
  network: [conv 6 5x5, relu, max_pool 2, dense 24, relu]
  folds: 2
  epochs: 8
  batch: 24
  rate: 0.004
features: {source: pixels}
check: {checks: [category]}
END
good on 1 run job.yaml -o one
did ingest train features copies categories reduce fit groups score check evaluate report
says "train: 21 images are copies of others, pixel for pixel, and in their folds"
says "images are judged without the classifier, which has learnt from a copy of each"
check changed_labels found one
for ranks in 2 3 4; do
    OMP_NUM_THREADS=$((ranks % 2 + 1)) good on $ranks run job.yaml -o on$ranks --set report.top=5
    check same one on$ranks train.h5
    check same one on$ranks categories.h5
    cmp one/findings.csv on$ranks/findings.csv || fail "findings.csv differs on $ranks ranks"
done

# another network, other evidence; without it the networks do not matter
good on 1 run job.yaml -o one --set train.epochs=1
did train categories score check evaluate report
good on 1 run job.yaml -o one --set train.epochs=1 --set categories.classifier=false
did categories groups check report
check changed_labels weight one 0 0
good on 1 run job.yaml -o one --set categories.classifier=false --set train.epochs=2
did train score evaluate report
# what a network says of images that it has learnt from is nothing
good on 1 run job.yaml -o one --set train.folds=1 --set train.epochs=2
did train categories groups score check evaluate report
check changed_labels weight one 0 0

# what it has not learnt, and what cannot be asked
good on 2 run job.yaml -o none --set train.classify.unknown='[9]' --set train.epochs=2
check changed_labels weight none 0.01 0.5
good on 2 run job.yaml -o none --set train.classify.write='[features]' --set train.epochs=2
says "the trained classifier is not asked: logits are not in train.h5 (train.classify.write)"
check changed_labels weight none 0 0
# who is asked does not hang on the memory
good on 3 run job.yaml -o streamed --set memory=0
check same on3 streamed categories.h5
