"""notebooks/scaling.ipynb over the table of two small runs, on one rank and on two, with the model on more.

usage: test_scaling.py PROGRAM TREE     exit code 77: a Python package is missing
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from notebook_tools import check, execute

LAUNCHER = os.environ.get("MPIRUN", "mpirun")


def main(program, tree):
    with tempfile.TemporaryDirectory() as scratch:
        runs = [str(Path(scratch) / f"on-{ranks}") for ranks in (1, 2)]
        for ranks, run in enumerate(runs, 1):
            subprocess.run([LAUNCHER, "-n", str(ranks), program, "run", f"{tree}/jobs/footwear.yaml", "-o", run, "-q", "--set",
                            "contamination.theme_count=1000", "--threads", "1"], check=True, stdout=subprocess.DEVNULL)
        table = Path(scratch) / "table"
        subprocess.run([program, "scaling", *runs, "-o", table, "-n", "64", "--seconds", "1", "--threads", "1", "-q"],
                       check=True, stdout=subprocess.DEVNULL)
        check(execute(Path(tree) / "notebooks/scaling.ipynb", table), 3, "measured on up to 2 ranks, predicted on up to 64")


main(*sys.argv[1:])
