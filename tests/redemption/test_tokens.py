"""Tokens of vouchers: what is right is read by anybody's library, and whatever is not is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints.errors import GridpointsError, VoucherExpired
from gridpoints.ledger.checkpoint import PrivateKey, PublicKey
from gridpoints.redemption.vouchers.tokens import TYPE, Ticket

pytest.importorskip("cryptography", reason="nothing can be signed: install the extra proof")

KEY = PrivateKey("gridpoints/baiyang", bytes(range(32)))
UNTIL = datetime(2026, 12, 31, 16, tzinfo=UTC)
VECTORS: dict[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))

texts = st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable())
tickets = st.builds(
    Ticket,
    community=st.just("baiyang"),
    voucher=texts,
    goods=texts,
    points=st.integers(0, 10**9).map(lambda n: Decimal(n).scaleb(-2)),
    unit=st.just("points"),
    until=st.integers(1_767_225_600, 253_402_300_799).map(lambda s: datetime.fromtimestamp(s, UTC)),
    merchant=st.none() | st.just("shop"),
    holder=st.none() | texts,
)


def verify(token: str, now: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> Ticket:
    return Ticket.verify(token, [KEY.public], community="baiyang", merchant="shop", now=now)


@given(tickets)
def test_what_is_signed_is_read(ticket: Ticket) -> None:
    read = verify(ticket.sign(KEY), ticket.until - timedelta(seconds=1))
    assert read == ticket
    with pytest.raises(VoucherExpired):
        verify(ticket.sign(KEY), ticket.until)


@given(tickets)
def test_another_library_reads_it(ticket: Ticket) -> None:
    import jwt
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    token = ticket.sign(KEY)
    public = Ed25519PublicKey.from_public_bytes(KEY.public.raw)
    claims = jwt.decode(
        token,
        public,
        algorithms=["EdDSA"],
        audience="shop",
        options={"verify_exp": False, "verify_aud": False},
    )
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "kid": KEY.public.id.hex(), "typ": TYPE}
    assert (claims["iss"], claims["jti"], claims["goods"]) == ("baiyang", ticket.voucher, ticket.goods)
    assert Decimal(claims["points"]) == ticket.points
    assert claims["exp"] == int(ticket.until.timestamp())


@given(tickets, st.data())
def test_a_token_in_which_anything_was_changed_is_refused(ticket: Ticket, data: st.DataObject) -> None:
    token = ticket.sign(KEY)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("AbZ09-_.=").filter(lambda sign: sign != token[place]))
    with pytest.raises(GridpointsError):
        verify(token[:place] + other + token[place + 1 :])
    with pytest.raises(GridpointsError):
        verify(token[:place] + token[place + 1 :])


@given(
    st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*", fullmatch=True)
)
def test_whatever_is_scanned_is_read_or_refused(text: str) -> None:
    with pytest.raises(GridpointsError):
        verify(text)


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_the_published_vectors(vector: dict[str, Any]) -> None:
    def read() -> Ticket:
        return Ticket.verify(
            vector["token"],
            [PublicKey.parse(VECTORS["key"])],
            community=VECTORS["community"],
            merchant=VECTORS["merchant"],
            now=datetime.fromisoformat(vector["now"]),
        )

    if "refused" in vector:
        with pytest.raises(GridpointsError) as refusal:
            read()
        assert refusal.value.code == vector["refused"]
    else:
        ticket = read()
        told = {name: getattr(ticket, name) for name in vector["ticket"]}
        assert told | {"points": str(ticket.points), "until": ticket.until.isoformat()} == vector["ticket"]


def test_the_page_shows_the_first_vector() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "voucher-format.md"
    assert VECTORS["vectors"][0]["token"] in page.read_text("utf-8")


def test_a_long_text_is_not_looked_at() -> None:
    with pytest.raises(GridpointsError) as refusal:
        verify("a" * 5_000_000)
    assert refusal.value.code == "voucher_unreadable"
