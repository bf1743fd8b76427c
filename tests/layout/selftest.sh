#!/bin/sh
# selftest.sh COMPILER: the checks of this folder pass a good tree and name what is bad in others.
here=$(cd "$(dirname "$0")" && pwd)
compiler=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

good_tree() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree/src/base" "$tree/src/par" "$tree/src/image" "$tree/src/stage" \
        "$tree/include/oddlot/base" "$tree/include/oddlot/par" "$tree/tests"
    printf '#ifndef S\n#define S\nstruct status { int code; };\n#endif\n' \
        >"$tree/include/oddlot/base/status.h"
    echo '#include "oddlot/base/status.h"' >"$tree/include/oddlot/par/agree.h"
    printf '#include "oddlot/par/agree.h"\n#include <mpi.h>\n' >"$tree/src/par/agree.c"
    printf '#include "image/crop_internal.h"\n#include <png.h>\n' >"$tree/src/image/crop.c"
    printf '#include "oddlot/par/agree.h"\n#include <mpi.h>\n' >"$tree/src/stage/fit.c"
}

# expect STATUS WORDS CHECK...: the check ends with the status (0, or 1 for any failure) and says
# the words.
expect() {
    status=$1 words=$2
    shift 2
    said=$("$@" 2>&1) && got=0 || got=1
    case $said in
    *"$words"*) [ "$got" -eq "$status" ] && return ;;
    esac
    echo "expected '$words' and status $status of $*; got $got: $said"
    failures=$((failures + 1))
}

# bad_include FILE HEADER WORDS: the good tree with one include more.
bad_include() {
    good_tree
    mkdir -p "$(dirname "$tree/$1")"
    echo "  #  include $2" >>"$tree/$1"
    expect 1 "$3" sh "$here/layers.sh" "$tree"
    expect 1 "./$1:" sh "$here/layers.sh" "$tree"
}

good_tree
expect 0 '' sh "$here/layers.sh" "$tree"
expect 0 '' sh "$here/names.sh" "$tree"
bad_include src/base/log.c '"oddlot/par/agree.h"' 'base may not look at oddlot/par/agree.h'
bad_include src/image/crop.c '<oddlot/par/comm.h>' 'image may not look at oddlot/par/comm.h'
bad_include src/image/crop.c '<mpi.h> /* why */' 'image may not see mpi.h'
bad_include include/oddlot/base/status.h '"oddlot/stage/run.h"' 'base may not look at oddlot/stage'
bad_include src/stage/fit.c '"linalg/pca_internal.h"' 'is internal to its room'
bad_include src/stage/fit.c '<hdf5.h>' 'stage may not see hdf5.h'
bad_include src/stage/fit.c '<H5Dpublic.h>' 'stage may not see H5Dpublic.h'
bad_include src/kitchen/pan.c '<stdio.h>' 'a room that no table knows: kitchen'

good_tree
cp "$tree/src/image/crop.c" "$tree/tests/crop.c"
expect 1 'src/image/crop.c' sh "$here/names.sh" "$tree"
expect 1 'tests/crop.c' sh "$here/names.sh" "$tree"

good_tree
expect 0 '' sh "$here/headers.sh" "$tree" "$compiler"
echo 'size_t bytes(void);' >"$tree/include/oddlot/par/agree.h"
expect 1 'oddlot/par/agree.h does not compile alone' sh "$here/headers.sh" "$tree" "$compiler"
good_tree
echo 'struct status { int code; };' >"$tree/include/oddlot/base/status.h" # no guard
expect 1 'oddlot/base/status.h does not compile alone' sh "$here/headers.sh" "$tree" "$compiler"

rm -rf "${tree:?}"/*
mkdir -p "$tree/src" "$tree/include/oddlot" "$tree/tests"
for check in layers names; do
    expect 1 '' sh "$here/$check.sh" "$tree"
done
expect 1 '' sh "$here/headers.sh" "$tree" "$compiler"
exit "$((failures != 0))"
