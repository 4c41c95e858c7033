"""What the seed determines: what each recipient's server says to each attempt, and how each request is made."""

from __future__ import annotations

import enum
import random
from dataclasses import dataclass

from ledger import KNOWN, NEW, REFUSED


class Fate(enum.Enum):
    """What the sink does with a mail."""

    TAKE = "250"
    TAKE_SLOWLY = "250 after a while"
    DEFER_RECIPIENT = "450 to RCPT"
    DEFER_MAIL = "451 to the mail"
    REFUSE_RECIPIENT = "550 to RCPT"
    REFUSE_MAIL = "554 to the mail"
    VANISH = "no answer"

    def pause(self, recipient: str) -> float:
        """Seconds between the end of the mail and the answer."""
        draw = random.Random(recipient).random()
        return 0.2 + 0.8 * draw if self is Fate.TAKE_SLOWLY else 0.02 * draw


# Of a thousand recipients: how many are refused for good, and how many are deferred at each attempt.
REFUSED_FOR_GOOD, DEFERRED_FOR_EVER = 10, 4
# Of a thousand attempts of the others.
DEFERRED_AT_RECIPIENT, DEFERRED_AT_MAIL, VANISHED, SLOW = 30, 30, 10, 50


def fate(seed: str, recipient: str, attempt: int) -> Fate:
    """The fate of an attempt to bring this recipient a mail, the same for the same arguments."""
    draw = random.Random(f"{seed}/{recipient}")
    whole = draw.randrange(1000)
    if whole < REFUSED_FOR_GOOD: return Fate.REFUSE_RECIPIENT if whole % 2 else Fate.REFUSE_MAIL
    if whole < REFUSED_FOR_GOOD + DEFERRED_FOR_EVER: return Fate.DEFER_RECIPIENT if whole % 2 else Fate.DEFER_MAIL
    number = random.Random(f"{seed}/{recipient}/{attempt}").randrange(1000)
    shares = [(DEFERRED_AT_RECIPIENT, Fate.DEFER_RECIPIENT), (DEFERRED_AT_MAIL, Fate.DEFER_MAIL)]
    for share, found in shares + [(VANISHED, Fate.VANISH), (SLOW, Fate.TAKE_SLOWLY)]:
        if number < share: return found
        number -= share
    return Fate.TAKE


class Manner(enum.Enum):
    """How a request is made."""

    PATIENT = "waits for the answer"
    GONE = "closes the connection at once"
    HURRIED = "gives too little time"


@dataclass(frozen=True)
class Draft:
    """A request to sign up, before it is sent."""

    id: str
    address: str
    purpose: str
    manner: Manner
    body: dict[str, str]
    # Milliseconds that a sender gives who is not patient.
    time: int


# Of a hundred requests: for a known address, to be refused, by somebody who goes, by somebody who is in a hurry.
KNOWN_SHARE, REFUSED_SHARE, GONE_SHARE, HURRIED_SHARE = 4, 4, 3, 3
KNOWN_ADDRESSES = [f"known-{number}@crash.example" for number in range(8)]


def draft(seed: str, number: int) -> Draft:
    """The request with this number."""
    draw = random.Random(f"{seed}/request/{number}")
    share, address = draw.randrange(100), f"n{number}@crash.example"
    purpose, manner = NEW, Manner.PATIENT
    body = {"email": address, "name": f"Number {number}", "password": f"correct horse {number}"}
    if share < KNOWN_SHARE:
        purpose, body["email"] = KNOWN, draw.choice(KNOWN_ADDRESSES)
    elif share < KNOWN_SHARE + REFUSED_SHARE:
        purpose = REFUSED
        body.update(draw.choice([{"password": "short"}, {"name": " "}, {"name": "a\u0007b"}, {"more": "than asked"}]))
    elif share < KNOWN_SHARE + REFUSED_SHARE + GONE_SHARE:
        manner = Manner.GONE
    elif share < KNOWN_SHARE + REFUSED_SHARE + GONE_SHARE + HURRIED_SHARE:
        manner = Manner.HURRIED
    return Draft(f"crash-{seed}-{number}", body["email"], purpose, manner, body, draw.randrange(1, 25))
