"""Finds what the house style forbids and a regular expression can see; `patterns.allow` lists the exceptions."""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator

from findings import Finding, files, project_root, report
from swift_source import SwiftSource

ALLOWED = "deploy/checks/patterns.allow"
TOPS = (
    "Package.swift", "Makefile", "README.md", "CONTRIBUTING.md", ".ci", ".github", "Benchmarks", "Services", "Shared",
    "Tests", "deploy", "docs", "features",
)

Found = Iterator[tuple]  # (offset, what was found)

ANYWHERE = r""
SWIFT = r".*\.swift$"
SOURCES = r"(Services|Shared|deploy)/.*\.swift$"
LIBRARIES = r"(Services|Shared)/.*\.swift$"
SERVICES = r"Services/.*\.swift$"
LOGIC = r"Services/\w+/(Domain|Service)/.*\.swift$"
BELOW_MAIN = r"(?!(Services/\w+|deploy/local)/Main/|Shared/ServiceRuntime/Configuration/).*\.swift$"
TESTS = r"Tests/.*\.swift$"


@dataclass(frozen=True)
class Rule:
    """A forbidden pattern: how to find it, in which paths, and what to do instead."""

    name: str
    where: str
    find: Callable[[SwiftSource], Found]
    instead: str


def in_code(pattern: str) -> Callable[[SwiftSource], Found]:
    """Finds an expression outside comments and string literals."""
    return lambda source: matches(pattern, source.code)


def in_text(pattern: str) -> Callable[[SwiftSource], Found]:
    """Finds an expression anywhere in a file."""
    return lambda source: matches(pattern, source.text)


def matches(pattern: str, text: str) -> Found:
    for match in re.finditer(pattern, text, re.MULTILINE):
        yield match.start(), match.group()


def global_variables(source: SwiftSource) -> Found:
    """Variables outside types and stored static ones, but for task-local values."""
    depth = 0
    for match in re.finditer(r"[{}]|\b(static\s+)?var\s", source.code):
        if match.group() in "{}":
            depth += 1 if match.group() == "{" else -1
        elif match[1] or depth == 0:
            beginning = re.search(r"[{=]|\n", source.code[match.end() :])
            attributes = source.code[max(0, match.start() - 120) : match.start()].rpartition("}")[2]
            if beginning and beginning.group() != "{" and not re.search(r"@TaskLocal[\w\s]*$", attributes):
                yield match.start(), match.group().strip()


def unreproducible_values(source: SwiftSource) -> Found:
    """Reads of the clock, of randomness and of identifiers that no test can replace."""
    yield from matches(r"\bDate\(\)|\bDate\.now\b|\bUUID\(\)|\bSystemRandomNumberGenerator\(\)", source.code)
    yield from matches(r"\b(?:Continuous|Suspending)Clock(?:\(\)|\.now\b)", source.code)
    for match in re.finditer(r"\.(?:random|randomElement|shuffled?)\(", source.code):
        arguments = source.code[match.end() : source.closing(match.end() - 1)]
        if not re.search(r"\busing:", arguments):
            yield match.start(), match.group() + ")"


def fixed_ports(source: SwiftSource) -> Found:
    """Port numbers in assignments, arguments and addresses, but for hosts that exist in documentation only."""
    reserved = (
        r"192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|2001:db8:|\.(?:example|test|invalid)\b|\bexample\.(?:com|net|org)\b"
    )
    number = r"(?:[1-9]\d{3,4}|[1-9]\d?_\d{3})\b"
    named = rf'\b\w*[pP]ort\\?"?\s*(?::\s*[A-Z]\w*\s*)?[:=]\s*{number}'
    addressed = rf'(?<=[\w.\]]):{number}(?=[/"?\\ ]|$)'
    for match in re.finditer(f"{named}|{addressed}", source.uncommented, re.MULTILINE):
        line = source.text[source.text.rfind("\n", 0, match.start()) + 1 : match.start()]
        is_address = match.group().startswith(":")
        if is_address and not any(it.start < match.start() < it.end for it in source.literals):
            continue
        if not re.search(reserved, line):
            yield match.start(), match.group()


# A closure that a stream hands its continuation; one without a parameter makes the elements one by one.
BUILDER = re.compile(r"\{\s*(?:\[[^\]]*\]\s*)?\(?(?!in\b|_\s+in\b)\w+[^{}\n]*?\bin\b|\{[^{}]*\$0\.(?:yield|finish)\b")


def unbounded_streams(source: SwiftSource) -> Found:
    """Streams that buffer as much as is sent."""
    yield from matches(r"\.unbounded\b", source.code)
    opening = r"\bmakeStream\s*\(|\bAsync(?:Throwing)?Stream\b\s*(?:<[^(){}\n]*>)?\s*[({]"
    for match in re.finditer(opening, source.code):
        bracket = match.end() - 1
        arguments = source.code[bracket : source.closing(bracket)] if source.code[bracket] == "(" else ""
        if source.code[bracket] == "{" and not BUILDER.match(source.code, bracket):
            continue
        if not re.search(r"\b(bufferingPolicy|unfolding)\s*:", arguments):
            yield match.start(), match.group()


def silent_tries(source: SwiftSource) -> Found:
    """`try?` where no comment, on its line or the line above, says why the error does not matter."""
    for offset, found in matches(r"\btry\?", source.code):
        line = source.line(offset)
        if not {line, line - 1} & source.commented_lines:
            yield offset, found


def empty_catches(source: SwiftSource) -> Found:
    """`catch` blocks without a statement or a comment."""
    for match in re.finditer(r"\bcatch\b[^{}\n]*\{\s*\}", source.code):
        if "//" not in source.text[match.start() : match.end()]:
            yield match.start(), match.group()


def interpolated_messages(source: SwiftSource) -> Found:
    """Log messages that are put together from parts."""
    levels = "trace|debug|info|notice|warning|error|critical|log"
    call = rf"\b[lL]og(?:ger)?(?:\.current)?\.(?:{levels})\(\s*(?:level:[^,]*,\s*)?"
    for match in re.finditer(call, source.code):
        literal = source.literal_at(match.end())
        if literal and (literal.is_interpolated or source.code[literal.end :].lstrip().startswith("+")):
            yield match.start(), match.group().strip()


def empty_names(source: SwiftSource) -> Found:
    """Names of files, folders and types that hold a word without a meaning."""
    words = r"(?:Util(?:s|itie|ities|ity)?|Helpers?|Common|Manager|Extensions|Impl)(?![a-z])"
    for part in Path(source.path).parts:
        if re.search(rf"(?:^|[a-z+]){words}", part):
            yield 0, part
    declarations = r"\b(?:struct|class|enum|actor|protocol|typealias|macro)\s+(\w+)"
    for match in re.finditer(declarations, source.code if source.path.endswith(".swift") else ""):
        if re.search(rf"(?:^|[a-z+]){words}", match[1]):
            yield match.start(1), match[1]


RULES = (
    Rule("task", LIBRARIES,
         in_code(r"\bTask\s*(?:<[^(){}\n]*>\s*)?[({]|\bTask\s*\.\s*(?:detached|immediate\w*|init)\b"),
         "add it to a task group, or run it in a Service's run()"),
    Rule("shared-instance", SWIFT, in_code(r"\bstatic\s+(?:let|var)\s+(?:shared|instance|sharedInstance)\b"),
         "make it in Main and pass it to initialisers"),
    Rule("global-variable", SWIFT, global_variables, "keep state in a value or a Mutex that Main passes on"),
    Rule("unchecked-concurrency", SWIFT, in_code(r"@unchecked\b|\bnonisolated\(unsafe\)|@preconcurrency\b"),
         "use a value type, Mutex or sending"),
    Rule("force-try", SWIFT, in_code(r"\btry!"), "let the error travel"),
    Rule("fatal-error", SWIFT, in_code(r"\bfatalError\s*\("), "throw, or state our own bug as a precondition"),
    Rule("unreproducible", LOGIC, unreproducible_values, "take a clock, generator or identifier as a parameter"),
    Rule("environment", BELOW_MAIN, in_code(r"\bProcessInfo\b|\bgetenv\b"), "take a validated configuration"),
    Rule("sleep-in-tests", TESTS,
         in_code(r"(?:\bTask|\bThread|Clock\(\))\s*\.\s*sleep\b|(?<![.\w])(?<!func )(?:u|nano)?sleep\s*\("),
         "advance ManualTime, or wait for an event"),
    Rule("fixed-port", TESTS, fixed_ports, "bind port 0 and ask which port it is, or use an address such as 192.0.2.1"),
    Rule("unbounded-stream", SWIFT, unbounded_streams, "give it a bufferingPolicy with a bound"),
    Rule("no-bound", SOURCES, in_code(r"\bInt\.max\b|\b(?:upTo|[mM]ax\w*|\w*[lL]imit\w*|capacity)\s*[:=]\s*\.max\b"),
         "state the bound"),
    Rule("silent-try", SWIFT, silent_tries, "say on its line or the line above why the error does not matter"),
    Rule("empty-catch", SWIFT, empty_catches, "let the error travel, or say why it does not matter"),
    Rule("signed-character", SWIFT, in_code(r"\b(?:U?Int8|CChar)(?:\.init)?\s*\(\s*bitPattern\s*:"),
         "write truncatingIfNeeded: on Linux on ARM, CChar has no sign"),
    Rule("full-foundation", SOURCES, in_code(r"^[ \t]*(?:@\w+\s+)*(?:\w+\s+)?import\s+(?:\w+\s+)?Foundation\b"),
         "import FoundationEssentials: the whole of Foundation makes an executable 50 MB larger"),
    Rule("todo", ANYWHERE, in_text(r"\b(?:TODO|FIXME|XXX|HACK)\b"), "do it, or open an issue"),
    Rule("interpolated-log", SOURCES, interpolated_messages, "keep the message constant and put facts into metadata"),
    Rule("empty-name", ANYWHERE, empty_names, "name the concept"),
    Rule("public-in-service", SERVICES, in_code(r"^[ \t]*(?:@\w+(?:\([^)]*\))?\s+)*(?:public|open)\s+(?!import\b)"),
         "write package"),
    Rule("print", LIBRARIES, in_code(r"(?<![.\w])(?:print|debugPrint|dump|NSLog)\s*\("), "log it"),
    Rule("origin", ANYWHERE,
         in_text(r"(?<!\w)/work/|(?i:\bAI[- ](?:generated|written|assisted)\b)"),
         "say what the project does, not where it was made"),
)


@dataclass
class Allowance:
    """A line of `patterns.allow`."""

    line: int
    path: str
    rule: str
    reason: str
    uses: int = 0


def read_exceptions(root: Path) -> tuple[list[Allowance], list[Finding]]:
    """The exceptions, and what is wrong with the way they are written."""
    exceptions: list[Allowance] = []
    findings: list[Finding] = []
    path = root / ALLOWED
    names = {rule.name for rule in RULES}
    for number, text in enumerate(path.read_text().splitlines() if path.exists() else [], start=1):
        if not text.strip() or text.startswith("#"):
            continue
        parts = [part.strip() for part in text.split("|", 2)]
        if len(parts) < 3 or not all(parts):
            findings.append(Finding(ALLOWED, number, "an exception lacks a part", "write `path | pattern | reason`"))
        elif parts[1] not in names:
            advice = f"it is one of {', '.join(sorted(names))}"
            findings.append(Finding(ALLOWED, number, f"there is no pattern {parts[1]}", advice))
        elif any((it.path, it.rule) == (parts[0], parts[1]) for it in exceptions):
            findings.append(Finding(ALLOWED, number, "the exception stands here twice", "delete one"))
        else:
            exceptions.append(Allowance(number, *parts))
    return exceptions, findings


def matches_in(root: Path, path: str) -> Iterator[tuple[Rule, Finding]]:
    """All that the rules find in one file, exceptions included."""
    try:
        text = (root / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        text = ""
    source = SwiftSource(path, text) if path.endswith(".swift") else PlainText(path, text)
    for rule in RULES:
        if re.match(rule.where, path):
            for offset, found in rule.find(source):
                shown = " ".join(found.split()) or found
                yield rule, Finding(path, source.line(offset), f"{rule.name}: `{shown}`", rule.instead)


class PlainText:
    """A file of another language, in which only its text counts."""

    def __init__(self, path: str, text: str):
        self.path, self.text, self.code = path, text, ""

    def line(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1


def check(root: Path) -> tuple[list[Finding], int]:
    """The findings that no exception covers, and the number of files."""
    exceptions, findings = read_exceptions(root)
    count = 0
    for path in files(root, *TOPS):
        count += 1
        for rule, finding in matches_in(root, path):
            covering = [it for it in exceptions if (it.path, it.rule) == (path, rule.name)]
            for exception in covering:
                exception.uses += 1
            if not covering:
                findings.append(finding)
    for exception in exceptions:
        if not exception.uses:
            wrong = f"the exception of {exception.rule} in {exception.path} covers nothing"
            findings.append(Finding(ALLOWED, exception.line, wrong, "delete it"))
    return findings, count


def main() -> int:
    findings, count = check(project_root())
    by_rule = Counter(finding.wrong.partition(":")[0] for finding in findings if finding.path != ALLOWED)
    counts = ", ".join(f"{name} {number}" for name, number in by_rule.most_common())
    summary = f"{len(findings)} findings: {counts}" if findings else f"{len(RULES)} patterns in {count} files"
    return report("patterns", findings, summary)


if __name__ == "__main__":
    sys.exit(main())
