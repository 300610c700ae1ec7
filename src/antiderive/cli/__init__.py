"""The command line. Heavy imports happen inside commands, so that ``antiderive --help`` is instant."""

from __future__ import annotations

import sys

import click

from antiderive.cli.lazy import LazyGroup
from antiderive.errors import AntideriveError, MissingExtraError, ParseError

_COMMANDS = {
    "bench": "Measure speed; the last line of each bench is JSON.",
    "cas": "Computer algebra systems that integrate.",
    "dataset": "Check, convert, deduplicate, describe and draw data sets.",
    "demo": "The whole walk: generate, train, evaluate, solve.",
    "evaluate": "Accuracy of a model on the test split, every answer verified.",
    "generate": "Write a data set: problems with their solutions.",
    "label": "Integrate functions by computer algebra and keep every outcome.",
    "robustness": "Accuracy of an integrator beside what it was trained on.",
    "scoreboard": "Methods of integration side by side, every answer verified.",
    "solve": "Integrate, with an answer that has been checked.",
    "tasks": "List the tasks, those of installed plug-ins included.",
    "train": "Train a model by a recipe; plot runs; give models away.",
    "verify": "Judge a candidate as an antiderivative or a solution.",
}
"""Commands with their one-line help; each lives in the module of its name."""

_EXTRAS = {
    "lightning_fabric": "train",
    "matplotlib": "plot",
    "psycopg": "postgres",
    "safetensors": "train",
    "sqlalchemy": "labels",
    "tensorboard": "train",
    "sympy": "cas",
    "torch": "train",
}
"""The extra that installs each optional package."""


@click.group(
    cls=LazyGroup,
    package=__name__,
    commands=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="antiderive")
def group() -> None:
    """Learn to integrate and to solve differential equations; check every answer."""


def main() -> None:
    """Runs the command line: exit code 2 for bad input, 1 for a "no", 130 after Ctrl-C."""
    try:
        code = group(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get(error.name or "")
        if extra is None:
            raise
        click.echo(f"error: {MissingExtraError(f'this command (it imports {error.name})', extra)}", err=True)
        sys.exit(2)
    except ParseError as error:
        place = "" if error.text is None or len(error.text) > 80 else f": {error.text}"
        click.echo(f"error: {error.line}{place}", err=True)
        sys.exit(2)
    except AntideriveError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)
