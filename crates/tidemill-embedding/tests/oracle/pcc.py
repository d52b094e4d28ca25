"""Makes pcc.json: cleansing by scikit-learn's k-means and brute force in numpy.

    pip install numpy scikit-learn==1.9.1 && python pcc.py > ../golden/pcc.json

Groups of vectors are separated, so that every k-means that is right finds the same centres.
"""

import json

import numpy as np
from sklearn.cluster import KMeans

DIMENSIONS, GROUPS, C0, C1 = 16, 6, 0.82, 0.40
random = np.random.default_rng(7)


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def stored(vectors):
    return unit(vectors).astype(np.float16).astype(np.float64)


def around(centre, count, spread):
    return stored(centre + spread * random.normal(size=(count, DIMENSIONS)))


def centres(vectors, count):
    labels = KMeans(count, n_init=10, random_state=0).fit(vectors).labels_
    return unit(np.stack([unit(vectors[labels == k].mean(0)) for k in range(count)]))


def similarity(cosine):
    return np.where(cosine <= C0, 0.9 * np.maximum(cosine, 0) / C0, 0.9 + 0.1 * (cosine - C0) / (1 - C0))


directions = unit(random.normal(size=(GROUPS, DIMENSIONS)))
positive = np.concatenate([around(directions[g], 5, 0.04) for g in range(4)])
negative = np.concatenate([around(directions[g], 4, 0.04) for g in (3, 4)])
data = np.concatenate([around(directions[g], 10, spread) for g in range(GROUPS) for spread in (0.05, 0.2)])
near = data @ centres(positive, 4).T
foreign = similarity((data @ centres(negative, 2).T).max(1))
alike = similarity(near.max(1))
distance = (1 - near.max(1)) / (5 * (1 - C1))
kept = ((alike >= 0.9) | (distance < 0.2)) & (alike > foreign)
# The smallest room a decision has: what is compared must not be a matter of the last digit.
room = min(np.abs(alike - foreign).min(), np.abs(distance - 0.2).min(), np.abs(alike - 0.9).min())
numbers = lambda vectors: [[float(v) for v in row] for row in vectors]
rounded = lambda values: [round(float(v), 5) for v in values]
print(json.dumps({
    "positive": numbers(positive), "negative": numbers(negative), "data": numbers(data), "room": round(float(room), 6),
    "kept": kept.tolist(), "similarity": rounded(alike), "foreign": rounded(foreign), "distance": rounded(distance),
    "prototype": (data @ positive.T).argmax(1).tolist(),
}))  # fmt: skip
