"""Whatever a caller sends through the public `Ledger`: a typed error or outcome, and nothing written."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from random import Random
from typing import Any

import pytest

import gridpoints
from gridpoints import Account, Community, GridpointsError, Leg, Transaction
from gridpoints.ledger import proving, reports
from gridpoints.ledger.model import MOST_AMOUNT, AccountKind, Outcome, Posted, Rejected
from gridpoints.testing import ManualClock
from gridpoints.values import Interval
from tests.ledger.full import DAY, ISSUANCE, LI, SHOP, ZHAO, issue, move
from tests.ledger.test_races import RULES
from tests.ledger.told import TOLD, TOLD_OF_CALLS

NAIVE = ManualClock().now().replace(tzinfo=None)
HALF_A_CHARACTER = "\ud83d"
FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, 20, tzinfo=UTC)
FIRST_HOURS = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
LAST_HOURS = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14)))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def village(store_url: str, clock: ManualClock) -> Iterator[Community]:
    with gridpoints.open(store_url, clock=clock, random=Random(7)) as exchange:
        village = exchange.found("baiyang", name="白羊村", rules=RULES)
        village.ledger.post([issue("award", LI, 100)])
        yield village


def legs(*legs: tuple[Any, Any]) -> tuple[Leg, ...]:
    return tuple(Leg(account, amount) for account, amount in legs)


TRANSACTIONS: dict[str, Transaction] = {
    "zero": Transaction("t", legs((LI, 0), (ISSUANCE, 0))),
    "float": Transaction("t", legs((LI, 1.5), (ISSUANCE, -1.5))),
    "bool": Transaction("t", legs((LI, True), (ISSUANCE, -1))),
    "2^63": Transaction("t", legs((LI, 2**63), (ISSUANCE, -(2**63)))),
    "no legs": Transaction("t", ()),
    "unbalanced": Transaction("t", legs((LI, 1), (ISSUANCE, -2))),
    "given by both": Transaction("t", legs((LI, 1), (ISSUANCE, 1))),
    "unknown unit": issue("t", Account.member("li", "bananas"), 1),
    "mixed units": Transaction("t", legs((LI, 1), (Account.issuance("hours"), -1))),
    "naive": issue("t", LI, 1, effective_at=NAIVE),
    "an expiry on what is taken": Transaction("t", (Leg(LI, -1, ManualClock().now() + DAY), Leg(ZHAO, 1))),
    "an expiry on a hot account": Transaction("t", (Leg(LI, -1), Leg(SHOP, 1, ManualClock().now() + DAY))),
    "a naive expiry": Transaction("t", (Leg(LI, 1, NAIVE), Leg(ISSUANCE, -1))),
    "a naive expiry of the second leg": Transaction("t", (Leg(ISSUANCE, -1), Leg(LI, 1, NAIVE))),
    "too much in all": Transaction("t", legs(*[(LI, MOST_AMOUNT), (ISSUANCE, -MOST_AMOUNT)] * 2)),
    "10 MB": issue("t", LI, 1, metadata={"x": "y" * 10_000_000}),
    "NUL": issue("t", LI, 1, reason="a\0b"),
    "half a character": issue("t", LI, 1, metadata={"x": HALF_A_CHARACTER}),
    "NUL in metadata": issue("t", LI, 1, metadata={"x": "a\0b"}),
    "NUL in a key of metadata": issue("t", LI, 1, metadata={"a\0b": "x"}),
    "a key of metadata that is no text": issue("t", LI, 1, metadata={5: "x"}),
    "a float in metadata": issue("t", LI, 1, metadata={"x": [0.5]}),
    "a Chinese text that cannot be kept": issue("t", LI, 1, metadata={"x": "说明\0"}),
    "a quote in an id": issue('t"', LI, 1),
    "a backslash in an account": issue("t", Account.member('li\\"', "points"), 1),
    "the id of a hold's line": issue("hold h1", LI, 1),
    "the id of an expiry": issue(f"expiry {LI.key} x", LI, 1),
    "hold and reversal": move("t", LI, ZHAO, 1, hold="h", reverses="award"),
    "an unknown hold": move("t", LI, ZHAO, 1, hold="h"),
    "an unknown original": move("t", LI, ISSUANCE, 1, reverses="nothing"),
    "itself reversed": move("t", LI, ISSUANCE, 1, reverses="t"),
    "no reason": issue("t", LI, 1, reason=None),
    "a reason that is no text": issue("t", LI, 1, reason=False),
    "no metadata": issue("t", LI, 1, metadata=None),
    "metadata that is no object": issue("t", LI, 1, metadata=["x"]),
    "an effective day": issue("t", LI, 1, effective_at=ManualClock().now().date()),
    "an instant before all years": issue("t", LI, 1, effective_at=FIRST_HOURS),
    "an expiry after all years": Transaction("t", (Leg(LI, 1, LAST_HOURS), Leg(ISSUANCE, -1))),
    "a leg that is a text": Transaction("t", "ab"),  # type: ignore[arg-type]
    "a leg on a text": Transaction("t", (Leg(LI, 1), Leg(ISSUANCE.key, -1))),  # type: ignore[arg-type]
    "legs on nothing": Transaction("t", (Leg(None, 1), Leg(LI, 1), Leg(ISSUANCE, -2))),  # type: ignore[arg-type]
    "a number of many digits": Transaction("t", (Leg(LI, 10**5_000), Leg(ISSUANCE, -(10**5_000)))),
    "an id of many digits": issue(10**5_000, LI, 1),  # type: ignore[arg-type]
    "negative days": move("t", LI, ISSUANCE, 1, reverses="award", extend_days=-1),
}


def told(error: GridpointsError) -> tuple[str, dict[str, Any]]:
    str(error).encode()
    return error.code, dict(error.fields)


@pytest.mark.parametrize("name", TRANSACTIONS)
def test_an_unusable_transaction_is_told_and_in_nobodys_way(village: Community, name: str) -> None:
    lines = village.ledger.verify()
    good = issue("good", ZHAO, 1)
    before, outcome, after = village.ledger.post([good, TRANSACTIONS[name], issue("better", ZHAO, 1)])
    assert isinstance(outcome, Rejected)
    assert told(outcome.error) == TOLD[name]
    assert isinstance(before, Posted)
    assert isinstance(after, Posted)
    assert village.ledger.balance(LI).posted == 100
    found = village.ledger.verify()
    assert found.ok
    assert found.transactions == lines.transactions + 2


CALLS: dict[str, Callable[[Community], object]] = {
    "a hold of 0": lambda v: v.ledger.hold(LI, 0, expires_at=ManualClock().now() + DAY),
    "a hold of a float": lambda v: v.ledger.hold(LI, 1.5, expires_at=ManualClock().now() + DAY),  # type: ignore[arg-type]
    "a naive hold": lambda v: v.ledger.hold(LI, 1, expires_at=NAIVE),
    "a hold on a hot account": lambda v: v.ledger.hold(SHOP, 1, expires_at=ManualClock().now() + DAY),
    "a hold beyond what is there": lambda v: v.ledger.hold(LI, 101, expires_at=ManualClock().now() + DAY),
    "an unknown hold": lambda v: v.ledger.release("nothing"),
    "half a character of a hold": lambda v: v.ledger.release(HALF_A_CHARACTER),
    "half a character of an account": lambda v: v.ledger.balance(Account.member(HALF_A_CHARACTER, "points")),
    "half an account's statement": lambda v: v.ledger.statement(Account.member(HALF_A_CHARACTER, "points")),
    "a capture from nothing": lambda v: v.ledger.capture("nothing", 1, to=SHOP),
    "half a character captured": lambda v: v.ledger.capture(HALF_A_CHARACTER, 1, to=SHOP),
    "an unknown reversal": lambda v: v.ledger.reverse("nothing"),
    "half a character": lambda v: v.ledger.reverse(HALF_A_CHARACTER),
    "more than there was": lambda v: v.ledger.reverse("award", 101, id="back"),
    "a negative part": lambda v: v.ledger.reverse("award", -1, id="back"),
    "days before now": lambda v: v.ledger.reverse("award", extend_days=-1),
    "a floor above the balance": lambda v: v.ledger.set_floor(LI, 101, reason="x"),
    "a floor without a reason": lambda v: v.ledger.set_floor(LI, -1, reason=" "),
    "a floor of a hot account": lambda v: v.ledger.set_floor(SHOP, -1, reason="x"),
    "a floor as a float": lambda v: v.ledger.set_floor(LI, 0.5, reason="x"),  # type: ignore[arg-type]
    "a period that is not over": lambda v: v.ledger.close_period(ManualClock().now() + 99 * DAY),
    "a naive period": lambda v: v.ledger.close_period(NAIVE),
    "no entries": lambda v: v.ledger.statement(LI, limit=0),
    "too many entries": lambda v: v.ledger.statement(LI, limit=10_001),
    "an expiry until a naive instant": lambda v: v.ledger.expire(NAIVE),
    "naive entries": lambda v: v.ledger.statement(LI, since=NAIVE),
    "entries until a naive instant": lambda v: v.ledger.statement(LI, until=NAIVE),
    "a naive balance": lambda v: v.ledger.balance(LI, NAIVE),
    "an unknown transaction": lambda v: v.ledger.transaction("nothing"),
    "a transaction under a number": lambda v: v.ledger.transaction(5),  # type: ignore[arg-type]
    "a transaction under two blanks": lambda v: v.ledger.transaction("hold  h"),
    "a proof of nothing": lambda v: v.ledger.prove("nothing"),
    "a proof before the seal": lambda v: v.ledger.prove("award"),
    "a hold until some day": lambda v: v.ledger.hold(LI, 1, expires_at="2026"),  # type: ignore[arg-type]
    "a hold for a number": lambda v: v.ledger.hold(LI, 1, expires_at=LAST_HOURS, reason=5),  # type: ignore[arg-type]
    "a hold for no reason": lambda v: v.ledger.hold(LI, 1, expires_at=LAST, reason=5),  # type: ignore[arg-type]
    "a period for no reason": lambda v: v.ledger.close_period(FIRST, reason=5),  # type: ignore[arg-type]
    "a text of points": lambda v: v.ledger.capture("h", "1", to=SHOP),  # type: ignore[arg-type]
    "less than nothing captured": lambda v: v.ledger.capture("h", -1, to=SHOP),
    "a part as a float": lambda v: v.ledger.reverse("award", 1.5),  # type: ignore[arg-type]
    "a part as a text": lambda v: v.ledger.reverse("award", "1"),  # type: ignore[arg-type]
    "a part of no legs": lambda v: v.ledger.reverse("award", [], id="back"),
    "legs of others": lambda v: v.ledger.reverse("award", legs((ZHAO, -1), (SHOP, 1)), id="back"),
    "reversed under its own id": lambda v: v.ledger.reverse("award", id="award"),
    "a line that moves nothing": lambda v: v.ledger.reverse("hold h"),
    "entries after less than none": lambda v: v.ledger.statement(LI, after=-1),
    "entries after 2^63": lambda v: v.ledger.statement(LI, after=2**63),
    "a kind with half a character": lambda v: v.ledger.statement(LI, kind=HALF_A_CHARACTER),
    "a reason with NUL": lambda v: v.ledger.statement(LI, reason="\0"),
    "metadata with NUL": lambda v: v.ledger.statement(LI, metadata={"a": "\0"}),
    "half a key": lambda v: v.ledger.statement(LI, metadata={HALF_A_CHARACTER: "a"}),
    "half another account": lambda v: v.ledger.statement(LI, other=Account.member("\0", "points")),
    "seals after 2^63": lambda v: v.ledger.seals(after=2**63),
    "too many seals": lambda v: v.ledger.seals(limit=10_001),
    "flows of half a unit": lambda v: v.ledger.flows(HALF_A_CHARACTER),
    "months of no unit": lambda v: v.ledger.months("\0", date(2026, 1, 1), 1),
    "no months": lambda v: v.ledger.months("points", date(2026, 1, 1), 0),
    "a proof by a size to come": lambda v: (v.ledger.seal(), v.ledger.prove("award", published=2**64)),
    "a period as a text": lambda v: v.ledger.close_period("2026"),  # type: ignore[arg-type]
    "a kind of account": lambda v: v.ledger.balance(Account("points", "resident", "li")),
    "no kind of account": lambda v: v.ledger.balance(Account("points", None, "li")),  # type: ignore[arg-type]
    "nobody's account": lambda v: v.ledger.balance(Account.member(None, "points")),  # type: ignore[arg-type]
    "an account of a number": lambda v: v.ledger.balance(Account.member("li", 5)),  # type: ignore[arg-type]
    "half a key of an account": lambda v: v.ledger.balance(Account.parse("points")),
    "an account as a text": lambda v: v.ledger.balance("points/member/li"),  # type: ignore[arg-type]
    "a statement of nothing": lambda v: v.ledger.statement(None),  # type: ignore[arg-type]
    "other as a text": lambda v: v.ledger.statement(LI, other="points/merchant/shop"),  # type: ignore[arg-type]
    "metadata as a list": lambda v: v.ledger.statement(LI, metadata=["a"]),  # type: ignore[arg-type]
    "a hold on a text": lambda v: v.ledger.hold("li", 1, expires_at=LAST_HOURS),  # type: ignore[arg-type]
    "a hold of many digits": lambda v: v.ledger.hold(LI, 10**5_000, expires_at=LAST_HOURS),
    "one that is posted alone": lambda v: v.ledger.post(issue("t", LI, 1)),  # type: ignore[arg-type]
    "none that are posted": lambda v: list(v.ledger.post_each(None)),  # type: ignore[arg-type]
    "a text that is posted": lambda v: v.ledger.post(["award"]),  # type: ignore[list-item]
    "no legs at all": lambda v: v.ledger.post([Transaction("t", 5)]),  # type: ignore[arg-type]
    "a part of texts": lambda v: v.ledger.reverse("award", ["x"]),  # type: ignore[list-item]
    "a month before all years": lambda v: v.ledger.months("points", date(9999, 12, 1), 1),
    "months beyond all years": lambda v: v.ledger.months("points", date(9990, 1, 1), 1_200),
    "a month as a text": lambda v: v.ledger.months("points", "2026-01", 1),  # type: ignore[arg-type]
    "flows of nothing": lambda v: v.ledger.flows(None),  # type: ignore[arg-type]
    "flows within a text": lambda v: v.ledger.flows("points", "2026"),  # type: ignore[arg-type]
    "turnover within naive days": lambda v: v.ledger.turnover(Interval(NAIVE, NAIVE + DAY)),
    "flows until after all years": lambda v: v.ledger.flows("points", Interval(FIRST, LAST_HOURS)),
    "an export as XML": lambda v: v.ledger.export(io.StringIO(), format="xml"),
    "an import of XML": lambda v: v.ledger.restore(io.StringIO(), format="xml"),
    "a batch of none": lambda v: list(v.ledger.post_each([], batch=0)),
}


@pytest.mark.parametrize("name", CALLS)
def test_an_unusable_call_is_told_and_writes_nothing(village: Community, name: str) -> None:
    with pytest.raises(GridpointsError) as refusal:
        CALLS[name](village)
    assert told(refusal.value) == TOLD_OF_CALLS[name]
    assert village.ledger.balance(LI).posted == 100
    assert village.ledger.balance(LI).held == 0
    assert village.ledger.verify().ok


@pytest.mark.parametrize("key", ['a"b', "a\\b", "a'b", "a.b", "$", "%", "", "a b"])
def test_a_key_of_metadata_is_whatever_it_is(village: Community, key: str) -> None:
    village.ledger.post([issue("t1", LI, 1, metadata={key: "it"}), issue("t2", LI, 1, metadata={"a": "it"})])
    found = village.ledger.statement(LI, metadata={key: "it"}).entries
    assert [entry.transaction for entry in found] == ["t1"]


def test_a_kind_of_account_may_be_its_text(village: Community) -> None:
    li = Account("points", "member", "li")
    assert li == LI
    assert isinstance(li.kind, AccountKind)
    assert village.ledger.balance(li).posted == 100


def test_reports_in_the_first_and_last_days_of_all_years(village: Community) -> None:
    for n, day in enumerate([FIRST, LAST]):
        legs = (Leg(LI, 1, day), Leg(ISSUANCE, -1))
        village.ledger.post([Transaction(f"t{n}", legs, effective_at=day)])
    assert [month.issued for month in village.ledger.months("points", date(1, 1, 1), 2)] == [1, 0]
    assert len(village.ledger.months("points", date(9999, 11, 1), 1)) == 1
    assert {row.expires_at for row in village.ledger.outstanding() if row.points} >= {None}
    assert LAST.year in {row.expires_at.year for row in village.ledger.outstanding() if row.expires_at}
    assert village.ledger.verify().ok


def test_one_bad_transaction_among_many(village: Community) -> None:
    batch = [issue(f"t{n}", LI, 1) for n in range(2_000)]
    batch[1_000] = Transaction("bad", ())
    outcomes = village.ledger.post(batch)
    assert [outcome.transaction for outcome in outcomes if isinstance(outcome, Rejected)] == ["bad"]
    assert village.ledger.balance(LI).posted == 100 + 1_999


def test_statements_are_entered_in_portions(
    village: Community, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "FOLDED_AT_ONCE", 2)
    village.ledger.post([issue(f"t{n}", LI, 1) for n in range(4)])
    assert village.ledger.fold() == (0 if store_url == "memory://" else 5)
    assert village.ledger.fold() == 0
    village.ledger.post([issue(f"u{n}", LI, 1) for n in range(2)])
    assert village.ledger.fold() == (0 if store_url == "memory://" else 2)
    assert len(village.ledger.statement(ISSUANCE).entries) == 7


def test_a_seal_is_over_all_lines_though_they_get_their_numbers_in_portions(
    village: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "FOLDED_AT_ONCE", 2)
    for more, size in ((4, 5), (2, 7), (1, 8)):
        village.ledger.post([issue(f"t{size}-{n}", LI, 1) for n in range(more)])
        seal = village.ledger.seal()
        assert seal is not None
        assert seal.size == size
    assert [seal.size for seal in village.ledger.seals()] == [5, 7, 8]
    assert village.ledger.verify().ok


def test_a_generator_that_raises_half_way(village: Community) -> None:
    """What was told is kept; what was not, is not; and it can go on from there."""

    def transactions() -> Iterator[Transaction]:
        for n in range(25):
            yield issue(f"t{n}", LI, 1)
        raise LookupError("the file ends here")

    told: list[Outcome] = []
    with pytest.raises(LookupError):
        told.extend(village.ledger.post_each(transactions(), batch=10))
    assert village.ledger.balance(LI).posted == 100 + 20
    again = list(village.ledger.post_each((issue(f"t{n}", LI, 1) for n in range(25)), batch=10))
    assert all(isinstance(outcome, Posted) for outcome in again)
    assert village.ledger.balance(LI).posted == 100 + 25
    assert village.ledger.verify().ok


def test_a_clock_that_goes_back(village: Community, clock: ManualClock) -> None:
    clock.advance(-timedelta(days=400))
    village.ledger.post([move("back", LI, ZHAO, 1)])
    entries = village.ledger.statement(LI).entries
    assert entries[0].recorded_at < entries[1].recorded_at
    assert village.ledger.verify().ok
