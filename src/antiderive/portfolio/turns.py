"""Turns of methods at one integrand: the loop of every search.

It does not know who makes the calls: a pool, a labelling run with many integrands in flight, or a record of
earlier outcomes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from antiderive.cas import CONCLUSIVE, INCONCLUSIVE
from antiderive.portfolio.attempts import Attempt, Search
from antiderive.portfolio.steps import Step, share

_LEAST_SECONDS = 0.02
"""No method is called with less time than this: CPU clocks disagree by as much."""


class Turns:
    """The turns of methods at one integrand, until it is settled or no method is left.

    A method may occur again later with a larger budget; if it ended before its limit, that step is skipped.

    Args:
        steps: methods with their budgets.
        cpu_seconds: CPU time for all methods together, shared out by :func:`~antiderive.portfolio.share`; no
            method is called once it is spent. By default each has its own budget.

    Attributes:
        next: the next step, with its share of the time; ``None`` at the end.
        attempts: the attempts made so far, in order.

    >>> from antiderive.cas import Outcome
    >>> from antiderive.portfolio import REST, Judgment
    >>> turns = Turns((Step("giac", 0.5), Step("fricas", REST)), 10.0)
    >>> turns.next
    Step(method='giac', cpu_seconds=0.5)
    >>> turns.take(Attempt("giac", Outcome("timeout", cpu_seconds=0.75), Judgment("timeout")))
    >>> turns.next
    Step(method='fricas', cpu_seconds=9.25)
    >>> turns.take(Attempt("fricas", Outcome("solved", "x", cpu_seconds=2.0), Judgment("solved")))
    >>> turns.next is None
    True
    """

    def __init__(self, steps: Sequence[Step], cpu_seconds: float | None = None) -> None:
        self.attempts: list[Attempt] = []
        self._steps = tuple(steps)
        self._left = cpu_seconds
        self._ended: set[str] = set()
        self.next = self._first()

    def step(self) -> Step:
        """The next step; unlike ``next`` never ``None``.

        Raises:
            LookupError: if no method is left.
        """
        if self.next is None:
            raise LookupError("no method is left to call")
        return self.next

    def take(self, attempt: Attempt) -> None:
        """Record the attempt of the next step.

        Raises:
            LookupError: if no method is left.
        """
        method, status = self.step().method, attempt.judgment.status
        self.attempts.append(attempt)
        if self._left is not None:
            self._left -= attempt.outcome.cpu_seconds
        if status not in INCONCLUSIVE:
            self._ended.add(method)
        self._steps = self._steps[1:] if status not in CONCLUSIVE else ()
        out_of_time = self._left is not None and self._left < _LEAST_SECONDS
        self.next = None if out_of_time else self._first()

    def result(self) -> Search:
        """The search made of the attempts so far."""
        return Search(tuple(self.attempts))

    def _first(self) -> Step | None:
        while self._steps and self._steps[0].method in self._ended:
            self._steps = self._steps[1:]
        if not self._steps:
            return None
        first = self._steps[0]
        return first if self._left is None else Step(first.method, share(self._steps, self._left))


def take_turns(turns: Turns, call: Callable[[Step], Attempt]) -> Search:
    """Make one call after another until no method is left.

    Args:
        turns: decides which step comes next.
        call: calls the method of a step and returns the attempt.
    """
    while step := turns.next:
        turns.take(call(step))
    return turns.result()
