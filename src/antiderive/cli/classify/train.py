"""``antiderive classify train``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antiderive.cli.progress import keeping, require
from antiderive.errors import SettingError

if TYPE_CHECKING:
    from antiderive.classification import Epoch, LabelledSet


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="Folder of the classifier.")
@click.option(
    "--family",
    type=click.Choice(["features", "tokens", "tree", "hybrid", "language"]),
    default="features",
    show_default=True,
    help="A small network over features of the expression, which is used without torch; a transformer over "
    "tokens, with tree positions, with the features beside them; a pretrained language model.",
)
@click.option("--base", default="", help="Language model: a folder, or a name such as tbs17/MathBERT.")
@click.option("--input", "writing", type=click.Choice(["latex", "infix"]), default="latex", show_default=True)
@click.option(
    "--lora",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Rank of LoRA; 0 trains all weights.",
)
@click.option("--method", "methods", multiple=True, help="Use only labels of this method; may be repeated.")
@click.option(
    "--timeouts",
    type=click.Choice(["censored", "negative"]),
    default="censored",
    show_default=True,
    help="How to count a function that met a limit: as unknown, or as not integrable.",
)
@click.option(
    "--epochs", type=click.IntRange(min=1), help="Maximum number of epochs.  [default: 40, language models 3]"
)
@click.option(
    "--patience",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    help="Epochs without a better validation loss before training stops.",
)
@click.option("--batch", type=click.IntRange(min=1), default=64, show_default=True)
@click.option("--learning-rate", type=float, help="[default: 0.001, language models 3e-5, with LoRA 3e-4]")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
def command(
    data: Path,
    out: Path,
    family: str,
    base: str,
    writing: str,
    lora: int,
    methods: tuple[str, ...],
    timeouts: str,
    epochs: int | None,
    patience: int,
    batch: int,
    learning_rate: float | None,
    seed: int,
) -> None:
    """Train a classifier on DATA, a folder of antiderive label export --to classifier."""
    require(data)
    if learning_rate is not None and not 0 < learning_rate < math.inf:
        raise SettingError(f"--learning-rate {learning_rate} is not a positive number")
    from antiderive.classification import FitConfig
    from antiderive.files import claim_folder

    claim_folder(out, "classifier", signs=("classifier.json",))
    from antiderive.classification import train_classifier

    language = family == "language"
    config = FitConfig(
        epochs=epochs or (3 if language else 40),
        patience=patience,
        batch=batch,
        learning_rate=learning_rate or ((3e-4 if lora else 3e-5) if language else 1e-3),
        seed=seed,
    )
    sets = read_checked(data, methods, timeouts, ("train", "valid"))
    with keeping("nothing of an unfinished training is kept"):
        train_classifier(
            sets,
            out,
            family=family,
            base=base,
            writing=writing,
            lora=lora,
            config=config,
            report=show_epoch,
        )
    click.echo(f"{out}: classifier of the family {family}; next: antiderive classify evaluate {out} {data}")


def read_checked(
    data: Path, methods: tuple[str, ...], timeouts: str, splits: tuple[str, ...]
) -> dict[str, LabelledSet]:
    """Read splits of a labeled set, check that a classifier can use them, and print a line on each.

    Raises:
        DataError: for a bad row, labels of different schemes, or an empty class.
    """
    from antiderive.classification import read_splits, require_both_classes, require_one_scheme

    sets = read_splits(data, methods=methods, censored=timeouts == "censored", splits=splits)
    if not methods:
        require_one_scheme(data, sets)
    for split, part in sets.items():
        require_both_classes(data, split, part)
        counts = [int((part.found == value).sum()) for value in (1, 0, -1)]
        click.echo(
            f"{split:<6} {len(part):>8,} functions: {counts[0]:,} found, {counts[1]:,} not, "
            f"{counts[2]:,} unknown"
        )
    return sets


def show_epoch(epoch: Epoch) -> None:
    """Print a line for each epoch."""
    best = "  best" if epoch.best else ""
    click.echo(
        f"epoch {epoch.number:>3}  loss {epoch.training_loss:.4f}, validation {epoch.validation_loss:.4f}"
        f"  {epoch.seconds:6.0f} s{best}"
    )
