"""Metrics of predicted probabilities: ranking, calibration, and confidence intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Truth = NDArray[np.bool_]

BINS = 15


def roc_auc(truth: Truth, scores: Scores) -> float:
    """Probability that a positive is ranked above a negative, counting ties half (Mann & Whitney 1947).

    NaN if a class is empty.
    """
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if not positives or not negatives:
        return float("nan")
    _, index, number = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(number) - (number - 1) / 2)[index]
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def roc_curve(truth: Truth, scores: Scores) -> tuple[Scores, Scores]:
    """False and true positive rates, from the highest threshold to the lowest."""
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)
    true = np.cumsum(truth[order])[last] / max(1, truth.sum())
    false = np.cumsum(~truth[order])[last] / max(1, (~truth).sum())
    return np.append(0.0, false), np.append(0.0, true)


def average_precision(truth: Truth, scores: Scores) -> float:
    """Area under precision over recall, as a sum over the thresholds. NaN without positives."""
    if not truth.any():
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)
    hits, taken = np.cumsum(truth[order])[last], np.flatnonzero(last) + 1
    return float(np.sum(np.diff(np.append(0, hits)) / truth.sum() * hits / taken))


def reliability(truth: Truth, probabilities: Scores, bins: int = BINS) -> list[tuple[float, float, int]]:
    """Mean probability, share of positives and size of each non-empty bin; bins have equal width."""
    index = np.minimum((probabilities * bins).astype(int), bins - 1)
    return [
        (float(probabilities[here].mean()), float(truth[here].mean()), int(here.sum()))
        for here in (index == one for one in range(bins))
        if here.any()
    ]


def calibration_error(truth: Truth, probabilities: Scores, bins: int = BINS) -> float:
    """Expected calibration error (Naeini et al. 2015): the mean gap of the bins, weighted by their sizes."""
    gaps = [abs(mean - share) * size for mean, share, size in reliability(truth, probabilities, bins)]
    return sum(gaps) / max(1, len(truth))


def sigmoid(logits: Scores) -> Scores:
    """1 / (1 + exp(-z)), without overflow."""
    return np.asarray(np.exp(-np.logaddexp(0, -logits)))


def log_loss(truth: Truth, logits: Scores) -> float:
    """Mean negative log-likelihood in nats."""
    return float(np.mean(np.logaddexp(0, np.where(truth, -logits, logits))))


def fit_temperature(truth: Truth, logits: Scores) -> float:
    """The T that minimizes the log loss of ``sigmoid(logits / T)`` (Guo et al. 2017, section 4.2).

    The loss is convex in 1/T: golden-section search over 0.05 to 20.
    """
    low, high = 0.05, 20.0
    golden = (5**0.5 - 1) / 2
    for _ in range(60):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if log_loss(truth, logits * left) < log_loss(truth, logits * right):
            high = right
        else:
            low = left
    return 2 / (low + high)


def bootstrap_auc(
    truth: Truth, scores: Scores, other: Scores | None = None, *, samples: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """95% bootstrap interval of the ROC-AUC, or of its difference from that of ``other``."""
    random = np.random.Generator(np.random.Philox(seed))
    values = []
    for _ in range(samples):
        chosen = random.integers(0, len(truth), len(truth))
        value = roc_auc(truth[chosen], scores[chosen])
        values.append(value if other is None else value - roc_auc(truth[chosen], other[chosen]))
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)
