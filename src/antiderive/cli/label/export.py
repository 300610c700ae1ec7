"""``antiderive label export``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--store", "url", default="sqlite:///labels.db", show_default=True, help="URL of the store.")
@click.option(
    "--to",
    "kind",
    type=click.Choice(["fwd", "classifier"]),
    required=True,
    help="Pairs of function and integral, or functions with labels.",
)
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="Folder to write to.")
@click.option(
    "--max-tokens",
    type=click.IntRange(min=1),
    default=512,
    show_default=True,
    help="Longest function or integral.",
)
def command(url: str, kind: str, out: Path, max_tokens: int) -> None:
    """Write the labels of a store to a folder, split into train, valid and test by skeleton.

    fwd writes Parquet like every data set, and classic text in prefix and infix. classifier writes Parquet.
    """
    from antiderive.labelling import Store, export_labels, export_pairs

    with Store(url, create=False) as store:
        counts = (
            export_pairs(store, out, max_tokens=max_tokens) if kind == "fwd" else export_labels(store, out)
        )
    rows = "pairs" if kind == "fwd" else "labels"
    click.echo(f"{out}: {counts.total() - counts['too_long']:,} {rows}")
    for split, number in counts.items():
        click.echo(f"  {split:<8} {number:>10,}")
