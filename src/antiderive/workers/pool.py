"""A pool of workers that are kept, really killed past their limits, and really replaced."""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import CancelledError, Future
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import TypeVar

from antiderive.errors import SettingError, WorkerError
from antiderive.workers.dispatcher import MOST_AHEAD, Dispatcher, Recycling
from antiderive.workers.limits import Limits
from antiderive.workers.result import Result
from antiderive.workers.work import Call, Pending, Work, name_of

Key = TypeVar("Key")

_DEFAULT_LIMITS = Limits()
_DEFAULT_RECYCLING = Recycling()

_AHEAD = 2 * MOST_AHEAD
"""Calls that :meth:`Pool.map` keeps in flight or waiting, for each worker."""

_IDLE_SECONDS = 1.0


class Caller(ABC):
    """Something that makes calls: a pool, or a share of one.

    Attributes:
        workers: calls at a time.
        limits: for every call that has none of its own.
    """

    workers: int
    limits: Limits

    @abstractmethod
    def submit(self, work: Work, *, limits: Limits | None = None) -> Future[Result]:
        """Queue a call. Cancelling the future at any time before it is done kills the call."""

    def call(self, work: Work, *, limits: Limits | None = None) -> Result:
        """The result of one call. An exception that is raised here meanwhile, such as Ctrl-C, kills it.

        Raises:
            WorkerError: if workers cannot be started, or the pool is closed meanwhile.
        """
        future = self.submit(work, limits=limits)
        try:
            return future.result()
        finally:
            future.cancel()

    def map(
        self,
        work: Iterable[tuple[Key, Work]],
        *,
        limits: Limits | None = None,
        idle: Callable[[], None] | None = None,
    ) -> Generator[tuple[Key, Result], None, None]:
        """Results with the keys of their work, in order of completion.

        Work is taken from the iterable as it is needed, a few calls ahead. Closing the iterator kills what is
        in flight. ``idle`` is called about once a second while no result comes.

        Raises:
            WorkerError: if workers cannot be started, or the pool is closed meanwhile.
        """
        source = iter(work)
        done: SimpleQueue[Future[Result]] = SimpleQueue()
        pending: dict[Future[Result], Key] = {}
        more = True
        try:
            while True:
                while more and len(pending) < _AHEAD * self.workers:
                    item = next(source, None)
                    if item is None:
                        more = False
                        break
                    future = self.submit(item[1], limits=limits)
                    pending[future] = item[0]
                    future.add_done_callback(done.put)
                if not pending:
                    return
                try:
                    future = done.get(timeout=None if idle is None else _IDLE_SECONDS)
                except Empty:
                    if idle is not None:
                        idle()
                    continue
                key = pending.pop(future)
                yield key, future.result()
        finally:
            for future in pending:
                future.cancel()


class Pool(Caller):
    """Calls in child processes, each under limits, at most ``workers`` at a time.

    Workers start when they are first needed and are kept. Any thread may call any method. Leaving the
    ``with`` block, Ctrl-C during a call, and the death of this process, however violent, kill what runs.

    Args:
        workers: calls at a time.
        limits: for every call that has none of its own.
        recycling: when a healthy worker is replaced by a fresh one.
        preload: a function at the top of a module, called once before Python workers are forked, so that they
            have loaded what it loads; otherwise each of them loads what it needs.

    Attributes:
        pid: the process whose pool it is.

    Raises:
        SettingError: unless there is at least one worker, and other processes can import ``preload``.
    """

    def __init__(
        self,
        workers: int = 1,
        *,
        limits: Limits = _DEFAULT_LIMITS,
        recycling: Recycling = _DEFAULT_RECYCLING,
        preload: Callable[[], object] | None = None,
    ) -> None:
        if workers < 1:
            raise SettingError(f"a pool of {workers} workers; it needs at least one")
        if preload is not None:
            name_of(preload)
        self.workers, self.limits = workers, limits
        self.pid = os.getpid()
        self._dispatcher = Dispatcher(workers, recycling, preload)
        self._dispatcher.start()
        _pools.add(self)

    def submit(self, work: Work, *, limits: Limits | None = None) -> Future[Result]:
        """Queue a call. Cancelling the future at any time before it is done kills the call.

        Raises:
            SettingError: for a function that other processes cannot import.
            WorkerError: if the pool is closed.
        """
        if os.getpid() != self.pid:
            raise WorkerError(
                "this pool belongs to the process that this one was forked from; make a new one"
            )
        if isinstance(work, Call):
            name_of(work.function)
        pending = Pending(work, work.limits or limits or self.limits)
        self._dispatcher.submit(pending)
        return pending.future

    def close(self) -> None:
        """Kill everything that runs; calls that are not done raise a WorkerError. Harmless when repeated."""
        _pools.discard(self)
        if os.getpid() != self.pid:
            return  # a forked copy of this process: the workers are not its own
        self._dispatcher.stop()
        self._dispatcher.join()

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Share(Caller):
    """A pool as one of its users sees it; stopping kills this user's calls and no others.

    Args:
        pool: where the calls are made.
        workers: calls of this user at a time.
    """

    def __init__(self, pool: Pool, workers: int = 1) -> None:
        self.workers, self.limits = workers, pool.limits
        self._pool = pool
        self._open: set[Future[Result]] = set()
        self._stopped = False
        self._lock = threading.Lock()

    def submit(self, work: Work, *, limits: Limits | None = None) -> Future[Result]:
        """As :meth:`Pool.submit`.

        Raises:
            CancelledError: after :meth:`stop`.
        """
        with self._lock:
            if self._stopped:
                raise CancelledError
            future = self._pool.submit(work, limits=limits)
            self._open.add(future)
        future.add_done_callback(self._open.discard)
        return future

    def stop(self) -> None:
        """Kill the calls that are not done, from any thread: who waits for them gets a CancelledError."""
        with self._lock:
            self._stopped = True
        for future in list(self._open):
            future.cancel()


_pools: weakref.WeakSet[Pool] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for pool in list(_pools):
        pool.close()
