"""Roots of constants and of polynomials in radicals, as elements of a tower.

Numbers are split into primes and parameters from one another, so that ``sqrt(6)`` is ``sqrt(2)*sqrt(3)`` and
generators stay independent. Square roots of complex numbers and denested roots are written with real ones.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, isqrt

from antiderive.expressions import Expr
from antiderive.integration.expressions import approximate, sign
from antiderive.integration.quotients import (
    GENERATORS,
    Quotient,
    coefficients,
    degree,
    factors,
    number,
    rational,
)
from antiderive.integration.tower import Kind, Tower
from antiderive.integration.univariate import Univariate, factored, shifted
from antiderive.verification import Poly

_LARGEST_PRIME = 10_000
_MOST_NESTED = 6
"""Algebraic constants among which a new one is looked for."""


def sign_of(tower: Tower, constant: Quotient) -> int:
    """The sign of a constant at positive parameters; 0 if it is not real or not clear."""
    value = constant.rational
    if value is not None:
        return (value > 0) - (value < 0)
    return sign(tower.expression(constant))


def constant_root(tower: Tower, base: Quotient, order: int) -> Quotient:
    """The principal root of a constant; parameters count as positive."""
    if base.is_zero:
        return base
    if order == 2:
        root = _square_root(tower, base)
        if root is not None:
            return root
    value = base.rational
    if value is not None and value < 0 and order == 2:
        return tower.imaginary_unit() * constant_root(tower, -base, 2)
    if value is not None and value < 0:
        turn = root_of_unity(tower, Fraction(1, 2 * order))
        if turn is not None:
            return tower.reduce(turn * constant_root(tower, -base, order))
    return _split_root(tower, base, order)


def square_root_of(tower: Tower, base: Quotient) -> Quotient:
    """A square root that is real or a real multiple of ``I`` where that can be told."""
    if sign_of(tower, base) < 0:
        return tower.reduce(tower.imaginary_unit() * constant_root(tower, -base, 2))
    return constant_root(tower, base, 2)


def _split_root(tower: Tower, base: Quotient, order: int) -> Quotient:
    """Powers come out, primes and parameters get roots of their own, what is left has one in common."""
    outer = number(1) / Quotient(base.denominator)
    constant, found = factors(base.numerator * base.denominator ** (order - 1))
    left = number(1)
    for factor, power in found:
        outer = outer * Quotient(factor) ** (power // order)
        if power % order == 0:
            continue
        part = Quotient(factor) ** (power % order)
        if len(factor) == 1:
            outer = outer * _atomic_root(tower, part, order)
        else:
            left = left * part
    scale, primes = _numeric_root(rational(constant), order)
    outer = outer * number(scale)
    for prime in primes:
        if prime < 0:
            left = left * number(prime)
        else:
            outer = outer * _prime_root(tower, prime, order)
    if left.rational != 1:
        outer = outer * _atomic_root(tower, left, order)
    return tower.reduce(outer)


def _atomic_root(tower: Tower, base: Quotient, order: int) -> Quotient:
    key = ("algebraic", base.key, order)
    if order == 2 and key not in tower.by_key and any(slot in tower.relations for slot in base.slots):
        known = _root_in_field(tower, base)
        if known is not None:
            return known
    return tower.algebraic(base, order, tower.expression(base) ** Fraction(1, order))


def _root_in_field(tower: Tower, base: Quotient) -> Quotient | None:
    """A nested square root that is in the field already: generators must stay independent."""
    nested = [slot for slot in tower.relations if tower.constant_slot(slot)]
    if not any(tower.generators[slot].power.slots & set(nested) for slot in nested):
        return None
    if len(nested) > _MOST_NESTED or any(tower.kind(slot) is Kind.CONSTANT for slot in base.slots):
        return None
    pieces = factored(tower, [-base, number(0), number(1)], nested)
    if len(pieces) != 2 or len(pieces[0]) != 2:
        return None
    root = tower.reduce(-pieces[0][0])
    value = approximate(tower.expression(root))
    wanted = approximate(tower.expression(base) ** Fraction(1, 2))
    if value is None or wanted is None:
        return None
    return root if abs(value - wanted) <= abs(value + wanted) else -root


def _prime_root(tower: Tower, power: int, order: int) -> Quotient:
    """The root of a power of a prime, as a power of the root of the prime in lowest terms."""
    prime, times = power, 1
    for candidate in range(2, isqrt(power) + 1):
        if power % candidate == 0:
            prime, times = candidate, 0
            while power > 1:
                power //= candidate
                times += 1
            break
    common = gcd(times, order)
    root = _atomic_root(tower, number(prime), order // common)
    return root ** (times // common)


def _numeric_root(value: Fraction, order: int) -> tuple[Fraction, list[int]]:
    """``(r, numbers)`` with ``value^(1/order) = r * product of numbers^(1/order)``."""
    whole = abs(value.numerator) * value.denominator ** (order - 1)
    outer, inside, prime = 1, [], 2
    while prime * prime <= whole and prime < _LARGEST_PRIME:
        power = 0
        while whole % prime == 0:
            whole //= prime
            power += 1
        outer *= prime ** (power // order)
        if power % order:
            inside.append(prime ** (power % order))
        prime += 1
    if whole > 1:
        root = isqrt(whole)
        if order == 2 and root * root == whole:
            outer *= root
        else:
            inside.append(whole)
    if value < 0:
        inside.append(-1)
    return Fraction(outer, value.denominator), inside


def exact_square_root(tower: Tower, base: Quotient) -> Quotient | None:
    """The square root of a constant that is the square of one without new generators."""
    if base.is_zero:
        return base
    constant, found = factors(base.numerator * base.denominator)
    value = rational(constant)
    if value < 0 or any(power % 2 for _, power in found):
        return None
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    if top * top != value.numerator or bottom * bottom != value.denominator:
        return None
    root = number(Fraction(top, bottom)) / Quotient(base.denominator)
    for factor, power in found:
        root = root * Quotient(factor) ** (power // 2)
    return tower.reduce(root)


def _square_root(tower: Tower, base: Quotient) -> Quotient | None:
    """The square root of ``u + v*g``, ``g^2`` simpler, by the square root of its norm."""
    inside = [slot for slot in tower.relations if slot in base.slots and tower.generators[slot].order == 2]
    if not inside or any(slot in tower.relations and slot not in inside for slot in base.slots):
        return None
    unit = tower.by_key.get(tower.generators[inside[0]].key)
    imaginary = [slot for slot in inside if tower.generators[slot].expression == Expr("I")]
    slot = imaginary[0] if imaginary else max(inside)
    parts = coefficients(base.numerator, slot)
    if len(parts) != 2 or unit is None:
        return None
    bottom = Quotient(base.denominator)
    real, other = Quotient(parts[0]) / bottom, Quotient(parts[1]) / bottom
    if real.is_zero and not imaginary:
        return None
    norm = tower.reduce(real * real - other * other * tower.generators[slot].power)
    root = exact_square_root(tower, norm)
    if root is None:
        if not imaginary:
            return None
        root = constant_root(tower, norm, 2)
    elif sign_of(tower, root) < 0:
        root = -root
    half = tower.reduce((real + root) / number(2))
    if half.is_zero or (not imaginary and sign_of(tower, half) < 0):
        return None
    first = square_root_of(tower, half)
    found = tower.reduce(first + other * tower.element(slot) / (number(2) * first))
    if not imaginary and sign_of(tower, found) < 0:
        found = -found
    return found


# --- roots of polynomials


def roots(tower: Tower, poly: Univariate) -> list[Quotient] | None:
    """The roots of a squarefree polynomial in radicals, if the forms known here give them."""
    poly = [tower.reduce(coefficient) for coefficient in poly]
    top = len(poly) - 1
    if top == 1:
        return [tower.reduce(-poly[0] / poly[1])]
    step = gcd(*[power for power, coefficient in enumerate(poly) if not coefficient.is_zero])
    if step == 0:
        return None
    if top // step == 1:
        return roots_of_unity_times(tower, tower.reduce(-poly[0] / poly[top]), step)
    if top // step == 2:
        return _roots_of_all(tower, quadratic_roots(tower, poly[top], poly[step], poly[0]), step)
    special = {3: _cardano, 4: _symmetric_quartic}.get(top)
    return None if special is None else special(tower, poly)


def _roots_of_all(tower: Tower, values: list[Quotient], order: int) -> list[Quotient] | None:
    """The roots of several values together."""
    found: list[Quotient] = []
    for value in values:
        part = roots_of_unity_times(tower, value, order)
        if part is None:
            return None
        found += part
    return found


def quadratic_roots(tower: Tower, a: Quotient, b: Quotient, c: Quotient) -> list[Quotient]:
    """The two roots of ``a*x^2 + b*x + c``."""
    discriminant = tower.reduce(b * b - number(4) * a * c)
    root = square_root_of(tower, discriminant)
    double = number(2) * a
    return [tower.reduce((root - b) / double), tower.reduce((-root - b) / double)]


def roots_of_unity_times(tower: Tower, value: Quotient, order: int) -> list[Quotient] | None:
    """All roots of ``x^order = value``."""
    if order == 1:
        return [value]
    if order == 2:
        root = square_root_of(tower, value)
        return [root, -root]
    complex_value = sign_of(tower, value) == 0
    if order == 4 and complex_value:
        pair = roots_of_unity_times(tower, value, 2) or []
        return [root for one in pair for root in roots_of_unity_times(tower, one, 2) or []]
    if complex_value and len(value.numerator) + len(value.denominator) > 12:
        return None
    negative = sign_of(tower, value) < 0
    size = constant_root(tower, -value if negative else value, order)
    found = []
    for turn in range(order):
        unit = root_of_unity(tower, Fraction(2 * turn + negative, 2 * order))
        if unit is None:
            return None
        found.append(tower.reduce(size * unit))
    return found


def root_of_unity(tower: Tower, turns: Fraction) -> Quotient | None:
    """``exp(2*pi*I*turns)`` with real square roots, for the denominators that need nothing else."""
    turns %= 1
    order = turns.denominator
    if order == 1:
        return number(1)
    if order == 2:
        return number(-1)
    unit = tower.imaginary_unit()
    if (order % 2 and order > 1 and order in (3, 5)) or order in (4, 6, 8, 10, 12, 16, 24):
        primitive = _primitive_root(tower, order, unit)
    else:
        return None
    return tower.reduce(primitive**turns.numerator)


def _primitive_root(tower: Tower, order: int, unit: Quotient) -> Quotient:
    def surd(value: int) -> Quotient:
        return constant_root(tower, number(value), 2)

    half = number(Fraction(1, 2))
    if order == 4:
        return unit
    if order == 3:
        return half * (unit * surd(3) - number(1))
    if order == 6:
        return half * (unit * surd(3) + number(1))
    if order == 12:
        return half * (unit + surd(3))
    if order == 8:
        return half * surd(2) * (unit + number(1))
    if order in (5, 10):
        cosine = number(Fraction(1, 4)) * (surd(5) + number(-1 if order == 5 else 1))
    else:
        smaller = surd(2) if order == 16 else surd(3)
        cosine = half * constant_root(tower, tower.reduce(number(2) + smaller), 2)
    sine = constant_root(tower, tower.reduce(number(1) - cosine * cosine), 2)
    return tower.reduce(cosine + unit * sine)


def _symmetric_quartic(tower: Tower, poly: Univariate) -> list[Quotient] | None:
    """Roots of a quartic that becomes quadratic in ``x + m/x``, or in ``(x + h)^2``."""
    e, d, c, b, a = poly
    if not b.is_zero and not d.is_zero and tower.vanishes(b * b * e - d * d * a):
        m = tower.reduce(d / b)
        found = []
        for value in quadratic_roots(tower, a, b, tower.reduce(c - number(2) * a * m)):
            found += quadratic_roots(tower, number(1), -value, m)
        return found
    shift = tower.reduce(-b / (number(4) * a))
    moved = shifted(tower, poly, shift)
    if not b.is_zero and moved[1].is_zero:
        rest = roots(tower, moved)
        return None if rest is None else [tower.reduce(root + shift) for root in rest]
    return None


def _cardano(tower: Tower, poly: Univariate) -> list[Quotient] | None:
    """The roots of a cubic with one real root."""
    d, c, b, a = poly
    three = number(3)
    p = tower.reduce((three * a * c - b * b) / (three * a * a))
    q = tower.reduce(
        (number(2) * b**3 - number(9) * a * b * c + number(27) * a * a * d) / (number(27) * a**3)
    )
    quarter = tower.reduce(q * q / number(4) + p**3 / number(27))
    if sign_of(tower, quarter) <= 0:
        return None
    root = constant_root(tower, quarter, 2)
    cube = tower.reduce(root - q / number(2))
    if sign_of(tower, cube) == 0:
        return None
    if sign_of(tower, cube) < 0:
        other = tower.reduce(-root - q / number(2))
        cube = other if sign_of(tower, other) > 0 else cube
    negative = sign_of(tower, cube) < 0
    u = constant_root(tower, -cube if negative else cube, 3)
    u = -u if negative else u
    turn = root_of_unity(tower, Fraction(1, 3))
    if turn is None:
        return None
    found = []
    for power in range(3):
        part = tower.reduce(u * turn**power)
        found.append(tower.reduce(part - p / (three * part) - b / (three * a)))
    return found


def conjugate(tower: Tower, element: Quotient) -> Quotient:
    """The element with ``-I`` for ``I``."""
    slot = imaginary_slot(tower)
    if slot is None:
        return element
    return tower.reduce(_flipped(element.numerator, slot) / _flipped(element.denominator, slot))


def _flipped(poly: Poly, slot: int) -> Quotient:
    parts = coefficients(poly, slot)
    total = number(0)
    for power, part in enumerate(parts):
        total = total + Quotient(part) * Quotient(-GENERATORS[slot]) ** power
    return total


def imaginary_slot(tower: Tower) -> int | None:
    """The slot of ``I``, if it is in the tower."""
    return next((slot for slot in tower.relations if tower.generators[slot].expression == Expr("I")), None)


def real_and_imaginary(tower: Tower, element: Quotient) -> tuple[Quotient, Quotient]:
    """Parts of an element in normal form whose other generators are real."""
    slot = imaginary_slot(tower)
    if slot is None or not degree(element.numerator, slot):
        return element, number(0)
    parts = coefficients(element.numerator, slot)
    bottom = Quotient(element.denominator)
    return Quotient(parts[0]) / bottom, Quotient(parts[1]) / bottom
