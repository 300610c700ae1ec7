"""``antiderive dataset convert``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antiderive.cli.progress import require

if TYPE_CHECKING:
    from antiderive.datasets import Manifest


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--to", "form", type=click.Choice(["classic", "parquet"]), required=True, help="Format to write."
)
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="Folder to write to.")
@click.option("--infix/--no-infix", default=True, help="To classic: write data.infix too.  [default: yes]")
@click.option("--task", help="To parquet: task of the problems, such as bwd.")
@click.option(
    "--split",
    type=click.Choice(["skeleton", "files"]),
    default="skeleton",
    show_default=True,
    help="To parquet: split by skeleton, or as in the files.",
)
@click.option("--strict", is_flag=True, help="To parquet: stop at the first line that cannot be read.")
@click.option("--workers", type=click.IntRange(min=1), default=None, help="Processes.  [default: all cores]")
def command(
    source: Path,
    form: str,
    out: Path,
    infix: bool,
    task: str | None,
    split: str,
    strict: bool,
    workers: int | None,
) -> None:
    """Convert SOURCE between Parquet and the classic text files.

    To classic: data.prefix and data.infix (problem TAB solution, the same examples on the same lines), and
    TASK.train, TASK.valid, TASK.test with each distinct line as count|problem TAB solution.

    To parquet: SOURCE is a file of such lines, or a folder with *.train, *.valid, *.test or data.prefix.
    Expressions are rewritten to canonical form. Unreadable lines are left out, counted, and listed in
    bad-lines.txt.
    """
    require(source)
    workers = workers or os.cpu_count() or 1
    if form == "classic":
        _to_classic(source, out, infix=infix, workers=workers)
    else:
        _to_parquet(source, out, task, keep_split=split == "files", strict=strict, workers=workers)


def _to_classic(source: Path, out: Path, *, infix: bool, workers: int) -> None:
    from antiderive.cli.progress import keeping, progress_bar
    from antiderive.datasets import DataSet, write_classic

    data = DataSet(source)
    with progress_bar() as bar:
        row = bar.add_task("converting", total=data.manifest.examples(), rate="")
        with keeping(f"{out}: nothing of an unfinished conversion to text is kept"):
            names = write_classic(
                data,
                out,
                infix=infix,
                workers=workers,
                report=lambda done, _: bar.update(row, completed=done),
            )
    for name, lines in names.items():
        click.echo(f"{out / name}: {lines:,} lines")


def _to_parquet(
    source: Path, out: Path, task: str | None, *, keep_split: bool, strict: bool, workers: int
) -> None:
    from antiderive.cli.progress import keeping, progress_bar
    from antiderive.datasets import classic_files, read_classic

    if task is None:
        raise click.UsageError("the text does not name its task; add it, such as --task bwd")
    files = classic_files(source)
    with progress_bar() as bar:
        row = bar.add_task("reading bytes", total=sum(path.stat().st_size for path, _ in files), rate="")
        with keeping(f"{out}: the finished shards are kept; run the same command to continue"):
            manifest = read_classic(
                files,
                out,
                task,
                keep_split=keep_split,
                strict=strict,
                workers=workers,
                report=lambda done: bar.update(row, completed=done),
            )
    show_result(out, manifest)


def show_result(out: Path, manifest: Manifest) -> None:
    """Print the examples by split and the number left out."""
    from antiderive.datasets import BAD_LINES
    from antiderive.expressions import Split

    click.echo(f"{out}: {manifest.examples():,} examples")
    for split in Split:
        click.echo(f"  {split.name.lower():<6} {manifest.examples(split):>12,}")
    if manifest.rejects:
        reasons = ", ".join(f"{reason} {number:,}" for reason, number in manifest.rejects.items() if number)
        click.echo(f"left out: {reasons}")
    bad = out / BAD_LINES
    if bad.exists():
        click.echo(f"unreadable lines are listed in {bad}; the first:")
        with bad.open(encoding="utf-8") as file:
            for line, _ in zip(file, range(3), strict=False):
                click.echo(f"  {line.rstrip()}")
