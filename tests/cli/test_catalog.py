"""``catalog`` and ``claim``: from a draft to hours that somebody verified, at the command line."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import gridpoints
from gridpoints import Actor
from gridpoints.testing import ManualClock
from tests.cli.conftest import Run, keys


def draft(run: Run, name: str, *more: str) -> None:
    ran = run("catalog", "draft", name, "--deed", "volunteer", "--publish", *more)
    assert (ran.code, ran.err) == (0, "")


def test_a_service_from_draft_to_closed(founded: Run) -> None:
    assert "Legal" in founded("catalog", "adopt", "ten-service-fields").out
    assert founded("catalog", "adopt", "seven-fields", "--json").error["code"] == "preset_unknown"
    keys(founded("catalog", "adopt", "china-2026", "--json").document, "catalog adopt")
    drafted = founded(
        *("catalog", "draft", "法律咨询", "--deed", "volunteer", "--in", "en=Legal clinic"),
        *("--category", "legal-aid", "--mode", "for_you", "--skill", "law", "--age", "18", "--json"),
    ).document
    assert drafted["listed"][0]["status"] == "draft"
    keys(drafted, "catalog draft")
    assert founded("catalog", "draft", "x", "--deed", "volunteer", "--in", "en").code == 2
    assert founded("catalog", "search", "Legal", "--json").document == {"found": []}
    [published] = founded("catalog", "publish", "法律咨询", "--json").document["listed"]
    assert published["status"] == "published"
    found = founded(
        "catalog", "search", "legal", "--category", "legal-aid", "--mode", "done for you", "--json"
    )
    assert [each["name"] for each in found.document["found"]] == ["法律咨询"]
    keys(found.document, "catalog search")
    assert "service item" in founded("catalog", "list", "--status", "published").out
    assert founded("catalog", "close", "法律咨询", "--reason", "No lawyer").code == 0
    assert "There are none" in founded("catalog", "list", "--status", "published").out
    assert founded("catalog", "close", "No such", "--json").error["code"] == "record_unknown"


def test_sessions_once_and_again(founded: Run) -> None:
    draft(founded, "Clinic")
    held = founded(
        *("catalog", "session", "Clinic", "--starts", "2199-09-16 9:00", "--ends", "11：30"),
        *("--places", "2", "--minimum", "1", "--json"),
    ).document
    [session] = held["sessions"]
    assert (session["starts_at"], session["ends_at"]) == (
        "2199-09-16T01:00:00+00:00",
        "2199-09-16T03:30:00+00:00",
    )
    keys(held, "catalog session")
    night = founded(
        "catalog",
        "session",
        "Clinic",
        "--starts",
        "2199-09-17 22:00",
        "--ends",
        "01:00",
        "--places",
        "1",
        "--json",
    )
    assert night.document["sessions"][0]["ends_at"] == "2199-09-17T17:00:00+00:00"
    wrong = founded(
        "catalog", "session", "Clinic", "--starts", "tomorrow", "--ends", "11:30", "--places", "2", "--json"
    )
    assert (wrong.code, wrong.error["code"]) == (3, "bad_time_of_day")
    series = ("catalog", "series", "Clinic", "--begins", "9:00", "--ends", "11:30", "--places", "3")
    assert founded(*series).code == 2
    assert founded(*series, "--weekly", "we,fr", "--publish").code == 0
    assert founded(*series, "--monthly", "1，15", "--holiday", "held").code == 0
    listed = founded("catalog", "list", "--json").document["listed"]
    assert {each["name"] for each in listed if each["kind"] == "series"} == {
        "Clinic FREQ=WEEKLY;BYDAY=WE,FR",
        "Clinic FREQ=MONTHLY;BYMONTHDAY=1,15",
    }
    assert len(founded("catalog", "sessions", "Clinic", "--json").document["sessions"]) > 20
    assert "2/2" in founded("catalog", "sessions", "--from", "2199-01-01").out
    cancelled = founded("catalog", "cancel", session["session"], "--reason", "Ill", "--json").document
    assert cancelled["sessions"][0]["status"] == "cancelled"
    assert "There are none" in founded("catalog", "short").out
    keys(founded("catalog", "tick", "--json").document, "catalog tick")


def test_posts_errands_tasks_and_programmes(founded: Run) -> None:
    draft(founded, "Chores")
    post = founded("catalog", "post", "Chores", "Night watch", "--from", "2024-10-01", "--publish", "--json")
    keys(post.document, "catalog post")
    errand = founded(
        "catalog",
        "errand",
        "Chores",
        "B1",
        "Bring a form",
        "--mode",
        "for_you",
        "--to-place",
        "Court",
        "--json",
    )
    assert errand.document["listed"][0]["status"] == "draft"
    assert founded("catalog", "publish", "Bring a form").code == 0
    assert (
        founded(
            "catalog", "task-list", "Tasks of May", "--from", "2026-05-01", "--until", "2199-05-31", "--fresh"
        ).code
        == 0
    )
    assert founded("catalog", "task", "Tasks of May", "Chores", "Clear the stairs", "--places", "4").code == 0
    assert founded("catalog", "publish", "Tasks of May").code == 0
    [task] = founded("catalog", "tasks", "Tasks of May", "--json").document["listed"]
    assert (task["kind"], task["status"]) == ("task", "published")
    assert (
        founded("catalog", "programme", "Service day", "--from", "2199-05-01", "--item", "Chores").code == 0
    )
    for name in ("Night watch", "Bring a form", "Clear the stairs"):
        assert founded("claim", "make", name, "B2").code == 0
        assert founded("claim", "hours", name, "B2", "1.5").code == 0
        assert founded("claim", "verify", name, "B2", "--as", "sun:clerk").code == 0
    claims = founded("claim", "list", "--member", "B2", "--json").document
    assert [each["status"] for each in claims["claims"]] == ["verified"] * 3
    keys(claims, "claim list")
    assert founded("claim", "hours", "Night watch", "B1", "1", "--json").error["code"] == "record_unknown"


def test_things_are_lent_and_come_back(founded: Run) -> None:
    assert founded("catalog", "thing", "Umbrella", "--stock", "1", "--days", "7", "--publish").code == 0
    lent = founded("catalog", "lend", "Umbrella", "B1", "--json").document
    keys(lent, "catalog lend")
    assert founded("catalog", "lend", "Umbrella", "B2", "--json").error["code"] == "none_left"
    assert "李秀英" in founded("catalog", "loans").out
    assert founded("catalog", "renew", "Umbrella", "B1", "--until", "2199-01-01").code == 0
    assert founded("catalog", "lost", "Umbrella", "B1").code == 0
    assert founded("catalog", "return", "Umbrella", "B1").code == 0
    assert "There are none" in founded("catalog", "loans", "--overdue").out
    assert founded("catalog", "return", "Umbrella", "B1", "--json").error["code"] == "record_unknown"


def test_what_those_have_who_left_is_listed_for_somebody_to_decide(founded: Run) -> None:
    assert founded("catalog", "thing", "Umbrella", "--stock", "2", "--days", "7", "--publish").code == 0
    for member in ("B1", "B2"):
        assert founded("catalog", "lend", "Umbrella", member).code == 0
    assert founded("catalog", "loans", "--left", "--json").document["loans"] == []
    with gridpoints.open("sqlite:///gridpoints.db") as exchange:
        village = exchange.community("baiyang").acting_as(Actor("sun", frozenset({"clerk"})))
        [li] = [each for each in village.community.members() if each.number == "B1"]
        village.community.leave(li.id)
    [loan] = founded("catalog", "loans", "--left", "--json").document["loans"]
    assert (loan["member"], loan["name"], loan["status"]) == (li.id, "Umbrella", "out")
    assert len(founded("catalog", "loans", "--json").document["loans"]) == 2


def test_a_session_is_moved(founded: Run) -> None:
    draft(founded, "Lunch")
    soon = f"{datetime.now().astimezone() + timedelta(days=20):%Y-%m-%d}"
    later = f"{datetime.now().astimezone() + timedelta(days=21):%Y-%m-%d}"
    for day, ends in ((soon, "10:00"), (later, "12:00")):
        made = ("catalog", "session", "Lunch", "--starts", f"{day} 09:00", "--ends", ends, "--places", "2")
        assert founded(*made).code == 0
        assert founded("claim", "make", "Lunch", "B1", "--day", day).code == 0
    first = founded("catalog", "sessions", "--json").document["sessions"][0]["session"]
    move = ("catalog", "move", first, "--starts", f"{later} 11:00", "--ends", "13:00", "--reason", "painted")
    told = founded(*move)
    assert (told.code, "李秀英" in told.out) == (0, True)
    moved = founded(*move, "--json").document
    assert moved["sessions"][0]["session"] == first
    assert moved["clashes"] == moved["unfit"] == []  # it stands there already
    keys(moved, "catalog move")
    past = ("--starts", "2020-01-01 11:00", "--ends", "13:00", "--reason", "painted")
    assert founded("catalog", "move", first, *past, "--json").error["code"] == "starts_in_the_past"


def test_who_is_unfit_at_the_new_time_is_told(founded: Run) -> None:
    draft(founded, "Swimming", "--consent")
    now = datetime.now().astimezone()
    days = [f"{now + timedelta(days=days):%Y-%m-%d}" for days in (20, 10, 5)]
    made = (
        "catalog",
        "session",
        "Swimming",
        "--starts",
        f"{days[0]} 09:00",
        "--ends",
        "10:00",
        "--places",
        "2",
    )
    assert founded(*made).code == 0
    assert founded("claim", "make", "Swimming", "B1", "--day", days[0]).code == 0
    session = founded("catalog", "sessions", "--json").document["sessions"][0]["session"]
    move = ("catalog", "move", session, "--ends", "10:00", "--reason", "painted", "--starts")
    assert "李秀英: It is on an earlier day now" in founded(*move, f"{days[1]} 09:00").out
    [unfit] = founded(*move, f"{days[2]} 09:00", "--json").document["unfit"]
    assert unfit["reasons"] == ["It is on an earlier day now: their age is to be asked again"]


def test_who_is_whose_guardian(founded: Run) -> None:
    shown = founded("guardian", "B1", "B2", "--json").document
    assert [each["name"] for each in shown["guardians"]] == ["张伟"]
    keys(shown, "guardian")
    assert "张伟" in founded("guardian", "B1").out
    ended = founded("guardian", "B1", "B2", "--ended", "--reason", "of age", "--json").document
    assert ended["guardians"] == []
    assert founded("guardian", "B1", "B1", "--json").error["code"] == "not_usable"


def test_claims_from_the_place_to_the_points(founded: Run, tmp_path: Path) -> None:
    draft(founded, "Lunch")
    now = datetime.now().astimezone()
    with gridpoints.open("sqlite:///gridpoints.db", clock=ManualClock(now - timedelta(days=2))) as exchange:
        village = exchange.community("baiyang", actor=Actor("wang", frozenset({"clerk"})))
        [lunch] = village.catalog.items()
        start = now - timedelta(hours=30)
        past = village.catalog.hold_session(lunch.id, start, start + timedelta(hours=3), places=2)
        village.claiming.claim_session(past.id, village.community.identify("B1").id)
        start = now - timedelta(minutes=10)
        village.catalog.hold_session(lunch.id, start, start + timedelta(hours=3), places=5)
        start = now + timedelta(days=20)
        village.catalog.hold_session(lunch.id, start, start + timedelta(hours=3), places=1)
    soon = f"{(now + timedelta(days=20)).astimezone(village.context.zone):%Y-%m-%d}"
    made = founded("claim", "make", "Lunch", "B1", "--day", soon, "--json").document
    assert made["claims"][0]["status"] == "confirmed"
    keys(made, "claim make")
    assert founded("claim", "make", "Lunch", "B2", "--day", soon, "--json").error["code"] == "session_full"
    [waits] = founded("claim", "make", "Lunch", "B2", "--day", soon, "--wait", "--json").document["claims"]
    assert waits["status"] == "waitlisted"
    assert founded("claim", "cancel", "Lunch", "B1", "--day", soon, "--reason", "Ill").code == 0
    assert founded("claim", "tick").code == 0
    assert founded("claim", "list").code == 2
    assert "李秀英" in founded("claim", "list", "Lunch", "--day", soon).out
    # The one of the day before yesterday, from a list on paper, verified by somebody else.
    hours = founded("claim", "hours", past.id, "B1", "2.5", "--json").document
    assert (hours["claims"][0]["status"], hours["claims"][0]["provenance"]) == ("submitted", "paper")
    walked_in = founded("claim", "hours", past.id, "B2", "2", "--how", "proxy", "--json").document
    assert walked_in["claims"][0]["provenance"] == "proxy"
    waiting = founded("claim", "to-verify", "--item", "Lunch", "--limit", "1", "--json").document
    assert [each["status"] for each in waiting["claims"]] == ["submitted"]
    after = waiting["next"]
    keys(dict(waiting), "claim to-verify")
    following = founded("claim", "to-verify", "--after", after, "--json").document
    assert [each["member"] for each in following["claims"]] != [each["member"] for each in waiting["claims"]]
    assert following["next"] is None
    assert founded("claim", "to-verify", "--mine", "--json").document["claims"] == []
    assert "--after" in founded("claim", "to-verify", "--limit", "1", "--as", "sun:clerk").out
    assert founded("claim", "verify", past.id, "B1", "--json").error["code"] == "own_entry"
    [verified] = founded("claim", "verify", past.id, "B1", "--as", "sun:clerk", "--json").document["claims"]
    assert verified["award"]
    assert founded("claim", "dispute", past.id, "B2", "--reason", "Nobody saw him").code == 0
    assert founded("claim", "void", past.id, "B2", "--reason", "He was ill", "--as", "sun:clerk").code == 0
    assert founded("claim", "make", "Lunch", "B9", "--json").error["code"] == "member_unknown"
    assert founded("claim", "make", "Dinner", "B1", "--json").error["code"] == "record_unknown"


ASKING = """\
gridpoints: 1
code: asking
version: 1
name: {en: Asking}
source: written for the tests
from: 2026-01-02
units: {points: {name: {en: points}}}
facts: {kind: {type: text, one_of: [elder, child], name: {en: Kind}}}
deeds:
  visit: {name: {en: Visit}, points: 5, when: "kind == 'elder'"}
  collect: {name: {en: Collect batteries}, points: {per: item, amount: 2}}
"""


def test_whoever_verifies_tells_what_the_rules_ask_for(founded: Run) -> None:
    Path("asking.yaml").write_text(ASKING, encoding="utf-8")
    assert founded("rules", "publish", "asking.yaml").code == 0
    for deed in ("visit", "collect"):
        assert founded("catalog", "draft", deed, "--deed", deed, "--publish").code == 0
        assert founded("catalog", "post", deed, f"{deed} post", "--from", "2026-01-02").code == 0
        assert founded("catalog", "publish", f"{deed} post").code == 0
        assert founded("claim", "make", f"{deed} post", "B2").code == 0
        assert founded("claim", "hours", f"{deed} post", "B2", "1").code == 0
    visit = "claim", "verify", "visit post", "B2", "--as", "sun:clerk", "--json"
    assert founded(*visit).error["code"] == "fact_missing"
    assert founded(*visit, "--fact", "kind=cat").error["code"] == "fact_not_listed"
    assert founded(*visit, "--fact", "Kind=elder").code == 0
    collect = "claim", "verify", "collect post", "B2", "--as", "sun:clerk", "--json"
    assert founded(*collect).error["code"] == "quantity_needed"
    assert founded(*collect, "--quantity", "6").code == 0
    assert founded("balance", "B2").out.split()[-3:] == ["17", "0", "17"]
