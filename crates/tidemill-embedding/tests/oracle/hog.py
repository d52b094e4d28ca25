"""Makes hog.json: histograms of gradients of small grey images, by scikit-image.

    pip install numpy scikit-image==0.26.0 && python hog.py > ../golden/hog.json

The images are drawn by a formula that tests/embedding/hog.rs repeats, so that no file is needed.
"""

import json

import numpy as np
from skimage.feature import hog


def image(kind):
    y, x = np.mgrid[0:64, 0:64].astype(np.int64)
    if kind == 0:
        return (x * 3 + y) % 256
    if kind == 1:
        return ((x // 7 + y // 5) % 2) * 200 + 20
    if kind == 2:
        return (x * x + y * y) // 32 % 256
    return (x * 37 + y * 101 + x * y * 13) % 256


def features(kind):
    values = hog(
        image(kind).astype(np.float64), orientations=8, pixels_per_cell=(16, 16), cells_per_block=(2, 2),
        block_norm="L2-Hys",
    )  # fmt: skip
    return [round(float(value), 6) for value in values]


print(json.dumps([features(kind) for kind in range(4)]))
