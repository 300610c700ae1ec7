"""The thread that gives calls to workers, watches their limits, and replaces the dead."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

from antiderive.cas.backends.command_line import CommandLineBackend
from antiderive.cas.conversation import GarbageError, ProgramConversation, PythonConversation
from antiderive.cas.outcome import Outcome
from antiderive.cas.worker import Call, ServerProcess, Worker
from antiderive.errors import AntideriveError, WorkerError

START_SECONDS = 120.0
"""A worker that is not ready by then has failed to start; the fork server loads SymPy in this time, too."""

MAX_FAILURES = 3
"""Failed starts in a row after which waiting calls get an error."""


@dataclass(frozen=True)
class Recycling:
    """When a healthy worker is replaced.

    Attributes:
        calls: after so many calls: caches and fragments of memory grow.
        idle_seconds: after so long without a call.
    """

    calls: int = 500
    idle_seconds: float = 300.0


class Dispatcher(threading.Thread):
    """All state of a pool, touched by this thread alone; others speak to it through a queue and a socket.

    Args:
        size: calls at a time.
        programs: back ends by kind of worker.
        recycling: when healthy workers are replaced.
    """

    def __init__(
        self, size: int, programs: Mapping[str, CommandLineBackend], recycling: Recycling = Recycling()
    ) -> None:
        super().__init__(name="antiderive-pool", daemon=True)
        self._size, self._programs, self._recycling = size, programs, recycling
        self._selector = selectors.DefaultSelector()
        self._bell, self._rope = socket.socketpair()
        self._bell.setblocking(False)
        self._rope.setblocking(False)
        self._selector.register(self._bell, selectors.EVENT_READ, self._on_bell)
        self._inbox: deque[Call | Future[Outcome] | None] = deque()
        self._queue: deque[Call] = deque()
        self._servers: dict[bool, ServerProcess] = {}  # by whether SymPy is loaded
        self._workers: dict[int, Worker] = {}
        self._failures: Counter[str] = Counter()
        self._numbers = count()
        self._closing = False
        self._error: str | None = None
        self._lock = threading.Lock()

    # From other threads.

    def submit(self, call: Call) -> None:
        """Queues a call; a future that is cancelled later gets its worker killed."""
        call.future.add_done_callback(self._on_done)
        with self._lock:  # nothing is queued behind the last word
            if self._error is not None:
                raise WorkerError(self._error)
            self._inbox.append(call)
        self._ring()

    def stop(self) -> None:
        """Kills everything; calls that are not done get an error."""
        self._inbox.append(None)
        self._ring()

    def _on_done(self, future: Future[Outcome]) -> None:
        if future.cancelled():
            self._inbox.append(future)
            self._ring()

    def _ring(self) -> None:
        with suppress(BlockingIOError, OSError):
            self._rope.send(b"!")

    # The thread.

    def run(self) -> None:
        """Serves until :meth:`stop`."""
        error = "the pool has failed; please report this"
        try:
            while not self._closing:
                for key, events in self._selector.select(self._patience()):
                    key.data(events)
                self._read_inbox()
                self._watch()
                self._dispatch()
            error = "the pool is closed"
        finally:
            self._end(error)

    def _on_bell(self, _events: int) -> None:
        with suppress(BlockingIOError):
            self._bell.recv(1 << 12)

    def _read_inbox(self) -> None:
        while self._inbox:
            item = self._inbox.popleft()
            if item is None:
                self._closing = True
            elif isinstance(item, Call):
                self._queue.append(item)
            else:
                for worker in self._workers.values():
                    if worker.call is not None and worker.call.future is item:
                        worker.kill(None)

    def _dispatch(self) -> None:
        """Gives waiting calls to idle workers and starts the workers that are missing."""
        occupied = sum(worker.state in ("busy", "starting") for worker in self._workers.values())
        idle: dict[str, list[Worker]] = {}
        coming: Counter[str] = Counter()
        for worker in self._workers.values():
            if worker.state == "idle":
                idle.setdefault(worker.kind, []).append(worker)
            elif worker.state == "starting":
                coming[worker.kind] += 1
        waiting: deque[Call] = deque()
        while self._queue and (occupied < self._size or coming):
            call = self._queue.popleft()
            if call.future.cancelled():
                continue
            if occupied < self._size and idle.get(call.kind):
                if self._ask(idle[call.kind][-1], call):
                    idle[call.kind].pop()
                    occupied += 1
                continue
            waiting.append(call)
            if coming[call.kind] > 0:
                coming[call.kind] -= 1
            elif occupied < self._size:
                occupied += 1
                self._start(call.kind)
            if len(waiting) >= 2 * self._size:
                break
        self._queue.extendleft(reversed(waiting))

    def _ask(self, worker: Worker, call: Call) -> bool:
        """Whether the worker has taken the call; else the call is done."""
        try:
            worker.ask(call, next(self._numbers))
        except AntideriveError as error:
            _finish(call, Outcome("unsupported", reason=str(error)))
            return False
        return True

    def _start(self, kind: str) -> None:
        program = self._programs.get(kind)
        warm = program is None
        if warm not in self._servers:
            server = ServerProcess(warm=warm)
            self._servers[warm] = server
            on_event = partial(self._on_server, warm, server)
            self._selector.register(server.control, selectors.EVENT_READ, on_event)
        conversation = PythonConversation() if program is None else ProgramConversation(program)
        worker = Worker(next(self._numbers), kind, self._servers[warm], conversation)
        self._workers[worker.id] = worker
        command = None
        if program is not None:
            command = {"command": program.command(), "environment": program.environment()}
        worker.start(command)
        worker.register(self._selector, partial(self._on_worker, worker))

    def _on_worker(self, worker: Worker, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            worker.flush()
        if worker.state == "dying" or not events & selectors.EVENT_READ:
            if worker.state == "dying":
                worker.mute()
            return
        try:
            self._hear(worker)
        except EOFError:
            worker.mute()
            worker.kill(None)
        except GarbageError as error:
            worker.kill(Outcome("crashed", reason=f"the worker {error}"))

    def _hear(self, worker: Worker) -> None:
        reply = worker.hear()
        if worker.state == "starting" and worker.conversation.ready:
            worker.state, worker.since = "idle", time.monotonic()
            self._failures[worker.kind] = 0
        if reply is None or worker.call is None:
            return
        call = worker.call
        outcome = worker.finished(reply)
        _finish(call, outcome)
        if reply.dirty or worker.calls >= self._recycling.calls:
            worker.kill(None)

    def _on_server(self, warm: bool, server: ServerProcess, _events: int) -> None:  # noqa: FBT001
        reports = server.events()
        if reports is None:
            self._server_died(warm, server)
            return
        for report in reports:
            worker = self._workers.get(report["id"])
            if worker is None:
                continue
            if report["event"] == "born":
                worker.pid = report["pid"]
            else:
                self._worker_died(worker, report)

    def _worker_died(self, worker: Worker, report: dict[str, Any]) -> None:
        if worker.state == "busy":
            # Its answer may have come before its death.
            with suppress(EOFError, GarbageError):
                self._hear(worker)
        del self._workers[worker.id]
        failed = worker.state == "starting" or not worker.conversation.ready
        worker.close()
        if failed and report.get("reason") != "":
            status = report.get("status")
            self._failed(worker.kind, report.get("reason") or f"exit status {status}")
        call = worker.call
        if call is None:
            return
        outcome = worker.died(report)
        if outcome is None:
            self._queue.appendleft(call)
        else:
            _finish(call, outcome)
        # The next call finds a worker that is ready.
        if sum(other.kind == worker.kind for other in self._workers.values()) < self._size:
            self._start(worker.kind)

    def _server_died(self, warm: bool, server: ServerProcess) -> None:  # noqa: FBT001
        self._selector.unregister(server.control)
        del self._servers[warm]
        workers = list(server.workers.values())
        reason = server.close()
        for kind in {worker.kind for worker in workers if worker.state == "starting"}:
            self._failed(kind, reason or "the fork server was killed")
        for worker in workers:
            self._worker_died(worker, {"reason": ""})

    def _failed(self, kind: str, reason: str) -> None:
        """Counts a failed start; after a few in a row, waiting calls of this kind get an error."""
        self._failures[kind] += 1
        if self._failures[kind] < MAX_FAILURES:
            return
        self._failures[kind] = 0
        message = f"workers for {kind} do not start ({MAX_FAILURES} times in a row): {reason}"
        rest = deque(call for call in self._queue if call.kind != kind)
        for call in self._queue:
            if call.kind == kind:
                _finish(call, WorkerError(message))
        self._queue = rest

    def _watch(self) -> None:
        """Kills what is past a limit, ends what has been idle for long."""
        now = time.monotonic()
        for worker in list(self._workers.values()):
            if worker.state == "busy":
                if now >= worker.check_at:
                    verdict = worker.exceeded(now)
                    if verdict is not None:
                        worker.kill(verdict)
            elif (worker.state == "starting" and now - worker.since > START_SECONDS) or (
                worker.state == "idle" and now - worker.since > self._recycling.idle_seconds
            ):
                worker.kill(None)

    def _patience(self) -> float | None:
        """Seconds until something has to be looked at."""
        now = time.monotonic()
        times = []
        for worker in self._workers.values():
            if worker.state == "busy":
                times.append(worker.check_at)
            elif worker.state == "idle":
                times.append(worker.since + self._recycling.idle_seconds)
            elif worker.state == "starting":
                times.append(worker.since + START_SECONDS)
        return max(0.0, min(times) - now) if times else None

    def _end(self, error: str) -> None:
        """Ends servers and workers; whatever is not done gets the error."""
        with self._lock:
            self._error = error
        self._read_inbox()
        servers = list(self._servers.values())
        for server in servers:
            self._selector.unregister(server.control)
            server.control.close()  # all at once, then one after the other is waited for
        for server in servers:
            server.close()
        calls = [*self._queue, *(worker.call for worker in self._workers.values() if worker.call is not None)]
        for worker in list(self._workers.values()):
            worker.close()
        self._selector.close()
        self._bell.close()
        self._rope.close()
        for call in calls:
            _finish(call, WorkerError(error))


def _finish(call: Call, result: Outcome | WorkerError) -> None:
    """Hands over the result, unless nobody waits for it any more."""
    if not call.future.set_running_or_notify_cancel():
        return
    if isinstance(result, Outcome):
        call.future.set_result(result)
    else:
        call.future.set_exception(result)
