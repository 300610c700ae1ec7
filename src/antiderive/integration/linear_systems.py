"""Linear systems over the constants of a tower: which combination of elements is a given one?

The parameters are first put at random residues modulo a prime: that shows whether there is a solution and
which unknowns it needs. Only on that support the system is solved exactly, by sparse elimination.
"""

from __future__ import annotations

from random import Random
from typing import Any

import flint

from antiderive.integration.budget import GiveUpError, checkpoint
from antiderive.integration.quotients import (
    GENERATORS,
    ONE,
    RING,
    SLOTS,
    Quotient,
    least_common_multiple,
    number,
    slots,
)
from antiderive.integration.tower import Kind, Tower
from antiderive.verification import Poly

_PRIME = 2**61 - 1
_MOST_UNKNOWNS = 700
_MOST_ENTRIES = 400_000

_Row = dict[int, Quotient]
_TARGET = -1
"""The column of the right-hand side in a sparse row."""


def solve(tower: Tower, target: Quotient, columns: list[Quotient]) -> list[Quotient] | None:
    """Constants ``c`` with ``sum of c[j]*columns[j] = target``, or ``None`` if there are none.

    Args:
        tower: where everything lives.
        target: what is to be combined, in normal form.
        columns: what it is combined of, in normal form.

    Raises:
        GiveUpError: if the system is too large.
    """
    system = _System(tower, target, columns)
    support = system.support()
    if support is None:
        return None
    values = system.exact(support)
    return None if values is None else system.gathered(values, len(columns))


def has_no_solution(tower: Tower, target: Quotient, columns: list[Quotient]) -> bool:
    """Whether the system provably has no solution: by exact ranks, without parameters.

    Raises:
        GiveUpError: if there are parameters, or the system is too large.
    """
    system = _System(tower, target, columns)
    matrix = flint.fmpq_mat(len(system.rows), len(system.columns) + 1)
    for place, column in enumerate([*system.columns, system.target]):
        for monomial, coefficient in column.items():
            value = _element(coefficient).rational
            if value is None:
                raise GiveUpError("a proof is not attempted with parameters")
            matrix[system.rows[monomial], place] = flint.fmpq(value.numerator, value.denominator)
    reduced, rank = matrix.rref()
    last = len(system.columns)
    return rank > 0 and all(reduced[rank - 1, place] == 0 for place in range(last))


def equations(tower: Tower, target: Quotient, columns: list[Quotient], names: list[str]) -> list[str]:
    """The equations for the coefficients of the columns, as text; each once."""
    system = _System(tower, target, columns)
    size = len(system.basis)
    rows = []
    for monomial in system.rows:
        terms = []
        for place, column in enumerate(system.columns):
            if monomial in column and place % size == 0:
                factor = tower.expression(_element(column[monomial]))
                terms.append(names[place // size] if factor == 1 else f"({factor})*{names[place // size]}")
        right = tower.expression(_element(system.target.get(monomial, {(): 0})))
        if terms:
            rows.append(f"{' + '.join(terms)} = {right}")
    return list(dict.fromkeys(rows))


class _System:
    """The equations, one for every monomial in the generators that are not parameters."""

    def __init__(self, tower: Tower, target: Quotient, columns: list[Quotient]) -> None:
        self.basis = _algebraic_basis(tower, [target, *columns])
        if len(self.basis) * len(columns) > _MOST_UNKNOWNS:
            raise GiveUpError("a linear system with too many unknowns")
        self.parameters = [
            slot for slot, generator in enumerate(tower.generators) if generator.kind is Kind.CONSTANT
        ]
        polys = _over_one_denominator(tower, [target, *columns], self.basis)
        split = [self._split(poly) for poly in polys]
        self.target, self.columns = split[0], split[1:]
        self.rows: dict[tuple[int, ...], int] = {}
        for column in split:
            for monomial in column:
                self.rows.setdefault(monomial, len(self.rows))
        if len(self.rows) * len(split) > _MOST_ENTRIES:
            raise GiveUpError("a linear system with too many entries")

    def _split(self, poly: Poly) -> dict[tuple[int, ...], dict[tuple[int, ...], Any]]:
        """Coefficients by monomial: polynomials in the parameters, as dictionaries."""
        collected: dict[tuple[int, ...], dict[tuple[int, ...], Any]] = {}
        present = slots(poly)
        inside = [slot for slot in self.parameters if slot in present]
        for exponents, coefficient in poly.to_dict().items():
            if not inside:
                collected[exponents] = {(): coefficient}
                continue
            monomial, parameters = list(exponents), [0] * SLOTS
            for slot in inside:
                parameters[slot], monomial[slot] = monomial[slot], 0
            collected.setdefault(tuple(monomial), {})[tuple(parameters)] = coefficient
        return collected

    def support(self) -> list[int] | None:
        """Unknowns that a solution needs where the parameters are random, or ``None`` if there is none."""
        checkpoint()
        random = Random(1)  # noqa: S311  (a sample, no secret)
        at = {slot: random.randrange(2, _PRIME) for slot in self.parameters}
        matrix = flint.nmod_mat(len(self.rows), len(self.columns) + 1, _PRIME)
        for place, column in enumerate([*self.columns, self.target]):
            for monomial, coefficient in column.items():
                matrix[self.rows[monomial], place] = _modular(coefficient, at)
        reduced, rank = matrix.rref()
        needed = []
        last = len(self.columns)
        place = 0
        for row in range(rank):
            while int(reduced[row, place]) == 0:
                place += 1
            if place == last:
                return None
            if int(reduced[row, last]):
                needed.append(place)
        return needed

    def exact(self, support: list[int]) -> dict[int, Quotient] | None:
        """The values of the unknowns of a support."""
        rows: dict[tuple[int, ...], _Row] = {}
        for unknown in support:
            for monomial, coefficient in self.columns[unknown].items():
                rows.setdefault(monomial, {})[unknown] = _element(coefficient)
        for monomial, coefficient in self.target.items():
            rows.setdefault(monomial, {})[_TARGET] = _element(coefficient)
        return _eliminated(list(rows.values()))

    def gathered(self, values: dict[int, Quotient], count: int) -> list[Quotient]:
        """Values of the unknowns with the powers of algebraic constants that they stand before."""
        size = len(self.basis)
        total = [number(0)] * count
        for unknown, value in values.items():
            place, power = divmod(unknown, size)
            total[place] = total[place] + value * Quotient(self.basis[power])
        return total


def _algebraic_basis(tower: Tower, elements: list[Quotient]) -> list[Poly]:
    """Products of powers of the algebraic constants that occur, and of those that they are made of."""
    used: set[int] = set()
    for element in elements:
        used |= element.slots
    basis = [ONE]
    for slot in reversed(tower.relations):
        generator = tower.generators[slot]
        if slot in used and generator.kind is Kind.ALGEBRAIC:
            used |= generator.power.slots
    for slot in tower.relations:
        generator = tower.generators[slot]
        if slot in used and generator.kind is Kind.ALGEBRAIC:
            basis = [one * GENERATORS[slot] ** power for one in basis for power in range(generator.order)]
    return basis


def _over_one_denominator(tower: Tower, elements: list[Quotient], basis: list[Poly]) -> list[Poly]:
    """Numerators over a common denominator: of the first element, then of the others times the basis."""
    common = ONE
    for element in elements:
        if not element.denominator.is_one():
            common = least_common_multiple(common, element.denominator)
    made: list[Quotient] = []
    for place, element in enumerate(elements):
        checkpoint()
        raised = element.numerator * (common / element.denominator)
        made += [tower.lower(raised * power) for power in (basis if place else [ONE])]
    again = ONE
    for one in made:
        again = least_common_multiple(again, one.denominator)
    if again.is_one():
        return [one.numerator for one in made]
    return [one.numerator * (again / one.denominator) for one in made]


def _modular(coefficient: dict[tuple[int, ...], Any], at: dict[int, int]) -> int:
    total = 0
    for exponents, value in coefficient.items():
        term = int(value.p) * pow(int(value.q), -1, _PRIME) % _PRIME if value.q != 1 else int(value.p)
        for slot, power in enumerate(exponents):
            if power:
                term = term * pow(at[slot], power, _PRIME) % _PRIME
        total += term
    return total % _PRIME


def _element(coefficient: dict[tuple[int, ...], Any]) -> Quotient:
    if () in coefficient:
        return Quotient(RING.constant(coefficient[()]))
    return Quotient(RING.from_dict(coefficient))


def _eliminated(rows: list[_Row]) -> dict[int, Quotient] | None:
    """The solution of a sparse system with full column rank, pivots chosen for little fill-in (Markowitz)."""
    done: list[tuple[int, _Row]] = []
    while True:
        checkpoint()
        pivot = _pivot(rows)
        if pivot is None:
            break
        row, unknown = pivot
        rows = [other for other in rows if other is not row]
        inverse = number(1) / row[unknown]
        row = {place: value * inverse for place, value in row.items() if place != unknown}
        done.append((unknown, row))
        for other in rows:
            factor = other.pop(unknown, None)
            if factor is not None:
                _subtract(other, row, factor)
    if any(not row.get(_TARGET, number(0)).is_zero for row in rows):
        return None
    values: dict[int, Quotient] = {}
    for unknown, row in reversed(done):
        value = row.get(_TARGET, number(0))
        for place, coefficient in row.items():
            if place != _TARGET and place in values:
                value = value - coefficient * values[place]
        values[unknown] = value
    return values


def _pivot(rows: list[_Row]) -> tuple[_Row, int] | None:
    counts: dict[int, int] = {}
    for row in rows:
        for place in row:
            counts[place] = counts.get(place, 0) + 1
    best, chosen = None, None
    for row in rows:
        size = len(row) - (_TARGET in row)
        for place, value in row.items():
            if place == _TARGET:
                continue
            cost = ((size - 1) * (counts[place] - 1), len(value.numerator) + len(value.denominator))
            if best is None or cost < best:
                best, chosen = cost, (row, place)
    return chosen


def _subtract(row: _Row, other: _Row, factor: Quotient) -> None:
    for place, value in other.items():
        product = factor * value
        left = row[place] - product if place in row else -product
        if left.is_zero:
            row.pop(place, None)
        else:
            row[place] = left


def combination(tower: Tower, values: list[Quotient], elements: list[Quotient]) -> Quotient:
    """The sum of products, in normal form."""
    total = number(0)
    for value, element in zip(values, elements, strict=True):
        if not value.is_zero:
            total = total + value * element
    return tower.reduce(total)
