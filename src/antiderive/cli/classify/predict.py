"""``antiderive classify predict``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from antiderive.cli.progress import require

if TYPE_CHECKING:
    from antiderive.classification.forecast import Forecast, Forecaster, Layout


@click.command()
@click.argument("integrands", nargs=-1)
@click.option(
    "--classifier",
    type=click.Path(path_type=Path),
    help="Folder of a classifier.  [default: the one that ships]",
)
@click.option("--variable", default="x", show_default=True, help="Variable of integration.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def command(integrands: tuple[str, ...], classifier: Path | None, variable: str, *, as_json: bool) -> None:
    """Say of each of INTEGRANDS (or of each line of standard input) whether and by what it integrates."""
    from antiderive._core import Expr
    from antiderive.classification.integrands import renamed

    texts = integrands or tuple(line.strip() for line in sys.stdin if line.strip())
    expressions = [renamed(Expr(text), variable) for text in texts]
    if not expressions:
        return
    if classifier is None:
        from antiderive.classification import SHIPPED, Portable

        forecaster: Forecaster = Portable.load(SHIPPED)
    else:
        require(classifier)
        from antiderive.classification.trained import load_classifier

        forecaster = load_classifier(classifier)
    forecast = forecaster.forecast(expressions)
    for place, text in enumerate(texts):
        said = _said(text, forecaster.description.layout, forecast, place)
        if as_json:
            click.echo(json.dumps(said))
        else:
            methods = ", ".join(
                f"{name} {one['success']:.0%} in {one['cpu_seconds']:.2f} s"
                for name, one in said["methods"].items()
            )
            click.echo(f"{said['found']:4.0%}  {text}    ({methods})")


def _said(text: str, layout: Layout, forecast: Forecast, place: int) -> dict[str, Any]:
    from antiderive.classification.forecast import CLASSES

    # The longest call of each method comes last and stands for it.
    by_method = {
        call.method: {
            "success": round(float(forecast.success[place, column]), 4),
            "cpu_seconds": round(float(forecast.seconds[place, column]), 4),
        }
        for column, call in enumerate(layout.calls)
    }
    # By gain, as a portfolio would try them; no call is free.
    best_first = sorted(
        by_method,
        key=lambda name: by_method[name]["success"] / max(by_method[name]["cpu_seconds"], 1e-3),
        reverse=True,
    )
    classes = zip(CLASSES, forecast.classes[place].round(4).tolist(), strict=True)
    return {
        "integrand": text,
        "found": round(float(forecast.found[place]), 4),
        "classes": dict(classes),
        "methods": {name: by_method[name] for name in best_first},
    }
