"""Boxes in PASCAL VOC files."""

import xml.etree.ElementTree as ET

SIDES = ("xmin", "ymin", "xmax", "ymax")


def read(document):
    """[(name, (xmin, ymin, xmax, ymax))] of a document."""
    boxes = []
    for thing in ET.fromstring(document).iter("object"):
        box = thing.find("bndbox")
        if box is not None:
            boxes.append((thing.findtext("name"), tuple(int(float(box.findtext(side))) for side in SIDES)))
    return boxes


def cut(box, tile):
    """What of a box is in a tile, in the tile's coordinates; None if it is less than half, or nothing to see."""
    name, (xmin, ymin, xmax, ymax) = box
    left, top, right, bottom = max(xmin, tile[0]), max(ymin, tile[1]), min(xmax, tile[2]), min(ymax, tile[3])
    whole, seen = (xmax - xmin) * (ymax - ymin), (right - left) * (bottom - top)
    if min(right - left, bottom - top) < 2 or 2 * seen < whole:
        return None
    return name, (left - tile[0], top - tile[1], right - tile[0], bottom - tile[1])


def write(path, filename, size, boxes):
    """A document as labelling tools write it."""
    root = ET.Element("annotation")
    for tag, text in (("folder", "detect"), ("filename", filename), ("segmented", 0)):
        add(root, tag, text)
    dimensions = add(root, "size")
    for tag, number in zip(("width", "height", "depth"), (*size, 3)):
        add(dimensions, tag, number)
    for name, corners in boxes:
        thing = add(root, "object")
        for tag, text in (("name", name), ("pose", "Unspecified"), ("truncated", 0), ("difficult", 0)):
            add(thing, tag, text)
        box = add(thing, "bndbox")
        for side, number in zip(SIDES, corners):
            add(box, side, number)
    ET.ElementTree(root).write(path, encoding="utf-8")


def add(parent, tag, text=None):
    child = ET.SubElement(parent, tag)
    child.text = None if text is None else str(text)
    return child
