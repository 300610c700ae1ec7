"""The real line, cut where a problem or a candidate may not be analytic.

A function that is built from the operators is analytic on the real line except where the argument of a root,
a logarithm, ``abs``, ``sign`` or an inverse function, or a denominator, takes a special value. The native
search (``special_stretches``) proves that there is none on the cells; what it leaves out is as short as a
special point, or named as ``far`` (many periods out) or ``unresolved``. Special points of polynomials that
lie closer together than it can see are taken from their exact roots.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from antiderive._core import special_stretches
from antiderive.errors import AntideriveError
from antiderive.expressions import Expr
from antiderive.verification.forms import other_forms, real_roots
from antiderive.verification.parts import nodes_of

PERIODS = 1.5
"""Periods of circular functions on either side of zero that are looked at."""

_BUDGET = 300
"""Pieces of the line that are looked at; as many again with other forms of the sums."""

_LARGE_BUDGET = 3000
"""As many for what folds the line at its special points, such as ``abs(x - 1)`` or ``asin(sin(x))``."""

_WAVES = frozenset(["sin", "cos", "tan", "cot", "sec", "csc"])
_INVERSES = frozenset(["asin", "acos", "atan", "acot", "asec", "acsc"])

_LARGE = 30
"""Problems with more operators than this are not worth a second attempt."""

_REAL = 1e-9

Place = float | Fraction
Ends = tuple[float, float]


@dataclass(frozen=True)
class Special:
    """A special point: a stretch as short as it could be told.

    Attributes:
        ends: where it lies.
        of_problem: whether the problem has it.
        of_answer: whether the candidate has it.
    """

    ends: Ends
    of_problem: bool
    of_answer: bool

    @property
    def place(self) -> float:
        """Its middle, without the noise of the search."""
        low, high = self.ends
        middle = 0.5 * (low + high)
        return 0.0 if abs(middle) < 1e-50 else float(f"{middle:.8g}")


@dataclass(frozen=True)
class Cell:
    """An open interval on which everything is analytic; its ends are infinite or next to special points."""

    low: Place
    high: Place

    def places(self, seed: int) -> Iterator[Place]:
        """Random places inside, at one scale after the other."""
        rng = random.Random(seed)  # noqa: S311  (reproducible choices, no secrets)
        low, high = self.low, self.high
        if isinstance(low, Fraction) or isinstance(high, Fraction):
            while True:
                yield low + (high - low) * Fraction(rng.randint(200, 800), 1000)
        for scale in itertools.cycle((1.0, 0.05, 20.0, 3e-3, 400.0, 1e5)):
            share = rng.uniform(0.3, 1.9) * scale
            if math.isinf(low) and math.isinf(high):
                yield share * rng.choice((-1, 1))
            elif math.isinf(high):
                yield low + share * _size(low)
            elif math.isinf(low):
                yield high - share * _size(high)
            else:
                yield _between(low, high, rng)


def _size(end: float) -> float:
    return abs(end) if abs(end) > 1e-50 else 1.0


def _between(low: float, high: float, rng: random.Random) -> float:
    """A place between two ends, by scale where they differ in that and have one sign."""
    share = rng.uniform(0.15, 0.85)
    if low >= 0 or high <= 0:
        small, large = sorted((abs(low), abs(high)))
        small = max(small, large * 1e-3)
        if large > 4 * small:
            return math.copysign(small * (large / small) ** share, low + high)
    return low + (high - low) * share


@dataclass(frozen=True)
class Line:
    """The real line as cells and what lies between them, from the left."""

    cells: tuple[Cell, ...] = ()
    specials: tuple[Special, ...] = ()
    far: tuple[Ends, ...] = ()
    unresolved: tuple[Ends, ...] = ()


def cut_line(
    problems: Sequence[Expr],
    answers: Sequence[Expr],
    variable: str,
    *,
    anywhere: bool = False,
    quickly: bool = False,
) -> Line:
    """The cells of problems and answers together.

    Args:
        problems: where they are not real, nothing is looked for.
        answers: other expressions.
        variable: the only symbol in them.
        anywhere: look where the problems are not real as well.
        quickly: leave out what the first attempt does not resolve.
    """
    expressions = [*problems, *answers]
    count = 0 if anywhere else len(problems)
    try:
        found = special_stretches(expressions, count, variable, PERIODS, _BUDGET, [])
        small = sum(problem.operators for problem in problems) <= _LARGE
        with_roots = len(problems) if small else 0
        folded = any(_folds(expression, number < with_roots) for number, expression in enumerate(expressions))
        if not quickly and (small or folded) and _matters(found, problems, variable, anywhere):
            hints = other_forms(expressions, variable)
            if hints or folded:
                budget = _LARGE_BUDGET if folded else _BUDGET
                found = special_stretches(expressions, count, variable, PERIODS, budget, hints)
    except AntideriveError:
        return Line(unresolved=((-math.inf, math.inf),))  # too large to be looked at together
    return _line(found, expressions, len(problems), variable)


def _folds(expression: Expr, roots: bool) -> bool:
    """Whether there are ``abs``, ``sign``, inverses of waves or, with ``roots``, roots of even powers."""
    nodes = nodes_of(expression)
    return any(
        kind in ("abs", "sign")
        or (kind in _INVERSES and nodes[value[0]][0] in _WAVES)
        or (roots and kind == "pow" and _is_fraction(nodes[value[1]]) and _is_even(nodes, value[0]))
        for kind, value in nodes
    )


def _is_fraction(node: tuple[str, Any]) -> bool:
    return node[0] == "number" and bool(node[1][1] != 1)


def _is_even(nodes: Sequence[tuple[str, Any]], index: int) -> bool:
    """Whether a node is an even power or a product with one."""
    kind, value = nodes[index]
    factors = [nodes[factor] for factor in value] if kind == "mul" else [nodes[index]]
    exponents = [nodes[factor[1][1]] for factor in factors if factor[0] == "pow"]
    return any(name == "number" and number[1] == 1 and number[0] % 2 == 0 for name, number in exponents)


def _matters(
    found: Sequence[tuple[float, float, str, list[int]]],
    problems: Sequence[Expr],
    variable: str,
    anywhere: bool,
) -> bool:
    """Whether something was not resolved where the problem is real, as far as double precision tells."""
    ends = [(low, high) for low, high, reason, _ in found if reason == "unresolved"]
    if anywhere or not ends:
        return bool(ends)
    middles = np.array([_middle(low, high) for low, high in ends], dtype=np.complex128)
    real = np.ones(len(middles), dtype=bool)
    for problem in problems:
        values = np.asarray(problem.evaluate(**{variable: middles}), dtype=np.complex128)
        real &= np.isfinite(values) & (np.abs(values.imag) <= _REAL * np.abs(values))
    return bool(real.any())


def _middle(low: float, high: float) -> float:
    if math.isinf(low) or math.isinf(high):
        return 1.37 * (high if math.isinf(low) else low)
    return low + 0.4871 * (high - low)


def _line(
    found: Sequence[tuple[float, float, str, list[int]]],
    expressions: Sequence[Expr],
    problems: int,
    variable: str,
) -> Line:
    cells: list[Cell] = []
    specials: list[Special] = []
    others: dict[str, list[Ends]] = {"far": [], "unresolved": [], "outside": []}
    roots = real_roots(expressions, variable) if any(stretch[2] == "point" for stretch in found) else []
    end = -math.inf
    for low, high, reason, blamed in found:
        if low > end:
            cells.append(Cell(end, low))
        end = high
        if reason == "point":
            of_problem = any(number < problems for number in blamed)
            of_answer = any(number >= problems for number in blamed)
            specials.append(Special((low, high), of_problem, of_answer))
            inside = [root for root in roots if low <= root <= high]
            cells += [Cell(a, b) for a, b in itertools.pairwise(inside)]
        else:
            others[reason].append((low, high))
    if end < math.inf:
        cells.append(Cell(end, math.inf))
    return Line(tuple(cells), tuple(specials), tuple(others["far"]), tuple(others["unresolved"]))


def cut_axis(expressions: Sequence[Expr], symbol: str) -> list[float]:
    """The special points of expressions in one symbol, those that were found."""
    try:
        found = special_stretches(list(expressions), 0, symbol, PERIODS, _BUDGET, [])
    except AntideriveError:
        return []
    return [0.5 * (low + high) for low, high, reason, _ in found if reason == "point"]
