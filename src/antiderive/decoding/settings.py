"""Settings of a beam search."""

from __future__ import annotations

from dataclasses import dataclass

from antiderive.errors import SettingError

ROWS = 1600
"""Default number of partial hypotheses extended together."""


@dataclass(frozen=True)
class Decoding:
    """Settings of a beam search.

    Attributes:
        beam: hypotheses kept for each problem.
        max_tokens: longest hypothesis, not counting the end token.
        length_penalty: scores are divided by the length to this power; 0 compares plain log-probabilities.
        early_stopping: a problem is done as soon as it has ``beam`` hypotheses.
        grammar: allow only well-formed expressions.
        rows: partial hypotheses extended together; problems of similar length share a batch. It does not
            change the result.
    """

    beam: int = 1
    max_tokens: int = 256
    length_penalty: float = 1.0
    early_stopping: bool = False
    grammar: bool = True
    rows: int = ROWS

    def __post_init__(self) -> None:
        if min(self.beam, self.max_tokens, self.rows) < 1:
            raise SettingError(
                f"beam {self.beam}, max_tokens {self.max_tokens} and rows {self.rows} must be at least 1"
            )
