"""Signals that ask a run to stop after the current step, with a checkpoint."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, *([signal.SIGUSR1] if hasattr(signal, "SIGUSR1") else []))
"""Schedulers send SIGTERM or SIGUSR1 before a job ends; the keyboard sends SIGINT."""


class StopSignals:
    """Records stop signals within a ``with`` block; a second Ctrl-C interrupts at once.

    Attributes:
        received: number of the first signal; 0 if there was none.
    """

    def __init__(self) -> None:
        self.received = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> StopSignals:
        # Python delivers signals only to the main thread; in other threads the caller stops the run.
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._note) for number in _STOP_SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self.received and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.received = self.received or number
