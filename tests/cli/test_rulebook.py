"""``rules publish``, ``rules versions`` and ``rules diff``, as a committee runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridpoints.rules.loading import preset_text
from tests.cli.conftest import Run, keys

NEXT = "baiyang@2027"


@pytest.fixture
def draft(founded: Run, tmp_path: Path) -> str:
    """A file with the next version: other points for performing, from a day that was long ago."""
    lines = preset_text("baiyang").splitlines()
    told = {"version:": "version: 2027", "from:": "from: 2024-03-06"}
    lines = [told.get(line.split(" ")[0], line) for line in lines]
    text = "\n".join(lines).replace("points: 20", "points: 25", 1) + "\n"
    text = text[: text.index("\nexamples:") + 1]  # they say what the old version gives
    (tmp_path / "next.yaml").write_text(text, "utf-8")
    return "next.yaml"


def test_the_short_way(founded: Run, draft: str) -> None:
    assert founded("credit", "deeds.csv").code == 0
    ran = founded("rules", "publish", draft, "--json")
    keys(ran.document | {"version": "", "from": ""}, "rules publish")
    assert ran.document == {"version": NEXT, "from": "2024-03-06", "overtaken": 2}
    assert founded("rules", "publish", draft).out.splitlines() == [
        f"{NEXT} is published, and in force from Mar 6, 2024",
        "",
        "2 deeds of its days were judged by other rules before, and stay as they are",
    ]


def test_the_way_of_a_committee(founded: Run, draft: str, tmp_path: Path) -> None:
    assert founded("rules", "publish", draft, "--draft").out == f"{NEXT} is checked\n"
    assert founded("rules", "publish", draft).code == 6
    lost = founded("rules", "publish", NEXT, "--approve", "3:4", "--json")
    assert (lost.code, lost.error["code"]) == (6, "vote_lost")
    text = (tmp_path / draft).read_text("utf-8")
    (tmp_path / draft).write_text(text.replace("points: 25", "points: much"), "utf-8")
    wrong = founded("rules", "publish", draft, "--draft")
    assert (wrong.code, "“much” is not a number" in wrong.err) == (3, True)
    [kept] = founded("rules", "versions", "--json").document["drafts"]
    assert (kept["version"], kept["status"]) == (NEXT, "draft")
    (tmp_path / draft).write_text(text, "utf-8")
    assert founded("rules", "publish", draft, "--draft").code == 0

    ran = founded(
        "rules",
        "publish",
        NEXT,
        "--approve",
        "12:3:1",
        "--minutes",
        "5 May, item 4",
        "--as",
        "zhao:organiser",
    )
    assert ran.out == f"{NEXT} is approved\n"
    table = founded("rules", "versions").out
    assert "12 for, 3 against, 1 abstained (5 May, item 4)" in table.splitlines()[-1]
    early = founded("rules", "publish", NEXT, "--from", "2024-03-05")
    assert early.code == 6
    assert founded("rules", "publish", NEXT, "--from", "2030-01-01").code == 0

    document = founded("rules", "versions", "--json").document
    old, new = document["versions"]
    assert (old["status"], old["until"], old["vote"]) == ("in_force", "2030-01-01", None)
    assert (new["status"], new["from"], new["until"]) == ("upcoming", "2030-01-01", None)
    assert (new["approved_by"], new["published_by"]) == ("zhao", "wang")
    assert new["vote"] == {"for": 12, "against": 3, "abstained": 1, "minutes": "5 May, item 4"}
    assert document["drafts"] == []
    keys(document, "rules versions")


def test_a_draft_is_taken_back(founded: Run, draft: str) -> None:
    founded("rules", "publish", draft, "--draft")
    assert founded("rules", "publish", NEXT, "--withdraw", "too dear").out == f"{NEXT} is withdrawn\n"
    assert founded("rules", "publish", NEXT).code == 5


@pytest.mark.parametrize(
    "options",
    [
        ("--draft", "--approve", "1:0"),
        ("--approve", "many"),
        ("--approve", "1"),
        ("--approve", "1:-2"),
        ("--minutes", "5 May"),
        ("--withdraw", "no", "--from", "2030-01-01"),
    ],
)
def test_what_cannot_be_understood(founded: Run, options: tuple[str, ...]) -> None:
    assert founded("rules", "publish", NEXT, *options).code == 2


def test_what_differs_is_told(founded: Run, draft: str) -> None:
    ran = founded("rules", "diff", "baiyang", draft)
    assert ran.code == 1
    assert [line.rstrip() for line in ran.out.splitlines()] == [
        f"From baiyang@2023 to {NEXT}",
        "~  Version: 2023 → 2027",
        "~  First day: Jan 1, 2023 → Mar 6, 2024",
        "~  Performing: 20 points each time → 25 points each time",
    ]
    founded("rules", "publish", draft, "--draft")
    document = founded("rules", "diff", "baiyang@2023", NEXT, "--json").document
    assert [each["entry"] for each in document["differences"]][-1] == "perform"
    assert document["differences"][-1]["old"] == [
        {"code": "fixed", "values": {"points": "20", "unit": "points"}}
    ]
    keys(document | {"differences": document["differences"][:1]}, "rules diff")


def test_the_same_is_told_as_well(founded: Run) -> None:
    ran = founded("rules", "diff", "baiyang", "baiyang@2023")
    assert (ran.code, ran.out) == (0, "baiyang@2023 and baiyang@2023 say the same\n")


def test_what_is_not_there(founded: Run) -> None:
    assert founded("rules", "diff", "baiyang", "baiyang@1").code == 4
    assert founded("rules", "diff", "nothing.yaml", "baiyang").code == 4
    assert founded("rules", "publish", "baiyang@1").code == 4
