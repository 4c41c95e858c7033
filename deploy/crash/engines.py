"""The servers that the services stand on, each with everything it stores in a folder of its own."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from processes import Failure, Program, children, free_port, get, is_dead, until

SERVANT = "postgres"


class Etcd(Program):
    """A cluster of one member, which nobody kills: the registry is not what loses mails."""

    def __init__(self, folder: Path):
        super().__init__("etcd", folder / "etcd.log")
        self.client, self.peer, self.data = free_port(), free_port(), folder / "etcd"
        self.url = f"etcd://127.0.0.1:{self.client}/clowder"

    def command(self) -> list[str]:
        client, peer = f"http://127.0.0.1:{self.client}", f"http://127.0.0.1:{self.peer}"
        return [
            installed("etcd"), f"--data-dir={self.data}", f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}", f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}", f"--initial-cluster=default={peer}", "--log-level=warn",
        ]

    def answers(self) -> bool:
        return get(self.client, "/health")[0] == 200


class NATS(Program):
    """A server with JetStream, which starts again on the same port with what it has stored."""

    def __init__(self, folder: Path):
        super().__init__("nats", folder / "nats.log")
        self.port, self.data = free_port(), folder / "nats"
        self.url = f"nats://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        return [installed("nats-server"), "-js", "-sd", str(self.data), "-a", "127.0.0.1", "-p", str(self.port)]

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.settimeout(1)
                connection.sendall(b"PING\r\n")
                said = b""
                while b"PONG" not in said:
                    part = connection.recv(4096)
                    if not part: return False
                    said += part
                return True
        except OSError:
            return False


class PostgreSQL(Program):
    """A server with a database and a user for `users`; commits wait for the disk, as in production."""

    def __init__(self, folder: Path):
        self.folder = folder / "postgresql"
        self.folder.mkdir(mode=0o755)
        if os.geteuid() == 0: shutil.chown(self.folder, SERVANT, SERVANT)
        super().__init__("postgresql", folder / "postgresql.log", user=SERVANT)
        self.programs = newest_programs()
        self.port = free_port()
        self.password = folder / "database-password"
        self.password.write_text(secrets.token_urlsafe(24))
        self.url = f"postgresql://users@127.0.0.1:{self.port}/users"

    def make(self) -> None:
        """Makes the cluster, starts it, and makes the database."""
        initdb = [
            f"{self.programs}/initdb", "--pgdata", f"{self.folder}/data", "--username", SERVANT, "--encoding", "UTF8",
            "--locale", "C.UTF-8", "--auth-local", "trust", "--auth-host", "scram-sha-256", "--no-sync",
        ]
        run(self.prefix + initdb, self.folder)
        self.start()
        self.wait_ready()
        password = self.password.read_text()
        for statement in (f"CREATE ROLE users LOGIN PASSWORD '{password}'", "CREATE DATABASE users OWNER users"):
            run(self.psql("postgres") + ["-c", statement], self.folder)

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": str(self.folder),
            "max_connections": "100",
            # Beside the data instead of in /dev/shm, where it would stay when the server is killed.
            "dynamic_shared_memory_type": "mmap",
            # After each kill it makes sure of the disk's contents in one go instead of file by file.
            "recovery_init_sync_method": "syncfs",
        }
        flags = [flag for name, value in settings.items() for flag in ("-c", f"{name}={value}")]
        return [f"{self.programs}/postgres", "-D", f"{self.folder}/data", *flags]

    def psql(self, database: str) -> list[str]:
        flags = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        return [f"{self.programs}/psql", "-h", str(self.folder), "-p", str(self.port), "-U", SERVANT, *flags, database]

    def answers(self) -> bool:
        command = [f"{self.programs}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", SERVANT]
        return subprocess.run(command).returncode == 0

    def kill_one_of_its_own(self) -> bool:
        """Kills a process that serves `users`, if there is one; returns when the server has ended all others."""
        family = children(self.pid)
        for child in family:
            try:
                words = Path(f"/proc/{child}/cmdline").read_bytes().decode("utf-8", "replace")
                if not words.startswith("postgres: users "): continue
                os.kill(child, signal.SIGKILL)
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has ended meanwhile
            until(10, lambda: all(is_dead(it) for it in family), "the end of the other processes of PostgreSQL")
            return True
        return False


def newest_programs() -> str:
    """Where Debian has the programs of the newest version."""
    versions = [it.parent for it in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not versions: raise Failure("PostgreSQL is not installed: apt-get install postgresql")
    return str(max(versions, key=lambda it: int(it.parent.name)))


def installed(name: str) -> str:
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if not found: raise Failure(f"{name} is not installed: apt-get install etcd-server nats-server")
    return found


def run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode: raise Failure(f"{command[-1]}: {done.stderr.strip()}")
