"""What the pool has to know of a computer algebra system that it talks to through a command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from antiderive._core import Expr
    from antiderive.cas.outcome import Outcome


class CommandLineBackend(Protocol):
    """A program that is kept running: questions on its standard input, answers on its standard output.

    An implementation holds no state and starts no process: the pool owns the child, its limits and its death.
    """

    @property
    def name(self) -> str:
        """Name of the method on the command line and in rows of labels, as ``fricas``."""

    def find(self) -> Path | None:
        """The program on PATH; None if it is not installed."""

    def version(self) -> str:
        """Version of the installed program, as it reports it."""

    def command(self) -> list[str]:
        """Arguments to start it with, the program first."""

    def environment(self) -> dict[str, str]:
        """Environment variables to add for the child."""

    def prelude(self) -> str:
        """Text sent once after the start; the child is ready when :meth:`finished` holds for ``ready``."""

    def question(self, integrand: Expr, variable: str, tag: str) -> str:
        """Text that asks for an antiderivative and makes the program print ``tag`` when it is done.

        Raises:
            UnsupportedError: if the system has no way to write the integrand.
        """

    def finished(self, output: bytes, tag: str) -> bool:
        """Whether the output, so far, holds the whole answer to the question with this tag."""

    def answer(self, output: str, tag: str) -> Outcome:
        """The outcome that the output says, unverified; never raises for what a program prints."""
