"""What is claimed of a candidate, and how each tier of verification looks at the claim."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from antiderive._core import screen_antiderivative, screen_zero
from antiderive.expressions import Expr
from antiderive.verification.parts import arguments_of
from antiderive.verification.resolution import MOST_DIGITS, digits_to_tell
from antiderive.verification.rigorous import (
    DIGITS,
    Point,
    Residual,
    residual_of_antiderivative,
    residual_of_expression,
)
from antiderive.verification.validity import relative_errors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from antiderive._core import Samples, ScreenStatus

Values = Mapping[str, Fraction]
"""Values of parameters."""

_MANY_TERMS = 32


class Claim(Protocol):
    """That a residual vanishes in ``variable``, whatever the parameters."""

    @property
    def variable(self) -> str:
        """What takes values of either sign; the other symbols are parameters."""

    @property
    def problems(self) -> tuple[Expr, ...]:
        """What must be real for a place to count."""

    @property
    def answers(self) -> tuple[Expr, ...]:
        """What was proposed: it may be complex, jump or have kinks of its own."""

    @property
    def digits(self) -> int:
        """Digits to which the residual must vanish."""

    def at(self, values: Values) -> Claim:
        """The claim with values for the parameters; raises an ``AntideriveError`` where it is not defined."""

    def screen(self, seed: int) -> tuple[ScreenStatus, Samples]:
        """Double precision at eight random points, and those points with the errors there."""

    def errors(self, point: Mapping[str, complex], at: NDArray[np.float64]) -> NDArray[np.float64]:
        """Relative size of the residual on the real line, with the parameters of ``point``.

        NaN where the problem is not real or something is not defined.
        """

    def rigorous(self, point: Point) -> Residual:
        """The residual in ball arithmetic."""

    def residual(self) -> Expr:
        """As a formula; raises an ``AntideriveError`` where there is none."""


@dataclass(frozen=True)
class Antiderivative:
    """The derivative of ``candidate`` should be ``integrand``."""

    integrand: Expr
    candidate: Expr
    variable: str
    original: Antiderivative | None = None

    @cached_property
    def digits(self) -> int:
        """What the two ask for, before values were put in."""
        return self.original.digits if self.original else _digits(self.integrand, self.candidate)

    @property
    def problems(self) -> tuple[Expr, ...]:
        """The integrand."""
        return (self.integrand,)

    @property
    def answers(self) -> tuple[Expr, ...]:
        """The candidate."""
        return (self.candidate,)

    def at(self, values: Values) -> Antiderivative:
        """Both with values put in."""
        integrand, candidate = self.integrand.subs(values), self.candidate.subs(values)
        return replace(self, integrand=integrand, candidate=candidate, original=self)

    def screen(self, seed: int) -> tuple[ScreenStatus, Samples]:
        """Dual numbers at random points."""
        return screen_antiderivative(self.integrand, self.candidate, self.variable, seed)

    def rigorous(self, point: Point) -> Residual:
        """The difference of slope and integrand."""
        return _closely(
            self,
            lambda digits: residual_of_antiderivative(
                self.integrand, self.candidate, self.variable, point, digits
            ),
        )

    def residual(self) -> Expr:
        """Derivative minus integrand."""
        return self.candidate.diff(self.variable) - self.integrand

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
    answers: tuple[Expr, ...] = ()
    original: Vanishing | None = None

    @cached_property
    def digits(self) -> int:
        """What the expression asks for, before values were put in."""
        return self.original.digits if self.original else _digits(self.expression)

    @property
    def problems(self) -> tuple[Expr, ...]:
        """The terms."""
        terms = arguments_of(self.expression, "add")
        return tuple(terms) if len(terms) <= _MANY_TERMS else (self.expression,)

    def at(self, values: Values) -> Vanishing:
        """With values put in."""
        answers = tuple(answer.subs(values) for answer in self.answers)
        expression = self.expression.subs(values)
        return replace(self, expression=expression, answers=answers, original=self)

    def screen(self, seed: int) -> tuple[ScreenStatus, Samples]:
        """Values at random points."""
        return screen_zero(self.expression, self.variable, seed)

    def rigorous(self, point: Point) -> Residual:
        """The value, relative to the largest term."""
        return _closely(self, lambda digits: residual_of_expression(self.expression, point, digits))

    def residual(self) -> Expr:
        """The expression itself."""
        return self.expression

    def errors(self, point: Mapping[str, complex], at: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of the terms, relative to the largest."""
        values: dict[str, Any] = {**point, self.variable: at.astype(np.complex128)}
        terms = np.array(
            [_array(term.evaluate(**values), at) for term in arguments_of(self.expression, "add")]
        )
        # Real where every term is; the sum may be nothing but rounding errors.
        with np.errstate(all="ignore"):
            residual, size = terms.sum(axis=0), np.abs(terms).max(axis=0)
            problem = size + 1j * np.abs(terms.imag).max(axis=0)
        return relative_errors(problem, residual, size)


def factors(expression: Expr) -> list[Expr]:
    """What a product vanishes by: its factors, without powers, numbers and reciprocals."""
    found: list[Expr] = []
    for factor in arguments_of(expression, "mul"):
        base_exponent = arguments_of(factor, "pow")
        if len(base_exponent) == 2 and base_exponent[1].is_number:
            if base_exponent[1].evaluate().real < 0:
                continue
            found += factors(base_exponent[0])
        elif not factor.is_number:
            found.append(factor)
    return found or [expression]


def _digits(*expressions: Expr) -> int:
    found = digits_to_tell(expressions)
    return MOST_DIGITS + 1 if found is None else found


def _closely(claim: Claim, residual: Callable[[int], Residual]) -> Residual:
    """The residual to the usual digits, and to those of the claim if it still may be zero.

    Beyond the most that are looked at there is no agreement.
    """
    seen = residual(DIGITS)
    if seen.nonzero or seen.digits < DIGITS or seen.digits >= claim.digits or claim.digits > MOST_DIGITS:
        return seen
    return residual(claim.digits)


def _array(values: NDArray[np.complex128] | complex, like: NDArray[np.float64]) -> NDArray[np.complex128]:
    return np.broadcast_to(np.asarray(values, dtype=np.complex128), like.shape)
