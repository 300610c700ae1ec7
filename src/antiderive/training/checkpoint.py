"""Checkpoints: a folder with ``model.safetensors``, ``optimizer.safetensors`` and ``state.json``.

A checkpoint is written under a temporary name and renamed, so it is complete even if the run is killed.
Reading one executes nothing in it. An exported model has ``config.json`` instead of the state, and no
optimizer. Torch is imported for tensors only; whether a checkpoint is complete is known without it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, safe_open

from antiderive.errors import DataError, SettingError
from antiderive.expressions import Vocabulary
from antiderive.files import claim_folder
from antiderive.training.config import TrainingConfig

if TYPE_CHECKING:
    import torch

    from antiderive.models import Seq2Seq

_NAME = re.compile(r"step-(\d{9})$")
_BEST = "best.json"
_NEEDED = ("step", "world", "positions", "precision", "best", "worse")
"""Parts of the state without which a run cannot go on."""


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint, or an exported model, on disk."""

    path: Path

    @property
    def step(self) -> int:
        """Number of optimizer steps before it was written."""
        match = _NAME.search(self.path.name)
        return int(match.group(1)) if match else int(self.state()["step"])

    def state(self) -> dict[str, Any]:
        """Step and configuration; in a checkpoint, also the state from which a run resumes.

        Raises:
            DataError: if it is missing or has another vocabulary.
        """
        exported = self.path / "config.json"
        path = exported if exported.exists() else self.path / "state.json"
        try:
            state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            Vocabulary().check(state["vocabulary"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise DataError(f"{self.path} is not a checkpoint: {error}") from error
        return state

    def require_resumable(self) -> None:
        """Refuse a checkpoint that a run cannot go on from.

        Raises:
            DataError: if it is not whole.
        """
        missing = [name for name in _NEEDED if name not in self.state()]
        if missing:
            raise DataError(f"{self.path}: state.json has no {missing[0]}")
        self.require_whole("model", "optimizer")

    def require_whole(self, *tensors: str) -> None:
        """Refuse a checkpoint with missing, damaged or cut files, without reading the tensors.

        Args:
            tensors: names of the files of tensors.

        Raises:
            DataError: if it is not whole.
        """
        try:
            self.config()
        except SettingError as error:
            raise DataError(
                f"{self.path} has a configuration that this version does not know: {error}"
            ) from error
        for name in tensors:
            path = self.path / f"{name}.safetensors"
            try:
                with safe_open(path, framework="numpy"):  # compares the size of the file with its header
                    pass
            except (OSError, SafetensorError) as error:
                raise DataError(f"{self.path}: cannot read {path.name}: {error}") from error

    def config(self) -> TrainingConfig:
        """The configuration of its training."""
        return TrainingConfig.from_dict(self.state()["config"])

    def model(self) -> Seq2Seq:
        """The model with its weights, in evaluation mode.

        Raises:
            DataError: if the weights do not fit the configuration.
        """
        from antiderive.models import Seq2Seq

        model = Seq2Seq(self.config().model)
        try:
            model.load_state_dict(self.tensors("model"))
        except RuntimeError as error:
            raise DataError(f"{self.path}: the weights do not fit the configuration: {error}") from error
        return model.eval()

    def tensors(self, name: str) -> dict[str, torch.Tensor]:
        """The tensors of one file.

        Raises:
            DataError: if it cannot be read.
        """
        from safetensors.torch import load_file

        try:
            return load_file(self.path / f"{name}.safetensors")
        except (OSError, SafetensorError) as error:
            raise DataError(f"{self.path}: cannot read {name}.safetensors: {error}") from error

    @classmethod
    def all(cls, folder: Path) -> list[Checkpoint]:
        """The checkpoints in a run's folder, the newest first."""
        found = (path for path in folder.glob("step-*") if _NAME.search(path.name))
        return [cls(path) for path in sorted(found, reverse=True)]

    @classmethod
    def latest(cls, folder: Path) -> Checkpoint | None:
        """The newest checkpoint in a run's folder."""
        return next(iter(cls.all(folder)), None)

    @classmethod
    def latest_whole(cls, folder: Path) -> tuple[Checkpoint | None, list[DataError]]:
        """The newest checkpoint that a run can go on from, and what is wrong with those that are newer.

        Raises:
            DataError: if there are checkpoints and none is whole.
        """
        damage: list[DataError] = []
        for checkpoint in cls.all(folder):
            try:
                checkpoint.require_resumable()
            except DataError as error:
                damage.append(error)
            else:
                return checkpoint, damage
        if damage:
            raise DataError(f"no checkpoint of {folder} is whole ({damage[0]}); choose another folder")
        return None, []

    def set_aside(self) -> None:
        """Rename a damaged checkpoint, so that nothing takes it for one of the run."""
        target = self.path.with_name(f"damaged-{self.path.name}")
        shutil.rmtree(target, ignore_errors=True)
        self.path.replace(target)

    @classmethod
    def best(cls, folder: Path) -> Checkpoint | None:
        """The checkpoint with the best evaluation in a run's folder, if there was an evaluation."""
        try:
            step = int(json.loads((folder / _BEST).read_text(encoding="utf-8"))["step"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise DataError(f"cannot read {folder / _BEST}: {error}") from error
        path = folder / f"step-{step:09d}"
        return cls(path) if path.is_dir() else None


def claim_run(folder: Path) -> None:
    """Take the folder of a run: a new or an empty one, or one that holds a run.

    Raises:
        DataError: if it holds anything else, or cannot be written.
    """
    claim_folder(folder, "training run", signs=("step-*/state.json",))


def find_checkpoint(path: Path) -> Checkpoint:
    """The best checkpoint in a run's folder, else its newest; or the checkpoint or exported model itself.

    Raises:
        DataError: if there is no such folder.
    """
    if not path.is_dir():
        raise DataError(f"there is no folder {path}")
    return Checkpoint.best(path) or Checkpoint.latest(path) or Checkpoint(path)


def require_model(path: Path) -> None:
    """Refuse what is no model, before torch is loaded.

    Raises:
        DataError: if there is no run, checkpoint or exported model, or its files are damaged.
    """
    find_checkpoint(path).require_whole("model")


def load_model(path: Path) -> Seq2Seq:
    """The model of a run (its best checkpoint, else its newest), a checkpoint, or an exported folder.

    Raises:
        DataError: if there is none.
    """
    return find_checkpoint(path).model()


def save(
    folder: Path,
    *,
    state: dict[str, Any],
    model: dict[str, torch.Tensor],
    optimizer: dict[str, torch.Tensor],
) -> Checkpoint:
    """Write a checkpoint for ``state["step"]``, unless there is one."""
    from safetensors.torch import save_file

    target = folder / f"step-{state['step']:09d}"
    for left in folder.glob(".step-*"):  # left by a run that was killed while writing
        shutil.rmtree(left, ignore_errors=True)
    if target.exists():
        return Checkpoint(target)
    temporary = folder / f".{target.name}.{os.getpid()}"
    temporary.mkdir(parents=True)
    save_file(model, temporary / "model.safetensors")
    save_file(optimizer, temporary / "optimizer.safetensors")
    (temporary / "state.json").write_text(json.dumps(state, indent=1), encoding="utf-8")
    for path in temporary.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    temporary.replace(target)
    return Checkpoint(target)


def mark_best(folder: Path, step: int, metric: str, value: float) -> None:
    """Record which checkpoint is the best."""
    temporary = folder / f".{_BEST}"
    content = json.dumps({"step": step, "metric": metric, "value": value})
    temporary.write_text(content, encoding="utf-8")
    temporary.replace(folder / _BEST)


def rotate(folder: Path, keep: int) -> None:
    """Remove all checkpoints but the ``keep`` newest and the best."""
    best = Checkpoint.best(folder)
    for old in Checkpoint.all(folder)[keep:]:
        if old != best:
            shutil.rmtree(old.path, ignore_errors=True)
