"""The one door for photographs: a file that somebody sent becomes clean renditions, and the file itself is forgotten.

What a camera, a phone or an attacker wrote beside the picture (where it was taken, by whom, with what, a script in the
JPEG's comment) does not come through, because nothing but pixels does. Correspondents' lives can depend on it.
"""

import io
import threading
import warnings
from dataclasses import dataclass
from typing import IO, Any

import pi_heif
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

pi_heif.register_heif_opener(thumbnails=False)

LONGEST_BYTES = 25_000_000
# A camera of today; 150 MB once decoded.
MOST_PIXELS = 50_000_000
# Of what no camera makes, which takes more memory to decode: a screen of today has 15 million.
MOST_PIXELS_OF_OTHERS = 25_000_000
FROM_CAMERAS = ("JPEG", "MPO", "HEIF")
# Of a long picture of a screen; WebP ends at 16,383.
TALLEST = 16_000
# A progressive JPEG comes in ten scans or so; each costs as much as a picture, and takes a dozen bytes.
MOST_SCANS = 100
SCAN = b"\xff\xda"
# Of phones, of desks, and of those with twice the dots.
WIDTHS = (480, 960, 1600)
FALLBACK_WIDTH = 960
# What cameras, phones and screens make. No other decoder of Pillow's ever reads a stranger's bytes.
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "HEIF")
# Speed over the last percent: 12 megapixels of noise, all widths and formats, take half a second.
SAVING: dict[str, dict[str, Any]] = {
    "avif": {"format": "AVIF", "quality": 60, "speed": 8},
    "webp": {"format": "WEBP", "quality": 78, "method": 3},
    "jpeg": {"format": "JPEG", "quality": 80, "optimize": True, "progressive": True},
}
REDUCED = ("RGB", "RGBA", "L", "LA", "CMYK")
# One at a time in a process: of 12 megapixels it takes 200 MB for a moment, of 25 as WebP or PNG up to 470.
_developing = threading.Lock()
_srgb = ImageCms.createProfile("sRGB")


class Refused(ValueError):
    """A file that is no photograph we take. The message is for people and says what to do."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """`format` is avif, webp or jpeg."""

    width: int
    height: int
    format: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """Width and height are those of the widest rendition, as it is looked at."""

    width: int
    height: int
    renditions: list[Rendition]

    @property
    def widths(self) -> list[int]:
        return sorted({rendition.width for rendition in self.renditions if rendition.format != "jpeg"})


def develop(file: IO[bytes]) -> Picture:
    """The picture in WIDTHS, as AVIF and WebP, and as one JPEG for old browsers. Raises Refused."""
    data = file.read(LONGEST_BYTES + 1)
    if len(data) > LONGEST_BYTES:
        raise Refused(_("This file is too long: at most 25 MB. Make the picture smaller, then add it again."))
    if not data:
        raise Refused(_("This file is empty. Choose the photograph again."))
    with _developing, warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        picture = _decode(data)
        try:
            return _render(picture)
        except (OSError, ValueError, MemoryError):
            # What an encoder does not take: a strip one pixel wide, say.
            raise _broken() from None


def _decode(data: bytes) -> Image.Image:
    """Upright, in sRGB, on white, not much wider than the widest rendition, with nothing beside its pixels."""
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning, OSError) as error:
        if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
            raise _too_large(MOST_PIXELS) from None
        raise Refused(_("This is no photograph. Send a JPEG, PNG, WebP, AVIF, GIF or HEIC file.")) from None
    except Exception:
        raise _broken() from None
    # Before a pixel is decoded: the header says how many there are.
    most = MOST_PIXELS if image.format in FROM_CAMERAS else MOST_PIXELS_OF_OTHERS
    if image.width * image.height > most:
        raise _too_large(most)
    if data.count(SCAN) > MOST_SCANS and image.format in ("JPEG", "MPO"):
        raise _broken()
    if image.width < 1 or image.height < 1:
        raise _broken()
    try:
        # JPEG decodes at a half, a quarter or an eighth where that is enough.
        image.draft(None, (WIDTHS[-1], WIDTHS[-1]))
        image.load()
        # Before anything makes a second copy of it.
        if image.mode in REDUCED and (factor := min(image.size) // WIDTHS[-1]) > 1:
            image = image.reduce(factor)
        return _plain(ImageOps.exif_transpose(image))
    except MemoryError:
        raise _too_large(most) from None
    except Exception:
        # Whatever a decoder says of a stranger's bytes means the same.
        raise _broken() from None


def _plain(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        # 16 bits of grey, which Pillow would cut off at 255.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image).convert("RGB")
    if profile:
        image = _in_srgb(image, profile)
    # A new image: what the old one carried stays behind, whatever it is called.
    clean = Image.new("RGB", image.size)
    clean.paste(image.convert("RGB"))
    return clean


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    if image.mode not in ("RGB", "CMYK", "L"):
        image = image.convert("RGB")
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, own, _srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        # A profile that fits another kind of picture, or none: the colours as they are.
        return image
    return converted or image


def _render(picture: Image.Image) -> Picture:
    if picture.height > TALLEST:
        picture = _at_width(picture, max(1, picture.width * TALLEST // picture.height))
    widest = min(picture.width, WIDTHS[-1])
    fallback = min(picture.width, FALLBACK_WIDTH)
    renditions = []
    # From the widest to the narrowest, each from the one before, which is faster and as sharp.
    for width in sorted({*(w for w in WIDTHS if w < picture.width), widest}, reverse=True):
        picture = _at_width(picture, width)
        formats = ["avif", "webp", *(["jpeg"] if width == fallback else [])]
        renditions += [_save(picture, format) for format in formats]
    first = renditions[0]
    return Picture(first.width, first.height, renditions)


def _at_width(picture: Image.Image, width: int) -> Image.Image:
    if picture.width == width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _save(picture: Image.Image, format: str) -> Rendition:
    out = io.BytesIO()
    picture.info.clear()
    picture.save(out, **SAVING[format])
    return Rendition(picture.width, picture.height, format, out.getvalue())


def _too_large(most: int) -> Refused:
    sentence = _("This picture is too large: at most %(most)d megapixels. Make it smaller, then add it again.")
    return Refused(sentence % {"most": most // 1_000_000})


def _broken() -> Refused:
    return Refused(_("This file is damaged or not complete. Export or take the photograph again, then add it."))
