"""Orders of calls: the rule, the classifier that ships, and what a search makes of them."""

from itertools import permutations

import numpy as np
import pytest

from antiderive import Expr
from antiderive.cas import Pool
from antiderive.cas.portfolio import DEFAULT_ORDER, Step, installed
from antiderive.classification.fit import FitConfig
from antiderive.classification.ordering import SHIPPED, Ordering, by_gain, shipped_order
from antiderive.classification.portable import Portable
from antiderive.classification.trained import train_classifier
from antiderive.errors import SettingError, UnsupportedError
from antiderive.evaluation.orders import Play, Table, fixed_plays, frontier, play
from antiderive.evaluation.outcomes import Answers
from antiderive.verification.portfolio import search


def expected_seconds(order, success, seconds):
    """Of calls of independent methods, until the first answer."""
    total, reached = 0.0, 1.0
    for place in order:
        total += reached * seconds[place]
        reached *= 1 - success[place]
    return total


def test_the_order_is_the_cheapest_of_all(random):
    for _ in range(50):
        success, seconds = random.random(4), random.random(4) + 0.01
        order = by_gain("abcd", success, seconds, 0.0)
        best = min(expected_seconds(each, success, seconds) for each in permutations(range(4)))
        assert expected_seconds(order, success, seconds) == pytest.approx(best)


def test_a_short_call_comes_first_and_the_long_one_finds_the_rest():
    methods, success = ["a", "a", "b"], np.array([0.6, 0.7, 0.5])
    # After a's short call its long one gains (0.7 - 0.6)/(1 - 0.6) = 0.25 in 2 s, less than b's 0.5 in 1 s.
    assert by_gain(methods, success, np.array([0.1, 2.0, 1.0]), 0.0) == [0, 2, 1]
    assert by_gain(methods, success, np.array([0.1, 2.0, 1.0]), 0.2) == [0, 2]
    # Where the long call comes first, the short one is left out.
    assert by_gain(methods, success, np.array([1.9, 2.0, 9.0]), 0.0) == [1, 2]


def test_the_first_call_is_made_whatever_it_promises():
    assert by_gain("ab", np.array([0.0, 0.0]), np.array([1.0, 2.0]), 1.0) == [0]


@pytest.fixture(scope="module")
def ordering(sets, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ordering")
    config = FitConfig(epochs=15, learning_rate=3e-3)
    return Ordering(train_classifier(sets, folder, family="features", config=config), ["fricas", "giac"])


def test_a_classifier_orders_by_its_rule(ordering):
    # giac takes 0.02 s for what has a sine, and finds it; without one it finds nothing.
    assert [step.method for step in ordering.order_for(Expr("x*sin(x)"))] == ["giac", "fricas"]
    assert [step.method for step in ordering.order_for(Expr("log(t)*t"), "t")] == ["fricas", "giac"]
    dropping = Ordering(ordering.forecaster, ["fricas", "giac"], threshold=1.0)
    assert dropping.order_for(Expr("ln(x)^2*x")) == (Step("fricas", 2.0),)
    short = Ordering(ordering.forecaster, ["fricas", "giac"], short=True)
    assert short.order_for(Expr("x*sin(x)"))[0] == Step("giac", 0.1)
    with pytest.raises(UnsupportedError, match="11 parameters"):
        ordering.order_for(Expr("+".join("bcdfghjklmn") + "+x"))
    with pytest.raises(SettingError, match="the classifier knows fricas, giac; none of them"):
        Ordering(ordering.forecaster, ["maxima"])


def test_what_ships_is_small_and_orders_every_installed_method():
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 300_000
    known = {call.method for call in Portable.load(SHIPPED).description.layout.calls}
    assert known <= {step.method for step in DEFAULT_ORDER}
    orders = set()
    for text in (
        "sin(x)",
        "x^3*sqrt(a + b*x)",
        "exp(-x^2)",
        "(1 + x)^(1/3)/x",
        "+".join("bcdfghjklmn") + "+x",
    ):
        order = shipped_order(Expr(text))
        assert sorted(order, key=str) == sorted(installed(), key=str)
        orders.add(order)
    assert len(orders) > 1


def test_a_method_that_ended_is_not_asked_again():
    steps = (Step("sympy-risch", 5.0), Step("sympy-risch", 9.0), Step("sympy-manual", 5.0))
    with Pool(1) as pool:
        found = search(pool, Expr("x*atan(x)"), order=steps)
    assert [one.method for one in found.attempts] == ["sympy-risch", "sympy-manual"]


def test_orders_are_played_with_calls_made_once(tmp_path):
    steps = [Step("sympy-risch", 10.0), Step("sympy-manual", 10.0)]
    problems = [Expr(text).to_prefix() for text in ("x*atan(x)", "exp(x)/x", "1/(x^2 - 1)")]
    told = []
    with Pool(1) as pool:
        for _ in range(2):
            answers = Answers(tmp_path / "answers.jsonl")
            table = Table(answers, pool, lambda what, done: told.append(what))
            plays = fixed_plays(steps, problems, table)
            by_name = {one.name: one for one in plays}
            assert len(plays) == 4
            # risch proves the second one to have no integral; manual alone cannot know.
            assert by_name["sympy-risch"].proved == {problems[1]} and not by_name["sympy-manual"].proved
            assert by_name["sympy-risch"].solved == {problems[2]}
            both = by_name["sympy-risch, sympy-manual"]
            assert both.solved == {problems[0], problems[2]} and both.calls == 4
            alone = [table.read(steps[0], one)[1] for one in problems]
            assert by_name["sympy-risch"].cpu_seconds == pytest.approx(sum(alone))
            again = play("mixed", {problems[0]: steps, problems[2]: steps[::-1]}, table)
            assert again.solved == both.solved
    assert len((tmp_path / "answers.jsonl").read_text().splitlines()) == 6


def test_frontier():
    names = [
        Play(str(n), frozenset(range(n)), frozenset(), seconds, 0)
        for n, seconds in ((3, 5.0), (3, 6.0), (2, 5.5), (1, 2.0))
    ]
    assert [(len(one.solved), one.cpu_seconds) for one in frontier(names)] == [(3, 5.0), (1, 2.0)]
