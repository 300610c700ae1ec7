"""Orders of calls: the rule, the classifier that ships, and what a search makes of them."""

from itertools import permutations

import numpy as np
import pytest

from antiderive import Expr
from antiderive.cas import Outcome, open_pool
from antiderive.cas.portfolio import DEFAULT_ORDER, REST, Step, installed
from antiderive.classification.fit import FitConfig
from antiderive.classification.ordering import SHIPPED, Ordering, by_gain, shipped_order, steps_after
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
    # After a's short call its long one gains 0.7 - 0.6 in 2 s, less than b's 0.5 in 1 s.
    assert by_gain(methods, success, np.array([0.1, 2.0, 1.0]), 0.0) == [0, 2, 1]
    assert by_gain(methods, success, np.array([0.1, 2.0, 1.0]), 0.06) == [0, 2]
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
    orders = ordering.order_for(Expr("x*sin(x)")), ordering.order_for(Expr("log(t)*t"), "t")
    assert [order[0].method for order in orders] == ["giac", "fricas"]
    for order in orders:
        assert {Step("giac", REST), Step("fricas", REST)} <= set(order) <= set(ordering.steps)
    dropping = Ordering(ordering.forecaster, ["fricas", "giac"], threshold=1.0)
    assert dropping.order_for(Expr("ln(x)^2*x")) == (Step("fricas", REST),)
    assert ordering.steps[-1] == Step("giac", REST) and Step("giac", 0.3) in ordering.steps
    with pytest.raises(UnsupportedError, match="11 parameters"):
        ordering.order_for(Expr("+".join("bcdfghjklmn") + "+x"))
    with pytest.raises(SettingError, match="the classifier knows fricas, giac; none of them"):
        Ordering(ordering.forecaster, ["maxima"])


def test_what_ships_is_small_and_orders_what_is_installed():
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 300_000
    known = {call.method for call in Portable.load(SHIPPED).description.layout.calls}
    assert known <= {step.method for step in DEFAULT_ORDER}
    orders = set()
    for text in ("sin(x)", "x^3*sqrt(a + b*x)", "exp(-x^2)", "(1 + x)^(1/3)/x"):
        order = shipped_order(Expr(text), cpu_seconds=10)
        assert {step.method for step in order} <= known  # all that it knows are here
        budgets = {}
        for step in order:
            assert budgets.get(step.method, 0) < step.cpu_seconds
            budgets[step.method] = step.cpu_seconds
        orders.add(order)
    assert len(orders) > 1
    assert shipped_order(Expr("+".join("bcdfghjklmn") + "+x"), cpu_seconds=10) == installed()
    hard = Expr("(x^2 + sin(x))^(1/3)*log(1 + x^5)")
    assert len(shipped_order(hard, cpu_seconds=1)) < len(shipped_order(hard, cpu_seconds=1000))
    alone = Ordering(Portable.load(SHIPPED), ["maxima"])
    assert steps_after(alone) == tuple(step for step in installed() if step.method.startswith("sympy"))


def test_a_method_that_ended_is_not_asked_again():
    steps = (Step("sympy-risch", 5.0), Step("sympy-risch", 9.0), Step("sympy-manual", REST))
    with open_pool(1) as pool:
        found = search(pool, Expr("x*atan(x)"), order=steps)
        assert [one.method for one in found.attempts] == ["sympy-risch", "sympy-manual"]


def test_one_step_may_take_the_rest_of_the_time():
    burn, late = "helpers.methods:hang", Step("sympy-manual", 5.0)
    with open_pool(1) as pool:
        short = search(pool, Expr("x"), order=(Step(burn, 0.2), Step(burn, REST), late), cpu_seconds=0.5)
        assert [one.method for one in short.attempts] == [burn, burn]  # then the time is spent
        first, second = (one.outcome for one in short.attempts)
        assert (
            first.status == second.status == "timeout" and first.cpu_seconds < 0.3 < second.cpu_seconds + 0.1
        )
        assert short.cpu_seconds < 0.8


ENDS = {"a": ("timeout", 10.1), "b": ("solved", 4.0), "c": ("partial", 0.5)}


def table_of(path, ends, cpu_seconds=10.0):
    """A table of methods that are known to have ended so on ``1``; nothing is asked."""
    answers = Answers(path)
    for method, (status, seconds) in ends.items():
        outcome = Outcome(status, "x" if status == "solved" else None, "", seconds, seconds, 0.0)
        answers.ask(
            method, lambda missing, _, end=outcome: ((one, end) for one in missing), ["INT+ 1"], cpu_seconds
        )
    with open_pool(1) as pool:
        return Table(answers, pool, list(ends), ["INT+ 1"], cpu_seconds)


def test_shorter_calls_follow_from_long_ones(tmp_path):
    table = table_of(tmp_path / "answers.jsonl", ENDS)
    assert table.read(Step("b", 5.0), "INT+ 1") == ("solved", 4.0)
    assert table.read(Step("b", 3.0), "INT+ 1") == ("timeout", 3.0)
    assert table.read(Step("a", 3.0), "INT+ 1") == ("timeout", pytest.approx(3.1))

    def total(*order):
        one = play("", {"INT+ 1": order}, table)
        return len(one.solved), pytest.approx(one.cpu_seconds), one.calls

    # Shares of the time: of 10 s the first has 5; of what is left the second has all.
    assert total(Step("a", 1.0), Step("b", 1.0)) == (1, 5.1 + 4.0, 2)
    assert total(Step("b", 1.0), Step("a", 1.0)) == (1, 4.0, 1)
    # c ends early and leaves its share; b would need 4 s and has a third of 9.5.
    assert total(Step("c", 1.0), Step("b", 1.0), Step("a", 2.0)) == (
        0,
        0.5 + 9.5 / 3 + (9.5 * 2 / 3) + 0.1,
        3,
    )
    # Budgets as they stand before one that has the rest; what has ended is not asked again.
    steps = (Step("a", 0.3), Step("c", 0.6), Step("c", REST), Step("b", REST), Step("a", REST))
    assert total(*steps) == (1, 0.4 + 0.5 + 4.0, 3)
    assert total(Step("a", REST), Step("b", REST)) == (0, 10.1, 1)


def test_fixed_plays_are_all_orders(tmp_path):
    table = table_of(tmp_path / "answers.jsonl", ENDS)
    plays = fixed_plays([Step("a", 1.0), Step("b", 1.0)], ["INT+ 1"], table)
    assert [one.name for one in plays] == ["b", "b, a", "a, b", "a"] and len(plays[-1].solved) == 0
    assert plays[2].order == (Step("a", 1.0), Step("b", 1.0))
    staged = fixed_plays([Step("b", 0.3), Step("b", REST)], ["INT+ 1"], table)
    assert [one.name for one in staged] == ["b", "b 0.3 s, b"]  # never the long one first


def test_a_table_asks_once_and_judges(tmp_path):
    problems = [Expr(text).to_prefix() for text in ("x*atan(x)", "exp(x)/x", "1/(x^2 - 1)")]
    with open_pool(1) as pool:
        for _ in range(2):
            answers = Answers(tmp_path / "answers.jsonl")
            table = Table(answers, pool, ["sympy-risch", "sympy-manual"], problems, 10.0)
            plays = fixed_plays([Step("sympy-risch", 1.0), Step("sympy-manual", 1.0)], problems, table)
            by_name = {one.name: one for one in plays}
            # risch proves the second one to have no integral; manual alone cannot know.
            assert by_name["sympy-risch"].proved == {problems[1]} and not by_name["sympy-manual"].proved
            assert by_name["sympy-risch"].solved == {problems[2]}
            both = by_name["sympy-risch, sympy-manual"]
            assert both.solved == {problems[0], problems[2]} and both.calls == 4
    assert len((tmp_path / "answers.jsonl").read_text().splitlines()) == 6


def test_frontier():
    names = [
        Play(str(n), frozenset(range(n)), frozenset(), seconds, 0)
        for n, seconds in ((3, 5.0), (3, 6.0), (2, 5.5), (1, 2.0))
    ]
    assert [(len(one.solved), one.cpu_seconds) for one in frontier(names)] == [(3, 5.0), (1, 2.0)]
