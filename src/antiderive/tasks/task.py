"""What a task has to say about its problems and solutions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from antiderive._core import Expr
    from antiderive.verification import Verdict


class Task(Protocol):
    """A kind of problem with a way to write it as tokens and a way to check an answer."""

    @property
    def name(self) -> str:
        """Name on the command line and in recipes."""

    @property
    def title(self) -> str:
        """One line for people."""

    def encode(self, problem: Expr) -> list[int]:
        """Token ids of a problem as the model reads it."""

    def decode(self, tokens: list[int]) -> Expr:
        """The problem that these token ids write; the inverse of :meth:`encode`."""

    def verify(self, problem: Expr, candidate: Expr) -> Verdict:
        """The verdict on a candidate."""
