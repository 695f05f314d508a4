"""``emergency``: a flood night at the command line, from the alarm to the report; and a drill."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

import gridpoints
from gridpoints.cli.app import build
from gridpoints.community.emergency import EmergencyKind
from gridpoints.i18n import Language
from gridpoints.testing import ManualClock
from tests.cli.conftest import Ran, Run, environment, keys, run_here

RULES = """\
gridpoints: 1
code: riverside
version: 1
name: {en: Rules}
source: written for the tests
from: 2024-01-01
units: {points: {name: {en: points}}}
roles: {chief: {name: {en: Chief}}}
permissions: {emergency: [chief], direct: [chief]}
deeds:
  watch: {name: {en: Watch}, points: {per: hour, amount: 10}}
"""


MEMBERS = """\
number,name,household,grid
B1,Li Na,1 Quay,The quay
B2,Zhao Lei,7 Hill,The hill
B3,Wu Gang,2 Quay,The quay
"""


@pytest.fixture
def founded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRIDPOINTS_AS", "sun:chief")
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    (tmp_path / "members.csv").write_text(MEMBERS, "utf-8")
    founding = ("--name", "Riverside", "--rules", "rules.yaml", "--members", "members.csv")
    assert run_here("init", "riverside", *founding).code == 0
    with gridpoints.open("sqlite:///gridpoints.db") as exchange:
        room = exchange.community("riverside").community
        room.appoint(room.identify("B3").id, "volunteer")
        room.list_talent(room.identify("B2").id, ["pump"])

    def run(*arguments: str | Path, **variables: str) -> Ran:
        return run_here(*arguments, **({"GRIDPOINTS_AS": "sun:chief"} | variables))

    return run


def test_a_flood_night(founded: Run) -> None:
    nothing = founded("emergency", "status", "--json")
    assert (nothing.code, nothing.error["code"]) == (4, "no_emergency")
    clerk = founded("emergency", "declare", "flood", "Rain", "--as", "wang:clerk", "--json")
    assert (clerk.code, clerk.error["code"]) == (6, "right_reserved")
    assert founded("emergency", "declare", "rain", "Rain", "--json").error["code"] == "not_one_of"
    declared = founded(
        "emergency", "declare", "flood", "Over the wall", "--grid", "The quay", "--json"
    ).document
    [flood] = declared["emergencies"]
    assert (flood["kind"], flood["mode"], flood["status"], len(flood["grids"])) == (
        "flood",
        "emergency",
        "on",
        1,
    )
    keys(declared, "emergency declare")

    call = founded(
        *("emergency", "call", "The pump", "--wanted", "2", "--skill", "pump", "--grid", "The quay"),
        *("--deed", "watch", "--until", "01:30", "--json"),
    ).document
    assert call["calls"][0]["missing"] == 2
    keys(call, "emergency call")
    founded("emergency", "call", "Sandbags", "--wanted", "1", "--deed", "watch")
    asked = founded("emergency", "muster", "The pump", "--within", "30", "--json").document
    assert ([turn["name"] for turn in asked["turns"]], asked["missing"]) == (["Zhao Lei"], 1)
    keys(asked, "emergency muster")
    assert "The pump: 1 is missing" not in founded("emergency", "muster", "The pump").err
    assert "Wu Gang" in founded("emergency", "muster", "Sandbags").out
    twice = founded("emergency", "muster", "Sandbags", "--member", "B2", "--json").document
    assert [each["code"] for each in twice["not_asked"]] == ["already_mustered"]
    assert founded("emergency", "decline", "B3").code == 0
    keys(founded("emergency", "assign", "Sandbags", "Li Na", "--json").document, "emergency assign")
    assert founded("emergency", "accept", "B2").code == 0
    wrong = founded("emergency", "mobilise", "B1", "B9")
    assert wrong.code == 4
    for command in ("stand-by", "mobilise", "begin"):
        assert founded("emergency", command, "B1", "B2").code == 0
    status = founded("emergency", "status", "--json").document
    assert {turn["name"]: turn["status"] for turn in status["turns"]} == {
        "Zhao Lei": "in_action",
        "Wu Gang": "declined",
        "Li Na": "in_action",
    }
    keys(status, "emergency status")
    assert "in action" in founded("emergency", "status").out
    assert founded("emergency", "end", "It is over", "--json").error["code"] == "still_in_action"
    assert founded("emergency", "demobilise", "B1", "B2").code == 0
    too_long = founded("emergency", "hours", "B1", "9", "--reason", "I was there", "--json")
    assert too_long.error["code"] == "duty_hours_out_of_range"
    closed = founded("emergency", "close-call", "The pump", "--json").document
    assert closed["calls"][0]["status"] == "closed"
    assert founded("emergency", "end", "The water has gone down").code == 0
    stood_down = founded("emergency", "stand-down", "--json").document
    assert sorted(turn["name"] for turn in stood_down["turns"]) == ["Li Na", "Zhao Lei"]
    keys(stood_down, "emergency stand-down")
    report = founded("emergency", "report", "--json").document
    assert (report["asked"], report["served"], report["turns"]) == (3, 2, {"stood_down": 2, "declined": 1})
    keys(report, "emergency report")
    shown = founded("emergency", "report").out
    assert "flood, emergency mode" in shown
    assert "Turns: stood down" in shown
    keys(founded("emergency", "list", "--json").document, "emergency list")


def test_hours_are_corrected_and_credited(founded: Run) -> None:
    clock = ManualClock(datetime.now().astimezone() - timedelta(hours=5))
    with gridpoints.open("sqlite:///gridpoints.db", clock=clock) as exchange:
        chief = exchange.community("riverside", actor=gridpoints.Actor("sun", frozenset({"chief"})))
        flood = chief.emergency.declare(EmergencyKind.FLOOD, "Rain")
        call = chief.emergency.call(flood.id, "Sandbags", wanted=1, deed="watch")
        turn = chief.emergency.assign(call.id, chief.community.identify("B1").id)
        chief.emergency.mobilise(turn.id)
        chief.emergency.begin(turn.id)
        clock.advance(timedelta(hours=3))
        chief.emergency.demobilise(turn.id)
    entered = founded("emergency", "hours", "B1", "2.5", "--reason", "She went home", "--json").document
    assert (entered["turns"][0]["hours"], entered["turns"][0]["hours_from"]) == ("2.5", "entered")
    assert founded("emergency", "stand-down", "B2", "--json").error["code"] == "record_unknown"
    assert "stood down" in founded("emergency", "stand-down", "B1").out
    [balance] = founded("balance", "B1", "--json").document["balances"]
    assert balance["available"] == "25"


def test_directives_and_their_answers(founded: Run) -> None:
    founded("emergency", "declare", "flood", "Over the wall")
    given = founded(
        *("emergency", "direct", "Everybody upstairs", "--within", "60", "--remind", "10"),
        *("--responsible", "The quay=he，lin", "--json"),
    ).document
    assert len(given["directives"][0]["answers"]) == 2
    keys(given, "emergency direct")
    assert founded("emergency", "direct", "x", "--within", "9", "--responsible", "The quay").code == 2
    not_hers = founded("emergency", "acknowledge", "The quay", "--json")
    assert not_hers.error["code"] == "not_responsible"
    received = founded("emergency", "acknowledge", "The quay", "--as", "lin", "--json").document
    statuses = {each["name"]: each["status"] for each in received["directives"][0]["answers"]}
    assert statuses == {"The quay": "acknowledged", "The hill": "awaited"}
    assert founded("emergency", "done", "The quay", "38 people", "--as", "he").code == 0
    assert "38 people" in founded("emergency", "directives").out
    founded("emergency", "direct", "Count the boats", "--within", "60", "--grid", "The hill")
    assert founded("emergency", "acknowledge", "The hill", "--json").error["code"] == "name_ambiguous"
    second = founded("emergency", "acknowledge", "The hill", "--directive", "Count the boats", "--json")
    assert second.document["directives"][0]["text"] == "Count the boats"
    withdrawn = founded(
        "emergency", "withdraw", "Everybody upstairs", "--reason", "It stopped", "--json"
    ).document
    assert [a["status"] for a in withdrawn["directives"][0]["answers"]] in (
        ["moot", "done"],
        ["done", "moot"],
    )
    assert founded("emergency", "done", "The hill", "12 boats").code == 0
    founded("emergency", "end", "Over")
    report = founded("emergency", "report", "--json").document
    assert [len(each["done"]) for each in report["directives"]] == [1, 1]
    assert "Received after" in founded("emergency", "report").out
    ordinary = founded("emergency", "direct", "Clear the snow", "--within", "600", "--ordinary", "--json")
    assert len(ordinary.document["directives"][0]["answers"]) == 2
    assert "Clear the snow" in founded("emergency", "directives", "--ordinary").out


def test_a_drill_is_apart(founded: Run) -> None:
    assert founded("emergency", "declare", "fire", "The yearly drill", "--drill").code == 0
    assert founded("emergency", "status").code == 4
    assert founded("emergency", "call", "The yard", "--wanted", "1", "--drill").code == 0
    assert founded("emergency", "assign", "The yard", "B1", "--drill").code == 0
    assert founded("emergency", "begin", "B2", "--drill", "--json").error["code"] == "record_unknown"
    assert founded("emergency", "end", "All were out in time", "--drill").code == 0
    assert "a drill" in founded("emergency", "report", "--drill").out
    assert founded("emergency", "list", "--json").document == {"emergencies": []}


def test_what_is_due_is_told(founded: Run) -> None:
    assert "Nothing was due" in founded("emergency", "tick").out
    clock = ManualClock(datetime.now().astimezone() - timedelta(hours=2))
    with gridpoints.open("sqlite:///gridpoints.db", clock=clock) as exchange:
        chief = exchange.community("riverside", actor=gridpoints.Actor("sun", frozenset({"chief"})))
        flood = chief.emergency.declare(EmergencyKind.FLOOD, "Rain")
        call = chief.emergency.call(flood.id, "Sandbags", wanted=1)
        li = chief.community.identify("B1").id
        chief.emergency.request(call.id, [li], answer_by=clock.now() + timedelta(minutes=5))
        chief.emergency.direct("Upstairs", due_at=clock.now() + timedelta(hours=1), emergency_id=flood.id)
    due = founded("emergency", "tick", "--json").document
    assert (due["lapsed"], len(due["escalated"]), due["reminded"]) == ([li], 2, [])
    keys(due, "emergency tick")


def test_the_kind_can_be_said_in_chinese(founded: Run) -> None:
    done = CliRunner().invoke(
        build(Language.of("zh_Hans")),
        ["emergency", "declare", Language.of("zh_Hans").word("flood", "emergency_kind"), "漫堤", "--json"],
        env=environment(GRIDPOINTS_AS="sun:chief"),
    )
    assert done.exit_code == 0, done.output
    assert '"kind": "flood"' in done.stdout
