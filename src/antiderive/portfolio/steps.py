"""Methods with their budgets: the steps of a search.

A step does not know how it is called or judged; :mod:`antiderive.portfolio.turns` goes through the steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from antiderive.cas import method_named

REST = inf
"""The budget of a step that may take all that is left."""


@dataclass(frozen=True)
class Step:
    """A method with its budget.

    Attributes:
        method: its name, see :data:`antiderive.cas.METHODS`.
        cpu_seconds: CPU time it may take; :data:`REST` for all that is left of the time for all methods.
    """

    method: str
    cpu_seconds: float


DEFAULT_ORDER = (
    Step("fricas", 3.0),
    Step("giac", 2.0),
    Step("maxima", 3.0),
    Step("sympy-risch", 2.0),
    Step("sympy-manual", 5.0),
    Step("sympy", 5.0),
)
"""By confirmed answers for the CPU time on random functions, measured by ``antiderive bench portfolio``."""


def installed(order: Sequence[Step] = DEFAULT_ORDER) -> tuple[Step, ...]:
    """The steps whose methods can run here."""
    return tuple(step for step in order if method_named(step.method).installed)


def share(steps: Sequence[Step], cpu_seconds: float) -> float:
    """CPU seconds for the first of the steps, of those that are left for all of them.

    Shares are in proportion to the budgets, so what a method leaves over goes to the later ones. Where one of
    them may take the :data:`REST`, the others have their budgets as they stand.

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
