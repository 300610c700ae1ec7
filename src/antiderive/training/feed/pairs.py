"""Pairs of a problem and its solution as token ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from antiderive.expressions import TokenRows

Pair = tuple[list[int], list[int]]
"""Token ids of a problem and of its solution."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of problems and solutions in two tables of the same length.

    Attributes:
        problems: token ids of the problems.
        solutions: token ids of the solutions, in the same order.

    >>> pairs = Pairs.of([([5, 55], [19]), ([55], [])])
    >>> pairs[0], len(pairs.select([True, False]))
    (([5, 55], [19]), 1)
    """

    problems: TokenRows
    solutions: TokenRows

    @classmethod
    def of(cls, pairs: Iterable[Pair]) -> Pairs:
        """Pairs from lists of token ids."""
        pairs = list(pairs)
        return cls(TokenRows.of(pair[0] for pair in pairs), TokenRows.of(pair[1] for pair in pairs))

    @classmethod
    def joined(cls, parts: Sequence[Pairs]) -> Pairs:
        """The pairs of several parts, one part after another."""
        return cls(
            TokenRows.joined([part.problems for part in parts]),
            TokenRows.joined([part.solutions for part in parts]),
        )

    def __len__(self) -> int:
        return len(self.problems)

    def __getitem__(self, index: int) -> Pair:
        """Token ids of one problem and its solution."""
        return self.problems[index], self.solutions[index]

    def __iter__(self) -> Iterator[Pair]:
        return zip(self.problems, self.solutions, strict=True)

    def select(self, rows: ArrayLike) -> Pairs:
        """Some of the pairs, by a mask or by their indices in any order."""
        return Pairs(self.problems.select(rows), self.solutions.select(rows))

    def within(self, max_tokens: int) -> Pairs:
        """The pairs with at most ``max_tokens`` tokens on either side."""
        fits = np.maximum(self.problems.lengths, self.solutions.lengths) <= max_tokens
        return self if fits.all() else self.select(fits)
