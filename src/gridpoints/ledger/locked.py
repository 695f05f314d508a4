"""What a unit of work has locked: the accounts, lots and holds as they are, and how lines move them on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import datetime, timedelta
from functools import lru_cache

import attrs
from attrs import define, field

from gridpoints.errors import HoldClosed, InsufficientPoints, RecordUnknown, UnitUnknown
from gridpoints.exact_json import canonical
from gridpoints.ledger.accounts import Account, Hold, HoldStatus
from gridpoints.ledger.journal import Act, Line, instant_text
from gridpoints.ledger.lots import AccountState, overdue
from gridpoints.ledger.model import Outcome
from gridpoints.ledger.request import Request
from gridpoints.ledger.reversal import Original
from gridpoints.values import Unit

#: The least by which two lines of an account are recorded one after another.
_INSTANT = timedelta(microseconds=1)


@define
class Locked:
    """What the store read under lock, moved on by posting, and what of it must be written back.

    `accounts`, by key, are those touched, less those of a unit that no published rule set declares;
    `holds` those named, and the open ones of the accounts that are overdue; `known` the lines that
    stand under ids that were sent again. The `lines` have no number yet; the `outcomes` are what is
    answered to a batch.
    """

    accounts: dict[str, AccountState]
    holds: dict[str, Hold]
    units: Mapping[str, Unit]
    known: dict[str, Line] = field(factory=dict)
    originals: dict[str, Original] = field(factory=dict)
    closed_until: datetime | None = None
    lines: list[Line] = field(factory=list)
    outcomes: list[Outcome] = field(factory=list, eq=False)
    changed_accounts: set[str] = field(factory=set)
    changed_holds: set[str] = field(factory=set)
    changed_lots: set[tuple[str, datetime]] = field(factory=set)
    due: dict[str, list[Hold]] | None = None
    #: Takes all lines that there are, while a long batch is decided; not those of a trial.
    passes_on: Callable[[Sequence[Line]], None] | None = None
    #: Whether they all are in the journal already.
    recorded: bool = False

    def copy(self) -> Locked:
        """A copy to try something out on."""
        return attrs.evolve(
            self,
            accounts={key: state.copy() for key, state in self.accounts.items()},
            holds=dict(self.holds),
            originals={id: copy(original) for id, original in self.originals.items()},
            lines=list(self.lines),
            changed_accounts=set(self.changed_accounts),
            changed_holds=set(self.changed_holds),
            changed_lots=set(self.changed_lots),
            due=None,
            passes_on=None,
        )

    def account(self, key: str) -> AccountState:
        """The state of an account; raises `UnitUnknown`."""
        try:
            return self.accounts[key]
        except KeyError:
            raise UnitUnknown(unit=Account.parse(key).unit) from None

    def hold(self, id: str) -> Hold:
        """The hold of that id; raises `RecordUnknown`."""
        try:
            return self.holds[id]
        except KeyError:
            raise RecordUnknown(kind="hold", id=id) from None

    def open_hold(self, id: str) -> Hold:
        """The hold of that id; raises `HoldClosed` where nothing can be taken from it."""
        hold = self.hold(id)
        if hold.status is not HoldStatus.OPEN:
            raise HoldClosed(hold=id, status=hold.status)
        return hold

    def keep(self, hold: Hold, *, held: int, at: datetime) -> None:
        """Put `hold` in its place, and add `held` to what its account sets aside."""
        state = self.accounts[hold.account.key]
        state.held += held
        state.moved_at = at
        self.holds[hold.id] = hold
        self.changed_accounts.add(hold.account.key)
        self.changed_holds.add(hold.id)

    def write_request(
        self,
        request: Request,
        at: datetime,
        *,
        lots: str | None = None,
        refusal: str | None = None,
        fields: str | None = None,
    ) -> None:
        """Put a transaction into the journal, posted or refused."""
        sent, recorded_at, done = request.transaction, instant_text(at), request.effective_at
        self.lines.append(
            Line(
                0,
                sent.id,
                request.act,
                sent.kind,
                sent.reason,
                request.subject,
                recorded_at if done is None else instant_text(done),
                recorded_at,
                request.legs,
                lots,
                request.metadata,
                refusal,
                fields,
            )
        )

    def write(
        self,
        id: str,
        act: Act,
        at: datetime,
        legs: str,
        *,
        kind: str,
        reason: str = "",
        subject: str | None = None,
        effective_at: datetime | None = None,
        lots: str | None = None,
        metadata: str = "{}",
    ) -> None:
        """Put a line into the journal that no client sent."""
        recorded_at = instant_text(at)
        done_at = recorded_at if effective_at is None else instant_text(effective_at)
        line = (0, id, act.value, kind, reason, subject, done_at, recorded_at, legs, lots, metadata)
        self.lines.append(Line(*line, refusal=None, refusal_fields=None))

    def insufficient(self, state: AccountState, available: int, wanted: int) -> InsufficientPoints:
        """The error for an account that has less than is wanted."""
        unit = self.units[state.account.unit]
        return InsufficientPoints(
            account=state.account.key,
            unit=unit.code,
            available=unit.decimal(available),
            wanted=unit.decimal(wanted),
        )

    # --- what is overdue ----------------------------------------------------------------------

    def _due(self, at: datetime) -> dict[str, list[Hold]]:
        """The holds that are overdue, by account: looked for once, for no hold is placed overdue."""
        if self.due is None:
            self.due = defaultdict(list)
            for hold in sorted(self.holds.values(), key=lambda hold: (hold.expires_at, hold.id)):
                if hold.status is HoldStatus.OPEN and hold.expires_at <= at:
                    self.due[hold.account.key].append(hold)
        return self.due

    def settle_overdue(self, state: AccountState, at: datetime, until: datetime | None = None) -> None:
        """Let go of the account's overdue holds, then post the expiry of its overdue lots.

        So that neither counts any more at `at`, whether anybody swept before or not; or only what was
        overdue at `until`.
        """
        until = until or at
        if state.held:
            for hold in self._due(until).pop(state.account.key, ()):
                if (hold := self.holds[hold.id]).status is HoldStatus.OPEN:
                    release(self, hold, HoldStatus.EXPIRED, at)
        while state.dated and (lot := overdue(state, until)):
            expires_at, amount = lot
            at = after(at, state)
            account, key = state.account, state.account.key
            lots = [(expires_at, -amount)]
            legs = f'[["{key}",{-amount}],["{Account.expiry(account.unit).key}",{amount}]]'
            state.change_lots(lots)
            state.posted -= amount
            state.moved_at = at
            self.changed_accounts.add(key)
            self.changed_lots.add((key, expires_at))
            self.write(
                f"expiry {key} {instant_text(at)}",
                Act.POST,
                at,
                legs,
                kind="expiry",
                lots=lots_text([(key, *lot) for lot in lots]),
                # By a clock that is behind: in the open period, like all that comes to light later.
                effective_at=max(at, self.closed_until or at),
                metadata=canonical({"expired_at": instant_text(expires_at)}),
            )


@lru_cache(maxsize=1_024)  # the lines of a batch have few instants among them, told and bound once each
def just_after(instant: datetime) -> datetime:
    """The next instant at which an account can have a line that had one at `instant`."""
    return instant + _INSTANT


def after(at: datetime, *states: AccountState) -> datetime:
    """`at`, or just after the last line of these accounts where that was not before it.

    So that the lines of an account are recorded in the order of their sequence, also where another
    clock was ahead of ours.
    """
    for state in states:
        if state.moved_at is not None and at <= state.moved_at:
            at = just_after(state.moved_at)
    return at


def lots_text(changes: list[tuple[str, datetime, int]]) -> str | None:
    """What became of the dated lots, as the journal keeps it; None: nothing did."""
    if not changes:
        return None
    # As `canonical` would: nothing in a key or an instant has to be quoted.
    texts = [f'["{key}","{instant_text(expires_at)}",{amount}]' for key, expires_at, amount in changes]
    return f"[{','.join(texts)}]"


def release(locked: Locked, hold: Hold, status: HoldStatus, at: datetime) -> Hold:
    """Put what remains of an open hold back, and say why."""
    at = after(at, locked.accounts[hold.account.key])
    hold = attrs.evolve(hold, status=status)
    locked.keep(hold, held=-hold.remaining, at=at)
    locked.write(
        f"release {hold.id}",
        Act.RELEASE,
        at,
        f'[["{hold.account.key}",{hold.remaining}]]',
        kind=status.value,
        subject=hold.id,
    )
    return hold
