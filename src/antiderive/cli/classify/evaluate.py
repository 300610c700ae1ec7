"""``antiderive classify evaluate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antiderive.cli.progress import keeping, require

if TYPE_CHECKING:
    from antiderive.classification import Evaluation


@click.command()
@click.argument("classifier", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Folder of the report.  [default: CLASSIFIER/report]"
)
@click.option(
    "--beside",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Folder of another classifier to evaluate on the same functions; may be repeated.",
)
@click.option("--method", "methods", multiple=True, help="Use only labels of this method, as in training.")
@click.option(
    "--timeouts", type=click.Choice(["censored", "negative"]), default="censored", show_default=True
)
@click.option(
    "--heuristics",
    type=click.IntRange(min=0),
    default=200,
    show_default=True,
    help="Number of test functions on which SymPy's own heuristics run too, one CPU second each.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object on the last line.")
def command(
    classifier: Path,
    data: Path,
    out: Path | None,
    beside: tuple[Path, ...],
    methods: tuple[str, ...],
    timeouts: str,
    heuristics: int,
    *,
    as_json: bool,
) -> None:
    """Evaluate CLASSIFIER on the test split of DATA, against baselines trained on its training split."""
    require(classifier)
    require(data)
    for other in beside:
        require(other)
    from antiderive.classification import require_classifier

    for each in (classifier, *beside):
        require_classifier(each)
    folder = out or classifier / "report"
    from antiderive.files import claim_folder

    claim_folder(folder, "report on a classifier", signs=("report.html",))
    with keeping("nothing of an unfinished evaluation is kept"):
        evaluation = run_evaluation(classifier, data, folder, methods, timeouts, heuristics, beside)
    if as_json:
        click.echo(json.dumps(evaluation.to_dict()))


def run_evaluation(
    folder: Path,
    data: Path,
    out: Path,
    methods: tuple[str, ...],
    timeouts: str,
    heuristics: int,
    beside: tuple[Path, ...] = (),
) -> Evaluation:
    """Evaluate, write the report and print its first tables."""
    from antiderive.classification import evaluate_classifier, load_classifier, write_classifier_report
    from antiderive.cli.classify.train import read_checked

    classifier = load_classifier(folder)
    sets = read_checked(data, methods, timeouts, ("train", "test"))
    evaluation = evaluate_classifier(
        classifier,
        sets["train"],
        sets["test"],
        title=f"{folder.name} on {data.name}",
        beside={other.name: load_classifier(other) for other in beside},
        heuristics=heuristics,
        report=lambda line: click.echo(line, err=True),
    )
    page = write_classifier_report(evaluation, out)
    _show(evaluation)
    click.echo(f"report: {page}")
    return evaluation


def _show(evaluation: Evaluation) -> None:
    from rich.console import Console
    from rich.table import Table

    from antiderive.classification import gains_text, score_table

    console = Console()
    if not console.is_terminal:
        console.width = 120  # a file needs no line breaks
    for title, rows in (("Test split", evaluation.rows), ("SymPy's heuristics", evaluation.heuristics)):
        if not rows:
            continue
        heads, cells = score_table(rows)
        table = Table(title=title, title_justify="left")
        for index, head in enumerate(heads):
            table.add_column(head, justify="right" if index else "left")
        for row in cells:
            table.add_row(*row)
        console.print(table)
    console.print(f"AUC above those of the others (95%): {gains_text(evaluation)}")
    console.print(
        f"ECE before scaling {evaluation.uncalibrated_error:.4f}; "
        f"{evaluation.predictions_per_second:,.0f} predictions per second"
    )
