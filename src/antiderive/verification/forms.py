"""Exact algebra for the search for special points: other forms of sums, and roots of polynomials."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import flint

from antiderive.errors import AntideriveError
from antiderive.expressions import Expr
from antiderive.verification.parts import depending, nodes_of, subexpressions

Hint = tuple[Expr, Expr]
"""A sum that is part of an expression, and another form of it."""

_MOST_DEGREE = 40
_MOST_SUMS = 20
_SMALL, _LARGE = 15, 30

_LONG = 60
_NATURAL = range(1, _MOST_DEGREE + 1)


def other_forms(expressions: Sequence[Expr], variable: str) -> list[Hint]:
    """Other forms of the sums in expressions, in which less may cancel.

    Polynomials are factored; ``r + t`` with a root ``t`` is ``(r^2 - t^2)/(r - t)``; then there is what the
    rewrites make of it. All hold wherever both sides are defined.
    """
    hints: dict[Hint, None] = {}
    for expression in dict.fromkeys(expressions):
        made = subexpressions(expression)
        depends = depending(expression, frozenset([variable]))
        polynomials = _polynomials(expression, variable)
        nodes = nodes_of(expression)
        sums = [index for index, (kind, _) in enumerate(nodes) if kind == "add" and depends[index]]
        for index in sums[:_MOST_SUMS]:
            terms = [made[term] for term in nodes[index][1]]
            for form in _forms(made[index], terms, polynomials[index], variable):
                hints[made[index], form] = None
    return list(hints)


def _forms(whole: Expr, terms: Sequence[Expr], polynomial: Any, variable: str) -> list[Expr]:  # noqa: ANN401
    found: list[Expr] = []
    try:
        if polynomial is not None:
            return _factored(polynomial, variable)
        for term in terms if whole.operators <= _LARGE else ():
            if _has_root(term):
                rest = whole - term
                found.append((rest**2 - term**2).expand() / (rest - term))
        simple = whole.simplify() if whole.operators <= _SMALL else whole
        if simple != whole:
            found.append(simple)
    except AntideriveError:
        return found
    return found


def _has_root(term: Expr) -> bool:
    """Whether a factor is a power with half an odd number."""
    nodes = nodes_of(term)
    kind, value = nodes[-1]
    factors = value if kind == "mul" else (len(nodes) - 1,)
    halves = (nodes[nodes[index][1][1]] for index in factors if nodes[index][0] == "pow")
    return any(kind == "number" and number[1] == 2 for kind, number in halves)


def _factored(polynomial: Any, variable: str) -> list[Expr]:  # noqa: ANN401  (python-flint is untyped)
    if polynomial.degree() < 2:
        return []
    content, factors = polynomial.factor()
    if len(factors) == 1 and factors[0][1] == 1:
        return []
    product = Expr(_fraction(content))
    x = Expr.from_prefix(variable)
    for factor, power in factors:
        total = Expr(0)
        for exponent, coefficient in enumerate(factor.coeffs()):
            total = total + Expr(_fraction(coefficient)) * x**exponent
        product = product * total ** int(power)
    return [product]


def real_roots(expressions: Sequence[Expr], variable: str) -> list[Fraction]:
    """The distinct real roots of polynomials that are arguments in expressions, in order.

    As fractions within the balls that tell them apart; only if there are two or more, and only if there are
    numbers long enough, or degrees high enough, for two to lie closer together than the search can tell.
    """
    if not any(_may_be_close(expression) for expression in expressions):
        return []
    product: Any = flint.fmpq_poly([1])
    for expression in dict.fromkeys(expressions):
        polynomials = _polynomials(expression, variable)
        for index in arguments(expression):
            polynomial = polynomials[index]
            if polynomial is not None and polynomial.degree() > 0:
                product *= polynomial / product.gcd(polynomial)
                if product.degree() > _MOST_DEGREE:
                    return []
    if product.degree() < 2:
        return []
    product = product / product.gcd(product.derivative())
    roots = (root for root, _ in product.complex_roots())
    return sorted(_middle(root.real) for root in roots if root.imag == 0)


def _may_be_close(expression: Expr) -> bool:
    """Whether two roots may be nearer to each other than a millionth of their size, by the usual bounds."""
    nodes = nodes_of(expression)
    numbers = (value for kind, value in nodes if kind == "number")
    return any(not -_LONG < numerator < _LONG or denominator > _LONG for numerator, denominator in numbers)


def arguments(expression: Expr) -> set[int]:
    """Nodes that are arguments of functions or have a power that is no natural number."""
    nodes = nodes_of(expression)
    found: set[int] = set()
    for kind, value in nodes:
        if kind == "pow":
            exponent = nodes[value[1]]
            if exponent[0] != "number" or exponent[1][1] != 1 or exponent[1][0] < 0:
                found.add(value[0])
        elif kind not in ("add", "mul", "number", "symbol"):
            found.add(value[0])
    # The roots of a product are those of its factors.
    for index in tuple(found):
        if nodes[index][0] == "mul":
            found.update(nodes[index][1])
    return found


def _middle(root: Any) -> Fraction:  # noqa: ANN401  (python-flint is untyped)
    mantissa, exponent = root.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _fraction(value: Any) -> Fraction:  # noqa: ANN401  (python-flint is untyped)
    number = flint.fmpq(value)
    return Fraction(int(number.p), int(number.q))


def _polynomials(expression: Expr, variable: str) -> list[Any]:
    """Every node as a polynomial in the variable with rational coefficients, where it is one."""
    made: list[Any] = []
    nodes = nodes_of(expression)
    for kind, value in nodes:
        polynomial = None
        if kind == "number":
            polynomial = flint.fmpq_poly([flint.fmpq(*value)])
        elif kind == "symbol":
            polynomial = flint.fmpq_poly([0, 1]) if value == variable else None
        elif kind in ("add", "mul") and all(made[index] is not None for index in value):
            polynomial = made[value[0]]
            for index in value[1:]:
                polynomial = polynomial + made[index] if kind == "add" else polynomial * made[index]
        elif kind == "pow" and made[value[0]] is not None and nodes[value[1]][0] == "number":
            numerator, denominator = nodes[value[1]][1]
            if denominator == 1 and numerator in _NATURAL:
                polynomial = made[value[0]] ** numerator
        if polynomial is not None and polynomial.degree() > _MOST_DEGREE:
            polynomial = None
        made.append(polynomial)
    return made
