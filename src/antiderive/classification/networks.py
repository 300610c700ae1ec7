"""Networks of the classifiers trained from scratch, and how they encode integrands.

A network turns integrands into rows of numbers, rows into a batch, and a batch into outputs. The trainer
(:mod:`antiderive.classification.fit`) knows nothing else of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from antiderive.classification.feature_classifier import FeatureClassifier
from antiderive.classification.features import FEATURES, features_of
from antiderive.classification.prediction import Description, Layout
from antiderive.errors import DataError
from antiderive.expressions import Expr, Vocabulary
from antiderive.models import ClassifierConfig, TransformerClassifier

MAX_TOKENS = 400
"""Tokens after which expressions are cut; the beginning is enough."""

_WEIGHTS = "model.safetensors"

InputRow = Sequence[float]


class Network(Protocol):
    """A module and its encoding of integrands, as training and prediction need them."""

    @property
    def module(self) -> nn.Module:
        """The module to train."""

    @property
    def shape(self) -> dict[str, Any]:
        """Settings from which the module can be rebuilt."""

    def encode(self, integrands: Sequence[Expr]) -> list[InputRow]:
        """One input row for each integrand."""

    def collate(self, rows: Sequence[InputRow]) -> Tensor:
        """A batch from rows."""

    def save(self, folder: Path, description: Description) -> None:
        """Writes weights and description."""


def padded(rows: Sequence[InputRow], pad: int) -> Tensor:
    """Rows of ids, padded to the longest, [B, S]."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows])


class _Standardization:
    """Computes features; the first list of integrands sets the mean and scale of a module."""

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        self._set = False

    def __call__(self, integrands: Sequence[Expr]) -> NDArray[np.float32]:
        found = features_of(integrands)
        if not self._set:
            logs = np.log1p(found)
            self._module.mean.copy_(torch.from_numpy(logs.mean(axis=0)))  # type: ignore[operator]
            # A feature that hardly varies must not give a large input when it does.
            self._module.scale.copy_(torch.from_numpy(np.maximum(logs.std(axis=0), 0.1)))  # type: ignore[operator]
            self._set = True
        return found

    def keep(self) -> None:
        """Keep the module's present mean and scale."""
        self._set = True


class TokenNetwork:
    """A transformer over tokens of the prefix form.

    ``tree`` adds the path from the root to each token, ``hybrid`` the features of the expression too.
    """

    def __init__(self, config: ClassifierConfig) -> None:
        self.module = TransformerClassifier(config)
        self._features = _Standardization(self.module)

    @classmethod
    def new(cls, name: str, layout: Layout, **shape: Any) -> TokenNetwork:  # noqa: ANN401
        """A network with fresh weights."""
        usual = {"positions": "sequence" if name == "tokens" else "both"}
        fixed = {
            "vocabulary": len(Vocabulary().names),
            "outputs": layout.outputs,
            "extra": len(FEATURES) if name == "hybrid" else 0,
        }
        return cls(ClassifierConfig(**{**usual, **shape, **fixed}))

    @classmethod
    def load(cls, folder: Path, description: Description) -> TokenNetwork:
        """Load a network from a folder.

        Raises:
            DataError: if the weights are missing or have another shape.
        """
        try:
            Vocabulary().check(description.shape["vocabulary"])
            values = {**description.shape, "vocabulary": len(Vocabulary().names)}
            network = cls(ClassifierConfig(**values))
            network._features.keep()
            if network.module.config.extra not in (0, len(FEATURES)):
                raise DataError(f"{folder} has other features than this version; train it again")
            network.module.load_state_dict(load_file(folder / _WEIGHTS))
        except (OSError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
            raise DataError(f"{folder}: cannot load the classifier: {str(error).splitlines()[0]}") from error
        return network

    @property
    def shape(self) -> dict[str, Any]:
        """The configuration, with a digest of the vocabulary."""
        return {**asdict(self.module.config), "vocabulary": Vocabulary().digest}

    def encode(self, integrands: Sequence[Expr]) -> list[InputRow]:
        """Prefix tokens of each integrand, after its features if the network uses them."""
        tokens = [integrand.to_tokens()[:MAX_TOKENS] for integrand in integrands]
        if not self.module.config.extra:
            return list[InputRow](tokens)
        features = self._features(integrands).tolist()
        return [[*numbers, *ids] for numbers, ids in zip(features, tokens, strict=True)]

    def collate(self, rows: Sequence[InputRow]) -> Tensor:
        """Padded ids."""
        return padded(rows, self.module.config.pad)

    def save(self, folder: Path, description: Description) -> None:
        """Write the weights as safetensors."""
        folder.mkdir(parents=True, exist_ok=True)
        save_file(dict(self.module.state_dict()), folder / _WEIGHTS)
        description.write(folder)


class _FeatureModule(nn.Module):
    """The torch module of :class:`FeatureNetwork`: the same function as in numpy, plus dropout."""

    mean: Tensor
    scale: Tensor

    def __init__(self, features: int, hidden: int, outputs: int, dropout: float) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("scale", torch.ones(features))
        self.dropout = nn.Dropout(dropout)
        self.hidden = nn.Linear(features, hidden)
        self.output = nn.Linear(hidden, outputs)

    def forward(self, features_BF: Tensor) -> Tensor:
        """Map features [B, F] to outputs [B, O]."""
        inputs = (torch.log1p(features_BF) - self.mean) / self.scale
        output: Tensor = self.output(self.dropout(torch.tanh(self.hidden(self.dropout(inputs)))))
        return output


class FeatureNetwork:
    """A network with one hidden layer over :data:`~antiderive.classification.features.FEATURES`."""

    def __init__(self, features: int, layout: Layout, *, hidden: int = 64, dropout: float = 0.2) -> None:
        self._hidden, self._dropout = hidden, dropout
        self.module = _FeatureModule(features, hidden, layout.outputs, dropout)
        self._features = _Standardization(self.module)

    @property
    def shape(self) -> dict[str, Any]:
        """Width and dropout."""
        return {"hidden": self._hidden, "dropout": self._dropout}

    def encode(self, integrands: Sequence[Expr]) -> list[InputRow]:
        """Features; the first list of integrands, the training split, sets mean and scale."""
        return list[InputRow](self._features(integrands).tolist())

    def collate(self, rows: Sequence[InputRow]) -> Tensor:
        """A batch [B, F] from rows."""
        return torch.tensor(rows)

    def save(self, folder: Path, description: Description) -> None:
        """Write the weights for numpy."""
        module = self.module
        tensors = {
            "mean": module.mean,
            "scale": module.scale,
            "hidden": module.hidden.weight.T,
            "hidden_bias": module.hidden.bias,
            "output": module.output.weight.T,
            "output_bias": module.output.bias,
        }
        weights = {name: tensor.detach().cpu().numpy().copy() for name, tensor in tensors.items()}
        FeatureClassifier(replace(description), weights).save(folder)
