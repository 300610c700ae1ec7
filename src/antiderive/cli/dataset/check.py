"""``antiderive dataset check``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antiderive.cli.progress import require

if TYPE_CHECKING:
    from antiderive.datasets import DataSet, Findings


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--sample",
    type=click.IntRange(min=0),
    default=1000,
    show_default=True,
    help="Number of rows whose solutions are verified.",
)
@click.option("--all", "verify_all", is_flag=True, help="Verify the solution of every row.")
@click.option("--workers", type=click.IntRange(min=1), default=None, help="Processes.  [default: all cores]")
def command(folder: Path, sample: int, verify_all: bool, workers: int | None) -> int:
    """Check on its files that the data set in FOLDER is what it claims to be.

    Every row is read: checksums, canonical form, split, indices, and no skeleton in two splits. Solutions of
    a sample, or of all rows, are verified. Exit code 0 if everything holds, 1 if something fails, 2 for bad
    input.
    """
    require(folder)
    from antiderive.datasets import DataSet

    passed = True
    for data in DataSet.open_all(folder):
        findings = run_check(data, None if verify_all else sample, workers or os.cpu_count() or 1)
        show(data, findings)
        passed = passed and findings.passed
    return 0 if passed else 1


def run_check(data: DataSet, sample: int | None, workers: int) -> Findings:
    """Run the check with a progress bar."""
    from antiderive.cli.progress import keeping, progress_bar
    from antiderive.datasets import check_dataset

    with progress_bar() as bar:
        row = bar.add_task(f"checking {data.folder}", total=data.manifest.examples(), rate="")
        with keeping("nothing of an unfinished check is kept"):
            return check_dataset(
                data, sample=sample, workers=workers, report=lambda done, _: bar.update(row, completed=done)
            )


def show(data: DataSet, findings: Findings) -> None:
    """Print a line for each check, and its failures."""
    from antiderive.datasets import CHECKS

    click.echo(f"{data.folder}: {findings.examples:,} examples of {data.manifest.task}")
    for kind, meaning in CHECKS.items():
        failures = findings.failures[kind]
        detail = ""
        if kind == "verified":
            verdicts = ", ".join(f"{number:,} {status}" for status, number in findings.verdicts.most_common())
            detail = f" ({verdicts or 'none was verified'})"
        # What was not read was not checked either.
        partly = "part" if findings.unread and kind in ("split", "disjoint", "verified") else "ok"
        click.echo(f"  {'FAIL' if failures else partly:<4}  {kind:<9}  {meaning}{detail}")
        for message in findings.messages.get(kind, []):
            click.echo(f"          {message}")
        shown = len(findings.messages.get(kind, []))
        if failures > shown:
            click.echo(f"          ... {failures:,} in total")
    if findings.unread:
        click.echo(f"  part: {findings.unread:,} rows could not be read")
    for message in findings.messages.get("unknown", []):
        click.echo(f"  unknown: {message}")
