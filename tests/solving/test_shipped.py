"""The classifier that ships, and the order in which solving asks."""

from antiderive import Expr
from antiderive.classification import SHIPPED, FeatureClassifier, Ordering
from antiderive.portfolio import DEFAULT_ORDER, installed
from antiderive.solving import shipped_order
from antiderive.solving.shipped import installed_systems, steps_after


def test_what_ships_is_small_and_orders_what_is_installed():
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 300_000
    known = {call.method for call in FeatureClassifier.load(SHIPPED).description.layout.calls}
    assert known <= {step.method for step in DEFAULT_ORDER}
    orders = set()
    for text in ("sin(x)", "x^3*sqrt(a + b*x)", "exp(-x^2)", "(1 + x)^(1/3)/x"):
        order = shipped_order(Expr(text), cpu_seconds=10)
        assert {step.method for step in order} <= known  # all that it knows are here
        budgets = {}
        for step in order:
            assert budgets.get(step.method, 0) < step.cpu_seconds
            budgets[step.method] = step.cpu_seconds
        orders.add(order)
    assert len(orders) > 1
    assert shipped_order(Expr("+".join("bcdfghjklmn") + "+x"), cpu_seconds=10) == installed_systems()
    hard = Expr("(x^2 + sin(x))^(1/3)*log(1 + x^5)")
    assert len(shipped_order(hard, cpu_seconds=1)) < len(shipped_order(hard, cpu_seconds=1000))
    alone = Ordering(FeatureClassifier.load(SHIPPED), ["maxima"])
    assert steps_after(alone) == tuple(step for step in installed() if step.method.startswith("sympy"))
