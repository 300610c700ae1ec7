"""An encoder-decoder transformer with one embedding for source, target and output.

By default pre-norm with rotary positions; the original's architecture is a configuration of the same modules.
Sources: Vaswani et al. 2017; Xiong et al. 2020 (pre-norm); Su et al. 2021 (rotary positions); Lample &
Charton 2020 (post-norm, learned positions).

Letters at the end of a tensor's name give its shape: B batch, S source length, T target length, D width,
H heads, K width of a head, V vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from antiderive.errors import LimitError
from antiderive.models.config import Seq2SeqConfig
from antiderive.models.positions import TreePositions, rotate, rotations

Rotation = tuple[Tensor, Tensor] | None
"""Cosines and sines of the positions at hand, if the model has rotary ones."""


@dataclass
class Cache:
    """Keys and values that the decoder keeps between steps, one entry per layer.

    Self-attention entries grow by one position a step; those of the encoder's output are computed once.
    """

    own: list[tuple[Tensor, Tensor] | None]
    cross: list[tuple[Tensor, Tensor]] = field(default_factory=list)

    def copy(self, sources: Tensor, targets: Tensor) -> None:
        """Puts what rows ``sources`` of the self-attention hold in the place of rows ``targets``."""
        for kv in self.own:
            if kv is not None:
                kv[0][targets], kv[1][targets] = kv[0][sources], kv[1][sources]

    def select(self, rows: Tensor) -> None:
        """Keeps these rows of the self-attention, in this order."""
        self.own = [None if kv is None else (kv[0][rows], kv[1][rows]) for kv in self.own]

    def select_sources(self, rows: Tensor) -> None:
        """Keeps these rows of the encoder's part (problems that are not finished)."""
        self.cross = [(k[rows], v[rows]) for k, v in self.cross]


def _extended(before_BHTK: Tensor, new_BHTK: Tensor) -> Tensor:
    """``before`` with more positions, [B, H, T, K].

    Without gradients it is a view of a buffer with room for more, which is written in place: decoding a
    sequence would otherwise copy all that came before in every step. ``before`` must not be extended twice.
    """
    if torch.is_grad_enabled():
        return torch.cat([before_BHTK, new_BHTK], dim=2)
    batch, heads, length, width = before_BHTK.shape
    longer = length + new_BHTK.shape[2]
    strides = before_BHTK.stride()
    # Rows of positions that stand further apart than they are long: the room that was left.
    apart = strides[0] == heads * strides[1] and strides[2:] == (width, 1)
    room = strides[1] // width if apart else 0
    if longer <= room:
        buffer = before_BHTK.as_strided((batch, heads, room, width), strides)
    else:
        buffer = before_BHTK.new_empty(batch, heads, 2 * longer + 16, width)
        buffer[:, :, :length] = before_BHTK
    buffer[:, :, length:longer] = new_BHTK
    return buffer[:, :, :longer]


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
        """[B, T, D] to [B, H, T, K]."""
        batch, length, width = x_BTD.shape
        return x_BTD.view(batch, length, self.heads, width // self.heads).transpose(1, 2)

    def keys_values(self, x_BSD: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of a sequence, without positions."""
        key, value = self.key_value(x_BSD).chunk(2, dim=-1)
        return self.split(key), self.split(value)

    def attend(
        self, query_BHTK: Tensor, keys_values: tuple[Tensor, Tensor], mask: Tensor | None, *, causal: bool
    ) -> Tensor:
        """[B, H, T, K] to [B, T, D]; runs of B / S consecutive rows may share one of S rows of keys."""
        dropout = self.dropout if self.training else 0.0
        rows, heads, length, width = query_BHTK.shape
        shared = rows // keys_values[0].shape[0]
        if shared > 1:  # the hypotheses of one problem: their queries stand side by side
            query_BHTK = query_BHTK.view(-1, shared, heads, length, width).transpose(1, 2).flatten(2, 3)
        mixed = F.scaled_dot_product_attention(
            query_BHTK, *keys_values, attn_mask=mask, dropout_p=dropout, is_causal=causal
        )
        if shared > 1:
            mixed = mixed.reshape(-1, heads, shared, length, width).transpose(1, 2).flatten(0, 1)
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
        """What the block gets."""
        return x_BTD if self.post else cast("Tensor", self.norm(x_BTD))

    def after(self, x_BTD: Tensor, mixed_BTD: Tensor) -> Tensor:
        """The sum of what came in and what the block made of it."""
        total = x_BTD + self.dropout(mixed_BTD)
        return cast("Tensor", self.norm(total)) if self.post else total


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.residual1, self.residual2 = Residual(config), Residual(config)
        self.attention, self.feed_forward = Attention(config), FeedForward(config)

    def forward(self, x_BSD: Tensor, mask_B11S: Tensor, rotation: Rotation) -> Tensor:
        """[B, S, D] to [B, S, D]; the mask is true at positions that may be attended to."""
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
        before: tuple[Tensor, Tensor] | None,
        source: tuple[Tensor, Tensor],
        mask_B11S: Tensor,
        rotation: Rotation,
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """[B, T, D] to [B, T, D], with the keys and values of all positions so far."""
        normed = self.residual1.before(x_BTD)
        query = rotate(self.attention.split(self.attention.query(normed)), rotation)
        key, value = self.attention.keys_values(normed)
        key = rotate(key, rotation)
        if before is not None:
            key, value = _extended(before[0], key), _extended(before[1], value)
        # One new position sees everything before it; a whole sequence needs the causal mask.
        mixed = self.attention.attend(query, (key, value), None, causal=before is None)
        x_BTD = self.residual1.after(x_BTD, mixed)
        query = self.cross.split(self.cross.query(self.residual2.before(x_BTD)))
        x_BTD = self.residual2.after(x_BTD, self.cross.attend(query, source, mask_B11S, causal=False))
        return self.residual3.after(x_BTD, self.feed_forward(self.residual3.before(x_BTD))), (key, value)


class Seq2Seq(nn.Module):
    """Encoder, decoder, and one embedding for source, target and output.

    Attributes:
        save_memory: recompute the inside of each layer in the backward pass instead of keeping it (Chen et
            al. 2016); set by training.
    """

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.config = config
        self.save_memory = False
        self.embedding = nn.Embedding(config.vocabulary, config.width, padding_idx=config.pad)
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))
        self.decoder = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))
        # The two ends: post-norm has norms after the embeddings, pre-norm after the last layers.
        self.encoder_norm, self.decoder_norm = nn.LayerNorm(config.width), nn.LayerNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)
        nn.init.normal_(self.embedding.weight, std=config.width**-0.5)
        with torch.no_grad():
            self.embedding.weight[config.pad].zero_()
        self.places = nn.Embedding(config.max_length, config.width) if config.positions == "learned" else None
        if self.places is not None:
            nn.init.normal_(self.places.weight, std=config.width**-0.5)
        self.tree = TreePositions(config.width) if config.tree_positions else None

    def _embed(self, tokens: Tensor, start: int) -> tuple[Tensor, Rotation]:
        """Embeddings [B, T, D] of tokens at the positions from ``start`` on, and their rotation."""
        width, length = self.config.width, tokens.shape[1]
        embedded = self.embedding(tokens) * width**0.5
        if self.places is None:
            return embedded, rotations(start, length, width // self.config.heads, tokens.device)
        if start + length > self.config.max_length:
            raise LimitError(
                f"a sequence of {start + length} tokens does not fit the model's {self.config.max_length} "
                "learned positions; raise model.max_length or lower data.max_tokens"
            )
        places = torch.arange(start, start + length, device=tokens.device)
        return embedded + self.places(places) * width**0.5, None

    def encode(self, source_BS: Tensor) -> tuple[Tensor, Tensor]:
        """The encoder's output [B, S, D] and the mask [B, 1, 1, S] of what is not padding."""
        mask_B11S = (source_BS != self.config.pad)[:, None, None, :]
        x_BSD, rotation = self._embed(source_BS, 0)
        if self.tree is not None:
            x_BSD = x_BSD + self.tree(source_BS)
        post = self.config.norm == "post"
        x_BSD = self.dropout(self.encoder_norm(x_BSD) if post else x_BSD)
        for layer in self.encoder:
            x_BSD = self._run(layer, x_BSD, mask_B11S, rotation)
        return x_BSD if post else self.encoder_norm(x_BSD), mask_B11S

    def start(self, memory_BSD: Tensor) -> Cache:
        """An empty cache for decoding step by step."""
        layers = [cast("DecoderLayer", layer) for layer in self.decoder]
        return Cache([None] * len(layers), [layer.read(memory_BSD) for layer in layers])

    def decode(self, target_BT: Tensor, cache: Cache, mask_B11S: Tensor) -> Tensor:
        """Logits [B, T, V] of the tokens after those given; the cache takes their keys and values."""
        before = cache.own[0]
        x_BTD, rotation = self._embed(target_BT, 0 if before is None else before[0].shape[2])
        post = self.config.norm == "post"
        x_BTD = self.dropout(self.decoder_norm(x_BTD) if post else x_BTD)
        for place, layer in enumerate(self.decoder):
            x_BTD, cache.own[place] = self._run(
                layer, x_BTD, cache.own[place], cache.cross[place], mask_B11S, rotation
            )
        return F.linear(x_BTD if post else self.decoder_norm(x_BTD), self.embedding.weight)

    def _run(self, layer: nn.Module, *inputs: object) -> Any:  # noqa: ANN401
        if self.save_memory and self.training:
            return checkpoint(layer, *inputs, use_reentrant=False)
        return layer(*inputs)

    def forward(self, source_BS: Tensor, target_BT: Tensor) -> Tensor:
        """Logits [B, T, V] of each next target token, given the ones before it."""
        memory_BSD, mask_B11S = self.encode(source_BS)
        return self.decode(target_BT, self.start(memory_BSD), mask_B11S)

    @property
    def parameters_count(self) -> int:
        """Number of trainable parameters."""
        return sum(parameter.numel() for parameter in self.parameters() if parameter.requires_grad)

    def training_flops(self, batch: int, source: int, target: int) -> float:
        """Floating-point operations of forward and backward pass for padded sequences of these lengths.

        Two a weight and token forward, four backward (Kaplan et al. 2020, section 2.1), and the products of
        attention; embeddings, norms and soft-max are not counted.
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
