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
    good on 2 run $kind.yaml -o $kind "${small[@]}" --set 'mixture.anomaly=[0, 1, 2, 3, 4, 6, 8]'
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
