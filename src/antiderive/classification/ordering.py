"""The order of methods for one integrand, chosen by a classifier: the steps of a search.

No method is called here: the steps go to :mod:`antiderive.portfolio.searching`.

Calls are ordered by expected gain, the probability of an answer per CPU second, and dropped where the gain
falls below a threshold. A method may be called for a short time first, and its last call may take all the
remaining time. A longer call finds only what the shorter one did not, and is made only if the shorter one was
stopped. So its gain is the difference of the two probabilities over its own expected time; the probability of
reaching it cancels out. It is ignored that the failure of one method makes others less likely to succeed:
among sampled functions most failures mean that there is no integral, but among functions that people ask for
few do (``docs/log.md`` has the figures).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from antiderive.cas import METHODS
from antiderive.classification.integrands import renamed
from antiderive.errors import SettingError
from antiderive.portfolio import REST, Step

if TYPE_CHECKING:
    from antiderive.classification.prediction import Classifier, Prediction
    from antiderive.expressions import Expr

_LEAST_SECONDS = 1e-3
"""Least CPU seconds of any call."""


class Ordering:
    """Orders the calls of a portfolio by a classifier.

    Args:
        classifier: predicts the success and time of each call.
        methods: methods that may be called; by default all installed ones that the classifier knows.
        threshold: expected answers per CPU second below which no more calls are made.

    Attributes:
        known: methods that the classifier knows.
        methods: methods that may be called.
        steps: all steps to choose from; the last one of each method may take the rest of the time.

    Raises:
        SettingError: if no method is left.
    """

    def __init__(
        self, classifier: Classifier, methods: Sequence[str] | None = None, *, threshold: float = 0.0
    ) -> None:
        self.classifier, self.threshold = classifier, threshold
        calls = classifier.description.layout.calls
        last = {call.method: call for call in calls}  # the budgets of a method ascend
        if methods is None:
            methods = [method.name for method in METHODS if method.name in last and method.installed]
        self._asked = [index for index, call in enumerate(calls) if call.method in methods]
        if not self._asked:
            raise SettingError(
                f"the classifier knows {', '.join(last)}; none of them is among the methods to ask: "
                f"{', '.join(methods) or 'none is installed'}"
            )
        asked = [calls[index] for index in self._asked]
        self.known = frozenset(last)
        self.methods = tuple(dict.fromkeys(call.method for call in asked))
        self.steps = tuple(
            Step(call.method, REST if call is last[call.method] else call.cpu_seconds) for call in asked
        )

    def orders_for(self, integrands: Sequence[Expr]) -> list[tuple[Step, ...]]:
        """The steps to try for each integrand, in order; at least one."""
        prediction = self.classifier.predict(integrands)
        return [self._order(prediction, row) for row in range(len(integrands))]

    def order_for(self, integrand: Expr, variable: str = "x") -> tuple[Step, ...]:
        """The steps to try for an integrand, in order.

        Raises:
            UnsupportedError: for more parameters than a classifier supports.
        """
        return self.orders_for([renamed(integrand, variable)])[0]

    def _order(self, prediction: Prediction, row: int) -> tuple[Step, ...]:
        order = by_gain(
            [step.method for step in self.steps],
            prediction.success[row, self._asked],
            prediction.seconds[row, self._asked],
            self.threshold,
        )
        return tuple(self.steps[index] for index in order)


def by_gain(
    methods: Sequence[str], success: NDArray[np.float64], seconds: NDArray[np.float64], threshold: float
) -> list[int]:
    """Indices of the calls to make, in order; at least one, even if all are below the threshold.

    Args:
        methods: method of each call; calls of one method have ascending budgets.
        success: probability that each call finds an answer.
        seconds: expected CPU seconds of each call.
        threshold: gain per CPU second below which no more calls are made.
    """
    cost = np.maximum(seconds, _LEAST_SECONDS)
    tried = dict.fromkeys(methods, 0.0)  # probability that an earlier call of the method found an answer
    left, order = list(range(len(methods))), list[int]()

    def gain(index: int) -> float:
        return float(max(0.0, success[index] - tried[methods[index]]) / cost[index])

    while left:
        best = max(left, key=gain)
        if order and gain(best) < threshold:
            break
        order.append(best)
        # Shorter calls of the same method can no longer find anything.
        left = [index for index in left if methods[index] != methods[best] or index > best]
        tried[methods[best]] = max(tried[methods[best]], float(success[best]))
    return order
