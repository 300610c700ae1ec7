"""Batches for training: pairs of like length together, within a budget of tokens.

The stream is a sequence of *pools* (``sources.py``), each cut into batches. The batches of a pool are a pure
function of the source, the settings and the pool's number, so a position in the stream is two numbers, memory
does not grow, and a run that is resumed sees the batches that would have come.

A batch is what one step of the optimizer learns from, on however many processes: each takes the rows of
its *part*. So one process, two processes and one with gradient accumulation see the same batches.
"""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from antiderive.datasets.sources import Pairs
from antiderive.errors import DataError
from antiderive.expressions import Vocabulary

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """Padded token ids: this process's part of a batch.

    Attributes:
        source: problems with ``<eos>``, shape [rows, source length].
        target: ``<bos>``, solution, ``<eos>``, shape [rows, target length].
        labels: target tokens to predict in the whole batch, all parts together.
        examples: rows of the whole batch.
        position: place in the stream *after* this batch: pool, batch within the pool.
    """

    source: Rows
    target: Rows
    labels: int
    examples: int
    position: tuple[int, int]

    @property
    def tokens(self) -> int:
        """Tokens that are not padding."""
        return int(np.count_nonzero(self.source) + np.count_nonzero(self.target))

    @property
    def size(self) -> int:
        """Tokens with padding."""
        return self.source.size + self.target.size


class PoolSource(Protocol):
    """What a stream reads; every source and mixture of ``sources.py``."""

    def pool(self, number: int, size: int) -> Pairs:
        """Pool ``number`` of about ``size`` pairs."""


def pad(rows: list[list[int]], pad_id: int) -> Rows:
    """Rows of different lengths as one array, shape [rows, longest]."""
    array = np.full((len(rows), max(map(len, rows))), pad_id, dtype=np.int64)
    for place, row in enumerate(rows):
        array[place, : len(row)] = row
    return array


_HOPELESS = 10
"""Pools without a pair after which the data are called empty."""

_RUN = 4
"""Batches' worth of pairs of like problem length that are sorted by solution length together (measured)."""


def group_by_length(problems: Rows, solutions: Rows, budget: int, *, run: int = _RUN) -> list[Rows]:
    """Groups of rows, each of at most ``budget`` tokens when padded to its longest problem and solution.

    Rows are sorted by length of the problem, cut into runs of a few groups each, and each run is sorted by
    length of the solution, upwards and downwards in turn: sorted by the problem alone, the solutions of a
    group are of any length and are mostly padding.

    Args:
        problems: length of each problem.
        solutions: length of each solution.
        budget: tokens of a group, padding included.
        run: groups' worth of tokens in a run.
    """
    order = np.lexsort((solutions, problems))
    runs = np.cumsum(problems[order] + solutions[order]) // (run * budget)
    order = order[np.lexsort((np.where(runs % 2, -1, 1) * solutions[order], runs))]
    groups = []
    first, longest, wide = 0, 0, 0
    lengths = zip(problems[order].tolist(), solutions[order].tolist(), strict=True)
    for place, (problem, solution) in enumerate(lengths):
        longest, wide = max(longest, problem), max(wide, solution)
        if place > first and (place + 1 - first) * (longest + wide) > budget:
            groups.append(order[first:place])
            first, longest, wide = place, problem, solution
    groups.append(order[first:])
    return groups


class BatchStream:
    """Endless batches of a source.

    Args:
        source: where the pairs come from.
        tokens_per_batch: source plus target tokens of a batch, padding included, over all its parts.
        pool: pairs per pool, among which those of like length are found.
        seed: order of the batches within a pool.
        stream: with several streams, this one takes the pools ``stream``, ``stream + streams``, ...
        streams: number of streams, so that not every process has to make all the data.
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
        vocabulary = Vocabulary()
        self.pad, self.bos, self.eos = vocabulary.pad, vocabulary.bos, vocabulary.eos

    def groups_of_pool(self, number: int) -> tuple[Pairs, list[Rows]]:
        """The pairs of a pool and the rows of each of its batches, shuffled."""
        pairs = self.source.pool(number, self.pool)
        if not len(pairs):
            return pairs, []
        problems = np.diff(pairs.problem_ends, prepend=0) + 1
        solutions = np.diff(pairs.solution_ends, prepend=0) + 2
        groups = group_by_length(problems, solutions, self.tokens_per_batch)
        order = np.random.default_rng([self.seed, number]).permutation(len(groups))
        return pairs, [groups[place] for place in order.tolist()]

    def batch(self, pairs: Pairs, rows: Rows, position: tuple[int, int], part: int, parts: int) -> Batch:
        """The part of a group that belongs to one process."""
        mine = rows[part::parts]
        # A process without rows takes one and learns nothing from it, so that all keep in step.
        idle = not len(mine)
        mine = rows[:1] if idle else mine
        source = self._padded(pairs.problems, pairs.problem_ends, mine, begin=False)
        target = self._padded(pairs.solutions, pairs.solution_ends, mine, begin=True)
        if idle:
            target[:, 1:] = self.pad
        solutions = np.diff(pairs.solution_ends, prepend=0)[rows]
        return Batch(source, target, int(solutions.sum()) + len(rows), len(rows), position)

    def _padded(self, tokens: NDArray[np.uint8], ends: Rows, rows: Rows, *, begin: bool) -> Rows:
        """Rows of flat tokens as an array, with the end token and perhaps the one for the beginning."""
        first = np.where(rows > 0, ends[rows - 1], 0)
        lengths = ends[rows] - first
        columns = np.arange(int(lengths.max()))
        inside = columns < lengths[:, None]
        head = int(begin)
        array = np.full((len(rows), len(columns) + head + 1), self.pad, dtype=np.int64)
        array[:, head:-1][inside] = tokens[(first[:, None] + columns)[inside]]
        array[np.arange(len(rows)), lengths + head] = self.eos
        array[:, :head] = self.bos
        return array

    def batches(
        self, position: tuple[int, int] | None = None, *, part: int = 0, parts: int = 1, pieces: int = 1
    ) -> Generator[list[Batch], None, None]:
        """Batches from ``position`` on, as this process's pieces; the next pool is made in the background.

        Close the iterator (or let it be collected) to end the background thread.

        Args:
            position: where to go on; by default the stream's beginning.
            part: number of this process among those that share the stream's batches.
            parts: how many share them.
            pieces: pieces that this process cuts its part into, to accumulate their gradients.

        Raises:
            DataError: if a source gives no pairs at all.
        """
        number, skip = position if position is not None else (self.stream, 0)
        empty = 0
        with ThreadPoolExecutor(1, thread_name_prefix="batches") as maker:
            following = maker.submit(self.groups_of_pool, number)
            while True:
                pairs, groups = following.result()
                following = maker.submit(self.groups_of_pool, number + self.streams)
                empty = 0 if groups else empty + 1
                if empty == _HOPELESS:
                    raise DataError("the data give no training pairs within max_tokens")
                for place in range(skip, len(groups)):
                    yield [
                        self.batch(
                            pairs, groups[place], (number, place + 1), part * pieces + piece, parts * pieces
                        )
                        for piece in range(pieces)
                    ]
                number, skip = number + self.streams, 0
