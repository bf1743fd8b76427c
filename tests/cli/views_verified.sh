#!/bin/bash
# Verified images choose the threshold on the joined ranking: no more of the others are flagged than was promised, and
# what is odd is.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
check make_views make shots
{ # of the usual ones the first 140 are verified
    echo "path,verified"
    ls shots | sort | awk '/usual/ && n++ < 140 { print "shots/" $0 ",theme"; next } { print "shots/" $0 "," }'
} >list.csv
cat >job.yaml <<'END'
catalogue: {kind: manifest, path: list.csv}
image: {size: 64, channels: rgb, crop: pad}
features: {source: stored, stored: {rows: shots.npy}, normalize: none}
reduce: {pca: {components: 5}}
views: {use: all}
fit: {calibration: 0.5}
score: {false_alarm: 0.1}
report: {top: 5}
END
good on 2 run job.yaml -o promised
says "from 70 verified images: at most 0.1 of the theme images are flagged, with confidence 0.9"
check views_verified promised 0.1
good alone run job.yaml -o promised --set score.flag_by=rarity
did score evaluate report
# too few of them: said, and the threshold is the one without them
good alone run job.yaml -o promised --set score.false_alarm=0.01
did score evaluate report
says "keeps 70 verified theme images for the threshold, score.flag_by false_alarm needs 299"
