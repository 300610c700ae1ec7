"""A pool of workers that are kept, killed past their limits, and replaced."""

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
    """A pool, or a share of one.

    Attributes:
        workers: concurrent calls.
        limits: limits of every call without its own.
    """

    workers: int
    limits: Limits

    @abstractmethod
    def submit(self, work: Work, *, limits: Limits | None = None) -> Future[Result]:
        """Queue a call. Cancelling the future before it is done kills the call."""

    def call(self, work: Work, *, limits: Limits | None = None) -> Result:
        """Make one call and return its result. An exception raised meanwhile, such as Ctrl-C, kills the call.

        Raises:
            WorkerError: if workers cannot start, or the pool is closed meanwhile.
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
        """Yield results with the keys of their work, in order of completion.

        Work is taken from the iterable as needed, a few calls ahead. Closing the iterator kills the calls in
        flight. ``idle`` is called about once a second while no result arrives.

        Raises:
            WorkerError: if workers cannot start, or the pool is closed meanwhile.
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
    """A pool of child processes that makes calls under limits, at most ``workers`` at a time.

    Workers start when they are first needed and are kept. Any thread may call any method. Running calls are
    killed on leaving the ``with`` block, by Ctrl-C during a call, and by the death of this process, however
    violent.

    Args:
        workers: concurrent calls.
        limits: limits of every call without its own.
        recycling: conditions for replacing a healthy worker.
        preload: a function at the top of a module, called once before Python workers are forked, so that they
            share the modules that it loads; without it, each worker loads its own.

    Attributes:
        pid: the process that owns the pool.

    Raises:
        SettingError: if ``workers`` is less than 1, or other processes cannot import ``preload``.
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
            raise SettingError(f"a pool needs at least one worker, not {workers}")
        if preload is not None:
            name_of(preload)
        self.workers, self.limits = workers, limits
        self.pid = os.getpid()
        self._dispatcher = Dispatcher(workers, recycling, preload)
        self._dispatcher.start()
        _pools.add(self)

    def submit(self, work: Work, *, limits: Limits | None = None) -> Future[Result]:
        """Queue a call. Cancelling the future before it is done kills the call.

        Raises:
            SettingError: if other processes cannot import the function.
            WorkerError: if the pool is closed.
        """
        if os.getpid() != self.pid:
            raise WorkerError("this pool belongs to the parent process; make a new one")
        if isinstance(work, Call):
            name_of(work.function)
        pending = Pending(work, work.limits or limits or self.limits)
        self._dispatcher.submit(pending)
        return pending.future

    def close(self) -> None:
        """Kill all running calls; unfinished ones raise a WorkerError. May be repeated."""
        _pools.discard(self)
        if os.getpid() != self.pid:
            return  # in a forked copy of the process: the workers belong to the parent
        self._dispatcher.stop()
        self._dispatcher.join()

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Share(Caller):
    """One user's share of a pool; stopping it kills this user's calls and no others.

    Args:
        pool: pool for the calls.
        workers: concurrent calls of this user.
    """

    def __init__(self, pool: Pool, workers: int = 1) -> None:
        self.workers, self.limits = workers, pool.limits
        self._pool = pool
        self._open: set[Future[Result]] = set()
        self._stopped = False
        self._lock = threading.Lock()

    def submit(self, work: Work, *, limits: Limits | None = None) -> Future[Result]:
        """Queue a call, as :meth:`Pool.submit` does.

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
        """Kill the unfinished calls, from any thread; waiting threads get a CancelledError."""
        with self._lock:
            self._stopped = True
        for future in list(self._open):
            future.cancel()


_pools: weakref.WeakSet[Pool] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for pool in list(_pools):
        pool.close()
