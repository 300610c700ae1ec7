"""Keys and values that the decoder keeps between steps.

Letters at the end of a tensor's name are those of ``transformer.py``; N is a number of positions.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from antiderive.errors import LimitError


class KeyValues:
    """Keys and values of one layer, in a buffer [B, room, 2, H, K] with room for more positions."""

    def __init__(self) -> None:
        self.buffer = torch.empty(0)
        self.count = 0

    def add(self, key_BTHK: Tensor, value_BTHK: Tensor) -> tuple[Tensor, Tensor]:
        """Append keys and values of new positions; return those of all positions, [B, N, H, K]."""
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
        """Keep these positions of each entry, in this order."""
        batch, room = self.buffer.shape[:2]
        first = torch.arange(batch, device=positions_BN.device)[:, None] * room
        rows = self.buffer.view(batch * room, -1).index_select(0, (positions_BN + first).flatten())
        self.count = positions_BN.shape[1]
        self.buffer[:, : self.count] = rows.view(batch, self.count, *self.buffer.shape[2:])

    def select(self, entries: Tensor) -> None:
        """Keep these entries, in this order."""
        self.buffer = self.buffer[:, : self.count][entries]


@dataclass
class Cache:
    """Keys and values that the decoder keeps between steps.

    Partial sequences that branch form a tree: a position that several of them share is stored once, and stays
    where it is when one sequence continues another.

    Attributes:
        own: keys and values of self-attention, by layer.
        cross: keys and values of the encoder's output, [B, S, H, K], computed once.
        past: for trees, 0 where a position lies on a branch's path and minus infinity elsewhere,
            [B, 1, T, N].
        length: tokens of each sequence so far.
    """

    own: list[KeyValues]
    cross: list[tuple[Tensor, Tensor]]
    past: Tensor | None = None
    length: int = 0

    def grow(self, branches: int) -> None:
        """Make room for the next token of each branch; only that branch can see it."""
        self.length += 1
        if self.past is not None:
            alone = self.past.new_full((branches, branches), float("-inf")).fill_diagonal_(0.0)
            alone = alone.expand(len(self.past), 1, -1, -1)
            self.past = torch.cat([self.past, alone], dim=3) if self.length > 1 else alone

    def branch(self, parents_BT: Tensor) -> None:
        """Let each branch continue another branch of its tree, given by its index."""
        if self.past is None:
            raise LimitError("these sequences cannot branch: the cache was started without branching")
        self.past = self.past.gather(2, parents_BT[:, None, :, None].expand(self.past.shape))
        # Positions on no branch's path are dropped once they make up a quarter.
        alive = (self.past == 0).any(2)[:, 0]
        most = int(alive.sum(1).max())
        if 4 * most > 3 * alive.shape[1]:
            return
        kept = alive.to(torch.int8).argsort(dim=1, descending=True, stable=True)[:, :most]
        self.past = self.past.gather(3, kept[:, None, None, :].expand(-1, 1, self.past.shape[2], -1))
        for layer in self.own:
            layer.keep(kept)

    def select(self, trees: Tensor) -> None:
        """Keep these trees, in this order."""
        for layer in self.own:
            layer.select(trees)
        self.cross = [(k[trees], v[trees]) for k, v in self.cross]
        self.past = None if self.past is None else self.past[trees]
