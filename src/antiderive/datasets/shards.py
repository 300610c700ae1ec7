"""Generation of a data set on disk, in constant memory, keeping finished shards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from antiderive.datasets.manifest import Manifest, Range, Shard, missing_ranges
from antiderive.datasets.parquet import to_table
from antiderive.datasets.storage import FolderStorage
from antiderive.datasets.writer import DataSetWriter
from antiderive.errors import SettingError
from antiderive.expressions import Split
from antiderive.generation import generate
from antiderive.tasks import Recipe, task_named

if TYPE_CHECKING:
    from antiderive.workers import Caller

SHARD = 100_000
"""Indices per shard."""

_SLOW_SHARD = 1_000
_FIRST_CHUNK = 32
_CHUNK_SECONDS = 0.5
"""Seconds to which chunks of a shard grow, so that progress moves and Ctrl-C is handled."""


@dataclass
class WritingProgress:
    """Progress of a run.

    Attributes:
        done: examples of the range that exist, those of earlier runs included.
        made: examples made by this run.
        total: examples of the range.
        seconds: time since this run began.
    """

    done: int
    made: int
    total: int
    seconds: float


def write_dataset(
    recipe: Recipe,
    folder: Path,
    count: int,
    *,
    start: int = 0,
    threads: int = 1,
    shard: int | None = None,
    extend: bool = False,
    report: Callable[[WritingProgress], None] = lambda _: None,
) -> Manifest:
    """Write examples ``start`` to ``start + count`` of a recipe to ``folder``.

    Shards of an earlier run of the same recipe are kept: the same call continues an interrupted run. A folder
    that was begun with another range accepts a new one only with ``extend``. A shard holds 100,000 indices,
    or 1,000 for a task that needs a solver.

    Raises:
        SettingError: for a range that is empty or negative.
        DataError: if the folder holds another data set or cannot be written.
    """
    wanted = (start, start + count)
    if count <= 0 or start < 0 or wanted[1] >= 1 << 63:
        raise SettingError(f"examples {start} to {wanted[1]}: the range must not be empty or negative")
    generate(recipe, start, 1)  # refuse a recipe that cannot work before creating a folder
    manifest = Manifest(task=recipe.task, made_by="generate", source=recipe.text(), ranges=[wanted])
    storage = FolderStorage(folder)
    with DataSetWriter(storage, manifest, recipe) as writer, ThreadPoolExecutor(1) as background:
        writer.want(wanted, extend=extend)
        present = writer.manifest
        missing = missing_ranges(wanted, present.covered)
        progress = _Reporter(count, sum(last - first for first, last in missing), report)
        pace = Pace()
        pending: Future[Shard] | None = None
        for first, last in cut_ranges(missing, shard or shard_size(recipe)):
            began = time.monotonic()
            parts, rejects = make_shard(recipe, first, last, threads=threads, pace=pace, report=progress.add)
            if pending is not None:
                pending.result()
            # One shard is written while the next one is made.
            pending = background.submit(writer.write, first, last, parts, rejects, time.monotonic() - began)
        if pending is not None:
            pending.result()
    return present


class _Reporter:
    def __init__(self, total: int, missing: int, report: Callable[[WritingProgress], None]) -> None:
        self._started = time.monotonic()
        self._present, self._total, self._made = total - missing, total, 0
        self._report = report
        self.add(0)

    def add(self, made: int) -> None:
        self._made += made
        seconds = time.monotonic() - self._started
        self._report(WritingProgress(self._present + self._made, self._made, self._total, seconds))


class Pace:
    """Size of the next chunk: it grows until a chunk takes long enough, or as long as growing pays."""

    def __init__(self) -> None:
        self.size = _FIRST_CHUNK
        self._best = 0.0

    def took(self, seconds: float) -> None:
        """Record the time of a chunk of the present size."""
        rate = self.size / max(seconds, 1e-9)
        if seconds < _CHUNK_SECONDS or rate > 1.2 * self._best:
            self._best = rate
            self.size *= 2


def shard_size(recipe: Recipe) -> int:
    """Return the default number of indices per shard."""
    return _SLOW_SHARD if task_named(recipe.task).needs_solver else SHARD


def cut_ranges(ranges: list[Range], size: int) -> Iterator[Range]:
    """Cut ranges at the multiples of ``size``, so that adjacent runs make the same shards."""
    for first, last in ranges:
        start = first
        while start < last:
            end = min(last, (start // size + 1) * size)
            yield start, end
            start = end


def make_shard(
    recipe: Recipe,
    first: int,
    last: int,
    *,
    pace: Pace,
    report: Callable[[int], None],
    threads: int = 1,
    pool: Caller | None = None,
) -> tuple[dict[Split, pa.Table], dict[str, int]]:
    """Make the tables of one shard by split, and count the rejects.

    Args:
        recipe: the recipe of the examples.
        first: first index.
        last: index after the last one.
        pace: size of the chunks in which it is made.
        report: called after each chunk with its number of indices; it may raise to stop.
        threads: examples made in parallel.
        pool: pool for the calls of a solver; by default a pool of this process.
    """
    chunks: dict[Split, list[pa.Table]] = {split: [] for split in Split}
    rejects: dict[str, int] = {}
    start = first
    while start < last:
        began = time.monotonic()
        size = min(pace.size, last - start)
        examples = generate(recipe, start, size, threads=threads, pool=pool)
        if size == pace.size:
            pace.took(time.monotonic() - began)
        table = to_table(examples)
        for split, tables in chunks.items():
            tables.append(table.take(pa.array(examples.rows(split))))
        for reason, number in examples.rejects.items():
            rejects[reason] = rejects.get(reason, 0) + number
        start += size
        report(size)
    return {split: pa.concat_tables(tables) for split, tables in chunks.items()}, rejects
