"""Partial hypotheses of a batch of problems: the state that every search shares.

Row ``problem * width + slot`` is one partial hypothesis. The encoder's output is stored once per problem, and
so are the keys and values of prefixes that branching hypotheses share.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from antiderive.decoding.grammar import Grammar
from antiderive.expressions import TokenRows, Vocabulary
from antiderive.models import Seq2Seq

IMPOSSIBLE = float("-inf")
"""Score of an impossible token."""


def by_length(problems: list[list[int]], size: int) -> Iterator[list[int]]:
    """Indices of all problems, in batches of ``size`` (at least 1) of similar length."""
    order, size = sorted(range(len(problems)), key=lambda index: len(problems[index])), max(1, size)
    return (order[start : start + size] for start in range(0, len(order), size))


class PartialHypotheses:
    """``width`` partial hypotheses for each of some problems.

    Args:
        model: the model, in evaluation mode.
        problems: token ids of each problem, without special tokens.
        width: hypotheses for each problem.
        max_tokens: longest hypothesis.
        grammar: allow only well-formed expressions.
        branching: hypotheses may continue one another (:meth:`take`).
    """

    def __init__(
        self,
        model: Seq2Seq,
        problems: list[list[int]],
        width: int,
        max_tokens: int,
        *,
        grammar: bool,
        branching: bool,
    ) -> None:
        self.model, self.width, self.max_tokens = model, width, max_tokens
        self.branching = branching = branching and width > 1
        self.device = model.embedding.weight.device
        vocabulary = Vocabulary()
        self.eos, self.pad = vocabulary.eos, vocabulary.pad
        padded = TokenRows.of(problems).padded(self.pad, end=self.eos)
        source = torch.from_numpy(padded).to(self.device)
        memory, self.mask = model.encode(source)
        self.cache = model.start(memory, branching=branching)
        rows = len(problems) * width
        self.tokens = torch.full((rows, max_tokens + 2), self.pad, device=self.device)
        self.tokens[:, 0] = vocabulary.bos
        self.length = 0
        self.grammar = Grammar(vocabulary, self.device) if grammar else None
        self.state = self.grammar.start(rows) if self.grammar is not None else None

    def log_probabilities(self) -> Tensor:
        """Log-probabilities of the next token, shape [rows, vocabulary]; the grammar masks some out."""
        last = self.tokens[:, self.length].view(-1, self.width if self.branching else 1)
        logits = self.model.decode(last, self.cache, self.mask).flatten(0, 1).float()
        logits[:, self.pad] = IMPOSSIBLE
        found = logits.log_softmax(-1)
        if self.grammar is not None and self.state is not None:
            allowed = self.grammar.allowed(self.state, self.max_tokens - self.length)
            return found.masked_fill_(~allowed, IMPOSSIBLE)
        if self.length == self.max_tokens:
            found[:, : self.eos] = IMPOSSIBLE
            found[:, self.eos + 1 :] = IMPOSSIBLE
        return found

    def take(self, parents: Tensor) -> None:
        """Let each row continue another row of its problem, given by its slot, shape [problems, width]."""
        if not self.branching:
            return
        self.cache.branch(parents)
        rows = (parents + torch.arange(len(parents), device=self.device)[:, None] * self.width).flatten()
        self.tokens = self.tokens[rows]
        if self.state is not None:
            self.state = self.state.select(rows)

    def append(self, tokens: Tensor) -> None:
        """Append one token to each row, shape [rows]."""
        self.length += 1
        self.tokens[:, self.length] = tokens
        if self.grammar is not None and self.state is not None:
            self.state = self.grammar.advance(self.state, tokens)

    def keep(self, problems: Tensor) -> None:
        """Drop the rows of all other problems; for branching hypotheses only."""
        rows = (problems[:, None] * self.width + torch.arange(self.width, device=self.device)).flatten()
        self.tokens, self.mask = self.tokens[rows], self.mask[problems]
        self.cache.select(problems)
        if self.state is not None:
            self.state = self.state.select(rows)

    def written(self, row: int) -> list[int]:
        """The tokens of a row, without the begin token."""
        tokens: list[int] = self.tokens[row, 1 : self.length + 1].tolist()
        return tokens
