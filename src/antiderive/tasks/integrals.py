"""How an integral is written as a problem.

As tokens it reads ``sub Y' f``, the equation y' - f = 0, as in the published data (Lample & Charton 2020). No
other module takes that form apart; how integrands are made and judged is not known here.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from antiderive._core import vocabulary
from antiderive.errors import ParseError
from antiderive.expressions import Expr

_HEAD = [vocabulary().index(token) for token in ("sub", "Y'")]

_Count = TypeVar("_Count", int, NDArray[np.uint16])


class Integrals:
    """How an integral is written as a problem: the integrand ``f`` as the equation ``sub Y' f``.

    >>> tokens = INTEGRALS.encode(Expr("x*cos(x)"))
    >>> INTEGRALS.decode(tokens)
    Expr('x*cos(x)')
    >>> INTEGRALS.operators(3)
    2
    """

    def encode(self, integrand: Expr) -> list[int]:
        """Token ids of ``sub Y' f``."""
        return _HEAD + integrand.to_tokens()

    def decode(self, tokens: list[int]) -> Expr:
        """The integrand of ``sub Y' f``.

        Raises:
            ParseError: if the tokens are not of that form.
        """
        if tokens[: len(_HEAD)] != _HEAD:
            raise ParseError("an integration problem starts with the tokens: sub Y'")
        return Expr.from_tokens(tokens[len(_HEAD) :])

    def operators(self, of_problem: _Count) -> _Count:
        """Operators of an integrand by those of its problem, which has the difference of the equation too."""
        return of_problem - 1

    def problem_operators(self, of_integrand: _Count) -> _Count:
        """Operators of a problem by those of its integrand."""
        return of_integrand + 1


INTEGRALS = Integrals()
"""The one way in which integrals are written as problems."""
