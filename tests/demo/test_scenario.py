"""The year of the demo: the same on every store, through every room, and verified."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import gridpoints
from gridpoints import Account, Community
from gridpoints.demo import Scenario, fresh_file, run
from gridpoints.errors import NotWholeNumber, RuleSetNotFound
from gridpoints.storage.memory.store import MemoryStore

SMALL = Scenario(residents=30, months=2, seed=7)


def balances(village: Community) -> dict[str, tuple[int, int]]:
    accounts = [Account.member(member.id, "points") for member in village.community.members()]
    accounts += [Account.merchant(merchant.id, "points") for merchant in village.redemption.merchants()]
    found = village.ledger.balances([*accounts, Account.issuance("points"), Account.settled("points")])
    return {str(account): (balance.posted, balance.held) for account, balance in found.items()}


def test_the_same_seed_gives_the_same_on_every_store(store_url: str) -> None:
    memory = MemoryStore()
    expected = run(SMALL, memory)
    store: str | MemoryStore = MemoryStore() if store_url == "memory://" else store_url
    assert run(SMALL, store).as_json() == expected.as_json()
    with gridpoints.open(memory) as one, gridpoints.open(store) as other:
        assert balances(other.community("demo")) == balances(one.community("demo"))


def test_the_order_of_sets_decides_nothing() -> None:
    script = (
        "import json; from gridpoints.demo import Scenario, run;"
        "print(json.dumps(run(Scenario(residents=30, months=2, seed=7)).as_json(), sort_keys=True))"
    )
    for hash_seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        assert json.loads(done.stdout) == run(SMALL).as_json()


def test_another_seed_gives_other_people_and_figures() -> None:
    one, other = run(SMALL), run(Scenario(residents=30, months=2, seed=8))
    assert one.resident.name != other.resident.name
    assert one.figures != other.figures


def test_the_default_year_goes_through_every_room() -> None:
    report = run(Scenario())
    counts = {(tally.kind, tally.status): tally.count for tally in report.tallies}
    for kind, *statuses in (
        ("member", "active", "left"),
        ("service_item", "draft", "published"),
        ("session", "closed", "cancelled"),
        ("wish", "rejected", "fulfilled"),
        ("claim", "verified", "cancelled", "lapsed", "no_show"),
        ("award", "credited", "refused"),
        ("redemption", "captured", "voided", "expired"),
        ("settlement", "paid"),
    ):
        for status in statuses:
            assert counts[kind, status] > 0, (kind, status)
    assert set(report.refusals) == {
        "insufficient_points",
        "member_inactive",
        "merchant_not_active",
        "out_of_stock",
        "own_claim",
        "own_wish",
        "redemption_expired",
        "same_person",
        "session_full",
        "wish_taken",
    }
    assert report.repeated > 0
    assert {deed.deed for deed in report.deeds} == {
        "take-part",
        "perform",
        "good-deed",
        "mediate",
        "simple-customs",
        "volunteer",
        "clean-month",
        "clean-quarter",
        "clean-year",
    }
    assert report.verification.ok
    assert report.verification.transactions > 5_000


def test_the_figures_of_the_report_agree() -> None:
    report = run(Scenario(residents=100, months=2))
    figures = report.figures
    assert figures.issued == sum(deed.points for deed in report.deeds)
    assert figures.issued == sum(month.issued for month in report.months)
    assert figures.redeemed == sum(month.redeemed for month in report.months)
    assert figures.redeemed == sum(merchant.points for merchant in report.merchants) == figures.settled
    assert sum(merchant.money for merchant in report.merchants) == figures.settled  # 1 yuan a point
    assert report.resident.lines[-1].entry.balance == sum(line.entry.amount for line in report.resident.lines)


@pytest.mark.parametrize("rules", ["hailin", "kunshan", "changning"])
def test_any_rules_can_be_played(rules: str) -> None:
    report = run(Scenario(residents=60, months=1, rules=rules))
    assert report.rules.startswith(f"{rules}@")
    assert report.figures.issued > 0
    assert report.verification.ok


@pytest.mark.parametrize("residents", [1, 2, 3])
def test_a_hamlet_has_a_year_too(residents: int) -> None:
    report = run(Scenario(residents=residents, months=14))
    assert report.residents == residents
    assert [month.first_day.isoformat()[:7] for month in report.months][-2:] == ["2024-01", "2024-02"]
    assert report.verification.ok


def test_a_store_that_is_in_use_gets_a_community_more(sqlite_url: str) -> None:
    first = run(SMALL, sqlite_url)
    second = run(SMALL, sqlite_url)
    assert (first.community, second.community) == ("demo", "demo-2")
    assert second.figures == first.figures
    with gridpoints.open(sqlite_url) as exchange:
        assert exchange.communities() == ["demo", "demo-2"]
        assert exchange.community("demo").notices.figures("points") == first.figures


def test_what_cannot_be_played_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(RuleSetNotFound):
        run(Scenario(rules="atlantis"), f"sqlite:///{tmp_path}/new.db")
    with pytest.raises(NotWholeNumber):
        Scenario(residents=0)
    with pytest.raises(NotWholeNumber):
        Scenario(months=0)
    assert list(tmp_path.iterdir()) == []


def test_each_day_is_told() -> None:
    told: list[tuple[str, int, int]] = []
    run(
        Scenario(residents=5, months=2),
        on_day=lambda day, done, of: told.append((day.isoformat(), done, of)),
    )
    assert told[0] == ("2023-01-01", 1, 59)
    assert told[-1] == ("2023-02-28", 59, 59)


def test_no_file_is_written_over(tmp_path: Path) -> None:
    first = fresh_file(tmp_path / "demo.db")
    first.touch()
    second = fresh_file(tmp_path / "demo.db")
    second.touch()
    assert [first.name, second.name, fresh_file(tmp_path / "demo.db").name] == [
        "demo.db",
        "demo-2.db",
        "demo-3.db",
    ]
