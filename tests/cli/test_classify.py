"""antiderive classify and its errors, as they are typed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.labelled import write_set

TOOL = Path(sys.executable).with_name("antiderive")


def run(*arguments, code=0, given=""):
    done = subprocess.run(
        [TOOL, *map(str, arguments)], check=False, capture_output=True, text=True, input=given
    )
    assert done.returncode == code, done.stderr + done.stdout
    return done.stdout if code == 0 else done.stderr


def test_train_evaluate_predict(labelled_folder, tmp_path):
    model = tmp_path / "model"
    told = run("classify", "train", labelled_folder, "-o", model, "--family", "features", "--epochs", 8)
    assert "train " in told and "validation" in told and f"next: antiderive classify evaluate {model}" in told
    other = tmp_path / "other"
    run("classify", "train", labelled_folder, "-o", other, "--epochs", 1, "--patience", 1)
    told = run("classify", "evaluate", model, labelled_folder, "--heuristics", 3, "--beside", other, "--json")
    figures = json.loads(told.splitlines()[-1])
    assert figures["rows"][0]["auc"] > 0.9 and figures["predictions_per_second"] > 0
    names = ["classifier", "other", "majority", "operator counts", "trees", "trees, all features"]
    assert [row["name"] for row in figures["rows"]] == names
    assert [row["name"] for row in figures["heuristics"]] == [*names, "sympy-risch", "sympy-manual"]
    assert list(figures["gains"]) == [*names[1:], "sympy-risch", "sympy-manual"]
    assert figures["rows"][0]["auc"] > figures["rows"][1]["auc"] and figures["gains"]["majority"][0] > 0.3
    assert (model / "report" / "report.html").exists() and (model / "report" / "roc.png").exists()
    lines = run(
        "classify", "predict", "--classifier", model, "--json", given="x*sin(x)\nexp(b*x)\n"
    ).splitlines()
    said = [json.loads(line) for line in lines]
    assert said[0]["found"] > 0.5 > said[1]["found"] and list(said[0]["methods"]) == ["giac", "fricas"]
    assert sum(said[0]["classes"].values()) == pytest.approx(1, abs=1e-3)
    assert "fricas" in run("classify", "predict", "x^2")


def test_errors_are_one_line(labelled_folder, labelled_rows, tmp_path):
    one_class = write_set(
        tmp_path / "one",
        [row for row in labelled_rows if row["method"] == "fricas" and row["outcome"] == "solved"],
    )
    mixed = write_set(
        tmp_path / "mixed", [row for row in labelled_rows if row["method"] == "fricas" or row["skeleton"] % 2]
    )
    for arguments, message in (
        (("train", tmp_path / "none", "-o", "m"), "no such file or folder"),
        (
            ("train", one_class, "-o", "m"),
            "an empty class: the train split has no function known to be without",
        ),
        (("train", mixed, "-o", "m"), "labels of different schemes"),
        (("evaluate", labelled_folder, labelled_folder), "is not a classifier: it is a labelled set"),
        (("train", labelled_folder, "-o", "m", "--method", "maple"), "has no labels of 'maple'"),
        (("predict", "x +"), "the formula ends where an operand is expected"),
    ):
        told = run("classify", *arguments, code=2)
        assert message in told and told.count("\n") == 1, told


def test_demo_goes_from_nothing_to_a_report_and_goes_on(tmp_path):
    arguments = ("classify", "demo", "-o", tmp_path, "--functions", 100, "--ops", 1, 4, "--epochs", 1)
    told = run(*arguments, "--method", "sympy-risch", "--heuristics", 0)
    assert "1. Labels by sympy-risch" in told and "3. Evaluation" in told
    assert (tmp_path / "report" / "report.html").exists()
    assert "functions: " in told


def test_bench_of_orders(tmp_path):
    problems = tmp_path / "some.tsv"
    problems.write_text("book\tx*sin(x)\nbook\t1/(x^2 + a)\nbook\tsqrt(x)*ln(x)\n")
    told = run("bench", "ordering", "--set", problems, "--timeout", 3, "-o", tmp_path / "out", "--json")
    figures = json.loads(told.splitlines()[-1])
    assert figures["problems"] == 3 and figures["classifier"]["solved"] == figures["fixed"][0]["solved"] == 3
    assert figures["cpu_ratio"] > 0 and figures["fixed_with_short_calls"][0]["solved"] == 3
    told = run("bench", "ordering", "--budget", 1, "--json")
    figures = json.loads(told.splitlines()[-1])
    assert figures["classifier"]["cpu_seconds"] >= 1 and figures["fixed_order"]["functions"] > 0
