"""What is not a kill: an engine that is away for a while, and what everybody is told meanwhile."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from audit import Finding
from ledger import REFUSED, Kill, SignUp
from load import Load
from processes import get, until
from stack import Stack

RELAYED = "message relayed from outbox to queue"
# Seconds: until a refusal while PostgreSQL is away, and until all is well after its return.
REFUSAL, RECOVERY = 0.5, 5.0
# Seconds for which a row may wait in the hands of one relay while another moves younger ones.
OVERTAKEN = 1.0


@dataclass
class Scene:
    """What came out of a scene."""

    name: str
    facts: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def expect(self, holds: bool, wrong: str, correlation: str = "") -> None:
        if not holds: self.findings.append(Finding(self.name, correlation, wrong))


class Engine(Protocol):
    """Something that can be away, and come back."""

    name: str

    def leave(self) -> None: ...

    def come_back(self) -> None: ...


class LockedFile:
    """The file of the embedded queue, which somebody else writes and does not stop writing."""

    name = "queue's file locked"

    def __init__(self, stack: Stack):
        self.path = stack.queue.database.path
        self.connection: sqlite3.Connection | None = None

    def leave(self) -> None:
        self.connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        self.connection.execute("BEGIN EXCLUSIVE")

    def come_back(self) -> None:
        self.connection.execute("ROLLBACK")
        self.connection.close()


class StoppedServer:
    """The server of the queue, which is killed, and started again after a while."""

    name = "NATS away"

    def __init__(self, stack: Stack):
        self.stack, self.at = stack, 0.0
        self.leased: frozenset[str] = frozenset()

    def leave(self) -> None:
        self.leased = self.stack.queue.leased()
        self.at = time.monotonic()
        self.stack.nats.kill()

    def come_back(self) -> None:
        """Enters the kill: mails that were brought and could not be settled come again, when their lease is over."""
        life = self.stack.nats.life
        self.stack.nats.start()
        self.stack.nats.wait_ready()
        leased, back = self.leased | self.stack.queue.leased(), time.monotonic()
        self.stack.ledger.add(Kill("nats", life, "away", self.at, leased=leased, back=back))


def relevant(sign_ups: list[SignUp]) -> list[SignUp]:
    """Those that can only be refused for what the stack is in."""
    return [it for it in sign_ups if it.patient and it.purpose != REFUSED and it.ended is not None]


def queue_away(stack: Stack, load: Load, engine: Engine, seconds: float) -> Scene:
    """Sign-ups go on while the queue is away, and what has heaped up comes in order afterwards."""
    scene = Scene(engine.name)
    starts = {it.name: it.log.stat().st_size for it in stack.users}
    load.start()
    begin = time.monotonic()
    engine.leave()
    try:
        time.sleep(seconds)
        heap = stack.books.waiting()
    finally:
        engine.come_back()
        load.stop()
    took = until(60, lambda: not stack.books.waiting(), "the drain of the outbox")
    asked = relevant(stack.ledger.since(begin))
    for sign_up in asked:
        scene.expect(sign_up.accepted, f"{sign_up.status} from {sign_up.replica} while the queue was away", sign_up.id)
    slowest = max(it.ended - it.sent for it in asked)
    scene.expect(heap > seconds, f"only {heap} rows have heaped up: the queue was not away")
    order = check_order(scene, moves(stack, starts))
    scene.facts += [
        f"{sum(it.accepted for it in asked)} of {len(asked)} sign-ups accepted in {seconds:g} s",
        f"the slowest in {slowest * 1000:.0f} ms", f"{heap} rows heaped up", f"gone {took:.1f} s after the return",
        order,
    ]
    return scene


@dataclass(frozen=True)
class Move:
    """A row of the outbox that a relay has put into the queue."""

    relay: str
    place: int
    at: float


def moves(stack: Stack, starts: dict[str, int]) -> list[Move]:
    """What the relays have logged since then, in the order of time."""
    places = {it.id: it.place for it in stack.books.jobs()}
    found: list[Move] = []
    for service in stack.users:
        with open(service.log, encoding="utf-8", errors="replace") as log:
            log.seek(starts[service.name])
            lines = [json.loads(line) for line in log if RELAYED in line]
        for line in lines:
            if place := places.get(line["message.id"]):
                found.append(Move(service.name, place, datetime.fromisoformat(line["time"]).timestamp()))
    return sorted(found, key=lambda it: it.at)


def check_order(scene: Scene, found: list[Move]) -> str:
    """Each relay keeps the order; a row that one has in hand is overtaken by those of others for a moment only."""
    for relay in {it.relay for it in found}:
        places = [it.place for it in found if it.relay == relay]
        fallen = [after for before, after in zip(places, places[1:]) if after < before]
        scene.expect(not fallen, f"{relay} moved row {fallen[:1]} after a younger one, and {len(fallen)} in all")
    longest, earliest = 0.0, float("inf")
    for move in sorted(found, key=lambda it: -it.place):
        longest = max(longest, move.at - earliest)
        earliest = min(earliest, move.at)
    ranks = {place: rank for rank, place in enumerate(sorted(it.place for it in found))}
    furthest = max((abs(rank - ranks[it.place]) for rank, it in enumerate(found)), default=0)
    scene.expect(longest <= OVERTAKEN, f"a row was overtaken for {longest:.1f} s, more than {OVERTAKEN:g} s")
    return f"each relay in order, overtaken by the other for {longest * 1000:.0f} ms and {furthest} places at most"


def postgresql_away(stack: Stack, load: Load, how: signal.Signals, seconds: float) -> Scene:
    """While PostgreSQL is away people are told so at once; when it is back, all is well without a restart of ours."""
    scene = Scene(f"PostgreSQL restarted ({how.name})")
    server, before = stack.postgresql, pids(stack)
    load.start()
    try:
        time.sleep(1)
        begin = time.monotonic()
        if how is signal.SIGKILL:
            server.kill()
        else:
            server.stop(how)
        down = time.monotonic()
        time.sleep(seconds)
        up = time.monotonic()
        server.start()
        server.wait_ready(60)
        back = time.monotonic()
        time.sleep(RECOVERY)
        for service in stack.users:
            ready = get(service.operations, "/readyz")
            scene.expect(ready[0] == 200, f"{service.name} is not ready {RECOVERY:g} s after the return: {ready[1]}")
        time.sleep(1)
    finally:
        load.stop()
    asked = relevant(stack.ledger.since(begin))
    away = [it for it in asked if down <= it.sent and it.ended <= up]
    check_refusals(scene, away)
    scene.facts += [check_recovery(scene, stack, asked, back), f"the server itself took {back - up:.1f} s"]
    scene.expect(pids(stack) == before, f"the processes changed: {before} → {pids(stack)}")
    return scene


def check_refusals(scene: Scene, away: list[SignUp]) -> None:
    scene.expect(len(away) > 10, f"only {len(away)} requests were made while PostgreSQL was away")
    for it in away:
        took = it.ended - it.sent
        told = f"{it.replica} answered {it.status} with Retry-After {it.retry_after} after {took * 1000:.0f} ms"
        scene.expect(it.status == 503 and it.retry_after is not None and took <= REFUSAL, told, it.id)
    if away:
        slowest = max(it.ended - it.sent for it in away)
        scene.facts.append(f"{len(away)} requests while it was away, the slowest answered in {slowest * 1000:.0f} ms")


def check_recovery(scene: Scene, stack: Stack, asked: list[SignUp], back: float) -> str:
    """Every replica accepts again in time, and refuses nobody after that; how long it took."""
    firsts: list[float] = []
    for service in stack.users:
        after = [it for it in asked if it.sent >= back and it.replica == service.life]
        first = min((it.ended for it in after if it.accepted), default=None)
        in_time = first is not None and first - back <= RECOVERY
        scene.expect(in_time, f"{service.name} accepted nobody within {RECOVERY:g} s")
        firsts += [first - back] if first else []
        for it in after:
            if it.sent > back + RECOVERY:
                scene.expect(it.accepted, f"{it.replica} answered {it.status} {it.sent - back:.1f} s later", it.id)
    return "every replica accepted " + ", ".join(f"{it:.1f} s" for it in firsts) + " after its return"


def pids(stack: Stack) -> dict[str, int]:
    return {it.name: it.pid for kind in stack.services.values() for it in kind}
