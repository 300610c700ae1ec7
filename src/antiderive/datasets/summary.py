"""Figures of a data set, and a plot of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from antiderive.datasets.parquet import rows_of
from antiderive.expressions import Split, Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from antiderive.datasets.dataset import DataSet

Counts = NDArray[np.int64]


@dataclass
class Histogram:
    """Counts of each value.

    Attributes:
        counts: occurrences of the values 0, 1, 2, ...
    """

    counts: Counts

    @classmethod
    def empty(cls) -> Histogram:
        """Return a histogram without values."""
        return cls(np.zeros(1, np.int64))

    def add(self, values: NDArray[Any]) -> None:
        """Count values, none of them negative."""
        more = np.bincount(values)
        longer, shorter = sorted((self.counts, more), key=len, reverse=True)
        self.counts = longer.astype(np.int64)
        self.counts[: len(shorter)] += shorter

    @property
    def mean(self) -> float:
        """Mean value; 0 without values."""
        return float(np.arange(len(self.counts)) @ self.counts / max(1, self.counts.sum()))

    @property
    def deviation(self) -> float:
        """Standard deviation."""
        squares = (np.arange(len(self.counts)) - self.mean) ** 2
        return float(np.sqrt(squares @ self.counts / max(1, self.counts.sum())))

    @property
    def largest(self) -> int:
        """Largest value."""
        found = np.flatnonzero(self.counts)
        return int(found[-1]) if len(found) else 0


@dataclass
class Summary:
    """Figures of the examples.

    Attributes:
        histograms: lengths in tokens (``problem``, ``solution``) and numbers of operators
            (``problem_operators``, ``solution_operators``).
        tokens: occurrences of each token of the vocabulary in problems and solutions.
    """

    histograms: dict[str, Histogram]
    tokens: dict[str, Counts]

    @classmethod
    def of(cls, data: DataSet) -> Summary:
        """Read every file once and return its figures.

        Raises:
            DataError: if one cannot be read.
        """
        names = ("problem", "solution", "problem_operators", "solution_operators")
        summary = cls(
            {name: Histogram.empty() for name in names},
            {name: np.zeros(256, np.int64) for name in ("problem", "solution")},
        )
        for file, _ in data.manifest.files():
            table = data.read(file, list(names))
            for name in names:
                if name in summary.tokens:
                    rows = rows_of(table[name])
                    summary.histograms[name].add(rows.lengths)
                    summary.tokens[name] += np.bincount(rows.tokens, minlength=256)
                else:
                    summary.histograms[name].add(table[name].to_numpy())
        return summary

    def operators(self) -> dict[str, tuple[int, int]]:
        """Return the occurrences of each operator in problems and in solutions; absent ones are left out."""
        vocabulary = Vocabulary()
        rows = {}
        for token, (name, arity) in enumerate(zip(vocabulary.names, vocabulary.arities, strict=True)):
            found = int(self.tokens["problem"][token]), int(self.tokens["solution"][token])
            if arity and any(found):
                rows[name] = found
        return rows


def describe_dataset(data: DataSet) -> dict[str, Any]:
    """Return everything that ``antiderive dataset info`` prints, as plain values."""
    manifest = data.manifest
    summary = Summary.of(data)
    return {
        "task": manifest.task,
        "made_by": manifest.made_by,
        "source": manifest.source,
        "split_by": manifest.split,
        "library_version": manifest.library_version,
        "generator_version": manifest.generator_version,
        "ranges": manifest.ranges,
        "missing": manifest.missing,
        "files": sum(1 for _ in manifest.files()),
        "bytes": sum(file.bytes for _, file in manifest.files()),
        "seconds": manifest.seconds,
        "examples": {split.name.lower(): manifest.examples(split) for split in Split},
        "rejects": manifest.rejects,
        "lengths": {
            name: {"mean": histogram.mean, "deviation": histogram.deviation, "largest": histogram.largest}
            for name, histogram in summary.histograms.items()
        },
        "operators": summary.operators(),
    }


def plot_dataset(data: DataSet, path: Path) -> None:
    """Plot the lengths and operators of a data set; the suffix of ``path`` sets the format.

    Raises:
        OSError: if it cannot be written.
    """
    from matplotlib.figure import Figure

    summary = Summary.of(data)
    manifest = data.manifest
    figure = Figure(figsize=(11, 8), layout="constrained")
    grid = figure.add_gridspec(2, 2)
    figure.suptitle(f"{manifest.task}: {manifest.examples():,} examples")
    _draw_lengths(figure.add_subplot(grid[0, 0]), summary, "tokens", "")
    _draw_lengths(figure.add_subplot(grid[0, 1]), summary, "operators", "_operators")
    axes = figure.add_subplot(grid[1, :])
    rows = sorted(summary.operators().items(), key=lambda row: -sum(row[1]))
    positions = np.arange(len(rows))
    for part, name in enumerate(("problem", "solution")):
        heights = [counts[part] / max(1, manifest.examples()) for _, counts in rows]
        axes.bar(positions + 0.4 * part - 0.2, heights, width=0.4, label=name)
    axes.set_xticks(positions, [name for name, _ in rows], rotation=60, ha="right")
    axes.set_ylabel("occurrences per example")
    axes.set_yscale("log")
    axes.legend()
    figure.savefig(path, dpi=110)


def _draw_lengths(axes: Axes, summary: Summary, label: str, suffix: str) -> None:
    parts = {part: summary.histograms[part + suffix] for part in ("problem", "solution")}
    for part, histogram in parts.items():
        share = histogram.counts / max(1, histogram.counts.sum())
        title = f"{part}: {histogram.mean:.0f} ± {histogram.deviation:.0f}, at most {histogram.largest}"
        axes.stairs(share, np.arange(len(share) + 1) - 0.5, fill=True, alpha=0.5, label=title)
    # The longest 1% would squeeze everything else to the left.
    axes.set_xlim(0, max(_percentile(histogram, 0.99) for histogram in parts.values()) + 1)
    axes.set_xlabel(label)
    axes.set_ylabel("share of examples")
    axes.legend()


def _percentile(histogram: Histogram, share: float) -> int:
    total = np.cumsum(histogram.counts)
    return int(np.searchsorted(total, share * total[-1]))
