#!/bin/bash
# What is up to date stays as it is; what is not is made again, and nothing else.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images png pictures 160
{
    footwear | grep -v -e '^catalogue' -e '^contamination'
    echo "catalogue: {kind: folder, path: pictures, label_from: folder}"
    echo "contamination: {theme: [5, 7, 9]}"
} >job.yaml
run() { good alone run job.yaml -o run "$@"; }

# times of all files: what is up to date is not touched
times() { find run -type f ! -name .lock -printf '%P %T@ %i\n' | sort; }

run
did ingest features reduce fit score evaluate report
times >before
cp -r run first

run
did
times >after
cmp before after || fail "a second run touched something"
says "report    is up to date"

# settings: only what depends on them
run --set report.top=5
did report
run
did report
run --set fit.core.growth=0.05
did fit score evaluate report
run --set fit.kmeans.clusters=7
did fit score evaluate report # back to the job's growth; k-means does not matter
run --set fit.kmeans.clusters=9
did
grep -q 'clusters: 9' run/job.yaml || fail "job.yaml has not the settings in force"
run --set score.flag_share=0.1
did score evaluate report
run --set evaluate.curve=false
did score evaluate report
run --set reduce.pca.components=7
did reduce fit score evaluate report
run --set seed=2
did reduce fit score evaluate report
run --set ingest.max_unreadable=0.5
did ingest features reduce fit score evaluate report
run
did ingest features reduce fit score evaluate report
check same first run ingest.h5 features.h5 reduce.h5 model.h5 scores.h5 evaluate.h5

# the catalogue: an image that is changed, touched, added, taken away
picture=$(find pictures -name '*.png' | LC_ALL=C sort | sed -n 50p)
convert_dark() { $python -c "
import sys
from PIL import Image
Image.open(sys.argv[1]).point(lambda v: v // 2).save(sys.argv[1])" "$1"; }
convert_dark "$picture"
run
did ingest features reduce fit score evaluate report
touch "$picture"
run
did ingest features reduce fit score evaluate report
cp "$picture" "$(dirname "$picture")/another.png"
run
did ingest features reduce fit score evaluate report
check agrees run 161 0
rm "$(dirname "$picture")/another.png"
run
did ingest features reduce fit score evaluate report
check agrees run 160 0

# products that are lost are made again
cp run/flagged.csv flagged.csv
rm run/flagged.csv
run
did score
cmp flagged.csv run/flagged.csv || fail "flagged.csv is not what it was"
rm -r run/report
run
did report
rm run/errors.csv run/model.h5
run
did ingest fit
rm run/audit.h5 run/job.yaml
run
did
check agrees run 160 0

# a stage alone
good alone fit job.yaml -o run
did
good alone report job.yaml -o run --set report.top=3
did report
fails_with 2 "fit needs reduce, which is missing or out of date" \
    alone fit job.yaml -o run --set reduce.pca.components=5
fails_with 2 "features needs ingest" alone features job.yaml -o nowhere
fails_with 2 "report needs ingest" alone report job.yaml -o run --set image.size=20
times >after
good alone ingest job.yaml -o run
did
cmp after <(times) || fail "a stage that is up to date touched something"

# --verify finds a damaged byte; what cannot be opened is made again
mkdir whole
cp run/scores.h5 whole/
$python -c "
import h5py
with h5py.File('run/scores.h5') as f:
    score = f['score'].id
    at = score.get_offset() or score.get_chunk_info(0).byte_offset
with open('run/scores.h5', 'r+b') as f:
    f.seek(at + 16)
    f.write(b'odd')"
fails_with 3 "score" alone info run --verify
truncate -s 3000 run/scores.h5
fails_with 3 "scores.h5" alone info run --verify
run
did score report
good alone info run --verify
check same whole run scores.h5
