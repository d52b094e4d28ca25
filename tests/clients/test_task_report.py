"""`tidemill task report`: what a reader of the page sees, whatever the names of the files are."""

import re
from html.parser import HTMLParser

import pytest

from support import names, objects, pictures
from support.processing import Tasks, operator, request

HOSTILE = '"><img src=x onerror=alert(1)>&\u202egpj.jpg'


@pytest.fixture
def tasks(server):
    return Tasks(server)


class Page(HTMLParser):
    """The visible text of a page, its pictures as [alt], and the elements that it has."""

    def __init__(self, markup):
        super().__init__()
        self.text, self.elements, self.hidden = [], set(), False
        self.feed(markup)
        self.text = re.sub(r"\s+", " ", " ".join(self.text)).strip()

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.hidden = tag in ("style", "title")
        assert not [name for name, _ in attrs if name.startswith("on")], attrs
        if tag == "img":
            assert dict(attrs)["src"].startswith("data:image/jpeg;base64,"), attrs
            self.text.append(f"[{dict(attrs)['alt']}]")

    def handle_endtag(self, tag):
        self.hidden = False

    def handle_data(self, data):
        self.text += [] if self.hidden else [data]


def report(server, version, path, *more):
    done = server.command("task", "report", version["task_id"], "--endpoint", server.api, "--output", str(path), *more)
    assert done.returncode == 0, done.stderr
    page = Page(path.read_text())
    assert not page.elements & {"script", "link", "iframe", "object"}, page.elements
    return page


def completed(tasks, bucket, operators, **more):
    return tasks.completed(request(names.fresh("report"), bucket, operators, **more))


def test_changed_and_dropped_files_and_lonely_label_files(server, tasks, tmp_path):
    bucket = objects.make_bucket(server, names.fresh("report"))
    picture = next(iter(pictures.of("photos", 1).values()))
    boxes = (b"<annotation><size><width>9</width><height>9</height><depth>3</depth></size><object><name>cat</name>"
             b"<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>8</xmax><ymax>8</ymax></bndbox></object></annotation>")  # fmt: skip
    files = {"a.jpg": picture, HOSTILE: picture[: len(picture) // 2], "png.png": picture, "lonely.xml": boxes}
    pictures.upload(server, bucket, files)
    version = completed(tasks, bucket, [operator("MetaValidation")])
    page = report(server, version, tmp_path / "report.html")
    assert "4 samples: 1 kept as they are, 1 changed, 2 dropped, 0 added" in page.text
    dropped, changed = page.text.split("Samples that were dropped")[1].split("Samples that were changed")
    assert "\"><img src=x onerror=alert(1)>&\\u{202e}gpj.jpg" in dropped and "before: cannot be shown after: none" in dropped
    assert re.search(rf"s3://{bucket}/in/lonely.xml .* a label file without a picture", dropped)
    assert re.search(rf"s3://{bucket}/in/png.png .* now obs://{bucket}/out/\S+ \[before\] before \[after\] after", changed)
    assert "a.jpg" not in changed and "Samples that were added" not in page.text


def test_set_operators_augmentation_and_nothing(server, tasks, tmp_path):
    bucket = objects.make_bucket(server, names.fresh("report"))
    found = list(pictures.of("photos", 4).values())
    pictures.upload(server, bucket, {"a.jpg": found[0], "b.jpg": found[0], "c.jpg": found[1], "d.jpg": found[2]})
    operators = [operator("SimDeduplication"), operator("RRD", sample_ratio="0.34")]
    selected = completed(tasks, bucket, operators, template="sys_data_selection")
    page = report(server, selected, tmp_path / "selected.html")
    assert "4 samples: 1 kept as they are, 0 changed, 3 dropped, 0 added" in page.text
    assert page.text.count("[before] before after: none") == 3, page.text
    # Which one of the twins goes is drawn from their names.
    twin = rf"s3://{bucket}/in/(a|b).jpg all its pixels are those of \S+ compared with obs://{bucket}/in/(a|b).jpg"
    first, second = re.search(twin, page.text).groups()
    assert first != second, page.text

    added = completed(tasks, bucket, [operator("Flip")], template="sys_data_augmentation")
    page = report(server, added, tmp_path / "added.html", "--samples", "1")
    assert "Samples that were added" in page.text and page.text.count("[after] after") == 1
    assert "Only the first 1 are shown." in page.text and "withdrawn" not in page.text

    # Both twins are mirrored; of what they become one is enough.
    thinned = completed(tasks, bucket, [operator("Flip"), operator("SimDeduplication")], template="sys_data_augmentation")
    withdrawn = report(server, thinned, tmp_path / "thinned.html").text.split("Samples that were withdrawn")[1]
    assert re.search(rf"s3://{bucket}/in/(a|b).jpg .*all its pixels are those of \S+", withdrawn), withdrawn
    assert withdrawn.count("[before] before after: none") == 1, withdrawn

    pictures.upload(server, bucket, {"notes.txt": b"no picture"}, "nothing/")
    nothing = completed(tasks, bucket, [operator("MetaValidation")], source="nothing/")
    page = report(server, nothing, tmp_path / "nothing.html")
    assert "0 samples: 0 kept as they are" in page.text and "No sample was dropped, changed, added or withdrawn." in page.text
