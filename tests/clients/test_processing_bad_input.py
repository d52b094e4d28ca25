"""Files that are not what they seem, as input of a task: each one is left out or mended, and the row says why."""

import struct
import time
import zlib

import pytest

from support import images, names, objects, pictures, png
from support.processing import Tasks, operator, request
from support.server import Server

# Decoding what claims to be huge must not take memory by its claim.
MEMORY_GROWTH_MAX = 256 << 20


@pytest.fixture(scope="module")
def tasks():
    server = Server().start()
    yield Tasks(server)
    server.close()


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bomb(width, height):
    """A PNG of a few kilobytes that unpacks to width x height grey pixels."""
    packer = zlib.compressobj(9)
    row = bytes(width + 1)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def jpeg_claiming(data, width, height):
    """A JPEG whose frame header names another size."""
    marker = data.index(b"\xff\xc0")
    return data[: marker + 5] + struct.pack(">HH", height, width) + data[marker + 9 :]


def rows(tasks, bucket, operators, template="sys_data_validation"):
    """The completed version and its rows by name."""
    version = tasks.completed(request(names.fresh("bad"), bucket, operators, template=template))
    return version, {row["origin_source"].rsplit("/", 1)[1]: row for row in tasks.results(version)}


def test_files_that_are_no_whole_pictures_are_left_out_and_others_mended(tasks):
    server = tasks.server
    bucket = objects.make_bucket(server, names.fresh("bad"))
    photo = next(iter(pictures.of("photos", 1).values()))
    whole_png = (images.folder() / "packages/scikit-image/coffee.png").read_bytes()
    dropped = {
        "empty.jpg": b"", "text.jpg": b"this is no picture\n" * 99, "half.jpg": photo[: len(photo) // 2],
        "no-end.jpg": photo[:-2], "head.jpg": photo[:3], "half.png": whole_png[: len(whole_png) // 2],
        "flipped.png": whole_png[:5000] + bytes([whole_png[5000] ^ 0xFF]) + whole_png[5001:],
        "zip.png": b"PK\x03\x04" + bytes(500), "svg.bmp": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "huge.png": b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 16, 6, 0, 0, 0)),
        "claims.jpg": jpeg_claiming(photo, 65535, 65535), "bomb.png": bomb(50_000, 20_000),
        "zero.bmp": b"BM" + bytes(52), "elf.jpeg": b"\x7fELF" + bytes(4000),
    }  # fmt: skip
    mended = {"png.jpg": whole_png, "jpeg.png": photo, "logo.png": (images.folder() / "packages/scikit-image/logo.png").read_bytes()}
    kept = {"fine.jpg": photo, "drawn.png": png.picture(40, 30), "more.jpg": photo + b"trailing bytes"}
    pictures.upload(server, bucket, dropped | mended | kept)
    memory, began = server.memory_bytes(), time.monotonic()
    version, found = rows(tasks, bucket, [operator("MetaValidation")])
    assert server.memory_bytes() - memory < MEMORY_GROWTH_MAX and time.monotonic() - began < 60

    def by(fate):
        return {name for name, row in found.items() if row["result_property"] == fate}

    assert (by(2), by(1), by(0)) == (set(dropped), set(mended), set(kept))
    for name in dropped:
        assert found[name]["tidemill"]["reasons"][0]["code"] == "undecodable", found[name]
        assert all(found[name]["result_description"]), "a reason in both languages"
    assert found["png.jpg"]["new_source"].endswith("/Data/png_checked.png")
    assert found["jpeg.png"]["new_source"].endswith("/Data/jpeg_checked.jpg")
    output = version["work_path"]["output_path"].removeprefix(f"/{bucket}/")
    written = objects.contents(server, bucket, output + "Data/")
    assert written[output + "Data/png_checked.png"] == whole_png and written[output + "Data/fine.jpg"] == photo
    assert {key.removeprefix("in/"): body for key, body in objects.contents(server, bucket, "in/").items()} == (
        dropped | mended | kept)  # fmt: skip


HOSTILE = {
    "entities.xml": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>"
    + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><annotation><object><name>&j;</name></object></annotation>",
    "outside.xml": b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><annotation><object><name>&x;</name>"
    b"</object></annotation>",
    "deep.xml": b"<annotation>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</annotation>",
    "wide.xml": b"<annotation>" + b"<object/>" * 2_000_000 + b"</annotation>",
    "cut.xml": b"<annotation><object><name>x</name><bndbox><xmin>1</xmin>",
    "other.xml": b"<html/>",
    "empty.xml": b"",
    "binary.xml": bytes(range(256)) * 40,
}
BOX = b"<bndbox><xmin>%d</xmin><ymin>%d</ymin><xmax>%d</xmax><ymax>%d</ymax></bndbox>"


def test_hostile_label_files_are_dropped_and_their_pictures_stay(tasks):
    server = tasks.server
    bucket = objects.make_bucket(server, names.fresh("xml"))
    photo = next(iter(pictures.of("photos", 1).values()))
    files = dict(HOSTILE)
    files["mended.xml"] = (
        b"<annotation><size><width>1</width><height>1</height></size>"
        + b"<object><name>in</name>" + BOX % (10, 10, 50, 60) + b"</object>"
        + b"<object><name>swapped</name>" + BOX % (50, 10, 10, 60) + b"</object>"
        + b"<object><name>far</name>" + BOX % (9000, 10, 9100, 60) + b"</object></annotation>"
    )  # fmt: skip
    files |= {name.replace(".xml", ".jpg"): photo for name in files}
    pictures.upload(server, bucket, files)
    memory, began = server.memory_bytes(), time.monotonic()
    version, found = rows(tasks, bucket, [operator("MetaValidation", task_type="object_detection")])
    assert server.memory_bytes() - memory < MEMORY_GROWTH_MAX and time.monotonic() - began < 60
    assert len(found) == len(files) // 2 and {row["result_property"] for row in found.values()} == {1}
    output = version["work_path"]["output_path"].removeprefix(f"/{bucket}/") + "Data/"
    labels = {key: body for key, body in objects.contents(server, bucket, output).items() if key.endswith(".xml")}
    assert set(labels) == {output + "mended_checked.xml"}
    text = labels[output + "mended_checked.xml"]
    assert b"<name>in</name>" in text and b"swapped" not in text and b"far" not in text and b"passwd" not in text
    codes = {reason["code"] for reason in found["mended.jpg"]["tidemill"]["reasons"]}
    assert {"min_gt_max", "mostly_outside", "size_fixed"} <= codes
    for name in HOSTILE:
        codes = {reason["code"] for reason in found[name.replace(".xml", ".jpg")]["tidemill"]["reasons"]}
        assert codes & {"unparsable", "no_object", "no_bndbox"}, (name, codes)
    # The same through an operator that is no validation: boxes are carried along or the picture goes without.
    version, found = rows(tasks, bucket, [operator("Flip", task_type="object_detection")], "sys_data_augmentation")
    assert version["add_sample_count"] == len(files) // 2


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        (lambda body: body["inputs"][0].update(source="/no-such-bucket-here/in/"), "4311", "no-such-bucket-here"),
        (lambda body: body["inputs"][0].update(source=body["inputs"][0]["source"] + "nothing/"), "4312", "nothing"),
        (lambda body: body["inputs"][0].update(type="CUSTOM"), "0104", "CUSTOM"),
        (lambda body: body["work_path"].update(path="/no-such-bucket-here/out/"), "4311", "no-such-bucket-here"),
        (lambda body: body["work_path"].update(path=body["inputs"][0]["source"]), "4374", "work_path"),
        (lambda body: body["work_path"].update(path=body["inputs"][0]["source"] + "out/"), "4374", "work_path"),
        (lambda body: body["work_path"].update(path=body["inputs"][0]["source"].removesuffix("in/")), "4205", "work_path"),
        (lambda body: body.update(data_source=body["inputs"][0]), "0104", "data_source"),
        (lambda body: body.update(name="a b"), "0104", "a b"),
        (lambda body: body["template"].update(id="sys_data_nonsense"), "0104", "sys_data_nonsense"),
    ],
)
def test_requests_that_lead_nowhere_are_refused_and_leave_nothing(tasks, change, code, told):
    bucket = objects.make_bucket(tasks.server, names.fresh("nowhere"))
    pictures.upload(tasks.server, bucket, pictures.of("photos", 1))
    count = len(tasks.call("GET", "processor-tasks", params={"limit": 100})["tasks"])
    body = request(names.fresh("bad"), bucket, [operator("MetaValidation")])
    change(body)
    refused = tasks.create(body, expect=400)
    assert refused["error_code"] == f"ModelArts.{code}" and told in refused["error_msg"], refused
    assert len(tasks.call("GET", "processor-tasks", params={"limit": 100})["tasks"]) == count
    assert objects.keys(tasks.server, bucket, "out/") == []
