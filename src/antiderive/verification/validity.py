"""Where on the real line a refuted candidate is right all the same, and an agreeing one wrong.

The derivative of a wrong branch (``x^2/2`` for ``sqrt(x^2)``, ``acosh(x)`` for ``1/sqrt(x^2 - 1)``) equals
the integrand on whole intervals and nothing like it on others. A saturating near miss (``x`` for
``tanh(50x)``) looks the same in double precision, but its error grows from nothing to everything by degrees,
while that of a branch jumps: so the edges between right and wrong are bisected, and an interval with a
gradual edge is no interval of validity. What is left is confirmed in ball arithmetic, as is every
disagreement.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

REACH = 10.0
"""Points from minus to plus this are looked at."""

_REAL = 1e-9
"""Imaginary part, relative to the whole, up to which a value is taken as real: rounding leaves as much."""

_POINTS = 401
_AGREE = 1e-8
_DISAGREE = 1e-3
_BISECTIONS = 40
_CONFIRMED = 4
"""Points of each interval at which ball arithmetic must enclose zero."""

# It avoids special points; the ends of intervals are moved to the round bound afterwards.
_GRID = np.linspace(-REACH, REACH, _POINTS) + 1.234e-4
_SCALES = 1.0123 * np.geomspace(1e-3, 1e3, 61)
SWEEP = np.sort(np.concatenate([_GRID, _SCALES, -_SCALES]))
"""Points of the real line for where nothing better is known."""

_SUSPECT = 1e-6
_SUSPECTS = 8
"""Stretches of disagreement that are looked at."""

Errors = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Relative size of the residual at points of the real line; NaN where the problem is not real and defined."""


def relative_errors(
    problem: NDArray[np.complex128], residual: NDArray[np.complex128], size: NDArray[np.float64]
) -> NDArray[np.float64]:
    """``|residual| / size``; NaN where that is not finite or the problem not real (up to rounding)."""
    with np.errstate(all="ignore"):
        errors = np.where(residual == 0, 0.0, np.abs(residual) / size)
        real = np.abs(problem.imag) <= _REAL * np.abs(problem)
    usable = np.isfinite(problem) & real & np.isfinite(residual) & np.isfinite(size)
    return np.where(usable, errors, np.nan)


def disagreements(errors: Errors, where: NDArray[np.float64]) -> list[float]:
    """Points at which the residual seems not to vanish: one of each stretch of ``where``, longest first.

    In double precision some of them are nothing but cancellation, most often single points.
    """
    wrong = errors(where) > _SUSPECT
    stretches = sorted(_stretches(wrong), key=lambda ends: ends[0] - ends[1])
    return [float(where[(first + last + 1) // 2]) for first, last in stretches[:_SUSPECTS]]


def _stretches(there: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last place of each run of truths."""
    turns = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]])))
    return [(first, end - 1) for first, end in turns.reshape(-1, 2).tolist()]


def intervals_of_validity(
    errors: Errors, confirm: Callable[[float], bool]
) -> tuple[tuple[float, float], ...]:
    """Intervals, from the left, on which the residual vanishes.

    Args:
        errors: relative size of the residual.
        confirm: whether ball arithmetic encloses zero at a point.
    """
    # Most wrong candidates are right nowhere: a first look at some points is enough.
    some = _GRID[:: _POINTS // 20]
    hopeful = some[errors(some) <= _AGREE]
    if not (len(hopeful) and confirm(float(hopeful[len(hopeful) // 2]))):
        return ()
    found: list[tuple[float, float]] = []
    for first, last in _stretches(errors(_GRID) <= _AGREE):
        low = _edge(errors, confirm, first, -1)
        high = _edge(errors, confirm, last, +1)
        if low is not None and high is not None and last - first >= 2 and _confirmed(low, high, confirm):
            found.append((low, high))
    return tuple(found)


def _edge(errors: Errors, confirm: Callable[[float], bool], place: int, step: int) -> float | None:
    """Where agreement ends beyond ``_GRID[place]``; ``None`` if it ends by degrees."""
    beyond = place + step
    if not 0 <= beyond < len(_GRID):
        return float(np.copysign(REACH, step))
    inside, outside = float(_GRID[place]), float(_GRID[beyond])
    for _ in range(_BISECTIONS):
        middle = 0.5 * (inside + outside)
        error = float(errors(np.array([middle]))[0])
        if _AGREE < error < _DISAGREE:
            if not confirm(middle):
                return None
            error = 0.0  # cancellation, at a zero of the integrand for instance
        if error <= _AGREE:
            inside = middle
        else:
            outside = middle
    # Bisection ends within 1e-13 of the edge: what is round is meant to be.
    return round(inside, 9) + 0.0


def _confirmed(low: float, high: float, confirm: Callable[[float], bool]) -> bool:
    # Golden-ratio steps: spread over the interval, and at no special point.
    points = (low + (high - low) * ((0.5 + place * 0.6180339887498949) % 1.0) for place in range(_CONFIRMED))
    return all(confirm(point) for point in points)
