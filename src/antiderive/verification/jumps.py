"""Places at which a candidate jumps or has a kink although the problem is regular there.

A candidate that is right on either side of a special point may still be another antiderivative on each:
``x + sign(x)`` for 1. Whether it jumps is read off its values in double precision next to the point, at two
distances: what does not shrink with the distance is a jump.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiderive.errors import AntideriveError
from antiderive.expressions import UNKNOWNS, Expr
from antiderive.verification.cells import Line, Special, cut_axis

Values = NDArray[np.complex128]

_NEAR = 1e-5
_NEARER = 1e-2
"""Distances: the first relative to that of the next special point, the second relative to the first."""

_ORDERS = {name: order for order, name in enumerate(UNKNOWNS)}

_GENERIC = (Fraction(7, 5), Fraction(11, 7), Fraction(17, 13))
"""Values of the unknown at which an equation shows the special points of its own."""

_SMALL = 1e-7
_SHRINKS = 0.05
_REAL = 1e-9


def jumps_of_antiderivative(integrand: Expr, candidate: Expr, variable: str, line: Line) -> list[float]:
    """Places at which the candidate jumps while the integrand is real and stays bounded."""
    sides = list(_sides(line))
    if not sides:
        return []
    at = np.array([places for _, places in sides])
    f = _values(integrand, variable, at)
    real = np.atleast_1d(_is_real(f).all(axis=1))
    if not real.any():
        return []
    values = _values(candidate, variable, at)
    return [
        special.place
        for (special, places), own, f_own, is_real in zip(sides, values, f, real, strict=True)
        if is_real and _jumps(own, f_own, places)
    ]


def jumps_of_solution(equation: Expr, solution: Expr, line: Line) -> list[float]:
    """Places at which a solution or one of its derivatives jumps while the equation is regular."""
    sides = list(_sides(line))
    if not sides:
        return []
    try:
        order = max(_ORDERS[name] for name in equation.free_symbols & set(_ORDERS))
        chain = [solution]
        for _ in range(max(2, order + 1)):
            chain.append(chain[-1].diff("x"))
        put_in = dict(zip(_ORDERS, chain, strict=False))
        leading = equation.diff(UNKNOWNS[order]).subs(put_in)
        generic = equation.subs(dict(zip(UNKNOWNS, _GENERIC, strict=True)))
        singular = cut_axis([generic], "x") if "x" in generic.free_symbols else []
    except AntideriveError:
        return []
    found: list[float] = []
    for special, at in sides:
        low, high = at[1], at[2]
        if any(low <= place <= high for place in singular):
            continue
        size = np.abs(_values(leading, "x", at))
        # A leading coefficient that goes to zero or beyond all bounds makes the point a singular one.
        near, away = size[1:3], size[[0, 3]]
        settled = np.isfinite(size).all() and 0.5 * away.min() < near.max() < 2 * away.max()
        levels = [_values(expression, "x", at) for expression in chain[: order + 2]]
        real = all(_is_real(values).all() for values in (levels[0], _values(generic, "x", at)))
        if not (settled and real):
            continue
        if any(_jumps(value, slope, at) for value, slope in pairwise(levels)):
            found.append(special.place)
    return found


def _sides(line: Line) -> Iterable[tuple[Special, NDArray[np.float64]]]:
    """The candidate's special points, with two places on either side of each."""
    ends = [special.ends for special in line.specials]
    ends += [*line.unresolved, *line.far]
    for special in line.specials:
        if not special.of_answer:
            continue
        low, high = special.ends
        gaps = [max(other[0] - high, low - other[1]) for other in ends if other != special.ends]
        near = _NEAR * min((gap for gap in gaps if gap > 0), default=max(1.0, abs(low)))
        width = high - low
        far = max(near, 1000 * width)
        close = max(far * _NEARER, 3 * width)
        yield special, np.array([low - far, low - close, high + close, high + far])


def _jumps(values: Values, slopes: Values, at: NDArray[np.float64]) -> bool:
    """Whether values differ across the middle by more than their slopes account for."""
    if not (np.isfinite(values).all() and np.isfinite(slopes).all()):
        return False
    # What the slopes account for, at both distances.
    across = [
        values[b] - values[a] - 0.5 * (slopes[a] + slopes[b]) * (at[b] - at[a]) for a, b in ((0, 3), (1, 2))
    ]
    jump = abs(across[1])
    steep = np.abs(slopes[1:3]).max() * (at[2] - at[1])
    settled = abs(across[0] - across[1]) < _SHRINKS * jump
    return bool(jump > _SMALL * (1 + np.abs(values).max()) and settled and steep < _SHRINKS * jump)


def _values(expression: Expr, variable: str, at: NDArray[np.float64]) -> Values:
    values: Any = expression.evaluate(**{variable: at.ravel().astype(np.complex128)})
    return np.broadcast_to(np.asarray(values, dtype=np.complex128), at.size).reshape(at.shape)


def _is_real(values: Values) -> NDArray[np.bool_]:
    return np.isfinite(values) & (np.abs(values.imag) <= _REAL * np.abs(values))


def places(values: Sequence[float]) -> str:
    """Places as text, the first few of them."""
    shown = ", ".join(f"{value:g}" for value in values[:4])
    return shown + (", ..." if len(values) > 4 else "")
