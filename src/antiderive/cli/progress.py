"""What commands share: a progress bar on standard error, and a first look at paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from rich.progress import Progress


def require(path: Path) -> None:
    """Refuses a path that is not there, before anything that takes time is loaded.

    Raises:
        DataError: if it does not exist.
    """
    if not path.exists():
        raise DataError(f"there is no file or folder {path}")


def progress_bar() -> Progress:
    """A bar with a description, a figure of the command's own (``rate``), elapsed and remaining time."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
