"""Which method first, for how long, and which not at all: the steps of a portfolio for one integrand.

Calls are tried by their expected gain, the chance of an answer for a CPU second, and dropped where it falls
below a threshold. A longer call of a method that has failed finds what lies between the two budgets. That one
failure makes the others less likely is left out: among sampled functions most failures mean that there is no
integral, among those that people ask for few do (``docs/log.md`` has the figures).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from antiderive.cas.methods import METHODS
from antiderive.cas.portfolio import Step, installed
from antiderive.classification.integrands import renamed
from antiderive.classification.portable import Portable
from antiderive.errors import SettingError, UnsupportedError

if TYPE_CHECKING:
    from antiderive._core import Expr
    from antiderive.classification.forecast import Forecast, Forecaster

SHIPPED = Path(__file__).parent / "shipped"
"""The classifier that comes with the package; ``docs/how-to/classify.md`` says how it was made."""

_NEVER, _LEAST_SECONDS = 1e-6, 1e-3


class Ordering:
    """Orders the calls of a portfolio by a classifier.

    Args:
        forecaster: says how likely and how fast each call is.
        methods: those that may be asked; by default all that the classifier knows and that are installed.
        threshold: expected answers for a CPU second below which no more calls are made.
        short: whether a method may be asked with a short budget first; it may come again with a longer one.

    Attributes:
        full: each method with its largest budget.

    Raises:
        SettingError: if no method is left.
    """

    def __init__(
        self,
        forecaster: Forecaster,
        methods: Sequence[str] | None = None,
        *,
        threshold: float = 0.0,
        short: bool = False,
    ) -> None:
        self.forecaster, self.threshold = forecaster, threshold
        calls = forecaster.description.layout.calls
        limits = {call.method: call.cpu_seconds for call in calls}  # the last one of a method is the longest
        if methods is None:
            methods = [method.name for method in METHODS if method.name in limits and method.installed]
        self._places = [
            place
            for place, call in enumerate(calls)
            if call.method in methods and (short or call.cpu_seconds == limits[call.method])
        ]
        self._steps = [Step(calls[place].method, calls[place].cpu_seconds) for place in self._places]
        self.full = [step for step in self._steps if step.cpu_seconds == limits[step.method]]
        if not self._steps:
            raise SettingError(
                f"the classifier knows {', '.join(limits)}; none of them is among the methods to ask: "
                f"{', '.join(methods) or 'none is installed'}"
            )

    def orders_for(self, integrands: Sequence[Expr]) -> list[tuple[Step, ...]]:
        """The steps to try for each integrand, in order; never none."""
        forecast = self.forecaster.forecast(integrands)
        return [self._order(forecast, row) for row in range(len(integrands))]

    def order_for(self, integrand: Expr, variable: str = "x") -> tuple[Step, ...]:
        """The steps to try for an integrand, in order.

        Raises:
            UnsupportedError: for more parameters than classifiers know.
        """
        return self.orders_for([renamed(integrand, variable)])[0]

    def _order(self, forecast: Forecast, row: int) -> tuple[Step, ...]:
        places = by_gain(
            [step.method for step in self._steps],
            forecast.success[row, self._places],
            forecast.seconds[row, self._places],
            self.threshold,
        )
        return tuple(self._steps[place] for place in places)


def by_gain(
    methods: Sequence[str], success: NDArray[np.float64], seconds: NDArray[np.float64], threshold: float
) -> list[int]:
    """Places of calls in the order in which they are to be made; the first one whatever it promises.

    Args:
        methods: method of each call; calls of one method stand in the order of their budgets.
        success: probability that each finds an answer.
        seconds: CPU seconds that each is expected to take.
        threshold: gain for a CPU second below which no more calls are made.
    """
    cost = np.maximum(seconds, _LEAST_SECONDS)
    tried = dict.fromkeys(methods, 0.0)  # chance that the method had found it by now
    left, order = list(range(len(methods))), list[int]()

    def gain(place: int) -> float:
        before = min(tried[methods[place]], 1 - _NEVER)
        return float(max(0.0, (success[place] - before) / (1 - before)) / cost[place])

    while left:
        best = max(left, key=gain)
        if order and gain(best) < threshold:
            break
        order.append(best)
        # Shorter calls of the same method find nothing any more.
        left = [place for place in left if methods[place] != methods[best] or place > best]
        tried[methods[best]] = max(tried[methods[best]], float(success[best]))
    return order


@cache
def shipped_ordering() -> Ordering | None:
    """The ordering by the classifier that comes with the package; None if nothing it knows is installed."""
    try:
        return Ordering(Portable.load(SHIPPED))
    except SettingError:
        return None


def shipped_order(integrand: Expr, variable: str = "x") -> tuple[Step, ...]:
    """The installed methods in the order in which the classifier that comes with the package asks them.

    Methods that it does not know come last; where it cannot read the integrand, the default order stands.
    """
    default = installed()
    ordering = shipped_ordering()
    if ordering is None:
        return default
    try:
        first = ordering.order_for(integrand, variable)
    except UnsupportedError:
        return default
    budgets = {step.method: step for step in default}
    chosen = [budgets.pop(step.method) for step in first if step.method in budgets]
    return (*chosen, *budgets.values())
