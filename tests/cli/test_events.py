"""``events``: what happened is told, and whoever reads on is told the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import keys, run_here


def test_what_happened_is_read_on_from_a_cursor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "members.csv").write_text("number,name\nB1,Li\nB2,Wang\n", "utf-8")
    (tmp_path / "deeds.csv").write_text("number,deed,date\nB1,志愿服务,2024-03-05\n", "utf-8")
    assert (
        run_here("init", "baiyang", "--name", "B", "--preset", "baiyang", "--members", "members.csv").code
        == 0
    )
    assert run_here("credit", "deeds.csv").code == 0

    document = run_here("events", "--json").document
    keys(dict(document), "events")
    events = document["events"]
    assert {event["kind"] for event in events} >= {"profile", "published_rules", "member", "transaction"}
    [posted] = [event for event in events if event["kind"] == "transaction"]
    assert (posted["status"], len(posted["accounts"])) == ("post", 2)

    cursor = events[2]["cursor"]
    rest = run_here("events", "--after", cursor, "--limit", "2", "--json").document["events"]
    assert rest == events[3:5]
    shown = run_here("events")
    assert "posting" in shown.out
    assert posted["cursor"] in shown.out
    refused = run_here("events", "--after", "yesterday", "--json")
    assert refused.error["code"] == "cursor_unusable"
