"""What make_decode.py and make_formats.py share: pictures, encoders, ICC profiles, and the C arrays
that their cases become. Every image is made from a formula; only interlaced PNG and ICC profiles,
which Pillow (9.4 was used) cannot write, are put together by hand."""
import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms, ImageOps

SIDE = 8
cases = []


def picture(width, height, channels=3):
    """Smooth waves with a corner that tells the orientations apart."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [127 + 90 * np.sin(x * (0.3 + 0.1 * c) + y * 0.2 * (c + 1) + c) for c in range(channels)]
    pixels = np.stack(waves, axis=-1)
    pixels[: height // 4, : width // 3] = [240, 30, 90, 200][:channels]
    pixels = np.clip(pixels, 0, 255).astype(np.uint8)
    return pixels[:, :, 0] if channels == 1 else pixels


def encode(image, form, **settings):
    if form == "JPEG":
        settings.setdefault("optimize", True)  # shorter Huffman tables
    out = io.BytesIO()
    image.save(out, form, **settings)
    return out.getvalue()


def crop_and_resize(image):
    width, height = image.size
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return image.crop((left, top, left + side, top + side)).resize((SIDE, SIDE), Image.BICUBIC)


def flatten(image, background):
    if image.mode in ("P", "LA", "PA", "RGBA") or "transparency" in image.info:
        image = image.convert("RGBA")
        flat = Image.new("RGB", image.size, background)
        flat.paste(image, mask=image.split()[3])
        return flat
    return image


def add(name, data, status="OK", grey=False, background="ffffff", within=0, expected=None):
    """One case. `expected`: the upright image in L or RGB; by default what Pillow reads."""
    pixels = b""
    if status == "OK":
        if expected is None:
            expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
            expected = flatten(expected, "#" + background)
        pixels = crop_and_resize(expected.convert("L" if grey else "RGB")).tobytes()
    cases.append((name, data, status, grey, background, within, pixels))


# ---- PNG by hand ----------------------------------------------------------------------------

def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width, height, depth, colour, rows, interlace=0, extra=b""):
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(rows, 9))
            + chunk(b"IEND", b""))


def rows_of(pixels):
    return b"".join(b"\0" + row.tobytes() for row in pixels)


def adam7(pixels):
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    return b"".join(rows_of(pixels[y::dy, x::dx]) for x, y, dx, dy in passes if pixels[y::dy, x::dx].size)


# ---- ICC profiles by hand -------------------------------------------------------------------

def fixed(value):
    return struct.pack(">i", round(value * 65536))


def icc(kind, space, pcs, tags):
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags:
        data += b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", at, len(data))
        body += data
        at += len(data)
    head = struct.pack(">I4sI4s4s4s", at, b"", 0x02400000, kind, space, pcs)
    head += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28
    head += fixed(0.9642) + fixed(1) + fixed(0.8249)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def text(words):
    return b"text\0\0\0\0" + words + b"\0"


def description(words):
    return b"desc\0\0\0\0" + struct.pack(">I", len(words) + 1) + words + b"\0" * 80


def xyz(x, y, z):
    return b"XYZ \0\0\0\0" + fixed(x) + fixed(y) + fixed(z)


def gamma_curve(gamma):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def srgb_curve():
    return b"para\0\0\0\0\0\3\0\0" + b"".join(
        fixed(v) for v in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))


def rgb_profile(red, green, blue, curve):
    return icc(b"mntr", b"RGB ", b"XYZ ", [
        (b"desc", description(b"test")), (b"cprt", text(b"none")), (b"wtpt", xyz(0.9642, 1, 0.8249)),
        (b"rXYZ", xyz(*red)), (b"gXYZ", xyz(*green)), (b"bXYZ", xyz(*blue)),
        (b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve)])


SRGB = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
ADOBE = ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))


def grey_profile(curve):
    return icc(b"mntr", b"GRAY", b"XYZ ", [
        (b"desc", description(b"test")), (b"cprt", text(b"none")), (b"wtpt", xyz(0.9642, 1, 0.8249)),
        (b"kTRC", curve)])


def cmyk_profile():
    """Inks whose colours are nobody's formula: lut8, two grid points an axis, PCS Lab."""
    inks = np.array([[-36, 75, 50], [20, -60, 80], [90, 10, 5], [20, 20, 20]], float)
    lab = b""
    for i in range(16):
        c = [(i >> 3) & 1, (i >> 2) & 1, (i >> 1) & 1, i & 1]
        light = 100 * np.prod([1 - 0.45 * v for v in c[:3]]) * (1 - 0.9 * c[3])
        a = -40 * c[0] + 60 * c[1] * (1 - 0.5 * c[0])
        b = -40 * c[0] + 80 * c[2] - 10 * c[1]
        lab += bytes(int(round(v)) for v in (light * 2.55, a * (1 - c[3]) + 128, b * (1 - c[3]) + 128))
    ramp = bytes(range(256))
    matrix = b"".join(fixed(v) for v in (1, 0, 0, 0, 1, 0, 0, 0, 1))
    lut = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + matrix + ramp * 4 + lab + ramp * 3
    return icc(b"prtr", b"CMYK", b"Lab ", [
        (b"desc", description(b"test")), (b"cprt", text(b"none")), (b"wtpt", xyz(0.9642, 1, 0.8249)),
        (b"A2B0", lut), (b"A2B1", lut)])


def managed(image, profile):
    """To sRGB by the profile: relative colorimetric with black point compensation."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    target = ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(image, source, target, 1, outputMode="RGB", flags=0x2000)


def exif(orientation):
    e = Image.Exif()
    e[0x0112] = orientation
    return e.tobytes()


# ---- C ---------------------------------------------------------------------------------------

def array(data):
    lines, line = [], ""
    for b in data:
        if len(line) + 4 > 100:
            lines.append(line)
            line = ""
        line += f"{b},"
    return "\n".join(lines + [line])


def write(title, prefix=""):
    """Print the cases; `prefix` keeps the names of two headers apart. Equal pixels are printed once."""
    print(f"/* {title} */")
    print("/* clang-format off */")
    known, rows = {b"": "NULL"}, []
    for i, (name, data, status, to_grey, background, within, pixels) in enumerate(cases):
        if data:
            print(f"static const uint8_t {prefix}file_{i}[] = {{ /* {name} */\n{array(data)}\n}};")
        if pixels not in known:
            known[pixels] = f"{prefix}pixels_{i}"
            print(f"static const uint8_t {known[pixels]}[] = {{\n{array(pixels)}\n}};")
        file = f"{prefix}file_{i}, sizeof {prefix}file_{i}" if data else "NULL, 0"
        rows.append(f'    {{"{name}", {file}, ODD_IMAGE_{status}, "{"gray" if to_grey else "rgb"}", '
                    f'"{background}", {within}, {known[pixels]}}},')
    print(f"static const decode_case {prefix}cases[] = {{")
    print("\n".join(rows))
    print("};")
