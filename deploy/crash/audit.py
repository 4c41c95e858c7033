"""Compares all books with one another; what does not agree is a finding with its correlation ID."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Callable, Iterator

from ledger import KNOWN, NEW, REFUSED, Delivery, Kill, SignUp
from stores import Account, Job, Message

# Seconds that a worker may take to tell the queue of a mail that it has brought.
SETTLING = 5.0
# No answer of a service that refuses, or has to wait for others, is anything else.
ANSWERS = {202, 422, 503, 504}
# The time of somebody in a hurry can be over before the request is there.
TOO_SLOW = 408
SUBJECTS = {NEW: "Confirm your address", KNOWN: "You already have an account"}


@dataclass
class Evidence:
    """All books at a time when nothing is under way any more."""

    sign_ups: list[SignUp]
    accounts: list[Account]
    jobs: list[Job]
    messages: list[Message]
    deliveries: list[Delivery]
    kills: list[Kill]
    # Addresses of accounts that the deployment started with.
    founders: frozenset[str] = frozenset()
    # Processes that ended although nobody killed them.
    ended: list[str] = field(default_factory=list)
    # Connections that each user of the database has, and may have at most.
    connections: int = 0
    maximum_connections: int = 0


@dataclass(frozen=True)
class Finding:
    """Something that is lost, doubled or there without a cause."""

    rule: str
    correlation: str
    wrong: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.wrong}" + (f" — {self.correlation}" if self.correlation else "")


def answers(evidence: Evidence) -> Iterator[Finding]:
    """What is refused is refused in one of the ways that are foreseen, and what has to be refused is."""
    for sign_up in evidence.sign_ups:
        foreseen = ANSWERS if sign_up.patient else ANSWERS | {TOO_SLOW}
        if sign_up.status is not None and sign_up.status not in foreseen:
            yield Finding("unforeseen answer", sign_up.id, f"{sign_up.status} from {sign_up.replica}")
        elif sign_up.purpose == REFUSED and sign_up.accepted:
            yield Finding("unforeseen answer", sign_up.id, f"{sign_up.replica} accepted what nobody may send")


def accounts(evidence: Evidence) -> Iterator[Finding]:
    """Who was told 202 has an account, once; who was refused has none, and nobody else has one."""
    rows = Counter(it.address for it in evidence.accounts)
    asked = {it.address: it for it in evidence.sign_ups if it.purpose == NEW}
    for sign_up in asked.values():
        if sign_up.accepted and not rows[sign_up.address]:
            yield Finding("lost account", sign_up.id, f"{sign_up.address} was accepted and has no account")
    for address, count in rows.items():
        if count > 1: yield Finding("doubled account", "", f"{address} has {count} accounts")
        if address not in asked and address not in evidence.founders:
            yield Finding("phantom account", "", f"{address} has an account and nobody whose request was fit asked")


def jobs(evidence: Evidence) -> Iterator[Finding]:
    """Every account has one job, from the request that made it; every accepted request for a known address has one."""
    rows = Counter(it.correlation for it in evidence.jobs)
    existing = {it.address for it in evidence.accounts}
    for sign_up in evidence.sign_ups:
        count = rows.pop(sign_up.id, 0)
        if sign_up.purpose == REFUSED:
            least = most = 0
        elif sign_up.purpose == NEW:
            least = most = int(sign_up.address in existing)
        else:
            least, most = int(sign_up.accepted), 1
        if not least <= count <= most:
            wrong = f"{sign_up.address} ({sign_up.purpose}, {sign_up.status}) has {count} mail jobs and not {least}"
            yield Finding("lost job" if count < least else "extra job", sign_up.id, wrong)
    for id, count in rows.items():
        yield Finding("phantom job", id, f"{count} mail jobs of a request that nobody made")


def relay(evidence: Evidence) -> Iterator[Finding]:
    """Every job is a message of the queue, once, and every message was a job."""
    messages = Counter(it.id for it in evidence.messages)
    for job in evidence.jobs:
        count = messages.pop(job.id, 0)
        if job.relayed is None:
            wrong = f"{job.id} stays in the outbox, and is {count} times in the queue"
            yield Finding("stuck job", job.correlation, wrong)
        elif count != 1:
            yield Finding("lost message" if not count else "doubled message", job.correlation,
                          f"{job.id} was relayed and is {count} times in the queue")
    for id in messages:
        yield Finding("phantom message", "", f"{id} is in the queue and never was in the outbox")


def balance(evidence: Evidence) -> Iterator[Finding]:
    """What the queue accepted is delivered or dead, and nothing is in flight after the drain."""
    delivered = {it.message for it in evidence.deliveries}
    written = {it.id: it.correlation for it in evidence.jobs}
    for message in evidence.messages:
        correlation = written.get(message.id, "")
        if message.state in ("ready", "leased"):
            yield Finding("stuck message", correlation, f"{message.id} is {message.state} after the drain")
        elif message.state == "done" and message.id not in delivered:
            yield Finding("lost mail", correlation, f"{message.id} is done, and the mail never arrived")


def mails(evidence: Evidence) -> Iterator[Finding]:
    """Every mail is one that the queue knows, goes to who asked, and says what it should."""
    known = {it.id for it in evidence.messages}
    written = {it.id: it.correlation for it in evidence.jobs}
    asked = {it.id: it for it in evidence.sign_ups}
    existing = {it.address for it in evidence.accounts}
    for delivery in evidence.deliveries:
        sign_up = asked.get(delivery.correlation)
        if delivery.recipient not in existing:
            wrong = "has no account: it was never made or was rolled back"
        elif delivery.message not in known or written.get(delivery.message) != delivery.correlation:
            wrong = f"got {delivery.message}, of which queue or outbox do not know"
        elif sign_up is None or sign_up.address != delivery.recipient:
            wrong = f"got {delivery.message}, for which somebody else asked"
        elif delivery.subject != SUBJECTS.get(sign_up.purpose):
            wrong = f"({sign_up.purpose}) got a mail with the subject {delivery.subject!r}"
        else:
            continue
        yield Finding("phantom mail", delivery.correlation, f"{delivery.recipient} {wrong}")


def excuse(delivery: Delivery, evidence: Evidence) -> Kill | None:
    """The kill after which a mail had to come again: its worker was dead, and the queue held it as not settled.

    Or the queue's server was killed before the worker could tell it, and held the mail as not settled when it was back.
    """
    for kill in evidence.kills:
        if delivery.message not in kill.leased: continue
        if kill.life == delivery.life: return kill
        if kill.kind == "nats" and kill.at - SETTLING <= delivery.at <= kill.back: return kill
    return None


def duplicates(evidence: Evidence) -> Iterator[Finding]:
    """A mail that came again did so because the worker that brought it before was killed before it could say so."""
    dead = {it.id for it in evidence.messages if it.state == "dead"}
    for message, deliveries in by_message(evidence).items():
        # The last delivery is the one that counts, unless the message is a dead letter: then none of them does.
        settled = deliveries[-1:] if message not in dead else []
        for number, delivery in enumerate(deliveries[: len(deliveries) - len(settled)]):
            kill = excuse(delivery, evidence)
            # A life ends once: its end is no reason for two mails out of that life.
            again = any(kill and it.life == kill.life for it in deliveries[number + 1 :])
            if again or not kill:
                wrong = f"{message} came {len(deliveries)} times to {delivery.recipient}"
                wrong += ", and is a dead letter" if message in dead else ""
                yield Finding("doubled mail", delivery.correlation, f"{wrong}; {delivery.life} was not killed over it")


def by_message(evidence: Evidence) -> dict[str, list[Delivery]]:
    """The deliveries of each message, the earliest first."""
    found: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in sorted(evidence.deliveries, key=lambda it: it.at):
        found[delivery.message].append(delivery)
    return found


def processes(evidence: Evidence) -> Iterator[Finding]:
    for name in evidence.ended:
        yield Finding("ended", "", f"{name} has ended although nobody killed it")
    if evidence.connections > evidence.maximum_connections:
        wrong = f"{evidence.connections} connections to PostgreSQL, of at most {evidence.maximum_connections}"
        yield Finding("leaked connections", "", wrong)


RULES: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    answers, accounts, jobs, relay, balance, mails, duplicates, processes)


def findings(evidence: Evidence) -> list[Finding]:
    return [finding for rule in RULES for finding in rule(evidence)]


@dataclass(frozen=True)
class Summary:
    """The figures of the closing table."""

    requests: int
    accepted: int
    refused: int
    unknown: int
    accounts: int
    jobs: int
    delivered: int
    dead: int
    in_flight: int
    duplicates: int
    returned: int


def summary(evidence: Evidence) -> Summary:
    states = Counter(it.state for it in evidence.messages)
    mails = by_message(evidence)
    dead = {it.id for it in evidence.messages if it.state == "dead"}
    waiting = sum(it.relayed is None for it in evidence.jobs)
    return Summary(
        requests=len(evidence.sign_ups),
        accepted=sum(it.accepted for it in evidence.sign_ups),
        refused=sum(it.status is not None and not it.accepted for it in evidence.sign_ups),
        unknown=sum(it.status is None for it in evidence.sign_ups),
        accounts=sum(it.address not in evidence.founders for it in evidence.accounts),
        jobs=len(evidence.jobs),
        delivered=states["done"],
        dead=states["dead"],
        in_flight=states["ready"] + states["leased"] + waiting,
        duplicates=sum(len(it) - 1 for it in mails.values()),
        returned=sum(id in dead for id in mails),
    )


def cut(kill: Kill, evidence: Evidence) -> int:
    """How much a kill has cut off in the middle; a kill that cuts nothing proves nothing."""
    if kill.kind in ("mail-worker", "nats"): return kill.conversations
    if kill.kind == "relay": return len(kill.claimed)
    name = kill.life.partition("#")[0]
    return sum(
        it.was_under_way(kill.at) and not it.accepted and it.patient and it.purpose != REFUSED
        for it in evidence.sign_ups
        if name == "postgresql" or it.replica == kill.life
    )
