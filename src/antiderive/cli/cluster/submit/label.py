"""``antiderive cluster submit label``."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from antiderive.cli.cluster.common import address_of, address_options
from antiderive.cli.cluster.follow import run_options, submit
from antiderive.cli.label import OperatorRange, functions_recipe


@click.command()
@click.option("--count", type=click.IntRange(min=1), required=True, help="Number of functions.")
@click.option("--start", type=click.IntRange(min=0), default=0, show_default=True, help="Index of the first.")
@click.option("--ops", type=OperatorRange(), help="Operators of a function, as 1-15.  [default: 3-15]")
@click.option("--seed", type=int, help="Another seed gives other functions.  [default: 0]")
@click.option("--recipe", type=click.Path(path_type=Path), help="Recipe file (TOML) for the other settings.")
@click.option(
    "--derivatives", is_flag=True, help="Derivatives of random functions, whose true label is known."
)
@click.option("--method", default="sympy", show_default=True, help="One of 'antiderive cas list'.")
@click.option("--timeout", type=float, default=10.0, show_default=True, help="CPU seconds for one call.")
@click.option("--memory", type=int, default=2048, show_default=True, help="MiB of memory for one call.")
@run_options
@address_options
def command(
    count: int,
    start: int,
    ops: tuple[int, int] | None,
    seed: int | None,
    recipe: Path | None,
    derivatives: bool,
    method: str,
    timeout: float,
    memory: int,
    concurrency: int,
    wait: bool,
    address: str | None,
    namespace: str | None,
    profile: str | None,
    queue: str,
) -> None:
    """Start labelling COUNT random functions; the workers' store takes the rows.

    As 'antiderive label' does it on one machine: 'antiderive label report' and 'label export' read the store.
    """
    from antiderive.cas.methods import method_named
    from antiderive.cas.request import Limits
    from antiderive.distributed.submit import label_run
    from antiderive.labelling import Job
    from antiderive.labelling.job import PORTFOLIO

    if method != PORTFOLIO:
        method_named(method)
    settings = functions_recipe(recipe, ops, seed)
    if derivatives:
        settings = dataclasses.replace(settings, task="bwd")
    job = Job(settings, method, Limits(cpu_seconds=timeout, memory_mib=memory))
    submit(
        address_of(address, namespace, profile, queue),
        label_run(job, start, count, concurrency=concurrency),
        wait=wait,
    )
