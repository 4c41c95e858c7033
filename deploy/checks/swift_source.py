"""Tells code, comments and string literals of a Swift file apart, without parsing the language."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

OPENING = re.compile(r'#*"""|#*"|#*/|[`()]')
BEFORE_EXPRESSION = re.compile(r"(?:^|[(,=:\[{;!&|?~]|\b(?:return|in|case|where|try|await))\s*$")
PAIRS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Literal:
    """A string literal's place in the text, quotes included."""

    start: int
    end: int
    is_interpolated: bool


class SwiftSource:
    """A file whose views have the text's length and lines, with the rest blanked out.

    `code` keeps everything but comments and the insides of string literals; interpolated expressions are code.
    `uncommented` keeps string literals too.
    """

    def __init__(self, path: str, text: str):
        self.path = path
        self.text = text
        self.literals: list[Literal] = []
        self.comments: list[tuple[int, int]] = []
        self._strings: list[tuple[int, int]] = []
        self._scan_code(0, in_interpolation=False)
        self.literals.sort(key=lambda literal: literal.start)

    @classmethod
    def read(cls, root: Path, path: str) -> SwiftSource:
        return cls(path, (root / path).read_text(encoding="utf-8"))

    @cached_property
    def code(self) -> str:
        return self._blanked(self.comments + self._strings)

    @cached_property
    def uncommented(self) -> str:
        return self._blanked(self.comments)

    @cached_property
    def commented_lines(self) -> set[int]:
        """The lines that hold a comment, or a part of one."""
        return {
            line for start, end in self.comments for line in range(self.line(start), self.line(max(start, end - 1)) + 1)
        }

    def line(self, offset: int) -> int:
        """The line, from 1, of an offset in the text."""
        return bisect_right(self._line_starts, offset)

    def literal_at(self, offset: int) -> Literal | None:
        """The string literal that begins at the offset."""
        return next((literal for literal in self.literals if literal.start == offset), None)

    def closing(self, opening: int) -> int:
        """The offset of the bracket that closes the one at `opening`, or the end of the text."""
        expected: list[str] = []
        for match in re.compile(r"[()\[\]{}]").finditer(self.code, opening):
            bracket = match.group()
            if bracket in PAIRS:
                expected.append(PAIRS[bracket])
            elif expected and expected[-1] == bracket:
                expected.pop()
            if not expected:
                return match.start()
        return len(self.code)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0] + [match.end() for match in re.finditer("\n", self.text)]

    def _blanked(self, spans: list[tuple[int, int]]) -> str:
        pieces, end = [], 0
        for start, stop in sorted(spans):
            pieces += [self.text[end:start], re.sub(r"[^\n]", " ", self.text[start:stop])]
            end = stop
        return "".join(pieces) + self.text[end:]

    def _scan_code(self, offset: int, in_interpolation: bool) -> int:
        """Scans code to its end, or to the parenthesis that ends an interpolation; returns the offset behind it."""
        depth = 0
        while match := OPENING.search(self.text, offset):
            token, start = match.group(), match.start()
            offset = match.end()
            if token.endswith('"'):
                offset = self._scan_string(start, offset, token)
            elif token.endswith("/"):
                offset = self._scan_slash(start, offset, token)
            elif token == "`":
                offset = self._after("`", offset)
            elif token == "(":
                depth += 1
            elif depth > 0:
                depth -= 1
            elif in_interpolation:
                return offset
        return len(self.text)

    def _scan_string(self, start: int, offset: int, opening: str) -> int:
        hashes = opening.count("#")
        closing = opening[hashes:] + "#" * hashes
        single_line = "|\n" if len(opening) - hashes == 1 else ""
        interesting = re.compile(rf"{re.escape(closing)}|\\{'#' * hashes}.{single_line}", re.DOTALL)
        inside, is_interpolated = offset, False
        while match := interesting.search(self.text, offset):
            offset = match.end()
            if match.group() in (closing, "\n"):
                self._strings.append((inside, match.start()))
                self.literals.append(Literal(start, offset, is_interpolated))
                return offset
            if match.group().endswith("("):
                self._strings.append((inside, offset - 1))
                offset = inside = self._scan_code(offset, in_interpolation=True)
                is_interpolated = True
        self._strings.append((inside, len(self.text)))
        return len(self.text)

    def _scan_slash(self, start: int, offset: int, opening: str) -> int:
        """Scans a comment or a regular expression; a slash that divides is code."""
        following = self.text[offset : offset + 1]
        if opening == "/" and following == "/":
            end = self.text.find("\n", offset)
            return self._comment(start, len(self.text) if end < 0 else end)
        if opening == "/" and following == "*":
            return self._comment(start, self._end_of_block_comment(offset + 1))
        if opening != "/":
            end = self._after("/" + "#" * (len(opening) - 1), offset)
            self._strings.append((offset, end))
            return end
        expression = re.compile(r"(?:[^/\\\n]|\\.)+/").match(self.text, offset)
        if not expression or following.isspace() or not BEFORE_EXPRESSION.search(self.text[:start].rpartition("\n")[2]):
            return offset
        self._strings.append((offset, expression.end() - 1))
        return expression.end()

    def _comment(self, start: int, end: int) -> int:
        self.comments.append((start, end))
        return end

    def _end_of_block_comment(self, offset: int) -> int:
        depth = 1
        for match in re.compile(r"/\*|\*/").finditer(self.text, offset):
            depth += 1 if match.group() == "/*" else -1
            if depth == 0:
                return match.end()
        return len(self.text)

    def _after(self, closing: str, offset: int) -> int:
        end = self.text.find(closing, offset)
        return len(self.text) if end < 0 else end + len(closing)
