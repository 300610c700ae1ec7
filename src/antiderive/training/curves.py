"""Plot of the curves of one or more runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from antiderive.errors import DataError
from antiderive.training.logs import LOG, read_log

_INK = "#444444"


def plot_runs(folders: list[Path], target: Path) -> None:
    """Plot loss, accuracy, learning rate and speed over the steps, with a color for each run.

    Args:
        folders: folders of runs.
        target: picture file to write (png, svg or pdf).

    Raises:
        DataError: if a run has no log, or the picture cannot be written.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 7), layout="constrained")
    loss, accuracy, rate, speed = figure.subplots(2, 2).flat
    for index, folder in enumerate(folders):
        try:
            lines = read_log(folder)
        except OSError as error:
            raise DataError(f"there is no {LOG} in {folder}; give the folder of a run") from error
        name, color = folder.name, f"C{index}"
        training = [line for line in lines if line["kind"] == "training"]
        validation = [line for line in lines if line["kind"] == "validation"]
        _line(loss, training, "loss", f"{name}: training", color=color, alpha=0.45, linewidth=1)
        _line(loss, validation, "loss", f"{name}: validation", color=color, marker="o", markersize=4)
        _line(accuracy, validation, "verified", f"{name}: verified", color=color, marker="o", markersize=4)
        _line(accuracy, validation, "exact", f"{name}: exact", color=color, linestyle="--", linewidth=1)
        _line(rate, training, "learning_rate", name, color=color)
        _line(speed, training, "examples_per_second", name, color=color, linewidth=1)
    loss.set_yscale("log")
    for formatted in (loss.yaxis.set_major_formatter, loss.yaxis.set_minor_formatter):
        formatted("{x:g}")
    accuracy.set_ylim(-0.02, 1.02)
    for axes, title in (
        (loss, "loss per target token"),
        (accuracy, "validation problems solved by greedy decoding (share)"),
        (rate, "learning rate"),
        (speed, "examples per second"),
    ):
        axes.set_title(title, fontsize=10, color=_INK, loc="left")
        axes.set_xlabel("step", fontsize=9, color=_INK)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        if axes.lines and (len(folders) > 1 or axes in (loss, accuracy)):
            axes.legend(fontsize=8, frameon=False)
    try:
        figure.savefig(target, dpi=120)
    except (OSError, ValueError) as error:
        raise DataError(f"cannot write the picture {target}: {error}") from error


def _line(axes: Any, lines: list[dict[str, Any]], key: str, label: str, **style: Any) -> None:  # noqa: ANN401
    points = [(line["step"], line[key]) for line in lines if key in line]
    if points:
        axes.plot(*zip(*points, strict=True), label=label, **style)
