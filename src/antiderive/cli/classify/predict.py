"""``antiderive classify predict``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from antiderive.cli.formulas import FormulaCommand, read_formula
from antiderive.cli.progress import require

if TYPE_CHECKING:
    from antiderive.classification import Classifier, Layout, Prediction


@click.command(cls=FormulaCommand)
@click.argument("integrands", nargs=-1)
@click.option(
    "--classifier",
    type=click.Path(path_type=Path),
    help="Folder of a classifier.  [default: the one that ships]",
)
@click.option("--variable", default="x", show_default=True, help="Variable of integration.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
def command(integrands: tuple[str, ...], classifier: Path | None, variable: str, *, as_json: bool) -> None:
    """Predict whether, and by which method, each of INTEGRANDS (or of the lines of stdin) integrates."""
    from antiderive.classification import renamed

    texts = integrands or tuple(line.strip() for line in sys.stdin if line.strip())
    expressions = [renamed(read_formula(text), variable) for text in texts]
    if not expressions:
        return
    if classifier is None:
        from antiderive.classification import SHIPPED, FeatureClassifier

        loaded: Classifier = FeatureClassifier.load(SHIPPED)
    else:
        require(classifier)
        from antiderive.classification import require_classifier

        require_classifier(classifier)
        from antiderive.classification import load_classifier

        loaded = load_classifier(classifier)
    prediction = loaded.predict(expressions)
    for row, text in enumerate(texts):
        values = _plain(text, loaded.description.layout, prediction, row)
        if as_json:
            click.echo(json.dumps(values))
        else:
            methods = ", ".join(
                f"{name} {one['success']:.0%} in {one['cpu_seconds']:.2f} s"
                for name, one in values["methods"].items()
            )
            click.echo(f"{values['found']:4.0%}  {text}    ({methods})")


def _plain(text: str, layout: Layout, prediction: Prediction, row: int) -> dict[str, Any]:
    from antiderive.classification import CLASSES

    # The longest call of each method comes last and represents it.
    by_method = {
        call.method: {
            "success": round(float(prediction.success[row, column]), 4),
            "cpu_seconds": round(float(prediction.seconds[row, column]), 4),
        }
        for column, call in enumerate(layout.calls)
    }
    # By gain, in the order in which a portfolio would try them; no call is free.
    best_first = sorted(
        by_method,
        key=lambda name: by_method[name]["success"] / max(by_method[name]["cpu_seconds"], 1e-3),
        reverse=True,
    )
    classes = zip(CLASSES, prediction.classes[row].round(4).tolist(), strict=True)
    return {
        "integrand": text,
        "found": round(float(prediction.found[row]), 4),
        "classes": dict(classes),
        "methods": {name: by_method[name] for name in best_first},
    }
