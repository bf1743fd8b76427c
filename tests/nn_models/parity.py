#!/usr/bin/python3
"""Does oddlot compute what PyTorch computes, on the same weights and the same pixels?

    parity.py NAME...    of jobs/backbones/export.py; CTest gives ODDLOT (the program) and ODD_SCRATCH

Exports a backbone with seeded weights, lets oddlot ingest 16 real images and run the file on them, and runs
the same modules in PyTorch on the pixels of ingest.h5. Prints, for each output, the largest difference
relative to the largest activation, which must be under 1e-4."""
import os
import subprocess
import sys

SKIPPED = 77
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LAYERS = ("last_map", "pooled", "logits")
LIMIT = 1e-4
IMAGES = 16
LEVELS = {"inception": (0.5, 0.5), "torchvision": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))}  # mean, deviation

sys.path[:0] = [os.path.join(SOURCE, "jobs/backbones"), os.path.join(SOURCE, "tests/cli")]
sys.dont_write_bytecode = True
try:
    import h5py
    import numpy
    import torch
    import torchvision  # the topologies of three backbones
    import export
    import make_images
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(SKIPPED)


def oddlot(*words):
    done = subprocess.run([os.environ["ODDLOT"], *words, "--quiet"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"oddlot {' '.join(words)}: exit code {done.returncode}\n{done.stderr}")


def write_job(name, model):
    """Images of Fashion-MNIST, one for each of the same 16 rows on any machine."""
    make_images.write_hdf5(f"{name}.images.h5", *make_images.cut(IMAGES))
    topology = export.TOPOLOGIES[name]
    with open(f"{name}.yaml", "w") as job:
        job.write(f"catalogue: {{kind: hdf5, path: {name}.images.h5, dataset: images}}\n"
                  f"image: {{size: {topology.size}, channels: rgb}}\n"
                  f"features: {{source: onnx, normalize: none, onnx: {{model: {model}}}}}\n")  # its metadata says the preset
    return f"{name}.yaml"


def ours(name, job):
    """What oddlot makes of each layer, (images, values), and the pixels it saw."""
    oddlot("ingest", job, "-o", name)
    found = []
    for layer in LAYERS:
        oddlot("features", job, "-o", name, "--set", f"features.onnx.layer={layer}")
        with h5py.File(f"{name}/features.h5") as file:
            found.append(file["features"][:])
    with h5py.File(f"{name}/ingest.h5") as file:
        return found, file["images"][:]


def theirs(name, backbone, levels):
    mean, deviation = (numpy.float32(value) for value in LEVELS[export.TOPOLOGIES[name].preset])
    planes = ((levels / numpy.float32(255) - mean) / deviation).transpose(0, 3, 1, 2)
    with torch.no_grad():
        made = backbone(torch.from_numpy(numpy.ascontiguousarray(planes, numpy.float32)))
    return [output.flatten(1).numpy() for output in made]


def agrees(name):
    backbone, _ = export.random(name, 1)
    export.export(backbone, name, f"{name}.onnx", "seeded random (seed 1), NOT TRAINED")
    found, levels = ours(name, write_job(name, f"{name}.onnx"))
    worst = 0
    for layer, mine, reference in zip(LAYERS, found, theirs(name, backbone, levels)):
        assert mine.shape == reference.shape, (name, layer, mine.shape, reference.shape)
        largest = float(numpy.abs(reference).max())
        difference = float(numpy.abs(mine - reference).max()) / largest
        print(f"{name:16} {layer:9} largest activation {largest:9.3f}, difference {difference:.2e} of it", flush=True)
        worst = max(worst, difference)
    return worst < LIMIT


if __name__ == "__main__":
    os.makedirs(os.path.join(os.environ["ODD_SCRATCH"], "parity"), exist_ok=True)
    os.chdir(os.path.join(os.environ["ODD_SCRATCH"], "parity"))
    wrong = [name for name in sys.argv[1:] if not agrees(name)]
    if wrong:
        sys.exit(f"FAILED: {', '.join(wrong)}: differs by more than {LIMIT:g} of the largest activation")
