"""The ledger of the memory store: its books, and what is read from and written to them.

Every line is entered at once: one writer has no use for `fold`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from gridpoints.errors import ConcurrentChange
from gridpoints.ledger.accounts import Account, AccountKind, Balance, Hold
from gridpoints.ledger.journal import Act, Line, instant, instant_text
from gridpoints.ledger.locked import Locked
from gridpoints.ledger.lots import AccountState
from gridpoints.ledger.merkle import Node
from gridpoints.ledger.model import Entry, Flow, Outstanding, Totals, TrialLine, Turnover
from gridpoints.ledger.replay import Kept, Place, Projection
from gridpoints.ledger.request import Wanted
from gridpoints.ledger.reversal import Original
from gridpoints.ledger.seals import Seal
from gridpoints.storage.ledger_port import LedgerStore, Only
from gridpoints.storage.memory.books import Books, Journal
from gridpoints.values import Interval, Unit


class MemoryLedger(LedgerStore):
    """The ledger of one community in memory."""

    def __init__(self, books: Books, units: Mapping[str, Unit], journal: Journal) -> None:
        self._books = books
        self._units = units
        self._journal = journal

    # --- writing ------------------------------------------------------------------------------

    def lock(self, wanted: Wanted, at: datetime) -> Locked:
        books = self._books
        holds = {id: books.holds[id] for id in wanted.holds if id in books.holds}
        locked = self.lock_book()
        for account in {*wanted.accounts.values(), *(hold.account for hold in holds.values())}:
            if account.unit in self._units:
                kept = books.accounts.get(account.key)
                locked.accounts[account.key] = (
                    kept.copy() if kept else AccountState(account, account.kind.floor)
                )
                holds |= {hold.id: hold for hold in books.overdue(account.key, at)}
        locked.holds = holds
        locked.known = {id: books.by_id[id] for id in wanted.ids if id in books.by_id}
        for id in wanted.originals & books.by_id.keys():
            reversals = [line for line in self.about([id]) if line.act == Act.REVERSE]
            locked.originals[id] = Original.of(books.by_id[id], reversals)
        return locked

    def lock_book(self) -> Locked:
        books = self._books
        return Locked({}, {}, self._units, closed_until=books.closed_until)

    def write(self, locked: Locked) -> None:
        books = self._books
        strict = {key for key in locked.changed_accounts if locked.accounts[key].account.kind.strict}
        former = {key: books.accounts.get(key) for key in strict}
        for key in strict:
            books.accounts[key] = locked.accounts[key]
        holds = {id: books.holds.get(id) for id in locked.changed_holds}
        for id in holds:
            books.keep(locked.holds[id])
        closed_until, books.closed_until = books.closed_until, locked.closed_until
        lines = [line._replace(number=n) for n, line in enumerate(locked.lines, len(books.lines) + 1)]
        entered = [place for line in lines for place in self._enter(line)]

        def undo() -> None:
            for place in reversed(entered):
                books.leave(place)
            for _ in locked.lines:
                books.remove_last()
            for id, hold in holds.items():
                books.forget(locked.holds[id]) if hold is None else books.keep(hold)
            for key, state in former.items():
                if state is None:
                    del books.accounts[key]
                else:
                    books.accounts[key] = state
            books.closed_until = closed_until

        self._journal.append(undo)

    def _enter(self, line: Line) -> Iterator[Place]:
        books = self._books
        books.append(line)
        for key, amount, _ in line.each_leg() if line.moves else ():
            places = books.places[key]
            balance = places[-1].balance if places else 0
            place = Place(key, len(places) + 1, line.number, amount, balance + amount)
            books.enter(place)
            yield place

    def fold(self, *, most: int | None = None) -> int:
        return 0

    def number(self, *, most: int | None = None) -> int:
        return 0

    def is_long(self, *, than: int | None = None) -> bool:
        return False

    def restore(self, lines: Sequence[Line], places: Sequence[Place]) -> None:
        new = set[str]()
        for line in lines:
            if line.id in new or line.id in self._books.by_id:
                raise ConcurrentChange(kind="transaction", id=line.id)
            new.add(line.id)
        entered = [place for line in lines for place in self._enter(line)]
        assert entered == list(places)  # noqa: S101 -- the same lines project to the same places
        count = len(lines)

        def undo() -> None:
            for place in reversed(entered):
                self._books.leave(place)
            for _ in range(count):
                self._books.remove_last()

        self._journal.append(undo)

    def restore_projection(self, projection: Projection) -> None:
        books = self._books
        former = (books.accounts, books.holds, books.holds_of, books.closed_until)
        books.accounts, books.holds, books.holds_of = {}, {}, defaultdict(dict)
        for key, kept in projection.accounts.items():
            books.accounts[key] = AccountState(
                kept.account, kept.floor, kept.posted, kept.held, moved_at=kept.moved_at
            )
        for (key, expires_at), remaining in projection.lots.items():
            books.accounts[key].change_lots([(expires_at, remaining)])
        for hold in projection.holds.values():
            books.keep(hold)
        books.closed_until = projection.closed_until

        def undo() -> None:
            books.accounts, books.holds, books.holds_of, books.closed_until = former

        self._journal.append(undo)

    # --- reading ------------------------------------------------------------------------------

    def balances(self, accounts: Collection[Account], at: datetime) -> dict[Account, Balance]:
        return {account: self._balance(account, at) for account in accounts}

    def _balance(self, account: Account, at: datetime) -> Balance:
        if (state := self._books.accounts.get(account.key)) is None:
            return Balance(account)
        held = state.held - sum(hold.remaining for hold in self._books.overdue(account.key, at))
        expired = sum(amount for expires_at, amount in state.dated.items() if expires_at <= at)
        return Balance(account, state.posted, held, max(0, min(expired, state.posted - held)))

    def moved_until(self, account: Account, at: datetime, *, recorded: bool) -> int:
        moved, until = 0, instant_text(at)
        for place in self._books.places.get(account.key, ()):
            line = self._books.lines[place.number - 1]
            if (line.recorded_at if recorded else line.effective_at) <= until:
                moved += place.amount
        return moved

    def entries(
        self,
        account: Account,
        *,
        after: int = 0,
        since: datetime | None = None,
        until: datetime | None = None,
        only: Only | None = None,
        limit: int | None = None,
    ) -> list[Entry]:
        found: list[Entry] = []
        for place in self._books.places.get(account.key, ())[after:]:
            line = self._books.lines[place.number - 1]
            if (
                (since is None or instant_text(since) <= line.recorded_at)
                and (until is None or line.recorded_at < instant_text(until))
                and (only is None or only.wants(line))
            ):
                found.append(_entry(account, place, line))
                if len(found) == limit:
                    break
        return found

    def totals_until(
        self,
        account: Account,
        bounds: Sequence[datetime | None],
        *,
        after: int = 0,
        once: str | None = None,
    ) -> list[tuple[int, list[Totals]]]:
        places = self._books.places.get(account.key, [])
        found = []
        for until in bounds:
            last = len(places)
            for place in places[after:] if until is not None else ():
                if self._books.lines[place.number - 1].recorded_at >= instant_text(until):
                    last = place.sequence - 1
                    break
            found.append((last, self._totals(places[after:last], once)))
            after = last
        return found

    def _totals(self, places: Sequence[Place], once: str | None) -> list[Totals]:
        amounts: defaultdict[str, list[int]] = defaultdict(list)
        counted: defaultdict[str, set[object]] = defaultdict(set)
        for place in places:
            line = self._books.lines[place.number - 1]
            amounts[line.kind].append(place.amount)
            counted[line.kind].add((once and line.details().get(once)) or place.sequence)
        return [Totals(kind, len(counted[kind]), sum(amounts[kind])) for kind in sorted(amounts)]

    def _places(self, within: Interval | None) -> Iterator[tuple[Account, Line, int]]:
        for key, places in self._books.places.items():
            account = Account.parse(key)
            for place in places:
                line = self._books.lines[place.number - 1]
                if within is None or instant(line.effective_at) in within:
                    yield account, line, place.amount

    def flows(self, unit: str, within: Interval | None = None) -> list[Flow]:
        amounts: defaultdict[tuple[AccountKind, str, str], list[int]] = defaultdict(list)
        for account, line, amount in self._places(within):
            if account.unit == unit:
                amounts[account.kind, line.kind, line.reason].append(amount)
        return [Flow(*key, len(moved), sum(moved)) for key, moved in sorted(amounts.items())]

    def moved(
        self, unit: str, kinds: Collection[AccountKind], bounds: Sequence[datetime]
    ) -> list[dict[AccountKind, int]]:
        moved: list[defaultdict[AccountKind, int]] = [defaultdict(int) for _ in bounds[1:]]
        for account, line, amount in self._places(None):
            period = bisect_right(bounds, instant(line.effective_at)) - 1
            if account.unit == unit and account.kind in kinds and 0 <= period < len(moved):
                moved[period][account.kind] += amount
        return [dict(each) for each in moved]

    def turnover(self, within: Interval | None = None) -> list[Turnover]:
        amounts: defaultdict[tuple[str, AccountKind], list[int]] = defaultdict(list)
        for account, _, amount in self._places(within):
            amounts[account.unit, account.kind].append(amount)
        return [
            Turnover(*key, sum(a for a in moved if a > 0), -sum(a for a in moved if a < 0))
            for key, moved in sorted(amounts.items())
        ]

    def trial_balance(self) -> list[TrialLine]:
        accounts: defaultdict[tuple[str, AccountKind], list[AccountState]] = defaultdict(list)
        for state in self._books.accounts.values():
            accounts[state.account.unit, state.account.kind].append(state)
        return [
            TrialLine(*key, len(states), sum(s.posted for s in states), sum(s.held for s in states))
            for key, states in sorted(accounts.items())
        ]

    def outstanding(self) -> list[Outstanding]:
        points: defaultdict[tuple[str, datetime | None], int] = defaultdict(int)
        for state in self._books.accounts.values():
            if state.account.kind.strict:
                unit = state.account.unit
                points[unit, None] += state.posted - sum(state.dated.values())
                for expires_at, amount in state.dated.items():
                    points[unit, expires_at] += amount
        rows = [Outstanding(*key, amount) for key, amount in points.items() if amount]
        return sorted(rows, key=lambda row: (row.unit, row.expires_at is None, row.expires_at or row.unit))

    def lots(self, account: Account) -> dict[datetime, int]:
        state = self._books.accounts.get(account.key)
        return dict(sorted(state.dated.items())) if state else {}

    def find_hold(self, id: str) -> Hold | None:
        return self._books.holds.get(id)

    def holds_of(self, account: Account) -> list[Hold]:
        holds = self._books.holds_of[account.key].values() if account.key in self._books.holds_of else ()
        return sorted(holds, key=lambda hold: (hold.placed_at, hold.id))

    def line(self, id: str) -> Line | None:
        return self._books.by_id.get(id)

    def about(self, subjects: Collection[str]) -> list[Line]:
        about = self._books.about
        return [
            line
            for id in dict.fromkeys(subjects)
            if id in about
            for line in about[id]
            if line.refusal is None
        ]

    def closed_until(self) -> datetime | None:
        return self._books.closed_until

    def debts(self) -> list[Line]:
        debts = [line for line in self._books.lines if line.act == Act.DEBT]
        return sorted(debts, key=lambda line: (line.recorded_at, line.id))

    def lines(self, after: int = 0, limit: int | None = None) -> Iterator[Line]:
        yield from self._books.lines[after : None if limit is None else after + limit]

    def unnumbered(self) -> Iterator[Line]:
        return iter(())

    def waiting(self) -> int:
        return 0

    def overdue_accounts(self, at: datetime, limit: int) -> list[Account]:
        due = [a.account for a in self._books.accounts.values() if self._balance(a.account, at).expired]
        return sorted(due, key=str)[:limit]

    # --- proof --------------------------------------------------------------------------------

    def projection(self) -> Projection:
        books = self._books
        projection = Projection(
            holds=dict(books.holds),
            closed_until=books.closed_until,
            lines=len(books.lines),
            sealed=books.seals[-1].size if books.seals else 0,
        )
        for key, state in books.accounts.items():
            projection.accounts[key] = Kept(
                state.account,
                state.floor,
                state.posted,
                state.held,
                sum(state.dated.values()),
                state.moved_at,
            )
            projection.lots |= {(key, expires_at): left for expires_at, left in state.dated.items()}
        for line in books.lines:
            for key, expires_at, _ in line.each_lot():
                projection.lots.setdefault((key, expires_at), 0)  # used up
        return projection

    def places(self, account: str | None = None) -> Iterator[Place]:
        for key in sorted(self._books.places) if account is None else [account]:
            yield from self._books.places.get(key, ())

    def seals(self, after: int = 0, limit: int | None = None) -> list[Seal]:
        seals = self._books.seals
        first = bisect_left(seals, after + 1, key=lambda seal: seal.size)
        return seals[first:][:limit]

    def last_seal(self) -> Seal | None:
        return self._books.seals[-1] if self._books.seals else None

    def add_seal(self, seal: Seal, nodes: Sequence[Node]) -> None:
        books = self._books
        if not seal.follows(self.last_seal()):
            raise ConcurrentChange(kind="seal", id=str(seal.size))
        books.seals.append(seal)
        books.nodes |= {(node.level, node.index): node for node in nodes}

        def undo() -> None:
            books.seals.pop()
            for node in nodes:
                del books.nodes[node.level, node.index]

        self._journal.append(undo)

    def sign_seal(self, seal: Seal) -> None:
        seals, place = self._books.seals, bisect_left(self._books.seals, seal.size, key=lambda s: s.size)
        former, seals[place] = seals[place], seal

        def undo() -> None:
            seals[place] = former

        self._journal.append(undo)

    def nodes(self) -> Iterator[Node]:
        yield from self._books.nodes.values()

    def node(self, level: int, index: int) -> bytes:
        return self._books.nodes[level, index].hash


def _entry(account: Account, place: Place, line: Line) -> Entry:
    return Entry(
        account=account,
        sequence=place.sequence,
        amount=place.amount,
        balance=place.balance,
        transaction=line.id,
        kind=line.kind,
        reason=line.reason,
        effective_at=instant(line.effective_at),
        recorded_at=instant(line.recorded_at),
        metadata=line.details(),
    )
