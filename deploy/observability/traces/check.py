"""Starts a stack whose services send their spans to a collector, uses it, and looks at the traces: check.py EXECUTABLES

Prints them as trees, and ends with 0 when they are whole: gateway, users, outbox, queue and mail-worker in one trace.
"""

from __future__ import annotations

import http.client
import json
import os
import pathlib
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import Callable

from collector import Collector, Span, tree

READY_LIMIT = 60
TRACE_LIMIT = 30

# What a trace has to hold, each below the one before: service, kind and name.
SIGN_UP = [
    ("gateway", "server", "POST /v1/accounts"),
    ("gateway", "client", "POST"),
    ("users", "server", "POST /v1/accounts"),
    ("users", "producer", "send mail"),
]
MAIL = [("users", "server", "POST /v1/accounts"), ("mail-worker", "consumer", "process mail")]
SEARCH = [("gateway", "server", "GET /v1/listings"), ("search", "server", "GET /v1/listings")]


class Check:
    """The stack, the collector, and what was found."""

    def __init__(self, executables: pathlib.Path, state: pathlib.Path) -> None:
        self.collector = Collector()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.passed = 0
        self.log = state / "up.log"
        with self.log.open("wb") as log:
            self.stack = subprocess.Popen(
                [executables / "clowder", "up", "--port", str(self.port), "--state", state / "stack"],
                env=os.environ | {"TRACING_URL": self.collector.url},
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )

    def run(self) -> None:
        until(READY_LIMIT, "the stack to be up", lambda: b"Clowder is up" in self.log.read_bytes())
        account = {
            "email": f"{secrets.token_hex(8)}@example.org", "name": "Tracy", "password": secrets.token_urlsafe(16),
        }
        trace = self.call("POST", "/v1/accounts", account, expecting=202)
        self.expect("a sign-up", trace, SIGN_UP, MAIL)
        trace = self.call("GET", "/v1/listings?q=cat", expecting=200)
        self.expect("a search", trace, SEARCH)
        trace = self.call("POST", "/v1/sessions", {"email": account["email"], "password": "wrong"}, expecting=401)
        self.expect("a log-in that is refused", trace, [("gateway", "client", "POST")])
        self.ok("to whom a refusal is an error", self.failures(trace) == {("gateway", "client")})
        unwanted = self.call("GET", "/v1/listings?q=dog", expecting=200, sampled=False)
        # What came after it is there; it would be as well.
        trace = self.call("GET", "/v1/listings?q=bird", expecting=200)
        self.expect("another search", trace, SEARCH)
        self.ok("a trace that its caller does not record", not self.collector.spans(unwanted))
        self.ok("what was asked and answered", self.answers(trace) == {("GET", "/v1/listings", "/v1/listings", 200)})
        self.ok("the collector could read everything", not self.collector.problems, *self.collector.problems)

    def failures(self, trace: str) -> set[tuple[str, str]]:
        """Whose spans failed, and of which kind."""
        return {(it.service, it.kind) for it in self.collector.spans(trace) if it.failure is not None}

    def answers(self, trace: str) -> set[tuple[object, ...]]:
        """What the servers say of their requests."""
        names = ("http.request.method", "url.path", "http.route", "http.response.status_code")
        servers = [it for it in self.collector.spans(trace) if it.kind == "server"]
        return {tuple(it.attributes.get(name) for name in names) for it in servers}

    def call(self, method: str, path: str, body: object = None, *, expecting: int, sampled: bool = True) -> str:
        """Makes a request in a trace of its own; the trace's ID."""
        trace = secrets.token_hex(16)
        headers = {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-{'01' if sampled else '00'}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        if answer.status != expecting:
            raise SystemExit(f"traces: {method} {path} was answered {answer.status}: {answer.read().decode()}")
        connection.close()
        return trace

    def expect(self, what: str, trace: str, *paths: list[tuple[str, str, str]]) -> None:
        def is_whole() -> bool:
            return all(holds(self.collector.spans(trace), path) for path in paths)

        whole = waited(TRACE_LIMIT, is_whole)
        lines = tree(self.collector.spans(trace))
        self.ok(what, whole, *(lines or ["no span came"]), *([] if whole else [f"wanted: {path}" for path in paths]))
        if whole:
            print("\n".join(lines), flush=True)

    def ok(self, what: str, is_so: bool, *details: str) -> None:
        if not is_so:
            raise SystemExit("\n".join([f"traces: not so: {what}", *details]))
        self.passed += 1
        print(f"ok  {what}", flush=True)

    def stop(self) -> None:
        self.stack.send_signal(signal.SIGINT)
        self.stack.wait(60)


def holds(spans: list[Span], path: list[tuple[str, str, str]]) -> bool:
    """Whether there are spans like these, each the parent of the next."""

    def reaches(parents: set[str], rest: list[tuple[str, str, str]]) -> bool:
        if not rest:
            return True
        found = [span for span in spans if (span.service, span.kind, span.name) == rest[0] and span.parent in parents]
        return bool(found) and reaches({span.id for span in found}, rest[1:])

    return reaches({span.parent for span in spans}, path)


def waited(limit: float, condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def until(limit: float, what: str, condition: Callable[[], bool]) -> None:
    if not waited(limit, condition):
        raise SystemExit(f"traces: waited {limit} s for {what}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        check = Check(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(folder))
        try:
            check.run()
        except SystemExit:
            sys.stderr.write(check.log.read_text(errors="replace"))
            raise
        finally:
            check.stop()
        print(f"{check.passed} passed, 0 failed")


main()
