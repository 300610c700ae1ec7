"""Torch modules on token ids. They know nothing of expressions, tasks or training."""

from __future__ import annotations

from antiderive.errors import MissingExtraError

try:
    from antiderive.models.classifier import ClassifierConfig, TransformerClassifier
    from antiderive.models.config import Seq2SeqConfig
    from antiderive.models.transformer import DecoderLayer, Seq2Seq
except ImportError as error:
    if error.name != "torch":
        raise
    raise MissingExtraError("models", "train") from error

__all__ = ["ClassifierConfig", "DecoderLayer", "Seq2Seq", "Seq2SeqConfig", "TransformerClassifier"]
