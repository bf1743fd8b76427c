#!/usr/bin/python3
"""Networks as people export them: 33 architectures with seeded weights, by both exporters of PyTorch,
through oddlot and through ONNX Runtime.

  exports.py FOLDER [--program FILE] [--data FOLDER] [NAME...]

Wants a Python with torch, torchvision, timm, onnx, onnxscript, onnxruntime and h5py; the files go to
FOLDER and stay there (9 GB). Eight photos of imagenet-1000.tar are features of the network's output
by `oddlot features`, and its output by ONNX Runtime; a line of the table for each file: whether it
loads, and the largest difference relative to the largest value.
"""
import argparse
import io
import os
import subprocess
import sys
import tarfile

import h5py
import numpy as np
import onnxruntime
import torch
from PIL import Image

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TORCHVISION = """resnet18 resnet50 mobilenet_v2 mobilenet_v3_small mobilenet_v3_large efficientnet_b0 efficientnet_v2_s
regnet_y_400mf densenet121 inception_v3 googlenet squeezenet1_1 shufflenet_v2_x1_0 mnasnet1_0 vgg11 alexnet convnext_tiny
vit_b_16 swin_t swin_v2_t maxvit_t""".split()
TIMM = {"deit_small": "deit_small_patch16_224", "dinov2_s14_224": "vit_small_patch14_dinov2",
        "dinov2_s14_518": "vit_small_patch14_dinov2", "clip_b32": "vit_base_patch32_clip_224",
        "siglip_b16": "vit_base_patch16_siglip_224", "eva02_tiny": "eva02_tiny_patch14_224", "mobilevit_s": "mobilevit_s",
        "fastvit_t8": "fastvit_t8", "convnextv2_nano": "convnextv2_nano", "mobilenetv4_s": "mobilenetv4_conv_small",
        "repvgg_a0": "repvgg_a0", "efficientnet_lite0": "efficientnet_lite0"}
SIZE = {"inception_v3": 299, "dinov2_s14_518": 518, "mobilevit_s": 256, "fastvit_t8": 256, "swin_v2_t": 256}
PHOTOS = 8


def make(name):
    torch.manual_seed(0)
    if name in TORCHVISION:
        import torchvision
        more = {"init_weights": True} if name in ("inception_v3", "googlenet") else {}
        return getattr(torchvision.models, name)(**more).eval()
    import timm
    more = {"img_size": 224} if name == "dinov2_s14_224" else {}
    return timm.create_model(TIMM[name], pretrained=False, **more).eval()


def export(name, how, path):
    if name == "eva02_tiny":  # whose fused attention the legacy exporter does not know
        import timm
        timm.layers.set_fused_attn(how == "new")
    size = SIZE.get(name, 224)
    torch.onnx.export(make(name), (torch.rand(1, 3, size, size),), path, dynamo=how == "new", verbose=False)


def photos(data, folder, size):
    """Files of PNG that are the size of the network already, and what it sees of them."""
    os.makedirs(folder, exist_ok=True)
    seen = []
    with tarfile.open(os.path.join(data, "imagenet-1000.tar")) as tar:
        for number, member in enumerate([m for m in tar if m.isfile()][::125][:PHOTOS]):
            image = Image.open(io.BytesIO(tar.extractfile(member).read())).convert("RGB").resize((size, size))
            image.save(os.path.join(folder, f"{number}.png"))
            levels = np.asarray(image, np.float32) / 255
            seen.append(((levels - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]).transpose(2, 0, 1))
    return np.stack(seen).astype(np.float32)


def theirs(path, images):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return np.concatenate([session.run(None, {name: images[i:i + 1]})[0] for i in range(len(images))])


def ours(program, path, folder, size, run):
    layer = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).get_outputs()[0].name
    job = run + ".yaml"
    with open(job, "w") as file:
        file.write(f"""catalogue: {{kind: folder, path: [{folder}]}}
image: {{size: {size}, channels: rgb, margin: 0}}
features:
  source: onnx
  normalize: none
  onnx: {{model: {path}, layer: "{layer}", preset: torchvision, precision: f32, batch: 8}}
""")
    for stage in ("ingest", "features"):
        subprocess.run([program, stage, job, "-o", run, "--quiet"], check=True, capture_output=True, text=True)
    with h5py.File(os.path.join(run, "features.h5")) as file:
        return file["features"][:]


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("folder")
    words.add_argument("--program", default=os.path.join(SOURCE, "build/release/oddlot"))
    words.add_argument("--data", default=os.path.join(SOURCE, "../shared/data"))
    words.add_argument("names", nargs="*")
    options = words.parse_intermixed_args()
    options.folder = os.path.abspath(options.folder)
    os.makedirs(options.folder, exist_ok=True)
    for name in options.names or TORCHVISION + list(TIMM):
        size = SIZE.get(name, 224)
        images = os.path.join(options.folder, f"photos-{size}")
        seen = photos(options.data, images, size)
        for how in ("new", "old"):
            path = os.path.join(options.folder, f"{name}.{how}.onnx")
            if not os.path.exists(path):
                export(name, how, path)
            want = theirs(path, seen).reshape(PHOTOS, -1)
            try:
                got = ours(options.program, path, images, size, os.path.join(options.folder, f"run-{name}-{how}"))
                apart = np.abs(got - want).max() / np.abs(want).max()
                print(f"| {name} | {how} | yes | {apart:.1e} |", flush=True)
            except subprocess.CalledProcessError as error:
                print(f"| {name} | {how} | no: {error.stderr.strip()[-200:]} | |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
