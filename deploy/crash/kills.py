"""Who is killed at which moment: a plan that the seed makes, and how each of its strokes is carried out."""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import dataclass

from ledger import Kill
from load import ACCEPTED, SENT
from processes import until
from sink import IN_DATA, SAID, TAKEN
from stack import EMBEDDED, SERVERS, Stack
from stores import Unreadable

USERS, RELAY, WORKER, POSTGRESQL, NATS = "users", "relay", "mail-worker", "postgresql", "nats"
KINDS = {EMBEDDED: (USERS, RELAY, WORKER), SERVERS: (USERS, RELAY, WORKER, POSTGRESQL, NATS)}
ANY, WAITING, CLAIMED, ONE_PROCESS = "any time", "rows wait", "rows claimed", "one process"
POINTS = {
    USERS: (ANY, SENT, SENT, ACCEPTED),
    RELAY: (WAITING, CLAIMED, CLAIMED),
    WORKER: (ANY, IN_DATA, TAKEN, TAKEN, SAID),
    POSTGRESQL: (ANY, SENT, SENT, ONE_PROCESS),
    NATS: (ANY, WAITING, TAKEN, SAID),
}
# One kill in so many takes all replicas of its kind at the same time.
ALL_TOGETHER = 8
# Seconds before a stroke, at most; until its moment comes; and until who was killed is healthy.
PAUSE, PATIENCE, HEALTHY = 0.5, 3.0, 20.0
# Seconds in which a relay settles what it has claimed, unless it stands still.
SETTLING = 0.05


@dataclass(frozen=True)
class Stroke:
    """One kill of the plan."""

    kind: str
    point: str
    pause: float
    # Milliseconds between the moment and the signal.
    delay: float
    replica: int
    all: bool


def plan(seed: str, kinds: list[str], count: int) -> list[Stroke]:
    """So many strokes of each kind, shuffled."""
    draw = random.Random(f"{seed}/kills")
    strokes = [
        Stroke(
            kind, draw.choice(POINTS[kind]), PAUSE * draw.random(), draw.choice([0, 0, 1, 2, 5]) * draw.random(),
            draw.randrange(2), draw.randrange(ALL_TOGETHER) == 0)
        for kind in kinds
        for _ in range(count)
    ]
    draw.shuffle(strokes)
    return strokes


class Killer:
    """Carries out strokes, starts again who was killed, and waits until all are healthy."""

    def __init__(self, stack: Stack):
        self.stack = stack
        self.missed = 0

    def strike(self, stroke: Stroke) -> None:
        time.sleep(stroke.pause)
        for moment in (IN_DATA, TAKEN, SAID, SENT, ACCEPTED): self.stack.moments.forget(moment)
        life = self.wait(stroke)
        time.sleep(stroke.delay / 1000)
        if stroke.kind == POSTGRESQL:
            self.kill_postgresql(stroke)
        elif stroke.kind == NATS:
            self.kill_nats(stroke)
        elif stroke.point == CLAIMED:
            self.kill_services(stroke, self.stack.users[stroke.replica].life, self.holds(stroke))
        else:
            self.kill_services(stroke, life)
        self.stack.moments.forget(stroke.point)

    def wait(self, stroke: Stroke) -> str | None:
        """Waits for the stroke's moment; whose it is, where it is somebody's."""
        if stroke.point in (ANY, CLAIMED): return None
        if stroke.point == WAITING:
            end = time.monotonic() + PATIENCE
            while not self.stack.books.waiting():
                if time.monotonic() > end:
                    self.missed += 1
                    break
            return None
        life = self.stack.moments.watch(SENT if stroke.point == ONE_PROCESS else stroke.point).wait(PATIENCE)
        self.missed += life is None
        return life

    def holds(self, stroke: Stroke) -> frozenset[str]:
        """Stops a replica while its relay has claimed rows of the outbox; which ones.

        Who has claimed a row stands nowhere; but rows that stay claimed while a replica stands still are that one's.
        """
        target, books, end = self.stack.users[stroke.replica], self.stack.books, time.monotonic() + PATIENCE
        before = books.claimed(time.time())  # by those who were killed earlier
        while time.monotonic() < end:
            claimed = books.claimed(time.time()) - before
            if not claimed: continue
            os.kill(target.pid, signal.SIGSTOP)
            time.sleep(SETTLING)
            claimed &= books.claimed(time.time())
            if claimed: return claimed
            os.kill(target.pid, signal.SIGCONT)
        self.missed += 1
        return frozenset()

    def kill_services(self, stroke: Stroke, life: str | None, held: frozenset[str] = frozenset()) -> None:
        services = self.stack.services["mail-worker" if stroke.kind == WORKER else "users"]
        named = [it for it in services if it.life == life]
        targets = services if stroke.all else named or [services[stroke.replica % len(services)]]
        talking = {it.life: self.stack.sink.talking[it.life] for it in targets}
        at = time.monotonic()
        for service in targets: service.kill()
        leased = self.stack.queue.leased() if stroke.kind == WORKER else frozenset()
        for service in targets:
            claimed = held if service.life == life else frozenset()
            kill = Kill(stroke.kind, service.life, stroke.point, at, claimed, leased, talking[service.life])
            self.stack.ledger.add(kill)
        self.stack.moments.forget(stroke.point)
        for service in targets: service.start()
        for service in targets: service.wait_ready(HEALTHY)

    def kill_postgresql(self, stroke: Stroke) -> None:
        server = self.stack.postgresql
        life, at = server.life, time.monotonic()
        if stroke.point == ONE_PROCESS:
            # After an earlier kill there is none until somebody asks.
            until(HEALTHY, server.kill_one_of_its_own, "a process of PostgreSQL that serves users")
        else:
            server.kill()
            server.start()
        self.stack.ledger.add(Kill(stroke.kind, life, stroke.point, at))
        until(HEALTHY, lambda: server.runs and self.reads(), "PostgreSQL being back")
        for service in self.stack.users: until(HEALTHY, service.answers, f"{service.name} being ready")

    def kill_nats(self, stroke: Stroke) -> None:
        server, at = self.stack.nats, time.monotonic()
        talking = sum(self.stack.sink.talking[it.life] for it in self.stack.services["mail-worker"])
        life = server.life
        server.kill()
        self.stack.moments.forget(stroke.point)
        server.start()
        server.wait_ready(HEALTHY)
        leased, back = self.stack.queue.leased(), time.monotonic()
        self.stack.ledger.add(Kill(stroke.kind, life, stroke.point, at, frozenset(), leased, talking, back))
        for service in self.stack.services["mail-worker"]:
            until(HEALTHY, service.answers, f"{service.name} being ready")

    def reads(self) -> bool:
        try:
            return self.stack.books.waiting() >= 0
        except Unreadable:
            return False


def drain(stack: Stack, limit: float = 90) -> float:
    """Waits until every accepted mail is delivered or dead; how long that took.

    It takes as long as the leases of those who were killed, and the pauses between attempts.
    """
    def drained() -> bool:
        try:
            return not stack.books.waiting() and not stack.queue.unsettled()
        except Unreadable:
            return False

    start = time.monotonic()
    while not drained() and time.monotonic() < start + limit: time.sleep(0.1)
    return time.monotonic() - start
