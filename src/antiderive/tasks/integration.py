"""Integration problems: what the tasks that make them share.

A problem is an integrand in ``x``. As tokens it reads ``sub Y' f``, the equation y' - f = 0, as in the
published data (Lample & Charton 2020).
"""

from __future__ import annotations

from antiderive._core import Expr, vocabulary
from antiderive.errors import ParseError
from antiderive.tasks.task import NativeTask
from antiderive.verification import Verdict, verify

_HEAD = [vocabulary().index(token) for token in ("sub", "Y'")]


class Integration(NativeTask):
    """Find an antiderivative of a function of ``x``."""

    def encode(self, problem: Expr) -> list[int]:
        """``sub Y' f`` for the integrand ``f``."""
        return _HEAD + problem.to_tokens()

    def decode(self, tokens: list[int]) -> Expr:
        """The integrand of ``sub Y' f``.

        Raises:
            ParseError: if the tokens are not of that form.
        """
        if tokens[:2] != _HEAD:
            raise ParseError("an integration problem starts with the tokens: sub Y'")
        return Expr.from_tokens(tokens[2:])

    def verify(self, problem: Expr, candidate: Expr) -> Verdict:
        """Whether the derivative of ``candidate`` is ``problem``."""
        return verify(problem, candidate)
