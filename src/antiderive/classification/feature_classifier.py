"""The classifier on features, with two small layers in numpy; it does not need torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from antiderive.classification.features import FEATURES, features_of
from antiderive.classification.integrands import renamed
from antiderive.classification.prediction import Description, Prediction
from antiderive.errors import DataError
from antiderive.expressions import Expr

SHIPPED = Path(__file__).parent / "shipped"
"""The built-in classifier; ``docs/how-to/classify.md`` describes how it was made."""

_FILE = "weights.npz"
_NAMES = ("mean", "scale", "hidden", "hidden_bias", "output", "output_bias")

Weights = dict[str, NDArray[np.float32]]


class FeatureClassifier:
    """A network on features, standardized after ``log(1 + n)``: one tanh layer and one linear layer."""

    def __init__(self, description: Description, weights: Weights) -> None:
        self.description = description
        self._weights = weights

    @classmethod
    def load(cls, folder: Path) -> FeatureClassifier:
        """Read a classifier from a folder.

        Raises:
            DataError: if the weights cannot be read or are from another version.
        """
        description = Description.read(folder)
        if description.family != "features":
            raise DataError(f"{folder} holds a classifier of the family {description.family}, not features")
        try:
            with np.load(folder / _FILE, allow_pickle=False) as file:
                weights = {name: np.asarray(file[name], dtype=np.float32) for name in _NAMES}
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise DataError(f"cannot read {folder / _FILE}: {error}") from error
        if weights["mean"].shape != (len(FEATURES),):
            raise DataError(
                f"{folder} has {len(weights['mean'])} features, and this version has {len(FEATURES)}; "
                "train it again"
            )
        return cls(description, weights)

    def save(self, folder: Path) -> None:
        """Write weights and description."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(folder / _FILE, **self._weights)  # type: ignore[arg-type]
        self.description.write(folder)

    def logits(self, integrands: Sequence[Expr]) -> NDArray[np.float64]:
        """Logits before calibration, [N, O]."""
        w = self._weights
        inputs = (np.log1p(features_of(integrands)) - w["mean"]) / w["scale"]
        hidden = np.tanh(inputs @ w["hidden"] + w["hidden_bias"])
        return np.asarray(hidden @ w["output"] + w["output_bias"], dtype=np.float64)

    def predict(self, integrands: Sequence[Expr]) -> Prediction:
        """Calibrated predictions for integrands."""
        return self.description.prediction(self.logits([renamed(integrand) for integrand in integrands]))
