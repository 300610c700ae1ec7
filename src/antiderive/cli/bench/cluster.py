"""``antiderive bench cluster``."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from antiderive.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from antiderive.distributed.client import Address
    from antiderive.labelling import Job

_WAITING = "antiderive.testing.misbehaving:answer_later"
_WARM = 1_000_000
"""Index of the functions that warm a worker."""


@click.command()
@click.option("--count", type=click.IntRange(min=20), default=400, show_default=True, help="Functions.")
@click.option("--method", default="sympy-manual", show_default=True, help="One of 'antiderive cas list'.")
@click.option("--timeout", type=float, default=2.0, show_default=True, help="CPU seconds for one call.")
@click.option("--ops", type=click.IntRange(1, 15), default=3, show_default=True, help="Most operators.")
@click.option(
    "--waiting",
    is_flag=True,
    help="Calls that wait 50 ms and need no CPU time, for a machine that has no core to spare.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object on the last line.")
def command(count: int, method: str, timeout: float, ops: int, waiting: bool, *, as_json: bool) -> None:
    """Throughput of one and of two one-slot workers, and the overhead of a cluster over the local executor.

    The same functions are labelled by the local executor with one worker, by a cluster with one one-slot
    worker, and by a cluster with two, each time into a new store. Server and workers are on this machine, in
    processes of their own; starting and warming them is not counted.
    """
    from antiderive.cas.request import Limits
    from antiderive.datasets import Recipe
    from antiderive.distributed.dev import DevServer, free_port
    from antiderive.labelling import Job

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        server = DevServer(folder / "temporal.db", free_port())
        server.start()
        recipe = Recipe(task="fwd", min_operators=1, max_operators=ops)
        job = Job(recipe, _WAITING if waiting else method, Limits(timeout))
        stores = [f"sqlite:///{folder}/{name}.db" for name in ("local", "one", "two")]
        try:
            local = _local(job, count, stores[0])
            one = _cluster(job, count, stores[1], server.address, workers=1)
            two = _cluster(job, count, stores[2], server.address, workers=2)
        finally:
            server.stop()
    figures: dict[str, Any] = {
        "functions": count,
        "method": job.method,
        "timeout_cpu_seconds": timeout,
        "seconds_local": local,
        "seconds_one_worker": one,
        "seconds_two_workers": two,
        "functions_per_second_one_worker": count / one,
        "functions_per_second_two_workers": count / two,
        "ratio_two_workers_to_one": one / two,
        "overhead_over_local": one / local - 1,
    }
    click.echo(f"{count} functions by {job.method}")
    click.echo(f"  local executor, one worker   {local:8.1f} s")
    click.echo(f"  one one-slot worker          {one:8.1f} s   {one / local - 1:+.1%}")
    click.echo(f"  two one-slot workers         {two:8.1f} s   {one / two:.2f} times the throughput of one")
    if as_json:
        click.echo(json.dumps(figures))


def _local(job: Job, count: int, url: str) -> float:
    """Seconds that labelling takes in a pool of one worker that is warm."""
    from antiderive.cas import Pool
    from antiderive.labelling import Store, label_range

    with Store(url) as store, Pool(1, limits=job.limits) as pool:
        label_range(job, _WARM, 10, store=store, pool=pool)
        started = time.perf_counter()
        label_range(job, 0, count, store=store, pool=pool)
        return time.perf_counter() - started


def _cluster(job: Job, count: int, url: str, host: str, *, workers: int) -> float:
    """Seconds from submitting a run to its end, with workers that are warm."""
    from antiderive.distributed import TemporalExecutor
    from antiderive.distributed.client import Address

    address = Address(host, namespace="default", queue=f"bench-{workers}")
    executor = TemporalExecutor(address, pause=0.1)
    with _workers(address, url, workers):
        # Two slices for each: the first one may have been at it alone.
        executor.run(job, _WARM, 40 * workers)
        started = time.perf_counter()
        executor.run(job, 0, count)
        return time.perf_counter() - started


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
            if "works at" not in line:
                raise ClusterError(f"a worker did not start: {line.strip()}")
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.communicate()
