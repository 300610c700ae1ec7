"""Pairs from a folder of Parquet shards."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from antiderive.datasets import MANIFEST, Manifest, rows_of
from antiderive.errors import DataError
from antiderive.expressions import Split, Vocabulary
from antiderive.training.feed.blocks import blocks_of_pool
from antiderive.training.feed.pairs import Pairs


class ShardSource:
    """Pairs from a folder of Parquet shards, read a block of rows at a time.

    If the folder has a manifest, all its shards must be there. The files that are read have names that start
    with ``train-`` or ``valid-``.

    Raises:
        DataError: if the folder, its training shards or a shard of the manifest is missing.
    """

    def __init__(self, folder: Path, max_tokens: int, *, seed: int = 0, block: int = 1000) -> None:
        self.folder, self.max_tokens, self.seed, self.block = folder, max_tokens, seed, block
        self.files = self._find(Split.TRAIN)
        if not self.files:
            raise DataError(f"{folder} holds no training shards (train-*.parquet)")
        rows = [_open(path).metadata.num_rows for path in self.files]
        self.blocks = [
            (file, first) for file, count in enumerate(rows) for first in range(0, count, self.block)
        ]
        if not self.blocks:
            raise DataError(f"the training shards of {folder} are empty")
        # Decoded shards stay in memory, since the blocks of one pool come from many files.
        self._shard = lru_cache(maxsize=4)(self._load)

    def _find(self, split: Split) -> list[Path]:
        if not (self.folder / MANIFEST).exists():
            return sorted(self.folder.glob(f"{split.name.lower()}-*.parquet"))
        manifest = Manifest.load(self.folder)
        Vocabulary().check(manifest.vocabulary)
        for name, _ in manifest.files():
            if not (self.folder / name).exists():
                raise DataError(
                    f"{self.folder}: the shard {name} of the manifest is missing; generate it again with the "
                    "command that made the data set"
                )
        return [self.folder / name for name, _ in manifest.files(split)]

    def pool(self, number: int, size: int) -> Pairs:
        """Pairs from as many blocks as hold about ``size`` rows, in the order of the epochs."""
        per_pool = max(1, round(size / self.block))
        return Pairs.joined(
            [self._read(block) for block in blocks_of_pool(number, per_pool, len(self.blocks), self.seed)]
        )

    def validation(self, count: int) -> Pairs:
        """The first rows of the validation shards."""
        parts, found = [Pairs.of([])], 0
        for path in self._find(Split.VALID):
            parts.append(_pairs(_table(path).slice(0, count - found)).within(self.max_tokens))
            found += len(parts[-1])
            if found >= count:
                break
        return Pairs.joined(parts)

    def _load(self, file: int) -> pa.Table:
        return _table(self.files[file])

    def _read(self, block: int) -> Pairs:
        file, first = self.blocks[block]
        return _pairs(self._shard(file).slice(first, self.block)).within(self.max_tokens)


def _open(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path, memory_map=True)
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError(f"cannot read the shard {path}: {error}") from error


def _table(path: Path) -> pa.Table:
    try:
        return _open(path).read(columns=["problem", "solution"])
    except (OSError, KeyError, pa.ArrowInvalid) as error:
        raise DataError(f"cannot read the shard {path}: {error}") from error


def _pairs(table: pa.Table) -> Pairs:
    return Pairs(rows_of(table["problem"]), rows_of(table["solution"]))
