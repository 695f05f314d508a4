"""What is not as it should be, what could be done about it, and who is responsible."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from gridpoints import Community, Exchange, Member
from gridpoints.community.findings import Finding, FindingKind
from gridpoints.community.model import Grid
from gridpoints.community.standards import STANDARDS, Size, Staffing, Standards
from gridpoints.errors import ProposalStale
from gridpoints.i18n import Language
from gridpoints.testing import ManualClock

#: Figures that a test can reach.
SMALL = evolve(
    STANDARDS,
    households=Size(2, Decimal("0.5")),
    people=Size(2, Decimal("0.5")),
    staffing=(Staffing("volunteers", frozenset({"volunteer"}), 2),),
)
NOTHING = evolve(STANDARDS, households=None, people=None, staffing=(), workers=frozenset())


def seen(found: list[Finding], *kinds: FindingKind) -> list[str]:
    """The findings of these kinds (none: of all), in English."""
    return [Language("en").step(finding.step) for finding in found if not kinds or finding.kind in kinds]


def serve(village: Community, grid: Grid, *names: str, role: str = "volunteer") -> list[Member]:
    """New members who serve in a grid."""
    members = [village.community.enrol(name) for name in names]
    for member in members:
        village.community.appoint(member.id, role, grid_id=grid.id)
    return members


def test_the_figures_have_their_sources() -> None:
    assert (Size(300).least, Size(300).most, Size(1_000).least, Size(1_000).most) == (240, 360, 800, 1_200)
    assert {line.group: line.least for line in STANDARDS.staffing} == {"cadres": 6, "volunteers": 30}
    assert set(STANDARDS.sources) == {
        *("households", "people", "workers", "cadres", "volunteers", "levels"),
    }
    assert Size(7, Decimal("0.1")).least == 7  # 6.3 and fewer are not about 7
    assert Standards() == STANDARDS


def test_sizes_and_staff(village: Community) -> None:
    room = village.community
    street = room.add_grid("街道", kind="street")
    first, second = (room.add_grid(name, parent_id=street.id) for name in ("一", "二"))
    yard = room.add_grid("东院", kind="courtyard", parent_id=first.id)
    homes = [room.add_household(yard.id, str(n)) for n in range(4)]
    room.enrol("李", household_id=homes[0].id)
    serve(village, yard, "赵", "钱")
    serve(village, first, "孙", role="grid_worker")
    found = room.findings(SMALL, below=street.id)
    assert seen(found) == [
        "一 has 4 households; about 2 are usual, 3 at most",
        "二 has 0 households; about 2 are usual, 1 at least",
        "二 has 0 people; about 2 are usual, 1 at least",
        "二 has 0 volunteers; 2 are needed, so 2 are missing",
        "二 has no grid worker",
    ]
    assert {finding.id for finding in found if finding.kind is FindingKind.WITHOUT_WORKER} == {second.id}
    assert room.findings(evolve(NOTHING, workers=SMALL.workers), below=second.id) == [
        Finding(FindingKind.WITHOUT_WORKER, "grid", second.id, {"grid": "二"})
    ]
    assert room.findings(NOTHING, below=second.id) == []


def test_a_grid_of_grids_is_held_to_nothing_itself(village: Community) -> None:
    room = village.community
    outer = room.add_grid("大网格")
    inner = room.add_grid("小网格", parent_id=outer.id)
    kinds = {(finding.id, finding.kind) for finding in room.findings(SMALL)}
    assert {id for id, _ in kinds} == {inner.id}


def test_a_person_counts_once_and_who_left_not_at_all(village: Community, clock: ManualClock) -> None:
    room = village.community
    grid = room.add_grid("一")
    li, zhao = serve(village, grid, "李", "赵")
    room.appoint(li.id, "volunteer", grid_id=room.add_grid("院", kind="courtyard", parent_id=grid.id).id)
    assert seen(room.findings(SMALL), FindingKind.UNDERSTAFFED) == []
    room.leave(zhao.id)
    assert seen(room.findings(SMALL), FindingKind.UNDERSTAFFED, FindingKind.HOLDER_LEFT) == [
        "一 has 1 volunteers; 2 are needed, so 1 are missing",
        "赵 is volunteer still, and has left the community",
    ]
    clock.advance(timedelta(days=1))
    [office] = [office for office in room.offices(member_id=li.id) if office.grid_id == grid.id]
    room.extend_office(office.id, date(2026, 3, 3))
    assert seen(room.findings(NOTHING), FindingKind.TERM_OVER) == [
        "The term of 李 as volunteer was over on Mar 3, 2026"
    ]


def test_coverage(village: Community) -> None:
    room = village.community
    street = room.add_grid("街道", kind="street")
    first, second = (room.add_grid(name, parent_id=street.id) for name in ("一", "二"))
    room.add_household(street.id, "outside")
    doubled = [room.add_household(grid.id, "1号楼101") for grid in (first, second)]
    for home in doubled:
        room.enrol("李", household_id=home.id)
        room.enrol(f"other of {home.grid_id}", household_id=home.id)
    for grid in (first, second):
        room.enrol("王", household_id=room.add_household(grid.id, f"102 {grid.name}").id)
    room.enrol("赵")
    [worker] = serve(village, first, "孙", role="grid_worker")
    room.appoint(worker.id, "grid_worker", grid_id=second.id)
    room.place(worker.id, doubled[0].id)
    assert seen(room.findings(NOTHING)) == [
        "outside in 街道 lies in no grid that is in use",
        "1号楼101 stands in several grids with the same people: 一, 二",
        "赵 has no household",
    ]
    several = seen(room.findings(), FindingKind.WORKER_OF_SEVERAL)
    assert several == ["孙 is the grid worker of several grids: 一, 二"]


def test_overlaps_are_named_at_the_highest_place(village: Community) -> None:
    room = village.community
    grid = room.add_grid("一")
    yard = room.add_grid("东院", kind="courtyard", parent_id=grid.id)
    home = room.add_household(yard.id, "101")
    east, west, other = (
        room.add_overlay(name, purpose=purpose)
        for name, purpose in (("东区", "zone"), ("西区", "zone"), ("支部", "branch"))
    )
    for overlay in (east, west, other):
        room.cover(overlay.id, grid_id=yard.id)
    room.cover(other.id, household_id=home.id)
    twice = room.findings(NOTHING)
    assert seen(twice, FindingKind.COVERED_TWICE) == [
        "东院 is covered by several units of one purpose (zone): 东区, 西区"
    ]
    north = room.add_overlay("北区", purpose="zone")
    room.cover(north.id, household_id=home.id)
    assert [f.record for f in room.findings(NOTHING) if f.kind is FindingKind.COVERED_TWICE] == [
        "grid",
        "household",
    ]
    room.close_overlay(west.id)
    room.close_overlay(north.id)
    assert seen(room.findings(NOTHING), FindingKind.COVERED_TWICE) == []


def test_a_unit_may_rise_with_its_members(village: Community) -> None:
    room = village.community
    branch = room.add_overlay("第一支部", purpose="branch")
    for n in range(3):
        room.appoint(room.enrol(f"M{n}").id, "member", overlay_id=branch.id)
    assert seen(room.findings(), FindingKind.MAY_RISE) == [
        "第一支部 has 3 members and may become a branch, which needs 3"
    ]
    room.change_overlay(branch.id, level="branch")
    assert seen(room.findings(), FindingKind.MAY_RISE) == []


# --- rebalancing ----------------------------------------------------------------------------------


def test_neighbours_help_out_and_a_person_decides(village: Community, clock: ManualClock) -> None:
    room = village.community
    street, far = room.add_grid("街道", kind="street"), room.add_grid("远", kind="street")
    needy, rich, richer = (room.add_grid(name, parent_id=street.id, id=name) for name in ("a", "b", "c"))
    distant = room.add_grid("d", parent_id=far.id, id="d")
    room.add_grid("e", parent_id=far.id, id="e")
    serve(village, rich, "b1", "b2", "b3")
    for n in range(1, 5):
        clock.advance(timedelta(days=1))
        serve(village, richer, f"c{n}")
    serve(village, distant, *(f"d{n}" for n in range(9)))
    home = room.add_household(needy.id, "101")
    room.place(room.identify("c1").id, home.id)
    standards = evolve(SMALL, staffing=(Staffing("volunteers", frozenset({"volunteer"}), 3),))
    proposal = room.propose_rebalancing("volunteers", standards)
    assert proposal == room.propose_rebalancing("volunteers", standards)
    assert proposal.between() == {("d", "e"): 3, ("c", "a"): 1}
    assert proposal.lacking == {"a": 2}
    [move] = [move for move in proposal.moves if move.to_id == "a"]
    assert (move.member, [step.code for step in move.reasons]) == ("c1", ["can_be_spared", "lives_there"])
    assert room.offices(grid_id="a") == []  # nothing was done
    [moved] = room.carry_out([move], reason="agreed with c1")
    assert room.offices(grid_id="a") == [moved]
    with pytest.raises(ProposalStale):
        room.carry_out(proposal.moves)
    assert room.offices(grid_id="e") == []
    wide = room.propose_rebalancing("volunteers", evolve(standards, steps=4))
    assert wide.between() == {("d", "e"): 3, ("d", "a"): 2}
    assert wide.lacking == {}


# --- the card -------------------------------------------------------------------------------------


def test_who_is_responsible_for_a_household(village: Community, exchange: Exchange) -> None:
    room = village.community
    street = room.add_grid("街道", kind="street")
    grid = room.add_grid("一", parent_id=street.id)
    building = room.add_grid("1号楼", kind="building", parent_id=grid.id)
    home = room.add_household(building.id, "101")
    zone = room.add_overlay("责任区", purpose="zone")
    room.cover(zone.id, grid_id=grid.id)
    people = {name: room.enrol(name) for name in ("长", "员", "头", "片", "志", "旧", "街")}
    room.appoint(people["员"].id, "grid_worker", grid_id=grid.id, contact="东门值班室")
    room.appoint(people["头"].id, "building_head", grid_id=building.id)
    room.appoint(people["片"].id, "cadre", overlay_id=zone.id, duty="防火")
    room.appoint(people["志"].id, "volunteer", grid_id=grid.id)
    room.appoint(people["长"].id, "central_household", household_id=home.id)
    room.appoint(people["街"].id, "secretary", grid_id=street.id)
    room.appoint(people["旧"].id, "grid_worker", grid_id=grid.id, until=date(2026, 3, 2))
    team = room.form_team("三员队", purpose="property, building, grid", captain_id=people["员"].id)
    card = room.contact_card(home.id)
    assert [place.name for place in card.path] == ["街道", "一", "1号楼"]
    assert [(each.name, each.role, each.place) for each in card.contacts] == [
        ("长", "central_household", "101"),
        ("头", "building_head", "1号楼"),
        ("员", "grid_worker", "一"),
        ("街", "secretary", "街道"),
        ("片", "cadre", "责任区"),
    ]
    [worker] = card.of("grid_worker")
    assert (worker.contact, worker.teams) == ("东门值班室", (team.name,))
    assert len(room.contact_card(home.id, without=()).contacts) == 6
    room.leave(people["员"].id)
    assert room.contact_card(home.id).of("grid_worker") == ()


RULES = """\
gridpoints: 1
code: sized
version: 1
name: {en: Sized}
source: written for the tests
from: 2020-01-01
units: {points: {name: {en: points}}}
deeds: {deed: {name: {en: Deed}, points: 5}}
grids: {households: 2, people: 0, tolerance: 50, volunteers: 1, source: the assembly}
"""


def test_a_community_holds_its_grids_to_its_own_figures(exchange: Exchange, village: Community) -> None:
    assert village.community.standards() == STANDARDS
    own = exchange.found("sized", name="Sized", rules=RULES).community
    standards = own.standards()
    assert (standards.households, standards.people) == (Size(2, Decimal("0.5")), None)
    assert {line.group: line.least for line in standards.staffing} == {"cadres": 6, "volunteers": 1}
    assert standards.sources["volunteers"] == "the assembly"
    assert standards.sources["cadres"] == STANDARDS.sources["cadres"]
    grid = own.add_grid("一")
    for n in range(4):
        own.add_household(grid.id, str(n))
    assert seen(own.findings(), FindingKind.TOO_MANY_HOUSEHOLDS, FindingKind.TOO_FEW_PEOPLE) == [
        "一 has 4 households; about 2 are usual, 3 at most"
    ]
    assert own.propose_rebalancing("volunteers").lacking == {grid.id: 1}
    assert seen(own.findings(NOTHING)) == []


def test_figures_that_are_usual_are_used_where_there_are_no_rules(exchange: Exchange) -> None:
    assert exchange.found("bare", name="Bare").community.standards() == STANDARDS
