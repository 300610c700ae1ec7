"""``antiderive fuzz``."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator

import click

CALLS = ("parse", "simplify", "verify")


@click.command()
@click.option(
    "--seconds", type=click.FloatRange(min=0), default=600.0, show_default=True, help="How long to go on."
)
@click.option("--seed", default=0, show_default=True, help="Another seed gives other inputs.")
@click.option("--start", type=click.IntRange(min=0), default=0, show_default=True, help="First input.")
@click.option(
    "--count", type=click.IntRange(min=1), help="Inputs to try.  [default: as many as there is time for]"
)
@click.option("--cpu-seconds", type=float, default=10.0, show_default=True, help="Longest allowed call.")
@click.option("--memory-mib", type=int, default=1024, show_default=True, help="Memory allowed to a call.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes.")
def command(
    seconds: float,
    seed: int,
    start: int,
    count: int | None,
    cpu_seconds: float,
    memory_mib: int,
    workers: int,
) -> int:
    """Send odd inputs to the parser, the rewrites and the verifier; none may hang, crash or fill the memory.

    Every input is read, rewritten and judged in a process that is killed at the limits. A line is printed for
    each call that met one of them or failed in another way; '--seed', '--start' and '--count 1' repeat it.
    The last line is JSON.

    Exit code 0 if every call gave a result or refused its input, 1 if one did not.
    """
    from antiderive.cli.fuzz import calls
    from antiderive.workers import Call, Limits, Pool

    began = time.monotonic()
    limits = Limits(cpu_seconds, memory_mib=memory_mib)

    def work() -> Iterator[tuple[tuple[str, int], Call]]:
        for index in itertools.count(start) if count is None else range(start, start + count):
            if time.monotonic() - began >= seconds:
                return
            for name in CALLS:
                yield (name, index), Call(getattr(calls, name), (seed, index))

    total = refused = failures = 0
    slowest = peak = 0.0
    with Pool(workers) as pool:
        for (name, index), result in pool.map(work(), limits=limits):
            total += 1
            refused += bool(result.value)
            slowest, peak = max(slowest, result.cpu_seconds), max(peak, result.memory_mib)
            if result.status != "returned":
                failures += 1
                click.echo(f"{name} of input {index}: {result.status}, {result.reason}")
    figures = {
        "calls": total,
        "refused": refused,
        "failures": failures,
        "seed": seed,
        "slowest_cpu_seconds": round(slowest, 3),
        "peak_memory_mib": round(peak, 1),
        "seconds": round(time.monotonic() - began, 1),
    }
    click.echo(json.dumps(figures))
    return 1 if failures else 0
