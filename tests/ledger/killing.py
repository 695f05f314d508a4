"""A program that does what it is told in a child of its own, which may be killed at any statement.

It reads lines of JSON, ``{"url": …, "act": …, "at": 3}``, forks for each, and answers with how many
statements were begun and whether the child was killed. Starting Python anew each time would take longer
than everything else.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event

from gridpoints import Account, Community, Leg, Transaction
from gridpoints.testing import START, ManualClock
from tests.ledger.full import DAY, HOME, KEY, LI, SHOP, ZHAO, found, issue, live, move, open_at

#: When the acts are done: much is overdue by then.
LATER = START + 400 * DAY


def post(village: Community, _: str) -> None:
    """Overdue holds and lots, new accounts, lots, several units, a refusal, a repetition."""
    new = Account.household("new", "points")
    village.ledger.post(
        [
            move("k1", LI, SHOP, 1),
            Transaction("k2", (Leg(Account.issuance("points"), -9), Leg(new, 9, LATER + DAY))),
            Transaction("k3", (Leg(LI, -1), Leg(ZHAO, 1), Leg(Account.issuance("hours"), -5), Leg(HOURS, 5))),
            move("k4", ZHAO, SHOP, 99_999),
            issue("again", ZHAO, 15),
            move("k5", Account.merchant("new", "points"), LI, 5),
        ]
    )


HOURS = Account.fund("time", "hours")


def post_group(village: Community, _: str) -> None:
    village.ledger.post([issue("k1", LI, 1), issue("k2", ZHAO, 1), issue("k3", HOURS, 1)], atomic=True)


def post_first(village: Community, _: str) -> None:
    village.ledger.post([issue("k1", HOME, 4), issue("k2", ZHAO, 6)])


def post_again(village: Community, _: str) -> None:
    """What was just written is remembered, and need not be locked before the next is decided."""
    post_first(village, _)
    lots = (Leg(Account.issuance("points"), -9), Leg(HOME, 9, LATER + DAY))
    village.ledger.post([Transaction("k3", lots), move("k4", ZHAO, SHOP, 2), move("k5", ZHAO, SHOP, 99_999)])


def pay_out(village: Community, _: str) -> None:
    village.ledger.post([move("k1", SHOP, Account.settled("points"), 20), issue("k2", LI, 1)])


def hold(village: Community, _: str) -> None:
    village.ledger.hold(Account.fund("care", "points"), 7, expires_at=LATER + DAY, id="k1")


def capture(village: Community, _: str) -> None:
    village.ledger.capture("standing", 30, to=SHOP, id="k1")


def release(village: Community, _: str) -> None:
    village.ledger.release("standing")


def reverse(village: Community, _: str) -> None:
    village.ledger.reverse("zhao-pays", id="k1", extend_days=30)


def owe(village: Community, _: str) -> None:
    village.ledger.reverse("lots", id="k1", queue=True)


def collect(village: Community, _: str) -> None:
    village.ledger.collect()


def expire(village: Community, _: str) -> None:
    assert village.ledger.expire() > 0


def set_floor(village: Community, _: str) -> None:
    village.ledger.set_floor(LI, -80, reason="credit", id="k1")


def close_period(village: Community, _: str) -> None:
    village.ledger.close_period(LATER - DAY, reason="over")


def fold(village: Community, _: str) -> None:
    assert village.ledger.fold() > 0


def number(village: Community, _: str) -> None:
    with village.context.begin() as work:
        work.ledger.number()


def seal(village: Community, _: str) -> None:
    village.ledger.seal(KEY)


def restore(village: Community, file: str) -> None:
    village.ledger.restore(io.StringIO(file))


ACTS: dict[str, Callable[[Community, str], None]] = {
    act.__name__: act
    for act in (
        post,
        post_group,
        post_again,
        pay_out,
        hold,
        capture,
        release,
        reverse,
        owe,
        collect,
        expire,
        set_floor,
        close_period,
        fold,
        seal,
        restore,
    )
}

#: What is the first part of one of them, and a unit of work of its own; where lines are numbered later than
#: they are written, `seal` does that first.
FIRST: dict[str, Callable[[Community, str], None]] = {"seal": number, "post_again": post_first}


class Statements:
    """Counts the statements that are begun, and kills the process at one of them."""

    def __init__(self, at: int) -> None:
        self.begun = 0
        self._at = at

    def begin(self, *_: object) -> None:
        self.begun += 1
        if self.begun == self._at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, url: str) -> None:
        """From now on, of whatever connection."""
        if url.startswith("sqlite"):
            event.listen(Engine, "engine_connect", self._trace)
        else:
            import psycopg

            from gridpoints.storage.sql.wire import Wire

            for kind, method in (
                (psycopg.Connection, "wait"),  # where it was sent, and is not answered yet, or is sent now
                (Wire, "_send"),
            ):
                setattr(kind, method, self._before(getattr(kind, method)))

    def _trace(self, connection: Any) -> None:
        connection.connection.driver_connection.set_trace_callback(self.begin)

    def _before(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            self.begin()
            return call(*given, **named)

        return counted


def run(url: str, act: str, at: int, file: str, *, first: bool = False) -> int:
    """Do it, or the first part of it, in this process; answers how many statements that took."""
    with open_at(url, ManualClock(LATER, tick=timedelta(milliseconds=1))) as exchange:
        village = exchange.community("baiyang")
        statements = Statements(at)
        statements.watch(url)
        (FIRST[act] if first else ACTS[act])(village, file)
        return statements.begun


def warm_up(url: str) -> None:
    """Do everything once in this process, for its children to have all statements compiled."""
    with open_at(url, clock := ManualClock(tick=timedelta(seconds=1))) as exchange:
        village = found(exchange, "warm")
        live(village, clock)
        village.ledger.verify()


def main(run: Callable[..., int] = run, warm_up: Callable[[str], None] = warm_up) -> None:
    """Read what is to be done, and answer."""
    for line in sys.stdin:
        wanted = json.loads(line)
        if wanted["act"] == "warm_up":
            warm_up(wanted["url"])
            print("{}", flush=True)  # noqa: T201
            continue
        read, write = os.pipe()
        if not (child := os.fork()):
            os.close(read)
            code = 1
            try:
                os.write(write, str(run(**wanted)).encode())
                code = 0
            finally:
                os._exit(code)
        os.close(write)
        _, status = os.waitpid(child, 0)
        with os.fdopen(read) as answer:
            begun = int(answer.read() or 0)
        killed = os.WIFSIGNALED(status)
        failed = not killed and os.waitstatus_to_exitcode(status) != 0
        print(json.dumps({"begun": begun, "killed": killed, "failed": failed}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
