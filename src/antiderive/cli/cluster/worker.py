"""``antiderive cluster worker``."""

from __future__ import annotations

import os

import click

from antiderive.cli.cluster.common import ROOT, STORE, address_of, address_options


@click.command()
@address_options
@click.option(
    "--slots", type=click.IntRange(1, 500), help="Concurrent calls or shards.  [default: all cores]"
)
@STORE
@ROOT
@click.option("--functions", is_flag=True, hidden=True, help="Methods may be functions of the installation.")
def command(
    address: str | None,
    namespace: str | None,
    profile: str | None,
    queue: str,
    slots: int | None,
    url: str | None,
    roots: tuple[str, ...],
    functions: bool,
) -> None:
    """Work on the runs of a server until Ctrl-C or SIGTERM.

    When a worker leaves or is killed, nothing is lost: other workers take its slices. Without --store, it
    does no labeling.
    """
    from antiderive.distributed import WorkerSettings, run_worker

    settings = WorkerSettings(
        address_of(address, namespace, profile, queue),
        slots or os.cpu_count() or 1,
        url,
        functions,
        roots or (".",),
    )
    run_worker(settings, say=lambda line: click.echo(line, err=True))
