"""Finished sequences, and the distinct expressions among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from antiderive.errors import AntideriveError
from antiderive.expressions import Expr


@dataclass(frozen=True)
class Hypothesis:
    """A finished sequence.

    Attributes:
        tokens: token ids, without begin and end.
        score: sum of the log-probabilities divided by ``(tokens + 1) ** length_penalty``; the published code
            counts the begin token too.
    """

    tokens: list[int]
    score: float

    def expression(self) -> Expr | None:
        """The canonical form, or ``None`` if the tokens are not an expression or it is undefined."""
        try:
            return Expr.from_tokens(self.tokens)
        except AntideriveError:
            return None


def distinct(hypotheses: Iterable[Hypothesis]) -> list[tuple[Expr, Hypothesis]]:
    """The distinct expressions among hypotheses, each with the first hypothesis of that canonical form."""
    found: dict[Expr, Hypothesis] = {}
    for hypothesis in hypotheses:
        expression = hypothesis.expression()
        if expression is not None:
            found.setdefault(expression, hypothesis)
    return list(found.items())


def score_of(total: float, tokens: int, length_penalty: float) -> float:
    """The score of a hypothesis of ``tokens`` tokens with log-probability ``total``."""
    return float(total / (tokens + 1) ** length_penalty)
