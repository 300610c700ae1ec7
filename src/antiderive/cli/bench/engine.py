"""``antiderive bench engine``."""

from __future__ import annotations

import json
from importlib.util import find_spec

import click

from antiderive.cli.bench.common import print_rates, rate_of, sample_functions


@click.command()
@click.option("--count", type=click.IntRange(min=10), default=200, show_default=True, help="Functions.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object on the last line.")
def command(count: int, *, as_json: bool) -> None:
    """Parse, canonicalize, differentiate and print random functions, against SymPy and SymEngine."""
    from antiderive.expressions import Expr

    if find_spec("sympy") is None:
        raise click.ClickException("this bench compares with SymPy; run: pip install 'antiderive[cas]'")
    import sympy

    texts = [str(expression) for expression in sample_functions(count)]
    x = sympy.Symbol("x")

    def with_sympy(text: str) -> str:
        return str(sympy.sympify(text).diff(x))

    with_sympy("x")  # loading on first use is not timed
    # Our pass is short, so it gets more functions, all different.
    many = [str(expression) for expression in sample_functions(50 * count)]
    rates = {"antiderive": rate_of(lambda text: str(Expr(text).diff("x")), many)}
    rates["sympy"] = rate_of(with_sympy, texts)
    if find_spec("symengine") is not None:
        import symengine

        own_x = symengine.Symbol("x")
        rates["symengine"] = rate_of(lambda text: str(symengine.sympify(text).diff(own_x)), texts)
    print_rates("parse, canonicalize, differentiate, print", rates, "functions/s")
    if as_json:
        ours = rates["antiderive"]
        figures = {"functions_per_second": ours, "ratio_to_sympy": ours / rates["sympy"], "rates": rates}
        if "symengine" in rates:
            figures["ratio_to_symengine"] = ours / rates["symengine"]
        click.echo(json.dumps(figures))
