"""``antiderive cluster resume``."""

from __future__ import annotations

import click

from antiderive.cli.cluster.common import address_of, address_options, run_named, with_cluster


@click.command()
@click.argument("run", required=False)
@address_options
def command(
    run: str | None, address: str | None, namespace: str | None, profile: str | None, queue: str
) -> None:
    """Resume a paused RUN.

    The slices that were given up come first. RUN may be left out if only one is running.
    """
    from antiderive.distributed import Cluster

    async def work(cluster: Cluster) -> str:
        name = await run_named(cluster, run)
        await cluster.signal(name, "resume")
        return name

    click.echo(f"{with_cluster(address_of(address, namespace, profile, queue), work)} is resuming")
