"""What somebody sees who looks on."""

from __future__ import annotations

import warnings
from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from gridpoints.demo import Report, Scenario, run
from gridpoints.demo.show import draw, present, show
from gridpoints.i18n import Language
from gridpoints.notices import plots


@pytest.fixture(scope="module")
def report() -> Report:
    return run(Scenario(residents=200, months=2))


def shown(report: Report, code: str, width: int = 100) -> list[str]:
    out = StringIO()
    show(report, language=Language.of(code), console=Console(file=out, width=width))
    return out.getvalue().splitlines()


@pytest.mark.parametrize("code", Language.KNOWN)
@pytest.mark.parametrize("width", [80, 100, 200])
def test_fits_the_terminal_and_breaks_no_figure(report: Report, code: str, width: int) -> None:
    lines = shown(report, code, width)
    language = Language.of(code)
    assert max(map(cell_len, lines)) <= width
    text = "\n".join(lines)
    for amount in (report.figures.issued, report.figures.redeemed, report.figures.outstanding):
        assert language.number(amount) in text
    for merchant in report.merchants:
        assert language.money(merchant.money, merchant.currency) in text
    for tally in report.tallies:
        if tally.count:
            word = language.word(tally.status, f"{tally.kind}_status")
            assert language.text("{n} {status}", n=tally.count, status=word) in text
    assert "…" not in text


def test_each_entry_has_its_reason(report: Report) -> None:
    text = "\n".join(shown(report, "en"))
    assert f"Statement of {report.resident.name}" in text
    for line in report.resident.lines:
        if line.entry.kind == "award":
            assert f"{report.names[line.entry.reason]['en']}, by rule set baiyang@2023" in text


def test_says_what_is_made_up(report: Report) -> None:
    text = "\n".join(shown(report, "en"))
    assert "CN¥1.00 for a point: Baiyang published no rate" in text
    other = run(Scenario(residents=20, months=1, rules="kunshan"))
    assert "these rules meet the prices of Baiyang" not in text
    assert "these rules meet the prices of Baiyang" in "\n".join(shown(other, "en"))


def test_ends_with_what_was_verified(tmp_path: Path) -> None:
    out = StringIO()
    report = present(
        Scenario(residents=20, months=1),
        f"sqlite:///{tmp_path}/year.db",
        tmp_path / "plot.svg",
        language=Language.of("en"),
        console=Console(file=out, width=100),
    )
    *_, last = out.getvalue().splitlines()
    assert last == f"verified: {report.verification.transactions} transactions, 0 differences"
    assert {"year.db", "plot.svg"} <= {path.name for path in tmp_path.iterdir()}


def test_without_names_the_files_are_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    out = StringIO()
    console = Console(file=out, width=100)
    for _ in range(2):
        present(Scenario(residents=3, months=1), language=Language.of("zh"), console=console)
    assert "sqlite:///gridpoints-demo-2.db" in out.getvalue()
    assert {path.name for path in tmp_path.glob("*-demo*.*") if path.suffix in (".db", ".svg")} == {
        "gridpoints-demo.db",
        "gridpoints-demo.svg",
        "gridpoints-demo-2.db",
        "gridpoints-demo-2.svg",
    }


def test_no_password_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridpoints.demo.show.run", lambda *_, **__: run(Scenario(residents=3, months=1)))
    out = StringIO()
    present(
        Scenario(),
        "postgresql://clerk:s3cr:et@db.example/village",
        tmp_path / "plot.svg",
        language=Language.of("en"),
        console=Console(file=out, width=100),
    )
    assert "postgresql://clerk:…@db.example/village" in out.getvalue()
    assert "s3cr" not in out.getvalue()


def test_a_picture_without_chinese_fonts_is_drawn_in_english(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plots, "FONTS", ("DejaVu Sans",))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # Matplotlib warns of each character that it cannot draw
        path = draw(report, tmp_path / "plot.png", Language.of("zh"))
    assert path.read_bytes().startswith(b"\x89PNG")
