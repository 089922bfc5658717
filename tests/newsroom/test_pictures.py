"""A photograph comes through as pixels and nothing else: no place, no camera, no person, no script."""

import io
import json
import os
import shutil
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from newsroom.pictures import LONGEST_BYTES, Picture, Refused, develop
from tests.newsroom.pictures import png_of

pytestmark = pytest.mark.once
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "images"
# Everything that exiftool may say of what we serve: the file itself, and how its pixels are coded.
ALLOWED = {
    "SourceFile", "ExifToolVersion", "FileName", "Directory", "FileSize", "FileModifyDate", "FileAccessDate",
    "FileInodeChangeDate", "FilePermissions", "FileType", "FileTypeExtension", "MIMEType", "ImageWidth", "ImageHeight",
    "ImageSize", "Megapixels", "EncodingProcess", "BitsPerSample", "ColorComponents", "YCbCrSubSampling", "JFIFVersion",
    "ResolutionUnit", "XResolution", "YResolution", "VP8Version", "HorizontalScale", "VerticalScale", "MajorBrand",
    "MinorVersion", "CompatibleBrands", "HandlerType", "PrimaryItemReference", "MetaImageSize", "ImageSpatialExtent",
    "ImagePixelDepth", "MediaDataSize", "MediaDataOffset", "ColorProfiles", "ColorPrimaries", "TransferCharacteristics",
    "MatrixCoefficients", "VideoFullRangeFlag", "AV1ConfigurationVersion", "ChromaFormat", "ChromaSamplePosition",
    "WebP_Flags", "SeqProfile", "SeqLevelIdx0", "SeqTier0",
    "HighBitDepth", "TwelveBit", "InitialDelaySamples", "MediaData", "PixelAspectRatio", "AverageBitrate", "MaxBitrate",
}  # fmt: skip
TRACES = (b"<script", b"onerror", b"alert(", b"GPS", b"Exif", b"exif", b"NIKON", b"Apple", b"Photoshop", b"http:")

A_FILM = [Image.new("P", (500, 500), n % 256) for n in range(500)]
# A green square of 64 × 48, as ImageMagick writes it.
HEIC = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAaptZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "AA5waXRtAAAAAAACAAAAEGlkYXQAAAAAAEAAMAAAADhpbG9jAQAAAERAAAIAAQAAAAAAAAHOAAEAAAAAAAAAHQACAAEAAAAAAAAA"
    "AQAAAAAAAAAIAAAAOGlpbmYAAAAAAAIAAAAVaW5mZQIAAAEAAQAAaHZjMQAAAAAVaW5mZQIAAAAAAgAAZ3JpZAAAAADVaXBycAAA"
    "ALNpcGNvAAAAc2h2Y0MBA3AAAAAAAAAAAAAe8AD8/fj4AAAPAyAAAQAYQAEMAf//A3AAAAMAkAAAAwAAAwAeugJAIQABACdCAQED"
    "cAAAAwCQAAADAAADAB6gIIEFlurkprmwIAAAAwAgAAADACEiAAEABkQBwXPAiQAAABRpc3BlAAAAAAAAAEAAAABAAAAAFGlzcGUA"
    "AAAAAAAAQAAAADAAAAAQcGl4aQAAAAADCAgIAAAAGmlwbWEAAAAAAAAAAgABAoECAAICA4QAAAAaaXJlZgAAAAAAAAAOZGltZwAC"
    "AAEAAQAAACVtZGF0AAAAGSgBrxOA9SeBP//ixUf/066v/Nztfnny1PA="
)


def a_file(data: bytes) -> io.BytesIO:
    return io.BytesIO(data)


def saved(image: Image.Image, format: str, **options: object) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, format, **options)
    file.seek(0)
    return file


def looks(picture: Picture, at: tuple[int, int] = (3, 3)) -> tuple[int, ...]:
    """A pixel of the JPEG."""
    jpeg = next(r for r in picture.renditions if r.format == "jpeg")
    return Image.open(io.BytesIO(jpeg.data)).getpixel(at)


# What comes out


def test_widths_for_phones_and_desks_in_modern_formats_and_one_for_old_browsers() -> None:
    picture = develop(saved(Image.new("RGB", (2400, 1200), "navy"), "JPEG"))
    assert (picture.width, picture.height, picture.widths) == (1600, 800, [480, 960, 1600])
    assert {(r.format, r.width) for r in picture.renditions} == {
        *((format, width) for format in ("avif", "webp") for width in (480, 960, 1600)),
        ("jpeg", 960),
    }
    for rendition in picture.renditions:
        assert Image.open(io.BytesIO(rendition.data)).size == (rendition.width, rendition.height)


def test_a_small_one_is_not_blown_up() -> None:
    picture = develop(saved(Image.new("RGB", (300, 100), "navy"), "PNG"))
    assert (picture.width, picture.height, picture.widths) == (300, 100, [300])


def test_it_stands_upright() -> None:
    image = Image.new("RGB", (40, 20), "red")
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = develop(saved(image, "JPEG", exif=exif))
    assert (picture.width, picture.height) == (20, 40)


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA", "L", "CMYK", "I;16", "1"])
def test_every_kind_of_pixel(mode: str) -> None:
    format = "JPEG" if mode == "CMYK" else "PNG"
    picture = develop(saved(Image.new(mode, (50, 40)), format))
    assert (picture.width, picture.height) == (50, 40)


def test_what_is_transparent_becomes_white() -> None:
    picture = develop(saved(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG"))
    assert looks(picture) == (255, 255, 255)


def test_sixteen_bits_of_grey_keep_their_shade() -> None:
    picture = develop(saved(Image.new("I;16", (50, 50), 0x8000), "PNG"))
    assert looks(picture)[0] in range(126, 131)


def test_colours_are_those_of_its_profile_and_the_profile_is_gone() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = develop(saved(Image.new("RGB", (50, 50), (200, 30, 30)), "PNG", icc_profile=lab))
    assert all(abs(a - b) < 6 for a, b in zip(looks(picture), (200, 30, 30), strict=True))
    assert all(b"ICC_PROFILE" not in r.data and b"acsp" not in r.data for r in picture.renditions)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_the_formats_of_the_web(format: str) -> None:
    assert develop(saved(Image.new("RGB", (64, 48), "green"), format)).height == 48


def test_an_iphone_s() -> None:
    picture = develop(io.BytesIO(b64decode(HEIC)))
    assert (picture.width, picture.height) == (64, 48)
    assert looks(picture)[1] > 100


# What stays behind


def test_the_jpeg_s_comment_and_all_exif_stay_behind() -> None:
    exif = Image.Exif()
    exif[0x010F] = "NIKON of Carla"
    exif.get_ifd(0x8825)[1] = "N"
    picture = develop(
        saved(Image.new("RGB", (50, 50)), "JPEG", exif=exif, comment=b"<script>alert(1)</script>", xmp=b"<x:xmpmeta/>")
    )
    for rendition in picture.renditions:
        assert not [trace for trace in (*TRACES, b"Carla", b"xmp") if trace in rendition.data]


@pytest.mark.parametrize(
    "name",
    ["45-gps_ifd.jpg", "DSCN0010.jpg", "DSCN0021.jpg", "onclick-xss-ecs.jpeg", "payload_in_all_known_metadata.jpg",
     "payload_text_xss.png", "corrupted.jpg"],
)  # fmt: skip
def test_no_trace_is_left_in_real_ones(name: str, tmp_path: Path) -> None:
    path = REAL / name
    if not path.exists():
        pytest.skip(f"../shared/data/images/{name} is not there")
    if shutil.which("exiftool") is None:
        pytest.skip("exiftool is not installed (Debian: apt install libimage-exiftool-perl)")
    picture = develop(path.open("rb"))
    for rendition in picture.renditions:
        assert not [trace for trace in TRACES if trace in rendition.data]
        (tmp_path / f"{rendition.width}.{rendition.format}").write_bytes(rendition.data)
    told = subprocess.run(["exiftool", "-j", "-a", "-u", str(tmp_path)], capture_output=True, check=True).stdout
    for said in json.loads(told):
        unknown = {tag for tag in said if tag not in ALLOWED and "Unknown" not in tag and "_0x" not in tag}
        assert not unknown, {tag: said[tag] for tag in unknown}


# What is refused


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7\n",
        b"GIF89a is how I begin",
        b"II*\0" + b"\0" * 100,
    ],
    ids=["svg", "html", "pdf", "nearly a gif", "tiff"],
)
def test_what_is_no_photograph_whatever_it_is_called(data: bytes) -> None:
    with pytest.raises(Refused, match=r"This is no photograph|damaged"):
        develop(a_file(data))


def test_the_real_svg() -> None:
    path = REAL / "SVG_XSS3.svg"
    if not path.exists():
        pytest.skip("../shared/data/images/SVG_XSS3.svg is not there")
    with pytest.raises(Refused, match="This is no photograph"):
        develop(path.open("rb"))


def test_an_empty_file() -> None:
    with pytest.raises(Refused, match="This file is empty"):
        develop(a_file(b""))


def test_more_than_25_megabytes() -> None:
    with pytest.raises(Refused, match="at most 25 MB"):
        develop(a_file(b"\xff\xd8" + b"\0" * LONGEST_BYTES))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_half_a_file(format: str) -> None:
    whole = saved(Image.frombytes("RGB", (300, 300), os.urandom(270_000)), format).getvalue()
    with pytest.raises(Refused, match=r"damaged or not complete|This is no photograph"):
        develop(a_file(whole[: len(whole) // 2]))


def test_a_long_picture_of_a_screen_is_made_to_fit() -> None:
    picture = develop(a_file(png_of(1080, 20_000)))
    assert picture.height <= 16_383
    assert abs(picture.width / picture.height - 1080 / 20_000) < 0.001


def test_a_jpeg_of_thousands_of_scans_is_refused_before_the_first() -> None:
    data = saved(Image.new("RGB", (64, 64), "red"), "JPEG", progressive=True).getvalue()
    start = data.index(b"\xff\xda")
    scan = data[start : data.index(b"\xff", start + 14)]
    with pytest.raises(Refused, match="damaged or not complete"):
        develop(a_file(data[:start] + scan * 2_000 + data[start:]))


def test_a_bomb_is_known_by_its_header() -> None:
    with pytest.raises(Refused, match="at most 25 megapixels"):
        develop(a_file(png_of(20_000, 3_000)))


@pytest.mark.parametrize(
    "make",
    [
        "png_of(20_000, 20_000)",
        "saved(Image.frombytes('RGB', (4000, 3000), os.urandom(36_000_000)), 'JPEG', quality=90).getvalue()",
        "saved(A_FILM[0], 'GIF', save_all=True, append_images=A_FILM[1:]).getvalue()",
    ],
    ids=["bomb", "twelve megapixels of noise", "a film"],
)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux alone says the most that a process had")
def test_a_picture_takes_at_most_300_megabytes(make: str, tmp_path: Path) -> None:
    (tmp_path / "sent").write_bytes(eval(make))  # noqa: S307 -- of the list above
    code = (
        "import re, sys\nimport newsroom.pictures as p\n"
        "try: p.develop(open(sys.argv[1], 'rb'))\nexcept p.Refused: pass\n"
        # Not getrusage: what it says begins with the most that the process had which started this one.
        "print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "newsroom.settings"}
    setup = f"import django; django.setup()\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", setup, str(tmp_path / "sent")],
        cwd=Path(__file__).resolve().parents[2],
        env=environment,
        capture_output=True,
        check=True,
    )
    assert int(done.stdout) / 1024 <= 300
