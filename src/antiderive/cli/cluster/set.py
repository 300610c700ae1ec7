"""``antiderive cluster set``."""

from __future__ import annotations

import click

from antiderive.cli.cluster.common import address_of, address_options, run_named, with_cluster


@click.command()
@click.argument("run", required=False)
@click.option("--concurrency", type=click.IntRange(1, 1000), required=True, help="Open slices of the run.")
@address_options
def command(
    run: str | None,
    concurrency: int,
    address: str | None,
    namespace: str | None,
    profile: str | None,
    queue: str,
) -> None:
    """Change the number of open slices of RUN.

    This bounds the share of a run when several compete for the workers; more slices than the workers take
    (one beyond the slots of each) have no effect. Open slices are finished. RUN may be left out if only one
    is running.
    """
    from antiderive.distributed import Cluster

    async def work(cluster: Cluster) -> str:
        name = await run_named(cluster, run)
        await cluster.signal(name, "set_concurrency", concurrency)
        return name

    name = with_cluster(address_of(address, namespace, profile, queue), work)
    click.echo(f"{name} will keep {concurrency} slices open")
