"""One integral that is looked for, with what methods need to know of it computed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from antiderive.expressions import Expr
from antiderive.integration.embedding import embed
from antiderive.integration.expressions import subexpressions
from antiderive.integration.tower import Kind, Tower

if TYPE_CHECKING:
    from collections.abc import Iterable

    from antiderive.integration.quotients import Quotient

_LETTERS = "uvwtszrqpyhkmnlgfjABCDFGHKLMNPQRSTUVWZXabcd"


@dataclass
class Problem:
    """An integrand and its variable.

    Attributes:
        integrand: what is integrated.
        variable: the variable of integration.
        depth: how many problems lie above it in the search.
    """

    integrand: Expr
    variable: str
    depth: int = 0

    @cached_property
    def field(self) -> tuple[Tower, Quotient]:
        """The tower and the integrand in it."""
        return embed(self.integrand, self.variable)

    @cached_property
    def kinds(self) -> set[Kind]:
        """Kinds of the generators that the integrand contains."""
        tower, f = self.field
        return {tower.kind(slot) for slot in tower.functions(f)}

    @cached_property
    def divided(self) -> list[tuple[Expr, Expr]]:
        """Parts of the integrand that are not linear, with the integrand over their derivatives."""
        found, met = [], set()
        for (kind, _), part in zip(self.integrand.nodes(), subexpressions(self.integrand), strict=True):
            if kind in ("number", "symbol") or self.variable not in part.free_symbols:
                continue
            if part in met or part == self.integrand:
                continue
            met.add(part)
            slope = part.diff(self.variable)
            if self.variable in slope.free_symbols:
                found.append((part, self.integrand / slope))
        return found

    @cached_property
    def key(self) -> str:
        """Text that is the same for the same integrand in another variable."""
        if self.variable == "x":
            return str(self.integrand)
        return str(self.integrand.subs({self.variable: Expr("x")}))


def fresh(taken: Iterable[Expr], count: int = 1) -> list[str]:
    """Letters that do not occur in any of the expressions."""
    used = {name for expression in taken for name in expression.free_symbols}
    return [letter for letter in _LETTERS if letter not in used][:count]
