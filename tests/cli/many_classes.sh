#!/bin/bash
# Thousands of categories with few images each: what is said of them takes time and memory for the images, not for
# pairs of categories.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
"$python" "$tests/many_classes.py" make all.h5 3000
cat >job.yaml <<'END'
catalogue: {kind: hdf5, path: all.h5, dataset: images, label_dataset: labels}
image: {size: 6, channels: gray}
features: {source: pixels}
copies: {near: false}
categories: {least: 2}
fit: {detector: classes}
check: {checks: [category, doubled_category, mixed_category]}
report: {top: 5}
END
"$python" "$tests/many_classes.py" run 160 "$ODDLOT" run job.yaml -o one >out 2>err ||
    fail "too much memory, or a failure"
says "categories: 3,000, by labels"
check many_classes told one 3000
