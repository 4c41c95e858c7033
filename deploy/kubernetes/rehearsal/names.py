"""Stands in for the cluster's DNS and its kubelet: a Service's name leads to those of its pods that are ready.

names.py ADDRESS PODS READY: the file PODS has the Service, name and address of each pod, READY gets who is ready.
"""

from __future__ import annotations

import http.client
import json
import socket
import struct
import sys
import threading
import time
from pathlib import Path

DOMAIN = ".clowder.svc.cluster.local"
# Seconds that an answer may be kept, as CoreDNS says by default, and between two probes, as every-service.yaml says.
TTL, PERIOD = 5, 2
ADDRESS_RECORD, INTERNET, NO_SUCH_NAME = 1, 1, 3


def probe(pods: list[list[str]], ready: dict[str, bool], path: Path) -> None:
    """Asks each pod whether it is ready, again and again."""
    while True:
        for _, name, address in pods:
            connection = http.client.HTTPConnection(address, 8081, timeout=2)
            try:
                connection.request("GET", "/readyz")
                ready[name] = connection.getresponse().status == 200
            except OSError:
                ready[name] = False
            connection.close()
        path.with_suffix(".new").write_text(json.dumps(ready))
        path.with_suffix(".new").rename(path)
        time.sleep(PERIOD if all(ready.values()) else PERIOD / 10)


def answer(query: bytes, pods: list[list[str]], ready: dict[str, bool]) -> bytes:
    """The answer to a query for addresses: those of the pods that are ready, or that there is no such name."""
    labels, offset = [], 12
    while query[offset]:
        labels.append(query[offset + 1 : offset + 1 + query[offset]].decode().lower())
        offset += query[offset] + 1
    kind, name = struct.unpack(">H", query[offset + 1 : offset + 3])[0], ".".join(labels)
    found = [address for service, pod, address in pods if name == service + DOMAIN and ready.get(pod)]
    head = b"\xc0\x0c" + struct.pack(">HHIH", ADDRESS_RECORD, INTERNET, TTL, 4)
    records = [head + socket.inet_aton(it) for it in found if kind == ADDRESS_RECORD]
    # Without a record, how long that holds is in the zone's own.
    authority = b"\x02ns\x00\x01h\x00" + struct.pack(">IIIII", 1, TTL, TTL, TTL, TTL)
    zone = b"\x07cluster\x05local\x00" + struct.pack(">HHIH", 6, INTERNET, TTL, len(authority)) + authority
    counts = struct.pack(">HHHH", 1, len(records), 0 if records else 1, 0)
    head = query[:2] + struct.pack(">H", 0x8580 | (0 if found else NO_SUCH_NAME)) + counts
    return head + query[12 : offset + 5] + (b"".join(records) or zone)


def main() -> None:
    address, pods, ready = sys.argv[1], json.loads(Path(sys.argv[2]).read_text()), {}
    threading.Thread(target=probe, args=(pods, ready, Path(sys.argv[3])), daemon=True).start()
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, 53))
    while True:
        query, client = server.recvfrom(4096)
        server.sendto(answer(query, pods, ready), client)


if __name__ == "__main__":
    main()
