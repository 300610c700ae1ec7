"""Shared parts of the commands: a progress bar on standard error, and an early check of paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from rich.progress import Progress


def require(path: Path) -> None:
    """Refuse a path that does not exist, before slow imports.

    Raises:
        DataError: if it does not exist.
    """
    if not path.exists():
        raise DataError(f"no such file or folder: {path}")


def progress_bar() -> Progress:
    """Make a bar with a description, the command's own figure (``rate``), elapsed and remaining time."""
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
