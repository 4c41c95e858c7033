"""Tells which series and labels an expression of PromQL uses, without working it out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r'\s+|(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>\d[\w.]*)|(?P<name>[a-zA-Z_:][\w:]*)'
    r"|(?P<mark>[=!]~|[!=<>]=|.)",
    re.DOTALL,
)
GROUPINGS = {"by", "without", "on", "ignoring", "group_left", "group_right"}
KEYWORDS = {"and", "or", "unless", "offset", "bool"}
FUNCTIONS = set(
    """abs absent absent_over_time avg avg_over_time ceil changes clamp clamp_max clamp_min count count_over_time
    delta deriv floor histogram_quantile increase irate label_replace last_over_time max max_over_time min min_over_time
    quantile quantile_over_time rate resets round scalar sort sort_desc sum sum_over_time time
    timestamp topk vector""".split()
)


class Unreadable(Exception):
    """An expression that uses what is not known here."""


@dataclass(frozen=True)
class Matcher:
    label: str
    operator: str
    value: str


@dataclass
class Use:
    """A selector of series."""

    name: str
    matchers: list[Matcher] = field(default_factory=list)


@dataclass
class Expression:
    """What an expression uses."""

    uses: list[Use]
    # Labels that series are grouped or matched by.
    groupings: set[str]
    # Those of `by`, which are what a sum still has.
    kept: set[str]


def parse(text: str) -> Expression:
    tokens = [(match.lastgroup, match.group()) for match in TOKEN.finditer(text) if match.lastgroup]
    result, index = Expression([], set(), set()), 0
    while index < len(tokens):
        kind, token = tokens[index]
        following = tokens[index + 1][1] if index + 1 < len(tokens) else ""
        index += 1
        if kind == "mark" and token == "{":
            raise Unreadable("a selector has to name its metric")
        if kind != "name" or token in KEYWORDS:
            continue
        if token in GROUPINGS:
            if following == "(":
                end = closing(tokens, index, ")")
                labels = {text for kind, text in tokens[index:end] if kind == "name"}
                result.groupings |= labels
                result.kept |= labels if token == "by" else set()
                index = end
        elif following in ("(", "by", "without"):
            if token not in FUNCTIONS:
                raise Unreadable(f"{token} is no function that is known here")
        else:
            use = Use(token)
            if following == "{":
                end = closing(tokens, index, "}")
                use.matchers = matchers(tokens[index + 1 : end])
                index = end
            result.uses.append(use)
    return result


def closing(tokens: list[tuple[str | None, str]], index: int, mark: str) -> int:
    for end in range(index, len(tokens)):
        if tokens[end] == ("mark", mark):
            return end
    raise Unreadable(f"{mark} is missing")


def matchers(tokens: list[tuple[str | None, str]]) -> list[Matcher]:
    parts = [it for it in tokens if it != ("mark", ",")]
    triples = [parts[start : start + 3] for start in range(0, len(parts), 3)]
    if any([kind for kind, _ in triple] != ["name", "mark", "string"] for triple in triples):
        raise Unreadable("a matcher is a label, an operator and a text")
    return [Matcher(label[1], operator[1], value[1][1:-1]) for label, operator, value in triples]
