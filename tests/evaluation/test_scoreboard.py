"""The scoreboard: what is asked, what is kept, how answers are judged and shown."""

import json

import pytest
from click.testing import CliRunner

from antiderive import Expr
from antiderive.cas import Outcome, open_pool
from antiderive.cli import group
from antiderive.errors import DataError, SettingError
from antiderive.evaluation.contestants import Contestants
from antiderive.evaluation.outcomes import Answers
from antiderive.evaluation.problems import Integral, read_integrals
from antiderive.evaluation.scoreboard import Scoreboard, standings_of
from antiderive.evaluation.scoreboard_report import scoreboard_markdown, scoreboard_tables

PROBLEMS = """# topic, integrand, antiderivative
powers\tx^2\tx^3/3
powers\t3*x^2\tx^3

waves\tcos(x)\tsin(x)
waves\texp(-x^2)
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "set.tsv"
    path.write_text(PROBLEMS)
    return path


@pytest.fixture(scope="module")
def pool():
    with open_pool(2) as made:
        yield made


def canned(**by_integrand):
    """A method that gives these outcomes, and notes what it is asked."""

    def method(integrands, timeout):
        method.asked += integrands
        for integrand in integrands:
            yield integrand, by_integrand.get(integrand, Outcome("gave_up"))

    method.asked = []
    return method


def test_a_list_is_read_by_line(file, tmp_path):
    found = read_integrals(file)
    assert [one.topic for one in found] == ["powers", "powers", "waves", "waves"]
    assert found[0].integrand == Expr("x^2")
    assert found[0].reference == Expr("x^3/3")
    assert found[3].reference is None
    bad = tmp_path / "bad.tsv"
    bad.write_text("a\tx\n\nb\tx +* 2\n")
    with pytest.raises(DataError, match=r"bad.tsv:3: "):
        read_integrals(bad)
    bad.write_text("only a topic\n")
    with pytest.raises(DataError, match=r"bad.tsv:1: expected topic, integrand"):
        read_integrals(bad)
    bad.write_text("# nothing\n")
    with pytest.raises(DataError, match="no integrals"):
        read_integrals(bad)


def test_what_was_answered_is_not_asked_again(tmp_path):
    path = tmp_path / "answers.jsonl"
    first, done = canned(x=Outcome("solved", "x", cpu_seconds=0.5)), []
    Answers(path).ask("one", first, ["x", "pi", "x"], 2.0, report=done.append)
    assert first.asked == ["x", "pi"]
    assert done == [0, 1, 2]
    with path.open("a") as file:
        file.write('{"integrand": "cut o')  # the end of a run that was killed
    again, other = canned(), canned()
    answers = Answers(path)
    answers.ask("one", again, ["x", "pi", "E"], 2.0)
    answers.ask("one", other, ["x"], 3.0)
    assert again.asked == ["E"]
    assert other.asked == ["x"]
    assert answers.get("x", "one", 2.0).outcome == Outcome("solved", "x", cpu_seconds=0.5)
    assert len(Answers(path)._known) == 4
    path.write_text('{"integrand": "x"}\n')
    with pytest.raises(DataError, match=r"answers.jsonl:1: not an answer"):
        Answers(path)


def test_every_answer_is_judged(tmp_path, pool):
    integrands = ["x^2", "cos(x)", "sqrt(x^2)", "exp(x)", "1/x", "exp(-x^2)", "sin(x)", "sin(x)/x"]
    given = [
        Outcome("solved", Expr("x^3/3 + 7").to_prefix(), cpu_seconds=0.2),
        Outcome("solved", Expr("sin(x) + x/10^9").to_prefix()),
        Outcome("solved", Expr("x^2/2").to_prefix()),  # right where x is positive
        Outcome("timeout", cpu_seconds=1.0),
        Outcome("partial"),
        Outcome("nonelementary"),
        Outcome("crashed"),
        Outcome("special"),
    ]
    problems = [Integral("any", Expr(text), None) for text in integrands]
    prefixes = [problem.integrand.to_prefix() for problem in problems]
    answers = Answers(tmp_path / "answers.jsonl")
    answers.ask("m", canned(**dict(zip(prefixes, given, strict=True))), prefixes, 1.0)
    (standing,) = standings_of(problems, ["m"], 1.0, answers, pool)
    assert [result.name for result in standing.results] == [
        *("solved", "wrong", "wrong", "timeout", "gave_up", "nonelementary", "crashed", "special")
    ]
    assert standing.right_in_part == 1
    assert standing.solved_within() == [(0.0, 0), (0.2, 1)]
    board = Scoreboard("set", 1.0, (standing,))
    figures = board.to_dict()
    assert figures["methods"]["m"]["wrong"] == 2
    assert figures["methods"]["m"]["median_seconds_of_solved"] == 0.2
    assert figures["methods"]["m"]["cpu_seconds"] == pytest.approx(1.2)
    assert figures["solved_by_topic"] == {"any": {"problems": 8, "m": 1}}
    assert figures["results"]["m"]["cos x"] == "wrong"
    assert "| m | 8 | 1 | 2 |" in scoreboard_markdown(board)
    assert scoreboard_tables(board)[0][2][0][0] == "m"
    with pytest.raises(DataError, match="no answer of n to"):
        standings_of(problems, ["n"], 1.0, answers, pool)


def test_a_verification_that_takes_too_long_is_killed():
    from antiderive.tasks import verify_all
    from antiderive.workers import Limits

    with open_pool(1) as pool:
        candidate = Expr("sin(x)")
        for _ in range(7):
            candidate = Expr("sin(y) + cos(y^2)*exp(y)").subs({Expr("y"): candidate})
        ((_, verdict),) = verify_all(
            pool, "bwd", [(0, candidate.diff("x"), candidate + Expr("x"))], limits=Limits(0.05)
        )
        assert verdict.status == "unknown"
        assert "timeout" in verdict.reason
        ((_, verdict),) = verify_all(pool, "bwd", [(0, Expr("cos(x)"), Expr("sin(x)"))])
        assert verdict.status == "proved"


def test_methods_side_by_side(file, tmp_path):
    out = tmp_path / "board"
    command = [
        "scoreboard",
        "--set",
        str(file),
        "--methods",
        "maxima,portfolio,sympy-manual",
        "--timeout",
        "5",
    ]
    run = CliRunner().invoke(group, [*command, "-o", str(out), "--json"], catch_exceptions=False)
    assert run.exit_code == 0, run.output
    figures = json.loads(run.stdout.splitlines()[-1])
    for method in ("maxima", "portfolio", "sympy-manual"):
        assert figures["methods"][method]["solved"] == 3
    assert figures["methods"]["portfolio"]["nonelementary"] == 1  # FriCAS has the proof
    # What Maxima answers with special functions is proved to have no elementary antiderivative.
    assert figures["methods"]["maxima"]["nonelementary"] == 1
    assert figures["solved_by_any"] == 3
    assert figures["solved_by_topic"]["waves"]["portfolio"] == 1
    assert (out / "scoreboard.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((out / "scoreboard.json").read_text())["results"]["maxima"]["cos x"] == "solved"
    assert len((out / "answers.jsonl").read_text().splitlines()) == 12


def test_a_model_on_the_board(file, tmp_path, tiny_model, pool):
    contestants = Contestants(pool, tiny_model, beam=5)
    answers = Answers(tmp_path / "answers.jsonl")
    title = contestants.title("model")
    problems = read_integrals(file)
    prefixes = [problem.integrand.to_prefix() for problem in problems]
    answers.ask(title, lambda missing, seconds: contestants("model", missing, seconds), prefixes, 60.0)
    found = [answers.get(prefix, title, 60.0).outcome for prefix in prefixes]
    assert {outcome.status for outcome in found} <= {"solved", "gave_up"}
    # Loading torch takes seconds; it is not counted.
    assert all(0 < outcome.cpu_seconds < 60 for outcome in found)
    (standing,) = standings_of(problems, [title], 60.0, answers, pool)
    assert standing.counts["wrong"] == 0
    answers.ask(f"{title} in no time", lambda missing, _: contestants("model", missing, 1e-6), prefixes, 1e-6)
    assert answers.get(prefixes[0], f"{title} in no time", 1e-6).outcome.status == "timeout"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--methods", "model"], "no model given; give --model"),
        (["--methods", "mathematica"], "unknown method 'mathematica'"),
        (["--timeout", "-1"], "must be positive"),
    ],
)
def test_bad_settings(file, tmp_path, arguments, message):
    run = CliRunner().invoke(group, ["scoreboard", "--set", str(file), "-o", str(tmp_path / "b"), *arguments])
    assert isinstance(run.exception, SettingError)
    assert message in str(run.exception)
