"""``antiderive cluster cancel``."""

from __future__ import annotations

import click

from antiderive.cli.cluster.common import address_of, address_options, run_named, with_cluster


@click.command()
@click.argument("run", required=False)
@click.option("--force", is_flag=True, help="End the run even if no worker answers.")
@address_options
def command(
    run: str | None,
    force: bool,
    address: str | None,
    namespace: str | None,
    profile: str | None,
    queue: str,
) -> None:
    """Cancel RUN; finished work stays, and submitting the run again does the rest.

    Workers kill its processes within seconds. RUN may be left out if only one is running.
    """
    from antiderive.distributed import Cluster

    async def work(cluster: Cluster) -> str:
        name = await run_named(cluster, run)
        await cluster.cancel(name, force=force)
        return name

    name = with_cluster(address_of(address, namespace, profile, queue), work)
    click.echo(f"{name} {'has ended' if force else 'is ending'}")
