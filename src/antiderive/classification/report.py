"""The report on a classifier: one page with tables, and plots in files next to it."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from antiderive.files import writing_to
from antiderive.reports import html_page, html_table

if TYPE_CHECKING:
    from antiderive.classification.evaluation import Evaluation, ScoreRow

_INK, _OURS = "#444444", "#1f4e8c"
_OTHER_COLORS = ("#bfbfbf", "#f2b134", "#e8747c", "#8e63b8", "#2a7f3f")
_CELLS = (
    ("found, predicted found", "#2a7f3f"),
    ("found, predicted not found", "#a9d3b3"),
    ("not found, predicted found", "#e8a0a6"),
    ("not found, predicted not found", "#7fa8d1"),
)

_NOTE = (
    "Positive: an elementary integral was found and verified. Negative: none was found and no limit was met. "
    "Functions that met a limit, or whose answer was not confirmed, are left out. There is one function per "
    "skeleton, and none of these skeletons is in the training split. The AUC has a 95% bootstrap interval. "
    "In the columns on proofs, only functions proved to have no elementary integral count as negative."
)


def write_classifier_report(evaluation: Evaluation, folder: Path) -> Path:
    """Write ``report.html``, ``report.json`` and the plots, and return the path of the page.

    Raises:
        DataError: if they cannot be written.
    """
    pictures = {"roc": _roc, "reliability": _reliability, "sizes": _sizes}
    page = folder / "report.html"
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, draw in pictures.items():
            draw(evaluation).savefig(folder / f"{name}.png", dpi=110)
        (folder / "report.json").write_text(json.dumps(evaluation.to_dict(), indent=1), encoding="utf-8")
        page.write_text(_page(evaluation, list(pictures)), encoding="utf-8")
    return page


def score_table(rows: Sequence[ScoreRow]) -> tuple[list[str], list[list[str]]]:
    """Column heads and cells of the table of the classifier and its baselines."""
    heads = ["", "ROC-AUC", "95%", "PR-AUC", "accuracy", "ECE", "AUC, proofs", "proofs denied", "functions"]
    cells = [
        [
            row.name,
            f"{row.auc:.4f}",
            f"{row.low:.4f}-{row.high:.4f}",
            f"{row.average_precision:.4f}",
            f"{row.accuracy:.1%}",
            f"{row.calibration_error:.4f}",
            f"{row.auc_proved:.4f}",
            f"{row.proved_denied:.1%}",
            f"{row.functions:,}",
        ]
        for row in rows
    ]
    return heads, cells


def gains_text(evaluation: Evaluation) -> str:
    """Text on the differences between the classifier's AUC and that of each other row."""
    return "; ".join(f"{name} {low:+.4f} to {high:+.4f}" for name, (low, high) in evaluation.gains.items())


def _by_call(evaluation: Evaluation) -> tuple[list[str], list[list[str]]]:
    heads = ["call", "functions", "settled", "AUC", "ECE", "CPU s", "expected", "rank correlation of times"]
    cells = [
        [
            one.name,
            f"{one.functions:,}",
            f"{one.settled:.1%}",
            f"{one.auc:.4f}",
            f"{one.calibration_error:.4f}",
            f"{one.seconds:.3f}",
            f"{one.expected_seconds:.3f}",
            f"{one.time_correlation:.2f}",
        ]
        for one in evaluation.calls
    ]
    return heads, cells


def _by_size(evaluation: Evaluation) -> tuple[list[str], list[list[str]]]:
    heads = ["operators", *(name for name, _ in _CELLS), "accuracy"]
    cells = [
        [str(size), *map(str, counts), f"{(counts[0] + counts[3]) / max(1, sum(counts)):.1%}"]
        for size, counts in evaluation.sizes.items()
    ]
    return heads, cells


def _page(evaluation: Evaluation, pictures: Sequence[str]) -> str:
    parts = ["<h2>Will it integrate?</h2>", html_table(*score_table(evaluation.rows))]
    facts = [
        f"AUC minus that of each other row (95%): {gains_text(evaluation)}",
        f"expected calibration error {evaluation.rows[0].calibration_error:.4f}, "
        f"before temperature scaling {evaluation.uncalibrated_error:.4f}; log loss {evaluation.log_loss:.4f}",
        f"class of outcomes right for {evaluation.class_accuracy:.1%}; the most frequent class is "
        f"{evaluation.class_majority:.1%}",
        f"{evaluation.predictions_per_second:,.0f} predictions per second in batches",
        "test functions: " + ", ".join(f"{name} {number:,}" for name, number in evaluation.counts.items()),
    ]
    parts.append("<ul>" + "".join(f"<li>{html.escape(fact)}</li>" for fact in facts) + "</ul>")
    parts += [f'<img src="{name}.png" alt="{name}">' for name in pictures]
    if evaluation.heuristics:
        parts += ["<h2>Compared with SymPy's heuristics, one CPU second each</h2>"]
        parts += [html_table(*score_table(evaluation.heuristics))]
    parts += ["<h2>By method and CPU time</h2>", html_table(*_by_call(evaluation))]
    parts += ["<h2>By size</h2>", html_table(*_by_size(evaluation))]
    return html_page(evaluation.title, _NOTE, "".join(parts))


def _figure(title: str, across: str, up: str, *, width: float = 5.2) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, 4.6), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, fontsize=10, color=_INK, loc="left")
    axes.set_xlabel(across, fontsize=9, color=_INK)
    axes.set_ylabel(up, fontsize=9, color=_INK)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _roc(evaluation: Evaluation) -> Any:  # noqa: ANN401
    figure, axes = _figure("ROC", "false positive rate", "true positive rate")
    areas = {row.name: row.auc for row in evaluation.rows}
    ours, *others = evaluation.curves
    for name, color in zip(others, _OTHER_COLORS, strict=False):
        axes.plot(*evaluation.curves[name], color=color, linewidth=1.3, label=f"{name}: {areas[name]:.3f}")
    axes.plot(*evaluation.curves[ours], color=_OURS, linewidth=2, label=f"{ours}: {areas[ours]:.3f}")
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], fontsize=8, frameon=False, loc="lower right")
    axes.grid(alpha=0.25)
    return figure


def _reliability(evaluation: Evaluation) -> Any:  # noqa: ANN401
    figure, axes = _figure("Reliability", "predicted probability", "share found")
    axes.plot([0, 1], [0, 1], color="#bfbfbf", linewidth=1, linestyle="--")
    largest = max(size for _, _, size in evaluation.bins)
    for bins, color, name, error in (
        (evaluation.uncalibrated_bins, "#f2b134", "before", evaluation.uncalibrated_error),
        (evaluation.bins, _OURS, "after temperature scaling", evaluation.rows[0].calibration_error),
    ):
        means, shares, sizes = zip(*bins, strict=True)
        axes.plot(means, shares, color=color, linewidth=1, alpha=0.7)
        areas = [12 + 110 * size / largest for size in sizes]
        axes.scatter(means, shares, s=areas, color=color, label=f"{name}: ECE {error:.4f}")
    axes.legend(fontsize=8, frameon=False, loc="upper left")
    axes.grid(alpha=0.25)
    return figure


def _sizes(evaluation: Evaluation) -> Any:  # noqa: ANN401
    figure, axes = _figure("Confusion by size", "operators of the function", "share of functions", width=7.5)
    sizes = list(evaluation.sizes)
    bottom = [0.0] * len(sizes)
    for index, (name, color) in enumerate(_CELLS):
        shares = [counts[index] / max(1, sum(counts)) for counts in evaluation.sizes.values()]
        axes.bar(sizes, shares, bottom=bottom, color=color, width=0.85, label=name)
        bottom = [low + share for low, share in zip(bottom, shares, strict=True)]
    for size, counts in evaluation.sizes.items():
        axes.text(size, 1.01, f"{sum(counts):,}", fontsize=6, ha="center", color=_INK)
    axes.set_ylim(0, 1.06)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    figure.legend(fontsize=8, frameon=False, loc="outside lower center", ncols=4)
    return figure
