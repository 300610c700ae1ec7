"""Which method first, and which not at all: the steps of a portfolio for one integrand.

Methods are tried by their expected gain, the chance of an answer for a CPU second. Where one fails, the others
become less likely too: with ``f`` the probability that any of them finds an integral, method ``i`` finds it with
``q_i = p_i / f`` if there is one, independently of the others; after a failure ``f`` becomes
``f (1 - q_i) / (1 - f q_i)``. What is left is dropped when its gain falls below a threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from antiderive.cas.methods import method_named
from antiderive.cas.portfolio import DEFAULT_ORDER, Step, installed
from antiderive.classification.portable import Portable
from antiderive.errors import SettingError, UnsupportedError

if TYPE_CHECKING:
    from antiderive._core import Expr
    from antiderive.classification.forecast import Forecast, Forecaster

THRESHOLD = 0.0
"""Expected answers for a CPU second below which a call is not made."""

SHIPPED = Path(__file__).parent / "shipped"
"""The classifier that comes with the package; how it was made is in ``docs/how-to/classify.md``."""

_NEVER = 1e-6


class Ordering:
    """Orders a portfolio by a classifier.

    Args:
        forecaster: says how likely and how fast each method is.
        steps: what may be tried, with budgets; methods that the classifier does not know come last.
        threshold: expected answers for a CPU second below which a call is not made.

    Raises:
        SettingError: if the classifier knows none of the steps.
    """

    def __init__(
        self, forecaster: Forecaster, steps: Sequence[Step] = DEFAULT_ORDER, *, threshold: float = THRESHOLD
    ) -> None:
        self.forecaster = forecaster
        self.threshold = threshold
        known = forecaster.description.layout.methods
        self._known = [step for step in steps if step.method in known]
        self._others = [step for step in steps if step.method not in known]
        self._places = [known.index(step.method) for step in self._known]
        if not self._known:
            raise SettingError(
                f"the classifier knows {', '.join(known)}, none of: {', '.join(step.method for step in steps)}"
            )

    def orders_for(self, integrands: Sequence[Expr]) -> list[tuple[Step, ...]]:
        """The steps to try for each integrand, in order; never none."""
        forecast = self.forecaster.forecast(integrands)
        return [self._order(forecast, place) for place in range(len(integrands))]

    def order_for(self, integrand: Expr, variable: str = "x") -> tuple[Step, ...]:
        """The steps to try for an integrand, in order; the given ones where it has too many parameters."""
        from antiderive.classification.integrands import renamed

        try:
            return self.orders_for([renamed(integrand, variable)])[0]
        except UnsupportedError:
            return (*self._known, *self._others)

    def _order(self, forecast: Forecast, row: int) -> tuple[Step, ...]:
        success = forecast.success[row, self._places]
        seconds = np.maximum(forecast.seconds[row, self._places], 1e-3)
        places = by_gain(success, seconds, float(forecast.found[row]), self.threshold)
        return (*(self._known[place] for place in places), *self._others)


def by_gain(
    success: NDArray[np.float64], seconds: NDArray[np.float64], found: float, threshold: float
) -> list[int]:
    """Places of methods in the order in which they are to be tried; the first one whatever it promises.

    Args:
        success: probability that each finds an answer.
        seconds: CPU seconds that each is expected to take.
        found: probability that any finds one; at least the largest of ``success``.
        threshold: gain for a CPU second below which the rest is dropped.
    """
    found = max(found, float(success.max()), _NEVER)
    given = np.minimum(success / found, 1 - _NEVER)
    left = list(range(len(success)))
    order: list[int] = []
    while left:
        best = max(left, key=lambda place: given[place] / seconds[place])
        if order and found * given[best] / seconds[best] < threshold:
            break
        order.append(best)
        left.remove(best)
        found = found * (1 - given[best]) / (1 - found * given[best])
    return order


@cache
def shipped_ordering() -> Ordering:
    """The ordering by the classifier that comes with the package, over what is installed.

    Raises:
        SettingError: if none of the methods that it knows is installed.
    """
    portable = Portable.load(SHIPPED)
    known = portable.description.layout
    steps = [Step(name, limit) for name, limit in zip(known.methods, known.limits, strict=True)]
    usable = [step for step in installed(steps) if method_named(step.method).version is not None]
    if not usable:
        raise SettingError("no method of computer algebra is installed; see: antiderive cas list")
    return Ordering(portable, usable)
