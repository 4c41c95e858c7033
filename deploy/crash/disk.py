"""A disk that becomes full under the embedded stores: writes are refused, reads go on, and all is well afterwards."""

from __future__ import annotations

import errno
import http.client
import json
import os
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Iterator

from acts import settle
from fates import Draft, Manner, draft
from ledger import REFUSED
from load import sign_up
from processes import get, until
from report import Progress
from scenes import Scene, pids
from stack import ADMINISTRATOR, EMBEDDED, PASSWORD, Plan, Service, Stack

SIZE = "8m"
# Requests in a row that have to be refused, once one was for lack of room.
REFUSALS = 20
# Seconds until writes succeed again when there is room.
RECOVERY = 5.0
LISTING = {"species": "cat", "name": "Mokka"}


class SmallDisk:
    """A disk of a few megabytes, in memory; it takes Linux and its administrator."""

    def __init__(self, path: Path):
        self.path = path
        self.ballast = path / "ballast"

    def mount(self) -> bool:
        """Whether this machine lets us."""
        self.path.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(self.path)]
        return subprocess.run(command, capture_output=True).returncode == 0

    def unmount(self) -> None:
        subprocess.run(["umount", "-l", str(self.path)], check=True)

    def fill(self) -> None:
        """Leaves no byte."""
        with open(self.ballast, "ab", buffering=0) as file:
            while True:
                try:
                    file.write(bytes(4096))
                except OSError as error:
                    if error.errno != errno.ENOSPC: raise
                    return

    @property
    def free(self) -> int:
        found = os.statvfs(self.path)
        return found.f_bavail * found.f_frsize


def call(service: Service, method: str, path: str, body: object = None, token: str = "") -> tuple[int, str, str, str]:
    """Status, media type, `Retry-After` and body of an answer."""
    headers = {"Content-Type": "application/json"}
    if token: headers["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)
    try:
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        return answer.status, answer.getheader("Content-Type", ""), answer.getheader("Retry-After", ""), text
    finally:
        connection.close()


def fit(seed: str) -> Iterator[Draft]:
    """Requests that only a full disk can be in the way of."""
    number = 0
    while True:
        this = draft(f"{seed}/disk", number)
        number += 1
        if this.purpose != REFUSED and this.manner is Manner.PATIENT:
            yield Draft(this.id.replace("/", "-"), this.address, this.purpose, this.manner, this.body, this.time)


def disk_full(executables: Path, folder: Path, seed: str) -> Scene | None:
    """None where no disk can be mounted."""
    disk = SmallDisk(folder / "disk")
    if not disk.mount(): return None
    scene = Scene("disk full")
    try:
        plan = Plan(EMBEDDED, executables, folder, data=disk.path, users=1, workers=1, search=1)
        stack = Stack(plan, seed)
        with Progress(stack.ledger, "disk-full", strokes=0), stack: play(scene, stack, disk, seed)
    finally:
        disk.unmount()
    return scene


def play(scene: Scene, stack: Stack, disk: SmallDisk, seed: str) -> None:
    users, search, before = stack.users[0], stack.services["search"][0], pids(stack)
    drafts = fit(seed)
    for _ in range(20):
        scene.expect(sign_up(stack, users, next(drafts)).accepted, "a sign-up failed while there was room")
    login = call(users, "POST", "/v1/sessions", {"email": ADMINISTRATOR, "password": PASSWORD})
    token = json.loads(login[3])["accessToken"]
    scene.expect(call(search, "PUT", "/v1/listings/D1", LISTING, token)[0] == 201, "no listing could be added")
    disk.fill()
    refuse_writes(scene, stack, disk, drafts, token)
    reads = {
        "/v1/accounts/me": users, "/.well-known/jwks.json": users,
        "/v1/listings?q=mokka": search, "/v1/listings/D1": search,
    }
    for path, service in reads.items():
        status, _, _, text = call(service, "GET", path, token=token)
        scene.expect(status == 200, f"GET {path} is {status} while the disk is full: {text}")
    for service in (users, search):
        scene.expect(get(service.operations, "/livez")[0] == 200, f"{service.name} is not alive")
    disk.ballast.unlink()
    freed = time.monotonic()
    until(RECOVERY, lambda: sign_up(stack, users, next(drafts)).accepted, "a sign-up after there was room again")
    again = time.monotonic() - freed
    listing = call(search, "PUT", "/v1/listings/D2", LISTING, token)
    scene.expect(listing[0] == 201, f"adding a listing is {listing[0]} after there was room again")
    evidence, found, drained = settle(stack)
    scene.findings += found
    scene.expect(pids(stack) == before, "a process changed")
    scene.facts += [
        "4 kinds of reads answered 200", f"room again: accepted after {again * 1000:.0f} ms",
        f"{len(evidence.deliveries)} mails, drained in {drained:.1f} s",
    ]


def refuse_writes(scene: Scene, stack: Stack, disk: SmallDisk, drafts: Iterator[Draft], token: str) -> None:
    """What had room left for it is accepted, and everything after that refused in the same words."""
    users, search = stack.users[0], stack.services["search"][0]
    accepted = 0
    while (entry := sign_up(stack, users, next(drafts))).accepted:
        accepted += 1
        scene.expect(accepted < 2000, "the disk does not become full")
        if accepted >= 2000: return
    answers: Counter[str] = Counter()
    slowest = entry.ended - entry.sent
    for _ in range(REFUSALS):
        disk.fill()  # what a log or a checkpoint has given back
        entry = sign_up(stack, users, next(drafts))
        answers[f"{entry.status} Retry-After {entry.retry_after}"] += 1
        slowest = max(slowest, entry.ended - entry.sent)
        scene.expect(entry.status == 503 and entry.retry_after is not None,
                     f"{entry.replica} answered {entry.status}, Retry-After {entry.retry_after}", entry.id)
    this = next(drafts)
    refusal = call(users, "POST", "/v1/accounts", this.body)
    listing = call(search, "PUT", "/v1/listings/D3", LISTING, token)
    for name, answer in {"POST /v1/accounts": refusal, "PUT /v1/listings/D3": listing}.items():
        clear = answer[0] == 503 and answer[1] == "application/problem+json" and answer[2]
        scene.expect(bool(clear), f"{name} is {answer[0]} {answer[1]} while the disk is full: {answer[3]}")
        scene.facts.append(f"{name}: {json.loads(answer[3] or '{}').get('detail', '')!r}")
    scene.facts += [f"{accepted} more accepted until the disk was full", f"{dict(answers)}",
                    f"the slowest refusal took {slowest * 1000:.0f} ms"]
