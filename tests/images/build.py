"""Builds the folder of real images that the tests use: `build.py ARCHIVES FOLDER`. README.md says what is in it."""

import io
import re
import sys
from pathlib import Path

from PIL import Image

import archives
import voc
from sink import Sink

TILE = (640, 480)
CLASS_TILE = (320, 240)
TREE_TILE = (400, 400)
# So many tiles of one picture, spread over it: more say little new.
PHOTOS_A_PICTURE = 12
CLASS_TILES = 40
WHOLE = (1632, 1224)

# Large pictures that show one thing all over, so that their tiles are a class.
CLASSES = {
    "analogpattern_by_Peter_Nerlich": "plaster",
    "life_by_Aitzol_Berasategi": "stream",
    "ColorfulCups": "cups",
    "FallenLeaf": "leaves",
    "OneStandsOut": "moss",
    "Path": "forest",
}
# Whose files the oracles name.
ORACLES = {"scikit-image", "scikit-learn", "deepforest"}
# Labelled pictures of crowns of trees from the air; the other label files there belong to no photograph.
TREES = re.compile(r"deepforest/data/(OSBS_029|SOAP_061|2019_YELL\w+)\.png$")
# Grey scale, tests of single features, not photographs.
NO_PHOTO = re.compile(r"chessboard|phantom|microaneurysms|multipage|page|text|horse|color|logo|/deepforest/|\.tif$")


def unpack(package, members, folder):
    """The package's own files as they are."""
    for member, data in members.items():
        path = folder / "packages" / package / Path(member).name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def grid(size, tile):
    """The tiles of a picture, none over another, in an order that is spread over it; small pictures are one tile."""
    (width, height), (across, down) = size, tile
    if width < 2 * across and height < 2 * down:
        return [(0, 0, width, height)]
    places = [(x, y, x + across, y + down)
              for y in range(0, height - down + 1, down) for x in range(0, width - across + 1, across)]  # fmt: skip
    # The golden ratio's multiples never cluster.
    return [place for _, place in sorted((index * 0.6180339887 % 1, place) for index, place in enumerate(places))]


def title(member):
    """What a picture is called: its file, or the folder that holds its sizes."""
    path = Path(member)
    return path.parts[-4] if "contents" in path.parts else path.stem


def largest(members):
    """Of the sizes of one picture only the largest file."""
    best = {}
    for member, data in members.items():
        if not member.endswith(archives.LABELS):
            name = title(member)
            if name not in best or len(data) > len(best[name][1]):
                best[name] = (member, data)
    return best.values()


def add_trees(sink, source, picture, annotation, group):
    boxes = voc.read(annotation)
    for tile in grid(picture.size, TREE_TILE):
        inside = [box for box in (voc.cut(box, tile) for box in boxes) if box]
        if inside:
            sink.add("detect", picture.crop(tile), f"{source}@{tile}", group, boxes=inside)


def add_class(sink, source, picture, name, group):
    for tile in grid(picture.size, CLASS_TILE)[:CLASS_TILES]:
        sink.add(f"classify/{name}", picture.crop(tile), f"{source}@{tile}", group, label=name)


def add_photos(sink, source, picture, group):
    taken = 0
    for tile in grid(picture.size, TILE):
        if taken < PHOTOS_A_PICTURE:
            taken += sink.add("photos", picture.crop(tile), f"{source}@{tile}", group)
    if picture.width * picture.height > WHOLE[0] * WHOLE[1] // 4:
        whole = picture.copy()
        whole.thumbnail(WHOLE, Image.Resampling.LANCZOS)
        sink.add("whole", whole, source, group)


def add_picture(sink, package, member, data, members):
    # The two views of a stereo pair are one picture.
    group, source = re.sub(r"_(left|right)$", "", title(member)), f"{package}:{member}"
    annotation = members.get(re.sub(r"\.\w+$", ".xml", member))
    if package == "deepforest" and not (TREES.search(member) and annotation) or NO_PHOTO.search(member):
        return
    picture = Image.open(io.BytesIO(data))
    if min(picture.size) < 128:
        return
    picture = picture.convert("RGB")
    if annotation:
        add_trees(sink, source, picture, annotation, group)
        add_class(sink, source, picture, "aerial", group)
    else:
        add_photos(sink, source, picture, group)
        if group in CLASSES:
            add_class(sink, source, picture, CLASSES[group], group)


def main():
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    # The large pictures are ours to open.
    Image.MAX_IMAGE_PIXELS = None
    with Sink(folder) as sink:
        for package, members in archives.packages(source):
            if package in ORACLES:
                unpack(package, members, folder)
            for member, data in sorted(largest(members)):
                add_picture(sink, package, member, data, members)
        print(", ".join(f"{count} {kind}" for kind, count in sorted(sink.counts.items())))


main()
