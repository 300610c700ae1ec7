"""``antiderive cluster submit label``."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from antiderive.cli.cluster.common import address_of, address_options
from antiderive.cli.cluster.follow import run_options, submit
from antiderive.cli.label.options import IntegralTask, functions_recipe, job_options


@click.command()
@click.option("--count", type=click.IntRange(min=1), required=True, help="Number of functions.")
@click.option(
    "--task",
    type=IntegralTask(),
    default="fwd",
    show_default=True,
    help="Random trees, members of the families that textbooks have, or derivatives of random functions, "
    "whose true label is known.",
)
@job_options
@click.option(
    "--method",
    default="sympy",
    show_default=True,
    help="One of 'antiderive cas list'; 'portfolio' asks every method installed with a worker, in turn.",
)
@run_options
@address_options
def command(
    count: int,
    start: int,
    ops: tuple[int, int] | None,
    task: str,
    coefficients: int | None,
    seed: int | None,
    recipe: Path | None,
    split: str | None,
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
    """Label COUNT random functions; rows go to the workers' store.

    'antiderive label' does the same on one machine; 'antiderive label report' and 'label export' read the
    store.
    """
    from antiderive.cas import method_named
    from antiderive.distributed import label_run
    from antiderive.labelling import PORTFOLIO, Job
    from antiderive.workers import Limits

    if method != PORTFOLIO:
        method_named(method)
    settings = dataclasses.replace(functions_recipe(recipe, ops, seed, coefficients), task=task)
    job = Job(settings, method, Limits(cpu_seconds=timeout, memory_mib=memory), split)
    submit(
        address_of(address, namespace, profile, queue),
        label_run(job, start, count, concurrency=concurrency),
        wait=wait,
    )
