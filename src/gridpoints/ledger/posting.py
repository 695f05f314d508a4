"""What a batch of transactions does: the decision, pure, the same for every store.

A store reads what is known, locks the accounts and holds that the batch touches in sorted order
(`Locked`), calls one of the functions here, and writes what came of it (`Effects`), all in one
database transaction. Its CHECK constraints refuse an overdraft a second time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

import attrs

from gridpoints.errors import (
    BalanceTooLarge,
    BatchNotPosted,
    EmptyInterval,
    FloorAboveBalance,
    GridpointsError,
    HoldConflict,
    HoldExceeded,
    InvalidInput,
    NotFound,
    PeriodClosed,
    RecordUnknown,
    TransactionConflict,
    every_error,
)
from gridpoints.exact_json import canonical, from_json, to_json
from gridpoints.ledger.accounts import Account, Hold, HoldStatus
from gridpoints.ledger.journal import Act, Line, instant, instant_text
from gridpoints.ledger.locked import Locked, after, just_after, lots_text, release
from gridpoints.ledger.lots import AccountState, move_lots, overdue
from gridpoints.ledger.model import MOST_BALANCE, Outcome, Posted, Rejected
from gridpoints.ledger.request import Pair, Request
from gridpoints.ledger.reversal import Original

_LEAST = -MOST_BALANCE
#: After so many transactions, the lines that there are by then are passed on.
PASSED_ON_AT_ONCE = 1_000
_POST, _CAPTURE, _REVERSE = Act.POST.value, Act.CAPTURE.value, Act.REVERSE.value
#: A batch makes thousands: this is half of the time of ``Line(…)``.
_new_line = tuple.__new__


# --- transactions ---------------------------------------------------------------------------------


def post(
    requests: Sequence[Pair | Request], *, locked: Locked, at: datetime, atomic: bool = False
) -> list[Outcome]:
    """Decide each request by itself, in order; with `atomic`, all of them or none.

    `locked` is moved on to the state after the batch; its `lines` are what to keep. What is wrong with a
    transaction by itself (`InvalidInput`) is answered and not kept: it can never be right. A refusal
    is kept.
    """
    locked.outcomes = _post_all(requests, locked, at) if atomic else _post_each(requests, locked, at)
    return locked.outcomes


def _post_all(requests: Sequence[Pair | Request], locked: Locked, at: datetime) -> list[Outcome]:
    trial = locked.copy()
    outcomes = _post_each(requests, trial, at)
    if any(isinstance(outcome, Rejected) for outcome in outcomes):
        return _none_of(requests, outcomes, locked, at)
    for a in attrs.fields(Locked):
        setattr(locked, a.name, getattr(trial, a.name))
    return outcomes


def _post_each(requests: Sequence[Pair | Request], locked: Locked, at: datetime) -> list[Outcome]:
    seen = dict(locked.known)
    outcomes: list[Outcome] = []
    if locked.closed_until is not None and at < locked.closed_until:  # by a clock that is far behind
        requests = list(map(Request.of, requests))
    reversible = {each.subject for each in requests if isinstance(each, Request) and each.act == _REVERSE}
    for start in range(0, len(requests), PASSED_ON_AT_ONCE):
        if start and locked.passes_on:
            locked.passes_on(locked.lines)
        for read in requests[start : start + PASSED_ON_AT_ONCE]:
            if (
                isinstance(read, tuple)
                and (id := read[0].id) not in seen
                and (when := _move(read, locked, at))
            ):
                outcomes.append(Posted(id, when))
            else:
                request = Request.of(read)
                if (outcome := _decided(request, seen)) is not None:
                    outcomes.append(outcome)
                    continue
                id = request.transaction.id
                try:
                    outcomes.append(Posted(id, _move_any(request, locked, at)))
                except (InvalidInput, NotFound) as error:
                    outcomes.append(Rejected(id, error))
                    continue
                except GridpointsError as error:
                    _refuse(request, error, locked, at)
                    outcomes.append(Rejected(id, error))
            seen[id] = locked.lines[-1]
            if id in reversible:
                locked.originals[id] = Original.of(locked.lines[-1])
    return outcomes


def _decided(request: Request, seen: Mapping[str, Line]) -> Outcome | None:
    """What is answered to a transaction that is wrong by itself, or whose id was `seen` before."""
    if request.error is not None:
        return Rejected(request.transaction.id, request.error)
    if (earlier := seen.get(request.transaction.id)) is None:
        return None
    if not request.same_as(earlier):
        return Rejected(earlier.id, TransactionConflict(transaction=earlier.id))
    return outcome_of(earlier)


def outcome_of(line: Line) -> Outcome:
    """What became of the transaction of a line."""
    if line.refusal is None:
        return Posted(line.id, instant(line.recorded_at))
    fields = from_json(json.loads(line.refusal_fields or "{}"))
    return Rejected(line.id, _errors()[line.refusal](**fields))


@cache
def _errors() -> Mapping[str, type[GridpointsError]]:
    return {error.code: error for error in every_error()}


def _refuse(request: Request, error: GridpointsError, locked: Locked, at: datetime) -> None:
    locked.write_request(request, at, refusal=error.code, fields=canonical(to_json(error.fields)))


def _none_of(
    requests: Sequence[Pair | Request],
    outcomes: list[Outcome],
    locked: Locked,
    at: datetime,
) -> list[Outcome]:
    """The outcomes of a group of which one was refused: nothing moves, and each is refused for good."""
    kept: dict[str, Outcome] = {}
    for read, outcome in zip(requests, outcomes, strict=True):
        id = outcome.transaction
        if id in locked.known or id in kept:
            continue
        error = outcome.error if isinstance(outcome, Rejected) else BatchNotPosted(transaction=id)
        if not isinstance(error, InvalidInput | NotFound):
            _refuse(Request.of(read), error, locked, at)
        kept[id] = Rejected(id, error)
    return [
        kept.get(outcome.transaction, outcome) if isinstance(outcome, Posted) else outcome
        for outcome in outcomes
    ]


def _move(pair: Pair, locked: Locked, at: datetime) -> datetime | None:
    """Move points from one account to another, as `_move_any` would, but sooner; answers when.

    None, and nothing has moved: it takes more than this, or is to be refused.
    """
    sent, key, amount, expires_at, other_key, legs, metadata, effective_at = pair
    accounts = locked.accounts
    state, other = accounts.get(key), accounts.get(other_key)
    if state is None or other is None or state.held or other.held:
        return None
    if (expires_at or state.dated or other.dated) and not (
        _leaves_lots(state, amount, at) and _leaves_lots(other, -amount, at)
    ):
        return None
    if effective_at and locked.closed_until is not None and effective_at < locked.closed_until:
        return None
    posted, other_posted = state.posted + amount, other.posted - amount
    floor, other_floor = state.floor, other.floor
    if not (
        (_LEAST if floor is None else floor) <= posted <= MOST_BALANCE
        and (_LEAST if other_floor is None else other_floor) <= other_posted <= MOST_BALANCE
    ):
        return None  # `_move_any` settles what is overdue on the other, then refuses
    when = at
    if (moved_at := state.moved_at) is not None and when <= moved_at:
        when = just_after(moved_at)
    if (moved_at := other.moved_at) is not None and when <= moved_at:
        when = just_after(moved_at)
    state.posted, other.posted = posted, other_posted
    if state.account.kind.strict:
        state.moved_at = when
    if other.account.kind.strict:
        other.moved_at = when
    changed = locked.changed_accounts
    changed.add(key)
    changed.add(other_key)
    lots = None
    if expires_at:
        state.change_lots([(expires_at, amount)])
        locked.changed_lots.add((key, expires_at))
        lots = lots_text([(key, expires_at, amount)])
    recorded_at = instant_text(when)
    done = instant_text(effective_at) if effective_at else recorded_at
    words = (
        0,
        sent.id,
        _POST,
        sent.kind,
        sent.reason,
        None,
        done,
        recorded_at,
        legs,
        lots,
        metadata,
        None,
        None,
    )
    locked.lines.append(_new_line(Line, words))
    return when


def _leaves_lots(state: AccountState, amount: int, at: datetime) -> bool:
    """Whether the lots that the account has stay as they are: it is given points, and pays no debt."""
    if not state.account.kind.strict:
        return True
    return amount > 0 and state.posted >= 0 and not (state.dated and overdue(state, at))


def _move_any(request: Request, locked: Locked, at: datetime) -> datetime:
    """Move a transaction of any sort."""
    accounts, net = locked.accounts, request.net
    moved = []
    for key in net:
        state = accounts.get(key) or locked.account(key)
        locked.settle_overdue(state, at)
        moved.append(state)
    _refuse_closed(request, locked, request.effective_at or after(at, *moved))
    hold, captured = _hold_of(request, locked, at) if request.act == _CAPTURE else (None, 0)
    original = _original_of(request, locked) if request.act == _REVERSE else None
    for state, amount in zip(moved, net.values(), strict=True):
        freed = captured if hold is not None and state.account == hold.account else 0
        _refuse_beyond(request, state, amount, freed, locked)
    when = after(at, *moved) if hold is None else after(at, accounts[hold.account.key], *moved)
    changes = move_lots(request.transaction, accounts, original, when)
    locked.changed_lots.update((key, expires_at) for key, expires_at, _ in changes)
    locked.changed_accounts.update(net)
    for state in moved:
        if state.account.kind.strict:
            state.moved_at = when
    if hold is not None and captured:
        remaining = hold.remaining - captured
        status = HoldStatus.OPEN if remaining else HoldStatus.CAPTURED
        locked.keep(attrs.evolve(hold, remaining=remaining, status=status), held=-captured, at=when)
    if original is not None:
        original.take_back(net)
    locked.write_request(request, when, lots=lots_text(changes))
    return when


def _refuse_closed(request: Request, locked: Locked, done: datetime) -> None:
    """Raise `PeriodClosed` for what was done in a period that is closed."""
    until = locked.closed_until
    if until is not None and done < until:
        raise PeriodClosed(transaction=request.transaction.id, effective_at=done, until=until)


def _refuse_beyond(request: Request, state: AccountState, amount: int, freed: int, locked: Locked) -> None:
    """Raise `InsufficientPoints` or `BalanceTooLarge`; `freed` is what a capture takes out of its hold."""
    if amount < 0 and state.floor is not None:
        available = state.posted - state.held - state.floor + freed
        if amount + available < 0:
            raise locked.insufficient(state, available, -amount)
    balance = state.posted + amount
    if abs(balance) > max(MOST_BALANCE, abs(state.posted)):
        unit = locked.units[state.account.unit]
        raise BalanceTooLarge(
            transaction=request.transaction.id,
            account=state.account.key,
            unit=unit.code,
            balance=unit.decimal(balance),
            most=unit.decimal(MOST_BALANCE),
        )


def _original_of(request: Request, locked: Locked) -> Original:
    """The transaction that is reversed; raises `RecordUnknown` and what `Original.refuse_more` does."""
    original = locked.originals.get(request.subject or "")
    if original is None:
        raise RecordUnknown(kind="transaction", id=request.subject or "")
    original.refuse_more(request.transaction, request.net, locked.units)
    return original


def _hold_of(request: Request, locked: Locked, at: datetime) -> tuple[Hold, int]:
    """The hold that is captured from, and how much; raises `HoldClosed`, `HoldExceeded`."""
    hold = locked.hold(request.subject or "")
    if hold.account.key not in request.net:
        locked.settle_overdue(locked.accounts[hold.account.key], at)
    hold = locked.open_hold(hold.id)
    wanted = max(0, -request.net.get(hold.account.key, 0))
    if wanted > hold.remaining:
        unit = locked.units[hold.account.unit]
        raise HoldExceeded(hold=hold.id, remaining=unit.decimal(hold.remaining), wanted=unit.decimal(wanted))
    return hold, wanted


# --- holds, floors, periods -----------------------------------------------------------------------


def place(hold: Hold, *, locked: Locked, at: datetime) -> Hold:
    """Set the points of `hold` aside, or answer a repetition with the hold that stands.

    Raises `InsufficientPoints`, `HoldConflict`, `UnitUnknown`, or `EmptyInterval` where it is over already.
    """
    if (standing := locked.holds.get(hold.id)) is not None:
        locked.settle_overdue(locked.accounts[standing.account.key], at)
        if not standing.same_request(hold):
            raise HoldConflict(hold=hold.id)
        return locked.holds[hold.id]
    if hold.expires_at <= at:
        raise EmptyInterval(start=at, end=hold.expires_at)
    state = locked.account(hold.account.key)
    locked.settle_overdue(state, at)
    # A hold never draws on a debt that is allowed, nor on what the account must keep.
    if hold.amount > (available := state.posted - state.held - max(0, state.floor or 0)):
        raise locked.insufficient(state, available, hold.amount)
    at = after(at, state)
    hold = attrs.evolve(hold, placed_at=at)
    locked.keep(hold, held=hold.amount, at=at)
    locked.write(
        f"hold {hold.id}",
        Act.HOLD,
        at,
        f'[["{hold.account.key}",{hold.amount}]]',
        kind="hold",
        reason=hold.reason,
        subject=hold.id,
        metadata=canonical({"expires_at": instant_text(hold.expires_at)}),
    )
    return hold


def let_go(id: str, *, locked: Locked, at: datetime) -> Hold:
    """Give back what remains of a hold. Again, or once expired, it changes nothing.

    Raises `RecordUnknown`, and `HoldClosed` for a hold that was captured whole.
    """
    hold = locked.hold(id)
    locked.settle_overdue(locked.accounts[hold.account.key], at)
    if (hold := locked.holds[id]).status in (HoldStatus.RELEASED, HoldStatus.EXPIRED):
        return hold
    return release(locked, locked.open_hold(id), HoldStatus.RELEASED, at)


def set_floor(
    account: Account, floor: int | None, *, id: str, reason: str, locked: Locked, at: datetime
) -> None:
    """How far down an account may go from now on; a repetition changes nothing.

    Raises `FloorAboveBalance`, `TransactionConflict`, `UnitUnknown`.
    """
    legs = canonical([[account.key, floor]])
    if (standing := locked.known.get(f"floor {id}")) is not None:
        if (standing.legs, standing.reason) != (legs, reason):
            raise TransactionConflict(transaction=id)
        return
    state = locked.account(account.key)
    locked.settle_overdue(state, at)
    if floor is not None and floor > (available := state.posted - state.held):
        unit = locked.units[account.unit]
        raise FloorAboveBalance(
            account=account.key, floor=unit.decimal(floor), available=unit.decimal(available)
        )
    at = after(at, state)
    state.floor, state.moved_at = floor, at
    locked.changed_accounts.add(account.key)
    locked.write(f"floor {id}", Act.FLOOR, at, legs, kind="floor", reason=reason)


def close_period(until: datetime, *, reason: str, locked: Locked, at: datetime) -> None:
    """Nothing that was done before `until` is posted any more."""
    if locked.closed_until is None or locked.closed_until < until:
        locked.closed_until = until
        locked.write(
            f"close {instant_text(until)}",
            Act.CLOSE,
            at,
            "[]",
            kind="close",
            reason=reason,
            effective_at=until,
        )
