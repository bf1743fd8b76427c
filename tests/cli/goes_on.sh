#!/bin/bash
# Reduce and fit go on, after a kill, from what their passes over the rows have found, on any number of
# ranks; what is damaged of that is left out; quick work keeps nothing.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 300
{
    footwear
    echo 'fit: {detector: mixture}'
    echo 'checkpoint: 0'
} >job.yaml
files="ingest.h5 features.h5 reduce.h5 model.h5 scores.h5 evaluate.h5"
good on 2 run job.yaml -o calm
[ ! -e calm/checkpoints ] || fail "checkpoints are left"

# hurt_run POINT RUN: a rank is killed there, and what is left can be read
hurt_run() {
    hurt "$1" 2 run job.yaml -o "$2"
    whole "$2"
}

# goes_on RUN RANKS: to the result of the calm run
goes_on() {
    good on "$2" run job.yaml -o "$1"
    check same calm "$1" $files
    cmp -s <(ls -A calm) <(ls -A "$1") || fail "something is left in $1: $(ls -A "$1")"
}

hurt_run journal.write:rank=0:after=1 first
[ -s first/checkpoints/reduce ] || fail "nothing is kept of reduce"
goes_on first 3
says "reduce: passes over the rows that were done before: 1"

hurt_run detect.iteration:rank=1:after=4 second
goes_on second 1
grep -q 'fit: passes over the rows that were done before: [0-9]' err || fail "fit begins anew"

# the last entry is torn, or its last byte is wrong: told, and made again
for damage in torn wrong; do
    hurt_run journal.settle:rank=0:after=7 $damage
    size=$(stat -c %s $damage/checkpoints/fit)
    case $damage in
    torn) truncate -s $((size - 1)) $damage/checkpoints/fit ;;
    wrong) printf '\377' | dd of=$damage/checkpoints/fit bs=1 seek=$((size - 1)) conv=notrunc 2>dd.log ;;
    esac
    goes_on $damage 2
done
says "is damaged: it goes on from what is before that"

# other settings are other work
hurt_run detect.iteration:rank=1:after=4 other
good on 2 run job.yaml -o other --set fit.mixture.tolerance=1e-3
! grep -q 'fit: passes over the rows that were' err || fail "fit goes on from other work"

# seldom, as is usual
hurt_run journal.write:rank=0 usual
good on 2 run job.yaml -o usual --set checkpoint=10
hurt detect.iteration:rank=0:after=4 2 run job.yaml -o quick --set checkpoint=10
[ ! -e quick/checkpoints ] || fail "a checkpoint of work that takes no time"
