"""Proves that the load keeps its rate and its mix, counts what fails, and ends at once when it is told to."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "checks")]

from findings import Finding, report
from load import Record, Settings
from words import Words

LISTINGS = [
    {"id": str(number), "name": f"*Rex {number}", "species": "dog", "primaryColor": "black", "outcomeType": "adoption"}
    for number in range(150)
]
KINDS = {
    "name": r"q=Rex", "colour and species": r"q=black%20dog", "beginning": r"q=Rex%2A",
    "newest": r"sort=newest&species=dog", "outcome": r"q=%22adoption%22", "everything": r"",
}
SHARES = {"name": 45, "colour and species": 20, "beginning": 10, "newest": 15, "outcome": 5, "everything": 5}
found: list[Finding] = []
count = 0


def expect(holds: bool, sample: str) -> None:
    global count
    count += 1
    if not holds:
        found.append(Finding("deploy/load/selftest.py", 1, sample, "repair load.py or the sample"))


class Board(BaseHTTPRequestHandler):
    """A gateway that gives its listings in two pages, and refuses or holds back what it is told to."""

    protocol_version = "HTTP/1.1"
    # An answer leaves whole: head and body apart would wait for each other in the kernel.
    wbufsize = -1
    paths: list[str] = []
    status = 200
    holds = threading.Event()
    holds_back = False

    def do_GET(self) -> None:
        if "sort=newest&limit" in self.path:
            page = LISTINGS[100:] if "cursor" in self.path else LISTINGS[:100]
            self.answer(200, {"items": page, "nextCursor": None if "cursor" in self.path else "a b"})
            return
        self.paths.append(self.path)
        if self.holds_back:
            self.holds.wait(20)
        self.answer(self.status, {"items": []})

    def answer(self, status: int, body: dict) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """A server that is silent about clients that leave."""

    def handle_error(self, *_: object) -> None:
        pass


def start(url: str, **settings: str) -> subprocess.Popen:
    environment = os.environ | {"LOAD_URL": url} | {f"LOAD_{name.upper()}": value for name, value in settings.items()}
    command, pipe = [sys.executable, "-B", HERE / "load.py"], subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdout=pipe, stderr=subprocess.STDOUT, text=True)


def mix() -> None:
    words, kinds = Words.of(LISTINGS), Counter()
    for number in range(10_000):
        query = words.path(number).removeprefix("/v1/listings").removeprefix("?")
        kinds[next((kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, query)), query)] += 1
    for kind, share in SHARES.items():
        expect(abs(kinds[kind] / 100 - share) < 1.5, f"{kinds[kind] / 100} % of the searches are {kind}, not {share} %")
    expect(set(kinds) == set(SHARES), f"there are other searches: {sorted(set(kinds) - set(SHARES))}")
    expect(words.path(7) == words.path(7), "the same number is another search")
    nothing = Words.of([{"id": "1"}])
    paths = {nothing.path(number) for number in range(1000)}
    expect(paths == {"/v1/listings"}, f"a listing without values is searched for: {paths}")


def settings() -> None:
    expect(Settings.read({}).rate == 50, "the rate is not 50 when nothing is said")
    for name, text in [("RATE", "nan"), ("RATE", "fast"), ("RATE", "0"), ("CONNECTIONS", "0"), ("URL", "gateway:8080")]:
        try:
            Settings.read({f"LOAD_{name}": text})
            expect(False, f"LOAD_{name}={text} is taken")
        except ValueError as error:
            expect(f"LOAD_{name}" in str(error), f"LOAD_{name}={text} is refused with {error}")


def percentiles() -> None:
    record = Record()
    for number in range(1, 1001):
        record.add("200", number / 1000)
    record.add("503", 99)
    for share in (0.5, 0.99, 1.0):
        told = record.percentile(share)
        expect(abs(told / share - 1) < 0.011, f"p{share * 100:g} of 1 to 1000 ms is {told}")
    expect("1001 searches" in record.line(1) and "1 × 503" in record.line(1), f"the line is {record.line(1)}")


def runs(url: str) -> None:
    """Whole runs, against a board that answers, one that refuses, and one that holds everything back."""
    output, _ = (run := start(url, rate="200", seconds="2", connections="8")).communicate(timeout=30)
    expect(run.returncode == 0 and "words of 150 listings" in output, f"it did not go well: {output}")
    told = re.search(r"in 2 s: (\d+) searches, ([\d.]+)/s", output)
    # A machine that has no time may make it slower, and nothing may make it faster; the last ones may be under way.
    expect(bool(told) and 100 <= float(told[2]) <= 206, f"it is not the rate of 200/s: {output}")
    expect(bool(told) and 0 <= len(Board.paths) - int(told[1]) <= 8, f"{len(Board.paths)} came: {output}")
    expect("failed: none" in output, f"something failed: {output}")
    Board.status, Board.paths = 503, []
    output, _ = start(url, rate="50", seconds="1").communicate(timeout=30)
    told = re.search(r"in 1 s: (\d+) searches.*failed: (\d+) × 503;", output)
    expect(bool(told) and 0 < int(told[1]) == int(told[2]), f"not all are 503: {output}")
    Board.holds_back, Board.paths = True, []
    run, end = start(url, rate="50"), time.monotonic() + 20
    while len(Board.paths) < 20 and time.monotonic() < end:
        time.sleep(0.01)
    began = time.monotonic()
    run.send_signal(signal.SIGTERM)
    output, _ = run.communicate(timeout=30)
    took = time.monotonic() - began
    expect(run.returncode == 0 and took < 2, f"TERM took {took:.1f} s: {output}")
    expect("0 searches" in output.splitlines()[-1], f"there is no last line: {output}")
    Board.holds.set()


def main() -> int:
    mix()
    settings()
    percentiles()
    with Server(("127.0.0.1", 0), Board) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        runs(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    return report("load", found, f"{count} samples, {len(found)} of them wrong")


if __name__ == "__main__":
    sys.exit(main())
