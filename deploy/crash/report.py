"""What a run prints: a line every two seconds at least, and tables at the end."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import asdict

from audit import Evidence, Finding, cut, summary
from kills import Killer
from ledger import Ledger
from scenes import Scene
from stack import Stack

# Seconds between two lines of progress.
PERIOD = 2.0
# Findings of one audit that are printed.
SHOWN = 20
CUT = {
    "users": "requests cut off", "relay": "claimed rows left behind", "mail-worker": "conversations cut off",
    "postgresql": "requests cut off", "nats": "conversations under way",
}


class Progress:
    """Prints how far a run has come until its end."""

    def __init__(self, ledger: Ledger, name: str, strokes: int):
        self.ledger, self.name, self.strokes = ledger, name, strokes
        self.act, self.done = "start", 0
        self.over = threading.Event()
        self.start = time.monotonic()
        self.thread = threading.Thread(target=self.run, name="progress", daemon=True)

    def __enter__(self) -> Progress:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def run(self) -> None:
        while not self.over.wait(PERIOD): print(self.line(), flush=True)

    def step(self) -> None:
        self.done += 1

    def line(self) -> str:
        ledger = self.ledger
        kills = f"kill {self.done} of {self.strokes}, " if self.strokes else ""
        return (
            f"{time.monotonic() - self.start:5.0f} s  {self.name}: {self.act}, {kills}{len(ledger.sign_ups)} sign-ups, "
            f"{ledger.accepted} accepted, {len(ledger.deliveries)} mails"
        )


def kills_table(evidence: Evidence, killer: Killer) -> list[str]:
    """How many of each kind, and what they have cut off."""
    lines = [f"  {'killed':<12} {'kills':>6} {'in the middle':>14}   points"]
    for kind in sorted({it.kind for it in evidence.kills}):
        kills = [it for it in evidence.kills if it.kind == kind]
        cuts = [cut(it, evidence) for it in kills]
        points = ", ".join(f"{point} {count}" for point, count in sorted(Counter(it.point for it in kills).items()))
        lines.append(f"  {kind:<12} {len(kills):>6} {sum(map(bool, cuts)):>14}   {points}; {sum(cuts)} {CUT[kind]}")
    if killer.missed: lines.append(f"  {killer.missed} moments did not come in time; those kills came without them")
    return lines


def balance_table(evidence: Evidence, drained: float) -> list[str]:
    found = asdict(summary(evidence))
    accepted = len(evidence.messages)
    return [
        f"  sign-ups     {found['requests']} sent: {found['accepted']} accepted, {found['refused']} refused, "
        f"{found['unknown']} without an answer",
        f"  accounts     {found['accounts']}, and {found['jobs']} mail jobs",
        f"  queue        {accepted} accepted = {found['delivered']} delivered + {found['dead']} dead + "
        f"{found['in_flight']} in flight",
        f"  mails        {len(evidence.deliveries)} at the sink, {found['duplicates']} of them not for the first time, "
        f"{found['returned']} of dead letters",
        f"  drained in   {drained:.1f} s",
    ] + ([f"  PostgreSQL   {evidence.connections} connections of at most {evidence.maximum_connections}"]
         if evidence.maximum_connections else [])


def sink_line(stack: Stack) -> str:
    answers = ", ".join(f"{name} × {count}" for name, count in stack.sink.answers.most_common())
    return f"  the sink     {answers}"


def verdict(name: str, findings: list[Finding], facts: list[str]) -> None:
    print(f"{'FAIL' if findings else 'ok  '}  {name}" + (f": {'; '.join(facts)}" if facts else ""), flush=True)
    for finding in findings[:SHOWN]: print(f"      {finding}")
    if len(findings) > SHOWN: print(f"      and {len(findings) - SHOWN} more")


def scene(played: Scene) -> None:
    verdict(played.name, played.findings, played.facts)
