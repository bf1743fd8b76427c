# shellcheck shell=bash
# A Slurm cluster of several nodes on this machine, on the loopback, without systemd; to be sourced.
#   minislurm_start FOLDER NODES   ...   minislurm_stop
# Needs root, unshare (util-linux), munge and slurm-wlm. Everything lies in FOLDER; its name has to be
# short, as it holds sockets. What is unusual below was needed:
# - Every slurmd has a host name of its own (UTS namespace), or Open MPI takes the nodes for one host and
#   lets two of them write the same shared memory; its /etc/hosts (mount namespace) knows the nodes.
# - cred_expire: Slurm holds a requeued job back for as long as old credentials live, usually two minutes.
# - TmpFS is a folder a node, where PMIx keeps files that would collide.

# wait_for SECONDS COMMAND...: try until it succeeds; fails after that time.
wait_for() {
    local until=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$until" ] || return 1
        sleep 0.1
    done
}

# A process that has ended may stay as a zombie where nobody reaps.
is_dead() { ! grep -qs '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status"; }

# Ports of this cluster, and its first job (Open MPI names shared memory by it): picked by process, so
# that two clusters on a machine rarely meet.
minislurm_port=$((20000 + $$ % 1000 * 10))

write_configuration() { # NODES
    local host
    host=$(hostname -s)
    cat >"$SLURM_CONF" <<END
ClusterName=mini
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$minislurm_port
FirstJobId=$minislurm_port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$minislurm/munge.socket,cred_expire=5
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation=$minislurm/state
SlurmctldPidFile=$minislurm/slurmctld.pid
SlurmctldLogFile=$minislurm/slurmctld.log
SlurmdPidFile=$minislurm/slurmd-%n.pid
SlurmdLogFile=$minislurm/slurmd-%n.log
SlurmdSpoolDir=$minislurm/spool-%n
TmpFS=$minislurm/tmp-%n
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
ReturnToService=2
SlurmdTimeout=60
KillWait=3
MinJobAge=3600
PropagateResourceLimits=NONE
NodeName=n[1-$1] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((minislurm_port + 1))-$((minislurm_port + $1))] CPUs=1 RealMemory=1000
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=mini Nodes=ALL Default=YES State=UP PriorityTier=1 GraceTime=15
PartitionName=urgent Nodes=ALL State=UP PriorityTier=10 PreemptMode=OFF
END
    case $(slurmd -V) in
    *' 22.'*) echo 'CgroupAutomount=no' ;;
    *) echo 'CgroupPlugin=disabled' ;; # 24.11 does not start where control groups are not mounted
    esac >"$minislurm/cgroup.conf"
    { cat /etc/hosts; printf '127.0.0.1 n%d\n' $(seq "$1"); } >"$minislurm/hosts"
}

start_munge() {
    head -c 128 /dev/urandom >"$minislurm/munge.key"
    chmod 600 "$minislurm/munge.key"
    munged --force --key-file="$minislurm/munge.key" --socket="$minislurm/munge.socket" \
        --pid-file="$minislurm/munged.pid" --log-file="$minislurm/munged.log" \
        --seed-file="$minislurm/munge.seed" && wait_for 10 test -S "$minislurm/munge.socket"
}

# It answers what runs on nodes by their names.
start_controller() {
    unshare --mount sh -c 'mount --bind "$1/hosts" /etc/hosts && exec slurmctld -f "$1/slurm.conf"' sh "$minislurm"
}

start_node() { # NUMBER
    mkdir -p "$minislurm/spool-n$1" "$minislurm/tmp-n$1"
    unshare --uts --mount sh -c 'hostname "$1" && mount --bind "$2/hosts" /etc/hosts &&
        exec slurmd -N "$1" -f "$2/slurm.conf"' sh "n$1" "$minislurm"
}

answers() { timeout 2 scontrol ping >/dev/null 2>&1; }
nodes_are_idle() { [ "$(timeout 3 sinfo -h -N -t idle -o %N | sort -u | wc -l)" = "$1" ]; }

minislurm_start() { # FOLDER NODES
    local k
    minislurm=$1
    export SLURM_CONF=$minislurm/slurm.conf
    mkdir -p "$minislurm/state"
    chmod 755 "$minislurm"
    write_configuration "$2"
    start_munge && start_controller && wait_for 20 answers || return 1
    for k in $(seq "$2"); do
        start_node "$k" || return 1
    done
    wait_for 30 nodes_are_idle "$2"
}

# Processes of this cluster on node nK: its slurmd, then the slurmstepds (before their tasks: else they
# report the killed ones as tasks that ended), then the tasks.
processes_on() { # NODE
    local environ pid parent tasks=
    cat "$minislurm/slurmd-$1.pid"
    for environ in /proc/[0-9]*/environ; do
        grep -qszx "SLURMD_NODENAME=$1" "$environ" &&
            grep -qszx "SLURM_CONF=$SLURM_CONF" "$environ" || continue
        pid=${environ%/environ}
        pid=${pid#/proc/}
        parent=$(awk '/^PPid:/ {print $2}' "/proc/$pid/status")
        [ "$(cat "/proc/$parent/comm")" = slurmstepd ] && echo "$parent"
        tasks="$tasks $pid"
    done
    echo "$tasks"
}

# As if the power of a node failed.
kill_node() { # NODE
    # shellcheck disable=SC2046
    kill -9 $(processes_on "$1") 2>/dev/null
}

minislurm_stop() {
    local file pid
    timeout 5 scancel --full --user=root 2>/dev/null
    for file in "$minislurm"/slurmd-*.pid "$minislurm/slurmctld.pid" "$minislurm/munged.pid"; do
        pid=$(cat "$file" 2>/dev/null) || continue
        kill "$pid" 2>/dev/null
        wait_for 5 is_dead "$pid" || kill -9 "$pid"
    done
}
