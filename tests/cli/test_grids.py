"""The register and the tree on the command line: lists, findings, proposals, cards."""

from __future__ import annotations

from pathlib import Path

import gridpoints
from tests.cli.conftest import Run, keys

LIST = "编号,姓名,门牌,网格\nB1,李秀英,1号楼101,第一网格\nB2,张伟,2号楼1,第二网格\nB9,王五,2号楼1,第二网格\n"


def test_a_list_is_looked_at_and_then_applied(founded: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST + "B9,王五,,\n,张伟,9,第九网格\n", "utf-8")
    arguments = ("roster", "list.csv", "--complete", "--rejects", "left.csv")
    shown = founded(*arguments)
    assert shown.code == 1
    assert "What would change" in shown.out
    assert "1号楼102" in shown.out
    document = founded(*arguments, "--json").document
    assert [change["mark"] for change in document["changes"]] == ["moved", "new"]
    assert document["twice"] == document["unknown"] == 1
    keys(document, "roster")
    assert founded(*arguments, "--apply", "--json").document["applied"] is True
    again = founded(*arguments, "--apply", "--json").document
    assert (again["same"], again["changes"], again["left"]) == (3, [], 0)
    assert len((tmp_path / "left.csv").read_text("utf-8-sig").splitlines()) == 3
    wrong = founded(*arguments, "--known-grids", "--json").document
    assert wrong["wrong"] == 1
    assert founded("roster", "list.csv", "--rejects", "list.csv").code == 2


def test_many_changes_are_counted(founded: Run, tmp_path: Path) -> None:
    rows = "".join(f"N{n},新{n},,\n" for n in range(25))
    (tmp_path / "list.csv").write_text("编号,姓名,门牌,网格\n" + rows, "utf-8")
    assert "… and 5 more" in founded("roster", "list.csv").out
    assert founded("roster", "list.csv", "--apply").code == 0


def test_grids_are_held_to_what_the_rules_say(founded: Run, tmp_path: Path) -> None:
    assert founded("rules", "presets", "baiyang", "--write", "own.yaml").code == 0
    rules = (tmp_path / "own.yaml").read_text("utf-8").replace("code: baiyang", "code: own")
    own = "grids: {households: 0, people: 0, cadres: 0, volunteers: 2}\n"
    (tmp_path / "own.yaml").write_text(f"{rules}\n{own}", "utf-8")
    usual = founded("grid", "findings").out
    assert "about 300 are usual" in usual
    assert "30 are needed" in usual
    published = founded("rules", "publish", "own.yaml")
    assert (published.code, published.err) == (0, "")
    shown = founded("grid", "findings").out
    assert "households" not in shown
    assert "2 are needed" in shown
    assert "5 are needed" in founded("grid", "findings", "--volunteers", "5").out


def test_findings_proposals_and_cards(founded: Run) -> None:
    with gridpoints.open("sqlite:///gridpoints.db") as exchange:
        room = exchange.community("baiyang").community
        [first] = [grid for grid in room.tree().grids.values() if grid.name == "第一网格"]
        second = room.add_grid("第二网格")
        helpers = [room.enrol(f"志愿者{n}") for n in range(3)]
        for member in helpers:
            room.appoint(member.id, "volunteer", grid_id=first.id)
        room.appoint(helpers[0].id, "grid_worker", grid_id=first.id, contact="东门")
        room.form_team("服务队", purpose="care", captain_id=helpers[0].id)
    figures = ("--volunteers", "2", "--cadres", "0")
    found = founded(
        "grid", "findings", *figures, "--households", "2", "--below", second.id, "--json"
    ).document
    assert [each["kind"] for each in found["findings"]] == [
        *("too_few_households", "too_few_people", "understaffed", "without_worker"),
    ]
    keys(found, "grid findings")
    assert "第二网格 has 0 volunteers" in founded("grid", "findings", *figures).out
    nothing = founded(
        "grid", "findings", *figures, "--below", "第二网格", "--households", "0", "--people", "0"
    )
    assert "has no grid worker" in nothing.out
    proposal = founded("grid", "rebalance", *figures)
    assert "志愿者" in proposal.out
    assert "第二网格 lacks 1 still" in proposal.out
    keys(founded("grid", "rebalance", *figures, "--accept", "--json").document, "grid rebalance")
    with gridpoints.open("sqlite:///gridpoints.db") as exchange:
        assert len(exchange.community("baiyang").community.offices(grid_id=second.id)) == 1
    assert "Nothing was found" in founded("grid", "rebalance", "cadres", "--cadres", "0").out
    assert founded("grid", "rebalance", "kings").code == 2
    card = founded("grid", "card", "1号楼101")
    assert "grid worker" in card.out
    assert "服务队" in card.out
    keys(founded("grid", "card", "1号楼101", "--json").document, "grid card")
    assert founded("grid", "card", "nowhere").code == 4
    keys(founded("grid", "tree", "--json").document, "grid tree")
    assert "第一网格" in founded("grid", "tree").out
