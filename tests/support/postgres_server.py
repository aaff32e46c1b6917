"""Real PostgreSQL servers on Unix sockets, for one test process; conftest.py registers the fixture
of the one that most tests share."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psycopg
import pytest

USER, PASSWORD = "grader", "not-in-any-file"
START_S = 300.0


@dataclass(frozen=True)
class Server:
    """The server's address. A connection needs the password."""

    socket: Path

    def connect(self, database: str) -> psycopg.Connection:
        """Connect as the grader."""
        return psycopg.connect(
            host=str(self.socket), user=USER, password=PASSWORD, dbname=database, autocommit=True
        )

    def create(self, database: str) -> str:
        """Make an empty database; returns its URL, as an instructor writes it, without the
        password."""
        with self.connect("postgres") as connection:
            connection.execute(f'CREATE DATABASE "{database}"')
        return f"postgresql+psycopg://{USER}@/{database}?host={self.socket}"


def _program(name: str) -> str:
    """On Debian the programs of the server are not in PATH; each version has its own folder."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name) or name


class Cluster:
    """A private server in a temporary folder, which can be stopped and started. A context
    manager."""

    def __enter__(self) -> Self:
        # Short: the path of a socket has at most 107 characters.
        self._folder = tempfile.TemporaryDirectory(prefix="pg")
        self.place = Path(self._folder.name)
        self.server = Server(self.place)
        # PostgreSQL refuses to run as root.
        self._owner = "postgres" if os.geteuid() == 0 else None
        password = self.place / "password"
        password.write_text(PASSWORD)
        self.place.chmod(0o755)
        if self._owner:
            shutil.chown(self.place, self._owner)
            shutil.chown(password, self._owner)
        subprocess.run(
            [
                _program("initdb"),
                "-D",
                self.place / "data",
                "-U",
                USER,
                "-A",
                "scram-sha-256",
                "-N",
                "--pwfile",
                password,
                "--locale=C.UTF-8",
            ],
            user=self._owner,
            cwd=self.place,
            check=True,
            capture_output=True,
        )
        self.start()
        return self

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        data = self.place / "data"
        self._process = subprocess.Popen(
            [_program("postgres"), "-D", data, "-k", self.place, "-c", "listen_addresses=", "-F"],
            user=self._owner,
            cwd=self.place,
            stderr=subprocess.DEVNULL,
        )
        _wait_for(self.server, self._process)

    def stop(self) -> None:
        """Stop the server; it ends the connections of its clients."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=START_S)

    def __exit__(self, *_exc: object) -> None:
        self.stop()
        self._folder.cleanup()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A private server that ends with the tests."""
    with Cluster() as cluster:
        yield cluster.server


def _wait_for(server: Server, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the server answers."""
    end = time.monotonic() + START_S
    while True:
        try:
            server.connect("postgres").close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
