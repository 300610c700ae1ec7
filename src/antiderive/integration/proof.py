"""Proofs that there is no elementary antiderivative, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Proof:
    """A certificate.

    Attributes:
        theorem: the theorem that decides, in one sentence with its source.
        field: the differential field, generator by generator.
        reductions: equivalent integrals on the way, each in one line.
        claim: what fails, with its bounds: the equation without solution, the residue that is not constant.
    """

    theorem: str
    field: tuple[str, ...]
    reductions: tuple[str, ...]
    claim: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "theorem": self.theorem,
            "field": list(self.field),
            "reductions": list(self.reductions),
            "claim": self.claim,
        }

    def to_text(self) -> str:
        """The proof as plain text."""
        lines = [*self.reductions, "Field: " + ", ".join(self.field) + "."]
        return "\n".join([*lines, self.claim, self.theorem])
