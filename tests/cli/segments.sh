#!/bin/bash
# Features over several files: the same rows to us and to h5py, on any ranks, and whole or made anew.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
files="features.h5 reduce.h5 model.h5 scores.h5 evaluate.h5"
images idx cut 150
footwear >job.yaml
three=(--set features.files=3)

good on 1 run job.yaml -o one
for ranks in 1 2 3; do
    good on $ranks run job.yaml -o three-$ranks "${three[@]}"
    check same one three-$ranks $files # h5py reads the virtual dataset
done
[ "$(cd three-2 && echo features.*)" = "features.1-of-3.h5 features.2-of-3.h5 features.3-of-3.h5 features.h5" ] ||
    fail "three-2 has $(cd three-2 && echo features.*)"
good alone info three-2 --verify

# a file that is gone, or of another run, is made anew with the others; nothing else is
rm three-2/features.2-of-3.h5
fails_with 3 "features.2-of-3.h5': No such file" alone info three-2 --verify
good on 2 run job.yaml -o three-2 "${three[@]}"
did features
check same one three-2 $files
good on 2 run job.yaml -o other "${three[@]}" --set image.margin=0.2
cp other/features.2-of-3.h5 three-2/
good on 3 run job.yaml -o three-2 "${three[@]}"
did features
check same one three-2 $files

# another number of files leaves none of before
good on 2 run job.yaml -o three-2 --set features.files=2
[ "$(cd three-2 && echo features.*-of-*)" = "features.1-of-2.h5 features.2-of-2.h5" ] || fail "files of before are left"
check same one three-2 $files
good on 2 run job.yaml -o three-2
! ls three-2/features.*-of-* >/dev/null 2>&1 || fail "files of before are left"

# killed while the files appear: what there is is never taken for whole
ODD_FAULT=store.publish:after=3:kill on 2 run job.yaml -o killed "${three[@]}" >/dev/null 2>&1 && fail "was to be killed"
good on 3 run job.yaml -o killed "${three[@]}"
check same one killed $files
[ "$(cd killed && echo features.*)" = "features.1-of-3.h5 features.2-of-3.h5 features.3-of-3.h5 features.h5" ] ||
    fail "killed has $(cd killed && echo features.*)"
fails_with 2 "features.files" on 1 run job.yaml -o bad --set features.files=257

# a folder with such a file of somebody else is not a run's
mkdir theirs
echo own >theirs/features.1-of-3.h5
fails_with 2 "features.1-of-3.h5" on 1 run job.yaml -o theirs
[ "$(cat theirs/features.1-of-3.h5)" = own ] || fail "a file of somebody else was replaced"

# rows that another run left over several files are stored rows for the next
good on 2 run job.yaml -o again --set features.source=stored --set features.stored.rows=other/features.h5:/features \
    --set features.normalize=none
good on 2 run job.yaml -o plain --set image.margin=0.2 --set features.normalize=none
check same plain again reduce.h5 scores.h5
