"""Formulas as arguments: those that begin with a minus sign, and those that have two readings.

It knows no mathematics: the parser says what it chose, this tells the person.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from antiderive.expressions import Expr

_OPTION = re.compile(r"--[A-Za-z][A-Za-z-]+(=.*)?", re.DOTALL)


class FormulaCommand(click.Command):
    """A command whose arguments are formulas: ``-x^2`` is one of them, not an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the options; everything else is an argument."""
        options, formulas = self._split(ctx, list(args))
        return super().parse_args(ctx, [*options, "--", *formulas])

    def _split(self, ctx: click.Context, args: list[str]) -> tuple[list[str], list[str]]:
        with_value = {
            name: not (option.is_flag or option.count)
            for option in self.get_params(ctx)
            if isinstance(option, click.Option)
            for name in (*option.opts, *option.secondary_opts)
        }
        options: list[str] = []
        formulas: list[str] = []
        while args:
            argument = args.pop(0)
            name, has_value, _ = argument.partition("=")
            if argument == "--":
                formulas += args
                break
            if argument in with_value or (has_value and name.startswith("--") and name in with_value):
                options.append(argument)
                if with_value[name] and not has_value and args:
                    options.append(args.pop(0))
            elif _OPTION.fullmatch(argument):
                options.append(argument)  # misspelled: the parser of options says so
            else:
                formulas.append(argument)
        return options, formulas


def read_formula(text: str) -> Expr:
    """Return the expression; where the text has two readings, the one that was taken is shown."""
    from antiderive.expressions import Expr

    expression, notes = Expr.read(text)
    if notes:
        equation = " = 0" if expression.is_equation else ""
        shown = text if len(text) <= 80 else text[:77] + "..."
        click.echo(f"note: {shown} is read as {expression}{equation}", err=True)
        for note in notes:
            click.echo(f"  {note}", err=True)
    return expression


def warn_of_variable(expression: Expr, variable: str) -> None:
    """Say that a formula without the variable is a constant, if another variable may be meant.

    Raises:
        ParseError: if the variable is not a symbol.
    """
    from antiderive.expressions import Expr

    Expr.from_prefix(variable)
    others = sorted(expression.free_symbols - {"Y", "Y'", "Y''"})
    if expression.is_equation or not others or variable in others:
        return
    click.echo(
        f"warning: the formula has no {variable}, so it counts as a constant; "
        f"for the variable {others[-1]} give --variable {others[-1]}",
        err=True,
    )
