"""What was asked, what arrived, and who was killed: the side of the books that no process of the stack keeps."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

ACCEPTED = 202
# What a request is for: an address that nobody has, one that is confirmed already, or something that must be refused.
NEW, KNOWN, REFUSED = "new", "known", "refused"


@dataclass
class SignUp:
    """A request to sign up; without a status nobody knows what became of it."""

    # Its correlation ID, which stands in the outbox, in the queue and in the mail as well.
    id: str
    address: str
    purpose: str
    replica: str
    sent: float
    # Whether its sender is patient: one who is not has gone, or gave less time than it takes.
    patient: bool = True
    ended: float | None = None
    status: int | None = None
    retry_after: str | None = None

    @property
    def accepted(self) -> bool:
        return self.status == ACCEPTED

    def was_under_way(self, moment: float) -> bool:
        return self.sent <= moment and (self.ended is None or self.ended >= moment)


@dataclass(frozen=True)
class Delivery:
    """A mail that the sink took responsibility for, and the life of the worker that brought it."""

    message: str
    recipient: str
    correlation: str
    subject: str
    life: str
    at: float


@dataclass(frozen=True)
class Kill:
    """A process that got a SIGKILL: its life (`users-1#4`) and what was seen right after its death, before its next."""

    kind: str
    life: str
    point: str
    at: float
    # Rows of the outbox that its relay had claimed and not moved.
    claimed: frozenset[str] = frozenset()
    # Messages of the queue that were leased then: what this worker had brought away and not settled is among them.
    leased: frozenset[str] = frozenset()
    # Conversations with the sink that it was in.
    conversations: int = 0
    # Of an engine: when it was back.
    back: float = 0.0


@dataclass
class Ledger:
    """Collects from several threads."""

    sign_ups: list[SignUp] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    kills: list[Kill] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, entry: SignUp | Delivery | Kill) -> None:
        entries = {SignUp: self.sign_ups, Delivery: self.deliveries, Kill: self.kills}[type(entry)]
        with self.lock:
            entries.append(entry)

    def end(self, sign_up: SignUp, status: int | None, retry_after: str | None = None) -> None:
        with self.lock:
            sign_up.ended, sign_up.status, sign_up.retry_after = time.monotonic(), status, retry_after

    @property
    def accepted(self) -> int:
        with self.lock:
            return sum(it.accepted for it in self.sign_ups)

    def since(self, moment: float) -> list[SignUp]:
        """The requests that were sent at this moment or later."""
        with self.lock:
            return [it for it in self.sign_ups if it.sent >= moment]
