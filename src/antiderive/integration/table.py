"""The table of basic integrals, of linear functions of the variable too."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from antiderive.expressions import Expr
from antiderive.integration.expressions import (
    arctangent,
    factors_of,
    linear_of,
    logarithm,
    number_of,
    sign,
    square_root,
    terms,
    top,
)
from antiderive.integration.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable


def _of(name: str, argument: Expr) -> Expr:
    return Expr.apply(name, argument)


_FUNCTIONS: dict[str, Callable[[Expr], Expr]] = {
    "exp": lambda u: _of("exp", u),
    "sin": lambda u: -_of("cos", u),
    "cos": lambda u: _of("sin", u),
    "tan": lambda u: -logarithm(_of("cos", u)),
    "cot": lambda u: logarithm(_of("sin", u)),
    "sec": lambda u: logarithm(_of("sec", u) + _of("tan", u)),
    "csc": lambda u: -logarithm(_of("csc", u) + _of("cot", u)),
    "sinh": lambda u: _of("cosh", u),
    "cosh": lambda u: _of("sinh", u),
    "tanh": lambda u: logarithm(_of("cosh", u)),
    "coth": lambda u: logarithm(_of("sinh", u)),
    "sech": lambda u: arctangent(_of("sinh", u)),
    "csch": lambda u: logarithm(_of("tanh", u / 2)),
    "ln": lambda u: u * logarithm(u) - u,
}
"""Antiderivatives of functions of one argument, with respect to it."""

_SQUARES: dict[tuple[str, int], Callable[[Expr], Expr]] = {
    ("sec", 2): lambda u: _of("tan", u),
    ("csc", 2): lambda u: -_of("cot", u),
    ("sech", 2): lambda u: _of("tanh", u),
    ("csch", 2): lambda u: -_of("coth", u),
    ("cos", -2): lambda u: _of("tan", u),
    ("sin", -2): lambda u: -_of("cot", u),
    ("cosh", -2): lambda u: _of("tanh", u),
    ("sinh", -2): lambda u: -_of("coth", u),
    ("tan", 2): lambda u: _of("tan", u) - u,
    ("cot", 2): lambda u: -_of("cot", u) - u,
    ("tanh", 2): lambda u: u - _of("tanh", u),
    ("coth", 2): lambda u: u - _of("coth", u),
    ("cos", -1): _FUNCTIONS["sec"],
    ("sin", -1): _FUNCTIONS["csc"],
    ("cosh", -1): _FUNCTIONS["sech"],
    ("sinh", -1): _FUNCTIONS["csch"],
    ("tan", -1): _FUNCTIONS["cot"],
    ("exp", -1): lambda u: -_of("exp", -u),
}
"""Antiderivatives of powers of functions, by function and exponent."""

_PRODUCTS: dict[tuple[str, str], Callable[[Expr], Expr]] = {
    ("sec", "tan"): lambda u: _of("sec", u),
    ("cot", "csc"): lambda u: -_of("csc", u),
    ("sech", "tanh"): lambda u: -_of("sech", u),
    ("coth", "csch"): lambda u: -_of("csch", u),
}


def looked_up(integrand: Expr, variable: str) -> Step | None:
    """The step for an integrand of the table."""
    x = Expr(variable)
    if integrand == x:
        return Step("power", integrand, x**2 / 2, variable)
    kind, arguments = top(integrand)
    if kind == "pow":
        return _power(integrand, arguments[0], arguments[1], variable)
    if kind in _FUNCTIONS:
        return _by_argument(integrand, arguments[0], _FUNCTIONS[kind], variable)
    if kind == "mul" and len(arguments) == 2:
        (first, one), (second, other) = (top(factor) for factor in arguments)
        made = _PRODUCTS.get((first, second) if first < second else (second, first))
        if made is not None and one == other:
            return _by_argument(integrand, one[0], made, variable)
    return None


def _by_argument(
    integrand: Expr, argument: Expr, antiderivative: Callable[[Expr], Expr], variable: str
) -> Step | None:
    found = linear_of(argument, variable)
    if found is None:
        return None
    slope = found[0]
    after = antiderivative(argument) / slope
    if argument == Expr(variable):
        return Step("table", integrand, after, variable)
    return Step("linear argument", integrand, after, variable, conditions=_not_zero(slope))


def _not_zero(*values: Expr) -> tuple[str, ...]:
    """The conditions that symbolic values are not zero."""
    return tuple(f"{value} != 0" for value in values if value.free_symbols)


def _power(integrand: Expr, base: Expr, exponent: Expr, variable: str) -> Step | None:
    if variable in exponent.free_symbols:
        if variable in base.free_symbols:
            return None
        return _by_argument(integrand, exponent, lambda u: base**u / logarithm(base), variable)
    found = linear_of(base, variable)
    if found is not None:
        return _linear_power(integrand, base, exponent, found[0], variable)
    value = number_of(exponent)
    return None if value is None else _known_power(integrand, base, value, variable)


def _known_power(integrand: Expr, base: Expr, exponent: Fraction, variable: str) -> Step | None:
    name, inside = top(base)
    made = _SQUARES.get((name, exponent.numerator)) if exponent.denominator == 1 else None
    if made is not None:
        return _by_argument(integrand, inside[0], made, variable)
    if exponent in (-1, Fraction(-1, 2)):
        after = _quadratic(base, exponent, variable)
        return None if after is None else Step("table", integrand, after, variable)
    return None


def _linear_power(integrand: Expr, base: Expr, exponent: Expr, slope: Expr, variable: str) -> Step:
    plain = base == Expr(variable)
    if exponent == -1:
        after = logarithm(base) / slope
        rule = "reciprocal" if plain else "linear argument"
        return Step(rule, integrand, after, variable, conditions=_not_zero(slope))
    after = base ** (exponent + 1) / (slope * (exponent + 1))
    conditions = _not_zero(slope) + ((f"{exponent} != -1",) if exponent.free_symbols else ())
    return Step("power" if plain else "linear argument", integrand, after, variable, conditions=conditions)


def _quadratic(base: Expr, exponent: Fraction, variable: str) -> Expr | None:
    """The integral of ``1/(p + q*x^2)`` or ``1/sqrt(p + q*x^2)``."""
    found = _pure_quadratic(base, variable)
    if found is None:
        return None
    (p, q), x = found, Expr(variable)
    signs = sign(p), sign(q)
    numeric = p.is_number and q.is_number
    if exponent == -1:
        root = square_root(p * q)
        short = numeric or len(str(p)) + len(str(q)) <= _SHORT
        return arctangent(q * x / root) / root if signs == (1, 1) and short else None
    name = {(1, -1): "asin", (1, 1): "asinh"}.get(signs) if numeric else None
    if name is None:
        return None
    root = square_root(-q if name == "asin" else q)
    return _of(name, root * x / square_root(p)) / root


_SHORT = 12
"""Characters of coefficients that are written below a root."""


def _pure_quadratic(base: Expr, variable: str) -> tuple[Expr, Expr] | None:
    if len(terms(base)) != 2:
        return None
    p, q = Expr(0), Expr(0)
    for term in terms(base):
        if variable not in term.free_symbols:
            p = p + term
            continue
        rest = term / Expr(variable) ** 2
        if variable in rest.free_symbols:
            return None
        q = q + rest
    return None if p == 0 or q == 0 else (p, q)


def split_constant(integrand: Expr, variable: str) -> tuple[Expr, Expr]:
    """The factor that is free of the variable, and the rest."""
    constant, rest = Expr(1), Expr(1)
    for factor in factors_of(integrand):
        if variable in factor.free_symbols:
            rest = rest * factor
        else:
            constant = constant * factor
    return constant, rest
