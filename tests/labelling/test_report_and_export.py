"""What is read from a store: report, picture, pairs, the labelled set; and the commands."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from antiderive import Expr, verify
from antiderive.expressions import Vocabulary
from antiderive.labelling import Job, Label, Slice, Store, functions_to_label
from antiderive.labelling.export import export_labels, export_pairs
from antiderive.labelling.report import report_on
from antiderive.tasks import Recipe
from antiderive.workers import Limits

TOOL = Path(sys.executable).with_name("antiderive")
SMALL = {"min_operators": 1, "max_operators": 3}


def fill(store, task, method, outcomes, integrals=()):
    """Labels the first functions of a recipe with these outcomes; with these integrals where there are any."""
    job = Job(Recipe(task=task, **SMALL), method, Limits(1.0))
    some = functions_to_label(job.recipe, 0, len(outcomes))
    integrals = dict(enumerate(integrals))
    rows = {
        one.key: Label(
            one.key,
            method,
            1.0,
            2048,
            outcome,
            integrals.get(index),
            "",
            None,
            0.2,
            0.1,
            50,
            "here:1",
            "v",
        )
        for index, (one, outcome) in enumerate(zip(some, outcomes, strict=True))
    }
    run = job.run_key(0, len(some))
    store.start_run(job, 0, len(some))
    store.write(job, run, some, list(rows.values()), [Slice(0, len(some), {})])
    return some


def test_report(store_url, tmp_path):
    with Store(store_url) as store:
        fill(store, "fwd", "sympy", ["timeout"] * 20)
        sampled = fill(store, "fwd", "fricas", ["nonelementary"] * 20)
        fill(store, "bwd", "sympy", ["wrong"] * 10)
        report = report_on(store)
        tally = report.sampled["sympy"]
        assert (tally.functions, tally.share("timeout")) == (20, 1.0)
        assert {size: sum(counts.values()) for size, counts in tally.by_operators.items()} == {
            size: [one.operators for one in sampled].count(size)
            for size in {one.operators for one in sampled}
        }
        assert report.noise("sympy") == {"found": 0.0, "wrong": 1.0, "denied": 0.0, "missed": 0.0}
        assert report.contradictions == 0
        values = json.loads(json.dumps(report.to_dict()))
        assert values["methods"]["fricas"]["shares"] == {"nonelementary": 1.0}
        assert values["methods"]["sympy"]["cpu_seconds_per_function"] == pytest.approx(0.1)
        assert values["known_integrable"]["sympy"]["functions"] == 10


def test_contradictions_are_counted(store_url):
    with Store(store_url) as store:
        fill(store, "fwd", "sympy", ["solved"] * 5, ["x"] * 5)
        some = fill(store, "fwd", "fricas", ["nonelementary"] * 5)
        assert report_on(store).contradictions == len({one.key for one in some})


@pytest.fixture
def solved(store_url):
    """A store with true integrals of a recipe's functions by one method, longer ones by another."""
    with Store(store_url) as store:
        known = {"x": "x**2/2", "sin(x)": "-cos(x)", "cos(x)": "sin(x)", "exp(x)": "exp(x)"}
        some = functions_to_label(Recipe(task="fwd", **SMALL), 0, 300)
        places = {
            index: known[text]
            for index, one in enumerate(some)
            if (text := Expr.from_prefix(one.prefix).to_infix()) in known
        }
        assert len(places) >= 2
        outcomes = ["solved" if index in places else "partial" for index in range(300)]
        fill(
            store,
            "fwd",
            "a",
            outcomes,
            [
                Expr(places.get(index, "0") + " + 1").to_prefix() if index in places else None
                for index in range(300)
            ],
        )
        fill(
            store,
            "fwd",
            "b",
            outcomes,
            [Expr(places[index]).to_prefix() if index in places else None for index in range(300)],
        )
        fill(store, "bwd", "a", ["solved"] * 10, ["x"] * 10)  # no pairs: they are not what is sampled
        yield store, {some[index].key for index in places}


def test_pairs(solved, tmp_path):
    store, keys = solved
    counts = export_pairs(store, tmp_path / "out")
    assert counts.total() == len(keys)
    vocabulary = Vocabulary()
    seen = []
    for split in ("train", "valid", "test"):
        table = pq.read_table(tmp_path / "out" / f"{split}.parquet")
        lines = (tmp_path / "out" / f"{split}.prefix").read_text().splitlines()
        infix = (tmp_path / "out" / f"{split}.infix").read_text().splitlines()
        assert table.num_rows == len(lines) == len(infix) == counts[split]
        for row, line, readable in zip(table.to_pylist(), lines, infix, strict=True):
            problem, solution = line.split("\t")
            assert (vocabulary.decode(row["problem"]), vocabulary.decode(row["solution"])) == (
                problem,
                solution,
            )
            integrand = Expr.from_prefix(problem.removeprefix("sub Y' "))
            assert verify(integrand, Expr.from_prefix(solution)).accepted
            assert " + 1" not in readable.split("\t")[1]  # the shorter of the two
            assert Expr(readable.split("\t")[0]) == Expr.from_prefix(problem)
            seen.append(integrand)
    assert len(set(seen)) == len(keys)
    assert export_pairs(store, tmp_path / "out", max_tokens=1)["too_long"] == len(keys)


def test_labelled_set(solved, tmp_path):
    store, keys = solved
    counts = export_labels(store, tmp_path / "out")
    rows = [
        row for split in counts for row in pq.read_table(tmp_path / "out" / f"{split}.parquet").to_pylist()
    ]
    everything = {one.key for one in functions_to_label(Recipe(task="fwd", **SMALL), 0, 300)}
    assert len(rows) == counts.total() == 2 * len(everything)
    assert [row["label"] for row in rows].count(1) == 2 * len(keys)
    assert {row["label"] for row in rows} == {1, -1}
    assert {row["method"] for row in rows} == {"a", "b"}
    assert all((row["label"] == 1) == (row["outcome"] == "solved") for row in rows)


def run(*arguments):
    return subprocess.run(
        [TOOL, *map(str, arguments)], capture_output=True, text=True, timeout=200, check=False
    )


def test_commands(tmp_path):
    store = f"sqlite:///{tmp_path}/labels.db"
    arguments = [
        "label",
        "--count",
        20,
        "--known-integrable",
        5,
        "--ops",
        "1-2",
        "--timeout",
        3,
        "--store",
        store,
    ]
    result = run(*arguments)
    assert result.returncode == 0, result.stderr
    assert f"sympy on functions: 20 in {store}" in result.stdout
    assert f"sympy on derivatives: 5 in {store}" in result.stdout
    result = run("label", "report", "--store", store, "--json", "--plot", tmp_path / "report.png")
    assert json.loads(result.stdout)["methods"]["sympy"]["functions"] == 20
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
    assert "solved" in run("label", "report", "--store", store).stdout
    result = run("label", "export", "--to", "fwd", "--store", store, "-o", tmp_path / "pairs")
    assert result.returncode == 0
    assert pq.read_table(tmp_path / "pairs" / "train.parquet").num_rows > 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["label"], "give --count, --known-integrable or both"),
        (["label", "--count", "3", "--ops", "many"], "'many' is not a range"),
        (["label", "--count", "3", "--method", "nothing", "--store", "sqlite:///l.db"], "nothing"),
        (["label", "--count", "3", "--method", "os:abort", "--store", "sqlite:///l.db"], "os:abort"),
        (["label", "--count", "3", "--timeout", "-1", "--store", "sqlite:///l.db"], "must be positive"),
        (["label", "report", "--store", "sqlite:///missing.db"], "no such file"),
        (["label", "export", "--to", "fwd", "-o", "d", "--store", "sqlite:///missing.db"], "no such file"),
    ],
)
def test_bad_input(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.glob("missing.db")) == []
