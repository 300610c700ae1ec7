"""One decision in every cell: the residual of a claim about the real line, in ball arithmetic.

Inside a cell problem and candidate are analytic; what agrees on an open part of it agrees on all of it. So
one random point stands for a cell. It knows nothing of parameters: they have their values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, islice

import numpy as np

from antiderive.verification.cells import Cell, Line, Place, cut_line
from antiderive.verification.claims import Claim
from antiderive.verification.rigorous import Point
from antiderive.verification.validity import SWEEP, disagreements

POINTS = 8
"""Points at which zero must be enclosed for ``agrees``."""

_FIRST = 3
"""Samples that are looked at before the line is cut: most wrong candidates are refuted there."""

_TRIES = 4
"""Places tried in a cell until one decides."""

_MOST_CELLS = 64

_OFF_REAL = 1e-3
"""Imaginary part, relative to the whole, from which a value is surely not real."""

_FAR_REACH = np.geomspace(1e-3, 1e4, 16)
_MOST_STRETCHES = 8
_SHARES = (np.arange(10) + 0.5123) / 10
_LARGEST = 1e50


@dataclass
class Survey:
    """What was found on the line.

    Attributes:
        line: how it was cut.
        agreeing: points at which zero is enclosed, with the digits.
        counter: a point at which the residual provably is not zero.
        cells: cells in which the problem is real and the residual zero.
        undecided: cells in which nothing could be decided.
        complex_values: the problem is real nowhere; its complex values were compared.
        values: those of the parameters.
    """

    line: Line = field(default_factory=Line)
    agreeing: list[tuple[Point, int]] = field(default_factory=list)
    counter: Point | None = None
    cells: list[Cell] = field(default_factory=list)
    undecided: list[Cell] = field(default_factory=list)
    complex_values: bool = False
    values: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def points(self) -> list[Point]:
        """The points at which zero is enclosed, with the values of the parameters."""
        return [{**self.values, **point} for point, _ in self.agreeing]

    @property
    def digits(self) -> int:
        """The least digits to which it is."""
        return min(digits for _, digits in self.agreeing)


def survey_line(
    claim: Claim,
    seed: int,
    samples: Sequence[Mapping[str, complex]] = (),
    *,
    points: int = POINTS,
    anywhere: bool = False,
    quickly: bool = False,
) -> Survey:
    """Decides in every cell of the real line in which the problem is real.

    Args:
        claim: with no symbol but the variable.
        seed: chooses the points.
        samples: points on the real line to begin with.
        points: how many to look at if there are fewer cells.
        anywhere: compare complex values as well: for a problem that is real nowhere.
        quickly: leave out special points that are not found at once.
    """
    found = Survey(complex_values=anywhere)
    first = samples[:_FIRST]
    decided = [sample[claim.variable].real for sample in first if _look(claim, sample, found)]
    if found.counter is not None:
        return found
    found.line = cut_line(claim.problems, claim.answers, claim.variable, anywhere=anywhere, quickly=quickly)
    streams = _decide_cells(claim, seed, decided, found)
    streams += [Cell(*ends).places(seed) for ends in (*found.line.far, *found.line.unresolved)]
    more = ({claim.variable: _number(next(stream))} for _ in range(3 * points) for stream in streams)
    for point in chain(samples[_FIRST:], more):
        if len(found.agreeing) >= points or found.counter is not None:
            break
        _look(claim, point, found)
    if found.counter is None:
        _sweep(claim, found)
    return found


def _decide_cells(claim: Claim, seed: int, decided: Sequence[float], found: Survey) -> list[Iterator[Place]]:
    """Decides in all cells, until one refutes; random places of those that agree, for more points."""
    cells = found.line.cells[:_MOST_CELLS]
    covered = [any(cell.low < x < cell.high for x in decided) for cell in cells]
    left = [cell for cell, has_point in zip(cells, covered, strict=True) if not has_point]
    outside = set() if found.complex_values else _outside(claim, left)
    streams: list[Iterator[Place]] = []
    for number, cell in enumerate(cells):
        if cell in outside or found.counter is not None:
            continue
        stream = cell.places(seed * _MOST_CELLS + number)
        state = True if covered[number] else _decide(claim, stream, found)
        if state is None:
            continue  # the problem is not real there
        (found.cells if state else found.undecided).append(cell)
        if state:
            streams.append(stream)
    return streams


def _outside(claim: Claim, cells: Sequence[Cell]) -> set[Cell]:
    """Cells in which some part of the problem is far from real at a point, in double precision."""
    if not cells:
        return set()
    at = np.array([float(next(cell.places(0))) for cell in cells], dtype=np.complex128)
    off = np.zeros(len(cells), dtype=bool)
    for problem in claim.problems:
        values = np.asarray(problem.evaluate(**{claim.variable: at}), dtype=np.complex128)
        off |= np.isfinite(values) & (np.abs(values.imag) > _OFF_REAL * np.abs(values))
    return {cell for cell, is_off in zip(cells, off, strict=True) if is_off}


def _decide(claim: Claim, stream: Iterator[Place], found: Survey) -> bool | None:
    """Whether the residual is zero in a cell; ``None`` where the problem is not real."""
    for place in islice(stream, _TRIES):
        state = _look(claim, {claim.variable: _number(place)}, found)
        if state is not False or found.counter is not None:
            return state
    return False


def _look(claim: Claim, point: Point, found: Survey) -> bool | None:
    """The same at one point, which is kept if it decides."""
    if found.counter is not None:
        return False
    seen = claim.rigorous(point)
    if not seen.real and not found.complex_values:
        return None
    if seen.nonzero:
        found.counter = point
    elif seen.digits >= claim.digits:
        found.agreeing.append((point, seen.digits))
        return True
    return False


def _sweep(claim: Claim, found: Survey) -> None:
    """Looks where there are no cells: far out, and where special points could not be found."""
    line = found.line
    stretches = [ends for ends in (*line.far, *line.unresolved) if min(map(abs, ends)) < _LARGEST]
    stretches += [(float(cell.low), float(cell.high)) for cell in found.undecided]
    if not stretches:
        return
    at = [_spread(low, high) for low, high in stretches[:_MOST_STRETCHES]]
    at += [SWEEP[(low < SWEEP) & (high > SWEEP)] for low, high in line.unresolved]
    everywhere = np.unique(np.concatenate(at))
    for x in disagreements(lambda where: claim.errors({}, where), everywhere):
        seen = claim.rigorous({claim.variable: complex(x)})
        if seen.nonzero and (seen.real or found.complex_values):
            found.counter = {claim.variable: complex(x)}
            return


def _spread(low: float, high: float) -> np.ndarray:
    if np.isinf(high) and np.isinf(low):
        return np.concatenate([-_FAR_REACH, _FAR_REACH])
    if np.isinf(high):
        return low + _FAR_REACH * (abs(low) or 1.0)
    if np.isinf(low):
        return high - _FAR_REACH * (abs(high) or 1.0)
    return low + (high - low) * _SHARES


def _number(place: Place) -> complex | Place:
    return complex(place) if isinstance(place, float) else place
