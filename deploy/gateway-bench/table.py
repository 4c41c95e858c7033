"""Prints the medians of one experiment as tables: table.py RESULTS TICKS-PER-SECOND"""

from __future__ import annotations

import sys
from collections import defaultdict
from statistics import median
from typing import Iterable, NamedTuple


class Run(NamedTuple):
    """One run of one proxy, in the order in which `run` writes it."""

    requests: int
    microseconds: int
    p50: int
    p99: int
    late_per_million: int
    ticks: int
    proxy_core_idle_ticks: int
    load_core_idle_ticks: int
    resident_kib: int
    threads: int

    @property
    def rate(self) -> float:
        return self.requests / self.microseconds * 1e6


def read(path: str) -> dict[str, dict[int, Run]]:
    """The runs of each proxy by their round."""
    runs: dict[str, dict[int, Run]] = defaultdict(dict)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            proxy, number, *numbers = line.rstrip("\n").split("\t")
            runs[proxy][int(number)] = Run(*map(int, numbers))
    return runs


def row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |")


def head(*cells: str) -> None:
    row(*cells)
    print("|" + "---|" * len(cells))


def middle(values: Iterable[float], form: str) -> str:
    """The median, or a dash where a failure left nothing to take it of."""
    present = list(values)
    return format(median(present), form) if present else "–"


def print_results(runs: dict[str, dict[int, Run]], tick: float) -> None:
    base = next((rounds for proxy, rounds in runs.items() if proxy.startswith("nginx")), {})
    head("proxy", "requests/s", "ratio to nginx", "CPU µs/request", "p50", "p99", "resident MiB")
    for proxy, rounds in runs.items():
        every = rounds.values()
        pairs = [(run, base[number]) for number, run in rounds.items() if number in base]
        row(
            proxy,
            middle((run.rate for run in every), ".0f"),
            middle((run.rate / other.rate for run, other in pairs if other.requests), ".2f"),
            middle((run.ticks * tick / run.requests for run in every if run.requests), ".1f"),
            middle((run.p50 / 1e3 for run in every), ".2f") + " ms",
            middle((run.p99 / 1e3 for run in every), ".2f") + " ms",
            middle((run.resident_kib / 1024 for run in every), ".0f"),
        )


def print_cores(runs: dict[str, dict[int, Run]], tick: float) -> None:
    head("proxy", "threads", "its core: the proxy", "its core: the rest", "the load's core: all", "replies after 5 ms")
    for proxy, rounds in runs.items():
        every = rounds.values()
        own = [run.ticks * tick / run.microseconds for run in every]
        idle = [run.proxy_core_idle_ticks * tick / run.microseconds for run in every]
        load_idle = [run.load_core_idle_ticks * tick / run.microseconds for run in every]
        row(
            proxy,
            str(max(run.threads for run in every)),
            middle(own, ".0%"),
            middle((max(0, 1 - used - left) for used, left in zip(own, idle)), ".0%"),
            middle((max(0, 1 - left) for left in load_idle), ".0%"),
            middle((run.late_per_million / 1e6 for run in every), ".1%"),
        )


def main() -> None:
    runs = read(sys.argv[1])
    tick = 1e6 / int(sys.argv[2])
    print_results(runs, tick)
    print()
    print_cores(runs, tick)


if __name__ == "__main__":
    main()
