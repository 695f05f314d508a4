"""A till without a network: it verifies vouchers, keeps what it took, and delivers it later.

The whole of what such a device does stands here and in `gridpoints.redemption.vouchers.tokens`, to be read in
one sitting. It needs no store: the community's public keys, a file, and a clock.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from gridpoints.errors import OfflineLimitReached, QueueUnreadable, VoucherTaken
from gridpoints.ledger.checkpoint import PublicKey
from gridpoints.redemption.vouchers.tokens import Ticket

#: No number and no points of a voucher are more.
_MOST = 10**18


@frozen
class TakenVoucher:
    """One voucher that a till took, as it is delivered: the token, when, and under which number.

    `number` counts what the till took, from 1: with the till it says which delivery is which.
    """

    number: int
    token: str
    voucher: str
    points: Decimal
    at: datetime

    def line(self) -> str:
        """It as a line of the till's file: JSON, and a newline."""
        document = {
            "number": self.number,
            "token": self.token,
            "voucher": self.voucher,
            "points": format(self.points, "f"),
            "at": self.at.isoformat(),
        }
        return json.dumps(document, ensure_ascii=False) + "\n"

    def _can_be(self) -> bool:
        """Whether a till can have written it: JSON would have room for anything in these places."""
        texts = isinstance(self.token, str) and isinstance(self.voucher, str)
        counted = type(self.number) is int and 0 < self.number <= _MOST
        return texts and counted and 0 <= self.points <= _MOST and self.at.utcoffset() is not None

    @classmethod
    def parse(cls, line: str, number: int) -> TakenVoucher:
        """What `line` wrote; raises `QueueUnreadable`, with the `number` of the line."""
        try:
            document: dict[str, Any] = json.loads(line)
            taken = cls(
                number=document["number"],
                token=document["token"],
                voucher=document["voucher"],
                points=Decimal(document["points"]),
                at=datetime.fromisoformat(document["at"]),
            )
            if taken.line() == line and taken._can_be():
                return taken
        except (ArithmeticError, AttributeError, KeyError, RecursionError, TypeError, ValueError):
            pass
        raise QueueUnreadable(line=number)


def taken_in(file: Path) -> Iterator[TakenVoucher | QueueUnreadable]:
    """What stands in a till's file, line by line; the error in the place of a line that is damaged."""
    if not file.exists():
        return
    with file.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield TakenVoucher.parse(line, number)
            except QueueUnreadable as damaged:
                yield damaged


@define
class OfflineTill:
    """What the device does. `limit` is how many points it may take before it has delivered them.

    What was taken is in the file, on the disk, before anybody is told that it was: a device that is
    switched off in the middle forgets nothing. One process uses the file at a time.
    """

    community: str
    merchant: str
    keys: tuple[PublicKey, ...]
    limit: Decimal
    file: Path
    _taken: dict[str, TakenVoucher] = field(factory=dict, init=False)
    _last: int = field(default=0, init=False)
    _delivered: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        for line in taken_in(self.file):
            self._last += 1
            if isinstance(line, TakenVoucher):
                self._taken[line.voucher] = line
                self._last = max(self._last, line.number)
        self._delivered = self._read_delivered()

    def take(self, token: str, now: datetime) -> TakenVoucher:
        """Verify a voucher and keep that it was taken; give the goods only after this has returned.

        Raises what `Ticket.verify` does, `VoucherTaken` for one that this till took before, or
        `OfflineLimitReached`. The customer need not be told which.
        """
        ticket = Ticket.verify(token, self.keys, community=self.community, merchant=self.merchant, now=now)
        if (before := self._taken.get(ticket.voucher)) is not None:
            raise VoucherTaken(voucher=ticket.voucher, at=before.at)
        held = sum((taken.points for taken in self.waiting()), Decimal(0))
        if held + ticket.points > self.limit:
            raise OfflineLimitReached(limit=self.limit, taken=held)
        taken = TakenVoucher(self._last + 1, token, ticket.voucher, ticket.points, now)
        _append(self.file, taken.line())
        self._taken[taken.voucher] = taken
        self._last = taken.number
        return taken

    def waiting(self) -> list[TakenVoucher]:
        """What was taken and is not delivered yet, in order."""
        return sorted(
            (taken for taken in self._taken.values() if taken.number > self._delivered),
            key=lambda taken: taken.number,
        )

    def delivered(self, until: int) -> None:
        """Note that everything up to that number has arrived. It stays in the file, as evidence."""
        _append(self._receipts, f"{until}\n")
        self._delivered = max(self._delivered, until)

    @property
    def _receipts(self) -> Path:
        return self.file.with_suffix(".delivered")

    def _read_delivered(self) -> int:
        if not self._receipts.exists():
            return 0
        numbers: Iterable[str] = self._receipts.read_text("utf-8", errors="replace").splitlines()
        return max((int(number) for number in numbers if number.isdecimal()), default=0)


def _append(file: Path, line: str) -> None:
    """Add a line that is on the disk when this returns; one that was cut off before is ended first."""
    with file.open("ab+") as target:
        if target.tell() and not _ends_a_line(target):
            target.write(b"\n")
        target.write(line.encode())
        target.flush()
        os.fsync(target.fileno())


def _ends_a_line(target: Any) -> bool:
    target.seek(-1, os.SEEK_END)
    ends: bool = target.read(1) == b"\n"
    return ends
