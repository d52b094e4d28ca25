"""Cuts the pictures of this folder from those of scikit-image. README.md tells where they come from.

    python demo/images/build.py FOLDER      FOLDER has the package's pictures; needs Pillow
"""

import io
import sys
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
QUALITY = 88
# label: (picture of the package, size of a tile, {name: column and row of the tile})
TILES = {
    "cat": ("chelsea.png", (225, 150), {"eye": (0, 0), "ear": (1, 0), "chin": (0, 1), "nose": (1, 1)}),
    "coffee": ("coffee.png", (300, 200), {"table": (0, 0), "cup": (1, 0), "saucer": (0, 1), "spoon": (1, 1)}),
    "person": ("astronaut.png", (256, 256), {"flag": (0, 0), "shuttle": (1, 0), "badge": (0, 1), "suit": (1, 1)}),
    "rocket": ("rocket.jpg", (320, 213), {"tower": (0, 0), "smoke": (1, 0), "ground": (0, 1), "fire": (1, 1)}),
    "space": ("hubble_deep_field.jpg", (320, 280), {"spiral": (0, 0), "pair": (1, 0), "far": (2, 1), "red": (1, 2)}),
}  # fmt: skip


def jpeg(image, quality=QUALITY):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def tiles(source):
    """Every good picture: its path and its pixels."""
    for label, (picture, (width, height), places) in TILES.items():
        with Image.open(source / picture) as whole:
            whole = whole.convert("RGB")
        for name, (column, row) in places.items():
            left, top = column * width, row * height
            yield f"{label}/{name}.jpg", whole.crop((left, top, left + width, top + height))


def flaws(good):
    """What a folder of real pictures has, too: what is broken, wrongly named, or there twice."""
    ear, cup, pair = good["cat/ear.jpg"], good["coffee/cup.jpg"], good["space/pair.jpg"]
    yield "cat/ear-copy.jpg", jpeg(ear, 60)
    yield "coffee/cup-smaller.jpg", jpeg(cup.resize((240, 160), Image.Resampling.LANCZOS))
    yield "space/pair-brighter.jpg", jpeg(pair.point(lambda v: min(255, int(v * 1.15))))
    yield "cat/tail.png", jpeg(good["cat/chin.jpg"].transpose(Image.Transpose.FLIP_TOP_BOTTOM))
    yield "coffee/grey.jpg", jpeg(good["coffee/saucer.jpg"].transpose(Image.Transpose.FLIP_LEFT_RIGHT).convert("L"))
    gif = io.BytesIO()
    good["rocket/tower.jpg"].transpose(Image.Transpose.ROTATE_180).save(gif, "GIF")
    yield "rocket/night.jpg", gif.getvalue()
    whole = jpeg(good["person/suit.jpg"].transpose(Image.Transpose.ROTATE_180))
    yield "person/cut-off.jpg", whole[: len(whole) * 2 // 3]
    yield "space/notes.jpg", b"These are notes, whatever the name says.\n"


def main():
    good = dict(tiles(Path(sys.argv[1])))
    for path, content in [(path, jpeg(image)) for path, image in good.items()] + list(flaws(good)):
        (HERE / path).parent.mkdir(exist_ok=True)
        (HERE / path).write_bytes(content)


main()
