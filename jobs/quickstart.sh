#!/bin/bash
# From a fresh Debian 12 to an audit of real product photographs: installs packages, builds, and finds
# the strangers among the footwear of Debian's dataset-fashion-mnist (70,000 Zalando product images).
#   jobs/quickstart.sh [-o RUN] [--set key=value]...
set -euo pipefail
cd "$(dirname "$0")/.."
.ci/packages
. .ci/mpi.sh
cmake --preset release -DODDLOT_TESTS=OFF >/dev/null
cmake --build --preset release -j "$(nproc)"
mpirun -n 2 build/release/oddlot run jobs/footwear.yaml "$@"
