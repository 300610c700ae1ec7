"""Training of a classifier on a labelled set, and loading of a classifier of any family."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from antiderive.classification.feature_classifier import FeatureClassifier
from antiderive.classification.features import FEATURES
from antiderive.classification.fit import Epoch, FitConfig, fit, logits_of
from antiderive.classification.integrands import renamed
from antiderive.classification.labelled import LabelledSet
from antiderive.classification.language import LanguageNetwork
from antiderive.classification.metrics import fit_temperature
from antiderive.classification.networks import FeatureNetwork, Network, TokenNetwork
from antiderive.classification.prediction import FAMILIES, Classifier, Description, Layout, Prediction
from antiderive.classification.targets import start_at_the_mean, targets_of
from antiderive.errors import SettingError
from antiderive.expressions import Expr


class TorchClassifier:
    """A torch network with its description."""

    def __init__(self, network: Network, description: Description) -> None:
        self.description = description
        self._network = network
        network.module.eval()

    def logits(self, integrands: Sequence[Expr]) -> NDArray[np.float64]:
        """Logits before calibration, [N, O]."""
        return logits_of(self._network.module, self._network.encode(integrands), self._network.collate)

    def predict(self, integrands: Sequence[Expr]) -> Prediction:
        """Calibrated predictions for integrands."""
        return self.description.prediction(self.logits([renamed(integrand) for integrand in integrands]))


def load_classifier(folder: Path) -> Classifier:
    """Load the classifier in a folder, of any family.

    Raises:
        DataError: if there is no classifier.
    """
    description = Description.read(folder)
    if description.family == "features":
        return FeatureClassifier.load(folder)
    loader = LanguageNetwork.load if description.family == "language" else TokenNetwork.load
    return TorchClassifier(loader(folder, description), description)


def train_classifier(
    sets: dict[str, LabelledSet],
    folder: Path,
    *,
    family: str = "features",
    base: str = "",
    writing: str = "latex",
    lora: int = 0,
    shape: dict[str, Any] | None = None,
    config: FitConfig | None = None,
    report: Callable[[Epoch], None] = lambda _: None,
) -> Classifier:
    """Train on the split ``train``, choose the pass and the temperatures on ``valid``, and save.

    Args:
        sets: splits of a labelled set.
        folder: where the classifier goes.
        family: one of :data:`~antiderive.classification.prediction.FAMILIES`.
        base: for a language model, a local folder or a name on the Hub.
        writing: for a language model, ``latex`` or ``infix``.
        lora: for a language model, rank of the trained matrices; 0 trains all weights.
        shape: for other families, settings of the module.
        config: settings of the training.
        report: called after each pass.

    Raises:
        SettingError: for an unknown family, or settings that do not belong to it.
        DataError: if a language model cannot be loaded.
    """
    config = config or FitConfig()
    train, valid = sets["train"], sets["valid"]
    layout = Layout.of(train)
    torch.manual_seed(config.seed)
    network = _network(family, layout, base, writing, lora, shape or {})
    rows = network.encode(train.integrands)
    start_at_the_mean(network.module, layout, targets_of(layout, train))
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network.module.to(device)
    epochs = fit(
        network.module,
        layout,
        (rows, targets_of(layout, train)),
        (network.encode(valid.integrands), targets_of(layout, valid)),
        config,
        collate=network.collate,
        report=report,
    )
    written = logits_of(network.module, network.encode(valid.integrands), network.collate)
    description = Description(
        family=family,
        layout=layout,
        temperatures=_temperatures(written, valid, layout),
        shape=network.shape,
        trained_on={"functions": len(train), "valid": len(valid), **asdict(config)},
        history=[asdict(epoch) for epoch in epochs],
    )
    network.save(folder, description)
    return load_classifier(folder)


def _network(
    family: str, layout: Layout, base: str, writing: str, lora: int, shape: dict[str, Any]
) -> Network:
    if family not in FAMILIES:
        raise SettingError(f"unknown family {family!r}; choose from: {', '.join(FAMILIES)}")
    if family == "language":
        if not base:
            raise SettingError(
                "the family language needs --base: a local folder, or a name such as tbs17/MathBERT"
            )
        return LanguageNetwork.new(base, layout, writing=writing, lora=lora)
    if base or lora:
        raise SettingError(f"--base and --lora belong to the family language, not to {family!r}")
    if family == "features":
        return FeatureNetwork(len(FEATURES), layout, **shape)
    return TokenNetwork.new(family, layout, **shape)


def _temperatures(rows: NDArray[np.float64], labelled: LabelledSet, layout: Layout) -> tuple[float, float]:
    """Temperatures of the first output and of all calls' successes; 1 if there are too few labels."""
    truths, logits = layout.labels(labelled)[0], rows[:, layout.parts[1]]
    pairs = ((labelled.found, rows[:, 0]), (truths.ravel(), logits.ravel()))
    found, calls = (
        fit_temperature(truth[truth >= 0] == 1, each[truth >= 0]) if (truth >= 0).sum() >= 20 else 1.0
        for truth, each in pairs
    )
    return found, calls
