"""A pre-norm encoder-decoder transformer with rotary positions and tied embeddings.

Sources: Vaswani et al. 2017; Xiong et al. 2020 (pre-norm); Su et al. 2021 (rotary positions).

Letters at the end of a tensor's name give its shape: B batch, S source length, T target length, D width,
H heads, K width of a head, V vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from antiderive.errors import SettingError


@dataclass(frozen=True)
class Seq2SeqConfig:
    """Shape of the model.

    Attributes:
        vocabulary: number of tokens.
        width: width of embeddings and layers.
        heads: attention heads; they divide the width into even parts.
        encoder_layers: layers of the encoder.
        decoder_layers: layers of the decoder.
        feed_forward: width of the inner layer of the feed-forward blocks.
        dropout: probability of dropping an activation.
        pad: id of the padding token.
    """

    vocabulary: int
    width: int = 256
    heads: int = 8
    encoder_layers: int = 4
    decoder_layers: int = 4
    feed_forward: int = 1024
    dropout: float = 0.0
    pad: int = 0

    def __post_init__(self) -> None:
        if self.width % (2 * self.heads):
            raise SettingError(f"model: width {self.width} is not a multiple of twice the {self.heads} heads")
        for name in ("vocabulary", "width", "heads", "encoder_layers", "decoder_layers", "feed_forward"):
            if getattr(self, name) < 1:
                raise SettingError(f"model: {name} = {getattr(self, name)} is below 1")
        if not 0 <= self.dropout < 1:
            raise SettingError(f"model: dropout {self.dropout} is not between 0 and 1")


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


def rotate(x_BHTK: Tensor, start: int) -> Tensor:
    """Rotary positions ``start``, ``start + 1``, ... applied to queries or keys."""
    length, width = x_BHTK.shape[-2:]
    frequency = 10_000.0 ** (-torch.arange(0, width, 2, device=x_BHTK.device, dtype=torch.float32) / width)
    position = torch.arange(start, start + length, device=x_BHTK.device, dtype=torch.float32)
    angle = torch.outer(position, frequency)
    cos, sin = angle.cos().to(x_BHTK.dtype), angle.sin().to(x_BHTK.dtype)
    first, second = x_BHTK.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)


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
        self.query = nn.Linear(config.width, config.width, bias=False)
        self.key_value = nn.Linear(config.width, 2 * config.width, bias=False)
        self.out = nn.Linear(config.width, config.width, bias=False)

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


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward, each with a norm before and a residual around it."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(config.width), nn.LayerNorm(config.width)
        self.attention, self.feed_forward = Attention(config), FeedForward(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x_BSD: Tensor, mask_B11S: Tensor) -> Tensor:
        """[B, S, D] to [B, S, D]; the mask is true at positions that may be attended to."""
        normed = self.norm1(x_BSD)
        query = rotate(self.attention.split(self.attention.query(normed)), 0)
        key, value = self.attention.keys_values(normed)
        mixed = self.attention.attend(query, (rotate(key, 0), value), mask_B11S, causal=False)
        x_BSD = x_BSD + self.dropout(mixed)
        return x_BSD + cast("Tensor", self.dropout(self.feed_forward(self.norm2(x_BSD))))


class DecoderLayer(nn.Module):
    """Self-attention, attention to the source, feed-forward."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(config.width) for _ in range(3))
        self.attention, self.cross, self.feed_forward = (
            Attention(config),
            Attention(config),
            FeedForward(config),
        )
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x_BTD: Tensor,
        before: tuple[Tensor, Tensor] | None,
        source: tuple[Tensor, Tensor],
        mask_B11S: Tensor,
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """[B, T, D] to [B, T, D], with the keys and values of all positions so far."""
        start = 0 if before is None else before[0].shape[2]
        normed = self.norm1(x_BTD)
        query = rotate(self.attention.split(self.attention.query(normed)), start)
        key, value = self.attention.keys_values(normed)
        key = rotate(key, start)
        if before is not None:
            key, value = _extended(before[0], key), _extended(before[1], value)
        # One new position sees everything before it; a whole sequence needs the causal mask.
        mixed = self.attention.attend(query, (key, value), None, causal=before is None)
        x_BTD = x_BTD + self.dropout(mixed)
        query = self.cross.split(self.cross.query(self.norm2(x_BTD)))
        x_BTD = x_BTD + self.dropout(self.cross.attend(query, source, mask_B11S, causal=False))
        return x_BTD + self.dropout(self.feed_forward(self.norm3(x_BTD))), (key, value)


class Seq2Seq(nn.Module):
    """Encoder, decoder, and one embedding for source, target and output."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.width, padding_idx=config.pad)
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))
        self.decoder = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))
        self.encoder_norm, self.decoder_norm = nn.LayerNorm(config.width), nn.LayerNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)
        nn.init.normal_(self.embedding.weight, std=config.width**-0.5)
        with torch.no_grad():
            self.embedding.weight[config.pad].zero_()

    def _embed(self, tokens: Tensor) -> Tensor:
        scaled: Tensor = self.dropout(self.embedding(tokens) * self.config.width**0.5)
        return scaled

    def encode(self, source_BS: Tensor) -> tuple[Tensor, Tensor]:
        """The encoder's output [B, S, D] and the mask [B, 1, 1, S] of what is not padding."""
        mask_B11S = (source_BS != self.config.pad)[:, None, None, :]
        x_BSD = self._embed(source_BS)
        for layer in self.encoder:
            x_BSD = layer(x_BSD, mask_B11S)
        return self.encoder_norm(x_BSD), mask_B11S

    def start(self, memory_BSD: Tensor) -> Cache:
        """An empty cache for decoding step by step."""
        layers = [cast("DecoderLayer", layer) for layer in self.decoder]
        return Cache([None] * len(layers), [layer.cross.keys_values(memory_BSD) for layer in layers])

    def decode(self, target_BT: Tensor, cache: Cache, mask_B11S: Tensor) -> Tensor:
        """Logits [B, T, V] of the tokens after those given; the cache takes their keys and values."""
        x_BTD = self._embed(target_BT)
        for place, layer in enumerate(self.decoder):
            x_BTD, cache.own[place] = layer(x_BTD, cache.own[place], cache.cross[place], mask_B11S)
        return F.linear(self.decoder_norm(x_BTD), self.embedding.weight)

    def forward(self, source_BS: Tensor, target_BT: Tensor) -> Tensor:
        """Logits [B, T, V] of each next target token, given the ones before it."""
        memory_BSD, mask_B11S = self.encode(source_BS)
        return self.decode(target_BT, self.start(memory_BSD), mask_B11S)

    @property
    def parameters_count(self) -> int:
        """Number of trainable parameters."""
        return sum(parameter.numel() for parameter in self.parameters() if parameter.requires_grad)
