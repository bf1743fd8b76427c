#!/bin/bash
# A rank is killed anywhere: the others end, no file is half-written, and the same command goes on to
# the result of an undisturbed run.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 300
footwear >job.yaml
files="ingest.h5 features.h5 reduce.h5 model.h5 scores.h5 evaluate.h5"
good on 2 run job.yaml -o calm

# recovers RUN: after the kill
recovers() {
    whole "$1"
    good on 2 run job.yaml -o "$1"
    check same calm "$1" $files
    cmp -s <(ls -A calm calm/report) <(ls -A "$1" "$1/report" | sed "s|^$1|calm|") ||
        fail "something is left in $1: $(ls -A "$1")"
}

number=0
for point in ingest.batch:rank=1 store.create:rank=0 store.write:rank=1:after=2 store.publish:rank=0 \
    features.batch:rank=0 store.publish:rank=1:after=1 eigh.allocate:rank=0 reduce.apply:rank=0 \
    detect.iteration:rank=1:after=2 store.write:rank=0:after=40; do
    run=hurt-$((number += 1))
    hurt $point 2 run job.yaml -o $run
    recovers $run
done

# a real kill from outside, while images are read
ODD_FAULT=ingest.batch:rank=0:wait=here start 2 run job.yaml -o shot
until_there here
kill -9 "$(ranks | tail -n 1)"
ends_with "$(killed)"
[ ! -e shot/ingest.h5 ] || fail "ingest.h5 was published without one of its ranks"
recovers shot
check agrees shot 300 0
