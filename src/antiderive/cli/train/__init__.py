"""``antiderive train``: training runs, their plots and exports."""

from __future__ import annotations

import click

from antiderive.cli.lazy import LazyGroup

TRAINING = {
    "plot": "Plot the curves of runs.",
    "push": "Export a model to a folder or to the Hugging Face Hub.",
    "run": "Train a model from a recipe (the default of `antiderive train`).",
}


class _RunByDefault(LazyGroup):
    """``train --recipe tiny ...`` is ``train run --recipe tiny ...``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*TRAINING, "-h", "--help"}:
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_RunByDefault, package=__name__, commands=TRAINING)
def command() -> None:
    """Train models. `antiderive train --recipe tiny -o out/tiny` trains a small one."""
