"""How lines get into the journal, and get their numbers.

On SQLite both is one thing. On PostgreSQL those who post at once need not agree on an order: their lines wait
for a number until somebody folds or seals. But of those who post many, one at a time numbers them itself, if
none waits, or has numbered the few that did: then each line is written once, and not changed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Interval,
    Select,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    not_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.exc import IntegrityError

from gridpoints.errors import ConcurrentChange
from gridpoints.ledger.journal import Line
from gridpoints.ledger.locked import Locked
from gridpoints.ledger.posting import PASSED_ON_AT_ONCE
from gridpoints.storage.sql import bulk
from gridpoints.storage.sql.prepared import Prepared, pipeline
from gridpoints.storage.sql.reading import (
    ALL,
    HERE,
    LAST_NUMBER,
    OLDEST,
    UNNUMBERED_NAMES,
    WAITS,
    book,
    journal,
)
from gridpoints.storage.sql.statements import SqlStatements
from gridpoints.storage.sql.types import Text, this_transaction

_LOCK_BOOK = select(book.c.folded).where(book.c.community_id == HERE)
_WAIT_FOR_BOOK = Prepared(_LOCK_BOOK.with_for_update())
_TRY_BOOK = Prepared(_LOCK_BOOK.with_for_update(skip_locked=True))
_OPEN_BOOK = bulk.insert(book, new_only=True)
_NEW_BOOK: bulk.Columns = {"folded": [0], "sealed": [0], "closed_until": [None]}
_FOLDED = bulk.update_of(book, ["folded"])
_CLOSED = bulk.update_of(book, ["closed_until"])

_RECORD = bulk.insert(journal, new_only=True)
#: Here the database itself says whose transaction it was, for as long as the line waits.
_RECORD_UNNUMBERED = bulk.insert(journal, UNNUMBERED_NAMES, new_only=True)
_RECORD_NEW = bulk.insert(journal, UNNUMBERED_NAMES)
#: Whose turn it is to number, and the number of the last line: settings of a transaction.
_TURN, _BEFORE = "gridpoints.turn", "gridpoints.before"
_OUR_TURN = func.current_setting(_TURN) == "1"
#: So many lines that wait for a number, such as came while another one folded or sealed, get it from whoever
#: posts many next: in up to 30 ms. Of more, none does: they are there because several post many, and are left
#: to whoever folds.
FEW = 4_096
_PLACE: ColumnElement[object] = literal_column("gridpoints_journal.ctid")
_waiting = select(_PLACE.label("place"), journal.c.recorded_at, journal.c.id).where(
    journal.c.community_id == HERE, WAITS
)


def _numbering(lines: Select[Any], *, most: int | None = None) -> Prepared:
    """Gives lines that wait for a number theirs, as they were recorded.

    They are found by their place, which nothing else ever changes.
    """
    found = lines.subquery().c
    in_order = aggregate_order_by(found.place, found.recorded_at, found.id)
    places = select(func.array_agg(in_order))
    if most is not None:
        places = places.having(func.count() <= literal_column(str(most)))
    new = (
        func.unnest(places.scalar_subquery())
        .table_valued("place", with_ordinality="position")
        .render_derived("new")
    )
    number = LAST_NUMBER.correlate(None) + new.c.position
    return Prepared(update(journal).values(number=number, writer=None).where(new.c.place == _PLACE))


_NUMBER = _numbering(
    _waiting.order_by(journal.c.recorded_at, journal.c.id).limit(bindparam("limit", type_=BigInteger))
)
#: All of them, if they are few, for whoever has its turn.
_NUMBER_FEW = _numbering(_waiting.where(_OUR_TURN).limit(literal_column(str(FEW + 1))), most=FEW)
#: From then on, the transaction knows no `OLDEST`: what it numbered may yet be undone.
_HAS_NUMBERED = Prepared(select(func.set_config("gridpoints.numbered", "on", True)))
_LEARN = Prepared(select(OLDEST))
_NONE_WAITS = not_(select(journal.c.id).where(journal.c.community_id == HERE, WAITS).exists())
#: What the server finds out, it keeps for the next statement. Whose turn it is to number must be known before
#: it is asked what waits: who had the turn before may have committed meanwhile.
_turns = select(func.count()).select_from(_LOCK_BOOK.with_for_update(skip_locked=True).subquery())
_TAKE_TURN = Prepared(select(func.set_config(_TURN, cast(_turns.scalar_subquery(), Text), True)))
#: The number of the last line; none where it is another's turn, or a line waits for one.
_FIND_LAST = Prepared(
    select(
        func.set_config(
            _BEFORE, case((and_(_OUR_TURN, _NONE_WAITS), cast(LAST_NUMBER, Text)), else_=""), True
        )
    )
)
_before = literal_column(f"(SELECT nullif(current_setting('{_BEFORE}'), '')::bigint)", BigInteger)
#: By how many microseconds what is posted now is recorded later than it says itself, if it is: in the setting
#: of that name, then as a time.
LATE = "gridpoints.late"
MICROSECOND = literal_column("interval '1 microsecond'", Interval)
LATER = literal_column(
    f"(SELECT nullif(current_setting('{LATE}'), '0')::bigint * interval '1 microsecond')", Interval
)


def as_text(instant: ColumnElement[datetime]) -> ColumnElement[str]:
    """As `instant_text` writes it."""
    here = func.timezone(literal_column("'UTC'"), instant)
    return func.to_char(here, literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""), type_=Text)


def _later(lines: Any) -> dict[str, ColumnElement[Any]]:
    def late(text: ColumnElement[str]) -> ColumnElement[str]:
        return case((LATER.is_(None), text), else_=as_text(cast(text, DateTime(timezone=True)) + LATER))

    return {name: late(lines[name]) for name in ("effective_at", "recorded_at")}


def _in_turn(lines: Any) -> dict[str, ColumnElement[Any]]:
    return {"number": _before + lines.place, "writer": case((_before.is_(None), this_transaction()))}


_RECORD_IN_TURN = bulk.insert_made(journal, UNNUMBERED_NAMES, _in_turn)
_RECORD_LATER = bulk.insert_made(journal, UNNUMBERED_NAMES, _later)
_RECORD_LATER_IN_TURN = bulk.insert_made(
    journal, UNNUMBERED_NAMES, lambda lines: _in_turn(lines) | _later(lines)
)
#: So many lines are worth to ask for the turn.
IN_TURN = 20


class SqlRecording(SqlStatements):
    """Recording lines, and numbering them."""

    #: The numbers of the last line that there is, and of the last that is in the statements, as far as `lock`
    #: asked; on PostgreSQL, later lines may have none yet.
    last = folded = 0
    #: Whether lines are given their numbers when they are recorded, also where others write.
    numbers_at_once = False

    def record(self, lines: Sequence[Line]) -> bulk.Count:
        """Put lines into the journal; those whose id is there already are left out.

        Raises `ConcurrentChange` where there are many, and one is there already.
        """
        return self._record(self._recording, self._columns(lines), lines)

    @property
    def _recording(self) -> bulk.Bulk:
        return _RECORD_UNNUMBERED if self._numbers_later else _RECORD

    @property
    def _numbers_later(self) -> bool:
        return self.others_write and not self.numbers_at_once

    def _columns(self, lines: Sequence[Line]) -> list[Sequence[Any]]:
        """Lines by column, as `_recording` takes them."""
        columns: list[Sequence[Any]] = list(zip(*lines, strict=True))
        if self._numbers_later:
            return columns[1:]
        first, self.last = self.last + 1, self.last + len(lines)
        return [range(first, self.last + 1), *columns[1:], _nobody(lines)]

    @contextmanager
    def recording(self, locked: Locked, size: int) -> Iterator[None]:
        """See `LedgerStore.recording`: a server takes them while the next are decided."""
        if not self.others_write or size <= PASSED_ON_AT_ONCE:
            yield
            return
        len(self.units)  # a refusal is told in their words, and nothing can be asked meanwhile
        sent = 0

        def send(lines: Sequence[Line]) -> None:
            nonlocal sent
            if some := lines[sent:]:
                copy(self._columns(some))
                sent = len(lines)

        try:
            with self._recording.copying(self.connection, self.community) as copy:
                locked.passes_on = send
                yield
                send(locked.lines)
        except IntegrityError as error:
            raise ConcurrentChange(kind="transaction", id=locked.lines[0].id) from error
        locked.recorded = True

    def record_again(self, lines: Sequence[Line]) -> None:
        """The same, for lines that have their numbers."""
        self._record(_RECORD, [*zip(*lines, strict=True), _nobody(lines)] if lines else (), lines)

    def _record(
        self, insert: bulk.Bulk, columns: Sequence[Sequence[Any]], lines: Sequence[Line]
    ) -> bulk.Count:
        try:
            return insert.run_bound(self.connection, self.community, columns)
        except IntegrityError as error:
            raise ConcurrentChange(kind="transaction", id=lines[0].id) from error

    # --- the book -----------------------------------------------------------------------------

    def lock_statements(self, *, wait: bool = True) -> bool:
        """Be the only one who writes statements, until the transaction ends.

        Who does not `wait` may be told False: another one is, or there is no book yet.
        """
        if wait:
            self.open_book()
        found = self.rows(_WAIT_FOR_BOOK if wait else _TRY_BOOK)
        for (folded,) in found:
            self.folded = folded
        return bool(found)

    def open_book(self) -> None:
        """Make the book, if there is none."""
        _OPEN_BOOK.run(self.connection, self.community, _NEW_BOOK)

    def set_book(self, folded: int, closed_until: datetime | None) -> None:
        """Say up to which line the statements are complete, and which period is closed."""
        self.open_book()
        self.set_folded(folded)
        self.close_book(closed_until)

    def set_folded(self, folded: int) -> None:
        """Say up to which line the statements are complete."""
        self.folded = folded
        _FOLDED.run(self.connection, self.community, {"folded": [folded]})

    def close_book(self, until: datetime | None) -> None:
        """Say which period is closed."""
        self.open_book()
        _CLOSED.run(self.connection, self.community, {"closed_until": [until]})

    # --- numbers ------------------------------------------------------------------------------

    def number(self, *, most: int | None = None) -> int:
        if not self.others_write:
            return 0
        self.lock_statements()
        return self._number(most)

    def _number(self, most: int | None) -> int:
        [(oldest,)] = self.rows(_LEARN, since=self.since)
        self.learn(oldest)
        self.rows(_HAS_NUMBERED)
        return _NUMBER.run(
            self.connection,
            community=self.community,
            since=self.since,
            limit=ALL if most is None else most,
        )

    def try_to_number_at_once(self) -> None:
        """Do so if nobody else numbers lines, and none waits: then each line is written once, for good.

        Until the transaction ends, nobody else numbers, folds or seals: it is to end soon.
        """
        with pipeline(self.connection):
            found = self._take_turn()
        if (last := found()) is not None:
            self.last = last
            self.numbers_at_once = True

    def _take_turn(self, *, number_few: bool = False) -> Callable[[], int | None]:
        """Send what is needed to number lines; the answer is the last number, if they can be.

        Who numbers the few that wait ends the transaction with the same message: whoever sends one of these
        again waits for it.
        """
        turn = self.start(_TAKE_TURN)
        if number_few:
            self.start(_NUMBER_FEW, since=self.since)
        found, remembered = self.start(_FIND_LAST, since=self.since), self.remembered

        def last() -> int | None:
            [(number,)] = found()
            remembered.some_wait = not number
            if number_few and not number and turn() == [("1",)]:
                remembered.turns.fails()
            return int(number) if number else None

        return last

    def record_new(self, lines: Sequence[Line], *, number: bool, later: bool) -> Callable[[], object] | None:
        """Put new lines into the journal of PostgreSQL, as a `pipeline`. It is refused if one stands there.

        Many get their numbers, if that can be and the transaction ends with them: others would have to wait.
        They may have to be recorded `LATER`. What is answered is to be called when all is done.
        """
        insert, found = _RECORD_LATER if later else _RECORD_NEW, None
        if number and len(lines) >= IN_TURN:
            number_few = self.remembered.some_wait and self.remembered.turns.lasts()
            found = self._take_turn(number_few=number_few)
            insert = _RECORD_LATER_IN_TURN if later else _RECORD_IN_TURN
        columns = list(zip(*lines, strict=True))[1:]
        insert.run(self.connection, self.community, dict(zip(UNNUMBERED_NAMES, columns, strict=True)))
        return found


def _nobody(lines: Sequence[Line]) -> Sequence[None]:
    """Who is to number lines that have their numbers."""
    return (None,) * len(lines)
