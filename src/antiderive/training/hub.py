"""Export of models by the conventions of the Hugging Face Hub: weights, ``config.json`` and a model card.

An export is a plain folder; the network is used only if a repository is named.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from antiderive.errors import DataError, MissingExtraError
from antiderive.files import claim_folder
from antiderive.models import Seq2Seq
from antiderive.training.checkpoint import Checkpoint, find_checkpoint, load_model
from antiderive.training.logs import read_log

_FILES = ["config.json", "model.safetensors", "README.md"]


def export(run: Path, folder: Path) -> Path:
    """Write the best checkpoint of a run (else its newest) to a folder to share.

    Raises:
        DataError: if there is no checkpoint or the folder cannot be written.
    """
    checkpoint = find_checkpoint(run)
    state = checkpoint.state()
    claim_folder(folder, "model", signs=("model.safetensors",))
    content = {
        "library_name": "antiderive",
        "architectures": ["Seq2Seq"],
        **{name: state[name] for name in ("step", "vocabulary", "config")},
    }
    try:
        shutil.copyfile(checkpoint.path / "model.safetensors", folder / "model.safetensors")
        (folder / "config.json").write_text(json.dumps(content, indent=1), encoding="utf-8")
        (folder / "README.md").write_text(_card(checkpoint, state, run), encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write the model to {folder}: {error.strerror or error}") from error
    return folder


def push(run: Path, repository: str, *, private: bool = False) -> str:
    """Upload the best checkpoint of a run to a repository on the Hub and return its address.

    The token is the one stored by ``hf auth login``, or ``HF_TOKEN``.

    Raises:
        DataError: if the Hub refuses the upload or cannot be reached.
        MissingExtraError: without ``huggingface_hub``.
    """
    hub = _hub()
    with tempfile.TemporaryDirectory() as temporary:
        folder = export(run, Path(temporary))
        try:
            hub.HfApi().create_repo(repository, private=private, exist_ok=True)
            hub.HfApi().upload_folder(repo_id=repository, folder_path=folder, allow_patterns=_FILES)
        except (hub.errors.HfHubHTTPError, hub.errors.HFValidationError, OSError) as error:
            raise DataError(f"cannot push to {repository}: {_first_line(error)}") from error
    return f"https://huggingface.co/{repository}"


def from_pretrained(name: str | Path, *, revision: str | None = None) -> Seq2Seq:
    """A model from a folder (a run, a checkpoint or an export) or from a repository of the Hub.

    Raises:
        DataError: if there is no such folder or repository.
        MissingExtraError: for a repository, without ``huggingface_hub``.
    """
    if Path(name).is_dir():
        return load_model(Path(name))
    hub = _hub()
    try:
        folder = hub.snapshot_download(str(name), revision=revision, allow_patterns=_FILES)
    except (hub.errors.HfHubHTTPError, hub.errors.HFValidationError, OSError) as error:
        raise DataError(
            f"{name} is not a folder, and the Hub has no such model: {_first_line(error)}"
        ) from error
    return load_model(Path(folder))


def _hub() -> Any:  # noqa: ANN401
    try:
        import huggingface_hub
    except ImportError as error:
        raise MissingExtraError("the Hugging Face Hub", "hub") from error
    return huggingface_hub


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _card(checkpoint: Checkpoint, state: dict[str, Any], run: Path) -> str:
    """The model card: description, use, training data and accuracy."""
    config = checkpoint.config()
    model, names = config.model, ", ".join(config.mixture)
    try:
        lines = read_log(run)
    except OSError:
        lines = []
    metrics = [line for line in lines if line["kind"] == "validation" and line["step"] == state["step"]]
    table = "\n".join(
        f"| {name} | {value:.4f} |"
        for line in metrics[-1:]
        for name, value in line.items()
        if name not in ("kind", "step")
    )
    measured = f"## Validation, greedy decoding\n\n| metric | value |\n|---|---|\n{table}\n" if table else ""
    return f"""---
library_name: antiderive
tags: [symbolic-mathematics, integration, differential-equations]
---

# antiderive: {names}

A sequence-to-sequence transformer for these tasks: {names}. Trained for {state["step"]} steps. It proposes
answers; antiderive verifies each one before it shows it.

Layers {model.encoder_layers}+{model.decoder_layers}, width {model.width}, {model.heads} heads,
{model.norm}-norm, {model.positions} positions.

## Use

```python
from antiderive.training import from_pretrained

model = from_pretrained("FOLDER OR REPOSITORY")
```

```
antiderive solve "x*cos(x)" --model FOLDER
```

## Data

Generated by the recipe below, which is also in `config.json` with all other settings. A hash of a problem's
skeleton decides whether it belongs to the train, validation or test split.

```
{config.data.text()}
```

{measured}"""
