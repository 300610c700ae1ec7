"""Proofs that there is no elementary antiderivative, from what a method of integration has said.

Nothing of the method is trusted here but one thing: that the Risch algorithm of FriCAS decides rightly over a
field whose generators are independent, which is checked. An answer in special functions is checked like any
other answer; that its parts do not add up to an elementary function follows from Liouville's theorem. How a
method came to its answer is not known here. See ``docs/explanation/nonelementary.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING, Any

from antiderive.errors import AntideriveError
from antiderive.expressions import Expr
from antiderive.verification import verify_zero

if TYPE_CHECKING:
    from antiderive.cas import Outcome, OutcomeStatus

_SLOPES = {
    "erf": "2*exp(-u^2)/sqrt(pi)",
    "erfi": "2*exp(u^2)/sqrt(pi)",
    "erfc": "-2*exp(-u^2)/sqrt(pi)",
    "Ei": "exp(u)/u",
    "li": "1/log(u)",
    "Si": "sin(u)/u",
    "Ci": "cos(u)/u",
    "Shi": "sinh(u)/u",
    "Chi": "cosh(u)/u",
    "fresnelS": "sin(pi*u^2/2)",
    "fresnelC": "cos(pi*u^2/2)",
    "fresnels": "sin(pi*u^2/2)",
    "fresnelc": "cos(pi*u^2/2)",
    "dilog": "log(u)/(1 - u)",
    "Li2": "-log(1 - u)/u",
    "ellipticF": "1/(sqrt(1 - u^2)*sqrt(1 - m*u^2))",
    "weierstrassPInverse": "1/sqrt(4*u^3 - g*u - h)",
}
"""Derivatives of functions that are not elementary in their last argument ``u``; the others are constants."""

_CONSTANTS = {"ellipticF": ("m",), "weierstrassPInverse": ("g", "h")}
"""Symbols of the constant arguments, in the order of the definition."""

_DISCRIMINANTS = {"ellipticF": "m*(1 - m)", "weierstrassPInverse": "g^3 - 27*h^2"}
"""What must not be zero for the function not to be elementary."""

_EVEN, _ODD = ("Ci", "Chi"), ("Si", "Shi", "erf", "erfi", "fresnelS", "fresnelC", "fresnels", "fresnelc")

_BY_EXPONENTIALS = {
    "Ei": (("1", "1"),),
    "Si": (("1/(2*I)", "I"), ("-1/(2*I)", "-I")),
    "Ci": (("1/2", "I"), ("1/2", "-I")),
    "Shi": (("1/2", "1"), ("-1/2", "-1")),
    "Chi": (("1/2", "1"), ("1/2", "-1")),
}
"""Coefficients and factors of the argument that write a function by ``Ei``, up to a constant."""

_BY_ERRORS = {"erf": (("1", "1"),), "erfc": (("-1", "1"),), "erfi": (("-I", "I"),)}
"""The same by ``erf``."""

_POINTS = ("70/51", "71/51", "72/51", "73/51")
"""Points at which generators of a field are told apart: near each other, so that no branch lies between."""


@dataclass(frozen=True)
class _Term:
    """One special function in an answer: ``coefficient*name(*constants, argument)``."""

    name: str
    coefficient: Expr
    argument: Expr
    constants: tuple[Expr, ...] = ()

    @classmethod
    def read(cls, part: Sequence[str]) -> _Term:
        """Reads what an outcome has as evidence."""
        name, coefficient, *arguments = part
        made = [Expr.from_prefix(argument) for argument in arguments]
        if name == "ellipticF":
            made.reverse()
        return cls(name, Expr.from_prefix(coefficient), made[-1], tuple(made[:-1]))

    @property
    def is_known(self) -> bool:
        """True if the function is one that is known not to be elementary."""
        if self.name not in _SLOPES or len(self.constants) != len(_CONSTANTS.get(self.name, ())):
            return False
        discriminant = _DISCRIMINANTS.get(self.name)
        return discriminant is None or is_not_zero(Expr(discriminant).subs(self._values))

    def slope(self, variable: str) -> Expr:
        """The derivative, an elementary function."""
        outer = Expr(_SLOPES[self.name]).subs({Expr("u"): self.argument, **self._values})
        return self.coefficient * outer * self.argument.diff(variable)

    @property
    def _values(self) -> dict[Expr, Expr]:
        return {
            Expr(name): value
            for name, value in zip(_CONSTANTS.get(self.name, ()), self.constants, strict=True)
        }


def is_not_zero(expression: Expr, variable: str = "x") -> bool:
    """True if it is certain that an expression is not zero everywhere."""
    return verify_zero([expression], variable=variable).status == "refuted"


def field_is_right(integrand: Expr, evidence: Sequence[Sequence[str]], variable: str) -> bool:
    """True if it is certain that a field holds the integrand and that its generators are independent.

    Args:
        integrand: what was to be integrated.
        evidence: of an outcome that is nonelementary.
        variable: the variable of integration.
    """
    (_, normalized), *generators = evidence
    residual = integrand - Expr.from_prefix(normalized)
    if not verify_zero([residual], variable=variable).accepted:
        return False
    return generators_are_independent(generators, variable)


def generators_are_independent(generators: Sequence[Sequence[str]], variable: str) -> bool:
    """True if the generators of a field of functions are certain to be algebraically independent.

    Each has an exponent ``g``: it is ``exp(g)`` or the logarithm of that; tangents and arc tangents have one
    with the factor ``I``. If the exponents are linearly independent over the rational numbers,
    up to constants, Ax's theorem gives the variable and the generators their full degree of transcendence
    (J. Ax, "On Schanuel's conjectures", Annals of Mathematics 93, 1971). They are if a determinant of their
    derivatives at a few points is not zero; real and imaginary exponents count apart.
    """
    real: list[Expr] = []
    imaginary: list[Expr] = []
    for name, prefix in generators:
        argument = Expr.from_prefix(prefix)
        slope = argument.diff(variable)
        if name == "log":
            slope = slope / argument
        elif name == "atan":
            slope = slope / (argument * argument + 1)
        (imaginary if name in ("tan", "atan") else real).append(slope)
    if not all(_is_real(slope, variable) for slope in real + imaginary):
        real, imaginary = real + imaginary, []
    return all(_are_independent(slopes, variable) for slopes in (real, imaginary))


def _is_real(function: Expr, variable: str) -> bool:
    """True if a function takes real values at the points; its symbols stand for positive numbers."""
    symbols = dict.fromkeys(function.free_symbols, 1.25)
    values = (function.evaluate(**{**symbols, variable: float(Fraction(point))}) for point in _POINTS)
    return all(value.imag == 0 for value in values)


def _are_independent(functions: Sequence[Expr], variable: str) -> bool:
    if len(functions) > len(_POINTS):
        return False
    points = [Expr(point) for point in _POINTS[: len(functions)]]
    rows = [[function.subs({Expr(variable): point}) for point in points] for function in functions]
    return is_not_zero(_determinant(rows), variable)


def _determinant(rows: list[list[Expr]]) -> Expr:
    total = Expr(0)
    for order in permutations(range(len(rows))):
        swaps = sum(a > b for index, b in enumerate(order) for a in order[:index])
        product = Expr(-1 if swaps % 2 else 1)
        for row, column in zip(rows, order, strict=True):
            product = product * row[column]
        total = total + product
    return total


def special_functions_remain(integrand: Expr, evidence: Sequence[Sequence[str]], variable: str) -> bool:
    """True if it is certain that no antiderivative can be written without the special functions of an answer.

    Args:
        integrand: what was to be integrated.
        evidence: of an outcome that is special.
        variable: the variable of integration.
    """
    if not evidence:
        return False
    (_, rest), *parts = evidence
    terms = _collected([_Term.read(part) for part in parts])
    if not terms or not all(term.is_known for term in terms):
        return False
    if any(variable in symbols for term in terms for symbols in _constants_of(term)):
        return False
    total = Expr.from_prefix(rest).diff(variable) - integrand
    for term in terms:
        total = total + term.slope(variable)
    return verify_zero([total], variable=variable).accepted and _is_no_elementary_sum(terms, variable)


def _constants_of(term: _Term) -> list[Any]:
    return [one.free_symbols for one in (term.coefficient, *term.constants)]


def _collected(terms: Sequence[_Term]) -> list[_Term]:
    """Like terms added, ``f(-u)`` taken for ``f(u)`` with its sign where ``f`` is even or odd."""
    found: list[_Term] = []
    for term in terms:
        for index, other in enumerate(found):
            if (term.name, term.constants) != (other.name, other.constants):
                continue
            sign = 0
            if term.argument == other.argument:
                sign = 1
            elif term.name in (*_EVEN, *_ODD) and term.argument == -other.argument:
                sign = 1 if term.name in _EVEN else -1
            if sign:
                coefficient = other.coefficient + Expr(sign) * term.coefficient
                found[index] = replace(other, coefficient=coefficient)
                break
        else:
            found.append(term)
    return [term for term in found if term.coefficient != Expr(0)]


def _is_no_elementary_sum(terms: Sequence[_Term], variable: str) -> bool:
    first = terms[0]
    if not has_elementary_inverse(first.argument, variable):
        return False
    if len(terms) == 1:
        return is_not_zero(first.coefficient)
    for table, signs in ((_BY_EXPONENTIALS, (1,)), (_BY_ERRORS, (1, -1))):
        if all(term.name in table for term in terms):
            kernels = [
                (term.coefficient * Expr(weight), term.argument * Expr(factor))
                for term in terms
                for weight, factor in table[term.name]
            ]
            return _has_certain_part(_affine(kernels, first.argument, variable), signs)
    return False


_Affine = tuple[Expr, Expr, Expr]
"""A coefficient, and the argument ``a*v + b`` as ``a`` and ``b``."""


def _affine(kernels: Sequence[tuple[Expr, Expr]], base: Expr, variable: str) -> list[_Affine] | None:
    """The arguments as ``a*base + b`` with constants; None if they are not."""
    made = []
    slope = base.diff(variable)
    for coefficient, argument in kernels:
        a = (argument.diff(variable) / slope).simplify()
        b = (argument - a * base).simplify()
        if variable in a.free_symbols | b.free_symbols:
            return None
        made.append((coefficient, a, b))
    return made


def _has_certain_part(kernels: list[_Affine] | None, signs: tuple[int, ...]) -> bool:
    """True if some function keeps a coefficient that is not zero after like ones are added.

    ``Ei(a*v + b)`` has the derivative ``exp(a*v)`` times a simple pole, ``erf(a*v + b)`` a Gaussian; for
    different arguments they are different, and none of the Risch differential equations that an elementary
    sum of them would solve has a rational solution.
    """
    if kernels is None:
        return False
    sums: list[_Affine] = []
    for coefficient, a, b in kernels:
        for index, (total, other_a, other_b) in enumerate(sums):
            sign = next((s for s in signs if (a, b) == (Expr(s) * other_a, Expr(s) * other_b)), 0)
            if sign:
                sums[index] = (total + Expr(sign) * coefficient, other_a, other_b)
                break
        else:
            sums.append((coefficient, a, b))
    return any(
        all(is_not_zero(part) for part in (one[0].simplify(), one[1]))
        and all(_differ(one, other, sign) for other in sums if other is not one for sign in signs)
        for one in sums
    )


def _differ(one: _Affine, other: _Affine, sign: int) -> bool:
    return any(is_not_zero((one[part] - Expr(sign) * other[part]).simplify()) for part in (1, 2))


def has_elementary_inverse(function: Expr, variable: str) -> bool:
    """True for nonconstant algebraic functions of an elementary function of one, and so on down.

    If ``S(u)`` were elementary, so would be ``S``: its argument can be put into ``u``.
    """
    if not is_not_zero(function.diff(variable), variable):
        return False
    nodes = function.nodes()
    depends = _dependent(nodes, variable)
    index: int | None = len(nodes) - 1
    while index is not None:
        inner = _below_algebra(nodes, depends, index)
        if len(inner) != 1:
            return False
        kind, value = nodes[inner.pop()]
        if kind == "symbol":
            return True
        arguments = [child for child in value if depends[child]]
        index = arguments[0] if len(arguments) == 1 and kind not in ("abs", "sign") else None
    return False


def _dependent(nodes: Sequence[tuple[str, Any]], variable: str) -> list[bool]:
    """For each node, whether it contains the variable."""
    depends: list[bool] = []
    for kind, value in nodes:
        if kind == "symbol":
            depends.append(value == variable)
        else:
            depends.append(kind != "number" and any(depends[child] for child in value))
    return depends


def _below_algebra(nodes: Sequence[tuple[str, Any]], depends: Sequence[bool], index: int) -> set[int]:
    """The nodes with the variable that a node is an algebraic function of."""
    inner: set[int] = set()
    waiting = [index]
    while waiting:
        kind, value = nodes[index := waiting.pop()]
        if not depends[index]:
            continue
        if kind in ("add", "mul"):
            waiting += value
        elif kind == "pow" and nodes[value[1]][0] == "number":
            waiting.append(value[0])
        else:
            inner.add(index)
    return inner


def checked_claim(integrand: Expr, outcome: Outcome, variable: str = "x") -> tuple[OutcomeStatus, str]:
    """Status and reason of an outcome without an answer; ``nonelementary`` only where that is certain.

    A claim without evidence is taken as it is: whoever makes it has checked it.

    Args:
        integrand: what was to be integrated.
        outcome: what a method says.
        variable: the variable of integration.
    """
    try:
        if outcome.status == "special" and special_functions_remain(integrand, outcome.evidence, variable):
            return "nonelementary", f"proved by Liouville's theorem, since {outcome.reason}"
        if (
            outcome.status == "nonelementary"
            and outcome.evidence
            and not field_is_right(integrand, outcome.evidence, variable)
        ):
            return "partial", f"the field is not certain to be right: {outcome.reason}"
    except AntideriveError as error:
        if outcome.status == "nonelementary":
            return "partial", f"the field could not be checked: {error}"
    return outcome.status, outcome.reason
