"""Plot of the shares in a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from antiderive.errors import DataError
from antiderive.labelling.job import OUTCOMES
from antiderive.reports import OUTCOME_COLORS

if TYPE_CHECKING:
    from antiderive.labelling.report import LabelReport, OutcomeCounts


def plot_report(report: LabelReport, path: Path) -> None:
    """Plot shares by outcome, per method: all sizes in one bar, and by the number of operators.

    Raises:
        DataError: if there is nothing to draw or the file cannot be written.
    """
    from matplotlib.figure import Figure

    methods = sorted(report.sampled)
    if not methods:
        raise DataError("nothing to plot: the store has no labels of sampled functions")
    figure = Figure(figsize=(10, 1.6 + 2.4 * len(methods)), layout="constrained")
    rows: Any = figure.subplots(len(methods), 2, squeeze=False, width_ratios=(1, 5), sharey=True)
    for (total, sizes), method in zip(rows, methods, strict=True):
        tally = report.sampled[method]
        _bars(total, {"all": tally})
        total.set_ylabel(f"{method}\n{tally.functions:,} functions")
        _bars(sizes, {str(size): tally for size in sorted(tally.by_operators)}, by_size=True)
    rows[-1][1].set_xlabel("operators of the function")
    seen = {outcome for tally in report.sampled.values() for outcome in tally.counts}
    handles = [_patch(outcome) for outcome in OUTCOMES if outcome in seen]
    figure.legend(handles=handles, loc="outside upper center", ncols=min(6, len(handles)), frameon=False)
    try:
        figure.savefig(path, dpi=120)
    except (OSError, ValueError) as error:
        raise DataError(f"cannot write the plot {path}: {error}") from error


def _bars(axes: Any, tallies: dict[str, OutcomeCounts], *, by_size: bool = False) -> None:  # noqa: ANN401
    """Draw one stacked bar for each entry."""
    bottom = [0.0] * len(tallies)
    for outcome in OUTCOMES:
        shares = []
        for name, tally in tallies.items():
            counts = tally.by_operators[int(name)] if by_size else tally.counts
            shares.append(counts[outcome] / counts.total())
        if any(shares):
            axes.bar(list(tallies), shares, bottom=bottom, color=OUTCOME_COLORS[outcome], width=0.85)
        bottom = [low + share for low, share in zip(bottom, shares, strict=True)]
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.spines[["top", "right"]].set_visible(False)


def _patch(outcome: str) -> Any:  # noqa: ANN401
    from matplotlib.patches import Patch

    return Patch(color=OUTCOME_COLORS[outcome], label=outcome)
