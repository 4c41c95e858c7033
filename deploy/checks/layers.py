"""Checks that dependencies between targets point the way the architecture says.

The edges come from `swift package describe`. The imports of every source file are compared with its target's declared
dependencies as text: that takes a second, where a build with `--explicit-target-dependency-import-check error` takes
minutes and sees sibling targets only.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from findings import Finding, project_root, report
from swift_source import SwiftSource

# The libraries below Shared, by layer. "System" holds the C libraries that only Shared wraps.
SHARED = {
    "System": ("CCrypt", "CHiredis", "CMalloc", "CNATS", "CPostgreSQL", "CSQLite"),
    "L0": ("InputValidation", "Correlation", "PasswordHashing", "Discovery", "Resilience", "SMTP",
           "SQLStorage", "SQLiteStorage"),
    "L1": ("PostgreSQL", "Etcd", "Redis", "HTTPEdge", "LoadBalancing", "StructuredLogging", "Telemetry", "Mail",
           "Messaging", "Tokens", "AccessPolicy"),
    "L2": ("HTTPProxy", "NATS", "TCPProxy", "ServiceClient", "ServiceRuntime"),
}

# The services and the parts of each.
SERVICES = {
    "Users": ("Contract", "Domain", "Service", "Main"),
    "Search": ("Contract", "Domain", "Service", "Main"),
    "MailWorker": ("Contract", "Service", "Main"),
    "Gateway": ("Service", "Main"),
}

# Targets whose place does not follow from their name: layer and path.
PLACES = {
    "LocalStack": ("Stack", "deploy/local/LocalStack"),
    "clowder": ("StackMain", "deploy/local/Main"),
    "StackSupport": ("Tests", "Tests/StackSupport"),
    "BalancingLab": ("Lab", "deploy/lab/BalancingLab"),
    "balancing-lab": ("LabMain", "deploy/lab/Main"),
    "BalancingLabTests": ("Tests", "Tests/Shared/BalancingLabTests"),
    "CCurl": ("System", "Shared/CCurl"),
    "CResolver": ("System", "Shared/CResolver"),
    "TestSupport": ("Tests", "Tests/TestSupport"),
    "Conformance": ("Tests", "Tests/Conformance"),
    "ServiceTestSupport": ("Tests", "Tests/ServiceTestSupport"),
    "Gherkin": ("Tests", "Tests/Features/Gherkin"),
    "GherkinTests": ("Tests", "Tests/Features/GherkinTests"),
    "FeatureTests": ("Tests", "Tests/Features/Scenarios"),
    "IntegrationTests": ("Tests", "Tests/Integration"),
}

# What each layer may depend on; "own" means of the same service.
MAY_USE = {
    "System": (),
    "L0": ("System",),
    "L1": ("System", "L0"),
    "L2": ("System", "L0", "L1"),
    "Contract": ("L0",),
    "Domain": ("L0",),
    "Service": ("L0", "L1", "L2", "Contract", "own Domain"),
    "Main": ("L0", "L1", "L2", "Contract", "own Domain", "own Service"),
    "Stack": (),
    "StackMain": (),
    "Lab": ("L0", "L1"),
    "LabMain": ("Lab",),
    "Tests": ("System", "L0", "L1", "L2", "Contract", "Domain", "Service", "Stack", "Lab", "Tests"),
}

# Single edges that the table above does not allow, each with its reason.
EDGES = {
    ("SQLiteStorage", "SQLStorage"): "an engine and the protocol it stands behind; Messaging uses both",
    ("ServiceRuntime", "ServiceClient"): "the runtime makes, runs and drains the clients of every service",
    ("LocalStack", "Discovery"): "the stack reads the leases that instances write",
    ("clowder", "LocalStack"): "the command line starts the stack",
    ("clowder", "PasswordHashing"): "the benchmark compares the hasher with libxcrypt itself",
    ("clowder", "Messaging"): "the benchmark of queues uses them as the services do",
    ("clowder", "NATS"): "the benchmark of queues opens them by their URLs",
}

# The only products that these layers may use.
PRODUCTS = {"Contract": (), "Domain": ("Crypto",)}

# Products whose modules are not just the one of the same name.
PRODUCT_MODULES = {"Instrumentation": ("Instrumentation", "ServiceContextModule")}

# Modules of the toolchain and the system, which need no declaration.
SYSTEM_MODULES = {
    "Android", "Darwin", "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Musl", "Observation",
    "RegexBuilder", "Swift", "Synchronization", "Testing", "os",
}

IMPORT = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:typealias|struct|class|enum|actor|protocol|let|var|func)\s+)?(\w+)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Place:
    """Where a target belongs: its layer, its service if it has one, and its path."""

    layer: str
    service: str
    path: str


def place(target: str) -> Place | None:
    """The place that a target's name gives it."""
    if target in PLACES:
        layer, path = PLACES[target]
        return Place(layer, "", path)
    for layer, names in SHARED.items():
        if target in names:
            return Place(layer, "", f"Shared/System/{target}" if layer == "System" else f"Shared/{target}")
    for service, parts in SERVICES.items():
        for part in parts:
            if target == (executable(service) if part == "Main" else service + part):
                return Place(part, service, f"Services/{service}/{part}")
    subject = place(target[: -len("Tests")]) if target.endswith("Tests") else None
    if subject and subject.layer not in ("Main", "StackMain"):
        return Place("Tests", "", f"Tests/{'Services' if subject.service else 'Shared'}/{target}")
    return None


def executable(service: str) -> str:
    """The name of a service's executable: `mail-worker` for `MailWorker`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", service).lower()


def is_allowed(user: str, used: str) -> bool:
    """Whether the tables allow the edge between two targets that have a place."""
    origin, destination = place(user), place(used)
    own = f"own {destination.layer}" in MAY_USE[origin.layer] and origin.service == destination.service
    return own or destination.layer in MAY_USE[origin.layer] or (user, used) in EDGES


class Manifest:
    """Finds the line of the manifest that declares a target or one of its dependencies."""

    def __init__(self, root: Path):
        path = root / "Package.swift"
        self.source = SwiftSource("Package.swift", path.read_text() if path.exists() else "")

    def line(self, target: str, dependency: str = "") -> int:
        declaration = re.search(self._declaration(target), self.source.text)
        if not declaration:
            return 1
        end = self.source.closing(self.source.text.index("(", declaration.start()))
        use = self.source.text.find(f'"{dependency}"', declaration.end(), end) if dependency else -1
        return self.source.line(declaration.start() if use < 0 else use)

    @staticmethod
    def _declaration(target: str) -> str:
        belongs = place(target)
        if belongs and belongs.layer == "Main":
            return rf'\.main\(\s*of: "{belongs.service}"'
        if belongs and belongs.service:
            return rf'\.part\(\s*\.{belongs.layer.lower()},\s*of: "{belongs.service}"'
        tests = re.match(r"(\w+?)(Service)?Tests$", target)
        by_subject = rf'|\.tests\(\s*of(?:Service)?: "{tests[1]}(?:{tests[2] or ""})?"' if tests else ""
        return rf'\.\w+\(\s*(?:name: )?"{re.escape(target)}"{by_subject}'


def check(root: Path, targets: list[dict]) -> list[Finding]:
    """The findings in a package, given the targets as `swift package describe` tells them."""
    names = {target["name"] for target in targets}
    manifest = Manifest(root)
    findings = stale_entries(targets)
    for target in targets:
        findings += misplaced(target, manifest)
        findings += illegal_edges(target, manifest)
        findings += undeclared_imports(root, target, {name.replace("-", "_") for name in names})
    return findings


def stale_entries(targets: list[dict]) -> list[Finding]:
    """Lines of the tables above that no longer say anything about the package."""
    names = {target["name"] for target in targets}
    known = {name for layer in SHARED.values() for name in layer} | set(PLACES)
    known |= {executable(s) if p == "Main" else s + p for s, parts in SERVICES.items() for p in parts}
    edges = {(target["name"], used) for target in targets for used in target.get("target_dependencies", ())}
    findings = [stale(f"the target {name} does not exist") for name in sorted(known - names)]
    return findings + [stale(f"the edge {user} → {used} does not exist") for user, used in sorted(set(EDGES) - edges)]


def stale(wrong: str) -> Finding:
    return Finding("deploy/checks/layers.py", 1, wrong, "take it out of the table")


def misplaced(target: dict, manifest: Manifest) -> list[Finding]:
    """What is wrong with a target's name, path or kind."""
    name, belongs = target["name"], place(target["name"])
    line = manifest.line(name)
    if belongs is None:
        advice = "give it its place in the tables of deploy/checks/layers.py"
        return [Finding("Package.swift", line, f"the target {name} is in no layer", advice)]
    findings = []
    if target["path"] != belongs.path:
        wrong = f"the target {name} lies in {target['path']}"
        findings.append(Finding("Package.swift", line, wrong, f"move it to {belongs.path}"))
    if (target["type"] == "executable") != (belongs.layer in ("Main", "StackMain", "LabMain")):
        wrong = f"the target {name} is of the type {target['type']}"
        findings.append(Finding("Package.swift", line, wrong, "only a Main is executable, and every Main is"))
    return findings


def illegal_edges(target: dict, manifest: Manifest) -> list[Finding]:
    """The dependencies that a target's layer does not allow."""
    name, origin = target["name"], place(target["name"])
    if origin is None:
        return []
    findings = []
    for used in target.get("target_dependencies", ()):
        destination = place(used)
        if destination and not is_allowed(name, used):
            wrong = f"{name} ({origin.layer}) depends on {used} ({destination.layer})"
            instead = f"{origin.layer} may use {', '.join(MAY_USE[origin.layer]) or 'nothing but listed edges'}"
            findings.append(Finding("Package.swift", manifest.line(name, used), wrong, instead))
    for product in target.get("product_dependencies", ()):
        if product not in PRODUCTS.get(origin.layer, (product,)):
            instead = "keep the layer pure; move the code to Service, or to a library below Shared"
            wrong = f"{name} ({origin.layer}) depends on the product {product}"
            findings.append(Finding("Package.swift", manifest.line(name), wrong, instead))
    return findings


def undeclared_imports(root: Path, target: dict, modules: set[str]) -> list[Finding]:
    """The imports of modules that a target does not declare as dependencies."""
    declared = {used.replace("-", "_") for used in target.get("target_dependencies", ())}
    for product in target.get("product_dependencies", ()):
        declared.update(PRODUCT_MODULES.get(product, (product,)))
    findings = []
    for name in target.get("sources", ()):
        path = f"{target['path']}/{name}"
        if not name.endswith(".swift") or not (root / path).exists():
            continue
        source = SwiftSource.read(root, path)
        for found in IMPORT.finditer(source.code):
            module = found[1]
            if module in declared or module in SYSTEM_MODULES:
                continue
            kind = "the target" if module in modules else "the product"
            wrong = f"{target['name']} imports {module} and does not declare it"
            instead = f"add {kind} to its dependencies in Package.swift, or do without"
            findings.append(Finding(path, source.line(found.start(1)), wrong, instead))
    return findings


def described(root: Path) -> list[dict]:
    """The package's targets. A scratch folder of its own keeps it from waiting for a build."""
    with tempfile.TemporaryDirectory() as scratch:
        command = ["swift", "package", "--package-path", str(root), "--scratch-path", scratch]
        command += ["--disable-automatic-resolution", "describe", "--type", "json"]
        run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        raise RuntimeError(run.stderr.strip()[-400:])
    return json.loads(run.stdout[run.stdout.index("{") :])["targets"]


def main() -> int:
    root = project_root()
    try:
        targets = described(root)
    except RuntimeError as error:
        failure = Finding("Package.swift", 1, f"the manifest cannot be read: {error}", "run `swift package describe`")
        return report("layers", [failure], "no manifest")
    findings = check(root, targets)
    edges = sum(len(target.get("target_dependencies", ())) for target in targets)
    sources = sum(len(target.get("sources", ())) for target in targets)
    return report("layers", findings, f"{len(targets)} targets, {edges} edges, imports of {sources} files")


if __name__ == "__main__":
    sys.exit(main())
