"""The solution of a problem, with every candidate and its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from antiderive.expressions import Expr
from antiderive.integration import Proof, Step
from antiderive.verification import Verdict


@dataclass(frozen=True)
class Candidate:
    """An answer that was considered.

    Attributes:
        expression: the answer.
        method: its source: ``model``, ``cas:fricas``, ``cas:sympy``, ...
        verdict: the verdict on it.
        score: the model's score (log-probability over length), if it came from a model.
    """

    expression: Expr
    method: str
    verdict: Verdict
    score: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "expression": str(self.expression),
            "method": self.method,
            "score": self.score,
            "verdict": self.verdict.to_dict(),
        }


@dataclass(frozen=True)
class Solution:
    """The outcome of solving one problem.

    Attributes:
        problem: the problem.
        solved: whether an answer was found and checked (``proved`` or ``agrees``).
        expression: the answer, if solved.
        verdict: the verdict on the answer; if not solved, the reason why there is none.
        method: the method that found the answer, or proved that there is none.
        nonelementary: whether it is proved that no elementary antiderivative exists.
        candidates: every answer that was considered, in order.
        attempts: each method that was tried and how it ended, in order.
        seconds: wall-clock time.
        steps: the derivation, if the own integrator found the answer.
        certificate: the proof that there is no answer, if the own integrator found it.
    """

    problem: Expr
    solved: bool
    expression: Expr | None
    verdict: Verdict
    method: str | None
    nonelementary: bool
    candidates: tuple[Candidate, ...]
    attempts: tuple[tuple[str, str], ...]
    seconds: float
    steps: Step | None = None
    certificate: Proof | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "problem": str(self.problem),
            "solved": self.solved,
            "expression": None if self.expression is None else str(self.expression),
            "latex": None if self.expression is None else self.expression.to_latex(),
            "verdict": self.verdict.to_dict(),
            "method": self.method,
            "nonelementary": self.nonelementary,
            "candidates": [candidate.to_dict() for candidate in self.candidates],
            "attempts": [{"method": method, "outcome": outcome} for method, outcome in self.attempts],
            "seconds": self.seconds,
            "steps": None if self.steps is None else self.steps.to_dict(),
            "certificate": None if self.certificate is None else self.certificate.to_dict(),
        }

    def __str__(self) -> str:
        if self.nonelementary:
            return self.verdict.reason
        if self.expression is None:
            return f"no elementary antiderivative found ({self.verdict.reason})"
        found = f"[{self.verdict.status}, by {self.method}, {self.seconds:.2f} s]"
        return f"{self.expression} + C    {found}{self._reservations()}"

    def _reservations(self) -> str:
        """What the answer assumes of the parameters, and where it jumps."""
        told = ""
        if self.verdict.conditions:
            told += f"    if {', '.join(self.verdict.conditions)}"
        if self.verdict.jumps:
            told += f"    with jumps at {', '.join(f'{place:g}' for place in self.verdict.jumps)}"
        return told

    def _repr_latex_(self) -> str | None:
        return None if self.expression is None else f"${self.expression.to_latex()} + C$"
