"""The grammar of the prefix form as a mask over the next token.

The state of a partial expression is two numbers: how many expressions are still to come, and whether an
integer is open (``INT+`` without a digit yet, or digits that may continue). The mask keeps every hypothesis
completable within the length limit. The grammar does not know the value of an expression.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from antiderive.expressions import Vocabulary

_CLOSED, _SIGN, _DIGITS = 0, 1, 2


@dataclass
class GrammarState:
    """State of a batch of partial expressions.

    Attributes:
        needed: expressions that are still to come, shape [batch].
        number: 0 no integer is open, 1 after ``INT+`` or ``INT-``, 2 after a digit, shape [batch].
    """

    needed: Tensor
    number: Tensor

    def select(self, rows: Tensor) -> GrammarState:
        """The state of these rows."""
        return GrammarState(self.needed[rows], self.number[rows])


class Grammar:
    """Arity counter for the tokens of a vocabulary.

    Solutions are explicit: tokens of the unknown (``Y``) are never allowed.
    """

    def __init__(self, vocabulary: Vocabulary, device: torch.device | str = "cpu") -> None:
        names = vocabulary.names
        self.eos = vocabulary.eos
        arity = torch.tensor(vocabulary.arities, device=device)
        digit = torch.tensor([name.isdigit() for name in names], device=device)
        sign = torch.tensor([name in ("INT+", "INT-") for name in names], device=device)
        barred = torch.tensor([name.startswith(("<", "Y")) for name in names], device=device)
        self.digit, self.sign = digit, sign
        # Change in the number of expressions to come; digits continue one that is already counted.
        self.change = torch.where(digit | barred, 0, arity - 1)
        self.starts = ~digit & ~barred
        # Fewest tokens that a token and its arguments need; a sign needs a digit.
        self.cost = torch.where(sign, 2, 1)

    def start(self, batch: int) -> GrammarState:
        """The state before the first token: one expression to come."""
        needed = torch.ones(batch, dtype=torch.long, device=self.change.device)
        return GrammarState(needed, torch.zeros_like(needed))

    def allowed(self, state: GrammarState, room: int) -> Tensor:
        """Tokens that may come next, shape [batch, vocabulary].

        Args:
            state: the partial expressions.
            room: tokens that may still be written, including this one but not the end token.
        """
        needed, number = state.needed[:, None], state.number[:, None]
        # Tokens needed after this one: at least one for every expression still to come.
        fits = self.cost + needed + self.change <= room
        allowed = self.starts & (needed > 0) & (number != _SIGN) & fits
        allowed |= self.digit & (number != _CLOSED) & (1 + needed <= room)
        allowed[:, self.eos] = (state.needed == 0) & (state.number != _SIGN)
        return allowed

    def advance(self, state: GrammarState, tokens: Tensor) -> GrammarState:
        """The state after one more token of each expression, shape [batch]."""
        number = torch.where(self.sign[tokens], _SIGN, torch.where(self.digit[tokens], _DIGITS, _CLOSED))
        return GrammarState(state.needed + self.change[tokens], number)
