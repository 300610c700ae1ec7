"""What the decoder keeps between steps.

Letters at the end of a tensor's name are those of ``transformer.py``; N is a number of positions.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from antiderive.errors import LimitError


class Kept:
    """Keys and values of one layer, in a buffer [B, room, 2, H, K] with room for more positions."""

    def __init__(self) -> None:
        self.buffer = torch.empty(0)
        self.count = 0

    def add(self, key_BTHK: Tensor, value_BTHK: Tensor) -> tuple[Tensor, Tensor]:
        """Takes those of new positions; returns those of all, [B, N, H, K]."""
        batch, new, heads, width = key_BTHK.shape
        longer = self.count + new
        if self.count == 0 or longer > self.buffer.shape[1]:
            before, self.buffer = self.buffer, key_BTHK.new_empty(batch, 2 * longer + 16, 2, heads, width)
            if self.count:
                self.buffer[:, : self.count] = before[:, : self.count]
        self.buffer[:, self.count : longer, 0] = key_BTHK
        self.buffer[:, self.count : longer, 1] = value_BTHK
        self.count = longer
        return self.buffer[:, :longer, 0], self.buffer[:, :longer, 1]

    def keep(self, positions_BN: Tensor) -> None:
        """Keeps these positions of each entry, in this order."""
        batch, room = self.buffer.shape[:2]
        first = torch.arange(batch, device=positions_BN.device)[:, None] * room
        rows = self.buffer.view(batch * room, -1).index_select(0, (positions_BN + first).flatten())
        self.count = positions_BN.shape[1]
        self.buffer[:, : self.count] = rows.view(batch, self.count, *self.buffer.shape[2:])

    def select(self, entries: Tensor) -> None:
        """Keeps these entries, in this order."""
        self.buffer = self.buffer[:, : self.count][entries]


@dataclass
class Cache:
    """Keys and values that the decoder keeps between steps.

    Partial sequences that branch are a tree: a position that several of them have in common is there once,
    and stays where it is when they go on from each other.

    Attributes:
        own: those of the self-attention, for each layer.
        cross: those of the encoder's output, [B, S, H, K], computed once.
        past: of trees, 0 where a branch has a position behind it and minus infinity elsewhere, [B, 1, T, N].
        length: tokens of each sequence so far.
    """

    own: list[Kept]
    cross: list[tuple[Tensor, Tensor]]
    past: Tensor | None = None
    length: int = 0

    def grow(self, branches: int) -> None:
        """Makes room for the next token of each branch, which is behind that branch alone."""
        self.length += 1
        if self.past is not None:
            alone = self.past.new_full((branches, branches), float("-inf")).fill_diagonal_(0.0)
            alone = alone.expand(len(self.past), 1, -1, -1)
            self.past = torch.cat([self.past, alone], dim=3) if self.length > 1 else alone

    def branch(self, parents_BT: Tensor) -> None:
        """Each branch goes on from another one of its tree, given by its place."""
        if self.past is None:
            raise LimitError("sequences that are no tree cannot go on from each other")
        self.past = self.past.gather(2, parents_BT[:, None, :, None].expand(self.past.shape))
        # Positions that are behind no branch any more are left out once they are a quarter.
        alive = (self.past == 0).any(2)[:, 0]
        most = int(alive.sum(1).max())
        if 4 * most > 3 * alive.shape[1]:
            return
        kept = alive.to(torch.int8).argsort(dim=1, descending=True, stable=True)[:, :most]
        self.past = self.past.gather(3, kept[:, None, None, :].expand(-1, 1, self.past.shape[2], -1))
        for layer in self.own:
            layer.keep(kept)

    def select(self, trees: Tensor) -> None:
        """Keeps these trees, in this order."""
        for layer in self.own:
            layer.select(trees)
        self.cross = [(k[trees], v[trees]) for k, v in self.cross]
        self.past = None if self.past is None else self.past[trees]
