#!/usr/bin/python3
"""Time what a user would write instead of `oddlot ingest`: Pillow on one core reads every image of a tar
shard, decodes it whole, crops the central square and resizes it (bicubic). Called by ingest.py.

  peer_pillow.py SHARD.tar SIZE gray|rgb
"""
import io
import json
import sys
import tarfile
import time

import numpy
import PIL
from PIL import Image


def prepare(data, size, mode):
    image = Image.open(io.BytesIO(data)).convert(mode)
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    image = image.crop((left, top, left + side, top + side))
    return numpy.asarray(image.resize((size, size), Image.Resampling.BICUBIC))


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    path, size, mode = sys.argv[1], int(sys.argv[2]), {"gray": "L", "rgb": "RGB"}[sys.argv[3]]
    started = time.perf_counter()
    with tarfile.open(path) as tar:
        images = [prepare(tar.extractfile(member).read(), size, mode) for member in tar if member.isfile()]
    seconds = time.perf_counter() - started
    print(json.dumps(dict(peer=f"Pillow {PIL.__version__}", images=len(images), seconds=round(seconds, 4),
                          images_per_second=round(len(images) / seconds, 1))))


if __name__ == "__main__":
    main()
