"""Orders of methods with their budgets: whom to ask first, and for how long.

Who asks and judges is a floor above: :mod:`antiderive.verification.portfolio`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from antiderive.cas.methods import method_named
from antiderive.cas.outcome import CONCLUSIVE, INCONCLUSIVE

_LEAST_SECONDS = 0.02
"""With less than that left nobody is asked any more: clocks differ by as much."""

REST = inf
"""The budget of a step that may take all that is left."""


@dataclass(frozen=True)
class Step:
    """A method with its budget.

    Attributes:
        method: its name, see :data:`antiderive.cas.methods.METHODS`.
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
    """What the first of the steps may take of the CPU time that is left for all of them.

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


class Turns:
    """Whose turn it is at one integrand, and for how long, until it is settled or nobody is left to ask.

    A method may stand in the order again with a larger budget; if it ended before its limit it is not asked.

    Args:
        steps: methods with their budgets.
        cpu_seconds: CPU time of all of them together, shared as :func:`share` says; when it is spent nobody
            else is asked. By default each has its budget.

    Attributes:
        next: the method whose turn it is, with what it may take; none if there is none.

    >>> turns = Turns((Step("giac", 0.5), Step("fricas", REST)), 10.0)
    >>> turns.next
    Step(method='giac', cpu_seconds=0.5)
    >>> turns.take("timeout", 0.75)
    >>> turns.next
    Step(method='fricas', cpu_seconds=9.25)
    >>> turns.take("solved", 2.0)
    >>> turns.next is None
    True
    """

    def __init__(self, steps: Sequence[Step], cpu_seconds: float | None = None) -> None:
        self._steps = tuple(steps)
        self._left = cpu_seconds
        self._ended: set[str] = set()
        self.next = self._first()

    def step(self) -> Step:
        """The same as ``next`` where there must be one.

        Raises:
            LookupError: if it is nobody's turn.
        """
        if self.next is None:
            raise LookupError("it is nobody's turn")
        return self.next

    def take(self, status: str, cpu_seconds: float) -> None:
        """Notes how the method whose turn it was has ended, as it was judged, and the CPU time that it took.

        Raises:
            LookupError: if it was nobody's.
        """
        method = self.step().method
        if self._left is not None:
            self._left -= cpu_seconds
        if status not in INCONCLUSIVE:
            self._ended.add(method)
        self._steps = self._steps[1:] if status not in CONCLUSIVE else ()
        out_of_time = self._left is not None and self._left < _LEAST_SECONDS
        self.next = None if out_of_time else self._first()

    def _first(self) -> Step | None:
        while self._steps and self._steps[0].method in self._ended:
            self._steps = self._steps[1:]
        if not self._steps:
            return None
        first = self._steps[0]
        return first if self._left is None else Step(first.method, share(self._steps, self._left))
