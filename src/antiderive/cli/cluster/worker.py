"""``antiderive cluster worker``."""

from __future__ import annotations

import os

import click

from antiderive.cli.cluster.common import STORE, address_of, address_options


@click.command()
@address_options
@click.option(
    "--slots", type=click.IntRange(1, 500), help="Calls, or shards, at a time.  [default: all cores]"
)
@STORE
@click.option("--functions", is_flag=True, hidden=True, help="Methods may be functions of the installation.")
def command(
    address: str | None,
    namespace: str | None,
    profile: str | None,
    queue: str,
    slots: int | None,
    url: str | None,
    functions: bool,
) -> None:
    """Take part in the runs of a server until Ctrl-C or SIGTERM.

    A worker that leaves, or is killed, loses nothing: the others go on with its slices. Without --store it
    takes no part in labelling.
    """
    from antiderive.distributed import WorkerSettings, run_worker

    settings = WorkerSettings(
        address_of(address, namespace, profile, queue), slots or os.cpu_count() or 1, url, functions
    )
    run_worker(settings, say=lambda line: click.echo(line, err=True))
