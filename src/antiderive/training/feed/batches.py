"""Batches for training: pairs of similar length together, within a budget of tokens.

The stream is a sequence of *pools* (``sources.py``), each divided into batches. The batches of a pool are a
pure function of the source, the settings and the pool's number. So a position in the stream is two numbers,
memory does not grow, and a resumed run sees the same batches as an uninterrupted one.

A batch belongs to one step of the optimizer, whatever the number of processes: each process takes the rows of
its *part*. So one process, two processes and one with gradient accumulation see the same batches.
"""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antiderive.errors import DataError
from antiderive.expressions import Vocabulary
from antiderive.training.feed.pairs import Pairs
from antiderive.training.feed.sources import PoolSource

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """Padded token ids of this process's part of a batch.

    Attributes:
        source: problems with ``<eos>``, shape [rows, source length].
        target: ``<bos>``, solution, ``<eos>``, shape [rows, target length].
        labels: number of target tokens to predict in the whole batch.
        examples: number of rows of the whole batch.
        position: position of the stream *after* this batch: pool, batch within the pool.
    """

    source: Integers
    target: Integers
    labels: int
    examples: int
    position: tuple[int, int]

    @property
    def tokens(self) -> int:
        """Number of tokens without padding."""
        return int(np.count_nonzero(self.source) + np.count_nonzero(self.target))

    @property
    def size(self) -> int:
        """Number of tokens with padding."""
        return self.source.size + self.target.size

    @classmethod
    def of(
        cls,
        pairs: Pairs,
        rows: Integers,
        position: tuple[int, int] = (0, 0),
        *,
        part: int = 0,
        parts: int = 1,
    ) -> Batch:
        """The part of a batch that belongs to one process.

        Args:
            pairs: the pairs of a pool.
            rows: indices of the whole batch's pairs.
            position: position of the stream after the batch.
            part: index of the process among those that share the batch.
            parts: number of those processes.
        """
        vocabulary = Vocabulary()
        mine = rows[part::parts]
        # A process without rows takes one and ignores its labels, so that all processes stay in step.
        idle = not len(mine)
        own = pairs.select(rows[:1] if idle else mine)
        source = own.problems.padded(vocabulary.pad, end=vocabulary.eos)
        target = own.solutions.padded(vocabulary.pad, begin=vocabulary.bos, end=vocabulary.eos)
        if idle:
            target[:, 1:] = vocabulary.pad
        labels = int(pairs.solutions.lengths_at(rows).sum()) + len(rows)
        return cls(source, target, labels, len(rows), position)


_EMPTY_POOLS = 10
"""Pools without a pair after which the data count as empty."""

_RUN = 4
"""Length of a run, in batches: pairs of similar problem length, sorted by solution length (measured)."""


def grouped(pairs: Pairs, budget: int, *, run: int = _RUN) -> list[Integers]:
    """Indices of pairs in groups of at most ``budget`` tokens, counted with padding.

    Rows are sorted by the length of the problem and divided into runs of a few groups; each run is sorted by
    the length of the solution, alternately ascending and descending. If they were sorted by problem alone, a
    group would have solutions of all lengths, which would be mostly padding.

    Args:
        pairs: the pairs; no pairs give no groups.
        budget: tokens of a group, including special tokens and padding.
        run: groups' worth of tokens in a run.
    """
    if not len(pairs):
        return []
    problems, solutions = pairs.problems.lengths + 1, pairs.solutions.lengths + 2
    order = np.lexsort((solutions, problems))
    runs = np.cumsum(problems[order] + solutions[order]) // (run * budget)
    order = order[np.lexsort((np.where(runs % 2, -1, 1) * solutions[order], runs))]
    groups = []
    first, longest, wide = 0, 0, 0
    lengths = zip(problems[order].tolist(), solutions[order].tolist(), strict=True)
    for index, (problem, solution) in enumerate(lengths):
        longest, wide = max(longest, problem), max(wide, solution)
        if index > first and (index + 1 - first) * (longest + wide) > budget:
            groups.append(order[first:index])
            first, longest, wide = index, problem, solution
    groups.append(order[first:])
    return groups


class BatchStream:
    """Endless batches of a source.

    Args:
        source: source of the pairs.
        tokens_per_batch: source plus target tokens of a batch, including padding, over all its parts.
        pool: pairs per pool; those of similar length are batched together.
        seed: seed of the order of batches within a pool.
        stream: index of this stream, which takes the pools ``stream``, ``stream + streams``, ...
        streams: number of streams; with several, no process has to make all the data.
    """

    def __init__(
        self,
        source: PoolSource,
        *,
        tokens_per_batch: int,
        pool: int = 20_000,
        seed: int = 0,
        stream: int = 0,
        streams: int = 1,
    ) -> None:
        self.source = source
        self.tokens_per_batch = tokens_per_batch
        self.pool = pool
        self.seed = seed
        self.stream = stream
        self.streams = streams

    def groups_of_pool(self, number: int) -> tuple[Pairs, list[Integers]]:
        """The pairs of a pool and the rows of each of its batches, shuffled."""
        pairs = self.source.pool(number, self.pool)
        groups = grouped(pairs, self.tokens_per_batch)
        order = np.random.default_rng([self.seed, number]).permutation(len(groups))
        return pairs, [groups[index] for index in order.tolist()]

    def batches(
        self, position: tuple[int, int] | None = None, *, part: int = 0, parts: int = 1, pieces: int = 1
    ) -> Generator[list[Batch], None, None]:
        """Pieces of each batch for this process, from ``position`` on.

        The next pool is made in the background.
        Close the iterator (or let it be garbage-collected) to end the background thread.

        Args:
            position: where to start; by default at the beginning of the stream.
            part: index of this process among those that share the stream's batches.
            parts: number of those processes.
            pieces: number of pieces of this process's part, for gradient accumulation.

        Raises:
            DataError: if a source has no pairs at all.
        """
        number, skip = position if position is not None else (self.stream, 0)
        empty = 0
        with ThreadPoolExecutor(1, thread_name_prefix="batches") as maker:
            following = maker.submit(self.groups_of_pool, number)
            while True:
                pairs, groups = following.result()
                following = maker.submit(self.groups_of_pool, number + self.streams)
                empty = 0 if groups else empty + 1
                if empty == _EMPTY_POOLS:
                    raise DataError("there are no training pairs within max_tokens; raise data.max_tokens")
                for index in range(skip, len(groups)):
                    yield [
                        Batch.of(
                            pairs,
                            groups[index],
                            (number, index + 1),
                            part=part * pieces + piece,
                            parts=parts * pieces,
                        )
                        for piece in range(pieces)
                    ]
                number, skip = number + self.streams, 0
