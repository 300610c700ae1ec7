"""Deciders: proofs that an integrand has no elementary antiderivative.

Each decider proves or stays silent; that a search has failed is never a reason. Integrands must be free of
parameters, and the generators of the field must be independent: one exponential or one primitive over the
rational functions, or exponentials whose arguments differ by more than constants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.integration.budget import GiveUpError, checkpoint
from antiderive.integration.curves import Curve, characters, curve_of
from antiderive.integration.hermite import derivation, hermite
from antiderive.integration.linear_systems import combination, has_no_solution, solve
from antiderive.integration.proof import Proof
from antiderive.integration.quotients import (
    GENERATORS,
    ONE,
    RING,
    SLOTS,
    Quotient,
    coefficients,
    degree,
    monomial,
    number,
    slots,
)
from antiderive.integration.rational import function_factors
from antiderive.integration.risch_differential_equation import has_no_rational_solution
from antiderive.integration.superelliptic import has_no_algebraic_integral
from antiderive.integration.tower import Kind, Tower, X
from antiderive.integration.univariate import (
    Univariate,
    added,
    bezout,
    division,
    element_of,
    factored,
    product,
    scaled,
    univariate,
)

if TYPE_CHECKING:
    from antiderive.expressions import Expr
    from antiderive.integration.problem import Problem

_LIOUVILLE = (
    "Liouville's theorem: the integral of A*exp(h) is elementary only if y' + h'*y = A has a rational"
    " solution (Bronstein, Symbolic Integration I, sections 5.9 and 6)."
)
_RESIDUES = (
    "Rothstein and Trager: the integral is elementary only if all residues are constant"
    " (Bronstein, Symbolic Integration I, theorem 5.6.1)."
)
_PRIMITIVE = (
    "The integral of a polynomial in a primitive t is elementary only if its leading coefficient is b' + c*t'"
    " with rational b and constant c (Bronstein, Symbolic Integration I, section 5.8)."
)
_CURVE = (
    "Liouville's theorem on a curve: without residues there are no logarithms, so the integral is algebraic"
    " or not elementary (Trager, Integration of algebraic functions, chapter 5)."
)
_RESIDUE = SLOTS - 1
_ALLOWED_SYMBOLS = {"E", "pi", "I"}


def decided(problem: Problem) -> Proof | None:
    """A proof that the integrand, as it stands, has no elementary antiderivative."""
    if not may_be_decided(problem.integrand, problem.variable):
        return None
    try:
        tower, f = problem.field
        return _decided(tower, f) if _constants_are_known(tower) else None
    except GiveUpError:
        return None


def may_be_decided(integrand: Expr, variable: str) -> bool:
    """Whether an integrand is free of parameters, and of numbers that may depend on each other."""
    symbols = integrand.free_symbols
    return symbols - {variable} <= _ALLOWED_SYMBOLS and not {"E", "pi"} <= symbols


def _constants_are_known(tower: Tower) -> bool:
    """Whether constants are rational, algebraic or one transcendental number, and nothing opaque is there."""
    unknown = [generator for generator in tower.generators if generator.kind is Kind.CONSTANT]
    algebraic = [generator for generator in tower.generators if generator.kind is Kind.ALGEBRAIC]
    return (
        len(unknown) <= 1
        and all(str(one.expression) in _ALLOWED_SYMBOLS for one in unknown)
        and all(one.order == 2 and one.power.rational is not None for one in algebraic)
    )


def _decided(tower: Tower, f: Quotient) -> Proof | None:
    used = tower.closure(f)
    kinds = {tower.kind(slot) for slot in used} - {Kind.VARIABLE}
    if not _independent(tower, used):
        return None
    if kinds == {Kind.ROOT}:
        return _algebraic(tower, f)
    if kinds in ({Kind.HYPEREXPONENTIAL}, {Kind.HYPEREXPONENTIAL, Kind.ROOT}):
        return _exponentials(tower, f, used)
    if kinds == {Kind.PRIMITIVE}:
        primitives = [slot for slot in used if tower.kind(slot) is Kind.PRIMITIVE]
        return _one_primitive(tower, f, primitives[0]) if len(primitives) == 1 else None
    if kinds == {Kind.PRIMITIVE, Kind.HYPEREXPONENTIAL}:
        return _exponential_over_primitive(tower, f, used)
    return None


def _exponentials(tower: Tower, f: Quotient, used: set[int]) -> Proof | None:
    if not all(_has_rational_argument(tower, slot) for slot in used):
        return None
    found = _exponential_terms(tower, f)
    exponentials = [slot for slot in used if tower.kind(slot) is Kind.HYPEREXPONENTIAL]
    if found is None and len(exponentials) == 1 and not any(tower.kind(slot) is Kind.ROOT for slot in used):
        found = _one_exponential(tower, f, exponentials[0])
    return found


def _independent(tower: Tower, used: set[int]) -> bool:
    """Whether the generators are as independent as the deciders need."""
    for slot in used:
        generator = tower.generators[slot]
        below = tower.functions(generator.derivative) - {slot}
        if generator.kind is Kind.ROOT and tower.functions(generator.power) != {X}:
            return False
        if generator.kind is Kind.HYPEREXPONENTIAL and generator.key[0] != "exponential":
            return False
        if generator.kind is Kind.PRIMITIVE and (below - {X} or not _is_new(tower, generator.derivative)):
            return False
    return True


def _has_rational_argument(tower: Tower, slot: int) -> bool:
    """Whether a generator is no exponential, or one of a rational function: then it is transcendental."""
    generator = tower.generators[slot]
    return generator.kind is not Kind.HYPEREXPONENTIAL or tower.functions(generator.argument[0]) == {X}


def _is_new(tower: Tower, slope: Quotient) -> bool:
    """Whether no rational function has this rational derivative: only then its integral is transcendental."""
    columns, _ = _rational_columns(tower, slope, slope)
    return has_no_solution(tower, slope, columns)


def _field_of(tower: Tower, used: set[int]) -> tuple[str, ...]:
    return tuple(str(tower.generators[slot].expression) for slot in sorted(used | {X}))


# --- sums of rational functions times roots times exponentials


def _exponential_terms(tower: Tower, f: Quotient) -> Proof | None:
    """One summand ``A*H`` of an integrand without exponentials in the denominator, ``H'/H`` rational."""
    kept = [slot for slot in sorted(tower.closure(f)) if slot != X]
    exponentials = [slot for slot in kept if tower.kind(slot) is Kind.HYPEREXPONENTIAL]
    if any(tower.functions(tower.generators[slot].derivative / tower.element(slot)) - {X} for slot in kept):
        return None
    parts = _separated(tower, f, kept, exponentials)
    if parts is None:
        return None
    weights = {key: _slope(tower, kept, key, exponentials) for key in parts}
    for key, a in parts.items():
        checkpoint()
        others = [other for other in parts if other != key]
        if weights[key].is_zero or any(tower.vanishes(weights[other] - weights[key]) for other in others):
            continue
        w = _slope(tower, kept, key, kept)
        bounds = has_no_rational_solution(tower, w, a)
        if bounds is not None:
            claim = (
                f"y' + ({tower.expression(w)})*y = {tower.expression(a)} has no rational solution: its"
                f" denominator would divide {tower.expression(bounds.denominator)}, its numerator have degree"
                f" at most {bounds.degree}, and that linear system is unsolvable."
            )
            return Proof(_LIOUVILLE, _field_of(tower, tower.closure(f)), (), claim)
    return None


def _separated(
    tower: Tower, f: Quotient, kept: list[int], exponentials: list[int]
) -> dict[tuple[int, ...], Quotient] | None:
    """Rational coefficients by the exponents of the kept generators, if the denominator is a monomial."""
    for factor, _ in function_factors(tower, f.denominator):
        if set(exponentials) & slots(factor) and len(factor) > 1:
            return None
    shift = {slot: degree(f.denominator, slot) for slot in exponentials}
    rest = Quotient(f.denominator)
    for slot in exponentials:
        rest = rest / monomial(slot, shift[slot])
    parts: dict[tuple[int, ...], dict[tuple[int, ...], object]] = {}
    for exponents, coefficient in f.numerator.to_dict().items():
        key = tuple(exponents[slot] - shift.get(slot, 0) for slot in kept)
        lowered = tuple(0 if slot in kept else exponent for slot, exponent in enumerate(exponents))
        parts.setdefault(key, {})[lowered] = coefficient
    return {key: tower.reduce(Quotient(RING.from_dict(part)) / rest) for key, part in parts.items()}


def _slope(tower: Tower, kept: list[int], powers: tuple[int, ...], chosen: list[int]) -> Quotient:
    """The logarithmic derivative of a product of powers of the chosen ones of the kept generators."""
    total = number(0)
    for slot, power in zip(kept, powers, strict=True):
        if power and slot in chosen:
            slope = tower.generators[slot].derivative / tower.element(slot)
            total = total + number(power) * slope
    return tower.reduce(total)


# --- rational functions of one exponential or one primitive


def _one_exponential(tower: Tower, f: Quotient, slot: int) -> Proof | None:
    """Rational functions of the variable and one exponential: residues, then the Laurent polynomial."""
    t = tower.element(slot)
    shift = 0
    bottom = univariate(Quotient(f.denominator), slot)
    while bottom[shift].is_zero:
        shift += 1
    below = bottom[shift:]
    top = univariate(Quotient(f.numerator), slot)
    polynomial, proper = _split_off(tower, top, shift, below)
    proper, below, more = hermite(tower, proper, below, slot)
    residue = _residue_proof(tower, proper, below, slot) if proper else None
    if residue is not None:
        return residue
    for power in range(len(more)):
        polynomial[power] = polynomial.get(power, number(0)) + more[power]
    slope = tower.reduce(tower.generators[slot].derivative / t)
    for power, coefficient in polynomial.items():
        a = tower.reduce(coefficient)
        if power == 0 or a.is_zero:
            continue
        w = tower.reduce(number(power) * slope)
        bounds = has_no_rational_solution(tower, w, a)
        if bounds is not None:
            claim = (
                f"With t = {tower.generators[slot].expression}, the coefficient of t^{power} needs a rational"
                f" solution of y' + ({tower.expression(w)})*y = {tower.expression(a)}; there is none with"
                f" denominator {tower.expression(bounds.denominator)} and degree at most {bounds.degree},"
                " which bound every solution."
            )
            return Proof(_LIOUVILLE, _field_of(tower, {slot}), (), claim)
    return None


def _split_off(
    tower: Tower, top: Univariate, shift: int, below: Univariate
) -> tuple[dict[int, Quotient], Univariate]:
    """``top/(t^shift*below)`` as a Laurent polynomial and ``proper/below``."""
    if len(below) == 1:
        inverse = number(1) / below[0]
        return {power - shift: a * inverse for power, a in enumerate(top)}, []
    whole: dict[int, Quotient] = {}
    power_of_t: Univariate = [number(0)] * shift + [number(1)]
    if shift:
        s, u, _ = bezout(tower, power_of_t, below)
        ratio, proper = division(tower, product(tower, top, s), below)
        over_t = added(product(tower, top, u), product(tower, ratio, power_of_t))
        for power, a in enumerate(over_t):
            whole[power - shift] = a
        return whole, proper
    ratio, proper = division(tower, top, below)
    return dict(enumerate(ratio)), proper


def _residue_proof(tower: Tower, proper: Univariate, below: Univariate, slot: int) -> Proof | None:
    """Rothstein and Trager's resultant: its roots must be constant."""
    if len(tower.generators) >= SLOTS:
        return None
    bottom, top = element_of(below, slot), element_of(proper, slot)
    slope = tower.reduce(tower.derivative(bottom))
    difference = top - Quotient(GENERATORS[_RESIDUE]) * slope
    if any(one in tower.relations for one in difference.slots | bottom.slots):
        return _residue_proof_over_extension(tower, proper, below, slot)
    resultant = difference.numerator.resultant(bottom.numerator, slot)
    parts = coefficients(resultant, _RESIDUE)
    leading = Quotient(parts[-1])
    for part in parts[:-1]:
        ratio = Quotient(part) / leading
        if not ratio.is_zero and not tower.is_constant(ratio):
            return _residues_vary(tower, slot, proper, below)
    return None


def _residue_proof_over_extension(
    tower: Tower, proper: Univariate, below: Univariate, slot: int
) -> Proof | None:
    """As :func:`_residue_proof`, for a linear denominator or one that has linear factors."""
    slope = derivation(tower, below, slot)
    remainder = division(tower, slope, below)[1]
    if len(below) == 2 and len(remainder) == 1:
        residue = tower.reduce(proper[0] / remainder[0])
        return None if tower.is_constant(residue) else _residues_vary(tower, slot, proper, below)
    # over a splitting denominator: the sum of the residues is a trace, which must be constant too
    return _by_factors(tower, proper, below, slot)


def _by_factors(tower: Tower, proper: Univariate, below: Univariate, slot: int) -> Proof | None:
    """Residues at the linear factors that a denominator has over the constants."""
    if any(not tower.is_constant(tower.reduce(a / below[-1])) for a in below):
        return None
    in_x = [tower.reduce(a / below[-1]) for a in below]
    fields = [one for one in tower.relations if tower.constant_slot(one)]
    pieces = factored(tower, in_x, fields)
    for piece in pieces:
        if len(piece) != 2:
            continue
        cofactor = division(tower, below, piece)[0]
        point = tower.reduce(-piece[0])
        value = _at(tower, cofactor, point)
        slope = _at(tower, derivation(tower, piece, slot), point)
        if value.is_zero or slope.is_zero:
            continue
        residue = tower.reduce(_at(tower, proper, point) / (value * slope))
        if not tower.is_constant(residue):
            return _residues_vary(tower, slot, proper, below)
    return None


def _at(tower: Tower, poly: Univariate, point: Quotient) -> Quotient:
    total = number(0)
    for a in reversed(poly):
        total = total * point + a
    return tower.reduce(total)


def _residues_vary(tower: Tower, slot: int, proper: Univariate, below: Univariate) -> Proof:
    top = tower.expression(tower.reduce(element_of(proper, slot)))
    bottom = tower.expression(tower.reduce(element_of(below, slot)))
    claim = f"After Hermite's reduction the fraction ({top})/({bottom}) has a residue that is not constant."
    return Proof(_RESIDUES, _field_of(tower, {slot}), (), claim)


def _one_primitive(tower: Tower, f: Quotient, slot: int) -> Proof | None:
    """Rational functions of the variable and one primitive: residues, then the polynomial."""
    below = univariate(Quotient(f.denominator), slot)
    top = univariate(Quotient(f.numerator), slot)
    polynomial, proper = (
        division(tower, top, below) if len(below) > 1 else (scaled(tower, top, number(1) / below[0]), [])
    )
    proper, below, more = hermite(tower, proper, below, slot)
    residue = _residue_proof(tower, proper, below, slot) if proper else None
    if residue is not None:
        return residue
    polynomial = added(polynomial, more)
    slope = tower.generators[slot].derivative
    while len(polynomial) > 1:
        checkpoint()
        power = len(polynomial) - 1
        a = tower.reduce(polynomial[-1])
        columns, elements = _rational_columns(tower, a, slope)
        if has_no_solution(tower, a, [*columns, slope]):
            claim = (
                f"With t = {tower.generators[slot].expression}, the coefficient {tower.expression(a)} of"
                f" t^{power} is not the derivative of a rational function plus a constant times"
                f" {tower.expression(slope)}."
            )
            return Proof(_PRIMITIVE, _field_of(tower, {slot}), (), claim)
        values = solve(tower, a, [*columns, slope])
        if values is None:
            return None
        b = combination(tower, values[:-1], elements)
        t = tower.element(slot)
        done = b * t**power + values[-1] * t ** (power + 1) / number(power + 1)
        left = element_of(polynomial, slot) - tower.derivative(done)
        polynomial = univariate(tower.reduce(left), slot)
        if len(polynomial) > power:
            return None
    return None


def _rational_columns(tower: Tower, a: Quotient, slope: Quotient) -> tuple[list[Quotient], list[Quotient]]:
    """Derivatives of the rational functions that can occur, and these."""
    bottom = ONE
    for element in (a, slope):
        for factor, power in function_factors(tower, element.denominator):
            bottom = bottom * factor ** (power - 1)
    top = max(degree(a.numerator, X) - degree(a.denominator, X), -1) + 1 + degree(bottom, X)
    growth = degree(slope.numerator, X) - degree(slope.denominator, X)
    top = max(top, growth + 1 + degree(bottom, X))
    elements = [monomial(X, power) / Quotient(bottom) for power in range(top + 1)]
    return [tower.derivative(element) for element in elements], elements


# --- exponentials of arguments with a primitive: x^x


def _exponential_over_primitive(tower: Tower, f: Quotient, used: set[int]) -> Proof | None:
    """``A*exp(h)`` with ``h`` a polynomial in one primitive ``t``: degrees in ``t`` decide."""
    read = _over_primitive(tower, f, used)
    if read is None:
        return None
    t, w, a = read
    coefficient, left = univariate(w, t), a
    while left:
        checkpoint()
        place = len(left) - len(coefficient)
        if place < 0:
            claim = (
                f"With t = {tower.generators[t].expression}, a solution of y' + ({tower.expression(w)})*y ="
                f" {tower.expression(element_of(a, t))} would be a polynomial in t (there are no poles), and"
                " its degrees in t do not fit."
            )
            return Proof(_LIOUVILLE, _field_of(tower, used), (), claim)
        y = tower.reduce(left[-1] / coefficient[-1]) * tower.element(t) ** place
        new = univariate(tower.reduce(element_of(left, t) - tower.derivative(y) - w * y), t)
        if len(new) >= len(left):
            return None
        left = new
    return None


def _over_primitive(tower: Tower, f: Quotient, used: set[int]) -> tuple[int, Quotient, Univariate] | None:
    """The primitive, ``h'`` and ``A``, if the integrand is of that form."""
    exponentials = [slot for slot in used if tower.kind(slot) is Kind.HYPEREXPONENTIAL]
    primitives = [slot for slot in used if tower.kind(slot) is Kind.PRIMITIVE]
    if len(exponentials) != 1 or len(primitives) != 1:
        return None
    theta, t = exponentials[0], primitives[0]
    less = degree(f.denominator, theta)
    if degree(f.denominator, t) or degree((Quotient(f.denominator) / monomial(theta, less)).numerator, theta):
        return None
    powers = {exponents[theta] - less for exponents in f.numerator.to_dict()}
    if len(powers) != 1 or powers == {0}:
        return None
    power = powers.pop()
    w = tower.reduce(number(power) * tower.generators[theta].derivative / tower.element(theta))
    if degree(w.denominator, t) or degree(w.numerator, t) < 1:
        return None
    return t, w, univariate(tower.reduce(f * monomial(theta, -power)), t)


# --- algebraic functions


def _algebraic(tower: Tower, f: Quotient) -> Proof | None:
    """A part ``A*y`` on a curve of positive genus where the integrand has no residues."""
    for part in characters(tower, f):
        found = curve_of(tower, part)
        if found is None:
            continue
        curve, coefficient = found
        if curve.genus > 0 and has_no_algebraic_integral(curve, coefficient):
            return _curve_proof(tower, f, curve)
    return None


def _curve_proof(tower: Tower, f: Quotient, curve: Curve) -> Proof:
    claim = (
        f"On y^{curve.order} = {tower.expression(curve.radicand)}, of genus {curve.genus}, the differential"
        " has no residues, and no algebraic function with the poles that remain possible has it as its"
        " derivative."
    )
    return Proof(_CURVE, _field_of(tower, tower.closure(f)), (), claim)
