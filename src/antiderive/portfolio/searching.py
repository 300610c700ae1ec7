"""The search: methods called in turn until an answer is confirmed, or it is proved that there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from antiderive.cas import Outcome, Request, ask
from antiderive.errors import SettingError
from antiderive.portfolio.attempts import Attempt, Search
from antiderive.portfolio.judgment import Judgment
from antiderive.portfolio.mending import mended
from antiderive.portfolio.steps import REST, Step, installed
from antiderive.portfolio.turns import Turns, take_turns
from antiderive.workers import Limits

if TYPE_CHECKING:
    from antiderive.expressions import Expr
    from antiderive.workers import Caller


def request_of(step: Step, integrand: str, variable: str, limits: Limits) -> Request:
    """The request that a step sends to the pool.

    Args:
        step: the method and its CPU budget.
        integrand: in prefix form.
        variable: the variable of integration.
        limits: all other limits.
    """
    return Request(step.method, integrand, variable, replace(limits, cpu_seconds=step.cpu_seconds))


def search(
    pool: Caller,
    integrand: Expr,
    variable: str = "x",
    *,
    order: Sequence[Step] | None = None,
    cpu_seconds: float | None = None,
    limits: Limits | None = None,
) -> Search:
    """Call one method after another until an answer is confirmed, or it is proved that there is none.

    :class:`~antiderive.portfolio.Turns` decides which method comes next, and for how long.

    Args:
        pool: runs the calls.
        integrand: the integrand.
        variable: the variable of integration.
        order: methods with their budgets; by default those of :data:`~antiderive.portfolio.DEFAULT_ORDER`
            that are installed.
        cpu_seconds: CPU time for all methods together, shared out by :func:`~antiderive.portfolio.share`;
            the search ends when it is spent. By default each method has its own budget.
        limits: memory and wall-clock limits of each call, and the CPU limit of a step that has no budget of
            its own if ``cpu_seconds`` is not given; by default those of the pool.

    Raises:
        SettingError: if there is no method to try.
        WorkerError: if a program of ``order`` is not installed.
    """
    steps = installed() if order is None else tuple(order)
    if not steps:
        raise SettingError("no method to try; 'antiderive cas list' shows what can be installed")
    bounds = limits or pool.limits
    if cpu_seconds is None:
        rest = bounds.cpu_seconds
        steps = tuple(Step(one.method, rest) if one.cpu_seconds == REST else one for one in steps)
    prefix = integrand.to_prefix()

    def call(step: Step) -> Attempt:
        outcome = ask(pool, request_of(step, prefix, variable, bounds))
        return Attempt.judged(step.method, integrand, outcome, variable)

    return take_turns(Turns(steps, cpu_seconds), call)


def with_mended(found: Search, integrand: Expr, variable: str = "x") -> Search:
    """A search without an answer, plus one more attempt: its first wrong answer that can be mended.

    That attempt takes no time. A search that has an answer, or none that :func:`~antiderive.portfolio.mended`
    can mend, is returned unchanged.
    """
    if found.answer is None and found.proof is None:
        for one in found.attempts:
            wrong = one.judgment.expression
            if one.judgment.status != "wrong" or wrong is None:
                continue
            if (right := mended(integrand, wrong, variable)) is not None:
                answer, verdict = right
                outcome = Outcome("solved", answer.to_prefix())
                attempt = Attempt(one.method, outcome, Judgment("solved", verdict, answer, verdict.reason))
                return Search((*found.attempts, attempt))
    return found
