"""Labels of the functions of one split alone, and functions of the families of textbooks."""

import pytest
from sqlalchemy import select

from antiderive.errors import SettingError
from antiderive.generation import functions_of, generate
from antiderive.labelling import Job, Store, functions_to_label, label_range, schema
from antiderive.tasks import INTEGRALS, Recipe
from antiderive.workers import Limits

RECIPE = Recipe(task="textbook", min_operators=1, max_operators=20, coefficients=4)


def test_only_functions_of_the_split_are_asked(pool, tmp_path):
    job = Job(RECIPE, "sympy-manual", Limits(2.0), "test")
    wanted = {one.index for one in functions_to_label(RECIPE, 0, 150) if one.split == "test"}
    assert 0 < len(wanted) < 15
    with Store(f"sqlite:///{tmp_path}/labels.db") as store:
        for repeated in (False, True):
            progress = label_range(job, 0, 150, store=store, pool=pool, slice_size=40)
            assert (progress.done, progress.passed) == (150, 150 - len(wanted))
            assert progress.counts.total() == len(wanted) and (progress.repeated == len(wanted)) is repeated
        rows = store.rows(select(schema.functions.c.index, schema.functions.c.split))
        assert {tuple(row) for row in rows} == {(index, "test") for index in wanted}
    assert job.run_key(0, 150) != Job(RECIPE, "sympy-manual", Limits(2.0)).run_key(0, 150)


def test_textbook_functions_are_a_pure_function_of_the_index():
    some = functions_of(RECIPE, 40, 60)
    again = functions_of(RECIPE, 0, 100)
    assert [some.problems[index] for index in range(60)] == [
        again.problems[index + 40] for index in range(60)
    ]
    assert len({tuple(some.problems[index]) for index in range(60)}) > 50
    for index in range(60):
        function = some.integrand(index)
        assert "x" in function.free_symbols and some.operators[index] == function.operators
        assert function.free_symbols - {"x", "pi", "E"} <= {"a0", "a1", "a2", "a3"}
    assert any("a0" in some.integrand(index).free_symbols for index in range(60))
    plain = functions_of(Recipe(task="textbook", min_operators=1, max_operators=20), 0, 50)
    assert all(plain.integrand(index).free_symbols == {"x"} for index in range(50))


def test_the_functions_of_a_task_that_comes_with_integrals_are_its_problems():
    (function,) = functions_to_label(Recipe(), 7, 1)
    assert function.prefix == INTEGRALS.decode(generate(Recipe(), 7, 1).problems[0]).to_prefix()
    with pytest.raises(SettingError, match="the problems of the task 'ode1' are not integrals"):
        functions_to_label(Recipe(task="ode1"), 0, 1)
