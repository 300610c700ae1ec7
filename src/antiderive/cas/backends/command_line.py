"""Interface of a computer algebra system that is asked through its command line."""

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
        """Return the path of the program; None if it is not installed."""

    def version(self) -> str:
        """Return the version that the installed program reports."""

    def question(self, content: Request, tag: str) -> str:
        """Return text that asks for an antiderivative and makes the program print ``tag`` at the end.

        Raises:
            UnsupportedError: if the system cannot express the integrand.
        """

    def answer(self, output: str, tag: str) -> Outcome:
        """Return the outcome in the output, unverified, without times; never raises, whatever is printed."""
