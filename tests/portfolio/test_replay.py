"""Searches replayed from outcomes that are known."""

import pytest

from antiderive.cas import Outcome
from antiderive.portfolio import REST, Attempt, Judgment, Replays, Step

ENDS = {"a": ("timeout", 10.1), "b": ("solved", 4.0), "c": ("partial", 0.5)}


@pytest.fixture
def replays():
    """Of methods that ended so on ``f``, with 10 s each."""
    attempts = {
        ("f", method): Attempt(method, Outcome(status, cpu_seconds=seconds), Judgment(status))
        for method, (status, seconds) in ENDS.items()
    }
    return Replays(attempts, 10.0)


@pytest.mark.parametrize(
    ("step", "status", "seconds"),
    [
        (Step("b", 5.0), "solved", 4.0),
        (Step("b", 4.0), "solved", 4.0),
        (Step("b", 3.0), "timeout", 3.0),
        (Step("a", 3.0), "timeout", 3.1),  # it takes 0.1 s to end what met its limit
        (Step("c", REST), "partial", 0.5),
    ],
)
def test_a_shorter_call_follows_from_the_long_one(replays, step, status, seconds):
    attempt = replays.call("f", step)
    assert (attempt.method, attempt.judgment.status) == (step.method, status)
    assert attempt.outcome.cpu_seconds == pytest.approx(seconds)


def test_a_method_that_never_met_its_limit_is_ended_at_once(replays):
    assert replays.overrun == {"a": pytest.approx(0.1), "b": 0.0, "c": 0.0}


@pytest.mark.parametrize(
    ("order", "solved", "seconds", "calls"),
    [
        # Shares of the time: of 10 s the first has 5; of what is left the second has all.
        ([Step("a", 1.0), Step("b", 1.0)], True, 5.1 + 4.0, 2),
        ([Step("b", 1.0), Step("a", 1.0)], True, 4.0, 1),
        # c ends early and leaves its share; b would need 4 s and has a third of 9.5.
        ([Step("c", 1.0), Step("b", 1.0), Step("a", 2.0)], False, 0.5 + 9.5 / 3 + 9.5 * 2 / 3 + 0.1, 3),
        # Budgets as they stand before one that has the rest; what has ended is not asked again.
        (
            [Step("a", 0.3), Step("c", 0.6), Step("c", REST), Step("b", REST), Step("a", REST)],
            True,
            0.4 + 0.5 + 4.0,
            3,
        ),
        ([Step("a", REST), Step("b", REST)], False, 10.1, 1),
    ],
)
def test_an_order_is_replayed(replays, order, solved, seconds, calls):
    found = replays.search("f", order)
    assert (found.answer is not None, len(found.attempts)) == (solved, calls)
    assert found.cpu_seconds == pytest.approx(seconds)
