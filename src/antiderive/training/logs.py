"""The log of a run: ``log.jsonl``, one line per report or evaluation, and TensorBoard's event files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

LOG = "log.jsonl"


class Log:
    """Appends figures to the log of a run; lines after the step from which the run resumes are removed."""

    def __init__(self, folder: Path, step: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self.path = folder / LOG
        if self.path.exists():
            kept = [line for line in read_log(folder) if line["step"] <= step]
            temporary = self.path.with_suffix(".tmp")
            temporary.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")
            temporary.replace(self.path)
        self.board = SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1)

    def add(self, kind: str, step: int, figures: dict[str, float]) -> None:
        """Append a line of figures; ``kind`` is ``training`` or ``validation``."""
        line = {"kind": kind, "step": step, **figures}
        with self.path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        for name, value in figures.items():
            self.board.add_scalar(f"{kind}/{name}", value, step)

    def close(self) -> None:
        """Flush and close the files."""
        self.board.close()


def read_log(folder: Path) -> list[dict[str, Any]]:
    """The lines of a run's log, without an incomplete last one."""
    lines = []
    for text in (folder / LOG).read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(text))
        except json.JSONDecodeError:
            break
    return lines
