"""Backward integration (Lample & Charton 2020, section 4.2).

A random function is sampled and differentiated: the derivative is the problem, the function the solution. The
problem reads ``sub Y' f``, the equation y' - f = 0, as in the published data. Sampling is native
(``crates/antiderive-core/src/bwd.rs``).
"""

from __future__ import annotations

from antiderive._core import Expr, vocabulary
from antiderive.errors import ParseError
from antiderive.tasks.task import NativeTask
from antiderive.verification import Verdict, verify

_HEAD = [vocabulary().index(token) for token in ("sub", "Y'")]


class BackwardIntegration(NativeTask):
    """Find an antiderivative of a function of ``x``."""

    name = "bwd"
    title = "integration, backward: sample the antiderivative, differentiate it"

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
