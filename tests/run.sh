#!/bin/bash
# Set up everything and run all tests: packages, a build with warnings as errors, CTest.
#   tests/run.sh [CTest options], e.g. tests/run.sh -R linalg
set -euo pipefail
cd "$(dirname "$0")/.."
.ci/packages tests
. .ci/mpi.sh
cmake --preset release -DODDLOT_WERROR=ON -DODDLOT_TESTS=ON >/dev/null
cmake --build --preset release -j "$(nproc)"
ctest --preset release -j "$(nproc)" "$@"
