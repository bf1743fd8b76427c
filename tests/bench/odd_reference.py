"""What an audit ranks by, once more in numpy: a view at a time, and all joined. Slow and short: to tell whether a
figure is the method's or the program's. numpy, Pillow.

Letters: x rows (n, d), u log distances (n), z how many robust deviations above the median."""
import numpy as np
from PIL import Image

CORE_SHARE, NEIGHBOURS, AXES, SAMPLE, STEPS = 0.6, 0.25, 20, 500, 4
TOPS, SURE = (0.02, 0.05), 3              # the oddest by the anchor; standard errors
FULL, VERY_FAR, ALONE = 4, 8, 0.5         # deviations that count in full; from which a view counts alone; and how much
FAR, HILL, FAR_WITHOUT = 3.5, 2, 6        # flagged: widths above the median; with a second hill; without an anchor
PRIOR, STRENGTH = 0.02, 0.3               # share of odd rows believed, and pseudo-rows behind it for each row
MEASURES = ("ground_lightness ground_saturation ground_even ground_near_white product_share fill_by_edges "
            "sides_touched sharpness light_1 light_50 light_99 contrast colourfulness chroma chroma_99 "
            "common_colour").split()


def squared(x, y):
    return np.maximum((x * x).sum(1)[:, None] + (y * y).sum(1)[None] - 2 * x @ y.T, 0)


def density(x, seed):
    """Distance to the neighbour that is a quarter of a sample of the rows away."""
    sample = np.random.default_rng(seed).permutation(len(x))[:SAMPLE]
    d = squared(x, x[sample])
    d[sample, np.arange(len(sample))] = np.inf
    k = max(round(NEIGHBOURS * len(sample)), 1)
    return np.partition(d, k - 1, axis=1)[:, k - 1]


def distance(x, kept, axes):
    """Log Mahalanobis distance from the kept rows: a variance for each of a few axes, one for all the rest."""
    mean = x[kept].mean(0)
    c = x - mean
    variance, axis = np.linalg.eigh(c[kept].T @ c[kept] / kept.sum())
    variance, axis = variance[::-1], axis[:, ::-1]
    rest = max(np.maximum(variance[axes:], 0).mean(), 1e-12 * variance[0])
    along = c @ axis[:, :axes]
    off = np.maximum((c * c).sum(1) - (along * along).sum(1), 0)
    return 0.5 * np.log(np.maximum((along ** 2 / np.maximum(variance[:axes], rest)).sum(1) + off / rest, 1e-300))


def core(x, axes=AXES, seed=1):
    """Log distance from the dense core of the rows."""
    x = np.asarray(x, np.float64)
    axes = int(min(axes, x.shape[1] - 1, CORE_SHARE * len(x) / 10))
    u = density(x, seed)
    for step in range(STEPS):
        u = distance(x, u <= np.quantile(u, CORE_SHARE), axes)
    return u


def standard(x):
    """Columns on one scale, without what is unknown."""
    columns = []
    for c in np.asarray(x, np.float64).T:
        known = np.isfinite(c)
        if not known.any():
            continue
        middle, (low, high) = np.median(c[known]), np.percentile(c[known], [25, 75])
        c = np.where(known, c, middle)
        columns.append(np.clip((c - middle) / max((high - low) / 1.349, c.std() / 4, 1e-6), -8, 8))
        if 0.01 < known.mean() < 0.99:
            columns.append((known.mean() - known) / known.std())
    return np.stack(columns, 1)


def robust(u):
    low, middle, high = np.percentile(u, [25, 50, 75])
    return (u - middle) / max((high - low) / 1.349, 1e-9)


def counted(z):
    """What is farther is only a little odder."""
    return np.maximum(np.where(z <= FULL, z, FULL + 0.1 * np.log1p(np.maximum(z - FULL, 0))), -FULL)


def ranks(u):
    """Mid-ranks, from 1."""
    values, inverse, count = np.unique(u, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[inverse]


def auc(u, odd):
    """ROC AUC; NaN where all are odd, or none."""
    a, b = odd.sum(), (~odd).sum()
    return (ranks(u)[odd].sum() - a * (a + 1) / 2) / (a * b) if a and b else float("nan")


def weight(anchor, u):
    """How surely a view tells the oddest by the anchor from the rest, 0 to 1."""
    found = 0.0
    for share in TOPS:
        k = max(round(share * len(u)), 1)
        odd = anchor >= np.sort(anchor)[-k]
        found = max(found, 2 * (auc(u, odd) - 0.5 - SURE / np.sqrt(12 * k)))
    return found


def added(z, w):
    """By a view that agrees with the anchor as much as w; and, where it is very far, by one that does not."""
    return w * np.maximum(counted(z), 0) + (1 - w) * ALONE * np.clip(z / VERY_FAR - 1, 0, 1)


def join(views):
    """Views by name, `meaning` where there is one: the joined value, and the weight of each."""
    z = {name: robust(u) for name, u in views.items()}
    if "meaning" not in z:
        return sum(counted(v) for v in z.values()), dict.fromkeys(z, 1.0)
    weights = {name: 1.0 if name == "meaning" else weight(z["meaning"], v) for name, v in z.items()}
    return counted(z["meaning"]) + sum(added(v, weights[name]) for name, v in z.items() if name != "meaning"), weights


def split_odds(s):
    """Log odds of the odd side of two normal distributions of one width; a small share is believed beforehand."""
    share, theme = 0.1, np.median(s)
    width = max(theme - np.percentile(s, 16), 1 / 64)
    odd = max(np.percentile(s, 97), theme + width)
    for step in range(200):
        log_odds = np.log(share / (1 - share)) + (odd - theme) / width ** 2 * (s - (theme + odd) / 2)
        p = 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))
        before, theme = theme, ((1 - p) * s).sum() / (1 - p).sum()
        square = ((1 - p) * (s - before) ** 2).sum() / (1 - p).sum() - (theme - before) ** 2
        width = max(np.sqrt(max(square, 0)), 1 / 64)
        odd = (p * s).sum() / p.sum()
        last, share = share, np.clip((p.mean() + STRENGTH * PRIOR) / (1 + STRENGTH), 1e-9, 1 - 1e-9)
        if abs(share - last) < 1e-9:
            break
    share = np.clip(p.mean(), 1e-9, 0.5)
    return np.log(share / (1 - share)) + (odd - theme) / width ** 2 * (s - (theme + odd) / 2)


def flagged(s, anchored):
    """Few are odd, so the lower half tells how wide the upper one would be without them."""
    low, middle = np.percentile(s, [16, 50])
    t = (s - middle) / max(middle - low, 1e-9)
    return (t > FAR) | ((t > HILL) & (split_odds(s) > 0)) if anchored else t > FAR_WITHOUT


def small_pictures(images):
    """16 x 16 pixels on a curve that is steep near black and near white."""
    small = [np.asarray(Image.fromarray(image.squeeze()).resize((16, 16), Image.Resampling.BICUBIC))
             for image in images]
    return 2 / np.pi * np.arcsin(np.sqrt(np.stack(small).reshape(len(small), -1) / 255.0))


def rank(features, images, measures, names, representative, least=5):
    """All of it, of features (n, d) or None, images (n, side, side, channels), measures (n, m) of these names, and the
    row that stands for each: views, joined value, weights, flagged, for each of the n."""
    best, back, count = np.unique(representative, return_inverse=True, return_counts=True)
    views = {}
    if features is not None:
        views["meaning"] = core(features[best])
    views["layout"] = core(small_pictures(images[i] for i in best), axes=0)
    views["measured"] = core(standard(measures[best][:, [names.index(m) for m in MEASURES]]))
    joined, weights = join(views)
    odd = flagged(joined, "meaning" in views) | (count >= least)
    joined = np.where(count >= least, np.maximum(joined, 2 * np.log2(count)), joined)
    return {name: u[back] for name, u in views.items()}, joined[back], weights, odd[back]
