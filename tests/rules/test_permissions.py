"""Who may do what, what holds for all deductions, and what is taken for granted."""

from __future__ import annotations

from datetime import date

import pytest

from gridpoints.errors import DeedUnknown
from gridpoints.rules.case import Deed
from gridpoints.rules.deeds import Shortfall
from gridpoints.rules.judging import Refusal
from gridpoints.rules.permissions import Right
from gridpoints.values import SYSTEM
from tests.rules.counting import Counted
from tests.rules.test_loading import problems
from tests.rules.written import rules, text

DAY = date(2026, 3, 5)

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
        (Right.APPOINT, set(), False),  # nor of this, which is reserved all the same
        (Right.APPOINT, {"resident", "grid_worker"}, False),
        (Right.APPOINT, {"organiser"}, True),
        (Right.APPOINT, SYSTEM.roles, True),
        (Right.SEE_HOUSEHOLD_FILES, {"clerk"}, False),
        (Right.SEE_HOUSEHOLD_FILES, SYSTEM.roles, True),
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


def test_whatever_has_a_name_may_be_described() -> None:
    deeds = "deeds: {deed: {name: {en: Deed}, points: 5, description: {en: Every Friday, zh_Hans: 每周五}}}\n"
    village = rules("description: {en: Ours}\n", deeds=deeds)
    assert village.descriptions == {"en": "Ours"}
    assert village.rule("deed").descriptions == {"en": "Every Friday", "zh_Hans": "每周五"}
    described = "{name: {en: X}, description: {en: Y}"
    rules(
        f"categories: {{c: {described}}}}}\n"
        f"campaigns: {{c: {described}, from: 2026-01-01, until: 2026-02-01, times: 2}}}}\n"
        f"budgets: {{b: {described}, most: 100, period: year}}}}\n"
        f"stars: {{levels: {{one: {described}, needs: {{hours: 1}}}}}}}}\n"
        f"grades: {{g: {described}, of: grid, period: year}}}}\n"
        f"roles: {{r: {described}}}}}\n",
        units=f"units: {{points: {described}}}}}\n",
        deeds="deeds: {deed: {name: {en: Deed}, points: 5, category: c}}\n",
    )


FACTS = """\
facts: {on_time: {type: truth, name: {en: on time}, otherwise: true}, place: {type: text, one_of: [hall]}}
"""


def test_a_fact_that_nobody_tells_may_be_taken_for_granted() -> None:
    deeds = "deeds: {deed: {name: {en: Deed}, points: 5, when: {on_time: true}}}\n"
    counted = Counted(rules(FACTS, deeds=deeds))
    assert counted.credit("deed", DAY) == 5
    late = Deed("deed", DAY, facts={"on_time": False})
    assert counted.rules.judge(late, counted.subjects("li"), lambda _: 0).refusal is Refusal.CONDITION


@pytest.mark.parametrize(
    ("old", "new", "path", "code"),
    [
        ("otherwise: true", "otherwise: perhaps", "facts.on_time.otherwise", "fact_not_truth"),
        ("one_of: [hall]", "one_of: [hall], otherwise: hell", "facts.place.otherwise", "fact_value_unlisted"),
    ],
)
def test_what_is_taken_for_granted_must_be_possible(old: str, new: str, path: str, code: str) -> None:
    found = problems(text(FACTS.replace(old, new)))
    assert [(".".join(map(str, each.path)), each.code) for each in found] == [(path, code)]
