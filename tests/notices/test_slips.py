"""Vouchers on paper: every text is shown as it is, and the QR code says what it should."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from gridpoints.notices.slips import Slip, printed

segno = pytest.importorskip("segno", reason="no QR codes are drawn: install the extra qr")


def test_a_sheet() -> None:
    slips = [
        Slip("7K3M-2222-3333-4444", "肥皂 × 2", ("4 积分", "有效期至 2026-12-31"), "7K3M222233334444"),
        Slip("8K3M-2222-3333-4444", '<b onload="x">', ("a & b",), "header.payload.signature"),
    ]
    page = printed("兑换券", slips)
    assert "7K3M-2222-3333-4444" in page
    assert "&lt;b onload=" in page
    assert "<b onload" not in page
    assert "a &amp; b" in page
    closed = page.removeprefix("<!doctype html>\n").replace('<meta charset="utf-8">', "")
    root = ET.fromstring(closed)  # noqa: S314  # our own
    pictures = [element for element in root.iter() if element.tag.endswith("svg")]
    assert len(pictures) == 2
    wanted = segno.make("7K3M222233334444", error="q", micro=False).svg_inline(border=2, omitsize=True)
    assert wanted in page


def test_a_token_fits_a_qr_code() -> None:
    assert "<svg" in printed("t", [Slip("c", "g", (), "x" * 1_000)])
