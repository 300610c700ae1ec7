"""The talk with one worker: what to send, and what the bytes that come back mean. It touches no process."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol

from antiderive.errors import SettingError
from antiderive.workers.limits import Limits
from antiderive.workers.result import Result
from antiderive.workers.wire import Unpacker, pack
from antiderive.workers.work import Call, Program, Question, Work, name_of

_MAX_OUTPUT = 2 << 20
"""Longest answer of a program, in bytes."""


@dataclass(frozen=True)
class Reply:
    """An answer of a worker.

    Attributes:
        result: how the call ended; its times and memory are zero if the worker does not know them.
        cpu_so_far: CPU time of the worker since its start, in seconds, if it knows.
        dirty: whether something of the call is still running, so that the worker has to go.
    """

    result: Result
    cpu_so_far: float = 0.0
    dirty: bool = False


class Conversation(Protocol):
    """One side of the talk with one worker.

    Attributes:
        ready: whether it has started.
        garbage: what it has done that no healthy worker does; empty if nothing.
        queues: whether a question may be sent before the one before it is answered.
        measures: whether its replies say what the calls have used.
    """

    ready: bool
    garbage: str
    queues: bool
    measures: bool

    def greeting(self) -> bytes:
        """The bytes that are sent once after the start."""

    def ask(self, work: Work, limits: Limits, number: int) -> bytes:
        """The bytes of a question; ``number`` is never used twice.

        Raises:
            AntideriveError: if the question cannot be put.
        """

    def hear(self, data: bytes) -> list[Reply]:
        """Take what has come; the replies that it completes, in order. Sets ``ready`` after the start."""


class PythonConversation:
    """With a child that runs :mod:`antiderive.workers.child`."""

    queues = measures = True

    def __init__(self) -> None:
        self.ready, self.garbage = False, ""
        self._unpacker = Unpacker()
        self._numbers: deque[int] = deque()  # of the questions that are not answered

    def greeting(self) -> bytes:
        """Nothing: the child reports by itself."""
        return b""

    def ask(self, work: Work, limits: Limits, number: int) -> bytes:
        """The call in the form of :func:`antiderive.workers.child.serve`."""
        if not isinstance(work, Call):
            raise SettingError("a Python worker calls functions; a question is for a program")
        name = name_of(work.function)
        try:
            call = pack([number, name, work.arguments, limits.cpu_seconds, limits.memory_mib])
        except (TypeError, ValueError, RecursionError) as error:
            raise SettingError(
                f"{name} cannot be called in a worker with these arguments: {error}"
            ) from error
        self._numbers.append(number)
        return call

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
                    result = Result(status, value, reason, seconds, cpu_seconds, peak)
                    replies.append(Reply(result, so_far, dirty))
        except (ValueError, TypeError, RecursionError) as error:
            self.garbage = f"wrote what is no answer ({error})"
        return replies


class ProgramConversation:
    """With a program that is kept running."""

    queues = measures = False

    def __init__(self, program: Program) -> None:
        self.ready, self.garbage = False, ""
        self._program = program
        self._output = bytearray()
        self._tag: str | None = "ready"

    def greeting(self) -> bytes:
        """The program's prelude."""
        return self._program.prelude().encode()

    def ask(self, work: Work, limits: Limits, number: int) -> bytes:  # noqa: ARG002
        """The program's question; output that belongs to an earlier one is dropped."""
        if not isinstance(work, Question):
            raise SettingError(f"{self._program.name} takes questions; a function is for a Python worker")
        tag = f"answer{number}"
        text = self._program.question(work.content, tag)
        self._output.clear()
        self._tag = tag
        return text.encode()

    def hear(self, data: bytes) -> list[Reply]:
        """Collect output until the program's answer is complete."""
        if self._tag is None:
            return []  # chatter between questions
        self._output += data
        if len(self._output) > _MAX_OUTPUT:
            reason = f"an answer longer than {_MAX_OUTPUT >> 20} MiB"
            if not self.ready:
                self.garbage = f"started with {reason}"
                return []
            return [Reply(Result("refused", reason=reason), dirty=True)]
        output, tag = bytes(self._output), self._tag
        if not self._program.finished(output, tag):
            return []
        self._tag = None
        self._output.clear()
        if not self.ready:
            self.ready = True
            return []
        return [Reply(Result("returned", self._program.answer(output.decode(errors="replace"), tag)))]
