"""A transformer encoder that maps one expression to a row of numbers.

Letters at the end of a tensor's name are those of ``transformer.py``; O outputs.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from antiderive.errors import SettingError
from antiderive.models.config import Seq2SeqConfig
from antiderive.models.positions import TreePositions, rotations
from antiderive.models.transformer import EncoderLayer

_MOST = 1 << 16
"""Bound of the numbers beside the tokens, and of those that come out."""


@dataclass(frozen=True)
class ClassifierConfig:
    """Shape of a classifier.

    Attributes:
        vocabulary: number of tokens.
        outputs: number of outputs.
        width: width of embeddings and layers.
        heads: attention heads.
        layers: layers of the encoder.
        feed_forward: width of the inner layer of the feed-forward blocks.
        dropout: probability of dropping an activation.
        positions: ``sequence`` (rotary), ``tree`` (the path from the root), or ``both``.
        extra: number of features besides the tokens, such as counts; they go through ``log(1 + n)`` and are
            standardized by the module's ``mean`` and ``scale``.
        pad: id of the padding token.
    """

    vocabulary: int
    outputs: int
    width: int = 96
    heads: int = 4
    layers: int = 3
    feed_forward: int = 256
    dropout: float = 0.1
    positions: str = "both"
    extra: int = 0
    pad: int = 0

    def __post_init__(self) -> None:
        if self.positions not in ("sequence", "tree", "both"):
            raise SettingError(
                f"classifier: unknown positions {self.positions!r}; choose from: sequence, tree, both"
            )
        if self.outputs < 1:
            raise SettingError(f"classifier: outputs = {self.outputs} is below 1")
        if max(self.outputs, self.extra) > _MOST:
            raise SettingError(f"classifier: outputs and extra are at most {_MOST:,}")
        self.encoder()

    def encoder(self) -> Seq2SeqConfig:
        """The shape as a configuration of encoder layers."""
        return Seq2SeqConfig(
            vocabulary=self.vocabulary,
            width=self.width,
            heads=self.heads,
            encoder_layers=self.layers,
            feed_forward=self.feed_forward,
            dropout=self.dropout,
            pad=self.pad,
        )


class TransformerClassifier(nn.Module):
    """Encoder, mean and maximum over the tokens, and one linear layer.

    Features come before the tokens in each row of the input, and have a hidden layer of their own.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, config: ClassifierConfig) -> None:
        super().__init__()
        self.config = config
        shape = config.encoder()
        shape.require_memory()
        self.embedding = nn.Embedding(config.vocabulary, config.width, padding_idx=config.pad)
        nn.init.normal_(self.embedding.weight, std=config.width**-0.5)
        with torch.no_grad():
            self.embedding.weight[config.pad].zero_()
        self.tree = TreePositions(config.width) if config.positions != "sequence" else None
        self.layers = nn.ModuleList(EncoderLayer(shape) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)
        self.register_buffer("mean", torch.zeros(config.extra))
        self.register_buffer("scale", torch.ones(config.extra))
        self.beside = nn.Linear(config.extra, config.width) if config.extra else None
        pooled = (3 if config.extra else 2) * config.width
        self.output = nn.Linear(pooled, config.outputs)
        nn.init.normal_(self.output.weight, std=0.02)
        nn.init.zeros_(self.output.bias)

    def forward(self, rows: Tensor) -> Tensor:
        """Map features and token ids [B, E + S] to outputs [B, O]."""
        tokens_BS = rows[:, self.config.extra :].long()
        seen_BS = tokens_BS != self.config.pad
        mask_B11S = seen_BS[:, None, None, :]
        x_BSD = self.embedding(tokens_BS) * self.config.width**0.5
        if self.tree is not None:
            x_BSD = x_BSD + self.tree(tokens_BS)
        rotation = None
        if self.config.positions != "tree":
            width = self.config.width // self.config.heads
            rotation = rotations(0, tokens_BS.shape[1], width, tokens_BS.device)
        x_BSD = self.dropout(x_BSD)
        for layer in self.layers:
            x_BSD = layer(x_BSD, mask_B11S, rotation)
        x_BSD = self.norm(x_BSD)
        weight_BS1 = seen_BS[:, :, None].to(x_BSD.dtype)
        mean_BD = (x_BSD * weight_BS1).sum(1) / weight_BS1.sum(1)
        most_BD = x_BSD.masked_fill(~seen_BS[:, :, None], float("-inf")).amax(1)
        pooled = [mean_BD, most_BD]
        if self.beside is not None:
            numbers_BE = (torch.log1p(rows[:, : self.config.extra]) - self.mean) / self.scale
            pooled.append(torch.tanh(self.beside(self.dropout(numbers_BE))))
        output: Tensor = self.output(self.dropout(torch.cat(pooled, dim=1)))
        return output
