"""The interface of sources of training pairs, generated pairs, and mixtures of sources.

A source is an endless sequence of *pools*. Pool *p* is a pure function of the source's settings and *p*, so a
position is a number, no index is kept, and memory does not grow. Files are read in blocks; each epoch takes
the blocks in another order, and the batches of a pool are shuffled again (``batches.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from antiderive.expressions import Split
from antiderive.generation import generate
from antiderive.tasks import Recipe
from antiderive.training.feed.pairs import Pairs

_VALID_START = 1 << 41
"""First index of validation problems in a recipe; training never gets that far."""

_CHUNK = 4000


class PoolSource(Protocol):
    """Training pairs by pool."""

    def pool(self, number: int, size: int) -> Pairs:
        """About ``size`` training pairs: pool ``number`` of the sequence for this size."""


class Source(PoolSource, Protocol):
    """Training pairs by pool, and validation pairs."""

    def validation(self, count: int) -> Pairs:
        """The first ``count`` pairs of the validation split, or as many as there are."""


@dataclass(frozen=True)
class RecipeSource:
    """Pairs generated on demand from a recipe."""

    recipe: Recipe
    threads: int = 1

    def pool(self, number: int, size: int) -> Pairs:
        """The training examples among the indices ``number * size`` to ``(number + 1) * size``."""
        return self._examples(number * size, size, Split.TRAIN)

    def validation(self, count: int) -> Pairs:
        """Examples from indices that training does not reach."""
        parts: list[Pairs] = []
        start, found = _VALID_START, 0
        while found < count:
            parts.append(self._examples(start, _CHUNK, Split.VALID))
            start, found = start + _CHUNK, found + len(parts[-1])
        return Pairs.joined(parts).select(np.arange(count))

    def _examples(self, start: int, count: int, split: Split) -> Pairs:
        made = generate(self.recipe, start, count, threads=self.threads)
        return Pairs(made.problems, made.solutions).select(made.rows(split))


@dataclass(frozen=True)
class Mixture:
    """A mixture of sources, each with its share of every pool."""

    sources: tuple[PoolSource, ...]
    weights: tuple[float, ...]

    def pool(self, number: int, size: int) -> Pairs:
        """Pool ``number`` of every source, sized by the weights."""
        total = sum(self.weights)
        return Pairs.joined(
            [
                source.pool(number, max(1, round(size * weight / total)))
                for source, weight in zip(self.sources, self.weights, strict=True)
            ]
        )
