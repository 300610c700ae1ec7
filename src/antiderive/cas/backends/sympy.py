"""SymPy. These functions run in a worker; only a pool calls them, by the name of the method.

SymPy proves no "no" here. Its ``NonElementaryIntegral`` says that a branch of its Risch algorithm has ended,
also where it should not have: for ``exp(x + exp(x))``, for a constant factor that is zero in disguise, and
for one part of a sum that is elementary as a whole. It is an integral that is left.

Of an answer with cases by the value of a parameter, the generic case is used: for ``x**n``, ``x**(n + 1)/(n +
1)``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy.core.random import seed
from sympy.integrals.heurisch import heurisch
from sympy.integrals.manualintegrate import manualintegrate

from antiderive.cas.backends.syntax import parts_of
from antiderive.cas.outcome import Outcome
from antiderive.errors import AntideriveError
from antiderive.expressions import COEFFICIENTS, Expr

_WARM_UP = ("x*exp(x)", "x*sqrt(x + 1)", "1/(x^2 + 1)", "log(x)", "sin(x)^2", "exp(-x^2)")
"""Integrands that make SymPy load its tables and fill its caches."""


def warm_up() -> None:
    """Load everything that the first calls would load; called once, in the fork server."""
    for text in _WARM_UP:
        expression = Expr(text).to_prefix()
        for method in METHODS.values():
            method(expression, "x")


def integrate(expression: str, variable: str) -> Outcome:
    """Integrate with ``sympy.integrate``."""
    return _integral(sympy.integrate, expression, variable)


def risch(expression: str, variable: str) -> Outcome:
    """``sympy.integrate(risch=True)``: the transcendental Risch algorithm alone."""
    return _integral(lambda f, x: sympy.integrate(f, x, risch=True), expression, variable)


def manual(expression: str, variable: str) -> Outcome:
    """Integrate with ``manualintegrate``: the rules used by hand."""
    return _integral(manualintegrate, expression, variable)


def heuristic(expression: str, variable: str) -> Outcome:
    """Integrate with ``heurisch``: the heuristic Risch-Norman algorithm."""
    return _integral(heurisch, expression, variable)


def is_zero(expression: str, variable: str) -> Outcome:  # noqa: ARG001  (one signature for all methods)
    """Return ``solved``, with the value zero, if ``sympy.simplify`` reduces the expression to zero."""
    try:
        residual = Expr.from_prefix(expression).to_sympy()
    except AntideriveError as error:
        return Outcome("unsupported", reason=str(error))
    if sympy.simplify(residual) == 0:
        return Outcome("solved", value="INT+ 0")
    return Outcome("gave_up", reason="SymPy did not reduce the expression to zero")


METHODS: dict[str, Callable[[str, str], Outcome]] = {
    "sympy": integrate,
    "sympy-risch": risch,
    "sympy-manual": manual,
    "sympy-heurisch": heuristic,
    "sympy-zero": is_zero,
}


def _integral(method: Callable[[Any, Any], Any], expression: str, variable: str) -> Outcome:
    seed(0)  # SymPy tests some conditions at random points: the same points in every worker
    try:
        integrand = Expr.from_prefix(expression).to_sympy()
    except AntideriveError as error:
        return Outcome("unsupported", reason=f"SymPy cannot be asked: {error}")
    try:
        answer = method(integrand, sympy.Symbol(variable))
    except NotImplementedError as error:
        return Outcome("gave_up", reason=f"not implemented in SymPy: {error}"[:200])
    return Outcome("gave_up", reason="SymPy found nothing") if answer is None else _read(answer)


def _read(answer: Any) -> Outcome:  # noqa: ANN401  (SymPy is untyped)
    """Return the outcome in SymPy's answer."""
    if answer.has(sympy.Integral):
        return Outcome("partial", reason="SymPy left an integral unevaluated")
    cases = bool(answer.has(sympy.Piecewise))
    if cases:
        answer = answer.replace(sympy.Piecewise, _generic_case)
    special = sorted({type(part).__name__ for part in answer.atoms(sympy.Function) if _is_special(part)})
    if special or answer.has(sympy.Sum, sympy.Product, sympy.Limit):
        reason = f"SymPy's answer needs {', '.join(special) or 'a sum or a limit'}"
        return Outcome("special", reason=reason, evidence=_evidence(answer))
    if answer.has(sympy.RootSum):
        return Outcome("unsupported", reason="SymPy's answer needs the roots of a polynomial")
    try:
        value = Expr.from_sympy(answer).to_prefix()
    except AntideriveError as error:
        return Outcome("unsupported", reason=f"SymPy's answer cannot be written here: {error}"[:500])
    return Outcome("solved", value=value, reason="the generic case of several" if cases else "")


def _evidence(answer: Any) -> tuple[tuple[str, ...], ...]:  # noqa: ANN401
    """Return the parts of an answer in special functions; empty if they cannot be taken apart."""
    calls = sorted((part for part in answer.atoms(sympy.Function) if _is_special(part)), key=str)
    used = {str(symbol) for symbol in answer.free_symbols}
    symbols = [name for name in COEFFICIENTS if name not in used][: len(calls)]
    try:
        whole = Expr.from_sympy(answer.xreplace(dict(zip(calls, map(sympy.Symbol, symbols), strict=True))))
        called = {symbol: _call(call) for symbol, call in zip(symbols, calls, strict=True)}
    except (AntideriveError, ValueError):
        return ()
    return parts_of(whole, called)


def _call(function: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Return name and arguments of a special function; the dilogarithm is ``Li2``."""
    name, arguments = type(function).__name__, function.args
    if name == "polylog" and arguments[0] == 2:
        name, arguments = "Li2", arguments[1:]
    return (name, *(Expr.from_sympy(argument).to_prefix() for argument in arguments))


def _is_special(function: Any) -> bool:  # noqa: ANN401
    return type(function).__module__.startswith("sympy.functions.special") or isinstance(
        function, sympy.LambertW
    )


def _generic_case(*cases: Any) -> Any:  # noqa: ANN401
    """Return the first case whose condition excludes only single values, else the last one."""
    for value, condition in cases:
        if all(isinstance(part, sympy.Ne) for part in condition.atoms(sympy.core.relational.Relational)):
            return value
    return cases[-1][0]
