"""Processor seconds that OpenCV and cleanvision take for the first JPEG files of a folder, on one thread.

`features.py FOLDER COUNT` prints one line of JSON. OpenCV computes the six metrics that Tidemill computes, the way
they are usually written with it and numpy; cleanvision looks for the issues it looks for by default.
"""

import contextlib
import io
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from cleanvision import Imagelab

FLAGS = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION


def metrics(picture):
    height, width = picture.shape[:2]
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    saturation = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)[..., 1]
    blue, green, red = (channel.astype(np.float32) for channel in cv2.split(picture))
    red_green, yellow_blue = red - green, 0.5 * (red + green) - blue
    (rg_mean, rg_std), (yb_mean, yb_std) = (cv2.meanStdDev(values) for values in (red_green, yellow_blue))
    colorfulness = np.hypot(rg_std, yb_std) + 0.3 * np.hypot(rg_mean, yb_mean)
    sharpness = cv2.Laplacian(grey, cv2.CV_64F).var()
    return width * height, height / width, grey.mean(), saturation.mean() / 255, sharpness, float(colorfulness[0, 0])


def seconds(work):
    started = time.process_time()
    work()
    return time.process_time() - started


def main():
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    cv2.setNumThreads(1)
    paths = sorted(folder.glob("*.jpg"))[:count]
    files = [np.frombuffer(path.read_bytes(), np.uint8) for path in paths]
    decode = lambda: [cv2.imdecode(file, FLAGS) for file in files]
    everything = lambda: [metrics(cv2.imdecode(file, FLAGS)) for file in files]
    decode()
    with tempfile.TemporaryDirectory() as copies:
        for path in paths:
            shutil.copy(path, copies)
        with contextlib.redirect_stdout(io.StringIO()):
            lab = Imagelab(data_path=copies, verbose=False)
            issues = seconds(lambda: lab.find_issues(n_jobs=1, verbose=False))
    figures = {"opencv_decode": seconds(decode), "opencv": seconds(everything), "cleanvision": issues}
    print(json.dumps(figures))


main()
