"""The command line. Heavy imports happen inside commands, so that ``antiderive --help`` is instant."""

from __future__ import annotations

import os
import sys

import click

from antiderive.cli.lazy import LazyGroup
from antiderive.cli.progress import STOPPED, Terminated, terminable
from antiderive.errors import AntideriveError, MissingExtraError, ParseError

_COMMANDS = {
    "bench": "Measure speed; --json prints the figures on the last line.",
    "cas": "List the computer algebra systems that integrate.",
    "classify": "Predict whether a function will integrate, and by which method.",
    "cluster": "Label and generate on many machines through Temporal.",
    "dataset": "Check, convert, deduplicate, describe and plot data sets.",
    "demo": "Run every step once: generate, train, evaluate, solve.",
    "evaluate": "Measure a model's accuracy on the test split; every answer is verified.",
    "fuzz": "Send odd inputs to the parser, the rewrites and the verifier.",
    "generate": "Write a data set: problems with their solutions.",
    "label": "Integrate functions by computer algebra and record every outcome.",
    "robustness": "Measure a model's accuracy outside its training distribution.",
    "scoreboard": "Compare integration methods on a set of problems; every answer is verified.",
    "solve": "Integrate a function and check the answer.",
    "tasks": "List the tasks, including those of installed plug-ins.",
    "train": "Train a model from a recipe; plot runs; export models.",
    "verify": "Check a candidate antiderivative or ODE solution.",
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
    """Run the command line: exit code 2 for bad input, 1 for a "no", 130 after Ctrl-C, 75 after SIGTERM."""
    loaded_before = "temporalio" in sys.modules  # by a program that calls this function
    code = _exit_code()
    if "temporalio" in sys.modules and not loaded_before:
        # The threads of this SDK can crash an interpreter that is shutting down, and no work is left.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _exit_code() -> int:
    try:
        with terminable():
            code = group(standalone_mode=False)
    except click.exceptions.Abort as error:
        terminated = isinstance(error.__cause__, Terminated)
        click.echo("stopped by SIGTERM" if terminated else "interrupted", err=True)
        return STOPPED if terminated else 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (AntideriveError, ModuleNotFoundError, OSError) as error:
        line = _line(error)
        if line is None:
            raise
        click.echo(f"error: {line}", err=True)
        return 2
    return code if isinstance(code, int) else 0


def _line(error: AntideriveError | ModuleNotFoundError | OSError) -> str | None:
    """What to say of an error; None where it is one of the program itself."""
    if isinstance(error, ParseError):
        place = "" if error.text is None or len(error.text) > 80 else f": {error.text}"
        return f"{error.line}{place}"
    if isinstance(error, AntideriveError):
        return str(error)
    if isinstance(error, ModuleNotFoundError):
        extra = _EXTRAS.get(error.name or "")
        return extra and str(MissingExtraError(f"this command (it imports {error.name})", extra))
    # A path that is no folder, a disk that is full.
    place = "" if error.filename is None else f"{error.filename}: "
    return f"{place}{error.strerror or error}"
