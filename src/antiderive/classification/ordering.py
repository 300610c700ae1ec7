"""Which method first, for how long, and which not at all: the steps of a portfolio for one integrand.

Calls are tried by their expected gain, the chance of an answer for a CPU second, and dropped where it falls
below a threshold. A method may be asked for a short time first; its last call may take all the time that is
left. A longer call finds what lies between the two budgets and is made only if the shorter one was stopped,
so its gain is the difference of the two chances over its own expected time: how likely it is reached cancels
out. That one method's failure makes the others less likely is left out: among sampled functions most failures
mean that there is no integral, among those that people ask for few do (``docs/log.md`` has the figures).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from antiderive.cas import METHODS
from antiderive.cas.portfolio import REST, Step, installed
from antiderive.classification.integrands import renamed
from antiderive.classification.portable import Portable
from antiderive.errors import SettingError, UnsupportedError
from antiderive.verification.portfolio import Search, search, with_mended
from antiderive.workers import Limits

if TYPE_CHECKING:
    from antiderive._core import Expr
    from antiderive.classification.forecast import Forecast, Forecaster
    from antiderive.workers import Caller

SHIPPED = Path(__file__).parent / "shipped"
"""The classifier that comes with the package; ``docs/how-to/classify.md`` says how it was made."""

_LEAST_PROMISE = 0.5
"""Answers that a call must promise, could it go on at its rate for all the time of a search."""

_CHEAPEST = 1e-3
"""CPU seconds that any call costs at least."""

_PROVER = Step("sympy-risch", REST)
"""It proves most of the classical examples that FriCAS answers in special functions."""


class Ordering:
    """Orders the calls of a portfolio by a classifier.

    Args:
        forecaster: says how likely and how fast each call is.
        methods: those that may be asked; by default all that the classifier knows and that are installed.
        threshold: expected answers for a CPU second below which no more calls are made.

    Attributes:
        methods: those that are asked.
        steps: all calls that it chooses from; the last one of each method may take the rest of the time.

    Raises:
        SettingError: if no method is left.
    """

    def __init__(
        self, forecaster: Forecaster, methods: Sequence[str] | None = None, *, threshold: float = 0.0
    ) -> None:
        self.forecaster, self.threshold = forecaster, threshold
        calls = forecaster.description.layout.calls
        last = {call.method: call for call in calls}  # a method's budgets rise
        if methods is None:
            methods = [method.name for method in METHODS if method.name in last and method.installed]
        self._places = [place for place, call in enumerate(calls) if call.method in methods]
        if not self._places:
            raise SettingError(
                f"the classifier knows {', '.join(last)}; none of them is among the methods to ask: "
                f"{', '.join(methods) or 'none is installed'}"
            )
        asked = [calls[place] for place in self._places]
        self.methods = tuple(dict.fromkeys(call.method for call in asked))
        self.steps = tuple(
            Step(call.method, REST if call is last[call.method] else call.cpu_seconds) for call in asked
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
            [step.method for step in self.steps],
            forecast.success[row, self._places],
            forecast.seconds[row, self._places],
            self.threshold,
        )
        return tuple(self.steps[place] for place in places)


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
    cost = np.maximum(seconds, _CHEAPEST)
    tried = dict.fromkeys(methods, 0.0)  # chance that the method had found it by now
    left, order = list(range(len(methods))), list[int]()

    def gain(place: int) -> float:
        return float(max(0.0, success[place] - tried[methods[place]]) / cost[place])

    while left:
        best = max(left, key=gain)
        if order and gain(best) < threshold:
            break
        order.append(best)
        # Shorter calls of the same method find nothing any more.
        left = [place for place in left if methods[place] != methods[best] or place > best]
        tried[methods[best]] = max(tried[methods[best]], float(success[best]))
    return order


def threshold_for(cpu_seconds: float) -> float:
    """Answers for a CPU second below which ``antiderive solve`` with so much time makes no more calls."""
    return _LEAST_PROMISE / cpu_seconds


@lru_cache(maxsize=8)
def shipped_ordering(cpu_seconds: float) -> Ordering | None:
    """The ordering by the classifier that comes with the package; None if nothing it knows is installed."""
    try:
        return Ordering(Portable.load(SHIPPED), threshold=threshold_for(cpu_seconds))
    except SettingError:
        return None


def shipped_order(integrand: Expr, variable: str = "x", *, cpu_seconds: float) -> tuple[Step, ...]:
    """What ``antiderive solve`` asks: the calls that the classifier which comes with the package chooses.

    With more CPU time for all of them together it asks more. Where it cannot read the integrand, the default
    order stands.
    """
    ordering = shipped_ordering(cpu_seconds)
    if ordering is None:
        return installed()
    try:
        first = ordering.order_for(integrand, variable)
    except UnsupportedError:
        return installed()
    return (*first, *steps_after(ordering))


def shipped_search(pool: Caller, integrand: Expr, variable: str = "x", *, cpu_seconds: float) -> Search:
    """What ``antiderive solve`` makes of an integrand without a model.

    The methods of :func:`shipped_order` in turn; one that proves, where an answer in special functions hints
    that there is no elementary one; a wrong answer that can be mended, where nothing else came of it.

    Args:
        pool: where the calls are made.
        integrand: the function.
        variable: the variable of integration.
        cpu_seconds: CPU time of all calls together.

    Raises:
        SettingError: if no method is installed.
    """
    order = shipped_order(integrand, variable, cpu_seconds=cpu_seconds)
    limits = Limits(cpu_seconds)
    found = search(pool, integrand, variable, order=order, cpu_seconds=cpu_seconds, limits=limits)
    special = any(attempt.judgement.status == "special" for attempt in found.attempts)
    left = cpu_seconds - found.cpu_seconds
    if found.answer is None and found.proof is None and special and left > 0:
        asked = {step.method for step in order}
        provers = [step for step in installed((_PROVER,)) if step.method not in asked]
        if provers:
            more = search(pool, integrand, variable, order=provers, cpu_seconds=left, limits=limits)
            found = Search((*found.attempts, *more.attempts))
    return with_mended(found, integrand, variable)


def steps_after(ordering: Ordering) -> tuple[Step, ...]:
    """Installed methods that a classifier does not know, to be asked last; none if it may ask all it knows.

    What FriCAS, Giac and Maxima leave SymPy seldom solves, and it takes long: one of 38 problems of the open
    set, with 10 CPU seconds each (``docs/log.md``).
    """
    known = {call.method for call in ordering.forecaster.description.layout.calls}
    if known <= set(ordering.methods):
        return ()
    return tuple(step for step in installed() if step.method not in known)
