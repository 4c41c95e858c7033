#!/usr/bin/env python3
"""Proves on made-up books that the audit finds whatever is lost, doubled or there without a cause, and nothing else."""

from __future__ import annotations

import copy
import dataclasses
import sys
from pathlib import Path
from typing import Callable

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "checks"))

import findings as checks
from audit import Evidence, cut, findings, summary
from fates import Manner, draft, fate
from kills import KINDS, plan
from ledger import KNOWN, NEW, REFUSED, Delivery, Kill, SignUp
from stack import EMBEDDED, SERVERS
from stores import Account, Job, Message

FOUNDER = "known@crash.example"
Change = Callable[[Evidence], None]


def good() -> Evidence:
    """Accounts of accepted and of unanswered requests, a mail that came twice for a reason, a dead letter, refusals."""
    def request(number: int, purpose: str, status: int | None, address: str = "") -> SignUp:
        return SignUp(f"c{number}", address or f"n{number}@crash.example", purpose, "users-1#1", 1.0, True, 2.0, status)

    def delivery(number: int, life: str, at: float, subject: str = "Confirm your address", to: str = "") -> Delivery:
        return Delivery(f"m{number}", to or f"n{number}@crash.example", f"c{number}", subject, life, at)

    made = (1, 2, 4, 7)
    return Evidence(
        sign_ups=[
            request(1, NEW, 202), request(2, NEW, 202), request(3, KNOWN, 202, FOUNDER), request(4, NEW, None),
            request(5, REFUSED, 422), request(6, NEW, None), request(7, NEW, 503), request(8, KNOWN, None, FOUNDER),
        ],
        accounts=[Account(f"a{it}", f"n{it}@crash.example") for it in made] + [Account("f", FOUNDER)],
        jobs=[Job(f"m{it}", it, f"c{it}", 1.0, 1.1) for it in (*made, 3)],
        messages=[Message(f"m{it}", "dead" if it == 7 else "done") for it in (*made, 3)],
        deliveries=[
            delivery(1, "mail-worker-1#1", 3.0), delivery(2, "mail-worker-1#1", 3.0),
            delivery(2, "mail-worker-2#1", 9.0),
            delivery(3, "mail-worker-1#1", 3.0, "You already have an account", FOUNDER),
            delivery(4, "mail-worker-2#1", 3.0),
        ],
        kills=[Kill("mail-worker", "mail-worker-1#1", "taken", 3.1, leased=frozenset({"m2"}), conversations=1)],
        founders=frozenset({FOUNDER}),
        connections=16, maximum_connections=16,
    )


def without(entries: str, index: int) -> Change:
    return lambda evidence: getattr(evidence, entries).pop(index)


def again(entries: str, index: int, **changes: object) -> Change:
    """The same entry a second time, with these changes."""
    return lambda evidence: getattr(evidence, entries).append(
        dataclasses.replace(getattr(evidence, entries)[index], **changes))


def changed(entries: str, index: int, **changes: object) -> Change:
    def change(evidence: Evidence) -> None:
        held = getattr(evidence, entries)
        held[index] = dataclasses.replace(held[index], **changes)

    return change


def whole(**changes: object) -> Change:
    return lambda evidence: evidence.__dict__.update(changes)


def engine(at: float, back: float, message: str = "m2") -> Kill:
    return Kill("nats", "nats#1", "taken", at, leased=frozenset({message}), back=back)


# What is done to good books, and the rules that have to find it.
WRONG: list[tuple[str, Change, set[str]]] = [
    ("an account is lost", without("accounts", 0), {"lost account", "extra job", "phantom mail"}),
    ("an account is there twice", again("accounts", 0, id="b"), {"doubled account"}),
    ("an account of nobody", again("accounts", 0, id="b", address="x@crash.example"), {"phantom account"}),
    ("an account of a refused request", again("accounts", 0, id="b", address="n5@crash.example"), {"phantom account"}),
    ("a job is lost", without("jobs", 0), {"lost job", "phantom message", "phantom mail"}),
    ("the job of an unknown request is lost", without("jobs", 2), {"lost job", "phantom message", "phantom mail"}),
    ("the job of a known address is lost", without("jobs", 4), {"lost job", "phantom message", "phantom mail"}),
    ("a second job", again("jobs", 0, id="m9", place=9), {"extra job", "lost message"}),
    ("a job of a refused request", changed("jobs", 0, correlation="c5"), {"lost job", "extra job", "phantom mail"}),
    ("a job of nobody", again("jobs", 0, id="m9", correlation="c9"), {"phantom job", "lost message"}),
    ("a job is never relayed", changed("jobs", 0, relayed=None), {"stuck job"}),
    ("a relayed message is lost", without("messages", 0), {"lost message", "phantom mail"}),
    ("a message is there twice", again("messages", 0), {"doubled message"}),
    ("a message of nobody", again("messages", 0, id="m9"), {"phantom message", "lost mail"}),
    ("a message waits for ever", changed("messages", 0, state="ready"), {"stuck message"}),
    ("a message is claimed for ever", changed("messages", 0, state="leased"), {"stuck message"}),
    ("a mail is lost", without("deliveries", 0), {"lost mail"}),
    ("a mail came twice", again("deliveries", 0, at=4.0), {"doubled mail"}),
    ("a mail came twice in the life of one worker", changed("deliveries", 2, life="mail-worker-1#1"), {"doubled mail"}),
    ("a mail came twice, and its worker was not killed", whole(kills=[]), {"doubled mail"}),
    ("its worker was killed in another life", changed("kills", 0, life="mail-worker-1#2"), {"doubled mail"}),
    ("its worker was killed after it had settled", changed("kills", 0, leased=frozenset({"m1"})), {"doubled mail"}),
    ("the queue's server was killed meanwhile", whole(kills=[engine(at=4.0, back=5.0)]), set()),
    ("the queue's server was killed much later", whole(kills=[engine(at=9.0, back=10.0)]), {"doubled mail"}),
    ("the queue's server was back before", whole(kills=[engine(at=1.0, back=2.0)]), {"doubled mail"}),
    ("the queue's server held another mail", whole(kills=[engine(4.0, 5.0, "m1")]), {"doubled mail"}),
    ("a mail came three times", again("deliveries", 2, at=12.0), {"doubled mail"}),
    ("a dead letter was delivered", again("deliveries", 4, message="m7", correlation="c7",
                                          recipient="n7@crash.example"), {"doubled mail"}),
    ("a mail without an account", again("deliveries", 0, message="m9", recipient="n6@crash.example"), {"phantom mail"}),
    ("a mail to a refused address", changed("deliveries", 0, recipient="n5@crash.example"), {"phantom mail"}),
    ("a mail that no queue knows", again("deliveries", 0, message="m9"), {"phantom mail"}),
    ("a mail to somebody else", changed("deliveries", 0, recipient="n2@crash.example"), {"phantom mail"}),
    ("a mail with another correlation ID", changed("deliveries", 0, correlation="c2"), {"phantom mail"}),
    ("the other kind of mail", changed("deliveries", 0, subject="You already have an account"), {"phantom mail"}),
    ("an internal error", changed("sign_ups", 3, status=500), {"unforeseen answer"}),
    ("a request that is too slow", changed("sign_ups", 5, status=408), {"unforeseen answer"}),
    ("the request of somebody in a hurry", changed("sign_ups", 5, status=408, patient=False), set()),
    ("what must be refused is accepted", changed("sign_ups", 4, status=202), {"unforeseen answer"}),
    ("a process has ended", whole(ended=["users-1 (SIGILL)"]), {"ended"}),
    ("connections leak", whole(connections=17), {"leaked connections"}),
]


class Samples:
    """Compares what is with what should be, and collects the differences."""

    def __init__(self) -> None:
        self.count = 0
        self.findings: list[checks.Finding] = []

    def expect(self, actual: object, expected: object, sample: str) -> None:
        self.count += 1
        if actual != expected:
            wrong = f"{sample}: {actual!r} is not {expected!r}"
            self.findings.append(checks.Finding("deploy/crash/selftest.py", 1, wrong, "repair the rule or its sample"))


def books(test: Samples) -> None:
    test.expect([str(it) for it in findings(good())], [], "good books")
    for sample, change, rules in WRONG:
        evidence = copy.deepcopy(good())
        change(evidence)
        test.expect({it.rule for it in findings(evidence)}, rules, sample)
    lost = copy.deepcopy(good())
    lost.deliveries.pop(0)
    test.expect([it.correlation for it in findings(lost)], ["c1"], "the correlation ID of a lost mail")


def figures(test: Samples) -> None:
    found = summary(good())
    test.expect((found.requests, found.accepted, found.refused, found.unknown), (8, 3, 2, 3), "requests")
    test.expect((found.accounts, found.jobs), (4, 5), "accounts and jobs")
    test.expect((found.delivered, found.dead, found.in_flight), (4, 1, 0), "the balance of the queue")
    test.expect((found.duplicates, found.returned), (1, 0), "duplicates")
    evidence = good()
    for kind, life, count in [
        ("mail-worker", "mail-worker-1#1", 1), ("users", "users-1#1", 4), ("users", "users-2#1", 0),
        ("postgresql", "postgresql#3", 4), ("relay", "users-1#1", 1),
    ]:
        kill = Kill(kind, life, "", 1.5, claimed=frozenset({"m1"}), conversations=1)
        test.expect(cut(kill, evidence), count, f"what a kill of {life} has cut off")


def seeds(test: Samples) -> None:
    """A seed makes the same plan each time, and another seed another one."""
    for profile, kinds in KINDS.items():
        strokes = plan("1", list(kinds), 50)
        test.expect(strokes == plan("1", list(kinds), 50), True, f"the plan of {profile}, made again")
        test.expect(strokes == plan("2", list(kinds), 50), False, f"the plan of {profile}, of another seed")
        counts = {kind: sum(it.kind == kind for it in strokes) for kind in kinds}
        test.expect(counts, {kind: 50 for kind in kinds}, f"the kinds in the plan of {profile}")
    numbers = range(2000)
    test.expect(draft("1", 7), draft("1", 7), "a request, made again")
    test.expect({draft("1", it).purpose for it in numbers}, {NEW, KNOWN, REFUSED}, "what requests are for")
    test.expect({draft("1", it).manner for it in numbers}, set(Manner), "how requests are made")
    news = [draft("1", it).address for it in numbers if draft("1", it).purpose == NEW]
    test.expect(len(set(news)), len(news), "addresses of their own")
    fates = [fate("1", draft("1", it).address, attempt) for it in numbers for attempt in (1, 2)]
    test.expect(fates == [fate("1", draft("1", it).address, attempt) for it in numbers for attempt in (1, 2)], True,
                "the fates, drawn again")
    test.expect(len(set(fates)), 7, "all kinds of fates")
    test.expect(set(KINDS), {EMBEDDED, SERVERS}, "the profiles")


def main() -> int:
    test = Samples()
    for part in (books, figures, seeds): part(test)
    return checks.report("crash", test.findings, f"{test.count} samples, {len(test.findings)} of them wrong")


if __name__ == "__main__":
    sys.exit(main())
