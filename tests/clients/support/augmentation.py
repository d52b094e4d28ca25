"""What augmentation does to pixels and boxes, computed with numpy and Pillow from the values that were drawn."""

import math

import numpy as np
from PIL import Image

GREY = np.array([9798, 19235, 3735])


def psnr(found, expected):
    """The ratio of peak signal to noise in decibels."""
    error = np.mean((found.astype(np.float64) - expected) ** 2)
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


def rounded(values):
    return np.clip(np.floor(values + 0.5), 0, 255).astype(np.uint8)


def padded(a, by):
    """With a border as filters see it: mirrored, the last line not twice."""
    return np.pad(a.astype(np.float64), ((by, by), (by, by), (0, 0)), mode="reflect")


def filtered(a, kernel):
    """A square kernel over every channel."""
    reach = len(kernel) // 2
    around, (height, width, _) = padded(a, reach), a.shape
    return sum(
        kernel[y, x] * around[y : y + height, x : x + width]
        for y in range(len(kernel)) for x in range(len(kernel)) if kernel[y, x]
    )  # fmt: skip


def blur(a, drawn):
    if drawn["blur_type"] == "Average":
        line = np.ones(drawn["ksize"])
    else:
        reach = max(1, math.ceil(3 * drawn["sigma"]))
        line = np.exp(-0.5 * (np.arange(-reach, reach + 1) / drawn["sigma"]) ** 2)
    line /= line.sum()
    return rounded(filtered(a, np.outer(line, line)))


def sharpen(a, drawn):
    kernel = np.full((3, 3), -drawn["alpha"])
    kernel[1, 1] = 1 + 8 * drawn["alpha"]
    return rounded(filtered(a, kernel))


def cut_out(a, drawn):
    product = a.copy()
    product[drawn["ymin"] : drawn["ymax"], drawn["xmin"] : drawn["xmax"]] = 0
    return product


def grayscale(a, _):
    grey = (a.astype(np.int64) @ GREY + 16384) >> 15
    return np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)


def light_contrast(a, drawn):
    v = np.arange(256.0)
    table = {
        "gamma": lambda: 255 * (v / 255) ** drawn["gamma"],
        "sigmoid": lambda: 255 / (1 + np.exp(drawn["gain"] * (drawn["cutoff"] - v / 255))),
        "log": lambda: 255 * drawn["gain"] * np.log2(1 + v / 255),
        "linear": lambda: 127 + drawn["alpha"] * (v - 127),
    }[drawn["func"]]()
    value = a.max(axis=2)
    after = rounded(table)[value].astype(np.float64)
    scaled = a * (after / np.maximum(value, 1))[..., None]
    return rounded(np.where(value[..., None] > 0, scaled, after[..., None]))


def padding(a, drawn):
    rows, columns = (drawn["top"], drawn["bottom"]), (drawn["left"], drawn["right"])
    return np.pad(a, (rows, columns, (0, 0)))


def scale(a, drawn):
    height, width, _ = a.shape
    side = {"X": width, "Y": height}[drawn["axis"]]
    side = max(1, math.floor(side * drawn["factor"] + 0.5))
    size = (side, height) if drawn["axis"] == "X" else (width, side)
    return np.asarray(Image.fromarray(a).resize(size, Image.Resampling.BILINEAR))


def translate(a, drawn):
    product, (height, width, _) = np.zeros_like(a), a.shape
    dx, dy = drawn["dx"], drawn["dy"]
    product[max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)] = a[
        max(0, -dy) : height - max(0, dy), max(0, -dx) : width - max(0, dx)
    ]
    return product


def sampled(a, x, y):
    """Between pixels, black outside."""
    around = np.pad(a.astype(np.float64), ((1, 1), (1, 1), (0, 0)))
    height, width, _ = a.shape
    x, y = np.clip(x + 1, 0, width + 0.999999), np.clip(y + 1, 0, height + 0.999999)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    across, down = (x - left)[..., None], (y - top)[..., None]
    upper = around[top, left] * (1 - across) + around[top, left + 1] * across
    lower = around[top + 1, left] * (1 - across) + around[top + 1, left + 1] * across
    return rounded(upper * (1 - down) + lower * down)


def rotate(a, drawn):
    height, width, _ = a.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    x, y = x - (width - 1) / 2, y - (height - 1) / 2
    sin, cos = math.sin(math.radians(drawn["angle"])), math.cos(math.radians(drawn["angle"]))
    return sampled(a, cos * x - sin * y + (width - 1) / 2, sin * x + cos * y + (height - 1) / 2)


def shear(a, drawn):
    height, width, _ = a.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    slope = math.tan(math.radians(drawn["angle"]))
    if drawn["axis"] == "X":
        return sampled(a, x - slope * (y - (height - 1) / 2), y)
    return sampled(a, x, y - slope * (x - (width - 1) / 2))


PIXELS = {
    "Blur": blur, "CutOut": cut_out, "Grayscale": grayscale, "LightContrast": light_contrast, "Padding": padding,
    "Rotate": rotate, "Scale": scale, "Shear": shear, "Sharpen": sharpen, "Translate": translate,
}  # fmt: skip


def visible(box, size):
    """The box rule: none if more than half is outside, else what is inside, unless it is thin."""
    clipped = inside(box, size)
    share = area(clipped) / area(box)
    if 1 - share > 0.5 or min(clipped[2] - clipped[0], clipped[3] - clipped[1]) < 2:
        return None
    return clipped


def inside(box, size):
    return [min(max(side, 0), size[number % 2]) for number, side in enumerate(box)]


def area(box):
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


def hull(box, move):
    corners = [move(x, y) for x in box[::2] for y in box[1::2]]
    xs, ys = zip(*corners)
    return [min(xs), min(ys), max(xs), max(ys)]


def turned(drawn, size):
    sin, cos = math.sin(math.radians(drawn["angle"])), math.cos(math.radians(drawn["angle"]))

    def move(x, y):
        x, y = x - size[0] / 2, y - size[1] / 2
        return cos * x + sin * y + size[0] / 2, cos * y - sin * x + size[1] / 2

    return move


def pushed(drawn, size):
    slope = math.tan(math.radians(drawn["angle"]))
    if drawn["axis"] == "X":
        return lambda x, y: (x + slope * (y - size[1] / 2), y)
    return lambda x, y: (x, y + slope * (x - size[0] / 2))


def moved(drawn, box, size):
    """Where a box of a picture of this size is in the product, rounded; `None` if it is dropped."""
    operator = drawn["operator"]
    if operator == "Padding":
        found = [side + drawn["top" if number % 2 else "left"] for number, side in enumerate(box)]
    elif operator == "Translate":
        found = visible([side + drawn["dy" if number % 2 else "dx"] for number, side in enumerate(box)], size)
    elif operator == "Scale":
        number = "XY".index(drawn["axis"])
        ratio = max(1, math.floor(size[number] * drawn["factor"] + 0.5)) / size[number]
        found = [side * ratio if place % 2 == number else side for place, side in enumerate(box)]
    elif operator == "Rotate":
        found = hull(box, turned(drawn, size))
    elif operator == "Shear":
        found = visible(hull(box, pushed(drawn, size)), size)
    elif operator == "CutOut":
        hole = [drawn["xmin"], drawn["ymin"], drawn["xmax"], drawn["ymax"]]
        both = [max(box[0], hole[0]), max(box[1], hole[1]), min(box[2], hole[2]), min(box[3], hole[3])]
        gone = area(both) if both[2] > both[0] and both[3] > both[1] else 0
        found = None if gone >= 0.9 * area(box) else box
    else:
        found = box
    return found and [math.floor(side + 0.5) for side in found]
