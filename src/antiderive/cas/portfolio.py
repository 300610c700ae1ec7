"""Orders of methods with their budgets: whom to ask first, and for how long.

Who asks and judges is a floor above: :mod:`antiderive.verification.portfolio`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from antiderive.cas.methods import method_named

_LEAST_SECONDS = 0.001


@dataclass(frozen=True)
class Step:
    """A method with its budget.

    Attributes:
        method: its name, see :data:`antiderive.cas.methods.METHODS`.
        cpu_seconds: CPU time it may take; its share, where a time for all methods is given.
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
    """What the first of the steps may take of the CPU time that is left for all of them.

    Shares are in proportion to the budgets, so what a method leaves over goes to the later ones.

    >>> share([Step("fricas", 3.0), Step("giac", 2.0)], 10.0)
    6.0
    >>> share([Step("giac", 2.0)], 9.5)
    9.5
    """
    first = cpu_seconds * steps[0].cpu_seconds / sum(step.cpu_seconds for step in steps)
    return max(first, _LEAST_SECONDS)  # the calls before may have taken a little more than they had
