"""Integration tasks: how an integral is written, and tasks whose integrals a solver finds."""

import pytest

from antiderive import Expr
from antiderive.errors import ParseError, SettingError
from antiderive.expressions import TokenRows, Vocabulary
from antiderive.tasks import INTEGRALS, Recipe, SolvedIntegration, task_named

X = Expr("x")


def test_an_integral_is_written_as_an_equation():
    task = task_named("bwd")
    assert Vocabulary().decode(task.encode(Expr("x"))) == "sub Y' x"
    assert task.decode(task.encode(Expr("x*cos(x)"))) == Expr("x*cos(x)")
    assert task.verify(Expr("x"), Expr("x^2/2")).status == "proved"
    with pytest.raises(ParseError):
        task.decode([1, 2, 3])
    with pytest.raises(SettingError, match="unknown task"):
        task_named("foo")


@pytest.mark.parametrize("text", ["x", "sin(x)^2*exp(x)", "a0*x + 12"])
def test_operators_of_an_integrand_and_its_problem(text):
    integrand = Expr(text)
    (operators,) = TokenRows.of([INTEGRALS.encode(integrand)]).operators.tolist()
    assert INTEGRALS.operators(operators) == integrand.operators
    assert INTEGRALS.problem_operators(integrand.operators) == operators


class Powers(SolvedIntegration):
    """Powers of x, of which the solver below knows the even ones."""

    name = "powers"
    title = "powers"

    def sample_function(self, recipe, random):
        power = random.between(1, 8)
        return X**power if power != 3 else "dull"


def even_powers(integrand):
    power = next(power for power in range(9) if X**power == integrand)
    return X ** (power + 1) / (power + 1) if power % 2 == 0 else "gave_up"


def test_what_the_solver_cannot_do_is_counted_and_has_no_example():
    task, recipe = Powers(), Recipe()
    functions = task.functions(recipe, 10, 100)
    for threads in (1, 3):
        made = task.generate(recipe, 10, 100, threads=threads, solve=even_powers)
        assert 20 < len(made) < 80
        assert made.rejects == {"dull": functions.rejects["dull"], "gave_up": 100 - len(made)}
        for row, index in enumerate(made.indices.tolist()):
            assert made.problems[row] == functions.problems[index - 10]
            assert made.skeletons[row] == functions.skeletons[index - 10]
            assert made.splits[row] == functions.splits[index - 10]
            assert task.verify(
                task.decode(made.problems[row]), Expr.from_tokens(made.solutions[row])
            ).accepted


def test_solutions_that_are_too_long_have_no_example():
    recipe = Recipe(max_tokens=40)
    made = Powers().generate(recipe, 0, 50, solve=lambda _: Expr("x*(x + 1)*(x + 2)*sin(x)*cos(x)") ** 7 + X)
    assert len(made) == 50
    made = Powers().generate(
        recipe, 0, 50, solve=lambda _: sum((Expr(f"sin({k}*x)") for k in range(1, 20)), X)
    )
    assert len(made) == len(made.problems) == len(made.solutions) == 0
    assert made.rejects["too_long"] == 50


def test_without_a_solver_there_are_functions_only():
    for task in (Powers(), task_named("fwd"), task_named("textbook")):
        assert len(task.functions(Recipe(task="fwd"), 0, 3)) == 3
        with pytest.raises(SettingError, match="needs a solver; call antiderive.generation.generate"):
            task.generate(Recipe(task="fwd"), 0, 3)
