"""Interface of a computer algebra system that is asked through its command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from antiderive.workers import Program

if TYPE_CHECKING:
    from antiderive.cas.outcome import Outcome
    from antiderive.cas.request import Request


class CommandLineBackend(Program, Protocol):
    """A program of a pool whose questions are statements, and whose answers are what it prints.

    Requests are written and answers read outside the pool, whose one thread would keep all calls waiting.
    """

    def find(self) -> Path | None:
        """Return the path of the program; None if it is not installed."""

    def version(self) -> str:
        """Return the version that the installed program reports."""

    def statement(self, request: Request) -> str:
        """Return text that asks for an antiderivative: the content of a question.

        Raises:
            UnsupportedError: if the system cannot express the integrand.
            ParseError, LimitError, UndefinedError: if the integrand cannot be read.
        """

    def outcome(self, request: Request, output: str) -> Outcome:
        """Return the outcome in the output, unverified, without times; never raises, whatever is printed."""
