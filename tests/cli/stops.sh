#!/bin/bash
# Told to stop by a signal, as Slurm does before the time limit: exit code 75, a message, and the same
# command goes on. One rank that fails takes the others along: one error line, exit code 1, no hang.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 300
footwear >job.yaml
files="ingest.h5 features.h5 reduce.h5 model.h5 scores.h5 evaluate.h5"
good on 2 run job.yaml -o calm

# signal to one rank or to all, between two batches or two iterations
for case in "USR1 1 ingest.batch ingest" "TERM 2 ingest.batch ingest" "USR1 2 detect.iteration fit" \
    "TERM 1 detect.iteration fit" "INT 1 features.batch features"; do
    read -r signal count point stage <<<"$case"
    run=told-$signal-$stage
    ODD_FAULT=$point:rank=0:wait=here start 2 run job.yaml -o "$run"
    until_there here
    says "$(printf '%-9s ' "$stage")"
    kill -s "$signal" $(ranks | tail -n "$count")
    rm here
    ends_with 75
    says "told to stop by SIG$signal"
    says "run the same command again"
    whole "$run"
    good on 2 run job.yaml -o "$run"
    check same calm "$run" $files
    cmp -s <(ls -A calm) <(ls -A "$run") || fail "something is left in $run: $(ls -A "$run")"
done

# in the midst of something long that never looks: that is not interrupted either
for case in "USR1 2 reduce.apply reduce 1" "TERM 1 detect.iteration fit 0"; do
    read -r signal count point stage rank <<<"$case"
    rm -f here
    ODD_FAULT=$point:rank=$rank:wait=here start 2 run job.yaml -o long
    until_there here
    kill -s "$signal" $(ranks | head -n "$count")
    told=$SECONDS
    ends_with 75
    # 1.4 s as a rule; a shared machine may stand still for some; a rank that does not heed it never ends
    [ $((SECONDS - told)) -le 20 ] || fail "$signal in $stage was heeded after $((SECONDS - told)) s"
    says "told to stop by SIG$signal"
    says "run the same command again"
    whole long
done
good on 2 run job.yaml -o long
check same calm long $files
cmp -s <(ls -A calm) <(ls -A long) || fail "something is left in long: $(ls -A long)"

# rows that become wider: said, before what takes so long
good alone run job.yaml -o wide --set reduce.method=srp --set reduce.srp.components=100 --set features.pixels.side=4
says "srp makes rows wider, from"
good alone run job.yaml -o wide --set reduce.method=srp --set reduce.srp.components=100 --set features.pixels.side=4 --dry-run
says "wider than the features"

# memory that is short on one rank, in a plan and at work; tests/stage/test_memory_faults.c does the rest
export ODD_FAULT=memory.plan.reduce:rank=1
fails_with 1 "rank 1: cannot allocate" on 2 run job.yaml -o short --dry-run
export ODD_FAULT=memory.run.fit:rank=0:after=9
fails_with 1 "rank 0: cannot allocate" on 2 run job.yaml -o short
unset ODD_FAULT
good on 2 run job.yaml -o short
check same calm short $files

# faults of one rank; each command goes on where the one before it failed
faults() {
    local ranks=$1 run=fault-$1 point
    for point in "${@:2}"; do
        export ODD_FAULT=$point
        fails_with 1 "${point%%:*}" on "$ranks" run job.yaml -o "$run"
        unset ODD_FAULT
    done
    good on "$ranks" run job.yaml -o "$run"
    cmp -s <(ls -A calm) <(ls -A "$run") || fail "something is left in $run: $(ls -A "$run")"
    check same calm "$run" ingest.h5 features.h5
}
faults 2 store.create:rank=0 ingest.batch:rank=1 store.publish:rank=0 detect.iteration:rank=1
faults 3 ingest.batch:rank=2 store.write:rank=1:after=1 store.publish:rank=2 features.batch:rank=0 \
    eigh.allocate:rank=0 reduce.apply:rank=1 treesum.memory:rank=0
faults 4 store.create:rank=3 store.write:rank=3 features.batch:rank=3 reduce.apply:rank=3 \
    detect.iteration:rank=2
