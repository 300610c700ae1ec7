"""Batches for training, generated on the fly from a recipe.

The stream is a sequence of *pools*: pool *p* holds the examples of a fixed range of indices. Its batches are
a pure function of the recipe, the settings and *p*, so a position in the stream is two numbers, memory
does not grow, and a run that is resumed sees the batches that would have come.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antiderive.datasets.examples import Examples, Split
from antiderive.datasets.recipe import Recipe
from antiderive.datasets.vocabulary import Vocabulary


@dataclass(frozen=True)
class Batch:
    """Padded token ids.

    Attributes:
        source: problems with ``<eos>``, shape [batch, source length].
        target: ``<bos>``, solution, ``<eos>``, shape [batch, target length].
        position: place in the stream *after* this batch: pool, batch within the pool.
    """

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    position: tuple[int, int]

    @property
    def tokens(self) -> int:
        """Tokens that are not padding."""
        return int(np.count_nonzero(self.source) + np.count_nonzero(self.target))


def pad(rows: list[list[int]], pad_id: int) -> NDArray[np.int64]:
    """Rows of different lengths as one array, shape [rows, longest]."""
    array = np.full((len(rows), max(map(len, rows))), pad_id, dtype=np.int64)
    for place, row in enumerate(rows):
        array[place, : len(row)] = row
    return array


class BatchStream:
    """Endless batches of the training split, sorted by length within a pool so that little is padding.

    Args:
        recipe: where the examples come from.
        tokens_per_batch: source plus target tokens of a batch, padding included.
        pool: indices per pool.
        seed: order of the batches within a pool.
        rank: this process; it takes the pools ``rank``, ``rank + world``, ...
        world: number of processes.
        threads: threads of the generator.
    """

    def __init__(
        self,
        recipe: Recipe,
        *,
        tokens_per_batch: int,
        pool: int = 20_000,
        seed: int = 0,
        rank: int = 0,
        world: int = 1,
        threads: int = 1,
    ) -> None:
        self.recipe = recipe
        self.tokens_per_batch = tokens_per_batch
        self.pool = pool
        self.seed = seed
        self.rank = rank
        self.world = world
        self.threads = threads
        self.vocabulary = Vocabulary()

    def batches_of_pool(self, number: int) -> list[Batch]:
        """All batches of one pool."""
        examples = Examples.generate(self.recipe, number * self.pool, self.pool, threads=self.threads)
        pad_id, bos, eos = self.vocabulary.pad, self.vocabulary.bos, self.vocabulary.eos
        pairs = [
            ([*examples.problem(place), eos], [bos, *examples.solution(place), eos])
            for place in examples.places(Split.TRAIN).tolist()
        ]
        pairs.sort(key=lambda pair: (len(pair[0]), len(pair[1])))
        groups: list[list[tuple[list[int], list[int]]]] = []
        longest = (0, 0)
        for pair in pairs:
            wider = max(longest[0], len(pair[0])), max(longest[1], len(pair[1]))
            if groups and (len(groups[-1]) + 1) * sum(wider) <= self.tokens_per_batch:
                groups[-1].append(pair)
                longest = wider
            else:
                groups.append([pair])
                longest = len(pair[0]), len(pair[1])
        order = np.random.default_rng([self.seed, number]).permutation(len(groups))
        return [
            Batch(
                source=pad([source for source, _ in groups[group]], pad_id),
                target=pad([target for _, target in groups[group]], pad_id),
                position=(number, place + 1),
            )
            for place, group in enumerate(order.tolist())
        ]

    def batches(self, position: tuple[int, int] | None = None) -> Generator[Batch, None, None]:
        """Batches from ``position`` on; the next pool is made while the present one is used.

        Close the iterator (or let it be collected) to end the background thread.
        """
        number, skip = position if position is not None else (self.rank, 0)
        pools: queue.Queue[list[Batch] | BaseException] = queue.Queue(maxsize=1)
        stop = threading.Event()

        def produce() -> None:
            current = number
            item: list[Batch] | BaseException
            while not stop.is_set():
                try:
                    item = self.batches_of_pool(current)
                except BaseException as error:  # noqa: BLE001  (raised again by the consumer)
                    item = error
                current += self.world
                while not stop.is_set():
                    try:
                        pools.put(item, timeout=0.1)
                        break
                    except queue.Full:
                        continue

        thread = threading.Thread(target=produce, name="batches", daemon=True)
        thread.start()
        try:
            while True:
                item = pools.get()
                if isinstance(item, BaseException):
                    raise item
                yield from item[skip:]
                skip = 0
        finally:
            stop.set()
            thread.join()
