"""What is told of a file that holds no ledger which can be taken in, and what may differ in one that does."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

import pytest

import gridpoints
from gridpoints import Community
from gridpoints.errors import LedgerFileUnusable
from gridpoints.ledger import transfer
from gridpoints.ledger.merkle import Growth
from gridpoints.testing import ManualClock
from tests.ledger.full import LI, SHOP, issue, move
from tests.ledger.test_races import RULES


@contextmanager
def founded(rules: str = RULES) -> Iterator[Community]:
    with gridpoints.open("memory://", clock=ManualClock(), random=Random(7)) as exchange:
        yield exchange.found("baiyang", name="白羊村", rules=rules)


def exported(format: str, rules: str = RULES) -> str:
    """A head in line 1 (of CSV, in line 2), then a unit, two lines, and a seal."""
    file = io.StringIO(newline="")
    with founded(rules) as village:
        village.ledger.post([issue("award", LI, 100), move("deal", LI, SHOP, 30)])
        village.ledger.seal()
        assert village.ledger.export(file, format) == 2
    return file.getvalue()


def lines(edit: Callable[[list[str]], object]) -> Callable[[str], str]:
    def edited(text: str) -> str:
        several = text.splitlines(keepends=True)
        edit(several)
        return "".join(several)

    return edited


def replaced(part: str, by: str) -> Callable[[str], str]:
    def edited(text: str) -> str:
        assert part in text
        return text.replace(part, by, 1)

    return edited


NO_HEAD = "it does not begin the ledger of baiyang, version 1"
SEALED_OTHERS = "seal 1–2: 006b55b56dacb94e ≠ aecfe23f26a1b7b0"
NO_NUMBER = "invalid literal for int() with base 10: "
NO_QUOTE = "',' expected after '\"'"
NO_SORT = f"there is no record of the sort '{'lime' * 10}'"
NO_BASE64 = "not what would have been written"
NO_JSON = "it is not a record in JSON"
AT_LENGTH = "at length " * 30
UNUSABLE: dict[str, tuple[str, Callable[[str], str], int, str]] = {
    "empty": ("json", lambda text: "", 1, NO_HEAD),
    "empty CSV": ("csv", lambda text: "", 1, NO_HEAD),
    "of another community": ("json", replaced("baiyang", "hailin"), 1, NO_HEAD),
    "of another version": ("csv", replaced("ledger,1,", "ledger,2,"), 2, NO_HEAD),
    "with other columns": ("csv", lambda text: "name,points\r\nli,5\r\n", 2, NO_HEAD),
    "without a head": ("json", lines(lambda several: several.pop(0)), 1, NO_HEAD),
    "no JSON": ("json", lines(lambda several: several.insert(2, "{\n")), 3, NO_JSON),
    "a number": ("json", lines(lambda several: several.insert(2, "5\n")), 3, NO_JSON),
    "two records in one": ("json", lines(lambda several: several.insert(1, '{"a":{},"b":{}}\n')), 2, NO_JSON),
    "of depth": ("json", lines(lambda several: several.insert(2, "[" * 100_000 + "\n")), 3, NO_JSON),
    "another record": ("json", replaced('{"line"', f'{{"{"lime" * 20}"'), 3, NO_SORT),
    "a row without a record": ("csv", replaced("\r\nline,", "\r\n,"), 4, "there is no record of the sort ''"),
    "another scale": (
        "json",
        replaced('"scale":0', '"scale":2'),
        2,
        "the unit points has another scale here",
    ),
    "a line too few": (
        "json",
        lines(lambda several: several.pop(2)),
        3,
        "the line after 0 has the number 2",
    ),
    "a seal over other lines": ("json", replaced('"reason":""', '"reason":"x"'), 5, SEALED_OTHERS),
    "a root that is no base64": ("json", replaced('"root":"', '"root":" '), 5, NO_BASE64),
    "no number": ("csv", replaced("line,,,,,,1,award", "line,,,,,,one,award"), 4, f"{NO_NUMBER}'one'"),
    "an empty number": ("csv", replaced("line,,,,,,1,award", "line,,,,,,,award"), 4, f"{NO_NUMBER}''"),
    "a text at length for a number": (
        "csv",
        replaced("line,,,,,,1,award", f"line,,,,,,{AT_LENGTH},award"),
        4,
        f"{NO_NUMBER}'{AT_LENGTH}"[:100],
    ),
    "a text at length for an instant": (
        "json",
        replaced('"sealed_at":"', f'"sealed_at":"{AT_LENGTH}'),
        5,
        f"Invalid isoformat string: '{AT_LENGTH}"[:200],
    ),
    "an open quote": ("csv", replaced("line,,,,,,1,award", 'line,,,,,,1,"aw"ard'), 4, NO_QUOTE),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_is_wrong_with_a_file_is_told_with_its_line(name: str) -> None:
    format, edit, line, problem = UNUSABLE[name]
    text = edit(exported(format))
    with founded() as village:
        with pytest.raises(LedgerFileUnusable) as refusal:
            village.ledger.restore(io.StringIO(text, newline=""), format)
        assert refusal.value.fields == {"line": line, "problem": problem}
        assert village.ledger.trial_balance() == []


@pytest.mark.parametrize("format", ["json", "csv"])
def test_a_file_in_another_encoding_is_refused_before_its_first_line(format: str) -> None:
    """As a spreadsheet saves it on a machine that is set to Chinese."""
    data = exported(format).replace("award", "奖励").encode("gb18030")
    with founded() as village:
        with pytest.raises(LedgerFileUnusable) as refusal:
            village.ledger.restore(io.TextIOWrapper(io.BytesIO(data), "utf-8", newline=""), format)
        assert refusal.value.line == 0
        assert "'utf-8' codec can't decode" in refusal.value.problem
        assert village.ledger.trial_balance() == []


@pytest.mark.parametrize("format", ["json", "csv"])
def test_a_unit_that_is_not_counted_here_comes_with_the_ledger(format: str) -> None:
    units = "units: {hours: {name: {en: hours, zh_Hans: 小时}, scale: 1}, "
    more = RULES.replace("units: {", units).replace("points: 5}", "points: 5, unit: points}")
    text = exported(format, more)
    assert "小时" in text
    with founded() as village:
        assert village.ledger.restore(io.StringIO(text, newline=""), format) == 2
        again = io.StringIO(newline="")
        village.ledger.export(again, format)
        assert again.getvalue() == text


def test_a_seal_may_be_over_more_lines_than_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Growth.__init__, "__defaults__", (2,))
    monkeypatch.setattr(transfer, "_CHUNK", 5)
    file = io.StringIO()
    with founded() as village:
        village.ledger.post([issue(f"award{n}", LI, 1) for n in range(17)])
        village.ledger.seal()
        village.ledger.export(file, "json")
    with founded() as village:
        assert village.ledger.restore(io.StringIO(file.getvalue()), "json") == 17
        assert village.ledger.verify().differences == ()
