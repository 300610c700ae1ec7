"""Classifiers fine-tuned from language models, such as MathBERT, through ``transformers``.

A model is given by a local folder or by its name on the Hub (``tbs17/MathBERT``, ``witiko/mathberta``). It
reads the integrand as LaTeX or infix. With LoRA (Hu et al. 2021) only small added matrices are trained; they
are merged into the weights when the classifier is saved.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from antiderive.classification.networks import InputRow, padded
from antiderive.classification.prediction import Description, Layout
from antiderive.errors import DataError, MissingExtraError, SettingError
from antiderive.expressions import Expr

WRITINGS = ("latex", "infix")
_FOLDER = "language"
_NEEDED = "config.json, model.safetensors and the tokenizer's files"


class _Logits(nn.Module):
    """A model of transformers as a module from padded ids to logits."""

    def __init__(self, model: Any, pad: int) -> None:  # noqa: ANN401
        super().__init__()
        self.model = model
        self.pad = pad

    def forward(self, tokens_BS: Tensor) -> Tensor:
        """Map token ids [B, S] to logits [B, O]."""
        logits: Tensor = self.model(input_ids=tokens_BS, attention_mask=(tokens_BS != self.pad).long()).logits
        return logits


class LanguageNetwork:
    """A sequence classifier of transformers with its tokenizer."""

    def __init__(self, model: Any, tokenizer: Any, writing: str, base: str, lora: int) -> None:  # noqa: ANN401
        self._tokenizer, self._writing, self._base, self._lora = tokenizer, writing, base, lora
        self.module = _Logits(model, int(tokenizer.pad_token_id or 0))

    @classmethod
    def new(cls, base: str, layout: Layout, *, writing: str = "latex", lora: int = 0) -> LanguageNetwork:
        """A pretrained model with a new last layer.

        Args:
            base: local folder or name on the Hub.
            layout: meaning of the outputs.
            writing: how integrands are written: ``latex`` or ``infix``.
            lora: rank of the trained matrices; 0 trains all weights.

        Raises:
            DataError: if the model cannot be loaded.
            MissingExtraError: without transformers, or without peft for LoRA.
            SettingError: for an unknown writing or a negative rank.
        """
        if writing not in WRITINGS or lora < 0:
            raise SettingError(
                f"input {writing!r}, LoRA rank {lora}: choose latex or infix, and a rank of at least 0"
            )
        model, tokenizer = _load(base, outputs=layout.outputs)
        return cls(_with_lora(model, lora) if lora else model, tokenizer, writing, base, lora)

    @classmethod
    def load(cls, folder: Path, description: Description) -> LanguageNetwork:
        """Load a classifier from its folder.

        Raises:
            DataError: if it cannot be loaded.
        """
        shape = description.shape
        model, tokenizer = _load(str(folder / _FOLDER))
        return cls(model, tokenizer, str(shape["writing"]), str(shape["base"]), int(shape["lora"]))

    @property
    def shape(self) -> dict[str, Any]:
        """The base model and how it reads integrands."""
        return {"base": self._base, "writing": self._writing, "lora": self._lora}

    def encode(self, integrands: Sequence[Expr]) -> list[InputRow]:
        """Token ids of the text, truncated to the model's longest input."""
        texts = [
            integrand.to_latex() if self._writing == "latex" else integrand.to_infix()
            for integrand in integrands
        ]
        longest = min(512, int(self._tokenizer.model_max_length))
        ids: list[InputRow] = self._tokenizer(texts, truncation=True, max_length=longest)["input_ids"]
        return ids

    def collate(self, rows: Sequence[InputRow]) -> Tensor:
        """Padded ids."""
        return padded(rows, self.module.pad)

    def save(self, folder: Path, description: Description) -> None:
        """Write model and tokenizer in the format of transformers, with the LoRA matrices merged."""
        model = self.module.model
        if self._lora and hasattr(model, "merge_and_unload"):
            model = self.module.model = model.merge_and_unload()
        model.save_pretrained(folder / _FOLDER)
        self._tokenizer.save_pretrained(folder / _FOLDER)
        description.write(folder)


def _load(name: str, *, outputs: int | None = None) -> tuple[Any, Any]:
    """Load model and tokenizer.

    Raises:
        DataError: if they cannot be loaded.
        MissingExtraError: without transformers.
    """
    try:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
        from transformers.utils import logging
    except ImportError as error:
        raise MissingExtraError("fine-tuning language models", "classify") from error
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    options = {} if outputs is None else {"num_labels": outputs, "ignore_mismatched_sizes": True}
    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
        model = AutoModelForSequenceClassification.from_pretrained(name, **options)
    except (OSError, ValueError, KeyError) as error:
        raise DataError(_cannot_load(name)) from error
    return model, tokenizer


def _cannot_load(name: str) -> str:
    if Path(name).exists():
        return f"{name} is not a language model that transformers can load; it needs {_NEEDED}"
    return (
        f"cannot load the language model {name}: it is neither a local folder nor a downloaded model, and "
        f"the Hub could not be reached; fetch it with: hf download {name}, or give a folder with {_NEEDED}"
    )


def _with_lora(model: Any, rank: int) -> Any:  # noqa: ANN401
    try:
        from peft import LoraConfig, TaskType, get_peft_model
    except ImportError as error:
        raise MissingExtraError("LoRA", "classify") from error
    config = LoraConfig(
        task_type=TaskType.SEQ_CLS,
        r=rank,
        lora_alpha=2 * rank,
        lora_dropout=0.05,
        target_modules="all-linear",
    )
    with warnings.catch_warnings():
        # peft uses names of transformers that are deprecated.
        warnings.simplefilter("ignore", FutureWarning)
        return get_peft_model(model, config)
