"""Submitting a run and, on request, watching it until it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

from antiderive.cli.cluster.common import with_cluster
from antiderive.errors import ClusterError

if TYPE_CHECKING:
    from antiderive.distributed import Address, Cluster, GenerateRun, LabelRun, Run

_Command = TypeVar("_Command", bound=Callable[..., object])


def run_options(command: _Command) -> _Command:
    """Add the options of every run: ``concurrency`` and ``wait``."""
    for option in (
        click.option("--wait", is_flag=True, help="Show the progress until the run has ended."),
        click.option(
            "--concurrency",
            type=click.IntRange(1, 1000),
            default=32,
            show_default=True,
            help="Open slices of the run; at least the slots of all workers plus one for each worker.",
        ),
    ):
        command = option(command)
    return command


def submit(address: Address, made: tuple[str, str, LabelRun | GenerateRun], *, wait: bool) -> None:
    """Start a run unless it is running already, and say which.

    Raises:
        ClusterError: if it cannot be started, or does not complete while it is watched.
    """
    name, what, run = made

    async def work(cluster: Cluster) -> None:
        started = await cluster.submit(name, what, run)
        click.echo(f"{name} {'started' if started else 'is running already'}: {what}")
        if not await cluster.workers():
            click.echo(f"no worker listens on queue {address.queue!r} yet; the run waits for one", err=True)
        if wait:
            await _watch(cluster, name, run.job.last - run.job.first)

    try:
        with_cluster(address, work)
    except KeyboardInterrupt:
        click.echo(f"the run continues; 'antiderive cluster status {name}' shows its progress", err=True)
        raise


async def _watch(cluster: Cluster, name: str, total: int) -> None:
    from antiderive.cli.cluster.status import describe
    from antiderive.cli.progress import progress_bar

    last: Run | None = None
    with progress_bar() as bar:
        row = bar.add_task(name, total=total, rate="")
        async for seen in cluster.follow(name):
            if isinstance(seen, str):
                bar.update(row, rate=seen)
                continue
            last = seen
            status = seen.status
            trouble = next((worker.trouble for worker in seen.workers if worker.trouble), "")
            if status is None:
                bar.update(row, rate=trouble or "no worker answers")
            else:
                going = f"{status.rate:,.1f}/s" if status.rate or not trouble else trouble
                bar.update(row, completed=status.done, rate=going)
    if last is not None:
        for line in describe(last):
            click.echo(line)
        if last.state != "completed":
            raise ClusterError(f"{name} {last.state}: {last.failure or 'no reason given'}")
