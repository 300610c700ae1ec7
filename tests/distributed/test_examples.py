"""What ``deploy/`` and the how-to tell people to type is what the programs take."""

import configparser
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from helpers.command_lines import parse
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import ProgrammingError

from antiderive.labelling import Store, schema

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
HOW_TO = ROOT / "docs" / "how-to" / "cluster.md"


def test_the_unit_starts_a_command_that_there_is():
    unit = configparser.ConfigParser(delimiters="=")
    unit.read(DEPLOY / "antiderive-worker.service")
    parse(unit["Service"]["ExecStart"].rpartition("/")[2])


def test_the_compose_file_names_what_is_there_and_listens_on_loopback():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    secrets = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    assert secrets == set(re.findall(r"([A-Z_]+)=%s", HOW_TO.read_text(encoding="utf-8")))
    ports = []
    for service in services.values():
        assert re.fullmatch(r"[\w/-]+:\d+(\.\d+)*", service["image"])
        assert set(service.get("depends_on", {})) <= set(services)
        ports += service.get("ports", [])
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in compose["volumes"] or (DEPLOY / source).is_file()
    assert sorted(ports) == ["127.0.0.1:5432:5432", "127.0.0.1:7233:7233"]
    # The server and what prepares its databases are of one release.
    tags = {one["image"].rpartition(":")[2] for one in services.values() if "temporal" in one["image"]}
    assert len(tags) == 1


def test_workers_may_read_and_add_rows_and_nothing_else(postgres):
    """As the how-to has it: the database, its tables by their owner, then the user of workers."""
    server = {"POSTGRES_USER": "tester", "LABELS_PASSWORD": "secret", "PGHOST": str(postgres.folder)}
    programs = {"PATH": f"{postgres.binaries}:{os.environ['PATH']}", "PGDATABASE": "postgres"}
    subprocess.run(["sh", DEPLOY / "labels.sh"], env=os.environ | server | programs, check=True)
    owner = postgres.url("labels", "labels")
    Store(owner).close()
    script = ["psql", owner.replace("labels@", "tester@"), "-v", "ON_ERROR_STOP=1", "-v", "password=other"]
    subprocess.run([*script, "-f", DEPLOY / "worker.sql"], env=os.environ | programs, check=True)

    with Store(postgres.url("labels", "worker")) as store:
        store.require_writable()
        row = {"run": "r", "start": 0, "count": 1, "counts": "{}"}
        with store.engine.begin() as connection:
            connection.execute(insert(schema.ledger), [row])
        for change in (delete(schema.ledger), update(schema.ledger).values(start=1)):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                store.engine.begin() as connection,
            ):
                connection.execute(change)
        assert [one.start for one in store.rows(schema.ledger.select())] == [0]
