"""Training: configuration, loop and checkpoints."""

from __future__ import annotations

from antiderive.training.checkpoint import Checkpoint, load_model
from antiderive.training.config import TrainingConfig
from antiderive.training.loop import train

__all__ = ["Checkpoint", "TrainingConfig", "load_model", "train"]
