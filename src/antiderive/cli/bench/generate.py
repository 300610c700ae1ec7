"""``antiderive bench generate``."""

from __future__ import annotations

import json
import os
import resource
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from antiderive.cli.bench.common import print_rates, rate_of, sample_functions

if TYPE_CHECKING:
    from antiderive.datasets import Recipe


def _sympy_tokens(expression: Any) -> list[str]:  # noqa: ANN401  (SymPy is untyped)
    """The prefix tokens of a SymPy (or SymEngine) expression: a plain walk over its tree."""
    tokens: list[str] = []
    stack = [expression]
    while stack:
        node = stack.pop()
        if node.args:
            tokens.append(type(node).__name__)
            stack.extend(reversed(node.args))
        else:
            tokens.append(str(node))
    return tokens


@click.command()
@click.argument("task")
@click.option(
    "--seconds", type=click.FloatRange(min=0.1), default=20.0, show_default=True, help="Time on one core."
)
@click.option(
    "--baseline", type=click.IntRange(min=0), default=100, show_default=True, help="Functions for SymPy."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object on the last line.")
def command(task: str, seconds: float, baseline: int, *, as_json: bool) -> None:
    """Accepted examples of TASK a second, on one core and on all, beside SymPy and SymEngine.

    The others only build, differentiate and tokenise functions that are known to be accepted; they neither
    sample, nor simplify, nor check.
    """
    from antiderive.datasets import Recipe
    from antiderive.tasks import task_named

    recipe = Recipe(task=task_named(task).name)
    one, tokens, rejects = _generation_rate(recipe, seconds, 1)
    cores = os.cpu_count() or 1
    many, _, _ = _generation_rate(recipe, seconds / 2, cores)
    rates = {"antiderive": one, **_baselines(baseline)}
    print_rates("accepted examples on one core (others: build, differentiate, tokenise)", rates, "examples/s")
    click.echo(f"  {cores} threads: {many:,.0f} examples/s, {many / one:.2f} times one")
    click.echo(f"  mean tokens: problem {tokens[0]:.1f}, solution {tokens[1]:.1f}")
    click.echo("  rejected candidates: " + ", ".join(f"{k} {v:,}" for k, v in rejects.items()))
    if as_json:
        figures: dict[str, Any] = {
            "task": task,
            "accepted_per_second": one,
            "accepted_per_second_all_cores": many,
            "cores": cores,
            "ratio_all_cores_to_one": many / one,
            "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "rejects": rejects,
        }
        figures |= {f"ratio_to_{name}": one / rate for name, rate in rates.items() if name != "antiderive"}
        click.echo(json.dumps(figures))


def _generation_rate(
    recipe: Recipe, seconds: float, threads: int
) -> tuple[float, tuple[float, float], dict[str, int]]:
    """Examples a second, mean tokens of problem and solution, rejects."""
    from antiderive.datasets import Examples

    size = 5_000 * threads
    done = problem_tokens = solution_tokens = 0
    rejects: dict[str, int] = {}
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        examples = Examples.generate(recipe, done, size, threads=threads)
        done += size
        problem_tokens += len(examples.problem_tokens)
        solution_tokens += len(examples.solution_tokens)
        for reason, number in examples.rejects.items():
            rejects[reason] = rejects.get(reason, 0) + number
    return done / (time.perf_counter() - started), (problem_tokens / done, solution_tokens / done), rejects


def _baselines(count: int) -> dict[str, float]:
    """Build, differentiate and tokenise, in functions a second, by other engines that are installed."""
    if count == 0 or find_spec("sympy") is None:
        return {}
    import sympy

    # Texts of nested calls: nothing is canonical yet, as in a sampled tree.
    texts = [str(expression) for expression in sample_functions(count)]
    x = sympy.Symbol("x")
    names = {name: getattr(sympy, name) for name in dir(sympy) if not name.startswith("_")} | {"x": x}
    code = [compile(text, "<function>", "eval") for text in texts]

    def with_sympy(program: Any) -> list[str]:  # noqa: ANN401
        return _sympy_tokens(eval(program, {"__builtins__": {}}, names).diff(x))  # noqa: S307  (our own text)

    rates = {"sympy": rate_of(with_sympy, code)}
    if find_spec("symengine") is not None:
        import symengine

        own_x = symengine.Symbol("x")
        own = {name: getattr(symengine, name) for name in dir(symengine) if not name.startswith("_")} | {
            "x": own_x
        }

        def with_symengine(program: Any) -> list[str]:  # noqa: ANN401
            return _sympy_tokens(eval(program, {}, own).diff(own_x))  # noqa: S307

        rates["symengine"] = rate_of(with_symengine, code)
    return rates
