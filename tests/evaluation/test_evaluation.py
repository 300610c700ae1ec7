"""Evaluation: what is counted, resumed and reported."""

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from antiderive import Expr
from antiderive.decoding import Decoding
from antiderive.errors import DataError, SettingError
from antiderive.evaluation import AccuracyReport, ProblemRecord, check_hypotheses
from antiderive.evaluation.accuracy import RECORDS, evaluate, evaluate_problems
from antiderive.evaluation.problems import Problem, held_out, problems_of_folder
from antiderive.evaluation.report import (
    accuracy_markdown,
    accuracy_page,
    accuracy_tables,
    write_accuracy_report,
)
from antiderive.evaluation.robustness import TEMPLATES, evaluate_robustness
from antiderive.expressions import Split, Vocabulary
from antiderive.generation import generate
from antiderive.tasks import Recipe, task_named
from antiderive.training import Checkpoint, TrainingConfig, load_model
from antiderive.verification import verify

VOCABULARY = Vocabulary()
TASK = task_named("bwd")
SHORT = Decoding(max_tokens=32)


def recipe_of(folder):
    return TrainingConfig.from_dict(Checkpoint.latest(folder).state()["config"]).data


@pytest.fixture(scope="module")
def model(tiny_model):
    return load_model(tiny_model)


@pytest.fixture(scope="module")
def problems(tiny_model):
    """Different problems that the tiny model may have learned; its recipe has a single one for testing."""
    made = generate(recipe_of(tiny_model), 0, 2000)
    found = {
        tuple(made.problems[index]): Problem(made.problems[index], made.solutions[index], int(operators))
        for index, operators in enumerate(made.solutions.operators)
    }
    return list(found.values())[:40]


@pytest.fixture(scope="module")
def report(model, problems):
    return evaluate_problems(model, TASK, problems, (1, 5), SHORT)


def checked(problem, *hypotheses, solution="pow sin x INT+ 2"):
    tokens = TASK.encode(Expr(problem))
    found = [(VOCABULARY.encode(text), -float(index)) for index, text in enumerate(hypotheses)]
    return check_hypotheses(
        TASK, ProblemRecord(5, 0, "", "", 1, ""), tokens, VOCABULARY.encode(solution), found
    )


def test_an_answer_in_another_form_is_right_but_not_exact():
    record = checked(
        "2 sin(x) cos(x)",
        "pow INT+ 0 INT- 1",
        "sin x",
        "sin x",
        "mul INT- 1 pow cos x INT+ 2",
        "pow sin x INT+ 2",
    )
    assert [h.status for h in record.hypotheses] == ["malformed", "refuted", "repeated", "proved", "unjudged"]
    assert (record.rank, record.exact, record.unknown) == (4, False, False)
    assert ProblemRecord.from_dict(json.loads(json.dumps(record.to_dict()))) == record


def test_what_cannot_be_decided_is_counted_apart():
    record = checked("x*exp(exp(exp(exp(9))))", "x", "pow x INT+ 2")
    counts = AccuracyReport.of("", {}, [record]).beams[5]
    assert (counts.solved, counts.unknown, counts.statuses) == (0, 1, {"unknown": 2})
    assert AccuracyReport.of("", {}, [checked("x", "x")]).beams[5].unknown == 0


def test_evaluation_counts_what_was_verified(report):
    one, five = report.beams[1], report.beams[5]
    assert one.problems == five.problems == 40
    assert one.exact <= one.solved <= five.solved
    assert five.solved >= 20
    assert sum(t.problems for t in report.by_operators.values()) == 40
    assert sum(t.solved for t in report.by_operators.values()) == five.solved
    assert five.accuracy_at(1) <= five.accuracy_at(5) == five.accuracy == five.solved / 40
    assert sum(five.statuses.values()) == five.hypotheses
    for record in report.records:
        if record.rank is not None:
            assert verify(record.problem, record.hypotheses[record.rank - 1].text).accepted
    with pytest.raises(SettingError):
        evaluate(None, Recipe(), count=0)


def test_every_test_problem_is_taken_once(model, tiny_model):
    found = held_out(Recipe(min_operators=1, max_operators=3), 100)
    assert len({tuple(problem.tokens) for problem in found}) == len(found) == 100
    made = generate(Recipe(min_operators=1, max_operators=3), 0, 5000)
    train = {tuple(made.problems[index]) for index in made.rows(Split.TRAIN)}
    assert not any(tuple(problem.tokens) in train for problem in found)
    # Functions of one or two operators leave a single problem for testing; the search for more ends.
    assert evaluate(model, recipe_of(tiny_model), count=40, beams=(1,)).beams[1].problems == 1


def test_an_interrupted_evaluation_goes_on(model, problems, tmp_path):
    whole = evaluate_problems(model, TASK, problems[:12], (1, 3), SHORT, folder=tmp_path / "whole")
    part = tmp_path / "part"
    evaluate_problems(model, TASK, problems[:7], (3,), SHORT, folder=part)
    with (part / RECORDS).open("a") as file:
        file.write('{"beam": 1, "pla')  # cut off in the middle of a line
    fresh = []
    resumed = evaluate_problems(
        model, TASK, problems[:12], (1, 3), SHORT, folder=part, report=lambda *step: fresh.append(step)
    )
    assert [(r.beam, r.place, r.rank) for r in resumed.records] == [
        (r.beam, r.place, r.rank) for r in whole.records
    ]
    assert fresh == [(1, 12, 12), (3, 12, 12)]
    assert len((part / RECORDS).read_text().splitlines()) == 1 + 24
    with pytest.raises(DataError, match="other settings"):
        evaluate_problems(model, TASK, problems[:7], (1,), Decoding(length_penalty=0.0), folder=part)


def test_worker_processes_give_the_same_verdicts(model, problems):
    alone = evaluate_problems(model, TASK, problems[:6], (2,), SHORT)
    shared = evaluate_problems(model, TASK, problems[:6], (2,), SHORT, workers=2)
    assert [r.hypotheses for r in shared.records] == [r.hypotheses for r in alone.records]


def test_a_data_set_on_disk(tmp_path):
    from antiderive.datasets.shards import write_dataset

    recipe = Recipe(max_operators=3, min_operators=1)
    write_dataset(recipe, tmp_path / "data", 3000)
    task, found = problems_of_folder(tmp_path / "data", 10)
    assert task == "bwd"
    assert len(found) == 10
    assert verify(TASK.decode(found[0].tokens), Expr.from_tokens(found[0].solution)).accepted
    with pytest.raises(DataError):
        problems_of_folder(tmp_path, 10)


class _Checker(HTMLParser):
    """Every tag is closed, and nothing is loaded from elsewhere."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        assert not {"src", "href"} & dict(attrs).keys()
        self.seen.append(tag)
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_reports(report, tmp_path):
    write_accuracy_report(report, tmp_path)
    assert (
        json.loads((tmp_path / "report.json").read_text())["beams"]["5"]["solved"] == report.beams[5].solved
    )
    page = (tmp_path / "report.html").read_text()
    checker = _Checker()
    checker.feed(page)
    assert checker.open == []
    assert checker.seen.count("svg") == 2
    assert checker.seen.count("details") == 40
    markdown = accuracy_markdown(report)
    for title, heads, rows in accuracy_tables(report):
        assert f"## {title}" in markdown
        assert all(len(row) == len(heads) for row in rows)
    hostile = AccuracyReport.of("<b>", {}, [checked("2 sin(x) cos(x)", "sin x")])
    hostile.records[0].problem = "<script>alert(1)</script>"
    assert "<script>alert" not in accuracy_page(hostile)
    assert "<b>" not in accuracy_page(hostile)


def test_robustness(model, tiny_model, tmp_path):
    recipe = replace(recipe_of(tiny_model), max_operators=4, max_tokens=48)
    found = evaluate_robustness(model, recipe, per_topic=3, beams=(2,), rounds=1, folder=tmp_path)
    assert set(TEMPLATES) <= set(found.by_topic)
    assert {"as trained", "longer than trained", "task ibp", "coefficients up to 10,000"} <= set(
        found.by_topic
    )
    assert all(counts.problems == 3 for topic, counts in found.by_topic.items() if topic in TEMPLATES)
    for record in found.records:
        assert verify(record.problem, record.reference).accepted, record
    assert "published" in accuracy_markdown(found)
    with pytest.raises(SettingError, match="integrals"):
        evaluate_robustness(model, Recipe(task="ode1"))


def test_the_problem_class_keeps_its_topic(model):
    problem = Problem(TASK.encode(Expr("cos(x)")), Expr("sin(x)").to_tokens(), 1, "sines")
    report = evaluate_problems(model, TASK, [problem], (2,), Decoding(max_tokens=16))
    assert report.by_topic["sines"].solved == 1


def test_each_source_of_a_mixture_is_evaluated_by_itself(tmp_path):
    from click.testing import CliRunner

    from antiderive.cli import group
    from antiderive.training import train

    config = TrainingConfig.from_dict(
        {
            "data": {"min_operators": 1, "max_operators": 2, "max_tokens": 24},
            "mixture": {"bwd": {}, "ode1": {"max_operators": 3}},
            "model": {"width": 16, "heads": 2, "encoder_layers": 1, "decoder_layers": 1, "feed_forward": 16},
            "training": {"steps": 1, "tokens_per_batch": 128, "pool": 100, "warmup": 0},
        }
    )
    train(config, tmp_path / "run")
    out = tmp_path / "report"
    command = ["evaluate", "--model", tmp_path / "run", "--count", 3, "--beam", "2", "-o", out]
    run = CliRunner().invoke(group, [*map(str, command)], catch_exceptions=False)
    assert run.exit_code == 0, run.output
    for task in ("bwd", "ode1"):
        settings = json.loads((out / task / "report.json").read_text())["settings"]
        assert settings["task"] == task
