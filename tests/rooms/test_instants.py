"""An instant without a time zone is refused by its name, at every door that takes one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from inspect import getmembers, ismethod, signature
from typing import Any

import pytest

from gridpoints import Account, Community, Member, Report
from gridpoints.catalog.model import Mode
from gridpoints.codes import rotating_code, step_of
from gridpoints.community.emergency import EmergencyKind
from gridpoints.errors import EmptyInterval, NaiveInstant
from gridpoints.values import Interval

AWARE = datetime(2026, 3, 5, 8, tzinfo=UTC)
NAIVE = datetime(2026, 3, 5, 8)  # noqa: DTZ001
LATER = AWARE + timedelta(hours=1)
ROOMS = (
    "awards",
    "catalog",
    "claiming",
    "community",
    "emergency",
    "events",
    "ledger",
    "notices",
    "oversight",
    "recognition",
    "redemption",
    "rules",
)


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "end", "named"), [(NAIVE, AWARE, "start"), (AWARE, NAIVE, "end")])
def test_an_interval_is_of_two_instants_with_a_zone(start: datetime, end: datetime, named: str) -> None:
    with pytest.raises(NaiveInstant) as refusal:
        Interval(start, end)
    assert refusal.value.field == named
    with pytest.raises(NaiveInstant):
        Interval(NAIVE, NAIVE + timedelta(days=1))
    with pytest.raises(EmptyInterval):
        Interval(AWARE, AWARE)


def test_an_interval_is_kept_in_utc() -> None:
    when = Interval(datetime(2026, 3, 5, 16, tzinfo=timezone(timedelta(hours=8))), LATER)
    assert (when.start, when.start.tzinfo) == (AWARE, UTC)
    assert AWARE in when
    with pytest.raises(NaiveInstant):
        NAIVE in when  # noqa: B015


def test_a_rotating_code_is_of_an_instant_with_a_zone() -> None:
    with pytest.raises(NaiveInstant):
        rotating_code(b"secret", NAIVE)
    with pytest.raises(NaiveInstant):
        step_of(b"secret", "123456", NAIVE)


# --- rooms ----------------------------------------------------------------------------------------


def calls(village: Community, li: Member) -> dict[str, dict[str, Callable[[Any], object]]]:
    """By room and method: how to call it, the instant left to be given, by the name of each."""
    who, points = li.id, Account.member(li.id, "points")
    awards, catalog, claiming, people = village.awards, village.catalog, village.claiming, village.community
    emergency, ledger, shops = village.emergency, village.ledger, village.redemption
    people.add_grid("East", id="east")
    awards.credit_all(Report(str(day), who, "patrol", date(2026, 3, day)) for day in (1, 2))
    item = catalog.publish(catalog.draft("Care", deed="care", modes=[Mode.FOR_YOU])).id
    session = catalog.hold_session(item, AWARE, LATER, places=1).id
    task = catalog.publish(catalog.draft_post(item, "Gate", starts_on=date(2026, 3, 2), places=1))
    lease = claiming.claim_post(task.id, who).id
    wish = claiming.publish_wish(claiming.make_wish(who, "A lamp", deed="wish").id).id
    room = people.share("Hall", grid_id="east").id
    flood = emergency.declare(EmergencyKind.FLOOD, "The alarm").id
    call = emergency.call(flood, "The gate", wanted=1).id
    shop = shops.activate_merchant(shops.register_merchant("Shop", unit="points", rate="1.5").id)
    till = shops.add_till(shops.open_outlet(shop.id, "Corner").id, "One").id
    soap = shops.publish_offer(shops.draft_offer(shop.id, "Soap", price=2, stock=9).id).id
    bought = shops.authorise(soap, who, quantity=2).id
    shops.capture(bought)

    def ask(**times: Any) -> object:
        return catalog.ask_errand(item, who, "Soup", mode=Mode.FOR_YOU, **times)

    def offer(**times: Any) -> object:
        return shops.draft_offer(shop.id, "Tea", price=1, **times)

    return {
        "awards.extend_days": {"instant": lambda at: awards.extend_days("points", at)},
        "awards.rule_for": {"instant": lambda at: awards.rule_for("care", at)},
        "awards.tick": {"now": awards.tick},
        "catalog.ask_errand": {
            "starts_at": lambda at: ask(starts_at=at, ends_at=LATER),
            "ends_at": lambda at: ask(starts_at=AWARE, ends_at=at),
        },
        "catalog.hold_session": {
            "starts_at": lambda at: catalog.hold_session(item, at, LATER, places=1),
            "ends_at": lambda at: catalog.hold_session(item, AWARE, at, places=1),
            "decide_at": lambda at: catalog.hold_session(
                item, AWARE, LATER, places=2, minimum=1, decide_at=at
            ),
        },
        "catalog.move_session": {
            "starts_at": lambda at: catalog.move_session(session, at, LATER),
            "ends_at": lambda at: catalog.move_session(session, AWARE, at),
        },
        "catalog.sessions": {
            "since": lambda at: catalog.sessions(since=at),
            "until": lambda at: catalog.sessions(since=AWARE, until=at),
        },
        "catalog.tick": {"now": catalog.tick},
        "claiming.extend_lease": {"until": lambda at: claiming.extend_lease(lease, at, reason="ill")},
        "claiming.plan_round": {
            "opens_at": lambda at: claiming.plan_round("spring", "Spring", at, LATER),
            "closes_at": lambda at: claiming.plan_round("spring", "Spring", AWARE, at),
        },
        "claiming.put_up_bounty": {
            "until": lambda at: claiming.put_up_bounty(wish, who, 1, unit="points", until=at)
        },
        "claiming.qualify": {"until": lambda at: claiming.qualify(who, "nurse", until=at)},
        "claiming.tick": {"now": claiming.tick},
        "claiming.tick_departed": {"now": claiming.tick_departed},
        "claiming.tick_wishes": {"now": claiming.tick_wishes},
        "community.book": {
            "starts_at": lambda at: people.book(room, at, LATER, booked_for="choir"),
            "ends_at": lambda at: people.book(room, AWARE, at, booked_for="choir"),
        },
        "community.match": {
            "start": lambda at: people.match(["nurse"], start=at, end=LATER),
            "end": lambda at: people.match(["nurse"], start=AWARE, end=at),
        },
        "community.record_consent": {"until": lambda at: people.record_consent(who, "Wang", until=at)},
        "community.stations": {"open_at": lambda at: people.stations(open_at=at)},
        "community.tree": {"at": people.tree},
        "emergency.call": {
            "starts_at": lambda at: emergency.call(flood, "Gate", wanted=1, starts_at=at, ends_at=LATER),
            "ends_at": lambda at: emergency.call(flood, "Gate", wanted=1, starts_at=AWARE, ends_at=at),
        },
        "emergency.direct": {
            "due_at": lambda at: emergency.direct("Look", due_at=at, remind_at=AWARE),
            "remind_at": lambda at: emergency.direct("Look", due_at=LATER, remind_at=at),
        },
        "emergency.muster": {"answer_by": lambda at: emergency.muster(call, [], answer_by=at)},
        "emergency.request": {"answer_by": lambda at: emergency.request(call, [who], answer_by=at)},
        "emergency.tick": {"now": emergency.tick},
        "ledger.balance": {"at": lambda at: ledger.balance(points, at)},
        "ledger.close_period": {"until": ledger.close_period},
        "ledger.expire": {"until": ledger.expire},
        "ledger.hold": {"expires_at": lambda at: ledger.hold(points, 1, expires_at=at)},
        "ledger.statement": {
            "since": lambda at: ledger.statement(points, since=at, until=LATER),
            "until": lambda at: ledger.statement(points, since=AWARE, until=at),
        },
        "notices.statement": {
            "since": lambda at: village.notices.statement(who, "points", since=at, until=LATER),
            "until": lambda at: village.notices.statement(who, "points", since=AWARE, until=at),
        },
        "redemption.attempts": {"since": lambda at: shops.attempts(since=at)},
        "redemption.authorise": {"expires_at": lambda at: shops.authorise(soap, who, expires_at=at)},
        "redemption.draft_offer": {
            "opens_at": lambda at: offer(opens_at=at, closes_at=LATER),
            "closes_at": lambda at: offer(opens_at=AWARE, closes_at=at),
        },
        "redemption.issue_key": {"expires_at": lambda at: shops.issue_key(till, expires_at=at)},
        "redemption.issue_voucher": {
            "valid_until": lambda at: shops.issue_voucher(soap, who, valid_until=at)
        },
        "redemption.refund": {
            "lots": lambda at: shops.refund(bought, points=1, reason="stale", lots=[AWARE, at])
        },
        "redemption.settle": {"until": lambda at: shops.settle(shop.id, until=at)},
    }


def doors(village: Community) -> dict[str, list[str]]:
    """Every method of a room that takes instants, with the names of those."""
    found = {}
    for room in ROOMS:
        for name, method in getmembers(getattr(village, room), ismethod):
            taken = [each.name for each in signature(method).parameters.values() if _instant(each.annotation)]
            if taken and not name.startswith("_"):
                found[f"{room}.{name}"] = taken
    return found


def _instant(annotation: object) -> bool:
    return any(part in ("datetime", "Iterable[datetime]") for part in str(annotation).split(" | "))


def test_every_door_names_the_instant_without_a_zone(village: Community, li: Member) -> None:
    by_door = calls(village, li)
    assert {door: list(given) for door, given in by_door.items()} == doors(village)
    told = {}
    for door, given in by_door.items():
        for name, call in given.items():
            try:
                call(NAIVE)
            except NaiveInstant as refusal:
                if refusal.field != name:
                    told[door, name] = refusal.field
            except Exception as error:  # noqa: BLE001  # all are told at once
                told[door, name] = repr(error)
            else:
                told[door, name] = "taken"
    assert told == {}
