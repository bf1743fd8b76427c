#!/bin/bash
# test_slurm.sh CASE PROGRAM TREE: slurm/audit.sbatch on a cluster of three nodes on this machine.
#   audit   ends by itself, with the same result as mpirun
#   stop    is asked to stop, by way of the script: returns to the queue and goes on
#   ranks   is asked to stop, the ranks directly: the same
#   limit   comes near its time limit: the same
#   node    loses a node: the same, on another one
#   cancel  is cancelled: does not come back
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
    echo "SKIPPED: $*"
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

minislurm_start "$folder/slurm" 3 || fail 'Slurm does not start'
"case_$case"
