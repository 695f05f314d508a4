"""Reversals (冲正): what a transaction gave or took goes back, whole or in parts, and once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import define, field

from gridpoints.errors import LotExceeded, NotReversible, ReversalExceeds
from gridpoints.ledger.accounts import Account
from gridpoints.ledger.journal import Act, Line, instant
from gridpoints.ledger.model import Transaction
from gridpoints.values import Unit, check_instant


@define
class Original:
    """A transaction that is given back, and how much of it was given back already.

    `net` is what it added to each account, by key; `lots`, for each account, the dated lots in the
    order in which it drew on them or gave to them. `returned` counts what went back, without a sign, and
    `named` what of it went back into lots that the legs of a reversal named, by their expiry.
    """

    line: Line
    net: Counter[str] = field(factory=Counter)
    lots: dict[str, list[tuple[datetime, int]]] = field(factory=dict)
    returned: Counter[str] = field(factory=Counter)
    named: dict[str, Counter[datetime]] = field(factory=dict)

    @classmethod
    def of(cls, line: Line, reversals: Iterable[Line] = ()) -> Original:
        """The original that stands on `line`, after the `reversals` that name it."""
        original = cls(line)
        for account, amount, _ in line.each_leg():
            original.net[account] += amount
        for account, expires_at, amount in line.each_lot():
            original.lots.setdefault(account, []).append((expires_at, amount))
        for reversal in reversals:
            net = Counter[str]()
            for account, amount, named in reversal.each_leg():
                net[account] += amount
                if named is not None:
                    original.name(account, instant(named), amount)
            original.take_back(net)
        return original

    def __copy__(self) -> Original:
        named = {account: lots.copy() for account, lots in self.named.items()}
        return Original(self.line, self.net, self.lots, self.returned.copy(), named)

    def left(self) -> dict[str, int]:
        """What was not given back yet: by account, with the sign of the original."""
        return {
            account: (abs(amount) - self.returned[account]) * (1 if amount > 0 else -1)
            for account, amount in self.net.items()
            if abs(amount) > self.returned[account]
        }

    def refuse_more(self, sent: Transaction, net: Mapping[str, int], units: Mapping[str, Unit]) -> None:
        """Raise `NotReversible`; `ReversalExceeds` or `LotExceeded` where more would go back than is left."""
        if not self.line.moves or self.line.act == Act.REVERSE:
            raise NotReversible(transaction=self.line.id)
        left = self.left()
        for account, amount in net.items():
            rest = left.get(account, 0)
            if amount and (rest * amount >= 0 or abs(amount) > abs(rest)):
                unit = units[Account.parse(account).unit]
                raise ReversalExceeds(
                    transaction=sent.id,
                    original=self.line.id,
                    account=account,
                    left=unit.decimal(abs(rest)),
                    wanted=unit.decimal(abs(amount)),
                )

        for account, lots in lots_named(sent).items():
            there = self.lots_left(account)
            for expires_at, wanted in lots.items():
                if wanted > there.get(expires_at, 0):
                    unit = units[Account.parse(account).unit]
                    raise LotExceeded(
                        transaction=sent.id,
                        original=self.line.id,
                        account=account,
                        expires_at=expires_at,
                        left=unit.decimal(there.get(expires_at, 0)),
                        wanted=unit.decimal(wanted),
                    )

    def lots_left(self, account: str) -> dict[datetime, int]:
        """What was drawn from each dated lot and not given back yet, in the order of `drawn`."""
        skip = self.unnamed(account)
        left = Counter[datetime]()
        for expires_at, part in self.drawn(
            account, skip, max(0, -self.net[account]) - self.returned[account]
        ):
            left[expires_at] += part
        return dict(left)

    def unnamed(self, account: str) -> int:
        """What went back to an account in the order of its lots, none being named."""
        return self.returned[account] - sum(self.named.get(account, {}).values())

    def name(self, account: str, expires_at: datetime, amount: int) -> None:
        """Count what goes back into a lot that is named."""
        self.named.setdefault(account, Counter())[expires_at] += amount

    def take_back(self, net: Mapping[str, int]) -> None:
        """Count what a reversal gave back."""
        for account, amount in net.items():
            self.returned[account] += abs(amount)

    def given(self, account: str, skip: int, amount: int) -> list[tuple[datetime | None, int]]:
        """What `amount` takes back of the lots that it gave, after `skip` that was taken back before.

        None are the undated points that it gave: they go last.
        """
        gifts: list[tuple[datetime | None, int]] = [(e, n) for e, n in self.lots.get(account, ()) if n > 0]
        left = max(0, self.net[account])
        taken: list[tuple[datetime | None, int]] = []
        for expires_at, gift in (*gifts, (None, left)):
            part = min(gift, left)
            left -= part
            passed = min(skip, part)
            skip -= passed
            if back := min(part - passed, amount):
                amount -= back
                taken.append((expires_at, back))
        return taken

    def drawn(self, account: str, skip: int, amount: int) -> list[tuple[datetime, int]]:
        """What `amount` restores of the lots that it drew on, after `skip` that was restored before.

        What was drawn last is restored first: undated points, then what expires last. What went back into
        lots that were named is not there any more, and does not count among the `skip`.
        """
        named = Counter(self.named.get(account))
        draws = [(e, -change) for e, change in self.lots.get(account, ()) if change < 0]
        skip -= max(0, -self.net[account]) - sum(part for _, part in draws)  # undated points
        restored: list[tuple[datetime, int]] = []
        amount += min(skip, 0)
        skip = max(skip, 0)
        for expires_at, drawn in reversed(draws):
            part = drawn - min(drawn, named[expires_at])
            named[expires_at] -= drawn - part
            passed = min(skip, part)
            skip -= passed
            if (back := min(part - passed, amount)) > 0:
                amount -= back
                restored.append((expires_at, back))
        return restored


def lots_named(sent: Transaction) -> dict[str, Counter[datetime]]:
    """The lots that the legs of a reversal name, with what goes back into each, by account."""
    named: dict[str, Counter[datetime]] = {}
    for leg in sent.legs:
        if leg.expires_at is not None:
            lots = named.setdefault(leg.account.key, Counter())
            lots[check_instant("expires_at", leg.expires_at)] += leg.amount
    return named
