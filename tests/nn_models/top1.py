#!/usr/bin/python3
"""Does a pretrained network name what is in real photographs as often as in ONNX Runtime?

    top1.py [backbone]    CTest gives ODDLOT (the program) and ODD_SCRATCH

Top-1 of MobileNet-v2, or of the EfficientNet-Lite0 that jobs/backbones/get.sh brings, over a photograph of each of
ImageNet's 1000 classes, from a folder of data beside the repository that most machines do not have. ONNX Runtime 1.32
on the same pixels: 88.5 % and 86.6 %, and 98.3 % and 96.8 % within the first five; the largest logit was the same for
all 1000."""
import os
import subprocess
import sys

import h5py
import numpy

sys.path.insert(0, os.path.join(os.environ["ODDLOT_SOURCE"], "jobs/backbones"))
sys.dont_write_bytecode = True
from fetch import data_folder  # noqa: E402

DATA = os.path.join(os.environ["ODDLOT_SOURCE"], "../shared/data")
PHOTOS = os.path.join(DATA, "imagenet-1000.tar")
if sys.argv[1:] == ["backbone"]:
    MODEL = os.path.join(data_folder(), "efficientnet-lite0.onnx")
    PRESET, MARGIN = "model", 0.125
    REFERENCE = {1: 0.866, 5: 0.968}  # share of photographs whose class is among the first 1, 5
else:
    MODEL = os.path.join(DATA, "models/mobilenet_v2.onnx")
    PRESET, MARGIN = "tflite-mobilenet", 0
    REFERENCE = {1: 0.885, 5: 0.983}
SLACK = 0.01
RUN = os.path.join(os.environ["ODD_SCRATCH"], "-".join(["top1", *sys.argv[1:]]))


def oddlot(stage):
    subprocess.run([os.environ["ODDLOT"], stage, f"{RUN}.yaml", "-o", RUN, "--quiet"], check=True)


def main():
    for path in (PHOTOS, MODEL):
        if not os.path.exists(path):
            print(f"skipped: no {path}")
            sys.exit(77)
    with open(f"{RUN}.yaml", "w") as job:
        job.write(f"catalogue: {{kind: tar, path: '{PHOTOS}'}}\nimage: {{size: 224, channels: rgb, margin: {MARGIN}}}\n"
                  "features: {source: onnx, normalize: none, "
                  f"onnx: {{model: '{MODEL}', layer: logits, preset: {PRESET}}}}}\n")
    oddlot("ingest")
    oddlot("features")
    with h5py.File(f"{RUN}/ingest.h5") as ingest, h5py.File(f"{RUN}/features.h5") as features:
        names = [os.path.basename(path) for path in ingest["path"].asstr()[:]]
        logits = features["features"][:]
    assert names == sorted(names) and len(set(name[:9] for name in names)) == 1000, "not one for each WordNet id"
    better = (logits > numpy.diagonal(logits)[:, None]).sum(1)  # row i is of class i
    for first, reference in REFERENCE.items():
        share = float((better < first).mean())
        print(f"class among the first {first}: {share:.1%} of {len(names)}, in ONNX Runtime {reference:.1%}")
        assert abs(share - reference) <= SLACK


main()
