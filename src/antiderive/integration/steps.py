"""A derivation as data: the rule applied, what stood before and after, and the steps inside."""

from __future__ import annotations

from dataclasses import dataclass

from antiderive._core import Expr


@dataclass(frozen=True)
class Step:
    """One step of a derivation.

    Attributes:
        rule: identifier of the rule, a key of :data:`antiderive.integration.rules.RULES`.
        before: the integrand.
        after: an antiderivative of it.
        variable: the variable of integration.
        facts: what the rule was applied with, by name: ``("u", "x^2")``.
        steps: the integrals that it was led back to.
    """

    rule: str
    before: Expr
    after: Expr
    variable: str
    facts: tuple[tuple[str, str], ...] = ()
    steps: tuple[Step, ...] = ()
