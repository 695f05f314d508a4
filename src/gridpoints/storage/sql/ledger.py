"""The ledger of one community in the database: how it is written.

What is locked and read before stands in `locking`, how it is read by people in `statements`.

A post writes its lines and moves the strict accounts. The statements of accounts are entered later
and together, by `fold`: sorted, so that the database writes each page once and not for every entry,
and so that nobody waits for the accounts that everybody uses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

from sqlalchemy import bindparam, func, literal_column, not_, select, update
from sqlalchemy.dialects import postgresql

from gridpoints.errors import ConcurrentChange
from gridpoints.ledger.accounts import Account, Hold
from gridpoints.ledger.journal import Act, Line
from gridpoints.ledger.locked import Locked
from gridpoints.ledger.lots import AccountState
from gridpoints.ledger.merkle import Node
from gridpoints.ledger.replay import Place, Projection
from gridpoints.ledger.seals import Seal
from gridpoints.storage.ledger_port import LedgerStore
from gridpoints.storage.sql import bulk
from gridpoints.storage.sql.folding import account_values
from gridpoints.storage.sql.locking import AHEAD, WITH_COMMIT
from gridpoints.storage.sql.prepared import Prepared, Send, pipeline, put_off
from gridpoints.storage.sql.presuming import SqlPresuming, put_right
from gridpoints.storage.sql.proof import SqlProof
from gridpoints.storage.sql.reading import (
    HERE,
    IDS,
    UNNUMBERED,
    accounts,
    holds,
    journal,
    lots,
)
from gridpoints.storage.sql.types import Instant, Text, among
from gridpoints.storage.sql.unseen import ADD, ADD_LOTS, RECORD_AND_ADD, or_fail

_UNOPEN = Prepared(accounts.delete().where(accounts.c.community_id == HERE, among(accounts.c.id, IDS)))
_FIGURES = ("floor", "posted", "held", "dated", "moved_at")
_move_one = (
    update(accounts)
    .values({name: bindparam(f"account_{name}", type_=accounts.c[name].type) for name in _FIGURES})
    .where(accounts.c.community_id == HERE, accounts.c.id == bindparam("account_id", type_=Text))
)
_MOVE_ONE = Prepared(_move_one)
#: One line and one account.
_record_one = postgresql.insert(journal).values(
    {"community_id": HERE, **{c.name: bindparam(f"line_{c.name}", type_=c.type) for c in UNNUMBERED}}
)
_RECORD_AND_MOVE = Prepared(_record_one.add_cte(_move_one.cte("moved")))
#: The same where the account is as it was seen; fails if it is not.
_move_as_seen = _move_one.where(accounts.c.moved_at == bindparam("seen", type_=Instant), not_(AHEAD.exists()))
_RECORD_AND_MOVE_AS_SEEN = Prepared(
    select(or_fail(func.count() == 1))
    .select_from(_move_as_seen.returning(literal_column("1").label("one")).cte("moved"))
    .add_cte(_record_one.cte("recorded"))
)
_HOLD_NAMES = [column.name for column in holds.c if column.name != "community_id"]
_keep_one_hold = postgresql.insert(holds).values(
    {
        "community_id": HERE,
        **{name: bindparam(f"hold_{name}", type_=holds.c[name].type) for name in _HOLD_NAMES},
    }
)
_kept = _keep_one_hold.on_conflict_do_update(
    index_elements=holds.primary_key.columns,
    set_={name: _keep_one_hold.excluded[name] for name in ("remaining", "status")},
    where=holds.c.account_id == _keep_one_hold.excluded.account_id,
)
#: The same for what a hold is placed, captured or released by; fails if the hold was not written.
_RECORD_MOVE_AND_KEEP = Prepared(
    select(or_fail(func.count() == 1))
    .select_from(_kept.returning(literal_column("1").label("one")).cte("kept"))
    .add_cte(_record_one.cte("recorded"), _move_one.cte("moved"))
)
_MOVE = bulk.update_of(accounts, _FIGURES)
#: The same on SQLite, which takes the values of many rows at once with an insert only: half of the time of
#: an update for each. The rows are there, for they are locked.
_MOVE_BY_INSERT = bulk.upsert(accounts, _FIGURES)
_KEEP_HOLDS = bulk.upsert(holds, ["remaining", "status"], same="account_id")
_KEEP_LOTS = bulk.upsert(lots, ["remaining"])


class SqlLedger(SqlPresuming, SqlProof, LedgerStore):
    """The ledger of one community in an open transaction."""

    def write(self, locked: Locked) -> None:
        lines, accounts = locked.lines, locked.accounts
        moved = sorted(locked.changed_accounts)
        strict = [state for key in moved if (state := accounts[key]).account.kind.strict]
        presumed = self.presumed
        if self.must_look(locked):
            raise ConcurrentChange(kind="transaction", id=lines[0].id)
        alone = not (locked.changed_lots or self._opened or locked.recorded)
        one = alone and len(lines) == len(strict) == 1 and not (presumed and len(presumed.accounts) > 1)
        if self.others_write and self._can_wait(locked, one=one):
            self._write_with_commit(locked, strict, one=one)
            written = True
        elif one and not (locked.changed_holds or self.others_write):
            _MOVE_ONE.run(self.connection, **self._moved_values(strict[0]))
            written = self.record(lines)() == 1
        else:
            written = self._write_all(locked, strict)
        if not written:
            raise ConcurrentChange(kind="transaction", id=lines[0].id)
        kept = {key: state for key, state in accounts.items() if state.moved_at}
        if self.others_write:
            if not (presumed and presumed.adds):
                self.written.note(self.community, kept)
        else:
            self.remembered.states.keep(self.community, kept)
        if lines and lines[-1].act == Act.CLOSE:  # which comes alone
            self.close_book(locked.closed_until)
        if self._alone:
            self.fold()
        else:
            self.upkeep(len(lines))

    def _can_wait(self, locked: Locked, *, one: bool) -> bool:
        """Whether all can be written with COMMIT: if that is refused, an id is the reason, or a hold."""
        if self.presumed:
            return bool(locked.lines)
        if locked.recorded or self._opened or not 0 < len(locked.lines) <= WITH_COMMIT:
            return False
        return one if len(locked.changed_holds) == 1 else not locked.changed_holds

    def _write_with_commit(self, locked: Locked, strict: Sequence[AccountState], *, one: bool) -> None:
        held = [locked.holds[id] for id in locked.changed_holds]
        send = self._sending_one(locked, strict[0], held) if one else self._sending(locked, strict)
        ids = [line.id for line in locked.lines]
        presumed = self.presumed

        def overtaken(work: Any) -> ConcurrentChange | None:
            """The answer to a line of one of these ids, or a hold on another account, that came first."""
            ledger: SqlLedger = work.ledger
            if presumed:
                ledger.was_wrong(presumed)
                return ConcurrentChange(kind="transaction", id=ids[0])
            for id in ids:
                if ledger.line(id):
                    return ConcurrentChange(kind="transaction", id=id)
            for hold in held:
                kept = ledger.find_hold(hold.id)
                if kept is not None and kept.account != hold.account:
                    return ConcurrentChange(kind="transaction", id=ids[0])
            return None

        put_off(self.connection, send, overtaken)

    def _sending_one(self, locked: Locked, state: AccountState, held: Sequence[Hold]) -> Send:
        values, presumed, key = _line_values(locked.lines[0]), self.presumed, state.account.key
        if presumed and presumed.adds:
            values |= {"account_id": key, "amount": state.posted, **presumed.clock}

            def send_adding(_: bool) -> Callable[[], None]:
                answer = self.start(RECORD_AND_ADD, **values)
                return lambda: put_right(locked.outcomes, answer()[0][1])

            return send_adding
        values |= self._moved_values(state)
        write = _RECORD_AND_MOVE
        if presumed:
            write = _RECORD_AND_MOVE_AS_SEEN
            values |= {"seen": presumed.seen[key], **presumed.clock}
        elif held:
            write = _RECORD_MOVE_AND_KEEP
            values |= {f"hold_{name}": value for name, [value] in hold_values(held).items()}

        def send(_: bool) -> None:
            write.start(self.connection, **values)

        return send

    def _sending(self, locked: Locked, strict: Sequence[AccountState]) -> Send:
        presumed, lines = self.presumed, list(locked.lines)
        adds = presumed is not None and presumed.adds
        writes: list[tuple[bulk.Bulk, bulk.Columns]] = []
        if strict:
            figures = {"id": [state.account.key for state in strict], **_figures(strict)}
            writes.append((ADD if adds else _MOVE, figures))
        if locked.changed_lots:
            writes.append((ADD_LOTS if adds else _KEEP_LOTS, _lots_values(locked)))
        question = presumed.question(locked.accounts) if presumed else None

        def send(commit: bool) -> Callable[[], None]:
            asked = self.start(question[0], **question[1]) if question else None
            recorded = self.record_new(lines, number=commit, later=adds)
            for write, values in writes:
                write.run(self.connection, self.community, values)

            def done() -> None:
                if recorded:
                    recorded()
                if asked and adds:
                    put_right(locked.outcomes, asked()[0][1])

            return done

        return send

    def _write_all(self, locked: Locked, strict: Sequence[AccountState]) -> bool:
        """Whether all that should be new was new."""
        lines = locked.lines
        recorded: bulk.Count | None = None
        if locked.recorded:
            recorded = lines.__len__
        elif len(lines) >= bulk.COPY_AT:
            recorded = self.record(lines)
        alone = recorded and not (locked.changed_lots or locked.changed_holds or self._opened)
        with nullcontext() if alone else pipeline(self.connection):
            recorded = recorded or self.record(lines)
            if strict:
                self._set_figures([state.account for state in strict], _figures(strict))
            if locked.changed_lots:
                _KEEP_LOTS.run(self.connection, self.community, _lots_values(locked))
            held = [locked.holds[id] for id in sorted(locked.changed_holds)]
            kept = self._keep_holds(held) if held else None
            # Not what another writer, whom `open` waited for, opened and used.
            opened = self._opened - locked.changed_accounts
            if unused := {key for key in opened if locked.accounts[key].moved_at is None}:
                _UNOPEN.run(self.connection, community=self.community, ids=unused)
        return recorded() == len(lines) and (kept is None or kept() == len(held))

    def _set_figures(self, moved: Sequence[Account], figures: bulk.Columns) -> None:
        if self.others_write:
            values: bulk.Columns = {"id": [account.key for account in moved], **figures}
            _MOVE.run(self.connection, self.community, values)
        else:
            _MOVE_BY_INSERT.run(self.connection, self.community, {**account_values(moved), **figures})

    def _moved_values(self, state: AccountState) -> dict[str, Any]:
        values = {f"account_{name}": value for name, [value] in _figures([state]).items()}
        return values | {"community": self.community, "account_id": state.account.key}

    def _keep_holds(self, changed: Sequence[Hold]) -> bulk.Count:
        return _KEEP_HOLDS.run(self.connection, self.community, hold_values(changed))

    def add_seal(self, seal: Seal, nodes: Sequence[Node]) -> None:
        self.lock_statements()  # of two who seal at once, one is told
        SqlProof.add_seal(self, seal, nodes)

    def restore(self, lines: Sequence[Line], places: Sequence[Place]) -> None:
        self.record_again(lines)
        self.enter(places)

    def restore_projection(self, projection: Projection) -> None:
        self.open([kept.account for kept in projection.accounts.values()])
        kept = projection.accounts.values()
        figures: bulk.Columns = {name: [getattr(each, name) for each in kept] for name in _FIGURES}
        self._set_figures([each.account for each in kept], figures)
        lots: bulk.Columns = {
            "account_id": [key for key, _ in projection.lots],
            "expires_at": [expires_at for _, expires_at in projection.lots],
            "remaining": list(projection.lots.values()),
        }
        _KEEP_LOTS.run(self.connection, self.community, lots)
        self._keep_holds(list(projection.holds.values()))
        self.set_book(projection.lines, projection.closed_until)


def _figures(moved: Sequence[AccountState]) -> dict[str, list[Any]]:
    """By column."""
    dated = [sum(state.dated.values()) if state.dated else 0 for state in moved]
    return {name: [getattr(state, name) for state in moved] for name in _FIGURES} | {"dated": dated}


def _lots_values(locked: Locked) -> dict[str, Sequence[Any]]:
    changed = sorted(locked.changed_lots)
    return {
        "account_id": [key for key, _ in changed],
        "expires_at": [expires_at for _, expires_at in changed],
        "remaining": [locked.accounts[key].dated.get(expires_at, 0) for key, expires_at in changed],
    }


def _line_values(line: Line) -> dict[str, Any]:
    """A line that gets its number later, by the names of parameters."""
    return {f"line_{column.name}": value for column, value in zip(UNNUMBERED, line[1:], strict=True)}


def hold_values(changed: Sequence[Hold]) -> bulk.Columns:
    """Holds by column."""
    return {
        "id": [hold.id for hold in changed],
        "account_id": [hold.account.key for hold in changed],
        "amount": [hold.amount for hold in changed],
        "placed_at": [hold.placed_at for hold in changed],
        "expires_at": [hold.expires_at for hold in changed],
        "remaining": [hold.remaining for hold in changed],
        "reason": [hold.reason for hold in changed],
        "status": [hold.status.value for hold in changed],
    }
