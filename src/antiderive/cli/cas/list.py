"""``antiderive cas list``."""

from __future__ import annotations

import json

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, as_json: bool) -> None:
    """List the methods of integration, their versions or how to install them, and the order of trial."""
    from antiderive.cas import known_methods
    from antiderive.portfolio import DEFAULT_ORDER

    methods = [(method, method.version) for method in known_methods()]
    if as_json:
        found = {
            "methods": [
                {"name": method.name, "title": method.title, "version": version, "install": method.install}
                for method, version in methods
            ],
            "default_order": [
                {"method": step.method, "cpu_seconds": step.cpu_seconds} for step in DEFAULT_ORDER
            ],
        }
        click.echo(json.dumps(found))
        return
    for method, version in methods:
        state = f"not installed: {method.install}" if version is None else version
        click.echo(f"{method.name:<16}{state:<12}  {method.title}")
    order = ", ".join(f"{step.method} ({step.cpu_seconds:g} s)" for step in DEFAULT_ORDER)
    click.echo(f"\nTried in this order, with these limits on CPU time: {order}")
