"""The thread that gives calls to workers, enforces their limits, and replaces dead ones."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

from antiderive.errors import AntideriveError, WorkerError
from antiderive.workers.conversation import ProgramConversation, PythonConversation
from antiderive.workers.result import Result
from antiderive.workers.server_process import ServerProcess
from antiderive.workers.work import Pending, Program, Question
from antiderive.workers.worker import Worker

START_SECONDS = 900.0
"""Wall-clock time after which a worker that is not ready has failed to start. The fork server preloads within
it: SymPy takes 6 s of CPU time, and took more than two minutes on a crowded machine."""

STUCK_SECONDS = 10.0
"""Time after which a server that has not reaped a killed worker is killed itself."""

MAX_FAILURES = 3
"""Consecutive failed starts after which waiting calls get an error."""

MOST_AHEAD = 8
"""Calls sent ahead to a worker while its calls are short, so that it does not wait for this thread."""


@dataclass(frozen=True)
class Recycling:
    """Conditions for replacing a healthy worker.

    Attributes:
        calls: number of calls; caches and memory fragmentation grow with them.
        memory_mib: growth of a program since its start, after a call.
        idle_seconds: time without a call.
    """

    calls: int = 500
    memory_mib: int = 512
    idle_seconds: float = 300.0


class Dispatcher(threading.Thread):
    """The thread that owns the state of a pool; other threads reach it through a queue and a socket.

    Args:
        size: concurrent calls.
        recycling: when healthy workers are replaced.
        preload: called once before Python workers are forked.
    """

    def __init__(self, size: int, recycling: Recycling, preload: Callable[[], object] | None) -> None:
        super().__init__(name="antiderive-pool", daemon=True)
        self._size, self._recycling, self._preload = size, recycling, preload
        self._programs: dict[str, Program] = {}  # programs asked so far, by name
        self._selector = selectors.DefaultSelector()
        self._wakeup_receiver, self._wakeup_sender = socket.socketpair()
        self._wakeup_receiver.setblocking(False)
        self._wakeup_sender.setblocking(False)
        self._selector.register(self._wakeup_receiver, selectors.EVENT_READ, self._on_wakeup)
        self._inbox: deque[Pending | Future[Result] | None] = deque()
        self._queues: dict[str, deque[Pending]] = {}  # by kind; never empty between events
        self._servers: dict[bool, ServerProcess] = {}  # by whether they have preloaded
        self._workers: dict[int, Worker] = {}
        self._failures: Counter[str] = Counter()
        self._numbers = count()
        self._closing = self._wakeup_sent = False
        self._error: str | None = None
        self._lock = threading.Lock()

    # Called from other threads.

    def submit(self, call: Pending) -> None:
        """Queue a call; cancelling its future kills its worker."""
        call.future.add_done_callback(self._on_done)
        with self._lock:  # nothing is queued after the end
            if self._error is not None:
                raise WorkerError(self._error)
            self._inbox.append(call)
        self._wake_up()

    def stop(self) -> None:
        """Kill everything; unfinished calls get an error."""
        self._inbox.append(None)
        self._wake_up()

    def _on_done(self, future: Future[Result]) -> None:
        if future.cancelled():
            self._inbox.append(future)
            self._wake_up()

    def _wake_up(self) -> None:
        if self._wakeup_sent:
            return  # the previous one has not been read yet
        self._wakeup_sent = True
        with suppress(BlockingIOError, OSError):
            self._wakeup_sender.send(b"w")

    # Called in the thread.

    def run(self) -> None:
        """Serve until :meth:`stop`."""
        error = "the pool has failed; please report this"
        next_check: float | None = None
        try:
            while not self._closing:
                patience = None if next_check is None else max(0.0, next_check - time.monotonic())
                for key, events in self._selector.select(patience):
                    key.data(events)
                self._read_inbox()
                if next_check is not None and time.monotonic() >= next_check:
                    self._watch()
                if self._queues:
                    self._dispatch()
                next_check = self._next_check()
            error = "the pool is closed"
        finally:
            self._end(error)

    def _on_wakeup(self, _events: int) -> None:
        with suppress(BlockingIOError):
            self._wakeup_receiver.recv(1 << 12)
        self._wakeup_sent = False  # before the inbox is read: a later arrival sends another

    def _read_inbox(self) -> None:
        while self._inbox:
            item = self._inbox.popleft()
            if item is None:
                self._closing = True
            elif isinstance(item, Pending):
                item.number = next(self._numbers)
                if isinstance(item.work, Question):
                    self._programs[item.kind] = item.work.program
                self._queues.setdefault(item.kind, deque()).append(item)
            else:
                for worker in self._workers.values():
                    if worker.call is not None and worker.call.future is item:
                        self._kill(worker, None)

    def _dispatch(self) -> None:
        """Give waiting calls to idle workers, the oldest first, and start the workers that are missing."""
        busy = sum(worker.state == "busy" for worker in self._workers.values())
        for kind, queue in sorted(self._queues.items(), key=lambda item: item[1][0].number):
            workers = [worker for worker in self._workers.values() if worker.kind == kind]
            idle = [worker for worker in workers if worker.state == "idle"]
            while queue and (queue[0].future.cancelled() or (idle and busy < self._size)):
                call = queue.popleft()
                if not call.future.cancelled() and self._ask(idle[-1], call):
                    idle.pop()
                    busy += 1
            # Other kinds wait their turn: they would also wait for the calls ahead.
            if queue and busy >= self._size and len(self._queues) == 1:
                self._ask_ahead(queue, [worker for worker in workers if worker.state == "busy"])
            if queue:
                self._start_missing(kind, len(queue), workers)
            if not queue:
                self._queues.pop(kind, None)

    def _start_missing(self, kind: str, waiting: int, workers: list[Worker]) -> None:
        starting = sum(worker.state == "starting" for worker in workers)
        alive = sum(worker.state != "dying" for worker in workers)
        for _ in range(min(waiting - starting, self._size - alive)):
            try:
                self._start(kind)
            except OSError as error:  # out of processes or files: another try would fail too
                self._failures[kind] = MAX_FAILURES
                self._failed(kind, str(error))

    def _ask(self, worker: Worker, call: Pending) -> bool:
        """Give a call to a worker; return False if it cannot be asked, and then the call is finished."""
        try:
            worker.ask(call, next(self._numbers))
        except AntideriveError as error:
            _finish(call, Result("refused", reason=str(error)))
            return False
        return True

    def _ask_ahead(self, queue: deque[Pending], workers: list[Worker]) -> None:
        """Send calls to workers that are busy with short ones, equally many to each."""
        quick = [one for one in workers if one.quick and not one.spoiled and one.conversation.queues]
        for left, worker in zip(range(len(quick), 0, -1), quick, strict=True):
            sent = worker.calls + len(worker.ahead)
            room = min(MOST_AHEAD - len(worker.ahead), self._recycling.calls - sent)
            share = [queue.popleft() for _ in range(min(room, -(-len(queue) // left)))]
            calls = [(call, next(self._numbers)) for call in share if not call.future.cancelled()]
            for call, error in worker.ask_ahead(calls) if calls else ():
                _finish(call, Result("refused", reason=str(error)))

    def _take_back(self, worker: Worker) -> None:
        """Return the calls that a worker was sent ahead to the queue."""
        if worker.ahead:
            calls = worker.take_back()
            self._queues.setdefault(worker.kind, deque()).extendleft(reversed(calls))

    def _kill(self, worker: Worker, ending: Result | None) -> None:
        self._take_back(worker)
        worker.kill(ending)

    def _start(self, kind: str) -> None:
        program = self._programs.get(kind)
        preloaded = self._preload is not None and program is None
        if preloaded not in self._servers:
            server = ServerProcess(self._preload if preloaded else None)
            self._servers[preloaded] = server
            on_event = partial(self._on_server, preloaded, server)
            self._selector.register(server.control, selectors.EVENT_READ, on_event)
        conversation = PythonConversation() if program is None else ProgramConversation(program)
        worker = Worker(next(self._numbers), kind, self._servers[preloaded], conversation)
        command = None
        if program is not None:
            command = {"command": program.command(), "environment": program.environment()}
        worker.start(command)
        self._workers[worker.id] = worker
        worker.register(self._selector, partial(self._on_worker, worker))

    def _on_worker(self, worker: Worker, events: int) -> None:
        if worker.id not in self._workers:
            return  # an event before this one has closed it
        if worker.state == "dying":
            worker.mute()
            return
        try:
            if events & selectors.EVENT_WRITE:
                worker.flush()
            if events & ~selectors.EVENT_WRITE:
                self._hear(worker)
        except EOFError:
            worker.hang_up()

    def _hear(self, worker: Worker) -> None:
        replies = worker.hear()
        if worker.state == "starting" and worker.conversation.ready:
            worker.state, worker.since = "idle", time.monotonic()
            self._failures[worker.kind] = 0
        for reply in replies:
            if worker.call is None:
                return
            call, calls = worker.call, worker.calls
            result = worker.finished(reply)
            _finish(call, result)
            most = self._recycling.memory_mib
            bloated = result.memory_mib > most and worker.left_behind() > most
            if reply.dirty or worker.spoiled or bloated or calls >= self._recycling.calls:
                self._kill(worker, None)
                return
        if worker.conversation.garbage:
            self._kill(worker, Result("crashed", reason=f"the worker {worker.conversation.garbage}"))
        elif worker.call is not None and worker.call.future.cancelled():
            self._kill(worker, None)  # it was cancelled while queued ahead

    def _on_server(self, preloaded: bool, server: ServerProcess, _events: int) -> None:
        reports = server.events()
        if reports is None:
            self._server_died(preloaded, server)
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
            # The answer may have arrived before the death.
            with suppress(EOFError):
                self._hear(worker)
        del self._workers[worker.id]
        failed = worker.state == "starting" or not worker.conversation.ready
        worker.close()
        if failed and report:
            self._failed(worker.kind, report.get("reason") or f"exit status {report['status']}")
        call = worker.call
        if call is None:
            return
        result = worker.died(report)
        self._take_back(worker)
        if result is None:
            self._queues.setdefault(call.kind, deque()).appendleft(call)
        else:
            _finish(call, result)
        # The next call finds a ready worker; if none can start, that call reports it.
        if sum(other.kind == worker.kind for other in self._workers.values()) < self._size:
            with suppress(OSError):
                self._start(worker.kind)

    def _server_died(self, preloaded: bool, server: ServerProcess) -> None:
        self._selector.unregister(server.control)
        del self._servers[preloaded]
        workers = list(server.workers.values())
        reason = server.close()
        for kind in {worker.kind for worker in workers if worker.state == "starting"}:
            self._failed(kind, reason or "the fork server was killed")
        for worker in workers:
            self._worker_died(worker, {})

    def _failed(self, kind: str, reason: str) -> None:
        """Count a failed start; after several in a row, waiting calls of this kind get an error."""
        self._failures[kind] += 1
        if self._failures[kind] < MAX_FAILURES:
            return
        self._failures[kind] = 0
        queue = self._queues.pop(kind, deque())
        while queue:
            _finish(queue.popleft(), WorkerError(f"workers for {kind} fail to start: {reason}"))

    def _watch(self) -> None:
        """Kill workers past a limit, and end workers that have been idle for long."""
        now = time.monotonic()
        for worker in list(self._workers.values()):
            if worker.state == "busy" or (worker.hung_up and worker.state == "starting"):
                if now >= worker.check_at:
                    self._take_back(worker)  # this call is not short: the calls ahead must not wait for it
                    ending = worker.exceeded(now)
                    if ending is not None:
                        self._kill(worker, ending)
            elif (worker.state == "starting" and now - worker.since > START_SECONDS) or (
                worker.state == "idle" and now - worker.since > self._recycling.idle_seconds
            ):
                self._kill(worker, None)
            elif worker.state == "dying" and now - worker.killed > STUCK_SECONDS:
                worker.server.process.kill()

    def _next_check(self) -> float | None:
        """Return the time of the next check."""
        times = []
        for worker in self._workers.values():
            if worker.state == "dying":
                times.append(worker.killed + STUCK_SECONDS)
            elif worker.state == "busy" or worker.hung_up:
                times.append(worker.check_at)
            elif worker.state == "idle":
                times.append(worker.since + self._recycling.idle_seconds)
            else:
                times.append(worker.since + START_SECONDS)
        return min(times, default=None)

    def _end(self, error: str) -> None:
        """End servers and workers; unfinished calls get the error."""
        with self._lock:
            self._error = error
        self._read_inbox()
        servers = list(self._servers.values())
        for server in servers:
            self._selector.unregister(server.control)
            server.control.close()  # all at once, then wait for each
        for server in servers:
            server.close()
        calls = [call for queue in self._queues.values() for call in queue]
        for worker in self._workers.values():
            calls += worker.ahead if worker.call is None else [worker.call, *worker.ahead]
        for worker in list(self._workers.values()):
            worker.close()
        self._selector.close()
        self._wakeup_receiver.close()
        self._wakeup_sender.close()
        for call in calls:
            _finish(call, WorkerError(error))


def _finish(call: Pending, result: Result | WorkerError) -> None:
    """Deliver the result, unless the call was cancelled."""
    if not call.future.set_running_or_notify_cancel():
        return
    if isinstance(result, Result):
        call.future.set_result(result)
    else:
        call.future.set_exception(result)
