#!/usr/bin/python3
"""Make the known answers of test_resize.c with Pillow (9.4 was used): resize_data.h.

    /usr/bin/python3 make_resize.py > resize_data.h
"""
import numpy as np
from PIL import Image

MODES = {1: "L", 3: "RGB", 4: "CMYK"}  # CMYK: four channels that Pillow treats alike
KERNELS = {"BICUBIC": Image.BICUBIC, "BILINEAR": Image.BILINEAR, "LANCZOS": Image.LANCZOS, "NEAREST": Image.NEAREST}
CASES = [  # width, height, channels, box (left, top, width, height), out_width, out_height
    (40, 30, 3, (5, 0, 30, 30), 13, 13),
    (40, 30, 1, (0, 0, 40, 30), 17, 9),
    (37, 53, 3, (0, 8, 37, 37), 64, 64),
    (37, 53, 4, (3, 5, 20, 31), 20, 31),
    (1, 1, 3, (0, 0, 1, 1), 5, 7),
    (1, 90, 1, (0, 44, 1, 1), 3, 3),
    (300, 2, 3, (0, 0, 300, 2), 4, 4),
    (200, 150, 3, (25, 0, 150, 150), 99, 99),
    (200, 150, 1, (25, 0, 150, 150), 299, 299),
    (23, 19, 4, (0, 0, 23, 19), 1, 1),
]


def noise(count):
    """The test's generator: a 32-bit linear congruence, its top byte."""
    out, state = np.empty(count, np.uint8), 12345
    for i in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        out[i] = state >> 24
    return out


def checksum(data):
    """FNV-1a, 64 bits."""
    h = 0xCBF29CE484222325
    for b in data:
        h = ((h ^ b) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return h


print("/* Known answers of Image.resize(..., box=...), written by make_resize.py. */")
print("static const known_resize known[] = {")
for kernel, width, height, channels, box, out_width, out_height in ((k, *case) for k in KERNELS for case in CASES):
    pixels = noise(width * height * channels)
    image = Image.frombytes(MODES[channels], (width, height), pixels.tobytes())
    left, top, w, h = box
    image = image.resize((out_width, out_height), KERNELS[kernel], (left, top, left + w, top + h))
    data = image.tobytes()
    first = ", ".join(str(b) for b in (list(data[:4]) + [0] * 4)[:4])
    print(f"    {{ODD_KERNEL_{kernel}, {width}, {height}, {channels}, {left}, {top}, {w}, {h}, {out_width}, {out_height},")
    print(f"     0x{checksum(data):016x}u, {{{first}}}}},")
print("};")
