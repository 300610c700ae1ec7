"""A pool of warm workers that are really killed, and really replaced."""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Future
from importlib.util import find_spec
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import TypeVar

from antiderive._core import Expr
from antiderive.cas.backends import program_named
from antiderive.cas.backends.command_line import CommandLineBackend
from antiderive.cas.dispatcher import MOST_AHEAD, Dispatcher, Recycling
from antiderive.cas.outcome import Outcome
from antiderive.cas.request import SYMPY_METHODS, Limits, Request
from antiderive.cas.worker import Call
from antiderive.errors import MissingExtraError, SettingError, WorkerError

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
    def submit(self, request: Request, *, limits: Limits | None = None) -> Future[Outcome]:
        """Queues a call. Cancelling the future at any time before it is done kills the call."""

    def call(self, request: Request, *, limits: Limits | None = None) -> Outcome:
        """The outcome of one call. An exception that is raised here meanwhile, such as Ctrl-C, kills it.

        Raises:
            WorkerError: if workers cannot be started, or the pool is closed meanwhile.
        """
        future = self.submit(request, limits=limits)
        try:
            return future.result()
        finally:
            future.cancel()

    def map(
        self,
        requests: Iterable[tuple[Key, Request]],
        *,
        limits: Limits | None = None,
        idle: Callable[[], None] | None = None,
    ) -> Iterator[tuple[Key, Outcome]]:
        """Outcomes with the keys of their requests, in order of completion.

        Requests are taken from the iterable as they are needed, a few ahead. Closing the iterator kills what
        is in flight. ``idle`` is called about once a second while no outcome comes.

        Raises:
            WorkerError: if workers cannot be started, or the pool is closed meanwhile.
        """
        source = iter(requests)
        done: SimpleQueue[Future[Outcome]] = SimpleQueue()
        pending: dict[Future[Outcome], Key] = {}
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
        programs: back ends in addition to those of :mod:`antiderive.cas.backends`, by method.
        recycling: when a healthy worker is replaced by a fresh one.
        warm: load SymPy once, before Python workers are forked; otherwise each of them loads what it needs.

    Raises:
        SettingError: unless there is at least one worker.
    """

    def __init__(
        self,
        workers: int = 1,
        *,
        limits: Limits = _DEFAULT_LIMITS,
        programs: Mapping[str, CommandLineBackend] | None = None,
        recycling: Recycling = _DEFAULT_RECYCLING,
        warm: bool = True,
    ) -> None:
        if workers < 1:
            raise SettingError(f"a pool of {workers} workers; it needs at least one")
        self.workers, self.limits = workers, limits
        self._programs = dict(programs or {})
        self._pid = os.getpid()
        self._dispatcher = Dispatcher(workers, self._programs, recycling, warm=warm)
        self._dispatcher.start()
        _pools.add(self)

    def submit(self, request: Request, *, limits: Limits | None = None) -> Future[Outcome]:
        """Queues a call. Cancelling the future at any time before it is done kills the call.

        Raises:
            SettingError: for an unknown method.
            MissingExtraError: if SymPy is asked for and not installed.
            WorkerError: if the program is not installed or the pool is closed.
        """
        if os.getpid() != self._pid:
            raise WorkerError(
                "this pool belongs to the process that this one was forked from; make a new one"
            )
        bounds = request.limits or limits or self.limits
        call = Call(request, bounds, self._kind(request.method))
        self._dispatcher.submit(call)
        return call.future

    def close(self) -> None:
        """Kills everything that runs; calls that are not done raise a WorkerError. Harmless when repeated."""
        _pools.discard(self)
        if os.getpid() != self._pid:
            return  # a forked copy of this process: the workers are not its own
        self._dispatcher.stop()
        self._dispatcher.join()

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _kind(self, method: str) -> str:
        """The sort of worker that a method needs."""
        if method in self._programs:
            return method
        if method in SYMPY_METHODS:
            if find_spec("sympy") is None:
                raise MissingExtraError("SymPy as a back end", "cas")
            return "python"
        if ":" in method:
            return "python"
        backend = program_named(method)
        if backend.find() is None:
            raise WorkerError(f"{method} is not installed: there is no such program on PATH")
        self._programs[method] = backend
        return method


class Share(Caller):
    """A pool as one of its users sees it; stopping kills this user's calls and no others.

    Args:
        pool: where the calls are made.
        workers: calls of this user at a time.
    """

    def __init__(self, pool: Pool, workers: int = 1) -> None:
        self.workers, self.limits = workers, pool.limits
        self._pool = pool
        self._open: set[Future[Outcome]] = set()
        self._stopped = False
        self._lock = threading.Lock()

    def submit(self, request: Request, *, limits: Limits | None = None) -> Future[Outcome]:
        """As :meth:`Pool.submit`.

        Raises:
            CancelledError: after :meth:`stop`.
        """
        with self._lock:
            if self._stopped:
                raise CancelledError
            future = self._pool.submit(request, limits=limits)
            self._open.add(future)
        future.add_done_callback(self._open.discard)
        return future

    def stop(self) -> None:
        """Kills the calls that are not done, from any thread: who waits for them gets a CancelledError."""
        with self._lock:
            self._stopped = True
        for future in list(self._open):
            future.cancel()


_pools: weakref.WeakSet[Pool] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for pool in list(_pools):
        pool.close()


_shared: Pool | None = None
_shared_lock = threading.Lock()


def shared_pool() -> Pool:
    """The pool of this process for single calls, with a worker for each CPU."""
    global _shared  # noqa: PLW0603  (one for each process is the point)
    with _shared_lock:
        if _shared is None or _shared._pid != os.getpid():
            _shared = Pool(os.cpu_count() or 1)
        return _shared


def prove_zero_sympy(residual: Expr, *, timeout: float) -> Outcome:
    """Solved if ``sympy.simplify`` reduces the expression to zero.

    Args:
        residual: the expression.
        timeout: limit in seconds of CPU time.
    """
    return shared_pool().call(Request("sympy-zero", residual.to_prefix()), limits=Limits(timeout))
