#!/usr/bin/python3
"""Make a large catalogue of real pictures of which a known share is damaged, the same bytes for the same
seed and settings: make_catalogue.py with damage of other kinds, all of it told in truth.csv.

What damages here shares nothing with the program's own damage (src/image/damage*.c), from which networks
learn: blocks have borders, parts are erased along curves, smears run any way, noise is normal, and files
are broken as Pillow decodes them. Damage that changes hardly anything is drawn anew."""
import io
import sys

import numpy
from PIL import Image, ImageDraw, ImageFile, ImageFilter

import make_catalogue

LEAST, MOST = 0.15, 0.5  # sides of a damaged region, as shares of the image's
MOST_DRAWS = 50  # until the damage shows
SEEN_LEVELS, SEEN_PIXELS = 20, 0.01  # it shows if so many levels change in such a share of the pixels
QUALITY = 80  # of the files that are cut and broken
MARKER = 0xFF


def region(image, rng):
    """Left, upper, right, lower."""
    width, height = (max(2, round(side * rng.uniform(LEAST, MOST))) for side in image.size)
    left, top = int(rng.integers(image.width - width + 1)), int(rng.integers(image.height - height + 1))
    return left, top, left + width, top + height


def colour(image, *levels):
    return levels[0] if image.mode == "L" else (levels * 3)[:3]


def block(image, rng, *levels):
    image.paste(colour(image, *levels), region(image, rng))
    return image


def white(image, rng):
    return block(image, rng, 255)


def black(image, rng):
    return block(image, rng, 0)


def coloured(image, rng):
    return block(image, rng, *(int(level) for level in rng.integers(30, 226, 3)))


def noise(image, rng):
    """Normal, over what is there."""
    box = region(image, rng)
    part = numpy.asarray(image.crop(box), numpy.float32)
    part = part + rng.uniform(50, 120) * rng.standard_normal(part.shape, numpy.float32)
    image.paste(Image.fromarray(numpy.clip(part, 0, 255).astype(numpy.uint8)), box)
    return image


def smear(image, rng):
    """One line of a region drawn out over all of it, along rows or columns, from either end."""
    left, top, right, lower = region(image, rng)
    pixels = numpy.array(image)
    part = pixels[top:lower, left:right]
    end = -1 if rng.random() < 0.5 else 0
    if rng.random() < 0.5:
        part[:] = part[:, end].copy()[:, None]
    else:
        part[:] = part[end].copy()[None]
    return Image.fromarray(pixels)


def erased(image, rng):
    """A round part is as white as paper."""
    ImageDraw.Draw(image).ellipse(region(image, rng), fill=colour(image, 255))
    return image


def duplicated(image, rng):
    """A region pasted a second time elsewhere, now and then mirrored."""
    box = region(image, rng)
    part = image.crop(box)
    if rng.random() < 0.3:
        part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    at = tuple(int(rng.integers(side - extent + 1)) for side, extent in zip(image.size, part.size))
    image.paste(part, at)
    return image


def blurred(image, rng):
    return image.filter(ImageFilter.GaussianBlur(min(image.size) * rng.uniform(0.025, 0.06)))


def file_of(image):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return bytearray(out.getvalue())


def shown(data, otherwise):
    """As a lenient viewer decodes the file; `otherwise` where it cannot."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        image = Image.open(io.BytesIO(bytes(data)))
        image.load()
        return image.convert(otherwise.mode)
    except (OSError, SyntaxError, ValueError):
        return otherwise
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def first_of_scan(data):
    return data.index(b"\xff\xda") + 14


def cut_file(image, rng):
    data = file_of(image)
    first = first_of_scan(data)
    return shown(data[:first + int((len(data) - first) * rng.uniform(0.1, 0.8))], image)


def broken_file(image, rng):
    data = file_of(image)
    for at in rng.integers(first_of_scan(data), len(data) - 2, 3):
        if MARKER not in data[at - 1:at + 1]:
            data[at] = int(rng.integers(MARKER))
    return shown(data, image)


KINDS = dict(white=white, black=black, coloured=coloured, noise=noise, smear=smear, erased=erased,
             duplicated=duplicated, blurred=blurred, cut_file=cut_file, broken_file=broken_file)


def shows(before, after):
    change = numpy.abs(numpy.asarray(before, numpy.int16) - numpy.asarray(after, numpy.int16))
    return (change >= SEEN_LEVELS).mean() >= SEEN_PIXELS


def until_it_shows(damage):
    def repeated(image, rng):
        for _ in range(MOST_DRAWS):
            damaged = damage(image.copy(), rng)
            if shows(image, damaged):
                break
        return damaged
    return repeated


def main():
    make_catalogue.__doc__ = __doc__
    make_catalogue.DAMAGES = tuple(KINDS)
    make_catalogue.DAMAGE = {name: until_it_shows(damage) for name, damage in KINDS.items()}
    sys.argv[1:1] = ["--share", "0.005", "--damaged", "1"]  # unless told otherwise
    make_catalogue.main()


if __name__ == "__main__":
    main()
