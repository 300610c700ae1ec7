"""Evaluation of a classifier on functions with unseen skeletons, compared with the baselines."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from antiderive.classification.baselines import baseline_scores, heuristic_scores
from antiderive.classification.labelled import LabelledSet
from antiderive.classification.metrics import (
    average_precision,
    bootstrap_auc,
    calibration_error,
    log_loss,
    reliability,
    roc_auc,
    roc_curve,
    sigmoid,
)

if TYPE_CHECKING:
    from antiderive.classification.prediction import Classifier, Prediction

Scores = NDArray[np.float64]

OURS = "classifier"


@dataclass(frozen=True)
class ScoreRow:
    """The scores of one classifier or baseline, on functions with a known label.

    Attributes:
        name: the classifier or a baseline.
        functions: number of functions, each with a different skeleton.
        auc: area under the ROC curve.
        low: lower end of its 95% bootstrap interval.
        high: upper end of that interval.
        average_precision: area under precision over recall.
        accuracy: share classified correctly at probability 1/2.
        calibration_error: expected calibration error.
        auc_proved: AUC if only functions proved to have no elementary integral count as negative.
        proved_denied: share of those functions that are classified as negative.
    """

    name: str
    functions: int
    auc: float
    low: float
    high: float
    average_precision: float
    accuracy: float
    calibration_error: float
    auc_proved: float
    proved_denied: float


@dataclass(frozen=True)
class CallRow:
    """How well one call was predicted.

    Attributes:
        name: the method and its budget.
        functions: number of functions it was tried on.
        settled: share that it settled, by an integral or a proof that there is none.
        auc: area under the ROC curve of its success.
        calibration_error: expected calibration error of the predicted success.
        seconds: mean CPU seconds.
        expected_seconds: mean of the predicted CPU seconds.
        time_correlation: rank correlation of predicted and true time.
    """

    name: str
    functions: int
    settled: float
    auc: float
    calibration_error: float
    seconds: float
    expected_seconds: float
    time_correlation: float


@dataclass(frozen=True)
class Evaluation:
    """All figures of a report.

    Attributes:
        title: what was evaluated on what.
        rows: the classifier, other classifiers, then the baselines.
        heuristics: these rows and SymPy's heuristics, all on the functions given to SymPy.
        gains: by name of each other row, the 95% interval of the difference between the classifier's AUC and
            that row's; for SymPy's heuristics, on the functions given to SymPy.
        uncalibrated_error: expected calibration error before temperature scaling.
        log_loss: in nats.
        class_accuracy: share of functions whose predicted class of outcomes is the true one.
        class_majority: share of the most frequent class.
        calls: by method and budget.
        sizes: by number of operators: true positives, false negatives, false positives, true negatives.
        curves: ROC curves by name.
        bins: mean probability, share of positives and size of each bin.
        uncalibrated_bins: the same before temperature scaling.
        predictions_per_second: speed of predictions in batches.
        counts: number of functions of the test split, by label.
    """

    title: str
    rows: list[ScoreRow]
    heuristics: list[ScoreRow]
    gains: dict[str, tuple[float, float]]
    uncalibrated_error: float
    log_loss: float
    class_accuracy: float
    class_majority: float
    calls: list[CallRow]
    sizes: dict[int, tuple[int, int, int, int]]
    curves: dict[str, tuple[list[float], list[float]]]
    bins: list[tuple[float, float, int]]
    uncalibrated_bins: list[tuple[float, float, int]]
    predictions_per_second: float
    counts: dict[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without the curves."""
        values = asdict(self)
        del values["curves"]
        return values


def evaluate_classifier(
    classifier: Classifier,
    train: LabelledSet,
    test: LabelledSet,
    *,
    title: str,
    beside: Mapping[str, Classifier] | None = None,
    heuristics: int = 0,
    report: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Evaluate a classifier on a test split, and baselines trained on the same training split.

    Args:
        classifier: the classifier.
        train: training split of the baselines.
        test: functions with other skeletons; one per skeleton is used.
        title: heading of the report.
        beside: other classifiers by name, evaluated on the same functions.
        heuristics: number of functions given to SymPy as well, with one CPU second for each method.
        report: called with a line at the start of each stage.
    """
    test = test.one_of_each_skeleton()
    report(f"{len(test):,} functions of different skeletons")
    started = time.perf_counter()
    logits = classifier.logits(test.integrands)
    speed = len(test) / (time.perf_counter() - started)
    prediction = classifier.description.prediction(logits)
    known = test.found >= 0
    labelled = test.select(known)
    truth = labelled.found == 1
    report("baselines")
    scores = {
        OURS: prediction.found[known],
        **{name: other.predict(labelled.integrands).found for name, other in (beside or {}).items()},
        **baseline_scores(train, labelled),
    }
    gains = _gains(truth, scores)
    some: dict[str, Scores] = {}
    asked = labelled.select(np.arange(min(heuristics, len(labelled))))
    if heuristics:
        report(f"SymPy's heuristics on {len(asked):,} functions")
        some = {name: each[: len(asked)] for name, each in scores.items()}
        some |= heuristic_scores(asked.integrands)
        gains |= {name: each for name, each in _gains(asked.found == 1, some).items() if name not in gains}
    raw = logits[known, 0]
    classes = test.classes >= 0
    return Evaluation(
        title=title,
        rows=[_row(name, labelled, each) for name, each in scores.items()],
        heuristics=[_row(name, asked, each) for name, each in some.items()],
        gains=gains,
        uncalibrated_error=calibration_error(truth, sigmoid(raw)),
        log_loss=log_loss(truth, raw / classifier.description.temperatures[0]),
        class_accuracy=float((prediction.classes.argmax(axis=1) == test.classes)[classes].mean()),
        class_majority=float(np.bincount(test.classes[classes]).max() / classes.sum()),
        calls=_calls(classifier, prediction, test),
        sizes=_sizes(labelled, scores[OURS]),
        curves={name: _curve(truth, each) for name, each in scores.items()},
        bins=reliability(truth, scores[OURS]),
        uncalibrated_bins=reliability(truth, sigmoid(raw)),
        predictions_per_second=speed,
        counts={
            "found": int(truth.sum()),
            "not found": int((~truth).sum()),
            "of these proved": int(labelled.proved.sum()),
            "unknown (limits, unconfirmed)": int((~known).sum()),
        },
    )


def _row(name: str, labelled: LabelledSet, scores: Scores) -> ScoreRow:
    truth = labelled.found == 1
    low, high = bootstrap_auc(truth, scores)
    apart = truth | labelled.proved
    denied = scores[labelled.proved] < 0.5
    return ScoreRow(
        name=name,
        functions=len(labelled),
        auc=roc_auc(truth, scores),
        low=low,
        high=high,
        average_precision=average_precision(truth, scores),
        accuracy=float(((scores >= 0.5) == truth).mean()),
        calibration_error=calibration_error(truth, scores),
        auc_proved=roc_auc(truth[apart], scores[apart]),
        proved_denied=float(denied.mean()) if denied.size else float("nan"),
    )


def _gains(truth: NDArray[np.bool_], scores: dict[str, Scores]) -> dict[str, tuple[float, float]]:
    """Intervals of the AUC of the first scores minus that of each of the others."""
    ours, *others = scores
    return {name: bootstrap_auc(truth, scores[ours], scores[name]) for name in others}


def _calls(classifier: Classifier, prediction: Prediction, test: LabelledSet) -> list[CallRow]:
    layout = classifier.description.layout
    success, times = layout.labels(test)
    found = []
    for index, call in enumerate(layout.calls):
        asked = ~np.isnan(success[:, index])
        if not asked.any():
            continue
        truth, chance = success[asked, index] == 1, prediction.success[asked, index]
        seconds, expected = times[asked, index], prediction.seconds[asked, index]
        found.append(
            CallRow(
                name=str(call),
                functions=int(asked.sum()),
                settled=float(truth.mean()),
                auc=roc_auc(truth, chance),
                calibration_error=calibration_error(truth, chance),
                seconds=float(seconds.mean()),
                expected_seconds=float(expected.mean()),
                time_correlation=_rank_correlation(seconds, expected),
            )
        )
    return found


def _rank_correlation(one: Scores, other: Scores) -> float:
    """Spearman's rank correlation."""
    if len(one) < 3 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    ranks = [np.argsort(np.argsort(each, kind="stable")).astype(float) for each in (one, other)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _sizes(labelled: LabelledSet, scores: Scores) -> dict[int, tuple[int, int, int, int]]:
    truth, said = labelled.found == 1, scores >= 0.5
    table = {}
    for size in np.unique(labelled.operators):
        here = labelled.operators == size
        cells = (truth & said, truth & ~said, ~truth & said, ~truth & ~said)
        hits, missed, false, right = (int((cell & here).sum()) for cell in cells)
        table[int(size)] = (hits, missed, false, right)
    return table


def _curve(truth: NDArray[np.bool_], scores: Scores) -> tuple[list[float], list[float]]:
    false, true = roc_curve(truth, scores)
    return false.tolist(), true.tolist()
