"""What the decoder keeps between steps.

Letters at the end of a tensor's name are those of ``transformer.py``; N is a number of positions.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from antiderive.errors import LimitError


@dataclass
class Cache:
    """Keys and values that the decoder keeps between steps, one entry per layer.

    Partial sequences that branch are a tree: a position that several of them have in common is there once,
    and stays where it is when they go on from each other.

    Attributes:
        own: keys and values [B, N, H, K] of the self-attention.
        cross: keys and values of the encoder's output, computed once.
        past: of trees, 0 where a branch has a position behind it and minus infinity elsewhere, [B, 1, T, N].
        length: tokens of each sequence so far.
    """

    own: list[tuple[Tensor, Tensor] | None]
    cross: list[tuple[Tensor, Tensor]]
    past: Tensor | None = None
    length: int = 0

    def grow(self, tokens: int) -> int:
        """Makes room for tokens of each sequence; returns the number of their positions in it."""
        positions = tokens
        if self.past is not None:
            # The next token of each branch, which is behind that branch alone.
            positions = 1
            alone = self.past.new_full((tokens, tokens), float("-inf")).fill_diagonal_(0.0)
            alone = alone.expand(len(self.past), 1, -1, -1)
            self.past = torch.cat([self.past, alone], dim=3) if self.length else alone
        self.length += positions
        return positions

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
        trees = torch.arange(len(kept), device=kept.device)[:, None]
        self.past = self.past.gather(3, kept[:, None, None, :].expand(-1, 1, self.past.shape[2], -1))
        for place, kv in enumerate(self.own):
            if kv is not None:
                for each in kv:
                    each[:, :most] = each[trees, kept]
                self.own[place] = kv[0][:, :most], kv[1][:, :most]

    def select(self, trees: Tensor) -> None:
        """Keeps these trees."""
        self.own = [None if kv is None else (kv[0][trees], kv[1][trees]) for kv in self.own]
        self.cross = [(k[trees], v[trees]) for k, v in self.cross]
        self.past = None if self.past is None else self.past[trees]


def extended(before_BNHK: Tensor, new_BNHK: Tensor) -> Tensor:
    """``before`` with more positions.

    Without gradients it is a view of a buffer with room for more, which is written in place: decoding a
    sequence would otherwise copy all that came before in every step. ``before`` must not be extended twice.
    """
    if torch.is_grad_enabled():
        return torch.cat([before_BNHK, new_BNHK], dim=1)
    batch, length, heads, width = before_BNHK.shape
    longer = length + new_BNHK.shape[1]
    strides = before_BNHK.stride()
    # Rows that stand further apart than they are long: the room that was left.
    room = strides[0] // strides[1] if strides[1:] == (heads * width, width, 1) else 0
    if longer <= room:
        buffer = before_BNHK.as_strided((batch, room, heads, width), strides)
    else:
        buffer = before_BNHK.new_empty(batch, 2 * longer + 16, heads, width)
        buffer[:, :length] = before_BNHK
    buffer[:, length:longer] = new_BNHK
    return buffer[:, :longer]
