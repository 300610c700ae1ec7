"""Data sets on disk: Parquet shards, the recipe, and a manifest.

A shard holds a range of indices of one split under a name derived from both; it appears under that name only
when it is whole, so that an interrupted run is resumed by making the shards that are missing.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from antiderive._core import GENERATOR_VERSION
from antiderive.datasets.examples import Examples, Split
from antiderive.datasets.recipe import Recipe
from antiderive.datasets.vocabulary import Vocabulary
from antiderive.errors import DataError, SettingError

SHARD = 100_000
"""Indices per shard."""

_MANIFEST = "manifest.json"
_RECIPE = "recipe.toml"


@dataclass
class Progress:
    """What has been written so far."""

    done: int
    total: int
    rejects: dict[str, int]


def write_dataset(
    recipe: Recipe,
    folder: Path,
    count: int,
    *,
    start: int = 0,
    threads: int = 1,
    shard: int = SHARD,
    report: Callable[[Progress], None] = lambda _: None,
) -> dict[str, Any]:
    """Writes examples ``start`` to ``start + count`` of a recipe to ``folder`` and returns the manifest.

    Shards that are there already, from an earlier run of the same recipe, are kept.

    Raises:
        SettingError: for a range that is empty or negative.
        DataError: if the folder holds another data set or cannot be written.
    """
    if count <= 0 or start < 0:
        raise SettingError(f"examples {start} to {start + count}: the range must not be empty or negative")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        manifest = _open_manifest(recipe, folder)
        progress = Progress(0, count, {})
        for first in range(start, start + count, shard):
            size = min(shard, start + count - first)
            key = f"{first:012d}-{first + size:012d}"
            if key not in manifest["shards"]:
                manifest["shards"][key] = _write_shard(recipe, folder, key, first, size, threads)
                _write_atomically(folder / _MANIFEST, json.dumps(manifest, indent=1).encode())
            entry = manifest["shards"][key]
            progress.done += size
            for reason, number in entry["rejects"].items():
                progress.rejects[reason] = progress.rejects.get(reason, 0) + number
            report(progress)
    except OSError as error:
        raise DataError(
            f"cannot write to {folder}: {error.strerror or error}; the finished shards are whole"
        ) from error
    return manifest


def _open_manifest(recipe: Recipe, folder: Path) -> dict[str, Any]:
    path = folder / _MANIFEST
    if path.exists():
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if manifest["recipe"] != recipe.text():
            raise DataError(f"{folder} holds a data set of another recipe; choose another folder")
        return manifest
    if any(folder.iterdir()):
        raise DataError(f"{folder} is not empty and holds no data set; choose another folder")
    _write_atomically(folder / _RECIPE, recipe.to_toml().encode())
    return {
        "recipe": recipe.text(),
        "generator_version": GENERATOR_VERSION,
        "vocabulary": Vocabulary().digest,
        "shards": {},
    }


def _write_shard(
    recipe: Recipe, folder: Path, key: str, first: int, size: int, threads: int
) -> dict[str, Any]:
    examples = Examples.generate(recipe, first, size, threads=threads)
    table = to_table(examples)
    entry: dict[str, Any] = {"rejects": examples.rejects, "files": {}}
    for split in Split:
        part = table.filter(pa.array(examples.splits == split))
        name = f"{split.name.lower()}-{key}.parquet"
        sink = pa.BufferOutputStream()
        pq.write_table(part, sink, compression="zstd", use_dictionary=False)
        data = sink.getvalue().to_pybytes()
        _write_atomically(folder / name, data)
        entry["files"][name] = {"examples": part.num_rows, "sha256": hashlib.sha256(data).hexdigest()}
    return entry


def to_table(examples: Examples) -> pa.Table:
    """Examples as an Arrow table: one row each, tokens as lists of ids."""

    def lists(tokens: NDArray[np.uint8], ends: NDArray[np.uint64]) -> pa.Array:
        offsets = np.concatenate([[0], ends]).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), pa.array(tokens))

    return pa.table(
        {
            "index": examples.indices,
            "problem": lists(examples.problem_tokens, examples.problem_ends),
            "solution": lists(examples.solution_tokens, examples.solution_ends),
            "problem_operators": examples.problem_operators,
            "solution_operators": examples.solution_operators,
            "skeleton": examples.skeletons,
        }
    )


def _write_atomically(path: Path, data: bytes) -> None:
    """Writes a file that is either there as a whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
