#!/bin/bash
# Both commands of the README on a fresh Debian: a root of its own by debootstrap, a clone of what is committed here,
# jobs/quickstart.sh, tests/run.sh; at the end a report with times, tests and what was skipped. The root is removed,
# whatever happens.
#   tests/on-debian.sh 12|13 [mpich] [CTest options], e.g. tests/on-debian.sh 13 -R '^nn[.]'
# It needs root, debootstrap (a package), Debian's mirror (or DEBIAN_MIRROR=URL) and 7 GB in ODDLOT_ROOTS (/var/tmp).
# Slurm's tests want a root that may mount; this one is a mount of its own for that.
set -euo pipefail
tree=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    echo "usage: tests/on-debian.sh 12|13 [mpich] [CTest options]" >&2
    exit 2
}

need() {
    echo "on-debian: needs $*" >&2
    exit 2
}

case ${1:-} in
12) suite=bookworm ;;
13) suite=trixie ;;
*) usage ;;
esac
release=$1 preset=release
shift
if [ "${1:-}" = mpich ]; then
    preset=mpich
    shift
fi
[ "$(id -u)" = 0 ] || need 'root: debootstrap and chroot'
command -v debootstrap >/dev/null || PATH=$PATH:/usr/sbin
command -v debootstrap >/dev/null || need "the package debootstrap"

roots=${ODDLOT_ROOTS:-/var/tmp}
mkdir -p "$roots"
root=$(mktemp -d "$roots/oddlot-debian-$release.XXXXXX")
chmod 755 "$root" # else packages that start a user of their own (munge) do not install

# Mounts first, the deepest last mounted: what is still mounted must not be removed.
clean() {
    local code=$?
    mountpoint -q "$root" && umount --recursive --lazy "$root"
    if grep -q " $root" /proc/self/mounts; then
        echo "on-debian: $root is still in use; remove it by hand" >&2
    else
        rm -rf --one-file-system "$root"
    fi
    exit "$code"
}
trap clean EXIT
trap 'exit 130' INT TERM

inside() { # COMMAND: in the clone
    chroot "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
        LANG=C.UTF-8 ODDLOT_PRESET="$preset" bash -c "cd /root/oddlot && $1"
}

# What takes how long, and if it went well.
report=()
timed() { # WORDS COMMAND...
    local words=$1 from=$SECONDS code=0
    shift
    echo "== $words"
    "$@" || code=$?
    report+=("$(printf '%6d s  %-16s %s' $((SECONDS - from)) "$words" "$([ "$code" = 0 ] && echo well || echo "exit code $code")")")
    return "$code"
}

make_root() {
    local folder
    debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" \
        "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$root.log" 2>&1 || { tail "$root.log" && return 1; }
    rm -f "$root.log"
    mount --bind "$root" "$root" && mount --make-private "$root"
    mount -t proc proc "$root/proc"
    for folder in dev sys; do # with what is mounted below: Slurm 22.05 wants control groups
        mount --rbind "/$folder" "$root/$folder" && mount --make-rslave "$root/$folder"
    done
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # packages start no services here
    chmod +x "$root/usr/sbin/policy-rc.d"
    printf '127.0.0.1 localhost %s\n' "$(hostname)" >"$root/etc/hosts"
    git clone --quiet "$tree" "$root/root/oddlot"
}

quickstart() { inside "jobs/quickstart.sh -o /root/run"; }
tests() { inside "tests/run.sh $(printf '%q ' "$@")" | tee "$root/root/tests.log"; }

status=0
timed 'root' make_root
timed 'quickstart' quickstart || status=1
timed 'tests' tests "$@" || status=1
echo
echo "== Debian $release ($suite), preset $preset, $(git -C "$tree" log -1 --format=%h), $(nproc) cores"
printf '%s\n' "${report[@]}"
inside 'build/*/oddlot doctor' | head -n 12 || true
grep -aE '^[0-9]+% tests passed|^skipped ' "$root/root/tests.log" || true
exit "$status"
