"""Names and questions that are meant to run something else."""

import pytest

from antiderive import Expr
from antiderive.cas import Request, ask
from antiderive.cas.backends import fricas, giac, maxima
from antiderive.errors import SettingError
from antiderive.workers import Limits, Question

BACKENDS = {"fricas": fricas.BACKEND, "giac": giac.BACKEND, "maxima": maxima.BACKEND}

NAMES = [
    "x)\n)system touch {file}\n(",
    'x, [])$ system("touch {file}")$ (x',
    'x)+system("touch {file}"',
    'x\n:lisp (si::system "touch {file}")',
    "x y",
    "x1",
    "",
    "pi",
    "Y'",
    "x\n",
]


@pytest.mark.parametrize("method", [*BACKENDS, "sympy"])
@pytest.mark.parametrize("name", NAMES)
def test_a_variable_is_the_name_of_a_symbol(tmp_path, method, name):
    with pytest.raises(SettingError, match="no variable of integration"):
        Request(method, "x", name.format(file=tmp_path / "made"))


@pytest.mark.parametrize("method", BACKENDS)
@pytest.mark.parametrize("name", NAMES[:4])
def test_back_ends_refuse_what_they_cannot_quote(programs, tmp_path, method, name):
    """Also if a request that was made otherwise comes to them."""
    request = Request(method, "x")
    object.__setattr__(request, "variable", name.format(file=tmp_path / "made"))
    outcome = ask(programs, request)
    assert outcome.status == "unsupported" and "no name" in outcome.reason
    assert not (tmp_path / "made").exists()


SHELLS = {
    "fricas": [
        ")system touch {file}",
        ')lisp (si::system "touch {file}")',
        'OBEY("touch {file}")$Lisp',
    ],
    "maxima": [
        'system("touch {file}")$',
        ':lisp (si::system "touch {file}")',
        ':lisp-quiet (si::system "touch {file}")',
        '?si\\:\\:system("touch {file}")$',
        '?system("touch {file}")$',
    ],
    "giac": ['system("touch {file}")', 'shell("touch {file}")', 'exec("touch {file}")'],
}


@pytest.mark.parametrize("method", SHELLS)
def test_programs_are_started_without_their_shells(programs, tmp_path, method):
    """Statements that no back end would write reach nothing outside the program, which goes on."""
    backend, file = BACKENDS[method], tmp_path / "made"
    right = backend.statement(Request(method, "x"))
    for shell in SHELLS[method]:
        question = Question(backend, shell.format(file=file) + "\n" + right)
        answer = programs.call(question, limits=Limits(20))
        assert not file.exists(), shell
        assert "ANSWER" in answer.value, (shell, answer)


def test_a_long_integrand_is_read_before_it_is_queued(programs):
    """The dispatcher is given text: no parsing keeps its thread from other calls."""
    long = Expr("*".join(f"(x + {number})" for number in range(1, 1300)))
    for method in BACKENDS:
        outcome = ask(programs, Request(method, long.to_prefix()))
        assert outcome.status == "unsupported" and "characters" in outcome.reason
