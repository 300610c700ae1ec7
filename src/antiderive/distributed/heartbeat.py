"""Heartbeats of an activity, from a thread of their own.

So they continue while the activity makes a long call or waits for a database, and a cancellation is noticed
within seconds. The heartbeat does not know what the activity does.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Literal

from temporalio import activity

_SECONDS = 1.0


class StoppedError(Exception):
    """The slice must stop: it was cancelled, or the worker is leaving."""


class Heartbeat:
    """A context in an activity; its thread sends progress and listens for a cancellation.

    Attributes:
        stopped: the reason why the activity must stop, if it must.
    """

    def __init__(self) -> None:
        self.stopped: Literal["cancelled", "leaving"] | None = None
        self._done = 0
        self._ended = threading.Event()
        self._stop = threading.Event()
        self._on_stop: Callable[[], None] = lambda: None
        self._lock = threading.Lock()
        # The SDK finds the activity through the context.
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._beat,), name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def on_stop(self, action: Callable[[], None]) -> None:
        """Call ``action`` when the activity must stop, from the heartbeat's thread."""
        with self._lock:
            self._on_stop = action
            stopped = self.stopped is not None
        if stopped:
            action()

    def report(self, done: int) -> None:
        """Record progress; the next heartbeat sends it.

        Raises:
            StoppedError: if the activity must stop.
        """
        self._done = done
        self.check()

    def check(self) -> None:
        """Raise an error if the activity must stop.

        Raises:
            StoppedError: if it must.
        """
        if self.stopped is not None:
            raise StoppedError

    def hold(self, seconds: float) -> None:
        """Wait, but return early if the activity must stop."""
        self._stop.wait(seconds)

    def _beat(self) -> None:
        while True:
            if activity.is_cancelled():
                self._end("cancelled")
            elif activity.is_worker_shutdown():
                self._end("leaving")
            activity.heartbeat(self._done)
            if self._ended.wait(_SECONDS):
                return

    def _end(self, why: Literal["cancelled", "leaving"]) -> None:
        with self._lock:
            if self.stopped is not None:
                return
            self.stopped = why
            action = self._on_stop
        self._stop.set()
        action()
