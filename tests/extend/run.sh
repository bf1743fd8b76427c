#!/bin/bash
# A task, a source of features, a reduction, a detector, a check and a stage that the program does not have:
# each is a file here and a line in tables.c, and everything else knows of it.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 240
cat >job.yaml <<'END'
name: extended
catalogue: {kind: idx, path: cut-images.gz, labels: cut-labels.gz}
contamination: {theme: [5, 7, 9], seed: 3}
image: {size: 28, channels: gray}
train: {task: copy, network: [dense 8, relu, dense 784, 'reshape 1x28x28'], epochs: 2, copy: {weight: 2}}
features: {source: quarters, quarters: {inverted: true}}
reduce: {method: first, first: {features: 3}}
fit: {detector: largest, largest: {times: 2}}
score: {rank_by: copy_error}
check: {checks: label, label: {unwanted: '7'}}
census: {title: odd ones}
END

# end to end, the same on any number of ranks
good on 1 run job.yaml -o one
did ingest train features reduce fit score check evaluate report census
says "odd ones: "
good on 3 run job.yaml -o three
for file in train features reduce model scores findings; do
    check same one three $file.h5
done
[ "$(grep -c "^category,label,0.500,.*,is called so,,1,$" one/findings.csv)" -gt 10 ] || fail "no findings of the check"
cmp one/findings.csv three/findings.csv || fail "findings differ"
cmp one/networks/copy.onnx three/networks/copy.onnx || fail "networks differ"
good on 1 run job.yaml -o one
did
good on 1 census job.yaml -o one --set census.title=again
did census
good on 2 run job.yaml -o one --set census.title=again --set fit.largest.times=3
did fit score evaluate report census
good alone run job.yaml -o one --dry-run
says "quarters"

# what it was told is in the files
"$python" "$ODDLOT_SOURCE/tests/extend/extended.py" one || fail "extended.py"

# help and the settings in force know of each
good alone help
says "census"
good alone help census
says "oddlot census jobs/"
good alone help job
for section in train.copy features.quarters reduce.first fit.largest check.label census; do
    says "$section"
done
grep -q "times: 3" one/job.yaml || fail "job.yaml does not say the setting of the detector"

# lists of names come from the tables
fails_with 2 ", largest" alone run job.yaml -o wrong --set fit.detector=bogus
fails_with 2 ", first" alone run job.yaml -o wrong --set reduce.method=bogus
fails_with 2 ", quarters" alone run job.yaml -o wrong --set features.source=bogus
fails_with 2 ", copy" alone run job.yaml -o wrong --set train.task=bogus
fails_with 2 ", label" alone run job.yaml -o wrong --set check.checks=bogus
fails_with 2 "census.title" alone run job.yaml -o wrong --set census.titel=x
fails_with 2 "several, each for some images" alone run job.yaml -o wrong --set features.source=trained
