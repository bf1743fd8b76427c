#!/bin/bash
# Several hosts, as network namespaces with Open MPI over TCP between them: the same bits as on one; a host that is cut
# off ends the job in bounded time and with a message, and leaves no process; the run again is right.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
[ "$(id -u)" = 0 ] || skip 'not root: no network namespaces'
for program in ip unshare nsenter; do
    command -v $program >/dev/null || skip "no $program: install iproute2 and util-linux"
done
[[ "$("$MPIRUN" --version 2>&1)" == *'(Open'* ]] || skip 'hosts are started by the agent of Open MPI'

# Hosts h1 and h2: a namespace each, joined by a bridge in a third.
net=odd$$
hosts=$scratch/hosts
lower() {
    for name in h1 h2 switch; do
        ip netns pids "$net-$name" 2>/dev/null | xargs -r kill -9 || true
        ip netns del "$net-$name" 2>/dev/null || true
    done
}
raise() {
    ip netns add "$net-switch" && unshare --uts --mount true || return 1
    ip -n "$net-switch" link add bridge type bridge
    ip -n "$net-switch" link set bridge up
    echo '127.0.0.1 localhost' >"$hosts"
    for k in 1 2; do
        ip netns add "$net-h$k"
        ip -n "$net-h$k" link set lo up
        ip -n "$net-switch" link add "port$k" type veth peer name eth0 netns "$net-h$k"
        ip -n "$net-switch" link set "port$k" master bridge up
        ip -n "$net-h$k" addr add "10.77.0.$k/24" dev eth0
        ip -n "$net-h$k" link set eth0 up
        echo "10.77.0.$k h$k" >>"$hosts"
    done
}
trap lower EXIT
raise 2>err || skip "network namespaces may not be made here: $(tail -n 1 err)"

# inside HOST WORDS...: with its name, its network and names of the others
cat >inside <<END
#!/bin/bash
host=\$1
shift
exec nsenter --net="/run/netns/$net-\$host" unshare --uts --mount \
    sh -c 'hostname "\$0" && mount --bind "$hosts" /etc/hosts && exec "\$@"' "\$host" "\$@"
END
# as Open MPI calls rsh: agent [options] HOST COMMAND...
cat >agent <<END
#!/bin/bash
while [[ \$1 == -* ]]; do shift; done
host=\$1
shift
exec "$scratch/inside" "\$host" sh -c "\$*"
END
chmod +x inside agent

# far WORDS...: oddlot on a rank of each host; what it says goes to the files out and err
far() {
    OMPI_MCA_plm_rsh_agent=$scratch/agent PRTE_MCA_plm_ssh_agent=$scratch/agent timeout -k 5 "$limit" \
        ./inside h1 "$MPIRUN" -n 2 --host h1:1,h2:1 "$ODDLOT" "$@" >out 2>err </dev/null
}

images idx cut 300
footwear >job.yaml
files="ingest.h5 features.h5 reduce.h5 model.h5 scores.h5 evaluate.h5"
good on 2 run job.yaml -o near
good far run job.yaml -o far
check same near far $files

# ranks that are left of the job in this folder
left() { pgrep -f -- "$ODDLOT run job.yaml -o cut" || true; }
ODD_FAULT=ingest.batch:rank=1:wait=here far run job.yaml -o cut &
job=$!
until_there here
ip -n "$net-switch" link set port2 down
rm -f here
began=$SECONDS
code=0
wait "$job" || code=$?
took=$((SECONDS - began))
# the mpirun of Open MPI 5 tells of the host that it lost, and says 0
[ $code != 0 ] || [[ "$("$MPIRUN" --version)" == *') 5.'* ]] || fail "exit code 0 of a job one of whose hosts is cut off"
[ $took -le 60 ] || fail "$took s until the job ended"
grep -qi 'lost communication\|lost its connection\|unexpectedly died\|connection.*lost' err || fail 'no message'
for ((tries = 0; tries < 600; tries++)); do
    [ -n "$(left)" ] || break
    sleep 0.1
done
[ -z "$(left)" ] || fail "processes are left: $(left)"
echo "the job ended $took s after its host was cut off"
whole cut

ip -n "$net-switch" link set port2 up
# a link is up some time after it is said to be; a port that refuses is one that was reached
reached() { [[ "$(./inside h1 timeout 2 bash -c '</dev/tcp/h2/9' 2>&1)" == *'Connection refused'* ]]; }
for ((tries = 0; tries < 300; tries++)); do
    ! reached || break
    sleep 0.1
done
reached || fail 'h2 is not reached again'
good far run job.yaml -o cut
check same near cut $files
