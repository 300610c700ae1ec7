"""How one speaks with a worker: what to send, and what the bytes that come back mean. Touches no process."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Protocol

from antiderive._core import Expr
from antiderive.cas.backends.command_line import CommandLineBackend
from antiderive.cas.outcome import Outcome
from antiderive.cas.request import Limits, Request
from antiderive.cas.wire import Unpacker, pack

_MAX_OUTPUT = 2 << 20
"""Longest answer of a program, in bytes."""


@dataclass(frozen=True)
class Reply:
    """What a worker has answered.

    Attributes:
        outcome: the outcome; its times and memory are zero if the worker does not know them.
        cpu_so_far: CPU time of the worker since its start, in seconds, if it knows.
        dirty: whether something of the call is still running, so that the worker has to go.
    """

    outcome: Outcome
    cpu_so_far: float = 0.0
    dirty: bool = False


class Conversation(Protocol):
    """One side of the talk with one worker.

    Attributes:
        ready: whether it has started.
        garbage: what it has done that no healthy worker does; empty if nothing.
        queues: whether a question may be sent before the one before it is answered.
    """

    ready: bool
    garbage: str
    queues: bool

    def greeting(self) -> bytes:
        """What is sent once after the start."""

    def ask(self, request: Request, limits: Limits, number: int) -> bytes:
        """The bytes of a question; ``number`` is never used twice.

        Raises:
            AntideriveError: if the question cannot be put.
        """

    def hear(self, data: bytes) -> list[Reply]:
        """Takes what has come; the replies that it completes, in order. Sets ``ready`` after the start."""


class PythonConversation:
    """With a child that runs :mod:`antiderive.cas.child`."""

    queues = True

    def __init__(self) -> None:
        self.ready, self.garbage = False, ""
        self._unpacker = Unpacker()
        self._numbers: deque[int] = deque()  # of the questions that are not answered

    def greeting(self) -> bytes:
        """Nothing: the child reports by itself."""
        return b""

    def ask(self, request: Request, limits: Limits, number: int) -> bytes:
        """The question in the form of :func:`antiderive.cas.child.serve`."""
        self._numbers.append(number)
        question = [number, request.method, request.expression, request.variable]
        return pack([*question, limits.cpu_seconds, limits.memory_mib])

    def hear(self, data: bytes) -> list[Reply]:
        """The answers to the questions, in their order; an answer to any other is not taken."""
        replies = []
        try:
            for message in self._unpacker.feed(data):
                if message == "ready":
                    self.ready = True
                    continue
                number, status, value, reason, seconds, cpu_seconds, so_far, peak, dirty = message
                if self._numbers and number == self._numbers[0]:
                    self._numbers.popleft()
                    outcome = Outcome(status, value, reason, seconds, cpu_seconds, peak)
                    replies.append(Reply(outcome, so_far, dirty))
        except (ValueError, TypeError, RecursionError) as error:
            self.garbage = f"wrote what is no answer ({error})"
        return replies


class ProgramConversation:
    """With a program, through its back end."""

    queues = False

    def __init__(self, backend: CommandLineBackend) -> None:
        self.ready, self.garbage = False, ""
        self._backend = backend
        self._output = bytearray()
        self._tag: str | None = "ready"

    def greeting(self) -> bytes:
        """The back end's prelude."""
        return self._backend.prelude().encode()

    def ask(self, request: Request, limits: Limits, number: int) -> bytes:  # noqa: ARG002
        """The back end's question; output that belongs to an earlier one is dropped."""
        tag = f"answer{number}"
        text = self._backend.question(Expr.from_prefix(request.expression), request.variable, tag)
        self._output.clear()
        self._tag = tag
        return text.encode()

    def hear(self, data: bytes) -> list[Reply]:
        """Collects output until the back end finds the answer complete."""
        if self._tag is None:
            return []  # chatter between questions
        self._output += data
        if len(self._output) > _MAX_OUTPUT:
            reason = f"an answer longer than {_MAX_OUTPUT >> 20} MiB"
            if not self.ready:
                self.garbage = f"started with {reason}"
                return []
            return [Reply(Outcome("unsupported", reason=reason), dirty=True)]
        output, tag = bytes(self._output), self._tag
        if not self._backend.finished(output, tag):
            return []
        self._tag = None
        self._output.clear()
        if not self.ready:
            self.ready = True
            return []
        outcome = self._backend.answer(output.decode(errors="replace"), tag)
        return [Reply(replace(outcome, seconds=0.0, cpu_seconds=0.0, memory_mib=0.0))]
