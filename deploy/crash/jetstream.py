"""The queue in a stream of NATS JetStream, read record by record: each message is the only one of its subject."""

from __future__ import annotations

import base64
import json
import secrets
import socket
from dataclasses import dataclass

from engines import NATS
from stores import Message, Unreadable

STREAM = "clowder"
# Why there is no record behind the last one.
NO_MESSAGE = 10037
SETTLED = ("done", "dead")


class Connection:
    """As much of the protocol of NATS clients as it takes to ask one question after the other."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), 5)
        self.lines = self.socket.makefile("rb")
        self.inbox = f"_INBOX.{secrets.token_hex(12)}"
        self.send('CONNECT {"verbose":false,"pedantic":false,"lang":"python","version":"1"}\r\n')
        self.send(f"SUB {self.inbox} 1\r\n")

    def send(self, text: str) -> None:
        self.socket.sendall(text.encode())

    def ask(self, subject: str, question: dict[str, object]) -> dict[str, dict]:
        body = json.dumps(question)
        self.send(f"PUB {subject} {self.inbox} {len(body)}\r\n{body}\r\n")
        while line := self.lines.readline():
            if line.startswith(b"PING"): self.send("PONG\r\n")
            if line.startswith(b"MSG "):
                length = int(line.split()[-1])
                return json.loads(self.lines.read(length + 2))
            if line.startswith(b"-ERR"): break
        raise ConnectionError(f"NATS: {line!r}")

    def close(self) -> None:
        self.lines.close()
        self.socket.close()


@dataclass(frozen=True)
class Record:
    """A message as the stream keeps it, and the number of its latest change."""

    number: int
    id: str
    topic: str
    state: str


class JetStreamQueue:
    """The stream's records; those that were settled when it last looked are not read again: they do not change."""

    def __init__(self, server: NATS):
        self.server = server
        self.connection: Connection | None = None
        self.settled: dict[str, Record] = {}
        self.next = 1

    def messages(self) -> list[Message]:
        records = {**self.settled, **{it.id: it for it in self.open_records()}}
        return [Message(it.id, it.state) for it in records.values() if it.topic == "mail"]

    def leased(self) -> frozenset[str]:
        return frozenset(it.id for it in self.open_records() if it.state == "leased")

    def unsettled(self) -> int:
        """How many messages are neither delivered nor dead."""
        return len(self.open_records())

    def open_records(self) -> list[Record]:
        """The records that are not settled; asked again where the connection was one to an earlier server."""
        for _ in range(2):
            try:
                return self.look()
            except (OSError, ValueError) as error:
                self.close()
                failure = Unreadable(f"NATS: {error}")
        raise failure

    def look(self) -> list[Record]:
        """Reads on from the first record that was open; a change gives a record a higher number than all others."""
        found: list[Record] = []
        number = self.next
        while record := self.record(number):
            if record.state in SETTLED:
                self.settled[record.id] = record
            else:
                found.append(record)
            number = record.number + 1
        self.next = min((it.number for it in found), default=number)
        return found

    def record(self, number: int) -> Record | None:
        """The first record that was changed at this number or later."""
        if self.connection is None: self.connection = Connection(self.server.port)
        question = {"seq": number, "next_by_subj": f"{STREAM}.*"}
        answer = self.connection.ask(f"$JS.API.STREAM.MSG.GET.{STREAM}", question)
        if "error" in answer:
            if answer["error"].get("err_code") == NO_MESSAGE: return None
            raise ConnectionError(str(answer["error"]))
        digest = json.loads(base64.b64decode(answer["message"]["data"]))["digest"]
        return Record(answer["message"]["seq"], digest["id"], digest["topic"], digest["state"])

    def close(self) -> None:
        if self.connection: self.connection.close()
        self.connection = None
