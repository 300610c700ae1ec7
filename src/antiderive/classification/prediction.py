"""Predictions of classifiers, and the description in a classifier's folder.

A folder has ``classifier.json`` (family, meaning of the outputs, temperatures, settings) and the weights in
the format of the family. Reading it executes nothing in it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from antiderive.classification.metrics import sigmoid
from antiderive.errors import DataError
from antiderive.expressions import Expr

if TYPE_CHECKING:
    from antiderive.classification.labelled import LabelledSet

CLASSES = ("solved", "nonelementary", "special", "partial", "gave_up", "limit")
"""Classes of outcomes. A function labelled by several methods is in the first class that any of them gave;
``limit`` is a time-out, too much memory or a crash. Unconfirmed and unwritable answers are in no class."""

FORMAT = 2
FAMILIES = ("tokens", "tree", "hybrid", "features", "language")
_FILE = "classifier.json"


SHORT = {"giac": 0.3, "maxima": 0.3}
"""CPU seconds of a method's short call, which a classifier predicts besides the call with the full limit.

FriCAS has none: what it finds after a second is worth more than a short call saves (``docs/log.md``).
"""


@dataclass(frozen=True)
class Call:
    """A call whose outcome a classifier predicts.

    Attributes:
        method: name of the method.
        cpu_seconds: its CPU limit.
        most: most CPU seconds it can take: stopping a call at its limit takes some more.
    """

    method: str
    cpu_seconds: float
    most: float

    def __str__(self) -> str:
        return f"{self.method} {self.cpu_seconds:g} s"


@dataclass(frozen=True)
class Layout:
    """Meaning of a classifier's outputs.

    In order: the logit that an elementary integral is found; a logit for each of :data:`CLASSES`; for each
    call, the logit that it finds an integral or proves that there is none; for each call, the logit of its
    expected share of ``most``.

    Attributes:
        calls: methods with their budgets; the budgets of a method ascend.
    """

    calls: tuple[Call, ...]

    @classmethod
    def of(cls, labelled: LabelledSet) -> Layout:
        """A layout with two calls for each method: that of :data:`SHORT`, if any, and one with its limit."""
        limits = zip(labelled.methods, labelled.limits.tolist(), labelled.overrun.tolist(), strict=True)
        return cls(
            tuple(
                Call(method, budget, budget + overrun)
                for method, limit, overrun in limits
                for budget in sorted({min(SHORT.get(method, limit), limit), limit})
            )
        )

    @property
    def outputs(self) -> int:
        """Number of outputs."""
        return 1 + len(CLASSES) + 2 * len(self.calls)

    @property
    def parts(self) -> tuple[slice, slice, slice]:
        """Columns of the classes, the successes and the shares; the first output comes before them."""
        first, second = 1 + len(CLASSES), 1 + len(CLASSES) + len(self.calls)
        return slice(1, first), slice(first, second), slice(second, self.outputs)

    def labels(self, labelled: LabelledSet) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Success (1 or 0) and CPU seconds of each call, NaN where the method was not called; [N, K] each."""
        unknown = np.full((len(labelled), len(self.calls)), np.nan)
        success, seconds = unknown, unknown.copy()
        for index, call in enumerate(self.calls):
            if call.method in labelled.methods:
                column = labelled.methods.index(call.method)
                took, settled = labelled.seconds[:, column], labelled.success[:, column] == 1
                asked = labelled.success[:, column] >= 0
                success[asked, index] = (settled & (took <= call.cpu_seconds))[asked]
                seconds[asked, index] = np.where(took <= call.cpu_seconds, took, call.most)[asked]
        return success, seconds


@dataclass(frozen=True)
class Prediction:
    """Predictions for N integrands.

    Attributes:
        found: probability that an elementary integral is found, [N].
        classes: probability of each class of outcomes, [N, C].
        success: probability that each call finds an integral or proves that there is none, [N, K].
        seconds: expected CPU seconds of each call, [N, K].
    """

    found: NDArray[np.float64]
    classes: NDArray[np.float64]
    success: NDArray[np.float64]
    seconds: NDArray[np.float64]


@dataclass(frozen=True)
class Description:
    """The contents of ``classifier.json``.

    Attributes:
        family: one of :data:`FAMILIES`.
        layout: meaning of the outputs.
        temperatures: divisors of the first logit and of the calls' logits (Guo et al. 2017). A temperature
            for each call would be noise: few labels belong to calls with an uncertain outcome.
        shape: settings of the family's module.
        trained_on: functions, methods and scheme of the labels.
        history: losses of each pass.
    """

    family: str
    layout: Layout
    temperatures: tuple[float, float]
    shape: dict[str, Any] = field(default_factory=dict)
    trained_on: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Write the file; it is written last, so a folder that has it is complete."""
        temporary = folder / f".{_FILE}"
        content = {"format": FORMAT, **asdict(self)}
        temporary.write_text(json.dumps(content, indent=1), encoding="utf-8")
        temporary.replace(folder / _FILE)

    @classmethod
    def read(cls, folder: Path) -> Description:
        """The description of a folder.

        Raises:
            DataError: if the folder does not hold a classifier.
        """
        if not folder.is_dir():
            raise DataError(f"there is no folder {folder}")
        if not (folder / _FILE).exists():
            raise DataError(f"{folder} is not a classifier: {_other_kind(folder)}")
        try:
            values = json.loads((folder / _FILE).read_text(encoding="utf-8"))
            if values.pop("format") != FORMAT or values["family"] not in FAMILIES:
                raise DataError(f"{folder} holds a classifier from another version; train it again")
            layout = Layout(tuple(Call(**call) for call in values["layout"]["calls"]))
            return cls(**{**values, "layout": layout, "temperatures": tuple(values["temperatures"])})
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise DataError(f"cannot read {folder / _FILE}: {error}") from error

    def prediction(self, logits: NDArray[np.float64]) -> Prediction:
        """Calibrated predictions from logits [N, O]."""
        classes, success, share = self.layout.parts
        shifted = logits[:, classes] - logits[:, classes].max(axis=1, keepdims=True)
        weights = np.exp(shifted)
        return Prediction(
            sigmoid(logits[:, 0] / self.temperatures[0]),
            weights / weights.sum(axis=1, keepdims=True),
            sigmoid(logits[:, success] / self.temperatures[1]),
            sigmoid(logits[:, share]) * np.array([call.most for call in self.layout.calls]),
        )


def require_classifier(folder: Path) -> None:
    """Refuse what is no classifier, before torch is loaded.

    Raises:
        DataError: if the folder holds none, or its weights are missing or damaged.
    """
    family = Description.read(folder).family
    weights = {"language": "language", "features": "weights.npz"}.get(family, "model.safetensors")
    path = folder / weights
    try:
        if path.suffix == ".safetensors":
            from safetensors import SafetensorError, safe_open

            try:
                with safe_open(path, framework="numpy"):  # compares the size of the file with its header
                    pass
            except SafetensorError as error:
                raise DataError(f"cannot read {path}: {error}") from error
        else:
            path.stat()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error


class Classifier(Protocol):
    """Predicts which methods integrate a function, how likely, and how fast."""

    description: Description

    def logits(self, integrands: Sequence[Expr]) -> NDArray[np.float64]:
        """Logits before calibration, [N, O]."""

    def predict(self, integrands: Sequence[Expr]) -> Prediction:
        """Calibrated predictions; parameters may have any names."""


def _other_kind(folder: Path) -> str:
    """A guess at what a folder is, if it is not a classifier."""
    if any((folder / name).exists() for name in ("state.json", "best.json")) or any(folder.glob("step-*")):
        return "it is a run of antiderive train (a sequence-to-sequence model)"
    if (folder / "config.json").exists():
        return (
            "it holds a model of another kind; if it is a language model, give it to classify train as --base"
        )
    if (folder / "train.parquet").exists():
        return "it is a labelled set; antiderive classify train makes a classifier from it"
    return f"it has no {_FILE}; antiderive classify train writes it"
