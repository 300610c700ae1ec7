"""The shape of a sequence-to-sequence model."""

from __future__ import annotations

import os
from dataclasses import dataclass

from antiderive.errors import LimitError, SettingError

_AT_MOST = {
    "vocabulary": 1 << 16,
    "width": 1 << 16,
    "heads": 1 << 10,
    "encoder_layers": 1 << 10,
    "decoder_layers": 1 << 10,
    "feed_forward": 1 << 18,
    "max_length": 1 << 20,
}
"""Bounds of the sizes."""


@dataclass(frozen=True)
class Seq2SeqConfig:
    """Shape of the model.

    The architecture of Lample & Charton (2020) is ``norm = "post"``, ``positions = "learned"``,
    ``bias = true``. Embeddings are always shared, and the activation is always GELU.

    Attributes:
        vocabulary: number of tokens.
        width: width of embeddings and layers.
        heads: attention heads; the width must be a multiple of twice their number.
        encoder_layers: layers of the encoder.
        decoder_layers: layers of the decoder.
        feed_forward: width of the inner layer of the feed-forward blocks.
        dropout: probability of dropping an activation.
        norm: ``pre`` (a norm before each block and one at the end) or ``post`` (after each residual sum, and
            one after the embeddings).
        positions: ``rotary``, or ``learned`` (a table added to the embeddings).
        tree_positions: add the position of each source token in the expression tree to its embedding.
        bias: whether the projections of attention have biases.
        max_length: longest sequence of a model with learned positions, in tokens.
        pad: id of the padding token.
    """

    vocabulary: int
    width: int = 256
    heads: int = 8
    encoder_layers: int = 4
    decoder_layers: int = 4
    feed_forward: int = 1024
    dropout: float = 0.0
    norm: str = "pre"
    positions: str = "rotary"
    tree_positions: bool = False
    bias: bool = False
    max_length: int = 1024
    pad: int = 0

    def __post_init__(self) -> None:
        for name, most in _AT_MOST.items():
            value = getattr(self, name)
            if value < 1:
                raise SettingError(f"model: {name} = {value} is below 1")
            if value > most:
                raise SettingError(f"model: {name} = {value} is above {most:,}")
        if not 0 <= self.pad < self.vocabulary:
            raise SettingError(f"model: pad {self.pad} is none of the {self.vocabulary} tokens")
        if self.width % (2 * self.heads):
            raise SettingError(f"model: width {self.width} is not a multiple of twice the {self.heads} heads")
        if not 0 <= self.dropout < 1:
            raise SettingError(f"model: dropout {self.dropout} is not between 0 and 1")
        if self.norm not in ("pre", "post"):
            raise SettingError(f"model: unknown norm {self.norm!r}; choose from: pre, post")
        if self.positions not in ("rotary", "learned"):
            raise SettingError(f"model: unknown positions {self.positions!r}; choose from: rotary, learned")

    @property
    def parameters(self) -> int:
        """Number of weights in the matrices, which is nearly all of them."""
        attention, block = 4 * self.width**2, 2 * self.width * self.feed_forward
        layers = self.encoder_layers * (attention + block) + self.decoder_layers * (2 * attention + block)
        table = self.max_length if self.positions == "learned" else 0
        return layers + (self.vocabulary + table) * self.width

    def require_memory(self) -> None:
        """Refuse a shape whose weights do not fit into the memory of this machine.

        Raises:
            LimitError: if they do not.
        """
        needed = 4 * self.parameters
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        if needed > there:
            raise LimitError(
                f"model: {self.parameters:,} weights take {needed / 2**30:,.0f} GiB and this machine has "
                f"{there / 2**30:,.0f} GiB; lower model.width or the layers"
            )
