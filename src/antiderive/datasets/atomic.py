"""Files that are either there as a whole or not at all, whoever else writes them."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

_TEMPORARY = ".writing-"


def write_atomically(path: Path, data: bytes | memoryview) -> None:
    """Writes a file, in the place of one that may be there.

    Raises:
        OSError: if it cannot be written; nothing has changed then.
    """
    # A name of its own: another process, on another machine perhaps, may be writing the same file.
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
    """Removes what processes that were killed had begun to write."""
    for path in folder.glob(f"{_TEMPORARY}*"):
        path.unlink(missing_ok=True)
