#!/bin/bash
# Views: a tight group that one view takes for the most usual is found by another; columns, reasons and
# findings; the same on any number of ranks; what cannot be is refused.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
check make_views make shots
cat >job.yaml <<END
catalogue: {path: shots}
image: {size: 64, channels: rgb, crop: pad}
features: {source: stored, stored: {rows: shots.npy}, normalize: none}
reduce: {pca: {components: 5}}
views: {use: all}
check: {checks: [odd]}
report: {top: 5}
END
good on 1 run job.yaml -o one
did ingest features copies reduce fit views score check evaluate report
check make_views ranks one
check nearest_usual one
for ranks in 2 3; do
    good on $ranks run job.yaml -o "on$ranks" --set reduce.method=none
    [ $ranks = 2 ] || for file in views.h5 scores.h5; do check same on2 on3 $file; done
done
cmp on2/findings.csv on3/findings.csv || fail "findings.csv differs on 3 ranks"
cmp on2/flagged.csv on3/flagged.csv || fail "flagged.csv differs on 3 ranks"
good on 1 run job.yaml -o on3 --set reduce.method=none
did

# why: the views that say so, and what was measured
good on 1 run job.yaml -o one --set score.rarity=0.02
did score check evaluate report
grep -q 'odd.png.*its look is unusual .*usually' one/findings.csv || fail "no measured reason"
grep -q 'odd.png.*what it shows is unusual' one/findings.csv || fail "nothing shows what is unusual"
check make_views told one
check nearest_usual one
grep -q 'the most alike usual ones' one/report/index.html || fail 'the page shows nothing usual'

# fewer or other views; those of before are done again from there
good on 2 run job.yaml -o one --set views.use=layout
did views score check evaluate report
good on 1 run job.yaml -o one --set views.use=layout --set score.rarity=1e-6
did score check evaluate report
good on 1 run job.yaml -o one --set 'views.use=[]' --set check.checks=all --set score.rank_by=log_odds
! grep -q '^odd,' one/findings.csv || fail "findings of views that the job does not have"
fails_with 2 "view 'meaning' needs features of a network" on 1 run job.yaml -o x --set features.source=pixels \
    --set 'views.use=[meaning]'
fails_with 2 "view 'measured' needs images that are measured" on 1 run job.yaml -o x --set views.use=measured \
    --set ingest.measure=false
fails_with 2 "'rarity' needs views that rank" on 1 run job.yaml -o x --set 'views.use=[]' --set check.checks=[] \
    --set score.flag_by=rarity
fails_with 2 "no view 'layuot'" on 1 run job.yaml -o x --set views.use=layuot
