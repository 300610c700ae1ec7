"""Storage of data sets: a folder, or a prefix of an object store. It knows files by name only."""

from __future__ import annotations

import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from antiderive.errors import DataError, SettingError
from antiderive.files import locked_folder, remove_left_overs, write_atomically, writing_to

OBJECT_STORES = ("s3", "s3a", "gs", "gcs", "az", "abfs")
"""Protocols of the object stores, in which a file appears whole with the request that writes it."""


def absolute(place: str) -> str:
    """Return the path or URL of a place in a form that means the same on every machine.

    Raises:
        SettingError: if it is neither a folder nor in an object store.
    """
    protocol, separator, rest = place.partition("://")
    if not separator:
        return str(Path(place).absolute())
    if protocol == "file":
        return str(Path(rest).absolute())
    if protocol not in OBJECT_STORES or "::" in place:
        raise SettingError(
            f"cannot write to {place!r}; give a folder, or a URL of {', '.join(OBJECT_STORES)}"
        )
    return place.rstrip("/")


def storage_at(place: str) -> Storage:
    """Return the storage at a place, as :func:`absolute` names it.

    Raises:
        DataError: if the package for such an object store is not installed.
    """
    return ObjectStorage(place) if "://" in place else FolderStorage(Path(place))


class Storage(ABC):
    """Files by name below one place. Each appears whole or not at all, even with several writers.

    Every method raises a ``DataError`` where the place cannot be used.

    Attributes:
        place: path or URL, for messages.
    """

    place: str

    def path(self, name: str) -> str:
        """Return the path or URL of a file, for messages."""
        return f"{self.place}/{name}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Exclude other writers on this machine, if the storage can."""
        yield

    @abstractmethod
    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file; None if there is none."""

    @abstractmethod
    def read_all(self, names: list[str]) -> dict[str, bytes]:
        """Return the bytes of the files that exist, by name."""

    @abstractmethod
    def write(self, name: str, data: bytes | memoryview) -> None:
        """Write a file, replacing an existing one."""

    @abstractmethod
    def sizes(self, folder: str = "") -> dict[str, int]:
        """Return the names of the files and folders in a folder, with their sizes in bytes."""

    @abstractmethod
    def remove_folder(self, name: str) -> None:
        """Remove a folder with its files, if it exists."""

    @abstractmethod
    def remove_left_overs(self) -> None:
        """Remove the files that killed writers left half-written."""


class FolderStorage(Storage):
    """A folder, local or shared by several machines; it is created when something is written."""

    def __init__(self, folder: Path) -> None:
        self.place, self.folder = str(folder), folder

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Exclude other processes of this machine.

        Raises:
            DataError: if another one is writing.
        """
        with locked_folder(self.folder):
            yield

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file; None if there is none."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DataError(f"cannot read {self.path(name)}: {error.strerror or error}") from error

    def read_all(self, names: list[str]) -> dict[str, bytes]:
        """Return the bytes of the files that exist, by name."""
        found = {name: self.read(name) for name in names}
        return {name: data for name, data in found.items() if data is not None}

    def write(self, name: str, data: bytes | memoryview) -> None:
        """Write a file, replacing an existing one."""
        path = self.folder / name
        with writing_to(self.folder):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, data)

    def sizes(self, folder: str = "") -> dict[str, int]:
        """Return the names of the files and folders in a folder, with their sizes in bytes."""
        try:
            with os.scandir(self.folder / folder) as entries:
                return {entry.name: entry.stat().st_size for entry in entries}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise DataError(f"cannot list {self.path(folder)}: {error.strerror or error}") from error

    def remove_folder(self, name: str) -> None:
        """Remove a folder with its files, if it exists."""
        if (self.folder / name).exists():
            with writing_to(self.folder):
                shutil.rmtree(self.folder / name)

    def remove_left_overs(self) -> None:
        """Remove the files that killed writers left half-written."""
        with writing_to(self.folder):
            remove_left_overs(self.folder)


class ObjectStorage(Storage):
    """A prefix of an object store, through fsspec.

    Args:
        place: its URL.

    Raises:
        DataError: if the package for such a store is not installed.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        try:
            import fsspec

            self._fs, self._root = fsspec.core.url_to_fs(place)
            self._errors = _errors_of(place)
        except ImportError as error:
            hint = "; pip install 'antiderive[s3]'" if place.startswith("s3") else ""
            raise DataError(f"cannot write to {place}: {error}{hint}") from error

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file; None if there is none."""
        try:
            data: bytes = self._fs.cat_file(self._at(name))
        except FileNotFoundError:
            return None
        except self._errors as error:
            raise DataError(f"cannot read {self.path(name)}: {_line(error)}") from error
        return data

    def read_all(self, names: list[str]) -> dict[str, bytes]:
        """Return the bytes of the files that exist, by name; fsspec bounds the parallel requests."""
        if not names:
            return {}
        paths = {self._at(name): name for name in names}
        try:
            found: dict[str, Any] = self._fs.cat(list(paths), on_error="return")
        except self._errors as error:
            raise DataError(f"cannot read {self.place}: {_line(error)}") from error
        out = {}
        for path, data in found.items():
            if isinstance(data, bytes):
                out[paths[path]] = data
            elif not isinstance(data, FileNotFoundError):
                raise DataError(f"cannot read {self.path(paths[path])}: {data}")
        return out

    def write(self, name: str, data: bytes | memoryview) -> None:
        """Write a file, replacing an existing one."""
        try:
            self._fs.pipe_file(self._at(name), bytes(data))
        except self._errors as error:
            raise DataError(f"cannot write to {self.place}: {_line(error)}") from error

    def sizes(self, folder: str = "") -> dict[str, int]:
        """Return the names of the files and folders in a folder, with their sizes in bytes."""
        self._fs.invalidate_cache()
        try:
            listed = self._fs.ls(self._at(folder), detail=True)
        except FileNotFoundError:
            return {}
        except self._errors as error:
            raise DataError(f"cannot list {self.path(folder)}: {_line(error)}") from error
        return {entry["name"].rstrip("/").rpartition("/")[2]: entry["size"] or 0 for entry in listed}

    def remove_folder(self, name: str) -> None:
        """Remove a folder with its files, if it exists."""
        try:
            if self._fs.exists(self._at(name)):
                self._fs.rm(self._at(name), recursive=True)
        except self._errors as error:
            raise DataError(f"cannot remove {self.path(name)}: {_line(error)}") from error

    def remove_left_overs(self) -> None:
        """Do nothing: a request writes a whole file or nothing."""

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root


def _errors_of(place: str) -> tuple[type[Exception], ...]:
    """Return the exceptions of a store; the package for S3 has its own for keys and connections."""
    if not place.startswith("s3"):
        return (OSError,)
    from botocore.exceptions import BotoCoreError

    return (OSError, BotoCoreError)


def _line(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) else None
    return said or str(error).partition("\n")[0]
