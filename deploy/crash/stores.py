"""What the stack itself has on its books, read from its databases."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Sequence

from engines import PostgreSQL
from processes import Failure

Row = Sequence[object]


@dataclass(frozen=True)
class Account:
    """A row of `account`."""

    id: str
    address: str


@dataclass(frozen=True)
class Job:
    """A row of `outbox`."""

    id: str
    place: int
    correlation: str
    written: float
    relayed: float | None


@dataclass(frozen=True)
class Message:
    """A message of the queue: ready, leased, done or dead."""

    id: str
    state: str


class Unreadable(Failure):
    """The store does not answer at the moment."""


class Accounts(Protocol):
    """The database of `users`."""

    def rows(self, query: str) -> list[Row]: ...


class SQLite:
    """A database file, opened anew for each query: whoever keeps it open changes what happens to it."""

    def __init__(self, path: Path):
        self.path = path

    def rows(self, query: str) -> list[Row]:
        try:
            connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=10)
        except sqlite3.Error as error:
            raise Unreadable(f"{self.path}: {error}") from None
        try:
            return connection.execute(query).fetchall()
        except sqlite3.Error as error:
            raise Unreadable(f"{self.path}: {error}") from None
        finally:
            connection.close()


class SQLShell:
    """A psql that stays, since starting one takes longer than what is looked for lasts."""

    END = "-- end --"

    def __init__(self, server: PostgreSQL):
        self.server = server
        self.process: subprocess.Popen[str] | None = None

    def rows(self, query: str) -> list[Row]:
        """All values as text, absent ones empty; asked again where the connection was lost with an earlier server."""
        try:
            return self.ask(query)
        except Unreadable:
            return self.ask(query)

    def ask(self, query: str) -> list[Row]:
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                self.server.prefix + self.server.psql("users") + ["-F", "\x1f"], cwd=self.server.folder, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            self.process.stdin.write(f"{query};\n\\echo '{self.END}'\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self.lost() from None
        found: list[Row] = []
        while (line := self.process.stdout.readline()) != f"{self.END}\n":
            if not line: raise self.lost()
            found.append(line.rstrip("\n").split("\x1f"))
        return found

    def lost(self) -> Unreadable:
        self.close()
        return Unreadable("PostgreSQL does not answer")

    def close(self) -> None:
        if self.process:
            self.process.kill()
            self.process.communicate()
            self.process = None


class Books:
    """The accounts and the outbox of `users`, in either engine."""

    def __init__(self, accounts: Accounts):
        self.database = accounts

    def accounts(self) -> list[Account]:
        return [Account(str(id), str(address)) for id, address in self.database.rows("SELECT id, email FROM account")]

    def jobs(self) -> list[Job]:
        """All rows that hold mail jobs, the oldest first."""
        columns = "id, sequence, headers, written_at, relayed_at"
        query = f"SELECT {columns} FROM outbox WHERE topic = 'mail' ORDER BY sequence"
        return [
            Job(str(id), int(place), correlation(headers), float(written), float(relayed) if relayed else None)
            for id, place, headers, written, relayed in self.database.rows(query)
        ]

    def waiting(self) -> int:
        """How many rows are not relayed."""
        return int(self.database.rows("SELECT count(*) FROM outbox WHERE relayed_at IS NULL")[0][0])

    def claimed(self, now: float) -> frozenset[str]:
        """The rows that a relay has claimed and not relayed."""
        query = f"SELECT id FROM outbox WHERE relayed_at IS NULL AND claimed_until > {now!r}"
        return frozenset(str(row[0]) for row in self.database.rows(query))


class SQLiteQueue:
    """The queue's file."""

    def __init__(self, path: Path):
        self.database = SQLite(path)

    def messages(self) -> list[Message]:
        rows = self.database.rows("SELECT id, state FROM message WHERE topic = 'mail'")
        return [Message(str(id), str(state)) for id, state in rows]

    def leased(self) -> frozenset[str]:
        return frozenset(str(row[0]) for row in self.database.rows("SELECT id FROM message WHERE state = 'leased'"))

    def close(self) -> None:
        """Nothing is open between two queries."""

    def unsettled(self) -> int:
        """How many messages are neither delivered nor dead."""
        return int(self.database.rows("SELECT count(*) FROM message WHERE state IN ('ready', 'leased')")[0][0])


def correlation(headers: object) -> str:
    return str(json.loads(str(headers)).get("X-Correlation-ID", ""))
