"""Parallel Risch integration: an ansatz with undetermined coefficients, solved at once.

Norman and Moore; Geddes, Czapor and Labahn, *Algorithms for Computer Algebra*, section 12.8; Bronstein,
*pmint*. The degrees of the ansatz are heuristic: that it fails proves nothing.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING

from antiderive.expressions import Expr
from antiderive.integration.budget import GiveUpError, checkpoint
from antiderive.integration.expressions import logarithm
from antiderive.integration.linear_systems import combination, equations, solve
from antiderive.integration.quotients import (
    ONE,
    RING,
    Quotient,
    coefficients,
    degree,
    least_common_multiple,
    monomial,
    number,
    slots,
)
from antiderive.integration.radicals import square_root_of
from antiderive.integration.rational import SimplePart, function_factors, logarithmic_part
from antiderive.integration.tower import Kind, Tower, X
from antiderive.verification import Poly

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_CANDIDATES = 260
_EXPONENTIAL = (Kind.HYPEREXPONENTIAL, Kind.ROOT)

_Exponents = tuple[int, ...]


@dataclass(frozen=True)
class Candidate:
    """One function of the ansatz.

    Attributes:
        derivative: its derivative, or the simple part itself.
        element: the function, if it is an element of the tower.
        text: the function, if it is a logarithm outside of the tower.
        simple: denominator and power of the variable, for a rational function that is integrated later.
    """

    derivative: Quotient
    element: Quotient | None = None
    text: Expr | None = None
    simple: tuple[Poly, int] | None = None


@dataclass
class Ansatz:
    """Generators, denominators and candidate logarithms for one integrand."""

    tower: Tower
    integrand: Quotient
    exponentials: list[int]
    primitives: list[int]
    denominator: Poly = field(default_factory=lambda: ONE)
    arguments: list[Poly] = field(default_factory=list)
    coupled: bool = False
    """Whether the denominator has exponentials, so that powers of them do not separate."""


Solved = list[tuple[list["Candidate"], list[Quotient]]]
"""The candidates of every group with their coefficients."""


def integrate_parallel(tower: Tower, f: Quotient, extra: int = 0) -> tuple[Expr, Solved] | None:
    """An antiderivative by parallel Risch and the systems solved, or ``None`` if the ansatz has no solution.

    Args:
        tower: where the integrand lives.
        f: the integrand in normal form.
        extra: by how much the degree in the variable is raised above the usual.
    """
    ansatz = _prepared(tower, f)
    total, solved = Expr(0), []
    for exponents, part in _groups(ansatz):
        candidates = list(_candidates(ansatz, exponents, part, extra))
        values = solve(tower, part, [candidate.derivative for candidate in candidates])
        if values is None:
            return None
        total = total + assembled(tower, candidates, values)
        solved.append((candidates, values))
    return total, solved


def explained(tower: Tower, f: Quotient, solved: Solved) -> tuple[tuple[str, str], ...]:
    """The ansatz, the linear system for its coefficients and the solution, as text."""
    chosen = [
        (candidate, value)
        for candidates, values in solved
        for candidate, value in zip(candidates, values, strict=True)
        if not value.is_zero
    ]
    names = [f"c{place}" for place in range(1, len(chosen) + 1)]
    shown = [f"{name}*({_shown(tower, one)})" for name, (one, _) in zip(names, chosen, strict=True)]
    rows = equations(tower, f, [candidate.derivative for candidate, _ in chosen], names)
    solution = [f"{name} = {tower.expression(value)}" for name, (_, value) in zip(names, chosen, strict=True)]
    return (
        ("ansatz", " + ".join(shown)),
        ("linear system", "; ".join(rows)),
        ("solution", "; ".join(solution)),
    )


def _shown(tower: Tower, candidate: Candidate) -> str:
    if candidate.element is not None:
        return str(tower.expression(candidate.element))
    if candidate.text is not None:
        return str(candidate.text)
    return f"integral of {tower.expression(candidate.derivative)}"


def _prepared(tower: Tower, f: Quotient) -> Ansatz:
    used = _closed(tower, tower.functions(f) | {X})
    ansatz = Ansatz(
        tower,
        f,
        [slot for slot in used if tower.kind(slot) in _EXPONENTIAL],
        [slot for slot in used if tower.kind(slot) in (Kind.PRIMITIVE, Kind.TANGENT)],
    )
    common = ONE
    for slot in used:
        common = least_common_multiple(common, tower.generators[slot].derivative.denominator)
    _take_denominators(ansatz, common)
    return ansatz


def _closed(tower: Tower, used: set[int]) -> list[int]:
    """The generators that the derivatives of the given ones contain, too."""
    while True:
        more = set(used)
        for slot in used:
            more |= tower.functions(tower.generators[slot].derivative)
        if more == used:
            return sorted(used)
        used = more


def _take_denominators(ansatz: Ansatz, common: Poly) -> None:
    """The denominator of the ansatz and the arguments of its logarithms."""
    tower = ansatz.tower
    seen = set()
    for factor, power in function_factors(tower, ansatz.integrand.denominator):
        inside = slots(factor)
        if len(factor) == 1 and len(inside) == 1 and min(inside) in ansatz.exponentials:
            continue
        ansatz.coupled = ansatz.coupled or bool(inside & set(ansatz.exponentials))
        special = _is_special(tower, factor)
        ansatz.denominator = ansatz.denominator * factor ** (power if special else power - 1)
        ansatz.arguments.append(factor)
        seen.add(str(factor))
    for slot in ansatz.primitives:
        if tower.kind(slot) is Kind.TANGENT:
            square = (number(1) + tower.element(slot) * tower.element(slot)).numerator
            if str(square) not in seen:
                ansatz.arguments.append(square)
                seen.add(str(square))
    for factor, _ in function_factors(tower, common):
        if str(factor) not in seen:
            ansatz.arguments.append(factor)
        if any(_divides_exponent(tower, slot, factor) for slot in ansatz.exponentials):
            ansatz.denominator = ansatz.denominator * factor


def _is_special(tower: Tower, factor: Poly) -> bool:
    """Whether a factor divides its derivative."""
    slope = tower.reduce(tower.derivative(Quotient(factor)))
    return bool(factor.gcd(slope.numerator).total_degree() == factor.total_degree())


def _divides_exponent(tower: Tower, slot: int, factor: Poly) -> bool:
    generator = tower.generators[slot]
    if generator.kind is not Kind.HYPEREXPONENTIAL or generator.key[0] != "exponential":
        return False
    return bool(generator.derivative.denominator.gcd(factor).total_degree() > 0)


# --- groups of exponents that separate


def _groups(ansatz: Ansatz) -> list[tuple[set[_Exponents], Quotient]]:
    """Sets of exponents of the exponentials, each with the part of the integrand that it accounts for."""
    tower, f, kept = ansatz.tower, ansatz.integrand, ansatz.exponentials
    bottom = f.denominator.to_dict()
    shift = tuple(min(exponents[slot] for exponents in bottom) for slot in kept)

    def key(exponents: tuple[int, ...]) -> _Exponents:
        raised = (exponents[slot] - less for slot, less in zip(kept, shift, strict=True))
        return _normal(tower, kept, raised)

    present: dict[_Exponents, dict[tuple[int, ...], object]] = {}
    for exponents, coefficient in f.numerator.to_dict().items():
        present.setdefault(key(exponents), {})[exponents] = coefficient
    if ansatz.coupled:
        return [(_box(ansatz, shift), f)]
    moves = _moves(ansatz)
    if moves:
        return [(_spread(tower, kept, set(present), moves), f)]
    if len(present) == 1:
        return [(set(present), f)]
    return [
        ({exponents}, tower.reduce(Quotient(RING.from_dict(part)) / Quotient(f.denominator)))
        for exponents, part in present.items()
    ]


def _normal(tower: Tower, kept: list[int], exponents: Iterable[int]) -> _Exponents:
    """Exponents with those of roots below the orders of their relations."""
    pairs = zip(kept, exponents, strict=True)
    return tuple(
        exponent % tower.generators[slot].order if tower.generators[slot].order else exponent
        for slot, exponent in pairs
    )


def _box(ansatz: Ansatz, shift: _Exponents) -> set[_Exponents]:
    """All exponents between those of integrand and denominator."""
    ranges = []
    top = ansatz.integrand.numerator.to_dict()
    for place, slot in enumerate(ansatz.exponentials):
        order = ansatz.tower.generators[slot].order
        if order:
            ranges.append(range(order))
            continue
        present = [exponents[slot] - shift[place] for exponents in top]
        high = max(*present, degree(ansatz.denominator, slot), 0)
        ranges.append(range(min(*present, 0), high + 1))
    if prod(len(one) for one in ranges) > _MOST_CANDIDATES:
        raise GiveUpError("an ansatz with too many exponents")
    return set(itertools.product(*ranges))


def _moves(ansatz: Ansatz) -> set[_Exponents]:
    """Exponents by which the derivatives of primitives multiply."""
    tower, kept = ansatz.tower, ansatz.exponentials
    moves = set()
    for slot in ansatz.primitives:
        slope = tower.generators[slot].derivative
        bottom = slope.denominator.to_dict()
        less = [min(exponents[other] for exponents in bottom) for other in kept]
        for exponents in slope.numerator.to_dict():
            move = tuple(exponents[other] - least for other, least in zip(kept, less, strict=True))
            if any(move):
                moves.add(move)
    return moves


def _spread(
    tower: Tower, kept: list[int], present: set[_Exponents], moves: set[_Exponents]
) -> set[_Exponents]:
    spread = set(present)
    for _ in range(2):
        spread |= {
            _normal(tower, kept, (a + b for a, b in zip(exponents, move, strict=True)))
            for exponents in spread
            for move in moves
        }
    return spread


# --- candidates


def _candidates(
    ansatz: Ansatz, exponents: set[_Exponents], part: Quotient, extra: int
) -> itertools.chain[Candidate]:
    made: list[Candidate] = []
    several = len(exponents) > 1
    for one in sorted(exponents):
        made += _monomials(ansatz, one, part, extra, generous=several or ansatz.coupled or not any(one))
    if several or ansatz.coupled or not any(next(iter(exponents))):
        for argument in ansatz.arguments:
            made += _logarithms(ansatz, argument)
    if len(made) > _MOST_CANDIDATES:
        raise GiveUpError("an ansatz with too many candidates")
    return itertools.chain(made)


def _monomials(
    ansatz: Ansatz, exponents: _Exponents, part: Quotient, extra: int, *, generous: bool
) -> list[Candidate]:
    """Products of powers of all generators over the denominator of the ansatz."""
    tower, primitives = ansatz.tower, ansatz.primitives
    above = 1 if generous else 0
    top = degree(part.numerator, X) + 1 + extra
    if degree(part.denominator, X):
        top = max(degree(part.numerator, X) - degree(part.denominator, X), 0) + 1
        top += degree(ansatz.denominator, X) + extra
    powers = []
    for slot in primitives:
        growth = max(degree(part.numerator, slot) - degree(part.denominator, slot), 0)
        powers.append(range(growth + degree(ansatz.denominator, slot) + above + 1))
    growth = max(_total(part.numerator, primitives) - _total(part.denominator, primitives), 0)
    most = growth + _total(ansatz.denominator, primitives) + above
    base = number(1)
    for slot, exponent in zip(ansatz.exponentials, exponents, strict=True):
        base = base * monomial(slot, exponent)
    made: list[Candidate] = []
    for chosen in itertools.product(*powers):
        if sum(chosen) > most:
            continue
        checkpoint()
        product = base / Quotient(ansatz.denominator)
        for slot, power in zip(primitives, chosen, strict=True):
            product = product * monomial(slot, power)
        for power in range(top + 1):
            if not (any(exponents) or any(chosen) or power) and ansatz.denominator.is_one():
                continue
            element = tower.reduce(product * monomial(X, power))
            made.append(Candidate(tower.reduce(tower.derivative(element)), element))
        if len(made) > _MOST_CANDIDATES:
            raise GiveUpError("an ansatz with too many candidates")
    return made


def _total(poly: Poly, chosen: list[int]) -> int:
    """The largest degree of a term in the chosen generators together."""
    return max((sum(exponents[slot] for slot in chosen) for exponents in poly.to_dict()), default=0)


def _logarithms(ansatz: Ansatz, argument: Poly) -> list[Candidate]:
    """The logarithm of a factor, or what comes instead of it."""
    tower = ansatz.tower
    functions = {slot for slot in slots(argument) if not tower.constant_slot(slot)}
    if functions <= {X}:
        return [
            Candidate(monomial(X, power) / Quotient(argument), simple=(argument, power))
            for power in range(degree(argument, X))
        ]
    whole = Quotient(argument)
    slope = tower.reduce(tower.derivative(whole) / whole)
    made = [Candidate(slope, text=logarithm(tower.expression(whole)))]
    quadratic = [slot for slot in functions & set(ansatz.exponentials) if degree(argument, slot) == 2]
    if len(quadratic) == 1 and len(functions) == 1:
        made += _split_quadratic(tower, argument, quadratic[0])
    return made


def _split_quadratic(tower: Tower, argument: Poly, slot: int) -> list[Candidate]:
    """The logarithm of the quotient of the two linear factors of a quadratic in an exponential."""
    low, middle, high = [Quotient(part) for part in coefficients(argument, slot)]
    root = square_root_of(tower, tower.reduce(middle * middle - number(4) * high * low))
    linear = number(2) * high * tower.element(slot) + middle
    first, second = linear + root, linear - root
    slope = tower.derivative(first) / first - tower.derivative(second) / second
    text = logarithm(tower.expression(first)) - logarithm(tower.expression(second))
    return [Candidate(tower.reduce(slope), text=text)]


def assembled(tower: Tower, candidates: list[Candidate], values: list[Quotient]) -> Expr:
    """The antiderivative that the solution of the linear system stands for."""
    chosen = [pair for pair in zip(candidates, values, strict=True) if not pair[1].is_zero]
    total = Expr(0)
    elements = [(one.element, value) for one, value in chosen if one.element is not None]
    if elements:
        whole = combination(tower, [value for _, value in elements], [element for element, _ in elements])
        total = tower.expression(whole)
    simple: dict[str, SimplePart] = {}
    for one, value in chosen:
        if one.text is not None:
            total = total + tower.expression(tower.reduce(value)) * one.text
        elif one.simple is not None:
            factor, power = one.simple
            before = simple.get(str(factor))
            top = value * monomial(X, power) + (before.numerator if before else number(0))
            simple[str(factor)] = SimplePart(tower.reduce(top), factor)
    for part in simple.values():
        if not part.numerator.is_zero:
            total = total + logarithmic_part(tower, part)
    return total
