"""Pairs from a classic text file, one ``problem TAB solution`` per line."""

from __future__ import annotations

from pathlib import Path

from antiderive.datasets import parse_line
from antiderive.errors import AntideriveError, DataError
from antiderive.expressions import Split, Vocabulary
from antiderive.tasks import task_named
from antiderive.training.feed.blocks import blocks_of_pool
from antiderive.training.feed.pairs import Pair, Pairs

_BLOCK_BYTES = 1 << 16


class TextSource:
    """Pairs from a classic text file, one ``problem TAB solution`` per line, perhaps after ``count|``.

    A block is the lines that begin within 64 KiB of the file, so no index is needed and a file of any size
    opens at once. The skeleton of a line's problem decides its split, as everywhere.

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
        # The pairs of the last block; a pool of a small file uses it many times.
        self._last: tuple[tuple[int, Split], list[Pair]] | None = None

    def pool(self, number: int, size: int) -> Pairs:
        """Pairs from as many blocks as hold about ``size`` lines, in the order of the epochs."""
        per_pool = max(1, round(size / self.lines_per_block))
        return Pairs.of(
            pair
            for block in blocks_of_pool(number, per_pool, self.blocks, self.seed)
            for pair in self._pairs(block, Split.TRAIN)
        )

    def validation(self, count: int) -> Pairs:
        """The first pairs whose problems belong to the validation split."""
        found: list[Pair] = []
        for block in range(self.blocks):
            found += self._pairs(block, Split.VALID)
            if len(found) >= count:
                break
        return Pairs.of(found[:count])

    def _lines(self, block: int) -> list[bytes]:
        """The lines that begin in a block; a line that begins earlier belongs to the previous block."""
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

    def _pairs(self, block: int, split: Split) -> list[Pair]:
        if self._last is None or self._last[0] != (block, split):
            self._last = (block, split), self._read(block, split)
        return self._last[1]

    def _read(self, block: int, split: Split) -> list[Pair]:
        pairs = []
        for number, line in enumerate(self._lines(block), 1):
            try:
                problem, solution = parse_line(line, self.vocabulary)
                if max(len(problem), len(solution)) > self.max_tokens:
                    continue
                skeleton = self.task.skeleton(self.task.decode(problem))
            except AntideriveError as error:
                raise DataError(
                    f"{self.path}: line {number} after byte {block * _BLOCK_BYTES}: {error}"
                ) from error
            if Split.of(skeleton) == split:
                pairs.append((problem, solution))
        return pairs
