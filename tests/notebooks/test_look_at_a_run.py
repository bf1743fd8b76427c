"""notebooks/look-at-a-run.ipynb over two small runs: with and without a known truth.

usage: test_look_at_a_run.py PROGRAM TREE     exit code 77: a Python package is missing
"""
import base64
import os
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import h5py  # noqa: F401, by the notebook
    import matplotlib.image
    import nbformat
    import numpy as np
    import ipykernel  # noqa: F401
    from nbclient import NotebookClient
except ImportError as missing:
    print(f"SKIPPED: {missing} (packages python3-h5py, python3-matplotlib, python3-nbclient, python3-ipykernel)")
    sys.exit(77)


def audit(program, run, job, *settings):
    words = [word for setting in settings for word in ("--set", setting)]
    subprocess.run(["mpirun", "-n", "2", program, "run", job, "-o", run, "-q", *words], check=True,
                   stdout=subprocess.DEVNULL)


def make_pictures(folder, count=60):
    """Dark noise, every ninth picture bright, and a file that is no picture."""
    folder.mkdir()
    random = np.random.default_rng(1)
    for i in range(count):
        matplotlib.image.imsave(folder / f"{i:02}.png", random.random((16, 16, 3)) * (0.3 if i % 9 else 1))
    (folder / "broken.png").write_bytes(b"not a picture")


def execute(path, run):
    """The outputs of the notebook, in order: kinds and texts."""
    notebook = nbformat.read(path, as_version=4)
    os.environ["ODDLOT_RUN"] = str(run)
    NotebookClient(notebook, timeout=120, kernel_name="python3",
                   resources={"metadata": {"path": str(path.parent)}}).execute()
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def figures(outputs):
    return [base64.b64decode(o.data["image/png"]) for o in outputs if "image/png" in o.get("data", {})]


def said(outputs, name="stdout"):
    return "".join(o.text for o in outputs if o.output_type == "stream" and o.name == name)


def check(outputs, count, words):
    pictures = figures(outputs)
    assert len(pictures) == count, f"{len(pictures)} figures instead of {count}"
    assert all(len(picture) > 5000 for picture in pictures), "a figure is empty"
    assert words in said(outputs), f"the notebook does not say: {words}"
    assert not said(outputs, "stderr"), f"the notebook complains: {said(outputs, 'stderr')}"


def main(program, tree):
    notebook = Path(tree) / "notebooks" / "look-at-a-run.ipynb"
    cells = nbformat.read(notebook, as_version=4).cells
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells), "committed with outputs"
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        audit(program, scratch / "truth", f"{tree}/jobs/footwear.yaml", "mixture.theme_count=2000")
        check(execute(notebook, scratch / "truth"), 5, "of the odd images found")
        make_pictures(scratch / "pictures")
        audit(program, scratch / "folder", f"{tree}/jobs/folder.yaml", f"catalogue.path={scratch}/pictures",
              "image.size=16", "reduce.pca.components=4")
        check(execute(notebook, scratch / "folder"), 3, "The truth is not known")  # its detector has no objective


main(*sys.argv[1:])
