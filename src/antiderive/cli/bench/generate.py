"""``antiderive bench generate``."""

from __future__ import annotations

import json
import os
import resource
import time
from collections import Counter
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from antiderive.cli.bench.common import print_rates, rate_of, sample_functions

if TYPE_CHECKING:
    from antiderive.tasks import Recipe


def _sympy_tokens(expression: Any) -> list[str]:  # noqa: ANN401  (SymPy is untyped)
    """Return the prefix tokens of a SymPy (or SymEngine) expression, by a plain walk over its tree."""
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
    """Measure accepted examples of TASK per second, on one core and on all, against SymPy and SymEngine.

    The other engines only build, differentiate and tokenize functions that are known to be accepted; they
    neither sample, nor simplify, nor check.
    """
    from antiderive.tasks import Recipe, task_named

    recipe = Recipe(task=task_named(task).name)
    one = _measure(recipe, seconds, 1)
    cores = os.cpu_count() or 1
    many = _measure(recipe, seconds / 2, cores)
    # The other engines are timed on functions of the default recipe.
    rates = {"antiderive": one.rate, **(_baselines(baseline) if recipe == Recipe() else {})}
    if len(rates) > 1:
        title = "accepted examples on one core (others: build, differentiate, tokenize)"
        print_rates(title, rates, "examples/s")
    else:
        click.echo(f"{task}: {one.rate:,.1f} accepted examples/s on one core, checks included")
    click.echo(f"  {one.cpu_rate:,.1f} per second of CPU time of all processes together")
    ratio = many.rate / one.rate
    click.echo(f"  {cores} threads: {many.rate:,.1f} examples/s, {ratio:.2f} times one thread")
    (problem, spread), (solution, solution_spread) = one.problem_tokens, one.solution_tokens
    click.echo(
        f"  tokens: problem {problem:.1f} ± {spread:.1f}, solution {solution:.1f} ± {solution_spread:.1f}"
    )
    click.echo("  time by stage (one core)")
    total = sum(one.seconds.values())
    for stage, spent in one.seconds.items():
        click.echo(f"    {stage:<10} {spent:8.2f} s  {100 * spent / total:5.1f}%")
    click.echo("  rejected candidates")
    for reason, number in one.rejects.items():
        if number:
            click.echo(f"    {reason:<16} {number:>12,}  {number / one.examples:.2f} per example")
    if as_json:
        figures: dict[str, Any] = {
            "task": task,
            "accepted_per_second": one.rate,
            "accepted_per_cpu_second": one.cpu_rate,
            "accepted_per_second_all_cores": many.rate,
            "cores": cores,
            "ratio_all_cores_to_one": ratio,
            "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "problem_tokens_mean": problem,
            "problem_tokens_deviation": spread,
            "solution_tokens_mean": solution,
            "solution_tokens_deviation": solution_spread,
            "stage_seconds": one.seconds,
            "rejects": one.rejects,
        }
        figures |= {
            f"ratio_to_{name}": one.rate / rate for name, rate in rates.items() if name != "antiderive"
        }
        click.echo(json.dumps(figures))


@dataclass
class _Measured:
    """Figures of one run of the generator; lengths are mean and standard deviation."""

    examples: int
    rate: float
    cpu_rate: float
    problem_tokens: tuple[float, float]
    solution_tokens: tuple[float, float]
    rejects: dict[str, int]
    seconds: dict[str, float]


def _measure(recipe: Recipe, seconds: float, threads: int) -> _Measured:
    """Generate for ``seconds``, a task's preparation before the first example included."""
    import numpy as np

    from antiderive.generation import generate
    from antiderive.tasks import task_named
    from antiderive.workers import cpu_seconds_of_all

    # With a solver, each example costs a call to computer algebra.
    size = (25 if task_named(recipe.task).needs_solver else 2_500) * threads
    done = accepted = 0
    lengths: tuple[list[Any], list[Any]] = ([], [])
    rejects: Counter[str] = Counter()
    stages: Counter[str] = Counter()
    started, cpu = time.perf_counter(), cpu_seconds_of_all()
    while time.perf_counter() - started < seconds:
        examples = generate(recipe, done, size, threads=threads)
        done += size
        accepted += len(examples)
        for kept, rows in zip(lengths, (examples.problems, examples.solutions), strict=True):
            kept.append(rows.lengths)
        rejects.update(examples.rejects)
        stages.update(examples.seconds)
    rate = accepted / (time.perf_counter() - started)
    problems, solutions = (np.concatenate(kept) for kept in lengths)
    return _Measured(
        examples=accepted,
        rate=rate,
        cpu_rate=accepted / (cpu_seconds_of_all() - cpu),
        problem_tokens=(float(problems.mean()), float(problems.std())),
        solution_tokens=(float(solutions.mean()), float(solutions.std())),
        rejects=dict(rejects),
        seconds=dict(stages),
    )


def _baselines(count: int) -> dict[str, float]:
    """Return the rate of the other installed engines: build, differentiate and tokenize."""
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
