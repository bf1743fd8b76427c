"""notebooks/deep-forest.ipynb over a small study: two classes, three methods.

usage: test_deep_forest.py PROGRAM TREE     exit code 77: a Python package is missing
"""
import sys
import tempfile
from pathlib import Path

from notebook_tools import audit, check, execute

SMALL = ("study.seeds=1", "contamination.theme_count=300", "train.epochs=2", "train.network=[dense 32, sigmoid]",
         'study.rows=["only 1 | contamination.theme=[1]", "without 8 | contamination.anomaly=[8]"]',
         'study.columns=["pixels | train.network=[] features.source=pixels", "code | features.source=trained", '
         '"pattern | features.source=patterns"]')


def main(program, tree):
    with tempfile.TemporaryDirectory() as scratch:
        study = Path(scratch) / "study"
        audit(program, study, f"{tree}/jobs/benchmarks/deep-forest.yaml", *SMALL)
        check(execute(Path(tree) / "notebooks/deep-forest.ipynb", study), 2, "6 runs: 2 rows, 3 methods, 1 seeds")


main(*sys.argv[1:])
