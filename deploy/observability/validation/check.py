"""Holds rules, their tests, dashboards and scrapes against what the services expose: check.py [SCRAPE…]"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterator

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent.parent / "checks"), str(HERE.parent)]

try:
    import yaml
except ImportError as error:
    sys.exit(f"check: {error}; apt-get install python3-yaml, or name another interpreter with PYTHON=…")

import dashboards
import metrics
import promql
import scrapes
from findings import Finding, report
from metrics import Emitted, Tree

FOLDER = "deploy/observability"
CONFIGURATION = f"{FOLDER}/prometheus.yaml"
COMPOSE = "deploy/compose/compose.yaml"
DOCKERFILE = "deploy/images/Dockerfile"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}
# What Prometheus itself adds: series with their labels, and the labels of every series.
OWN = {
    "up": set(), "scrape_duration_seconds": set(), "scrape_samples_scraped": set(),
    "ALERTS": {"alertname", "alertstate", "severity"},
}
ADDED = {"job", "instance"}


@dataclass
class Rules:
    """The files of rules with what they are held against."""

    tree: Tree
    emitted: Emitted
    jobs: set[str] = field(default_factory=set)
    # Each rule with its file.
    rules: list[tuple[str, dict]] = field(default_factory=list)

    @classmethod
    def read(cls, tree: Tree) -> Rules:
        result = cls(tree, Emitted.read(tree))
        result.jobs = {it["job_name"] for it in yaml.safe_load(tree.text(CONFIGURATION))["scrape_configs"]}
        for path in tree.paths(f"{FOLDER}/rules", suffix=".yaml"):
            if "/tests/" in path:
                continue
            for group in yaml.safe_load(tree.text(path))["groups"]:
                result.rules += [(path, rule) for rule in group["rules"]]
        return result

    @property
    def alerts(self) -> list[tuple[str, dict]]:
        return [(path, rule) for path, rule in self.rules if "alert" in rule]

    def recorded(self) -> dict[str, set[str]]:
        """The series that rules record, with their labels."""
        recorded = {}
        for _, rule in self.rules:
            if "record" in rule:
                try:
                    kept = promql.parse(rule["expr"]).kept
                except promql.Unreadable:
                    # The rule that looks at expressions says so.
                    kept = set()
                recorded[rule["record"]] = kept | set(rule.get("labels", {}))
        return recorded

    def series(self) -> dict[str, set[str]]:
        """Every series there is, with its labels."""
        exposed = {name: set(labels) | ADDED for name, labels in self.emitted.series.items()}
        return exposed | {name: labels | ADDED for name, labels in OWN.items()} | self.recorded()

    def line(self, path: str, name: str) -> int:
        """The line that gives a rule or a job its name."""
        lines = self.tree.text(path).splitlines()
        return next((number for number, line in enumerate(lines, 1) if line.endswith(f": {name}")), 1)


def problems(rules: Rules, expression: str) -> Iterator[str]:
    """What an expression uses that is not there."""
    try:
        parsed = promql.parse(expression)
    except promql.Unreadable as error:
        yield str(error)
        return
    series, labels = rules.series(), set()
    for use in parsed.uses:
        if use.name not in series:
            yield f"no service exposes {use.name}, and no rule records it"
            continue
        labels |= series[use.name]
        for matcher in use.matchers:
            if matcher.label not in series[use.name]:
                yield f"{use.name} has no label {matcher.label}"
            else:
                yield from values(rules, use.name, matcher)
    for label in sorted(parsed.groupings - labels):
        yield f"no series of the expression has the label {label}"


def values(rules: Rules, name: str, matcher: promql.Matcher) -> Iterator[str]:
    """The values of a matcher that the label never has."""
    for value in matcher.value.split("|") if "~" in matcher.operator else [matcher.value]:
        if not is_value(rules, name, matcher, value):
            yield f"{name}: the label {matcher.label} is never {value}"


def is_value(rules: Rules, name: str, matcher: promql.Matcher, value: str) -> bool:
    if matcher.label == "le":
        # Prometheus 3 spells whole bounds 1.0 where 2 has 1: a rule for both names none of them.
        return any(str(bound) == value and bound % 1 for bound in rules.emitted.bounds)
    if matcher.label == "status":
        return bool(re.fullmatch(r"[1-5](\d\d|\.\.)", value))
    if matcher.label in OWN["ALERTS"]:
        return True
    known = {
        "job": rules.jobs, "method": METHODS, "route": rules.emitted.routes,
        # What a series is about may be named anywhere.
        "outcome": rules.emitted.outcomes.get(name, rules.emitted.words),
    }.get(matcher.label, rules.emitted.words)
    if "~" not in matcher.operator:
        return value in known
    try:
        return any(re.fullmatch(value, it) for it in known)
    except re.error:
        # Alternatives in brackets are cut apart: they are to be written out, so that each is held against the tree.
        return False


def expressions(rules: Rules) -> Iterator[Finding]:
    """Series, labels and values in rules exist."""
    for path, rule in rules.rules:
        name = rule.get("alert") or rule["record"]
        for problem in problems(rules, rule["expr"]):
            yield Finding(path, rules.line(path, name), f"{name}: {problem}", "use what the sources expose")


def panels(rules: Rules) -> Iterator[Finding]:
    """Dashboards are those of the script, and their series, labels and values exist."""
    made = {f"{FOLDER}/{path}": text for path, text in dashboards.rendered().items()}
    there = set(rules.tree.paths(f"{FOLDER}/grafana/dashboards"))
    for path in sorted(set(made) | there):
        if path not in made or path not in there or rules.tree.text(path) != made[path]:
            yield Finding(path, 1, "is not what dashboards.py makes", f"run {FOLDER}/dashboards.py")
        for panel in json.loads(rules.tree.text(path))["panels"] if path in there else []:
            for target in panel["targets"]:
                for problem in problems(rules, target["expr"].replace("$__rate_interval", "5m")):
                    yield Finding(path, 1, f"{panel['title']}: {problem}", "use what the sources expose")


def annotations(rules: Rules) -> Iterator[Finding]:
    """An alert says how much it matters, what is wrong, and which page helps."""
    for path, rule in rules.alerts:
        name, line = rule["alert"], rules.line(path, rule["alert"])
        if rule.get("labels", {}).get("severity") not in ("page", "ticket"):
            yield Finding(path, line, f"{name} has no severity", "page, when somebody has to come at once, or ticket")
        if not rule.get("annotations", {}).get("summary"):
            yield Finding(path, line, f"{name} has no summary", "say in one line what is wrong")
        page, _, anchor = rule.get("annotations", {}).get("runbook", "").partition("#")
        if not page.startswith("docs/runbooks/") or not rules.tree.exists(page):
            yield Finding(path, line, f"{name}: there is no runbook {page!r}", "name a page of docs/runbooks")
        elif anchor and anchor not in anchors(rules.tree.text(page)):
            yield Finding(path, line, f"{name}: {page} has no heading #{anchor}", "name one that it has")


def anchors(markdown: str) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def tested(rules: Rules) -> Iterator[Finding]:
    """Every alert has a test in which it comes, and one in which it does not."""
    cases: dict[str, set[bool]] = {}
    for path in rules.tree.paths(f"{FOLDER}/rules/tests", suffix=".yaml"):
        for test in yaml.safe_load(rules.tree.text(path))["tests"]:
            for case in test.get("alert_rule_test", []):
                cases.setdefault(case["alertname"], set()).add(bool(case.get("exp_alerts")))
    for path, rule in rules.alerts:
        for kind, text in [(True, "in which it comes"), (False, "in which it does not come")]:
            if kind not in cases.get(rule["alert"], set()):
                line = rules.line(path, rule["alert"])
                yield Finding(path, line, f"{rule['alert']} has no test {text}", "add one to rules/tests")


def targets(rules: Rules) -> Iterator[Finding]:
    """The jobs are the services of our own in the stack of containers, on the port of their operations listeners."""
    services = yaml.safe_load(rules.tree.text(COMPOSE))["services"]
    ours = {name for name, it in services.items() if it.get("build", {}).get("dockerfile") == DOCKERFILE}
    listening = re.search(r"\bOPERATIONS_PORT=(\d+)", rules.tree.text(DOCKERFILE))
    for wrong in sorted(ours ^ rules.jobs):
        yield Finding(CONFIGURATION, 1, f"{wrong} is a service or a job, and not both", "scrape what runs")
    for job in yaml.safe_load(rules.tree.text(CONFIGURATION))["scrape_configs"]:
        for source in job["dns_sd_configs"]:
            name = job["job_name"]
            line = rules.line(CONFIGURATION, name)
            if source["names"] != [name]:
                yield Finding(CONFIGURATION, line, f"{name} asks for {source['names']}", "ask for the service's name")
            if not listening or source["port"] != int(listening[1]):
                yield Finding(CONFIGURATION, line, f"{name} is asked on {source['port']}", f"see {DOCKERFILE}")


Rule = Callable[[Rules], Iterator[Finding]]
RULES: dict[str, Rule] = {it.__name__: it for it in (expressions, panels, annotations, tested, targets)}


def main() -> int:
    tree = Tree(HERE.parent.parent.parent)
    try:
        rules = Rules.read(tree)
    except metrics.Unreadable as error:
        sys.exit(f"check: {error}; teach validation/metrics.py to read it")
    failed = 0
    for name, rule in RULES.items():
        found = list(rule(rules))
        failed |= report(name, found, f"{len(found)} findings" if found else (rule.__doc__ or ""))
    if paths := sys.argv[1:]:
        seen = [scrapes.parse(Path(path).read_text(encoding="utf-8")) for path in paths]
        found = [Finding(path, 1, it, "mend validation/metrics.py") for path, scrape in zip(paths, seen)
                 for it in scrapes.problems(scrape, rules.emitted)]
        names = {family for scrape in seen for family in scrape.kinds}
        known = len(rules.emitted.metrics)
        failed |= report("scrapes", found, f"{len(names)} of {known} metrics seen in {len(seen)} processes")
    return failed


if __name__ == "__main__":
    sys.exit(main())
