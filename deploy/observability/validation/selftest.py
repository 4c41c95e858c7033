"""Proves that each rule of the check fires on what is wrong, and that metrics and expressions are read right."""

from __future__ import annotations

import sys
from pathlib import Path

import check
import metrics
import promql
import scrapes
from check import FOLDER, Rules
from findings import Finding, report
from metrics import Emitted, Tree
from swift_source import SwiftSource

ROOT = check.HERE.parent.parent.parent
RULES = f"{FOLDER}/rules"
POOL = "Shared/LoadBalancing/PoolMetrics.swift"
QUEUE = "Shared/Messaging/Queue/QueueConsumer.swift"
SHED = "Services/Gateway/Service/Limits/ConcurrencyJournal.swift"

# What is wrong: a file, what is replaced in it by what, the rule that has to say so, and with which words.
CHANGES = [
    (SHED, "clowder_shed_requests_total", "clowder_refused_total", "expressions",
     "exposes clowder_shed_requests_total"),
    (SHED, "clowder_shed_requests_total", "clowder_refused_total", "panels", "exposes clowder_shed_requests_total"),
    (SHED, '("priority", ', '("importance", ', "expressions", "the label priority"),
    (POOL, 'gauge("set_held")', 'gauge("set_kept")', "expressions", "exposes clowder_pool_set_held"),
    (POOL, '[("service", service)]', '[("peer", service)]', "panels", "the label service"),
    (QUEUE, 'count("unrecorded")', 'count("unknown")', "expressions", "the label outcome is never unrecorded"),
    (metrics.REGISTRY, "0.1, 0.25, 0.5", "0.1, 0.2, 0.5", "expressions", "the label le is never 0.25"),
    (metrics.ROUTES, '"/v1/password-resets"', '"/v1/new-passwords"', "expressions", "never /v1/password-resets"),
    (f"{RULES}/gateway.yaml", 'le="0.25"', 'le="1"', "expressions", "the label le is never 1"),
    (f"{RULES}/gateway.yaml", 'status=~"5.."', 'status=~"6.."', "expressions", "the label status is never 6.."),
    (f"{RULES}/gateway.yaml", 'method="GET"', 'method="get"', "expressions", "the label method is never get"),
    (f"{RULES}/gateway.yaml", 'job="gateway"', 'job="door"', "expressions", "the label job is never door"),
    (f"{RULES}/gateway.yaml", "by (priority)", "by (kind)", "expressions", "has the label kind"),
    (f"{RULES}/gateway.yaml", "record: gateway:fail", "record: gateway:err", "expressions", "gateway:failures:rate5m"),
    (f"{RULES}/mail.yaml", 'topic="account-erasure"', 'topic="erasure"', "expressions",
     "the label topic is never erasure"),
    (f"{RULES}/mail.yaml", "increase(", "growth(", "expressions", "growth is no function"),
    (f"{RULES}/upstreams.yaml", "severity: page", "severity: soon", "annotations", "has no severity"),
    (f"{RULES}/upstreams.yaml", "summary:", "title:", "annotations", "has no summary"),
    (f"{RULES}/upstreams.yaml", "registry-lost.md", "registry-found.md", "annotations", "there is no runbook"),
    (f"{RULES}/upstreams.yaml", "#a-breaker-is-open", "#a-breaker-is-closed", "annotations", "has no heading"),
    ("docs/runbooks/replicas-failing.md", "### A breaker is open", "### Breakers", "annotations", "has no heading"),
    (f"{RULES}/upstreams.yaml", "alert: PoolPanics", "alert: PoolInPanic", "tested", "no test in which it comes"),
    (f"{RULES}/tests/processes.yaml", "exp_alerts: []", "exp_alerts: [{}]", "tested",
     "no test in which it does not come"),
    (f"{FOLDER}/grafana/dashboards/mail.json", "sign-ups", "registrations", "panels",
     "is not what dashboards.py makes"),
    (check.CONFIGURATION, "job_name: search", "job_name: finder", "targets", "search is a service or a job"),
    (check.CONFIGURATION, "names: [search]", "names: [users]", "targets", "search asks for ['users']"),
    (check.CONFIGURATION, "port: 8081", "port: 8080", "targets", "is asked on 8080"),
    (check.DOCKERFILE, "OPERATIONS_PORT=8081", "OPERATIONS_PORT=8082", "targets", "is asked on 8081"),
]
SWIFT = """
let labels = [("a", x), ("b", y)]
func gauge(_ name: String) -> Gauge { Gauge(label: "m_\\(name)", dimensions: labels) }
let one = gauge("one"), two = gauge("two")
// Counter(label: "commented")
Counter(label: "c_total", dimensions: labels + [("d", z)]).increment()
Timer(
    label: "t_seconds",
    dimensions: [("method", MetricLabel.method(request.method)), ("f", "g")]
)
Logger(label: "l")
"""
READ = {
    ("m_one", "gauge", "ab"), ("m_two", "gauge", "ab"), ("c_total", "counter", "abd"),
    ("t_seconds", "histogram", "fmethod"),
}
UNREADABLE = ['Gauge(label: "m_\\(name)")', 'Counter(label: "c", dimensions: labels)']
# An expression, the series it uses with their matchers, and the labels it groups by.
EXPRESSIONS = [
    ('sum by (a, b) (rate(m_total{c="d", e=~"f|g"}[5m])) > 0.5 * 14', ["m_total c=d e=~f|g"], {"a", "b"}),
    ("m unless on (a) m offset 1h", ["m", "m"], {"a"}),
    ("absent(job:up:count{job=\"{by(x)\"})", ['job:up:count job={by(x)'], set()),
    ("histogram_quantile(0.99, sum by (le) (m_bucket{}))", ["m_bucket"], {"le"}),
    ("a and bool b", ["a", "b"], set()),
]
NO_EXPRESSIONS = ['{a="b"}', "m{a=b}", "sums(m)", "m{", "sum by (a"]
SCRAPE = """# TYPE c counter
c{a="x",b="a{\\"}"} 1
# TYPE h histogram
h_bucket{a="x",le="+Inf"} 2
h_sum{a="x"} 0.1
h_count{a="x"} 2
"""


class Samples:
    """Compares what is with what should be, and collects the differences."""

    def __init__(self) -> None:
        self.count = 0
        self.findings: list[Finding] = []

    def expect(self, actual: object, expected: object, sample: str) -> None:
        self.count += 1
        if actual != expected:
            path = f"{FOLDER}/validation/selftest.py"
            wrong = f"{sample}: {actual!r} is not {expected!r}"
            self.findings.append(Finding(path, 1, wrong, "repair it or its sample"))


def changes(test: Samples) -> None:
    """Each change of one file is seen; without it nothing is."""
    good = Rules.read(Tree(ROOT))
    for name, rule in check.RULES.items():
        test.expect([str(it) for it in rule(good)], [], f"{name} on the tree as it is")
        test.expect(any(it[3] == name for it in CHANGES), True, f"a sample of {name}")
    for path, old, new, rule, words in CHANGES:
        text = good.tree.text(path)
        test.expect(old in text, True, f"{path} has {old}")
        wrong = Rules.read(Tree(ROOT, {path: text.replace(old, new)}))
        said = [it.wrong for it in check.RULES[rule](wrong)]
        test.expect(any(words in it for it in said), True, f"{path}: {old} → {new}: {rule} says {said[:2]}")


def sources(test: Samples) -> None:
    read = {(it.name, it.kind, "".join(sorted(it.labels))) for it in metrics.metrics(SwiftSource("a.swift", SWIFT))}
    test.expect(read, READ, "metrics of a file")
    for text in UNREADABLE:
        try:
            list(metrics.metrics(SwiftSource("a.swift", text)))
            test.expect("read", "refused", text)
        except metrics.Unreadable:
            test.expect("refused", "refused", text)


def expressions(test: Samples) -> None:
    for text, uses, groupings in EXPRESSIONS:
        read = promql.parse(text)
        told = [" ".join([it.name, *(m.label + m.operator + m.value for m in it.matchers)]) for it in read.uses]
        test.expect((told, read.groupings), (uses, groupings), text)
    for text in NO_EXPRESSIONS:
        try:
            test.expect(promql.parse(text), "refused", text)
        except promql.Unreadable:
            test.expect("refused", "refused", text)


def exposed(test: Samples) -> None:
    labels = frozenset("a")
    known = {"c": metrics.Metric("c", "counter", frozenset("ab")), "h": metrics.Metric("h", "histogram", labels)}
    for changed, count in [
        ({}, 0), ({"c": None}, 1), ({"c": metrics.Metric("c", "gauge", frozenset("ab"))}, 1),
        ({"c": metrics.Metric("c", "counter", labels)}, 1),
        ({"h": metrics.Metric("h", "histogram", frozenset("ac"))}, 3),
    ]:
        told = {name: it for name, it in (known | changed).items() if it}
        emitted = Emitted(told, set(), {}, set(), set())
        found = list(scrapes.problems(scrapes.parse(SCRAPE), emitted))
        test.expect(len(found), count, f"a scrape, and {changed} in the sources: {found}")


def main() -> int:
    test = Samples()
    for part in (changes, sources, expressions, exposed):
        part(test)
    return report("selftest", test.findings, f"{test.count} samples, {len(test.findings)} of them wrong")


if __name__ == "__main__":
    sys.exit(main())
