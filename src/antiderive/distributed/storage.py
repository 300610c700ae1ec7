"""A folder that all workers see: a shared directory, or a prefix of an object store, through fsspec."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from antiderive.errors import DataError, SettingError
from antiderive.files import remove_left_overs, write_atomically

OBJECT_STORES = ("s3", "s3a", "gs", "gcs", "az", "abfs")
"""Where a file appears as a whole with the request that puts it there."""


def absolute(out: str) -> str:
    """A place by a name that means the same on every machine.

    Raises:
        SettingError: if it is neither a directory nor in an object store.
    """
    protocol, separator, rest = out.partition("://")
    if not separator:
        return str(Path(out).absolute())
    if protocol == "file":
        return str(Path(rest).absolute())
    if protocol not in OBJECT_STORES or "::" in out:
        raise SettingError(f"cannot write to {out!r}; give a folder, or a URL of {', '.join(OBJECT_STORES)}")
    return out.rstrip("/")


class Storage:
    """Files by name below one place.

    Args:
        place: as :func:`absolute` gives it.

    Raises:
        DataError: if the package for such an object store is not installed.
    """

    def __init__(self, place: str) -> None:
        import fsspec

        self.place = place
        self.local = "://" not in self.place
        try:
            self._fs, self._root = fsspec.core.url_to_fs(self.place)
            self._errors = _errors_of(self.place)
        except ImportError as error:
            hint = "; pip install 'antiderive[s3]'" if place.startswith("s3") else ""
            raise DataError(f"cannot write to {place}: {error}{hint}") from error

    def path(self, name: str) -> str:
        """Where a file is, for messages."""
        return f"{self.place}/{name}"

    def read(self, name: str) -> bytes | None:
        """The bytes of a file; None if there is none.

        Raises:
            DataError: if it cannot be read.
        """
        try:
            data: bytes = self._fs.cat_file(self._at(name))
        except FileNotFoundError:
            return None
        except self._errors as error:
            raise DataError(f"cannot read {self.path(name)}: {_line(error)}") from error
        return data

    def read_all(self, names: list[str]) -> dict[str, bytes]:
        """The bytes of the files that are there, by name, as many at a time as the store likes.

        Raises:
            DataError: if one cannot be read.
        """
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
        """Writes a file that is either there as a whole or not at all, whoever else writes it.

        Raises:
            DataError: if it cannot be written.
        """
        try:
            if self.local:
                path = Path(self._at(name))
                path.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(path, data)
            else:
                self._fs.pipe_file(self._at(name), bytes(data))
        except self._errors as error:
            raise DataError(f"cannot write to {self.place}: {_line(error)}") from error

    def sizes(self, folder: str = "") -> dict[str, int]:
        """Names of the files and folders in a folder, with their sizes in bytes; empty if there is none.

        Raises:
            DataError: if it cannot be listed.
        """
        self._fs.invalidate_cache()
        try:
            listed = self._fs.ls(self._at(folder), detail=True)
        except FileNotFoundError:
            return {}
        except self._errors as error:
            raise DataError(f"cannot list {self.path(folder)}: {_line(error)}") from error
        return {entry["name"].rstrip("/").rpartition("/")[2]: entry["size"] or 0 for entry in listed}

    def remove_folder(self, name: str) -> None:
        """Removes a folder with its files, if it is there.

        Raises:
            DataError: if it cannot be removed.
        """
        try:
            if self._fs.exists(self._at(name)):
                self._fs.rm(self._at(name), recursive=True)
        except self._errors as error:
            raise DataError(f"cannot remove {self.path(name)}: {_line(error)}") from error

    def remove_left_overs(self) -> None:
        """Removes what workers that were killed had begun to write."""
        if self.local:
            remove_left_overs(Path(self._root))

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root


def _errors_of(place: str) -> tuple[type[Exception], ...]:
    """What goes wrong with a place; the package for S3 has errors of its own for keys and connections."""
    if not place.startswith("s3"):
        return (OSError,)
    from botocore.exceptions import BotoCoreError

    return (OSError, BotoCoreError)


def _line(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) else None
    return said or str(error).partition("\n")[0]
