#!/usr/bin/python3
"""A few hundred real images for the tests: footwear of Fashion-MNIST and some other clothes.

    make_images.py idx NAME N       NAME-images.gz, NAME-labels.gz
    make_images.py png FOLDER N     FOLDER/<class>/<number>.png
    make_images.py tar NAME N       NAME-0.tar, NAME-1.tar of PNGs
    make_images.py hdf5 FILE N [float]   datasets images and labels
Every 20th image is not footwear. The same words give the same bytes."""
import gzip
import io
import os
import struct
import sys
import tarfile

import h5py
import numpy as np
from PIL import Image

FASHION = "/usr/share/datasets/fashion-mnist/t10k-"
FOOTWEAR = (5, 7, 9)


def read_idx(name, header):
    with gzip.open(FASHION + name) as f:
        return np.frombuffer(f.read(), np.uint8, offset=header)


def cut(n):
    labels = read_idx("labels-idx1-ubyte.gz", 8)
    images = read_idx("images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
    shoe = np.isin(labels, FOOTWEAR)
    shoes, others = np.flatnonzero(shoe), np.flatnonzero(~shoe)
    take = [others[i // 20] if i % 20 == 7 else shoes[i] for i in range(n)]
    return images[take], labels[take]


def png(image):
    out = io.BytesIO()
    Image.fromarray(image).save(out, "PNG")
    return out.getvalue()


def write_idx(name, images, labels):
    for kind, array in (("images", images), ("labels", labels)):
        head = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
        with open(f"{name}-{kind}.gz", "wb") as f:
            f.write(gzip.compress(head + array.tobytes(), mtime=0))


def write_png(folder, images, labels):
    for i, (image, label) in enumerate(zip(images, labels)):
        os.makedirs(f"{folder}/{label}", exist_ok=True)
        with open(f"{folder}/{label}/{i:05}.png", "wb") as f:
            f.write(png(image))


def write_tar(name, images, labels):
    half = (len(images) + 1) // 2
    for part in range(2):
        with tarfile.open(f"{name}-{part}.tar", "w") as shard:
            for i in range(part * half, min(len(images), (part + 1) * half)):
                data = png(images[i])
                member = tarfile.TarInfo(f"{labels[i]}/{i:05}.png")
                member.size = len(data)
                shard.addfile(member, io.BytesIO(data))


def write_hdf5(path, images, labels, kind="uint8"):
    with h5py.File(path, "w") as f:
        f["images"] = images if kind == "uint8" else (images / 255).astype(np.float32)
        f["labels"] = labels


if __name__ == "__main__":
    writers = {"idx": write_idx, "png": write_png, "tar": write_tar, "hdf5": write_hdf5}
    form, where, count = sys.argv[1:4]
    writers[form](where, *cut(int(count)), *sys.argv[4:])
