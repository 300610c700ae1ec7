"""The manifest of a data set on disk: its task, its origin, and the checksum of every file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from antiderive._core import GENERATOR_VERSION
from antiderive.errors import DataError
from antiderive.expressions import Split, Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = "manifest.json"
"""Name of the manifest in the folder of a data set."""

FORMAT = 1
"""Version of the manifest; readers refuse any other."""

_NAME = re.compile(r"(train|valid|test)-(\d{12,})-(\d{12,})\.parquet")

Range = tuple[int, int]
"""Indices from the first number up to the second, which is excluded."""


@dataclass(frozen=True)
class ShardFile:
    """One Parquet file.

    Attributes:
        examples: rows.
        bytes: size of the file.
        sha256: checksum of the file.
    """

    examples: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Shard:
    """The files of one range of indices.

    Attributes:
        rejects: rejected candidates, by reason.
        seconds: time it took to make.
        files: a file for each split, by name.
    """

    rejects: dict[str, int]
    seconds: float
    files: dict[str, ShardFile]

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Shard:
        """Make a shard from plain values.

        Raises:
            KeyError, TypeError, ValueError: if they do not describe one.
        """
        files = {str(name): ShardFile(**file) for name, file in values["files"].items()}
        for name in files:
            split_of_name(name)  # a manifest can open no other kind of file, and no path
        return cls(rejects=dict(values["rejects"]), seconds=float(values["seconds"]), files=files)


@dataclass
class Manifest:
    """The contents and the origin of a data set.

    Attributes:
        task: name of the task.
        made_by: the command: ``generate``, ``convert`` or ``dedup``.
        source: origin in one line; the recipe's text for ``generate``.
        split: ``skeleton``, or ``files`` if the converted files decide it.
        ranges: requested ranges of indices.
        library_version: version of antiderive.
        generator_version: version of the generators.
        vocabulary: digest of the vocabulary.
        shards: complete shards, by the name of their range.
    """

    task: str
    made_by: str
    source: str
    split: str = "skeleton"
    ranges: list[Range] = field(default_factory=list)
    library_version: str = field(default_factory=lambda: version("antiderive"))
    generator_version: int = GENERATOR_VERSION
    vocabulary: str = field(default_factory=lambda: Vocabulary().digest)
    shards: dict[str, Shard] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Read the manifest of a folder.

        Raises:
            DataError: if there is none, or it is damaged or of another version.
        """
        path = folder / MANIFEST
        try:
            return cls.parse(path.read_text(encoding="utf-8"), str(path))
        except FileNotFoundError as error:
            raise DataError(f"{folder} holds no data set: there is no {MANIFEST}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"cannot read {path}: {error}") from error

    @classmethod
    def parse(cls, text: str, path: str) -> Manifest:
        """Read the text of a manifest.

        Args:
            text: the text.
            path: where it comes from, for messages.

        Raises:
            DataError: if it is damaged or of another version.
        """
        try:
            values = json.loads(text)
        except ValueError as error:
            raise DataError(f"cannot read {path}: {error}") from error
        if not isinstance(values, dict) or values.pop("format", None) != FORMAT:
            raise DataError(f"{path} is not a manifest of format {FORMAT}; regenerate the data set")
        try:
            values["ranges"] = [(int(first), int(last)) for first, last in values["ranges"]]
            values["shards"] = {key: Shard.from_dict(shard) for key, shard in values["shards"].items()}
            return cls(**values)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise DataError(f"{path} is damaged: {type(error).__name__}: {error}") from error

    def to_json(self) -> str:
        """Return the text of the file."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1)

    @property
    def identity(self) -> tuple[str, ...]:
        """Return the part that two runs must share to write to one folder."""
        return (self.task, self.made_by, self.source, self.split, self.vocabulary)

    def files(self, split: Split | None = None) -> Iterator[tuple[str, ShardFile]]:
        """Yield names and entries of the files, in order of their indices."""
        for key in sorted(self.shards):
            for name, file in self.shards[key].files.items():
                if split is None or split_of_name(name) == split:
                    yield name, file

    def examples(self, split: Split | None = None) -> int:
        """Return the number of examples, in one split or in all."""
        return sum(file.examples for _, file in self.files(split))

    @property
    def rejects(self) -> dict[str, int]:
        """Rejected candidates, by reason."""
        total: dict[str, int] = {}
        for shard in self.shards.values():
            for reason, number in shard.rejects.items():
                total[reason] = total.get(reason, 0) + number
        return total

    @property
    def seconds(self) -> float:
        """Time that making the shards took."""
        return sum(shard.seconds for shard in self.shards.values())

    @property
    def covered(self) -> list[Range]:
        """Ranges of the complete shards, in order."""
        return sorted(parse_key(key) for key in self.shards)

    @property
    def missing(self) -> list[Range]:
        """Parts of the requested ranges that no shard covers."""
        return [gap for wanted in self.ranges for gap in missing_ranges(wanted, self.covered)]


def key_of(first: int, last: int) -> str:
    """Return the name of a range."""
    return f"{first:012d}-{last:012d}"


def parse_key(key: str) -> Range:
    """Return the range of a name."""
    first, last = key.split("-")
    return int(first), int(last)


def file_name(split: Split, key: str) -> str:
    """Return the name of the file of a split and range."""
    return f"{split.name.lower()}-{key}.parquet"


def split_of_name(name: str) -> Split:
    """Return the split that a file belongs to.

    Raises:
        ValueError: if the name is not that of a data set's file.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"{name!r} is not the name of a file of a data set")
    return Split[match[1].upper()]


def missing_ranges(wanted: Range, covered: list[Range]) -> list[Range]:
    """Return the parts of ``wanted`` that no range of ``covered`` (in order) holds.

    >>> missing_ranges((0, 10), [(2, 4), (4, 5), (8, 20)])
    [(0, 2), (5, 8)]
    """
    start, out = wanted[0], []
    for first, last in covered:
        if first >= wanted[1]:
            break
        if first > start:
            out.append((start, first))
        start = max(start, last)
    if start < wanted[1]:
        out.append((start, wanted[1]))
    return out


def joined_ranges(ranges: list[Range]) -> list[Range]:
    """Return the same indices in as few ranges as possible, in order.

    >>> joined_ranges([(5, 8), (0, 5), (9, 10)])
    [(0, 8), (9, 10)]
    """
    out: list[Range] = []
    for first, last in sorted(ranges):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], last))
        else:
            out.append((first, last))
    return out
