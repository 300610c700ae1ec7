"""Methods with their budgets: the steps of a search.

A step does not know how its method is called or how the outcome is judged;
:mod:`antiderive.portfolio.turns` goes through the steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from antiderive.cas import method_named

REST = inf
"""The budget of a step that may take all the remaining time."""


@dataclass(frozen=True)
class Step:
    """A method with its budget.

    Attributes:
        method: its name, see :data:`antiderive.cas.METHODS`.
        cpu_seconds: its CPU budget; :data:`REST` for all the remaining time.
    """

    method: str
    cpu_seconds: float


DEFAULT_ORDER = (
    Step("own", 1.0),
    Step("fricas", 3.0),
    Step("giac", 2.0),
    Step("maxima", 3.0),
    Step("sympy-risch", 2.0),
    Step("sympy-manual", 5.0),
    Step("sympy", 5.0),
)
"""Ordered by confirmed answers per CPU second on random functions (``antiderive bench portfolio``)."""


def installed(order: Sequence[Step] = DEFAULT_ORDER) -> tuple[Step, ...]:
    """The steps whose methods are installed."""
    return tuple(step for step in order if method_named(step.method).installed)


def share(steps: Sequence[Step], cpu_seconds: float) -> float:
    """CPU seconds for the first step, out of those that remain for all steps.

    Shares are in proportion to the budgets, so unused time goes to the later steps. If one of the steps may
    take the :data:`REST`, the others get exactly their budgets.

    >>> share([Step("fricas", 3.0), Step("giac", 2.0)], 10.0)
    6.0
    >>> share([Step("giac", 2.0)], 9.5)
    9.5
    >>> share([Step("giac", 0.3), Step("fricas", REST)], 10.0)
    0.3
    >>> share([Step("fricas", REST), Step("giac", REST)], 9.5)
    9.5
    """
    first = steps[0].cpu_seconds
    if any(step.cpu_seconds == REST for step in steps):
        return min(first, cpu_seconds)
    return cpu_seconds * first / sum(step.cpu_seconds for step in steps)
