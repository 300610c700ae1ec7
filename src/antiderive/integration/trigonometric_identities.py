"""Identities that make powers of circular and hyperbolic functions integrable by simpler rules."""

from __future__ import annotations

from antiderive.expressions import Expr
from antiderive.integration.expressions import factors_of, linear_of, number_of, top

_LARGEST_POWER = 10


def rewritten(integrand: Expr, variable: str) -> Expr | None:
    """The integrand by an identity that helps, if one is known."""
    powers: dict[str, int] = {}
    argument: Expr | None = None
    arguments: list[tuple[str, Expr]] = []
    for factor in factors_of(integrand):
        kind, inside = top(factor)
        power = 1
        if kind == "pow":
            value = number_of(inside[1])
            if value is None or value.denominator != 1:
                return None
            power = int(value)
            kind, inside = top(inside[0])
        if kind not in ("sin", "cos", "tan", "sec", "cot", "csc", "sinh", "cosh"):
            return None
        if linear_of(inside[0], variable) is None or abs(power) > _LARGEST_POWER:
            return None
        arguments.append((kind, inside[0]))
        if argument is not None and argument != inside[0]:
            return _product_to_sum(arguments) if len(factors_of(integrand)) == 2 and power == 1 else None
        argument = inside[0]
        powers[kind] = powers.get(kind, 0) + power
    return None if argument is None else _by_powers(powers, argument)


def _of(name: str, argument: Expr) -> Expr:
    return Expr.apply(name, argument)


def _by_powers(powers: dict[str, int], u: Expr) -> Expr | None:
    names = set(powers)
    if names <= {"sin", "cos"}:
        return _sines(powers.get("sin", 0), powers.get("cos", 0), u)
    if names <= {"sinh", "cosh"}:
        return _hyperbolic_sines(powers.get("sinh", 0), powers.get("cosh", 0), u)
    if names <= {"tan", "sec"}:
        return _tangents(powers.get("tan", 0), powers.get("sec", 0), _of("tan", u), _of("sec", u))
    if names <= {"cot", "csc"}:
        return _tangents(powers.get("cot", 0), powers.get("csc", 0), _of("cot", u), _of("csc", u))
    return None


def _sines(m: int, n: int, u: Expr) -> Expr | None:
    """``sin^m*cos^n``: an odd power gives a derivative, even ones go to the double angle."""
    s, c = _of("sin", u), _of("cos", u)
    if m % 2 and m > 1 and n >= 0:
        return ((1 - c**2) ** ((m - 1) // 2) * c**n).expand() * s
    if n % 2 and n > 1 and m >= 0:
        return ((1 - s**2) ** ((n - 1) // 2) * s**m).expand() * c
    if m >= 0 and n >= 0 and m % 2 == 0 and n % 2 == 0 and m + n > 0:
        double = _of("cos", 2 * u)
        half = Expr(1) / 2
        return ((half - double / 2) ** (m // 2) * (half + double / 2) ** (n // 2)).expand()
    return None


def _hyperbolic_sines(m: int, n: int, u: Expr) -> Expr | None:
    s, c = _of("sinh", u), _of("cosh", u)
    if m % 2 and m > 1 and n >= 0:
        return ((c**2 - 1) ** ((m - 1) // 2) * c**n).expand() * s
    if n % 2 and n > 1 and m >= 0:
        return ((s**2 + 1) ** ((n - 1) // 2) * s**m).expand() * c
    if m >= 0 and n >= 0 and m % 2 == 0 and n % 2 == 0 and m + n > 0:
        double = _of("cosh", 2 * u)
        half = Expr(1) / 2
        return ((double / 2 - half) ** (m // 2) * (half + double / 2) ** (n // 2)).expand()
    return None


def _tangents(m: int, n: int, tangent: Expr, secant: Expr) -> Expr | None:
    """``tan^m*sec^n`` and ``cot^m*csc^n``: by ``sec^2 = tan^2 + 1``."""
    if n == 0 and m > 2:
        return tangent ** (m - 2) * secant**2 - tangent ** (m - 2)
    if n >= 4 and n % 2 == 0 and m >= 0:
        return (tangent**m * (tangent**2 + 1) ** ((n - 2) // 2)).expand() * secant**2
    if m % 2 and m > 1 and n >= 1:
        return ((secant**2 - 1) ** ((m - 1) // 2) * secant ** (n - 1)).expand() * (tangent * secant)
    return None


def _product_to_sum(pair: list[tuple[str, Expr]]) -> Expr | None:
    (first, a), (second, b) = pair
    half = Expr(1) / 2
    if (first, second) == ("sin", "sin"):
        return half * _of("cos", a - b) - half * _of("cos", a + b)
    if (first, second) == ("cos", "cos"):
        return half * _of("cos", a - b) + half * _of("cos", a + b)
    if {first, second} == {"sin", "cos"}:
        if first == "cos":
            a, b = b, a
        return half * _of("sin", a + b) + half * _of("sin", a - b)
    return None
