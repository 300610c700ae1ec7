"""``antiderive dataset dedup``."""

from __future__ import annotations

from pathlib import Path

import click

from antiderive.cli.progress import require


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="Folder to write to.")
@click.option(
    "--by",
    type=click.Choice(["exact", "skeleton"]),
    default="exact",
    show_default=True,
    help="Drop equal examples, or problems that differ only in their numbers.",
)
def command(folder: Path, out: Path, by: str) -> None:
    """Copy the data set in FOLDER without duplicates, keeping the first of equal examples.

    The test split comes first, then valid, then train; within a split, the lower index.
    """
    require(folder)
    from antiderive.cli.dataset.convert import show_result
    from antiderive.cli.progress import keeping, progress_bar
    from antiderive.datasets import DataSet, deduplicate

    data = DataSet(folder)
    kept = f"{out}: the finished shards are kept; run the same command to continue"
    with progress_bar() as bar, keeping(kept):
        row = bar.add_task("rows, read twice", total=2 * data.manifest.examples(), rate="")
        manifest = deduplicate(
            data,
            out,
            "skeleton" if by == "skeleton" else "exact",
            report=lambda done, _: bar.update(row, completed=done),
        )
    show_result(out, manifest)
