"""The line is cut where problem or candidate have special points, at whatever scale those lie."""

import math
from fractions import Fraction

import pytest

from antiderive import Expr, verify
from antiderive.verification.cells import Cell, cut_line
from antiderive.verification.forms import other_forms, real_roots


def line_of(*texts):
    return cut_line([], [Expr(text) for text in texts], "x")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("x*cos(x) + exp(x)", []),
        ("log(x)", [0]),
        ("1/(x^2 - 1)", [-1, 1]),
        ("abs((x + 15)*(x + 16))", [-16, -15]),
        ("log((x - 100)^3)", [100]),
        ("abs(log(x) - 20)", [0, math.exp(20)]),
        ("sqrt(x^4 - 8*x^2 + 16)", [-2, 2]),
        ("log(x + sqrt(x^2 + 1))", []),
        ("asin(x - 500)", [499, 501]),
        ("sqrt(10^-12 - x^2)", [-1e-6, 1e-6]),
        ("+".join(f"abs(x - {k})" for k in range(1, 31)), list(range(1, 31))),
    ],
)
def test_special_points_come_from_the_arguments(text, places):
    line = cut_line([Expr(text)], [], "x", anywhere=True)
    assert [special.place for special in line.specials] == pytest.approx(places, rel=1e-6)
    assert not line.unresolved


@pytest.mark.parametrize("scale", ["1000", "1", "1/1000", "1/10^9"])
def test_periodic_points_at_the_scale_of_the_argument(scale):
    line = line_of(f"asin(sin({scale}*x))")
    half_turn = math.pi / float(Expr(scale).evaluate().real)
    inner = [special.place / half_turn for special in line.specials if abs(special.place) < 2 * half_turn]
    assert inner == pytest.approx([-1.5, -0.5, 0.5, 1.5], rel=1e-6)
    assert line.far


def test_roots_of_polynomials_are_told_apart_exactly():
    narrow = "abs((x + 15)*(x + 15 + 1/10^14))"
    inside = [cell for cell in line_of(narrow).cells if isinstance(cell.low, Fraction)]
    assert len(inside) == 1
    assert float(inside[0].high - inside[0].low) == pytest.approx(1e-14, rel=1e-9)
    place = next(inside[0].places(0))
    assert inside[0].low < place < inside[0].high
    assert verify(narrow, "x^3/3 + (30 + 1/10^14)*x^2/2 + 15*(15 + 1/10^14)*x").status == "refuted"
    assert real_roots([Expr("abs(x - 1)")], "x") == []


def test_other_forms_equal_what_they_stand_for():
    expressions = [Expr("log(x + sqrt(x^2 + 1)) + abs(x^4 - 8*x^2 + 16) + sqrt(1 - cos(x)^2)")]
    hints = other_forms(expressions, "x")
    assert len(hints) >= 3
    for part, form in hints:
        assert form.evaluate(x=0.437) == pytest.approx(part.evaluate(x=0.437), rel=1e-12)


@pytest.mark.parametrize(
    "cell",
    [Cell(-math.inf, math.inf), Cell(3.0, math.inf), Cell(-math.inf, -2.0), Cell(1e-3, 1e9), Cell(-1.0, 1.0)],
)
def test_places_lie_in_their_cell(cell):
    stream = cell.places(3)
    assert all(cell.low < next(stream) < cell.high for _ in range(30))


@pytest.mark.parametrize(
    ("integrand", "candidate"),
    [
        ("asin(sin(x/1000))", "x^2/2000"),
        ("atan(tan(x/1000))", "x^2/2000"),
        ("acos(cos(x/100000))", "x^2/200000"),
        ("abs(sin(x))", "-cos(x)"),
        ("sqrt((sin(x/500) - 1/2)^2)", "x/2 + 500*cos(x/500)"),
        ("abs((x + 15)*(x + 16))", "x^3/3 + 31*x^2/2 + 240*x"),
        ("abs(x - 1)*abs(x - 1 - 1/10^9)", "x^3/3 - x^2 + x"),
        ("sign(x^2 - 10^-6)", "x"),
        ("abs(x - 1234567)", "1234567*x - x^2/2"),
        ("abs(log(x) - 20)", "21*x - x*log(x)"),
        ("abs(exp(x) - x - 1000)", "x^2/2 + 1000*x - exp(x)"),
        ("abs(exp(-x) - 10^-30)", "-exp(-x) - x/10^30"),
        ("abs(abs(x - 10) - 3)", "x^2/2 - 7*x"),
        ("1/sqrt((x - 300)^2 - 1)", "acosh(x - 300)"),
        ("sqrt(x - 1000)*log(x - 1000)", "2*(x - 1000)^(3/2)*log(x - 1000)/3 - (x - 1000)^(3/2)/2"),
        ("1/(x*abs(log(x)))", "log(log(x))"),
        ("1", "x + sign(log(x))"),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_wrong_in_one_cell_is_wrong(integrand, candidate, seed):
    assert verify(integrand, candidate, seed=seed).status == "refuted"


@pytest.mark.parametrize(
    ("integrand", "candidate"),
    [
        ("x/(x^2 - 1)", "log(abs(sqrt(x^2 - 1)))"),
        ("1/(x - 5)", "log(abs(sqrt((x - 5)^2)))"),
        ("abs(log(x))", "sign(log(x))*(x*log(x) - x)"),
        ("1/(x*abs(log(x)))", "sign(log(x))*log(abs(log(x)))"),
        ("1/(x*abs(log(x)))", "log(x)*log(abs(log(x)))/abs(log(x))"),
        ("log((x - 100)^3)", "(x - 100)*(log((x - 100)^3) - 3)"),
        ("log((100 - x)^3)", "(x - 100)*(log((100 - x)^3) - 3)"),
        ("sqrt(1 - (x - 10^6)^2)", "(x - 10^6)*sqrt(1 - (x - 10^6)^2)/2 + asin(x - 10^6)/2"),
        ("sin(x)^2 + cos(x)^2 - 1", "7"),
        ("(atan(2) + atan(1/2) - pi/2)*exp(x^2) + cos(x)", "sin(x)"),
        ("sqrt(-1 - x^2)", "x*sqrt(-1 - x^2)/2 - atan(x/sqrt(-1 - x^2))/2"),
        ("abs(exp(-x) - 10^-30)", "sign(exp(-x) - 10^-30)*(-exp(-x) - x/10^30)"),
        ("1/sqrt(x^2 - 1)", "sign(x)*acosh(abs(x))"),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_right_in_all_cells_is_right(integrand, candidate, seed):
    verdict = verify(integrand, candidate, seed=seed)
    assert verdict.accepted, verdict


def test_a_proof_by_the_slope_of_the_real_line_counts_there_only():
    # sign' = 0 and abs' = sign hold for real arguments; log(x) is none for x < 0.
    assert verify("1", "x + sign(log(x))").status == "refuted"
    assert verify("abs(x) + x*sign(x)", "x*abs(x)").status == "proved"


def test_what_could_not_be_found_is_said():
    verdict = verify("sin(x)*sign(sin(1/x) + x*sin(exp(x)))^2", "-cos(x)")
    assert verdict.status != "proved"
    assert verdict.status == "unknown" or "special points" in verdict.reason
    assert "special points were looked for from" in verify("abs(sin(x))", "-cos(x)*sign(sin(x))").reason


@pytest.mark.parametrize(
    ("integrand", "candidate"),
    [
        ("cos(x)", "sin(x)*(1 + 10^-60)"),
        ("cos(x)", "sin(x)*(1 + exp(-1000))"),
        ("cos(x)", "sin(x)*tanh(1000)"),
        ("cos(x)", "sin(x)*cos(10^-40)"),
        ("cos(x) + exp(-500)", "sin(x)"),
        ("1", "x + x^2/10^60"),
        ("cos(x)", "sin(x) + exp(-1000)*x"),
        ("(1 + exp(-10^9))*x", "x^2/2"),
        ("1/(1 + exp(1000*(x - 77)))", "x"),
        ("tanh(10^6*(x - 33))", "-x"),
    ],
)
def test_differences_that_no_usual_precision_shows(integrand, candidate):
    assert not verify(integrand, candidate).accepted


def test_small_and_long_constants_that_are_right():
    assert verify("cos(x)*(1 + 10^-60)", "sin(x)*(1 + 10^-60)").accepted
    verdict = verify("sec(x)*(1 + 10^-60)", "log(tan(x/2 + pi/4))*(1 + 10^-60)")
    assert verdict.status == "agrees"
    assert verdict.digits > 60
