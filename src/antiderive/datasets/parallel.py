"""Work on a long sequence in several processes, in order and in constant memory."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from antiderive.errors import DataError

T = TypeVar("T")
R = TypeVar("R")


def ordered_map(function: Callable[[T], R], items: Iterable[T], workers: int) -> Iterator[R]:
    """Map in order, with a few items in flight per process; with one worker, in this process.

    Raises:
        DataError: if a process is killed, for example when memory runs out.
    """
    if workers == 1:
        yield from map(function, items)
        return
    # Not forked: this process has threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_interrupts_alone) as pool:
        pending: deque[Future[R]] = deque()
        try:
            for item in items:
                pending.append(pool.submit(function, item))
                if len(pending) > 2 * workers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        except BrokenProcessPool as error:
            raise DataError("a worker process was killed; try again with fewer workers") from error
        finally:
            pool.shutdown(cancel_futures=True)


def _leave_interrupts_alone() -> None:
    """Ignore Ctrl-C: the parent handles it and stops giving work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
