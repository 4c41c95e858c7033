"""Measures files, modules, function bodies and parameter lists against the budgets of the house style."""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Iterator

from findings import Finding, files, project_root, report
from swift_source import SwiftSource


@dataclass(frozen=True)
class Budget:
    """Above `ask` a size needs a reason, above `stop` it fails."""

    what: str
    unit: str
    ask: int
    stop: int
    instead: str


SOURCE_FILE = Budget("source file", "lines", 250, 400, "split it by concept or phase")
TEST_FILE = Budget("test file", "lines", 400, 600, "split it by behaviour")
MAIN_FILE = Budget("Main", "lines", 40, 40, "move what it does to Service or ServiceRuntime")
MODULE = Budget("module", "lines", 3000, 5000, "split it by concept")
BODY = Budget("body", "lines", 40, 60, "split it by phase")
PARAMETERS = Budget("parameter list", "parameters", 6, 8, "make a struct of them")

TOPS = ("Package.swift", "Services", "Shared", "Tests", "deploy")
MODULE_FOLDER = re.compile(r"Shared/\w+|Services/\w+/\w+|deploy/local/\w+")
DECLARATION = re.compile(
    r"\bfunc\s+(?P<func>`[^`]+`|\w+|[^\s\w(]+)|(?<![.\w`])(?P<init>init|subscript)\b[?!]?|\bdeinit\b"
)
COMPUTED = re.compile(r"\bvar\s+(?P<name>\w+)\s*(?::[^={}\n]*)?\{")
REQUIREMENT = re.compile(r"\s*(?:(?:nonmutating |mutating )?(?:get|set)\b(?:\s+(?:async|throws(?:\([^)]*\))?))*\s*)+\}")
INNERMOST = re.compile(r"(?<=\w)<[^<>(){}\[\]]*>|\([^(){}\[\]]*\)|\[[^(){}\[\]]*\]|\{[^(){}\[\]]*\}")
CONTINUES_AFTER = re.compile(r"(?:->|\bwhere|[,&:=(\[])\s*$")
CONTINUES_WITH = re.compile(r"\s*(?:\{|->|where\b|async\b|throws\b|rethrows\b|&|,)")


@dataclass(frozen=True)
class Function:
    """A declaration with a body: a function, initialiser, subscript or computed property."""

    name: str
    line: int
    lines: int
    parameters: int


def functions(source: SwiftSource) -> Iterator[Function]:
    """The functions of a file; requirements of protocols, which have no body, count no lines."""
    for match in DECLARATION.finditer(source.code):
        name = match["func"] or match["init"] or "deinit"
        opening = match.end() if name == "deinit" else parameter_list(source, match.end())
        if opening is None:
            continue
        has_list = source.code[opening : opening + 1] == "("
        closing = source.closing(opening) if has_list else opening - 1
        count = parameter_count(source.code, opening + 1, closing) if has_list else 0
        yield Function(name, source.line(match.start()), body_lines(source, closing + 1), count)
    for match in COMPUTED.finditer(source.code):
        if REQUIREMENT.match(source.code, match.end()):
            continue
        lines = lines_between(source, match.end() - 1)
        yield Function(match["name"], source.line(match.start()), lines, 0)


def parameter_list(source: SwiftSource, offset: int) -> int | None:
    """The offset of the parenthesis that opens a parameter list, behind a generic clause if there is one."""
    generic = re.compile(r"\s*(?:<[^(){}]*?>)?\s*(?=\()").match(source.code, offset)
    return generic.end() if generic else None


def parameter_count(code: str, start: int, end: int) -> int:
    """The parameters between two parentheses: the commas outside any brackets, and one."""
    rest, text = "", code[start:end].replace("->", "")
    while rest != text:
        rest, text = text, INNERMOST.sub("x", text)
    return len([parameter for parameter in text.split(",") if parameter.strip()])


def body_lines(source: SwiftSource, offset: int) -> int:
    """The lines between the braces that follow a signature, or 0 if there are none."""
    depth = 0
    for match in re.compile(r"[(\[]|[)\]]|[{}\n]").finditer(source.code, offset):
        token = match.group()
        if token in "([":
            depth += 1
        elif token in ")]":
            depth -= 1
        elif depth == 0 and token == "{":
            return lines_between(source, match.start())
        elif depth == 0 and token == "}":
            return 0
        elif depth == 0 and token == "\n":
            signature = source.code[offset : match.start()]
            if not CONTINUES_AFTER.search(signature) and not CONTINUES_WITH.match(source.code, match.end()):
                return 0
    return 0


def lines_between(source: SwiftSource, brace: int) -> int:
    """The lines inside a pair of braces; code on one line with them counts as one."""
    return max(1, source.line(source.closing(brace)) - source.line(brace) - 1)


class Measurement:
    """Collects sizes, what is over budget, and what is close to it."""

    def __init__(self):
        self.findings: list[Finding] = []
        self.notes: list[str] = []
        self.source_files: list[int] = []
        self.test_files: list[int] = []
        self.bodies: list[int] = []
        self.modules: Counter = Counter()

    def compare(self, size: int, budget: Budget, path: str, line: int = 1, name: str = "") -> None:
        what = f"{budget.what}{f' of {name}' if name else ''} has {size} {budget.unit}"
        if size > budget.stop:
            self.findings.append(Finding(path, line, f"{what}, over {budget.stop}", budget.instead))
        elif size > budget.ask:
            self.notes.append(f"{path}:{line}: {what}, over {budget.ask}")

    def add(self, source: SwiftSource) -> None:
        path, lines = source.path, len(source.text.splitlines())
        is_test = path.startswith("Tests/")
        (self.test_files if is_test else self.source_files).append(lines)
        is_main = re.match(r"Services/\w+/Main/", path)
        self.compare(lines, MAIN_FILE if is_main else TEST_FILE if is_test else SOURCE_FILE, path)
        if module := MODULE_FOLDER.match(path):
            self.modules[module.group()] += lines
        for function in functions(source):
            if function.lines:
                self.bodies.append(function.lines)
            self.compare(function.lines, BODY, path, function.line, function.name)
            self.compare(function.parameters, PARAMETERS, path, function.line, function.name)


def measure(root: Path) -> Measurement:
    """The sizes of all Swift files below a root."""
    measurement = Measurement()
    for path in files(root, *TOPS, suffix=".swift"):
        measurement.add(SwiftSource.read(root, path))
    for module, lines in measurement.modules.items():
        measurement.compare(lines, MODULE, module)
    return measurement


def middle(sizes: list[int]) -> int:
    return round(median(sizes)) if sizes else 0


def main() -> int:
    sizes = measure(project_root())
    summary = (
        f"medians: {middle(sizes.source_files)} lines in {len(sizes.source_files)} source files, "
        f"{middle(sizes.test_files)} in {len(sizes.test_files)} test files, "
        f"{middle(sizes.bodies)} in {len(sizes.bodies)} functions"
    )
    return report("sizes", sizes.findings, summary, sizes.notes)


if __name__ == "__main__":
    sys.exit(main())
