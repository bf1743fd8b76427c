#!/bin/bash
# What a run writes: never its own input, and never in place of what it did not write.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
small="image: {size: 28, channels: gray}
reduce: {pca: {components: 6}}"

# a job in the folder of its images, run twice: the run below it is left out, and said
images png shop 60
printf 'catalogue: {kind: folder, path: .}\n%s\n' "$small" >shop/job.yaml
cd shop
good alone run job.yaml
says "left out what oddlot itself wrote: 1, 'runs/audit'"
says ".yaml (1)" # beside the files out and err of this test
good alone run job.yaml
did
check agrees runs/audit 60 0
good alone run job.yaml -o runs/second --dry-run # and the run of another
says "60 of 60 images"
ln -s runs/audit/report/img pictures
ln -s 9 latest
good alone run job.yaml --dry-run
says "60 of 60 images"
says "left out what leads to something listed already: 1, 'latest'"
tar -cf ../shop.tar .
cd ..
printf 'catalogue: {kind: tar, path: shop.tar}\n%s\n' "$small" >tar.yaml
good alone run tar.yaml --dry-run
says "60 of 60 images"
fails_with 2 "is what oddlot itself wrote" alone run tar.yaml -o new --set catalogue.kind=folder --set catalogue.path=shop/runs/audit/report

# tests/stage/test_run_place.c tries each of these names; a run writes no others
known=" .lock job.yaml audit.h5 ingest.h5 features.h5 reduce.h5 model.h5 scores.h5 evaluate.h5 report.h5 report errors.csv flagged.csv "
for name in $(ls -A shop/runs/audit); do
    [[ $known == *" $name "* ]] || fail "a run writes $name, which no test knows"
done

# a user's files are left alone, whatever writes
printf 'catalogue: {kind: folder, path: shop}\n%s\n' "$small" >mine.yaml
mkdir mine
cp mine.yaml mine/job.yaml
cd mine
sed -i 's|path: shop|path: ../shop|' job.yaml
cp job.yaml ../kept.yaml
fails_with 2 "'./job.yaml' is there" on 2 run job.yaml -o .
fails_with 2 "'./job.yaml' is there" alone ingest job.yaml -o .
cmp job.yaml ../kept.yaml || fail "the user's job.yaml was replaced"
mv job.yaml mine.yaml
good alone ingest mine.yaml -o . # nothing is in the way
good alone ingest mine.yaml -o .
did
cmp mine.yaml ../kept.yaml || fail "the user's job was replaced"
cd ..
printf "study:\n  rows: [a | fit.detector=mahalanobis]\n  columns: [b | image.size=14]\n  values: [AUC | evaluate.h5:metrics/roc_auc/score]\n" | cat mine.yaml - >study.yaml
mkdir done
echo "my own" >done/study.csv
fails_with 2 "'done/study.csv' is there" alone run study.yaml -o done
fails_with 2 "is a folder of the catalogue with files in it" alone run mine.yaml -o shop/9
[ ! -e shop/9/.lock ] || fail "a folder of images became a run's"
echo "my own" >rows.h5
fails_with 2 "'rows.h5' is there already" on 2 bench stream n=64 d=64 k=4 file=rows.h5
fails_with 2 "'rows.h5' is there already" on 2 bench write n=64 d=64 file=rows.h5
grep -qx "my own" rows.h5 || fail "bench replaced a file"
good on 3 bench write n=100 d=64 batch=16 repeat=1 file=made.h5
grep -q '"share_of_plain": [0-9]' out || fail "bench write does not say how fast it was"
[ ! -e made.h5 ] || fail "bench left its file"
