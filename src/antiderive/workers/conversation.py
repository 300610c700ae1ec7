"""The protocol with one worker: bytes to send, and the meaning of bytes received. It touches no process."""

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
    """A worker's answer.

    Attributes:
        result: how the call ended; its times and memory are zero if the worker does not know them.
        cpu_so_far: CPU time of the worker since its start, in seconds, if it knows.
        dirty: whether part of the call is still running, so that the worker must be replaced.
    """

    result: Result
    cpu_so_far: float = 0.0
    dirty: bool = False


class Conversation(Protocol):
    """The pool's side of the protocol with one worker.

    Attributes:
        ready: whether the worker has started.
        garbage: description of malformed output; empty if there was none.
        queues: whether a question may be sent before the previous one is answered.
        measures: whether its replies report the resources used.
    """

    ready: bool
    garbage: str
    queues: bool
    measures: bool

    def greeting(self) -> bytes:
        """Return the bytes to send once after the start."""

    def ask(self, work: Work, limits: Limits, number: int) -> bytes:
        """Return the bytes of a question; ``number`` is never used twice.

        Raises:
            AntideriveError: if the question cannot be asked.
        """

    def hear(self, data: bytes) -> list[Reply]:
        """Take received bytes; return the completed replies, in order. Sets ``ready`` after the start."""


class PythonConversation:
    """Protocol with a child that runs :mod:`antiderive.workers.child`."""

    queues = measures = True

    def __init__(self) -> None:
        self.ready, self.garbage = False, ""
        self._unpacker = Unpacker()
        self._numbers: deque[int] = deque()  # of the unanswered questions

    def greeting(self) -> bytes:
        """Return nothing: the child reports by itself."""
        return b""

    def ask(self, work: Work, limits: Limits, number: int) -> bytes:
        """Return the call in the form of :func:`antiderive.workers.child.serve`."""
        if not isinstance(work, Call):
            raise SettingError("a Python worker takes calls, not questions; ask a program")
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
        """Return the answers to the questions, in order; answers to other questions are ignored."""
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
            self.garbage = f"wrote a malformed answer ({error})"
        return replies


class ProgramConversation:
    """Protocol with a program that is kept running."""

    queues = measures = False

    def __init__(self, program: Program) -> None:
        self.ready, self.garbage = False, ""
        self._program = program
        self._output = bytearray()
        self._tag: str | None = "ready"

    def greeting(self) -> bytes:
        """Return the program's prelude."""
        return self._program.prelude().encode()

    def ask(self, work: Work, limits: Limits, number: int) -> bytes:  # noqa: ARG002
        """Return the program's question, and drop output that belongs to an earlier one."""
        if not isinstance(work, Question):
            raise SettingError(f"{self._program.name} takes questions, not calls; use a Python worker")
        tag = f"answer{number}"
        text = self._program.question(work.content, tag)
        self._output.clear()
        self._tag = tag
        return text.encode()

    def hear(self, data: bytes) -> list[Reply]:
        """Collect output until the program's answer is complete."""
        if self._tag is None:
            return []  # output between questions
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
