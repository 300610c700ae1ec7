"""Orders of calls by what a classifier expects of them."""

from itertools import permutations

import numpy as np
import pytest

from antiderive import Expr
from antiderive.classification.fit import FitConfig
from antiderive.classification.ordering import Ordering, by_gain
from antiderive.classification.train import train_classifier
from antiderive.errors import SettingError, UnsupportedError
from antiderive.portfolio import REST, Step


def expected_seconds(order, success, seconds):
    """Of calls of independent methods, until the first answer."""
    total, reached = 0.0, 1.0
    for index in order:
        total += reached * seconds[index]
        reached *= 1 - success[index]
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
def ordering(labelled_sets, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ordering")
    config = FitConfig(epochs=15, learning_rate=3e-3)
    return Ordering(
        train_classifier(labelled_sets, folder, family="features", config=config), ["fricas", "giac"]
    )


def test_a_classifier_orders_by_its_rule(ordering):
    # giac takes 0.02 s for what has a sine, and finds it; without one it finds nothing.
    orders = ordering.order_for(Expr("x*sin(x)")), ordering.order_for(Expr("log(t)*t"), "t")
    assert [order[0].method for order in orders] == ["giac", "fricas"]
    for order in orders:
        assert {Step("giac", REST), Step("fricas", REST)} <= set(order) <= set(ordering.steps)
    dropping = Ordering(ordering.classifier, ["fricas", "giac"], threshold=1.0)
    assert dropping.order_for(Expr("ln(x)^2*x")) == (Step("fricas", REST),)
    assert ordering.steps[-1] == Step("giac", REST) and Step("giac", 0.3) in ordering.steps
    with pytest.raises(UnsupportedError, match="11 parameters"):
        ordering.order_for(Expr("+".join("bcdfghjklmn") + "+x"))
    with pytest.raises(SettingError, match="the classifier knows fricas, giac; none of them"):
        Ordering(ordering.classifier, ["maxima"])
