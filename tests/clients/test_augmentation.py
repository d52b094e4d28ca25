"""Every augmentation operator that no other test runs, as a task on real pictures with boxes: pixels, boxes, manifest,
reasons. What is expected is computed here from the values that the manifest says were drawn."""

import io
import json
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from support import augmentation, names, objects, pictures
from support.processing import Tasks, operator, request

# What runs, and how far a pixel may be from what is computed here; none: only properties are known.
RUNS = {
    "Blur": ({}, 1),
    "Blur Average": ({"blur_type": "Average"}, 1),
    "CutOut": ({}, 0),
    "Grayscale": ({}, 0),
    "LightContrast": ({}, 1),
    "LightContrast sigmoid": ({"func": "sigmoid"}, 1),
    "LightContrast log": ({"func": "log"}, 1),
    "LightContrast linear": ({"func": "linear"}, 1),
    "Padding": ({"px_top": 3, "px_right": 5, "px_left": 7, "px_bottom": 11}, 0),
    "Rotate": ({"angle_min": -12, "angle_max": 12}, 1),
    "Scale": ({}, 2),
    "Scale Y": ({"scaleXY": "Y"}, 2),
    "Sharpen": ({}, 1),
    "Shear": ({}, 1),
    "Shear Y": ({"shearXY": "Y"}, 1),
    "Translate": ({}, 0),
    "Translate Y": ({"translateXY": "Y"}, 0),
    "Weather": ({}, None),
    "Weather Fog": ({"weather_mode": "Fog"}, None),
    "Weather Snow": ({"weather_mode": "Snow"}, None),
    "Weather Clouds": ({"weather_mode": "Clouds"}, None),
}
SIZE = (160, 120)
MIDDLE, CORNER = [60, 40, 100, 80], [0, 0, 30, 20]
# The boxes of each picture, and what it is written as. JPEG loses something.
INPUTS = {
    "a.png": [MIDDLE], "b.bmp": [MIDDLE, [20, 30, 90, 70]], "c.png": [MIDDLE, CORNER], "d.bmp": [], "e.jpg": [MIDDLE],
}  # fmt: skip


def label_file(name, boxes):
    sides = ("xmin", "ymin", "xmax", "ymax")
    shape = [f"<bndbox>{''.join(f'<{s}>{v}</{s}>' for s, v in zip(sides, box))}</bndbox>" for box in boxes]
    each = [f"<object><name>o{n}</name><pose>Left</pose>{box}</object>" for n, box in enumerate(shape)]
    size = f"<size><width>{SIZE[0]}</width><height>{SIZE[1]}</height><depth>3</depth></size>"
    return f"<annotation><filename>{name}</filename>{size}{''.join(each)}</annotation>".encode()


def pixels(body):
    return np.asarray(Image.open(io.BytesIO(body)).convert("RGB"))


class Ran:
    """The completed runs of all operators over the same pictures."""

    def __init__(self, server):
        self.server, self.tasks = server, Tasks(server)
        self.bucket = objects.make_bucket(server, names.fresh("augment"))
        self.inputs = {}
        files = {}
        for (name, boxes), photo in zip(INPUTS.items(), pictures.of("photos", len(INPUTS)).values()):
            encoded = io.BytesIO()
            picture = Image.open(io.BytesIO(photo)).convert("RGB").resize(SIZE)
            picture.save(encoded, {"png": "PNG", "bmp": "BMP", "jpg": "JPEG"}[name[2:]])
            files[name] = encoded.getvalue()
            self.inputs[name] = pixels(files[name])
            if boxes:
                files[name[:2] + "xml"] = label_file(name, boxes)
        pictures.upload(server, self.bucket, files)
        self.begun = {run: self.tasks.create(self.body(run, params))["task_id"] for run, (params, _) in RUNS.items()}

    def body(self, run, params):
        operators = [operator(run.split()[0], task_type="object_detection", **params)]
        return request(names.fresh("aug"), self.bucket, operators, template="sys_data_augmentation")

    def products(self, run):
        """The version of a run, and for each picture its manifest line, its pixels and its label file."""
        version = self.tasks.ended(self.begun[run])
        assert version["status"] == 2, version
        output = version["work_path"]["output_path"].removeprefix(f"/{self.bucket}/")
        written = objects.contents(self.server, self.bucket, output)
        found = {}
        for line in map(json.loads, written.pop(output + "output.manifest").splitlines()):
            key = line["source"].removeprefix(f"obs://{self.bucket}/")
            name = key.removeprefix(output + "Data/")
            label = line.get("annotation", [{}])[0].get("annotation-loc", "").removeprefix(f"obs://{self.bucket}/")
            found[name] = (line, written.pop(key), written.pop(label) if label else None)
        assert written == {}, "the manifest lists all there is"
        return version, found


@pytest.fixture(scope="module")
def ran(server):
    return Ran(server)


@pytest.mark.parametrize("run", RUNS)
def test_an_operator_makes_what_is_computed_from_what_was_drawn(ran, run):
    version, products = ran.products(run)
    name, tolerance = run.split()[0], RUNS[run][1]
    for picture, (line, body, labels) in products.items():
        drawn = line["property"]["@tidemill:aug"]
        assert drawn["operator"] == name
        before, after = ran.inputs[picture], pixels(body)
        if tolerance is None:
            assert after.shape == before.shape
            weather(drawn, before, after, picture)
        else:
            expected = augmentation.PIXELS[name](before, drawn)
            assert after.shape == expected.shape
            away = np.abs(after.astype(int) - expected)
            lossy = picture.endswith("jpg")
            assert lossy or away.max() <= tolerance, (picture, drawn, away.max())
            assert augmentation.psnr(after, expected) >= (30 if lossy else 45), (picture, drawn)
        kind = Image.open(io.BytesIO(body)).format
        assert kind == {"png": "PNG", "bmp": "BMP", "jpg": "JPEG"}[picture[2:]]
        check_labels(picture, drawn, after, labels)
    check_rows(ran.tasks, version, products, name)


def weather(drawn, before, after, picture):
    mode = drawn["weather_mode"]
    lossy = 8 if picture.endswith("jpg") else 0
    if mode == "Rain":
        lower = augmentation.rounded(127 + 0.85 * (before.astype(float) - 127))
        wet = np.any(np.abs(after.astype(int) - lower) > lossy, axis=2).mean()
        # Little rain falls on a small picture.
        assert 0 < wet <= 0.35, wet
    else:
        assert after.mean() > before.mean()
    if mode == "Fog":
        assert after.std() < before.std()


def check_labels(picture, drawn, after, labels):
    """Boxes where they have to be, in the order of the input, with everything else as it was."""
    if not INPUTS[picture]:
        assert labels is None
        return
    root = ElementTree.fromstring(labels)
    height, width, _ = after.shape
    assert [root.findtext(f"size/{side}") for side in ("width", "height", "depth")] == [str(width), str(height), "3"]
    assert root.findtext("filename") == picture
    expected = {}
    for number, box in enumerate(INPUTS[picture]):
        now = augmentation.moved(drawn, box, SIZE)
        if now:
            expected[f"o{number}"] = now
    found = {}
    for one in root.iter("object"):
        assert one.findtext("pose") == "Left"
        found[one.findtext("name")] = [int(one.findtext(f"bndbox/{s}")) for s in ("xmin", "ymin", "xmax", "ymax")]
    assert found == expected and list(found) == sorted(found), drawn
    assert all(box == augmentation.inside(box, (width, height)) for box in found.values())


def check_rows(tasks, version, products, name):
    """A row for each product, and for each picture that has none a reason among the withdrawn."""
    rows = tasks.results(version)
    assert [row["new_source"].rsplit("/", 1)[1] for row in rows] == list(products) == sorted(products)
    for row in rows:
        assert row["result_property"] == 3
        assert row["result_description"][0][-1] == f"use {name} augmentation"
        assert row["tidemill"]["reasons"][-1]["code"] == f"augmented_{name.lower()}"
    withdrawn = tasks.results(version, tidemill_withdrawn="true")
    gone = {row["origin_source"].rsplit("/", 1)[1]: row["tidemill"]["reasons"][-1]["code"] for row in withdrawn}
    assert set(gone) == set(INPUTS) - set(products) and all("new_source" not in row for row in withdrawn)
    drops = {"Rotate": "box_leaves_image"} | dict.fromkeys(("Translate", "Shear", "CutOut"), "no_box_left")
    assert set(gone.values()) <= {drops.get(name)}
    if name == "Rotate":
        assert "c.png" in gone, "the box in its corner leaves at any angle"
        assert "box_leaves_image" in version["tidemill"]["warnings"][0]
    counters = [version[f"{which}_sample_count"] for which in ("origin", "unmodified", "modified", "deleted", "add")]
    assert counters == [len(INPUTS), len(INPUTS), 0, 0, len(products)]
