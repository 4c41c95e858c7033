"""A collector for tests: takes OTLP over HTTP in JSON, reads it strictly, and keeps the spans."""

from __future__ import annotations

import base64
import http.server
import json
import threading
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message
from opentelemetry.proto.trace.v1.trace_pb2 import Status

IDS = ("traceId", "spanId", "parentSpanId")


@dataclass(frozen=True)
class Span:
    """One span, and the process that it came from."""

    trace: str
    id: str
    parent: str
    name: str
    kind: str
    service: str
    start: int
    end: int
    attributes: dict[str, Any] = field(hash=False)
    failure: str | None


def parse(document: bytes) -> list[Span]:
    """The spans of a request; raises what says where it is none."""
    request = json_format.ParseDict(with_binary_ids(json.loads(document)), ExportTraceServiceRequest())
    spans = []
    for group in request.resource_spans:
        service = attributes(group.resource)["service.name"]
        for scope in group.scope_spans:
            spans += [span(message, service) for message in scope.spans]
    return spans


def with_binary_ids(value: Any) -> Any:
    """The IDs as Protocol Buffers have them in JSON; OTLP's own form has them in hexadecimal."""
    if isinstance(value, list):
        return [with_binary_ids(element) for element in value]
    if not isinstance(value, dict):
        return value
    return {
        key: base64.b64encode(bytes.fromhex(member)).decode() if key in IDS else with_binary_ids(member)
        for key, member in value.items()
    }


def span(message: Message, service: str) -> Span:
    if len(message.trace_id) != 16 or len(message.span_id) != 8 or len(message.parent_span_id) not in (0, 8):
        raise ValueError(f"an ID of {message.name} has another length than W3C Trace Context wants")
    if not message.start_time_unix_nano <= message.end_time_unix_nano:
        raise ValueError(f"{message.name} ends before it begins")
    return Span(
        trace=message.trace_id.hex(),
        id=message.span_id.hex(),
        parent=message.parent_span_id.hex(),
        name=message.name,
        kind=Message.SpanKind.Name(message.kind).removeprefix("SPAN_KIND_").lower(),
        service=service,
        start=message.start_time_unix_nano,
        end=message.end_time_unix_nano,
        attributes=attributes(message),
        failure=message.status.message if message.status.code == Status.STATUS_CODE_ERROR else None,
    )


def attributes(owner: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in owner.attributes}


class Collector:
    """Listens on a free port of loopback, in threads of its own."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.received: list[Span] = []
        self.problems: list[str] = []
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = collector.take(self.path, self.headers["Content-Type"], body)
                answer = b"{}"
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def take(self, path: str, media_type: str, body: bytes) -> int:
        """Keeps the spans of a request, or what is wrong with it; the status to answer."""
        try:
            if (path, media_type) != ("/v1/traces", "application/json"):
                raise ValueError(f"{path} of {media_type} is not OTLP over HTTP in JSON")
            spans = parse(body)
        except (ValueError, KeyError, json_format.ParseError) as error:
            with self.lock:
                self.problems.append(f"{type(error).__name__}: {error}")
            return 400
        with self.lock:
            self.received += spans
        return 200

    def spans(self, trace: str) -> list[Span]:
        """What is known of a trace, in the order of its beginning."""
        with self.lock:
            return sorted((span for span in self.received if span.trace == trace), key=lambda span: span.start)


def tree(spans: list[Span]) -> list[str]:
    """The spans as lines, each below its parent; who has none here stands at the left."""
    known = {span.id for span in spans}
    origin = min((span.start for span in spans), default=0)
    lines: list[str] = []

    def add(span: Span, depth: int) -> None:
        took = (span.end - span.start) / 1e6
        at = (span.start - origin) / 1e6
        failure = f"  failed: {span.failure}" if span.failure is not None else ""
        lines.append(f"{at:9.1f} ms {took:9.1f} ms  {'  ' * depth}{span.service}: {span.name} ({span.kind}){failure}")
        for child in spans:
            if child.parent == span.id:
                add(child, depth + 1)

    for span in spans:
        if span.parent not in known:
            add(span, 0)
    return lines
