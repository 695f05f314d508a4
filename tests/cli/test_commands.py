"""Every command: what it does, the JSON it writes, and its exit codes."""

from __future__ import annotations

import csv
import re
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Run, keys


def test_a_village_from_the_first_day_to_the_settlement(founded: Run) -> None:
    assert "verified: 0 transactions, 0 differences" in founded("verify").out
    credited = founded("credit", "deeds.csv")
    assert credited.code == 0
    assert "Credited now: 90 points" in credited.out
    again = founded("credit", "deeds.csv", "--json")
    assert (again.code, again.document["repeated"], again.document["points"]) == (0, 3, {})
    assert re.search(r"points +40 +0 +40", founded("balance", "B1").out)
    redeemed = founded("redeem", "李秀英", "broom", "--quantity", "2", "--id", "r-1")
    assert redeemed.out == "李秀英 gets 2 × Broom for 36 points; 4 points are left\n"
    assert founded("redeem", "B1", "broom", "--quantity", "2", "--id", "r-1").out == redeemed.out
    assert founded("redeem", "B1", "Broom").code == 6
    lines = founded("statement", "B1").out.splitlines()
    assert [line.split()[3:5] for line in lines[2:4]] == [["+20", "20"], ["+20", "40"]]
    assert "Volunteering, by rule set baiyang@2023" in lines[2]
    assert "Redeemed: 2 × Broom" in lines[4]
    [statement] = founded("settle", "shop", "--json").document["settlements"]
    assert (statement["points"], statement["money"], statement["drawn_up_by"]) == ("36", "54.00", "wang")
    same = founded("settle", "--approve", statement["id"])
    assert (same.code, same.err) == (6, "wang drew up this statement. Somebody else must approve it.\n")
    [approved] = founded("settle", "--approve", statement["id"], "--as", "li:treasurer", "--json").document[
        "settlements"
    ]
    assert (approved["status"], approved["approved_by"]) == ("approved", "li")
    assert "approved" in founded("settle").out
    verified = "verified: 5 transactions, 0 differences\nsealed: 0 lines of the journal\n"
    assert founded("verify").out == verified


def test_every_document_has_the_keys_that_the_reference_tells(founded: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(
        "编号,姓名,事项,日期\nB9,王五,表演,2024-03-05\nB1,,表演,2024-03-05\n", "utf-8"
    )
    init = ("init", "other", "--name", "Other", "--rules", "baiyang", "--shop", "baiyang", "--rate", "1")
    for command, *arguments in (
        (*init, "--members", "bad.csv", "--store", "sqlite:///other.db"),
        ("enrol", "bad.csv"),
        ("credit", "bad.csv"),
        ("balance", "B1"),
        ("statement", "B1"),
        ("verify",),
        ("redeem", "B1", "bin"),
        ("settle", "shop"),
    ):
        ran = founded(command, *arguments, "--json")
        assert (command, ran.err) == (command, "")
        keys(ran.document, command)


def test_rows_left_out_are_shown_and_written_to_a_file(founded: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(
        "编号,事项,日期,数量\nB9,表演,2024-03-05,\nB1,表演,2024-02-30,\nB1,表演,2024-03-09,=1\nB2,表演,2024-03-05,\n",
        "utf-8",
    )
    ran = founded("credit", "bad.csv", "--rejects", "rejects.csv")
    assert ran.code == 1
    assert "There is no member B9" in ran.out
    text = (tmp_path / "rejects.csv").read_bytes().decode("utf-8-sig")
    _, unknown, impossible, formula = csv.reader(text.splitlines())
    assert unknown[:6] == ["B9", "表演", "2024-03-05", "", "2", "编号"]
    reason = "2024-02-30 is not in the calendar. Check the month and the day."
    assert impossible == ["B1", "表演", "2024-02-30", "", "3", "日期", reason]
    assert formula[3] == "'=1"  # no spreadsheet program is to run it
    (tmp_path / "rejects.csv").write_text(
        text.replace("2024-02-30", "2024-02-29").replace("'=1", ""), "utf-8"
    )
    mended = founded("credit", "rejects.csv", "--json").document
    assert (mended["credited"], mended["rejected"]) == (2, 1)


def test_only_the_first_problems_are_shown(founded: Run, tmp_path: Path) -> None:
    rows = "".join(f"X{n},表演,2024-03-05\n" for n in range(30))
    (tmp_path / "bad.csv").write_text(f"编号,事项,日期\n{rows}", "utf-8")
    ran = founded("credit", "bad.csv")
    assert ran.out.count("There is no member") == 20
    assert "… and 10 more; --rejects FILE writes all of them" in ran.out


def test_rules_are_published_before_deeds_are_credited(founded: Run, tmp_path: Path) -> None:
    """Kunshan's rules begin later: the deed of an earlier day is still judged by Baiyang's."""
    assert founded("credit", "deeds.csv", "--rules", "kunshan", "--json").document["points"] == {
        "points": "90"
    }


def test_enrolling_again_enrols_nobody(founded: Run) -> None:
    document = founded("enrol", "members.csv", "--json").document
    assert (document["enrolled"], document["repeated"]) == (0, 3)


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("balance", "B9"), 4, "member_unknown"),
        (("balance", "张伟"), 4, "member_ambiguous"),
        (("balance", "B1", "--community", "nowhere"), 4, "community_unknown"),
        (("balance", "B1", "--store", "sqlite:///nowhere.db"), 4, "no_community"),
        (("balance", "B1", "--store", "mongodb://x"), 7, "unknown_store"),
        (("balance", "B1", "--store", "sqlite:///members.csv"), 7, "store_unavailable"),
        (("balance", "B1", "--as", "a b"), 3, "bad_identifier"),
        (("statement", "B1", "--unit", "gold"), 3, "unit_unknown"),
        (("credit", "nowhere.csv"), 4, "file_missing"),
        (("credit", "members.csv"), 3, "column_missing"),
        (("credit", "deeds.csv", "--rules", "nowhere.yaml"), 4, "rule_set_not_found"),
        (("redeem", "B1", "gold"), 4, "record_unknown"),
        (("redeem", "B1", "bin"), 6, "insufficient_points"),
        (("redeem", "B1", "bin", "--quantity", "0"), 3, "not_whole_number"),
        (("settle", "shop"), 6, "nothing_to_settle"),
        (("settle", "nobody"), 4, "record_unknown"),
        (("settle", "shop", "--until", "31.12."), 3, "day_unreadable"),
        (("settle", "--approve", "nothing"), 4, "record_unknown"),
        (("init", "baiyang", "--name", "x", "--rules", "baiyang"), 5, "community_exists"),
        (("init", "b", "--name", "x", "--rules", "members.csv"), 3, "rule_set_invalid"),
        (("init", "b", "--name", "x", "--preset", "members.csv"), 4, "rule_set_not_found"),
        (("rules", "presets", "nowhere"), 4, "rule_set_not_found"),
        (("rules", "presets", "hailin", "--write", "members.csv"), 5, "file_exists"),
        (("init", "b", "--name", "x", "--rules", "baiyang", "--timezone", "Mars"), 3, "unknown_timezone"),
        (
            ("init", "b", "--name", "x", "--rules", "baiyang", "--shop", "baiyang", "--rate", "x"),
            3,
            "not_positive",
        ),
    ],
)
def test_errors(founded: Run, tmp_path: Path, arguments: tuple[str, ...], code: int, error: str) -> None:
    ran = founded(*arguments, "--json")
    assert (ran.code, ran.out, ran.error["code"]) == (code, "", error)
    assert not (tmp_path / "nowhere.db").exists()


def test_an_error_is_one_sentence_for_people(founded: Run) -> None:
    plain, document = (founded("redeem", "B1", "bin", *more) for more in ([], ["--json"]))
    assert plain.err == "The member account of 李秀英 has 0 points available; 8 are needed.\n"
    assert (plain.code, plain.out) == (document.code, document.out) == (6, "")
    assert document.error == {
        "code": "insufficient_points",
        "message": plain.err.strip(),
        "fields": document.error["fields"],
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("balance",),
        ("balance", "B1", "--colour", "red"),
        ("redeem", "B1", "bin", "--quantity", "two"),
        ("settle", "--until", "2024-03-31"),
        ("settle", "shop", "--approve", "x"),
        ("init", "b", "--name", "x", "--rules", "baiyang", "--shop", "baiyang"),
        ("init", "b", "--name", "x"),
        ("init", "b", "--name", "x", "--rules", "baiyang", "--preset", "baiyang"),
        ("rules", "presets", "--write", "ours.yaml"),
        ("credit", "deeds.csv", "--rejects", "deeds.csv"),
    ],
)
def test_a_command_line_that_cannot_be_understood(founded: Run, arguments: tuple[str, ...]) -> None:
    ran = founded(*arguments)
    assert (ran.code, ran.out, "Traceback" in ran.err) == (2, "", False)


SHOP = """\
gridpoints: 1
name: {en: Shop}
source: a test
unit: points
offers:
  half: {name: {en: Half a point}, price: 0.5}
"""


def test_what_fails_half_way_founds_nothing(founded: Run, tmp_path: Path) -> None:
    """A price that the unit cannot express is found when the community stands already."""
    (tmp_path / "shop.yaml").write_text(SHOP, "utf-8")
    init = ("init", "b", "--name", "x", "--rules", "baiyang", "--members", "members.csv")
    ran = founded(*init, "--shop", "shop.yaml", "--rate", "1", "--json")
    assert (ran.code, ran.error["code"]) == (3, "not_an_amount")
    assert founded("verify").code == 0  # the other one is still the only community


def test_one_of_several_communities_is_named(founded: Run) -> None:
    founded("init", "second", "--name", "二村", "--rules", "hailin")
    ran = founded("verify")
    assert (ran.code, ran.err) == (
        3,
        "The store holds several communities: baiyang, second. Name one with --community.\n",
    )
    assert founded("verify", "--community", "second").code == 0
    assert founded("verify", GRIDPOINTS_COMMUNITY="second").code == 0


def test_differences_are_shown_with_exit_code_1(founded: Run, tmp_path: Path) -> None:
    import sqlite3

    founded("credit", "deeds.csv")
    with closing(sqlite3.connect(tmp_path / "gridpoints.db")) as connection, connection:
        [table] = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name.endswith("account")
        ]
        connection.execute(f"UPDATE {table} SET posted = posted + 1 WHERE posted > 0")  # noqa: S608
    ran = founded("verify")
    assert ran.code == 1
    assert "verified: 3 transactions, 2 differences" in ran.out
    assert len(founded("verify", "--json").document["differences"]) == 2
