"""notebooks/look-at-a-run.ipynb over two small runs: with and without a known truth.

usage: test_look_at_a_run.py PROGRAM TREE     exit code 77: a Python package is missing
"""
import sys
import tempfile
from pathlib import Path

from notebook_tools import audit, check, execute

import matplotlib.image
import numpy as np


def make_pictures(folder, count=60):
    """Dark noise, every ninth picture bright, and a file that is no picture."""
    folder.mkdir()
    random = np.random.default_rng(1)
    for i in range(count):
        matplotlib.image.imsave(folder / f"{i:02}.png", random.random((16, 16, 3)) * (0.3 if i % 9 else 1))
    (folder / "broken.png").write_bytes(b"not a picture")


def main(program, tree):
    notebook = Path(tree) / "notebooks" / "look-at-a-run.ipynb"
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        audit(program, scratch / "truth", f"{tree}/jobs/footwear.yaml", "contamination.theme_count=2000")
        check(execute(notebook, scratch / "truth"), 5, "of the odd images found")
        make_pictures(scratch / "pictures")
        audit(program, scratch / "folder", f"{tree}/jobs/audit.yaml", f"catalogue.path={scratch}/pictures",
              "image.size=16", "reduce.pca.components=4")
        check(execute(notebook, scratch / "folder"), 3, "The truth is not known")  # its detector has no objective


main(*sys.argv[1:])
