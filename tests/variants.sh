#!/bin/bash
# Build oddlot in other ways than its presets do, each in a folder of its own, with warnings as errors, and run the
# tests that apply. At the end a line for each.
#   tests/variants.sh [NAMES]        of: networks vips formats least clang blas; all of them if none is named
#   ODDLOT_VARIANTS=FOLDER           where they are built (build/variants)
#   ODDLOT_VARIANT_TESTS=REGEX       which tests of the first five (all)
# blas: over each BLAS of Debian's alternatives, as it is linked and as LD_LIBRARY_PATH chooses it; tests of linalg,
# detect and threads.
set -uo pipefail
cd "$(dirname "$0")/.."
. .ci/mpi.sh
folder=${ODDLOT_VARIANTS:-build/variants}
tests=${ODDLOT_VARIANT_TESTS:-.}
report=()

# variant NAME TESTS OPTIONS...
variant() {
    local name=$1 select=$2 build=$folder/$1 said
    shift 2
    echo "== $name"
    mkdir -p "$build"
    if ! cmake -S . -B "$build" -DODDLOT_WERROR=ON -DODDLOT_TESTS=ON "$@" >"$build/log" 2>&1 ||
        ! cmake --build "$build" -j "$(nproc)" >>"$build/log" 2>&1; then
        tail -n 20 "$build/log"
        report+=("$name: does not build, see $build/log")
        return
    fi
    "$build/oddlot" version | tail -n +3
    ctest --test-dir "$build" -j $(($(nproc) + 1)) -R "$select" --output-on-failure >>"$build/log" 2>&1
    said=$(grep -E '^[0-9]+% tests passed|\((Failed|Timeout|Not Run)\)$' "$build/log" | tr -s ' \n' ' ')
    report+=("$name: ${said:-no tests ran, see $build/log}")
}

blas_variants() {
    local library name lapack
    for library in $(update-alternatives --list "libblas.so.3-$(gcc -print-multiarch)"); do
        name=$(basename "$(dirname "$library")")
        lapack=$(dirname "$library")/liblapack.so.3
        [ -e "$lapack" ] || lapack=$(dirname "$(dirname "$library")")/lapack/liblapack.so.3 # BLIS has none
        LD_LIBRARY_PATH=$(dirname "$library"):$(dirname "$lapack") variant "blas-$name" '^(linalg|detect|par[.]threads)' \
            -DBLAS_LIBRARIES="$library" -DLAPACK_LIBRARIES="$lapack"
    done
}

one() {
    case $1 in
    networks) variant without-networks "$tests" -DODDLOT_NETWORKS=OFF ;;
    vips) variant without-vips "$tests" -DODDLOT_VIPS=OFF ;;
    formats) variant without-formats "$tests" -DODDLOT_VIPS=OFF -DODDLOT_JPEG2000=OFF -DODDLOT_JPEGXL=OFF ;;
    least) variant least "$tests" -DODDLOT_NETWORKS=OFF -DODDLOT_VIPS=OFF -DODDLOT_JPEG2000=OFF -DODDLOT_JPEGXL=OFF ;;
    clang) variant clang "$tests" -DCMAKE_C_COMPILER=clang ;;
    blas) blas_variants ;;
    *) echo "usage: tests/variants.sh [networks] [vips] [formats] [least] [clang] [blas]" >&2 && exit 2 ;;
    esac
}

[ $# -gt 0 ] || set -- networks vips formats least clang blas
for name; do
    one "$name"
done
printf '%s\n' "${report[@]}"
! printf '%s\n' "${report[@]}" | grep -vqE ': 100% tests passed'
