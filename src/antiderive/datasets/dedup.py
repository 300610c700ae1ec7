"""Removal of duplicates from a data set, on disk and in constant memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from antiderive.datasets.dataset import DataSet
from antiderive.datasets.manifest import Manifest, file_name, parse_key
from antiderive.datasets.parquet import rows_of
from antiderive.datasets.partitions import RecordPartitions, partitions_for
from antiderive.datasets.storage import FolderStorage
from antiderive.datasets.writer import RECIPE, DataSetWriter
from antiderive.expressions import Split
from antiderive.files import writing_to
from antiderive.tasks import Recipe

By = Literal["exact", "skeleton"]

_RECORD = np.dtype([("key", np.uint64), ("more", np.uint64), ("row", np.uint64)])
"""A 128-bit key and the number of a row in the order of :func:`_tables`."""


def deduplicate(
    data: DataSet,
    out: Path,
    by: By,
    *,
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> Manifest:
    """Write the examples of ``data`` to ``out``, keeping the first of equal ones.

    ``exact`` compares problem and solution by a 128-bit hash, ``skeleton`` the problem with its numbers
    abstracted away. First is the test split, then valid, then train, and within a split the lower index:
    where a data set has problems of its test split in train, they are dropped from train.

    Raises:
        DataError: if ``out`` holds something else or cannot be written.
    """
    source = data.manifest
    rows = source.examples()
    recipe = Recipe.load(data.folder / RECIPE) if (data.folder / RECIPE).exists() else None
    manifest = Manifest(
        task=source.task,
        made_by="dedup",
        source=f"by {by}: {source.source}",
        split=source.split,
        ranges=source.ranges,
    )
    with (
        DataSetWriter(FolderStorage(out), manifest, recipe) as writer,
        writing_to(out),
        TemporaryDirectory(dir=out, prefix=".writing-") as folder,
    ):
        partitions = RecordPartitions(Path(folder) / "keys", _RECORD, partitions_for(rows))
        first_rows = {}
        row = 0
        for split, key, table in _tables(data):
            first_rows[split, key] = row
            partitions.add(*_records(table, by, row))
            row += len(table)
            report(row, 2 * rows)
        keep = _flags(Path(folder) / "keep", rows)
        for records in partitions:
            keep[_first_of_equals(records)] = True
        for number, shard in enumerate(sorted(source.shards)):
            if shard not in writer.manifest.shards:
                _write_shard(data, shard, keep, first_rows, writer)
            report(rows + rows * (number + 1) // len(source.shards), 2 * rows)
        del keep
    return writer.manifest


def _flags(path: Path, rows: int) -> NDArray[np.bool_]:
    """Make a file with a byte for each row; the system caches as much of it as fits in memory."""
    with path.open("wb") as file:
        # Written, not left sparse: a full disk is an error here, not a signal later.
        for start in range(0, rows + 1, 1 << 20):
            file.write(bytes(min(1 << 20, rows + 1 - start)))
    return np.memmap(path, np.bool_, "r+")


def _tables(data: DataSet) -> Iterator[tuple[Split, str, pa.Table]]:
    for split in (Split.TEST, Split.VALID, Split.TRAIN):
        for key in sorted(data.manifest.shards):
            yield split, key, data.read(file_name(split, key), ["problem", "solution", "skeleton"])


def _records(table: pa.Table, by: By, first: int) -> tuple[NDArray[np.uint64], NDArray[np.void]]:
    records = np.zeros(len(table), _RECORD)
    records["row"] = np.arange(first, first + len(table))
    if by == "skeleton":
        records["key"] = table["skeleton"].to_numpy()
    elif len(table):
        digests = b"".join(
            # The length separates the end of a problem from the start of its solution.
            blake2b(problem + solution, digest_size=16, salt=len(problem).to_bytes(8, "little")).digest()
            for problem, solution in zip(_bytes(table["problem"]), _bytes(table["solution"]), strict=True)
        )
        halves = np.frombuffer(digests, np.uint64).reshape(-1, 2)
        records["key"], records["more"] = halves[:, 0], halves[:, 1]
    return records["key"], records


def _bytes(column: pa.ChunkedArray) -> Iterator[bytes]:
    rows = rows_of(column)
    tokens, start = rows.tokens.tobytes(), 0
    for end in rows.ends.tolist():
        yield tokens[start:end]
        start = end


def _first_of_equals(records: NDArray[np.void]) -> NDArray[np.uint64]:
    """Return the row of the first record of each key; the records are in the order of their rows."""
    ranked = records[np.lexsort((records["more"], records["key"]))]  # stable
    first = np.ones(len(ranked), np.bool_)
    first[1:] = (ranked["key"][1:] != ranked["key"][:-1]) | (ranked["more"][1:] != ranked["more"][:-1])
    rows: NDArray[np.uint64] = ranked["row"][first]
    return rows


def _write_shard(
    data: DataSet,
    key: str,
    keep: NDArray[np.bool_],
    first_rows: dict[tuple[Split, str], int],
    writer: DataSetWriter,
) -> None:
    began = time.monotonic()
    parts = {}
    dropped = 0
    for split in Split:
        table = data.read(file_name(split, key))
        first = first_rows[split, key]
        parts[split] = table.filter(pa.array(np.array(keep[first : first + len(table)])))
        dropped += len(table) - len(parts[split])
    rejects = {**data.manifest.shards[key].rejects, "duplicate": dropped}
    writer.write(*parse_key(key), parts, rejects, time.monotonic() - began)
