#!/bin/bash
# Rows that another program computed are the features: in the order of the catalogue or found by name, from .npy and
# HDF5 files of any float, the same on any number of ranks; what is wrong with such files is told.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images png folder 60
head -c 50 "$(find folder -name '*.png' | sort | head -n 1)" >folder/broken.png
cat >job.yaml <<END
catalogue: {kind: folder, path: folder}
image: {size: 28, channels: gray}
features: {source: stored, normalize: none}
reduce: {pca: {components: 3}}
report: {top: 5}
END
good on 1 run job.yaml -o pixels --set features.source=pixels
check make_stored rows pixels
# takes RANKS ROWS [PATHS]: the run has these features
takes() {
    good on "$1" run job.yaml -o run --set features.stored.rows="$2" ${3:+--set features.stored.paths="$3"}
    check make_stored expect run
}

takes 2 order.npy
says "features: stored, $PWD/order.npy"
grep -q "stored, order.npy" run/report/index.html || fail "the page does not say where features are from"
takes 1 order.h5:/big
takes 3 order.h5:/half
cp run/features.h5 order.h5.features
for names in named.txt dos.txt named.h5:/path named.h5:/fixed; do
    takes 2 named.npy $names
    says "2 of 62 stored rows are of no image of the catalogue"
    h5diff run/features.h5 order.h5.features /features || fail "$names: other features"
done
takes 3 named.h5:/rows named.txt

# what is up to date depends on what is in the files
everything="features reduce fit score evaluate report"
takes 1 order.npy
takes 2 order.npy
did
cp order.npy copy && sleep 0.01 && cp copy order.npy
takes 1 order.npy
did $everything
takes 1 named.npy named.txt
printf '\n' >>named.txt
takes 1 named.npy named.txt
did $everything

# unit length by default, as of networks; dry runs know the width
good on 1 run job.yaml -o unit --set features.stored.rows=order.npy --set features.normalize=auto
"$python" -c "import h5py, numpy as np
x = h5py.File('unit/features.h5')['features'][:]; assert np.allclose((x ** 2).sum(1), 1, atol=1e-5)" || fail "not of length 1"
good alone run job.yaml -o dry --set features.stored.rows=order.npy --dry-run
says "6 values for each image"

# faults
read -r twice missing bad <fault.txt
refused() {
    fails_with "$1" "$2" alone run job.yaml -o wrong --set features.stored.rows="$3" ${4:+--set features.stored.paths="$4"}
}
fails_with 2 "write features.stored.rows" alone run job.yaml -o wrong
refused 1 "cannot be opened" nowhere.npy
refused 1 "cannot open '$PWD/nowhere.h5'" nowhere.h5:/x
refused 1 "no .npy file" named.txt
refused 1 "nothing" order.h5:/nothing
refused 1 "holds no floats" order.h5:/whole
refused 1 "has 1 dimension;" order.h5:/line
refused 1 "has 60 rows, the catalogue 61 images (those that cannot be read included)" short.npy
refused 1 "has 62 rows, the catalogue 61 images" named.npy
refused 1 "feature 3 of '$bad' (row 4 of '$PWD/nan.npy') is not a finite float32" nan.npy
fails_with 1 "names no row for 1 of 60" on 3 run job.yaml -o wrong --set features.stored.rows=named.npy \
    --set features.stored.paths=missing.txt
refused 1 "feature 3 of '$bad' (row 4 of '$PWD/huge.npy') is not a finite float32" huge.npy
refused 1 "names '$twice' twice" named.npy twice.txt
refused 1 "names no row for 1 of 60 images: '$missing'; its first name is '" named.npy missing.txt
refused 1 "has 61 names for 62 rows" named.npy few.txt
refused 1 "has 61 names for 62 rows" named.npy named.h5:/few
refused 1 "line 4 is empty" named.npy gap.txt
refused 1 "nowhere.txt" named.npy nowhere.txt
