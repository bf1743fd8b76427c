#!/bin/bash
# test_slurm.sh CASE PROGRAM TREE: the scripts of slurm/ on a cluster of three nodes on this machine. audit.sbatch:
#   audit   ends by itself, with the same result as mpirun
#   stop    is asked to stop, by way of the script: returns to the queue and goes on
#   ranks   is asked to stop, the ranks directly: the same
#   limit   comes near its time limit: the same
#   node    loses a node: the same, on another one
#   cancel  is cancelled: does not come back
#   killed  loses its ranks: fails, and the same words again go on
#   preempt has to leave its nodes to a job that is more urgent: returns to the queue and goes on
# and array.sbatch, chain.sbatch and scaling.sbatch, each asked to stop in the middle.
# Exit code 77: this machine cannot do it.
set -u
case=$1 program=$2 tree=$3
. "$tree/tests/slurm/minislurm.sh"
. "$tree/.ci/mpi.sh"
"$MPIRUN" --version 2>&1 | grep HYDRA >/dev/null && export ODDLOT_MPI=pmi2 # of MPICH, which knows no PMIx here

fail() {
    echo "FAILED: $*"
    exit 1
}

skip() {
    echo "skipped: $*"
    exit 77
}

PATH=$PATH:/usr/sbin
for command in slurmctld slurmd sbatch munged unshare; do
    command -v "$command" >/dev/null || skip "no $command (packages slurm-wlm, munge, util-linux)"
done
[ "$(id -u)" = 0 ] || skip 'a cluster on one machine needs root'
unshare --uts --mount true 2>/dev/null || skip 'unshare of mounts is not allowed here'

folder=$(mktemp -d /tmp/odd-slurm.XXXXXX)
log=$folder/job.log

finish() {
    local code=$?
    minislurm_stop
    [ "$code" -eq 0 ] || tail -n 30 "$log" "$folder/slurm/slurmctld.log" 2>/dev/null
    rm -rf "$folder"
}
trap finish EXIT

# The program, but slow at its first start, in its second stage: time to do something to it.
slow_start() { # SECONDS
    cat >"$folder/oddlot" <<END
#!/bin/sh
[ "\${SLURM_RESTART_COUNT:-0}" -gt 0 ] || export ODD_FAULT=features.batch:sleep=$1
exec "$program" "\$@"
END
    chmod +x "$folder/oddlot"
}

words=("$tree/jobs/footwear.yaml" --set contamination.theme_count=2000)
submit() { # OPTION OF SBATCH...
    job=$(ODDLOT=$folder/oddlot sbatch --parsable --nodes=2 --output="$log" "$@" \
        "$tree/slurm/audit.sbatch" "${words[@]}" -o "$folder/run") || fail 'sbatch'
}

field() { scontrol --oneliner show job "$job" | grep -o " $1=[^ ]*" | cut -d= -f2; }
state_is() { [ "$(field JobState)" = "$1" ]; }
ended() { [[ $(field JobState) =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL)$ ]]; }
says() { grep -qs "$1" "$log"; }
working() { says 'features  turn'; } # the stage before it is published
back_in_queue() { [ "$(field Restarts)" = 1 ]; }

# Without what Open MPI's shared file pointers leave behind when a rank is killed.
files_of() { (cd "$folder/$1" && find . ! -name '*.lock' | sort); }

# The job ends well after so many returns to the queue, and leaves what mpirun leaves with as many ranks
# and threads.
expect_whole() { # RESTARTS
    wait_for 90 ended
    state_is COMPLETED || fail "the job is $(field JobState)"
    [ "$(field Restarts)" = "$1" ] || fail "$(field Restarts) restarts instead of $1"
    "$MPIRUN" -n 2 "$program" run --threads 1 "${words[@]}" -o "$folder/expected" >"$folder/mpirun.log" 2>&1 || fail 'mpirun'
    cmp "$folder/run/flagged.csv" "$folder/expected/flagged.csv" || fail 'another result than by mpirun'
    diff <(files_of run) <(files_of expected) || fail 'other files than by mpirun'
}

case_audit() {
    slow_start 0
    submit
    expect_whole 0
}

stop_by() { # COMMAND...
    slow_start 2
    submit
    wait_for 30 working || fail 'the job does not start'
    "$@" "$job"
    wait_for 30 says 'stopped with exit code 75; back into the queue' || fail 'the job does not stop'
    expect_whole 1
    says 'ingest    is up to date' || fail 'the work of the first start was lost'
}

case_stop() { stop_by scancel --batch --signal=USR1; }
case_ranks() { stop_by scancel --signal=USR1; }

# Slurm looks at time limits every 30 seconds.
case_limit() {
    slow_start 32
    submit --time=1 --signal=B:USR1@30
    wait_for 60 says 'stopped with exit code 75; back into the queue' || fail 'the job does not stop'
    expect_whole 1
}

case_node() {
    slow_start 60
    submit
    wait_for 30 working || fail 'the job does not start'
    kill_node n2
    scontrol update nodename=n2 state=down reason=test
    wait_for 30 back_in_queue || fail 'the job is not requeued'
    expect_whole 1
    [ "$(field NodeList)" = 'n[1,3]' ] || fail "ran on $(field NodeList)"
}

case_cancel() {
    slow_start 1
    submit
    wait_for 30 working || fail 'the job does not start'
    scancel "$job"
    wait_for 30 state_is CANCELLED || fail "the job is $(field JobState)"
    sleep 3 # time to come back, if it would
    state_is CANCELLED && [ "$(field Restarts)" = 0 ] || fail 'the job came back'
}

case_killed() {
    slow_start 2
    submit
    wait_for 60 working || fail 'the job does not start'
    scancel --signal=KILL "$job.0"
    wait_for 60 ended
    state_is FAILED || fail "the job is $(field JobState)"
    submit
    expect_whole 0
    says 'ingest    is up to date' || fail 'the work of the first job was lost'
}

case_preempt() {
    slow_start 2
    submit
    wait_for 60 working || fail 'the job does not start'
    sbatch --partition=urgent --nodes=3 --output=/dev/null --wrap='sleep 1' >/dev/null || fail 'sbatch'
    wait_for 60 back_in_queue || fail 'the job is not preempted'
    expect_whole 1
    says 'ingest    is up to date' || fail 'the work of the first start was lost'
}

# ---- the other scripts ----

# by mpirun: RUN RANKS WORDS...
expected() {
    "$MPIRUN" -n "$2" "$program" run --threads 1 "${@:3}" -o "$folder/$1" >"$folder/mpirun.log" 2>&1 || fail 'mpirun'
}
same_flagged() { cmp "$folder/$1/flagged.csv" "$folder/$2/flagged.csv" || fail "$1: another result than by mpirun"; }
completes() { # RESTARTS
    wait_for 120 ended
    state_is COMPLETED || fail "the job is $(field JobState)"
    [ "$(field Restarts)" = "$1" ] || fail "$(field Restarts) restarts instead of $1"
}

# Two tasks; the first is asked to stop, and goes on.
case_array() {
    local array
    slow_start 2
    printf '%s\n' "shoes '$tree/jobs/footwear.yaml'" '' "'more shoes' $tree/jobs/footwear.yaml --set contamination.seed=9" \
        >"$folder/list"
    array=$(ODDLOT=$folder/oddlot sbatch --parsable --array=1-2 --ntasks=1 --output="$folder/job-%a.log" \
        "$tree/slurm/array.sbatch" "$folder/list" --set contamination.theme_count=2000 -o "$folder/all") || fail 'sbatch'
    job=${array}_1 log=$folder/job-1.log
    wait_for 60 working || fail 'the first task does not start'
    scancel --batch --signal=USR1 "$job"
    wait_for 30 says 'stopped with exit code 75; back into the queue' || fail 'the first task does not stop'
    completes 1
    job=${array}_2
    completes 0
    expected one 1 "${words[@]}"
    expected two 1 "${words[@]}" --set contamination.seed=9
    same_flagged all/shoes one
    same_flagged 'all/more shoes' two
    [ "$(wc -l <"$folder/all/all.csv")" = 3 ] || fail "the table: $(<"$folder/all/all.csv")"
    grep -q "^\"shoes\",[0-9]*,0,$(($(wc -l <"$folder/one/flagged.csv") - 1)),,1," "$folder/all/all.csv" ||
        fail "the table: $(<"$folder/all/all.csv")"
}

# One rank, then two; the second link is asked to stop, and goes on.
case_chain() {
    local links
    slow_start 2
    links=$(ODDLOT=$folder/oddlot ODDLOT_SBATCH="--output=$folder/job-%j.log" "$tree/slurm/chain.sbatch" "${words[@]}" \
        -o "$folder/run" -- ingest=1 features,reduce=2 rest=2) || fail 'chain.sbatch'
    [ "$(grep -c '^job [0-9]*: .* ranks$' <<<"$links")" = 3 ] || fail "submitted: $links"
    job=$(sed -n '2s/job \([0-9]*\):.*/\1/p' <<<"$links") log=$folder/job-$job.log
    wait_for 60 working || fail 'the second link does not start'
    scancel --batch --signal=USR1 "$job"
    wait_for 30 says 'stopped with exit code 75; back into the queue' || fail 'the second link does not stop'
    completes 1
    job=$(sed -n '3s/job \([0-9]*\):.*/\1/p' <<<"$links")
    completes 0
    expected expected 2 "${words[@]}"
    same_flagged run expected
    if "$tree/slurm/chain.sbatch" job.yaml -- ingest=none 2>"$folder/wrong"; then fail 'nonsense is submitted'; fi
    grep -q "'ingest=none' is not" "$folder/wrong" || fail "$(<"$folder/wrong")"
}

# Strong and weak on one and two ranks, asked to stop once.
case_scaling() {
    slow_start 2
    job=$(ODDLOT=$folder/oddlot sbatch --parsable --ntasks=2 --output="$log" "$tree/slurm/scaling.sbatch" "${words[@]}" \
        -o "$folder/study" --weak contamination.theme_count=500) || fail 'sbatch'
    wait_for 60 says 'strong, 1 ranks' || fail 'the job does not start'
    scancel --batch --signal=USR1 "$job"
    wait_for 60 says 'stopped with exit code' || fail 'the job does not stop'
    completes 1
    [ "$(grep -c 'strong, 1 ranks' "$log")" = 1 ] || fail 'a run that was done is done again'
    for line in strong,ingest,1 strong,reduce,2 weak,score,1 weak,report,2 weak,all,2; do
        # to the balance of load: the efficiency before it may be any number where the machine has other work
        grep -q "^$line,1,[0-9]*,1,[0-9]*,\([0-9.e-]*,\)\{4\}[01]" "$folder/study/scaling.csv" ||
            fail "no $line: $(<"$folder/study/scaling.csv")"
    done
    [ -s "$folder/study/strong.svg" ] && [ -s "$folder/study/weak.svg" ] || fail 'no picture'
    [ -z "$(find "$folder/study" -name features.h5)" ] || fail 'whole runs are left'
}

minislurm_start "$folder/slurm" 3 || fail 'Slurm does not start'
"case_$case"
