"""Integrands as classifiers see them: a function of ``x`` with parameters ``a0``, ``a1``, ..."""

from __future__ import annotations

from antiderive._core import Expr
from antiderive.errors import UnsupportedError

_PARAMETERS = [f"a{place}" for place in range(10)]
_RESERVED = {"Y", "Y'", "Y''"}


def renamed(integrand: Expr, variable: str = "x") -> Expr:
    """The integrand with its variable named ``x`` and its parameters by their first places.

    Raises:
        UnsupportedError: for more parameters than there are names.
    """
    own = {variable, "pi", "E", "I"}
    names = [value for kind, value in integrand.nodes() if kind == "symbol" and value not in own]
    names = list(dict.fromkeys(names))
    if variable == "x" and names == _PARAMETERS[: len(names)]:
        return integrand
    if len(names) > len(_PARAMETERS) or _RESERVED & set(names):
        raise UnsupportedError(f"{len(names)} parameters; classifiers know at most {len(_PARAMETERS)}")
    new = {Expr.from_prefix(old): Expr(name) for old, name in zip(names, _PARAMETERS, strict=False)}
    if variable != "x":
        new[Expr.from_prefix(variable)] = Expr("x")
    return integrand.subs(new)
