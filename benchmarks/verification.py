"""Measure what verification accepts and refuses, and how fast.

    python benchmarks/verification.py --count 10000 --seed 0

Right candidates are solutions of generated problems in disguise (reordered, expanded, factored, rewritten by
identities, shifted by a constant); wrong ones differ in one place. mpmath at 50 digits decides which are
right (``antiderive.testing.candidates``). Then come families of candidates that are wrong where nobody looks,
and of right ones that look wrong (``antiderive.testing.adversarial``): ``--adversarial`` pairs, half of them
wrong. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import collections
import itertools
import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from antiderive import Expr, verify
from antiderive.errors import AntideriveError
from antiderive.generation import generate
from antiderive.tasks import INTEGRALS, Recipe
from antiderive.testing.adversarial import does_jump, is_wrong, pairs
from antiderive.testing.candidates import differs, disguised, mutated
from antiderive.verification import screen
from antiderive.verification.rigorous import residual_of_antiderivative

Pair = tuple[Expr, Expr]


def solved_problems(seed: int, known: Path | None) -> Iterator[Pair]:
    """Integrands with their antiderivatives, from generated examples or a file, repeated without end."""
    if known is not None:
        rows = [line.split("\t") for line in known.read_text().splitlines() if "\t" in line]
        pairs = [(Expr(row[1]), Expr(row[2])) for row in rows]
        yield from itertools.cycle(pair for pair in pairs if not pair[0].free_symbols - {"x"})
        return
    recipe = Recipe(seed=seed)
    for start in itertools.count(0, 1000):
        examples = generate(recipe, start, 1000)
        for row in range(len(examples)):
            yield INTEGRALS.decode(examples.problems[row]), Expr.from_tokens(examples.solutions[row])


def judged(
    pairs: Iterator[Pair], change: Callable[[Expr, random.Random], Expr], wrong: bool, count: int, seed: int
) -> tuple[list[Pair], int]:
    """Changed candidates that the independent judge confirms, and the number of those it rejected."""
    rng = random.Random(seed)
    found: list[Pair] = []
    rejected = 0
    for integrand, solution in pairs:
        if len(found) >= count:
            break
        try:
            candidate = change(solution, rng)
        except AntideriveError:
            continue  # undefined or too large
        if candidate == solution and wrong:
            continue
        if differs(integrand, candidate) is wrong:
            found.append((integrand, candidate))
        else:
            rejected += 1
    return found, rejected


def statuses(pairs: list[Pair]) -> tuple[collections.Counter[str], float]:
    """Number of verdicts by status, and verdicts per second."""
    started = time.perf_counter()
    verdicts = [verify(integrand, candidate) for integrand, candidate in pairs]
    return collections.Counter(v.status for v in verdicts), len(pairs) / (time.perf_counter() - started)


def show_failures(title: str, pairs: list[Pair], accepted: bool) -> None:
    """Print the pairs with a wrong verdict."""
    for integrand, candidate in pairs:
        verdict = verify(integrand, candidate)
        if verdict.accepted is not accepted:
            print(f"{title}: {integrand}  |  {candidate}  |  {verdict.status}: {verdict.reason}")


def speeds(pairs: list[Pair]) -> tuple[float, float]:
    """Pairs screened, and pairs judged in ball arithmetic at eight points, per second on one core."""
    rounds = max(1, 20_000 // len(pairs))
    started = time.perf_counter()
    for seed in range(rounds):
        screen(pairs, seed=seed)
    screened = rounds * len(pairs) / (time.perf_counter() - started)
    some = pairs[:300]
    points = [[{"x": complex(x)} for x in (0.31, 0.77, 1.3, 2.1, -0.4, -1.1, 0.9, 1.7)]] * len(some)
    started = time.perf_counter()
    for (integrand, candidate), samples in zip(some, points, strict=True):
        for point in samples:
            residual_of_antiderivative(integrand, candidate, "x", point)
    return screened, len(some) / (time.perf_counter() - started)


def adversarial(count: int, seed: int) -> dict[str, int]:
    """Verdicts on families of difficult pairs, half of them wrong; prints those that must not be.

    Where a candidate jumps, an acceptance that does not say so counts as wrong.
    """
    wanted = {True: count // 2, False: count - count // 2}
    met: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
    table: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    missed = passed = 0
    for pair in pairs(seed):
        if all(len(met[wrong]) >= wanted[wrong] for wrong in wanted):
            break
        wrong = is_wrong(pair)
        if wrong is None or len(met[wrong]) >= wanted[wrong]:
            continue
        if (pair.problem, pair.candidate) in met[wrong]:
            continue
        met[wrong].add((pair.problem, pair.candidate))
        verdict = verify(pair.problem, pair.candidate)
        silent = does_jump(pair) and verdict.accepted and not verdict.jumps
        failed = silent or verdict.accepted is wrong
        passed += failed and (wrong or silent)
        missed += failed and not wrong and not silent
        table[pair.family][f"{'wrong' if wrong else 'right'} {verdict.status}"] += 1
        if failed:
            print(
                f"{pair.family}: {pair.problem}  |  {pair.candidate}  |  {verdict.status}: {verdict.reason}"
            )
    for family, counts in table.items():
        print(f"{family:>12}  " + ", ".join(f"{name} {n}" for name, n in sorted(counts.items())))
    return {
        "adversarial_right": len(met[False]),
        "adversarial_right_not_accepted": missed,
        "adversarial_wrong": len(met[True]),
        "adversarial_wrong_accepted": passed,
    }


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=10_000, help="candidates of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--adversarial", type=int, default=500, help="pairs of difficult families")
    parser.add_argument("--known", type=Path, help="a file of lines: suite, integrand, antiderivative")
    settings = parser.parse_args()
    right, odd = judged(
        solved_problems(settings.seed, settings.known), disguised, False, settings.count, settings.seed
    )
    wrong, lucky = judged(
        solved_problems(settings.seed, settings.known),
        lambda solution, rng: mutated(solution, rng)[1],
        True,
        settings.count,
        settings.seed,
    )
    of_right, right_rate = statuses(right)
    of_wrong, wrong_rate = statuses(wrong)
    show_failures("right, not accepted", right, accepted=True)
    show_failures("WRONG, ACCEPTED", wrong, accepted=False)
    screened, rigorous = speeds(right)
    missed = sum(of_right[status] for status in ("refuted", "unknown"))
    passed = sum(of_wrong[status] for status in ("proved", "agrees"))
    print(f"{'':24}{'proved':>9}{'agrees':>9}{'unknown':>9}{'refuted':>9}{'verdicts/s':>12}")
    for name, counts, rate in (("right", of_right, right_rate), ("wrong", of_wrong, wrong_rate)):
        cells = "".join(f"{counts[status]:>9}" for status in ("proved", "agrees", "unknown", "refuted"))
        print(f"{len(right):>12} {name:<11}{cells}{rate:>12,.0f}")
    print(f"rejected: {odd} disguises not confirmed right, {lucky} mutants not confirmed wrong")
    print(f"screened: {screened:,.0f} pairs/s; ball arithmetic: {rigorous:,.0f} pairs/s (one core)")
    figures = {
        "right": len(right),
        "right_not_accepted": missed,
        "right_not_accepted_share": missed / len(right),
        "wrong": len(wrong),
        "wrong_accepted": passed,
        "screened_per_second": screened,
        "rigorous_per_second": rigorous,
        "verdicts_per_second": (len(right) + len(wrong))
        / (len(right) / right_rate + len(wrong) / wrong_rate),
    } | adversarial(settings.adversarial, settings.seed)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
