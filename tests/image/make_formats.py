#!/usr/bin/python3
"""Make the tiny images of test_formats.c: rarer formats, and rarer kinds of the common ones, beside
what Pillow makes of them, or what their specification says where Pillow (9.4) does not read them:
formats_data.h.

    /usr/bin/python3 make_formats.py > formats_data.h     Debian: libheif-examples libavif-bin libjxl-tools

TIFF and BMP are put together by hand, as programs write kinds of them that Pillow does not.
"""
import io
import os
import struct
import subprocess
import tempfile

import numpy as np
from PIL import Image, PngImagePlugin

from decode_cases import (ADOBE, add, cmyk_profile, encode, exif, gamma_curve, grey_profile, managed, picture, png,
                          rgb_profile, rows_of, write)

WIDTH, HEIGHT = 10, 9
TURNS = {2: Image.FLIP_LEFT_RIGHT, 3: Image.ROTATE_180, 4: Image.FLIP_TOP_BOTTOM, 5: Image.TRANSPOSE,
         6: Image.ROTATE_270, 7: Image.TRANSVERSE, 8: Image.ROTATE_90}

pixels = picture(WIDTH, HEIGHT)
grey_pixels = picture(WIDTH, HEIGHT, 1)
inks = picture(WIDTH, HEIGHT, 4)
alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
alpha[:, :4] = 64
alpha[:3] = 0
rgb, grey, cmyk = Image.fromarray(pixels), Image.fromarray(grey_pixels), Image.fromarray(inks, "CMYK")
rgba, la = rgb.copy(), Image.merge("LA", (grey, Image.fromarray(alpha)))
rgba.putalpha(Image.fromarray(alpha))
adobe, dim, press = rgb_profile(*ADOBE, gamma_curve(2.2)), grey_profile(gamma_curve(1.0)), cmyk_profile()


def over(image, background="ffffff", mask=alpha):
    """Opaque colours behind our mask, on the background."""
    flat = Image.new("RGB", image.size, "#" + background)
    flat.paste(image.convert("RGB"), mask=Image.fromarray(mask))
    return flat


def turned(image, orientation):
    return image.transpose(TURNS[orientation]) if orientation in TURNS else image


# ---- orientation ----------------------------------------------------------------------------

def xmp(orientation, as_element=False):
    told = b' tiff:Orientation="%d"/>'
    if as_element:
        told = b"><tiff:Orientation>%d</tiff:Orientation></rdf:Description>"
    return b"<x:xmpmeta><rdf:RDF><rdf:Description" + told % orientation + b"</rdf:RDF></x:xmpmeta>"


def tag(kind, values, order="<", number=0x0112, behind=b""):
    """EXIF of one tag."""
    entry = struct.pack(order + "HHI", number, kind, 1) + values.ljust(4, b"\0")
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(order + "IH", 8, 1) + entry + bytes(4) + behind


def marker(body):
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def with_markers(*bodies):
    return jpeg[:2] + b"".join(marker(body) for body in bodies) + jpeg[2:]


EXIF, XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
jpeg = encode(rgb, "JPEG")
upright = Image.open(io.BytesIO(jpeg))


def add_jpeg(name, orientation, *bodies):
    add("JPEG " + name, with_markers(*bodies), expected=turned(upright, orientation))


add_jpeg("orientation as LONG", 6, EXIF + tag(4, struct.pack("<I", 6)))
add_jpeg("orientation as LONG, big endian", 8, EXIF + tag(4, struct.pack(">I", 8), ">"))
add_jpeg("orientation as SLONG", 3, EXIF + tag(9, struct.pack("<i", 3)))
add_jpeg("orientation as SSHORT", 5, EXIF + tag(8, struct.pack("<h", 5)))
add_jpeg("orientation as RATIONAL", 7, EXIF + tag(5, struct.pack("<I", 26), behind=struct.pack("<II", 14, 2)))
add_jpeg("orientation as FLOAT", 2, EXIF + tag(11, struct.pack("<f", 2)))
add_jpeg("orientation as DOUBLE", 4, EXIF + tag(12, struct.pack("<I", 26), behind=struct.pack("<d", 4)))
add_jpeg("orientation as LONG8", 6, EXIF + tag(16, struct.pack("<I", 26), behind=struct.pack("<Q", 6)))
add_jpeg("orientation of half", 1, EXIF + tag(5, struct.pack("<I", 26), behind=struct.pack("<II", 13, 2)))
add_jpeg("orientation beyond the end", 1, EXIF + tag(5, struct.pack("<I", 26)))
add_jpeg("orientation of nothing", 1, EXIF + tag(5, struct.pack("<I", 26), behind=bytes(8)))
add_jpeg("orientation not whole", 1, EXIF + tag(11, struct.pack("<f", float("nan"))))
add_jpeg("orientation of more than 16 bits", 1, EXIF + tag(4, struct.pack("<I", 0x10006)))
add_jpeg("orientation by XMP", 6, XMP + xmp(6))
add_jpeg("orientation by XMP, an element", 8, XMP + xmp(8, as_element=True))
add_jpeg("orientation by XMP that means nothing", 1, XMP + xmp(9))
add_jpeg("orientation by the first of XMP", 3, XMP + b"<a tiff:Orientation='6' tiff:OrientationX=\"5\"/>" + xmp(3) + xmp(2))
add_jpeg("orientation by EXIF before XMP", 3, XMP + xmp(6), EXIF + tag(3, struct.pack("<H", 3)))
add_jpeg("orientation 9 by EXIF, XMP not asked", 1, EXIF + tag(3, struct.pack("<H", 9)), XMP + xmp(6))
add_jpeg("EXIF without orientation, XMP asked", 5, EXIF + tag(3, struct.pack("<H", 2), number=0x0128), XMP + xmp(5))

for way in ("plain", "deflated"):
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", xmp(7).decode(), zip=way == "deflated")
    add("PNG orientation by XMP, " + way, encode(rgb, "PNG", pnginfo=text), expected=turned(rgb, 7))
    digits = exif(8).hex()
    lines = "\n".join(digits[i:i + 72] for i in range(0, len(digits), 72))
    text = PngImagePlugin.PngInfo()
    text.add_text("Raw profile type exif", f"\nexif\n{len(exif(8)):8}\n{lines}\n", zip=way == "deflated")
    add("PNG orientation as text, " + way, encode(rgb, "PNG", pnginfo=text), expected=turned(rgb, 8))
late = encode(rgb, "PNG", exif=exif(6))
at = late.index(b"eXIf") - 4
end = at + 12 + struct.unpack(">I", late[at:at + 4])[0]
add("PNG orientation behind the pixels", late[:at] + late[end:-12] + late[at:end] + late[-12:], expected=turned(rgb, 6))
add("WebP orientation by XMP", encode(rgb, "WEBP", lossless=True, xmp=xmp(5)), expected=turned(rgb, 5))
add("WebP animated, orientation by XMP", encode(
    rgb, "WEBP", lossless=True, save_all=True, append_images=[grey.convert("RGB")], xmp=xmp(4)), expected=turned(rgb, 4))


# ---- profiles where there is transparency ---------------------------------------------------

add("PNG grey with alpha and a profile", encode(la, "PNG", icc_profile=dim), background="4080c0", within=1,
    expected=over(managed(grey, dim), "4080c0"))
add("PNG transparent grey and a profile", encode(grey, "PNG", icc_profile=dim, transparency=240), within=1,
    expected=over(managed(grey, dim), mask=np.where(grey_pixels == 240, 0, 255).astype(np.uint8)))
add("PNG RGBA and a profile", encode(rgba, "PNG", icc_profile=adobe), within=1, expected=over(managed(rgb, adobe)))
few = rgb.quantize(13)
few_mask = bytes((i * 40) % 256 for i in range(13))
add("PNG palette with alpha and a profile", encode(few, "PNG", icc_profile=adobe, transparency=few_mask), within=1,
    expected=over(managed(few.convert("RGB"), adobe), mask=np.array(list(few_mask), np.uint8)[np.array(few)]))
add("WebP alpha and a profile", encode(rgba, "WEBP", lossless=True, exact=True, icc_profile=adobe), within=1,
    expected=over(managed(rgb, adobe)))
add("WebP animated, alpha and a profile", encode(
    rgba, "WEBP", lossless=True, exact=True, icc_profile=adobe, save_all=True, append_images=[la.convert("RGBA")]),
    within=1, expected=over(managed(rgb, adobe)))


# ---- TIFF by hand ---------------------------------------------------------------------------

CODES = {1: "B", 3: "H", 4: "I", 7: "B", 16: "Q"}


def tiff(samples, bits, photometric, extra=None, form=None, order="<", big=False, tags=()):
    """Of samples (height, width, n), uncompressed, in one strip; `bits` tells their size in the file."""
    height, width, n = samples.shape
    data = np.packbits(samples, axis=1).tobytes() if bits < 8 else samples.tobytes()
    fields = {256: (4, [width]), 257: (4, [height]), 258: (3, [bits] * n), 259: (3, [1]), 262: (3, [photometric]),
              273: (4, [16]), 277: (3, [n]), 278: (4, [height]), 279: (4, [len(data)])}
    fields.update(tags)
    if extra is not None:
        fields[338] = (3, extra)
    if form:
        fields[339] = (3, [form] * n)
    word, room = ("Q", 8) if big else ("I", 4)
    data += b"\0" * (len(data) % 2)
    directory = 16 + len(data)
    behind_at = directory + (8 if big else 2) + (4 + 2 * room) * len(fields) + room
    entries = behind = b""
    for number in sorted(fields):
        kind, values = fields[number]
        raw = b"".join(struct.pack(order + CODES[kind], v) for v in values)
        value = raw.ljust(room, b"\0") if len(raw) <= room else struct.pack(order + word, behind_at + len(behind))
        if len(raw) > room:
            behind += raw + b"\0" * (len(raw) % 2)
        entries += struct.pack(order + "HH" + word, number, kind, len(values)) + value
    mark = (b"II" if order == "<" else b"MM") + (struct.pack(order + "HHHQ", 43, 8, 0, directory) if big else
                                                 struct.pack(order + "HI", 42, directory)).ljust(14, b"\0")
    return mark + data + struct.pack(order + ("Q" if big else "H"), len(fields)) + entries + bytes(room) + behind


def stack(*channels):
    return np.concatenate([c if c.ndim == 3 else c[:, :, None] for c in channels], axis=2)


def words(samples, order="<"):
    return (samples.astype(np.uint16) * 257).astype(order + "u2")


def reals(samples, order="<", size=4):
    return (samples / 255).astype(f"{order}f{size}")


BLACK_ZERO, WHITE_ZERO, RGB, PALETTE, INKS = 1, 0, 2, 3, 5
ASSOCIATED, UNASSOCIATED, UNSPECIFIED = 1, 2, 0
dark = np.zeros_like(alpha)
rgba_pixels = stack(pixels, alpha)
multiplied = stack((pixels.astype(int) * alpha[:, :, None] // 255).astype(np.uint8), alpha)
ga_pixels = stack(grey_pixels, alpha)
colour_of_grey = {320: (3, [v * 257 for v in range(256)] + [65535 - v * 257 for v in range(256)] + [0] * 256)}
of_palette = Image.fromarray(stack(grey_pixels, 255 - grey_pixels, dark))

add("TIFF fourth sample not specified", tiff(rgba_pixels, 8, RGB, [UNSPECIFIED]), expected=rgb)
add("TIFF fourth sample not specified, zero", tiff(stack(pixels, dark), 8, RGB, [UNSPECIFIED]), expected=rgb)
add("TIFF fourth sample not specified, 16 bits", tiff(words(rgba_pixels), 16, RGB, [UNSPECIFIED]), expected=rgb)
add("TIFF fourth sample not mentioned", tiff(rgba_pixels, 8, RGB), background="0000ff")
add("TIFF fourth sample alpha", tiff(rgba_pixels, 8, RGB, [UNASSOCIATED]), background="0000ff")
add("TIFF fourth sample alpha of Corel", tiff(rgba_pixels, 8, RGB, [999]), background="0000ff")
add("TIFF fourth sample multiplied in", tiff(multiplied, 8, RGB, [ASSOCIATED]), background="0000ff")
add("TIFF two more not specified", tiff(stack(rgba_pixels, dark), 8, RGB, [UNSPECIFIED] * 2), expected=rgb)
add("TIFF alpha and one more", tiff(stack(rgba_pixels, dark), 8, RGB, [UNASSOCIATED, UNSPECIFIED]), background="0000ff")
add("TIFF one more and alpha", tiff(stack(pixels, dark, alpha), 8, RGB, [UNSPECIFIED, UNASSOCIATED]), expected=over(rgb))
add("TIFF two more not mentioned", tiff(stack(rgba_pixels, dark), 8, RGB), expected=rgb)
add("TIFF grey, second not specified", tiff(stack(grey_pixels, dark), 8, BLACK_ZERO, [UNSPECIFIED]), expected=grey)
add("TIFF grey, second alpha", tiff(ga_pixels, 8, BLACK_ZERO, [UNASSOCIATED]), background="0000ff")
add("TIFF grey, third alpha", tiff(stack(grey_pixels, dark, alpha), 8, BLACK_ZERO, [UNSPECIFIED, UNASSOCIATED]),
    expected=over(grey))
add("TIFF grey, three more", tiff(stack(grey_pixels, dark, dark, dark), 8, BLACK_ZERO, [UNSPECIFIED] * 3), expected=grey)
add("TIFF white is zero, second alpha", tiff(stack(255 - grey_pixels, alpha), 8, WHITE_ZERO, [UNASSOCIATED]),
    expected=over(grey))
add("TIFF inks, fifth not specified", tiff(stack(inks, dark), 8, INKS, [UNSPECIFIED]), expected=cmyk)
add("TIFF inks, two more", tiff(stack(inks, dark, dark), 8, INKS, [UNSPECIFIED] * 2), expected=cmyk)
add("TIFF inks, fifth not mentioned", tiff(stack(inks, dark), 8, INKS), expected=cmyk)
add("TIFF inks and alpha", tiff(stack(inks, alpha), 8, INKS, [UNASSOCIATED]), background="0000ff",
    expected=over(cmyk, "0000ff"))
add("TIFF inks of other colours", tiff(inks, 8, INKS, tags={332: (3, [2])}), "UNKNOWN")
add("TIFF palette and alpha", tiff(ga_pixels, 8, PALETTE, [UNASSOCIATED], tags=colour_of_grey), expected=over(of_palette))
add("TIFF palette, second not specified", tiff(ga_pixels, 8, PALETTE, [UNSPECIFIED], tags=colour_of_grey),
    expected=of_palette)
add("TIFF nine channels", tiff(stack(pixels, *[dark] * 6), 8, RGB, [UNSPECIFIED] * 6), "BROKEN")

add("TIFF inks of 16 bits", tiff(words(inks), 16, INKS), expected=cmyk)
add("TIFF inks of 16 bits, big endian", tiff(words(inks, ">"), 16, INKS, order=">"), expected=cmyk)
for order, name in (("<", ""), (">", ", big endian")):
    add("TIFF floating point" + name, tiff(reals(grey_pixels[:, :, None], order), 32, BLACK_ZERO, form=3, order=order),
        expected=grey)
    add("TIFF floating point RGB" + name, tiff(reals(pixels, order), 32, RGB, form=3, order=order), expected=rgb)
add("TIFF floating point RGBA", tiff(reals(rgba_pixels), 32, RGB, [UNASSOCIATED], 3), expected=over(rgb))
add("TIFF floating point, fourth not specified", tiff(reals(rgba_pixels), 32, RGB, [UNSPECIFIED], 3), expected=rgb)
add("TIFF floating point, white is zero", tiff(reals(255 - grey_pixels[:, :, None]), 32, WHITE_ZERO, form=3), expected=grey)


def with_value(value):
    samples = reals(grey_pixels[:, :, None])
    samples[4, 7] = value
    return tiff(samples, 32, BLACK_ZERO, form=3)


dot = Image.fromarray(grey_pixels.copy())
dot.putpixel((7, 4), 255)
add("TIFF floating point with rounding", with_value(1.000001), expected=dot)
add("TIFF floating point beyond white", with_value(1.5), "BAD_VALUE")
add("TIFF floating point below black", with_value(-0.25), "BAD_VALUE")
add("TIFF floating point not a number", with_value(np.nan), "BAD_VALUE")
add("TIFF floating point of 64 bits", tiff(reals(grey_pixels[:, :, None], size=8), 64, BLACK_ZERO, form=3), "UNKNOWN")
add("TIFF floating point of 16 bits", tiff(reals(grey_pixels[:, :, None], size=2), 16, BLACK_ZERO, form=3), "UNKNOWN")
add("TIFF signed", tiff(grey_pixels[:, :, None].astype("<i2"), 16, BLACK_ZERO, form=2), "UNKNOWN")
add("TIFF of 32 bits", tiff(grey_pixels[:, :, None].astype("<u4"), 32, BLACK_ZERO), "UNKNOWN")
add("TIFF RGB of 1 bit", tiff(pixels >> 7, 1, RGB), "UNKNOWN")
for bits in (1, 2, 4):
    spread = ((grey_pixels >> (8 - bits))[:, :, None] >> np.arange(bits - 1, -1, -1)) & 1
    spread = spread.reshape(HEIGHT, WIDTH * bits)[:, :, None].astype(np.uint8)
    small = {256: (4, [WIDTH])}
    add(f"TIFF grey of {bits} bits", tiff(spread, bits, BLACK_ZERO, tags=small),
        expected=Image.fromarray((grey_pixels >> (8 - bits)) * (255 // (2**bits - 1))))
add("TIFF big, fourth not specified", tiff(rgba_pixels, 8, RGB, [UNSPECIFIED], big=True), expected=rgb)
add("TIFF big, orientation as LONG", tiff(pixels, 8, RGB, big=True, order=">", tags={274: (4, [8])}), expected=turned(rgb, 8))
add("TIFF orientation as LONG", tiff(pixels, 8, RGB, tags={274: (4, [7])}), expected=turned(rgb, 7))
add("TIFF orientation by XMP", tiff(pixels, 8, RGB, tags={700: (1, list(xmp(6)))}), expected=turned(rgb, 6))
add("TIFF orientation by its tag, not XMP", tiff(pixels, 8, RGB, tags={274: (3, [3]), 700: (1, list(xmp(6)))}),
    expected=turned(rgb, 3))
add("TIFF RGBA of 16 bits and a profile", tiff(words(rgba_pixels), 16, RGB, [UNASSOCIATED], tags={34675: (7, list(adobe))}),
    within=1, expected=over(managed(rgb, adobe)))
add("TIFF grey with alpha and a profile", encode(la, "TIFF", icc_profile=dim), within=1, expected=over(managed(grey, dim)))
add("TIFF fourth not specified and a profile", tiff(rgba_pixels, 8, RGB, [UNSPECIFIED], tags={34675: (7, list(adobe))}),
    within=1, expected=managed(rgb, adobe))
add("TIFF inks of 16 bits, alpha and a profile", tiff(words(stack(inks, alpha)), 16, INKS, [UNASSOCIATED], tags={
    34675: (7, list(press))}), within=2, expected=over(managed(cmyk, press)))


# ---- HEIC and AVIF, by other programs -------------------------------------------------------

def by(program, name, *arguments, **inputs):
    """The file of this name that a program makes from images."""
    with tempfile.TemporaryDirectory() as folder:
        for key, data in inputs.items():
            with open(os.path.join(folder, key + ".png"), "wb") as file:
                file.write(data)
        subprocess.run([program, *arguments], cwd=folder, check=True, capture_output=True)
        with open(os.path.join(folder, name), "rb") as file:
            return file.read()


def brands(data, major, compatible=None):
    """Another first box of the same length."""
    length = struct.unpack(">I", data[:4])[0]
    room = (length - 16) // 4
    others = [data[16 + 4 * i:20 + 4 * i] for i in range(room)] if compatible is None else [compatible] * room
    return data[:8] + major + data[12:16] + b"".join(others) + data[length:]


def deep_png(samples, kind):
    return png(samples.shape[1], samples.shape[0], 16, kind, rows_of(words(samples, ">")))


large, large_grey = picture(24, 18), picture(24, 18, 1)
photo = Image.fromarray(large)
photo_png, grey_png = encode(photo, "PNG"), encode(Image.fromarray(large_grey), "PNG")
heic = by("heif-enc", "a.heic", "-q", "95", "-p", "chroma=444", "-o", "a.heic", "i.png", i=photo_png)
grey_heic = by("heif-enc", "a.heic", "-q", "95", "-o", "a.heic", "i.png", i=grey_png)
add("HEIC", heic, within=8, expected=photo)
add("HEIC grey", grey_heic, within=8, expected=Image.fromarray(large_grey))
add("HEIC of 10 bits", by("heif-enc", "a.heic", "-q", "95", "-b", "10", "-p", "chroma=444", "-o", "a.heic", "i.png",
                          i=deep_png(large, 2)), within=8, expected=photo)
add("HEIC brand only compatible", brands(heic, b"MiHB"), within=8, expected=photo)
add("HEIC brand of video", brands(heic, b"isom", b"mp41"), "UNKNOWN")
add("HEIC cut", heic[:len(heic) // 2], "BROKEN")


def by_avifenc(*more, **inputs):
    names = [name + ".png" for name in inputs if name != "exif"]
    return by("avifenc", "a.avif", "--min", "4", "--max", "8", "-s", "6", "-y", "444", *more, *names, "a.avif", **inputs)


add("AVIF", by_avifenc(i=photo_png), within=6, expected=photo)
add("AVIF animated", by_avifenc(i=photo_png, j=encode(Image.fromarray(255 - large), "PNG")), within=6, expected=photo)
for turns, turn in ((1, Image.ROTATE_90), (2, Image.ROTATE_180), (3, Image.ROTATE_270)):
    add(f"AVIF turned {turns} times", by_avifenc("--irot", str(turns), i=photo_png), within=6,
        expected=photo.transpose(turn))
add("AVIF mirrored", by_avifenc("--imir", "1", i=photo_png), within=6, expected=photo.transpose(Image.FLIP_LEFT_RIGHT))
add("AVIF turned, EXIF says so too", by_avifenc("--irot", "3", "--exif", "exif.png", i=photo_png, exif=exif(6)[6:]),
    within=6, expected=photo.transpose(Image.ROTATE_270))


# ---- JPEG 2000 ------------------------------------------------------------------------------

jp2 = encode(rgb, "JPEG2000")
bare = encode(rgb, "JPEG2000", no_jp2=True)
add("JPEG 2000", jp2)
add("JPEG 2000 bare", bare)
add("JPEG 2000 lossy", encode(rgb, "JPEG2000", quality_mode="rates", quality_layers=[4], irreversible=True), within=1)
add("JPEG 2000 grey", encode(grey, "JPEG2000"))
add("JPEG 2000 RGBA", encode(rgba, "JPEG2000"), background="0000ff")
add("JPEG 2000 bare RGBA", encode(rgba, "JPEG2000", no_jp2=True), background="0000ff")
add("JPEG 2000 grey with alpha", encode(la, "JPEG2000"), background="0000ff")
add("JPEG 2000 of 16 bits", encode(Image.fromarray(words(grey_pixels)), "JPEG2000"), within=1, expected=grey)
add("JPEG 2000 tiles and offset", encode(rgb, "JPEG2000", tile_size=(4, 4), offset=(3, 2), tile_offset=(1, 1)))


def box(kind, body):
    return struct.pack(">I", len(body) + 8) + kind + body


def with_boxes(data, colour=None, channels=b""):
    """A JP2 with another box of colours, and one more box after it."""
    at, header = data.index(b"colr") - 4, data.index(b"jp2h") - 4
    length, inside = (struct.unpack(">I", data[p:p + 4])[0] for p in (at, header))
    new = (colour or data[at:at + length]) + channels
    return data[:header] + struct.pack(">I", inside - length + len(new)) + data[header + 4:at] + new + data[at + length:]


def named_colours(number):
    return box(b"colr", struct.pack(">BBBI", 1, 0, 0, number))


SYCC, CMYK, NO_COLOUR = 18, 12, 65535
add("JPEG 2000 wide gamut profile", with_boxes(jp2, box(b"colr", bytes([2, 0, 0]) + adobe)), within=1,
    expected=managed(rgb, adobe))
luma_chroma = encode(Image.merge("RGB", rgb.convert("YCbCr").split()), "JPEG2000", mct=0)
add("JPEG 2000 luma and chroma", with_boxes(luma_chroma, named_colours(SYCC)), within=3, expected=rgb)
four = encode(Image.merge("RGBA", cmyk.split()), "JPEG2000", mct=0)
add("JPEG 2000 inks", with_boxes(four, named_colours(CMYK)), expected=cmyk)
kinds = struct.pack(">13H", 4, 0, 0, 1, 1, 0, 2, 2, 0, 3, 3, NO_COLOUR, NO_COLOUR)
add("JPEG 2000 fourth not specified", with_boxes(four, channels=box(b"cdef", kinds)),
    expected=Image.merge("RGB", cmyk.split()[:3]))
kinds = struct.pack(">13H", 4, 3, 0, 1, 1, 0, 2, 2, 0, 3, 0, 1, 0)
first_clear = Image.merge("RGBA", (Image.fromarray(alpha), *[rgb.split()[c] for c in (1, 2, 0)]))
add("JPEG 2000 alpha before colours", with_boxes(encode(first_clear, "JPEG2000", mct=0), channels=box(b"cdef", kinds)),
    expected=over(rgb))
add("JPEG 2000 cut", jp2[:-40], "BROKEN")
add("JPEG 2000 of its mark only", jp2[:12], "BROKEN")
side = struct.pack(">II", 60000, 60000)
add("JPEG 2000 bomb", bare[:8] + side + bare[16:24] + side + bare[32:], "TOO_LARGE")


# ---- JPEG XL by cjxl ------------------------------------------------------------------------

jxl = by("cjxl", "a.jxl", "-d", "0", "i.png", "a.jxl", i=encode(rgb, "PNG"))
boxed = by("cjxl", "a.jxl", "-d", "0", "--container=1", "i.png", "a.jxl", i=encode(rgb, "PNG"))
add("JPEG XL", jxl, expected=rgb)
add("JPEG XL in a container", boxed, expected=rgb)
add("JPEG XL lossy", by("cjxl", "a.jxl", "-d", "0.1", "i.png", "a.jxl", i=encode(rgb, "PNG")), within=12, expected=rgb)
add("JPEG XL grey", by("cjxl", "a.jxl", "-d", "0", "i.png", "a.jxl", i=encode(grey, "PNG")), expected=grey)
add("JPEG XL RGBA", by("cjxl", "a.jxl", "-d", "0", "i.png", "a.jxl", i=encode(rgba, "PNG")), expected=over(rgb))
add("JPEG XL of 16 bits", by("cjxl", "a.jxl", "-d", "0", "i.png", "a.jxl", i=deep_png(pixels, 2)), within=1, expected=rgb)
add("JPEG XL wide gamut profile", by("cjxl", "a.jxl", "-d", "0", "i.png", "a.jxl", i=encode(rgb, "PNG", icc_profile=adobe)),
    within=1, expected=managed(rgb, adobe))
add("JPEG XL grey with alpha and a profile", by("cjxl", "a.jxl", "-d", "0", "i.png", "a.jxl",
                                                i=encode(la, "PNG", icc_profile=dim)), within=2,
    expected=over(managed(grey, dim)))
add("JPEG XL animated", by("cjxl", "a.jxl", "-d", "0", "i.png", "a.jxl", i=encode(
    few, "GIF", save_all=True, duration=90, append_images=[grey.convert("P")])), expected=few)
sideways = by("cjxl", "a.jxl", "-d", "0", "-j", "0", "i.png", "a.jxl", i=encode(rgb, "PNG", exif=exif(6)))
add("JPEG XL turned", sideways, expected=turned(rgb, 6))
add("JPEG XL cut", jxl[:-20], "TRUNCATED")
add("JPEG XL broken", jxl[:2] + b"\xff" * 12 + jxl[14:], "BROKEN")


# ---- BMP by hand ----------------------------------------------------------------------------

def bmp(bits, data, header=40, compression=0, palette=b"", masks=(), colours=0, at=None, height=HEIGHT):
    masks = struct.pack(f"<{len(masks)}I", *masks)
    inside = header > 40
    if header == 12:
        head = struct.pack("<IHHHH", 12, WIDTH, height, 1, bits)
    elif header == 16:
        head = struct.pack("<IiiHH", 16, WIDTH, height, 1, bits)
    else:
        head = struct.pack("<IiiHHIIiiII", header, WIDTH, height, 1, bits, compression, len(data), 0, 0, colours, 0)
        head += masks.ljust(header - 40, b"\0") if inside else masks
    begin = 14 + len(head) + len(palette)
    return b"BM" + struct.pack("<IHHI", begin + len(data), 0, 0, begin if at is None else at) + head + palette + data


def bmp_rows(samples, from_top=False):
    rows = [row.tobytes() for row in (samples if from_top else samples[::-1])]
    return b"".join(row + b"\0" * (-len(row) % 4) for row in rows)


def bmp_bits(numbers, bits):
    return np.packbits(((numbers[:, :, None] >> np.arange(bits - 1, -1, -1)) & 1).reshape(HEIGHT, -1).astype(np.uint8), axis=1)


colours = [(i * 7 % 256, i * 13 % 256, i * 29 % 256) for i in range(256)]


def bmp_palette(n, step=4):
    return b"".join(bytes(c[::-1]).ljust(step, b"\0") for c in colours[:n])


def painted(numbers, n=256):
    return Image.fromarray(np.array(colours[:n] + [(0, 0, 0)] * (256 - n), np.uint8)[numbers])


bgr, bgra = pixels[:, :, ::-1], stack(pixels[:, :, ::-1], alpha)
for header in (12, 16, 40, 52, 56, 64, 108, 124):
    add(f"BMP header of {header} bytes", bmp(24, bmp_rows(bgr), header), expected=rgb)
    numbers = grey_pixels >> 4
    add(f"BMP 4 bits, header of {header}", bmp(4, bmp_rows(bmp_bits(numbers, 4)), header,
                                               palette=bmp_palette(16, 3 if header == 12 else 4)), expected=painted(numbers))
for bits in (1, 2, 8):
    numbers = grey_pixels >> (8 - bits)
    add(f"BMP {bits} bits", bmp(bits, bmp_rows(bmp_bits(numbers, bits)), palette=bmp_palette(2**bits)),
        expected=painted(numbers))
numbers = grey_pixels >> 4
add("BMP from the top", bmp(24, bmp_rows(bgr, True), height=-HEIGHT), expected=rgb)
add("BMP few colours", bmp(8, bmp_rows(numbers), palette=bmp_palette(16), colours=16), expected=painted(numbers, 16))
add("BMP colours that are not there", bmp(8, bmp_rows(grey_pixels), palette=bmp_palette(16), colours=16),
    expected=painted(grey_pixels, 16))
fours = bmp_rows(bmp_bits(numbers, 4))
add("BMP pixels not told where", bmp(4, fours, palette=bmp_palette(16), at=0), expected=painted(numbers))
add("BMP pixels told where the colours are", bmp(4, fours, palette=bmp_palette(16), at=54), expected=painted(numbers))
add("BMP last row without padding", bmp(24, bmp_rows(bgr)[:-2]), expected=rgb)
add("BMP 32 bits", bmp(32, bmp_rows(bgra)))
add("BMP 32 bits, masks", bmp(32, bmp_rows(stack(alpha, bgr)), compression=3, masks=(0xff000000, 0xff0000, 0xff00)))
add("BMP 32 bits, alpha", bmp(32, bmp_rows(bgra), 124, 3, masks=(0xff0000, 0xff00, 0xff, 0xff000000)), background="0000ff")
add("BMP 32 bits, alpha after a header of 40", bmp(32, bmp_rows(bgra), 40, 6, masks=(0xff0000, 0xff00, 0xff, 0xff000000)),
    expected=over(rgb))
add("BMP 32 bits, mask of alpha not used", bmp(32, bmp_rows(bgra), 124, 0, masks=(0xff0000, 0xff00, 0xff, 0xff000000)))
add("BMP masks of nothing", bmp(32, bmp_rows(bgra), 108, 3, masks=(0, 0, 0, 0)), background="0000ff")
wide = pixels.astype(np.uint32)
fives = (wide[:, :, 0] >> 3 << 10 | wide[:, :, 1] >> 3 << 5 | wide[:, :, 2] >> 3).astype("<u2")
sixes = (wide[:, :, 0] >> 3 << 11 | wide[:, :, 1] >> 2 << 5 | wide[:, :, 2] >> 3).astype("<u2")
tens = (wide[:, :, 0] << 22 | wide[:, :, 1] << 12 | wide[:, :, 2] << 2).astype("<u4")
add("BMP 16 bits", bmp(16, bmp_rows(fives)))
add("BMP 16 bits, masks", bmp(16, bmp_rows(sixes), compression=3, masks=(0xf800, 0x7e0, 0x1f)))
add("BMP ten bits a colour", bmp(32, bmp_rows(tens), compression=3, masks=(0x3ff00000, 0xffc00, 0x3ff)), within=1,
    expected=rgb)
add("BMP mask with a gap", bmp(32, bmp_rows(bgra), compression=3, masks=(0xf0f, 0xff0000, 0xff000000)), "BROKEN")
run = b"".join(bytes([7, v, 0, 3, v + 1, v + 2, v + 3, 0, 0, 0]) for v in range(HEIGHT)) + b"\0\1"
unrun = np.array([[v] * 7 + [v + 1, v + 2, v + 3] for v in range(HEIGHT)][::-1])
add("BMP run lengths", bmp(8, run, compression=1, palette=bmp_palette(16), colours=16), expected=painted(unrun))
run4 = b"".join(bytes([6, v << 4 | 15 - v, 0, 4, v << 4 | 1, 0x23, 0, 0]) for v in range(HEIGHT)) + b"\0\1"
unrun4 = np.array([[v, 15 - v] * 3 + [v, 1, 2, 3] for v in range(HEIGHT)][::-1])
add("BMP run lengths of 4 bits", bmp(4, run4, compression=2, palette=bmp_palette(16)), expected=painted(unrun4))
jumps = np.zeros((HEIGHT, WIDTH), int)
jumps[HEIGHT - 1, :2], jumps[HEIGHT - 3, 5:8], jumps[0, :] = 9, 8, 7
add("BMP run lengths with jumps", bmp(8, bytes([2, 9, 0, 2, 3, 2, 3, 8, 0, 0, 0, 2, 0, 5, 200, 7, 0, 1]), compression=1,
                                      palette=bmp_palette(16), colours=16), expected=painted(jumps))
add("BMP run lengths end early", bmp(8, run[:-12] + b"\0\1", compression=1, palette=bmp_palette(16), colours=16),
    expected=painted(np.concatenate([np.zeros((1, WIDTH), int), unrun[1:]])))
add("BMP run lengths cut", bmp(8, run[:40], compression=1, palette=bmp_palette(16), colours=16), "TRUNCATED")
add("BMP cut", bmp(24, bmp_rows(bgr))[:-10], "TRUNCATED")
add("BMP header cut", bmp(24, bmp_rows(bgr))[:30], "TRUNCATED")
add("BMP bomb", bmp(24, b"", height=60000)[:18] + struct.pack("<ii", 60000, 60000) + bmp(24, b"")[26:], "TOO_LARGE")
add("BMP of JPEG inside", bmp(0, jpeg, compression=4), "BROKEN")
add("BMP of no width", bmp(24, bmp_rows(bgr))[:18] + bytes(4) + bmp(24, bmp_rows(bgr))[22:], "BROKEN")
add("BMP by its first letters only", b"BM is how this text begins, and it is no image", "UNKNOWN")


# ---- PBM, PGM, PPM --------------------------------------------------------------------------

def as_words(samples, between=" "):
    return between.join(str(v) for v in samples.ravel()).encode()


size = b"%d %d" % (WIDTH, HEIGHT)
bits = (grey_pixels >> 7) ^ 1
add("PPM", encode(rgb, "PPM"))
add("PGM", encode(grey, "PPM"))
add("PBM", encode(grey.convert("1"), "PPM"))
add("PPM in words", b"P3\n# words\n" + size + b"\n255\n" + as_words(pixels))
add("PGM in words", b"P2 " + size + b" 255 " + as_words(grey_pixels) + b"\n")
add("PBM in words", b"P1\n" + size + b"\n" + as_words(bits, "") + b"\n")
add("PBM in words with blanks", b"P1\n" + size + b"\n" + as_words(bits))
add("PGM with comments", b"P5\n#1\n%d#2\n #3\n%d\n255\n" % (WIDTH, HEIGHT) + grey_pixels.tobytes())
add("PGM of 15", b"P5 " + size + b" 15\n" + (grey_pixels >> 4).tobytes())
add("PGM of 1023", b"P5 " + size + b" 1023\n" + (grey_pixels.astype(int) * 4).astype(">u2").tobytes(), within=1, expected=grey)
add("PPM of 65535", b"P6 " + size + b" 65535\n" + words(pixels, ">").tobytes(), within=1)
add("PPM in words of 1000", b"P3 " + size + b" 1000 " + as_words(pixels.astype(int) * 3), within=1)
add("PGM above white", b"P5 " + size + b" 100\n" + grey_pixels.tobytes())
add("PGM in words above white", b"P2 " + size + b" 100 " + as_words(grey_pixels), "BROKEN")
add("PGM twice", 2 * encode(grey, "PPM"))
add("PGM cut", encode(grey, "PPM")[:-1], "TRUNCATED")
add("PGM in words cut", b"P2 " + size + b" 255 " + as_words(grey_pixels[:-1]), "TRUNCATED")
add("PGM bomb", b"P5 100000 100000 255\n", "TOO_LARGE")
add("PGM of large size and few bytes", b"P5 9000 9000 255\n1", "TRUNCATED")
add("PGM of no size", b"P5 0 9 255\n", "BROKEN")
add("PGM with a long number", b"P5 00000000012 9 255\n" + bytes(999), "BROKEN")
add("PGM with letters", b"P5 is where this text begins", "BROKEN")
add("PBM with other digits", b"P1 " + size + b" " + as_words(bits * 2), "BROKEN")
add("PGM without white", b"P5 " + size + b" 0\n" + grey_pixels.tobytes(), "BROKEN")
add("PAM", b"P7\nWIDTH 9\n", "UNKNOWN")

write("Tiny images of rarer formats and what becomes of them, written by make_formats.py.", "formats_")
