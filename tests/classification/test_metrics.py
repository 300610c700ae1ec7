"""Metrics, against scikit-learn, SciPy and sums written out."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn import metrics as judge

from antiderive.classification.metrics import (
    average_precision,
    bootstrap_auc,
    calibration_error,
    fit_temperature,
    log_loss,
    reliability,
    roc_auc,
    roc_curve,
    sigmoid,
)


@pytest.fixture(params=["distinct", "ties"])
def judged(request, random):
    truth = random.random(400) < 0.3
    scores = np.clip(0.4 * truth + 0.5 * random.random(400), 0, 1)
    return truth, scores if request.param == "distinct" else scores.round(1)


def test_ranking_is_that_of_scikit_learn(judged):
    truth, scores = judged
    assert roc_auc(truth, scores) == pytest.approx(judge.roc_auc_score(truth, scores), abs=1e-12)
    assert average_precision(truth, scores) == pytest.approx(
        judge.average_precision_score(truth, scores), abs=1e-12
    )
    false, true = roc_curve(truth, scores)
    assert np.trapezoid(true, false) == pytest.approx(judge.roc_auc_score(truth, scores), abs=1e-12)


def test_an_empty_class_has_no_area():
    assert np.isnan(roc_auc(np.ones(3, dtype=bool), np.arange(3.0)))
    assert np.isnan(average_precision(np.zeros(3, dtype=bool), np.arange(3.0)))


def test_calibration_error_is_the_sum_written_out(judged):
    truth, scores = judged
    total = 0.0
    for low in range(10):
        here = [
            k for k in range(400) if (low / 10 <= scores[k] < (low + 1) / 10) or (low == 9 and scores[k] == 1)
        ]
        if here:
            total += abs(sum(scores[k] for k in here) - sum(bool(truth[k]) for k in here)) / 400
    assert calibration_error(truth, scores, bins=10) == pytest.approx(total, abs=1e-12)
    assert sum(size for *_, size in reliability(truth, scores)) == 400


def test_temperature_is_the_minimum(random):
    # Logits that are three times too sure.
    true = random.normal(size=3000) * 2
    truth = random.random(3000) < sigmoid(true)
    logits = 3 * true
    found = fit_temperature(truth, logits)
    best = minimize_scalar(
        lambda t: judge.log_loss(truth, sigmoid(logits / t)), bounds=(0.05, 20), method="bounded"
    )
    assert found == pytest.approx(best.x, rel=1e-3) and 2.5 < found < 3.5
    assert log_loss(truth, logits / found) == pytest.approx(best.fun, abs=1e-6)
    assert (
        calibration_error(truth, sigmoid(logits / found)) < 0.03 < calibration_error(truth, sigmoid(logits))
    )


def test_sigmoid_of_large_numbers():
    assert sigmoid(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]


def test_interval_holds_the_area_and_knows_a_difference(judged, random):
    truth, scores = judged
    low, high = bootstrap_auc(truth, scores, samples=300)
    assert low < roc_auc(truth, scores) < high < low + 0.2
    low, high = bootstrap_auc(truth, scores, random.random(400), samples=300)
    assert 0.2 < low < high
    low, high = bootstrap_auc(truth, scores, scores, samples=50)
    assert low == high == 0
