"""The search that ``antiderive solve`` makes without a model: in the order of the classifier that ships."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from antiderive.classification import SHIPPED, FeatureClassifier, Ordering
from antiderive.errors import SettingError, UnsupportedError
from antiderive.portfolio import REST, Search, Step, installed, search, with_mended
from antiderive.workers import Limits

if TYPE_CHECKING:
    from antiderive.expressions import Expr
    from antiderive.workers import Caller

_LEAST_PROMISE = 0.5
"""Answers that a call must promise, could it go on at its rate for all the time of a search."""

_PROVER = Step("sympy-risch", REST)
"""It proves most of the classical examples that FriCAS answers in special functions."""


def threshold_for(cpu_seconds: float) -> float:
    """Answers for a CPU second below which a search with so much time makes no more calls."""
    return _LEAST_PROMISE / cpu_seconds


@lru_cache(maxsize=8)
def _ordering(cpu_seconds: float) -> Ordering | None:
    """The ordering by the classifier that ships; None if nothing it knows is installed."""
    try:
        return Ordering(FeatureClassifier.load(SHIPPED), threshold=threshold_for(cpu_seconds))
    except SettingError:
        return None


def shipped_order(integrand: Expr, variable: str = "x", *, cpu_seconds: float) -> tuple[Step, ...]:
    """The calls that the classifier which ships chooses for an integrand.

    With more CPU time for all of them together it chooses more. Where it cannot read the integrand, the
    default order stands.
    """
    ordering = _ordering(cpu_seconds)
    if ordering is None:
        return installed()
    try:
        first = ordering.order_for(integrand, variable)
    except UnsupportedError:
        return installed()
    return (*first, *steps_after(ordering))


def steps_after(ordering: Ordering) -> tuple[Step, ...]:
    """Installed methods that a classifier does not know, to be asked last; none if it may ask all it knows.

    What FriCAS, Giac and Maxima leave SymPy seldom solves, and it takes long: one of 38 problems of the open
    set, with 10 CPU seconds each (``docs/log.md``).
    """
    if ordering.known <= set(ordering.methods):
        return ()
    return tuple(step for step in installed() if step.method not in ordering.known)


def shipped_search(pool: Caller, integrand: Expr, variable: str = "x", *, cpu_seconds: float) -> Search:
    """Searches for an integral as ``antiderive solve`` does without a model.

    The methods of :func:`shipped_order` in turn; one that proves, where an answer in special functions hints
    that there is no elementary one; a wrong answer that can be mended, where nothing else came of it.

    Args:
        pool: where the calls are made.
        integrand: the function.
        variable: the variable of integration.
        cpu_seconds: CPU time of all calls together.

    Raises:
        SettingError: if no method is installed.
    """
    order = shipped_order(integrand, variable, cpu_seconds=cpu_seconds)
    limits = Limits(cpu_seconds)
    found = search(pool, integrand, variable, order=order, cpu_seconds=cpu_seconds, limits=limits)
    special = any(attempt.judgment.status == "special" for attempt in found.attempts)
    left = cpu_seconds - found.cpu_seconds
    if found.answer is None and found.proof is None and special and left > 0:
        asked = {step.method for step in order}
        provers = [step for step in installed((_PROVER,)) if step.method not in asked]
        if provers:
            more = search(pool, integrand, variable, order=provers, cpu_seconds=left, limits=limits)
            found = Search((*found.attempts, *more.attempts))
    return with_mended(found, integrand, variable)
