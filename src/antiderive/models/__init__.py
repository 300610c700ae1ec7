"""Torch modules on token ids. They know nothing of expressions, tasks or training.

Torch is imported with the first module that is used. Shapes need no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from antiderive.errors import MissingExtraError
from antiderive.lazy import lazy_exports
from antiderive.models.config import Seq2SeqConfig

if TYPE_CHECKING:
    from antiderive.models.classifier import ClassifierConfig, TransformerClassifier
    from antiderive.models.transformer import DecoderLayer, Seq2Seq

__all__ = ["ClassifierConfig", "DecoderLayer", "Seq2Seq", "Seq2SeqConfig", "TransformerClassifier"]

_export = lazy_exports(
    __name__,
    {
        **dict.fromkeys(("ClassifierConfig", "TransformerClassifier"), ".classifier"),
        **dict.fromkeys(("DecoderLayer", "Seq2Seq"), ".transformer"),
    },
)


def __getattr__(name: str) -> Any:  # noqa: ANN401  (any public name)
    try:
        return _export(name)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise MissingExtraError("models", "train") from error
