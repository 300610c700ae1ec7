"""Integrands as classifiers read them: functions of ``x`` with parameters ``a0``, ``a1``, ..."""

from __future__ import annotations

from antiderive.errors import UnsupportedError
from antiderive.expressions import COEFFICIENTS, CONSTANTS, Expr


def renamed(integrand: Expr, variable: str = "x") -> Expr:
    """The integrand with its variable renamed to ``x``, and its parameters in order of first occurrence.

    Raises:
        UnsupportedError: if there are more parameters than names.
    """
    own = {variable, *CONSTANTS}
    names = [value for kind, value in integrand.nodes() if kind == "symbol" and value not in own]
    names = list(dict.fromkeys(names))
    if variable == "x" and tuple(names) == COEFFICIENTS[: len(names)]:
        return integrand
    if len(names) > len(COEFFICIENTS) or integrand.is_equation:
        raise UnsupportedError(f"{len(names)} parameters; classifiers know at most {len(COEFFICIENTS)}")
    new = {Expr.from_prefix(old): Expr(name) for old, name in zip(names, COEFFICIENTS, strict=False)}
    if variable != "x":
        new[Expr.from_prefix(variable)] = Expr("x")
    return integrand.subs(new)
