#!/usr/bin/python3
"""Files that no catalogue should have, and that every large one has.

    make_hostile.py damaged FOLDER   images that cannot be read, prints how many; and good ones of
                                     all formats, good.*
    make_hostile.py names FOLDER     good images with hostile names; prints how many"""
import os
import struct
import sys
import zlib

import numpy as np
from PIL import Image

kind, folder = sys.argv[1:3]
os.makedirs(folder, exist_ok=True)
picture = Image.fromarray((np.indices((40, 40)).sum(0) * 3).astype(np.uint8))


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(side):
    """A PNG of side x side white pixels in some kilobytes."""
    pack = zlib.compressobj(9)
    row = b"\0" + b"\xff" * side
    data = b"".join(pack.compress(row) for _ in range(side)) + pack.flush()
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def encoded(form, share=1.0):
    picture.save("whole", form)
    data = open("whole", "rb").read()
    os.remove("whole")
    return data[: int(len(data) * share)]


def damaged():
    files = {
        "truncated.jpg": encoded("JPEG", 0.7),
        "truncated.png": encoded("PNG", 0.7),
        "truncated.webp": encoded("WEBP", 0.5),
        "truncated.tif": encoded("TIFF", 0.5),
        "truncated.gif": encoded("GIF", 0.3),
        "truncated.bmp": encoded("BMP", 0.5),
        "truncated.ppm": encoded("PPM", 0.5),
        "truncated.jp2": encoded("JPEG2000", 0.5),
        "header-only.png": encoded("PNG")[:33],
        "magic-only.jpg": b"\xff\xd8\xff",
        "bomb.png": bomb(30000),
        "zero.png": b"",
        "text.png": b"this is no picture\n" * 40,
        "noise.jpg": np.random.default_rng(1).bytes(5000),
        "page.gif": b"<html><script>alert(1)</script></html>",
        "huge-header.png": encoded("PNG")[:16] + struct.pack(">II", 2**31 - 1, 2**31 - 1) + encoded("PNG")[24:],
    }
    for form in ("tif", "gif", "webp", "jpg", "png", "bmp", "ppm", "jp2"):
        picture.save(f"{folder}/good.{form}")
    picture.convert("CMYK").save(f"{folder}/good-cmyk.jpg")
    for name, data in files.items():
        with open(f"{folder}/{name}", "wb") as f:
            f.write(data)
    return len(files)


def names():
    strange = [
        b"it's \"quoted\".png", b"two\nlines.png", b"latin1-\xe9\xff.png", b"<script>alert(1)<",
        b"=HYPERLINK(1).png", b"@sum.png", b"-2+3.png", b"comma,semi;colon.png", b" blank .png",
        b"back\\slash.png", b"\x1b[31mred\x07.png", "gr\u00f6\u00dfe-\U0001f45f.png".encode(), b"a" * 251 + b".png",
        b"%00%2e%2e.png", b"&amp;.png", b"'; DROP TABLE images; --.png", b"--set.png", b"{a,b}*?.png",
    ]
    where = os.fsencode(folder)
    for i, name in enumerate(strange):
        if name == b"<script>alert(1)<":  # a folder's name, too: the path is <script>alert(1)</script>.png
            os.makedirs(where + b"/" + name, exist_ok=True)
            name += b"/script>.png"
        picture.rotate(20 * i).save("picture.png")
        os.rename(b"picture.png", where + b"/" + name)
    return len(strange)


print({"damaged": damaged, "names": names}[kind]())
