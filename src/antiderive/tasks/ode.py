"""Shared parts of the tasks of ordinary differential equations.

A problem is an expression in ``x``, ``Y``, ``Y'`` and ``Y''`` that equals zero; a solution is a function of
``x`` with a constant ``a8``, and a second one ``a9`` for equations of second order.
"""

from __future__ import annotations

from antiderive.errors import ParseError
from antiderive.expressions import UNKNOWNS, Expr
from antiderive.tasks.native import NativeTask
from antiderive.verification import Verdict, verify


class DifferentialEquation(NativeTask):
    """Find the solutions of a differential equation of a given order.

    Attributes:
        order: the order; a solution has as many constants.
    """

    order: int

    def decode(self, tokens: list[int]) -> Expr:
        """Return the left-hand side.

        Raises:
            ParseError: if the highest derivative is missing.
        """
        equation = Expr.from_tokens(tokens)
        highest = UNKNOWNS[self.order]
        if highest not in equation.free_symbols:
            raise ParseError(f"an equation of order {self.order} contains {highest}")
        return equation

    def write(self, problem: Expr) -> str:
        """Return the equation, such as ``y' - y = 0``."""
        return f"{problem.to_infix()} = 0".replace("Y", "y")

    def verify(self, problem: Expr, candidate: Expr) -> Verdict:
        """Tell whether ``candidate`` solves the equation, whatever the values of its constants."""
        return verify(problem, candidate)
