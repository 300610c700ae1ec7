"""Files and folders: whose a folder is, files that are whole or not there, and failures in one line.

It does not know what the files hold.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tomllib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from antiderive.errors import DataError

MARKER = ".antiderive"
"""Name of the file that marks an output folder; it says what the folder holds, in one line."""

_TEMPORARY = ".writing-"
_LONGEST_TOML = 1 << 20
"""Bytes of a file of settings; a longer one is none."""


def claim_folder(folder: Path, kind: str, *, signs: tuple[str, ...] = ()) -> None:
    """Take a folder to write to: a new or an empty one, or one of the same kind from an earlier run.

    Args:
        folder: the folder; it is made and marked.
        kind: what it will hold, such as ``training run``.
        signs: patterns of files that only an earlier version, which set no marker, has written there.

    Raises:
        DataError: if the folder holds anything else, or cannot be written.
    """
    marker = folder / MARKER
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if marker.exists():
            present = marker.read_text(encoding="utf-8", errors="replace").strip()
            if present != kind:
                raise DataError(f"{folder} holds another output ({present[:40]}); choose another folder")
            return
        names = sorted(path.name for path in folder.iterdir())
        strange = next((name for name in names if not name.startswith(_TEMPORARY)), None)
        if strange is not None and not any(any(folder.glob(sign)) for sign in signs):
            raise DataError(
                f"{folder} is not empty and holds no earlier {kind} ({strange} is there); "
                "choose another folder"
            )
        write_atomically(marker, f"{kind}\n".encode())


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Make a folder and keep other processes of this machine out of it.

    Raises:
        DataError: if another one is writing there, or it cannot be made.
    """
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataError(f"another process is writing to {folder}") from error
        yield
    finally:
        os.close(lock)


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """Read a file of settings.

    Args:
        path: the file.
        what: what it is, for messages, such as ``recipe``.

    Raises:
        DataError: if it cannot be read, is too long, or is no TOML.
    """
    try:
        size = path.stat().st_size
        if size > _LONGEST_TOML:
            raise DataError(
                f"cannot read the {what} {path}: it has {size:,} bytes, at most {_LONGEST_TOML:,}"
            )
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except RecursionError as error:
        raise DataError(f"cannot read the {what} {path}: it is nested too deeply") from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"cannot read the {what} {path}: it is not UTF-8 (byte {error.start}); save it as UTF-8"
        ) from error
    except OSError as error:
        raise DataError(f"cannot read the {what} {path}: {error.strerror or error}") from error
    except ValueError as error:  # no TOML, or a number of thousands of digits
        raise DataError(f"cannot read the {what} {path}: {error}") from error


def write_atomically(path: Path, data: bytes | memoryview) -> None:
    """Write a file, replacing an existing one.

    Raises:
        OSError: if it cannot be written; then nothing has changed.
    """
    # A unique name: another process, perhaps on another machine, may be writing the same file.
    temporary = path.with_name(f"{_TEMPORARY}{uuid.uuid4().hex}-{path.name}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def remove_left_overs(folder: Path) -> None:
    """Remove the files and working folders that killed processes left half-written."""
    for path in folder.glob(f"{_TEMPORARY}*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turn a failure to write to ``folder`` into one clear line.

    Raises:
        DataError: instead of an ``OSError``.
    """
    try:
        yield
    except OSError as error:
        raise DataError(
            f"cannot write to {folder}: {error.strerror or error}; files finished earlier are intact"
        ) from error
