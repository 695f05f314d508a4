"""Input that can never be right: answered with what is wrong, kept nowhere, in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, cast

from gridpoints.errors import InvalidInput
from gridpoints.ledger.model import Account, AccountKind, Leg, Posted, Rejected, Transaction
from gridpoints.storage.port import Store
from gridpoints.testing.contract.base import (
    HOUR,
    ISSUANCE,
    LI,
    SHOP,
    TICK,
    Clerk,
    StoreContract,
    codes,
    issue,
    move,
)
from gridpoints.testing.sources import START

NAIVE = START.replace(tzinfo=None)
NUL, HALF_A_CHARACTER = "\x00", "\ud83d"


def unusable() -> Iterator[Transaction]:
    """Transactions of which each is wrong by itself."""
    amounts: list[Any] = [0, 1.0, float("nan"), Decimal(1), True, "1", None, 2**63, -(2**63), 10**12]
    for n, amount in enumerate(amounts):
        yield Transaction(f"amount-{n}", (Leg(ISSUANCE, -1), Leg(LI, cast(int, amount))))
    yield Transaction("no-legs", ())
    yield Transaction("one-leg", (Leg(LI, 1),))
    yield Transaction("unbalanced", (Leg(ISSUANCE, -1), Leg(LI, 2)))
    yield Transaction("two-units", (Leg(ISSUANCE, -1), Leg(Account.member("li", "hours"), 1)))
    yield issue("naive", LI, 1, effective_at=NAIVE)
    for n, id in enumerate(["", "with space", "x" * 1_000, f"a{NUL}b", HALF_A_CHARACTER, "😀", 7, None]):
        yield issue(cast(str, id), LI, 1, reason=f"id {n}")
    for n, text in enumerate([NUL, HALF_A_CHARACTER, f"half{HALF_A_CHARACTER}", " ", "长" * 100_000]):
        yield issue(f"reason-{n}", LI, 1, reason=text)
        yield issue(f"kind-{n}", LI, 1, kind=text)
        yield issue(f"owner-{n}", Account.member(text, "points"), 1)
        yield issue(f"unit-{n}", Account.member("li", text), 1)
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    unstorable: list[Any] = [NUL, HALF_A_CHARACTER, 0.5, float("nan"), Decimal(1), START, b"", {1}, nested]
    for n, value in enumerate([*unstorable, "x" * 10_000_000, {1: "x"}, {HALF_A_CHARACTER: 1}, 10**10_000]):
        yield issue(f"metadata-{n}", LI, 1, metadata={"value": value})


class InputContract(StoreContract):
    """Whatever a caller sends, it is told what is wrong with it."""

    def test_unusable_transactions_are_in_nobodys_way(self, store: Store, clerk: Clerk) -> None:
        wrong = list(unusable())
        batch = [issue("first", LI, 1), *wrong, issue("last", LI, 1)]
        first, *outcomes, last = clerk.post(*batch)
        assert (first, last) == (Posted("first", START), Posted("last", START + TICK))
        taken = [
            t.id
            for t, outcome in zip(wrong, outcomes, strict=True)
            if not (isinstance(outcome, Rejected) and isinstance(outcome.error, InvalidInput))
        ]
        assert taken == []
        for outcome in outcomes:
            str(cast(Rejected, outcome).error).encode()
        assert [e.transaction for e in clerk.entries(LI)] == ["first", "last"]
        with store.begin(clerk.community, write=False) as work:
            assert sum(line.accounts for line in work.ledger.trial_balance()) == 2
        clerk.must_verify()

    def test_an_unusable_group_posts_nothing(self, clerk: Clerk) -> None:
        outcomes = clerk.post(issue("t", LI, 1), Transaction("empty", ()), atomic=True)
        assert codes(outcomes) == ["batch_not_posted", "transaction_empty"]
        assert clerk.entries(LI) == []

    def test_a_member_of_an_enum_is_its_text(self, clerk: Clerk) -> None:
        word = AccountKind.MEMBER
        clerk.post(issue("award", LI, 9, kind=word, reason=word))
        clerk.ledger.hold(LI, 5, expires_at=START + HOUR, reason=word, id=word)
        clerk.post(move(word, LI, SHOP, 5, hold=word))
        clerk.post(*(issue(f"t{n}", LI, 1, kind=word) for n in range(1_000)))
        clerk.post(move("back", SHOP, LI, 5, reverses=word))
        kept = clerk.ledger.transaction("member")
        assert (type(kept.id), kept.hold) == (str, "member")
        assert clerk.ledger.transaction("back").reverses == "member"
        statement = clerk.ledger.statement(LI, kind="member", limit=9_999)
        assert len(statement.entries) == 1_001
        clerk.must_verify()

    def test_an_id_that_was_unusable_can_be_used(self, clerk: Clerk) -> None:
        assert codes(clerk.post(issue("t", LI, 1, effective_at=NAIVE))) == ["naive_instant"]
        assert codes(clerk.post(issue("t", LI, 1, effective_at=START))) == ["posted"]
