"""Work on a long sequence in several processes, in order and in constant memory."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from antiderive.errors import DataError
from antiderive.workers import end_with_parent

T = TypeVar("T")
R = TypeVar("R")


def ordered_map(function: Callable[[T], R], items: Iterable[T], workers: int) -> Generator[R, None, None]:
    """Map in order, with a few items in flight per process; with one worker, in this process.

    Raises:
        DataError: if a process is killed, for example when memory runs out.
    """
    if workers == 1:
        yield from map(function, items)
        return
    # Not forked: this process has threads.
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_belong_to, initargs=(os.getpid(),))
    pending: deque[Future[R]] = deque()
    ended = False
    try:
        for item in items:
            pending.append(pool.submit(function, item))
            if len(pending) > 2 * workers:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
        ended = True
    except BrokenProcessPool as error:
        raise DataError("a worker process was killed; try again with fewer workers") from error
    finally:
        if not ended:  # what they are at is of no use to anybody
            for process in set(multiprocessing.active_children()) - others:
                process.kill()
        pool.shutdown(cancel_futures=True)


def _belong_to(parent: int) -> None:
    """In a worker: signals are the parent's to handle, and the worker ends with it, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    end_with_parent(parent)
