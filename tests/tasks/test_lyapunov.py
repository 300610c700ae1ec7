"""Lyapunov functions: sums of squares, verdicts on right and wrong candidates, generated pairs."""

import random
import sys

import flint
import numpy as np
import pytest
import sympy

from antiderive import Expr
from antiderive.cli import main
from antiderive.datasets.shards import write_dataset
from antiderive.errors import ParseError, SettingError
from antiderive.generation import generate
from antiderive.tasks import Recipe, task_named
from antiderive.tasks.lyapunov import Certificate, System
from antiderive.verification.polynomials import expression_of, polynomial_of, ring, terms_of
from antiderive.verification.sums_of_squares import definiteness, sum_of_squares

TASK = task_named("lyapunov")
XY = ("x", "y")


def judged(system, v):
    return TASK.verify(TASK.read(system), Expr(v))


@pytest.fixture(scope="module")
def examples():
    return generate(Recipe(task="lyapunov"), 5000, 150)


def pair(examples, index):
    return TASK.decode(examples.problems[index]), Expr.from_tokens(examples.solutions[index])


@pytest.mark.parametrize(
    ("text", "status", "positive"),
    [
        ("x^2 + y^2", "exact", True),
        ("x^2 - x*y + y^2", "exact", True),
        ("x^2 - 2*x*y + y^2", "exact", False),
        ("x^2 - 3*x*y + y^2", "absent", False),
        ("x^4 + y^4 + x^2*y^2 + x^2", "exact", True),
        ("2*x^4 + 5*y^4 - x^2*y^2 + 2*x^3*y", "exact", True),  # Parrilo's example
        ("x^2 + y^4", "exact", True),
        ("x^2/3 + y^2/7", "exact", True),
        ("x^2", "exact", False),
        ("0", "exact", False),
        ("(x + y)^4", "exact", False),  # its Gram matrix is singular
        ("(x^2 + y^2)^2*(x - y)^2", "exact", False),
        ("3*(x - y^2 + x*y)^2 + (2*x - y^3)^2", "exact", False),
        (
            "x^4*y^2 + x^2*y^4 - 3*x^2*y^2 + 1",
            "absent",
            False,
        ),  # Motzkin's: nowhere negative, no sum of squares
        ("-x^2", "absent", False),
        ("x^3 + x^2 + y^2", "absent", False),
        ("x + y^2", "absent", False),
    ],
)
def test_sums_of_squares(text, status, positive):
    found = sum_of_squares(polynomial_of(Expr(text), XY))
    assert (found.status, found.positive) == (status, positive)


def test_random_sums_of_squares_are_found_and_their_negatives_are_not():
    rng = random.Random(3)
    for _ in range(30):
        linear = [[rng.randint(-3, 3) for _ in range(3)] for _ in range(2)]
        poly = polynomial_of(Expr("+".join(f"({a}*x + {b}*y + {c}*x*y)^2" for a, b, c in linear)), XY)
        if poly != 0:
            assert sum_of_squares(poly).status in ("exact", "numeric")
            assert sum_of_squares(-poly).status == "absent"


def test_definiteness_is_that_of_the_eigenvalues():
    rng = random.Random(5)
    seen = set()
    for _ in range(300):
        size = rng.randint(1, 4)
        half = [[rng.randint(-2, 2) for _ in range(size)] for _ in range(rng.randint(1, 5))]
        gram = np.array(half).T @ np.array(half) - rng.choice([0, 0, 1]) * np.eye(size, dtype=int)
        least = np.linalg.eigvalsh(gram)[0]
        expected = "positive" if least > 1e-9 else "semidefinite" if least > -1e-9 else "indefinite"
        assert definiteness(flint.fmpq_mat([[int(entry) for entry in row] for row in gram])) == expected
        seen.add(expected)
    assert len(seen) == 3


def test_polynomials_and_expressions():
    text = "x**3 - 3*x**2*y/2 + 3*x*y**2/4 - y**3/8"
    assert str(expression_of(polynomial_of(Expr("(x - y/2)^3"), XY))) == text
    assert expression_of(polynomial_of(Expr("0"), XY)) == 0
    for other in ("sin(x)", "1/x", "sqrt(x)", "x^y", "z", "x^30", "(x^5 + y)^6", "2^x", "pi*x", "exp(x)^2"):
        assert polynomial_of(Expr(other), XY) is None


@pytest.mark.parametrize(
    ("system", "v", "status"),
    [
        ("y; -x", "x^2 + y^2", "proved"),  # dV/dt is 0
        ("-x; -y", "3*x^2 - x*y + y^2", "proved"),
        ("-x - y^3; x*y^2 - y", "x^2 + y^2", "proved"),
        ("-x^3; -y", "x^6 + x^4*y^2 + x^2*y^4 + y^2", "proved"),
        ("-x; -y; -z", "x^2 + y^4 + z^2", "proved"),
        ("-x; -y", "x^2", "refuted"),  # not positive on the axis
        ("-x; -y", "(x - 2*y/3)^2", "refuted"),
        ("-x; -y", "x^2 + y^2 + 1", "refuted"),  # not 0 at 0
        ("-x; -y", "-x^2 - y^2", "refuted"),
        ("x; -y", "x^2 + y^2", "refuted"),
        ("-x; -y", "x^2 - y", "refuted"),
        ("-x; -y", "(x^2 - y)^2 + x^2", "refuted"),
        ("-x; -y", "sin(x)^2 + y^2", "refuted"),
        ("-x; -y", "log(x) + y^2", "unknown"),
        ("-x; -y", "1/x", "unknown"),
        ("-x; -y", "x^2 + a0*y^2", "unknown"),
        # dV/dt is positive only between x = -2*y^2/3 and x = -y^2/2
        ("-3*x - 2*y^2; -20*x*y - 40*y^3", "4*x^2 + 4*x*y^2 + 4*y^4", "refuted"),
        ("-x; -y", "log(1 + x^2 + y^2)", "agrees"),
        ("-x; -y", "sqrt(x^2 + y^2)", "agrees"),
        ("y; -x", "log(1 + x^2 + y^2)", "unknown"),  # dV/dt is 0, which samples cannot tell from above 0
    ],
)
def test_verdicts(system, v, status):
    verdict = judged(system, v)
    assert verdict.status == status, verdict
    assert len(verdict.points) == {"proved": 0, "refuted": 1, "agrees": 64, "unknown": 0}[status]


def test_an_agreement_says_what_is_not_proved():
    reason = judged("-x; -y", "log(1 + x^2 + y^2)").reason
    assert reason == (
        "V > 0: at sampled points only; dV/dt <= 0: at sampled points only; both hold in ball arithmetic at 64 points"
    )


def test_without_a_solver_nothing_that_needs_it_is_accepted(monkeypatch):
    monkeypatch.setitem(sys.modules, "clarabel", None)
    assert judged("-x; -y", "3*x^2 - x*y + y^2").status == "proved"  # its Gram matrices are unique
    verdict = judged("-x^3; -y^3", "2*x^4 + 5*y^4 - x^2*y^2 + 2*x^3*y")
    assert verdict.status == "unknown"
    assert "pip install 'antiderive[lyapunov]'" in verdict.reason
    assert judged("-x; -y", "2*x^4 - 5*y^4 - x^2*y^2 + 2*x^3*y").status == "refuted"


def sympy_violation(system, v, point):
    """V and dV/dt at a point in rational arithmetic, by SymPy."""
    names = sympy.symbols(system.variables)
    height = sympy.sympify(str(v))
    slope = sum(
        sympy.diff(height, name) * sympy.sympify(str(f))
        for name, f in zip(names, system.equations, strict=True)
    )
    values = {name: sympy.Rational(float(point[str(name)])) for name in names}
    return height.subs(values), slope.subs(values)


def test_generated_pairs_are_proved_without_their_certificate(examples):
    for index in range(0, len(examples), 3):
        problem, solution = pair(examples, index)
        assert problem.certificate is None
        assert TASK.verify(problem, solution).status == "proved", (TASK.write(problem), str(solution))


def test_generated_pairs_hold_for_sympy_at_random_points(examples):
    rng = random.Random(1)
    for index in range(0, len(examples), 10):
        problem, solution = pair(examples, index)
        for _ in range(4):
            point = {name: rng.choice((-1, 1)) * 10 ** rng.uniform(-2, 2) for name in problem.variables}
            height, slope = sympy_violation(problem, solution, point)
            assert height > 0
            assert slope <= 0


def mutated(rng, v, names):
    """``v`` with a term changed, dropped or added, or with its variables permuted."""
    terms = terms_of(polynomial_of(v, names))
    monomial = rng.choice(sorted(terms))
    kind = rng.randrange(6)
    if kind == 0:
        terms[monomial] *= -1
    elif kind == 1:
        terms[monomial] *= rng.choice([2, 3, 5])
    elif kind == 2:
        terms[monomial] += rng.choice([-3, -2, -1, 1, 2, 3])
    elif kind == 3:
        del terms[monomial]
    elif kind == 4:
        powers = [0] * len(names)
        powers[rng.randrange(len(names))] += 1
        powers[rng.randrange(len(names))] += rng.choice([1, 2, 3])
        terms[tuple(powers)] = terms.get(tuple(powers), 0) + rng.choice([-2, -1, 1, 2])
    else:
        order = rng.sample(range(len(names)), len(names))
        terms = {tuple(powers[i] for i in order): value for powers, value in terms.items()}
    poly = ring(names).from_dict({m: flint.fmpq(c.numerator, c.denominator) for m, c in terms.items() if c})
    return expression_of(poly)


def test_wrong_functions_are_never_accepted(examples):
    """Mutated V: what is refuted fails for SymPy too, what is proved holds where SymPy looks, nothing merely agrees."""
    rng = random.Random(1)
    points = np.random.default_rng(2)
    counts = dict.fromkeys(("proved", "refuted", "unknown", "agrees"), 0)
    for index in range(len(examples)):
        problem, solution = pair(examples, index)
        for _ in range(2):
            candidate = mutated(rng, solution, problem.variables)
            verdict = TASK.verify(problem, candidate)
            counts[verdict.status] += 1
            if verdict.status == "refuted" and index % 5 == 0:
                height, slope = sympy_violation(problem, candidate, verdict.points[0])
                assert height <= 0 or slope > 0
            elif verdict.accepted:
                at = points.normal(size=(len(problem.variables), 20_000))
                at = dict(
                    zip(problem.variables, at * 10 ** points.uniform(-2, 2, size=at.shape), strict=True)
                )
                parts = [
                    candidate.diff(name).evaluate(**at) * f.evaluate(**at)
                    for name, f in zip(problem.variables, problem.equations, strict=True)
                ]
                assert (candidate.evaluate(**at).real > 0).all()
                assert (sum(parts).real <= 1e-9 * sum(map(abs, parts))).all()
    assert counts["agrees"] == 0
    assert counts["refuted"] > 0.8 * sum(counts.values())
    assert counts["unknown"] < 0.05 * sum(counts.values())


def test_wrong_functions_that_are_no_polynomials_are_never_accepted(examples):
    rng = random.Random(2)
    wrong = 0
    for index in range(40):
        problem, solution = pair(examples, index)
        candidate = mutated(rng, solution, problem.variables)
        if not TASK.verify(problem, candidate).accepted:
            wrong += 1
            assert not TASK.verify(problem, Expr(f"log(1 + {candidate})")).accepted
    assert wrong > 25


def test_a_certificate_that_is_wrong_confirms_nothing():
    x, y = ring(XY).gens()
    system, v = (Expr("-x"), Expr("-y")), Expr("x^2 + y^2")
    good = Certificate([x, y], [[1, 0], [0, 1]], [(2, x), (2, y)])
    assert TASK.confirm(System(system, good), v)
    assert TASK.confirm(System(system), v)
    for bad in (
        Certificate([x, y], [[1, 0], [0, 1]], [(2, x), (3, y)]),
        Certificate([x, y], [[1, 0], [0, 2]], [(2, x), (2, y)]),
        Certificate([x, x + y], [[2, -1], [-1, 1]], [(2, x), (2, y)]),  # right, but not on monomials
    ):
        assert not TASK.confirm(System(system, bad), v)
    assert not TASK.confirm(System(system, good), Expr("x^2 + 2*y^2"))
    assert not TASK.confirm(
        System((Expr("x"), Expr("-y")), Certificate([x, y], good.gram, [(-2, x), (2, y)])), v
    )
    semidefinite = Certificate([x, y], [[1, 0], [0, 0]], [(2, x)])
    assert not TASK.confirm(System(system, semidefinite), Expr("x^2"))


def test_tokens_and_text(examples):
    for index in range(40):
        problem, _ = pair(examples, index)
        assert TASK.decode(TASK.encode(problem)) == problem
        assert TASK.read(TASK.write(problem)) == problem
    assert TASK.write(TASK.read("y;-x")) == "x' = y; y' = -x"
    assert TASK.read("x' = y; y' = -x;") == TASK.read("y; -x")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-x", "2 or 3 equations, not 1"),
        ("-x; -y; -z; -x", "2 or 3 equations, not 4"),
        ("-x; sin(y)", "y' = sin(y) is not a polynomial in x, y"),
        ("-x; z", "y' = z is not a polynomial in x, y"),
        ("y' = -x; x' = -y", "\"y'\" stands in the place of x'"),
        ("-x; -y +", ""),
    ],
)
def test_texts_that_are_no_system(text, message):
    with pytest.raises(ParseError) as error:
        TASK.read(text)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_dimension": 3, "max_dimension": 2}, "dimensions go from 2 to 3"),
        ({"max_dimension": 4}, "dimensions go from 2 to 3"),
        ({"max_degree": 3}, "max_degree must be 2, 4, 6 or 8, not 3"),
        ({"degree": 4}, "did you mean 'max_degree'?"),
    ],
)
def test_settings_that_are_refused(options, message):
    with pytest.raises(SettingError) as error:
        generate(Recipe(task="lyapunov", options=options), 0, 1)
    assert message in str(error.value)


def test_settings_are_kept():
    planar = generate(
        Recipe(task="lyapunov", options={"max_dimension": 2, "max_degree": 2}, max_integer=2), 0, 40
    )
    for index in range(40):
        problem, solution = pair(planar, index)
        assert problem.variables == XY
        assert polynomial_of(solution, XY).total_degree() == 2


def test_a_data_set(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        sys, "argv", ["antiderive", "generate", "lyapunov", "--count", "60", "-o", str(tmp_path / "a")]
    )
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0
    assert "60 examples" in capsys.readouterr().out
    # The same examples in other shards.
    one = write_dataset(Recipe(task="lyapunov"), tmp_path / "b", 60, shard=60)
    for name, _ in one.files():
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
