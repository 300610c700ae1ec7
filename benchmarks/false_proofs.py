"""Count false proofs of "no elementary antiderivative", on integrands whose antiderivative is known.

    python benchmarks/false_proofs.py [--count 20000] [--towers 2000] [--disguised 500] [--seed 0]
                                      [--method NAME ...] [--timeout 1] [--workers 2]

Three sets are made by program from the seed: derivatives of the task ``bwd``; derivatives of functions in
towers of exponentials and logarithms; integrands that are elementary because a coefficient is zero in
disguise.
Each method is asked alone. "All" counts integrands that any of them has called nonelementary, so no order of
methods can claim more. Exit code 1 if a claim is false. The last line is the figures as JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator

from antiderive.cas import METHODS, Request, ask_all, open_pool
from antiderive.errors import AntideriveError
from antiderive.expressions import Expr
from antiderive.generation import generate
from antiderive.portfolio import judge_outcome
from antiderive.tasks import Recipe
from antiderive.workers import Limits

_KERNELS = (
    "exp(x)",
    "exp(-x)",
    "exp(x^2)",
    "log(x)",
    "log(x + {n})",
    "log(x^2 + {n})",
    "exp({n}*x)",
    "exp(x) + {n}",
    "exp(1/x)",
    "tan(x)",
    "atan(x)",
)
_OUTER = (
    "exp({t})",
    "log({t})",
    "{t}^{n}",
    "1/({t} + {n})",
    "exp({t} + x)",
    "x^{n}*{t}",
    "{t}*log(x)",
    "exp(x*{t})",
)
_JOINED = (
    "{a} + {b}",
    "{a}*{b}",
    "{a}*{b}",
    "{a}*{b} + {n}*{a}",
    "{a}/({b} + {n})",
    "{a} - {n}*{b}",
    "x*{a} + {b}",
)

_ZERO_NUMBERS = (
    "atan({m}) + atan(1/{m}) - pi/2",
    "atan(1/2) + atan(1/3) - pi/4",
    "4*atan(1/5) - atan(1/239) - pi/4",
    "log({m}*{n}) - log({m}) - log({n})",
    "log({m}^2) - 2*log({m})",
    "sin({m})^2 + cos({m})^2 - 1",
    "sin(2*{m}) - 2*sin({m})*cos({m})",
    "cosh({m}) - sinh({m}) - exp(-{m})",
    "exp(log({m})/2) - sqrt({m})",
    "asinh(3/4) - log(2)",
    "acosh(5/4) - log(2)",
    "cos(pi/12) - (sqrt(6) + sqrt(2))/4",
    "sqrt(5 + 2*sqrt(6)) - sqrt(2) - sqrt(3)",
    "(1 + sqrt({m}))^2 - 1 - {m} - 2*sqrt({m})",
    "tan(pi/8) + 1 - sqrt(2)",
    "(a + {m})^2 - a^2 - 2*{m}*a - {m}^2",
    "log(a^{m}) - {m}*log(a)",
)
_ZERO_FUNCTIONS = (
    "sin(x)^2 + cos(x)^2 - 1",
    "log(x^{m}) - {m}*log(x)",
    "atan(x) + atan(1/x) - pi/2",
    "log({m}*x) - log(x) - log({m})",
    "log(exp(x)) - x",
    "exp({m}*log(x)) - x^{m}",
    "tan(x) - sin(x)/cos(x)",
    "cosh(x)^2 - sinh(x)^2 - 1",
    "asinh(sinh(x)) - x",
    "atan(exp(x)) + atan(exp(-x)) - pi/2",
    "exp(x + {m}) - exp({m})*exp(x)",
)
"""Zero wherever the logarithm of ``x`` is real."""

_HARD = (
    "exp(x^2)*log(x)",
    "log(x)*exp(x)/(x + {n})",
    "x^x",
    "log(x)/(x + {n})",
    "exp(x^2 + log(x)^2)",
    "exp(exp(x))*log(x)",
)


def backward(count: int, seed: int) -> Iterator[str]:
    """Integrands of the task ``bwd`` with the default recipe, in prefix form."""
    examples = generate(Recipe(task="bwd", seed=seed), 0, count)
    for index in range(len(examples)):
        yield Expr.from_tokens(examples.solutions[index]).diff("x").to_prefix()


def towers(count: int, draws: random.Random) -> Iterator[str]:
    """Derivatives of functions in towers."""
    while count:
        parts = []
        for _ in range(2):
            text = draws.choice(_KERNELS).format(n=draws.randint(1, 5))
            for _ in range(draws.randint(0, 2)):
                text = draws.choice(_OUTER).format(t=f"({text})", n=draws.randint(1, 4))
            parts.append(text)
        a, b = (f"({part})" for part in parts)
        try:
            slope = Expr(draws.choice(_JOINED).format(a=a, b=b, n=draws.randint(1, 4))).diff("x")
        except AntideriveError:
            continue
        if "x" in slope.free_symbols:
            count -= 1
            yield slope.to_prefix()


def disguised(count: int, draws: random.Random) -> Iterator[str]:
    """Sums of a derivative and an integrand without elementary antiderivative times a zero in disguise."""
    for _ in range(count):
        # Two primes: no constant folds by chance.
        names = {"m": draws.choice((2, 3, 5, 7)), "n": draws.choice((11, 13, 17))}
        zero = draws.choice(_ZERO_NUMBERS + _ZERO_FUNCTIONS).format(**names)
        hard = draws.choice(_HARD).format(**names)
        kernel = draws.choice(_KERNELS).format(**names)
        factor = draws.choice(("", "1000000*", "10^20*"))
        yield (Expr(f"{factor}({zero})*({hard})") + Expr(f"x*{kernel}").diff("x")).to_prefix()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=20_000, help="of derivatives of the task bwd")
    parser.add_argument("--towers", type=int, default=2_000)
    parser.add_argument("--disguised", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--method", action="append", choices=[method.name for method in METHODS])
    parser.add_argument("--timeout", type=float, default=1.0, help="CPU seconds of a call")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    draws = random.Random(options.seed)
    sets = {
        "bwd": list(backward(options.count, options.seed)),
        "towers": list(towers(options.towers, draws)),
        "disguised": list(disguised(options.disguised, draws)),
    }
    methods = options.method or [method.name for method in METHODS if method.installed]
    figures: dict[str, object] = {"seed": options.seed, "timeout_cpu_seconds": options.timeout}
    false: set[str] = set()
    with open_pool(options.workers, limits=Limits(options.timeout)) as pool:
        for name, integrands in sets.items():
            figures[name] = {"integrands": len(integrands)}
            for method in methods:
                started, counts = time.perf_counter(), Counter()
                requests = ((one, Request(method, one)) for one in integrands)
                for one, outcome in ask_all(pool, requests):
                    judgment = judge_outcome(Expr.from_prefix(one), outcome)
                    counts[judgment.status] += 1
                    if judgment.status == "nonelementary":
                        false.add(one)
                        print(f"FALSE: {method}: {Expr.from_prefix(one)}: {judgment.reason}")
                seconds = time.perf_counter() - started
                told = ", ".join(f"{status} {number}" for status, number in counts.most_common())
                print(f"{name} {method}: {told} in {seconds:.0f} s", flush=True)
                figures[name][method] = dict(counts)
            figures[name]["all"] = {"nonelementary": len(false & set(integrands))}
    figures["false_proofs"] = len(false)
    print(json.dumps(figures))
    return 1 if false else 0


if __name__ == "__main__":
    sys.exit(main())
