"""Shared parts of the commands: progress on standard error, early checks of paths, and interruptions."""

from __future__ import annotations

import math
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from antiderive.errors import DataError, SettingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

    from rich.progress import Progress, Task

STOPPED = 75
"""Exit code after SIGTERM (EX_TEMPFAIL of sysexits.h): the same command may be started again."""

_LINES = 60.0
"""Seconds between the lines of a progress that no terminal shows."""


class Terminated(KeyboardInterrupt):
    """SIGTERM: what holds on Ctrl-C holds here too."""


@contextmanager
def terminable() -> Iterator[None]:
    """Within the block, the first SIGTERM raises :class:`Terminated`, and a second one ends the process."""

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        raise Terminated

    # Python delivers signals to the main thread only.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def keeping(what: str) -> Iterator[None]:
    """Say what is kept when the block is interrupted or terminated."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(what, err=True)
        raise


def require(path: Path) -> None:
    """Refuse a path that does not exist, before slow imports.

    Raises:
        DataError: if it does not exist.
    """
    if not path.exists():
        raise DataError(f"no such file or folder: {path}")


def require_finite(option: str, number: float) -> None:
    """Refuses a number that is none or has no end.

    Raises:
        SettingError: for NaN and infinities.
    """
    if not math.isfinite(number):
        raise SettingError(f"{option} {number} is not a finite number")


@contextmanager
def progress_bar(*, seconds: float = _LINES) -> Iterator[Progress]:
    """Make a bar with a description, the command's own figure (``rate``), elapsed and remaining time.

    Where standard error is no terminal, each unfinished row is a line once a minute, and at the end.

    Args:
        seconds: time between these lines.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    if console.is_terminal:
        with bar:
            yield bar
        return
    ended = threading.Event()
    printer = threading.Thread(target=_print_lines, args=(bar, seconds, ended), daemon=True)
    printer.start()
    try:
        yield bar
    finally:
        ended.set()
        printer.join()


def _print_lines(bar: Progress, seconds: float, ended: threading.Event) -> None:
    """Print a line for each row that has moved, until the work has ended."""
    shown: dict[int, float] = {}
    last = False
    while not last:
        last = ended.wait(seconds)
        for row in bar.tasks:
            # A finished row is told once; one that stands still, every minute.
            same = shown.get(row.id) == row.completed
            if not row.visible or (same and (last or row.finished)) or (last and not row.completed):
                continue
            shown[row.id] = row.completed
            click.echo(_line(row), err=True)


def _line(row: Task) -> str:
    """A row in words."""
    total = "" if row.total is None else f" of {row.total:,.0f}"
    parts = [f"{row.completed:,.0f}{total}", row.fields["rate"], f"{_clock(row.elapsed or 0)} passed"]
    if row.time_remaining and not row.finished:
        parts.append(f"about {_clock(row.time_remaining)} left")
    return f"{row.description}: {', '.join(part for part in parts if part)}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
