"""A data set that many workers write at once, each its shards, with no lock.

A shard is three Parquet files and, written after them, an *entry*: a small file that says what they hold,
with their checksums, under a name derived from recipe and range. A shard counts when its entry is there.
When all do, the manifest takes the entries in, and the folder is what ``antiderive generate`` writes.

Two workers that do the same shard write the same bytes under the same names, each file as a whole.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from antiderive.datasets.card import CARD, card
from antiderive.datasets.folder import RECIPE, encode
from antiderive.datasets.manifest import (
    MANIFEST,
    Manifest,
    Range,
    Shard,
    ShardFile,
    file_name,
    gaps,
    joined,
    key_of,
)
from antiderive.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

    from antiderive.distributed.storage import Storage
    from antiderive.expressions import Split
    from antiderive.tasks import Recipe

ENTRIES = ".shards"
"""Folder of the entries."""


class SharedDataSet:
    """The data set of a recipe in a place that all workers see.

    Args:
        storage: the place.
        recipe: what is written there.
    """

    def __init__(self, storage: Storage, recipe: Recipe) -> None:
        self._storage, self._recipe = storage, recipe
        self._digest = hashlib.sha256(recipe.text().encode()).hexdigest()[:16]

    def open(self, wanted: Range, *, extend: bool) -> Manifest:
        """The manifest with every shard that is there; the first time, it is made.

        Raises:
            DataError: if the place holds anything else, or another range and ``extend`` is not set.
        """
        text = self._storage.read(MANIFEST)
        manifest = self._begin(wanted) if text is None else self._read(text)
        if gaps(wanted, joined(manifest.ranges)):
            if not extend:
                ranges = ", ".join(f"{first:,} to {last:,}" for first, last in manifest.ranges)
                raise DataError(
                    f"{self._storage.place} holds examples {ranges} of this recipe; "
                    f"add --resume to add {wanted[0]:,} to {wanted[1]:,}"
                )
            manifest.ranges = joined([*manifest.ranges, wanted])
            self._save(manifest)
        manifest.shards |= self._entries(manifest)
        return manifest

    def _read(self, text: bytes) -> Manifest:
        present = Manifest.parse(text.decode(errors="replace"), self._storage.path(MANIFEST))
        own = self._manifest()
        if present.identity != own.identity:
            raise DataError(
                f"{self._storage.place} holds a data set of another recipe or source; choose another folder "
                f"(there: {present.task}, {present.source}; now: {own.task}, {own.source})"
            )
        return present

    def _manifest(self, *ranges: Range) -> Manifest:
        return Manifest(self._recipe.task, "generate", self._recipe.text(), ranges=list(ranges))

    def _begin(self, wanted: Range) -> Manifest:
        manifest = self._manifest(wanted)
        own = {CARD: card(manifest).encode(), RECIPE: self._recipe.to_toml().encode()}
        for name in self._storage.sizes():
            if name not in own or self._storage.read(name) != own[name]:
                raise DataError(
                    f"{self._storage.place} is not empty and holds no data set; choose another folder"
                )
        for name, data in own.items():
            self._storage.write(name, data)
        self._save(manifest)
        return manifest

    def _save(self, manifest: Manifest) -> None:
        self._storage.write(MANIFEST, manifest.to_json().encode())

    def _entries(self, manifest: Manifest) -> dict[str, Shard]:
        """Shards that are whole and not in the manifest yet."""
        sizes = self._storage.sizes()
        if ENTRIES not in sizes:
            return {}
        prefix = f"{self._digest}-"
        keys = [
            name.removeprefix(prefix).removesuffix(".json")
            for name in self._storage.sizes(ENTRIES)
            if name.startswith(prefix)
        ]
        names = {self._entry(key): key for key in sorted(keys) if key not in manifest.shards}
        found = {}
        for name, data in self._storage.read_all(list(names)).items():
            try:
                shard = Shard.from_dict(json.loads(data))
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise DataError(
                    f"{self._storage.path(name)} is damaged ({error}); remove it, and its shard is made again"
                ) from error
            if all(sizes.get(file) == entry.bytes for file, entry in shard.files.items()):
                found[names[name]] = shard
        return found

    def _entry(self, key: str) -> str:
        return f"{ENTRIES}/{self._digest}-{key}.json"

    def shard(self, first: int, last: int) -> Shard | None:
        """The shard of a range, if it has been written."""
        data = self._storage.read(self._entry(key_of(first, last)))
        return None if data is None else Shard.from_dict(json.loads(data))

    def write(
        self, first: int, last: int, parts: dict[Split, pa.Table], rejects: dict[str, int], seconds: float
    ) -> Shard:
        """Writes the shard of a range.

        Raises:
            DataError: if it cannot be written.
        """
        key = key_of(first, last)
        files = {}
        for split, part in parts.items():
            name, data = file_name(split, key), encode(part)
            self._storage.write(name, data)
            files[name] = ShardFile(part.num_rows, len(data), hashlib.sha256(data).hexdigest())
        shard = Shard(rejects=rejects, seconds=round(seconds, 3), files=files)
        self._storage.write(self._entry(key), json.dumps(asdict(shard)).encode())
        return shard

    def finish(self, wanted: Range) -> None:
        """Writes the manifest of a data set whose shards are all there.

        Raises:
            DataError: if it cannot be written.
        """
        self._save(self.open(wanted, extend=True))
        self._storage.remove_folder(ENTRIES)
        self._storage.remove_left_overs()
