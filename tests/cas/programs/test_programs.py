"""What holds for every program: textbook integrals, every operator both ways, no stale answers."""

import pytest

from antiderive import Expr
from antiderive._core import operators
from antiderive.cas import Request
from antiderive.cas.backends import fricas, giac, maxima
from antiderive.errors import UnsupportedError
from antiderive.verification import verify

BACKENDS = {"fricas": fricas.BACKEND, "giac": giac.BACKEND, "maxima": maxima.BACKEND}

TEXTBOOK = """
x^5
1/x
sqrt(x)
1/x^3
x*exp(x)
x^2*exp(-x)
exp(2*x)*sin(3*x)
x*cos(x)
log(x)
x*log(x)
log(x)^2
log(x)/x
1/(x*log(x))
sin(x)^2
sin(x)^3*cos(x)
tan(x)
1/cos(x)
1/cos(x)^2
sin(2*x)/(1 + sin(x)^2)
1/(x^2 + 1)
1/(x^2 - 1)
1/(x^2 + x + 1)
x/(x^2 + 1)^2
1/(x^4 + 1)
(x^3 + 1)/(x^2 - 5*x + 6)
1/(x^3 - 2)
1/sqrt(1 - x^2)
1/sqrt(x^2 + 1)
sqrt(1 - x^2)
x*sqrt(x + 1)
1/(sqrt(x) + 1)
1/(1 + exp(x))
exp(sqrt(x))
atan(x)
asin(x)
x*atan(x)
sinh(x)
x*cosh(x)
tanh(x)
2^x
1/(x^2 + a^2)
exp(a*x)*sin(b*x)
x^n
E*pi*I*x
"""

PROGRAMS = sorted(BACKENDS)


@pytest.mark.parametrize("method", PROGRAMS)
@pytest.mark.parametrize("integrand", TEXTBOOK.split("\n")[1:-1])
def test_textbook_integrals(ask, method, integrand):
    outcome = ask(method, integrand)
    assert outcome.status == "solved", outcome
    verdict = verify(integrand, Expr.from_prefix(outcome.value))
    assert verdict.accepted, (outcome.value, verdict)


@pytest.mark.parametrize("method", PROGRAMS)
@pytest.mark.parametrize("operator", [row["name"] for row in operators() if row["arity"] == 1])
def test_operators_mean_the_same(ask, method, operator):
    """The answer holds the operator of a parameter, so its value must have come and gone unchanged."""
    place = {"acosh": "1.7", "acoth": "1.7", "asec": "1.7", "acsc": "1.7"}.get(operator, "0.7")
    value = Expr.apply(operator, Expr("a"))
    if method == "fricas" and operator in ("abs", "sign"):
        outcome = ask(method, value * Expr("x"))
        assert outcome.status == "unsupported" and operator in outcome.reason
        return
    outcome = ask(method, value * Expr("x"))
    assert outcome.status == "solved", outcome
    answer = Expr.from_prefix(outcome.value)
    at = {"a": float(place), "x": 2.0}
    assert answer.evaluate(**at) == pytest.approx(2 * value.evaluate(a=at["a"]), rel=1e-12)


@pytest.mark.parametrize("method", PROGRAMS)
def test_every_symbol_is_only_a_symbol(ask, method):
    """No letter means something to the system, whatever its name: not ``e``, ``i``, ``D``, nor ``Q``."""
    letters = list("abcdefghijklmnopqrstuvwxyzABCDFGHJKLMNOPQRSTUVWXZ")
    for some in (letters[:12], letters[12:24], letters[24:36], letters[36:]):
        constants = [letter for letter in some if letter not in "xy"]
        integrand = "*".join(constants) + "*2*x"
        outcome = ask(method, integrand)
        assert Expr.from_prefix(outcome.value) == Expr("*".join(constants) + "*x^2")


@pytest.mark.parametrize("method", PROGRAMS)
def test_other_variables(ask, method):
    outcome = ask(method, "x*cos(t)", "t")
    assert Expr.from_prefix(outcome.value) == Expr("x*sin(t)")


ERRORS = {
    "fricas": "sqrt(1 + exp(x) + x)",  # implementation incomplete
    "maxima": "log(cos(x) + n)^m",
    "giac": "sin(x*asinh(x))",
}


@pytest.mark.parametrize("method", PROGRAMS)
def test_what_is_no_answer_does_not_bring_back_the_one_before(ask, method):
    assert ask(method, "cos(x)").value == "sin x"
    failed = ask(method, ERRORS[method])
    assert failed.status in ("gave_up", "partial"), failed
    assert failed.value is None
    assert ask(method, "cos(x)").value == "sin x"


@pytest.mark.parametrize("method", PROGRAMS)
def test_the_backend_protocol(method):
    backend = BACKENDS[method]
    assert backend.name == method
    assert backend.find() is not None
    assert backend.version()[0].isdigit()
    assert backend.command()[0] == str(backend.find())
    assert not backend.finished(
        backend.question(backend.statement(Request(method, "x")), "answer7").encode(), "answer7"
    )


@pytest.mark.parametrize("method", PROGRAMS)
def test_a_program_that_is_not_there(method, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    assert BACKENDS[method].find() is None
    assert BACKENDS[method].version() == ""


@pytest.mark.parametrize("method", PROGRAMS)
def test_an_equation_is_no_integrand(method):
    with pytest.raises(UnsupportedError, match="unknown of a differential equation"):
        BACKENDS[method].statement(Request(method, "add Y' x"))
