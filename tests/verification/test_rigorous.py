"""Ball arithmetic has every function of the operator table."""

import pytest
from flint import acb

from antiderive import Expr
from antiderive._core import operators
from antiderive.verification.parts import nodes_of
from antiderive.verification.rigorous import evaluate, slopes_of, values_of


@pytest.mark.parametrize("name", [row["name"] for row in operators() if row["derivative"] is not None])
@pytest.mark.parametrize("point", [0.3 + 0.2j, -1.7 + 0.4j])
def test_balls_enclose_the_value_and_the_slope_of_every_function(name, point):
    function = Expr.apply(name, Expr("x"))
    at = {"x": acb(point.real, point.imag)}
    values = values_of(nodes_of(function), at)
    assert complex(values[-1]) == complex(evaluate(function, at))
    assert complex(values[-1]) == pytest.approx(function.evaluate(x=point), rel=1e-13)
    slope = complex(slopes_of(nodes_of(function), values, "x")[-1])
    if name in ("abs", "sign"):
        # Along the real line: neither is a function of a complex variable that has a derivative.
        step = 1e-6
        ahead, behind = function.evaluate(x=point + step), function.evaluate(x=point - step)
        assert slope == pytest.approx((ahead - behind) / (2 * step), rel=1e-8)
    else:
        assert slope == pytest.approx(function.evaluate_dual("x", x=point)[1], rel=1e-12)


@pytest.mark.parametrize(("name", "slope"), [("abs", -1), ("sign", None)])
def test_slopes_of_sizes_at_real_values(name, slope):
    nodes = nodes_of(Expr.apply(name, Expr("x")))
    assert slopes_of(nodes, values_of(nodes, {"x": acb(-2)}), "x")[-1] == slope
