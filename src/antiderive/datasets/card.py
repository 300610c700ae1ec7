"""The dataset card: a README.md by which Hugging Face ``datasets`` loads the folder as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.expressions import Split

if TYPE_CHECKING:
    from pathlib import Path

    from antiderive.datasets.manifest import Manifest

CARD = "README.md"
"""Name of the card."""

_HUB_NAMES = {Split.TRAIN: "train", Split.VALID: "validation", Split.TEST: "test"}

_START = '---\npretty_name: "antiderive: '

_TEXT = """
Problems with their solutions, written by antiderive: symbolic mathematics as sequences of tokens.

| column | meaning |
|---|---|
| `index` | number of the example; with the recipe it determines the example |
| `problem` | token ids of the problem in prefix form |
| `solution` | token ids of a solution |
| `problem_operators`, `solution_operators` | number of operators |
| `skeleton` | keyed hash of the problem with its numbers abstracted away |

`manifest.json` holds the source, versions, rejects by reason and checksums. `antiderive dataset check .`
proves the files.

```python
from datasets import load_dataset

data = load_dataset("path/of/this/folder"{config})
```
"""


def card(manifest: Manifest) -> str:
    """Return the card of one data set."""
    split = (
        "by the hash of the problem's skeleton: problems that differ only in their numbers are in one split"
        if manifest.split == "skeleton"
        else "as in the files that were converted"
    )
    facts = [
        f"Task: `{manifest.task}`. Split: {split}.",
        f"Made by `antiderive {manifest.made_by}` {manifest.library_version} from: `{manifest.source}`.",
    ]
    return (
        _header([("default", "")], manifest.task)
        + f"\n# {manifest.task}\n"
        + _TEXT.format(config="")
        + "\n"
        + "\n\n".join(facts)
        + "\n"
    )


def card_of_tasks(tasks: list[str]) -> str:
    """Return the card of a folder that holds a data set of each task, in a sub-folder of its name."""
    configs = [(task, f"{task}/") for task in tasks]
    return (
        _header(configs, ", ".join(tasks))
        + f"\n# {', '.join(tasks)}\n"
        + _TEXT.format(config=f', "{tasks[0]}"')
    )


def is_card(path: Path) -> bool:
    """Tell whether a file is a card written by this module."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(200).startswith(_START)


def _header(configs: list[tuple[str, str]], name: str) -> str:
    lines = [f'{_START}{name}"', "tags:", "- mathematics", "configs:"]
    for config, prefix in configs:
        lines += [f"- config_name: {config}", "  data_files:"]
        for split in Split:
            lines += [
                f"  - split: {_HUB_NAMES[split]}",
                f'    path: "{prefix}{split.name.lower()}-*.parquet"',
            ]
    return "\n".join([*lines, "---", ""])
