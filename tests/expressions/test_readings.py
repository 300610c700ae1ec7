"""What people type: each text has the reading of the table, with a note where it has two, or is refused."""

from pathlib import Path

import pytest

from antiderive import Expr
from antiderive.errors import AntideriveError, LimitError, ParseError

TABLE = Path(__file__).parents[1] / "problems" / "readings.tsv"
ROWS = [
    (*line.split("\t"), "")[:3]
    for line in TABLE.read_text(encoding="utf-8").splitlines()
    if not line.startswith("# ")
]


def test_the_table_is_long():
    assert len({text for text, *_ in ROWS}) == len(ROWS) > 150


@pytest.mark.parametrize(("text", "reading", "note"), ROWS)
def test_a_text_is_read_as_meant_or_refused(text, reading, note):
    if reading == "!":
        with pytest.raises(AntideriveError) as caught:
            Expr(text)
        assert getattr(caught.value, "line", str(caught.value)).startswith(note)
        return
    expression, notes = Expr.read(text)
    assert str(expression) == reading
    assert expression == Expr(text)
    assert Expr.read(reading) == (expression, []) or "=" in text
    assert "; ".join(each.rpartition(" (column")[0] for each in notes) == note


def test_a_long_word_is_refused_at_once():
    with pytest.raises(ParseError, match="unknown name 'abcabc"):
        Expr("abc" * 300_000)


N = 20_000


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("x " * (5 * N), f"x^{5 * N}"),
        ("a b c " * N, f"a^{N}*b^{N}*c^{N}"),
        ("x²" * N, f"x^{2 * N}"),
        ("a+b+" * N + "x", f"{N}*a + {N}*b + x"),
        ("/".join(["x"] * N), f"x^-{N - 2}"),
        ("(x+" * N + "1" + ")" * N, f"{N}*x + 1"),
        ("(" * N + "x" + "*y)" * N, f"x*y^{N}"),
    ],
)
def test_long_sums_and_products_are_read(text, same):
    assert Expr(text) == Expr(same)


@pytest.mark.parametrize(
    "text",
    [
        "x" + "²" * N,
        "".join(f"x^{n}-(" for n in range(1, N)) + "1" + ")" * (N - 1),
        "*".join(f"(x+{n})" for n in range(1, 5 * N)),
        "+".join(f"1/{n}" for n in range(1, 5 * N)),
        "*".join(f"sqrt({n})" for n in range(1, 4 * N)),
        "+".join([f"{'7' * 2000}/{'3' * 1999}1*x"] * 200),
        "^".join("x" * N),
    ],
    ids=lambda text: text[:12],
)
def test_what_would_take_too_long_is_a_limit_error(text):
    with pytest.raises(LimitError):
        Expr(text)


def test_many_terms_are_added_differentiated_and_read_back():
    terms = Expr("+".join(f"x^{n}" for n in range(1, 10_001)))
    assert Expr.from_prefix(terms.to_prefix()) == terms
    slope = Expr("+".join(f"{n + 1}*x^{n}" for n in range(10_000)))
    assert terms.diff("x") == slope


def test_many_derivatives_end_in_a_limit_error():
    wide = Expr("+".join(f"sin({n}x)*exp(x^{n})" for n in range(1, 200)))
    with pytest.raises(LimitError):
        wide.diff("x", 50)
