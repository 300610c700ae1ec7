"""The package's own integrator as one of the methods that a search calls, in workers like all others."""

from __future__ import annotations

from antiderive.cas import Method, MethodResult, add_method
from antiderive.expressions import Expr
from antiderive.integration import integrate
from antiderive.portfolio.mending import mended

OWN = "own"
"""Name of the method."""

OWN_SECONDS = 3.0
"""CPU seconds that the integrator makes use of for one integral; it seldom takes a tenth of one."""


def answer(integrand: str, variable: str, cpu_seconds: float) -> MethodResult:
    """Integrate and return the outcome as plain values. It runs in a worker.

    Args:
        integrand: in prefix form.
        variable: the variable of integration.
        cpu_seconds: the budget, which the integrator keeps from inside.
    """
    budget = min(OWN_SECONDS, cpu_seconds)
    found = integrate(Expr.from_prefix(integrand), variable, budget, mend=mended)
    if found.expression is not None:
        return "solved", found.expression.to_prefix(), "", ()
    return "nonelementary" if found.proof is not None else "gave_up", None, found.reason, ()


add_method(Method(OWN, "antiderive: the integrator of this package, exact methods", "", answer))
