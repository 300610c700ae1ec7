"""Real servers for tests, each in a folder of its own that goes away with it."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_BINARIES = Path("/usr/lib/postgresql")


class PostgresServer:
    """PostgreSQL from the Debian package ``postgresql``, listening on a Unix socket in its own folder only.

    The server refuses to run as root, so root starts it as the user ``postgres`` that the package makes.
    """

    def __init__(self):
        versions = sorted(_BINARIES.glob("*/bin/pg_ctl"), key=lambda path: float(path.parts[-3]))
        if not versions:
            raise RuntimeError("these tests need PostgreSQL: apt-get install postgresql")
        self.binaries = versions[-1].parent
        self.folder = Path(tempfile.mkdtemp(prefix="antiderive-postgres-"))
        self._user = (
            {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        )
        if self._user:
            shutil.chown(self.folder, "postgres", "postgres")
        self._run("initdb", "--auth=trust", "--username=tester", "--no-sync", "--encoding=UTF8", "--locale=C")
        self._databases = 0

    def start(self):
        settings = f"-c listen_addresses='' -k {self.folder} -F -c shared_buffers=16MB -c max_connections=40"
        self._run("pg_ctl", "start", "--wait", "-t", "60", "-o", settings, "-l", str(self.folder / "log"))

    def stop(self, mode="fast"):
        """``fast`` disconnects the clients first; ``immediate`` is a crash."""
        self._run("pg_ctl", "stop", "--wait", "-m", mode)

    def close(self):
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder)

    def url(self, database="postgres", user="tester"):
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def new_database(self):
        """URL of an empty database."""
        self._databases += 1
        name = f"test{self._databases}"
        self.sql(f"CREATE DATABASE {name}")
        return self.url(name)

    def sql(self, statement, database="postgres"):
        command = [
            "-h",
            str(self.folder),
            "-U",
            "tester",
            "-v",
            "ON_ERROR_STOP=1",
            "-Atc",
            statement,
            database,
        ]
        return self._execute("psql", command)

    def _run(self, program, *arguments):
        return self._execute(program, ["-D", str(self.folder / "data"), *arguments])

    def _execute(self, program, arguments):
        # pg_ctl hands its standard output on to the server, so a pipe would stay open: a file takes it.
        with tempfile.TemporaryFile("w+") as output:
            code = subprocess.call(
                [self.binaries / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                **self._user,
            )
            output.seek(0)
            text = output.read()
        if code != 0:
            raise RuntimeError(f"{program} {' '.join(arguments)}: exit code {code}\n{text}")
        return text.strip()
