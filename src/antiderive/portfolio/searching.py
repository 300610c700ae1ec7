"""Methods tried in turn until one gives an answer that is confirmed, or a proof that there is none."""

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
    """The call of a step.

    Args:
        step: the method and its CPU time.
        integrand: in prefix form.
        variable: the variable of integration.
        limits: bounds on everything but CPU time.
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
    """Asks one method after the other until an answer is confirmed, or it is proved that there is none.

    Whose turn it is, and for how long, :class:`~antiderive.portfolio.Turns` says.

    Args:
        pool: where the calls are made.
        integrand: the function.
        variable: the variable of integration.
        order: methods with their budgets; by default those of :data:`~antiderive.portfolio.DEFAULT_ORDER`
            that are installed.
        cpu_seconds: CPU time of all methods together, shared as :func:`~antiderive.portfolio.share` says;
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
    """A search without an answer, and as a further attempt that takes no time the first wrong one, mended.

    Any other search, and one whose answers lack more than a factor (:func:`~antiderive.portfolio.mended`), is
    as it was.
    """
    if found.answer is None and found.proof is None:
        for one in found.attempts:
            wrong = one.judgment.expression
            if one.judgment.status != "wrong" or wrong is None:
                continue
            if (right := mended(integrand, wrong, variable)) is not None:
                answer, verdict = right
                outcome = Outcome("solved", answer.to_prefix())
                attempt = Attempt(one.method, outcome, Judgment("solved", verdict, answer))
                return Search((*found.attempts, attempt))
    return found
