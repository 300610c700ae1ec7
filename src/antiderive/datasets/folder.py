"""Data sets on disk: the columns of a shard, reading and writing.

A shard holds a range of indices, with a Parquet file for each split under a name derived from both. A file
appears under its name only when it is whole, and belongs to the data set only when the manifest names it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from antiderive.datasets.card import CARD, card, card_of_tasks, is_card
from antiderive.datasets.examples import Examples
from antiderive.datasets.manifest import (
    MANIFEST,
    Manifest,
    Shard,
    ShardFile,
    file_name,
    joined,
    key_of,
    split_of_name,
)
from antiderive.errors import DataError
from antiderive.expressions import Split, Vocabulary
from antiderive.files import remove_left_overs, write_atomically, writing_to
from antiderive.tasks.recipe import Recipe

RECIPE = "recipe.toml"
"""Name of the recipe in the folder of a data set."""

SCHEMA = pa.schema(
    [
        ("index", pa.uint64()),
        ("problem", pa.list_(pa.uint8())),
        ("solution", pa.list_(pa.uint8())),
        ("problem_operators", pa.uint16()),
        ("solution_operators", pa.uint16()),
        ("skeleton", pa.uint64()),
    ]
)
"""Columns of a shard: one row for each example, tokens as lists of ids."""

SHARD = 100_000
"""Indices per shard."""

_BETWEEN_MANIFESTS = 1.0
"""Seconds: the manifest of a large data set is not written for every shard."""


def to_table(examples: Examples) -> pa.Table:
    """Examples as a table of :data:`SCHEMA`."""
    columns = [
        pa.array(examples.indices),
        token_lists(examples.problem_tokens, examples.problem_ends),
        token_lists(examples.solution_tokens, examples.solution_ends),
        pa.array(examples.problem_operators),
        pa.array(examples.solution_operators),
        pa.array(examples.skeletons),
    ]
    return pa.table(columns, schema=SCHEMA)


def token_lists(tokens: NDArray, ends: NDArray) -> pa.Array:  # type: ignore[type-arg]
    """Token ids of all rows, one after the other, as a column of lists."""
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), pa.array(ends).cast(pa.int32())])
    return pa.ListArray.from_arrays(offsets, pa.array(tokens, pa.uint8()))


def rows_of(column: pa.ChunkedArray) -> Iterator[list[int]]:
    """Lists of token ids of a column, much faster than ``to_pylist``."""
    for chunk in column.chunks:
        tokens = chunk.flatten().to_numpy().tolist()
        start = 0
        for length in chunk.value_lengths().to_numpy().tolist():
            yield tokens[start : start + length]
            start += length


def operators_in(column: pa.Array) -> NDArray[np.uint16]:
    """Number of operators in each list of token ids."""
    arities = np.zeros(256, np.int64)
    known = Vocabulary().arities
    arities[: len(known)] = np.asarray(known) > 0
    before = np.concatenate([[0], np.cumsum(arities[column.flatten().to_numpy()])])
    ends = np.cumsum(column.value_lengths().to_numpy())
    counts: NDArray[np.uint16] = np.diff(before[ends], prepend=0).astype(np.uint16)
    return counts


class DataSet:
    """A data set to read."""

    def __init__(self, folder: Path) -> None:
        """Opens a folder.

        Raises:
            DataError: if it holds no data set, or one of another vocabulary.
        """
        self.folder = folder
        self.manifest = Manifest.load(folder)
        Vocabulary().check(self.manifest.vocabulary)

    @classmethod
    def open_all(cls, folder: Path) -> list[DataSet]:
        """The data set of a folder, or those of its sub-folders, one for each task.

        Raises:
            DataError: if there is none.
        """
        if not (folder / MANIFEST).exists() and folder.is_dir():
            inner = sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
            if inner:
                return [cls(path) for path in inner]
        return [cls(folder)]

    def read(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """The table of one file.

        Raises:
            DataError: if it is missing, damaged, or has other columns.
        """
        return read_table(self.folder / name, columns)

    def shards(self) -> Iterator[tuple[str, pa.Table]]:
        """The examples of each shard in order of their indices, with a column ``split``, and its name."""
        for key in sorted(self.manifest.shards):
            parts = []
            for name in self.manifest.shards[key].files:
                table = self.read(name)
                split = pa.array([split_of_name(name)] * len(table), pa.uint8())
                parts.append(table.append_column("split", split))
            yield key, pa.concat_tables(parts).sort_by("index")


def read_table(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Reads one file of a data set; see :meth:`DataSet.read`."""
    try:
        with pq.ParquetFile(path) as file:
            if file.schema_arrow.remove_metadata() != SCHEMA:
                raise DataError(f"{path} has other columns: {', '.join(file.schema_arrow.names)}")
            return file.read(columns)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"cannot read {path}: {str(error).splitlines()[0]}") from error


def require_folder_of_tasks(folder: Path) -> None:
    """Refuses a folder that holds anything but data sets in sub-folders and their card.

    Raises:
        DataError: if it does.
    """
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        own = (path / MANIFEST).exists() or (path.name == CARD and is_card(path))
        if not own and not (path.is_dir() and not any(path.iterdir())):
            raise DataError(f"{folder} holds {path.name}, which is no data set; choose another folder")


def write_card_of_tasks(folder: Path) -> None:
    """Writes the card of a folder whose sub-folders are data sets."""
    names = sorted(path.parent.name for path in folder.glob(f"*/{MANIFEST}"))
    with writing_to(folder):
        write_atomically(folder / CARD, card_of_tasks(names).encode())


class DataSetWriter:
    """Writes shards to a folder; a context that leaves the manifest as it must be, whatever happens.

    Args:
        folder: a new or empty folder, or one that holds shards of the same data set, which are kept.
        manifest: what will be written.
        recipe: the recipe, if there is one.

    Raises:
        DataError: if the folder holds something else, is being written to, or cannot be written.
    """

    def __init__(self, folder: Path, manifest: Manifest, recipe: Recipe | None = None) -> None:
        self.folder = folder
        with writing_to(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(folder, os.O_RDONLY)
            try:
                self.manifest = self._open(manifest, recipe)
            except BaseException:
                os.close(self._lock)
                raise
        self._written = -_BETWEEN_MANIFESTS

    def _open(self, manifest: Manifest, recipe: Recipe | None) -> Manifest:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataError(f"another process is writing to {self.folder}") from error
        remove_left_overs(self.folder)
        if (self.folder / MANIFEST).exists():
            present = Manifest.load(self.folder)
            if present.identity != manifest.identity:
                raise DataError(
                    f"{self.folder} holds a data set of another recipe or source; choose another folder "
                    f"(there: {present.task}, {present.source}; now: {manifest.task}, {manifest.source})"
                )
            return present
        # What is there without a manifest was begun by this very command or is somebody's; recipe and card
        # are the first files of a run and the same every time.
        own = {CARD: card(manifest), **({RECIPE: recipe.to_toml()} if recipe is not None else {})}
        for path in self.folder.iterdir():
            if path.name not in own or path.read_text(encoding="utf-8", errors="replace") != own[path.name]:
                raise DataError(f"{self.folder} is not empty and holds no data set; choose another folder")
        for name, text in own.items():
            write_atomically(self.folder / name, text.encode())
        write_atomically(self.folder / MANIFEST, manifest.to_json().encode())
        return manifest

    def __enter__(self) -> DataSetWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with writing_to(self.folder):
                self._save()
        finally:
            os.close(self._lock)

    def extend(self, first: int, last: int) -> None:
        """Notes that a range of indices is asked for."""
        self.manifest.ranges = joined([*self.manifest.ranges, (first, last)])
        with writing_to(self.folder):
            self._save()

    def write(
        self, first: int, last: int, parts: dict[Split, pa.Table], rejects: dict[str, int], seconds: float
    ) -> None:
        """Writes the shard of a range.

        Raises:
            DataError: if it cannot be written; the shards written before are whole.
        """
        key = key_of(first, last)
        files = {}
        with writing_to(self.folder):
            for split, part in parts.items():
                name = file_name(split, key)
                data = encode(part)
                write_atomically(self.folder / name, data)
                files[name] = ShardFile(part.num_rows, len(data), hashlib.sha256(data).hexdigest())
            self.manifest.shards[key] = Shard(rejects=rejects, seconds=round(seconds, 3), files=files)
            if time.monotonic() - self._written > _BETWEEN_MANIFESTS:
                self._save()

    def _save(self) -> None:
        write_atomically(self.folder / MANIFEST, self.manifest.to_json().encode())
        self._written = time.monotonic()


def encode(table: pa.Table) -> memoryview:
    """The bytes of a file that holds a table."""
    sink = pa.BufferOutputStream()
    # In one chunk, so that the bytes do not depend on how the rows came together.
    pq.write_table(table.combine_chunks(), sink, compression="zstd", use_dictionary=False)
    return memoryview(sink.getvalue())
