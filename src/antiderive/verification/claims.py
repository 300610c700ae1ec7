"""What is claimed of a candidate, and how each tier of verification looks at the claim."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from antiderive._core import screen_antiderivative, screen_zero
from antiderive.expressions import Expr
from antiderive.verification.rigorous import (
    Residual,
    is_real,
    residual_of_antiderivative,
    residual_of_expression,
)
from antiderive.verification.validity import relative_errors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from antiderive._core import Samples, ScreenStatus


class Claim(Protocol):
    """That a residual vanishes in ``variable``, whatever the parameters."""

    @property
    def variable(self) -> str:
        """What takes values of either sign; the other symbols are positive parameters."""

    def screen(self, seed: int) -> tuple[ScreenStatus, Samples]:
        """Double precision at eight random points, and those points with the errors there."""

    def errors(self, point: Mapping[str, complex], at: NDArray[np.float64]) -> NDArray[np.float64]:
        """Relative size of the residual on the real line, with the parameters of ``point``.

        NaN where the problem is not real or something is not defined.
        """

    def rigorous(self, point: Mapping[str, complex]) -> Residual:
        """The residual in ball arithmetic."""

    def is_real(self, point: Mapping[str, complex]) -> bool:
        """Whether the problem is real at a point, as far as ball arithmetic can see."""

    def residual(self) -> Expr:
        """As a formula; raises an ``AntideriveError`` where there is none."""


@dataclass(frozen=True)
class Antiderivative:
    """The derivative of ``candidate`` should be ``integrand``."""

    integrand: Expr
    candidate: Expr
    variable: str

    def screen(self, seed: int) -> tuple[ScreenStatus, Samples]:
        """Dual numbers at random points."""
        return screen_antiderivative(self.integrand, self.candidate, self.variable, seed)

    def rigorous(self, point: Mapping[str, complex]) -> Residual:
        """The difference of slope and integrand."""
        return residual_of_antiderivative(self.integrand, self.candidate, self.variable, point)

    def residual(self) -> Expr:
        """Derivative minus integrand."""
        return self.candidate.diff(self.variable) - self.integrand

    def is_real(self, point: Mapping[str, complex]) -> bool:
        """Whether the integrand is."""
        return is_real([self.integrand], point)

    def errors(self, point: Mapping[str, complex], at: NDArray[np.float64]) -> NDArray[np.float64]:
        """Difference of slope and integrand, relative to the larger."""
        values: dict[str, Any] = {**point, self.variable: at.astype(np.complex128)}
        f = _array(self.integrand.evaluate(**values), at)
        slope = _array(self.candidate.evaluate_dual(self.variable, **values)[1], at)
        with np.errstate(all="ignore"):
            residual, size = slope - f, np.maximum(np.abs(f), np.abs(slope))
        return relative_errors(f, residual, size)


@dataclass(frozen=True)
class Vanishing:
    """``expression`` should be zero, relative to the largest of its terms."""

    expression: Expr
    variable: str

    def screen(self, seed: int) -> tuple[ScreenStatus, Samples]:
        """Values at random points."""
        return screen_zero(self.expression, self.variable, seed)

    def rigorous(self, point: Mapping[str, complex]) -> Residual:
        """The value, relative to the largest term."""
        return residual_of_expression(self.expression, point)

    def residual(self) -> Expr:
        """The expression itself."""
        return self.expression

    def is_real(self, point: Mapping[str, complex]) -> bool:
        """Whether every term is."""
        return is_real(_parts(self.expression, "add"), point)

    def errors(self, point: Mapping[str, complex], at: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of the terms, relative to the largest."""
        values: dict[str, Any] = {**point, self.variable: at.astype(np.complex128)}
        terms = np.array([_array(term.evaluate(**values), at) for term in _parts(self.expression, "add")])
        # Real where every term is; the sum may be nothing but rounding errors.
        with np.errstate(all="ignore"):
            residual, size = terms.sum(axis=0), np.abs(terms).max(axis=0)
            problem = size + 1j * np.abs(terms.imag).max(axis=0)
        return relative_errors(problem, residual, size)


def factors(expression: Expr) -> list[Expr]:
    """What a product vanishes by: its factors, without powers, numbers and reciprocals."""
    found: list[Expr] = []
    for factor in _parts(expression, "mul"):
        base_exponent = _parts(factor, "pow")
        if len(base_exponent) == 2 and base_exponent[1].is_number:
            if base_exponent[1].evaluate().real < 0:
                continue
            found += factors(base_exponent[0])
        elif not factor.is_number:
            found.append(factor)
    return found or [expression]


def _parts(expression: Expr, of: str) -> list[Expr]:
    """The arguments of a root of this kind (``add``, ``mul``, ``pow``); of another, the expression itself."""
    made: list[Expr] = []
    nodes = expression.nodes()
    for kind, value in nodes:
        if kind == "number":
            made.append(Expr(Fraction(*value)))
        elif kind == "symbol":
            made.append(Expr.from_prefix(value))
        elif kind in ("add", "mul", "pow"):
            join = {"add": operator.add, "mul": operator.mul, "pow": operator.pow}[kind]
            made.append(reduce(join, (made[place] for place in value)))
        else:
            made.append(Expr.apply(kind, made[value[0]]))
    kind, value = nodes[-1]
    return [made[place] for place in value] if kind == of else [expression]


def _array(values: NDArray[np.complex128] | complex, like: NDArray[np.float64]) -> NDArray[np.complex128]:
    return np.broadcast_to(np.asarray(values, dtype=np.complex128), like.shape)
