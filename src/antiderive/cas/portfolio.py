"""Methods tried in turn until one gives an answer that is confirmed.

Verification is a floor above this one, so what confirms an answer is given by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from antiderive._core import Expr
from antiderive.cas.methods import method_named
from antiderive.cas.outcome import Outcome
from antiderive.cas.request import Limits, Request
from antiderive.errors import SettingError

if TYPE_CHECKING:
    from antiderive.cas.pool import Caller


@dataclass(frozen=True)
class Step:
    """A method with its budget.

    Attributes:
        method: its name, see :data:`antiderive.cas.methods.METHODS`.
        cpu_seconds: CPU time it may take.
    """

    method: str
    cpu_seconds: float


DEFAULT_ORDER = (
    Step("fricas", 3.0),
    Step("giac", 2.0),
    Step("maxima", 3.0),
    Step("sympy-risch", 2.0),
    Step("sympy-manual", 5.0),
)
"""By confirmed answers for the CPU time on random functions, measured by ``antiderive bench portfolio``."""


@dataclass(frozen=True)
class Confirmation:
    """What a check found of an answer.

    Attributes:
        status: ``confirmed``, ``refuted`` (it provably is wrong) or ``unknown``.
        evidence: one line on how it was decided, such as a counter-example.
    """

    status: Literal["confirmed", "refuted", "unknown"]
    evidence: str = ""


Confirm = Callable[[Expr, Expr], Confirmation]
"""Judges a candidate: takes the integrand and the candidate."""


@dataclass(frozen=True)
class Attempt:
    """What came of one method.

    Attributes:
        method: its name.
        outcome: how the call ended; its times are those of this attempt.
        confirmation: what the check found, if there was an answer.
    """

    method: str
    outcome: Outcome
    confirmation: Confirmation | None = None


@dataclass(frozen=True)
class Search:
    """All attempts at one integrand, in order."""

    attempts: tuple[Attempt, ...]

    @property
    def answer(self) -> Attempt | None:
        """The last attempt, if its answer is confirmed."""
        last = self.attempts[-1]
        return last if last.confirmation and last.confirmation.status == "confirmed" else None

    @property
    def proof(self) -> Attempt | None:
        """The last attempt, if it proved that there is no elementary antiderivative."""
        last = self.attempts[-1]
        return last if last.outcome.status == "nonelementary" else None

    @property
    def cpu_seconds(self) -> float:
        """CPU time of all attempts."""
        return sum(one.outcome.cpu_seconds for one in self.attempts)


def installed(order: Sequence[Step] = DEFAULT_ORDER) -> tuple[Step, ...]:
    """The steps whose methods can run here."""
    return tuple(step for step in order if method_named(step.method).version is not None)


def search(
    pool: Caller,
    integrand: Expr,
    variable: str = "x",
    *,
    confirm: Confirm,
    order: Sequence[Step] | None = None,
    limits: Limits | None = None,
) -> Search:
    """Asks one method after the other until an answer is confirmed, or it is proved that there is none.

    Args:
        pool: where the calls are made.
        integrand: the function.
        variable: the variable of integration.
        confirm: judges each answer.
        order: methods with their budgets; by default those of :data:`DEFAULT_ORDER` that are installed.
        limits: bounds on memory and wall-clock time; the budgets stand for the CPU time.

    Raises:
        SettingError: if there is no method to try.
        WorkerError: if a program of ``order`` is not installed.
    """
    steps = installed() if order is None else tuple(order)
    if not steps:
        raise SettingError("no method to try; 'antiderive cas list' tells what can be installed")
    attempts: list[Attempt] = []
    for step in steps:
        request = Request(step.method, integrand.to_prefix(), variable)
        bounds = replace(limits or pool.limits, cpu_seconds=step.cpu_seconds)
        outcome = pool.call(request, limits=bounds)
        confirmation = None
        if outcome.status == "solved" and outcome.value is not None:
            confirmation = confirm(integrand, Expr.from_prefix(outcome.value))
        attempts.append(Attempt(step.method, outcome, confirmation))
        if outcome.status == "nonelementary" or (confirmation and confirmation.status == "confirmed"):
            break
    return Search(tuple(attempts))
