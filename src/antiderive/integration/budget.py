"""A budget of CPU seconds, kept from inside: work asks between its small pieces whether it may go on."""

from __future__ import annotations

import time

from antiderive.errors import LimitError


class BudgetError(LimitError):
    """The CPU seconds granted are used up."""


class GiveUpError(LimitError):
    """A method does not apply, or its work would be too large; others may still succeed."""


_LOOK = 0.005
"""Seconds between two looks at the clock of the process."""


class Budget:
    """CPU seconds of this process that may still be used.

    Args:
        seconds: how much from now on.
        parent: a wider budget that must hold as well.
    """

    def __init__(self, seconds: float, parent: Budget | None = None) -> None:
        self.seconds = seconds
        self.start = time.process_time()
        self.end = self.start + seconds
        self._next_look = time.perf_counter() + min(seconds, _LOOK)
        if parent is not None:
            self.end = min(self.end, parent.end)

    @property
    def used(self) -> float:
        """CPU seconds since the budget was made."""
        return time.process_time() - self.start

    @property
    def left(self) -> float:
        """CPU seconds that are left."""
        return self.end - time.process_time()

    def check(self) -> None:
        """Raises BudgetError when nothing is left.

        Reading the clock of the process is slow on some systems, so it is not read again before as much time
        has passed as matters: CPU seconds do not run faster than those on the wall.
        """
        now = time.perf_counter()
        if now < self._next_look:
            return
        left = self.left
        if left < 0:
            raise BudgetError("the CPU seconds granted are used up")
        self._next_look = now + min(left, _LOOK)

    def share(self, seconds: float) -> Budget:
        """A budget for one piece of the work, within this one."""
        return Budget(seconds, self)


_current: list[Budget] = []
"""The budgets in force, innermost last: deep algebra asks the innermost one."""


class spending:  # noqa: N801  (used like a function: ``with spending(budget)``)
    """Puts a budget in force for the algebra inside the block."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget

    def __enter__(self) -> Budget:
        _current.append(self.budget)
        return self.budget

    def __exit__(self, *_: object) -> None:
        _current.pop()


def checkpoint() -> None:
    """Asks the budget in force, if there is one."""
    if _current:
        _current[-1].check()
