"""Kinds of rule that installed packages add: read, checked, told apart, and refused where they clash.

What is installed counts when a file is first read, so each test is a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gridpoints.i18n import Language
from gridpoints.values import Step

MODULE = '''
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from attrs import field, frozen
from pydantic import Field, field_validator

from gridpoints.rules.extending import *


class TooFar(RuleSetError):
    """Nobody goes {found} km. Write at most 100."""

    texts: ClassVar[Mapping[str, str]] = {"zh_Hans": "没有人走 {found} 公里。请写不超过 100 的数。"}

    found: int


class PerKilometre(Document, PointsForm):
    """``points: {per_km: 2}``."""

    per_km: PointsFigure
    most: int = 50
    whim: str = ""
    twice: Annotated[bool, Field(examples=[True])] = False

    @field_validator("most")
    @classmethod
    def _most(cls, most: int) -> int:
        if most > 100:
            raise TooFar(found=most)
        return most

    @field_validator("whim")
    @classmethod
    def _whim(cls, whim: str) -> str:
        if whim == "bad":
            raise ValueError("nobody has such a whim")
        return whim

    def uses(self) -> Uses:
        return Uses(amounts=dict(self.per_km.values(("per_km",))))

    def problems(self):
        if self.twice and self.most < 2:
            yield ("most",), TooFar(found=self.most)

    def compiled(self, building: Building) -> Amount:
        if self.whim == "late":
            raise TooFar(found=0)
        return Driven(building.unit.amount(self.per_km.on(building.day)))


@frozen
class Driven:
    points: int
    per: str = field(default="km", init=False)
    counter: None = field(default=None, init=False)

    def worth(self, case: Case) -> Worth:
        texts = {"en": "{points} for {km} km", "zh_Hans": "{km} 公里得{points}"}
        km = quantity_of(case, self.per)
        given = times(self.points, km)
        points = case.unit.decimal(int(given))
        case.say("driven", {"texts": texts, "km": km, "points": points, "unit": case.unit.code})
        return given


class Near(Document, ConditionForm):
    """``when: {near: 500}``."""

    near: Count

    def uses(self) -> Uses:
        return Uses(facts={("near",): ("distance", ())})

    def compiled(self, building: Building) -> tuple[Condition, ...]:
        return (IsNear(self.near),)


@frozen
class IsNear:
    most: int

    def holds(self, case: Case) -> bool:
        return case.fact("distance") <= self.most

    def why_not(self, case: Case) -> tuple[str, dict[str, Any]]:
        return "far", {"texts": {"en": "It is {found} m away"}, "found": case.fact("distance")}


class Lifelong(Document, LimitForm):
    """``{lifelong: 10}``, without deeds: it is for all."""

    lifelong: AmountFigure

    def uses(self) -> Uses:
        return Uses(amounts=dict(self.lifelong.values(("lifelong",))))

    def compiled(self, building: Building) -> Bound:
        return Limit(building.code, building.unit.amount(self.lifelong.on(building.day)), Period.LIFETIME)
'''

POINTS = """\
[gridpoints.amounts]
per_km = our_rules:PerKilometre
[gridpoints.conditions]
near = our_rules:Near
[gridpoints.limits]
lifelong = our_rules:Lifelong
"""

FILE = """\
gridpoints: 1
code: village
version: 1
name: {en: Village}
source: written for the tests
from: 2026-01-01
facts: {distance: {type: number}}
units: {points: {name: {en: points}}}
deeds:
  drive: {name: {en: Drive}, points: {per_km: 2}, when: {near: 500}}
limits:
  all: {lifelong: 30}
"""
DRIVES = """\
examples:
  - {deed: drive, quantity: 8, facts: {distance: 100}, gives: 16}
  - deed: drive
    quantity: 8
    facts: {distance: 100}
    after: [{deed: drive, quantity: 8, facts: {distance: 1}}]
    gives: 14
  - {deed: drive, quantity: 8, facts: {distance: 501}, gives: 0}
"""

SCRIPT = """\
import json, sys
from datetime import date
from gridpoints.errors import GridpointsError
from gridpoints.i18n import Language
from gridpoints.rules.loading import check, json_schema
found = []
for text in json.load(sys.stdin):
    try:
        checked = check(text, today=date(2026, 6, 1))
        found.append({
            "problems": [[p.line, p.code, Language.of("zh_Hans").error(p.error)] for p in checked.problems],
            "warnings": [w.code for w in checked.warnings],
            "steps": [[Language.of("en").step(s) for s in t.judgement.explanation] for t in checked.trials],
            "schema": json.dumps(json_schema()),
        })
    except GridpointsError as error:
        found.append({"raised": error.code, "said": str(error)})
json.dump(found, sys.stdout)
"""


def install(folder: Path, name: str, points: str = POINTS, module: str = MODULE) -> None:
    """What pip would write of a package with these entry points."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(points)
    (folder / "our_rules.py").write_text(module, "utf-8")


def found(folder: Path, *texts: str) -> list[Any]:
    """What is found in each text where the packages in the folder are installed."""
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps(texts),
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path]), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return list(json.loads(ran.stdout))


def test_a_package_adds_an_amount_a_condition_and_a_limit(tmp_path: Path) -> None:
    install(tmp_path, "our_rules")
    wrong = [
        ("{per_km: 2}", "{per_kn: 2}", [10, "key_misspelt"]),
        ("{per_km: 2}", "{per_km: 2, moost: 2}", [10, "key_misspelt"]),
        ("{per_km: 2}", "{per_km: 0.5}", [10, "digits_too_many"]),
        ("{per_km: 2}", "{per_km: 2, most: 101}", [10, "too_far"]),
        ("{per_km: 2}", "{per_km: 2, most: 1, twice: true}", [10, "too_far"]),
        ("{per_km: 2}", "{per_km: 2, most: far}", [10, "form_refuses"]),
        ("{per_km: 2}", "{per_km: 2, whim: bad}", [10, "form_refuses"]),
        ("{per_km: 2}", "{per_km: 2, whim: late}", [10, "too_far"]),
        ("{near: 500}", "{near: none}", [10, "count_needed"]),
        ("{near: 500}", "{naer: 500}", [10, "code_misspelt"]),
        ("{distance: {type: number}}", "{far: {type: number}}", [10, "fact_not_declared"]),
        ("distance: {", "near: {type: number}, distance: {", [7, "fact_is_form"]),
        ("{lifelong: 30}", "{lifelang: 30}", [12, "key_misspelt"]),
    ]
    texts = [FILE.replace(old, new) for old, new, _ in wrong]
    good, *others = found(tmp_path, FILE + DRIVES, *texts)
    assert (good["problems"], good["warnings"]) == ([], [])
    assert good["steps"][0] == [
        "Drive, by rule set village@1",
        "16 points for 8 km",
        "The limit all is 30 points in all for each member; 30 points remained",
    ]
    assert "only 14 points remained" in good["steps"][1][-1]
    assert good["steps"][2][-1] == "It is 501 m away"
    schema = json.loads(good["schema"])
    assert schema["$defs"].keys() >= {"per-kilometre", "near", "lifelong"}
    assert schema["$defs"]["per-kilometre"]["properties"].keys() == {"per_km", "most", "whim", "twice"}
    assert [each["problems"][0][:2] for each in others] == [place for *_, place in wrong]
    assert others[3]["problems"][0][2] == "没有人走 101 公里。请写不超过 100 的数。"


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ({"ours": POINTS, "theirs": POINTS}, "form_doubled", "ours, theirs"),
        ({"ours": "[gridpoints.amounts]\nbrackets = our_rules:PerKilometre\n"}, "form_taken", "ours"),
        ({"ours": "[gridpoints.amounts]\nvalue = our_rules:PerKilometre\n"}, "form_taken", "ours"),
        ({"ours": "[gridpoints.conditions]\nweekday = our_rules:Near\n"}, "form_taken", "ours"),
        ({"ours": "[gridpoints.limits]\nmost = our_rules:Lifelong\n"}, "form_taken", "ours"),
        ({"ours": "[gridpoints.limits]\nlife = our_rules:Nothing\n"}, "form_not_loaded", "Nothing"),
        ({"ours": "[gridpoints.limits]\nlife = their_rules:Lifelong\n"}, "form_not_loaded", "their_rules"),
        ({"ours": "[gridpoints.limits]\nlife = our_rules:Near\n"}, "form_not_loaded", "is no LimitForm"),
    ],
    ids=["doubled", "key", "value", "fact", "limit", "no class", "no module", "no limit"],
)
def test_packages_that_clash_are_named(
    packages: dict[str, str], code: str, said: str, tmp_path: Path
) -> None:
    for name, points in packages.items():
        install(tmp_path, name, points)
    first, second = found(tmp_path, FILE, FILE)
    assert first["raised"] == second["raised"] == code
    assert said in first["said"]


# --- sentences ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{points} for {km} km", "16 points for 8 km"),
        ("100 {{km}}", "100 {km}"),
        ("{nothing}", "driven"),
        ("{points.__class__}", "driven"),
        ("{points:>99999999}", "driven"),
        ("{points!r}", "driven"),
        ("{0}", "driven"),
        ("{", "driven"),
        ("", "driven"),
    ],
)
def test_a_step_brings_its_own_sentence(text: str, said: str) -> None:
    """It may come from a ledger that somebody else wrote: names in braces, and nothing else."""
    step = Step("driven", {"texts": {"en": text}, "points": 16, "km": 8, "unit": "points"})
    assert Language.of("en").step(step) == said


def test_a_step_speaks_the_language_of_its_reader() -> None:
    step = Step("driven", {"texts": {"en": "far", "zh_Hans": "远"}, "unit": "points"})
    assert [Language.of(code).step(step) for code in ("en", "zh_Hans", "zh_Hant")] == ["far", "远", "远"]
