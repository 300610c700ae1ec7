"""``antiderive cluster dev``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from antiderive.cli.cluster.common import ROOT


@click.command()
@click.option(
    "-o",
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("out/cluster"),
    show_default=True,
    help="Folder for the server's runs and the store's labels.",
)
@click.option(
    "--port", type=click.IntRange(1, 65535), default=7233, show_default=True, help="Port of the server."
)
@click.option(
    "--ui-port", type=click.IntRange(1, 65535), help="Port of the server's web page.  [default: none]"
)
@click.option(
    "--slots", type=click.IntRange(1, 500), help="Concurrent calls or shards.  [default: all cores]"
)
@click.option(
    "--store",
    "url",
    envvar="ANTIDERIVE_STORE",
    help="URL of the store.  [default: a SQLite file in the folder]",
)
@ROOT
def command(
    folder: Path, port: int, ui_port: int | None, slots: int | None, url: str | None, roots: tuple[str, ...]
) -> None:
    """Start a Temporal development server, a worker and a store on this machine, until Ctrl-C.

    Everything listens on loopback only. The same folder continues the same runs and labels.
    """
    from antiderive.distributed import Address, DevServer, WorkerSettings, run_worker
    from antiderive.errors import DataError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot write to {folder}: {error.strerror}") from error
    store = url or f"sqlite:///{folder.absolute()}/labels.db"
    server = DevServer(folder / "temporal.db", port, ui_port=ui_port)
    server.start()
    try:
        click.echo(f"Temporal server at {server.address}", err=True)
        if ui_port is not None:
            click.echo(f"web page at http://127.0.0.1:{ui_port}", err=True)
        example = f"antiderive cluster submit label --count 100 --address {server.address}"
        click.echo(f"try in another shell: {example}", err=True)
        settings = WorkerSettings(
            Address(server.address, namespace="default"),
            slots or os.cpu_count() or 1,
            store,
            roots=roots or (".", str(folder)),
        )
        run_worker(settings, say=lambda line: click.echo(line, err=True))
    finally:
        server.stop()
