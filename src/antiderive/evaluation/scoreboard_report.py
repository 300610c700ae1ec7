"""A scoreboard as JSON, Markdown and a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from antiderive.evaluation.scoreboard import RESULTS, Scoreboard
from antiderive.files import writing_to
from antiderive.reports import OUTCOME_COLORS, Table, markdown_table

NOTE = (
    "Solved: the answer is proved, or its derivative agrees with the integrand in ball arithmetic. Wrong: it "
    "is refuted at a point; (in part) counts wrong answers that are right on part of the real line. "
    "Nonelementary: the method claims that there is no elementary antiderivative. Times are CPU seconds."
)


def scoreboard_tables(board: Scoreboard) -> list[Table]:
    """The standings, and the problems solved by topic."""
    used = [name for name in RESULTS if any(one.counts[name] for one in board.standings)]
    heads = ["method", "problems", *used, "(in part)", "median s", "CPU s"]
    rows = []
    for one in board.standings:
        figures = one.to_dict()
        median = figures["median_seconds_of_solved"]
        rows.append(
            [
                one.method,
                f"{figures['problems']:,}",
                *(f"{figures[name]:,}" for name in used),
                f"{one.right_in_part:,}",
                "" if median is None else f"{median:.3f}",
                f"{one.cpu_seconds:,.0f}",
            ]
        )
    topics = [
        [topic, *(f"{row[name]:,}" for name in ("problems", *(one.method for one in board.standings)))]
        for topic, row in sorted(board.by_topic().items())
    ]
    topic_heads = ["topic", "problems", *(one.method for one in board.standings)]
    return [("Standings", heads, rows), ("Solved by topic", topic_heads, topics)]


def scoreboard_markdown(board: Scoreboard) -> str:
    """The tables with a note on their columns."""
    title = f"# Scoreboard: {board.title}, {board.timeout:g} CPU seconds per problem"
    parts = [title, NOTE, f"Solved by any method: {len(board.solved_by_any()):,}."]
    parts += [f"## {name}\n\n{markdown_table(heads, rows)}" for name, heads, rows in scoreboard_tables(board)]
    return "\n\n".join(parts) + "\n"


def write_scoreboard(board: Scoreboard, folder: Path) -> None:
    """Write ``scoreboard.json``, ``scoreboard.md`` and ``scoreboard.png``.

    Raises:
        DataError: if they cannot be written.
    """
    with writing_to(folder):
        (folder / "scoreboard.json").write_text(json.dumps(board.to_dict(), indent=1), encoding="utf-8")
        (folder / "scoreboard.md").write_text(scoreboard_markdown(board), encoding="utf-8")
        _plot(board, folder / "scoreboard.png")


def _plot(board: Scoreboard, path: Path) -> None:
    """Plot the results of each method as a bar, and the problems solved over time."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 2.6 + 0.45 * len(board.standings)), layout="constrained")
    axes: Any = figure.subplots(1, 2, width_ratios=(3, 2))
    bars, curves = axes
    methods = [one.method for one in board.standings]
    left = [0] * len(methods)
    for name in RESULTS:
        counts = [one.counts[name] for one in board.standings]
        if any(counts):
            bars.barh(methods, counts, left=left, color=OUTCOME_COLORS[name], label=name.replace("_", " "))
        left = [low + count for low, count in zip(left, counts, strict=True)]
    bars.invert_yaxis()
    bars.set_xlabel("problems")
    for one in board.standings:
        seconds, solved = zip(*one.solved_within(), strict=True)
        curves.step([*seconds, board.timeout], [*solved, solved[-1]], where="post", label=one.method)
    curves.set_xscale("symlog", linthresh=0.01)
    curves.set_xlim(0, board.timeout)
    curves.set_xlabel("CPU seconds for each problem")
    curves.set_ylabel("problems solved")
    curves.legend(frameon=False, fontsize="small")
    for each in axes:
        each.spines[["top", "right"]].set_visible(False)
    figure.suptitle(f"{board.title}: {board.timeout:g} CPU seconds per problem")
    handles, labels = bars.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(handles), frameon=False)
    figure.savefig(path, dpi=120)
