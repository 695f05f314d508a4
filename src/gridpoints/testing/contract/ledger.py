"""The ledger: transactions, their outcomes, and everything that is read from the entries."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from gridpoints.errors import RecordUnknown
from gridpoints.ledger import posting
from gridpoints.ledger.model import (
    Account,
    AccountKind,
    Balance,
    Entry,
    Leg,
    Posted,
    Rejected,
    Transaction,
)
from gridpoints.ledger.request import Batch, Wanted
from gridpoints.storage.port import Store
from gridpoints.testing.contract.base import (
    HOUR,
    ISSUANCE,
    LI,
    SHOP,
    TICK,
    ZHAO,
    Clerk,
    StoreContract,
    codes,
    found,
    issue,
    move,
    told,
)
from gridpoints.testing.contract.edges import BEFORE_1970, LATER, TEXT
from gridpoints.testing.sources import START
from gridpoints.values import Unit

LI_HOURS = Account.member("li", "hours")


class LedgerContract(StoreContract):
    """Double entry: worked examples, and what tampering through the port does."""

    # --- posting ------------------------------------------------------------------------------

    def test_points_move_from_account_to_account(self, clerk: Clerk) -> None:
        assert clerk.post(issue("award", LI, 50)) == [Posted("award", START)]
        assert clerk.post(move("gift", LI, ZHAO, 20)) == [Posted("gift", START + TICK)]
        assert clerk.balance(LI) == Balance(LI, 30)
        assert clerk.balance(ZHAO) == Balance(ZHAO, 20)
        assert clerk.balance(ISSUANCE) == Balance(ISSUANCE, -50)
        assert clerk.balance(SHOP) == Balance(SHOP)
        clerk.must_verify()

    def test_an_entry_tells_all_of_its_transaction(self, clerk: Clerk) -> None:
        metadata = {"说明": TEXT, "list": [1, None, True, {"deep": "積分"}], "big": 2**53, "empty": {}}
        shanghai = timezone(timedelta(hours=8))
        sent = Transaction(
            "award:李/1",
            (Leg(LI_HOURS, 15), Leg(ISSUANCE, -3), Leg(Account.issuance("hours"), -15), Leg(LI, 3)),
            effective_at=datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=shanghai),
            kind="award",
            reason=TEXT,
            metadata=metadata,
        )
        at = START + TICK
        clerk.post(sent, at=at)
        effective_at = datetime(2026, 2, 28, 15, 59, 59, 999_999, tzinfo=UTC)
        assert clerk.entries(LI_HOURS) == [
            Entry(
                account=LI_HOURS,
                sequence=1,
                amount=15,
                balance=15,
                transaction="award:李/1",
                kind="award",
                reason=TEXT,
                effective_at=effective_at,
                recorded_at=at,
                metadata=metadata,
            )
        ]
        [entry] = clerk.entries(LI)
        assert entry.effective_at.utcoffset() == entry.recorded_at.utcoffset() == timedelta()
        kept = clerk.ledger.transaction("award:李/1")
        assert kept == sent
        assert kept.metadata == metadata
        with pytest.raises(RecordUnknown):
            clerk.ledger.transaction("award:李/2")

    def test_an_act_without_its_own_time_is_effective_when_recorded(self, clerk: Clerk) -> None:
        clerk.post(issue("now", LI, 1), at=START)
        clerk.post(issue("long-ago", LI, 1, effective_at=BEFORE_1970), at=START + HOUR)
        assert [(e.effective_at, e.recorded_at) for e in clerk.entries(LI)] == [
            (START, START),
            (BEFORE_1970, START + HOUR),
        ]
        assert clerk.ledger.transaction("now").effective_at == START

    def test_what_the_caller_changes_afterwards_changes_nothing(self, clerk: Clerk) -> None:
        metadata = {"why": ["patrol"]}
        clerk.post(issue("t", LI, 1, metadata=metadata))
        metadata["why"].append("forged")
        assert clerk.entries(LI)[0].metadata == {"why": ["patrol"]}
        assert clerk.ledger.transaction("t").metadata == {"why": ["patrol"]}

    def test_one_account_in_several_legs(self, clerk: Clerk) -> None:
        """Only what they come to together must be there; each is an entry of its own."""
        legs = (Leg(LI, -30), Leg(LI, 40), Leg(ISSUANCE, -10), Leg(LI, -5), Leg(SHOP, 5))
        assert codes(clerk.post(Transaction("t", legs))) == ["posted"]
        assert [(e.amount, e.balance) for e in clerk.entries(LI)] == [(-30, -30), (40, 10), (-5, 5)]
        clerk.must_verify()

    def test_points_may_go_where_they_came_from(self, clerk: Clerk) -> None:
        assert codes(clerk.post(issue("1", LI, 10), move("2", LI, LI, 4))) == ["posted"] * 2
        assert [(e.amount, e.balance) for e in clerk.entries(LI)] == [(10, 10), (-4, 6), (4, 10)]
        clerk.must_verify()

    def test_each_of_a_batch_by_itself(self, clerk: Clerk) -> None:
        outcomes = clerk.post(
            issue("1", LI, 100),
            move("2", LI, ZHAO, 101),
            move("3", LI, ZHAO, 60),
            Transaction("4", (Leg(LI, -1), Leg(ZHAO, 2))),
            move("5", ZHAO, SHOP, 60),
            issue("6", Account.member("li", "bananas"), 1),
            move("7", LI, SHOP, 40),
        )
        assert codes(outcomes) == [
            "posted",
            "insufficient_points",
            "posted",
            "transaction_unbalanced",
            "posted",
            "unit_unknown",
            "posted",
        ]
        assert [clerk.balance(account).posted for account in (LI, ZHAO, SHOP)] == [0, 0, 100]
        assert clerk.post() == []
        clerk.must_verify()

    def test_a_refusal_tells_what_is_there(self, clerk: Clerk) -> None:
        clerk.post(issue("1", LI_HOURS, 25))
        [outcome] = clerk.post(move("2", LI_HOURS, Account.member("zhao", "hours"), 26))
        assert told(outcome) == (
            "2",
            "insufficient_points",
            {
                "account": "hours/member/li",
                "unit": "hours",
                "available": Decimal("2.5"),
                "wanted": Decimal("2.6"),
            },
        )

    @pytest.mark.parametrize("kind", AccountKind)
    def test_only_issuance_goes_below_0(self, clerk: Clerk, kind: AccountKind) -> None:
        account = Account("points", kind, "x")
        expected = "posted" if kind is AccountKind.ISSUANCE else "insufficient_points"
        assert codes(clerk.post(move("t", account, LI, 1))) == [expected]

    def test_a_group_is_posted_whole_or_not_at_all(self, clerk: Clerk) -> None:
        clerk.post(issue("0", LI, 100))
        outcomes = clerk.post(
            move("1", LI, ZHAO, 60), move("2", LI, ZHAO, 60), move("3", LI, ZHAO, 1), atomic=True
        )
        assert codes(outcomes) == ["batch_not_posted", "insufficient_points", "batch_not_posted"]
        assert clerk.balance(LI).posted == 100
        again = clerk.post(
            move("1", LI, ZHAO, 60), move("2", LI, ZHAO, 60), move("3", LI, ZHAO, 1), atomic=True
        )
        assert list(map(told, again)) == list(map(told, outcomes))
        assert codes(clerk.post(move("4", LI, ZHAO, 60), move("5", ZHAO, SHOP, 60), atomic=True)) == [
            "posted",
            "posted",
        ]
        clerk.must_verify()

    def test_a_long_batch(self, store: Store, clerk: Clerk) -> None:
        members = [Account.member(f"m{n:05}", "points") for n in range(3_000)]
        batch = [issue(f"t{n}", member, 1 + n % 3) for n, member in enumerate(members)]
        assert set(codes(clerk.post(*batch))) == {"posted"}
        assert [e.sequence for e in clerk.entries(ISSUANCE)] == list(range(1, 3_001))
        with store.begin(clerk.community, write=False) as work:
            balances = work.ledger.balances(members, START)
        assert [balances[member].posted for member in members] == [1 + n % 3 for n in range(3_000)]
        clerk.must_verify()

    def test_a_long_batch_comes_to_the_same_as_many_short_ones(self, store: Store) -> None:
        """Refused, repeated, taken back and unusable ones included, far apart from what they are about."""
        batch = [issue(f"t{n}", LI, 3) if n % 5 else move(f"t{n}", ZHAO, LI, 1) for n in range(2_400)]
        batch[700] = issue("again", LI, 7)
        batch[1_300] = issue("nothing", LI, 0)
        batch[1_999] = batch[2_001] = batch[1]
        batch[2_000] = issue("again", LI, 8)
        batch[2_399] = move("back", LI, ISSUANCE, 3, reverses="t1")
        told_of = []
        for size in (2_400, 100):
            clerk = found(store, f"by-{size}")
            outcomes = [
                outcome for n in range(0, len(batch), size) for outcome in clerk.post(*batch[n : n + size])
            ]
            told_of.append((list(map(told, outcomes)), clerk.entries(LI), clerk.balance(ISSUANCE)))
            clerk.must_verify()
        assert told_of[0] == told_of[1]
        told_codes = Counter(code for _, code, _ in told_of[0][0])
        assert told_codes == {
            "posted": 1_921,
            "insufficient_points": 477,
            "bad_leg_amount": 1,
            "transaction_conflict": 1,
        }

    def test_a_long_batch_of_which_nothing_is_usable(self, clerk: Clerk) -> None:
        wrong = [issue(f"t{n}", LI, 0) for n in range(1_500)]
        assert set(codes(clerk.post(*wrong))) == {"bad_leg_amount"}
        assert codes(clerk.post(*wrong, issue("t", LI, 1)))[-1] == "posted"
        clerk.must_verify()

    def test_a_long_group_is_posted_whole_or_not_at_all(self, clerk: Clerk) -> None:
        group = [issue(f"t{n}", LI, 1) for n in range(1_500)]
        assert codes(clerk.post(*group, move("last", ZHAO, LI, 1), atomic=True))[-1] == "insufficient_points"
        assert clerk.balance(LI).posted == 0
        assert set(codes(clerk.post(*group, atomic=True))) == {"batch_not_posted"}
        again = [issue(f"again{n}", LI, 1) for n in range(1_500)]
        assert set(codes(clerk.post(*again, atomic=True))) == {"posted"}
        assert clerk.balance(LI).posted == 1_500
        clerk.must_verify()

    # --- repetitions --------------------------------------------------------------------------

    def test_sent_twice_posted_once(self, clerk: Clerk) -> None:
        first = clerk.post(issue("t", LI, 10, metadata={"a": 1, "b": [2]}), at=START)
        again = clerk.post(issue("t", LI, 10, metadata={"b": [2], "a": 1}), at=START + HOUR)
        assert again == first == [Posted("t", START)]
        assert len(clerk.entries(LI)) == 1

    def test_sent_twice_in_one_batch(self, clerk: Clerk) -> None:
        outcomes = clerk.post(issue("t", LI, 10), issue("t", LI, 10), issue("t", LI, 11))
        assert codes(outcomes) == ["posted", "posted", "transaction_conflict"]
        assert clerk.balance(LI).posted == 10

    def test_a_refusal_stands_for_ever(self, clerk: Clerk) -> None:
        refused = clerk.post(move("t", LI, ZHAO, 10))
        clerk.post(issue("award", LI, 100))
        again = clerk.post(move("t", LI, ZHAO, 10), at=START + HOUR)
        assert codes(again) == ["insufficient_points"]
        assert list(map(told, again)) == list(map(told, refused))
        with pytest.raises(RecordUnknown):
            clerk.ledger.transaction("t")
        assert codes(clerk.post(move("t-2", LI, ZHAO, 10))) == ["posted"]
        assert codes(clerk.post(move("t", LI, ZHAO, 11))) == ["transaction_conflict"]

    @pytest.mark.parametrize(
        "other",
        [
            issue("t", LI, 11),
            issue("t", ZHAO, 10),
            issue("t", LI, 10, kind="award"),
            issue("t", LI, 10, reason="patrol"),
            issue("t", LI, 10, metadata={"a": 1}),
            issue("t", LI, 10, effective_at=START + TICK),
            issue("t", LI, 10, hold="h"),
        ],
    )
    def test_an_id_stands_for_one_content(self, clerk: Clerk, other: Transaction) -> None:
        clerk.post(issue("t", LI, 10))
        [outcome] = clerk.post(other)
        assert isinstance(outcome, Rejected)
        assert told(outcome)[1:] == ("transaction_conflict", {"transaction": "t"})
        assert clerk.balance(LI).posted == 10
        assert clerk.post(issue("t", LI, 10)) == [Posted("t", START)]

    def test_what_the_ledger_tells_of_a_transaction_is_the_same_content(self, clerk: Clerk) -> None:
        """It says when it was done, also where the client did not."""
        clerk.post(issue("t", LI, 10))
        kept = clerk.ledger.transaction("t")
        assert kept == issue("t", LI, 10, effective_at=START)
        assert clerk.post(kept, at=START + HOUR) == [Posted("t", START)]

    def test_what_was_not_there_yet_may_be_sent_again(self, store: Store, clerk: Clerk) -> None:
        award = issue("t", Account.member("li", "credits"), 10)
        assert codes(clerk.post(award)) == ["unit_unknown"]
        with store.begin(clerk.community) as work:
            work.add(Unit("credits", 2))
        assert codes(clerk.post(award)) == ["posted"]

    # --- time ---------------------------------------------------------------------------------

    def test_entries_are_recorded_in_their_order(self, clerk: Clerk) -> None:
        """Also where a second machine's clock is behind."""
        clerk.post(issue("1", LI, 1), at=START + HOUR)
        assert clerk.post(issue("2", LI, 1), at=START) == [Posted("2", START + HOUR + TICK)]
        clerk.post(issue("3", LI, 1), at=START + 2 * HOUR)
        assert [(e.sequence, e.recorded_at) for e in clerk.entries(LI)] == [
            (1, START + HOUR),
            (2, START + HOUR + TICK),
            (3, START + 2 * HOUR),
        ]

    # --- reading ------------------------------------------------------------------------------

    def test_a_statement_by_pages_and_by_time(self, store: Store, clerk: Clerk) -> None:
        for n in range(1, 6):
            clerk.post(issue(f"t{n}", LI, n), at=START + n * HOUR)
        with store.begin(clerk.community, write=False) as work:
            entries = work.ledger.entries
            assert [e.sequence for e in entries(LI)] == [1, 2, 3, 4, 5]
            assert [e.balance for e in entries(LI)] == [1, 3, 6, 10, 15]
            assert [e.sequence for e in entries(LI, limit=2)] == [1, 2]
            assert [e.sequence for e in entries(LI, after=2, limit=2)] == [3, 4]
            assert [e.sequence for e in entries(LI, after=5)] == []
            assert [e.sequence for e in entries(LI, since=START + 2 * HOUR, until=START + 4 * HOUR)] == [2, 3]
            assert [e.sequence for e in entries(LI, after=2, since=START, until=START + 4 * HOUR)] == [3]
            assert [e.sequence for e in entries(LI, after=1, since=START + 4 * HOUR, limit=1)] == [4]
            assert entries(LI, until=START) == entries(ZHAO) == []

    def test_verifies_what_was_posted(self, clerk: Clerk) -> None:
        clerk.post(issue("1", LI, 100), move("2", LI, SHOP, 101), move("3", LI, SHOP, 30))
        found = clerk.ledger.verify()
        assert (found.transactions, found.entries, found.accounts) == (2, 4, 3)
        assert found.ok

    @pytest.mark.parametrize(
        ("field", "forged"),
        [("posted", 101), ("held", 7), ("floor", -7), ("moved_at", START + HOUR), ("dated", {LATER: 7})],
    )
    def test_finds_an_account_that_was_tampered_with(
        self, store: Store, clerk: Clerk, field: str, forged: Any
    ) -> None:
        clerk.post(issue("1", LI, 100))
        with store.begin(clerk.community) as work:
            locked = work.ledger.lock(Wanted({LI.key: LI}), START)
            setattr(locked.accounts[LI.key], field, forged)
            locked.changed_accounts.add(LI.key)
            locked.changed_lots.add((LI.key, LATER))
            work.ledger.write(locked)
        self._must_differ(clerk)

    @pytest.mark.parametrize(
        "forged",
        [
            {"legs": f'[["{LI.key}",8],["{ISSUANCE.key}",-7]]'},
            {"legs": f'[["{LI.key}",8],["{ISSUANCE.key}",-8]]'},
            {"legs": f'[["{ZHAO.key}",7],["{ISSUANCE.key}",-7]]'},
            {"lots": f'[["{LI.key}","2199-12-31T16:00:00.000000Z",7]]'},
            {"recorded_at": "2026-03-02T01:00:00.000007Z"},
            {"refusal": "batch_not_posted", "refusal_fields": "{}"},
        ],
    )
    def test_finds_a_line_that_was_tampered_with(
        self, store: Store, clerk: Clerk, forged: dict[str, Any]
    ) -> None:
        """It does not come to what is kept of its accounts."""
        clerk.post(issue("1", LI, 100))
        batch = Batch.read([issue("2", LI, 7)])
        with store.begin(clerk.community) as work:
            locked = work.ledger.lock(Wanted(batch.accounts), START)
            posting.post(batch.requests, locked=locked, at=START)
            locked.lines[-1] = locked.lines[-1]._replace(**forged)
            work.ledger.write(locked)
        self._must_differ(clerk)

    def _must_differ(self, clerk: Clerk) -> None:
        found = clerk.ledger.verify()
        assert not found.ok
        assert all(difference.stored != difference.rebuilt for difference in found.differences)
