"""Reads out of the Swift sources which metrics the services have: names, kinds and labels."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from findings import files
from swift_source import SwiftSource

TOPS = ("Services", "Shared")
REGISTRY = "Shared/Telemetry/Metrics/PrometheusRegistry.swift"
PROCESS = "Shared/Telemetry/Metrics/ProcessMetrics.swift"
ROUTES = "Services/Gateway/Service/Resources/routes.json"
CONSTRUCTOR = re.compile(r"\b(Counter|FloatingPointCounter|Gauge|Meter|Timer|Recorder)\(\s*label:\s*(?=\")")
KINDS = {
    "Counter": "counter", "FloatingPointCounter": "counter", "Gauge": "gauge", "Meter": "gauge",
    "Timer": "histogram", "Recorder": "histogram",
}
# What the registry writes by itself.
WRITTEN = re.compile(r'# TYPE ((?:clowder|process)_\w+) (counter|gauge|histogram)\b')
DIMENSION = re.compile(r'\(\s*"(\w+)"\s*,')
RAW = re.compile(r'\(\s*"(\w+)"\s*,\s*[\w.]+\.rawValue\s*\)')
NAMED_DIMENSIONS = re.compile(r"\blet labels = (?=\[)")
PLACEHOLDER = re.compile(r"\\\((\w+)\)")
BOUNDS = re.compile(r"timerBounds = \[([^]]*)\]")


class Unreadable(Exception):
    """A metric whose name is made in a way that is not known here."""


@dataclass(frozen=True)
class Metric:
    """A family of series, as a process exposes it."""

    name: str
    kind: str
    labels: frozenset[str]
    # Labels whose values are the names of cases.
    cases: frozenset[str] = frozenset()

    @property
    def series(self) -> dict[str, frozenset[str]]:
        """The names under which its samples are found, and the labels that these have."""
        if self.kind != "histogram":
            return {self.name: self.labels}
        ends = {f"{self.name}_{end}": self.labels for end in ("sum", "count")}
        return ends | {f"{self.name}_bucket": self.labels | {"le"}}


class Tree:
    """The files of the project, some of them changed for the moment."""

    def __init__(self, root: Path, changed: dict[str, str] | None = None):
        self.root = root
        self.changed = changed or {}

    def paths(self, *tops: str, suffix: str = "") -> list[str]:
        return list(files(self.root, *tops, suffix=suffix))

    def exists(self, path: str) -> bool:
        return (self.root / path).is_file()

    def text(self, path: str) -> str:
        return self.changed.get(path) or (self.root / path).read_text(encoding="utf-8")

    def swift(self) -> Iterator[SwiftSource]:
        for path in self.paths(*TOPS, suffix=".swift"):
            yield SwiftSource(path, self.text(path))


@dataclass
class Emitted:
    """What the sources say of metrics."""

    metrics: dict[str, Metric]
    # Texts that may be a label's value: literals and cases.
    words: set[str]
    # By series, how something may have ended: the label is set where it is counted, to literals or to cases.
    outcomes: dict[str, set[str]]
    routes: set[str]
    bounds: set[float]

    @classmethod
    def read(cls, tree: Tree) -> Emitted:
        emitted = cls({}, set(), {}, {"none"}, set())
        for source in tree.swift():
            for metric in metrics(source):
                before = emitted.metrics.setdefault(metric.name, metric)
                if before != metric:
                    raise Unreadable(f"{source.path}: {metric.name} has other labels, or another kind, elsewhere")
                for series in metric.series:
                    emitted.outcomes.setdefault(series, set()).update(literals(source))
            emitted.words |= literals(source) | cases(source)
        for metric in emitted.metrics.values():
            if "outcome" in metric.cases:
                emitted.outcomes |= {series: emitted.words for series in metric.series}
        emitted.routes |= {route["path"] for route in json.loads(tree.text(ROUTES))["routes"]}
        registry = tree.text(REGISTRY)
        for name, kind in WRITTEN.findall(registry + tree.text(PROCESS)):
            emitted.metrics[name] = Metric(name, kind, frozenset())
        bounds = BOUNDS.search(registry)
        emitted.bounds = {float(it) for it in (bounds[1] if bounds else "").split(",") if it.strip()}
        if not emitted.bounds:
            raise Unreadable(f"{REGISTRY}: the bounds of timers are not where they are looked for")
        return emitted

    @property
    def series(self) -> dict[str, frozenset[str]]:
        return {name: labels for metric in self.metrics.values() for name, labels in metric.series.items()}


def literals(source: SwiftSource) -> set[str]:
    return {source.text[it.start + 1 : it.end - 1] for it in source.literals if not it.is_interpolated}


def cases(source: SwiftSource) -> set[str]:
    found = re.findall(r"^\s*case ((?:\w+)(?:, \w+)*)", source.code, re.MULTILINE)
    return {name for names in found for name in names.split(", ")}


def metrics(source: SwiftSource) -> Iterator[Metric]:
    """The metrics that a file makes."""
    for match in CONSTRUCTOR.finditer(source.uncommented):
        literal = source.literal_at(match.end())
        if literal is None:
            continue
        closing = source.closing(source.text.index("(", match.start()))
        rest = source.uncommented[literal.end : closing]
        labels = frozenset(DIMENSION.findall(rest)) | named_labels(source, rest)
        raw = frozenset(RAW.findall(rest))
        for name in names(source, source.text[literal.start + 1 : literal.end - 1], match.start()):
            yield Metric(name, KINDS[match[1]], labels, raw)


def named_labels(source: SwiftSource, arguments: str) -> frozenset[str]:
    """The labels that a constructor takes from `let labels = […]` of its file."""
    if not re.search(r"\blabels\b", arguments):
        return frozenset()
    found: set[str] = set()
    for match in NAMED_DIMENSIONS.finditer(source.uncommented):
        found |= set(DIMENSION.findall(source.uncommented[match.end() : source.closing(match.end())]))
    if not found:
        raise Unreadable(f"{source.path}: dimensions named labels, which are not found in the file")
    return frozenset(found)


def names(source: SwiftSource, literal: str, offset: int) -> list[str]:
    """The names that a literal stands for: one, or one for each call of the function around it."""
    placeholder = PLACEHOLDER.search(literal)
    if not placeholder:
        return [literal]
    around = re.findall(rf"func (\w+)\(_ {placeholder[1]}: String\)", source.uncommented[:offset])
    calls = re.findall(rf'\b{around[-1]}\("(\w+)"\)', source.uncommented) if around else []
    if not calls or PLACEHOLDER.search(literal, placeholder.end()):
        raise Unreadable(f"{source.path}:{source.line(offset)}: the name {literal} is made in a way that is not known")
    return [literal.replace(placeholder[0], call) for call in calls]
