"""A stack of native processes: two `users`, two `mail-worker`s, the engines of a profile, a mail server of our own."""

from __future__ import annotations

import json
import secrets
import signal
from dataclasses import dataclass
from pathlib import Path

from engines import NATS, Etcd, PostgreSQL
from fates import KNOWN_ADDRESSES
from jetstream import JetStreamQueue
from ledger import Ledger
from moments import Moments
from processes import Program, free_port, get
from sink import Sink
from stores import Books, SQLite, SQLiteQueue, SQLShell

EMBEDDED, SERVERS = "embedded", "servers"
# Where the queue is.
SQLITE_QUEUE, NATS_QUEUE = "sqlite", "nats"
# The queue's pauses and leases, short enough to be waited for.
LEASE, ATTEMPTS, RETRY_UNIT = 5, 5, "10ms"
# Connections to PostgreSQL that each replica may have.
CONNECTIONS = 8
ADMINISTRATOR, PASSWORD = "admin@crash.example", "correct horse battery"


@dataclass(frozen=True)
class Plan:
    """What kind of stack it is, and where its things are."""

    profile: str
    executables: Path
    folder: Path
    # Where the databases of the services are; a folder of its own when the disk is to become full.
    data: Path
    users: int = 2
    workers: int = 2
    search: int = 0
    queue: str = SQLITE_QUEUE


class Service(Program):
    """A process of one of our executables."""

    def __init__(self, stack: Stack, kind: str, name: str):
        super().__init__(name, stack.plan.folder / f"{name}.log")
        self.stack, self.kind = stack, kind
        self.port, self.operations = free_port(), free_port()

    def command(self) -> list[str]:
        return [str(self.stack.plan.executables / self.kind)]

    def environment(self) -> dict[str, str]:
        return {
            "INSTANCE_ID": self.name, "REGISTRY_URL": self.stack.registry, "HTTP_PORT": str(self.port),
            "OPERATIONS_PORT": str(self.operations), "SHUTDOWN_LAME_DUCK": "0s", **self.stack.settings(self),
        }

    def answers(self) -> bool:
        return get(self.operations, "/readyz")[0] == 200


class Stack:
    """Everything that one profile needs; what ends by itself in it stays away and is told."""

    def __init__(self, plan: Plan, seed: str):
        self.plan, self.seed = plan, seed
        self.ledger, self.moments = Ledger(), Moments()
        self.sink = Sink(seed, self.ledger, self.moments)
        self.etcd = Etcd(plan.folder) if plan.profile == SERVERS else None
        self.postgresql = PostgreSQL(plan.folder) if plan.profile == SERVERS else None
        self.shell = SQLShell(self.postgresql) if self.postgresql else None
        self.books = Books(self.shell or SQLite(plan.data / "users.sqlite"))
        self.nats = NATS(plan.folder) if plan.queue == NATS_QUEUE else None
        self.queue = JetStreamQueue(self.nats) if self.nats else SQLiteQueue(plan.data / "queue.sqlite")
        counts = {"users": plan.users, "mail-worker": plan.workers, "search": plan.search}
        self.services = {
            kind: [Service(self, kind, f"{kind}-{number}") for number in range(1, count + 1)]
            for kind, count in counts.items()
        }

    @property
    def registry(self) -> str:
        return self.etcd.url if self.etcd else f"lease-directory:{self.plan.folder}/registry"

    @property
    def users(self) -> list[Service]:
        return self.services["users"]

    @property
    def programs(self) -> list[Program]:
        engines: list[Program] = [it for it in (self.etcd, self.postgresql, self.nats) if it]
        return engines + [it for kind in self.services.values() for it in kind]

    def settings(self, service: Service) -> dict[str, str]:
        """What a service is told besides what all are told."""
        folder = self.plan.folder
        queue = self.nats.url if self.nats else f"sqlite:{self.plan.data}/queue.sqlite"
        if service.kind == "search":
            return {"DATABASE_URL": f"sqlite:{self.plan.data}/search.sqlite"}
        if service.kind == "mail-worker":
            return {
                "QUEUE_URL": queue, "QUEUE_LEASE": f"{LEASE}s", "QUEUE_ATTEMPTS": str(ATTEMPTS),
                "QUEUE_RETRY_UNIT": RETRY_UNIT,
                "MAIL_URL": f"smtp-plaintext://127.0.0.1:{self.sink.open(service.life)}",
            }
        found = {
            "QUEUE_URL": queue, "PASSWORD_PEPPER": f"{folder}/pepper", "KEYS_SECRET": f"{folder}/keys",
            "PASSWORD_COST": "4", "BOOTSTRAP_ACCOUNTS": f"{folder}/accounts.json",
            "DATABASE_URL": f"sqlite:{self.plan.data}/users.sqlite",
        }
        if self.postgresql:
            found.update(DATABASE_URL=self.postgresql.url, DATABASE_PASSWORD=str(self.postgresql.password),
                         DATABASE_CONNECTIONS=str(CONNECTIONS))
        return found

    def __enter__(self) -> Stack:
        (self.plan.folder / "registry").mkdir()
        self.plan.data.mkdir(exist_ok=True)
        for name in ("pepper", "keys"):
            (self.plan.folder / name).write_text(secrets.token_urlsafe(48))
        known = [{"email": it, "name": "Known", "password": PASSWORD, "roles": []} for it in KNOWN_ADDRESSES]
        known.append({"email": ADMINISTRATOR, "name": "Admin", "password": PASSWORD, "roles": ["admin"]})
        (self.plan.folder / "accounts.json").write_text(json.dumps(known))
        self.sink.__enter__()
        try:
            if self.postgresql: self.postgresql.make()
            for engine in (self.etcd, self.nats):
                if engine: engine.start()
            for engine in (self.etcd, self.nats):
                if engine: engine.wait_ready()
            for kind in self.services.values():
                for service in kind: service.start()
            for kind in self.services.values():
                for service in kind: service.wait_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.shell: self.shell.close()
        self.queue.close()
        for program in reversed(self.programs):
            if program.runs: program.kill()
        self.sink.__exit__()

    def ended(self) -> list[str]:
        """The processes that have ended although nobody killed them."""
        return [f"{it.name} ({status(it)}; see {it.log})" for it in self.programs if it.number and not it.runs]


def status(program: Program) -> str:
    code = program.process.returncode if program.process else 0
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
