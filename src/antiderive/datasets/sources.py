"""Where training gets its pairs: recipes, Parquet shards, classic text files, and mixtures of them.

A source is a sequence of *pools* without end: pool *p* is a pure function of the source's settings and *p*,
so a position in it is a number, no index is kept and memory does not grow. Files are read in blocks; each
epoch takes the blocks in another order, and the batches of a pool are shuffled again (``stream.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from antiderive._core import skeleton_hash, split_of
from antiderive.datasets.manifest import MANIFEST, Manifest
from antiderive.errors import AntideriveError, DataError
from antiderive.expressions import Split, Vocabulary
from antiderive.generation import generate
from antiderive.tasks import task_named
from antiderive.tasks.recipe import Recipe

_VALID_START = 1 << 41
"""Where validation looks for problems in a recipe; training never gets that far."""

_CHUNK = 4000
_BLOCK_BYTES = 1 << 16


@dataclass(frozen=True)
class Pairs:
    """Problems and solutions as flat token ids.

    Attributes:
        problems: token ids of all problems, one after the other.
        problem_ends: end of each problem.
        solutions: token ids of all solutions.
        solution_ends: end of each solution.
    """

    problems: NDArray[np.uint8]
    problem_ends: NDArray[np.int64]
    solutions: NDArray[np.uint8]
    solution_ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.problem_ends)

    @classmethod
    def of(cls, pairs: list[tuple[list[int], list[int]]]) -> Pairs:
        """Pairs from lists of ids."""
        return cls(*_flat([problem for problem, _ in pairs]), *_flat([solution for _, solution in pairs]))

    @classmethod
    def joined(cls, parts: list[Pairs]) -> Pairs:
        """Several pairs one after the other."""

        def ends(of: str) -> NDArray[np.int64]:
            arrays = [getattr(part, of) for part in parts]
            offsets = np.cumsum([0, *(int(a[-1]) if len(a) else 0 for a in arrays)])
            return np.concatenate([a + o for a, o in zip(arrays, offsets[:-1], strict=True)])

        return cls(
            np.concatenate([part.problems for part in parts]),
            ends("problem_ends"),
            np.concatenate([part.solutions for part in parts]),
            ends("solution_ends"),
        )

    def at(self, place: int) -> tuple[list[int], list[int]]:
        """Token ids of one problem and its solution."""
        problem = slice(int(self.problem_ends[place - 1]) if place else 0, int(self.problem_ends[place]))
        solution = slice(int(self.solution_ends[place - 1]) if place else 0, int(self.solution_ends[place]))
        return self.problems[problem].tolist(), self.solutions[solution].tolist()


class Source(Protocol):
    """Pairs by pool, and some for validation."""

    def pool(self, number: int, size: int) -> Pairs:
        """About ``size`` training pairs: pool ``number`` of the sequence for this size."""

    def validation(self, count: int) -> Pairs:
        """The first ``count`` pairs of the validation split, or as many as there are."""


@dataclass(frozen=True)
class RecipeSource:
    """Pairs that are generated when they are wanted."""

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
        joined = Pairs.joined(parts)
        return Pairs.of([joined.at(place) for place in range(count)])

    def _examples(self, start: int, count: int, split: Split) -> Pairs:
        made = generate(self.recipe, start, count, threads=self.threads)
        problems, solutions = (rows.select(made.rows(split)) for rows in (made.problems, made.solutions))
        return Pairs(problems.tokens, problems.ends, solutions.tokens, solutions.ends)


class ShardSource:
    """Pairs from a folder of Parquet shards, read a block of rows at a time.

    The shards of a data set's manifest must all be there; a folder without one is taken as it is. Files
    whose names start with ``train-`` and ``valid-`` are used.

    Raises:
        DataError: if the folder, its training shards or one of the manifest's are missing.
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
        # Decoded shards that are kept: blocks of one pool come from many files.
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
        """Blocks ``number * k`` to ``(number + 1) * k`` in the order of the epochs; k blocks make a pool."""
        wanted = range(*_share(number, max(1, round(size / self.block))))
        return Pairs.joined([self._read(_shuffled(place, len(self.blocks), self.seed)) for place in wanted])

    def validation(self, count: int) -> Pairs:
        """The first rows of the validation shards."""
        parts, found = [Pairs.of([])], 0
        for path in self._find(Split.VALID):
            parts.append(_rows(_table(path).slice(0, count - found), self.max_tokens))
            found += len(parts[-1])
            if found >= count:
                break
        return Pairs.joined(parts)

    def _load(self, file: int) -> pa.Table:
        return _table(self.files[file])

    def _read(self, place: int) -> Pairs:
        file, first = self.blocks[place]
        return _rows(self._shard(file).slice(first, self.block), self.max_tokens)


class TextSource:
    """Pairs from a classic text file, ``problem TAB solution`` a line, perhaps after ``count|``.

    A block is the lines that begin within 64 KiB of the file, so nothing is indexed and a file of any size
    opens at once. Which lines train and which validate is decided by the skeletons of their problems, as
    everywhere.

    Raises:
        DataError: if the file cannot be read.
    """

    def __init__(self, path: Path, task: str, max_tokens: int, *, seed: int = 0) -> None:
        self.path, self.task, self.max_tokens, self.seed = path, task_named(task), max_tokens, seed
        self.vocabulary = Vocabulary()
        try:
            size = path.stat().st_size
        except OSError as error:
            raise DataError(f"cannot read {path}: {error.strerror}") from error
        if not size:
            raise DataError(f"{path} is empty")
        self.blocks = -(-size // _BLOCK_BYTES)
        self.lines_per_block = max(1, len(self._lines(0)))
        # The pairs of the last block: a pool of a small file holds it many times.
        self._last: tuple[tuple[int, Split], list[tuple[list[int], list[int]]]] | None = None

    def pool(self, number: int, size: int) -> Pairs:
        """As many blocks as hold about ``size`` lines, in the order of the epochs."""
        wanted = range(*_share(number, max(1, round(size / self.lines_per_block))))
        places = (_shuffled(place, self.blocks, self.seed) for place in wanted)
        return Pairs.of([pair for place in places for pair in self._pairs(place, Split.TRAIN)])

    def validation(self, count: int) -> Pairs:
        """The first lines whose problems belong to the validation split."""
        found: list[tuple[list[int], list[int]]] = []
        for place in range(self.blocks):
            found += self._pairs(place, Split.VALID)
            if len(found) >= count:
                break
        return Pairs.of(found[:count])

    def _lines(self, block: int) -> list[bytes]:
        """The lines that begin in a block; the one that begins before it belongs to the block before."""
        start = block * _BLOCK_BYTES
        try:
            with self.path.open("rb") as file:
                file.seek(max(0, start - 1))
                if start:
                    file.readline()
                lines = []
                while file.tell() < start + _BLOCK_BYTES and (line := file.readline()):
                    lines.append(line)
        except OSError as error:
            raise DataError(f"cannot read {self.path}: {error.strerror}") from error
        return lines

    def _pairs(self, block: int, split: Split) -> list[tuple[list[int], list[int]]]:
        if self._last is None or self._last[0] != (block, split):
            self._last = (block, split), self._read(block, split)
        return self._last[1]

    def _read(self, block: int, split: Split) -> list[tuple[list[int], list[int]]]:
        pairs = []
        for place, line in enumerate(self._lines(block)):
            try:
                problem, solution = self._parse(line.decode("utf-8"))
                if max(len(problem), len(solution)) > self.max_tokens:
                    continue
                skeleton = self.task.skeleton(self.task.decode(problem))
            except (AntideriveError, UnicodeDecodeError) as error:
                raise DataError(
                    f"{self.path}: line {place + 1} after byte {block * _BLOCK_BYTES}: {error}"
                ) from error
            if split_of(skeleton_hash(skeleton)) == split:
                pairs.append((problem, solution))
        return pairs

    def _parse(self, line: str) -> tuple[list[int], list[int]]:
        head, bar, rest = line.partition("|")
        problem, tab, solution = (rest if bar and head.strip().isdigit() else line).partition("\t")
        if not tab:
            raise DataError("there is no TAB between problem and solution")
        return self.vocabulary.encode(problem), self.vocabulary.encode(solution)


@dataclass(frozen=True)
class Mixture:
    """Several sources, each with its share of every pool."""

    sources: tuple[Source, ...]
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


def _share(number: int, size: int) -> tuple[int, int]:
    return number * size, (number + 1) * size


def _shuffled(place: int, blocks: int, seed: int) -> int:
    """The block at this place of the endless sequence of epochs, each in an order of its own."""
    epoch, place = divmod(place, blocks)
    return int(_order(epoch, blocks, seed)[place])


@lru_cache(maxsize=8)
def _order(epoch: int, blocks: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng([seed, epoch]).permutation(blocks)


def _flat(rows: list[list[int]]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    ends = np.cumsum([len(row) for row in rows], dtype=np.int64)
    return np.array([token for row in rows for token in row], dtype=np.uint8), ends


def _lengths(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    lengths = ends.copy()
    lengths[1:] -= ends[:-1]
    return lengths


def _select(
    tokens: NDArray[np.uint8], ends: NDArray[np.uint64], kept: NDArray[np.bool_]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The token ids of some of the rows."""
    lengths = _lengths(ends.astype(np.int64))
    return tokens[np.repeat(kept, lengths)], np.cumsum(lengths[kept])


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


def _rows(table: pa.Table, max_tokens: int) -> Pairs:
    def flat(name: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        column = table[name].combine_chunks()
        lists = column if isinstance(column, pa.ListArray) else pa.concat_arrays(column.chunks)
        offsets = lists.offsets.to_numpy()
        return lists.flatten().to_numpy(zero_copy_only=False).astype(np.uint8), np.diff(offsets)

    problems, problem_lengths = flat("problem")
    solutions, solution_lengths = flat("solution")
    kept = np.maximum(problem_lengths, solution_lengths) <= max_tokens
    return Pairs(
        *_select(problems, np.cumsum(problem_lengths).astype(np.uint64), kept),
        *_select(solutions, np.cumsum(solution_lengths).astype(np.uint64), kept),
    )
