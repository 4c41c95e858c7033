"""Finds links in Markdown pages that lead to a file or a heading that is not there."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Iterator

from findings import Finding, files, project_root, report

FENCED = re.compile(r"^(?P<fence>```+|~~~+).*?^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\((?P<target>[^()\s]+)\)")
HEADING = re.compile(r"^#{1,6}[ \t]+(?P<text>.+?)[ \t]*#*$", re.MULTILINE)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def blank(match: re.Match[str]) -> str:
    """As many lines of nothing."""
    return "\n" * match.group().count("\n")


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them; one that comes again gets a number."""
    seen: dict[str, int] = {}
    found = set()
    for match in HEADING.finditer(FENCED.sub(blank, text)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match["text"]).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        count = seen.get(anchor, 0)
        seen[anchor] = count + 1
        found.add(f"{anchor}-{count}" if count else anchor)
    return found


def links(text: str) -> Iterator[tuple[int, str]]:
    """The links to other places of the tree, each with its line."""
    plain = INLINE.sub(lambda match: " " * len(match.group()), FENCED.sub(blank, text))
    for match in LINK.finditer(plain):
        if not SCHEME.match(match["target"]):
            yield plain.count("\n", 0, match.start()) + 1, match["target"]


def check(root: Path) -> tuple[list[Finding], int]:
    """What leads nowhere, and how many links there are."""
    found: list[Finding] = []
    count = 0
    for page in files(root, ".", suffix=".md"):
        text = (root / page).read_text()
        for line, target in links(text):
            count += 1
            path, _, anchor = target.partition("#")
            place = (root / page).parent / path if path else root / page
            if not place.exists():
                found.append(Finding(page, line, f"there is no {target}", "say where it is now"))
            elif anchor and place.suffix == ".md" and anchor not in anchors(place.read_text()):
                found.append(Finding(page, line, f"{target} is the anchor of no heading", "take one of the page's"))
    return found, count


def main() -> int:
    found, count = check(project_root())
    return report("links", found, f"{count} links in Markdown pages")


if __name__ == "__main__":
    sys.exit(main())
