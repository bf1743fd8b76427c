"""notebooks/center-loss.ipynb over a small study: two weights, two units, one kind of strangers.

usage: test_center_loss.py PROGRAM TREE     exit code 77: a Python package is missing
"""
import sys
import tempfile
from pathlib import Path

from notebook_tools import audit, check, execute

SMALL = ("study.seeds=1", "study.without=[trousers, ankle boots, digit 0]", "contamination.theme_count=600",
         "contamination.anomaly_count=60", "train.epochs=1", "train.network=[conv 4 5x5, relu, max_pool 4, dense 2]",
         'study.rows=["no center loss | train.classify.center_loss=0", "lambda 0.1 | train.classify.center_loss=0.1"]')


def main(program, tree):
    with tempfile.TemporaryDirectory() as scratch:
        study = Path(scratch) / "study"
        audit(program, study, f"{tree}/jobs/benchmarks/center-loss.yaml", *SMALL)
        check(execute(Path(tree) / "notebooks/center-loss.ipynb", study), 5,
              "2 weights of center loss, 1 kinds of strangers, 1 seeds")


main(*sys.argv[1:])
