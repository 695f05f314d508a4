"""The treasurer's commands: reversals, debts, expiry, periods, reports, and a ledger as a file."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import gridpoints
from gridpoints import Account, Leg, Transaction
from tests.cli.conftest import Run, keys

ISSUANCE = Account.issuance("points")


@pytest.fixture
def credited(founded: Run) -> Run:
    """The clerk's deeds are credited, and a broom is redeemed for 18 of 40 points."""
    assert founded("credit", "deeds.csv").code == 0
    assert founded("redeem", "B1", "broom", "--id", "r-1").code == 0
    return founded


def give(amount: int) -> None:
    """A program posts by itself that B1 is given points."""
    with gridpoints.open("sqlite:///gridpoints.db") as exchange:
        village = exchange.community("baiyang")
        li = Account.member(village.community.identify("B1").id, "points")
        legs = (Leg(li, amount), Leg(ISSUANCE, -amount))
        village.ledger.post_one(Transaction("gift", legs, reason="竞赛"))


def test_what_was_posted_goes_back_in_parts_and_once(credited: Run) -> None:
    give(18)
    part = credited("reverse", "gift", "5", "--reason", "重复", "--id", "back-1")
    assert (part.code, part.err) == (0, "")
    assert "Given back: gift" in part.out
    assert "the member account of 李秀英" in part.out
    assert credited("reverse", "gift", "5", "--reason", "重复", "--id", "back-1").code == 0
    document = credited("reverse", "gift", "--json").document
    assert sorted(leg["amount"] for leg in document["legs"]) == ["-13", "13"]
    assert document["owed"] is False
    again = credited("reverse", "gift", "--json")
    assert (again.code, again.error["code"]) == (6, "reversal_exceeds")
    assert "Given back: 重复" in credited("statement", "B1").out
    assert credited("verify").code == 0


def test_what_belongs_to_a_record_is_not_taken_back_without_it(credited: Run) -> None:
    refused = credited("reverse", "redemption:r-1", "--json")
    assert (refused.code, refused.error["code"]) == (6, "of_another_room")
    assert credited("redemption", "refund", "r-1", "--reason", "缺货").code == 0


def test_what_is_spent_already_is_owed_and_collected_later(credited: Run) -> None:
    give(20)
    for _ in range(2):
        credited("redeem", "B1", "broom")
    refused = credited("reverse", "gift", "--json")
    assert (refused.code, refused.error["code"]) == (6, "insufficient_points")
    assert credited("debts").out == "Nothing is owed.\n"
    owed = credited("reverse", "gift", "--queue", "--id", "b-1")
    assert (owed.code, "Owed: " in owed.out) == (0, True)
    collected = credited("debts", "--collect", "--json").document
    assert (len(collected["collected"]), len(collected["debts"])) == (1, 1)
    assert sorted(leg["amount"] for leg in collected["debts"][0]["legs"]) == ["-14", "14"]
    assert "14 points" in credited("debts").out
    assert "A debt paid" in credited("statement", "B1").out
    keys(collected, "debts")


def test_what_nobody_spent_in_time_expires(founded: Run) -> None:
    now = datetime.now(UTC)
    with gridpoints.open("sqlite:///gridpoints.db") as exchange:
        village = exchange.community("baiyang")
        li = Account.member(village.community.identify("B1").id, "points")
        for n, days in enumerate((400, -3)):
            leg = Leg(li, 7, expires_at=now + timedelta(days=days))
            village.ledger.post_one(Transaction(f"t-{n}", (leg, Leg(ISSUANCE, -7))))
    assert founded("expire", "--until", "2024-01-01", "--json").document == {"posted": 0}
    assert founded("expire").out == "Posted: 1\n"
    assert founded("expire", "--json").document == {"posted": 0}
    assert "Expired: not spent in time" in founded("statement", "B1", "--kind", "expiry").out
    [left] = founded("report", "outstanding", "--json").document["outstanding"]
    month = (now + timedelta(days=400)).astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m")
    assert (left["points"], left["month"][:7]) == ("7", month)
    months = founded("report", "months", "--months", "1", "--json").document["months"]
    assert [month["expired"] for month in months if month["unit"] == "points"] == ["7"]


def test_a_closed_period_stays_closed(credited: Run, tmp_path: Path) -> None:
    closed = credited("close-period", "2024-03-31", "--reason", "一季度")
    assert (closed.code, closed.out) == (0, "Closed: everything done before Apr 1, 2024, 00:00\n")
    keys(credited("close-period", "2024-03-31", "--json").document, "close-period")
    ahead = credited("close-period", "2999-12-31")
    assert ahead.code == 6
    assert ahead.err == "The period before Jan 1, 3000, 00:00 is not over yet, and cannot be closed.\n"
    with gridpoints.open("sqlite:///gridpoints.db") as exchange:
        village = exchange.community("baiyang")
        late = Transaction(
            "late",
            (Leg(Account.fund("f", "points"), 1), Leg(ISSUANCE, -1)),
            effective_at=datetime(2024, 3, 31, tzinfo=UTC),
        )
        with pytest.raises(gridpoints.GridpointsError):
            village.ledger.post_one(late)


def test_the_treasurers_reports(credited: Run) -> None:
    balance = credited("report", "trial-balance")
    assert balance.code == 0
    assert balance.out.splitlines()[-1].split() == ["Total", "4", "0", "0"]
    assert "the issuing account" in balance.out
    assert "90" in credited("report", "months", "--first", "2024-03-01", "--months", "2").out
    [march, april] = credited(
        "report", "months", "--unit", "points", "--first", "2024-03-31", "--months", "2", "--json"
    ).document["months"]
    assert (march["month"], march["issued"], march["redeemed"]) == ("2024-03-01", "90", "0")
    assert (april["month"], april["issued"]) == ("2024-04-01", "0")
    one_day = ("--since", "2024-03-06", "--until", "2024-03-06")
    moved = credited("report", "turnover", *one_day, "--json").document["turnover"]
    assert {each["kind"]: (each["given"], each["taken"]) for each in moved} == {
        "issuance": ("0", "20"),
        "member": ("20", "0"),
    }
    assert "never" in credited("report", "outstanding").out
    for kind in ("trial-balance", "outstanding", "months", "turnover"):
        keys(credited("report", kind, "--json").document, f"report {kind}")


def test_a_statement_of_what_is_wanted_alone(credited: Run) -> None:
    def amounts(*options: str) -> list[str]:
        ran = credited("statement", "B1", "--json", *options)
        assert ran.code == 0
        return [entry["amount"] for entry in ran.document["entries"]]

    assert amounts() == ["20", "20", "-18"]
    assert amounts("--kind", "award") == ["20", "20"]
    assert amounts("--reason", "perform") == ["20"]
    assert amounts("--merchant", "shop") == ["-18"]
    assert amounts("--until", "2024-03-31") == []
    assert amounts("--since", "2024-03-31", "--kind", "award") == ["20", "20"]


@pytest.mark.parametrize("name", ["ledger.jsonl", "ledger.json", "ledger.csv"])
def test_a_whole_ledger_goes_to_a_file_and_into_another_store(
    credited: Run, tmp_path: Path, name: str
) -> None:
    assert credited("seal").code == 0
    written = credited("export", name)
    assert (written.code, written.out) == (0, f"Written to {name}: 5 lines of the journal\n")
    assert not (tmp_path / f"{name}.part").exists()
    there = ("--store", "sqlite:///other.db")
    credited("init", "baiyang", "--name", "白羊村", "--rules", "baiyang", *there)
    taken = credited("import", name, "--json", *there)
    assert taken.document == {"file": name, "lines": 5}
    again = credited("import", name, "--json", *there)
    assert (again.code, again.error["code"]) == (5, "ledger_not_empty")
    assert credited("verify", *there).out == credited("verify").out
    credited("export", f"again-{name}", *there)
    assert (tmp_path / name).read_bytes() == (tmp_path / f"again-{name}").read_bytes()


def test_a_ledger_that_was_changed_is_not_taken_in(credited: Run, tmp_path: Path) -> None:
    """Its sums are right: it is the seal that tells."""
    credited("seal")
    credited("export", "ledger.jsonl")
    lines = (tmp_path / "ledger.jsonl").read_text("utf-8").splitlines()
    there = ("--store", "sqlite:///other.db")
    credited("init", "baiyang", "--name", "白羊村", "--rules", "baiyang", *there)
    for place, line in enumerate(lines):
        if '"line"' in line:
            record = json.loads(line)
            record["line"]["legs"] = record["line"]["legs"].replace("20]", "21]")
            changed = [*lines[:place], json.dumps(record), *lines[place + 1 :]]
            (tmp_path / "ledger.jsonl").write_text("\n".join(changed), "utf-8")
            break
    ran = credited("import", "ledger.jsonl", "--json", *there)
    assert (ran.code, ran.error["code"]) == (3, "ledger_file_unusable")
    assert credited("verify", *there).out.startswith("verified: 0 transactions")


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("reverse", "nothing"), 4, "record_unknown"),
        (("reverse", "gift", "0.5"), 3, "not_an_amount"),
        (("reverse", "gift", "0"), 3, "not_whole_number"),
        (("reverse", "gift", "19"), 6, "reversal_exceeds"),
        (("reverse", "gift", "--extend", "-1"), 3, "not_whole_number"),
        (("expire", "--until", "gestern"), 3, "day_unreadable"),
        (("close-period", "2024-02-30"), 3, "day_impossible"),
        (("close-period", "2999-01-01"), 6, "period_not_over"),
        (("report", "months", "--unit", "gold"), 3, "unit_unknown"),
        (("report", "months", "--months", "0"), 3, "not_whole_number"),
        (("report", "turnover", "--since", "2024-03-02", "--until", "2024-03-01"), 3, "empty_interval"),
        (("statement", "B1", "--merchant", "nobody"), 4, "record_unknown"),
        (("statement", "B1", "--since", "03/04/2024"), 3, "day_unclear"),
        (("import", "nowhere.jsonl"), 4, "file_missing"),
        (("import", "folder.csv"), 3, "file_is_folder"),
        (("export", "folder.csv"), 3, "file_is_folder"),
        (("export", "nowhere/ledger.csv"), 4, "file_missing"),
        (("import", "members.csv"), 5, "ledger_not_empty"),
        (("import", "members.csv", "--store", "sqlite:///empty.db"), 3, "ledger_file_unusable"),
    ],
)
def test_errors(credited: Run, tmp_path: Path, arguments: tuple[str, ...], code: int, error: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    give(18)
    if "sqlite:///empty.db" in arguments:
        store = ("--store", "sqlite:///empty.db")
        credited("init", "baiyang", "--name", "x", "--rules", "baiyang", *store)
    ran = credited(*arguments, "--json")
    assert (ran.code, ran.out, ran.error["code"]) == (code, "", error)
    assert [path.name for path in tmp_path.glob("*.part")] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "ledger.xlsx"),
        ("import", "ledger"),
        ("report", "everything"),
        ("reverse",),
        ("close-period",),
    ],
)
def test_a_command_line_that_cannot_be_understood(founded: Run, arguments: tuple[str, ...]) -> None:
    ran = founded(*arguments)
    assert (ran.code, ran.out, "Traceback" in ran.err) == (2, "", False)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh_Hans", ("合计", "冲正", "没有欠账", "已记 0 行", "已结账", "发生额")),
        ("zh_Hant", ("合計", "沖正", "沒有欠帳", "已記 0 行", "已結帳", "發生額")),
        ("en", ("Total", "Given back", "Nothing is owed", "Posted: 0", "Closed", "Turnover")),
    ],
)
def test_in_every_language(process: Run, language: str, said: tuple[str, ...]) -> None:
    process("credit", "deeds.csv")
    give(18)
    commands = (
        ("report", "trial-balance"),
        ("reverse", "gift"),
        ("debts",),
        ("expire",),
        ("close-period", "2024-03-31"),
        ("report", "turnover"),
    )
    for command, words in zip(commands, said, strict=True):
        assert words in process(*command, "--lang", language).out
