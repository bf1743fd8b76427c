# shellcheck shell=bash
# Sourced by the batch scripts beside it: oddlot on all ranks of the job, started again where MPI crashes before it
# begins, stopped in good order near the end of the job's time, and the job put back into the queue.
#
#   oddlot_step WORDS...   do it; its exit code is in $code
#   oddlot_leave           back into the queue where it was stopped; ends the script with $code

# What a cluster may want changed: the program, if it is not on PATH, and how ranks are started: by srun and its PMIx
# (`srun --mpi=list`; pmi2 for MPICH and Intel MPI, cray_shasta for Cray MPICH), or, where srun knows none that the MPI
# library does, ODDLOT_MPI=mpirun: then by mpirun, which has the allocation of Slurm (Open MPI, and MPICH's Hydra).
oddlot=${ODDLOT:-oddlot}
mpi=${ODDLOT_MPI:-pmix}

# A task of an array has a number of its own, but that of the last one is the number of them all.
job=$SLURM_JOB_ID
[ -z "${SLURM_ARRAY_TASK_ID:-}" ] || job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID

export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
echo "job $job, start ${SLURM_RESTART_COUNT:-0}:" \
    "$SLURM_NTASKS ranks x $OMP_NUM_THREADS threads on $SLURM_JOB_NODELIST"

# With the default fence of Slurm 22.05's PMIx, 5 of 760 starts of any Open MPI program on two nodes crashed
# in MPI_Init, as one rank was let go before the other was ready; by the tree, none of 520.
export SLURM_PMIX_FENCE=${SLURM_PMIX_FENCE:-tree}

# srun and mpirun hand SIGUSR1 on to the ranks. They run in the background, as bash heeds a signal only while it waits.
# SIGTERM comes when the job is preempted or cancelled: the ranks stop the same way.
told='' step=''
tell_ranks() {
    told=$1
    [ -z "$step" ] || kill -USR1 "$step" 2>/dev/null
}
trap 'tell_ranks USR1' USR1
trap 'tell_ranks TERM' TERM

# ranks N: so many of the job's tasks; all of them, unless a script says otherwise.
ranks=$SLURM_NTASKS
start_ranks() {
    if [ "$mpi" = mpirun ]; then
        exec "${MPIRUN:-mpirun}" -n "$ranks" "$oddlot" "$@"
    else
        exec srun --mpi="$mpi" --ntasks="$ranks" --cpus-per-task="$OMP_NUM_THREADS" --kill-on-bad-exit=1 "$oddlot" "$@"
    fi
}

step_once() {
    start_ranks "$@" &
    step=$!
    wait "$step"
    code=$?
    while kill -0 "$step" 2>/dev/null; do # the wait ended by a signal, not by the end of the step
        wait "$step"
        code=$?
    done
    step=
}

# The program's own exit codes, and those of what is killed from outside.
is_an_end() {
    case $1 in
    0 | 1 | 2 | 3 | 75 | 130 | 137 | 143) true ;;
    *) [ "$told" ] ;;
    esac
}

# With Slurm 24.11 and Open MPI 5.0.7, 14 of 225 starts on two nodes of a busy machine crashed in MPI_Init, by any
# fence, as a rank is let go before the other has its communicator (open-mpi/ompi#12495).
oddlot_step() {
    local try
    for try in 1 2 3; do
        step_once "$@"
        is_an_end "$code" && break
        echo "the ranks crashed with exit code $code, try $try of 3"
    done
    return "$code"
}

is_preempted() { scontrol show job --oneliner "$job" | grep -q ' PreemptTime=[0-9]'; }

# Who cancels a job does not want it back.
is_wanted_again() { [ "$told" != TERM ] || is_preempted; }

# From 24.05 on Slurm itself puts back a job that ends in its time of grace; put back twice it would run twice.
puts_preempted_back() { printf '%s\n' 24.05 "$(scontrol --version | grep -o '[0-9.]*')" | sort --version-sort --check=quiet; }

# Exit code 75: stopped in good order. A rank that had not begun to listen ends in another way.
oddlot_leave() {
    if { [ "$code" -eq 75 ] || { [ "$told" ] && [ "$code" -ne 0 ]; }; } && is_wanted_again; then
        echo "stopped with exit code $code; back into the queue"
        { is_preempted && puts_preempted_back; } || scontrol requeue "$job"
    fi
    exit "$code"
}
