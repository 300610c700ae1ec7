"""Reading data sets on disk: one in a folder, or one for each task in its sub-folders.

A shard holds a range of indices, with a Parquet file for each split under a name derived from both. A file
appears under its name only when it is complete, and belongs to the data set only when the manifest names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from antiderive.datasets.card import CARD, card_of_tasks, is_card
from antiderive.datasets.manifest import MANIFEST, Manifest, split_of_name
from antiderive.datasets.parquet import read_table, require_sound
from antiderive.errors import DataError
from antiderive.expressions import Vocabulary
from antiderive.files import write_atomically, writing_to


class DataSet:
    """A data set on disk, open for reading."""

    def __init__(self, folder: Path) -> None:
        """Open a folder.

        Raises:
            DataError: if it holds no data set, or one of another vocabulary.
        """
        self.folder = folder
        self.manifest = Manifest.load(folder)
        Vocabulary().check(self.manifest.vocabulary)

    @classmethod
    def open_all(cls, folder: Path) -> list[DataSet]:
        """Open the data set of a folder, or those of its sub-folders, one for each task.

        Raises:
            DataError: if there is none.
        """
        if not (folder / MANIFEST).exists() and folder.is_dir():
            inner = sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
            if inner:
                return [cls(path) for path in inner]
        return [cls(folder)]

    def read(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """Read the table of one file.

        Raises:
            DataError: if it is missing, damaged, has other columns, empty cells or unknown tokens.
        """
        path = self.folder / name
        table = read_table(path, columns)
        require_sound(table, path)
        return table

    def shards(self) -> Iterator[tuple[str, pa.Table]]:
        """Yield each shard in order: its name, and its examples by index with a column ``split``."""
        for key in sorted(self.manifest.shards):
            parts = []
            for name in self.manifest.shards[key].files:
                table = self.read(name)
                split = pa.array([split_of_name(name)] * len(table), pa.uint8())
                parts.append(table.append_column("split", split))
            yield key, pa.concat_tables(parts).sort_by("index")


def require_folder_of_tasks(folder: Path) -> None:
    """Refuse a folder that holds anything but data sets in sub-folders and a card.

    Raises:
        DataError: if it does.
    """
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        own = (path / MANIFEST).exists() or (path.name == CARD and is_card(path))
        if not own and not (path.is_dir() and not any(path.iterdir())):
            raise DataError(f"{folder} holds {path.name}, which is not a data set; choose another folder")


def write_card_of_tasks(folder: Path) -> None:
    """Write the card of a folder whose sub-folders are data sets."""
    names = sorted(path.parent.name for path in folder.glob(f"*/{MANIFEST}"))
    with writing_to(folder):
        write_atomically(folder / CARD, card_of_tasks(names).encode())
