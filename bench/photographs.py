"""Photographs: what a refusal costs, and what is left in the renditions of real ones.

Each file in a fresh process, whose own peak of memory is read. Time is that of `develop` alone.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import bench.database  # noqa: F401  # isort: skip -- before the site's modules
from django.conf import settings

from bench.table import Row, show
from tests.newsroom.pictures import png_of

REAL = Path(settings.BASE_DIR).parent / "shared" / "data" / "images"
MOST_SECONDS = 1.0
MOST_MB = 300
# What exiftool names beside the file itself and how its pixels are coded, where a camera or a person has written.
TRACES = (
    "GPS", "Make", "Model", "Artist", "Comment", "Software", "Owner", "Copyright", "Serial", "XMP", "Date/Time",
    "Creator",
)  # fmt: skip
DEVELOP = """
import django; django.setup()
import json, re, sys, time, pathlib
from newsroom.pictures import Refused, develop
began = time.perf_counter()
try:
    said, renditions = "", develop(open(sys.argv[1], "rb")).renditions
except Refused as refusal:
    said, renditions = str(refusal), []
took = time.perf_counter() - began
for n, rendition in enumerate(renditions):
    pathlib.Path(sys.argv[2], f"{pathlib.Path(sys.argv[1]).stem}-{n}.{rendition.format}").write_bytes(rendition.data)
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
print(json.dumps({"refused": said, "seconds": took, "mb": peak, "renditions": len(renditions)}))
"""


def develop(path: Path, out: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", DEVELOP, str(path), str(out)],
        cwd=settings.BASE_DIR, env=os.environ, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def refusals(folder: Path) -> Row:
    real = (REAL / "DSCN0010.jpg").read_bytes()
    files = {
        "map.svg": (REAL / "SVG_XSS3.svg").read_bytes(),
        "page.jpg": b"<!doctype html><script>alert(1)</script>",
        "bomb.png": png_of(20_000, 20_000),
        "half.jpg": real[: len(real) // 2],
        "long.jpg": real + b"\0" * 25_000_001,
    }
    told = []
    for name, data in files.items():
        (folder / name).write_bytes(data)
        told.append(develop(folder / name, folder))
    refused = sum(bool(one["refused"]) for one in told)
    seconds, mb = max(one["seconds"] for one in told), max(one["mb"] for one in told)
    return Row(
        "Photographs refused: SVG, HTML called .jpg, 20,000 × 20,000, half a file, over 25 MB",
        f"≤ {MOST_SECONDS:.0f} s, ≤ {MOST_MB} MB",
        f"{refused} of {len(files)} refused, {seconds:.2f} s and {mb:.0f} MB at the most",
        refused == len(files) and seconds <= MOST_SECONDS and mb <= MOST_MB,
    )


def traces(folder: Path) -> Row:
    out = folder / "out"
    out.mkdir()
    told = [develop(path, out) for path in sorted(REAL.iterdir())]
    taken = sum(not one["refused"] for one in told)
    said = json.loads(
        subprocess.run(["exiftool", "-j", "-a", "-G", str(out)], stdout=subprocess.PIPE, check=True).stdout
    )
    left = [
        f"{tags['SourceFile']}: {tag}"
        for tags in said
        for tag in tags
        if not tag.startswith("File:") and any(trace in tag for trace in TRACES)
    ]
    scripts = [
        path.name for path in out.iterdir() if b"<script" in path.read_bytes() or b"onerror" in path.read_bytes()
    ]
    return Row(
        f"Renditions of the {len(told)} real and hostile images: place, camera, person, script",
        "0 traces",
        f"{len(left) + len(scripts)} traces in {len(said)} renditions of the {taken} that were taken",
        not left and not scripts and len(said) > 0,
    )


def main() -> None:
    if not REAL.exists() or shutil.which("exiftool") is None:
        print("Left out: photographs (they need ../shared/data/images and exiftool).", file=sys.stderr)
        return show([])
    with tempfile.TemporaryDirectory(prefix="newsroom-bench-") as folder:
        return show([refusals(Path(folder)), traces(Path(folder))])


if __name__ == "__main__":
    main()
