"""Shared parts of the integration tasks, however their examples are made.

A problem is an integrand in ``x``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from antiderive.expressions import Expr
from antiderive.tasks.examples import Functions
from antiderive.tasks.integrals import INTEGRALS
from antiderive.tasks.task import ExprTask
from antiderive.verification import Verdict, verify

if TYPE_CHECKING:
    from antiderive.tasks.recipe import Recipe


class Integration(ExprTask):
    """Find an antiderivative of a function of ``x``."""

    poses_integrals: ClassVar[bool] = True

    def encode(self, problem: Expr) -> list[int]:
        """Return ``sub Y' f`` for the integrand ``f``."""
        return INTEGRALS.encode(problem)

    def decode(self, tokens: list[int]) -> Expr:
        """Return the integrand of ``sub Y' f``.

        Raises:
            ParseError: if the tokens do not have that form.
        """
        return INTEGRALS.decode(tokens)

    def verify(self, problem: Expr, candidate: Expr) -> Verdict:
        """Tell whether the derivative of ``candidate`` is ``problem``."""
        return verify(problem, candidate)

    def functions(self, recipe: Recipe, start: int, count: int, *, threads: int = 1) -> Functions:
        """Return the integrands of the examples."""
        made = self.generate(recipe, start, count, threads=threads)
        return Functions(made.indices, made.problems, made.skeletons, made.splits, made.rejects)
