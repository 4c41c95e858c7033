"""People who sign up at a steady rate, and the book that is kept of what they were told."""

from __future__ import annotations

import http.client
import json
import queue
import socket
import threading
import time

from fates import Draft, Manner, draft
from ledger import SignUp
from stack import Service, Stack

# How many requests are under way at a time; more of them would wait.
SENDERS = 16
# Requests come in bursts of so many, which gives a kill more to cut off than one after the other would.
BURST = 5
# Seconds until a request that nobody answers is given up.
LIMIT = 15
# The moments of a request in which a replica can be killed: it has been sent; it has been accepted.
SENT, ACCEPTED = "sent", "accepted"
PATH = "/v1/accounts"


def sign_up(stack: Stack, replica: Service, this: Draft) -> SignUp:
    """Sends a request, and enters into the ledger what was answered."""
    patient = this.manner is Manner.PATIENT
    entry = SignUp(this.id, this.address, this.purpose, replica.life, time.monotonic(), patient)
    stack.ledger.add(entry)
    headers = {"Content-Type": "application/json", "X-Correlation-ID": this.id}
    body = json.dumps(this.body)
    try:
        if this.manner is Manner.GONE:
            go_at_once(replica, this, headers, body)
            stack.ledger.end(entry, None)
            return entry
        if this.manner is Manner.HURRIED: headers["X-Request-Timeout-Ms"] = str(this.time)
        connection = http.client.HTTPConnection("127.0.0.1", replica.port, timeout=LIMIT)
        try:
            connection.request("POST", PATH, body, headers)
            stack.moments.reach(SENT, entry.replica)
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        stack.ledger.end(entry, answer.status, answer.getheader("Retry-After"))
        if entry.accepted: stack.moments.reach(ACCEPTED, entry.replica)
    except (OSError, http.client.HTTPException):
        stack.ledger.end(entry, None)
    return entry


def go_at_once(replica: Service, this: Draft, headers: dict[str, str], body: str) -> None:
    """Sends a request and closes the connection some milliseconds later."""
    lines = [f"POST {PATH} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection(("127.0.0.1", replica.port), LIMIT) as connection:
        connection.sendall("\r\n".join(lines + ["", body]).encode())
        time.sleep(this.time / 1000)


class Load:
    """Sends so many requests a second until it is told to stop, to one replica after the other."""

    def __init__(self, stack: Stack, rate: float):
        self.stack, self.rate = stack, rate
        self.number = 0
        self.due: queue.Queue[int | None] = queue.Queue()
        self.stopped = threading.Event()
        self.threads: list[threading.Thread] = []

    def start(self) -> None:
        self.stopped.clear()
        bodies = [self.schedule] + [self.send] * SENDERS
        self.threads = [threading.Thread(target=body, name="load", daemon=True) for body in bodies]
        for thread in self.threads: thread.start()

    def stop(self) -> None:
        """Returns when the last answer is there."""
        self.stopped.set()
        for thread in self.threads: thread.join()
        self.threads = []

    def schedule(self) -> None:
        next_one = time.monotonic()
        while not self.stopped.wait(max(0, next_one - time.monotonic())):
            # Who cannot be sent now is not sent later: after a pause the rate is the same.
            if self.due.qsize() < SENDERS:
                for number in range(self.number, self.number + BURST): self.due.put(number)
                self.number += BURST
            next_one = max(next_one + BURST / self.rate, time.monotonic())
        for _ in range(SENDERS): self.due.put(None)

    def send(self) -> None:
        while (number := self.due.get()) is not None:
            replica = self.stack.users[number % len(self.stack.users)]
            sign_up(self.stack, replica, draft(self.stack.seed, number))
