"""Check generated examples with mpmath at 30 digits, from their tokens, sharing no code with the generators.

    python benchmarks/independent_check.py TASK [--count 20000] [--start 0] [--seed 0] [--json]

A pair is wrong if it fails at any point at which problem and solution are real and defined: an
antiderivative whose numeric derivative is not the integrand, a solution that does not make the equation zero.
Exit code 1 if one is wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator

import mpmath as mp

from antiderive.expressions import Vocabulary
from antiderive.generation import generate
from antiderive.tasks import Recipe, task_named

Node = tuple  # (name, arguments) or ("number", value)

CIRCULAR = ("sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "acot", "asec", "acsc")
HYPERBOLIC = (
    *("sinh", "cosh", "tanh", "coth", "sech", "csch"),
    *("asinh", "acosh", "atanh", "acoth", "asech", "acsch"),
)
FUNCTIONS: dict[str, Callable] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": mp.power,
    "inv": lambda a: 1 / a,
    "pow2": lambda a: a**2,
    "pow3": lambda a: a**3,
    "pow4": lambda a: a**4,
    "pow5": lambda a: a**5,
    "abs": abs,
} | {name: getattr(mp, name) for name in ("sqrt", "exp", "ln", "sign", *CIRCULAR, *HYPERBOLIC)}
LEAVES = {"pi": mp.pi, "E": mp.e, "I": mp.mpc(0, 1)}
POINTS = 24
WANTED = 4
HUGE = mp.mpf(10) ** 9


def parse(tokens: Iterator[str]) -> Node:
    """The tree of a prefix expression."""
    token = next(tokens)
    if token in ("INT+", "INT-"):
        digits = []
        for digit in tokens:
            if not digit.isdigit():
                tokens.push(digit)
                break
            digits.append(digit)
        return ("number", (-1 if token == "INT-" else 1) * int("".join(digits)))
    if token in FUNCTIONS:
        arity = 2 if token in ("add", "sub", "mul", "div", "pow") else 1
        return (token, *[parse(tokens) for _ in range(arity)])
    return ("symbol", token)


class Tokens:
    """An iterator with push-back."""

    def __init__(self, names: list[str]) -> None:
        self.names = names[::-1]

    def __iter__(self) -> Tokens:
        return self

    def __next__(self) -> str:
        if not self.names:
            raise StopIteration
        return self.names.pop()

    def push(self, name: str) -> None:
        self.names.append(name)


def evaluate(node: Node, values: dict[str, mp.mpf]) -> mp.mpf:
    """The value of a tree; raises an error where it is undefined."""
    kind = node[0]
    if kind == "number":
        return mp.mpf(node[1])
    if kind == "symbol":
        return values[node[1]] if node[1] in values else +LEAVES[node[1]]
    arguments = [evaluate(argument, values) for argument in node[1:]]
    if max(map(abs, arguments)) > HUGE:
        # Its exponential or sine would need a number of bits that grows with the argument.
        raise OverflowError
    return FUNCTIONS[kind](*arguments)


def tolerance() -> mp.mpf:
    """Relative error allowed for rounding."""
    return mp.mpf(10) ** (-0.4 * mp.mp.dps)


def symbols(node: Node) -> set[str]:
    """Symbols that need a value."""
    if node[0] == "symbol":
        return {node[1]} - set(LEAVES)
    return set().union(*map(symbols, node[1:])) if node[0] != "number" else set()


def terms(node: Node) -> list[Node]:
    """Terms of a sum without signs, since only their sizes matter."""
    if node[0] in ("add", "sub"):
        return terms(node[1]) + terms(node[2])
    return [node]


def factors(node: Node) -> list[Node]:
    """Factors of a product."""
    return factors(node[1]) + factors(node[2]) if node[0] == "mul" else [node]


def real(z: mp.mpf) -> bool:
    """True if the value is real up to rounding."""
    return mp.isfinite(z) and abs(mp.im(z)) <= mp.mpf(10) ** (-0.6 * mp.mp.dps) * abs(z)


def error_at(task: str, problem: Node, solution: Node, values: dict[str, mp.mpf]) -> mp.mpf | None:
    """Relative error of the pair at a point; ``None`` if the point is inconclusive."""
    if task.startswith("ode"):
        return equation_error(problem, solution, values)
    if task == "derivative":
        problem, solution = solution, problem
    f = evaluate(problem, values)
    slope = mp.diff(lambda x: evaluate(solution, {**values, "x": x}), values["x"])
    if not real(f) or not mp.isfinite(slope):
        return None
    # A derivative far below 1 or below the value may be only rounding error.
    value = evaluate(solution, values)
    if abs(f) < mp.mpf(10) ** (-0.6 * mp.mp.dps) * max(1, abs(value)):
        return None
    error = abs(f - slope) / max(abs(f), abs(slope)) if f != slope else mp.mpf(0)
    # A complex antiderivative may lie on a branch cut, where rounding chooses the side.
    return None if error > tolerance() and not real(value) else error


def equation_error(problem: Node, solution: Node, values: dict[str, mp.mpf]) -> mp.mpf | None:
    """Size of the equation's smallest factor relative to its largest term, with the solution substituted."""

    def solve(x: mp.mpf) -> mp.mpf:
        return evaluate(solution, {**values, "x": x})

    names = ("Y", "Y'", "Y''")
    unknown = {name: mp.diff(solve, values["x"], order) for order, name in enumerate(names)}
    smallest = mp.inf
    for factor in factors(problem):
        parts = [evaluate(term, {**values, **unknown}) for term in terms(factor)]
        if not all(map(real, [*parts, *unknown.values()])):
            return None
        # A derivative within the rounding error of the value counts as zero.
        largest = max(*map(abs, parts), abs(unknown["Y"]) / 10**4)
        smallest = min(
            smallest, abs(evaluate(factor, {**values, **unknown})) / largest if largest else mp.mpf(0)
        )
    return smallest


def check(task: str, problem: list[str], solution: list[str], draws: random.Random) -> tuple[str, str]:
    """``right``, ``wrong`` with the point, or ``unchecked``."""
    trees = parse(Tokens(problem)), parse(Tokens(solution))
    usable = 0
    for number in range(POINTS):
        reach = (0.5, 1.5, 4, 10)[number % 4]
        names = sorted(symbols(trees[0]) | symbols(trees[1]))
        values = {name: mp.mpf(draws.uniform(0.3, 2.5)) for name in names}
        for constant in {"a8", "a9"} & set(names):
            if draws.random() < 0.4:
                values[constant] = -values[constant]
        values["x"] = mp.mpf(draws.uniform(-reach, reach))
        try:
            error = error_at(task, *trees, values)
            if error is not None and error > tolerance():
                # With more digits rounding errors vanish, and so do values that only look real (tanh near 1).
                with mp.workdps(1500):
                    error = error_at(task, *trees, values)
        except (ZeroDivisionError, ValueError, OverflowError, mp.libmp.NoConvergence):
            continue
        if error is None or mp.isnan(error):
            continue
        if error > tolerance():
            named = {k: mp.nstr(v, 8) for k, v in values.items()}
            return "wrong", f"error {mp.nstr(error, 3)} at {named}"
        usable += 1
        if usable >= WANTED:
            break
    return ("right", "") if usable else ("unchecked", "no usable point")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("task")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--coefficients", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    mp.mp.dps = 30
    vocabulary = Vocabulary()
    recipe = Recipe(task=options.task, seed=options.seed, coefficients=options.coefficients)
    examples = generate(recipe, options.start, options.count, threads=2)
    head = 2 if task_named(options.task).poses_integrals else 0
    counts: Counter[str] = Counter()
    for row in range(options.count):
        problem = vocabulary.decode(examples.problems[row][head:]).split()
        solution = vocabulary.decode(examples.solutions[row]).split()
        verdict, reason = check(options.task, problem, solution, random.Random(row))
        counts[verdict] += 1
        if verdict == "wrong":
            print(
                f"{options.start + row}: {reason}\n  {' '.join(problem)}\n  {' '.join(solution)}",
                flush=True,
            )
    figures = {
        "task": options.task,
        "checked": options.count,
        **{k: counts[k] for k in ("right", "wrong", "unchecked")},
    }
    print(json.dumps(figures) if options.json else figures)
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
