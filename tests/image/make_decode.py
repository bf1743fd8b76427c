#!/usr/bin/python3
"""Make the tiny images of test_decode.c and what Pillow (9.4 was used) makes of them: decode_data.h.

    /usr/bin/python3 make_decode.py > decode_data.h
"""
import io
import struct

import numpy as np
from PIL import Image, ImageCms, ImageOps

from decode_cases import (ADOBE, SRGB, adam7, add, chunk, cmyk_profile, encode, exif, gamma_curve, grey_profile,
                          managed, picture, png, rgb_profile, rows_of, srgb_curve, write)

rgb = Image.fromarray(picture(25, 20))
wide = Image.fromarray(picture(60, 17))
tall = Image.fromarray(picture(17, 60))
large = Image.fromarray(picture(70, 60))
grey = Image.fromarray(picture(25, 20, 1))
rgba = Image.fromarray(picture(25, 20, 4))
cmyk = Image.fromarray(picture(25, 20, 4), "CMYK")

jpeg = encode(rgb, "JPEG")
progressive = encode(rgb, "JPEG", progressive=True)
add("JPEG 4:2:0", jpeg)
add("JPEG 4:4:4", encode(rgb, "JPEG", subsampling=0))
add("JPEG 4:2:2", encode(wide, "JPEG", subsampling=1))
add("JPEG wide: columns left out", encode(wide, "JPEG"))
add("JPEG tall: rows left out", encode(tall, "JPEG"))
add("JPEG progressive", progressive)
add("JPEG progressive, tall", encode(tall, "JPEG", progressive=True))
add("JPEG grey", encode(grey, "JPEG"))
add("JPEG grey, wide", encode(wide.convert("L"), "JPEG"))
add("JPEG CMYK, wide", encode(Image.fromarray(picture(60, 17, 4), "CMYK"), "JPEG"))
add("JPEG grey to grey", encode(grey, "JPEG"), grey=True)
add("JPEG colour to grey", jpeg, grey=True)
add("JPEG decoded at 1/2", encode(large, "JPEG", quality=95), within=12)
add("JPEG CMYK", encode(cmyk, "JPEG"))
add("JPEG CMYK to grey", encode(cmyk, "JPEG"), grey=True, within=1,
    expected=Image.open(io.BytesIO(encode(cmyk, "JPEG"))).convert("RGB"))
for o in range(1, 9):
    add(f"JPEG orientation {o}", encode(rgb, "JPEG", exif=exif(o)))
add("JPEG orientation 9 is none", encode(rgb, "JPEG", exif=exif(9)), expected=Image.open(io.BytesIO(jpeg)))
add("JPEG without end mark", jpeg[:-2], expected=Image.open(io.BytesIO(jpeg)))
add("JPEG with bytes after its end", jpeg + b"more")
add("JPEG sRGB profile", encode(rgb, "JPEG", icc_profile=rgb_profile(*SRGB, srgb_curve())))
add("JPEG sRGB profile, gamma 2.2", encode(rgb, "JPEG", icc_profile=rgb_profile(*SRGB, gamma_curve(2.2))),
    within=8)
adobe = rgb_profile(*ADOBE, gamma_curve(2.2))
add("JPEG wide gamut profile", encode(rgb, "JPEG", icc_profile=adobe), within=2,
    expected=managed(Image.open(io.BytesIO(jpeg)), adobe))
dim = grey_profile(gamma_curve(1.0))
add("JPEG linear grey profile", encode(grey, "JPEG", icc_profile=dim), within=2,
    expected=managed(Image.open(io.BytesIO(encode(grey, "JPEG"))), dim))
inks = cmyk_profile()
add("JPEG CMYK profile", encode(cmyk, "JPEG", icc_profile=inks), within=3,
    expected=managed(Image.open(io.BytesIO(encode(cmyk, "JPEG"))), inks))
add("JPEG broken profile", encode(rgb, "JPEG", icc_profile=adobe[:200]))
add("JPEG profile of another colour space", encode(rgb, "JPEG", icc_profile=dim))

pixels = picture(25, 20)
whole = encode(rgb, "PNG")
add("PNG RGB", whole)
add("PNG RGB to grey", whole, grey=True)
add("PNG interlaced", png(25, 20, 8, 2, adam7(pixels), 1))
add("PNG 16 bit", png(25, 20, 16, 2, rows_of((pixels.astype(">u2") * 256 + 77).astype(">u2"))), expected=rgb)
add("PNG 16 bit grey", png(25, 20, 16, 0, rows_of((picture(25, 20, 1).astype(">u2") * 256 + 200).astype(">u2"))),
    expected=grey)
add("PNG grey", encode(grey, "PNG"))
add("PNG 1 bit", encode(grey.convert("1"), "PNG"))
add("PNG palette", encode(rgb.quantize(13), "PNG"))
add("PNG palette with alpha", encode(rgba.convert("RGBA").quantize(13), "PNG"), background="204060")
add("PNG RGBA", encode(rgba.convert("RGBA"), "PNG"), background="ff8000")
add("PNG RGBA to grey", encode(rgba, "PNG"), background="000000", grey=True)
add("PNG grey with alpha", encode(rgba.convert("LA"), "PNG"), background="1020f0")
add("PNG transparent colour", encode(rgb, "PNG", transparency=(240, 30, 90)), background="00ff00")
add("PNG transparent grey", encode(grey, "PNG", transparency=240), background="00ff00")
add("PNG orientation 6", encode(rgb, "PNG", exif=exif(6)))
add("PNG gamma is ignored", png(25, 20, 8, 2, rows_of(pixels), extra=chunk(b"gAMA", struct.pack(">I", 100000))))
add("PNG wide gamut profile", encode(rgb, "PNG", icc_profile=adobe), within=2, expected=managed(rgb, adobe))
add("PNG one pixel", encode(rgb.crop((0, 0, 1, 1)), "PNG"))

webp = encode(rgb, "WEBP", quality=80)
lossless = encode(rgb, "WEBP", lossless=True)
add("WebP", webp)
add("WebP lossless", lossless)
add("WebP alpha", encode(rgba.convert("RGBA"), "WEBP", lossless=True), background="ff8000")
add("WebP orientation 8", encode(rgb, "WEBP", lossless=True, exif=exif(8)))
add("WebP wide gamut profile", encode(rgb, "WEBP", lossless=True, icc_profile=adobe), within=2,
    expected=managed(rgb, adobe))
add("WebP animated", encode(rgb, "WEBP", lossless=True, save_all=True, append_images=[ImageOps.invert(rgb)]),
    expected=rgb)

gif = encode(rgb.quantize(60), "GIF")
add("GIF", gif)
add("GIF grey", encode(grey, "GIF"))
add("GIF animated", encode(rgb.quantize(60), "GIF", save_all=True, append_images=[grey.convert("P")]))
clear = rgb.quantize(13)
add("GIF transparent", encode(clear, "GIF", transparency=clear.getpixel((0, 0))), background="0000ff")

tiff = encode(rgb, "TIFF", compression="tiff_lzw")
add("TIFF LZW", tiff)
add("TIFF grey", encode(grey, "TIFF"))
add("TIFF grey with alpha", encode(rgba.convert("LA"), "TIFF"), background="1020f0")
deep = Image.fromarray(picture(25, 20, 1).astype(np.uint16) * 256 + 200)
add("TIFF 16 bit grey", encode(deep, "TIFF"), within=1, expected=grey)
add("TIFF 1 bit", encode(grey.convert("1"), "TIFF", compression="group4"))
add("TIFF palette", encode(rgb.quantize(13), "TIFF"))
add("TIFF RGBA", encode(rgba.convert("RGBA"), "TIFF"), background="ff8000")
add("TIFF orientation 5", encode(rgb, "TIFF", tiffinfo={0x0112: 5}), expected=rgb.transpose(Image.TRANSPOSE))
add("TIFF wide gamut profile", encode(rgb, "TIFF", icc_profile=adobe), within=2, expected=managed(rgb, adobe))
add("TIFF CMYK", encode(cmyk, "TIFF"))
add("TIFF CMYK profile", encode(cmyk, "TIFF", icc_profile=inks), within=3, expected=managed(cmyk, inks))
pale = rgb.point(lambda v: v // 2 + 64)  # colour spaces differ in what they cut off
lab = ImageCms.profileToProfile(pale, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), 1, outputMode="LAB")
add("TIFF Lab", encode(lab, "TIFF"), within=5, expected=pale)

add("empty", b"", "EMPTY_FILE")
add("text", b"this is no image\n", "UNKNOWN")
add("SVG", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>', "UNKNOWN")
add("PDF", b"%PDF-1.4\n%%EOF\n", "UNKNOWN")
add("mark of JPEG only", jpeg[:3], "TRUNCATED")
add("mark of PNG only", whole[:8], "TRUNCATED")
add("mark of WebP only", webp[:12], "TRUNCATED")
add("mark of GIF only", gif[:6], "BROKEN")
add("mark of TIFF only", tiff[:4], "BROKEN")
add("JPEG cut in its header", jpeg[:200], "TRUNCATED")
add("JPEG cut in its pixels", jpeg[:-60], "TRUNCATED")
add("JPEG cut in its last block", jpeg[:-8], "TRUNCATED")
tall_jpeg = encode(tall, "JPEG")
add("JPEG cut below the square", tall_jpeg[:-10], "TRUNCATED")
add("JPEG progressive cut", progressive[:-60], "TRUNCATED")
add("JPEG progressive cut between scans", progressive[:progressive.rfind(b"\xff\xda")], "TRUNCATED")
add("JPEG CMYK cut", encode(cmyk, "JPEG")[:-90], "TRUNCATED")
sof = jpeg.find(b"\xff\xc0")
add("JPEG claims 900 x 900", jpeg[:sof + 5] + struct.pack(">HH", 900, 900) + jpeg[sof + 9:], "TRUNCATED")
add("JPEG claims 60000 x 60000", jpeg[:sof + 5] + struct.pack(">HH", 60000, 60000) + jpeg[sof + 9:], "TOO_LARGE")
add("JPEG with 12 bits", jpeg[:sof + 4] + b"\x0c" + jpeg[sof + 5:], "BROKEN")
scan = encode(Image.fromarray(picture(8, 8, 1)), "JPEG", progressive=True)
at = scan.find(b"\xff\xda")
end = scan.find(b"\xff\xc4", at)
end = scan.find(b"\xff\xda", at + 2) if end < 0 else end
add("JPEG with too many scans", scan[:end] + scan[at:end] * 150 + scan[end:], "TOO_SLOW")
add("PNG bomb", png(30000, 30000, 8, 2, b""), "TOO_LARGE")
add("PNG ribbon", png(1500000, 1, 8, 0, b""), "TOO_LARGE")
add("PNG without pixels", png(25, 20, 8, 2, b""), "TRUNCATED")
add("PNG cut", whole[:-40], "TRUNCATED")
flipped = bytearray(whole)
flipped[len(whole) - 30] ^= 0x40
add("PNG with a flipped bit", bytes(flipped), "BROKEN")
add("PNG of height 0", png(25, 0, 8, 2, b""), "BROKEN")
add("WebP cut", webp[:-30], "TRUNCATED")
add("WebP lossless cut", lossless[:-30], "TRUNCATED")
add("WebP broken", webp[:20] + b"\xff" * 10 + webp[30:], "BROKEN")
add("GIF cut", gif[:len(gif) // 2], "BROKEN")
add("TIFF cut", tiff[:len(tiff) // 2], "BROKEN")

write("Tiny images and what becomes of them, written by make_decode.py.")
