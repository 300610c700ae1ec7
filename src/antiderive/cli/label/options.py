"""Options that the labeling commands share: functions and limits."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from antiderive.tasks import Recipe

_Command = TypeVar("_Command", bound=Callable[..., object])


class OperatorRange(click.ParamType[tuple[int, int]]):
    """``3-10``, or one number."""

    name = "a-b"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Return the lower and the upper end."""
        found = re.fullmatch(r"(\d+)(?:-(\d+))?", str(value))
        if not found:
            self.fail(f"{value!r} is not a range such as 1-15", param, ctx)
        low = int(found[1])
        return low, int(found[2] or low)


class IntegralTask(click.ParamType[str]):
    """The name of a task whose problems are integrals."""

    name = "TASK"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name itself, once the task is known to pose integrals."""
        from antiderive.tasks import task_named

        if not task_named(str(value)).poses_integrals:
            self.fail(f"the problems of the task {value!r} are not integrals", param, ctx)
        return str(value)


def job_options(command: _Command) -> _Command:
    """Add the options for the functions (range, recipe, split) and for the limits of a call."""
    for option in (
        click.option(
            "--memory", type=int, default=2048, show_default=True, help="Memory limit for one call, in MiB."
        ),
        click.option(
            "--timeout", type=float, default=10.0, show_default=True, help="CPU seconds for one function."
        ),
        click.option(
            "--split",
            type=click.Choice(["train", "valid", "test"]),
            help="Label only the functions of this split; valid and test are one in 50 each.",
        ),
        click.option(
            "--recipe", type=click.Path(path_type=Path), help="Recipe file (TOML) for the other settings."
        ),
        click.option("--seed", type=int, help="Another seed gives other functions.  [default: 0]"),
        click.option(
            "--coefficients",
            type=click.IntRange(0, 10),
            help="Number of parameters that a function may contain.  [default: 0]",
        ),
        click.option(
            "--ops", type=OperatorRange(), help="Operators of a function, such as 1-15.  [default: 3-15]"
        ),
        click.option(
            "--start",
            type=click.IntRange(min=0),
            default=0,
            show_default=True,
            help="Index of the first function.",
        ),
    ):
        command = option(command)
    return command


def functions_recipe(
    path: Path | None, ops: tuple[int, int] | None, seed: int | None, coefficients: int | None
) -> Recipe:
    """Return the recipe of random functions: the settings of a file, changed by the options."""
    from antiderive.tasks import Recipe

    values = {**(Recipe.load(path) if path is not None else Recipe()).to_dict(), "task": "fwd"}
    if ops is not None:
        values |= {"min_operators": ops[0], "max_operators": ops[1]}
    if seed is not None:
        values["seed"] = seed
    if coefficients is not None:
        values["coefficients"] = coefficients
    return Recipe.from_dict(values)
