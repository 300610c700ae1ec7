"""Heartbeats of an activity, from a thread of their own.

So they go on while a long call runs or a database is waited for, and a cancellation is heard within seconds.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Literal

from temporalio import activity

_SECONDS = 1.0


class StoppedError(Exception):
    """The slice is to be given up: it was cancelled, or the worker leaves."""


class Heartbeat:
    """A context in an activity; its thread sends what has been done and listens.

    Attributes:
        stopped: why the activity is to end, once it is.
    """

    def __init__(self) -> None:
        self.stopped: Literal["cancelled", "leaving"] | None = None
        self._done = 0
        self._ended = threading.Event()
        self._stop = threading.Event()
        self._on_stop: Callable[[], None] = lambda: None
        self._lock = threading.Lock()
        # The functions of the SDK find their activity in the context.
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._beat,), name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def on_stop(self, action: Callable[[], None]) -> None:
        """Has something done when the activity is to end, from the thread of the pulse."""
        with self._lock:
            self._on_stop = action
            stopped = self.stopped is not None
        if stopped:
            action()

    def report(self, done: int) -> None:
        """Notes how much has been done; the next heartbeat tells.

        Raises:
            StoppedError: if the activity is to end.
        """
        self._done = done
        self.check()

    def check(self) -> None:
        """Does nothing, unless the activity is to end.

        Raises:
            StoppedError: if it is.
        """
        if self.stopped is not None:
            raise StoppedError

    def hold(self, seconds: float) -> None:
        """Waits, but not beyond the end of the activity."""
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
