#!/usr/bin/env python3
"""Searches a board at a fixed rate, as people do, and tells how long the answers take; README.md says more."""

from __future__ import annotations

import http.client
import json
import math
import os
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Callable, Iterator
from urllib.parse import quote, urlsplit

from words import Words

# How long an answer may take, and how long a word is waited for that answers may still be on their way.
PATIENCE, FAREWELL = 10.0, 0.5
# Pages of the catalogue that words are taken from, each with as many listings as one may have.
PAGES, PAGE = 10, 100


@dataclass(frozen=True)
class Settings:
    """What the environment says."""

    url: str
    rate: float
    seconds: float
    connections: int
    every: float

    @classmethod
    def read(cls, environment: dict[str, str]) -> Settings:
        """The settings; whatever is wrong with any of them is told at once."""
        problems: list[str] = []

        def number(name: str, default: str, least: float, most: float) -> float:
            text = environment.get(name) or default
            try:
                value = float(text)
            except ValueError:
                value = math.nan
            if not least <= value <= most:
                problems.append(f"{name} must be a number from {least:g} to {most:g}; it is {text!r}")
            return value

        url = environment.get("LOAD_URL") or "http://127.0.0.1:8080"
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or parts.path.strip("/"):
            problems.append(f"LOAD_URL must be http://HOST:PORT; it is {url!r}")
        rate, seconds = number("LOAD_RATE", "50", 0.1, 10_000), number("LOAD_SECONDS", "0", 0, 1e9)
        connections, every = number("LOAD_CONNECTIONS", "32", 1, 1000), number("LOAD_REPORT_SECONDS", "10", 0.1, 1e6)
        if problems:
            raise ValueError("; ".join(problems))
        return cls(url, rate, seconds, int(connections), every)


class Client:
    """One connection that is kept."""

    def __init__(self, url: str):
        self.parts = urlsplit(url)
        self.connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> tuple[int, bytes]:
        """The status and body; a connection that was closed while nobody used it is opened once more."""
        for is_last in (self.connection is None, True):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.parts.hostname, self.parts.port, timeout=PATIENCE)
            try:
                self.connection.request("GET", path, headers={"User-Agent": "clowder-load"})
                reply = self.connection.getresponse()
                return reply.status, reply.read()
            except (OSError, http.client.HTTPException) as error:
                self.connection.close()
                self.connection = None
                if is_last or isinstance(error, TimeoutError):
                    raise
        raise AssertionError("the last turn returns or raises")


@dataclass
class Record:
    """What became of some requests; as large after a week as after a minute."""

    # Latencies are counted in steps of 2 %.
    STEP = math.log(1.02)

    latencies: Counter = field(default_factory=Counter)
    outcomes: Counter = field(default_factory=Counter)

    def add(self, outcome: str, seconds: float) -> None:
        self.outcomes[outcome] += 1
        if outcome == "200":
            self.latencies[round(math.log(max(seconds, 1e-5)) / self.STEP)] += 1

    def include(self, other: Record) -> None:
        self.latencies += other.latencies
        self.outcomes += other.outcomes

    def percentile(self, share: float) -> float:
        """The latency in seconds that this share of the answers did not exceed, by 1 %."""
        left = share * sum(self.latencies.values())
        for step in sorted(self.latencies):
            left -= self.latencies[step]
            if left <= 0:
                return math.exp(step * self.STEP)
        return 0.0

    def line(self, seconds: float) -> str:
        requests = self.outcomes.total()
        failed = [f"{count} × {what}" for what, count in self.outcomes.most_common() if what != "200"]
        times = ", ".join(f"p{share * 100:g} {self.percentile(share) * 1e3:.1f} ms" for share in (0.5, 0.99, 0.999))
        rate = requests / seconds if seconds > 0 else 0.0
        return f"{requests} searches, {rate:.1f}/s, failed: {', '.join(failed) or 'none'}; {times}"


class Load:
    """Sends searches at a rate, whether or not earlier ones are answered, until it is stopped.

    A latency counts from the moment at which a search was due. No more are in flight than there are connections: where
    these do not do, searches go out late, and their latency says so.
    """

    def __init__(self, settings: Settings, words: Words, stop: threading.Event):
        self.settings, self.words, self.stop = settings, words, stop
        self.start = time.monotonic()
        self.lock = threading.Lock()
        self.sent = 0
        self.recent = Record()

    def take(self) -> Record:
        """What was recorded since this was asked last."""
        with self.lock:
            record, self.recent = self.recent, Record()
        return record

    def run(self) -> None:
        """One connection's work."""
        client = Client(self.settings.url)
        for number, due in self.turns():
            try:
                outcome = str(client.get(self.words.path(number))[0])
            except (OSError, http.client.HTTPException) as error:
                outcome = type(error).__name__
            seconds = time.monotonic() - due
            with self.lock:
                self.recent.add(outcome, seconds)

    def turns(self) -> Iterator[tuple[int, float]]:
        """The searches that are this connection's, each at the moment at which it is due."""
        while True:
            with self.lock:
                number, self.sent = self.sent, self.sent + 1
            due = self.start + number / self.settings.rate
            if self.stop.wait(max(0.0, due - time.monotonic())):
                return
            yield number, due


def catalogue(url: str) -> list[dict]:
    """Some listings, the newest first."""
    client, listings, cursor = Client(url), [], ""
    for _ in range(PAGES):
        status, body = client.get(f"/v1/listings?sort=newest&limit={PAGE}{cursor and '&cursor=' + quote(cursor)}")
        if status != 200:
            raise OSError(f"the catalogue was answered with {status}")
        page = json.loads(body)
        listings += page["items"]
        cursor = page.get("nextCursor") or ""
        if not cursor:
            break
    return listings


def words(url: str, stop: threading.Event, say: Callable[[str], None]) -> Words | None:
    """The words of the catalogue, as soon as there are some; nothing when it is stopped before."""
    told = ""
    while not stop.is_set():
        try:
            if listings := catalogue(url):
                say(f"words of {len(listings)} listings")
                return Words.of(listings)
            problem = "the catalogue is empty; import some listings"
        except (OSError, http.client.HTTPException, ValueError) as error:
            problem = f"{url} gives no listings: {error}"
        if problem != told:
            say(f"waiting: {problem}")
            told = problem
        stop.wait(2)
    return None


def main() -> int:
    try:
        settings = Settings.read(dict(os.environ))
    except ValueError as error:
        print(f"load: {error}", file=sys.stderr)
        return 64
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    def say(text: str) -> None:
        print(f"load: {text}", flush=True)

    found = words(settings.url, stop, say)
    if found is None:
        return 0
    say(f"{settings.rate:g} searches a second of {settings.url}, with {settings.connections} connections")
    load, whole = Load(settings, found, stop), Record()
    # Daemons: an answer that does not come is not waited for at the end.
    threads = [threading.Thread(target=load.run, daemon=True) for _ in range(settings.connections)]
    for thread in threads:
        thread.start()
    end, last = load.start + (settings.seconds or math.inf), load.start
    while not stop.wait(max(0.0, min(last + settings.every, end) - time.monotonic())):
        now, part = time.monotonic(), load.take()
        say(part.line(now - last))
        whole.include(part)
        last = now
        if now >= end:
            stop.set()
    length, farewell = time.monotonic() - load.start, time.monotonic() + FAREWELL
    for thread in threads:
        thread.join(max(0.0, farewell - time.monotonic()))
    whole.include(load.take())
    say(f"in {length:.0f} s: {whole.line(length)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
