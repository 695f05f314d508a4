"""The journal (日记账): everything that ever happened in a ledger, line by line, never changed.

A line is all there is to know: balances, holds, lots and statements are projections of the lines,
can be thrown away and made again from them (`gridpoints.ledger.replay`), and it is the lines that
are sealed (`gridpoints.ledger.merkle`). What was refused is kept as well, so that the same id is
answered with the same refusal for ever.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from itertools import repeat
from typing import Any, NamedTuple

from gridpoints.ledger.accounts import Account
from gridpoints.ledger.model import Leg, Transaction


class Act(StrEnum):
    """What a line of the journal does. The first three move points."""

    POST = "post"
    CAPTURE = "capture"
    REVERSE = "reverse"
    HOLD = "hold"
    RELEASE = "release"
    FLOOR = "floor"
    CLOSE = "close"
    DEBT = "debt"


#: Under which the metadata of a reversal keep its `Transaction.extend_days`, where it has any.
EXTEND_DAYS = "extend_days"
#: The acts whose legs are entered in the statements of their accounts.
MOVING = frozenset({Act.POST.value, Act.CAPTURE.value, Act.REVERSE.value})


class Line(NamedTuple):
    """One line of the journal, as it is kept and as it is sealed.

    `number` counts the lines of a community from 1 without gaps; 0: it has none yet. Ids of
    transactions are their clients'; other lines have one with a blank in it, which no client's has:
    ``hold h1``. `subject` is what the act is about: the hold that is placed, captured or released,
    the transaction that is reversed or owed. `legs` is canonical JSON, ``[[account, amount],
    [account, amount, expires_at], …]``; `lots`, how much each dated lot got or gave, ``[[account,
    expires_at, amount], …]``. `refusal` is the code of the error of a line that was refused,
    `refusal_fields` its fields as JSON.

    A named tuple, for a batch makes thousands, and a store writes them as they are.
    """

    number: int
    id: str
    act: str
    kind: str
    reason: str
    subject: str | None
    effective_at: str
    recorded_at: str
    legs: str
    lots: str | None
    metadata: str
    refusal: str | None
    refusal_fields: str | None

    @property
    def moves(self) -> bool:
        """Whether its legs moved points."""
        return self.refusal is None and self.act in MOVING

    def each_leg(self) -> Iterator[tuple[str, int, str | None]]:
        """Account, amount, and expiry, of each leg."""
        for account, amount, *expires_at in json.loads(self.legs):
            yield account, amount, expires_at[0] if expires_at else None

    def each_lot(self) -> Iterator[tuple[str, datetime, int]]:
        """Account, expiry, and change of each dated lot that it touched."""
        for account, expires_at, amount in json.loads(self.lots) if self.lots else ():
            yield account, instant(expires_at), amount

    def transaction(self) -> Transaction:
        """The transaction that the line was made from."""
        details = self.details()
        return Transaction(
            id=self.id,
            legs=(
                Leg(Account.parse(account), amount, instant(expires_at) if expires_at else None)
                for account, amount, expires_at in self.each_leg()
            ),
            effective_at=instant(self.effective_at),
            kind=self.kind,
            reason=self.reason,
            metadata=details,
            extend_days=details.get(EXTEND_DAYS, 0) if self.act == Act.REVERSE else 0,
            hold=self.subject if self.act == Act.CAPTURE else None,
            reverses=self.subject if self.act == Act.REVERSE else None,
        )

    def details(self) -> dict[str, Any]:
        """Its metadata."""
        details: dict[str, Any] = json.loads(self.metadata)
        return details

    def sealed_bytes(self, community: str) -> bytes:
        """The bytes that are sealed: every field with its length before it, so no two lines have the same.

        A text is its length in bytes as 4 bytes, big-endian, and its UTF-8; None is ``ff ff ff ff``; the
        number is 8 bytes, big-endian. First comes the community, then the fields as they stand here.
        """
        return b"".join([_sealed(community), self.number.to_bytes(8), *map(_sealed, self[1:])])


def sealed_bytes(lines: Sequence[Line], community: str) -> Iterator[bytes]:
    """What `Line.sealed_bytes` answers of each, column by column: in about half the time."""
    named = community.encode()
    numbers, *columns = zip(*lines, strict=True)
    parts: list[Iterable[bytes]] = [
        repeat(len(named).to_bytes(4) + named, len(lines)),
        map(int.to_bytes, numbers, repeat(8)),
    ]
    for column in columns:
        if column.count(column[0]) == len(column):
            parts.append(repeat(_sealed(column[0]), len(lines)))
        elif None in column:
            parts.append(map(_sealed, column))
        else:
            texts = list(map(str.encode, column))
            parts += map(int.to_bytes, map(len, texts), repeat(4)), texts
    return map(b"".join, zip(*parts, strict=True))


def _sealed(text: str | None) -> bytes:
    if text is None:
        return b"\xff\xff\xff\xff"
    data = text.encode()
    return len(data).to_bytes(4) + data


@lru_cache(maxsize=1024)  # the lines of a batch have few instants among them
def instant_text(instant: datetime) -> str:
    """An instant as text of a fixed width, in UTC, that sorts: ``2026-03-02T01:00:00.000000Z``."""
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def instant(text: str) -> datetime:
    """The instant that `instant_text` wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)
