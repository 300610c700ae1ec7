"""``antiderive label report``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

    from antiderive.labelling import LabelReport, OutcomeCounts


@click.command()
@click.option("--store", "url", default="sqlite:///labels.db", show_default=True, help="URL of the store.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    help="Plot to write; the suffix (.png, .svg, .pdf) sets the format.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(url: str, plot: Path | None, *, as_json: bool) -> None:
    """Report outcomes by method and size, and the measured errors of each method."""
    from antiderive.labelling import Store, report_on

    with Store(url, create=False) as store:
        report = report_on(store)
    if plot is not None:
        from antiderive.labelling import plot_report

        plot_report(report, plot)
    if as_json:
        click.echo(json.dumps(report.to_dict()))
    else:
        _print(report)


def _print(report: LabelReport) -> None:
    from rich.console import Console

    console = Console()
    if not (report.sampled or report.known_integrable):
        console.print("the store has no labels")
    if report.sampled:
        console.print(_outcomes(report.sampled))
        console.print(_sizes(report.sampled))
    if report.deciders:
        console.print(_deciders(report))
    if report.known_integrable:
        console.print(_noise(report))
    if report.contradictions:
        console.print(
            f"{report.contradictions:,} functions: solved by one method, called nonelementary by another"
        )


def _table(title: str, first: str, columns: Iterable[str]) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _outcomes(tallies: dict[str, OutcomeCounts]) -> Table:
    """Tabulate outcomes (rows) by method (columns)."""
    from antiderive.labelling import OUTCOMES

    methods = sorted(tallies)
    table = _table("Random functions", "outcome", methods)
    for outcome in OUTCOMES:
        if any(tallies[method].counts[outcome] for method in methods):
            table.add_row(outcome, *(f"{tallies[method].share(outcome):.1%}" for method in methods))
    table.add_section()
    table.add_row("functions", *(f"{tallies[method].functions:,}" for method in methods))
    seconds = (tallies[method].cpu_seconds / tallies[method].functions for method in methods)
    table.add_row("CPU seconds each", *(f"{mean:.3f}" for mean in seconds))
    return table


def _sizes(tallies: dict[str, OutcomeCounts]) -> Table:
    """Tabulate the share solved by number of operators (rows) and method (columns)."""
    methods = sorted(tallies)
    table = _table("Share solved by size", "operators", methods)
    for size in sorted({size for tally in tallies.values() for size in tally.by_operators}):
        counts = [tallies[method].by_operators.get(size) for method in methods]
        table.add_row(str(size), *(f"{some['solved'] / some.total():.1%}" if some else "" for some in counts))
    return table


def _deciders(report: LabelReport) -> Table:
    """Tabulate outcomes of the portfolio (rows) by the method that decided (columns)."""
    from antiderive.labelling import OUTCOMES

    methods = sorted(set().union(*report.deciders.values()))
    table = _table("Portfolio: deciding method", "outcome", methods)
    for outcome in OUTCOMES:
        if outcome in report.deciders:
            table.add_row(outcome, *(f"{report.deciders[outcome][method]:,}" for method in methods))
    return table


def _noise(report: LabelReport) -> Table:
    """Tabulate the answers of each method on functions that have an elementary antiderivative."""
    columns = ("functions", "found", "wrong", "denied", "missed")
    table = _table("Functions known to be integrable", "method", columns)
    for method in sorted(report.known_integrable):
        shares = (f"{share:.2%}" for share in report.noise(method).values())
        table.add_row(method, f"{report.known_integrable[method].functions:,}", *shares)
    return table
