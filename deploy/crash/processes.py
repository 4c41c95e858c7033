"""Processes of the stack: started, killed, started again, and watched for endings that nobody asked for."""

from __future__ import annotations

import http.client
import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Callable

# Where systems take no ports for outgoing connections from: those may be gone again in a moment.
PORTS = range(20_000, 32_768)
POLL = 0.01


class Failure(Exception):
    """Why the command cannot go on, in one line."""


def free_port() -> int:
    """A port on loopback that was free a moment ago."""
    for port in random.sample(PORTS, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise Failure("no port is free")


def until(limit: float, condition: Callable[[], bool], what: str) -> float:
    """Waits for the condition; how long that took."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() > start + limit: raise Failure(f"{what} took more than {limit:g} s")
        time.sleep(POLL)
    return time.monotonic() - start


def get(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """The status and the body of an answer; status 0 where there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()


class Program:
    """A process that is started again and again: each time is a life of its own, with a number."""

    def __init__(self, name: str, log: Path, user: str | None = None):
        self.name, self.log = name, log
        self.process: subprocess.Popen[bytes] | None = None
        self.number = 0
        # Ends together with this command, however that ends.
        self.prefix = ["setpriv", "--pdeathsig", "KILL"]
        if user and os.geteuid() == 0:
            self.prefix += ["--reuid", user, "--regid", user, "--clear-groups"]

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    def answers(self) -> bool:
        """Whether it is ready."""
        raise NotImplementedError

    @property
    def life(self) -> str:
        return f"{self.name}#{self.number}"

    @property
    def pid(self) -> int:
        assert self.process, f"{self.name} was not started"
        return self.process.pid

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        self.number += 1
        environment = {"PATH": os.environ["PATH"], **self.environment()}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.prefix + self.command(), env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.log.parent)

    def wait_ready(self, limit: float = 20) -> float:
        def ready() -> bool:
            if not self.runs: raise Failure(f"{self.name} has ended by itself; see {self.log}")
            return self.answers()

        return until(limit, ready, f"{self.name} being ready (see {self.log})")

    def kill(self) -> None:
        """Kills it and all that it has started, without a last word; returns when they are dead.

        Who starts it again afterwards would hide that it had ended by itself: that is a failure.
        """
        if not self.runs: raise Failure(f"{self.name} has ended although nobody killed it; see {self.log}")
        os.kill(self.pid, signal.SIGSTOP)  # it starts no more of them
        family = children(self.pid)
        for child in family: os.kill(child, signal.SIGKILL)
        until(5, lambda: all(is_dead(child) for child in family), f"the end of what {self.name} has started")
        os.kill(self.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, how: signal.Signals, limit: float = 20) -> None:
        """Asks it to end, and waits until it has."""
        if not self.runs: raise Failure(f"{self.name} has ended although nobody killed it; see {self.log}")
        self.process.send_signal(how)
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name} has not ended {limit:g} s after {how.name}") from None


def children(pid: int) -> list[int]:
    """The processes that a process has started and that are alive."""
    try:
        return [int(it) for it in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def is_dead(pid: int) -> bool:
    """Whether a process has ended, be it that nobody has taken note of it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True  # the latter when it ends between opening and reading
