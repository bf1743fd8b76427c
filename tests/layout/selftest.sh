#!/bin/sh
# selftest.sh COMPILER: the checks of this folder pass a good tree and name what is bad in others.
here=$(cd "$(dirname "$0")" && pwd)
compiler=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

good_tree() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree/src/base" "$tree/src/par" "$tree/src/image" "$tree/src/stage/fit" \
        "$tree/src/nn/graph" "$tree/src/nn/train" "$tree/include/oddlot/base" "$tree/include/oddlot/par" \
        "$tree/include/oddlot/nn" "$tree/tests"
    printf '#ifndef S\n#define S\nstruct status { int code; };\n#endif\n' \
        >"$tree/include/oddlot/base/status.h"
    echo '#include "oddlot/base/status.h"' >"$tree/include/oddlot/par/agree.h"
    printf '#include "oddlot/par/agree.h"\n#include <mpi.h>\n' >"$tree/src/par/agree.c"
    printf '#include "image/crop_internal.h"\n#include <png.h>\n' >"$tree/src/image/crop.c"
    printf '#include "oddlot/par/agree.h"\n#include <mpi.h>\n' >"$tree/src/stage/fit/fit.c"
    printf '#include "nn/graph/graph_internal.h"\n' >"$tree/src/nn/train/tape.c"
    printf 'typedef struct odd_net odd_net;\n' >"$tree/include/oddlot/nn/net.h"
    printf '#include "oddlot/base/status.h"\nstruct odd_net {\n};\nint odd_count(int n)\n{\n}\n' \
        >"$tree/src/nn/graph/graph.c"
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
bad_include include/oddlot/base/status.h '"oddlot/run/run.h"' 'base may not look at oddlot/run'
bad_include src/stage/fit/fit.c '"linalg/pca_internal.h"' 'is internal to its room'
bad_include src/stage/fit/fit.c '<hdf5.h>' 'stage/fit may not see hdf5.h'
bad_include src/stage/fit/fit.c '<H5Dpublic.h>' 'stage/fit may not see H5Dpublic.h'
bad_include src/stage/fit/fit.c '"pca_internal.h"' 'pca_internal.h does not say its room'
bad_include src/nn/graph/graph.c '"nn/train/tape_internal.h"' 'nn/graph may not look at nn/train/tape'
bad_include src/nn/graph/graph.c '"oddlot/nn/net.h"' 'nn/graph may not look at oddlot/nn/net.h'
bad_include src/nn/train/tape.c '<onnx.pb-c.h>' 'nn/train may not see onnx.pb-c.h'
bad_include src/stage/fit/fit.c '"stage/score/score_internal.h"' 'stage/fit may not look at stage/score/score'
bad_include src/stage/fit/fit.c '"oddlot/pipeline/pipelines.h"' 'stage/fit may not look at oddlot/pipeline'
bad_include src/kitchen/pan.c '<stdio.h>' 'a room that no table knows: kitchen'

good_tree
cp "$tree/src/image/crop.c" "$tree/tests/crop.c"
expect 1 'src/image/crop.c' sh "$here/names.sh" "$tree"
expect 1 'tests/crop.c' sh "$here/names.sh" "$tree"

good_tree
echo 'int odd_count(int n)' >>"$tree/src/nn/train/tape.c"
expect 1 'function odd_count is defined in' sh "$here/names.sh" "$tree"
good_tree
for version in 2 3; do
    echo 'int odd_library_count(int n)' >"$tree/src/nn/graph/library_$version.c"
done
expect 0 '' sh "$here/names.sh" "$tree"
for type in 'typedef int odd_view;' '} odd_view;' 'typedef int (*odd_view)(int n);'; do
    good_tree
    echo '} odd_view;' >>"$tree/src/nn/graph/graph.c"
    expect 0 '' sh "$here/names.sh" "$tree"
    echo "$type" >>"$tree/src/nn/train/tape.c"
    expect 1 'type odd_view is defined in' sh "$here/names.sh" "$tree"
done
good_tree
echo 'struct odd_net {' >>"$tree/src/nn/train/tape.c" # announced in a header
expect 0 '' sh "$here/names.sh" "$tree"

good_tree
expect 0 '' sh "$here/headers.sh" "$tree" "$compiler"
echo 'size_t bytes(void);' >"$tree/include/oddlot/par/agree.h"
expect 1 'oddlot/par/agree.h does not compile alone' sh "$here/headers.sh" "$tree" "$compiler"
good_tree
echo 'struct status { int code; };' >"$tree/include/oddlot/base/status.h" # no guard
expect 1 'oddlot/base/status.h does not compile alone' sh "$here/headers.sh" "$tree" "$compiler"

# build: compiles the sources of the tree, as CMake would say it does.
build() {
    rm -rf "${tree:?}/build"
    mkdir -p "$tree/build/src"
    for source in "$tree"/src/*.c; do
        object=src/$(basename "$source").o
        "$compiler" -c "$source" -o "$tree/build/$object"
        echo "{\"directory\": \"$tree/build\", \"command\": \"cc -o $object -c\", \"file\": \"$source\"}"
    done | paste -s -d, | sed 's/.*/[&]/' >"$tree/build/compile_commands.json"
}

# calls FILE OWN OTHER: a source file that defines odd_OWN(), which calls odd_OTHER().
calls() {
    printf 'void odd_%s(void);\nvoid odd_%s(void);\nvoid odd_%s(void)\n{\n    odd_%s();\n}\n' \
        "$2" "$3" "$2" "$3" >"$tree/src/$1"
}

rm -rf "${tree:?}"/*
mkdir -p "$tree/src"
calls core.c fit score
calls pick.c score draw
calls random.c draw seed # odd_seed() is nobody's
printf 'void odd_fit(void);\nconst int odd_entry = 1;\nvoid odd_use(void)\n{\n    odd_fit();\n}\n' \
    >"$tree/src/entry.c"
printf 'extern const int odd_entry;\nconst int *const odd_table[] = {&odd_entry};\n' >>"$tree/src/core.c"
build
circles() {
    /usr/bin/python3 "$here/circles.py" "$tree/build" "$@"
}
expect 0 '' circles
calls random.c draw fit
build
expect 1 'a circle: core.c pick.c random.c' circles
echo 'core.c pick.c random.c' >"$tree/known"
expect 0 '' circles "$tree/known"
echo 'core.c entry.c' >>"$tree/known"
expect 1 'no circle any more, strike it from the list: core.c entry.c' circles "$tree/known"
calls random.c draw seed
build
expect 1 'no circle any more, strike it from the list: core.c pick.c random.c' circles "$tree/known"
mv "$tree/build/src" "$tree/build/elsewhere"
expect 1 '' circles

# two MPIs of two headers: in one of them a communicator is a pointer
for mpi in one other; do
    mkdir -p "$tree/$mpi"
    printf '#!/bin/sh\necho cc -I"%s" -lmpi\n' "$tree/$mpi" >"$tree/mpicc.$mpi"
    chmod +x "$tree/mpicc.$mpi"
done
echo 'typedef void *MPI_Comm;' >"$tree/one/mpi.h"
echo 'typedef int MPI_Comm;' >"$tree/other/mpi.h"
other_mpi() {
    printf '#include <mpi.h>\nMPI_Comm comm(void);\nMPI_Comm comm(void)\n{\n    return %s;\n}\n' "$1" \
        >"$tree/src/comm.c"
    echo "[{\"directory\": \"$tree\", \"file\": \"$tree/src/comm.c\", \"command\":
        \"$compiler -isystem $tree/one -Werror -O2 -o comm.o -c src/comm.c\"}]" >"$tree/build/compile_commands.json"
    /usr/bin/python3 "$here/other_mpi.py" "$tree/build" "$tree/mpicc.$2" "$tree/one"
}
expect 0 '' other_mpi 0 other
expect 1 'comm.c does not compile with the MPI of' other_mpi '(void *)comm' other
expect 1 '' other_mpi 0 one # no other
expect 1 'skipped: no mpi.h' other_mpi 0 third
rm "$tree/other/mpi.h"
expect 1 'skipped: no mpi.h' other_mpi 0 other

# map WORDS STATUS ROOM...: the page of rooms, with these in their order.
map() {
    words=$1 status=$2
    shift 2
    good_tree
    mkdir -p "$tree/tests/layout"
    cp "$here/layers.awk" "$tree/tests/layout"
    for room in "$@"; do
        echo "| \`$room\` | what is in it |"
    done >"$tree/src/README.md"
    echo "${more:-}" >>"$tree/src/README.md"
    expect "$status" "$words" /usr/bin/python3 "$here/map.py" "$tree"
}

map '' 0 stage/fit nn/train nn/graph image par
map 'room par is not in the table' 1 stage/fit nn/train nn/graph image
map 'kitchen is no room' 1 stage/fit kitchen nn/train nn/graph image par
map 'par is in the table twice' 1 stage/fit nn/train nn/graph image par par
map 'stage/fit looks at par, which the table has above it' 1 par stage/fit nn/train nn/graph image
more='`par/sum.c`' map 'no file par/sum.c' 1 stage/fit nn/train nn/graph image par
more='[a](par/sum.h)' map 'no par/sum.h' 1 stage/fit nn/train nn/graph image par
more='`TABLE`, [a](par/agree.c)' map 'par/agree.c has no TABLE' 1 stage/fit nn/train nn/graph image par
more='an `odd_dish`' map 'no type odd_dish' 1 stage/fit nn/train nn/graph image par

rm -rf "${tree:?}"/*
mkdir -p "$tree/src" "$tree/include/oddlot" "$tree/tests"
for check in layers names; do
    expect 1 '' sh "$here/$check.sh" "$tree"
done
expect 1 '' sh "$here/headers.sh" "$tree" "$compiler"
exit "$((failures != 0))"
