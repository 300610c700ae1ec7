"""Orders of methods on a list of integrals: what is asked, judged and summed up."""

from antiderive import Expr
from antiderive.cas import Outcome, open_pool
from antiderive.evaluation.orders import Play, fixed_plays, frontier, replays_of
from antiderive.evaluation.outcomes import Answers
from antiderive.portfolio import REST, Attempt, Judgment, Replays, Step


def test_fixed_plays_are_all_orders():
    ends = {"a": ("timeout", 10.1), "b": ("solved", 4.0)}
    attempts = {
        ("f", method): Attempt(method, Outcome(status, cpu_seconds=seconds), Judgment(status))
        for method, (status, seconds) in ends.items()
    }
    replays = Replays(attempts, 10.0)
    plays = fixed_plays([Step("a", 1.0), Step("b", 1.0)], ["f"], replays)
    assert [one.name for one in plays] == ["b", "b, a", "a, b", "a"] and len(plays[-1].solved) == 0
    assert plays[2].order == (Step("a", 1.0), Step("b", 1.0))
    staged = fixed_plays([Step("b", 0.3), Step("b", REST)], ["f"], replays)
    assert [one.name for one in staged] == ["b", "b 0.3 s, b"]  # never the long one first


def test_each_method_is_asked_once_and_judged(tmp_path):
    problems = [Expr(text).to_prefix() for text in ("x*atan(x)", "exp(x)/x", "1/(x^2 - 1)")]
    with open_pool(1) as pool:
        for _ in range(2):
            answers = Answers(tmp_path / "answers.jsonl")
            replays = replays_of(answers, pool, ["sympy-risch", "sympy-manual"], problems, 10.0)
            plays = fixed_plays([Step("sympy-risch", 1.0), Step("sympy-manual", 1.0)], problems, replays)
            by_name = {one.name: one for one in plays}
            # manual's answer Ei(x) proves that the second one has no elementary integral; risch's word does not.
            assert by_name["sympy-manual"].proved == {problems[1]} and not by_name["sympy-risch"].proved
            assert by_name["sympy-risch"].solved == {problems[2]}
            both = by_name["sympy-risch, sympy-manual"]
            assert both.solved == {problems[0], problems[2]} and both.calls == 5
    assert len((tmp_path / "answers.jsonl").read_text().splitlines()) == 6


def test_frontier():
    names = [
        Play(str(n), frozenset(range(n)), frozenset(), seconds, 0)
        for n, seconds in ((3, 5.0), (3, 6.0), (2, 5.5), (1, 2.0))
    ]
    assert [(len(one.solved), one.cpu_seconds) for one in frontier(names)] == [(3, 5.0), (1, 2.0)]
