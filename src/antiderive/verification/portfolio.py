"""Methods tried in turn until one gives an answer that is confirmed, or a proof that there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from antiderive.cas import Outcome, Request, ask
from antiderive.cas.portfolio import REST, Step, Turns, installed
from antiderive.errors import SettingError
from antiderive.verification.answers import Judgement, judge_outcome
from antiderive.verification.mending import mended
from antiderive.workers import Limits

if TYPE_CHECKING:
    from antiderive._core import Expr
    from antiderive.workers import Caller


@dataclass(frozen=True)
class Attempt:
    """What came of one method.

    Attributes:
        method: its name.
        outcome: how the call ended; its times are those of this attempt.
        judgement: what the outcome is worth.
    """

    method: str
    outcome: Outcome
    judgement: Judgement


_TELLING = (
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
"""Outcomes of several methods in the order in which they stand for all: a method that was stopped might have
had an answer."""


@dataclass(frozen=True)
class Search:
    """All attempts at one integrand, in order; there is at least one."""

    attempts: tuple[Attempt, ...]

    @property
    def best(self) -> Attempt:
        """The one that stands for all: the conclusive one, else one that was stopped, else what says most."""
        return min(self.attempts, key=lambda attempt: _TELLING.index(attempt.judgement.status))

    @property
    def answer(self) -> Attempt | None:
        """The last attempt, if its answer is confirmed."""
        last = self.attempts[-1]
        return last if last.judgement.status == "solved" else None

    @property
    def proof(self) -> Attempt | None:
        """The last attempt, if it proved that there is no elementary antiderivative."""
        last = self.attempts[-1]
        return last if last.judgement.status == "nonelementary" else None

    @property
    def cpu_seconds(self) -> float:
        """CPU time of all attempts."""
        return sum(one.outcome.cpu_seconds for one in self.attempts)


def search(
    pool: Caller,
    integrand: Expr,
    variable: str = "x",
    *,
    order: Sequence[Step] | None = None,
    cpu_seconds: float | None = None,
    limits: Limits | None = None,
) -> Search:
    """Asks one method after the other until an answer is confirmed, or it is proved that there is none.

    Whose turn it is, and for how long, :class:`~antiderive.cas.portfolio.Turns` says.

    Args:
        pool: where the calls are made.
        integrand: the function.
        variable: the variable of integration.
        order: methods with their budgets; by default those of
            :data:`~antiderive.cas.portfolio.DEFAULT_ORDER` that are installed.
        cpu_seconds: CPU time of all methods together, shared as :func:`~antiderive.cas.portfolio.share` says;
            when it is spent no other method is asked. By default each has its budget.
        limits: bounds on memory and wall-clock time of each call, and on the CPU time of a step without a
            budget of its own where there is no ``cpu_seconds``; by default those of the pool.

    Raises:
        SettingError: if there is no method to try.
        WorkerError: if a program of ``order`` is not installed.
    """
    steps = installed() if order is None else tuple(order)
    if not steps:
        raise SettingError("no method to try; 'antiderive cas list' tells what can be installed")
    limits = limits or pool.limits
    if cpu_seconds is None:
        rest = limits.cpu_seconds
        steps = tuple(Step(one.method, rest) if one.cpu_seconds == REST else one for one in steps)
    turns = Turns(steps, cpu_seconds)
    attempts: list[Attempt] = []
    while step := turns.next:
        bounds = replace(limits, cpu_seconds=step.cpu_seconds)
        outcome = ask(pool, Request(step.method, integrand.to_prefix(), variable), limits=bounds)
        attempt = Attempt(step.method, outcome, judge_outcome(integrand, outcome, variable=variable))
        attempts.append(attempt)
        turns.take(attempt.judgement.status, outcome.cpu_seconds)
    return Search(tuple(attempts))


def with_mended(found: Search, integrand: Expr, variable: str = "x") -> Search:
    """A search without an answer, and as a further attempt that takes no time the first wrong one, mended.

    Any other search, and one whose answers lack more than a factor
    (:func:`~antiderive.verification.mending.mended`), is as it was.
    """
    if found.answer is None and found.proof is None:
        for one in found.attempts:
            wrong = one.judgement.expression
            if one.judgement.status != "wrong" or wrong is None:
                continue
            if (right := mended(integrand, wrong, variable)) is not None:
                answer, verdict = right
                outcome = Outcome("solved", answer.to_prefix())
                attempt = Attempt(one.method, outcome, Judgement("solved", verdict, answer))
                return Search((*found.attempts, attempt))
    return found
