"""Random choices for tasks that sample in Python: counter-based, the same on every machine."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TypeVar

from numpy.random import Philox

T = TypeVar("T")


class Draws:
    """The random choices of one example: a pure function of a recipe's text and the example's index.

    Philox4x64-10 (Salmon et al. 2011), keyed by the first half of the text's SHA-256, with the index in the
    upper half of the counter, so that no two examples share a random number. Only integer arithmetic on its
    raw words is used: numpy may change how it draws from a distribution, but never these.

    >>> draws = Draws("a recipe", 5)
    >>> [draws.between(1, 6) for _ in range(5)]
    [3, 6, 3, 1, 6]
    """

    def __init__(self, text: str, index: int) -> None:
        key = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
        self._philox = Philox(key=key, counter=index << 128)
        self._words: Iterator[int] = iter(())

    def _word(self) -> int:
        word = next(self._words, None)
        if word is None:
            self._words = iter(self._philox.random_raw(32).tolist())
            word = next(self._words)
        return word

    def below(self, bound: int) -> int:
        """Draw an integer from 0 to ``bound - 1``, exactly uniform (by rejection); ``bound`` is 1 to 2^64."""
        bits = (bound - 1).bit_length()
        while True:
            value = self._word() & ((1 << bits) - 1)
            if value < bound:
                return value

    def between(self, low: int, high: int) -> int:
        """Draw an integer from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def chance(self, numerator: int, denominator: int) -> bool:
        """Return True with probability ``numerator / denominator``."""
        return self.below(denominator) < numerator

    def choice(self, choices: Sequence[T]) -> T:
        """Draw one of the choices."""
        return choices[self.below(len(choices))]

    def weighted(self, weights: dict[T, int]) -> T:
        """Draw one of the keys, with probability proportional to its weight; some weight must be positive."""
        mark = self.below(sum(weights.values()))
        chosen = bisect_right(list(accumulate(weights.values())), mark)
        return list(weights)[chosen]
