"""What was sent as a picture, read by its content and written anew: no metadata, nothing appended."""

import struct
from io import BytesIO
from typing import IO

from PIL import Image, ImageOps

from core.errors import Invalid

MAX_BYTES = 8_000_000
MAX_PIXELS = 24_000_000
"""Looked at before a pixel is decoded: a small file can hold a very large picture."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
LONGEST = 2_000
"""Pixels of a kept picture's longer side."""
THUMBNAIL = 400
QUALITY = 85

UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    EOFError,
    LookupError,
    ArithmeticError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What Pillow raises over files that are damaged, or made to hurt: found by damaging a hundred
thousand."""


class PictureRefused(Invalid):
    code = "picture_refused"
    message = "This is no JPEG, PNG, WebP or GIF picture."


def rewritten(sent: IO[bytes]) -> bytes:
    """The picture, upright, at most ``LONGEST`` on a side, as WebP. An animation's first frame.

    :raises PictureRefused: it is too large, no picture of a known kind, or damaged.
    """
    try:
        with Image.open(sent, formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise PictureRefused(f"A picture has at most {MAX_PIXELS} pixels.", field="file")
            picture.draft("RGB", (LONGEST, LONGEST))
            return _encoded(_of_eight_bits(picture), LONGEST)
    except UNREADABLE as error:
        raise PictureRefused(field="file") from error


def thumbnail(kept: IO[bytes]) -> bytes:
    """A small copy of a picture that ``rewritten`` made."""
    with Image.open(kept, formats=("WEBP",)) as picture:
        return _encoded(picture, THUMBNAIL)


def _of_eight_bits(picture: Image.Image) -> Image.Image:
    """Grey of 16 bits would be cut off at 255, not divided: white all over."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda grey: grey / 257).convert("L")


def _encoded(picture: Image.Image, longest: int) -> bytes:
    """Only the pixels go over into the new picture; whatever else was in the file stays behind.

    Made small before it is turned, for there is a copy of it then.
    """
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    pixels = picture if picture.mode == mode else picture.convert(mode)
    pixels.thumbnail((longest, longest))
    upright = ImageOps.exif_transpose(pixels)
    clean = Image.new(mode, upright.size)
    clean.paste(upright)
    written = BytesIO()
    clean.save(written, "WEBP", quality=QUALITY)
    return written.getvalue()
