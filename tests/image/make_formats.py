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

write("Tiny images of rarer formats and what becomes of them, written by make_formats.py.", "formats_")
