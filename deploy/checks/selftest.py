"""Proves on tiny trees, made in a temporary folder, that every rule of the checks fires and that good code passes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable

import formatting
import layers
import links
import patterns
import samples
import sizes
from findings import Finding, report
from swift_source import SwiftSource

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class Samples:
    """Compares what a check says with what it should say, and collects the differences."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.count = 0
        self.findings: list[Finding] = []

    def expect(self, actual: object, expected: object, sample: str, file: str = "selftest.py") -> None:
        self.count += 1
        if actual != expected:
            wrong = f"{sample!r}: {actual!r} is not {expected!r}"
            self.findings.append(Finding(f"deploy/checks/{file}", 1, wrong, "repair the rule or its sample"))

    def tree(self, contents: dict[str, str]) -> Path:
        """A fresh tree of these files."""
        root = Path(tempfile.mkdtemp(dir=self.folder))
        for path, text in contents.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return root


def views(test: Samples) -> None:
    for text, code, comments in samples.VIEWS:
        source = SwiftSource("A.swift", text)
        test.expect((source.code, sorted(source.commented_lines)), (code, comments), text, "swift_source.py")


def every_pattern(test: Samples) -> None:
    for name, path, text, lines in samples.PATTERNS:
        found, _ = patterns.check(test.tree({path: text}))
        told = [finding.line for finding in found if finding.wrong.startswith(f"{name}:") and finding.path == path]
        test.expect(told, lines, f"{name}: {text}", "patterns.py")
    for rule in patterns.RULES:
        bad = [lines for name, _, _, lines in samples.PATTERNS if name == rule.name and lines]
        good = [lines for name, _, _, lines in samples.PATTERNS if name == rule.name and not lines]
        test.expect((bool(bad), bool(good)), (True, True), f"samples of {rule.name}", "samples.py")


def exceptions(test: Samples) -> None:
    bad = {samples.SHARED: 'print("a")\nprint("b")\n'}
    line = f"{samples.SHARED} | print"
    for text, expected in [
        (f"# Why.\n\n{line} | it is a command line\n", []),
        (f"{line} |\n", ["lacks a part", "print", "print"]),
        (f"{line}\n", ["lacks a part", "print", "print"]),
        (f"{samples.SHARED} | prints | why\n", ["no pattern prints", "print", "print"]),
        (f"{line} | why\n{line} | why\n", ["stands here twice"]),
        (f"{line} | why\n{samples.SHARED} | todo | why\n", ["covers nothing"]),
        (f"{samples.SERVICE} | print | why\n", ["covers nothing", "print", "print"]),
    ]:
        found, _ = patterns.check(test.tree({**bad, patterns.ALLOWED: text}))
        told = [any(part in it.wrong for part in expected) for it in found]
        test.expect((len(found), all(told)), (len(expected), True), text, "patterns.py")


def target(name: str, *uses: str, products: tuple = (), path: str = "", kind: str = "library") -> dict:
    return {
        "name": name,
        "path": path or getattr(layers.place(name), "path", "Sources/" + name),
        "type": "executable" if getattr(layers.place(name), "layer", "") in ("Main", "StackMain", "LabMain") else kind,
        "target_dependencies": list(uses),
        "product_dependencies": list(products),
        "sources": ["A.swift"],
    }


def package(*changed: dict) -> list[dict]:
    """All targets that the tables name, with the listed edges, and some of them replaced."""
    names = [name for layer in layers.SHARED.values() for name in layer] + list(layers.PLACES)
    for service, parts in layers.SERVICES.items():
        names += [layers.executable(service) if part == "Main" else service + part for part in parts]
    replaced = {it["name"]: it for it in changed}
    for user, used in layers.EDGES:
        replaced.setdefault(user, target(user))
        replaced[user]["target_dependencies"] = list({*replaced[user]["target_dependencies"], used})
    return [replaced.pop(name, target(name)) for name in names] + list(replaced.values())


def edges(test: Samples) -> None:
    tree = test.tree({"Package.swift": '.shared(\n    "Discovery",\n    uses: ["LoadBalancing"]\n)\n'})
    for user, legal in samples.LEGAL.items():
        for used in sorted({*samples.USED.split(), *legal.split()} - {user}):
            found = layers.check(tree, package(target(user, used)))
            expected = [] if used in legal.split() else [True]
            told = [f"depends on {used} " in it.wrong for it in found]
            test.expect(told, expected, f"{user} → {used}", "layers.py")
    found = layers.check(tree, package(target("Discovery", "LoadBalancing")))
    test.expect([finding.line for finding in found], [3], "the line of an edge", "layers.py")


def places_and_imports(test: Samples) -> None:
    code = "import Foundation\npackage import Resilience\n// import C\n@testable import struct NIOCore.ByteBuffer\n"
    tree = test.tree({"Shared/LoadBalancing/A.swift": code, "Services/Users/Domain/A.swift": "import Crypto\n"})
    balancing, domain = "LoadBalancing", "UsersDomain"
    for changed, expected in [
        ([target(balancing, "Resilience", products=("NIOCore",))], []),
        ([target(balancing, products=("NIOCore",))], ["imports Resilience"]),
        ([target(balancing, "Resilience")], ["imports NIOCore"]),
        ([target(domain)], ["imports Crypto"]),
        ([target(domain, products=("Crypto", "Logging"))], ["on the product Logging"]),
        ([target("SearchContract", products=("Crypto",))], ["on the product Crypto"]),
        ([target("Payments")], ["Payments is in no layer"]),
        ([target("PaymentsTests")], ["PaymentsTests is in no layer"]),
        ([target("Tokens", path="Shared/Security/Tokens")], ["lies in Shared/Security/Tokens"]),
        ([target("UsersServiceTests", path="Tests/UsersServiceTests")], ["lies in Tests/UsersServiceTests"]),
        ([target("Tokens", kind="executable")], ["of the type executable"]),
    ]:
        good = [target(balancing, "Resilience", products=("NIOCore",)), target(domain, products=("Crypto",))]
        found = layers.check(tree, package(*good, *changed))
        told = [any(part in it.wrong for part in expected) for it in found]
        test.expect((len(found), all(told)), (len(expected), True), f"{changed} {found}", "layers.py")
    clean = test.tree({})
    for missing, expected in [("Tokens", ["target Tokens"]), ("clowder", ["clowder", *["clowder →"] * 4])]:
        found = layers.check(clean, [it for it in package() if it["name"] != missing])
        test.expect([it.wrong.endswith("does not exist") for it in found], [True] * len(expected), missing, "layers.py")


def budgets(test: Samples) -> None:
    for text, expected in samples.FUNCTIONS:
        found = sizes.functions(SwiftSource("A.swift", text))
        test.expect([(it.name, it.lines, it.parameters) for it in found], expected, text, "sizes.py")
    long = "func a() {\n" + "    b()\n" * 61 + "}\n"
    many = "func a({}) {{}}\n"
    for path, text, failures, notes in [
        (samples.SHARED, "let a = 1\n" * 250, 0, 0), (samples.SHARED, "let a = 1\n" * 251, 0, 1),
        (samples.SHARED, "let a = 1\n" * 401, 1, 0), (samples.TESTS, "let a = 1\n" * 401, 0, 1),
        (samples.TESTS, "let a = 1\n" * 601, 1, 0), (samples.MAIN, "let a = 1\n" * 41, 1, 0),
        (samples.SHARED, long, 1, 0), (samples.SHARED, long.replace("    b()\n", "", 1), 0, 1),
        (samples.SHARED, long.replace("    b()\n", "", 21), 0, 0), (samples.TESTS, long, 1, 0),
        (samples.SHARED, many.format(", ".join(f"b{i}: Int" for i in range(6))), 0, 0),
        (samples.SHARED, many.format(", ".join(f"b{i}: Int" for i in range(8))), 0, 1),
        (samples.SHARED, many.format(", ".join(f"b{i}: Int" for i in range(9))), 1, 0),
    ]:
        measured = sizes.measure(test.tree({path: text}))
        test.expect((len(measured.findings), len(measured.notes)), (failures, notes), f"{path} {text[:60]}", "sizes.py")
    module = {f"Shared/Discovery/A{number}.swift": "let a = 1\n" * 240 for number in range(21)}
    test.expect(len(sizes.measure(test.tree(module)).findings), 1, "a module of 5040 lines", "sizes.py")


def pages(test: Samples) -> None:
    there = {"docs/there.md": "# One `two`, three\n\n```\n# no heading\n```\n## Again\n## Again\n", "code.swift": ""}
    for text, lines in samples.LINKS:
        found, _ = links.check(test.tree({**there, "docs/page.md": text}))
        test.expect([finding.line for finding in found], lines, text, "links.py")


def formatter(test: Samples) -> None:
    shutil.copy(ROOT / ".swift-format", tree := test.tree({}))
    (tree / "Shared").mkdir()
    for number, (_, text) in enumerate(samples.FORMATTING):
        (tree / f"Shared/Sample{number}.swift").write_text(text)
    found = {(it.path, it.wrong.partition("]")[0].lstrip("[")) for it in formatting.check(tree)}
    for number, (rule, text) in enumerate(samples.FORMATTING):
        path = f"Shared/Sample{number}.swift"
        told = (path, rule) in found if rule else path not in {it for it, _ in found}
        test.expect(told, True, f"{rule}: {text}", "formatting.py")


def exit_status(test: Samples) -> None:
    bad = test.tree({samples.SHARED: "let a = 1\n\nlet b = try! c()\n"})
    for check, tree, status in [("patterns", bad, 1), ("sizes", bad, 0), ("patterns", test.tree({}), 0)]:
        run = python(HERE / f"{check}.py", tree)
        test.expect(run.returncode, status, f"{check}: {run.stdout}{run.stderr}", f"{check}.py")
    line = f"{samples.SHARED}:3: force-try: `try!` — let the error travel"
    test.expect(line in python(HERE / "patterns.py", bad).stdout.splitlines(), True, line, "findings.py")
    for failing in ("selftest", "formatting", "sizes", "none"):
        names = ("selftest", "formatting", "layers", "links", "patterns", "sizes")
        stubs = {f"{name}.py": f"print('{name}'); raise SystemExit({int(name == failing)})" for name in names}
        shutil.copy(HERE / "run", tree := test.tree(stubs))
        run = subprocess.run([tree / "run"], cwd="/", capture_output=True, text=True)
        expected = (tuple(names), int(failing != "none"))
        test.expect((tuple(run.stdout.split()), run.returncode), expected, f"run with failing {failing}", "run")


def python(script: Path, root: Path) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-B", script, root], capture_output=True, text=True)


PARTS: tuple[Callable[[Samples], None], ...] = (
    views, every_pattern, exceptions, edges, places_and_imports, budgets, pages, formatter, exit_status,
)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        test = Samples(Path(folder))
        for part in PARTS:
            part(test)
    return report("selftest", test.findings, f"{test.count} samples, {len(test.findings)} of them wrong")


if __name__ == "__main__":
    sys.exit(main())
