"""``antiderive train``: a run, and what is done with runs."""

from __future__ import annotations

import click

from antiderive.cli.lazy import LazyGroup

TRAINING = {
    "plot": "Draw the curves of runs.",
    "push": "Give a model away: to a folder or to the Hugging Face Hub.",
    "run": "Train a model by a recipe (what `antiderive train` does by itself).",
}


class _RunByDefault(LazyGroup):
    """``train --recipe tiny ...`` is ``train run --recipe tiny ...``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*TRAINING, "-h", "--help"}:
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_RunByDefault, package=__name__, commands=TRAINING)
def command() -> None:
    """Train models; `antiderive train --recipe tiny -o out/tiny` is enough to begin."""
