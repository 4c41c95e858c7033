"""Runs the formatter's linter, strictly, over every Swift file."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from findings import Finding, files, project_root, report

TOPS = ("Package.swift", "Services", "Shared", "Tests", "deploy")
DIAGNOSTIC = re.compile(r"^(.+?):(\d+):\d+: (?:error|warning): \[(\w+)\] (.*)$")
REFORMAT = "run `swift format --in-place` on the file"

# Rules that the formatter reports but cannot repair. For all others, formatting the file is the way.
BY_HAND = {
    "AllPublicDeclarationsHaveDocumentation": "say in one sentence what it is",
    "AlwaysUseLowerCamelCase": "rename it",
    "AmbiguousTrailingClosureOverload": "give the overloads different names",
    "AvoidRetroactiveConformances": "wrap the foreign type",
    "BeginDocumentationCommentWithOneLineSummary": "begin with one sentence and an empty line",
    "DontRepeatTypeInStaticProperties": "drop the type's name from the property's",
    "IdentifiersMustBeASCII": "rename it",
    "LineLength": "break the line",
    "NeverForceUnwrap": "unwrap with `guard let` and throw",
    "NeverUseForceTry": "let the error travel",
    "NeverUseImplicitlyUnwrappedOptionals": "pass the value to the initialiser",
    "NoBlockComments": "use line comments",
    "OnlyOneTrailingClosureArgument": "label the closures inside the parentheses",
    "ReplaceForEachWithForLoop": "write a `for` loop",
    "TypeNamesShouldBeCapitalized": "rename it",
    "UseSynthesizedInitializer": "delete the initialiser",
    "ValidateDocumentationComments": "describe every parameter, the result and what is thrown, or none of them",
}


def check(root: Path) -> list[Finding]:
    """The linter's findings in the tree."""
    tops = [top for top in TOPS if (root / top).exists()]
    command = ["swift", "format", "lint", "--strict", "--recursive", "--parallel", "--configuration"]
    run = subprocess.run(command + [str(root / ".swift-format"), *tops], cwd=root, capture_output=True, text=True)
    findings = [
        Finding(found[1], int(found[2]), f"[{found[3]}] {found[4]}", BY_HAND.get(found[3], REFORMAT))
        for found in map(DIAGNOSTIC.match, run.stderr.splitlines())
        if found
    ]
    if run.returncode != 0 and not findings:
        findings = [Finding(".swift-format", 1, f"the linter failed: {run.stderr.strip()[-400:]}", "run it by hand")]
    return findings


def unnamed_rules(root: Path) -> list[str]:
    """The rules of this toolchain that the configuration leaves out; the formatter takes them as switched off."""
    defaults = subprocess.run(["swift", "format", "dump-configuration"], capture_output=True, text=True, check=True)
    named = json.loads((root / ".swift-format").read_text())["rules"]
    return sorted(set(json.loads(defaults.stdout)["rules"]) - set(named))


def main() -> int:
    root = project_root()
    findings = check(root)
    rules = Counter(finding.wrong.partition("]")[0].lstrip("[") for finding in findings)
    counts = ", ".join(f"{rule} {count}" for rule, count in rules.most_common())
    swift_files = len(list(files(root, *TOPS, suffix=".swift")))
    summary = f"{len(findings)} findings: {counts}" if findings else f"{swift_files} files"
    notes = [f".swift-format does not name {rule}, which switches it off" for rule in unnamed_rules(root)]
    return report("formatting", findings, summary, notes)


if __name__ == "__main__":
    sys.exit(main())
