"""``antiderive solve``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antiderive.cli.formulas import FormulaCommand, read_formula, warn_of_variable

if TYPE_CHECKING:
    from antiderive.solving import Solution


@click.command(cls=FormulaCommand)
@click.argument("integrand")
@click.option("--variable", default="x", show_default=True, help="Variable of integration.")
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    help="Folder of a model.  [default: $ANTIDERIVE_MODEL, out/demo/model]",
)
@click.option(
    "--beam", type=click.IntRange(min=1), default=10, show_default=True, help="Beam size of the model."
)
@click.option(
    "--timeout",
    type=float,
    default=10.0,
    show_default=True,
    help="CPU seconds for all computer algebra systems together.",
)
@click.option("--steps", is_flag=True, help="Print the derivation, or the proof that there is none.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    integrand: str,
    variable: str,
    model: Path | None,
    beam: int,
    timeout: float,
    *,
    steps: bool,
    as_json: bool,
) -> int:
    """Find an antiderivative of INTEGRAND, such as "x*cos(x)".

    The package's own integrator comes first, then a model if there is one, then every installed computer
    algebra system in turn. A model named by --model comes before all others.

    Exit code 0 if an answer was found and verified, 1 if none was, 2 for bad input.
    """
    from antiderive.solving import integrate

    asked = read_formula(integrand)
    warn_of_variable(asked, variable)
    solution = integrate(asked, variable=variable, model=model, beam=beam, timeout=timeout)
    click.echo(json.dumps(solution.to_dict()) if as_json else str(solution))
    if steps and not as_json:
        click.echo(_derivation(solution))
    return 0 if solution.solved else 1


def _derivation(solution: Solution) -> str:
    """The derivation or the proof as text; where there is none, a line that says so."""
    if solution.steps is not None:
        return solution.steps.to_text()
    if solution.certificate is not None:
        return solution.certificate.to_text()
    if solution.solved:
        return f"no derivation: {solution.method} found the answer; its derivative is verified"
    return "no derivation: there is no answer"
