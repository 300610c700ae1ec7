"""Work for a worker: a function with its arguments, or a question to a program that is kept running."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from antiderive.errors import SettingError

if TYPE_CHECKING:
    from antiderive.workers.limits import Limits
    from antiderive.workers.result import Result

PYTHON = "python"
"""Kind of worker that calls functions; all other kinds are names of programs."""


class Program(Protocol):
    """A program that is kept running: questions on its standard input, answers on its standard output.

    An implementation has no state and starts no process: the pool owns the child, its limits and its end.
    """

    @property
    def name(self) -> str:
        """Name that is unique among the programs of a pool."""

    def command(self) -> list[str]:
        """Return the command line, the program first."""

    def environment(self) -> dict[str, str]:
        """Return environment variables to add for the child."""

    def prelude(self) -> str:
        """Return text to send at the start; the child is ready when :meth:`finished` holds for ``ready``."""

    def question(self, content: Any, tag: str) -> str:  # noqa: ANN401  (as the question has it)
        """Return text that asks the question and makes the program print ``tag`` after the answer.

        Raises:
            AntideriveError: if the program cannot be asked the question.
        """

    def finished(self, output: bytes, tag: str) -> bool:
        """Tell whether the output so far holds the whole answer to the question with this tag."""

    def answer(self, output: str, tag: str) -> Any:  # noqa: ANN401  (the value of the result)
        """Return the value in the output; never raises, whatever a program prints."""


@dataclass(frozen=True)
class Call:
    """A function to call in a Python worker.

    Attributes:
        function: a function at the top of a module, which the worker imports by name.
        arguments: its arguments. They, and the value that it returns, must be representable in JSON.
        limits: limits of this call; by default those that the caller gives for all, else those of the pool.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    limits: Limits | None = None

    @property
    def kind(self) -> str:
        """Kind of worker that it needs."""
        return PYTHON


@dataclass(frozen=True)
class Question:
    """A question to a program.

    Attributes:
        program: the program to ask.
        content: the question, as :meth:`Program.question` takes it.
        limits: limits of this question; by default those that the caller gives for all, else those of the
            pool.
    """

    program: Program
    content: Any
    limits: Limits | None = None

    @property
    def kind(self) -> str:
        """Kind of worker that it needs."""
        return self.program.name


Work = Call | Question


@dataclass(eq=False)
class Pending:
    """Queued or running work.

    Attributes:
        limits: effective limits.
        number: position in the order of arrival.
        attempts: number of times it has been started.
    """

    work: Work
    limits: Limits
    future: Future[Result] = field(default_factory=Future)
    number: int = 0
    attempts: int = 0

    @property
    def kind(self) -> str:
        """Kind of worker that it needs."""
        return self.work.kind


def name_of(function: Callable[..., Any]) -> str:
    """Return the name, ``package.module:function``, by which a worker imports a function.

    Raises:
        SettingError: if other processes cannot import it.

    >>> from math import factorial
    >>> name_of(factorial)
    'math:factorial'
    """
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", None)
    if not module or not name or module == "__main__" or "<" in name:
        raise SettingError(
            f"a worker cannot import {function!r}; move it to the top level of a module that is not a script"
        )
    return f"{module}:{name}"


@cache
def function_named(name: str) -> Callable[..., Any]:
    """Return the function with a name from :func:`name_of`; importing it may take a while.

    Raises:
        ImportError: if there is no such module.
        AttributeError: if there is no such function in it.
    """
    module, _, path = name.partition(":")
    found: Any = import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    function: Callable[..., Any] = found
    return function
