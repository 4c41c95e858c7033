"""The acts of a run: kills under load, and the audit after them."""

from __future__ import annotations

from typing import Callable

from audit import Evidence, Finding, findings
from fates import KNOWN_ADDRESSES
from kills import Killer, Stroke, drain
from load import Load
from processes import until
from stack import ADMINISTRATOR, CONNECTIONS, Stack
from stores import Unreadable


def gather(stack: Stack) -> Evidence:
    """All books, when the load has stopped and everything is drained."""
    evidence = Evidence(
        sign_ups=list(stack.ledger.sign_ups),
        accounts=stack.books.accounts(),
        jobs=stack.books.jobs(),
        messages=stack.queue.messages(),
        deliveries=list(stack.ledger.deliveries),
        kills=list(stack.ledger.kills),
        founders=frozenset([*KNOWN_ADDRESSES, ADMINISTRATOR]),
        ended=stack.ended(),
    )
    if stack.shell:
        count = stack.shell.rows("SELECT count(*) FROM pg_stat_activity WHERE usename = 'users'")[0][0]
        evidence.connections = int(count)
        evidence.maximum_connections = CONNECTIONS * len(stack.users)
    return evidence


def settle(stack: Stack) -> tuple[Evidence, list[Finding], float]:
    """Waits for what is under way, and audits; how long the wait was."""
    took = drain(stack)
    until(20, lambda: readable(stack), "the databases being readable")
    evidence = gather(stack)
    return evidence, findings(evidence), took


def readable(stack: Stack) -> bool:
    try:
        return stack.books.waiting() >= 0 and stack.queue.unsettled() >= 0
    except Unreadable:
        return False


def kill_under_load(stack: Stack, load: Load, strokes: list[Stroke], step: Callable[[], None]) -> Killer:
    """Carries out all strokes while people sign up, and tells of each."""
    killer = Killer(stack)
    load.start()
    try:
        for stroke in strokes:
            killer.strike(stroke)
            step()
    finally:
        load.stop()
    return killer
