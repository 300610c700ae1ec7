"""The settings of a training run: a TOML file with the tables ``[data]``, ``[model]``, ``[training]``."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from antiderive.datasets import Recipe, Vocabulary
from antiderive.errors import DataError, SettingError
from antiderive.models import Seq2SeqConfig

T = TypeVar("T")


@dataclass(frozen=True)
class OptimisationConfig:
    """Settings of the loop.

    Attributes:
        steps: optimiser steps.
        tokens_per_batch: source plus target tokens of a batch, padding included.
        learning_rate: peak learning rate of AdamW.
        warmup: steps of linear warm-up; a cosine brings the rate to a tenth of the peak at the end.
        weight_decay: decoupled weight decay of matrices.
        clip: largest norm of the gradient.
        label_smoothing: share of the probability spread over all tokens.
        precision: ``32-true``, ``bf16-mixed`` or ``16-mixed``.
        seed: of the weights, dropout and the order of batches.
        pool: indices of the recipe that are sorted by length together.
        checkpoint_every: steps between checkpoints.
        keep_checkpoints: newest checkpoints that are kept.
    """

    steps: int = 10_000
    tokens_per_batch: int = 8192
    learning_rate: float = 5e-4
    warmup: int = 500
    weight_decay: float = 0.01
    clip: float = 1.0
    label_smoothing: float = 0.0
    precision: str = "32-true"
    seed: int = 0
    pool: int = 20_000
    checkpoint_every: int = 1000
    keep_checkpoints: int = 2

    def __post_init__(self) -> None:
        for name in ("steps", "tokens_per_batch", "pool", "checkpoint_every", "keep_checkpoints"):
            if getattr(self, name) < 1:
                raise SettingError(f"training: {name} = {getattr(self, name)} is below 1")
        if self.warmup < 0 or self.learning_rate <= 0 or self.clip <= 0:
            raise SettingError(
                "training: warmup must not be negative, learning_rate and clip must be positive"
            )
        if self.precision not in ("32-true", "bf16-mixed", "16-mixed"):
            raise SettingError(
                f"training: precision {self.precision!r}; there are 32-true, bf16-mixed and 16-mixed"
            )


@dataclass(frozen=True)
class TrainingConfig:
    """Data, model and optimisation of one run."""

    data: Recipe = field(default_factory=Recipe)
    model: Seq2SeqConfig = field(default_factory=lambda: _model({}))
    training: OptimisationConfig = field(default_factory=OptimisationConfig)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as :meth:`from_dict` takes them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TrainingConfig:
        """A configuration from plain values.

        Raises:
            SettingError: for a table or setting that does not exist or does not fit.
        """
        _refuse_unknown("configuration", values, [f.name for f in fields(cls)])
        return cls(
            data=Recipe.from_dict(values.get("data", {})),
            model=_model(values.get("model", {})),
            training=_typed(OptimisationConfig, "training", values.get("training", {})),
        )

    @classmethod
    def load(cls, path: Path, overrides: tuple[str, ...] = ()) -> TrainingConfig:
        """Reads a TOML file and applies overrides such as ``training.steps=500``.

        Raises:
            DataError: if the file cannot be read.
            SettingError: for settings that do not exist or do not fit.
        """
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise DataError(f"cannot read the configuration {path}: {error}") from error
        for override in overrides:
            name, separator, text = override.partition("=")
            table, dot, key = name.partition(".")
            if not separator or not dot:
                raise SettingError(f"override {override!r} does not read table.setting=value")
            try:
                value = tomllib.loads(f"value = {text}")["value"]
            except tomllib.TOMLDecodeError:
                value = text
            values.setdefault(table, {})[key] = value
        return cls.from_dict(values)


def _model(values: dict[str, Any]) -> Seq2SeqConfig:
    vocabulary = Vocabulary()
    return _typed(Seq2SeqConfig, "model", {"vocabulary": len(vocabulary), "pad": vocabulary.pad, **values})


def _typed(kind: type[T], table: str, values: dict[str, Any]) -> T:
    annotations = {f.name: f.type for f in fields(kind)}  # type: ignore[arg-type]
    _refuse_unknown(table, values, list(annotations))
    kinds: dict[str, tuple[type, ...]] = {"int": (int,), "float": (float, int), "str": (str,)}
    for name, value in values.items():
        expected = kinds[str(annotations[name])]
        if not isinstance(value, expected) or isinstance(value, bool):
            raise SettingError(f"{table}: {name} = {value!r} is not of type {annotations[name]}")
    return kind(**values)


def _refuse_unknown(table: str, values: dict[str, Any], known: list[str]) -> None:
    for name in values:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(known)}"
            raise SettingError(f"{table}: unknown setting {name!r}{hint}")
