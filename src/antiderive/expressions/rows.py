"""Rows of tokens: many token sequences in one array, with the end of each.

A row is a problem or a solution as a model reads it. This module does not know its meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from antiderive._core import arities


@dataclass(frozen=True, eq=False)
class TokenRows:
    """Token ids of all rows, one row after the other.

    Attributes:
        tokens: token ids of all rows, shape [tokens].
        ends: end of each row in ``tokens``, ascending, shape [rows].

    >>> rows = TokenRows.of([[5, 55], [19], []])
    >>> len(rows), rows[0], rows.lengths.tolist()
    (3, [5, 55], [2, 1, 0])
    >>> list(rows.select([1, 0]))
    [[19], [5, 55]]
    >>> rows.padded(0, end=2).tolist()
    [[5, 55, 2], [19, 2, 0], [2, 0, 0]]
    """

    tokens: NDArray[np.uint8]
    ends: NDArray[np.int64]

    def __post_init__(self) -> None:
        # The native generator gives unsigned ends, but differences need signed ones.
        object.__setattr__(self, "ends", np.asarray(self.ends).astype(np.int64, copy=False))

    @classmethod
    def of(cls, rows: Iterable[Sequence[int]]) -> TokenRows:
        """Make rows from lists of token ids."""
        rows = list(rows)
        tokens = np.array([token for row in rows for token in row], dtype=np.uint8)
        return cls(tokens, np.cumsum([len(row) for row in rows], dtype=np.int64))

    @classmethod
    def joined(cls, parts: Sequence[TokenRows]) -> TokenRows:
        """Join the rows of several parts, in order."""
        if not parts:
            return cls.of([])
        lengths = np.concatenate([part.lengths for part in parts])
        return cls(np.concatenate([part.tokens for part in parts]), np.cumsum(lengths))

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, index: int) -> list[int]:
        """Return the token ids of one row."""
        end = int(self.ends[index])
        ids: list[int] = self.tokens[end - int(self.lengths_at(index)) : end].tolist()
        return ids

    def __iter__(self) -> Iterator[list[int]]:
        tokens, start = self.tokens.tolist(), 0
        for end in self.ends.tolist():
            yield tokens[start:end]
            start = end

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Number of tokens of each row, shape [rows]."""
        return np.diff(self.ends, prepend=0)

    def lengths_at(self, rows: ArrayLike) -> NDArray[np.int64]:
        """Return the number of tokens of some rows, in the shape of ``rows``."""
        index = np.asarray(rows) % max(1, len(self))
        before = np.where(index > 0, self.ends[index - 1], 0)
        lengths: NDArray[np.int64] = self.ends[index] - before
        return lengths

    def select(self, rows: ArrayLike) -> TokenRows:
        """Select rows, by a mask or by their indices in any order."""
        chosen = np.asarray(rows)
        index = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen.astype(np.int64)
        if not len(index):
            return TokenRows.of([])
        lengths = self.lengths_at(index)
        ends = np.cumsum(lengths)
        # The present position of each token of the result: the start of its row plus its index in the row.
        offsets = np.repeat(self.ends[index] - ends, lengths)
        return TokenRows(self.tokens[np.arange(int(ends[-1])) + offsets], ends)

    def padded(self, pad: int, *, begin: int | None = None, end: int | None = None) -> NDArray[np.int64]:
        """Return the rows as one array, padded to the longest, shape [rows, longest].

        Args:
            pad: padding token.
            begin: token before each row, if any; it counts in the length.
            end: token after each row, if any; likewise.
        """
        lengths = self.lengths
        before, after = int(begin is not None), int(end is not None)
        longest = int(lengths.max(initial=0))
        array = np.full((len(self), before + longest + after), pad, dtype=np.int64)
        inside = np.arange(longest) < lengths[:, None]
        array[:, before : before + longest][inside] = self.tokens
        if begin is not None:
            array[:, 0] = begin
        if end is not None:
            array[np.arange(len(self)), before + lengths] = end
        return array

    @property
    def operators(self) -> NDArray[np.uint16]:
        """Number of operators in each row: tokens with arguments, shape [rows]."""
        before = np.concatenate([[0], np.cumsum(_is_operator()[self.tokens])])
        counts: NDArray[np.uint16] = np.diff(before[self.ends], prepend=0).astype(np.uint16)
        return counts


@cache
def _is_operator() -> NDArray[np.int64]:
    """Return 1 for tokens that take arguments and 0 for all others, by token id."""
    table = np.zeros(256, np.int64)
    known = np.asarray(arities())
    table[: len(known)] = known > 0
    return table
