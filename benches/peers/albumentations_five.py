"""Decode, five augmentations, encode with albumentations and OpenCV: what tidemill-bench measures itself against.

Each line on standard input starts a round over the pictures named as arguments; one line of JSON tells what it took.
One thread and its processor time, the same operators and ranges as in benches/src/augment.rs, JPEG quality 95 with full colour resolution.
"""

import json
import sys
import time

import albumentations
import cv2

cv2.setNumThreads(1)

OPERATORS = [
    ("Rotate", albumentations.Rotate(limit=(-90, 90), border_mode=cv2.BORDER_CONSTANT, p=1)),
    ("MotionBlur", albumentations.MotionBlur(blur_limit=(5, 15), p=1)),
    ("LightContrast", albumentations.RandomGamma(gamma_limit=(60, 170), p=1)),
    ("Saturation", albumentations.HueSaturationValue(9, 40, 0, p=1)),
    ("AddNoise", albumentations.GaussNoise(std_range=(5 / 255, 5 / 255), p=1)),
]
ENCODING = [
    cv2.IMWRITE_JPEG_QUALITY, 95,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
]  # fmt: skip


def one(picture, steps):
    """A picture through all steps; adds their seconds to `steps`."""

    def step(name):
        nonlocal before
        now = time.thread_time()
        steps[name] = steps.get(name, 0) + now - before
        before = now

    before = time.thread_time()
    image = cv2.imread(picture, cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)
    step("decode")
    for name, operator in OPERATORS:
        image = operator(image=image)["image"]
        step(name)
    image = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    cv2.imencode(".jpg", image, ENCODING)
    step("encode")


def main():
    """One round for each line."""
    pictures = sys.argv[1:]
    for _ in sys.stdin:
        steps = {}
        start = time.thread_time()
        for picture in pictures:
            one(picture, steps)
        rate = len(pictures) / (time.thread_time() - start)
        per_image = {name: seconds * 1e3 / len(pictures) for name, seconds in steps.items()}
        print(json.dumps({"images_s": rate, "steps": per_image}), flush=True)


main()
