"""Requests to a computer algebra system."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from antiderive.errors import ParseError, SettingError
from antiderive.expressions import CONSTANTS, UNKNOWNS, Expr

if TYPE_CHECKING:
    from antiderive.workers import Limits


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        method: name of a method of integration, such as ``fricas`` or ``sympy-risch``; ``sympy-zero`` for a
            proof that the expression is zero. For tests and benches also ``package.module:function``, a
            function of this installation that takes the expression and the variable as text and returns an
            :class:`~antiderive.cas.Outcome`; never from user input.
        expression: the integrand in prefix form.
        variable: the variable of integration.
        limits: limits of this call; by default those that the caller gives for all, else those of the pool.

    Raises:
        SettingError: unless the variable is the name of a symbol.
    """

    method: str
    expression: str
    variable: str = "x"
    limits: Limits | None = None

    def __post_init__(self) -> None:
        # Systems read it as a part of their own language, where a name could be a command.
        if not _is_variable(self.variable):
            raise SettingError(
                f"no variable of integration: {self.variable!r}; give a single letter, or a0 to a9"
            )


@lru_cache(maxsize=256)
def _is_variable(name: str) -> bool:
    if name in CONSTANTS or name in UNKNOWNS:
        return False
    try:
        return Expr.from_prefix(name).nodes() == [("symbol", name)]
    except ParseError:
        return False
