"""Writing a data set, shard by shard, to a folder or an object store; an interrupted run continues.

A shard is a Parquet file for each split. One process alone (:class:`DataSetWriter` as a context) locks the
storage and records finished shards in the manifest. Many processes write at once without a lock: after the
files of a shard comes an *entry*, a small file with their checksums under a name derived from source and
range. A shard counts when its entry exists; when all do, :meth:`DataSetWriter.finish` moves the entries into
the manifest. Writers of the same shard write the same bytes under the same names.
"""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import ExitStack
from dataclasses import asdict
from types import TracebackType

import pyarrow as pa

from antiderive.datasets.card import CARD, card
from antiderive.datasets.manifest import (
    MANIFEST,
    Manifest,
    Range,
    Shard,
    ShardFile,
    file_name,
    joined_ranges,
    key_of,
    missing_ranges,
)
from antiderive.datasets.parquet import encode
from antiderive.datasets.storage import Storage
from antiderive.errors import DataError
from antiderive.expressions import Split
from antiderive.tasks import Recipe

RECIPE = "recipe.toml"
"""Name of the recipe in the folder of a data set."""

ENTRIES = ".shards"
"""Folder of the entries of finished shards."""

_BETWEEN_MANIFESTS = 1.0
"""Least seconds between two writes of the manifest, which is large for a large data set."""


class DataSetWriter:
    """A writer of shards to a storage: alone, as a context, or together with other writers.

    Args:
        storage: an empty storage, or one with shards of the same data set, which are kept.
        manifest: the data set to write, with the requested range.
        recipe: the recipe, if any.

    Attributes:
        manifest: the manifest of the storage, once it is open.
    """

    def __init__(self, storage: Storage, manifest: Manifest, recipe: Recipe | None = None) -> None:
        self.manifest = manifest
        self._storage, self._recipe = storage, recipe
        self._digest = hashlib.sha256(manifest.source.encode()).hexdigest()[:16]
        self._alone = ExitStack()
        self._locked = False
        self._saved = -_BETWEEN_MANIFESTS

    def __enter__(self) -> DataSetWriter:
        """Lock the storage and open it.

        Raises:
            DataError: if it holds something else, is being written to, or cannot be written.
        """
        with ExitStack() as stack:
            stack.enter_context(self._storage.locked())
            self._storage.remove_left_overs()
            self._open()
            self._alone, self._locked = stack.pop_all(), True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Bring the manifest up to date, whatever happened."""
        with self._alone:
            self._save()

    def open(self, *, extend: bool) -> Manifest:
        """Return the manifest with every finished shard, for concurrent writers; the first creates it.

        Args:
            extend: add the requested range to a data set that was begun with another one.

        Raises:
            DataError: if the storage holds anything else, or another range and ``extend`` is not set.
        """
        wanted = self.manifest.ranges
        self._open()
        for each in wanted:
            self.want(each, extend=extend)
        self.manifest.shards |= self._entries()
        return self.manifest

    def _open(self) -> None:
        """Read the manifest of the storage, or begin the data set."""
        text = self._storage.read(MANIFEST)
        if text is None:
            self._begin()
            return
        present = Manifest.parse(text.decode(errors="replace"), self._storage.path(MANIFEST))
        own = self.manifest
        if present.identity != own.identity:
            raise DataError(
                f"{self._storage.place} holds a data set of another recipe or source; choose another folder "
                f"(there: {present.task}, {present.source}; now: {own.task}, {own.source})"
            )
        self.manifest = present

    def _begin(self) -> None:
        # Without a manifest, either this command began the data set or the files are not ours. Recipe and
        # card are the first files of a run and the same every time.
        own = {CARD: card(self.manifest).encode()}
        if self._recipe is not None:
            own[RECIPE] = self._recipe.to_toml().encode()
        for name in self._storage.sizes():
            if name not in own or self._storage.read(name) != own[name]:
                raise DataError(
                    f"{self._storage.place} is not empty and holds no data set; choose another folder"
                )
        for name, data in own.items():
            self._storage.write(name, data)
        self._save()

    def want(self, wanted: Range, *, extend: bool) -> None:
        """Record a requested range of indices.

        Raises:
            DataError: if the data set was begun with another range and ``extend`` is not set.
        """
        if not missing_ranges(wanted, joined_ranges(self.manifest.ranges)):
            return
        if not extend:
            ranges = ", ".join(f"{first:,} to {last:,}" for first, last in self.manifest.ranges)
            raise DataError(
                f"{self._storage.place} holds examples {ranges} of this recipe; "
                f"add --resume to add {wanted[0]:,} to {wanted[1]:,}"
            )
        self.manifest.ranges = joined_ranges([*self.manifest.ranges, wanted])
        self._save()

    def shard(self, first: int, last: int) -> Shard | None:
        """Return the shard of a range, if a writer has written its entry."""
        data = self._storage.read(self._entry(key_of(first, last)))
        return None if data is None else Shard.from_dict(json.loads(data))

    def write(
        self, first: int, last: int, parts: dict[Split, pa.Table], rejects: dict[str, int], seconds: float
    ) -> Shard:
        """Write the shard of a range.

        Args:
            first: first index.
            last: index after the last one.
            parts: the examples of each split.
            rejects: rejected candidates, by reason.
            seconds: time spent on making them.

        Raises:
            DataError: if it cannot be written; earlier shards are intact.
        """
        key, files = key_of(first, last), {}
        for split, part in parts.items():
            name, data = file_name(split, key), encode(part)
            self._storage.write(name, data)
            files[name] = ShardFile(part.num_rows, len(data), hashlib.sha256(data).hexdigest())
        shard = Shard(rejects=rejects, seconds=round(seconds, 3), files=files)
        if not self._locked:
            self._storage.write(self._entry(key), json.dumps(asdict(shard)).encode())
            return shard
        self.manifest.shards[key] = shard
        if time.monotonic() - self._saved > _BETWEEN_MANIFESTS:
            self._save()
        return shard

    def finish(self) -> None:
        """Write the manifest of a data set with all its shards, and remove their entries.

        Raises:
            DataError: if it cannot be written.
        """
        self.open(extend=True)
        self._save()
        self._storage.remove_folder(ENTRIES)
        self._storage.remove_left_overs()

    def _save(self) -> None:
        self._storage.write(MANIFEST, self.manifest.to_json().encode())
        self._saved = time.monotonic()

    def _entry(self, key: str) -> str:
        return f"{ENTRIES}/{self._digest}-{key}.json"

    def _entries(self) -> dict[str, Shard]:
        """Return the complete shards that are not in the manifest yet."""
        sizes = self._storage.sizes()
        if ENTRIES not in sizes:
            return {}
        prefix = f"{self._digest}-"
        keys = [
            name.removeprefix(prefix).removesuffix(".json")
            for name in self._storage.sizes(ENTRIES)
            if name.startswith(prefix)
        ]
        names = {self._entry(key): key for key in sorted(keys) if key not in self.manifest.shards}
        found = {}
        for name, data in self._storage.read_all(list(names)).items():
            try:
                shard = Shard.from_dict(json.loads(data))
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise DataError(
                    f"{self._storage.path(name)} is damaged ({error}); remove it to make its shard again"
                ) from error
            if all(sizes.get(file) == entry.bytes for file, entry in shard.files.items()):
                found[names[name]] = shard
        return found
