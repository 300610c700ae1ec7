"""Writing files: each appears whole or not at all, even with several writers; a failure is one line.

It does not know what the files hold.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from antiderive.errors import DataError

_TEMPORARY = ".writing-"


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
    """Remove the files that killed processes left half-written."""
    for path in folder.glob(f"{_TEMPORARY}*"):
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
