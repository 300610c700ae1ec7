"""The form in which an integral is written as a problem.

As tokens it reads ``sub Y' f``, the equation y' - f = 0, as in the published data (Lample & Charton 2020). No
other module takes that form apart. This one does not know how integrands are made or judged.
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
    """The form of an integral as a problem: the integrand ``f`` as the equation ``sub Y' f``.

    >>> tokens = INTEGRALS.encode(Expr("x*cos(x)"))
    >>> INTEGRALS.decode(tokens)
    Expr('x*cos(x)')
    >>> INTEGRALS.operators(3)
    2
    """

    def encode(self, integrand: Expr) -> list[int]:
        """Return the token ids of ``sub Y' f``."""
        return _HEAD + integrand.to_tokens()

    def decode(self, tokens: list[int]) -> Expr:
        """Return the integrand of ``sub Y' f``.

        Raises:
            ParseError: if the tokens do not have that form.
        """
        if tokens[: len(_HEAD)] != _HEAD:
            raise ParseError("an integration problem starts with the tokens: sub Y'")
        return Expr.from_tokens(tokens[len(_HEAD) :])

    def operators(self, of_problem: _Count) -> _Count:
        """Return the operators of an integrand from those of its problem, which has the difference too."""
        return of_problem - 1

    def problem_operators(self, of_integrand: _Count) -> _Count:
        """Return the operators of a problem from those of its integrand."""
        return of_integrand + 1


INTEGRALS = Integrals()
"""The one form of integrals as problems."""
