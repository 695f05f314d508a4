"""Codes are not guessed, typing mistakes are found, and a rotating code is what RFC 6238 says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints.codes import ALPHABET, LENGTH, code_hash, new_code, read_code, rotating_code, step_of

codes = st.builds(new_code)
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


@given(codes)
def test_a_code_is_read_however_it_is_typed(code: str) -> None:
    signs = read_code(code)
    assert signs is not None
    assert len(signs) == LENGTH + 1
    assert read_code(code.lower()) == read_code(code.replace("-", "")) == read_code(f" {signs} ") == signs


@given(codes, st.integers(0, LENGTH), st.sampled_from(ALPHABET))
def test_a_wrong_sign_is_found(code: str, place: int, other: str) -> None:
    signs = code.replace("-", "")
    wrong = signs[:place] + other + signs[place + 1 :]
    assert (read_code(wrong) is None) == (wrong != signs)


@given(codes, st.integers(0, LENGTH - 1))
def test_neighbours_that_were_exchanged_are_found(code: str, place: int) -> None:
    signs = code.replace("-", "")
    first, second = signs[place], signs[place + 1]
    wrong = signs[:place] + second + first + signs[place + 2 :]
    ends = {first, second} == {ALPHABET[0], ALPHABET[-1]}  # the one pair that Luhn's way does not see
    assert read_code(wrong) is None or wrong == signs or ends


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    signs = read_code(text)
    assert signs is None or read_code(signs) == signs


def test_codes_differ_and_so_do_their_hashes() -> None:
    many = {new_code() for _ in range(1_000)}
    assert len(many) == 1_000
    assert code_hash("A", "baiyang") != code_hash("A", "heishan")


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    shown = rotating_code(b"12345678901234567890", at, digits=8)
    assert shown.text == code
    assert timedelta(0) < shown.until - at <= timedelta(seconds=30)


def test_a_rotating_code_stands_for_a_while() -> None:
    secret = b"a secret of twenty by"
    code = rotating_code(secret, NOW).text
    step = step_of(secret, code, NOW)
    assert step is not None
    assert step_of(secret, code, NOW + timedelta(seconds=59)) == step
    assert step_of(secret, code, NOW - timedelta(seconds=30)) == step
    assert step_of(secret, code, NOW + timedelta(seconds=60)) is None
    assert step_of(secret, f" {code[:3]} {code[3:]}\n", NOW) == step
    assert step_of(secret, "", NOW) is None
    assert step_of(secret, "１２３４５６", NOW) is None
    assert step_of(b"another secret", code, NOW) is None
