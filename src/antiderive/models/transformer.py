"""An encoder-decoder transformer with one embedding for source, target and output.

By default it is pre-norm with rotary positions; the original architecture is a configuration of the same
modules.
Sources: Vaswani et al. 2017; Xiong et al. 2020 (pre-norm); Su et al. 2021 (rotary positions); Lample &
Charton 2020 (post-norm, learned positions).

Letters at the end of a tensor's name give its shape: B batch, S source length, T target length, D width,
H heads, K width of a head, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from antiderive.errors import LimitError
from antiderive.models.cache import Cache, KeyValues
from antiderive.models.config import Seq2SeqConfig
from antiderive.models.positions import TreePositions, rotate, rotations

Rotation = tuple[Tensor, Tensor] | None
"""Cosines and sines of the current positions, if the model has rotary positions."""


class Attention(nn.Module):
    """Multi-head attention over torch's fused kernel."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.dropout = config.dropout
        self.query = nn.Linear(config.width, config.width, bias=config.bias)
        self.key_value = nn.Linear(config.width, 2 * config.width, bias=config.bias)
        self.out = nn.Linear(config.width, config.width, bias=config.bias)

    def split(self, x_BTD: Tensor) -> Tensor:
        """Reshape [B, T, D] to [B, T, H, K]."""
        return x_BTD.view(*x_BTD.shape[:-1], self.heads, -1)

    def keys_values(self, x_BSD: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values [B, S, H, K] of a sequence, without positions."""
        key, value = self.key_value(x_BSD).chunk(2, dim=-1)
        return self.split(key), self.split(value)

    def attend(
        self, query_BTHK: Tensor, keys_values: tuple[Tensor, Tensor], mask: Tensor | None, *, causal: bool
    ) -> Tensor:
        """Attend to keys and values with queries [B, T, H, K]; return [B, T, D]."""
        dropout = self.dropout if self.training else 0.0
        query, key, value = (each.transpose(1, 2) for each in (query_BTHK, *keys_values))
        mixed = F.scaled_dot_product_attention(
            query, key, value, attn_mask=mask, dropout_p=dropout, is_causal=causal
        )
        return cast("Tensor", self.out(mixed.transpose(1, 2).flatten(2)))


class FeedForward(nn.Sequential):
    """Two linear layers with a GELU between them."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__(
            nn.Linear(config.width, config.feed_forward),
            nn.GELU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.feed_forward, config.width),
        )


class Residual(nn.Module):
    """A residual around a block, with the norm before the block or after the sum."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)
        self.post = config.norm == "post"

    def before(self, x_BTD: Tensor) -> Tensor:
        """Input of the block."""
        return x_BTD if self.post else cast("Tensor", self.norm(x_BTD))

    def after(self, x_BTD: Tensor, mixed_BTD: Tensor) -> Tensor:
        """Sum of the residual's input and the block's output."""
        total = x_BTD + self.dropout(mixed_BTD)
        return cast("Tensor", self.norm(total)) if self.post else total


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.residual1, self.residual2 = Residual(config), Residual(config)
        self.attention, self.feed_forward = Attention(config), FeedForward(config)

    def forward(self, x_BSD: Tensor, mask_B11S: Tensor, rotation: Rotation) -> Tensor:
        """Map [B, S, D] to [B, S, D]; the mask is true at positions that may be attended to."""
        normed = self.residual1.before(x_BSD)
        query = rotate(self.attention.split(self.attention.query(normed)), rotation)
        key, value = self.attention.keys_values(normed)
        mixed = self.attention.attend(query, (rotate(key, rotation), value), mask_B11S, causal=False)
        x_BSD = self.residual1.after(x_BSD, mixed)
        return self.residual2.after(x_BSD, self.feed_forward(self.residual2.before(x_BSD)))


class DecoderLayer(nn.Module):
    """Self-attention, attention to the source, feed-forward."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.residual1, self.residual2, self.residual3 = (Residual(config) for _ in range(3))
        self.attention, self.cross = Attention(config), Attention(config)
        self.feed_forward = FeedForward(config)

    def read(self, memory_BSD: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of the encoder's output, computed once for all steps."""
        return self.cross.keys_values(memory_BSD)

    def forward(
        self,
        x_BTD: Tensor,
        own: KeyValues | None,
        past: Tensor | None,
        source: tuple[Tensor, Tensor],
        mask_B11S: Tensor,
        rotation: Rotation,
    ) -> Tensor:
        """Map [B, T, D] to [B, T, D], for whole sequences or for new positions with cached earlier ones."""
        normed = self.residual1.before(x_BTD)
        query = rotate(self.attention.split(self.attention.query(normed)), rotation)
        key, value = self.attention.keys_values(normed)
        key = rotate(key, rotation)
        # A new position sees everything before it; a whole sequence needs the causal mask.
        keys_values = (key, value) if own is None else own.add(key, value)
        mixed = self.attention.attend(query, keys_values, past, causal=own is None)
        x_BTD = self.residual1.after(x_BTD, mixed)
        # Sequences of one source are neighbors.
        query = self.cross.query(self.residual2.before(x_BTD)).view(len(source[0]), -1, x_BTD.shape[2])
        mixed = self.cross.attend(self.cross.split(query), source, mask_B11S, causal=False)
        x_BTD = self.residual2.after(x_BTD, mixed.view(x_BTD.shape))
        return self.residual3.after(x_BTD, self.feed_forward(self.residual3.before(x_BTD)))


class Seq2Seq(nn.Module):
    """Encoder, decoder, and one embedding for source, target and output.

    Attributes:
        save_memory: recompute the activations of each layer in the backward pass instead of keeping them
            (Chen et al. 2016); set by training.
    """

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        config.require_memory()
        self.config = config
        self.save_memory = False
        self.embedding = nn.Embedding(config.vocabulary, config.width, padding_idx=config.pad)
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))
        self.decoder = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))
        # Norms at the ends: post-norm has them after the embeddings, pre-norm after the last layers.
        self.encoder_norm, self.decoder_norm = nn.LayerNorm(config.width), nn.LayerNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)
        nn.init.normal_(self.embedding.weight, std=config.width**-0.5)
        with torch.no_grad():
            self.embedding.weight[config.pad].zero_()
        self.places = nn.Embedding(config.max_length, config.width) if config.positions == "learned" else None
        if self.places is not None:
            nn.init.normal_(self.places.weight, std=config.width**-0.5)
        self.tree = TreePositions(config.width) if config.tree_positions else None

    def _embed(self, tokens: Tensor, start: int, length: int) -> tuple[Tensor, Rotation]:
        """Embeddings [B, T, D] of tokens at ``length`` positions from ``start``, and their rotation."""
        width = self.config.width
        embedded = self.embedding(tokens) * width**0.5
        if self.places is None:
            return embedded, rotations(start, length, width // self.config.heads, tokens.device)
        if start + length > self.config.max_length:
            raise LimitError(
                f"a sequence of {start + length} tokens does not fit the model's {self.config.max_length} "
                "learned positions; raise model.max_length or lower data.max_tokens"
            )
        indices = torch.arange(start, start + length, device=tokens.device)
        return embedded + self.places(indices) * width**0.5, None

    def encode(self, source_BS: Tensor) -> tuple[Tensor, Tensor]:
        """The encoder's output [B, S, D] and the mask [B, 1, 1, S] of tokens that are not padding."""
        mask_B11S = (source_BS != self.config.pad)[:, None, None, :]
        x_BSD, rotation = self._embed(source_BS, 0, source_BS.shape[1])
        if self.tree is not None:
            x_BSD = x_BSD + self.tree(source_BS)
        post = self.config.norm == "post"
        x_BSD = self.dropout(self.encoder_norm(x_BSD) if post else x_BSD)
        for layer in self.encoder:
            x_BSD = self._run(layer, x_BSD, mask_B11S, rotation)
        return x_BSD if post else self.encoder_norm(x_BSD), mask_B11S

    def _read(self, memory_BSD: Tensor) -> list[tuple[Tensor, Tensor]]:
        return [cast("DecoderLayer", layer).read(memory_BSD) for layer in self.decoder]

    def start(self, memory_BSD: Tensor, *, branching: bool = False) -> Cache:
        """An empty cache for decoding step by step, for single sequences or trees of them."""
        past = memory_BSD.new_zeros(len(memory_BSD), 1, 0, 0) if branching else None
        return Cache([KeyValues() for _ in self.decoder], self._read(memory_BSD), past)

    def decode(self, target_BT: Tensor, cache: Cache, mask_B11S: Tensor) -> Tensor:
        """Logits [B, T, V] of the tokens after those given; their keys and values go to the cache.

        Args:
            target_BT: the next token of each of the T branches of each tree; for single sequences, [B, 1]. A
                source may have several sequences, which are neighbors.
            cache: keys and values of the tokens before.
            mask_B11S: the mask from :meth:`encode`.
        """
        x_BTD, rotation = self._embed(target_BT, cache.length, 1)
        cache.grow(target_BT.shape[1])
        return self._decode(x_BTD, rotation, cache.own, cache.past, cache.cross, mask_B11S)

    def _decode(
        self,
        x_BTD: Tensor,
        rotation: Rotation,
        own: Sequence[KeyValues | None],
        past: Tensor | None,
        cross: list[tuple[Tensor, Tensor]],
        mask_B11S: Tensor,
    ) -> Tensor:
        post = self.config.norm == "post"
        x_BTD = self.dropout(self.decoder_norm(x_BTD) if post else x_BTD)
        for layer, kept, source in zip(self.decoder, own, cross, strict=True):
            x_BTD = self._run(layer, x_BTD, kept, past, source, mask_B11S, rotation)
        return F.linear(x_BTD if post else self.decoder_norm(x_BTD), self.embedding.weight)

    def _run(self, layer: nn.Module, *inputs: object) -> Any:  # noqa: ANN401
        if self.save_memory and self.training:
            return checkpoint(layer, *inputs, use_reentrant=False)
        return layer(*inputs)

    def forward(self, source_BS: Tensor, target_BT: Tensor) -> Tensor:
        """Logits [B, T, V] of each next target token, given those before it."""
        memory_BSD, mask_B11S = self.encode(source_BS)
        x_BTD, rotation = self._embed(target_BT, 0, target_BT.shape[1])
        nothing = [None] * len(self.decoder)
        return self._decode(x_BTD, rotation, nothing, None, self._read(memory_BSD), mask_B11S)

    @property
    def parameters_count(self) -> int:
        """Number of trainable parameters."""
        return sum(parameter.numel() for parameter in self.parameters() if parameter.requires_grad)

    def training_flops(self, batch: int, source: int, target: int) -> float:
        """Floating-point operations of a forward and a backward pass over padded sequences of these lengths.

        Two per weight and token forward, four backward (Kaplan et al. 2020, section 2.1), plus the products
        of attention; embeddings, norms and softmax are not counted.
        """
        config = self.config
        square, inner = config.width**2, 2 * config.width * config.feed_forward
        encoder = config.encoder_layers * (source * (4 * square + inner) + 2 * config.width * source**2)
        decoder = config.decoder_layers * (
            target * (6 * square + inner)
            + 2 * source * square
            + 2 * config.width * target * (target / 2 + source)
        )
        output = target * config.width * config.vocabulary
        return 6.0 * batch * (encoder + decoder + output)
