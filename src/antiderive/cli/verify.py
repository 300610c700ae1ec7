"""``antiderive verify``."""

from __future__ import annotations

import json

import click

from antiderive.cli.formulas import FormulaCommand, read_formula, warn_of_variable


@click.command(cls=FormulaCommand)
@click.argument("problem")
@click.argument("candidate")
@click.option(
    "--variable", default="x", show_default=True, help="Variable of integration; an equation is in x."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(problem: str, candidate: str, variable: str, *, as_json: bool) -> int:
    """Check CANDIDATE as an antiderivative of PROBLEM, or as a solution if PROBLEM is an equation in y.

    Exit code 0 if it is correct, 1 if it is wrong or undecided, 2 for bad input.
    """
    from antiderive.verification import verify

    asked, answer = read_formula(problem), read_formula(candidate)
    warn_of_variable(asked, variable)
    verdict = verify(asked, answer, variable=variable)
    if as_json:
        click.echo(json.dumps(verdict.to_dict()))
    else:
        click.echo(f"{verdict.status}: {verdict.reason}")
        if verdict.conditions:
            click.echo("  if " + ", ".join(verdict.conditions))
        if verdict.status == "refuted":
            click.echo("  at " + ", ".join(f"{name} = {value}" for name, value in verdict.points[0].items()))
    return 0 if verdict.accepted else 1
