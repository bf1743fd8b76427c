#!/bin/bash
# From a fresh Debian 12 or 13 to an audit of real product photographs: installs packages, builds, and finds
# the strangers among the footwear of Debian's dataset-fashion-mnist (70,000 Zalando product images).
#   jobs/quickstart.sh [-o RUN] [--set key=value]...
# ODDLOT_PRESET=mpich in the environment: with MPICH instead of Open MPI.
set -euo pipefail
cd "$(dirname "$0")/.."
.ci/packages
. .ci/mpi.sh
preset=${ODDLOT_PRESET:-release}
cmake --preset "$preset" -DODDLOT_TESTS=OFF >/dev/null
cmake --build --preset "$preset" -j "$(nproc)"
"$MPIRUN" -n 2 "build/$preset/oddlot" run jobs/footwear.yaml "$@"
