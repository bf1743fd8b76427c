#!/bin/bash
# test_install.sh BUILD TREE: what `cmake --install` leaves can be moved, run, and linked by others.
set -euo pipefail
build=$1 tree=$2
. "$tree/.ci/mpi.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
    echo "FAILED: $*"
    exit 1
}

# One installed by way of DESTDIR as packagers do, then moved: no file may know where it was made.
DESTDIR=$folder/stage cmake --install "$build" --prefix /opt/oddlot >"$folder/install.log" || fail "$(<"$folder/install.log")"
mv "$folder/stage/opt/oddlot" "$folder/prefix"
prefix=$folder/prefix
libraries=$(dirname "$(find "$prefix" -name liboddlot.so)")
grep -rlF -e "$build" -e "$folder/stage" "$prefix/bin" "$libraries" && fail 'these name a folder of the build'

echo '== the program'
"$prefix/bin/oddlot" version
for file in jobs/footwear.yaml slurm/audit.sbatch slurm/step.sh slurm/modulefiles/oddlot.lua; do
    cmp "$tree/$file" "$prefix/share/oddlot/$file"
done

echo '== manual pages and completion'
for file in man/man1/oddlot.1 man/man1/oddlot-plan.1 man/man5/oddlot-job.5 bash-completion/completions/oddlot; do
    [ -s "$prefix/share/$file" ] || fail "no $file"
done
bash -n "$prefix/share/bash-completion/completions/oddlot"

echo '== a backbone for all users'
"$prefix/share/oddlot/backbones/get.sh" --help >/dev/null
: >"$prefix/share/oddlot/backbones/theirs.onnx"
env -u ODDLOT_BACKBONE -u XDG_DATA_HOME -u HOME "$prefix/bin/oddlot" doctor >"$folder/doctor" || true
grep '^ok *backbone .*/share/oddlot/backbones/theirs.onnx\($\|; audits look at pixels\)' "$folder/doctor" || fail "$(<"$folder/doctor")"

echo '== the library gives out what its headers name, and its name holds the major version'
nm -D --defined-only "$libraries/liboddlot.so" | awk '$2 != "A" && $3 !~ /^odd_/ {print; bad = 1} END {exit bad}'
nm -D --defined-only "$libraries/liboddlot.so" | grep ' odd_pca_fit@' >/dev/null || fail 'odd_pca_fit is missing'
if nm -D "$libraries/liboddlot.so" | grep ' odd_train_task_of'; then fail 'odd_train_task_of is internal'; fi
readelf -d "$libraries/liboddlot.so" | grep 'SONAME.*liboddlot\.so\.[0-9]*\]'

echo '== by pkg-config and mpicc'
export PKG_CONFIG_PATH=$libraries/pkgconfig
"${MPICC:-mpicc}" -std=c11 -Wall -Wextra -Werror $(pkg-config --cflags oddlot) -o "$folder/uses_oddlot" \
    "$tree/tests/install/consumer/uses_oddlot.c" $(pkg-config --libs oddlot) -lm \
    "-Wl,-rpath,$(pkg-config --variable=libdir oddlot)"
"$MPIRUN" -n 2 "$folder/uses_oddlot"

echo '== by find_package'
cmake -S "$tree/tests/install/consumer" -B "$folder/consumer" -DCMAKE_PREFIX_PATH="$prefix" \
    -DMPI_C_COMPILER="${MPICC:-mpicc}" >"$folder/cmake.log" ||
    fail "$(<"$folder/cmake.log")"
cmake --build "$folder/consumer" >"$folder/cmake.log" || fail "$(<"$folder/cmake.log")"
"$MPIRUN" -n 2 "$folder/consumer/uses_oddlot"
