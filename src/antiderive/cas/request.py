"""Requests to a computer algebra system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    """

    method: str
    expression: str
    variable: str = "x"
    limits: Limits | None = None
