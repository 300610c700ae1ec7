"""``antiderive dataset info``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from antiderive.cli.progress import require


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each data set.")
def command(folder: Path, as_json: bool) -> None:
    """Show the origin and size of the data set in FOLDER, and the lengths of its examples."""
    require(folder)
    from antiderive.datasets import DataSet, describe_dataset

    for data in DataSet.open_all(folder):
        facts = describe_dataset(data)
        if as_json:
            click.echo(json.dumps({"folder": str(folder), **facts}))
        else:
            _show(data.folder, facts)


def _show(folder: Path, facts: dict[str, Any]) -> None:
    examples = sum(facts["examples"].values())
    click.echo(f"{folder}: {examples:,} examples of {facts['task']}")
    click.echo(
        f"  made by    antiderive {facts['made_by']} {facts['library_version']} in {facts['seconds']:,.1f} s"
    )
    click.echo(f"  from       {facts['source']}")
    click.echo(f"  size       {facts['bytes'] / 1e6:,.1f} MB in {facts['files']} files")
    ranges = ", ".join(f"{first:,} to {last:,}" for first, last in facts["ranges"])
    missing = ", ".join(f"{first:,} to {last:,}" for first, last in facts["missing"])
    click.echo(f"  indices    {ranges}{f' (still missing: {missing})' if missing else ''}")
    splits = ", ".join(f"{split} {number:,}" for split, number in facts["examples"].items())
    click.echo(f"  split      by {facts['split_by']}: {splits}")
    rejects = ", ".join(f"{reason} {number:,}" for reason, number in facts["rejects"].items() if number)
    click.echo(f"  rejects    {rejects or 'none'}")
    for part in ("problem", "solution"):
        length, operators = facts["lengths"][part], facts["lengths"][f"{part}_operators"]
        click.echo(
            f"  {part:<9}  {length['mean']:.1f} ± {length['deviation']:.1f} tokens "
            f"(at most {length['largest']}), "
            f"{operators['mean']:.1f} ± {operators['deviation']:.1f} operators"
        )
