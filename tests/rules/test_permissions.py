"""Who may do what, and what holds for all deductions."""

from __future__ import annotations

import pytest

from gridpoints.errors import DeedUnknown
from gridpoints.rules.deeds import Shortfall
from gridpoints.rules.permissions import Right
from gridpoints.values import SYSTEM
from tests.rules.test_loading import problems
from tests.rules.written import rules, text

DEEDS = """\
deeds:
  deed: {name: {en: Deed}, points: 5}
  visit: {name: {en: Visit}, points: 5, reporters: [grid_worker]}
"""
PERMISSIONS = """\
roles:
  resident: {name: {en: Resident}}
  grid_worker: {name: {en: Grid worker}, description: {en: Looks after about 300 households}}
permissions: {report: [resident, grid_worker], confirm: [grid_worker], see_balances: [grid_worker]}
"""


@pytest.mark.parametrize(
    ("right", "roles", "may"),
    [
        (Right.REPORT, {"resident"}, True),
        (Right.REPORT, {"visitor"}, False),
        (Right.REPORT, set(), False),
        (Right.CONFIRM, {"resident"}, False),
        (Right.CONFIRM, {"resident", "grid_worker"}, True),
        (Right.SEE_BALANCES, {"resident"}, False),
        (Right.REDEEM, set(), True),  # nothing is said of it
        (Right.CONFIRM, SYSTEM.roles, True),
    ],
)
def test_acts_are_reserved_for_roles(right: Right, roles: set[str], may: bool) -> None:
    assert rules(PERMISSIONS).permits(right, roles) is may


def test_a_deed_may_name_its_own_reporters() -> None:
    village = rules(PERMISSIONS, deeds=DEEDS)
    assert village.permits(Right.REPORT, {"resident"}, "deed")
    assert not village.permits(Right.REPORT, {"resident"}, "visit")
    assert village.permits(Right.REPORT, {"grid_worker"}, "visit")
    with pytest.raises(DeedUnknown):
        village.permits(Right.REPORT, {"resident"}, "vist")


def test_roles_have_names() -> None:
    assert rules(PERMISSIONS).terms.permissions.roles["grid_worker"] == {"en": "Grid worker"}


ROLE = "roles: {panel: {name: {en: Panel}}}\n"


@pytest.mark.parametrize(
    ("sections", "deed", "path"),
    [
        ("permissions: {confirm: [pannel]}", "", "permissions.confirm.0"),
        ("approval: {confirmer: {roles: [pannel]}}", "", "approval.confirmer.roles.0"),
        ("approval: {panel: {seats: 5, quorum: 3, roles: [panel, pannel]}}", "", "approval.panel.roles.1"),
        ("", "reporters: [pannel]", "deeds.deed.reporters.0"),
        ("", "approval: {notice: {days: 7, roles: [pannel]}}", "deeds.deed.approval.notice.roles.0"),
    ],
)
def test_a_role_that_is_not_in_the_table_is_told_where_there_is_one(
    sections: str, deed: str, path: str
) -> None:
    deeds = f"deeds: {{deed: {{name: {{en: Deed}}, points: 5, {deed}}}}}\n"
    found = problems(text(f"{ROLE}{sections}", deeds=deeds))
    assert [(".".join(map(str, each.path)), each.code) for each in found] == [(path, "code_misspelt")]
    rules(sections, deeds=deeds)  # without a table, roles are the portal's business


def test_an_act_that_nobody_knows() -> None:
    found = problems(text("permissions: {fly: [panel]}"))
    assert [each.code for each in found] == ["choice_unknown"]


def test_what_holds_for_all_deductions_is_said_once() -> None:
    deeds = """\
deeds:
  litter: {name: {en: Litter}, points: -2}
  theft: {name: {en: Theft}, points: -20, shortfall: reject, appeal_days: 30}
"""
    village = rules("deductions: {shortfall: debt, appeal_days: 15}", deeds=deeds)
    said = {code: (rule.shortfall, rule.appeal_days) for code, rule in village.deeds.items()}
    assert said == {"litter": (Shortfall.DEBT, 15), "theft": (Shortfall.REJECT, 30)}
    assert rules("", deeds=deeds).rule("litter").shortfall is Shortfall.ZERO
