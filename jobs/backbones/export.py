#!/usr/bin/python3
"""Make an ONNX file of a backbone, for `features: {source: onnx}`.

  jobs/backbones/export.py NAME MODEL.onnx --weights FILE    weights that you have
  jobs/backbones/export.py NAME MODEL.onnx --seed 1          random ones: for trying out and measuring

NAME is inception-v4, efficientnet-b0, mobilenet-v2 or resnet-50. Needs PyTorch (Debian's python3-torch will
do) and, except for Inception-v4, torchvision (python3-torchvision) or timm. FILE is a state_dict named as in
torchvision or timm: .pth, .pt, .bin or .safetensors; any number of classes. Nothing is downloaded. The file
takes any number of images; its outputs are `last_map` (the last map, of the classifier's channels), `pooled`
(its average) and `logits`. What the images must be like is in its metadata, where oddlot looks for it.
"""
import argparse
import hashlib
import importlib
import io
import os
import pickle
import sys
from dataclasses import dataclass

import torch
from torch import nn

from inception_v4 import InceptionV4
from onnx_messages import notes

OPSET = 13
GATE = 0.1  # of He's: wider ones amplify what lies off the middle from block to block
OUTPUTS = ["last_map", "pooled", "logits"]


@dataclass
class Topology:
    size: int  # of the images
    preset: str  # how oddlot scales them: features.onnx.preset
    kernel: str  # how they were resized in training: image.kernel
    margin: float  # and what of their larger square was cut away: image.margin
    torchvision: str  # its name there; "": not there
    timm: str


TOPOLOGIES = {
    "inception-v4": Topology(299, "inception", "bicubic", 0.125, "", ""),
    "efficientnet-b0": Topology(224, "torchvision", "bicubic", 0.125, "efficientnet_b0", "efficientnet_b0"),
    "mobilenet-v2": Topology(224, "torchvision", "bilinear", 0.125, "mobilenet_v2", "mobilenetv2_100"),
    "resnet-50": Topology(224, "torchvision", "bilinear", 0.125, "resnet50", "resnet50"),
}


class Backbone(nn.Module):
    """A network cut into what makes the map and what makes the logits. `net` owns the weights."""

    def __init__(self, net, features, classifier):
        super().__init__()
        self.net = net
        self.parts = features, classifier  # in a tuple: not registered twice

    def forward(self, x):
        features, classifier = self.parts
        last_map = features(x)
        pooled = nn.functional.adaptive_avg_pool2d(last_map, 1).flatten(1)
        return last_map, pooled, classifier(pooled)


# -- where topologies come from: (its name, a maker of the backbone for some number of classes) --


def make_inception(classes):
    net = InceptionV4(classes)
    return Backbone(net, net.features, net.last_linear)


def make_torchvision(models, name, classes):
    net = getattr(models, name)(weights=None, num_classes=classes)
    if hasattr(net, "features"):
        return Backbone(net, net.features, net.classifier)
    return Backbone(net, nn.Sequential(*list(net.children())[:-2]), net.fc)  # ResNet ends in pool, fc


def make_timm(timm, name, classes):
    net = timm.create_model(name, pretrained=False, num_classes=classes, exportable=True)
    return Backbone(net, net.forward_features, net.get_classifier())


def makers(name):
    """Those that this Python has."""
    if name == "inception-v4":
        return [("inception_v4.py", make_inception)]
    topology, found = TOPOLOGIES[name], []
    for module, make, known_as in (("torchvision.models", make_torchvision, topology.torchvision),
                                   ("timm", make_timm, topology.timm)):
        try:
            library = importlib.import_module(module)
        except ImportError:
            continue
        found.append((module.split(".")[0], lambda classes, m=make, l=library, k=known_as: m(l, k, classes)))
    if not found:
        sys.exit(f"export.py: {name} needs torchvision (apt install python3-torchvision) or timm")
    return found


# -- weights --


def read_weights(path):
    """The state_dict in a file. Only tensors are unpickled: weights from elsewhere cannot run code."""
    try:
        if path.endswith(".safetensors"):
            return importlib.import_module("safetensors.torch").load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, ImportError, RuntimeError, pickle.UnpicklingError) as why:
        sys.exit(f"export.py: {path} cannot be read: {why}")
    for wrapper in ("state_dict_ema", "state_dict", "model"):
        state = state.get(wrapper, state)
    return {key.removeprefix("module."): value for key, value in state.items()}


def without_background(name, state):
    """Inception-v4 as first published has a class 0 for "none of them"."""
    if name == "inception-v4" and len(state["last_linear.bias"]) == 1001:
        for key in ("last_linear.weight", "last_linear.bias"):
            state[key] = state[key][1:]


def load(name, path):
    """(backbone, where its topology comes from): the first topology that the weights fit."""
    state, misfits = read_weights(path), []
    without_background(name, state)
    matrices = [value for value in state.values() if value.ndim == 2]
    classes = len(matrices[-1]) if matrices else 1000  # the classifier is the only matrix
    for where, make in makers(name):
        backbone = make(classes)
        try:
            backbone.net.load_state_dict(state)
            return backbone.eval(), where
        except RuntimeError as misfit:
            misfits.append(f"as {where} names them: {str(misfit)[:300]}")
    sys.exit("\n".join([f"export.py: {path} does not fit {name}", *misfits]))


def draw(net, seed):
    """He's initialisation; scales and shifts of batch norms around 1; gates half open.

    Shifts around 0 would let every ReLU cut in the middle of its values, which makes a deep random network
    chaotic: rounding grows by a fifth with each layer. Trained ones are not like that."""
    torch.manual_seed(seed)
    for layer in net.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        if isinstance(layer, nn.Conv2d) and layer.bias is not None:  # of a gate: what has no batch norm
            layer.weight.data *= GATE
            nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.normal_(layer.bias, 1.0, 0.2)


def settle(backbone, size):
    """Give batch norms the statistics of blotches of all sizes, so that values stay in range through the
    depth. One thread, so that the same seed makes the same file."""
    norms = [layer for layer in backbone.modules() if isinstance(layer, nn.BatchNorm2d)]
    images = sum(nn.functional.interpolate(torch.randn(4, 3, side, side), (size, size), mode="bilinear")
                 for side in (1, 4, 16, 64))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    for norm in norms:
        norm.momentum = 1.0  # statistics of this batch only
        norm.train()
    with torch.no_grad():
        backbone(images)
    torch.set_num_threads(threads)


def random(name, seed):
    """(backbone with seeded random weights, where its topology comes from)."""
    where, make = makers(name)[0]
    backbone = make(1000).eval()
    draw(backbone.net, seed)
    settle(backbone, TOPOLOGIES[name].size)
    return backbone.eval(), where


# -- the file --


def write(backbone, size, path, doc, metadata):
    """Whole or not at all. Batch norms stay layers of their own, so that the network can be trained on."""
    model = io.BytesIO()
    torch.onnx.export(backbone, torch.zeros(1, 3, size, size), model, opset_version=OPSET,
                      training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False, input_names=["input"],
                      output_names=OUTPUTS, dynamic_axes={tensor: {0: "n"} for tensor in ("input", *OUTPUTS)})
    with open(path + ".partial", "wb") as file:
        file.write(model.getvalue() + notes(doc, metadata))
    os.replace(path + ".partial", path)


def export(backbone, name, path, weights):
    """Write it; `weights` says in words what they are."""
    t = TOPOLOGIES[name]
    doc = f"{name}, weights: {weights}. Input: RGB, {t.size} x {t.size}, scaled as oddlot's preset '{t.preset}'."
    write(backbone, t.size, path, doc, {
        "oddlot.size": str(t.size), "oddlot.preset": t.preset, "oddlot.order": "rgb", "oddlot.kernel": t.kernel,
        "oddlot.margin": str(t.margin), "oddlot.weights": weights})


def in_words(args):
    if not args.weights:
        return f"seeded random (seed {args.seed}), NOT TRAINED"
    with open(args.weights, "rb") as file:
        return f"{os.path.basename(args.weights)}, sha256 {hashlib.sha256(file.read()).hexdigest()}"


def tell(args, backbone, where, weights):
    size = TOPOLOGIES[args.name].size
    with torch.no_grad():
        shapes = [("n", *made.shape[1:]) for made in backbone(torch.zeros(1, 3, size, size))]
    parameters = sum(value.numel() for value in backbone.net.parameters())
    print(f"{args.name}: {parameters / 1e6:.2f} million parameters, topology of {where}")
    print(f"weights: {weights}")
    print("outputs:", ", ".join(f"{output} {'x'.join(map(str, shape))}" for output, shape in zip(OUTPUTS, shapes)))
    print(f"written: {args.model}, {os.path.getsize(args.model) / 1e6:.1f} MB. In a job:\n"
          f"  image: {{size: {size}, channels: rgb}}\n"
          f"  features: {{source: onnx, onnx: {{model: {args.model}, layer: pooled}}}}")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("name", choices=TOPOLOGIES)
    ap.add_argument("model", metavar="MODEL.onnx")
    source = ap.add_mutually_exclusive_group(required=True)
    source.add_argument("--weights", metavar="FILE", help="a state_dict of torchvision or timm")
    source.add_argument("--seed", type=int, help="random weights")
    args = ap.parse_args()
    backbone, where = load(args.name, args.weights) if args.weights else random(args.name, args.seed)
    weights = in_words(args)
    export(backbone, args.name, args.model, weights)
    tell(args, backbone, where, weights)


if __name__ == "__main__":
    main()
