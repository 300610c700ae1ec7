"""Attempts of methods at one integrand, and the search that they form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from antiderive.portfolio.judgment import Judgment, judge_outcome

if TYPE_CHECKING:
    from antiderive.cas import Outcome
    from antiderive.expressions import Expr

_PRECEDENCE = (
    "solved",
    "nonelementary",
    "timeout",
    "memory",
    "crashed",
    "unconfirmed",
    "special",
    "wrong",
    "partial",
    "gave_up",
    "unsupported",
)
"""Statuses by precedence: the first that occurs stands for a whole search. A method that was stopped might
have found an answer."""


@dataclass(frozen=True)
class Attempt:
    """One call of one method.

    Attributes:
        method: its name.
        outcome: how the call ended, with the times of this attempt.
        judgment: the status of the outcome after verification.
    """

    method: str
    outcome: Outcome
    judgment: Judgment

    @classmethod
    def judged(cls, method: str, integrand: Expr, outcome: Outcome, variable: str = "x") -> Attempt:
        """Verify the answer in an outcome and return the attempt."""
        return cls(method, outcome, judge_outcome(integrand, outcome, variable=variable))


@dataclass(frozen=True)
class Search:
    """All attempts at one integrand, in order; there is at least one."""

    attempts: tuple[Attempt, ...]

    @property
    def best(self) -> Attempt:
        """The attempt that stands for the search: the first by precedence of its status."""
        return min(self.attempts, key=lambda attempt: _PRECEDENCE.index(attempt.judgment.status))

    @property
    def answer(self) -> Attempt | None:
        """The last attempt, if its answer is confirmed."""
        last = self.attempts[-1]
        return last if last.judgment.status == "solved" else None

    @property
    def proof(self) -> Attempt | None:
        """The last attempt, if it proved that there is no elementary antiderivative."""
        last = self.attempts[-1]
        return last if last.judgment.status == "nonelementary" else None

    @property
    def cpu_seconds(self) -> float:
        """CPU time of all attempts."""
        return sum(one.outcome.cpu_seconds for one in self.attempts)
