"""Constants of an integrand: whether it is certain which of their combinations are zero.

A proof that there is no elementary antiderivative rests on that: with a factor that is zero in disguise the
integrand is another one. The values of constants are not computed here.
"""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from antiderive.expressions import Expr

_LARGEST_RADICAND = 10**8


def constants_are_decided(integrand: Expr, variable: str) -> bool:
    """True if the constants leave no doubt about which polynomials in them are zero.

    They may be rational numbers; parameters; roots of pairwise coprime square-free integers, which are
    independent (Besicovitch 1940); and one transcendental number: pi, E, or a function of a rational number
    or of a product of powers of parameters (Lindemann and Weierstrass).
    """
    nodes = integrand.nodes()
    constant: list[bool] = []
    transcendental = 0
    radicands: set[tuple[int, int]] = set()
    for kind, value in nodes:
        constant.append(_is_constant(kind, value, variable, constant))
        if not constant[-1] or kind in ("number", "add", "mul"):
            continue
        if kind == "symbol" and value != "I":
            transcendental += value in ("pi", "E")
        elif kind == "pow":
            root = _root(*(nodes[child] for child in value))
            if root is None:
                return False
            radicands |= root
        elif kind in ("symbol", "abs", "sign") or not _is_monomial(nodes, value[0]):
            return False
        else:
            transcendental += 1
    return transcendental <= 1 and are_independent_radicands([n for n, _ in radicands])


def _root(base: tuple[str, Any], exponent: tuple[str, Any]) -> set[tuple[int, int]] | None:
    """Radicand and index of the root that a power holds, if any; None if it is of something else."""
    if exponent[0] != "number":
        return None
    if exponent[1][1] == 1:
        return set()
    return {(base[1][0], exponent[1][1])} if base[0] == "number" and base[1][1] == 1 else None


def are_independent_radicands(radicands: Iterable[int]) -> bool:
    """True if the integers are square-free and pairwise coprime."""
    known = list(radicands)
    coprime = all(gcd(a, b) == 1 for index, a in enumerate(known) for b in known[:index])
    return coprime and all(_is_squarefree(n) for n in known)


def _is_constant(kind: str, value: Any, variable: str, constant: list[bool]) -> bool:  # noqa: ANN401
    if kind == "number":
        return True
    return value != variable if kind == "symbol" else all(constant[child] for child in value)


def _is_monomial(nodes: list[tuple[str, Any]], index: int) -> bool:
    """True for rational numbers, parameters, and products of their integer powers."""
    kind, value = nodes[index]
    if kind == "number":
        return True
    if kind == "symbol":
        return value not in ("pi", "E", "I")
    return kind in ("mul", "pow") and all(_is_monomial(nodes, child) for child in value)


def _is_squarefree(n: int) -> bool:
    """True if ``n > 1`` has no square factor; false for numbers too large to tell at once."""
    return 1 < n < _LARGEST_RADICAND and all(n % (d * d) for d in range(2, int(n**0.5) + 1))
