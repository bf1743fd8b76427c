"""What the tests of notebooks share: small runs, and notebooks executed over them.

Importing it ends the test with exit code 77 where a Python package is missing."""
import base64
import os
import subprocess
import sys

try:
    import h5py  # noqa: F401, by the notebooks
    import ipykernel  # noqa: F401
    import matplotlib.image  # noqa: F401
    import nbformat
    import sklearn  # noqa: F401
    from nbclient import NotebookClient
except ImportError as missing:
    print(f"skipped: {missing} (packages python3-h5py, python3-matplotlib, python3-sklearn, python3-nbclient, "
          "python3-ipykernel)")
    sys.exit(77)


def audit(program, run, job, *settings):
    words = [word for setting in settings for word in ("--set", setting)]
    subprocess.run([os.environ.get("MPIRUN", "mpirun"), "-n", "2", program, "run", job, "-o", run, "-q", *words], check=True,
                   stdout=subprocess.DEVNULL)


def execute(path, run):
    """The outputs of the notebook, in order: kinds and texts. It is committed without them."""
    notebook = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells), \
        "committed with outputs"
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
    assert words in said(outputs), f"the notebook does not say: {words}; it says: {said(outputs)}"
    assert not said(outputs, "stderr"), f"the notebook complains: {said(outputs, 'stderr')}"
