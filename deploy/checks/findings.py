"""What the checks share: a finding, its place in the tree and how a check reports."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Sequence

# Folders that builds, runs and editors make; no check looks into them.
MADE = (".build", ".clowder", ".git", ".swiftpm", "__pycache__")


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong, and what to do about it."""

    path: str
    line: int
    wrong: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.wrong} — {self.instead}"


def project_root() -> Path:
    """The tree that a check looks at: its argument, or the one it lies in."""
    if len(sys.argv) > 1:
        return Path(sys.argv[1]).resolve()
    return Path(__file__).resolve().parent.parent.parent


def files(root: Path, *tops: str, suffix: str = "") -> Iterator[str]:
    """The paths below the root, sorted, of all files in `tops` that end in `suffix`."""
    for top in sorted(tops):
        if (root / top).is_file():
            yield top
        for folder, folders, names in os.walk(root / top):
            folders[:] = sorted(name for name in folders if not is_made(name))
            for name in sorted(names):
                if name.endswith(suffix):
                    yield Path(folder, name).relative_to(root).as_posix()


def is_made(folder: str) -> bool:
    """Whether a folder is made by a build or a run, as `.build` and `.build-release` are."""
    return any(folder == made or folder.startswith(made + "-") for made in MADE)


def report(name: str, findings: Sequence[Finding], summary: str, notes: Sequence[str] = ()) -> int:
    """Prints one line, the findings and the notes, and returns the exit status."""
    print(f"{'FAIL' if findings else 'ok  '}  {name:<10}  {summary}", flush=True)
    for finding in sorted(findings):
        print(finding)
    for note in notes:
        print(f"      note: {note}")
    return 1 if findings else 0
