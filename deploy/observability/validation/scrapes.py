"""Reads what a process answers to /metrics, and holds it against what was read out of the sources."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Iterator

from metrics import Emitted

TYPE = re.compile(r"# TYPE (\S+) (\S+)")
SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? \S+")
LABEL = re.compile(r'(\w+)="(?:[^"\\]|\\.)*"')


@dataclass
class Scrape:
    kinds: dict[str, str] = field(default_factory=dict)
    # The labels of each series' samples, each set once.
    samples: dict[str, set[frozenset[str]]] = field(default_factory=dict)


def parse(text: str) -> Scrape:
    scrape = Scrape()
    for line in text.splitlines():
        if kind := TYPE.fullmatch(line):
            scrape.kinds[kind[1]] = kind[2]
        elif sample := SAMPLE.fullmatch(line):
            scrape.samples.setdefault(sample[1], set()).add(frozenset(LABEL.findall(sample[2] or "")))
        elif line:
            raise ValueError(f"this is no line of a scrape: {line}")
    return scrape


def problems(scrape: Scrape, emitted: Emitted) -> Iterator[str]:
    for name, kind in scrape.kinds.items():
        if name not in emitted.metrics:
            yield f"{name} is exposed and was not found in the sources"
        elif emitted.metrics[name].kind != kind:
            yield f"{name} is a {kind}, and a {emitted.metrics[name].kind} by the sources"
    for name, sets in scrape.samples.items():
        for labels in sets:
            if name in emitted.series and labels != emitted.series[name]:
                yield f"{name} has the labels {sorted(labels)}, and {sorted(emitted.series[name])} by the sources"
