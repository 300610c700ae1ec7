"""Positions of tokens: rotary positions in the sequence, and paths in the expression tree.

Letters at the end of a tensor's name are those of ``transformer.py``.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from antiderive.expressions import Vocabulary

LEVELS = 16
"""Steps of a path that are kept, counted from the token; anything above them is dropped."""


def rotations(start: int, length: int, width: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosines and sines [T, K/2] of the positions ``start``, ``start + 1``, ... (Su et al. 2021)."""
    frequency = 10_000.0 ** (-torch.arange(0, width, 2, device=device, dtype=torch.float32) / width)
    position = torch.arange(start, start + length, device=device, dtype=torch.float32)
    angle = torch.outer(position, frequency)
    return angle.cos(), angle.sin()


def rotate(x_BTHK: Tensor, rotation: tuple[Tensor, Tensor] | None) -> Tensor:
    """Queries or keys rotated by their positions; unchanged if there is no rotation."""
    if rotation is None:
        return x_BTHK
    cos, sin = (each.to(x_BTHK.dtype)[:, None] for each in rotation)
    first, second = x_BTHK.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)


class TreePositions(nn.Module):
    """The path from the root to each token of a prefix expression (Shiv & Quirk 2019, section 3).

    A step is the number of the child, one-hot; the nearest step comes first, and step ``i`` up the path is
    weighted with ``p**i``. There are as many learned ``p`` as copies of a path fit the width, scaled so that
    a long path has the norm of a sinusoidal position, ``sqrt(width / 2)``. Digits have the position of their
    sign; what follows the expression (``<eos>``) has that of the root.
    """

    arity: Tensor
    number: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        vocabulary = Vocabulary()
        digit = torch.tensor([name.isdigit() for name in vocabulary.names])
        self.register_buffer("arity", torch.tensor(vocabulary.arities), persistent=False)
        self.register_buffer("number", digit, persistent=False)
        self.branches = max(vocabulary.arities)
        self.levels = min(LEVELS, width // self.branches)
        self.copies = width // (self.levels * self.branches)
        self.width = width
        self.decay = nn.Parameter(torch.linspace(0.5, 1.5, self.copies))

    def paths(self, tokens_BS: Tensor) -> Tensor:
        """One-hot steps of the path to each token, nearest first, shape [B, S, levels * branches]."""
        batch, length = tokens_BS.shape
        arity = self.arity[tokens_BS]
        # Expressions still to come after each token; a number is complete at its last digit.
        digit = self.number[tokens_BS]
        continues = nn.functional.pad(digit[:, 1:], (0, 1))
        change = torch.where(continues, 0, torch.where(digit, -1, arity - 1)).int()
        after = change.cumsum(1, dtype=torch.int32)
        before = after - change
        # open[b, j, t]: fewest expressions to come after j .. t-1, against those before j. It falls below
        # zero when the subtree of j is complete, and counts down its children before that.
        upper = torch.ones(length, length, dtype=torch.bool, device=tokens_BS.device).triu()
        least = after[:, None, :].expand(batch, length, length).masked_fill(~upper, 1 << 20).cummin(2).values
        open_BSS = torch.full_like(least, -1)
        open_BSS[:, :, 1:] = least[:, :, :-1] - before[:, :, None]
        above = (open_BSS >= 0) & upper & (arity > 0)[:, :, None]
        above &= ~torch.eye(length, dtype=torch.bool, device=tokens_BS.device)
        child = arity[:, :, None] - 1 - open_BSS
        # Operators of the path that are nearer to the token than j.
        distance = above.sum(1)[:, None, :] - above.cumsum(1)
        kept = above & (distance < self.levels)
        slot = (distance * self.branches + child).clamp(0, self.levels * self.branches - 1)
        path = torch.zeros(batch, length, self.levels * self.branches, device=tokens_BS.device)
        return path.scatter_add_(2, slot.transpose(1, 2), kept.transpose(1, 2).to(path.dtype))

    def forward(self, tokens_BS: Tensor) -> Tensor:
        """Vectors to add to the embeddings, [B, S, D]."""
        p = torch.tanh(self.decay)[:, None]
        weight = p ** torch.arange(self.levels, device=p.device) * (1 - p * p).sqrt()
        weight = weight * (self.width / (2 * self.copies)) ** 0.5
        path = self.paths(tokens_BS).view(*tokens_BS.shape, 1, self.levels, self.branches)
        scaled = (path * weight[None, None, :, :, None]).flatten(2)
        return nn.functional.pad(scaled, (0, self.width - scaled.shape[-1]))
