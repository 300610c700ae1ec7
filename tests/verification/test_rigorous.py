"""Ball arithmetic has every function of the operator table."""

import pytest
from flint import acb

from antiderive import Expr
from antiderive._core import operators
from antiderive.verification.rigorous import evaluate


@pytest.mark.parametrize("name", [row["name"] for row in operators() if row["derivative"] is not None])
@pytest.mark.parametrize("point", [0.3 + 0.2j, -1.7 + 0.4j])
def test_balls_enclose_the_value_and_the_slope_of_every_function(name, point):
    function = Expr.apply(name, Expr("x"))
    root = evaluate(function, {"x": acb(point.real, point.imag)}, "x")[-1]
    assert complex(root.value) == pytest.approx(function.evaluate(x=point), rel=1e-13)
    if name == "sign":
        assert root.slope == 0
    else:
        _, slope = function.evaluate_dual("x", x=point)
        assert complex(root.slope) == pytest.approx(slope, rel=1e-12)
