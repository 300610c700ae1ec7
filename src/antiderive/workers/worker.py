"""The pool's side of one worker: its files, its clocks and its end. It does not know what is computed."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

from antiderive.errors import AntideriveError
from antiderive.workers import usage
from antiderive.workers.result import Result

if TYPE_CHECKING:
    from antiderive.workers.conversation import Conversation, Reply
    from antiderive.workers.limits import Limits
    from antiderive.workers.server_process import ServerProcess
    from antiderive.workers.work import Pending

CHECK_SECONDS = 0.05
"""Seconds between two checks of a busy worker; programs may exceed a CPU limit by this much."""

QUICK_SECONDS = 0.005
"""Longest last call of a worker that is sent calls ahead."""

_READ_BYTES = 1 << 18
"""More than a pipe or a socket holds, so that one read takes everything that a dead worker left."""

MAX_ATTEMPTS = 3
"""Number of times a call is started if its worker or fork server is killed from outside."""

_GRACE_SECONDS = 0.1
"""CPU seconds by which a Python worker may exceed its limit, so that the kernel's timer comes first."""


class Worker:
    """One child process and the protocol with it.

    Attributes:
        state: ``starting``, ``idle``, ``busy`` (with a call), or ``dying`` (killed, not reaped yet).
        call: the current call.
        ahead: calls sent ahead of time; officially they have not started.
        quick: whether its last call was short.
        spoiled: whether it may start calls that were taken back, so that it must be replaced after its call.
        ending: the result that was decided when it was killed; None if it was not killed, or nobody waits.
        hung_up: whether it has closed its end.
        killed: when it was killed.
        check_at: time of the next check, if it is busy or has hung up.
    """

    def __init__(self, id_: int, kind: str, server: ServerProcess, conversation: Conversation) -> None:
        self.id, self.kind, self.server, self.conversation = id_, kind, server, conversation
        self.state: Literal["starting", "idle", "busy", "dying"] = "starting"
        self.pid: int | None = None
        self.call: Pending | None = None
        self.ahead: deque[Pending] = deque()
        self.quick = self.spoiled = False
        self.ending: Result | None = None
        self.since = time.monotonic()  # the time of its last change of state
        self.calls = 0
        self.hung_up = False
        self.killed = 0.0
        self.check_at = 0.0
        self._cpu_before = self._waited_before = self._resident = 0.0
        self._when_new = self._left_behind = 0.0  # MiB
        self._peak: usage.PeakMemory | None = None
        self._unsent = b""
        self._awaits_room = False
        self._files: list[int] = []

    def start(self, command: dict[str, Any] | None) -> None:
        """Ask the server for the process: a Python child, or the program that ``command`` describes."""
        if command is None:
            ours, theirs = socket.socketpair()
            self.server.send([theirs.fileno()], do="fork", id=self.id)
            theirs.close()
            self._files = [ours.detach()]
        else:
            stdin, question = os.pipe()
            answer, stdout = os.pipe()
            self.server.send([stdin, stdout], do="run", id=self.id, **command)
            os.close(stdin)
            os.close(stdout)
            self._files = [answer, question]
        for file in self._files:
            os.set_blocking(file, False)
        self.server.workers[self.id] = self

    def register(self, selector: selectors.BaseSelector, on_event: Callable[[int], None]) -> None:
        """Listen to the worker; send the greeting."""
        self._selector, self._on_event = selector, on_event
        selector.register(self._files[0], selectors.EVENT_READ, on_event)
        self._send(self.conversation.greeting())

    def left_behind(self) -> float:
        """Return the MiB by which a program has grown since its first call: garbage and caches.

        A Python worker's growth may be permanent, such as the weights of a model; it counts as 0.
        """
        if self.conversation.measures or self.pid is None:
            return 0.0
        return max(0.0, usage.usage_of(self.pid).resident_mib - self._when_new)

    def ask(self, call: Pending, number: int) -> None:
        """Ask the question and start the clocks.

        Raises:
            AntideriveError: if the question cannot be asked; the worker is unchanged.
        """
        question = self.conversation.ask(call.work, call.limits, number)
        self._begin(call)
        if not self.conversation.measures and self.pid is not None:
            if self._peak is None:
                self._peak = usage.PeakMemory(self.pid)
            self._peak.reset()
            self._cpu_before = usage.cpu_seconds_of(self.pid)
            self._waited_before = usage.waited_seconds_of(self.pid)
            self._when_new = self._when_new or usage.usage_of(self.pid).resident_mib
            self._left_behind = self.left_behind()
        self._send(question)

    def ask_ahead(self, calls: Iterable[tuple[Pending, int]]) -> list[tuple[Pending, AntideriveError]]:
        """Send calls, each with its number, to follow the current one.

        Returns:
            The calls that cannot be asked, with the reasons.
        """
        questions, refused = [], []
        for call, number in calls:
            try:
                questions.append(self.conversation.ask(call.work, call.limits, number))
            except AntideriveError as error:
                refused.append((call, error))
            else:
                self.ahead.append(call)
        self._send(b"".join(questions))
        return refused

    def take_back(self) -> list[Pending]:
        """Take back the calls sent ahead, in order; the worker must be replaced after the current call."""
        calls = list(self.ahead)
        self.ahead.clear()
        self.spoiled = self.spoiled or bool(calls)
        return calls

    def _begin(self, call: Pending) -> None:
        """Start the clocks."""
        self.state, self.call, self.since = "busy", call, time.monotonic()
        self.calls += 1
        call.attempts += 1
        self._resident = 0.0
        self.check_at = self.since + min(CHECK_SECONDS, call.limits.wall)

    def hear(self) -> list[Reply]:
        """Read its output and return the completed replies.

        Raises:
            EOFError: if the worker has closed its end.
        """
        try:
            data = os.read(self._files[0], _READ_BYTES)
        except BlockingIOError:
            return []
        except ConnectionResetError:
            raise EOFError from None
        if not data:
            raise EOFError
        return self.conversation.hear(data)

    def flush(self) -> None:
        """Send the bytes that the worker had no room for."""
        self._send(b"")

    def _send(self, data: bytes) -> None:
        self._unsent += data
        file = self._files[-1]
        while self._unsent:
            try:
                self._unsent = self._unsent[os.write(file, self._unsent) :]
            except BlockingIOError:
                break
            except (BrokenPipeError, ConnectionResetError):
                self._unsent = b""  # the server reports the death
        self._await_room(file)

    def _await_room(self, file: int) -> None:
        """Listen for room to write, exactly while there are bytes to send."""
        if bool(self._unsent) == self._awaits_room:
            return
        self._awaits_room = bool(self._unsent)
        events = selectors.EVENT_WRITE if self._unsent else 0
        if file == self._files[0]:
            self._selector.modify(file, events | selectors.EVENT_READ, self._on_event)
        elif events:
            self._selector.register(file, events, self._on_event)
        else:
            self._selector.unregister(file)

    def finished(self, reply: Reply) -> Result:
        """Return the result of the call with its usage; the worker goes on to the next call, or is idle."""
        said = reply.result
        seconds, cpu, memory = said.seconds, said.cpu_seconds, said.memory_mib
        if self.conversation.measures:
            self._cpu_before = reply.cpu_so_far
        else:
            seconds = time.monotonic() - self.since
            if self.pid is not None and self._peak is not None:
                cpu = usage.cpu_seconds_of(self.pid) - self._cpu_before
                memory = self._peak.mib()
        memory = max(memory, self._resident)
        self.quick = seconds <= QUICK_SECONDS
        if self.ahead:
            self._begin(self.ahead.popleft())
        else:
            self.state, self.call, self.since = "idle", None, time.monotonic()
        return Result(said.status, said.value, said.reason, seconds, max(0.0, cpu), memory)

    def exceeded(self, now: float) -> Result | None:
        """Return the result of a worker that is past a limit, or that has closed its end but lives on."""
        if self.hung_up:
            return Result("crashed", reason="the worker closed its output")
        if self.call is None:
            return None
        self.check_at = now + CHECK_SECONDS
        limits = self.call.limits
        used = usage.usage_of(self.pid) if self.pid is not None else usage.Usage()
        self._resident = max(self._resident, used.resident_mib)
        cpu = used.cpu_seconds - self._cpu_before
        # Memory left by earlier calls does not count against this one.
        if used.resident_mib - self._left_behind > limits.memory_mib:
            return Result("memory", reason=f"more than {limits.memory_mib} MiB")
        if cpu >= limits.cpu_seconds + (_GRACE_SECONDS if self.conversation.measures else 0):
            return Result("timeout", reason=_cpu_limit(limits))
        if now - self.since >= limits.wall:
            return Result("timeout", reason=f"stopped after {limits.wall:g} s")
        self.check_at = min(self.check_at, self.since + limits.wall)
        if not self.conversation.measures:
            self.check_at = min(self.check_at, now + max(0.002, limits.cpu_seconds - cpu))
        return None

    def mute(self) -> None:
        """Stop listening: the worker has closed its end or is being killed."""
        if self._files and self._files[0] in self._selector.get_map():
            self._selector.unregister(self._files[0])

    def hang_up(self) -> None:
        """Note that it has closed its end. It is dead, as the server will report, or will be killed soon."""
        self.mute()
        self.hung_up = True
        self.check_at = time.monotonic() + CHECK_SECONDS
        if self.state == "idle":
            self.kill(None)

    def kill(self, ending: Result | None) -> None:
        """Have the process group killed; the server reports when it is reaped."""
        if self.state != "dying":
            self.state, self.ending, self.killed = "dying", ending, time.monotonic()
            self.server.send(do="kill", id=self.id)

    def kill_group(self) -> None:
        """Kill the group directly, since the server is dead."""
        if self.pid is not None:
            with suppress(ProcessLookupError, PermissionError):  # the group may be gone already
                os.killpg(self.pid, signal.SIGKILL)

    def died(self, event: dict[str, Any]) -> Result | None:
        """Return the result of the call that was running; None if it must be repeated.

        Args:
            event: the server's report; empty if the server itself is gone.
        """
        if self.call is None:
            return None
        status = event.get("status")
        ending = self.ending
        if ending is None and status == -signal.SIGPROF:
            ending = Result("timeout", reason=_cpu_limit(self.call.limits))
        if ending is None:
            # A SIGKILL that is not ours came from outside: not the call's fault, unless it repeats.
            if status in (None, -signal.SIGKILL) and self.call.attempts < MAX_ATTEMPTS:
                return None
            ending = Result("crashed", reason=_death(status))
        return Result(
            ending.status,
            reason=ending.reason,
            seconds=time.monotonic() - self.since,
            cpu_seconds=max(0.0, event.get("cpu_seconds", 0.0) - self._cpu_before - self._waited_before),
            memory_mib=self._resident or event.get("memory_mib", 0.0),
        )

    def close(self) -> None:
        """Close the files; the process is gone."""
        self.server.workers.pop(self.id, None)
        for file in self._files:
            if file in self._selector.get_map():
                self._selector.unregister(file)
            os.close(file)
        self._files = []
        if self._peak is not None:
            self._peak.close()


def _cpu_limit(limits: Limits) -> str:
    return f"stopped after {limits.cpu_seconds:g} s of CPU time"


def _death(status: int | None) -> str:
    if status is None:
        return "the fork server was killed during every attempt of the call"
    if status >= 0:
        return f"the worker ended with exit status {status}"
    name = signal.Signals(-status).name if -status in signal.valid_signals() else str(-status)
    return f"the worker was killed by {name}"
