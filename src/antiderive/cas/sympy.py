"""SymPy as a back end: requests for the parent, and the functions that run in the child."""

from __future__ import annotations

from importlib.util import find_spec

from antiderive._core import Expr
from antiderive.cas.outcome import Outcome
from antiderive.cas.process import run_isolated
from antiderive.errors import MissingExtraError, UnsupportedError


def integrate_sympy(integrand: Expr, variable: str = "x", *, timeout: float) -> Outcome:
    """An antiderivative by ``sympy.integrate``, in prefix form, unverified."""
    return _call("_integrate", integrand, variable, timeout)


def prove_zero_sympy(residual: Expr, *, timeout: float) -> Outcome:
    """Solved if ``sympy.simplify`` reduces the expression to zero."""
    return _call("_is_zero", residual, "x", timeout)


def _call(function: str, expression: Expr, variable: str, timeout: float) -> Outcome:
    if find_spec("sympy") is None:
        raise MissingExtraError("SymPy as a back end", "cas")
    arguments = {"expression": expression.to_prefix(), "variable": variable}
    return run_isolated(f"{__name__}:{function}", arguments, timeout=timeout)


def _integrate(expression: str, variable: str) -> Outcome:
    import sympy

    result = sympy.integrate(Expr.from_prefix(expression).to_sympy(), sympy.Symbol(variable))
    if result.has(sympy.Integral):
        return Outcome("gave_up", reason="SymPy left an integral unevaluated")
    try:
        return Outcome("solved", value=Expr.from_sympy(result).to_prefix())
    except UnsupportedError as error:
        return Outcome(
            "unsupported", reason=f"SymPy's answer cannot be written with elementary functions here: {error}"
        )


def _is_zero(expression: str, variable: str) -> Outcome:  # noqa: ARG001  (one signature for all requests)
    import sympy

    if sympy.simplify(Expr.from_prefix(expression).to_sympy()) == 0:
        return Outcome("solved", value="INT+ 0")
    return Outcome("gave_up", reason="SymPy did not reduce the residual to zero")
