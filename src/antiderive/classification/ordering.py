"""Which method first, for how long, and which not at all: the steps of a search for one integrand.

Nothing is asked here: the steps go to :func:`antiderive.portfolio.searching`.

Calls are tried by their expected gain, the chance of an answer for a CPU second, and dropped where it falls
below a threshold. A method may be asked for a short time first; its last call may take all the time that is
left. A longer call finds what lies between the two budgets and is made only if the shorter one was stopped,
so its gain is the difference of the two chances over its own expected time: how likely it is reached cancels
out. That one method's failure makes the others less likely is left out: among sampled functions most failures
mean that there is no integral, among those that people ask for few do (``docs/log.md`` has the figures).
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

_CHEAPEST = 1e-3
"""CPU seconds that any call costs at least."""


class Ordering:
    """Orders the calls of a portfolio by a classifier.

    Args:
        classifier: says how likely and how fast each call is.
        methods: those that may be asked; by default all that the classifier knows and that are installed.
        threshold: expected answers for a CPU second below which no more calls are made.

    Attributes:
        known: methods that the classifier knows.
        methods: those that are asked.
        steps: all calls that it chooses from; the last one of each method may take the rest of the time.

    Raises:
        SettingError: if no method is left.
    """

    def __init__(
        self, classifier: Classifier, methods: Sequence[str] | None = None, *, threshold: float = 0.0
    ) -> None:
        self.classifier, self.threshold = classifier, threshold
        calls = classifier.description.layout.calls
        last = {call.method: call for call in calls}  # a method's budgets rise
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
        """The steps to try for each integrand, in order; never none."""
        prediction = self.classifier.predict(integrands)
        return [self._order(prediction, row) for row in range(len(integrands))]

    def order_for(self, integrand: Expr, variable: str = "x") -> tuple[Step, ...]:
        """The steps to try for an integrand, in order.

        Raises:
            UnsupportedError: for more parameters than classifiers know.
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
    """Indices of calls in the order in which they are to be made; the first one whatever it promises.

    Args:
        methods: method of each call; calls of one method stand in the order of their budgets.
        success: probability that each finds an answer.
        seconds: CPU seconds that each is expected to take.
        threshold: gain for a CPU second below which no more calls are made.
    """
    cost = np.maximum(seconds, _CHEAPEST)
    tried = dict.fromkeys(methods, 0.0)  # chance that the method had found it by now
    left, order = list(range(len(methods))), list[int]()

    def gain(index: int) -> float:
        return float(max(0.0, success[index] - tried[methods[index]]) / cost[index])

    while left:
        best = max(left, key=gain)
        if order and gain(best) < threshold:
            break
        order.append(best)
        # Shorter calls of the same method find nothing any more.
        left = [index for index in left if methods[index] != methods[best] or index > best]
        tried[methods[best]] = max(tried[methods[best]], float(success[best]))
    return order
