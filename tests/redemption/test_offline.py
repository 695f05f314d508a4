"""A till without a network: what it took is kept, once, whatever happens to the device."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from gridpoints.errors import OfflineLimitReached, QueueUnreadable, VoucherExpired, VoucherTaken
from gridpoints.ledger.checkpoint import PrivateKey
from gridpoints.redemption.vouchers.offline import OfflineTill, TakenVoucher, taken_in
from gridpoints.redemption.vouchers.tokens import Ticket

pytest.importorskip("cryptography", reason="nothing can be signed: install the extra proof")

KEY = PrivateKey("gridpoints/baiyang", bytes(range(32)))
UNTIL = datetime(2026, 12, 31, 16, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)


def token(voucher: str, points: str = "20") -> str:
    return Ticket("baiyang", voucher, "soap", Decimal(points), "points", UNTIL).sign(KEY)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "till.jsonl"


def till(file: Path, limit: str = "100") -> OfflineTill:
    return OfflineTill("baiyang", "shop", (KEY.public,), Decimal(limit), file)


def test_what_was_taken_is_on_the_disk_before_it_is_told(file: Path) -> None:
    taken = till(file).take(token("v-1"), NOW)
    assert (taken.number, taken.voucher, taken.at) == (1, "v-1", NOW)
    assert list(taken_in(file)) == [taken]
    again = till(file)  # switched off and on
    assert again.waiting() == [taken]
    with pytest.raises(VoucherTaken) as refusal:
        again.take(token("v-1"), NOW + timedelta(hours=1))
    assert refusal.value.fields["at"] == NOW
    assert again.take(token("v-2"), NOW).number == 2


def test_what_is_refused_leaves_no_trace(file: Path) -> None:
    device = till(file)
    with pytest.raises(VoucherExpired):
        device.take(token("v-1"), UNTIL)
    assert not file.exists()


def test_the_limit_is_for_what_is_not_delivered(file: Path) -> None:
    device = till(file, "50")
    device.take(token("v-1"), NOW)
    second = device.take(token("v-2"), NOW)
    with pytest.raises(OfflineLimitReached) as refusal:
        device.take(token("v-3"), NOW)
    assert refusal.value.fields == {"limit": Decimal(50), "taken": Decimal(40)}
    assert device.take(token("v-4", "10"), NOW).number == 3
    device.delivered(second.number)
    assert [taken.voucher for taken in device.waiting()] == ["v-4"]
    again = till(file, "50")
    assert [taken.voucher for taken in again.waiting()] == ["v-4"]
    assert again.take(token("v-3"), NOW).number == 4
    with pytest.raises(VoucherTaken):  # delivered or not
        again.take(token("v-1"), NOW)


def test_a_device_that_stopped_in_the_middle_of_a_line(file: Path) -> None:
    device = till(file)
    device.take(token("v-1"), NOW)
    with file.open("a", encoding="utf-8") as target:
        target.write('{"number": 2, "token": "ey')
    again = till(file)
    third = again.take(token("v-3"), NOW)
    first, damaged, last = taken_in(file)
    assert isinstance(first, TakenVoucher)
    assert isinstance(damaged, QueueUnreadable)
    assert damaged.fields == {"line": 2}
    assert (last, third.number) == (third, 3)


@pytest.mark.parametrize(
    "line", ["", "{}", "[]", "null", '{"number": 1}', "\x00", '{"number":1e999}', "[" * 10_000]
)
def test_damaged_lines_are_told_apart(file: Path, line: str) -> None:
    file.write_text(line + "\n", "utf-8")
    till(file).take(token("v-1"), NOW)
    kinds = [type(each) for each in taken_in(file)]
    assert kinds == [QueueUnreadable, TakenVoucher]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "7"),
        ("number", True),
        ("number", 0),
        ("number", {}),
        ("token", 1),
        ("voucher", None),
        ("points", "NaN"),
        ("points", "-5"),
        ("points", "Infinity"),
        ("at", "2026-06-01T09:00:00"),
    ],
)
def test_lines_that_no_till_writes_stop_nobody(file: Path, field: str, value: object) -> None:
    document = {"number": 1, "token": "t", "voucher": "v-9", "points": "20", "at": NOW.isoformat()}
    file.write_text(json.dumps({**document, field: value}) + "\n", "utf-8")
    till(file).take(token("v-1"), NOW)
    assert [type(each) for each in taken_in(file)] == [QueueUnreadable, TakenVoucher]
