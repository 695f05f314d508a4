"""How instants are read from the journal."""

from __future__ import annotations

import time

import pytest

from gridpoints.ledger.journal import instant


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of this machine cannot be changed")
def test_an_instant_is_read_in_utc_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Shanghai")
        time.tzset()
        read = instant("2026-03-02T01:00:00.000000Z").isoformat()
    time.tzset()
    assert read == "2026-03-02T01:00:00+00:00"
