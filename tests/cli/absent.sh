#!/bin/bash
# oddlot without what it can do without: built here, without optimization, in some 15 seconds of two cores. It says what
# is not there, refuses what needs it, and loses no row.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"

# as the build that these tests are of, with its compilers and libraries
build() {
    local given
    mapfile -t given < <(sed -nE 's/^((CMAKE_C|MPI_C)_COMPILER|HDF5_C_COMPILER_EXECUTABLE|BLA_VENDOR|(BLAS|LAPACK|SCALAPACK)_LIBRARIES):[A-Z]+=(.+)/-D\1=\4/p' \
        "$ODD_SCRATCH/../../CMakeCache.txt")
    cmake -S "$ODDLOT_SOURCE" -B build "${given[@]}" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG= -DODDLOT_WERROR=ON \
        -DODDLOT_TESTS=OFF -DODDLOT_NETWORKS=OFF -DODDLOT_VIPS=OFF -DODDLOT_JPEG2000=OFF -DODDLOT_JPEGXL=OFF >out 2>err || return
    says "networks    left out: ODDLOT_NETWORKS=OFF"
    cmake --build build -j2 --target oddlot >out 2>err
}
good build
ODDLOT=$PWD/build/oddlot
sentence="this oddlot was built without networks (oneDNN): install libdnnl-dev"

good alone version
says "no oneDNN"
says "no libvips (TIFF, GIF"
says "no OpenJPEG (JPEG 2000"
says "no libjxl (JPEG XL"
good alone doctor
says "audits look at pixels: $sentence"
ldd "$ODDLOT" | grep -E 'dnnl|protobuf-c|vips|openjp2|jxl' && fail "it is linked to what it was built without"

# what wants a network is refused before any work, by its place
images png folder 60
refused() { # LINE:COLUMN KEY YAML
    printf '%s\n' "catalogue: {path: folder}" "image: {size: 28, channels: gray}" "$3" >job.yaml
    fails_with 2 "job.yaml:$1: $2: $sentence" on 2 run job.yaml -o refused
    fails_with 2 "job.yaml:$1: $2: $sentence" alone run job.yaml -o refused --dry-run
    [ ! -e refused/ingest.h5 ] || fail "images were read before the job was refused"
}
refused 3:20 features.source "features: {source: onnx}"
refused 3:26 features.onnx.model "features: {onnx: {model: net.onnx}}"
refused 3:20 features.source "features: {source: trained}"
refused 3:18 train.network "train: {network: [dense 2]}"
refused 3:18 reduce.method "reduce: {method: autoencoder}"
refused 3:17 fit.detector "fit: {detector: head}"
fails_with 2 "$sentence" alone model info net.onnx
fails_with 2 "$sentence" alone bench train network=cnn
fails_with 2 "$sentence" alone bench forward file=net.onnx

# a backbone that is found does not help, so it is pixels; formats that are not read keep their rows
"$python" - <<'END'
from PIL import Image
grey = Image.new("L", (28, 28), 90)
grey.save("folder/odd.tif")
grey.save("folder/odd.gif")
open("folder/odd.jp2", "wb").write(b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 40)
open("folder/odd.jxl", "wb").write(b"\xff\x0a" + b"\0" * 40)
END
touch net.onnx
export ODDLOT_BACKBONE=$PWD/net.onnx
printf '%s\n' "catalogue: {path: folder}" "image: {size: 28, channels: gray}" "reduce: {pca: {components: 4}}" >job.yaml
good on 2 run job.yaml -o run --set ingest.max_unreadable=0.1
says "features: pixels, for $sentence"
good on 1 run run/job.yaml -o again
cmp run/job.yaml again/job.yaml || fail "the run is not made again by its job.yaml"
reason() {
    grep -F "$1" run/errors.csv | grep -qF "$2 is not read, as this oddlot was built without $3" || fail "errors.csv: $(<run/errors.csv)"
}
reason odd.tif TIFF "libvips: install libvips-dev"
reason odd.gif GIF "libvips: install libvips-dev"
reason odd.jp2 "JPEG 2000" "OpenJPEG: install libopenjp2-7-dev"
reason odd.jxl "JPEG XL" "libjxl: install libjxl-dev"
"$python" -c 'import h5py; assert len(h5py.File("run/ingest.h5")["status"]) == 64' || fail "rows were lost"
whole run

# a part that is asked for and not found ends the configuration
cmake -S "$ODDLOT_SOURCE" -B build -DODDLOT_NETWORKS=ON -DCMAKE_DISABLE_FIND_PACKAGE_OneDNN=ON >out 2>err && fail "networks without oneDNN"
tr -s ' \n' ' ' <err >words && grep -qF "oneDNN 2 or 3 (libdnnl-dev) not found: install it, or leave the part out by -DODDLOT_NETWORKS=OFF" words || fail "$(<err)"
