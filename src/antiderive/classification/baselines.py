"""Baselines that a classifier has to beat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from antiderive.classification.features import COUNTS, features_of
from antiderive.classification.labelled import LabelledSet

if TYPE_CHECKING:
    from antiderive.expressions import Expr

Scores = NDArray[np.float64]

HEURISTICS = ("sympy-risch", "sympy-manual")
"""Heuristics of SymPy: its quick version of the Risch algorithm, and its rules for integration by hand."""

_SCORES = {"solved": 1.0, "nonelementary": 0.0, "timeout": 0.4}
"""Score of each outcome of such a call; giving up is weak evidence."""


def baseline_scores(train: LabelledSet, test: LabelledSet) -> dict[str, Scores]:
    """Probability, by each baseline, that an integral of each test function is found.

    ``majority`` gives all functions the same score; ``operator counts`` is a logistic regression on the
    number of times each operator occurs; ``trees`` are gradient-boosted trees on the simple features (counts
    and sizes), and ``trees, all features`` on all features of the family ``features``.
    """
    # Loading scikit-learn takes a second.
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits

    known = train.found >= 0
    truth = train.found[known] == 1
    simple = len(COUNTS)
    counts = [index for index, name in enumerate(COUNTS) if name.startswith("count")]
    learn = features_of([train.integrands[index] for index in np.flatnonzero(known)])
    asked = features_of(test.integrands)

    def trees() -> HistGradientBoostingClassifier:
        return HistGradientBoostingClassifier(max_iter=200, learning_rate=0.05, random_state=0)

    logistic = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    # The trees' threads busy-wait for each other, which takes forever on a loaded machine.
    with threadpool_limits(1):
        return {
            "majority": np.full(len(test), truth.mean()),
            "operator counts": _positive(logistic.fit(learn[:, counts], truth), asked[:, counts]),
            "trees": _positive(trees().fit(learn[:, :simple], truth), asked[:, :simple]),
            "trees, all features": _positive(trees().fit(learn, truth), asked),
        }


def _positive(model: object, rows: NDArray[np.float32]) -> Scores:
    found: Scores = model.predict_proba(rows)[:, 1]  # type: ignore[attr-defined]
    return found


def heuristic_scores(integrands: Sequence[Expr], *, cpu_seconds: float = 1.0) -> dict[str, Scores]:
    """Scores from SymPy: 1 for a confirmed answer, 0 for a proof that there is none, else in between.

    Args:
        integrands: the functions; each goes to each of :data:`HEURISTICS`.
        cpu_seconds: limit of a call.
    """
    from antiderive.cas import Request, ask_all, open_pool
    from antiderive.portfolio import judge_outcome
    from antiderive.workers import Limits

    scores = {name: np.zeros(len(integrands)) for name in HEURISTICS}
    with open_pool(2, limits=Limits(cpu_seconds)) as pool:
        for name, found in scores.items():
            requests = [(index, Request(name, f.to_prefix())) for index, f in enumerate(integrands)]
            for index, outcome in ask_all(pool, requests):
                found[index] = _SCORES.get(judge_outcome(integrands[index], outcome).status, 0.25)
    return scores
