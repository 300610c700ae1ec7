"""Shared parts of the commands of ``antiderive cluster``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import click

from antiderive.errors import ClusterError

if TYPE_CHECKING:
    from antiderive.distributed import Address, Cluster

_Result = TypeVar("_Result")
_Command = TypeVar("_Command", bound=Callable[..., object])

STORE = click.option(
    "--store",
    "url",
    envvar="ANTIDERIVE_STORE",
    show_envvar=True,
    help="URL of the label store, one database for all workers.",
)


ROOT = click.option(
    "--root",
    "roots",
    multiple=True,
    metavar="PLACE",
    help="Folder, or s3://BUCKET/NAME, that data sets may be written to; may be repeated.  "
    "[default: the working folder; of 'cluster dev' also its own]",
)


def address_options(command: _Command) -> _Command:
    """Add the options of the server: ``address``, ``namespace``, ``profile``, ``queue``."""
    for option in (
        click.option(
            "--queue",
            default="antiderive",
            show_default=True,
            help="Queue that submitters and workers share.",
        ),
        click.option("--profile", help="Profile of Temporal's configuration file."),
        click.option("--namespace", help="Namespace.  [default: TEMPORAL_NAMESPACE, or default]"),
        click.option(
            "--address", help="HOST:PORT of the server.  [default: TEMPORAL_ADDRESS, or 127.0.0.1:7233]"
        ),
    ):
        command = option(command)
    return command


def address_of(address: str | None, namespace: str | None, profile: str | None, queue: str) -> Address:
    """Return the options of :func:`address_options` as one value."""
    from antiderive.distributed import Address

    return Address(address, namespace, profile, queue)


def with_cluster(address: Address, work: Callable[[Cluster], Awaitable[_Result]]) -> _Result:
    """Connect to the server and do ``work``.

    Raises:
        ClusterError: if the server cannot be reached or refuses.
    """
    from temporalio.service import RPCError

    from antiderive.distributed import Cluster

    async def run() -> _Result:
        return await work(Cluster(await address.connect(), address))

    try:
        return asyncio.run(run())
    except RPCError as error:
        raise ClusterError(f"the Temporal server says: {error.message}") from error


async def run_named(cluster: Cluster, name: str | None) -> str:
    """Return the name of a run; without one, the name of the only running run.

    Raises:
        ClusterError: if there are several, or none.
    """
    if name is not None:
        return name
    running = await cluster.runs(running=True)
    if len(running) != 1:
        what = ", ".join(run.id for run in running) if running else "no run"
        raise ClusterError(f"name a run; running: {what}")
    return running[0].id
