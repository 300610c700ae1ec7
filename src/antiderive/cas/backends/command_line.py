"""A computer algebra system that is asked through its command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from antiderive.workers import Program

if TYPE_CHECKING:
    from antiderive.cas.outcome import Outcome
    from antiderive.cas.request import Request


class CommandLineBackend(Program, Protocol):
    """A program of a pool whose questions are requests and whose answers are outcomes."""

    def find(self) -> Path | None:
        """The program on PATH; None if it is not installed."""

    def version(self) -> str:
        """Version of the installed program, as it reports it."""

    def question(self, content: Request, tag: str) -> str:
        """Text that asks for an antiderivative and makes the program print ``tag`` when it is done.

        Raises:
            UnsupportedError: if the system has no way to write the integrand.
        """

    def answer(self, output: str, tag: str) -> Outcome:
        """The outcome that the output says, unverified, without times; never raises for what is printed."""
