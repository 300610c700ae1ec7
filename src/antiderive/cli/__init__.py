"""The command line. Heavy imports happen inside commands, so that ``antiderive --help`` is instant."""

from __future__ import annotations

import os
import sys

import click

from antiderive.cli.lazy import LazyGroup
from antiderive.errors import AntideriveError, MissingExtraError, ParseError

_COMMANDS = {
    "bench": "Measure speed; the last line of each bench is JSON.",
    "cas": "Computer algebra systems that integrate.",
    "classify": "Will it integrate? Classifiers that are asked first.",
    "cluster": "Label and generate on many machines, through Temporal.",
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
    "fsspec": "distributed",
    "lightning_fabric": "train",
    "matplotlib": "plot",
    "psycopg": "postgres",
    "safetensors": "train",
    "sklearn": "classify",
    "sqlalchemy": "labels",
    "tensorboard": "train",
    "sympy": "cas",
    "temporalio": "distributed",
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
    loaded_before = "temporalio" in sys.modules  # by whoever calls this within a program of their own
    code = _exit_code()
    if "temporalio" in sys.modules and not loaded_before:
        # The threads of this SDK can crash an interpreter that is shutting down; there is nothing left to do.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _exit_code() -> int:
    try:
        code = group(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get(error.name or "")
        if extra is None:
            raise
        click.echo(f"error: {MissingExtraError(f'this command (it imports {error.name})', extra)}", err=True)
        return 2
    except ParseError as error:
        place = "" if error.text is None or len(error.text) > 80 else f": {error.text}"
        click.echo(f"error: {error.line}{place}", err=True)
        return 2
    except AntideriveError as error:
        click.echo(f"error: {error}", err=True)
        return 2
    return code if isinstance(code, int) else 0
