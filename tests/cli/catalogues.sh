#!/bin/bash
# From every kind of catalogue to flagged images, a few hundred real ones each, whole and in agreement.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
small=(--set image.size=28 --set image.channels=gray --set reduce.pca.components=8 --set report.top=12)

# IDX, gzipped: with labels, so the truth is known
images idx cut 300
footwear >idx.yaml
good on 2 run idx.yaml -o idx
did ingest features reduce fit score evaluate report
check agrees idx 300 0
says "ROC AUC"
good alone info idx --verify
[ ! -s out ] && [ ! -s err ] || fail "info --verify says something of a run that is whole"
good alone info idx
says "scores.h5"

# tar shards, label by folder
images tar shard 301
echo "catalogue: {kind: tar, path: [shard-0.tar, shard-1.tar], label_from: folder}" >tar.yaml
good on 2 run tar.yaml -o tar "${small[@]}"
check agrees tar 301 0

# HDF5: 8-bit and floating point hold the same images, so they give the same answer
images hdf5 bytes.h5 300
images hdf5 reals.h5 300 float
for kind in bytes reals; do
    echo "catalogue: {kind: hdf5, path: $kind.h5, dataset: images, label_dataset: labels}" >$kind.yaml
    good on 2 run $kind.yaml -o $kind "${small[@]}" --set 'contamination.anomaly=[0, 1, 2, 3, 4, 6, 8]'
    check agrees $kind 300 0
done
check same bytes reals features.h5 reduce.h5 model.h5 scores.h5 evaluate.h5
check same idx bytes features.h5

# a folder and its sub-folders; the same images as the shards
images png folder 301
echo "catalogue: {kind: folder, path: folder, label_from: folder}" >folder.yaml
good on 2 run folder.yaml -o folder-run "${small[@]}"
check agrees folder-run 301 0

# a manifest with labels, verified images and one that is not there
(cd folder && find . -name '*.png' | sort | awk -F/ '
    BEGIN { print "path,label,verified" }
    { print "folder/" $2 "/" $3 "," $2 "," (NR % 15 == 0 ? ($2 ~ /[579]/ ? "theme" : "odd") : "") }
    END { print "folder/missing.png,9," }') >list.csv
echo "catalogue: {kind: manifest, path: list.csv}" >manifest.yaml
good on 2 run manifest.yaml -o manifest "${small[@]}"
check agrees manifest 302 1
grep -q 'missing.png' manifest/errors.csv || fail "errors.csv does not name the missing file"
check verified manifest 20

# generated: no files, the same on any number of ranks; what is too much is refused
for pattern in binary solid; do
    printf 'catalogue: {kind: generated, pattern: %s, images: 200, side: 32}\n' $pattern >$pattern.yaml
    good on 2 run $pattern.yaml -o $pattern "${small[@]}" --set image.size=32
    check agrees $pattern 200 0
    check generated $pattern $pattern 200 32
done
for ranks in 1 3 4; do
    good on $ranks ingest binary.yaml -o binary-$ranks "${small[@]}" --set image.size=32
    check same binary binary-$ranks ingest.h5
done
good alone ingest binary.yaml -o another "${small[@]}" --set image.size=32 --set catalogue.seed=2
! cmp -s binary/ingest.h5 another/ingest.h5 || fail "another seed gives the same images"
good alone run solid.yaml -o solid --set catalogue.images=10000 --dry-run
says "10000 of 10000 images"
fails_with 2 "catalogue.images" alone run solid.yaml -o solid --set catalogue.images=1e12
fails_with 2 "catalogue.side" alone run solid.yaml -o solid --set catalogue.side=100000
fails_with 2 "catalogue.pattern" alone run solid.yaml -o solid --set catalogue.pattern=stripes
