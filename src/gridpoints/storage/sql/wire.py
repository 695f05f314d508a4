"""The way to PostgreSQL and back: statements that are sent together, and answered in their order.

A cursor of the driver does the same, and so much beside that a short unit of work takes half as long again.
Here a statement is prepared when it is first sent. Values go as text: it says itself of which types they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import psycopg
from psycopg.abc import Buffer, PQGen
from psycopg.adapt import Loader, PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

_OK, _IDLE = ConnStatus.OK.value, TransactionStatus.IDLE.value
_FAILED, _ABORTED, _SYNC = (
    ExecStatus.FATAL_ERROR.value,
    ExecStatus.PIPELINE_ABORTED.value,
    ExecStatus.PIPELINE_SYNC.value,
)
#: So many statements does a connection prepare before it forgets all of them: there are not so many that are
#: asked again and again.
MOST = 500
#: A statement that answered so many rows keeps none of them.
_FEW = 100


class _Json(Loader):
    """JSON, which is short more often than not; the driver would find out its encoding first."""

    def load(self, data: Buffer) -> Any:
        text = bytes(data)
        return _EMPTY[text]() if text in _EMPTY else _DECODE(text.decode())


_EMPTY: Mapping[bytes, Callable[[], Any]] = {b"[]": list, b"{}": dict}
_DECODE = json.JSONDecoder().decode


class _Statement:
    """A statement as one connection knows it, and how its values are written and its rows are read."""

    __slots__ = ("_formats", "_reads", "_values", "name", "prepared", "sql")

    def __init__(self, sql: str, driver: psycopg.Connection[Any]) -> None:
        self.sql = sql.encode()
        self.name = b""
        self.prepared = False
        self._values = Transformer(driver)
        self._formats: list[PyFormat] = []
        self._reads = False

    def written(self, arguments: Sequence[Any]) -> Sequence[Buffer | None]:
        if len(self._formats) != len(arguments):
            self._formats = [PyFormat.TEXT] * len(arguments)
        return self._values.dump_sequence(arguments, self._formats)

    def read(self, result: PGresult) -> list[Any]:
        # What reads the columns is found out once: a prepared statement always has the same.
        self._values.set_pgresult(result, set_loaders=not self._reads)
        self._reads = True
        rows = self._values.load_rows(0, result.ntuples, tuple)
        if len(rows) > _FEW:
            self._values.set_pgresult(None, set_loaders=False)
        return rows


class Answer:
    """What a statement is answered; where that is not there yet, what was queued is sent."""

    __slots__ = ("_wire", "result", "statement", "values")

    def __init__(self, wire: Wire, statement: _Statement, values: Sequence[Buffer | None]) -> None:
        self._wire = wire
        self.statement = statement
        self.values = values
        self.result: PGresult | None = None

    def fetchall(self) -> list[Any]:
        """All rows."""
        return self.statement.read(self._answered())

    @property
    def rowcount(self) -> int:
        """How many rows it read or wrote."""
        rows = self._answered().command_tuples
        return -1 if rows is None else rows

    def close(self) -> None:
        """Nothing is held."""

    def _answered(self) -> PGresult:
        if self.result is None:
            self._wire.flush()
        if self.result is None:
            raise psycopg.OperationalError("it was not answered")
        return self.result


class Wire:
    """What a connection of the driver sends, in one go for as long as it is `held`.

    Raises what the driver does. Of what is sent together, nothing is done behind what failed.
    """

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        self._driver = driver
        self._libpq: PGconn = driver.pgconn
        self._statements: dict[str, _Statement] = {}
        self._prepared = 0
        self._queue: list[Answer] = []
        self.held = 0
        #: Whether a transaction begins with the first statement. Else what is sent together is one by itself.
        self.begins = True
        #: See `put_off`.
        self.last: list[Any] = []
        driver.adapters.register_loader("jsonb", _Json)
        driver.prepare_threshold = None  # to undo anything, the driver forgets what was prepared: ours too

    def send(self, sql: str, arguments: Sequence[Any] = ()) -> Answer:
        """Send a statement, or queue it."""
        if (statement := self._statements.get(sql)) is None:
            statement = self._statements[sql] = _Statement(sql, self._driver)
        answer = Answer(self, statement, statement.written(arguments))
        self._queue.append(answer)
        if not self.held:
            self.flush()
        return answer

    def forget(self) -> None:
        """What is queued or put off is not sent any more."""
        self._queue, self.last = [], []

    def flush(self) -> None:
        """Send what is queued, and wait for all answers."""
        queue, self._queue = self._queue, []
        if not queue:
            return
        if self._libpq.transaction_status == _IDLE:
            if len(self._statements) > MOST:
                self._forget_statements()
            if self.begins:
                queue.insert(0, self._beginning())
        if len(queue) == 1 and queue[0].statement.prepared:
            sent: list[Answer | _Statement] = [queue[0]]
            self._send(queue[0])
            self._tell(sent, self._driver.wait(_answer(self._libpq)))
        else:
            self._tell(*self._together(queue))

    def _forget_statements(self) -> None:
        self._tell(*self._together([Answer(self, _Statement("DEALLOCATE ALL", self._driver), ())]))
        for each in self._statements.values():
            each.prepared = False
        self._statements.clear()

    def _beginning(self) -> Answer:
        """What is sent before the first statement of a transaction."""
        begin = _begin(self._driver.isolation_level, self._driver.read_only)
        if (statement := self._statements.get(begin)) is None:
            statement = self._statements[begin] = _Statement(begin, self._driver)
        return Answer(self, statement, ())

    def _together(self, queue: Sequence[Answer]) -> tuple[list[Answer | _Statement], list[PGresult]]:
        """Send statements in one go: what was sent, whatever is to be prepared included, and its answers."""
        libpq, sent = self._libpq, list[Answer | _Statement]()
        libpq.enter_pipeline_mode()
        try:
            for answer in queue:
                statement = answer.statement
                if not statement.prepared and statement not in sent:
                    self._prepared += 1  # a new name: of one that failed, nobody knows whether it is taken
                    statement.name = b"gridpoints_%d" % self._prepared
                    libpq.send_prepare(statement.name, statement.sql)
                    sent.append(statement)
                self._send(answer)
                sent.append(answer)
            return sent, self._answers()
        except BaseException:  # interrupted: what was sent has to be answered before anything else is sent
            if libpq.status == _OK:
                self._answers()
            raise
        finally:
            if libpq.status == _OK:
                libpq.exit_pipeline_mode()

    def _answers(self) -> list[PGresult]:
        self._libpq.pipeline_sync()
        return self._driver.wait(_answers(self._libpq))

    def _send(self, answer: Answer) -> None:
        self._libpq.send_query_prepared(answer.statement.name, answer.values)

    def _tell(self, sent: Sequence[Answer | _Statement], answers: Sequence[PGresult]) -> None:
        for each, result in zip(sent, answers, strict=False):
            if result.status == _FAILED:
                raise error_from_result(result, self._driver.info.encoding)
            if result.status == _ABORTED:
                break
            if isinstance(each, Answer):
                each.result = result
            else:
                each.prepared = True
        if len(answers) < len(sent):
            raise psycopg.OperationalError("the connection is lost")


def _answer(libpq: PGconn) -> PQGen[list[PGresult]]:
    """The answer to one statement."""
    yield from send(libpq)
    answers: list[PGresult] = yield from fetch_many(libpq)
    return answers


def _answers(libpq: PGconn) -> PQGen[list[PGresult]]:
    """The answers to all that was sent: to its end, also where it is interrupted."""
    yield from send(libpq)
    answers = list[PGresult]()
    while results := (yield from fetch_many(libpq)):
        if results[-1].status == _SYNC:
            break
        answers.append(results[-1])
    return answers


@cache
def _begin(level: psycopg.IsolationLevel | None, read_only: bool | None) -> str:
    words = "BEGIN"
    if level is not None:
        words += f" ISOLATION LEVEL {level.name.replace('_', ' ')}"
    if read_only is not None:
        words += " READ ONLY" if read_only else " READ WRITE"
    return words
