"""``antiderive bench cluster``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antiderive.cli.label.options import OperatorRange
from antiderive.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from antiderive.cas import Outcome
    from antiderive.distributed import Address
    from antiderive.labelling import Job, LabelingProgress

_WAITING = f"{__name__}:answer_later"
_WARM = 1_000_000
"""Index of the functions that warm a worker."""
_WARM_COUNT = 40
"""Number of such functions for each worker."""


@click.command()
@click.option("--count", type=click.IntRange(min=20), default=300, show_default=True, help="Functions.")
@click.option("--method", default="sympy-manual", show_default=True, help="One of 'antiderive cas list'.")
@click.option("--timeout", type=float, default=1.0, show_default=True, help="CPU seconds for one call.")
@click.option(
    "--ops",
    type=OperatorRange(),
    default="3-5",
    show_default=True,
    help="Operators of a function; smaller functions repeat, and a known one is not asked again.",
)
@click.option(
    "--waiting",
    type=click.IntRange(min=0),
    default=400,
    show_default=True,
    help="Calls that wait 50 ms without CPU time, which shows a machine with enough cores.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object on the last line.")
def command(
    count: int, method: str, timeout: float, ops: tuple[int, int], waiting: int, *, as_json: bool
) -> None:
    """Measure throughput of one and two one-slot workers, and the overhead over the local executor.

    The same functions are labeled by the local executor with one worker, by a cluster with one one-slot
    worker, and by a cluster with two, each time into a new store. Server and workers run on this machine, in
    their own processes; starting and warming them is not counted. Each worker computes in one process and
    verifies in another, so two of them need about three cores; waiting calls need hardly any.
    """
    from antiderive.distributed import DevServer, free_port
    from antiderive.labelling import Job
    from antiderive.tasks import Recipe
    from antiderive.workers import Limits

    recipe = Recipe(task="fwd", min_operators=ops[0], max_operators=ops[1])
    figures: dict[str, object] = {"cpus": os.cpu_count(), "method": method, "timeout_cpu_seconds": timeout}
    figures["operators"] = list(ops)
    with tempfile.TemporaryDirectory() as scratch:
        server = DevServer(Path(scratch) / "temporal.db", free_port())
        server.start()
        bench = _Bench(Path(scratch), server.address)
        try:
            click.echo(f"{count} functions by {method}, on {os.cpu_count()} CPUs")
            figures |= _compare(bench, Job(recipe, method, Limits(timeout)), count)
            if waiting:
                click.echo(f"{waiting} calls that wait 50 ms")
                figures["waiting"] = _compare(bench, Job(recipe, _WAITING, Limits(timeout)), waiting)
        finally:
            server.stop()
    if as_json:
        click.echo(json.dumps(figures))


def _compare(bench: _Bench, job: Job, count: int) -> dict[str, object]:
    """Label the same functions in three ways; print rows and return figures."""
    click.echo(f"  {'':<28} {'time':>10} {'CPU time':>10}")
    local = bench.local(job, count)
    _say("local executor, one worker", local)
    one = bench.cluster(job, count, workers=1)
    overhead = one.seconds / local.seconds - 1
    _say("one one-slot worker", one, f"{overhead:+.1%}")
    two = bench.cluster(job, count, workers=2)
    _say("two one-slot workers", two, f"{one.seconds / two.seconds:.2f} times the throughput of one")
    return {
        "functions": count,
        "local": asdict(local),
        "one_worker": asdict(one),
        "two_workers": asdict(two),
        "functions_per_second_one_worker": count / one.seconds,
        "functions_per_second_two_workers": count / two.seconds,
        "ratio_two_workers_to_one": one.seconds / two.seconds,
        "overhead_over_local": overhead,
        "cpu_overhead_over_local": one.cpu_seconds / local.cpu_seconds - 1,
    }


@dataclass(frozen=True)
class _Cost:
    """Time that a run took.

    Attributes:
        seconds: time from its start to its end.
        cpu_seconds: CPU time of all processes that took part, the server included.
        call_cpu_seconds: the share of the calls, from the rows of their functions.
    """

    seconds: float
    cpu_seconds: float
    call_cpu_seconds: float


def _say(what: str, cost: _Cost, more: str = "") -> None:
    click.echo(f"  {what:<28} {cost.seconds:8.1f} s {cost.cpu_seconds:8.1f} s   {more}".rstrip())


class _Bench:
    """Runs of the same job, each into its own store.

    Args:
        folder: folder of the stores.
        server: address of a Temporal server.
    """

    def __init__(self, folder: Path, server: str) -> None:
        self._folder, self._server, self._runs = folder, server, 0

    def local(self, job: Job, count: int) -> _Cost:
        """Label in a pool of one worker."""
        from antiderive.cas import open_pool
        from antiderive.labelling import Store, label_range

        url = self._url()
        with Store(url) as store, open_pool(1, limits=job.limits) as pool:
            label_range(job, _WARM, _WARM_COUNT, store=store, pool=pool)
            return self._cost(url, lambda: label_range(job, 0, count, store=store, pool=pool))

    def cluster(self, job: Job, count: int, *, workers: int) -> _Cost:
        """Label in a cluster, timed from submission to the end of the run."""
        from antiderive.distributed import Address, TemporalExecutor

        url = self._url()
        address = Address(self._server, namespace="default", queue=f"bench-{self._runs}")
        executor = TemporalExecutor(address)
        with _workers(address, url, workers):
            executor.run(job, _WARM, _WARM_COUNT * workers)
            return self._cost(url, lambda: executor.run(job, 0, count))

    def _url(self) -> str:
        self._runs += 1
        return f"sqlite:///{self._folder}/{self._runs}.db"

    def _cost(self, url: str, work: Callable[[], LabelingProgress]) -> _Cost:
        from antiderive.labelling import Store
        from antiderive.workers import cpu_seconds_of_all

        def of_calls() -> float:
            with Store(url) as store:
                return store.cpu_seconds()

        calls, cpu, started = of_calls(), cpu_seconds_of_all(), time.perf_counter()
        work()
        seconds = time.perf_counter() - started
        return _Cost(seconds, cpu_seconds_of_all() - cpu, of_calls() - calls)


def answer_later(expression: str, variable: str) -> Outcome:  # noqa: ARG001  (a method has both)
    """Wait 50 ms, without CPU time, and say that the function is its own antiderivative."""
    from antiderive.cas import Outcome

    time.sleep(0.05)
    return Outcome("solved", expression)


@contextmanager
def _workers(address: Address, url: str, number: int) -> Iterator[None]:
    command = [sys.executable, "-c", "from antiderive.cli import main; main()", "cluster", "worker"]
    command += ["--address", str(address.host), "--queue", address.queue, "--slots", "1", "--store", url]
    running = [
        subprocess.Popen([*command, "--functions"], stderr=subprocess.PIPE, text=True) for _ in range(number)
    ]
    try:
        for process in running:
            line = process.stderr.readline() if process.stderr is not None else ""
            if "listening on" not in line:
                raise ClusterError(f"a worker did not start: {line.strip()}")
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.communicate()
