"""Hermite's reduction in a field with one generator over the rational functions of the variable.

Bronstein, *Symbolic Integration I*, section 5.3, for denominators without special factors.
"""

from __future__ import annotations

from antiderive.integration.budget import GiveUpError, checkpoint
from antiderive.integration.quotients import number
from antiderive.integration.tower import Tower
from antiderive.integration.univariate import (
    Univariate,
    added,
    bezout,
    common_divisor,
    derivative,
    division,
    element_of,
    product,
    scaled,
    trimmed,
    univariate,
)


def derivation(tower: Tower, poly: Univariate, slot: int) -> Univariate:
    """The derivative of a polynomial in a generator, as one."""
    return univariate(tower.reduce(tower.derivative(element_of(poly, slot))), slot)


def hermite(
    tower: Tower, proper: Univariate, below: Univariate, slot: int
) -> tuple[Univariate, Univariate, Univariate]:
    """Hermite's reduction: numerator, squarefree denominator, and the polynomial given on the way."""
    polynomial: Univariate = []
    proper = trimmed([tower.reduce(a) for a in proper])
    while proper:
        checkpoint()
        common = common_divisor(tower, proper, below)
        if len(common) > 1:
            proper, below = division(tower, proper, common)[0], division(tower, below, common)[0]
        repeated = common_divisor(tower, below, derivative(below))
        if len(repeated) == 1:
            break
        proper, below, more = _hermite_step(tower, proper, below, slot)
        polynomial = added(polynomial, more)
    return proper, below, polynomial


def _hermite_step(
    tower: Tower, proper: Univariate, below: Univariate, slot: int
) -> tuple[Univariate, Univariate, Univariate]:
    """One step that lowers the highest multiplicity in the denominator."""
    parts = _squarefree(tower, below)
    power = len(parts)
    v = parts[-1]
    rest = below
    for _ in range(power):
        rest = division(tower, rest, v)[0]
    slope = derivation(tower, v, slot)
    s, t, common = bezout(tower, product(tower, rest, slope), v)
    if len(common) > 1:
        raise GiveUpError("a special factor in a denominator")
    factor = number(-1) / number(power - 1)
    b = division(tower, scaled(tower, product(tower, proper, s), factor), v)[1]
    # proper/(rest*v^power) - (b/v^(power - 1))' over rest*v^(power - 1)
    change = added(
        product(tower, derivation(tower, b, slot), v),
        scaled(tower, product(tower, b, slope), number(-(power - 1))),
    )
    top = added(proper, scaled(tower, product(tower, change, rest), number(-1)))
    lowered, remainder = division(tower, top, v)
    if remainder:
        raise GiveUpError("Hermite's reduction does not lower the multiplicity")
    del t
    new_below = division(tower, below, v)[0]
    polynomial, proper = division(tower, lowered, new_below)
    return proper, new_below, polynomial


def _squarefree(tower: Tower, poly: Univariate) -> list[Univariate]:
    """Squarefree factors by multiplicity, the last one of positive degree."""
    found: list[Univariate] = []
    common = common_divisor(tower, poly, derivative(poly))
    radical = division(tower, poly, common)[0]
    while len(radical) > 1:
        both = common_divisor(tower, radical, common)
        found.append(division(tower, radical, both)[0])
        radical = both
        common = division(tower, common, both)[0] if len(both) > 1 else common
    return found
