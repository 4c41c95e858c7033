"""Makes searches as people send them out of the listings that there are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Words:
    """What can be searched for: values of listings, as often as they occur."""

    names: list[str]
    colors: list[str]
    species: list[str]
    outcomes: list[str]

    @classmethod
    def of(cls, listings: list[dict]) -> Words:
        def values(key: str) -> list[str]:
            return [it[key] for it in listings if it.get(key)]

        names = ["".join(filter(str.isalpha, it)) for it in values("name")]
        return cls(
            [it for it in names if len(it) >= 3], values("primaryColor"), values("species"), values("outcomeType")
        )

    def path(self, number: int) -> str:
        """The path of a search, the same for the same number.

        Names 45 %, colour and species 20 %, beginnings of names 10 %, the newest of a species 15 %, an outcome's phrase
        5 %, everything 5 %; what no listing has is everything.
        """
        dice = hashlib.blake2b(number.to_bytes(8, "big"), digest_size=16).digest()
        kind, value = dice[0] * 100 // 256, int.from_bytes(dice[8:], "big")

        def one(values: list[str]) -> str:
            return values[value % len(values)] if values else ""

        text, rest = "", ""
        if kind < 45:
            text = one(self.names)
        elif kind < 65:
            text = f"{one(self.colors)} {one(self.species)}".strip()
        elif kind < 75:
            text = one(self.names)[:3]
            text += "*" if text else ""
        elif kind < 90:
            rest = f"sort=newest&species={quote(one(self.species), safe='')}" if self.species else ""
        elif kind < 95:
            text = f'"{one(self.outcomes)}"' if self.outcomes else ""
        query = f"q={quote(text, safe='')}" if text else rest
        return "/v1/listings" + (f"?{query}" if query else "")
