"""notebooks/training.ipynb and codes.ipynb over two small runs: networks that see damage, and an auto-encoder whose
codes have length 1.

usage: test_training.py PROGRAM TREE     exit code 77: a Python package is missing
"""
import os
import sys
import tempfile
from pathlib import Path

from notebook_tools import audit, check, execute

SMALL = ("contamination.theme_count=400", "reduce.pca.components=8", "fit.detector=core", "train.epochs=2", "train.batch=32")


def main(program, tree):
    notebooks, job = Path(tree) / "notebooks", f"{tree}/jobs/footwear.yaml"
    os.environ["ODDLOT_POINTS"] = "200"
    with tempfile.TemporaryDirectory() as scratch:
        damage, coder = Path(scratch) / "damage", Path(scratch) / "coder"
        audit(program, damage, job, *SMALL, "train.network=[conv 4 5x5, relu, max_pool 2, dense 1]", "train.folds=2",
              "score.rank_by=damage", "score.flag_by=share", "score.flag_share=0.05")
        check(execute(notebooks / "training.ipynb", damage), 3, "2 networks, at most 2 epochs")
        check(execute(notebooks / "codes.ipynb", damage), 1, "200 of ")
        codes = (*SMALL, "train.task=autoencoder", "train.network=[dense 32, leaky_relu, dense 8, l2_norm]",
                 "features.source=trained")
        audit(program, coder, job, *codes, "reduce.method=none")
        check(execute(notebooks / "training.ipynb", coder), 1, "another task than damage")
        check(execute(notebooks / "codes.ipynb", coder), 1, "codes of 8 values, of length 1 to 1, ")
        audit(program, coder, job, *codes, "reduce.method=umap", "reduce.umap.components=3")
        check(execute(notebooks / "codes.ipynb", coder), 2, "codes of 8 values, of length 1 to 1, ")


main(*sys.argv[1:])
