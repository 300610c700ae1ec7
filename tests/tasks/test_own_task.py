"""Tasks of one's own: the docs' example from end to end, and what is said of those that do not work."""

import doctest
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from antiderive import Expr
from antiderive.cli import main
from antiderive.errors import SettingError
from antiderive.generation import generate
from antiderive.tasks import Draws, ExprTask, Recipe, Task, expressions_of, register, task_named, tasks_known
from antiderive.tasks import registry as registry_module
from antiderive.verification import Verdict

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "own-task.md"
BLOCK = re.compile(r'^```(\w+)(?: title="(.+?)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    """What a test registers or loads is gone after it."""
    monkeypatch.setattr(registry_module, "_REGISTERED", {})
    monkeypatch.setattr(registry_module, "_LOADED", {})


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Puts a distribution with entry points on the path, as an installer leaves it behind."""
    monkeypatch.syspath_prepend(tmp_path)

    def put(name, entry_points, **modules):
        for module, text in modules.items():
            (tmp_path / f"{module}.py").write_text(text)
            monkeypatch.delitem(sys.modules, module, raising=False)
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [f"{key} = {value}" for key, value in entry_points.items()]
        (info / "entry_points.txt").write_text("\n".join(["[antiderive.tasks]", *lines, ""]))

    return put


@pytest.fixture
def command(monkeypatch, capsys):
    """Runs a command line in this process: exit code, standard output, standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["antiderive", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        captured = capsys.readouterr()
        return end.value.code, captured.out, captured.err

    return run


class Squares(ExprTask):
    """The smallest task that generates: the root of a square."""

    name = "squares"
    title = "square roots of squares"

    def sample(self, recipe, random):
        root = random.between(0, 9)
        return (Expr(str(root * root)), Expr(str(root))) if root else "zero"

    def verify(self, problem, candidate):
        right = candidate * candidate == problem
        return Verdict("proved" if right else "unknown", "squared")


SOURCE = """
from antiderive import Expr
from antiderive.tasks import ExprTask
from antiderive.verification import Verdict

class Fine(ExprTask):
    name = "fine"
    title = "a task that works"
    def verify(self, problem, candidate):
        return Verdict("unknown", "never looks")

class Partial(ExprTask):
    name = "partial"
    title = "no verifier"

NO_TASK = 3
"""


def test_the_example_of_the_docs(tmp_path, monkeypatch, install, command):
    """Writes the page's files, installs by its entry points and runs its commands as they stand."""
    blocks = BLOCK.findall(PAGE.read_text())
    files = {title: text for _, title, text in blocks if title}
    assert set(files) == {"sums.py", "pyproject.toml", "sums.toml"}
    monkeypatch.chdir(tmp_path)
    Path("sums.toml").write_text(files["sums.toml"])
    project = tomllib.loads(files["pyproject.toml"])["project"]
    install(project["name"], project["entry-points"]["antiderive.tasks"], sums=files["sums.py"])
    lines = [line for kind, _, text in blocks if kind == "console" for line in text.splitlines()]
    assert lines.pop(0) == "$ pip install ."
    output = {}
    for line in lines:
        prompt, tool, name, *arguments = line.split()
        assert (prompt, tool) == ("$", "antiderive")
        code, output[name], error = command(name, *arguments)
        assert code == 0, error
    assert re.search(r"^sums +sums 1\.0 +summation, backward", output["tasks"], re.MULTILINE)
    assert "1,000 examples" in output["generate"]
    assert "constant" in output["generate"]
    report = json.loads(Path("report/report.json").read_text())
    # A model that has learned nothing solves none of the six different problems.
    assert report["beams"]["5"]["solved"] >= 2


def test_the_notebook_example_of_the_docs():
    (text,) = [text for kind, _, text in BLOCK.findall(PAGE.read_text()) if kind == "pycon"]
    test = doctest.DocTestParser().get_doctest(text, {"__name__": "notebook"}, "own-task.md", str(PAGE), 0)
    assert doctest.DocTestRunner().run(test).failed == 0


def test_an_example_is_a_function_of_recipe_and_index():
    register(Squares)
    whole = generate(Recipe(task="squares"), 100, 50)
    for index in (0, 17, 49):
        part = generate(Recipe(task="squares"), 100 + index, 1)
        assert part.problems[0] == whole.problems[index]
        assert part.skeletons[0] == whole.skeletons[index]
    assert whole.rejects["zero"] > 0
    other = generate(Recipe(task="squares", seed=1), 100, 50)
    assert not np.array_equal(other.solutions.tokens, whole.solutions.tokens)


def philox(key, counter):
    """Philox4x64-10 (Salmon et al. 2011, section 3.3), four words of one counter."""
    mask = 2**64 - 1
    words, keys = [counter >> 64 * i & mask for i in range(4)], [key & mask, key >> 64]
    for _ in range(10):
        a, b = words[0] * 0xD2E7470EE14C6C93, words[2] * 0xCA5A826395121157
        words = [(b >> 64) ^ words[1] ^ keys[0], b & mask, (a >> 64) ^ words[3] ^ keys[1], a & mask]
        keys = [keys[0] + 0x9E3779B97F4A7C15 & mask, keys[1] + 0xBB67AE8584CAA73B & mask]
    return words


def test_draws_are_those_of_the_published_generator():
    import hashlib

    key = int.from_bytes(hashlib.sha256(b"text").digest()[:16], "big")
    draws = Draws("text", 7)
    found = [draws.below(2**64) for _ in range(40)]
    expected = [word for block in range(1, 11) for word in philox(key, (7 << 128) + block)]
    assert found == expected


def test_draws_are_uniform():
    draws = Draws("uniform", 0)
    counts = np.bincount([draws.below(5) for _ in range(10_000)], minlength=5)
    assert (
        (counts - 2000) ** 2 / 2000
    ).sum() < 25  # chi squared with 4 degrees, far above its 99.9% quantile
    assert {draws.between(-1, 1) for _ in range(100)} == {-1, 0, 1}
    weights = {"often": 3, "never": 0, "seldom": 1}
    found = [draws.weighted(weights) for _ in range(4000)]
    assert 850 < found.count("seldom") < 1150
    assert found.count("often") + found.count("seldom") == 4000
    assert 1800 < sum(draws.chance(1, 2) for _ in range(4000)) < 2200


class Wrong(Squares):
    name = "wrong"

    def sample(self, recipe, random):
        root = random.between(1, 9)
        return Expr(str(root * root)), Expr(str(root + random.below(2)))


def test_a_pair_that_the_verifier_does_not_confirm_is_never_written():
    register(Wrong)
    examples = generate(Recipe(task="wrong"), 0, 200)
    assert examples.rejects["unconfirmed"] > 50
    task = task_named("wrong")
    for index in range(200):
        problem = task.decode(examples.problems[index])
        assert task.verify(problem, Expr.from_tokens(examples.solutions[index])).accepted


@pytest.mark.parametrize(
    ("reason", "sample"),
    [
        ("'too dull'", lambda: "too dull"),
        ("'undefined'", lambda: Expr("0") ** -1),
        ("'too_large'", lambda: Expr("((x+1)^300*(y+1)^300)").expand()),
        ("'too_long'", lambda: (Expr(" + ".join(f"x^{k}" for k in range(2, 99))), Expr("1"))),
    ],
)
def test_a_hopeless_sampler_ends_with_its_usual_reason(monkeypatch, reason, sample):
    monkeypatch.setattr("antiderive.tasks.sampling._MAX_ATTEMPTS", 5)
    register(type("Hopeless", (Squares,), {"name": "hopeless", "sample": lambda *_: sample()}))
    with pytest.raises(SettingError, match=f"5 tries in a row gave no example, most of them {reason}"):
        generate(Recipe(task="hopeless", max_tokens=100), 0, 1)


class Optional(Squares):
    name = "optional"
    options: ClassVar = {"largest": 3, "ratio": 0.5, "even": False}

    def sample(self, recipe, random):
        root = random.between(1, self.settings(recipe)["largest"])
        return Expr(str(root * root)), Expr(str(root))


def test_options_are_part_of_the_recipe(tmp_path):
    register(Optional)
    recipe = Recipe(task="optional", options={"largest": 1})
    assert recipe.text() == Recipe(task="optional").text() + ' options={"largest":1}'
    assert set(generate(recipe, 0, 20).solutions.tokens.tolist()) == set(Expr("1").to_tokens())
    path = tmp_path / "recipe.toml"
    path.write_text(Recipe(task="optional", options={"ratio": 0.25, "even": True, "largest": 7}).to_toml())
    assert Recipe.load(path).options == {"ratio": 0.25, "even": True, "largest": 7}
    assert hash(Recipe.load(path)) == hash(Recipe.load(path))


@pytest.mark.parametrize(
    ("task", "options", "message"),
    [
        ("optional", {"larges": 3}, "unknown option 'larges'; did you mean 'largest'?"),
        ("optional", {"q": 3}, "unknown option 'q'; known options: largest, ratio, even"),
        ("optional", {"largest": "3"}, "option largest must be int, not str ('3')"),
        ("optional", {"even": 1}, "option even must be bool, not int (1)"),
        ("optional", {"largest": True}, "option largest must be int, not bool (True)"),
        ("optional", {"largest": None}, "option largest must be a number, a text or true/false, not None"),
        ("bwd", {"largest": 3}, "task bwd: unknown option 'largest'; it has no options"),
    ],
)
def test_options_that_are_refused(task, options, message):
    register(Optional)
    with pytest.raises(SettingError, match=re.escape(message)):
        generate(Recipe(task=task, options=options), 0, 1)


def test_options_may_be_whole_numbers_for_real_ones():
    register(Optional)
    assert task_named("optional").settings(Recipe(task="optional", options={"ratio": 1}))["ratio"] == 1


def test_plug_ins_are_listed_without_being_loaded(install):
    install(
        "good", {"fine": "good_tasks:Fine", "broken": "bad_tasks:Task"}, good_tasks=SOURCE, bad_tasks="1 / 0"
    )
    origins = {entry.name: entry.origin for entry in tasks_known()}
    assert origins["fine"] == origins["broken"] == "good 1.0"
    assert origins["bwd"] == "antiderive"
    assert not {"good_tasks", "bad_tasks"} & set(sys.modules)
    assert task_named("fine").title == "a task that works"
    assert task_named("fine") is task_named("fine")
    assert "bad_tasks" not in sys.modules


@pytest.mark.parametrize(
    ("name", "target", "message"),
    [
        (
            "broken",
            "bad_tasks:Task",
            "cannot be loaded: ZeroDivisionError: division by zero; fix or uninstall it",
        ),
        (
            "broken",
            "no_such_module:Task",
            "cannot be loaded: ModuleNotFoundError: No module named 'no_such_module'",
        ),
        ("fine", "good_tasks:Missing", "cannot be loaded: AttributeError"),
        ("fine", "good_tasks:NO_TASK", "is not a class that derives from antiderive.tasks.Task"),
        ("partial", "good_tasks:Partial", "does not define: verify"),
        (
            "other",
            "good_tasks:Fine",
            "has the task name 'fine'; entry point and task must have the same name",
        ),
    ],
)
def test_a_broken_plug_in_says_so_in_one_line_and_leaves_the_others_alone(
    install, command, name, target, message
):
    install("plugged", {name: target, "fine2": "good_tasks2:Fine"}, good_tasks=SOURCE, bad_tasks="1 / 0",
            good_tasks2=SOURCE.replace('"fine"', '"fine2"'))  # fmt: skip
    code, _, error = command("generate", name, "--count", 1, "-o", "nowhere")
    assert code == 2
    assert error.startswith(f"error: the task '{name}' of the distribution plugged 1.0 ")
    assert message in error
    assert error.count("\n") == 1
    code, out, _ = command("tasks")
    assert code == 0
    assert re.search(rf"^{name} +plugged 1.0 +unusable: .*{re.escape(message)}", out, re.MULTILINE)
    assert re.search(r"^fine2 +plugged 1.0 +a task that works$", out, re.MULTILINE)


def test_names_of_built_in_tasks_cannot_be_taken(install):
    with pytest.raises(SettingError, match="'bwd' is that of a built-in task"):
        register(type("Bwd", (Squares,), {"name": "bwd"}))
    install("thief", {"bwd": "thief_tasks:Fine"}, thief_tasks=SOURCE)
    assert type(task_named("bwd")).__module__ == "antiderive.tasks.native"
    (entry,) = [entry for entry in tasks_known() if entry.origin == "thief 1.0"]
    assert entry.problem == "the name is that of a built-in task"


def test_two_distributions_with_one_name(install):
    install("one", {"fine": "one_tasks:Fine"}, one_tasks=SOURCE)
    install("two", {"fine": "one_tasks:Fine"})
    with pytest.raises(SettingError, match="offer the task 'fine': one 1.0 and two 1.0; uninstall one"):
        task_named("fine")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"name": "Upper"}, "'Upper' has characters other than lower-case letters"),
        ({"name": "a b"}, "'a b' has characters other than lower-case letters"),
        ({"title": None}, "does not define: title"),
    ],
)
def test_classes_that_are_no_tasks(members, message):
    with pytest.raises(SettingError, match=message):
        register(type("Bad", (Squares,), members))
    with pytest.raises(SettingError, match="derives from"):
        register(int)


def test_an_unknown_task_names_those_there_are(install):
    install("good", {"fine": "good_tasks:Fine"}, good_tasks=SOURCE)
    register(Squares)
    with pytest.raises(SettingError, match=r"unknown task 'nothing'; known tasks: bwd, .*fine, .*squares"):
        task_named("nothing")


def test_registering_again_replaces():
    register(Squares)
    register(type("Squares", (Squares,), {"title": "again"}))
    assert task_named("squares").title == "again"


def test_rows_of_expressions():
    row = [Expr(text) for text in ("x - 1/2", "-12", "y", "sin(x)*3^y", "0")]
    assert list(expressions_of([token for each in row for token in each.to_tokens()])) == row
    assert expressions_of([]) == ()
    with pytest.raises(ValueError, match="."):
        expressions_of(Expr("x + y").to_tokens()[:-1])
    with pytest.raises(ValueError, match="."):
        expressions_of(Expr("12").to_tokens()[1:])


def test_the_default_skeleton_abstracts_numbers():
    class Pairs(Task):
        def encode(self, problem):
            return [token for each in problem for token in each.to_tokens()]

        decode = read = write = verify = None

    pairs = Pairs()
    assert pairs.skeleton((Expr("3*x"), Expr("y - 17"))) == pairs.skeleton((Expr("-25*x"), Expr("y + 4")))
    assert pairs.skeleton((Expr("3*x"), Expr("y"))) != pairs.skeleton((Expr("3*y"), Expr("x")))
