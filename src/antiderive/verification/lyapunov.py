"""Is this function a global Lyapunov function of the system?

``V(0) = 0``, ``V > 0`` away from 0 and ``dV/dt <= 0`` everywhere. First a search for a point that violates
one of them, in double precision; what it finds is judged in ball arithmetic. Then sums of squares, which
prove. What they leave open is checked in ball arithmetic at sampled points, which proves nothing in between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from flint import acb
from numpy.typing import NDArray

from antiderive.errors import AntideriveError
from antiderive.expressions import Expr
from antiderive.verification.polynomials import polynomial_of
from antiderive.verification.rigorous import DIGITS, evaluate, precision
from antiderive.verification.sums_of_squares import SumOfSquares, sum_of_squares
from antiderive.verification.verdict import Verdict

POINTS = 64
"""Points that are checked in ball arithmetic before a condition without a proof counts as ``agrees``."""

MARGIN = 1e-4
"""How far from 0 a condition that is only sampled must stay, relative to the parts of its sum."""

_WITHOUT = {
    "absent": "is no sum of squares",
    "unsolved": "is too large to be put as a sum of squares, or needs: pip install 'antiderive[lyapunov]'",
}
"""What is said of a polynomial that cannot be accepted."""

_SAMPLES = 2000
_DOUBTFUL = 8
_ROUNDING = 1e-13
"""Relative error of ``dV/dt`` in double precision that is no sign of a violation."""
_CLIMBERS = 32
_STEPS = 60
_BITS = 512

Points = NDArray[np.float64]
"""Shape [variables, points]."""

Values = NDArray[np.float64]
"""Shape [points]."""


@dataclass(frozen=True)
class _Conditions:
    """The formulas that are judged, and where."""

    variables: tuple[str, ...]
    v: Expr
    slopes: list[Expr]
    flow: tuple[Expr, ...]

    def heights(self, points: Points) -> Values:
        """``V`` relative to the size of its parts, from -1 to 1; NaN where it does not exist."""
        v = self._at(self.v, points)
        with np.errstate(all="ignore"):
            parts = np.array([x * self._at(dv, points) for x, dv in zip(points, self.slopes, strict=True)])
            return _ratio(v, np.abs(v) + np.abs(parts).sum(axis=0))

    def climbs(self, points: Points) -> Values:
        """``dV/dt`` relative to the size of its parts, from -1 to 1."""
        pairs = zip(self.slopes, self.flow, strict=True)
        with np.errstate(all="ignore"):
            parts = np.array([self._at(dv, points) * self._at(f, points) for dv, f in pairs])
            return _ratio(parts.sum(axis=0), np.abs(parts).sum(axis=0))

    def _at(self, expr: Expr, points: Points) -> Values:
        with np.errstate(all="ignore"):
            values = np.asarray(expr.evaluate(**dict(zip(self.variables, points, strict=True))))
        real = np.where(np.abs(values.imag) <= 1e-9 * np.abs(values), values.real, np.nan)
        return np.broadcast_to(real, points.shape[1:])

    def doubtful(self, points: Points) -> list[Values]:
        """The points at which a condition seems to fail most, or has no value."""
        heights, climbs = self.heights(points), self.climbs(points)
        doubt = np.maximum(-heights, climbs - _ROUNDING)
        worst = np.argsort(-np.nan_to_num(doubt, nan=0.0), kind="stable")[:_DOUBTFUL]
        return list(points[:, worst[~(doubt[worst] < 0)]].T)

    def violated(self, point: Values) -> str | None:
        """The condition that provably fails at a point other than 0, if one does."""
        height, climb = self.balls(point)
        if height.is_finite() and not height.imag.contains(0):
            return "V is not real at a point"
        if height.is_finite() and height.real <= 0:
            return "V is not positive at a point"
        if climb.is_finite() and climb.imag.contains(0) and climb.real > 0:
            return "dV/dt is positive at a point"
        return None

    def holds(self, point: Values) -> bool:
        """Whether both conditions hold at a point in ball arithmetic; ``dV/dt`` may be zero to 30 digits."""
        height, climb = self.balls(point)
        if not (height.is_finite() and climb.is_finite() and height.real > 0):
            return False
        return bool(climb.real <= 0 or abs(climb) < abs(height) * acb(10).real ** -DIGITS)

    def balls(self, point: Values) -> tuple[acb, acb]:
        """``V`` and ``dV/dt`` at a point."""
        with precision(_BITS):
            at = {name: acb(float(value)) for name, value in zip(self.variables, point, strict=True)}
            climb = acb(0)
            for slope, f in zip(self.slopes, self.flow, strict=True):
                climb += evaluate(slope, at) * evaluate(f, at)
            return evaluate(self.v, at), climb


def verify_lyapunov(flow: tuple[Expr, ...], v: Expr, variables: tuple[str, ...]) -> Verdict:
    """Judges ``v`` as a global Lyapunov function of the polynomial system ``flow``.

    ``proved``: ``v`` has a positive definite Gram matrix on monomials (so that it is positive away from 0 and
    grows without bound) and ``-dV/dt`` is a sum of squares, both in rational arithmetic. ``agrees``: at least
    one of the two conditions was only checked in floating point or at sampled points, and the reason says
    which; between the points it is not proved. ``refuted``: with a point at which a condition provably fails.

    Args:
        flow: right-hand sides, polynomials in ``variables``.
        v: the candidate.
        variables: names of the state variables.
    """
    if not v.free_symbols <= set(variables):
        return Verdict("unknown", f"V may only depend on {', '.join(variables)}")
    try:
        slopes = [v.diff(name) for name in variables]
        origin = v.subs(dict.fromkeys(variables, 0))
    except AntideriveError as error:
        return Verdict("unknown", f"V cannot be differentiated and evaluated at 0: {error}")
    if origin.is_number and origin != 0:
        return Verdict("refuted", "V is not 0 at 0", points=(dict.fromkeys(variables, "0"),))
    conditions = _Conditions(variables, v, slopes, flow)
    spread = _spread(len(variables))
    refuted = _refuted(conditions, conditions.doubtful(spread))
    if refuted is not None:
        return refuted
    squares = _sums_of_squares(conditions)
    if squares is not None and squares[0].positive and squares[1].status == "exact":
        return Verdict("proved", "V and -dV/dt are sums of squares, in rational arithmetic")
    return _unproved(conditions, spread, squares)


def _unproved(
    conditions: _Conditions, spread: Points, squares: tuple[SumOfSquares, SumOfSquares] | None
) -> Verdict:
    """The verdict when one condition is not proved: a search uphill for a violation, then sampled points.

    Samples alone miss violations between two curves that are close together, so that a polynomial needs at
    least sums of squares in floating point, and any other function must keep clear of the bounds.
    """
    random = np.random.default_rng(0)
    low = _climb(lambda points: -conditions.heights(points), spread, random)
    high = _climb(conditions.climbs, spread, random)
    refuted = _refuted(conditions, [*low.T[:_DOUBTFUL], *high.T[:_DOUBTFUL]])
    if refuted is not None:
        return refuted
    positive, falling = "at sampled points only", "at sampled points only"
    if squares is not None:
        for what, found in zip(("V", "-dV/dt"), squares, strict=True):
            if found.status in _WITHOUT:
                return Verdict("unknown", f"no violation was found, but {what} {_WITHOUT[found.status]}")
        positive = "proved" if squares[0].positive else positive
        falling = "proved" if squares[1].status == "exact" else "by a sum of squares in floating point only"
    elif not conditions.climbs(high)[0] < -MARGIN:
        return Verdict("unknown", "no violation was found, but dV/dt comes near 0 and V is no polynomial")
    if positive != "proved" and not conditions.heights(low)[0] > MARGIN:
        return Verdict("unknown", "no violation was found, but V comes near 0 and is not proved positive")
    held = [point for point in spread.T[-2 * POINTS :] if conditions.holds(point)][:POINTS]
    if len(held) < POINTS:
        return Verdict("unknown", f"both conditions hold at {len(held)} points, {POINTS} are needed")
    return Verdict(
        "agrees",
        f"V > 0: {positive}; dV/dt <= 0: {falling}; both hold in ball arithmetic at {POINTS} points",
        points=tuple(_readable(conditions.variables, point) for point in held),
    )


def _sums_of_squares(conditions: _Conditions) -> tuple[SumOfSquares, SumOfSquares] | None:
    """What is known of ``V`` and of ``-dV/dt`` as sums of squares; ``None`` if ``V`` is no polynomial."""
    names = conditions.variables
    v = polynomial_of(conditions.v, names)
    if v is None:
        return None
    height = sum_of_squares(v)
    if height.status == "absent":
        return height, SumOfSquares("unsolved")
    slopes = [v.derivative(place) for place in range(len(names))]
    flow = [polynomial_of(f, names) for f in conditions.flow]
    climb = sum(slope * f for slope, f in zip(slopes, flow, strict=True))
    # Of a system that descends along its gradient, -dV/dt has squares of multiples of the slopes.
    context = v.context()
    hint = [m * slope for slope in slopes if slope != 0 for m in (context.constant(1), *context.gens())]
    return height, sum_of_squares(-climb, hint)


def _refuted(conditions: _Conditions, points: list[Values]) -> Verdict | None:
    for point in points:
        reason = conditions.violated(point)
        if reason is not None:
            return Verdict("refuted", reason, points=(_readable(conditions.variables, point),))
    return None


def _spread(size: int) -> Points:
    """A small grid of integers without 0, then random points of sizes from 0.001 to 1000.

    Half of them have coordinates of one size and half of sizes of their own, since a violation may lie
    between two curves such as ``x = -y**2`` and ``x = -2*y**2``.
    """
    random = np.random.default_rng(1)
    grid = np.stack(np.meshgrid(*[np.arange(-3.0, 4)] * size)).reshape(size, -1)
    directions = random.normal(size=(size, _SAMPLES))
    radii = 10.0 ** random.uniform(-3, 3, size=(size, _SAMPLES))
    radii[:, ::2] = radii[0, ::2] / np.linalg.norm(directions[:, ::2], axis=0)
    return np.concatenate([grid[:, np.any(grid != 0, axis=0)], directions * radii], axis=1)


def _climb(measure: Callable[[Points], Values], start: Points, random: np.random.Generator) -> Points:
    """Points from the best of ``start`` uphill on ``measure``, by random steps that shrink, best first."""
    order = np.argsort(-np.nan_to_num(measure(start), nan=-2), kind="stable")[:_CLIMBERS]
    points = start[:, order]
    values = np.nan_to_num(measure(points), nan=-2)
    for step in np.geomspace(0.5, 1e-3, _STEPS):
        lengths = np.linalg.norm(points, axis=0)
        moved = points * np.exp(step * random.normal(size=points.shape))
        moved += step * lengths * random.normal(size=points.shape)
        found = np.nan_to_num(measure(moved), nan=-2)
        better = (found > values) & (np.abs(np.log10(np.linalg.norm(moved, axis=0))) < 4)
        points = np.where(better, moved, points)
        values = np.where(better, found, values)
    return points[:, np.argsort(-values, kind="stable")]


def _ratio(value: Values, size: Values) -> Values:
    return np.where(size > 0, value / size, np.where(size == 0, 0.0, np.nan))


def _readable(variables: tuple[str, ...], point: Values) -> dict[str, str]:
    """Values as text that names the exact double."""
    return {name: repr(float(value)) for name, value in zip(variables, point, strict=True)}
