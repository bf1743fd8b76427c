#!/bin/bash
# The detector `head`: it learns from what was verified as odd, the same on any number of ranks; where
# that is too little one sentence says so.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 500
footwear >job.yaml
cat >>job.yaml <<'END'
fit: {detector: head, head: {width: 32, epochs: 15}}
check: {checks: []}
END
set_verified=(--set contamination.verified_theme=60 --set contamination.verified_odd=15)

good on 1 run job.yaml -o one "${set_verified[@]}" --set reduce.method=none
says "head: learns from 15 odd and 60 verified theme rows"
check shown one
check evaluated one out
good on 3 run job.yaml -o three "${set_verified[@]}" --set reduce.method=none
check same one three model.h5
check same one three scores.h5

# without verified theme images the others are taken for them
good on 2 run job.yaml -o others --set contamination.verified_odd=15
says "other rows"
check shown others

# a model is used again where nothing is verified; too few to learn from are told
good on 2 run job.yaml -o again --set reduce.method=none --set fit.model=one
check shown again
fails_with 1 "learns from images that are verified as odd, and others: 9 and " \
    on 2 run job.yaml -o few --set contamination.verified_odd=9
