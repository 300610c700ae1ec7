"""The search of ``antiderive solve`` without a model: in the order of the built-in classifier."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from antiderive.classification import SHIPPED, FeatureClassifier, Ordering
from antiderive.errors import SettingError, UnsupportedError
from antiderive.portfolio import OWN, OWN_SECONDS, REST, Search, Step, installed, search, with_mended
from antiderive.workers import Limits

if TYPE_CHECKING:
    from antiderive.expressions import Expr
    from antiderive.workers import Caller

_LEAST_ANSWERS = 0.5
"""Expected answers, at a call's rate for the whole time of a search, below which it is not worth making."""

_PROVER = Step("sympy-risch", REST)
"""The method that proves most of the classical examples that FriCAS answers with special functions."""


def threshold_for(cpu_seconds: float) -> float:
    """Expected answers per CPU second below which a search with this much time makes no more calls."""
    return _LEAST_ANSWERS / cpu_seconds


@lru_cache(maxsize=8)
def _ordering(cpu_seconds: float) -> Ordering | None:
    """The ordering by the built-in classifier; ``None`` if no method it knows is installed."""
    try:
        return Ordering(FeatureClassifier.load(SHIPPED), threshold=threshold_for(cpu_seconds))
    except SettingError:
        return None


def shipped_order(integrand: Expr, variable: str = "x", *, cpu_seconds: float) -> tuple[Step, ...]:
    """The steps that the built-in classifier chooses for an integrand.

    With more CPU time in all it chooses more steps. If it cannot read the integrand, the default order is
    used.
    """
    ordering = _ordering(cpu_seconds)
    if ordering is None:
        return installed_systems()
    try:
        first = ordering.order_for(integrand, variable)
    except UnsupportedError:
        return installed_systems()
    return (*first, *steps_after(ordering))


def steps_after(ordering: Ordering) -> tuple[Step, ...]:
    """Installed methods that a classifier does not know, to be called last; none if it may use all it knows.

    SymPy seldom solves what FriCAS, Giac and Maxima leave over, and takes long: it solved one of 38 problems
    of the open set, with 10 CPU seconds each (``docs/log.md``).
    """
    if ordering.known <= set(ordering.methods):
        return ()
    return tuple(step for step in installed_systems() if step.method not in ordering.known)


def installed_systems() -> tuple[Step, ...]:
    """The steps of the computer algebra systems that are installed, in the default order."""
    return tuple(step for step in installed() if step.method != OWN)


def full_search(pool: Caller, integrand: Expr, variable: str = "x", *, cpu_seconds: float) -> Search:
    """Search as ``antiderive solve`` does without a model: own integrator, then :func:`shipped_search`."""
    own = Step(OWN, min(OWN_SECONDS, cpu_seconds))
    found = search(pool, integrand, variable, order=[own], limits=Limits(cpu_seconds))
    if found.answer is not None or found.proof is not None or not installed_systems():
        return found
    more = shipped_search(pool, integrand, variable, cpu_seconds=cpu_seconds)
    return Search((*found.attempts, *more.attempts))


def shipped_search(pool: Caller, integrand: Expr, variable: str = "x", *, cpu_seconds: float) -> Search:
    """Search for an integral among computer algebra systems, as ``antiderive solve`` does.

    It calls the methods of :func:`shipped_order` in turn. If an answer with special functions hints that
    there is no elementary one, it calls a method that proves that. If there is still no answer, it mends a
    wrong one.

    Args:
        pool: runs the calls.
        integrand: the integrand.
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
