"""Asking computer algebra systems in workers: a request goes in, an outcome comes out."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from typing import TypeVar

from antiderive.cas.backends import SYMPY_METHODS, program_named
from antiderive.cas.methods import added_method
from antiderive.cas.outcome import Outcome
from antiderive.cas.request import Request
from antiderive.cas.running import load_sympy, run
from antiderive.errors import (
    LimitError,
    MissingExtraError,
    ParseError,
    UndefinedError,
    UnsupportedError,
    WorkerError,
)
from antiderive.expressions import Expr
from antiderive.workers import Call, Caller, Limits, Pool, Question, Result, Work

Key = TypeVar("Key")

_GRACE_SECONDS = 0.5
"""CPU seconds beyond its limit for a method that keeps the limit from inside, and for loading it."""


def ask(pool: Caller, request: Request, *, limits: Limits | None = None) -> Outcome:
    """Ask one request and return its outcome. An exception raised meanwhile, such as Ctrl-C, kills the call.

    Args:
        pool: pool for the call.
        request: the request.
        limits: limits of the call, unless the request has its own; by default those of the pool.

    Raises:
        SettingError: for an unknown method.
        MissingExtraError: if SymPy is asked for and not installed.
        WorkerError: if the program is not installed, workers cannot start, or the pool is closed.
    """
    work = _work_of(request, limits or pool.limits)
    if isinstance(work, Outcome):
        return work
    return _outcome_of(request, pool.call(work, limits=limits))


def ask_all(
    pool: Caller,
    requests: Iterable[tuple[Key, Request]],
    *,
    limits: Limits | None = None,
    idle: Callable[[], None] | None = None,
) -> Generator[tuple[Key, Outcome], None, None]:
    """Yield outcomes with the keys of their requests, in order of completion.

    Requests are taken from the iterable as needed, a few ahead. Closing the iterator kills the calls in
    flight.

    Args:
        pool: pool for the calls.
        requests: requests with their keys.
        limits: limits of each call, unless its request has its own; by default those of the pool.
        idle: called about once a second while no outcome arrives.

    Raises:
        SettingError: for an unknown method.
        MissingExtraError: if SymPy is asked for and not installed.
        WorkerError: if a program is not installed, workers cannot start, or the pool is closed.
    """
    refused: deque[tuple[Key, Outcome]] = deque()

    def work() -> Iterator[tuple[tuple[Key, Request], Work]]:
        for key, request in requests:
            made = _work_of(request, limits or pool.limits)
            if isinstance(made, Outcome):
                refused.append((key, made))
            else:
                yield (key, request), made

    with closing(pool.map(work(), limits=limits, idle=idle)) as results:
        for (key, request), result in results:
            while refused:
                yield refused.popleft()
            yield key, _outcome_of(request, result)
    yield from refused


def open_pool(workers: int = 1, *, limits: Limits | None = None) -> Pool:
    """Open a pool whose Python workers have SymPy loaded; close it, or use it in a ``with`` statement.

    Args:
        workers: concurrent calls.
        limits: limits of every call without its own.

    Raises:
        SettingError: if ``workers`` is less than 1.
    """
    return Pool(workers, limits=limits or Limits(), preload=load_sympy)


_shared: Pool | None = None
_shared_lock = threading.Lock()


def shared_pool() -> Pool:
    """Return the pool of this process for single calls, with a worker for each CPU."""
    global _shared  # noqa: PLW0603  (one for each process is the point)
    with _shared_lock:
        if _shared is None or _shared.pid != os.getpid():
            _shared = open_pool(os.cpu_count() or 1)
        return _shared


def prove_zero_sympy(residual: Expr, *, timeout: float) -> Outcome:
    """Ask SymPy for a proof of zero; the outcome is ``solved`` if ``sympy.simplify`` reduces to zero.

    Args:
        residual: the expression.
        timeout: limit in seconds of CPU time.
    """
    return ask(shared_pool(), Request("sympy-zero", residual.to_prefix()), limits=Limits(timeout))


def _work_of(request: Request, limits: Limits) -> Work | Outcome:
    """What the pool is given; the outcome at once if the system cannot be asked that.

    Integrands are read here and not by the pool, whose one thread would keep all other calls waiting.
    """
    method = request.method
    added = added_method(method)
    if added is not None and added.function is not None:
        bounds = request.limits or limits
        arguments = (request.expression, request.variable, bounds.cpu_seconds)
        bounds = replace(bounds, cpu_seconds=bounds.cpu_seconds + _GRACE_SECONDS)
        return Call(added.function, arguments, bounds)
    if method in SYMPY_METHODS and find_spec("sympy") is None:
        raise MissingExtraError("SymPy as a back end", "cas")
    if method in SYMPY_METHODS or ":" in method:
        return Call(run, (method, request.expression, request.variable), request.limits)
    program = program_named(method)
    if program.find() is None:
        raise WorkerError(f"{method} is not installed: no such program on PATH")
    try:
        return Question(program, program.statement(request), request.limits)
    except (UnsupportedError, ParseError, LimitError, UndefinedError) as error:
        return Outcome("unsupported", reason=str(error))


def _outcome_of(request: Request, result: Result) -> Outcome:
    if result.status != "returned":
        return Outcome.stopped(result)
    if isinstance(result.value, str):
        said = program_named(request.method).outcome(request, result.value)
    else:
        status, value, reason, evidence = result.value
        said = Outcome(status, value, reason, evidence=tuple(tuple(part) for part in evidence))
    return replace(said, seconds=result.seconds, cpu_seconds=result.cpu_seconds, memory_mib=result.memory_mib)
